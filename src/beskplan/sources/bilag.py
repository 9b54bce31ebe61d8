"""One file of a Joblog bilag: table 1 as a ministry sends it, as csv or as workbook."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, zip_longest
from typing import Any, Literal

import openpyxl

from beskplan import limits
from beskplan.errors import (
    BadAnswerError,
    CoverageError,
    DuplicateRowsError,
    NotANumberError,
    UnknownAreaError,
)
from beskplan.sources.metadata import nearest
from beskplan.sources.numbers import DECIMALS, NULL_TEXTS, parse_number
from beskplan.sources.refusals import without_bom
from beskplan.sources.types import Origin

GROUPS = ("Dagpengemodtagere", "Jobparate kontanthjælpsmodtagere", "Åbenlyst uddannelsesparate")
MEASURES = ("Antal berørte personer", "Andel")
HEADER = ("Kommune", *(f"{group}: {measure}" for group in GROUPS for measure in MEASURES))
HIDDEN = ("-", "–")
LOST = "mangler"
NOTES = re.compile(r"(Anm\.|Kilde|Oprindelse)[ :]")
ORIGIN = re.compile(r"Oprindelse: *(\w*)")
MARKED_ORIGINS: dict[str, Origin] = {"genereret": "genereret", "optaget": "optaget"}
MONTHS = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]
TITLE_MONTH = re.compile(rf"\b({'|'.join(MONTHS)}) (\d{{4}})\.?$", re.IGNORECASE)
DO_ASK = "bed afsenderen om et rettet bilag, eller ret filen"

State = Literal["tal", "skjult", "mangler"]
Raw = str | int | float | None


@dataclass(frozen=True)
class Figure:
    """One cell.

    Args:
        state: whether it holds a figure, is hidden, or is lost.
        value: the figure, or None.
    """

    state: State
    value: float | None = None


@dataclass(frozen=True)
class Bilag:
    """One month's table.

    Args:
        origin: `api` for a ministry's own file, else what the file says of itself.
        figures: area code → (antal, andel) for each of `GROUPS`.
    """

    origin: Origin
    figures: Mapping[str, Sequence[tuple[Figure, Figure]]]


@dataclass(frozen=True)
class _Line:
    number: int
    cells: tuple[Raw, ...]


def read_bilag(name: str, body: bytes, period: str, areas: Mapping[str, str], land: str) -> Bilag:
    """Read one file and refuse what is not one whole table of one month.

    Args:
        name: the file's name, for messages; its ending says which layout.
        body: the file.
        period: the month that the name states.
        areas: every name an area may bear → its code; all codes must come, each once.
        land: the country's own name.

    Raises:
        SourceError: what is wrong, in which file and row, and what to do.
    """
    where = f"joblog {name}"
    lines = _csv_lines(body, where) if name.endswith(".csv") else _xlsx_lines(body, where)
    title, rows, notes = _parts(lines, where)
    _check_month(title, period, where)
    figures: dict[str, Sequence[tuple[Figure, Figure]]] = {}
    at: dict[str, int] = {}
    for line in rows:
        code = _area(line, areas, where)
        if code in figures:
            raise DuplicateRowsError(
                f"»{line.cells[0]}« står to gange: række {at[code]} og {line.number}",
                where=where,
                do=DO_ASK,
            )
        figures[code], at[code] = _figures(line, where), line.number
    absent = [area for area, code in areas.items() if code not in figures]
    if absent:
        named = sorted({areas[area]: area for area in reversed(absent)}.values())
        raise CoverageError(
            f"{len(named)} af {len(set(areas.values()))} områder mangler: {', '.join(named[:8])}"
            f"{'' if land not in named else f' ({land} skal også med)'}",
            where=where,
            do=DO_ASK,
        )
    return Bilag(_origin([*title, *notes], where), figures)


def _csv_lines(body: bytes, where: str) -> list[_Line]:
    try:
        text = without_bom(body).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadAnswerError(
            f"Filen er ikke UTF-8 (byte {error.start})", where=where, do="gem den som CSV UTF-8"
        ) from error
    reader = csv.reader(io.StringIO(text), delimiter=";")
    try:
        lines = [
            _Line(reader.line_num, tuple(cell.strip() or None for cell in row))
            for row in islice(reader, limits.ROWS + 1)
        ]
    except csv.Error as error:
        raise BadAnswerError(
            f"Række {reader.line_num} kan ikke læses som csv ({error})", where=where, do=DO_ASK
        ) from error
    return _bounded(lines, where)


def _xlsx_lines(body: bytes, where: str) -> list[_Line]:
    """The rows of the first sheet; the two rows of heading become one, as in the csv."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            limits.check_workbook(body, where)
            # Row by row: a merged range or a lone cell far out costs nothing.
            book = openpyxl.load_workbook(io.BytesIO(body), data_only=True, read_only=True)
            sheet = book.worksheets[0]
            # How large the sheet says it is does not count.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True)
            found: list[tuple[Any, ...]] = list(islice(rows, limits.ROWS + 1))
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise BadAnswerError(
            f"Regnearket kan ikke læses ({type(error).__name__})",
            where=where,
            do="åbn det, og gem det igen som .xlsx",
        ) from error
    lines = _bounded(
        [
            _Line(number, tuple(cell or None if isinstance(cell, str) else cell for cell in row))
            for number, row in enumerate(found, start=1)
        ],
        where,
    )
    for nr, (first, second) in enumerate(pairwise(lines)):
        if _trimmed(first.cells)[1:2] == (GROUPS[0],):
            return [
                *lines[:nr],
                _Line(second.number, _one_heading(first, second)),
                *lines[nr + 2 :],
            ]
    return lines


def _bounded(lines: list[_Line], where: str) -> list[_Line]:
    if len(lines) > limits.ROWS:
        limits.too_large("Antallet af rækker", limits.ROWS, "rækker", where)
    for line in lines:
        at = f"{where} række {line.number}"
        if len(_trimmed(line.cells)) > limits.COLUMNS:
            limits.too_large("Antallet af felter", limits.COLUMNS, "felter", at)
        if any(isinstance(cell, str) and len(cell) > limits.CELL_SIGNS for cell in line.cells):
            limits.too_large("En celle", limits.CELL_SIGNS, "tegn", at)
    return lines


def _one_heading(groups: _Line, measures: _Line) -> tuple[Raw, ...]:
    """`Dagpengemodtagere: Andel` for a measure below a group whose heading is merged."""
    heading: list[Raw] = [HEADER[0]]
    group: Raw = None
    for over, under in zip_longest(groups.cells[1:], measures.cells[1:]):
        group = over or group
        heading.append(f"{group}: {under}" if under else None)
    return tuple(heading)


def _trimmed(cells: Sequence[Raw]) -> tuple[Raw, ...]:
    kept = list(cells)
    while kept and kept[-1] is None:
        kept.pop()
    return tuple(kept)


def _parts(lines: Sequence[_Line], where: str) -> tuple[list[str], list[_Line], list[str]]:
    """Title lines, rows of figures, and notes."""
    title: list[str] = []
    rows: list[_Line] = []
    notes: list[str] = []
    heading: tuple[Raw, ...] | None = None
    for line in lines:
        cells = _trimmed(line.cells)
        if heading is None:
            if len(cells) > 1:
                heading = cells
                _check_heading(heading, line.number, where)
            elif cells:
                title.append(str(cells[0]))
        elif cells and NOTES.match(str(cells[0])):
            notes.append(";".join(str(cell or "") for cell in cells))
        elif len(cells) == 1 and rows:
            # A long name that the table breaks over two lines: "Faaborg" with the figures, then
            # "Midtfyn" alone.
            whole = f"{rows[-1].cells[0]} {cells[0]}"
            rows[-1] = _Line(rows[-1].number, (whole, *rows[-1].cells[1:]))
        elif cells:
            rows.append(_Line(line.number, cells))
    if heading is None:
        raise BadAnswerError("Filen har ingen tabel", where=where, do=DO_ASK)
    return title, rows, notes


def _check_heading(heading: tuple[Raw, ...], number: int, where: str) -> None:
    if heading == HEADER:
        return
    wrong = next(
        (pair for pair in zip(heading, HEADER, strict=False) if pair[0] != pair[1]),
        (len(heading), len(HEADER)),
    )
    raise BadAnswerError(
        f"Række {number} er ikke tabellens overskrift: der står »{wrong[0]}«, ikke »{wrong[1]}«",
        where=where,
        do=DO_ASK,
    )


def _check_month(title: Sequence[str], period: str, where: str) -> None:
    """A title that names another month than the file's name: one of the two is wrong."""
    for line in title:
        match = TITLE_MONTH.search(line.strip())
        if match:
            month = f"{match[2]}M{MONTHS.index(match[1].lower()) + 1:02d}"
            if month != period:
                raise BadAnswerError(
                    f"Filens navn siger {period}, men dens titel siger {month}",
                    where=where,
                    do="giv filen navn efter den måned, som tallene gælder",
                )


def _area(line: _Line, areas: Mapping[str, str], where: str) -> str:
    name = " ".join(str(line.cells[0] or "").split())
    if name not in areas:
        raise UnknownAreaError(
            f"Ukendt kommune »{name}« i række {line.number}; nærmest er {nearest(name, areas)}",
            where=where,
            do="ret navnet i filen, eller skriv det i seeds/omraade_aliaser.csv",
        )
    return areas[name]


def _figures(line: _Line, where: str) -> list[tuple[Figure, Figure]]:
    cells = [*line.cells[1:], *[None] * (len(HEADER) - len(line.cells))]
    if len(cells) != len(HEADER) - 1:
        raise BadAnswerError(
            f"Række {line.number} ({line.cells[0]}) har {len(line.cells)} felter, ikke "
            f"{len(HEADER)}",
            where=where,
            do=DO_ASK,
        )
    found = [
        _figure(raw, f"række {line.number} ({line.cells[0]}), {title}", where)
        for raw, title in zip(cells, HEADER[1:], strict=True)
    ]
    pairs = list(zip(found[::2], found[1::2], strict=True))
    for group, (antal, andel) in zip(GROUPS, pairs, strict=True):
        if antal.state != andel.state and (antal.state, andel.state) != ("tal", "mangler"):
            raise BadAnswerError(
                f"Række {line.number} ({line.cells[0]}), {group}: antal er {antal.state}, men "
                f"andel er {andel.state}",
                where=where,
                do=DO_ASK,
            )
    return pairs


def _figure(raw: Raw, place: str, where: str) -> Figure:
    text = raw.strip() if isinstance(raw, str) else raw
    if text in HIDDEN:
        return Figure("skjult")
    if text == LOST:
        return Figure("mangler")
    try:
        value = _number(text)
    except ValueError:
        raise NotANumberError(
            f"»{'' if raw is None else raw}« i {place} er hverken et tal, »-« eller »{LOST}«",
            where=where,
            do=DO_ASK,
        ) from None
    if round(value, DECIMALS) != value:
        raise NotANumberError(
            f"{raw} i {place} har mere end {DECIMALS} decimaler", where=where, do=DO_ASK
        )
    return Figure("tal", value)


def _number(raw: Raw) -> float:
    """A workbook holds numbers, a csv Danish text.

    Raises:
        ValueError: there is no number.
    """
    if isinstance(raw, str) and raw not in NULL_TEXTS:
        return float(parse_number(raw) or 0)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    raise ValueError(raw)


def _origin(texts: Sequence[str], where: str) -> Origin:
    """What the file says of itself; a ministry's own file says nothing."""
    for text in texts:
        match = ORIGIN.match(text)
        if match and match[1] not in MARKED_ORIGINS:
            raise BadAnswerError(
                f"Oprindelsen »{match[1]}« kendes ikke",
                where=where,
                do=f"skriv en af {', '.join(MARKED_ORIGINS)}, eller slet linjen",
            )
        if match:
            return MARKED_ORIGINS[match[1]]
    return "api"
