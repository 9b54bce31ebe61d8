"""Real figures, as they stood at the times somebody recorded them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache

import duckdb
import numpy as np
import pandas as pd

from beskplan.standin.spec import AREAS, Bools, Cells, Floats, NotAnswerableError, Selection, Table
from beskplan.standin.tables import DATA, UNKNOWN_AREA, VISITATION_Y60, tables

TIMES = (
    datetime(2026, 8, 18, 19, 52, tzinfo=UTC),
    datetime(2026, 8, 19, 7, 59, tzinfo=UTC),
    datetime(2026, 8, 19, 18, 49, tzinfo=UTC),
)
# The recorder did not keep `update_latest`. The dates are assumed (docs/standin.md).
UPDATED = {
    "y25i01": ("2026-07-15", "2026-08-19", "2026-08-19"),
    "y25i09": ("2026-07-15", "2026-08-19", "2026-08-19"),
    "y60a02": (None, None, "2026-08-19"),
    "y60c07": (None, None, "2026-08-19"),
    "y60j01": (None, None, "2026-08-19"),
    "y30r21": ("2023-05-01", "2023-05-01", "2023-05-01"),
}
# Assumed as well: the day that the source announces next, by recorded time.
NEXT = {
    "y25i01": ("2026-08-19", "2026-09-16", "2026-09-16"),
    "y25i09": ("2026-08-19", "2026-09-16", "2026-09-16"),
    "y60a02": (None, None, "2026-09-24"),
    "y60c07": (None, None, "2026-09-24"),
    "y60j01": (None, None, "2026-09-24"),
}
# What was recorded together: at the three times, or once, some time after the last period (the
# answer is then the same at all three).
THRICE = ("y25i01", "y25i09", "y60a02", "y60c07", "y60j01")
ONCE = ("y30r21",)


def time_index(clock: datetime) -> int:
    """Index of the recorded time that answers at `clock`; before the first, the first."""
    return max(0, bisect_right(TIMES, clock) - 1)


@cache
def _block(table: Table, time: int) -> tuple[list[str], Floats, Bools]:
    """Periods, values [period, area, member, measure] and which of them were recorded."""
    members = table.hierarchies[1].members if len(table.hierarchies) > 1 else ()
    with duckdb.connect() as con:
        found = con.execute(
            "select periode, omraade, medlem, maaling, vaerdi::double as vaerdi "
            "from read_parquet(?, union_by_name = true) where tabel = ? and (tider & ?) > 0",
            [str(DATA / "optaget*.parquet"), table.table_id, 1 << time],
        ).fetchnumpy()
    periods = sorted(set(found["periode"]))
    axes: list[dict[str, int]] = [
        {period: nr for nr, period in enumerate(periods)},
        {area.name: nr for nr, area in enumerate(table.hierarchies[0].members)},
        {member.name: nr for nr, member in enumerate(members)} | {"": 0},
        {measure.label: nr for nr, measure in enumerate(table.measures)},
    ]
    columns = ("periode", "omraade", "medlem", "maaling")
    where = tuple(
        np.array([axis[value] for value in found[column]])
        for axis, column in zip(axes, columns, strict=True)
    )
    shape = (len(periods), len(axes[1]), max(1, len(members)), len(table.measures))
    values, present = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    values[where] = np.ma.filled(found["vaerdi"], np.nan)
    present[where] = True
    return periods, values, present


def _long(table: Table, dimension: list[str]) -> pd.DataFrame:
    """A table's newest recording, one row a cell."""
    periods, values, present = _block(table, len(TIMES) - 1)
    areas = [member.name for member in table.hierarchies[0].members]
    named = np.array([area != UNKNOWN_AREA for area in areas])
    where = (present & named[None, :, None, None]).nonzero()
    return pd.DataFrame(
        {
            "tabel_id": table.table_id,
            "periode": np.array(periods, dtype=object)[where[0]],
            "omraade_navn": np.array(areas, dtype=object)[where[1]],
            "dimensioner": np.array(dimension, dtype=object)[where[2]],
            "maaling": np.array([m.label for m in table.measures], dtype=object)[where[3]],
            "vaerdi": values[where],
        }
    )


def newest_recording(table_ids: Collection[str] = THRICE) -> pd.DataFrame:
    """Every cell of the newest recording, for comparing it with what came of it.

    Args:
        table_ids: `THRICE` or `ONCE`.

    Returns:
        tabel_id, periode, omraade_navn, dimensioner (canonical, totals left out), maaling and
        vaerdi (NaN where null was recorded). Uoplyst område is left out: at the newest time it
        was not recorded, and answers take it from the time before.
    """
    found = []
    for table in (table for table in tables().values() if table.table_id in table_ids):
        dimension = table.hierarchies[1] if len(table.hierarchies) > 1 else None
        names = [""]
        if dimension:
            names += [f"{dimension.hierarchy_id}={m.name}" for m in dimension.members[1:]]
        found.append(_long(table, names))
    return pd.concat(found, ignore_index=True)


class Recorded:
    """Answers from the recording, and from nothing else."""

    def offered(self, table: Table, clock: datetime) -> bool:
        """At the first two times only two of the tables were recorded."""
        return UPDATED[table.table_id][time_index(clock)] is not None

    def periods(self, table: Table, clock: datetime) -> list[str]:
        """The recorded periods."""
        return list(_block(table, time_index(clock))[0])

    def updated(self, table: Table, clock: datetime) -> str:
        """The assumed date of the last update."""
        return UPDATED[table.table_id][time_index(clock)] or ""

    def announced(self, table: Table, clock: datetime) -> str | None:
        """The assumed day of the next update; y30r21 has none."""
        return NEXT.get(table.table_id, (None,) * len(TIMES))[time_index(clock)]

    def cells(self, table: Table, selection: Selection, clock: datetime) -> Cells:
        """The recorded cells; a row that was not recorded is absent."""
        periods, values, present = _block(table, time_index(clock))
        axes = [[periods.index(period) for period in selection.periods]]
        axes += [list(selection.members.get(h.hierarchy_id, (0,))) for h in table.hierarchies]
        if len(table.hierarchies) == 1:
            axes.append([0])
        where = np.ix_(*axes, list(selection.measures))
        picked, recorded = values[where], present[where]
        self._refuse_unrecorded(table, selection, recorded)
        named = [len(axes[0])]
        named += [
            len(selection.members[h.hierarchy_id])
            for h in table.hierarchies
            if h.hierarchy_id in selection.members
        ]
        rows = np.asarray(recorded.any(axis=-1), dtype=bool).reshape(named)
        return Cells(picked.reshape((*named, len(selection.measures))), rows)

    @staticmethod
    def _refuse_unrecorded(table: Table, selection: Selection, recorded: Bools) -> None:
        """Refuse what was not recorded: a country, and visitation but for one month and measure."""
        if AREAS not in selection.members and not table.hierarchies[0].has_total:
            raise NotAnswerableError(f"{table.table_id} is recorded by {AREAS} only; it has no /.")
        hierarchy = VISITATION_Y60.hierarchy_id
        if table.hierarchy(hierarchy) is None or hierarchy not in selection.members:
            return
        broken_down = [nr for nr, member in enumerate(selection.members[hierarchy]) if member]
        if broken_down and not recorded[:, :, broken_down].any(axis=(1, 2)).all():
            raise NotAnswerableError(
                f"Hierarchy {hierarchy} is recorded for period 2026M07 and measure "
                "'Antal fuldtidspersoner' only."
            )
