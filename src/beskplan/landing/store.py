"""The vintage store: answers and decisions are kept for ever, and never changed."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from beskplan.errors import LandingError, SourceError
from beskplan.landing.files import (
    code_version,
    content_sum,
    file_sha256,
    folder_name,
    gzipped,
    iso,
    sha256,
    sync_folder,
    write_cells,
    write_file,
)
from beskplan.landing.records import (
    DECISIONS,
    SUCCESSFUL,
    Decision,
    DecisionOutcome,
    Fault,
    Look,
    LookOutcome,
    Vintage,
)
from beskplan.sources.types import Answer, TableVintage

LOOKS = "tilsyn"
DECISION_FOLDER = "afgoerelser"
TEMPORARY = ".tmp"
MANIFEST = "manifest.json"
CELLS = "celler.parquet"
READABLE = 0o644


@dataclass(frozen=True)
class StoreResult:
    """What came of storing.

    Args:
        udfald: `landet`, or `uaendret` where the newest vintage already says the same.
        hentet_utc: the vintage that holds the figures.
    """

    udfald: Literal["landet", "uaendret"]
    hentet_utc: str


class Landing:
    """One landing folder.

    Args:
        path: the folder; it is made when something is first written.
    """

    def __init__(self, path: Path) -> None:
        """Remember the folder."""
        self.path = path

    def store(self, vintage: TableVintage) -> StoreResult:
        """Keep a table as the source held it, unless nothing has changed.

        Safe to call for different tables at once; the same table is stored one at a time.

        Args:
            vintage: what the source returned.

        Raises:
            LandingError: the store already holds something else of the same moment.
        """
        hentet_utc = iso(vintage.retrieved_at)
        with self._workplace(vintage.kilde, vintage.tabel_id) as folder:
            write_cells(vintage.cells, folder / CELLS)
            indholdssum, rows, absent = content_sum(folder / CELLS)
            before = [
                item
                for item in self.vintages(vintage.kilde, vintage.tabel_id)
                if item.hentet_utc <= hentet_utc
            ]
            if before and before[-1].indholdssum == indholdssum:
                return StoreResult("uaendret", before[-1].hentet_utc)
            manifest = Vintage(
                kilde=vintage.kilde,
                tabel_id=vintage.tabel_id,
                hentet_utc=hentet_utc,
                update_latest=vintage.update_latest,
                oprindelse=vintage.origin,
                indholdssum=indholdssum,
                kode_version=code_version(),
                raekker_spurgt=rows,
                raekker_mangler=absent,
                celler_sha256=file_sha256(folder / CELLS),
                svar=tuple(
                    _write_answer(folder, number, answer)
                    for number, answer in enumerate(vintage.answers, start=1)
                ),
                manifestsum="",
            )
            manifest = replace(manifest, manifestsum=manifest.own_sum())
            write_file(folder / MANIFEST, manifest.to_json())
            sync_folder(folder)
            self._move_in(folder, manifest)
        return StoreResult("landet", hentet_utc)

    def folder(self, kilde: str, tabel_id: str, hentet_utc: str) -> Path:
        """The folder of one vintage."""
        return self.path / kilde / tabel_id / folder_name(hentet_utc)

    def vintages(self, kilde: str | None = None, tabel_id: str | None = None) -> list[Vintage]:
        """Every vintage held, by source, table and time.

        Raises:
            LandingError: a manifest cannot be read.
        """
        found = self.path.glob(f"{kilde or '*'}/{tabel_id or '*'}/*/{MANIFEST}")
        own = (TEMPORARY, LOOKS, DECISION_FOLDER)
        manifests = [path for path in found if path.relative_to(self.path).parts[0] not in own]
        return sorted(
            (_read_manifest(path, self.path) for path in manifests),
            key=lambda item: (item.kilde, item.tabel_id, item.hentet_utc),
        )

    def newest(self, kilde: str, tabel_id: str) -> Vintage | None:
        """The table's newest vintage."""
        held = self.vintages(kilde, tabel_id)
        return held[-1] if held else None

    def tilsyn(self, kilde: str, tabel_id: str) -> list[Look]:
        """Every recorded look at a table, oldest first."""
        folder = self.path / LOOKS / kilde / tabel_id
        return [Look.read(path) for path in sorted(folder.glob("*.json"))]

    def last_tilsyn(self, kilde: str, tabel_id: str, *, successful: bool = False) -> Look | None:
        """The newest recorded look.

        Args:
            kilde: source.
            tabel_id: table.
            successful: only looks after which the table stood as the source holds it.
        """
        looks = self.tilsyn(kilde, tabel_id)
        if successful:
            looks = [look for look in looks if look.udfald in SUCCESSFUL]
        return looks[-1] if looks else None

    def last_looks(self) -> dict[str, int]:
        """`kilde/tabel_id` → number of its newest recorded look."""
        folders = sorted((self.path / LOOKS).glob("*/*"))
        return {
            f"{folder.parent.name}/{folder.name}": max(int(path.stem) for path in looks)
            for folder in folders
            if (looks := list(folder.glob("*.json")))
        }

    def copy_as_known(
        self,
        to: Path,
        vintages: Set[tuple[str, str, str]],
        decisions: Set[tuple[str, str, str, int]],
        looks: Mapping[str, int],
    ) -> None:
        """Make a store of what a release knew: those vintages, decisions and looks, nothing later.

        Files are linked where the disk can, for what is in a store never changes.

        Args:
            to: the new store's folder.
            vintages: (kilde, tabel_id, hentet_utc).
            decisions: (kilde, tabel_id, hentet_utc, nr).
            looks: `kilde/tabel_id` → number of the newest look.

        Raises:
            LandingError: the store lacks one of the vintages.
        """
        for key in sorted(vintages):
            folder = self.folder(*key)
            if not (folder / MANIFEST).is_file():
                raise LandingError(
                    "The store does not hold this vintage",
                    where=f"landing {key[0]}/{key[1]} {key[2]}",
                    do="put landing/ back from its backup; run `beskplan landing verify`",
                )
            copied = to / folder.relative_to(self.path)
            shutil.copytree(folder, copied, copy_function=_link)
        known = {made: Decision.read(made) for made in (self.path / DECISION_FOLDER).glob("*.json")}
        kept = [path for path, made in known.items() if (*made.key, made.nr) in decisions]
        for name, newest in looks.items():
            found = (self.path / LOOKS / name).glob("*.json")
            kept += [path for path in found if int(path.stem) <= newest]
        for path in kept:
            target = to / path.relative_to(self.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(path, target)

    def record_tilsyn(
        self,
        kilde: str,
        tabel_id: str,
        udfald: LookOutcome,
        *,
        seen_at: datetime | None = None,
        update_latest: str | None = None,
        hentet_utc: str | None = None,
        error: SourceError | LandingError | None = None,
        update_next: str | None = None,
    ) -> Look | None:
        """Append what came of a look, if it says something new.

        Args:
            kilde: source.
            tabel_id: table.
            udfald: what came of it.
            seen_at: the source's clock; without an answer ours.
            update_latest: what the source said of its last update.
            hentet_utc: the vintage that the table now stands on.
            error: why it failed.
            update_next: the day that the source announced for the next update.

        Returns:
            The record, or None if the newest one says the same.
        """
        fejl = None
        if error is not None:
            fejl = Fault(type(error).__name__, f"{error.what} [{error.where}]", error.do)
        last = self.last_tilsyn(kilde, tabel_id)
        look = Look(
            kilde=kilde,
            tabel_id=tabel_id,
            nr=0,
            udfald=udfald,
            set_utc=iso(seen_at or datetime.now(UTC)),
            update_latest=update_latest,
            hentet_utc=hentet_utc,
            fejl=fejl,
            update_next=update_next,
        )
        if last and look.says_the_same(last):
            return None
        number = self._append(
            self.path / LOOKS / kilde / tabel_id,
            lambda nr: (f"{nr:06d}.json", replace(look, nr=nr).to_json()),
        )
        return replace(look, nr=number)

    def decide(
        self,
        kilde: str,
        tabel_id: str,
        hentet_utc: str,
        udfald: DecisionOutcome,
        *,
        hvem: str,
        hvorfor: str,
        at: datetime | None = None,
    ) -> Decision:
        """Append a decision on a vintage; the newest counts.

        Args:
            kilde: source.
            tabel_id: table.
            hentet_utc: which vintage.
            udfald: one of `DECISIONS`.
            hvem: who decided.
            hvorfor: why, in Danish; it is shown to planners.
            at: when; without it, now.

        Raises:
            LandingError: there is no such vintage, or no such outcome.
        """
        decision = Decision(
            kilde, tabel_id, hentet_utc, 0, udfald, hvem, hvorfor, iso(at or datetime.now(UTC))
        )
        return self._append_decision(decision)

    def decide_first(
        self,
        kilde: str,
        tabel_id: str,
        hentet_utc: str,
        udfald: DecisionOutcome,
        *,
        hvem: str,
        hvorfor: str,
        fund: Sequence[Mapping[str, Any]] = (),
        uden_styrke: int = 0,
    ) -> Decision | None:
        """Append a decision on a vintage, unless something has been decided of it already.

        Args:
            kilde: source.
            tabel_id: table.
            hentet_utc: which vintage.
            udfald: one of `DECISIONS`; `afventer` lets it wait for a person.
            hvem: who decided, or asks.
            hvorfor: why, or what was found, in Danish; it is shown to planners.
            fund: the findings that a person is to judge.
            uden_styrke: cells that were too small to judge.

        Returns:
            The decision, or None where another run or a person came first.

        Raises:
            LandingError: there is no such vintage, or no such outcome.
        """
        decision = Decision(
            kilde,
            tabel_id,
            hentet_utc,
            0,
            udfald,
            hvem,
            hvorfor,
            iso(datetime.now(UTC)),
            tuple(fund),
            uden_styrke,
        )
        with self.locked(kilde, tabel_id):
            if any(made.key == decision.key for made in self.decisions()):
                return None
            return self._append_decision(decision)

    def decisions(self) -> list[Decision]:
        """Every decision, by vintage and number."""
        return sorted(
            (Decision.read(path) for path in (self.path / DECISION_FOLDER).glob("*.json")),
            key=lambda item: (item.kilde, item.tabel_id, item.hentet_utc, item.nr),
        )

    @contextmanager
    def locked(self, kilde: str, tabel_id: str) -> Iterator[None]:
        """Keep everyone else from storing this table or asking and answering about it.

        The lock is released by death.
        """
        temporary = self.path / TEMPORARY
        temporary.mkdir(parents=True, exist_ok=True)
        with (temporary / f"{kilde}__{tabel_id}.laas").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _workplace(self, kilde: str, tabel_id: str) -> Iterator[Path]:
        """A folder to write a vintage in, ours alone while the block lasts.

        What a killed process left of the same table is removed first: nobody else can be
        writing it, for the lock is released by death.
        """
        with self.locked(kilde, tabel_id):
            folder = self.path / TEMPORARY / f"{kilde}__{tabel_id}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _append_decision(self, decision: Decision) -> Decision:
        """Write a decision down under the vintage's next number."""
        where = f"landing {decision.kilde}/{decision.tabel_id} {decision.hentet_utc}"
        if decision.udfald not in DECISIONS:
            raise LandingError(
                f"{decision.udfald!r} is no decision", where=where, do=f"use one of {DECISIONS}"
            )
        if not (self.folder(*decision.key) / MANIFEST).exists():
            raise LandingError(
                "There is no such vintage", where=where, do="see `beskplan landing vis`"
            )
        stem = f"{decision.kilde}__{decision.tabel_id}__{folder_name(decision.hentet_utc)}"
        number = self._append(
            self.path / DECISION_FOLDER,
            lambda nr: (f"{stem}__{nr:02d}.json", replace(decision, nr=nr).to_json()),
        )
        return replace(decision, nr=number)

    def _move_in(self, folder: Path, manifest: Vintage) -> None:
        """Give a complete vintage its name; a name that is taken is never given again."""
        target = self.folder(manifest.kilde, manifest.tabel_id, manifest.hentet_utc)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            raise LandingError(
                "The store already holds other figures of the same moment",
                where=f"landing {manifest.kilde}/{manifest.tabel_id} {manifest.hentet_utc}",
                do="fetch again: the source's clock will have moved on",
            ) from error
        sync_folder(target.parent)

    def _append(self, folder: Path, content: Callable[[int], tuple[str, bytes]]) -> int:
        """Write the next numbered record; two writers never get the same number.

        A link, unlike a rename, fails where the name is taken.
        """
        folder.mkdir(parents=True, exist_ok=True)
        temporary = self.path / TEMPORARY
        temporary.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            while (folder / content(number)[0]).exists():
                number += 1
            name, data = content(number)
            with tempfile.NamedTemporaryFile(dir=temporary) as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), READABLE)
                os.fsync(file.fileno())
                try:
                    (folder / name).hardlink_to(file.name)
                except FileExistsError:
                    continue
            sync_folder(folder)
            return number


def _read_manifest(path: Path, root: Path) -> Vintage:
    try:
        return Vintage.read(path)
    except (ValueError, TypeError, KeyError) as error:
        raise LandingError(
            f"A manifest cannot be read ({type(error).__name__})",
            where=f"landing {path.relative_to(root)}",
            do="put the file back from its backup; `beskplan landing verify` names every other",
        ) from error


def _link(source: str | Path, target: str | Path) -> None:
    """A hard link, or a copy where the disk has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _write_answer(folder: Path, number: int, answer: Answer) -> dict[str, Any]:
    """Keep one answer as it came, and say how it was asked for."""
    name = f"svar-{number:03d}.{_kind(answer.body)}.gz"
    packed = gzipped(answer.body)
    write_file(folder / name, packed)
    return {
        "fil": name,
        "sha256": sha256(packed),
        "url": answer.url,
        "parametre": [list(pair) for pair in answer.params],
        "hentet_utc": iso(answer.retrieved_at),
        "oprindelse": answer.origin,
    }


def _kind(body: bytes) -> str:
    """What an answer is, by its first bytes; a workbook is a zip file."""
    if body.startswith(b"PK"):
        return "xlsx"
    return "json" if body.lstrip(b"\xef\xbb\xbf \r\n")[:1] in (b"{", b"[") else "csv"


__all__ = ["Decision", "Landing", "Look", "StoreResult", "Vintage"]
