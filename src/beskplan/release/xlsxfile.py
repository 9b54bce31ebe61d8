"""A table as a workbook: real numbers, Danish number formats, ready to print."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from beskplan.release import danish
from beskplan.release.notes import SOURCE_PARTS, source_parts
from beskplan.release.sheet import Cell, Chart, Column, Figure, Row, Sheet, Text

# Nothing that a cell says is ever turned into something else.
WORKBOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
A4 = 9
SOURCES = "Kilder"
# Excel takes point and comma from the reader's own settings, LibreOffice from this.
DANISH = "[$-406]"
INDENT = 2
CHART_SIZE = {"width": 1100, "height": 460}
BAR_GAP = 30
# A letter's room against the figure's that column widths are measured in; 1 where not named.
LETTER_WIDTHS = {"title": 1.4, "warning": 1.1, "header": 1.15, "heading": 1.1, "note": 0.85}
LINE_HEIGHT = 15.0
TITLE_HEIGHT = 24.0
FONT = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
MARKS = {"groen": "#C6E0B4", "gul": "#FFE699", "roed": "#F4B6B6"}
STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "text_wrap": True},
    "warning": {"bold": True, "font_color": "#9C0006", "text_wrap": True},
    "header": {"bold": True, "text_wrap": True, "bg_color": "#D9E2EC", "border": 1},
    "heading": {"bold": True, "text_wrap": True, "bg_color": "#F0F4F8", "border": 1},
    "text": {"align": "left", "text_wrap": True, "border": 1},
    "figure": {"align": "right", "border": 1},
    "note": {"font_size": 9, "text_wrap": True},
    "paragraph": {"text_wrap": True},
}


def number_format(figure: Figure) -> str:
    """The cell's number format; in the file's form, `,` and `.` stand for Danish `.` and `,`."""
    digits = f"{DANISH}#,##0" + (f".{'0' * figure.decimals}" if figure.decimals else "")
    return f'{digits}"{danish.PROVISIONAL}"' if figure.provisional else digits


def write_sheet(path: Path, sheet: Sheet, stated_time: str) -> None:
    """Write a table as a workbook: a sheet, one more for each of its figures, and its sources.

    Args:
        path: the file.
        sheet: the table.
        stated_time: the release's time, ISO UTC; the document's own time, so that the same table
            gives the same bytes.
    """
    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        created = datetime.fromisoformat(stated_time).astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": sheet.title, "author": "Beskplan", "created": created})
        for page in (sheet, *sheet.figures):
            _Writer(book, page).write()
        if sheet.sources:
            _Writer(book, _sources(sheet)).write()


def _sources(sheet: Sheet) -> Sheet:
    """The sources of a table as a table of their own, to filter and to copy from."""
    widths = (58, 20, 34, 20, 36)
    return Sheet(
        tab=SOURCES,
        title=f"Kilder til: {sheet.title}",
        warnings=sheet.warnings,
        columns=[Column(title, width) for title, width in zip(SOURCE_PARTS, widths, strict=True)],
        label_columns=1,
        rows=[Row(line, [Text(part) for part in source_parts(line)]) for line in sheet.sources],
        notes=[],
    )


def _lines(text: str, width: float, style: str) -> int:
    """Lines that a text takes when no word is broken."""
    room = max(1, int(width / LETTER_WIDTHS.get(style, 1.0)))
    return 1 if len(text) <= room else max(1, len(textwrap.wrap(text, room)))


def _value(cell: Cell) -> float | None:
    """What is drawn of a cell."""
    return float(cell.value) if isinstance(cell, Figure) and cell.value is not None else None


@dataclass
class _Writer:
    """Writes one sheet from the top down."""

    book: Any
    sheet: Sheet

    def write(self) -> None:
        """Write all of it."""
        self.page = self.book.add_worksheet(self.sheet.tab)
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.at = 0
        for nr, column in enumerate(self.sheet.columns):
            self.page.set_column(nr, nr, column.width)
        self._across(self.sheet.title, "title", TITLE_HEIGHT)
        for line in self.sheet.warnings:
            self._across(line, "warning")
        self.at += 1
        for text in self.sheet.paragraphs:
            self._across(text, "paragraph")
        self.at += 1 if self.sheet.paragraphs else 0
        self._header()
        first = self.at
        for row in self.sheet.rows:
            self._row(row)
        if self.sheet.rows:
            self.page.autofilter(first - 1, 0, self.at - 1, len(self.sheet.columns) - 1)
        if self.sheet.chart:
            self._chart(self.sheet.chart, first)
        self.at += 1
        for line in self.sheet.notes:
            self._across(line, "note")
        self._set_up_print()

    def _format(self, style: str, **more: Any) -> Any:
        properties = {**FONT, **STYLES[style], **more}
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def _across(self, text: str, style: str, line_height: float = LINE_HEIGHT) -> None:
        """One text over all columns."""
        last = len(self.sheet.columns) - 1
        width = sum(column.width for column in self.sheet.columns)
        self.page.set_row(self.at, line_height * _lines(text, width, style))
        self.page.merge_range(self.at, 0, self.at, last, "", self._format(style))
        self.page.write_string(self.at, 0, text, self._format(style))
        self.at += 1

    def _header(self) -> None:
        for nr, column in enumerate(self.sheet.columns):
            self.page.write_string(self.at, nr, column.title, self._format("header"))
        self._fit([column.title for column in self.sheet.columns], "header")
        self.page.freeze_panes(self.at + 1, self.sheet.label_columns)
        self.page.repeat_rows(self.at)
        self.at += 1

    def _row(self, row: Row) -> None:
        if row.is_heading:
            self._across(
                " ".join(cell.text for cell in row.cells if isinstance(cell, Text)), "heading"
            )
            return
        for nr, cell in enumerate(row.cells):
            self._cell(nr, cell)
        self._fit(
            [cell.text if isinstance(cell, Text) else cell.text() for cell in row.cells], "text"
        )
        self.at += 1

    def _fit(self, texts: Sequence[str], style: str) -> None:
        """Give the row the height of its longest cell; not every program does so by itself."""
        widths = [column.width for column in self.sheet.columns]
        lines = max(_lines(text, width, style) for text, width in zip(texts, widths, strict=True))
        self.page.set_row(self.at, LINE_HEIGHT * lines)

    def _cell(self, nr: int, cell: Cell) -> None:
        if isinstance(cell, Text):
            more: dict[str, Any] = {"indent": INDENT * cell.indent} if cell.indent else {}
            if cell.mark:
                more["bg_color"] = MARKS[cell.mark]
            self.page.write_string(self.at, nr, cell.text, self._format("text", **more))
        elif cell.value is None:
            self.page.write_string(self.at, nr, cell.text(), self._format("figure"))
        else:
            style = self._format("figure", num_format=number_format(cell))
            self.page.write_number(self.at, nr, float(cell.value), style)

    def _chart(self, chart: Chart, first: int) -> None:
        """Draw the table beside itself.

        A spreadsheet draws text in a range of figures as 0, so the chart reads a hidden copy in
        which a cell without a figure is empty.
        """
        drawn = [row.cells for row in self.sheet.rows]
        if chart.kind == "column":
            drawn = [cells for cells in drawn if _value(cells[chart.columns[0]]) is not None]
        if not drawn:
            return
        beside = len(self.sheet.columns)
        drawing = self.book.add_chart({"type": chart.kind})
        for nr, column in enumerate(chart.columns, start=beside):
            for at, cells in enumerate(drawn, start=first):
                value = _value(cells[column])
                if value is not None:
                    self.page.write_number(at, nr, value)
            last = first + len(drawn) - 1
            drawing.add_series(
                {
                    "name": self.sheet.columns[column].title,
                    "categories": [self.sheet.tab, first, 0, last, 0],
                    "values": [self.sheet.tab, first, nr, last, nr],
                    "gap": BAR_GAP,
                }
            )
        hidden = beside + len(chart.columns)
        self.page.set_column(beside, hidden - 1, None, None, {"hidden": True})
        drawing.show_hidden_data()
        drawing.set_title({"name": self.sheet.title, "name_font": {"size": 11}})
        drawing.set_y_axis({"min": 0, "max": 100, "num_format": '0"%"'})
        drawing.set_x_axis({"num_font": {"size": 8, "rotation": -90}, "interval_unit": 1})
        drawing.set_legend({"position": "bottom" if len(chart.columns) > 1 else "none"})
        drawing.set_size(CHART_SIZE)
        self.page.insert_chart(first - 1, hidden + 1, drawing)

    def _set_up_print(self) -> None:
        self.page.set_landscape()
        self.page.set_paper(A4)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.page.set_footer("&L&F&RSide &P af &N")
