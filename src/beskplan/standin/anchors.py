"""Counts that generated series must pass through (`data/ankre.csv`).

Any kommune, table, member and month may stand there. Empty `medlem` is the table's total.
"""

from __future__ import annotations

import csv
from functools import cache

import numpy as np

from beskplan.standin import months
from beskplan.standin.spec import Floats
from beskplan.standin.tables import DATA, kommuner, tables


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with (DATA / "ankre.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def totals(key: str) -> Floats:
    """Anchored totals [month, kommune]; NaN where there is none."""
    places = {code: nr for nr, (code, _, _) in enumerate(kommuner())}
    found = np.full((months.COUNT, len(places)), np.nan)
    for row in _rows():
        if row["tabel"] == key and not row["medlem"]:
            found[months.month(row["periode"]), places[row["kommune_kode"]]] = int(row["antal"])
    return found


def members(key: str) -> dict[int, Floats]:
    """Anchored members of the hierarchy that is split first.

    Args:
        key: the table.

    Returns:
        For each kommune that has any: [month, member], NaN where there is none.
    """
    places = {code: nr for nr, (code, _, _) in enumerate(kommuner())}
    found: dict[int, Floats] = {}
    for row in _rows():
        if row["tabel"] != key or not row["medlem"]:
            continue
        hierarchy = tables()[key].hierarchies[1]
        if row["hierarki"] != hierarchy.hierarchy_id:
            raise ValueError(f"ankre.csv: {key} is split by {hierarchy.hierarchy_id} first")
        names = [member.name for member in hierarchy.members[1:]]
        kommune = places[row["kommune_kode"]]
        block = found.setdefault(kommune, np.full((months.COUNT, len(names)), np.nan))
        block[months.month(row["periode"]), names.index(row["medlem"])] = int(row["antal"])
    return found
