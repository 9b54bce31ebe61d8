"""A kommune's overview of all ydelsesgrupper over 13 months: counts, and percent of the people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import duckdb

from beskplan.release import danish, notes
from beskplan.release.basis import Basis
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text

POPULATION_TABLE = "FOLK1A"
LABEL_COLUMNS = 2
LAST_SQL = """
select coalesce(
    (
        select strptime(nullif(oversigt_slut, ''), '%YM%m')::date from planer
        where plan_id = $plan
    ),
    (select max(maaned) from ydelsesoversigt where kommune_kode = $kommune),
    (select max(maaned) from fct_ydelser)
)::varchar as slut
"""
# Every row in every month: a month without a row is shown as not fetched, never left out.
ROWS_SQL = """
with maaneder as (
    select unnest(generate_series(
        $slut::date - interval 12 month, $slut::date, interval 1 month
    ))::date as maaned
),

raekker as (
    select distinct raekke_nr, foraelder_nr, ydelsesgruppe, tabel_id
    from ydelsesoversigt
    where kommune_kode = $kommune
)

select
    raekker.*,
    strftime(maaneder.maaned, '%YM%m') as periode,
    oversigt.antal_fuldtidspersoner,
    coalesce(oversigt.antal_status, 'N') as antal_status,
    oversigt.andel_befolkning_pct,
    coalesce(oversigt.er_foreloebig, false) as er_foreloebig,
    coalesce(oversigt.er_syntetisk, false) as er_syntetisk
from raekker
cross join maaneder
left join ydelsesoversigt as oversigt
    on
        oversigt.kommune_kode = $kommune
        and oversigt.raekke_nr = raekker.raekke_nr
        and oversigt.maaned = maaneder.maaned
order by raekker.raekke_nr, maaneder.maaned
"""
NOTHING_FETCHED = "Ingen af oversigtens tabeller er hentet."


def sheet(con: duckdb.DuckDBPyConnection, plan: Record, basis: Basis) -> Sheet:
    """Lay a plan's overview out: each group with a row of counts and a row of percent.

    Args:
        con: the candidate.
        plan: plan_id, kommune_kode, kommune_navn, er_eksempel.
        basis: what the release rests on.

    Returns:
        The table: the 13 months that end with the plan's own, or with the newest.

    Raises:
        ReleaseError: a figure cannot be printed as it is.
    """
    kommune = plan["kommune_kode"]
    last = records(con, LAST_SQL, plan=plan["plan_id"], kommune=kommune)[0]["slut"]
    found = records(con, ROWS_SQL, kommune=kommune, slut=last)
    months = sorted({record["periode"] for record in found})
    columns = [Column("Ydelsesgruppe", 26), Column("Opgørelse", 10)]
    columns += [Column(danish.month(month), 11.5) for month in months]
    rows = _rows(found)
    tables = {record["tabel_id"] for record in found if record["tabel_id"]} | {POPULATION_TABLE}
    return Sheet(
        tab="Ydelsesoversigt",
        title=notes.titled(
            f"Oversigt over udviklingen i samtlige ydelsesgrupper i {plan['kommune_navn']}"
            + (f", {danish.month(months[0])}–{danish.month(months[-1])}" if months else ""),
            synthetic=any(record["er_syntetisk"] for record in found),
        ),
        warnings=[
            *notes.warnings(
                basis, tables, _synthetic(found, basis), example=bool(plan["er_eksempel"])
            ),
            *([] if found else [NOTHING_FETCHED]),
        ],
        columns=columns,
        label_columns=LABEL_COLUMNS,
        rows=rows,
        notes=[
            "Antal fuldtidspersoner, og andel i procent af befolkningen (16-66 år).",
            *notes.cells(columns, rows),
            *notes.sources(basis, tables),
        ],
    )


def _synthetic(found: Sequence[Record], basis: Basis) -> list[str]:
    tables = {record["tabel_id"] for record in found if record["er_syntetisk"]} - {None}
    population = basis.newest.get(POPULATION_TABLE)
    if population and population.oprindelse == "genereret":
        tables.add(POPULATION_TABLE)
    return sorted(tables)


def _rows(found: Sequence[Record]) -> list[Row]:
    rows: list[Row] = []
    for _, group in groupby(found, key=lambda record: record["raekke_nr"]):
        months = list(group)
        first = months[0]
        label = Text(first["ydelsesgruppe"], indent=1 if first["foraelder_nr"] is not None else 0)
        counts: list[Cell] = [_count(record) for record in months]
        shares: list[Cell] = [_share(record) for record in months]
        name = _name(found, first)
        rows.append(Row(name, [label, Text("Antal"), *counts]))
        rows.append(Row(name, [label, Text("Pct."), *shares]))
    return rows


def _name(found: Sequence[Record], row: Record) -> str:
    """What notes call a row: two groups have parts of the same name."""
    parents = {r["raekke_nr"]: r["ydelsesgruppe"] for r in found}
    parent = parents.get(row["foraelder_nr"])
    return f"{parent}, {row['ydelsesgruppe']}" if parent else str(row["ydelsesgruppe"])


def _count(record: Record) -> Figure:
    return Figure(
        record["antal_fuldtidspersoner"], _status(record), provisional=_provisional(record)
    )


def _share(record: Record) -> Figure:
    """The share has the count's status; a share that is lacking alone lacks the population."""
    value = record["andel_befolkning_pct"]
    status = _status(record)
    lacking = "N" if status == "A" and value is None else status
    return Figure(value, lacking, decimals=1, provisional=_provisional(record))


def _status(record: Record) -> str:
    return "I" if record["tabel_id"] is None else str(record["antal_status"])


def _provisional(record: Record) -> bool:
    return bool(record["er_foreloebig"])
