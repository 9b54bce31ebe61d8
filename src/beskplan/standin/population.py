"""Population: totals and 16-66 by kommune and quarter, spread over single years of age.

`data/befolkning.parquet` holds what was derived (docs/standin.md says how); ages, sex and civil
status are spread here.
"""

from __future__ import annotations

from functools import cache

import duckdb
import numpy as np

from beskplan.standin import months
from beskplan.standin.noise import bell, split
from beskplan.standin.spec import Floats, Ints
from beskplan.standin.tables import DATA, kommuner

QUARTERS = tuple(f"{year}K{nr}" for year in range(2008, 2027) for nr in (1, 2, 3, 4))[:75]
CHRISTIANSOE = ("411", "Christiansø", "084")
AGE_COUNT = 126
_WORKING = slice(16, 67)
# Persons by age, thousands, roughly: points of a curve for the whole country.
_CURVE = {0: 61, 10: 64, 16: 68, 20: 72, 27: 82, 33: 74, 40: 66, 47: 74, 54: 82, 60: 76, 66: 70}
_OLD_CURVE = {67: 69, 75: 60, 80: 40, 85: 24, 90: 11, 95: 3, 100: 0.5, 105: 0.02, 109: 0}


@cache
def _read() -> tuple[Ints, Ints]:
    """Total and 16-66 [quarter, kommune]: 98 kommuner in print order, then Christiansø."""
    codes = [code for code, _, _ in kommuner()] + [CHRISTIANSOE[0]]
    with duckdb.connect() as con:
        found = con.execute(
            "select kommune_kode, kvartal, i_alt, alder_16_66 from read_parquet(?)",
            [str(DATA / "befolkning.parquet")],
        ).fetchnumpy()
    places = {code: nr for nr, code in enumerate(codes)}
    times = {quarter: nr for nr, quarter in enumerate(QUARTERS)}
    where = (
        [times[quarter] for quarter in found["kvartal"]],
        [places[code] for code in found["kommune_kode"]],
    )
    total, working = (np.zeros((len(QUARTERS), len(codes)), dtype=np.int64) for _ in range(2))
    total[where], working[where] = found["i_alt"], found["alder_16_66"]
    return total, working


@cache
def by_age() -> Ints:
    """Persons [quarter, kommune, age]; ages 16-66 and the total are those of the data file."""
    total, working = _read()
    ages = np.arange(AGE_COUNT)
    curve = {**_CURVE, **_OLD_CURVE}
    shape = np.interp(ages, list(curve), list(curve.values()), right=0)
    tilt = np.exp(0.006 * bell("aldershaeldning", total.shape[1], 1) * (ages - 40))
    weights = shape * tilt
    outside = weights.copy()
    outside[:, _WORKING] = 0
    inside = weights - outside
    return split(working, inside[None]) + split(total - working, outside[None])


@cache
def by_sex() -> Ints:
    """Persons [quarter, kommune, age, sex]; men first. Women live longer."""
    ages = np.arange(AGE_COUNT)
    men = np.interp(ages, (0, 60, 80, 95), (0.513, 0.5, 0.45, 0.25))
    return split(by_age(), np.stack([men, 1 - men], axis=-1)[None, None])


@cache
def by_status() -> Ints:
    """Persons [quarter, kommune, age, sex, status]: unmarried, married, divorced, widowed."""
    ages = np.arange(AGE_COUNT)
    married = np.interp(ages, (17, 25, 40, 65, 80, 95), (0, 0.08, 0.55, 0.6, 0.45, 0.1))
    divorced = np.interp(ages, (20, 45, 65, 95), (0, 0.14, 0.2, 0.08))
    widowed = np.interp(ages, (30, 60, 80, 95), (0, 0.04, 0.3, 0.75))
    single = np.maximum(1 - married - divorced - widowed, 0.02)
    weights = np.stack([single, married, divorced, widowed], axis=-1)
    return split(by_sex(), weights[None, None, :, None, :])


@cache
def working_by_month() -> Ints:
    """Population 16-66 [month, area]: Hele landet, then the 98 kommuner.

    Each month takes its own quarter's; months after the newest quarter take the newest.
    """
    working = _read()[1]
    by_quarter = np.column_stack([working.sum(axis=1), working[:, :-1]])
    return by_quarter[np.minimum(months.quarters(), len(QUARTERS) - 1)]


def labour_share(population_pct: Floats, labour_pct: Floats) -> Floats:
    """Labour force as a share of the population, from two recorded percents of the same people.

    Args:
        population_pct: percent of the population [month, area].
        labour_pct: percent of the labour force [month, area].

    Returns:
        One share an area.
    """
    share: Floats = np.nansum(population_pct, axis=0) / np.nansum(labour_pct, axis=0)
    return share
