"""One question's cells as a grid: what was asked for, and what came of it.

An answer's rows are placed in the grid by their labels, so that the order of rows does not
matter, a row that comes twice shows, and a row that does not come shows as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from beskplan.errors import BadAnswerError, CoverageError, DuplicateRowsError
from beskplan.sources.refusals import DO_REPORT
from beskplan.sources.types import CELL_COLUMNS

NAMED = 8
SEPARATOR = "|"
# Single rows do stay away: of 36 recorded months of y25i09 the worst lacks 3 of 100 areas. A month
# that lacks three times as much is a cut-off answer or a table that is being reloaded.
MAX_ABSENT_IN_PERIOD = 0.10
DO_WAIT = "prøv igen om en time: tabellen er måske ved at blive genindlæst"


@dataclass(frozen=True)
class Axis:
    """One direction of the grid.

    Args:
        key: `omraade`, `periode` or a hierarchy's id.
        names: labels that answers may use, in order.
        total: the label that stands for all, left out of `dimensioner`.
    """

    key: str
    names: tuple[str, ...]
    total: str | None = None


def canonical(members: dict[str, str], totals: dict[str, str | None]) -> str:
    """Write members as one text: ids sorted, totals left out.

    Args:
        members: hierarchy id → label.
        totals: hierarchy id → label of its total.

    Raises:
        ValueError: a label holds the separator.
    """
    parts = [f"{key}={label}" for key, label in sorted(members.items()) if label != totals.get(key)]
    if any(SEPARATOR in part for part in parts):
        raise ValueError(f"a label holds {SEPARATOR}: {parts}")
    return SEPARATOR.join(parts)


class Grid:
    """Cells of one question: area × period × members, for each measure.

    Args:
        axes: area, period, then the hierarchies.
        measures: measure ids.
    """

    def __init__(self, axes: Sequence[Axis], measures: Sequence[str]) -> None:
        """Make the empty grid."""
        self.axes = tuple(axes)
        self.measures = tuple(measures)
        self._shape = tuple(len(axis.names) for axis in self.axes)
        self._indexes = [pd.Index(axis.names, dtype=object) for axis in self.axes]
        self._present = np.zeros(self._shape, dtype=bool)
        self._values = np.full((len(self.measures), *self._shape), np.nan)

    def place(
        self,
        labels: Sequence[Sequence[Any]],
        values: Sequence[npt.NDArray[np.float64]],
        asked: Sequence[str],
        where: str,
    ) -> None:
        """Put one answer's rows into the grid and count them against the question.

        Args:
            labels: one column an axis.
            values: one column a measure.
            asked: the periods that this answer should hold.
            where: source, table and periods, for messages.

        Raises:
            BadAnswerError: a label that was not asked for.
            DuplicateRowsError: a row that comes twice.
            CoverageError: a period, area or member that does not come at all.
        """
        positions = [self._positions(axis, column, where) for axis, column in enumerate(labels)]
        codes = np.ravel_multi_index(tuple(positions), self._shape)
        self._refuse_doubles(codes, where)
        self._present.reshape(-1)[codes] = True
        for flat, column in zip(self._values.reshape(len(self.measures), -1), values, strict=True):
            flat[codes] = column
        self._refuse_absent(asked, where)

    def _positions(self, axis: int, column: Sequence[Any], where: str) -> npt.NDArray[np.intp]:
        found = self._indexes[axis].get_indexer(pd.Index(column, dtype=object))
        if (found < 0).any():
            strange = sorted({str(column[int(i)]) for i in np.flatnonzero(found < 0)})
            raise BadAnswerError(
                f"Svaret har {_listed(strange)}, som der ikke er spurgt om ({self.axes[axis].key})",
                where=where,
                do=DO_REPORT,
            )
        return found

    def _refuse_doubles(self, codes: npt.NDArray[np.intp], where: str) -> None:
        unique, times = np.unique(codes, return_counts=True)
        twice = unique[(times > 1) | self._present.reshape(-1)[unique]]
        if twice.size:
            place = np.unravel_index(twice[0], self._shape)
            first = ", ".join(axis.names[i] for axis, i in zip(self.axes, place, strict=True))
            raise DuplicateRowsError(
                f"{twice.size} rækker kommer to gange, først: {first}",
                where=where,
                do="prøv igen; bliver det ved, så skriv til kilden",
            )

    def _refuse_absent(self, asked: Sequence[str], where: str) -> None:
        """Count one answer: all that was asked for must be in it at least once."""
        columns = self._indexes[1].get_indexer(pd.Index(asked, dtype=object))
        present = self._present[:, columns]
        for number, axis in enumerate(self.axes):
            others = tuple(i for i in range(present.ndim) if i != number)
            names = asked if number == 1 else axis.names
            absent = [
                name
                for name, there in zip(names, np.atleast_1d(present.any(axis=others)), strict=True)
                if not there
            ]
            if absent:
                raise CoverageError(
                    f"Svaret mangler helt {_listed(absent)} ({axis.key})", where=where, do=DO_WAIT
                )
        for period, column in zip(asked, columns, strict=True):
            share = 1 - self._present[:, column].mean()
            if share > MAX_ABSENT_IN_PERIOD:
                raise CoverageError(
                    f"{period} mangler {100 * share:.0f} pct. af sine rækker",
                    where=where,
                    do=DO_WAIT,
                )

    def cells(self) -> pd.DataFrame:
        """Long form: one row a cell asked for, columns `CELL_COLUMNS`."""
        position = np.indices(self._shape).reshape(len(self._shape), -1)
        area, period = (np.array(self.axes[i].names, dtype=object)[position[i]] for i in (0, 1))
        dimensions = self._dimensions(position[2:])
        absent = ~self._present.reshape(-1)
        frames = [
            pd.DataFrame(
                dict(
                    zip(
                        CELL_COLUMNS,
                        (area, period, dimensions, measure, flat, absent),
                        strict=True,
                    )
                )
            )
            for measure, flat in zip(
                self.measures, self._values.reshape(len(self.measures), -1), strict=True
            )
        ]
        return pd.concat(frames, ignore_index=True)

    def _dimensions(self, position: npt.NDArray[np.intp]) -> npt.NDArray[np.object_]:
        axes = self.axes[2:]
        totals = {axis.key: axis.total for axis in axes}
        shape = self._shape[2:]
        texts = np.array(
            [
                canonical(
                    {axis.key: axis.names[i] for axis, i in zip(axes, place, strict=True)}, totals
                )
                for place in np.ndindex(shape)
            ],
            dtype=object,
        )
        number = (
            np.ravel_multi_index(tuple(position), shape)
            if axes
            else np.zeros(position.shape[1], dtype=np.intp)
        )
        return np.asarray(texts[number], dtype=object)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} og {len(names) - NAMED} mere"
