"""Jobindsats v3 metadata: what is there, under which ids."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from beskplan.errors import BadAnswerError, MeasureGoneError
from beskplan.sources.kilder import Pin
from beskplan.sources.refusals import DO_REPORT

TOTAL_ID = "/"
AREA_HIERARCHY = "_nykom"
# The finest first: a table that has months is followed by month.
PERIOD_TYPES = ("M", "Q", "QMAT", "MYTD", "Y")


class _Value(BaseModel):
    value_id: str
    value_name: str


class _Level(BaseModel):
    values: list[_Value]


class _Hierarchy(BaseModel):
    hierarchy_id: str
    levels: list[_Level]


class _Dimension(BaseModel):
    hierarchies: list[_Hierarchy]


class _Period(BaseModel):
    period_id: str


class _Periods(BaseModel):
    periodtype_id: str
    values: list[_Period]


class _Measure(BaseModel):
    measure_id: str
    measure_name: str


class _Group(BaseModel):
    mgroup_id: str
    mgroup_name: str
    measures: list[_Measure]


class _Table(BaseModel):
    table_id: str
    periods: list[_Periods]
    dimensions: list[_Dimension]
    mgroups: list[_Group]


class _ListedTable(BaseModel):
    table_id: str
    update_latest: str | None = None
    update_next: str | None = None


class _TableGroup(BaseModel):
    tables: list[_ListedTable]


class _Subject(BaseModel):
    table_groups: list[_TableGroup]


@dataclass(frozen=True)
class Hierarchy:
    """One way of dividing a table.

    Args:
        hierarchy_id: its id.
        members: value id → name, in the source's order.
    """

    hierarchy_id: str
    members: dict[str, str]

    @property
    def total(self) -> str | None:
        """Name of the member that is everybody, where the hierarchy has one."""
        return self.members.get(TOTAL_ID)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all members, each once."""
        return tuple(dict.fromkeys(self.members.values()))


@dataclass(frozen=True)
class Measure:
    """One measure of a table.

    Args:
        mgroup_id: group that it is asked through.
        measure_id: its id.
        labels: headings under which an answer may show it. A group of several puts its own
            name first (`Antal sanktioner fordelt på type: Karantæne`).
    """

    mgroup_id: str
    measure_id: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class TableMeta:
    """What a table holds, by its own metadata.

    Args:
        tabel_id: the table.
        period_type: the type that is asked for.
        periods: valid periods of that type.
        hierarchies: id → hierarchy.
        measures: every measure.
        from_standin: whether the stand-in answered.
    """

    tabel_id: str
    period_type: str
    periods: tuple[str, ...]
    hierarchies: dict[str, Hierarchy]
    measures: tuple[Measure, ...]
    from_standin: bool

    def hierarchy(self, hierarchy_id: str, where: str) -> Hierarchy:
        """One hierarchy.

        Raises:
            BadAnswerError: the table no longer has it.
        """
        if hierarchy_id not in self.hierarchies:
            raise BadAnswerError(
                f"Tabellen har ikke fordelingen {hierarchy_id}; den har "
                f"{', '.join(sorted(self.hierarchies))}",
                where=where,
                do="ret kolonnen fordeling i seeds/kilder.csv",
            )
        return self.hierarchies[hierarchy_id]

    def measure(self, pin: Pin, where: str) -> Measure:
        """The measure that a pin points to.

        Raises:
            MeasureGoneError: the pinned id is no longer there.
        """
        for measure in self.measures:
            if (measure.mgroup_id, measure.measure_id) == (pin.mgroup_id, pin.maaling_id):
                return measure
        labels = [label for measure in self.measures for label in measure.labels]
        raise MeasureGoneError(
            f"Målingen »{pin.maaling}« ({pin.mgroup_id}/{pin.maaling_id}) findes ikke længere i "
            f"tabellen; nærmest er {nearest(pin.maaling, labels)}",
            where=where,
            do="se efter hvad der er sket med målingen; er det den samme under nyt id, så kør "
            "`beskplan kilder laas`",
        )


def parse_table(data: Any, where: str, *, from_standin: bool) -> TableMeta:
    """Read the answer of `/v3/table/<id>`.

    Raises:
        BadAnswerError: it has not the documented shape.
    """
    table: _Table = _validated(_Table, data, where)
    found = {
        item.periodtype_id: tuple(sorted(value.period_id for value in item.values))
        for item in table.periods
        if item.values
    }
    offered = [kind for kind in PERIOD_TYPES if kind in found]
    if not offered:
        raise BadAnswerError(
            f"Tabellen har ingen perioder af en kendt type, kun {sorted(found)}",
            where=where,
            do="tabellen genindlæses måske; prøv igen om en time",
        )
    return TableMeta(
        tabel_id=table.table_id.lower(),
        period_type=offered[0],
        periods=found[offered[0]],
        hierarchies={
            item.hierarchy_id: Hierarchy(
                item.hierarchy_id,
                {
                    value.value_id: value.value_name
                    for level in item.levels
                    for value in level.values
                },
            )
            for dimension in table.dimensions
            for item in dimension.hierarchies
        },
        measures=tuple(_measure(group, item) for group in table.mgroups for item in group.measures),
        from_standin=from_standin,
    )


def parse_catalogue(data: Any, where: str) -> dict[str, tuple[str, str | None]]:
    """Read the answer of `/v3/tables`: table id → day of its last update, and of its next.

    A table without a date has never been published and counts as not offered.

    Raises:
        BadAnswerError: it has not the documented shape.
    """
    if not isinstance(data, list):
        raise BadAnswerError("Listen over tabeller er ikke en liste", where=where, do=DO_REPORT)
    subjects: list[_Subject] = [_validated(_Subject, item, where) for item in data]
    return {
        table.table_id.lower(): (table.update_latest, table.update_next or None)
        for subject in subjects
        for group in subject.table_groups
        for table in group.tables
        if table.update_latest
    }


def nearest(name: str, known: Iterable[str]) -> str:
    """The nearest known names, for a message."""
    close = difflib.get_close_matches(name, list(known), n=2, cutoff=0.4)
    return " eller ".join(f"»{item}«" for item in close) or "intet der ligner"


def _measure(group: _Group, item: _Measure) -> Measure:
    grouped = f"{group.mgroup_name}: {item.measure_name}"
    return Measure(group.mgroup_id, item.measure_id, (item.measure_name, grouped))


def _validated(model: type[Any], data: Any, where: str) -> Any:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise BadAnswerError(
            f"Metadata har ikke den dokumenterede form: {path or 'svaret'}: {first['msg']}",
            where=where,
            do=DO_REPORT,
        ) from error
