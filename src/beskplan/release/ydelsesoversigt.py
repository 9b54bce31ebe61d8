"""A kommune's overview of all ydelsesgrupper over 13 months: counts, and percent of the people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import duckdb

from beskplan.release import danish, notes
from beskplan.release.provenance import Provenance
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text

POPULATION_TABLE = "FOLK1A"
LABEL_COLUMNS = 2
LAST_SQL = """
select coalesce(
    (
        select strptime(nullif(oversigt_slut, ''), '%YM%m')::date from dim_plan
        where plan_id = $plan
    ),
    (select max(maaned) from ydelsesoversigt where kommune_kode = $kommune),
    (select max(maaned) from fct_ydelser)
)::varchar as slut
"""
# The rows that hold in the last month, in every month: a month without a row is shown as not
# fetched, never left out.
ROWS_SQL = """
with maaneder as (
    select unnest(generate_series(
        $slut::date - interval 12 month, $slut::date, interval 1 month
    ))::date as maaned
),

raekker as (
    select distinct raekke_nr, foraelder_nr, ydelsesgruppe, tabel_id
    from ydelsesoversigt
    where
        kommune_kode = $kommune
        and $slut::date between coalesce(oversigt_fra, $slut::date)
        and coalesce(oversigt_til, $slut::date)
)

select
    raekker.*,
    strftime(maaneder.maaned, '%YM%m') as periode,
    oversigt.antal_fuldtidspersoner,
    coalesce(oversigt.antal_status, 'N') as antal_status,
    oversigt.andel_befolkning_pct,
    coalesce(oversigt.er_foreloebig, false) as er_foreloebig,
    coalesce(oversigt.antal_er_syntetisk, false) as antal_er_syntetisk,
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
ENDED_SQL = """
select distinct raekke_nr, ydelsesgruppe, strftime(oversigt_til, '%YM%m') as sidste
from ydelsesoversigt
where kommune_kode = $kommune and foraelder_nr is null and oversigt_til < $slut::date
order by raekke_nr
"""
# A change of name is told however old it is: the row bears the name that it had in the first plan.
BREAKS_SQL = """
select
    brud.dato_fra,
    brud.dato_til,
    brud.beskrivelse,
    list_sort(list(distinct brud.tabel_id)) as tabeller
from dim_brud as brud
join dim_ydelsesgruppe as gruppe
    on
        brud.tabel_id in (gruppe.tabel_id, '*')
        and coalesce(brud.dimensioner, gruppe.dimensioner) = gruppe.dimensioner
where
    gruppe.oversigt_nr is not null
    and $slut::date between coalesce(gruppe.oversigt_fra, $slut::date)
    and coalesce(gruppe.oversigt_til, $slut::date)
    and brud.fra_maaned <= $slut::date
    and (
        coalesce(brud.til_maaned, brud.fra_maaned) > $slut::date - interval 12 month
        or brud.art = 'navneskift'
    )
group by all
order by all
"""
NOTHING_FETCHED = "Ingen af oversigtens tabeller er hentet."


def sheet(con: duckdb.DuckDBPyConnection, plan: Record, basis: Provenance) -> Sheet:
    """Lay a plan's overview out: the 13 months that end with the plan's own, or with the newest.

    Args:
        con: the candidate.
        plan: plan_id, kommune_kode, kommune_navn, er_eksempel.
        basis: what the release rests on.

    Raises:
        ReleaseError: a figure cannot be printed as it is.
    """
    last = records(con, LAST_SQL, plan=plan["plan_id"], kommune=plan["kommune_kode"])[0]["slut"]
    return kommune_sheet(con, plan, last, basis, example=bool(plan["er_eksempel"]))


def kommune_sheet(
    con: duckdb.DuckDBPyConnection,
    kommune: Record,
    last: str,
    basis: Provenance,
    *,
    example: bool = False,
) -> Sheet:
    """Lay a kommune's overview out: each group with a row of counts and a row of percent.

    Args:
        con: a candidate or a release.
        kommune: kommune_kode, kommune_navn.
        last: the last of the 13 months, as ISO date.
        basis: what the figures rest on.
        example: whether it stands beside a plan that nobody has adopted.

    Raises:
        ReleaseError: a figure cannot be printed as it is.
    """
    code = kommune["kommune_kode"]
    fetched = records(con, ROWS_SQL, kommune=code, slut=last)
    left_out = _parts_never_fetched(fetched)
    found = [record for record in fetched if record["raekke_nr"] not in left_out]
    months = sorted({record["periode"] for record in found})
    columns = [Column("Ydelsesgruppe", 26), Column("Opgørelse", 10)]
    columns += [Column(danish.month(month), 11.5) for month in months]
    rows = _rows(found)
    tables = {record["tabel_id"] for record in found if record["tabel_id"]} | {POPULATION_TABLE}
    return Sheet(
        tab="Ydelsesoversigt",
        title=notes.titled(
            f"Oversigt over udviklingen i samtlige ydelsesgrupper i {kommune['kommune_navn']}"
            + (f", {danish.month(months[0])}–{danish.month(months[-1])}" if months else ""),
            synthetic=any(record["er_syntetisk"] for record in found),
        ),
        warnings=[
            *notes.warnings(basis, tables, _synthetic(found, basis), example=example),
            *([] if found else [NOTHING_FETCHED]),
        ],
        columns=columns,
        label_columns=LABEL_COLUMNS,
        rows=rows,
        notes=[
            "Antal fuldtidspersoner, og andel i procent af befolkningen (16-66 år).",
            *notes.cells(columns, rows),
            *notes.expected(con, tables, columns, rows),
            *_not_shown(fetched, left_out),
            *_ended(records(con, ENDED_SQL, kommune=code, slut=last)),
            *[_break(record) for record in records(con, BREAKS_SQL, slut=last)],
            *notes.sources(basis, tables),
        ],
    )


def _parts_never_fetched(found: Sequence[Record]) -> set[int]:
    """Parts of a group of which no month was fetched; the group itself stands."""
    held = {record["raekke_nr"] for record in found if record["antal_status"] != "N"}
    return {
        record["raekke_nr"]
        for record in found
        if record["foraelder_nr"] is not None and record["raekke_nr"] not in held
    }


def _not_shown(found: Sequence[Record], left_out: set[int]) -> list[str]:
    names = _names(found)
    parts = "; ".join(names[nr] for nr in sorted(left_out))
    return [f"Ikke vist, fordi ingen af månederne er hentet: {parts}."] if parts else []


def _ended(ended: Sequence[Record]) -> list[str]:
    """Groups that were here once: said, so that nobody looks for them."""
    lines = []
    for last, group in groupby(ended, key=lambda record: record["sidste"]):
        names = ", ".join(record["ydelsesgruppe"] for record in group)
        lines.append(f"Ophørt og ikke i oversigten: {names} (til og med {danish.month(last)}).")
    return lines


def _break(record: Record) -> str:
    when = danish.day(record["dato_fra"])
    if record["dato_til"]:
        when = f"{when}–{danish.day(record['dato_til'])}"
    tables = ["alle tabeller" if name == "*" else name for name in record["tabeller"]]
    return f"Brud {when} ({', '.join(tables)}): {record['beskrivelse']}."


def _synthetic(found: Sequence[Record], basis: Provenance) -> list[str]:
    tables = {record["tabel_id"] for record in found if record["antal_er_syntetisk"]} - {None}
    population = basis.newest.get(POPULATION_TABLE)
    if population and population.oprindelse == "genereret":
        tables.add(POPULATION_TABLE)
    return sorted(tables)


def _rows(found: Sequence[Record]) -> list[Row]:
    rows: list[Row] = []
    names = _names(found)
    for _, group in groupby(found, key=lambda record: record["raekke_nr"]):
        months = list(group)
        first = months[0]
        label = Text(first["ydelsesgruppe"], indent=1 if first["foraelder_nr"] is not None else 0)
        counts: list[Cell] = [_count(record) for record in months]
        shares: list[Cell] = [_share(record) for record in months]
        name = names[first["raekke_nr"]]
        rows.append(Row(name, [label, Text("Antal"), *counts]))
        rows.append(Row(name, [label, Text("Pct."), *shares]))
    return rows


def _names(found: Sequence[Record]) -> dict[int, str]:
    """What notes call each row, by its number: two groups have parts of the same name."""
    groups = {row["raekke_nr"]: (row["ydelsesgruppe"], row["foraelder_nr"]) for row in found}
    named = {}
    for number, (name, parent) in groups.items():
        named[number] = f"{groups[parent][0]}, {name}" if parent in groups else str(name)
    return named


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
