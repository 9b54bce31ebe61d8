"""Figures for the tables that nobody could record."""

from __future__ import annotations

from datetime import datetime

from beskplan.standin.spec import Cells, NotAnswerableError, Selection, Table


class Generated:
    """Not yet."""

    def offered(self, table: Table, clock: datetime) -> bool:
        """None yet."""
        return False

    def periods(self, table: Table, clock: datetime) -> list[str]:
        """None yet."""
        return []

    def updated(self, table: Table, clock: datetime) -> str:
        """None yet."""
        return ""

    def cells(self, table: Table, selection: Selection, clock: datetime) -> Cells:
        """None yet."""
        raise NotAnswerableError("not yet")
