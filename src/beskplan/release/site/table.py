"""A `Sheet` as a table of a page; the same cells, marks and notes as in the workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from beskplan.release import danish
from beskplan.release.sheet import Cell, Figure, Row, Sheet, Text

# From so many columns on a table is printed on a page that lies down.
WIDE_COLUMNS = 9


@dataclass(frozen=True)
class CellView:
    """One cell.

    Args:
        text: what it says, as everywhere else.
        kind: its classes in the style sheet.
        is_label: whether it names the row.
        span: how many columns it goes across.
    """

    text: str
    kind: str = ""
    is_label: bool = False
    span: int = 1


@dataclass(frozen=True)
class TableView:
    """A table as its template writes it.

    Args:
        name: its anchor on the page.
        caption: the first line.
        warnings: lines that nobody must overlook.
        paragraphs: text above the table.
        header: titles, each with whether the column holds figures.
        bodies: rows in groups: each heading begins one.
        notes: lines under the table.
        is_wide: whether it is printed on a page that lies down.
    """

    name: str
    caption: str
    warnings: Sequence[str]
    paragraphs: Sequence[str]
    header: Sequence[tuple[str, bool]]
    bodies: Sequence[Sequence[Sequence[CellView]]]
    notes: Sequence[str]
    is_wide: bool


def table(sheet: Sheet, name: str) -> TableView:
    """Prepare a table for a page.

    Args:
        sheet: the table.
        name: its anchor on the page.
    """
    return TableView(
        name=name,
        caption=sheet.title,
        warnings=sheet.warnings,
        paragraphs=sheet.paragraphs,
        header=[
            (column.title, _holds_figures(sheet, nr)) for nr, column in enumerate(sheet.columns)
        ],
        bodies=_bodies(sheet),
        notes=sheet.notes,
        is_wide=len(sheet.columns) >= WIDE_COLUMNS,
    )


def only(
    sheet: Sheet, titles: Sequence[str], *, title: str | None = None, label_columns: int = 1
) -> Sheet:
    """A table's columns of some titles, in that order, with what they rest on.

    Args:
        sheet: the whole table.
        titles: which columns; one that the table lacks is an error (`KeyError`).
        title: another caption.
        label_columns: how many of them name the row.
    """
    places = {column.title: nr for nr, column in enumerate(sheet.columns)}
    kept = [places[name] for name in titles]
    return replace(
        sheet,
        title=title or sheet.title,
        columns=[sheet.columns[nr] for nr in kept],
        label_columns=label_columns,
        rows=[
            row if row.is_heading else replace(row, cells=[row.cells[nr] for nr in kept])
            for row in sheet.rows
        ],
    )


def where(sheet: Sheet, keep: Callable[[Row], bool]) -> Sheet:
    """A table's rows that are asked for; its headings stay."""
    return replace(sheet, rows=[row for row in sheet.rows if row.is_heading or keep(row)])


def _holds_figures(sheet: Sheet, nr: int) -> bool:
    return any(isinstance(row.cells[nr], Figure) for row in sheet.rows if not row.is_heading)


def _bodies(sheet: Sheet) -> list[list[list[CellView]]]:
    """Groups of rows; a heading begins a group, and those that follow it at once belong to it."""
    bodies: list[list[list[CellView]]] = []
    for is_heading, group in groupby(sheet.rows, key=lambda row: row.is_heading):
        rows = [_row(row, sheet) for row in group]
        if is_heading or not bodies:
            bodies.append(rows)
        else:
            bodies[-1] += rows
    return bodies


def _row(row: Row, sheet: Sheet) -> list[CellView]:
    if row.is_heading:
        text = " ".join(cell.text for cell in row.cells if isinstance(cell, Text))
        return [CellView(text, "gruppe", is_label=True, span=len(sheet.columns))]
    return [_cell(cell, nr < sheet.label_columns) for nr, cell in enumerate(row.cells)]


def _cell(cell: Cell, is_label: bool) -> CellView:
    if isinstance(cell, Text):
        kinds = [f"led{cell.indent}"] if cell.indent else []
        kinds += ["maerke", cell.mark] if cell.mark else []
        return CellView(cell.text, " ".join(kinds), is_label=is_label)
    kinds = ["tal"]
    if cell.value is None:
        kinds.append("uden")
    elif cell.text().endswith(danish.PROVISIONAL):
        kinds.append("foreloebig")
    return CellView(cell.text(), " ".join(kinds), is_label=is_label)
