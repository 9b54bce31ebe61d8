"""Answers for the tables that nobody could record."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from beskplan.standin import months
from beskplan.standin.levels import LEVELS
from beskplan.standin.noise import half_up
from beskplan.standin.population import working_by_month
from beskplan.standin.published import groups, leaves
from beskplan.standin.series import record
from beskplan.standin.spec import AREAS, Bools, Cells, Floats, Ints, Selection, Table

_SMALLEST = 3
_GROUPED = "_ygrpa02"


def _range(table: Table) -> tuple[int, int]:
    """First and last month of the table's ydelse."""
    level = LEVELS.get(table.table_id)
    if level is None:
        return 0, months.COUNT - 1
    return months.month(level.first), months.month(level.last)


def _axis(cube: Ints, axis: int, chosen: list[int] | None, *, has_total: bool) -> Ints:
    """Pick members along one axis; a hierarchy that was not named collapses to its total."""
    if has_total:
        return cube.take([0] if chosen is None else chosen, axis=axis)
    total: Ints = cube.sum(axis=axis, keepdims=True)
    if chosen is None:
        return total
    return np.concatenate([total, cube], axis=axis).take(chosen, axis=axis)


def _pick(table: Table, selection: Selection, cube: Ints) -> Ints:
    """The members asked for, the axes of unnamed hierarchies gone."""
    for axis, hierarchy in enumerate(table.hierarchies, start=1):
        asked = selection.members.get(hierarchy.hierarchy_id)
        chosen = None if asked is None else list(asked)
        has_total = hierarchy.hierarchy_id in (AREAS, _GROUPED)
        cube = _axis(cube, axis, chosen, has_total=has_total)
    named = [len(cube)]
    named += [
        len(selection.members[h.hierarchy_id])
        for h in table.hierarchies
        if h.hierarchy_id in selection.members
    ]
    return cube.reshape(named)


def _broken_down(selection: Selection, dimensions: int) -> Bools:
    """Where a cell is a member of something other than an area; broadcasts over the cells."""
    mask = np.zeros((1,) * dimensions, dtype=bool)
    for axis, (hierarchy_id, chosen) in enumerate(selection.members.items(), start=1):
        if hierarchy_id != AREAS:
            shape = [1] * dimensions
            shape[axis] = len(chosen)
            mask = mask | (np.array(chosen) > 0).reshape(shape)
    return mask


def _counts(values: Ints, broken_down: Bools) -> Floats:
    """Counts with the discreet ones taken out: 1 and 2, and 0 where broken down."""
    hidden = ((values > 0) & (values < _SMALLEST)) | ((values == 0) & broken_down)
    return np.where(hidden, np.nan, values)


def _percents(fte: Ints, base: Ints) -> Floats:
    """Percent with one decimal, half up, in whole numbers; NaN where there is no base."""
    safe = np.maximum(base, 1)
    tenths = (2000 * fte + safe) // (2 * safe)
    return np.where(base > 0, tenths / 10, np.nan)


def _bases(selection: Selection, rows: list[int], dimensions: int) -> tuple[Ints, Ints]:
    """Population 16-66 and labour force, shaped to the cells; 0 for Uoplyst område."""
    areas = list(selection.members.get(AREAS, (0,)))
    nobody = np.zeros((months.COUNT, 1), dtype=np.int64)
    population = np.column_stack([working_by_month(), nobody])[rows][:, areas]
    labour = half_up(population * np.append(record().labour, 0)[areas])
    leading = population.shape if AREAS in selection.members else (len(rows),)
    shape = (*leading, *(1,) * (dimensions - len(leading)))
    return population.reshape(shape), labour.reshape(shape)


class Generated:
    """Figures from `series`, as released at the clock's time."""

    def offered(self, table: Table, clock: datetime) -> bool:
        """From the release that first holds a month of it."""
        return months.newest(clock) >= _range(table)[0]

    def periods(self, table: Table, clock: datetime) -> list[str]:
        """From the first month of the ydelse to its last, or the newest released one."""
        first, last = _range(table)
        return [months.period(nr) for nr in range(first, min(last, months.newest(clock)) + 1)]

    def updated(self, table: Table, clock: datetime) -> str:
        """Date of the newest release."""
        return months.release_date(months.newest(clock))

    def announced(self, table: Table, clock: datetime) -> str | None:
        """Day of the release that follows; a ydelse that has ended has none."""
        following = months.newest(clock) + 1
        return months.release_date(following) if following <= _range(table)[1] else None

    def cells(self, table: Table, selection: Selection, clock: datetime) -> Cells:
        """The figures, small ones hidden."""
        last = months.newest(clock)
        cubes = groups(last) if table.table_id == "ptv_a02" else leaves(table.table_id, last)
        rows = [months.month(period) for period in selection.periods]
        fte, persons = (_pick(table, selection, cube[rows]) for cube in cubes)
        broken_down = _broken_down(selection, fte.ndim)
        population, labour = _bases(selection, rows, fte.ndim)
        measures = (
            lambda: _counts(persons, broken_down),
            lambda: _counts(fte, broken_down),
            lambda: _percents(fte, labour),
            lambda: _percents(fte, population),
        )
        values = np.stack([measures[nr]() for nr in selection.measures], axis=-1)
        return Cells(values, np.ones(fte.shape, dtype=bool))
