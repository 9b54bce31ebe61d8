"""A small candidate and landing in the contracts' form, for the tests of the release."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from beskplan.settings import Settings

DDL = """
create table int_vintager (
    kilde varchar, tabel_id varchar, hentet_utc timestamp, update_latest varchar,
    oprindelse varchar, indholdssum varchar
);
create table fct_ydelser (
    tabel_id varchar, omraade_kode varchar, omraade_navn varchar, ydelsesgruppe varchar,
    begreb varchar, dimensioner varchar, periode varchar, maaned date, maaling_id varchar,
    maaling varchar, maaling_navn varchar, enhed varchar, vaerdi decimal(18, 3), status varchar,
    er_foreloebig boolean, databrud varchar, er_syntetisk boolean, hentet_utc timestamp
);
create table dim_kommune (kommune_kode varchar, kommune_navn varchar);
create table planer (plan_id varchar);
create table kontrol_fund (scenarie integer, tabel_id varchar);
create view stg_noget as select 1 as tal;
comment on table fct_ydelser is 'Antal ydelsesmodtagere, Jobindsats'' tal';
comment on column fct_ydelser.vaerdi is 'Værdien';
"""


@dataclass(frozen=True)
class Verdict:
    kilde: str
    tabel_id: str
    udfald: str
    allerede_afgjort: bool = False


@dataclass(frozen=True)
class Judgement:
    koersel: str
    tabeller: Sequence[Verdict] = field(default_factory=tuple)


@dataclass(frozen=True)
class Landed:
    tabel_id: str
    hentet_utc: str
    oprindelse: str = "optaget"
    kilde: str = "jobindsats"


FIRST = Landed("y25i01", "2026-08-18T19:52:00Z")
SECOND = Landed("y25i01", "2026-08-19T07:59:00Z")


def stamp(iso: str) -> str:
    return iso.replace("-", "").replace(":", "")


def land(settings: Settings, vintage: Landed) -> None:
    """Write a vintage's manifest; the release reads nothing else of it."""
    folder = settings.landing / vintage.kilde / vintage.tabel_id / stamp(vintage.hentet_utc)
    folder.mkdir(parents=True)
    record = {
        "kilde": vintage.kilde,
        "tabel_id": vintage.tabel_id,
        "hentet_utc": vintage.hentet_utc,
        "update_latest": vintage.hentet_utc[:10],
        "oprindelse": vintage.oprindelse,
        "indholdssum": f"sum-{vintage.hentet_utc}",
    }
    (folder / "manifest.json").write_text(json.dumps(record))


def decide(settings: Settings, vintage: Landed, udfald: str, hvem: str, when: str) -> None:
    folder = settings.landing / "afgoerelser"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{vintage.kilde}__{vintage.tabel_id}__{stamp(vintage.hentet_utc)}"
    nr = len(list(folder.glob(f"{name}__*"))) + 1
    record = {
        "kilde": vintage.kilde,
        "tabel_id": vintage.tabel_id,
        "hentet_utc": vintage.hentet_utc,
        "nr": nr,
        "udfald": udfald,
        "hvem": hvem,
        "hvorfor": "=hvorfor",
        "afgjort_utc": when,
    }
    (folder / f"{name}__{nr:02d}.json").write_text(json.dumps(record))


def look(settings: Settings, tabel_id: str, nr: int, udfald: str) -> None:
    folder = settings.landing / "tilsyn" / "jobindsats" / tabel_id
    folder.mkdir(parents=True, exist_ok=True)
    fejl = {"type": "x", "besked": "nøglen er forkert", "goer": "x"} if udfald == "fejl" else None
    record = {
        "kilde": "jobindsats",
        "tabel_id": tabel_id,
        "nr": nr,
        "udfald": udfald,
        "fejl": fejl,
    }
    (folder / f"{nr:06d}.json").write_text(json.dumps(record))


def make_settings(home: Path, token: str | None = None) -> Settings:
    seeds = home / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    (seeds / "planer.csv").write_text("plan_id\nherlev-2018\n", encoding="utf-8")
    return Settings(home=home, seeds=seeds, token=token)


def candidate(
    settings: Settings,
    run: str,
    vintages: Sequence[Landed],
    *,
    months: Sequence[str] = ("2026M06", "2026M07"),
    synthetic: bool = False,
    factor: int = 1,
) -> Path:
    """Write a candidate that rests on landed vintages; return its run's folder."""
    folder = settings.work / run
    folder.mkdir(parents=True)
    with duckdb.connect(folder / "kandidat.duckdb") as con:
        con.execute(DDL)
        for vintage in vintages:
            con.execute(
                "insert into int_vintager values (?, ?, ?::timestamp, ?, ?, ?)",
                [
                    vintage.kilde,
                    vintage.tabel_id,
                    vintage.hentet_utc.removesuffix("Z"),
                    vintage.hentet_utc[:10],
                    vintage.oprindelse,
                    f"sum-{vintage.hentet_utc}",
                ],
            )
        newest = max(vintage.hentet_utc for vintage in vintages).removesuffix("Z")
        for month in months:
            con.execute(
                "insert into fct_ydelser select 'y25i01', lpad(i::text, 3, '0'), 'Område ' || i, "
                "'Ydelsesgrupper i alt', 'ledige', '', $m, strptime($m, '%YM%m')::date, 'id', "
                "'Antal', 'antal', 'fuldtidspersoner', i * $f, 'A', false, null, $s, $t::timestamp "
                "from range(300) r(i) order by hash(i)",
                {"m": month, "f": factor, "s": synthetic, "t": newest},
            )
    return folder
