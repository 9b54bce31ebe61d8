"""Scenarier: the tables that the rules read, written for many months at once.

Everything from `int_kontrol__celler` on is dbt's. A scenarie is one table in one month, and the
tables tied to it as they stood then. The months before are known and accepted; the judged month is
new, as recorded or with an error in it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from joblog_errors import Injection
from joblog_months import EVIDENCE, Dbt, Table

# What an injected scenarie holds of the past: two years of differences and what they need.
PAST = 28
# And of the tables tied to it, which are there to be agreed with: three months in all.
PAST_OF_TIED = 2
BASE = (
    "kontrol_vintager",
    "int_kontrol__omraader",
    "int_kontrol__serier",
    "int_kontrol__spurgt",
    "int_kontrol__celler",
)
# Months before a judged one, at least: one more than the differences that a verdict needs.
HISTORY = 13
FEW_MONTHS = 2
CELLS_A_RUN = 6_000_000
# serie_id of a scenarie: its number times this, and the real series' own.
STRIDE = 1000


@dataclass(frozen=True)
class Scenarie:
    """One judged month.

    Args:
        nr: its number; 0 is the real month.
        tabel_id: the judged table.
        month: the judged month's number.
        past: months before it that are held; None is all.
        injection: the error; None is clean.
    """

    nr: int
    tabel_id: str
    month: int
    past: int | None
    injection: Injection | None


KEEP_SQL = """
create schema if not exists optaget;
create or replace table optaget.vintager as
select * from kontrol_vintager where scenarie = 0 and list_contains($tables, tabel_id);
create or replace table optaget.serier as
select serier.* from int_kontrol__serier as serier
semi join optaget.vintager as vintager using (kilde, tabel_id)
where serier.scenarie = 0;
create or replace table optaget.spurgt as
select * from int_kontrol__spurgt
semi join optaget.serier using (serie_id);
create or replace table optaget.celler as
select celler.*, serier.tabel_id
from int_kontrol__celler as celler
inner join optaget.serier as serier using (serie_id);
create or replace table optaget.omraader as select * from int_kontrol__omraader;
"""
# Each table that a scenarie holds, with its first and last month.
WRITE_SQL = """
create or replace temp table dele as
select
    plan.*,
    plan.scenarie * $stride as foerste_id,
    vintager.kilde,
    datediff('month', make_date((sidste_nr - 1) // 12, (sidste_nr - 1) % 12 + 1, 1),
        make_date((nyeste_nr - 1) // 12, (nyeste_nr - 1) % 12 + 1, 1)) as maaneder_siden
from plan
inner join optaget.vintager as vintager using (tabel_id);

create or replace table kontrol_vintager as
select vintager.* replace (
    dele.scenarie as scenarie,
    vintager.hentet_utc - to_months(maaneder_siden::integer) as hentet_utc,
    vintager.hentet_utc - to_months(maaneder_siden::integer + 1) as forrige_hentet_utc,
    vintager.hentet_utc - to_months(maaneder_siden::integer + 1) as accepteret_hentet_utc,
    not dele.doemmes as er_afgjort
)
from optaget.vintager as vintager
inner join dele using (kilde, tabel_id);

create or replace table int_kontrol__omraader as
select omraader.* replace (list_contains($plans, omraade_kode) as har_plan)
from optaget.omraader as omraader;

-- A breakdown that is asked for in the newest month only was asked for in each.
create or replace temp table serier_dele as
select
    serier.* replace (
        dele.scenarie as scenarie,
        (foerste_id + serie_id)::integer as serie_id,
        case
            when antal_perioder = 1 then dele.sidste_nr
            else greatest(foerste_nr, coalesce(dele.fra_nr, foerste_nr))
        end as foerste_nr,
        dele.sidste_nr as sidste_nr
    ),
    serier.serie_id as egen_id,
    dele.doemmes
from optaget.serier as serier
inner join dele using (tabel_id);

create or replace table int_kontrol__serier as
select serier.* exclude (egen_id, doemmes) replace (
    serier.sidste_nr - serier.foerste_nr + 1 as antal_perioder,
    vintager.hentet_utc as hentet_utc,
    vintager.forrige_hentet_utc as forrige_hentet_utc,
    vintager.accepteret_hentet_utc as accepteret_hentet_utc
)
from serier_dele as serier
inner join kontrol_vintager as vintager using (scenarie, kilde, tabel_id);

create or replace temp table nyeste as
select
    serier.serie_id,
    celler.omraade_nr,
    case when aendret.scenarie is null then celler.vaerdi else aendret.vaerdi end as vaerdi,
    case
        when aendret.scenarie is null then celler.status
        when aendret.vaerdi is null then 'U'
        else 'A'
    end as status
from serier_dele as serier
inner join optaget.celler as celler
    on serier.egen_id = celler.serie_id and serier.sidste_nr = celler.periode_nr
left join aendret
    on
        serier.scenarie = aendret.scenarie
        and serier.egen_id = aendret.serie_id
        and celler.omraade_nr = aendret.omraade_nr;

create or replace table int_kontrol__celler as
select
    serier.scenarie,
    serier.serie_id,
    celler.omraade_nr,
    celler.periode_nr,
    celler.vaerdi,
    celler.status,
    celler.vaerdi as forrige,
    celler.vaerdi as basis
from serier_dele as serier
inner join optaget.celler as celler on serier.egen_id = celler.serie_id
where celler.periode_nr >= serier.foerste_nr and celler.periode_nr < serier.sidste_nr
union all
select
    serier.scenarie,
    serier.serie_id,
    nyeste.omraade_nr,
    serier.sidste_nr as periode_nr,
    nyeste.vaerdi,
    nyeste.status,
    case when not serier.doemmes then nyeste.vaerdi end as forrige,
    case when not serier.doemmes then nyeste.vaerdi end as basis
from serier_dele as serier
inner join nyeste on serier.serie_id = nyeste.serie_id;

create or replace table int_kontrol__spurgt as
with mangler as (
    select serie_id, omraade_nr, count(*) as antal
    from int_kontrol__celler
    where status = 'M'
    group by all
)

select spurgt.* replace (
    serier.serie_id as serie_id,
    serier.sidste_nr - serier.foerste_nr + 1 as raekker,
    serier.sidste_nr - serier.foerste_nr + 1 as perioder,
    coalesce(mangler.antal, 0) as mangler
)
from optaget.spurgt as spurgt
inner join serier_dele as serier on spurgt.serie_id = serier.egen_id
left join mangler
    on serier.serie_id = mangler.serie_id and spurgt.omraade_nr = mangler.omraade_nr;
"""


def keep(dbt: Dbt, tables: Iterable[str]) -> None:
    """Keep the real month's tables aside, as what scenarier are made of."""
    with duckdb.connect(str(dbt.database)) as con:
        for statement in KEEP_SQL.split(";"):
            if statement.strip():
                uses = "$tables" in statement
                con.execute(statement, {"tables": list(tables)} if uses else None)


def plan_rows(
    scenarier: Iterable[Scenarie], tables: Mapping[str, Table], tied: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """One row a scenarie and table in it: what it holds of which months."""
    rows = []
    for item in scenarier:
        own = int(tables[item.tabel_id].months[-1])
        for tabel_id in (item.tabel_id, *tied.get(item.tabel_id, ())):
            newest = int(tables[tabel_id].months[-1])
            # A table that is a month behind another was so then as well.
            behind = newest - own if abs(newest - own) <= FEW_MONTHS else 0
            last = min(newest, item.month + behind)
            judged = tabel_id == item.tabel_id
            first = None if item.past is None else last - (item.past if judged else PAST_OF_TIED)
            if not judged and last < tables[tabel_id].months[0] + HISTORY:
                continue
            rows.append((item.nr, tabel_id, judged, first, last, newest))
    columns = ["scenarie", "tabel_id", "doemmes", "fra_nr", "sidste_nr", "nyeste_nr"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"scenarie": "int32", "fra_nr": "Int32", "sidste_nr": "int32", "nyeste_nr": "int32"}
    )


def changed_rows(scenarier: Iterable[Scenarie], tables: Mapping[str, Table]) -> pd.DataFrame:
    """One row a cell that an error changed."""
    parts = [pd.DataFrame({"scenarie": [], "serie_id": [], "omraade_nr": [], "vaerdi": []})]
    for item in scenarier:
        if item.injection is None:
            continue
        table = tables[item.tabel_id]
        series, area = item.injection.changed.nonzero()
        parts.append(
            pd.DataFrame(
                {
                    "scenarie": item.nr,
                    "serie_id": table.series["serie_id"].to_numpy()[series],
                    "omraade_nr": table.areas[area],
                    "vaerdi": item.injection.figures[series, area],
                }
            )
        )
    return pd.concat(parts, ignore_index=True).astype(
        {"scenarie": "int32", "serie_id": "int32", "omraade_nr": "int32", "vaerdi": "float64"}
    )


def write(
    con: duckdb.DuckDBPyConnection,
    plan: pd.DataFrame,
    changed: pd.DataFrame,
    plans: Sequence[str],
) -> None:
    """Write the tables that the rules read.

    Args:
        con: the bench's database, where `keep` has been.
        plan: `plan_rows`.
        changed: `changed_rows`.
        plans: codes of the kommuner that have a plan.
    """
    con.register("plan", plan)
    con.register("aendret_df", changed)
    # NaN is a number to DuckDB, and no figure to us.
    con.execute(
        "create or replace temp table aendret as "
        "select * replace (case when isnan(vaerdi) then null else vaerdi end as vaerdi) "
        "from aendret_df"
    )
    values = {"stride": STRIDE, "plans": list(plans)}
    for statement in WRITE_SQL.split(";"):
        if statement.strip():
            used = {name: value for name, value in values.items() if f"${name}" in statement}
            con.execute(statement, used or None)
    con.unregister("plan")
    con.unregister("aendret_df")


def evidence(dbt: Dbt) -> None:
    """Every rule that rests on what `write` wrote, by dbt."""
    dbt("run", "--select", *(f"{name}+,{EVIDENCE}" for name in BASE), "--exclude", *BASE)


def chunks(
    scenarier: Sequence[Scenarie], tables: Mapping[str, Table], tied: Mapping[str, Sequence[str]]
) -> Iterator[list[Scenarie]]:
    """Scenarier by as many as one run has room for."""
    held: list[Scenarie] = []
    cells = 0
    for item in scenarier:
        size = 0
        for tabel_id in (item.tabel_id, *tied.get(item.tabel_id, ())):
            table = tables[tabel_id]
            cells_a_month = table.present.sum() / len(table.months)
            past = item.past if tabel_id == item.tabel_id else PAST_OF_TIED
            months = len(table.months) if item.past is None or past is None else past + 1
            size += int(cells_a_month * min(months, len(table.months)))
        if held and cells + size > CELLS_A_RUN:
            yield held
            held, cells = [], 0
        held.append(item)
        cells += size
    if held:
        yield held


def clean(tables: Mapping[str, Table], past: int | None, first_nr: int) -> list[Scenarie]:
    """Every month of every table that has enough before it, as recorded."""
    found: list[Scenarie] = []
    for tabel_id, table in tables.items():
        for month in table.months[HISTORY:]:
            found.append(Scenarie(first_nr + len(found), tabel_id, int(month), past, None))
    return found


def stream(seed: int, *key: object) -> np.random.Generator:
    """Random numbers of its own for each part of the bench, whatever the others draw."""
    return np.random.default_rng([seed, *(zlib.crc32(str(part).encode()) for part in key)])
