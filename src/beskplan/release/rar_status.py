"""RAR status: a resume and the shares of each group of kommuner, its kommuner and the country."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import duckdb

from beskplan.release import danish, notes
from beskplan.release.basis import Basis
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text

POPULATION_TABLE = "FOLK1A"
LABEL_COLUMNS = 2
STATUS_SQL = "select * from rar_status where er_bedoemt order by linje_nr"
RESUME_SQL = "select * from rar_resume order by gruppe_id, saetning_nr"
# Regions are left to the database: today they are the councils' kommuner over again.
MEMBERS_SQL = """
select
    grupper.gruppe_id, grupper.gruppe_navn, grupper.kommune_kode, grupper.kommune_navn,
    grupper.kilde
from dim_gruppe as grupper
where
    grupper.gruppe_art in ('rar', 'jobcenter', 'klynge', 'egen')
    and grupper.gruppe_id = coalesce(nullif($gruppe, ''), grupper.gruppe_id)
    and $maaned::date between grupper.gyldig_fra and coalesce(grupper.gyldig_til, '9999-12-31')
order by
    list_position(['rar', 'jobcenter', 'klynge', 'egen'], grupper.gruppe_art),
    grupper.gruppe_navn collate da,
    grupper.kommune_navn collate da
"""
COUNTRY = "000"
NOTHING_FETCHED = "Ingen af RAR-statussens tabeller er hentet."


def sheet(con: duckdb.DuckDBPyConnection, basis: Basis, group: str = "") -> Sheet:
    """Lay the status out: each group with resume, counts, shares and the kommuner's shares.

    Args:
        con: the candidate.
        basis: what the release rests on.
        group: only this group's, by its id.

    Returns:
        The table of the judged month.

    Raises:
        ReleaseError: a figure cannot be printed as it is.
    """
    found = records(con, STATUS_SQL)
    lines = {record["linje_nr"]: record for record in found}
    by_area: dict[str, dict[int, Record]] = {}
    for record in found:
        by_area.setdefault(record["gruppe_id"], {})[record["linje_nr"]] = record
    period = found[0]["periode"] if found else None
    members = (
        records(con, MEMBERS_SQL, maaned=str(found[0]["maaned"]), gruppe=group) if found else []
    )
    columns = [Column("Område", 30), Column("Opgørelse", 24)]
    columns += [Column(line["linje_navn"], 15) for line in lines.values()]
    rows = _rows(by_area, members, _resume(con))
    tables = {line["tabel_id"] for line in lines.values()}
    if found:
        tables.add(POPULATION_TABLE)
    generated = {
        tabel_id
        for tabel_id in tables
        if (vintage := basis.newest.get(tabel_id)) and vintage.oprindelse == "genereret"
    }
    synthetic = any(record["er_syntetisk"] for record in found)
    return Sheet(
        tab="RAR-status",
        title=notes.titled(
            "Status for de regionale råds kommuner"
            + (f", {danish.month(period)}" if period else ""),
            synthetic=synthetic,
        ),
        warnings=[
            *notes.warnings(basis, tables, generated if synthetic else ()),
            *([] if found else [NOTHING_FETCHED]),
        ],
        columns=columns,
        label_columns=LABEL_COLUMNS,
        rows=rows,
        notes=[
            "Fuldtidspersoner, og andel i procent af befolkningen (16-66 år); ledige også. En "
            "gruppes andel er vægtet: summen af kommunernes antal over summen af deres befolkning. "
            "Mangler en kommunes tal, er der intet tal for gruppen. Måneden er den næstnyeste, som "
            "alle tabeller har.",
            "Ændringen er for de kommuner, gruppen har i måneden, siden samme måned året før.",
            *_run_off(lines.values()),
            *_memberships(members),
            *notes.cells(columns, rows),
            *notes.expected(con, tables, columns, rows),
            *notes.sources(basis, tables),
        ],
    )


def _rows(
    by_area: Mapping[str, Mapping[int, Record]],
    members: Sequence[Record],
    resume: Mapping[str, Sequence[str]],
) -> list[Row]:
    groups: dict[str, list[Record]] = {}
    for member in members:
        groups.setdefault(member["gruppe_id"], []).append(member)
    rows: list[Row] = []
    for group_id, kommuner in groups.items():
        name = kommuner[0]["gruppe_navn"]
        rows.append(Row(name, [Text(name)], is_heading=True))
        rows += [
            Row(name, [Text(sentence)], is_heading=True) for sentence in resume.get(group_id, [])
        ]
        rows += _group_rows(name, by_area[group_id])
        rows.append(_share_row("Hele landet", by_area[COUNTRY]))
        rows += [
            _share_row(member["kommune_navn"], by_area[member["kommune_kode"]], indent=1)
            for member in kommuner
        ]
    return rows


def _group_rows(name: str, lines: Mapping[int, Record]) -> list[Row]:
    figures: Mapping[str, Callable[[Record], Figure]] = {
        "Antal": lambda line: _figure(line, "antal", 0),
        "Ændring, antal": lambda line: _figure(line, "antal_aendring", 0),
        "Andel, pct.": lambda line: _figure(line, "andel_pct", 1),
        "Ændring, procentpoint": lambda line: _figure(line, "andel_aendring", 1),
    }
    return [
        Row(name, [Text(name), Text(kind), *[figure(line) for line in lines.values()]])
        for kind, figure in figures.items()
    ]


def _share_row(name: str, lines: Mapping[int, Record], indent: int = 0) -> Row:
    shares: list[Cell] = [_figure(line, "andel_pct", 1) for line in lines.values()]
    return Row(name, [Text(name, indent), Text("Andel, pct."), *shares])


def _figure(line: Record, column: str, decimals: int) -> Figure:
    """A figure lacks for the reason that the count lacks; else it is the other month, or people."""
    value, status = line[column], line["antal_status"]
    lacking = "N" if status == "A" and value is None else status
    return Figure(value, lacking, decimals)


def _resume(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    sentences: dict[str, list[str]] = {}
    for record in records(con, RESUME_SQL):
        sentences.setdefault(record["gruppe_id"], []).append(_SENTENCES[record["saetning"]](record))
    return sentences


def _share(record: Record) -> str:
    month, before = danish.month(record["periode"]), danish.month(record["periode_foer"])
    head = f"{record['linje_navn']} i {month}:"
    if record["andel_pct"] is None:
        return (
            f"{head} andelen kan ikke opgøres; {record['kommuner_uden_tal']} af "
            f"{record['antal_kommuner']} kommuner mangler et tal."
        )
    text = f"{head} {_pct(record['andel_pct'])} af befolkningen (16-66 år)"
    if record["andel_foer_pct"] is not None:
        text += f" mod {_pct(record['andel_foer_pct'])} i {before}"
    text += "."
    if record["land_andel_pct"] is not None:
        text += f" I hele landet er andelen {_pct(record['land_andel_pct'])}"
    return text


def _spread(record: Record) -> str:
    return (
        f"Andelen er højest i {_names(record['kommuner_hoejest'])} "
        f"({_pct(record['andel_hoejest_pct'])}) og lavest i {_names(record['kommuner_lavest'])} "
        f"({_pct(record['andel_lavest_pct'])})."
    )


def _change(record: Record) -> str:
    fell = record["antal_aendring"] < 0
    count = abs(record["antal_aendring"])
    return (
        f"{'Det største fald' if fell else 'Den største stigning'} siden "
        f"{danish.month(record['periode_foer'])} er i {record['linje_navn'].lower()}: "
        f"{danish.number(count, 0)} {'fuldtidsperson' if count == 1 else 'fuldtidspersoner'} "
        f"{'færre' if fell else 'flere'}, fra {danish.number(record['antal_foer'], 0)} til "
        f"{danish.number(record['antal'], 0)}."
    )


_SENTENCES: Mapping[str, Callable[[Record], str]] = {
    "andel": _share,
    "spredning": _spread,
    "fald": _change,
    "stigning": _change,
}


def _pct(value: danish.Number) -> str:
    return f"{danish.number(value, 1)} pct."


def _names(text: str) -> str:
    """`A, B, C` → `A, B og C`."""
    head, comma, last = text.rpartition(", ")
    return f"{head} og {last}" if comma else text


def _run_off(lines: Iterable[Record]) -> list[str]:
    closed = [line["linje_navn"] for line in lines if line["er_afloeb"]]
    return (
        [f"Lukket for nye; et faldende antal er ikke et resultat: {', '.join(closed)}."]
        if closed
        else []
    )


def _memberships(members: Sequence[Record]) -> list[str]:
    """Whence it is known who belongs to which group."""
    by_source: dict[str, dict[str, None]] = {}
    for member in members:
        by_source.setdefault(member["kilde"], {})[member["gruppe_navn"]] = None
    return [
        f"Gruppernes kommuner ({', '.join(names)}): {kilde}." for kilde, names in by_source.items()
    ]
