"""An answer as columns, and its two written forms."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import orjson

from beskplan.standin.spec import AREAS, Bools, Cells, Floats, Selection, Table

BOM = "\ufeff".encode()


@dataclass(frozen=True)
class Frame:
    """Rows of an answer, held by column.

    Args:
        columns: labels.
        data: one list a column, all of one length.
        keys: number of leading columns that say which cell it is; the others are figures.
        area: index of the area column, or None where areas were collapsed.
        period: index of the period column.
    """

    columns: tuple[str, ...]
    data: tuple[list[object], ...]
    keys: int
    area: int | None
    period: int

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.data[0])

    def where(self, keep: Sequence[bool]) -> Frame:
        """The rows for which `keep` is true."""
        return replace(self, data=tuple(list(compress(column, keep)) for column in self.data))

    def head(self, rows: int) -> Frame:
        """The first rows."""
        return replace(self, data=tuple(column[:rows] for column in self.data))

    def append(self, other: Frame) -> Frame:
        """These rows and then the other's."""
        pairs = zip(self.data, other.data, strict=True)
        return replace(self, data=tuple(mine + theirs for mine, theirs in pairs))

    def map(self, column: int, change: Callable[[object], object]) -> Frame:
        """The same with one column changed value by value."""
        changed = [change(value) for value in self.data[column]]
        return replace(self, data=(*self.data[:column], changed, *self.data[column + 1 :]))

    def rename(self, change: Callable[[str], str]) -> Frame:
        """The same with other labels above the figures."""
        figures = tuple(change(label) for label in self.columns[self.keys :])
        return replace(self, columns=self.columns[: self.keys] + figures)


def _figures(values: Floats, present: Bools, decimals: int) -> list[object]:
    """One measure of the rows that exist: integers or one-decimal floats, None where null."""
    kept = values[present]
    null = np.isnan(kept)
    filled = np.where(null, 0, kept)
    column = np.empty(len(kept), dtype=object)
    column[:] = (filled if decimals else filled.astype(np.int64)).tolist()
    column[null] = None
    found: list[object] = column.tolist()
    return found


def build(table: Table, selection: Selection, cells: Cells) -> Frame:
    """Lay cells out as rows.

    Args:
        table: the table asked.
        selection: what was asked for.
        cells: its figures.

    Returns:
        The answer: Periode, Område, dimensions, measures; in the table's own row order.
    """
    named = [h for h in table.hierarchies if h.hierarchy_id in selection.members]
    labels = [list(selection.periods)]
    labels += [[h.members[nr].name for nr in selection.members[h.hierarchy_id]] for h in named]
    # member by member: the period axis varies fastest
    order = (*range(1, len(labels)), 0) if table.member_major else tuple(range(len(labels)))
    present = cells.present.transpose(order)
    places = present.nonzero()
    data: list[list[object]] = [[] for _ in labels]
    for axis, place in zip(order, places, strict=True):
        data[axis] = np.array(labels[axis], dtype=object)[place].tolist()
    for column, nr in enumerate(selection.measures):
        values = cells.values[..., column].transpose(order)
        data.append(_figures(values, present, table.measures[nr].decimals))
    columns = ("Periode", *(h.label for h in named))
    columns += tuple(table.measures[nr].label for nr in selection.measures)
    area = next((nr for nr, h in enumerate(named, 1) if h.hierarchy_id == AREAS), None)
    return Frame(columns, tuple(data), keys=len(labels), area=area, period=0)


def to_json(frame: Frame) -> bytes:
    """`{"columns": [...], "rows": [[...], ...]}`, as v3 sends it."""
    return orjson.dumps({"columns": frame.columns, "rows": list(zip(*frame.data, strict=True))})


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def to_csv(frame: Frame, *, bom: bool = True, separator: str = ";") -> bytes:
    """Semicolons, decimal comma and, at Jobindsats, a byte order mark."""
    out = io.StringIO()
    out.write(separator.join(frame.columns) + "\r\n")
    columns = [list(map(_text, column)) for column in frame.data]
    out.writelines(separator.join(row) + "\r\n" for row in zip(*columns, strict=True))
    return (BOM if bom else b"") + out.getvalue().encode()
