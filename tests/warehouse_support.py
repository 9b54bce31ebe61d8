"""Landing folders with recorded real figures, for the tests of the warehouse."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from beskplan.landing import Landing
from beskplan.settings import PROJECT
from beskplan.sources.types import Answer, TableVintage

RECORDED = PROJECT / "src" / "beskplan" / "standin" / "data" / "optaget.parquet"
TIMES = {
    1: datetime(2026, 8, 18, 19, 52, tzinfo=UTC),
    2: datetime(2026, 8, 19, 7, 59, tzinfo=UTC),
    3: datetime(2026, 8, 19, 18, 49, tzinfo=UTC),
}
HIERARCHY = {
    "y25i01": "_ygrpi09",
    "y25i09": "_ygrpi09",
    "y60a02": "_viskat_1int",
    # Recorded without a breakdown.
    "y60c07": "",
    "y60j01": "",
}


def recorded_cells(tabel_id: str, time: int) -> pd.DataFrame:
    """A recorded table at one of the three times, in the contract's columns."""
    with (PROJECT / "seeds" / "maalinger.csv").open(encoding="utf-8") as file:
        pins = [row for row in csv.DictReader(file) if row["tabel_id"] == tabel_id]
    with duckdb.connect() as con:
        con.register("pins", pd.DataFrame(pins))
        return con.execute(
            """
            select
                omraade,
                periode,
                case
                    when coalesce(medlem, '') in ('', 'Ydelsesgrupper i alt') then ''
                    else $hierarchy || '=' || medlem
                end as dimensioner,
                pins.maaling_id,
                vaerdi::decimal(18, 3) as vaerdi,
                false as raekke_mangler
            from read_parquet($path) join pins using (maaling)
            where tabel = $tabel and (tider >> ($time - 1)) & 1 = 1
            order by all
            """,
            {
                "hierarchy": HIERARCHY[tabel_id],
                "path": str(RECORDED),
                "tabel": tabel_id,
                "time": time,
            },
        ).df()


def land(
    landing: Landing,
    tabel_id: str,
    time: int,
    change: Callable[[pd.DataFrame], pd.DataFrame] = lambda cells: cells,
) -> str:
    """Land a recorded table; what came of it."""
    cells = change(recorded_cells(tabel_id, time))
    when = TIMES[time]
    answer = Answer(f"http://127.0.0.1/v3/data/{tabel_id}", (), b"{}", when, "optaget")
    vintage = TableVintage("jobindsats", tabel_id, f"{when:%Y-%m-%d}", when, (answer,), cells)
    return landing.store(vintage).udfald


def land_recorded(home: Path) -> Landing:
    """Land what the sources offered at the three times, of three tables."""
    landing = Landing(home / "landing")
    for tabel_id, time in (("y25i01", 1), ("y25i09", 1), ("y25i01", 2), ("y60a02", 3)):
        assert land(landing, tabel_id, time) == "landet"
    return landing


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    """Ask a candidate."""
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(sql).fetchall()
