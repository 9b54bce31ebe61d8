"""A small candidate and landing in the contracts' form, for the tests of the release."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from beskplan import flow
from beskplan.errors import WrongKeyError
from beskplan.gate.judgement import Judgement, Outcome, TableVerdict
from beskplan.landing import Landing
from beskplan.landing.records import DecisionOutcome, LookOutcome
from beskplan.release import bi
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
    er_foreloebig boolean, databrud boolean, er_syntetisk boolean, hentet_utc timestamp
);
create table dim_kommune (kommune_kode varchar, kommune_navn varchar);
create table dim_plan (
    plan_id varchar, plan_titel varchar, kommune_navn varchar, er_eksempel boolean,
    oversigt_slut varchar
);
create table dim_indikator (
    indikator_id varchar, indikator_navn varchar, tabel_id varchar, dimensioner varchar,
    enhed varchar, maaling_navn varchar
);
create table prognose (
    kommune_kode varchar, serie_id varchar, maaned date, prognose decimal(18, 3),
    nedre_80 decimal(18, 3), oevre_80 decimal(18, 3), status varchar
);
create table dim_ministermaal (
    ministermaal_aar integer, ministermaal_nr varchar, ministermaal varchar, gyldig_til date
);
create table dim_brud (
    brud_id varchar, tabel_id varchar, dimensioner varchar, dato_fra date, dato_til date,
    fra_maaned date, til_maaned date, art varchar, beskrivelse varchar, er_forventet boolean,
    sammenligneligt varchar, bro_tekst varchar, kilde varchar
);
create table dim_ydelsesgruppe (
    tabel_id varchar, dimensioner varchar, oversigt_nr integer, oversigt_fra date,
    oversigt_til date
);
create table joblog_daekningsgrad (
    omraade_kode varchar, omraade_navn varchar, omraade_art varchar, ydelsesgruppe varchar,
    periode varchar, maaned date, antal_beroerte integer, antal_status varchar,
    andel_pct decimal(18, 3), andel_status varchar, rang integer, rang_af integer,
    raekkefoelge integer, diskretion_under integer, er_syntetisk boolean, tabel_id varchar,
    hentet_utc timestamp
);
create table joblog_tekst (ydelsesgruppe varchar, periode varchar);
create table resultatmaal_status (
    plan_id varchar, plan_titel varchar, er_eksempel boolean, vedtaget_dato date,
    kommune_kode varchar, kommune_navn varchar, maal_nr varchar, foraelder_nr varchar,
    raekkefoelge integer, ministermaal_aar integer, ministermaal_nr varchar, ministermaal varchar,
    indikator_id varchar, indikator_navn varchar, enhed varchar, retning varchar,
    baseline_art varchar, gruppe_navn varchar, baseline_periode varchar,
    baseline_trykt decimal(18, 3), baseline_beregnet decimal(18, 3),
    baseline_beregnet_status varchar, baseline_revideret decimal(18, 3),
    baseline_revideret_status varchar, maal_aendring decimal(18, 3),
    maal_vaerdi decimal(18, 3), maal_periode varchar, skabelon varchar,
    resultatmaal_skabelon varchar, datakilde varchar, periode varchar, maaned date,
    aktuel_vaerdi decimal(18, 3), aktuel_status varchar, er_foreloebig boolean,
    afvigelse decimal(18, 3), maaneder_tilbage integer,
    kraevet_maanedlig_aendring decimal(18, 3), lokal_dato date, lokal_kilde varchar,
    antal_n integer, antal_k integer, kraevet_antal integer, vedtaget_periode varchar,
    vedtaget_vaerdi decimal(18, 3), naaet_ved_vedtagelsen boolean, saet_maal varchar,
    saet_maal_vaerdi decimal(18, 3), saet_vedtaget_vaerdi decimal(18, 3),
    saet_naaet_ved_vedtagelsen boolean, aendring_aar decimal(18, 3),
    i_alt_aendring_aar decimal(18, 3), modsat_gruppe varchar,
    modsat_aendring_aar decimal(18, 3), i_alt_er_syntetisk boolean, i_alt_tabel_id varchar,
    status varchar,
    forklaring varchar, databrud boolean, er_syntetisk boolean, tabel_id varchar,
    hentet_utc timestamp
);
create table prognose_maal (
    plan_id varchar, maal_nr varchar, prognose decimal(18, 3), nedre_80 decimal(18, 3),
    oevre_80 decimal(18, 3), sandsynlighed_pct integer, status varchar, er_syntetisk boolean
);
create table resultatmaal_tekst (
    plan_id varchar, maal_nr varchar, enhed varchar, enhed_ental varchar,
    aendring_ental varchar, aendring_flertal varchar, decimaler integer, maal_vaerdi decimal(18, 3),
    aendring decimal(18, 3), baseline_periode varchar, baseline_aar integer,
    maal_periode varchar, maal_aar integer, skabelon varchar, resultatmaal_skabelon varchar
);
create table ydelsesoversigt (
    kommune_kode varchar, kommune_navn varchar, raekke_nr integer, foraelder_nr integer,
    ydelsesgruppe varchar, oversigt_fra date, oversigt_til date, periode varchar, maaned date,
    er_gaeldende boolean, antal_fuldtidspersoner decimal(18, 3),
    antal_status varchar, befolkning integer, andel_befolkning_pct decimal(18, 3),
    andel_kilde_pct decimal(18, 3), er_foreloebig boolean, antal_er_syntetisk boolean,
    er_syntetisk boolean, tabel_id varchar, hentet_utc timestamp
);
create table noegletal (
    kommune_kode varchar, kommune_navn varchar, noegletal_id varchar, noegletal_nr integer,
    noegletal_navn varchar, naevner_navn varchar, decimaler integer, bedst varchar,
    periode varchar, maaned date, er_bedoemt boolean, gruppe_art varchar, gruppe_id varchar,
    gruppe_navn varchar, vaerdi decimal(18, 3), status varchar, rang integer,
    antal_i_gruppe integer, er_delt boolean, tredjedel integer, rang_grund varchar,
    rang_foer integer, rang_aendring integer, vaerdi_aendring decimal(18, 3),
    land_vaerdi decimal(18, 3), land_status varchar, forventet_andel_pct decimal(18, 3),
    benchmark_andel_pct decimal(18, 3), benchmark_periode varchar, benchmark_tabel_id varchar,
    er_syntetisk boolean,
    rang_er_syntetisk boolean, hentet_utc timestamp
);
create table noegletal_definitioner (
    noegletal_id varchar, noegletal_nr integer, noegletal_navn varchar, naevner_art varchar,
    naevner_navn varchar
);
create table noegletal_led (noegletal_id varchar, led varchar, tabel_id varchar);
create table dim_gruppe (
    gruppe_id varchar, gruppe_art varchar, gruppe_navn varchar, kommune_kode varchar,
    kommune_navn varchar, gyldig_fra date, gyldig_til date, kilde varchar, er_syntetisk boolean
);
create table rar_status (
    gruppe_id varchar, gruppe_art varchar, gruppe_navn varchar, linje_nr integer,
    linje_navn varchar, periode varchar, maaned date, er_bedoemt boolean,
    antal decimal(18, 3), antal_status varchar, andel_pct decimal(18, 3),
    antal_aendring decimal(18, 3), andel_aendring decimal(18, 3), er_afloeb boolean,
    er_syntetisk boolean, tabel_id varchar, hentet_utc timestamp
);
create table rar_resume (
    gruppe_id varchar, saetning_nr integer, saetning varchar, linje_navn varchar,
    periode varchar, periode_foer varchar, antal decimal(18, 3), antal_foer decimal(18, 3),
    antal_aendring decimal(18, 3), andel_pct decimal(18, 3), andel_foer_pct decimal(18, 3),
    land_andel_pct decimal(18, 3), antal_kommuner integer, kommuner_uden_tal integer,
    kommuner_hoejest varchar, andel_hoejest_pct decimal(18, 3), kommuner_lavest varchar,
    andel_lavest_pct decimal(18, 3)
);
create table citerede_maal (
    plan_id varchar, maal_nr varchar, citat_id varchar, tekst varchar, forbehold varchar,
    vaerdi decimal(18, 3), enhed varchar, opgjort_tekst varchar, alder_aar integer,
    kilde varchar, side integer
);
create table fct_ydelser_vintage (
    tabel_id varchar, omraade_kode varchar, omraade_navn varchar, ydelsesgruppe varchar,
    dimensioner varchar, periode varchar, maaling_navn varchar, vaerdi decimal(18, 3),
    status varchar, er_syntetisk boolean, gyldig_fra timestamp, gyldig_til timestamp
);
create table revisioner (
    kilde varchar, tabel_id varchar, maaling_navn varchar, omraade_kode varchar,
    ydelsesgruppe varchar, dimensioner varchar, periode varchar, alder_mdr integer,
    art varchar, begrundelse varchar, foer_fra timestamp, frigivelse timestamp
);
create table revision_forventet (
    kilde varchar, tabel_id varchar, maaling_navn varchar, frigivelse timestamp,
    alder_mdr integer, stoerrelse varchar, omraade_kode varchar, middel_pct decimal(18, 3),
    p95_pct decimal(18, 2), maalt_paa varchar, ventet_tekst varchar
);
create table kontrol_fund (scenarie integer, tabel_id varchar);
create view stg_noget as select 1 as tal;
comment on table fct_ydelser is 'Antal ydelsesmodtagere, Jobindsats'' tal';
comment on column fct_ydelser.vaerdi is 'Værdien';
"""


def judged(run: str, *tables: TableVerdict) -> Judgement:
    """A judgement of a run."""
    return Judgement(koersel=run, tabeller=tables, faelles=(), regler=())


def verdict(tabel_id: str, udfald: Outcome, *, decided: bool = False) -> TableVerdict:
    return TableVerdict("jobindsats", tabel_id, "2026-08-18T19:52:00Z", udfald, decided, (), 0)


@dataclass(frozen=True)
class Landed:
    tabel_id: str
    hentet_utc: str
    oprindelse: str = "optaget"
    kilde: str = "jobindsats"


FIRST = Landed("y25i01", "2026-08-18T19:52:00Z")
SECOND = Landed("y25i01", "2026-08-19T07:59:00Z")


def insert(con: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """Insert one row; columns that are not named are null."""
    names = ", ".join(values)
    marks = ", ".join(f"${name}" for name in values)
    con.execute(f"insert into {table} ({names}) values ({marks})", values)  # noqa: S608 - the test's own names


GOAL = {
    "plan_id": "plan-a",
    "plan_titel": "Beskæftigelsesplan 2026 for Herlev Kommune",
    "er_eksempel": False,
    "kommune_kode": "163",
    "kommune_navn": "Herlev",
    "maal_nr": "1.a",
    "raekkefoelge": 1,
    "ministermaal_aar": 2026,
    "ministermaal_nr": "1",
    "ministermaal": "Flere i arbejde",
    "enhed": "fuldtidspersoner",
    "retning": "<=",
    "baseline_art": "aarsgennemsnit",
    "baseline_periode": "2025",
    "baseline_trykt": 1500,
    "baseline_beregnet": None,
    "baseline_beregnet_status": "F",
    "baseline_revideret": 1498,
    "baseline_revideret_status": "A",
    "maal_aendring": -300,
    "maal_vaerdi": 1200,
    "maal_periode": "2026",
    "status": "gul",
    "forklaring": "=Målet er ikke nået.",
    "naaet_ved_vedtagelsen": False,
    "saet_naaet_ved_vedtagelsen": False,
    "i_alt_er_syntetisk": False,
    "datakilde": "jobindsats",
    "databrud": False,
    "er_syntetisk": False,
    "er_foreloebig": False,
    "tabel_id": "y25i01",
}
GOAL_TEXT = {
    "plan_id": "plan-a",
    "maal_nr": "1.a",
    "enhed": "fuldtidspersoner",
    "enhed_ental": "fuldtidsperson",
    "aendring_ental": "fuldtidsperson",
    "aendring_flertal": "fuldtidspersoner",
    "decimaler": 0,
    "maal_vaerdi": 1200,
    "aendring": 300,
    "baseline_aar": 2025,
    "maal_periode": "2026",
    "maal_aar": 2026,
    "skabelon": "Ned til {maal} i {maal_aar}, et fald på {aendring} siden {baseline_aar}",
    "resultatmaal_skabelon": "Højst {maal}",
}
MONTHS_2026 = [
    ("2026M05", 1321, "A", False),
    ("2026M06", 1310, "A", False),
    ("2026M07", 1299, "A", True),
    ("2026M08", None, "N", False),
]


def add_goal(
    con: duckdb.DuckDBPyConnection,
    *,
    months: Sequence[tuple[str, int | None, str, bool]] = MONTHS_2026,
    text: Mapping[str, object] | None = None,
    **values: object,
) -> None:
    """Add a mål with its months."""
    goal = GOAL | values
    insert(con, "resultatmaal_tekst", **(GOAL_TEXT | {"maal_nr": goal["maal_nr"]} | (text or {})))
    for month, value, status, provisional in months:
        _insert_month(con, goal, month, value, status, provisional)


def _insert_month(
    con: duckdb.DuckDBPyConnection,
    goal: Mapping[str, object],
    month: str,
    value: int | None,
    status: str,
    provisional: bool,
) -> None:
    own = {
        "periode": month,
        "maaned": f"{month[:4]}-{month[5:]}-01",
        "aktuel_vaerdi": value,
        "aktuel_status": status,
        "er_foreloebig": provisional,
        "afvigelse": None if value is None else value - 1200,
        # 110 too many in June with six months left: 18.33 a month.
        "kraevet_maanedlig_aendring": Decimal("-18.3") if value == 1310 else None,
        "maaneder_tilbage": 12 - int(month[5:]),
        # A provisional month waits for the next.
        **({"status": "ikke_opgjort"} if provisional else {}),
    }
    insert(con, "resultatmaal_status", **(dict(goal) | own))


def _complete(con: duckdb.DuckDBPyConnection) -> None:
    """Add the tables and columns that BI is promised and that no test here writes to."""
    for view in bi.contract():
        if view.table.startswith("_") or view.table == "rettelser":
            continue
        con.execute(f"create table if not exists {view.table} (_ integer)")
        for column in view.columns:
            con.execute(
                f"alter table {view.table} add column if not exists {column.name} {column.type}"
            )
        con.execute(f"alter table {view.table} drop column if exists _")


def stamp(iso: str) -> str:
    return iso.replace("-", "").replace(":", "")


def land(settings: Settings, vintage: Landed) -> None:
    """Write a vintage's manifest and its periods; the release reads nothing else of it."""
    folder = settings.landing / vintage.kilde / vintage.tabel_id / stamp(vintage.hentet_utc)
    folder.mkdir(parents=True)
    record = {
        "kilde": vintage.kilde,
        "tabel_id": vintage.tabel_id,
        "hentet_utc": vintage.hentet_utc,
        "update_latest": vintage.hentet_utc[:10],
        "oprindelse": vintage.oprindelse,
        "indholdssum": f"sum-{vintage.hentet_utc}",
        "kode_version": "x",
        "raekker_spurgt": 1,
        "raekker_mangler": 0,
        "celler_sha256": "x",
        "svar": [],
    }
    (folder / "manifest.json").write_text(json.dumps(record))
    with duckdb.connect() as con:
        con.execute(
            "copy (select unnest(['2026M06', '2026M07']) as periode, false as raekke_mangler) to ?",
            [str(folder / "celler.parquet")],
        )


def decide(
    settings: Settings, vintage: Landed, udfald: DecisionOutcome, hvem: str, at: str
) -> None:
    Landing(settings.landing).decide(
        vintage.kilde,
        vintage.tabel_id,
        vintage.hentet_utc,
        udfald,
        hvem=hvem,
        hvorfor="=hvorfor",
        at=datetime.fromisoformat(at),
    )


def look(settings: Settings, tabel_id: str, udfald: LookOutcome) -> None:
    error = WrongKeyError("nøglen er forkert", where="y25i01", do="forny den")
    Landing(settings.landing).record_tilsyn(
        "jobindsats",
        tabel_id,
        udfald,
        seen_at=datetime(2026, 8, 20, tzinfo=UTC),
        error=error if udfald == "fejl" else None,
    )


def make_settings(home: Path, token: str | None = None) -> Settings:
    seeds = home / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    (seeds / "planer.csv").write_text("plan_id\nherlev-2018\n", encoding="utf-8")
    for name in ("noegletal_definitioner", "noegletal_led"):
        (seeds / f"{name}.csv").write_text("noegletal_id\n", encoding="utf-8")
    charts = Settings.from_env().chart_folder
    return Settings(home=home, seeds=seeds, token=token, chart_folder=charts)


def candidate(
    settings: Settings,
    run: str,
    vintages: Sequence[Landed],
    *,
    months: Sequence[str] = ("2026M06", "2026M07"),
    synthetic: bool = False,
    factor: int = 1,
    as_of: str | None = None,
) -> Path:
    """Write a candidate that rests on landed vintages; return its run's folder."""
    folder = settings.work / run
    folder.mkdir(parents=True)
    (folder / flow.ABOUT_RUN).write_text(json.dumps({"koersel": run, "as_of": as_of}))
    with duckdb.connect(folder / "kandidat.duckdb") as con:
        con.execute("begin")
        con.execute(DDL)
        _complete(con)
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
        add_goal(con)
        insert(con, "dim_kommune", kommune_kode="163", kommune_navn="Herlev")
        insert(
            con,
            "dim_plan",
            plan_id="plan-a",
            plan_titel=GOAL["plan_titel"],
            kommune_navn=GOAL["kommune_navn"],
            er_eksempel=GOAL["er_eksempel"],
            oversigt_slut="",
        )
        con.execute("commit")
    return folder
