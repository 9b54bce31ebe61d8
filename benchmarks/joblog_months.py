"""The real months that errors are put into: landed, built by dbt, and read as arrays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import numpy as np
import numpy.typing as npt
import pandas as pd

from beskplan import flow
from beskplan.demo import DEMO_TOKEN, put_bilag, standin_process
from beskplan.landing import Landing
from beskplan.settings import PROJECT, Settings
from beskplan.sources.types import Answer, TableVintage

DBT_PROJECT = PROJECT / "dbt_project"
EVIDENCE = "path:models/kontrol"
COUNTRY = 0
RECORDED = ("y25i01", "y25i09", "y60a02", "y60j01", "y60c07")
# Memory that a run may take; DuckDB writes the rest to disk.
MEMORY = "4GB"

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def month_number(periode: str) -> int:
    """`2024M07` on an axis without gaps."""
    return int(periode[:4]) * 12 + int(periode[5:])


def month_text(number: int) -> str:
    """The month with this number."""
    return f"{(number - 1) // 12}M{(number - 1) % 12 + 1:02}"


def tied_tables(tables: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Tables that must agree with one another (seeds/sammenhaenge.csv): a scenarie holds both."""
    pairs = pd.read_csv(PROJECT / "seeds" / "sammenhaenge.csv", dtype=str)
    both = set(zip(pairs["tabel_id"], pairs["mod_tabel_id"], strict=True))
    both |= {(other, one) for one, other in both}
    return {
        one: tuple(other for other in tables if other != one and (one, other) in both)
        for one in tables
    }


def land(home: Path, tables: Iterable[str], bilag: bool = False) -> Landing:
    """Land each table twice: up to its last month but one, accepted, and whole.

    Args:
        home: an empty folder.
        tables: ids at Jobindsats.
        bilag: also the Joblog bilag, as the drop folder has them.
    """
    fetched = Settings(home=home / "hentet")
    with standin_process() as url:
        local = replace(fetched, jobindsats_url=url, statbank_url=url, token=DEMO_TOKEN)
        newest = httpx.get(f"{url}/standin/optagelser").json()[-1]
        httpx.post(f"{url}/standin/ur", json={"nu": newest}).raise_for_status()
        for tabel_id in tables:
            flow.fetch(local, "jobindsats", tabel_id)
        if bilag:
            put_bilag(local)
            flow.fetch(local, "joblog", "joblog")
    landing = Landing(home / "landing")
    for vintage in Landing(fetched.landing).vintages():
        folder = vintage.hentet_utc.replace("-", "").replace(":", "")
        path = fetched.landing / vintage.kilde / vintage.tabel_id / folder / "celler.parquet"
        cells = duckdb.read_parquet(str(path)).df()
        at = datetime.fromisoformat(vintage.hentet_utc)
        before = cells[cells["periode"] < cells["periode"].max()]
        for when, part in ((at - timedelta(days=1), before), (at, cells)):
            answer = Answer("http://127.0.0.1/", (), b"{}", when, vintage.oprindelse)
            landing.store(
                TableVintage(
                    vintage.kilde, vintage.tabel_id, f"{when:%Y-%m-%d}", when, (answer,), part
                )
            )
        landing.decide(
            vintage.kilde,
            vintage.tabel_id,
            f"{at - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
            "accepteret",
            hvem="joblog-bench",
            hvorfor="måneden før, som den er optaget",
        )
    return landing


@dataclass(frozen=True)
class Dbt:
    """dbt on one database of the bench.

    Args:
        folder: where database, compiled SQL and logs lie.
        landing: the vintage store.
    """

    folder: Path
    landing: Path

    @property
    def database(self) -> Path:
        """The file that dbt writes."""
        return self.folder / "bench.duckdb"

    def __call__(self, *command: str) -> None:
        """Run one dbt command; its output is shown if it fails."""
        profile = (DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8")
        spill = (
            f"settings:\n        memory_limit: {MEMORY}\n        preserve_insertion_order: false"
        )
        (self.folder / "profiles.yml").write_text(
            profile.replace("settings:", spill), encoding="utf-8"
        )
        done = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", *command),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(self.folder)),
                *("--target-path", str(self.folder / "target")),
                *("--log-path", str(self.folder / "log"), "--log-level-file", "info"),
                *("--vars", json.dumps({"landing": str(self.landing)})),
            ],
            env=os.environ
            | {
                "BESKPLAN_DUCKDB": str(self.database),
                "BESKPLAN_EXPECTATIONS": str(PROJECT / "expectations"),
            },
            cwd=DBT_PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"dbt {' '.join(command)}:\n{done.stdout[-4000:]}")


def build(folder: Path, landing: Path) -> Dbt:
    """The evidence of the real newest months (scenarie 0), from landing, by dbt."""
    folder.mkdir(parents=True, exist_ok=True)
    dbt = Dbt(folder, landing)
    dbt("build", "--select", f"+{EVIDENCE}", "--exclude-resource-type", "unit_test", "test")
    return dbt


@dataclass(frozen=True)
class Table:
    """One table's real figures.

    Args:
        tabel_id: the table.
        series: serie_id, maaling_navn, dimensioner, enhed, one row a series.
        areas: omraade_nr; the kommuner in printed order, then the country and what else there is.
        months: month numbers, without gaps.
        values: [series, area, month]; NaN where there is none.
        hidden: the same, true where a figure is hidden.
        present: the same, true where there is a cell at all.
    """

    tabel_id: str
    series: pd.DataFrame
    areas: npt.NDArray[np.int64]
    months: npt.NDArray[np.int64]
    values: Floats
    hidden: Bools
    present: Bools

    @property
    def kommuner(self) -> int:
        """How many of the areas are kommuner; they come first."""
        return int((self.areas > COUNTRY).sum() - (self.areas == UNKNOWN).sum())

    @property
    def country(self) -> int:
        """Where the country stands among the areas."""
        return int(np.flatnonzero(self.areas == COUNTRY)[0])

    def is_count(self) -> Bools:
        """Which of the series count."""
        return (self.series["enhed"] != "pct").to_numpy()

    def whole(self, at: int) -> list[int]:
        """The series that a month has."""
        return [nr for nr in range(len(self.series)) if self.present[nr, :, at].any()]

    def main(self) -> int:
        """The series by which kommuner are large or small: the first count of everybody."""
        total = (self.series["dimensioner"] == "").to_numpy()
        order = np.flatnonzero(total & self.is_count())
        return int(order[0] if len(order) else np.flatnonzero(total)[0])


UNKNOWN = 997
# The real month's tables are kept aside in a schema of their own (joblog_scenarier.keep).
SERIES_SQL = "select * from optaget.serier where tabel_id = ? order by serie_id"
CELLS_SQL = "select * from optaget.celler where tabel_id = $tabel_id"


def read_table(con: duckdb.DuckDBPyConnection, tabel_id: str) -> Table:
    """Read a table's real figures as arrays."""
    series = con.execute(SERIES_SQL, [tabel_id]).df()
    cells = con.execute(CELLS_SQL, {"tabel_id": tabel_id}).df()
    order = con.execute(
        "select omraade_nr from int_kontrol__omraader "
        "order by raekke_nr is null, raekke_nr, omraade_nr"
    ).fetchall()
    held = set(cells["omraade_nr"])
    areas = np.array([number for (number,) in order if number in held])
    months = np.arange(cells["periode_nr"].min(), cells["periode_nr"].max() + 1)
    where = (
        series.index[series["serie_id"].searchsorted(cells["serie_id"])].to_numpy(),
        pd.Index(areas).get_indexer(cells["omraade_nr"]),
        (cells["periode_nr"] - months[0]).to_numpy(),
    )
    shape = (len(series), len(areas), len(months))
    values, hidden, present = np.full(shape, np.nan), np.zeros(shape, bool), np.zeros(shape, bool)
    values[where] = cells["vaerdi"]
    hidden[where] = (cells["vaerdi"].isna() & (cells["status"] != "M")).to_numpy()
    present[where] = True
    return Table(tabel_id, series, areas, months, values, hidden, present)


def read_tables(database: Path, tables: Sequence[str]) -> dict[str, Table]:
    """Read several tables that have been kept aside."""
    with duckdb.connect(str(database), read_only=True) as con:
        return {tabel_id: read_table(con, tabel_id) for tabel_id in tables}
