"""How large each generated series is, and whom it consists of.

The levels are rounded general knowledge of the size of each ydelse in Denmark, not a source.
They only have to be of the right size; where a recorded series exists, that one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from beskplan.standin import months

_FLAT = (0.0,) * 12
_WINTER = (0.05, 0.06, 0.05, 0.02, 0.0, -0.03, -0.06, -0.05, -0.02, 0.0, 0.03, 0.03)
_DAGPENGE = (0.09, 0.09, 0.06, 0.02, -0.02, -0.06, 0.01, 0.0, -0.06, -0.06, -0.04, -0.01)
_ALL_AGES = (1, 8, 11, 11, 11, 11, 12, 12, 12, 10, 1)
_OLDER = (0.5, 3, 5, 7, 9, 11, 13, 15, 18, 16.5, 2)
_YOUNG = (18, 48, 34, 0, 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Level:
    """One series.

    Args:
        nodes: thousands of fuldtidspersoner at some periods; straight lines between.
        season: yearly pattern, as a share of the level.
        poverty: how strongly the kommuner's levels follow their kontanthjælp.
        persons: antal personer / antal fuldtidspersoner.
        unknown: share of the country in Uoplyst område.
        ages: weights of the eleven age groups.
        men: share of men.
        first: the first month with anybody on it.
        last: the last one.
        extra: weights of a further breakdown, which is split first.
    """

    nodes: Mapping[str, float]
    season: tuple[float, ...] = _FLAT
    poverty: float = 0.5
    persons: float = 1.03
    unknown: float = 0.0003
    ages: tuple[float, ...] = _ALL_AGES
    men: float = 0.5
    first: str = "2015M01"
    last: str = months.period(months.COUNT - 1)
    extra: tuple[float, ...] = field(default=())


LEVELS: Mapping[str, Level] = {
    "y01a02": Level(
        {
            "2015M01": 97, "2016M01": 92, "2017M01": 90, "2018M01": 86, "2019M01": 83,
            "2020M02": 87, "2020M05": 132, "2020M09": 118, "2021M02": 122, "2021M08": 88,
            "2022M08": 70, "2024M01": 78, "2026M07": 82, "2030M12": 84,
        },
        season=_DAGPENGE, poverty=0.2, persons=1.32, unknown=0.0008,
    ),
    "y04a02": Level(
        {"2015M01": 7, "2018M01": 3.6, "2021M01": 2.9, "2026M01": 2.2, "2027M12": 0.4},
        poverty=0.4, ages=_OLDER,
    ),
    "y07a02": Level(
        {
            "2015M01": 60, "2018M01": 62, "2020M03": 68, "2022M02": 82, "2023M01": 72,
            "2026M07": 69,
        },
        season=_WINTER, poverty=0.25, persons=1.38, men=0.42,
    ),
    "y08a02": Level(
        {"2015M01": 57, "2018M01": 71, "2021M01": 86, "2024M01": 99, "2030M12": 125},
        poverty=0.3, persons=1.01, ages=_OLDER, men=0.43,
    ),
    "y09a02": Level(
        {"2015M01": 18, "2018M01": 17.5, "2021M01": 14.5, "2026M07": 12.5},
        poverty=0.5, persons=1.08, ages=_OLDER, men=0.38,
    ),
    "y10a02": Level(
        {"2015M01": 232, "2018M01": 207, "2021M01": 221, "2024M01": 243, "2030M12": 285},
        poverty=0.6, persons=1.006, ages=_OLDER, men=0.49,
    ),
    "y11a02": Level(
        {"2015M01": 14, "2017M01": 27, "2019M01": 30, "2023M01": 24, "2026M01": 22, "2030M12": 3},
        poverty=0.7, persons=1.02, men=0.44,
    ),
    "y12a02": Level(
        {"2015M01": 6.5, "2017M01": 16, "2019M01": 19.5, "2023M01": 25, "2026M07": 27},
        poverty=0.4, persons=1.05, ages=_OLDER, men=0.4,
    ),
    "y28a02": Level(
        {"2015M01": 86, "2018M01": 56, "2021M01": 41, "2024M01": 37, "2030M12": 22},
        poverty=0.1, persons=1.02, ages=(0, 0, 0, 0, 0, 0, 0, 0, 0, 70, 30), men=0.44,
    ),
    "y35a02": Level(
        {
            "2015M09": 9, "2016M07": 24, "2017M06": 22, "2018M06": 17, "2020M01": 11.5,
            "2021M08": 10, "2022M03": 11, "2022M09": 20, "2023M09": 16, "2025M06": 11,
        },
        poverty=0.4, persons=1.02, unknown=0, first="2015M09", last="2025M06",
    ),
    "y36a02": Level(
        {
            "2015M01": 108, "2016M01": 109, "2017M01": 92, "2018M01": 84, "2020M02": 68,
            "2020M06": 74, "2021M08": 59, "2023M01": 48, "2025M06": 50,
        },
        poverty=1.0, persons=1.02, unknown=0, last="2025M06", extra=(27, 71, 2), men=0.52,
    ),
    "y38a02": Level(
        {
            "2015M01": 49, "2016M01": 47, "2018M01": 39, "2020M02": 33, "2021M08": 27,
            "2023M01": 23, "2025M06": 24,
        },
        poverty=0.9, persons=1.025, unknown=0, ages=_YOUNG, last="2025M06",
        extra=(30, 11, 57, 2), men=0.53,
    ),
    "y60a02": Level(
        {"2015M01": 160, "2021M08": 95, "2026M07": 84, "2030M12": 80},
        poverty=1.0, persons=1.02, unknown=0, men=0.52,
    ),
    "seniorpension": Level(
        {"2020M01": 0.4, "2021M01": 9, "2023M01": 18, "2026M07": 24},
        poverty=0.4, persons=1.01, first="2020M01", men=0.52,
        ages=(0, 0, 0, 0, 0, 0, 0, 0, 0, 35, 65),
    ),
    "tidlig_pension": Level(
        {"2022M01": 3, "2023M01": 10, "2026M07": 11},
        poverty=0.3, persons=1.01, first="2022M01", men=0.7,
        ages=(0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 80),
    ),
}  # fmt: skip
# Together they became y60a02 on 1 July 2025.
MERGED = ("y36a02", "y38a02", "y35a02")
