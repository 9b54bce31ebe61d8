"""Recorded real months with an error put in, through the compiled models of the evidence.

One candidate is built by dbt. A further vintage is then added to a copy of it, and the SQL that
dbt compiled for the evidence is run again: the same models, without dbt's start-up.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import warehouse_support
from warehouse_support import recorded_cells

from beskplan.gate import Judgement, TableVerdict, judge
from beskplan.landing import Landing
from beskplan.settings import Settings
from beskplan.sources.types import Answer, TableVintage
from beskplan.warehouse import build_candidate

NEWEST = "2026M07"
KEY = ["omraade", "periode", "dimensioner", "maaling_id"]
FIRST_EXTRA = datetime(2026, 8, 20, 7, 0, tzinfo=UTC)
RECORDED = (
    ("y25i01", 1),
    ("y25i09", 1),
    ("y25i01", 2),
    ("y60a02", 3),
    ("y60c07", 3),
    ("y60j01", 3),
)
NEWEST_TIME = {"y25i01": 2, "y25i09": 1, "y60a02": 3, "y60c07": 3, "y60j01": 3}
COUNT = "standin_y25i01_1"

Change = Callable[[pd.DataFrame], pd.DataFrame]


def cells_of(tabel_id: str, time: int | None = None) -> pd.DataFrame:
    """A recorded table as a source hands it over: rows it did not send are there, marked."""
    for plain in ("y60c07", "y60j01"):
        warehouse_support.HIERARCHY.setdefault(plain, "")
    cells = recorded_cells(tabel_id, time or NEWEST_TIME[tabel_id])
    if tabel_id != "y25i09":
        return cells
    members = cells[["dimensioner", "maaling_id"]].drop_duplicates()
    asked = cells[["omraade"]].drop_duplicates().merge(members, how="cross")
    asked = asked.merge(cells[["periode"]].drop_duplicates(), how="cross")
    full = asked.merge(cells, on=KEY, how="left")
    full["raekke_mangler"] = full["raekke_mangler"].isna()
    return full[[*KEY, "vaerdi", "raekke_mangler"]]


def land(landing: Landing, tabel_id: str, when: datetime, cells: pd.DataFrame) -> str:
    """Land one vintage; its time as landing writes it."""
    answer = Answer(f"http://127.0.0.1/v3/data/{tabel_id}", (), b"{}", when, "optaget")
    vintage = TableVintage("jobindsats", tabel_id, f"{when:%Y-%m-%d}", when, (answer,), cells)
    assert landing.store(vintage).udfald == "landet"
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Decisions:
    """Takes the gate's decisions in place of landing."""

    made: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    held: list[Mapping[str, Any]] = field(default_factory=list)

    def decide_first(
        self,
        kilde: str,
        tabel_id: str,
        hentet_utc: str,
        udfald: str,
        *,
        hvem: str,
        hvorfor: str,
        fund: Sequence[Mapping[str, Any]],
        uden_styrke: int,
    ) -> None:
        """Remember a decision, and the findings of one that waits."""
        assert (kilde, hvem) == ("jobindsats", "beskplan gate")
        assert uden_styrke >= 0
        self.made.append((kilde, tabel_id, hentet_utc, udfald, hvorfor))
        self.held += fund


@dataclass
class Judged:
    """A judgement with what it rests on."""

    judgement: Judgement
    decisions: Decisions
    candidate: Path

    def table(self, tabel_id: str) -> TableVerdict:
        """The verdict on one table."""
        return next(item for item in self.judgement.tabeller if item.tabel_id == tabel_id)

    def outcomes(self) -> dict[str, str]:
        """Table → outcome."""
        return {item.tabel_id: item.udfald for item in self.judgement.tabeller}

    def named(self, tabel_id: str, rules: Iterable[str], periode: str = NEWEST) -> set[str]:
        """Areas that the findings of some rules name."""
        return {
            finding.omraade
            for finding in self.table(tabel_id).fund
            if finding.regel_id in set(rules) and finding.periode in (periode, "")
        } - {""}

    def rules(self, tabel_id: str) -> set[str]:
        """Rules that found something in a table."""
        return {finding.regel_id for finding in self.table(tabel_id).fund}


class Bench:
    """The recorded vintages, accepted, and any further one put on top."""

    def __init__(self, home: Path) -> None:
        """Land, accept and build once."""
        self.settings = Settings(home=home)
        self.landing = Landing(home / "landing")
        self.landed: list[tuple[str, str]] = []
        for tabel_id, time in RECORDED:
            when = warehouse_support.TIMES[time]
            moment = land(self.landing, tabel_id, when, cells_of(tabel_id, time))
            if (tabel_id, time) != ("y25i01", 2):
                self.accept(tabel_id, moment)
        self.run_dir = home / "arbejde" / "optaget"
        self.recorded = build_candidate(self.settings, self.run_dir)
        self.accept("y25i01", "2026-08-19T07:59:00Z")

    def accept(self, tabel_id: str, hentet_utc: str) -> None:
        """Accept a vintage, as an earlier run would have."""
        self.landing.decide(
            "jobindsats", tabel_id, hentet_utc, "accepteret", hvem="test", hvorfor="rene tal"
        )

    def judge_recorded(self) -> Judged:
        """Judge the recorded vintages as dbt built them; the newest y25i01 is undecided."""
        return self.judge(self.recorded)

    def judge_with(
        self, change: Change, tabel_id: str = "y25i01", *, first: bool = False
    ) -> Judged:
        """Judge a changed copy of a table's newest recorded vintage; `first`: there was none."""
        candidate, _ = self.candidate_with(change, tabel_id, first=first)
        return self.judge(candidate)

    def candidate_with(
        self, change: Change, tabel_id: str = "y25i01", *, first: bool = False
    ) -> tuple[Path, Landing]:
        """A copy of the candidate with one more vintage and the evidence computed again."""
        when = FIRST_EXTRA + timedelta(hours=len(self.landed))
        cells = change(cells_of(tabel_id))
        moment = land(self.landing, tabel_id, when, cells)
        self.landed.append((tabel_id, moment))
        # The compiled SQL names the database by its file.
        copy = self.run_dir / f"{len(self.landed)}" / self.recorded.name
        copy.parent.mkdir()
        shutil.copyfile(self.recorded, copy)
        with duckdb.connect(str(copy)) as con:
            for history in ("int_obs", "int_daekning", "int_vintager") if first else ():
                con.execute(f"delete from {history} where tabel_id = ?", [tabel_id])  # noqa: S608 - the test's own names
            _add_vintage(con, tabel_id, moment, cells)
            for name, sql in self._evidence():
                con.execute(f"create or replace table {name} as {sql}")
        return copy, self.landing

    def _evidence(self) -> list[tuple[str, str]]:
        """The evidence's models in the order they need each other, as dbt compiled them."""
        nodes = json.loads((self.run_dir / "target" / "manifest.json").read_text())["nodes"]
        models = {
            key: node
            for key, node in nodes.items()
            if node["resource_type"] == "model" and "models/kontrol/" in node["original_file_path"]
        }
        ordered: list[str] = []
        while len(ordered) < len(models):
            ordered += [
                key
                for key, node in models.items()
                if key not in ordered
                and all(
                    parent in ordered or parent not in models
                    for parent in node["depends_on"]["nodes"]
                )
            ]
        compiled = self.run_dir / "target" / "compiled" / "beskplan"
        return [
            (models[key]["name"], (compiled / models[key]["original_file_path"]).read_text())
            for key in ordered
            if models[key]["config"]["materialized"] == "table"
        ]

    def judge(self, candidate: Path) -> Judged:
        decisions = Decisions()
        return Judged(judge(candidate, decisions, "proeve"), decisions, candidate)


def _add_vintage(
    con: duckdb.DuckDBPyConnection, tabel_id: str, moment: str, cells: pd.DataFrame
) -> None:
    """Do to the history what the warehouse does with a vintage; compared with dbt in a test."""
    at = moment.replace("Z", "")
    folder = moment.replace("-", "").replace(":", "")
    con.register("cells", cells.astype({"vaerdi": "float64"}))
    con.execute(
        f"""
        create temp table ny as
        select
            md5(concat_ws(
                '|', 'jobindsats', '{tabel_id}', maaling_id, omraade_kode, periode, dimensioner
            )) as celle_id,
            maaling_id, omraade_kode, periode, dimensioner,
            any_value(vaerdi)::decimal(18, 3) as vaerdi,
            case
                when bool_or(raekke_mangler) then 'M'
                when any_value(vaerdi) is null then 'U'
                else 'A'
            end as status
        from cells join int_omraader on omraade = omraade_navn and omraade_art <> 'region'
        group by all;

        delete from ny using int_obs as o
        where
            o.celle_id = ny.celle_id and o.gyldig_til is null
            and o.vaerdi is not distinct from ny.vaerdi
            and (o.status = ny.status or ny.vaerdi is null and o.status <> 'M');

        update int_obs set gyldig_til = timestamp '{at}'
        from ny where int_obs.celle_id = ny.celle_id and int_obs.gyldig_til is null;

        insert into int_obs by name
        select *, 'jobindsats' as kilde, '{tabel_id}' as tabel_id, 'optaget' as oprindelse,
            timestamp '{at}' as gyldig_fra
        from ny;

        insert into int_daekning by name
        select distinct 'jobindsats' as kilde, '{tabel_id}' as tabel_id,
            timestamp '{at}' as hentet_utc, maaling_id, dimensioner, periode
        from cells;

        update int_vintager set afgoerelse = 'accepteret';
        insert into int_vintager by name
        select 'jobindsats' as kilde, '{tabel_id}' as tabel_id,
            timestamp '{at}' as hentet_utc, 'optaget' as oprindelse,
            'jobindsats/{tabel_id}/{folder}/celler.parquet' as fil;
        drop table ny;
        """  # noqa: S608 - the names are this file's own
    )


def kommuner() -> list[str]:
    """The 98 kommuner in the order of the printed table."""
    path = Settings().seeds / "kommuner.csv"
    return list(pd.read_csv(path, dtype=str).sort_values("kommune_kode")["kommune_navn"])


def moved(cells: pd.DataFrame, carries: dict[str, str], periods: set[str]) -> pd.DataFrame:
    """Let some areas carry the values of others, every measure and member alike."""
    values = cells.set_index(KEY)["vaerdi"].to_dict()
    changed = cells.copy()
    where = changed["omraade"].isin(carries) & changed["periode"].isin(periods)
    changed.loc[where, "vaerdi"] = [
        values[(carries[row.omraade], row.periode, row.dimensioner, row.maaling_id)]
        for row in changed[where].itertuples()
    ]
    return changed


def shifted(names: list[str]) -> dict[str, str]:
    """Each carries the value of the one above; the first that of the last."""
    return {name: names[number - 1] for number, name in enumerate(names)}


def set_value(
    cells: pd.DataFrame,
    omraade: str,
    maaling_id: str,
    value: float | None,
    periode: str = NEWEST,
    dimensioner: str = "",
) -> pd.DataFrame:
    """Change one cell."""
    changed = cells.copy()
    changed["vaerdi"] = changed["vaerdi"].astype("float64")
    where = (
        (changed["omraade"] == omraade)
        & (changed["maaling_id"] == maaling_id)
        & (changed["periode"] == periode)
        & (changed["dimensioner"] == dimensioner)
    )
    assert where.sum() == 1
    changed.loc[where, "vaerdi"] = value
    return changed


def value_of(
    cells: pd.DataFrame, omraade: str, maaling_id: str = COUNT, periode: str = NEWEST
) -> float:
    """Look one total up."""
    where = (cells["omraade"] == omraade) & (cells["maaling_id"] == maaling_id)
    found = cells[where & (cells["periode"] == periode) & (cells["dimensioner"] == "")]
    return float(found["vaerdi"].item())
