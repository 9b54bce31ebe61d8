"""The Joblog bilag: table 1 with its text, figure 1 (the series) and figure 2 (the ranking)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import duckdb

from beskplan.release import danish, notes
from beskplan.release.basis import Basis
from beskplan.release.joblog_text import paragraphs
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Chart, Column, Figure, Row, Sheet, Text

TABLE = "joblog"
RANKED = "Jobparate kontanthjælpsmodtagere"
MONTH_SQL = """
select * from joblog_daekningsgrad
where periode = coalesce(nullif($periode, ''), (select max(periode) from joblog_daekningsgrad))
order by omraade_art desc, omraade_kode, ydelsesgruppe
"""
SERIES_SQL = """
select * from joblog_daekningsgrad
where omraade_art = 'land'
order by maaned, ydelsesgruppe
"""
TEXT_SQL = "select * from joblog_tekst where periode = $periode order by ydelsesgruppe"
TITLE = (
    "Antal berørte personer og dækningsgrad for Joblog blandt dagpengemodtagere, jobparate "
    "kontanthjælpsmodtagere og åbenlyst uddannelsesparate uddannelseshjælpsmodtagere"
)
DEFINITION = (
    "Antal berørte personer dækker over antal i målgruppen, der ikke er fritaget for brug af "
    "Joblog. Andel: procent af dem, der har anvendt Joblog."
)
LOST = "mangler: tallet er gået tabt i den fil, som bilaget er læst af"
COUNT_WIDTH, SHARE_WIDTH = 16, 16


class MonthSheet(NamedTuple):
    """The table of one month.

    Args:
        periode: the month, `2018M01`.
        sheet: the table with its figures.
    """

    periode: str
    sheet: Sheet


def sheet(con: duckdb.DuckDBPyConnection, basis: Basis, month: str = "") -> MonthSheet | None:
    """Lay a month out.

    Args:
        con: the candidate.
        basis: what the release rests on.
        month: `2018M01`; empty is the newest.

    Returns:
        The month, or None where no bilag has landed.

    Raises:
        ReleaseError: a figure cannot be printed as it is.
    """
    found = records(con, MONTH_SQL, periode=month)
    if not found:
        return None
    periode = str(found[0]["periode"])
    series = records(con, SERIES_SQL)
    text = records(con, TEXT_SQL, periode=periode)
    synthetic = any(record["er_syntetisk"] for record in found)
    groups = list(dict.fromkeys(str(record["ydelsesgruppe"]) for record in found))
    columns = [Column("Kommune", 22)]
    for group in groups:
        columns += [
            Column(f"{group}: Antal berørte personer", COUNT_WIDTH),
            Column(f"{group}: Andel", SHARE_WIDTH),
        ]
    table = Sheet(
        tab="Tabel 1",
        title=notes.titled(
            f"Tabel 1. {TITLE}. {danish.month(periode).capitalize()}", synthetic=synthetic
        ),
        warnings=[
            *notes.warnings(basis, [TABLE], [TABLE] if synthetic else []),
            *([] if synthetic else _synthetic_months(series)),
        ],
        columns=columns,
        label_columns=1,
        rows=_rows(found),
        notes=[DEFINITION, *_not_shown(found), *_sources(basis)],
        paragraphs=paragraphs(text),
        figures=[_figure_1(series, groups, basis), _figure_2(found, periode, basis)],
    )
    return MonthSheet(periode, table)


def _rows(found: Sequence[Record]) -> list[Row]:
    """Hele landet first, then the kommuner by the Danish alphabet."""
    by_area = [list(pair) for _, pair in groupby(found, key=lambda record: record["omraade_kode"])]
    ordered = sorted(
        by_area,
        key=lambda mine: (
            mine[0]["omraade_art"] != "land",
            danish.alphabet(mine[0]["omraade_navn"]),
        ),
    )
    return [
        Row(
            mine[0]["omraade_navn"],
            [Text(mine[0]["omraade_navn"]), *(cell for record in mine for cell in _pair(record))],
        )
        for mine in ordered
    ]


def _pair(record: Record) -> list[Cell]:
    return [
        Figure(record["antal_beroerte"], record["antal_status"]),
        Figure(record["andel_pct"], record["andel_status"], decimals=1),
    ]


def _not_shown(found: Sequence[Record]) -> list[str]:
    """What the cells without a figure mean, and how many there are."""
    statuses = [record[name] for record in found for name in ("antal_status", "andel_status")]
    hidden, lost = statuses.count("C"), statuses.count("M")
    under = found[0]["diskretion_under"]
    lines = []
    if hidden:
        lines.append(
            f"{danish.SUPPRESSED} diskretioneret (kilden viser ikke tal om {under - 1} personer "
            f"eller færre): {hidden} celler."
        )
    if lost:
        lines.append(f"{LOST}: {lost} celler.")
    return lines


def _sources(basis: Basis) -> list[str]:
    """Whence the figures are; a vintage of several files may hold recorded and generated ones."""
    lines = notes.sources(basis, [TABLE])
    answers = basis.newest[TABLE].svar if TABLE in basis.newest else ()
    counted = Counter(str(answer["oprindelse"]) for answer in answers)
    if len(counted) > 1:
        kinds = "; ".join(
            f"{count} {'fil' if count == 1 else 'filer'}: {notes.ORIGINS[origin]}"
            for origin, count in sorted(counted.items())
        )
        lines.append(f"Bilaget for hver måned er en fil for sig. {kinds}.")
    return lines


def _synthetic_months(series: Sequence[Record]) -> list[str]:
    months = [record["periode"] for record in series if record["er_syntetisk"]]
    if not months:
        return []
    return [
        f"{notes.SYNTHETIC}: tallene for {danish.month(min(months))}–{danish.month(max(months))} i "
        "figur 1 og i teksten er frembragt til afprøvning og siger intet om virkeligheden."
    ]


def _figure_1(series: Sequence[Record], groups: Sequence[str], basis: Basis) -> Sheet:
    columns = [Column("Måned", 18), *(Column(group, SHARE_WIDTH) for group in groups)]
    rows = []
    for periode, months in groupby(series, key=lambda record: record["periode"]):
        cells = {record["ydelsesgruppe"]: _pair(record)[1] for record in months}
        label = danish.month(periode)
        rows.append(Row(label, [Text(label), *(cells[group] for group in groups)]))
    synthetic = any(record["er_syntetisk"] for record in series)
    ends = f"{danish.month(series[0]['periode'])}–{danish.month(series[-1]['periode'])}"
    return Sheet(
        tab="Figur 1",
        title=notes.titled(f"Figur 1. Dækningsgraden for Joblog, {ends}", synthetic=synthetic),
        warnings=_synthetic_months(series),
        columns=columns,
        label_columns=1,
        rows=rows,
        notes=[*_not_shown(series), *_sources(basis)],
        chart=Chart("line", range(1, len(columns))),
    )


def _figure_2(found: Sequence[Record], periode: str, basis: Basis) -> Sheet:
    """The ranked kommuner, then those that have no rank."""
    mine = [
        record
        for record in found
        if record["omraade_art"] == "kommune" and record["ydelsesgruppe"] == RANKED
    ]
    ordered = sorted(
        mine,
        key=lambda record: (
            record["raekkefoelge"] or len(mine) + 1,
            danish.alphabet(record["omraade_navn"]),
        ),
    )
    synthetic = any(record["er_syntetisk"] for record in mine)
    return Sheet(
        tab="Figur 2",
        title=notes.titled(
            f"Figur 2. Dækningsgraden for Joblog blandt {RANKED.lower()}. "
            f"{danish.month(periode).capitalize()}",
            synthetic=synthetic,
        ),
        warnings=notes.warnings(basis, [TABLE], [TABLE] if synthetic else []),
        columns=[
            Column("Kommune", 22),
            Column("Nr.", 6),
            Column("Antal berørte personer", COUNT_WIDTH),
            Column("Andel", SHARE_WIDTH),
        ],
        label_columns=1,
        rows=[
            Row(
                record["omraade_navn"],
                [Text(record["omraade_navn"]), Text(str(record["rang"] or "")), *_pair(record)],
            )
            for record in ordered
        ],
        notes=[
            "Kommunerne er sorteret efter dækningsgrad. Samme andel giver samme nummer.",
            *_not_shown(mine),
            *_sources(basis),
        ],
        chart=Chart("column", [3]),
    )
