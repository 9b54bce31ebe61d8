"""The Joblog bilag: tables that a ministry sends, one file a month, in a drop folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from beskplan import limits
from beskplan.errors import BadAnswerError, RefusedQueryError, SourceDownError
from beskplan.settings import Settings
from beskplan.sources.bilag import GROUPS, MEASURES, Bilag, read_bilag
from beskplan.sources.grid import canonical
from beskplan.sources.kilder import Ask, Listing, choose_periods, read_listing, read_rows
from beskplan.sources.overlap import join_asks
from beskplan.sources.types import CELL_COLUMNS, Answer, Catalogue, TableState, TableVintage

KILDE = TABLE = "joblog"
BREAKDOWN = "_gruppe"
FILE_NAME = re.compile(r"joblog_(\d{4}M(?:0[1-9]|1[0-2]))\.(?:csv|xlsx)")
# Hidden files, and what Excel leaves beside a workbook that is open.
NOT_BILAG = (".", "~$")
TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class _File:
    name: str
    body: bytes
    changed: datetime


class Joblog:
    """The drop folder as it stands at one look.

    The folder has no clock: the time of a look is when its newest file was changed, but always
    later than at the last look that found something else, also if a corrected file is older than
    the one it replaces. So the same folder gives the same time, and a corrected one a later.

    Args:
        settings: the drop folder and the seeds.
        last: what `update_latest` was at the last look that succeeded.
    """

    kilde = KILDE

    def __init__(self, settings: Settings, last: str | None = None) -> None:
        """Read what is to be asked for; the folder is read at the first question."""
        self.listing: Listing = read_listing(settings, KILDE)
        self._folder = settings.joblog
        self._last = last
        self._areas = _names(settings.seeds, self.listing)
        self._files: list[_File] | None = None

    def __enter__(self) -> Self:
        """Use as the other clients are used."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """There is nothing to close."""

    def catalogue(self) -> Catalogue:
        """The table, if the folder holds anything.

        `update_latest` is the look's time and a checksum of the files: `2018-06-29T08:00:00Z 1f0…`.

        Raises:
            SourceDownError: the folder cannot be read.
            TooLargeError: it holds too many files, or one that is too large.
        """
        if not self._held():
            return {}
        moment, digest = self._moment()
        return {TABLE: TableState(TABLE, f"{moment:{TIME}} {digest}", moment)}

    def fetch_table(self, tabel_id: str) -> TableVintage:
        """Read every file: each look holds the whole history.

        Args:
            tabel_id: a table of kilder.csv.

        Raises:
            SourceError: what is wrong, in which file and row.
        """
        files = self._by_month()
        if tabel_id != TABLE or not files:
            raise RefusedQueryError(
                f"Mappen {self._folder.name}/ er tom"
                if tabel_id == TABLE
                else f"Mappen holder kun tabellen {TABLE}",
                where=f"{KILDE} {tabel_id}",
                do="læg bilagene tilbage, eller ret seeds/kilder.csv",
            )
        bilag = {
            period: read_bilag(file.name, file.body, period, self._areas, self.listing.land[1])
            for period, file in files.items()
        }
        moment, digest = self._moment()
        return TableVintage(
            kilde=KILDE,
            tabel_id=TABLE,
            update_latest=f"{moment:{TIME}} {digest}",
            retrieved_at=moment,
            answers=tuple(
                Answer(
                    url=f"{KILDE}/{file.name}",
                    params=(("periode", period),),
                    body=file.body,
                    retrieved_at=file.changed,
                    origin=bilag[period].origin,
                )
                for period, file in files.items()
            ),
            cells=join_asks([self._cells(ask, bilag) for ask in self.listing.asks[TABLE]], KILDE),
        )

    def _held(self) -> list[_File]:
        """The folder's files, read once."""
        if self._files is None:
            where = f"{KILDE} {self._folder.name}/"
            try:
                paths = _visible(self._folder)
                if len(paths) > limits.FILES:
                    limits.too_large("Antallet af filer", limits.FILES, "filer", where)
                self._files = [_read(path) for path in paths]
            except OSError as error:
                raise SourceDownError(
                    f"Mappen med bilag kan ikke læses ({type(error).__name__})",
                    where=where,
                    do="se efter rettighederne til mappen og filerne",
                ) from error
        return self._files

    def _moment(self) -> tuple[datetime, str]:
        """The look's time, and a checksum of names and bytes."""
        total = hashlib.sha256()
        for file in self._held():
            total.update(f"{file.name}\0{len(file.body)}\0".encode() + file.body)
        digest = total.hexdigest()[:12]
        newest = max(file.changed for file in self._held())
        if self._last is None:
            return newest, digest
        time, _, before = self._last.partition(" ")
        last = datetime.strptime(time, TIME).replace(tzinfo=UTC)
        return (last if digest == before else max(newest, last + timedelta(seconds=1))), digest

    def _by_month(self) -> dict[str, _File]:
        found: dict[str, _File] = {}
        for file in self._held():
            match = FILE_NAME.fullmatch(file.name)
            if not match:
                raise BadAnswerError(
                    f"Filnavnet »{file.name}« siger ikke hvilken måned",
                    where=f"{KILDE} {self._folder.name}/",
                    do="kald den fx joblog_2018M01.xlsx, eller flyt den ud af mappen",
                )
            if match[1] in found:
                raise BadAnswerError(
                    f"Der er to filer for {match[1]}: {found[match[1]].name} og {file.name}",
                    where=f"{KILDE} {self._folder.name}/",
                    do="lad kun den gældende ligge; den anden er gemt, hvis den har været hentet",
                )
            found[match[1]] = file
        return dict(sorted(found.items()))

    def _cells(self, ask: Ask, bilag: Mapping[str, Bilag]) -> pd.DataFrame:
        """One row a cell that the ask covers; a lost cell is one that the source did not send."""
        unknown = sorted({*ask.maalinger} - {*MEASURES}) or sorted({*ask.fordeling} ^ {BREAKDOWN})
        if unknown:
            raise RefusedQueryError(
                f"Bilaget har målingerne {', '.join(MEASURES)} fordelt på {BREAKDOWN}, ikke "
                f"»{unknown[0]}«",
                where=f"{KILDE} {TABLE}",
                do="ret seeds/kilder.csv",
            )
        codes = (self.listing.land[0], *(ask.omraader or self.listing.kommuner))
        dimensions = [canonical({BREAKDOWN: group}, {}) for group in GROUPS]
        pins = {name: self.listing.pin(TABLE, name).maaling_id for name in ask.maalinger}
        rows = [
            (code, period, dimension, pins[name], figure.value, figure.state == "mangler")
            for period in choose_periods(ask.perioder, tuple(bilag))
            for code in codes
            for dimension, pair in zip(dimensions, bilag[period].figures[code], strict=True)
            for name, figure in zip(MEASURES, pair, strict=True)
            if name in pins
        ]
        cells = pd.DataFrame(rows, columns=list(CELL_COLUMNS))
        return cells.astype({"vaerdi": "float64", "raekke_mangler": "bool"})


def _names(seeds: Path, listing: Listing) -> dict[str, str]:
    """Every name that an area may bear in a bilag → its code; its own name first."""
    names = {name: code for code, name in (listing.land, *listing.kommuner.items())}
    path = seeds / "omraade_aliaser.csv"
    return names | {row["navn"]: row["kommune_kode"] for _, row in read_rows(path)}


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith(NOT_BILAG))


def _read(path: Path) -> _File:
    changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    body = limits.read_file(path, limits.FILE_BYTES, f"{KILDE} {path.name}")
    return _File(path.name, body, changed)
