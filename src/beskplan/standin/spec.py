"""What a Jobindsats table is made of: measures, hierarchies, periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Origin = Literal["optaget", "genereret"]

AREAS = "_nykom"
TOTAL = "/"


@dataclass(frozen=True)
class Measure:
    """One measure.

    Args:
        mgroup_id: the group's id.
        measure_id: the measure's id.
        label: what a data answer writes above the column.
        decimals: 0 for counts, 1 or 2 for percents.
        group: the group's name where several measures share it; their labels begin with it.
    """

    mgroup_id: str
    measure_id: str
    label: str
    decimals: int = 0
    group: str | None = None

    @property
    def name(self) -> str:
        """Its name in the metadata, where the group's stands above it."""
        return self.label.removeprefix(f"{self.group}: ")


@dataclass(frozen=True)
class Member:
    """One member of a hierarchy."""

    value_id: str
    name: str
    level: str


@dataclass(frozen=True)
class Hierarchy:
    """One hierarchy; its first member is the total, if it has one.

    Args:
        dimension_id: the dimension that the hierarchy belongs to.
        hierarchy_id: what a query names.
        label: what a data answer writes above the column.
        members: the total first, then the others in print order.
    """

    dimension_id: str
    hierarchy_id: str
    label: str
    members: tuple[Member, ...]

    @property
    def has_total(self) -> bool:
        """Whether the table may be asked for without naming this hierarchy."""
        return self.members[0].value_id == TOTAL


@dataclass(frozen=True)
class Table:
    """One table as the metadata describe it.

    Args:
        table_id: lower case id.
        name: the table's title.
        subject: the subject that it is listed under.
        measures: its measures.
        hierarchies: its hierarchies, areas first.
        origin: whether its figures are recorded or generated.
        member_major: whether rows come member by member instead of period by period.
        period_type: the one type of period that it has.
    """

    table_id: str
    name: str
    subject: str
    measures: tuple[Measure, ...]
    hierarchies: tuple[Hierarchy, ...]
    origin: Origin
    member_major: bool = False
    period_type: str = "M"

    def hierarchy(self, hierarchy_id: str) -> Hierarchy | None:
        """The hierarchy of that id, if the table has it."""
        return next((h for h in self.hierarchies if h.hierarchy_id == hierarchy_id), None)


@dataclass(frozen=True)
class Selection:
    """Which part of a table is asked for.

    Args:
        periods: period ids.
        measures: indices into the table's measures.
        members: for each hierarchy that was named, indices into its members; in table order.
    """

    periods: Sequence[str]
    measures: Sequence[int]
    members: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Cells:
    """Figures of a selection.

    Args:
        values: period x one axis a named hierarchy x measure; NaN where null is sent.
        present: the same without the measure axis; False where the source has no such row.
    """

    values: Floats
    present: Bools


class NotAnswerableError(Exception):
    """A question that gets HTTP 422; the text is the `cause`."""


class Provider(Protocol):
    """Where a table's figures come from."""

    def offered(self, table: Table, clock: datetime) -> bool:
        """Whether the source offers the table at that time."""

    def periods(self, table: Table, clock: datetime) -> list[str]:
        """The periods that the table holds at that time, oldest first."""

    def updated(self, table: Table, clock: datetime) -> str:
        """Date of the table's last update at that time."""

    def announced(self, table: Table, clock: datetime) -> str | None:
        """Date of the next update as announced at that time, or None."""

    def cells(self, table: Table, selection: Selection, clock: datetime) -> Cells:
        """The figures asked for, as they stood at that time."""
