"""The table FOLK1A: its variables and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from beskplan.standin.population import (
    AGE_COUNT,
    CHRISTIANSOE,
    QUARTERS,
    by_age,
    by_sex,
    by_status,
)
from beskplan.standin.spec import Ints
from beskplan.standin.statbank_query import Variable
from beskplan.standin.tables import NATIONAL, kommuner

TABLE_ID = "FOLK1A"
UPDATED = "2026-08-11T08:00:00"
REGIONS = {
    "084": "Region Hovedstaden",
    "085": "Region Sjælland",
    "083": "Region Syddanmark",
    "082": "Region Midtjylland",
    "081": "Region Nordjylland",
}
# AGE, SEX, STATUS axes of the arrays in `population`; TOT is in front of each
_AREA, _SEX, _AGE, _STATUS, _TIME = range(5)


@cache
def _places() -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """Code, name and the kommuner inside, for the country, five regions, 98 kommuner and 411."""
    units = [*kommuner(), CHRISTIANSOE]
    found: list[tuple[str, str, tuple[int, ...]]] = [("000", NATIONAL, tuple(range(len(units))))]
    for code, name in REGIONS.items():
        inside = tuple(nr for nr, unit in enumerate(units) if unit[2] == code)
        found.append((code, name, inside))
    found += [(code, name, (nr,)) for nr, (code, name, _) in enumerate(units)]
    return tuple(found)


@cache
def variables() -> tuple[Variable, ...]:
    """The table's variables in its own order."""
    ages = [("IALT", "I alt"), *((str(age), f"{age} år") for age in range(AGE_COUNT))]
    statuses = (
        ("TOT", "I alt"),
        ("U", "Ugift"),
        ("G", "Gift/separeret"),
        ("F", "Fraskilt"),
        ("E", "Enke/enkemand"),
    )
    return (
        Variable("OMRÅDE", "område", tuple((c, n) for c, n, _ in _places()), eliminated="000"),
        Variable("KØN", "køn", (("TOT", "I alt"), ("1", "Mænd"), ("2", "Kvinder")), "TOT"),
        Variable("ALDER", "alder", tuple(ages), "IALT"),
        Variable("CIVILSTAND", "civilstand", statuses, "TOT"),
        Variable("Tid", "tid", tuple((q, q) for q in QUARTERS), time=True),
    )


@cache
def _by_place(cube_name: str) -> Ints:
    """A cube summed to the table's 105 areas, with the total in front of each breakdown."""
    cube = {"age": by_age, "sex": by_sex, "status": by_status}[cube_name]()
    summed = np.stack([cube[:, list(inside)].sum(axis=1) for _, _, inside in _places()], axis=1)
    for axis in range(2, summed.ndim):
        summed = np.concatenate([summed.sum(axis=axis, keepdims=True), summed], axis=axis)
    return summed


def cells(chosen: Sequence[list[int] | None]) -> Ints:
    """The figures asked for.

    Args:
        chosen: indices for each variable; None is eliminated, or the newest quarter.

    Returns:
        area x sex x age x status x time; a variable left out has length one.
    """
    area, sex, age, status = ([0] if wanted is None else wanted for wanted in chosen[:_TIME])
    wanted_time = chosen[_TIME]
    time = [len(QUARTERS) - 1] if wanted_time is None else wanted_time
    # the full cube is 8 million cells: built only when status or sex is really asked for
    if any(status):
        cube = _by_place("status")[np.ix_(time, area, age, sex, status)]
    elif any(sex):
        cube = _by_place("sex")[np.ix_(time, area, age, sex)][..., None]
    else:
        plain = _by_place("age")[np.ix_(time, area, age)]
        cube = np.repeat(plain[..., None], len(sex), axis=-1)[..., None]
    if cube.shape[-1] != len(status):
        cube = np.repeat(cube, len(status), axis=-1)
    return cube.transpose(1, 3, 2, 4, 0)
