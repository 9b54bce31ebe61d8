"""A kommune's tables, each laid out once for all that show it: document, workbook and page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import duckdb

from beskplan.release import noegletal, ydelsesoversigt
from beskplan.release.basis import Basis
from beskplan.release.rows import Record
from beskplan.release.sheet import Sheet


@dataclass
class LaidOut:
    """The tables of one kommune.

    Args:
        con: the candidate.
        place: kommune_kode, kommune_navn.
        basis: what the release rests on.
    """

    con: duckdb.DuckDBPyConnection
    place: Record
    basis: Basis
    _overviews: dict[str, Sheet] = field(default_factory=dict, init=False)

    @cached_property
    def indicators(self) -> Sheet:
        """Its nøgletal.

        Raises:
            ReleaseError: a figure cannot be printed as it is.
        """
        return noegletal.sheet(self.con, self.basis, self.place["kommune_kode"])

    def overview(self, last: str) -> Sheet:
        """Its 13 months that end with this one.

        Args:
            last: the month, as ISO date.

        Raises:
            ReleaseError: a figure cannot be printed as it is.
        """
        if last not in self._overviews:
            self._overviews[last] = ydelsesoversigt.kommune_sheet(
                self.con, self.place, last, self.basis
            )
        return self._overviews[last]
