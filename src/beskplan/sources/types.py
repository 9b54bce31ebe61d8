"""What a source hands to landing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pandas as pd

Origin = Literal["api", "optaget", "genereret"]

CELL_COLUMNS = ("omraade", "periode", "dimensioner", "maaling_id", "vaerdi", "raekke_mangler")


@dataclass(frozen=True)
class Answer:
    """One answer, byte for byte as it came.

    Args:
        url: address asked, without key.
        params: the question's parameters, in the order sent.
        body: the body as received (decompressed).
        retrieved_at: the answer's `Date` header, UTC.
        origin: `api`, or what the stand-in says of its own answer.
    """

    url: str
    params: tuple[tuple[str, str], ...]
    body: bytes
    retrieved_at: datetime
    origin: Origin


@dataclass(frozen=True)
class TableVintage:
    """One table as a source held it at one time.

    Args:
        kilde: `jobindsats`, `statbank` or `joblog`.
        tabel_id: the source's own id, lower case at Jobindsats.
        update_latest: the source's own statement of the last update.
        retrieved_at: `Date` header of the first data answer, UTC.
        answers: every data answer, in the order asked.
        cells: long form, columns `CELL_COLUMNS`, one row a cell asked for.
        update_next: the day that the source announces for the next update; None where it says none.
    """

    kilde: str
    tabel_id: str
    update_latest: str
    retrieved_at: datetime
    answers: tuple[Answer, ...]
    cells: pd.DataFrame
    update_next: str | None = None

    @property
    def origin(self) -> Origin:
        """The weakest origin among the answers: one generated answer makes the table generated."""
        found = {answer.origin for answer in self.answers}
        weakest_first: tuple[Origin, ...] = ("genereret", "optaget", "api")
        return next(origin for origin in weakest_first if origin in found)


@dataclass(frozen=True)
class TableState:
    """How the source's metadata says that a table stands.

    Args:
        tabel_id: the source's id.
        update_latest: the last update, or None where the source does not offer the table.
        seen_at: `Date` header of the metadata answer, UTC.
        update_next: the day announced for the next update, where there is one.
    """

    tabel_id: str
    update_latest: str | None
    seen_at: datetime
    update_next: str | None = None


Catalogue = Mapping[str, TableState]
