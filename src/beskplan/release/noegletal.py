"""The nøgletal of each kommune: value, movement, place and third, in the judged month."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import duckdb

from beskplan.errors import ReleaseError
from beskplan.release import danish, notes
from beskplan.release.basis import Basis
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text

POPULATION_TABLE = "FOLK1A"
LABEL_COLUMNS = 2
BENCHMARK_DECIMALS = 2
ROWS_SQL = """
select * from noegletal
where er_bedoemt and kommune_kode = coalesce(nullif($kommune, ''), kommune_kode)
order by kommune_navn collate da, noegletal_nr, gruppe_art, gruppe_navn
"""
PARTS_SQL = """
select
    definitioner.noegletal_id, definitioner.noegletal_navn, definitioner.naevner_navn,
    definitioner.naevner_art, led.tabel_id
from noegletal_definitioner as definitioner
inner join noegletal_led as led on definitioner.noegletal_id = led.noegletal_id
order by definitioner.noegletal_nr, led.tabel_id
"""
COMPUTED_SQL = """
select distinct kilde, er_syntetisk from dim_gruppe
where gruppe_art = 'sammenlignelig'
order by kilde
"""
COLUMNS = (
    Column("Kommune", 18),
    Column("Nøgletal", 44),
    Column("Måned", 11),
    Column("Pct.", 8),
    Column("Ændring, pct.point", 10),
    Column("Landet, pct.", 9),
    Column("I landet", 20),
    Column("Flyttet", 9),
    Column("Tredjedel", 11),
    Column("Blandt sammenlignelige", 20),
    Column("Flyttet (saml.)", 9),
    Column("Tredjedel (saml.)", 11),
    Column("I regionen", 20),
    Column("I det regionale råd", 20),
    Column("I klynge og egne grupper", 28),
    Column("Forventet, pct.", 10),
    Column("Faktisk, pct. (benchmark)", 11),
    Column("Benchmarkens periode", 22),
    Column("Tal", 11),
)
THIRDS = {1: "øverste", 2: "midterste", 3: "nederste"}
UNRANKED = {
    "intet_tal": "",
    "under_10_personer": "under 10 personer",
    "ukendt_grundlag": "under 10 personer eller ukendt antal",
}
RULES = (
    "Måned: den næstnyeste, kilden har. Den nyeste bedømmes ikke, så der ikke skal tages højde for "
    "efterregistreringer.",
    "Placering 1 er bedst; for aktiveringsgrad og ordinære timer er det den højeste værdi, ellers "
    "den laveste. Ens viste værdier deler placering (1, 2, 2, 4). Kommuner uden tal og, for "
    "procenter af en gruppe modtagere, kommuner med under 10 personer i gruppen er ikke rangeret "
    "og tæller ikke med i antallet.",
    "Flyttet: pladser siden måneden før; ▲ er en bedre placering. Tredjedel: af de rangerede.",
    "Forventet og faktisk (benchmark): kildens beregning for den periode, der står ved siden af, "
    "og for en bredere gruppe ydelser end nøgletallet; den kan ikke sammenlignes med kolonnen Pct.",
)


def sheet(con: duckdb.DuckDBPyConnection, basis: Basis, kommune: str = "") -> Sheet:
    """Lay the nøgletal out: a row a kommune and nøgletal.

    Args:
        con: the candidate.
        basis: what the release rests on.
        kommune: only this kommune's, by its code.

    Returns:
        The table, in alphabetical order of kommuner.

    Raises:
        ReleaseError: a figure cannot be printed as it is.
    """
    found = records(con, ROWS_SQL, kommune=kommune)
    parts = records(con, PARTS_SQL)
    shown = {record["noegletal_id"] for record in found}
    synthetic = {record["noegletal_id"] for record in found if record["er_syntetisk"]}
    benchmarks = {record["benchmark_tabel_id"] for record in found} - {None}
    tables = _tables(parts, shown) | benchmarks
    rows = [
        _row(list(group))
        for _, group in groupby(found, key=lambda r: (r["kommune_kode"], r["noegletal_nr"]))
    ]
    generated = {
        tabel_id
        for tabel_id in _tables(parts, synthetic)
        if (vintage := basis.newest.get(tabel_id)) and vintage.oprindelse == "genereret"
    }
    return Sheet(
        tab="Nøgletal",
        title=notes.titled("Nøgletal for beskæftigelsesindsatsen", synthetic=bool(synthetic)),
        warnings=[*notes.warnings(basis, tables, generated), *_absent(parts, shown)],
        columns=COLUMNS,
        label_columns=LABEL_COLUMNS,
        rows=rows,
        notes=[
            *RULES,
            *_definitions(parts, shown),
            *_computed_groups(con),
            *notes.cells(COLUMNS, rows),
            *notes.expected(con, tables, COLUMNS, rows),
            *notes.sources(basis, tables),
        ],
    )


def period(con: duckdb.DuckDBPyConnection, kommune: str = "") -> str | None:
    """The newest judged month of any nøgletal, or None where there is none.

    Args:
        con: the candidate.
        kommune: only this kommune's, by its code.
    """
    months = [record["periode"] for record in records(con, ROWS_SQL, kommune=kommune)]
    return max(months, default=None)


def _tables(parts: Sequence[Record], noegletal: set[str]) -> set[str]:
    """The source tables that some nøgletal rest on."""
    of_them = [part for part in parts if part["noegletal_id"] in noegletal]
    tables = {part["tabel_id"] for part in of_them}
    if any(part["naevner_art"].startswith("befolkning") for part in of_them):
        tables.add(POPULATION_TABLE)
    return tables


def _absent(parts: Sequence[Record], shown: set[str]) -> list[str]:
    names = dict.fromkeys(
        part["noegletal_navn"] for part in parts if part["noegletal_id"] not in shown
    )
    return [f"Ikke hentet: {', '.join(names)}."] if names else []


def _definitions(parts: Sequence[Record], shown: set[str]) -> list[str]:
    """What each percent is of, and from which tables."""
    lines: dict[str, list[str]] = {}
    for part in parts:
        if part["noegletal_id"] in shown:
            head = f"{part['noegletal_navn']}: i pct. af {part['naevner_navn']}"
            lines.setdefault(head, []).append(part["tabel_id"])
    return [f"{head} ({', '.join(dict.fromkeys(ids))})." for head, ids in lines.items()]


def _computed_groups(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        f"Sammenlignelige kommuner, {record['kilde']}. Afstanden er målt i standardafvigelser; "
        "grupperne er ikke STAR's klynger."
        + (f" {notes.SYNTHETIC} indgår." if record["er_syntetisk"] else "")
        for record in records(con, COMPUTED_SQL)
    ]


def _row(places: Sequence[Record]) -> Row:
    """One nøgletal of one kommune, with its place in each group."""
    first = places[0]
    kind: dict[str, list[Record]] = {}
    for place in places:
        kind.setdefault(place["gruppe_art"], []).append(place)
    decimals = first["decimaler"]
    status = first["status"]
    change = first["vaerdi_aendring"]
    cells: list[Cell] = [
        Text(first["kommune_navn"]),
        Text(first["noegletal_navn"]),
        Text(danish.month(first["periode"])),
        Figure(first["vaerdi"], status, decimals),
        Text("") if change is None else Figure(change, "A", decimals),
        Figure(first["land_vaerdi"], first["land_status"], decimals),
    ]
    for art in ("land", "sammenlignelig"):
        cells += _place_moved_third(kind.get(art, []))
    cells += [
        Text("; ".join(_place(place) for place in kind.get("region", []))),
        Text("; ".join(_place(place) for place in kind.get("rar", []))),
        Text(
            "; ".join(
                f"{place['gruppe_navn']}: {_place(place)}"
                for place in (*kind.get("klynge", []), *kind.get("egen", []))
            )
        ),
        *_benchmark(first),
        Text("syntetiske" if first["er_syntetisk"] else "kildens"),
    ]
    return Row(f"{first['kommune_navn']}, {first['noegletal_navn']}", cells)


def _place_moved_third(places: Sequence[Record]) -> list[Cell]:
    if not places:
        return [Text("")] * 3
    place = places[0]
    third = place["tredjedel"]
    return [Text(_place(place)), Text(_moved(place)), Text(THIRDS[third] if third else "")]


def _benchmark(record: Record) -> list[Cell]:
    """The source's expected share beside its own actual one, and how old they are."""
    if record["forventet_andel_pct"] is None:
        return [Text("")] * 3
    return [
        Figure(record["forventet_andel_pct"], "A", BENCHMARK_DECIMALS),
        Figure(record["benchmark_andel_pct"], "A", BENCHMARK_DECIMALS),
        Text(danish.period(record["benchmark_periode"])),
    ]


def _place(record: Record) -> str:
    """`nr. 7 af 12`, or why there is no place."""
    if record["rang"] is None:
        if record["rang_grund"] not in UNRANKED:
            raise ReleaseError(
                f"no place, and the reason is {record['rang_grund']!r}",
                where="noegletal",
                do="name the reason in UNRANKED",
            )
        return UNRANKED[record["rang_grund"]]
    shared = " (delt)" if record["er_delt"] else ""
    return f"nr. {record['rang']} af {record['antal_i_gruppe']}{shared}"


def _moved(record: Record) -> str:
    moved = record["rang_aendring"]
    if moved is None:
        return ""
    if moved == 0:
        return "samme"
    return f"{'▲' if moved > 0 else '▼'} {abs(moved)}"
