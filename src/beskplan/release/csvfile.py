"""csv as a Danish spreadsheet opens it: semicolons, decimal comma, UTF-8 with BOM, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from beskplan.release import danish
from beskplan.release.notes import SYNTHETIC
from beskplan.release.sheet import Cell, Figure, Row, Sheet, Text

BOM = "\ufeff"
# What a spreadsheet reads as the beginning of a formula, its full-width forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

PROVISIONAL_TITLE = "Foreløbige tal i"
TIDY_BEFORE = ("tabel", "maerke", "afsnit", "raekke")
TIDY_AFTER = ("kolonne", "vaerdi", "status", "foreloebig")
INDENT = "    "


@dataclass(frozen=True)
class Fixed:
    """A figure with a fixed number of decimals."""

    value: danish.Number
    decimals: int


CsvCell = str | Decimal | int | Fixed


def write_rows(path: Path, rows: Iterable[Sequence[CsvCell]]) -> None:
    """Write rows of text and figures.

    Figures are written without thousands point, so that other programs read them too.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    path.write_bytes((BOM + text.getvalue()).encode())


def _cell(cell: CsvCell) -> str:
    if isinstance(cell, str):
        return safe_text(cell)
    if isinstance(cell, Fixed):
        return danish.number(cell.value, cell.decimals, thousands=False)
    return danish.number(cell, thousands=False)


def safe_text(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def write_tidy(path: Path, sheet: Sheet) -> None:
    """Write a table for programs: comma, point, UTF-8, a row a figure.

    `maerke` says where any figure of the table is synthetic, `afsnit` is the heading that the row
    stands under; then come the columns that name the row. `status` is the mart's own letter.
    """
    labels = [column.title for column in sheet.columns[: sheet.label_columns]]
    synthetic = SYNTHETIC if sheet.title.startswith(SYNTHETIC) else ""
    rows = [
        [
            "tabel",
            "maerke",
            "afsnit",
            "raekke",
            *labels,
            "kolonne",
            "vaerdi",
            "status",
            "foreloebig",
        ]
    ]
    part = ""
    for row in sheet.rows:
        if row.is_heading:
            part = row.label
            continue
        texts = [cell.text if isinstance(cell, Text) else "" for cell in row.cells]
        named = [sheet.tab, synthetic, part, row.label, *texts[: sheet.label_columns]]
        for column, cell in zip(sheet.columns, row.cells, strict=True):
            if isinstance(cell, Figure):
                value = "" if cell.value is None else f"{Decimal(cell.value):.{cell.decimals}f}"
                mark = "ja" if cell.provisional and cell.value is not None else "nej"
                words = [safe_text(text) for text in (*named, column.title)]
                rows.append([*words, value, cell.status, mark])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode())


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a table for people.

    A mark on a figure would make the cell text, which a spreadsheet leaves out of a sum without a
    word; so the provisional figures are named in a column of their own.
    """
    header = [column.title for column in sheet.columns]
    lines: list[Sequence[CsvCell]] = [[sheet.title], *([line] for line in sheet.warnings), []]
    lines += [[text] for text in sheet.paragraphs] + ([[]] if sheet.paragraphs else [])
    lines.append([*header, PROVISIONAL_TITLE])
    lines += [_line(row, header) for row in sheet.rows]
    lines += [[], *([note] for note in sheet.notes)]
    write_rows(path, lines)


def _line(row: Row, header: Sequence[str]) -> list[CsvCell]:
    cells = [_sheet_cell(cell) for cell in row.cells]
    filling = [""] * (len(header) - len(cells))
    provisional = [
        title
        for title, cell in zip(header, row.cells, strict=False)
        if isinstance(cell, Figure) and cell.provisional and cell.value is not None
    ]
    return [*cells, *filling, ", ".join(provisional)]


def _sheet_cell(cell: Cell) -> CsvCell:
    if isinstance(cell, Text):
        return INDENT * cell.indent + cell.text
    return cell.text() if cell.value is None else Fixed(cell.value, cell.decimals)
