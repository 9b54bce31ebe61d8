"""What is stated of the tables that figures come from, whether of a run or of a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import duckdb

from beskplan.release.rows import records

TABLES_SQL = """
select
    kilde,
    tabel_id,
    strftime(hentet_utc, '%Y-%m-%dT%H:%M:%SZ') as hentet_utc,
    update_latest,
    oprindelse,
    maerke
from _release_tabeller
"""


class Fetched(Protocol):
    """The vintage that a table's figures come from."""

    @property
    def kilde(self) -> str:
        """Jobindsats or statbank."""

    @property
    def tabel_id(self) -> str:
        """The source's own id."""

    @property
    def hentet_utc(self) -> str:
        """When it was fetched, ISO UTC."""

    @property
    def update_latest(self) -> str:
        """When the source says that it was last updated."""

    @property
    def oprindelse(self) -> str:
        """Whether it was fetched, recorded or generated."""


class Provenance(Protocol):
    """The tables that a sheet rests on."""

    @property
    def newest(self) -> Mapping[str, Fetched]:
        """Table id → the vintage that its figures come from."""

    @property
    def marked(self) -> Mapping[str, str]:
        """Table id → why it is not up to date."""


@dataclass(frozen=True)
class ReleasedTable:
    """A table as a release states it."""

    kilde: str
    tabel_id: str
    hentet_utc: str
    update_latest: str
    oprindelse: str


@dataclass(frozen=True)
class Released:
    """What a published release says that it rests on."""

    newest: Mapping[str, ReleasedTable]
    marked: Mapping[str, str]

    @classmethod
    def read(cls, con: duckdb.DuckDBPyConnection) -> Released:
        """Read it from the release's own database."""
        found = records(con, TABLES_SQL)
        marked = {table["tabel_id"]: table.pop("maerke") for table in found}
        return cls(
            newest={table["tabel_id"]: ReleasedTable(**table) for table in found},
            marked={tabel_id: mark for tabel_id, mark in marked.items() if mark},
        )
