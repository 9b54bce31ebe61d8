"""What the tags of the Word templates stand for: the cells of a `Sheet`, as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beskplan.release.charts import Drawing
from beskplan.release.sheet import Cell, Row, Sheet, Text

INDENT = "\u2003"
# Columns of the sheet of resultatmål, in its order.
GOAL_TAGS = (
    "nr",
    "maal",
    "resultatmaal",
    "baseline",
    "baseline_trykt",
    "baseline_ved_vedtagelsen",
    "baseline_i_dag",
    "maalvaerdi",
    "maaned",
    "tal",
    "afvigelse",
    "krav",
    "prognose",
    "status",
    "forklaring",
)
STATUS_AT = GOAL_TAGS.index("status")
NO_COLOUR = "FFFFFF"
COLOURS = {"groen": "C6E0B4", "gul": "FFE699", "roed": "F4B6B6", "": NO_COLOUR}
INDICATOR_TAGS = {
    "Nøgletal": "noegletal",
    "Måned": "maaned",
    "Pct.": "pct",
    "Ændring, pct.point": "aendring",
    "Landet, pct.": "landet",
    "I landet": "i_landet",
    "Flyttet": "flyttet",
    "Blandt sammenlignelige": "blandt_sammenlignelige",
    "Tal": "tal",
}
LABELS = 2


@dataclass(frozen=True)
class Picture:
    """A drawing that stands in a document.

    Args:
        drawing: what is drawn.
        kept: where drawn charts are kept.
    """

    drawing: Drawing
    kept: Path | None


def read(cell: Cell) -> str:
    """A cell as it is read."""
    return INDENT * cell.indent + cell.text if isinstance(cell, Text) else cell.text()


def around(sheet: Sheet) -> dict[str, Any]:
    """Title, warnings, notes and sources of a table."""
    sources = sheet.sources
    return {
        "titel": sheet.title,
        "advarsler": list(sheet.warnings),
        "afsnit": list(sheet.paragraphs),
        "noter": [note for note in sheet.notes if note not in sources],
        "kilder": sources,
    }


def goals(sheet: Sheet) -> dict[str, Any]:
    """A plan's resultatmål: `raekker` with headings, `maal` without."""
    rows = [_goal(row) for row in sheet.rows]
    return {
        **around(sheet),
        "overskrift": sheet.columns[GOAL_TAGS.index("resultatmaal")].title,
        "raekker": rows,
        "maal": [row for row in rows if not row["overskrift"]],
    }


def _goal(row: Row) -> dict[str, str]:
    if row.is_heading:
        return {"overskrift": " ".join(read(cell) for cell in row.cells)}
    shown = dict(zip(GOAL_TAGS, (read(cell) for cell in row.cells), strict=True))
    status = row.cells[STATUS_AT]
    mark = status.mark if isinstance(status, Text) else ""
    return {"overskrift": "", "farve": COLOURS[mark], **shown}


def overview(sheet: Sheet, months: Sequence[int] | None = None, room: int = 13) -> dict[str, Any]:
    """The overview, of all its months or of some.

    Args:
        sheet: the overview.
        months: numbers of the months that are shown; None is all.
        room: how many the template has columns for.
    """
    held = len(sheet.columns) - LABELS
    chosen = [LABELS + nr for nr in (range(held) if months is None else months) if nr < held]
    return {
        **around(sheet),
        "maaneder": _filled([sheet.columns[nr].title for nr in chosen], room),
        "raekker": [
            {
                "gruppe": read(row.cells[0]),
                "opgoerelse": read(row.cells[1]),
                "maaneder": _filled([read(row.cells[nr]) for nr in chosen], room),
            }
            for row in sheet.rows
        ],
    }


def indicators(sheet: Sheet) -> dict[str, Any]:
    """The nøgletal of a kommune."""
    titles = [column.title for column in sheet.columns]
    at = {tag: titles.index(title) for title, tag in INDICATOR_TAGS.items()}
    rows = [{tag: read(row.cells[nr]) for tag, nr in at.items()} for row in sheet.rows]
    return {**around(sheet), "raekker": rows}


def plain(sheet: Sheet, room: int) -> dict[str, Any]:
    """Any table: `kolonner`, and `celler` in each of `raekker`."""
    return {
        **around(sheet),
        "kolonner": _filled([column.title for column in sheet.columns], room),
        "raekker": [
            {"celler": _filled([read(cell) for cell in row.cells], room)}
            for row in sheet.rows
            if not row.is_heading
        ],
    }


def group(sheet: Sheet, room: int) -> dict[str, Any]:
    """The status of one regional council: its sentences, and its columns by as many as fit."""
    said = [read(row.cells[0]) for row in sheet.rows if row.is_heading]
    body = [row for row in sheet.rows if not row.is_heading]
    columns = range(LABELS, len(sheet.columns))
    pieces = [list(columns[first : first + room]) for first in range(0, len(columns), room)]
    return {
        "rar": around(sheet),
        "gruppe": said[0] if said else "",
        "resume": said[1:],
        "tabeller": [
            {
                "kolonner": _filled([sheet.columns[nr].title for nr in piece], room),
                "raekker": [
                    {
                        "omraade": read(row.cells[0]),
                        "opgoerelse": read(row.cells[1]),
                        "celler": _filled([read(row.cells[nr]) for nr in piece], room),
                    }
                    for row in body
                ],
            }
            for piece in pieces
        ],
    }


def chart(drawing: Drawing | None, kept: Path | None) -> dict[str, Any] | None:
    """A chart with caption and finding; None where there is none."""
    if drawing is None:
        return None
    return {
        "titel": drawing.title,
        "fund": drawing.finding,
        "billede": Picture(drawing, kept),
    }


def _filled(texts: Sequence[str], room: int) -> list[str]:
    """As many as the template has columns for."""
    return [*texts, *[""] * (room - len(texts))]
