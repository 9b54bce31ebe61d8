"""A table for people, before it becomes a file: title, marks, columns, rows, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from beskplan.release import danish
from beskplan.release.danish import Number

# How a note begins that says whence figures are.
SOURCE = "Kilde: "


@dataclass(frozen=True)
class Text:
    """A cell of words.

    Args:
        text: what it says.
        indent: steps to the right: 1 for a sub-target or a part of a group.
        mark: groen, gul or roed behind the words, which say the same.
    """

    text: str
    indent: int = 0
    mark: str = ""


@dataclass(frozen=True)
class Figure:
    """A cell of one figure.

    Args:
        value: the figure, or None.
        status: `A`, `C`, `U`, `M`, `N`, `I`, `S` or `F`, see `danish.figure`.
        decimals: how many are printed.
        provisional: whether the source may still revise it.
    """

    value: Number | None
    status: str
    decimals: int = 0
    provisional: bool = False

    def __post_init__(self) -> None:
        """Refuse a figure that cannot be printed as it is."""
        self.text()

    def text(self) -> str:
        """The cell as it is read."""
        return danish.figure(self.value, self.status, self.decimals, provisional=self.provisional)


Cell = Text | Figure


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        title: its heading.
        width: in characters.
    """

    title: str
    width: float


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        label: what notes call it.
        cells: as many as there are columns; a heading has one, which goes across.
        is_heading: whether it parts the table.
    """

    label: str
    cells: Sequence[Cell]
    is_heading: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawing of a table; its first column names what is drawn.

    Args:
        kind: lines over time, or bars side by side.
        columns: numbers of the columns that are drawn.
    """

    kind: Literal["line", "column"]
    columns: Sequence[int]


@dataclass(frozen=True)
class Sheet:
    """A whole table.

    Args:
        tab: name of the sheet in the workbook.
        title: the first line.
        warnings: lines under the title that nobody must overlook.
        columns: the columns.
        label_columns: how many of them stay in sight when scrolling.
        rows: the rows.
        notes: lines under the table.
        paragraphs: text between the warnings and the table.
        chart: how the table is drawn beside itself, if it is.
        figures: tables that follow on pages of their own; in the workbook only.
    """

    tab: str
    title: str
    warnings: Sequence[str]
    columns: Sequence[Column]
    label_columns: int
    rows: Sequence[Row]
    notes: Sequence[str]
    paragraphs: Sequence[str] = ()
    chart: Chart | None = None
    figures: Sequence[Sheet] = ()

    @property
    def sources(self) -> list[str]:
        """Those of the notes that say whence the figures are."""
        return [note for note in self.notes if note.startswith(SOURCE)]
