"""csv as a Danish spreadsheet opens it: semicolons, decimal comma, UTF-8 with BOM, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from beskplan.release import danish

BOM = "\ufeff"
# What a spreadsheet reads as the beginning of a formula, its full-width forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

CsvCell = str | Decimal | int


def write_rows(path: Path, rows: Iterable[Sequence[CsvCell]]) -> None:
    """Write rows of text and figures.

    Figures are written without thousands point, so that other programs read them too.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    path.write_bytes((BOM + text.getvalue()).encode())


def _cell(cell: CsvCell) -> str:
    return safe_text(cell) if isinstance(cell, str) else danish.number(cell, thousands=False)


def safe_text(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
