"""What landing holds, as values: vintages, looks (tilsyn) and decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from beskplan.landing.files import sha256, to_json

LookOutcome = Literal["landet", "uaendret", "intet_nyt", "ikke_udbudt", "fejl"]
DecisionOutcome = Literal["accepteret", "stoppet", "afvist", "afloest", "afventer"]
SUCCESSFUL: tuple[LookOutcome, ...] = ("landet", "uaendret", "intet_nyt")
DECISIONS: tuple[DecisionOutcome, ...] = (
    "accepteret",
    "stoppet",
    "afvist",
    "afloest",
    "afventer",
)
# A vintage whose newest decision is one of these is in no release.
LEFT_OUT = frozenset({"stoppet", "afvist", "afloest", "afventer"})


@dataclass(frozen=True)
class Vintage:
    """One table as it was landed at one time; fields as in `manifest.json`."""

    kilde: str
    tabel_id: str
    hentet_utc: str
    update_latest: str
    oprindelse: str
    indholdssum: str
    kode_version: str
    raekker_spurgt: int
    raekker_mangler: int
    celler_sha256: str
    svar: tuple[Mapping[str, Any], ...]
    manifestsum: str

    @classmethod
    def read(cls, path: Path) -> Vintage:
        """Read a manifest; one from before checksums of manifests has an empty `manifestsum`."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(**({"manifestsum": ""} | content | {"svar": tuple(content["svar"])}))

    def to_json(self) -> bytes:
        """The manifest's bytes."""
        return to_json(asdict(self))

    def own_sum(self) -> str:
        """Checksum over all that the manifest says but this checksum."""
        return sha256(to_json({**asdict(self), "manifestsum": ""}))


@dataclass(frozen=True)
class Fault:
    """Why a look failed: the error's name, what is wrong and where, what to do."""

    type: str
    besked: str
    goer: str


@dataclass(frozen=True)
class Look:
    """One look at a table of which something came (tilsyn).

    Args:
        kilde: source.
        tabel_id: table.
        nr: number within the table, from 1.
        udfald: what came of it.
        set_utc: when, by the source's clock where it answered.
        update_latest: what the source said of its last update; None where it said nothing.
        hentet_utc: the vintage that the table stands on after this look; None after a failure.
        fejl: what is wrong, for a failure.
        update_next: the day that the source announced for the next update.
    """

    kilde: str
    tabel_id: str
    nr: int
    udfald: LookOutcome
    set_utc: str
    update_latest: str | None
    hentet_utc: str | None
    fejl: Fault | None
    update_next: str | None = None

    @classmethod
    def read(cls, path: Path) -> Look:
        """Read one record."""
        content = json.loads(path.read_text(encoding="utf-8"))
        fejl = content.pop("fejl")
        return cls(**content, fejl=Fault(**fejl) if fejl else None)

    def to_json(self) -> bytes:
        """The record's bytes; a next update that the source does not announce is left out."""
        content = asdict(self)
        if self.update_next is None:
            del content["update_next"]
        return to_json(content)

    def says_the_same(self, other: Look) -> bool:
        """Whether a new record after `other` would say nothing new."""
        if self.udfald in SUCCESSFUL and self.update_next != other.update_next:
            # The source has moved its next update.
            return False
        if self.udfald == "intet_nyt":
            return other.udfald in SUCCESSFUL
        if self.udfald == "uaendret":
            return other.udfald in SUCCESSFUL and self.update_latest == other.update_latest
        return (self.udfald, self.update_latest, self.hentet_utc, self.fejl) == (
            other.udfald,
            other.update_latest,
            other.hentet_utc,
            other.fejl,
        )


@dataclass(frozen=True)
class Decision:
    """What was decided of a vintage, by whom and why.

    Args:
        kilde: source.
        tabel_id: table.
        hentet_utc: which vintage.
        nr: number within the vintage, from 1; the newest counts.
        udfald: one of `DECISIONS`; `afventer` is the question to a person, not an answer.
        hvem: who decided.
        hvorfor: why, in Danish.
        afgjort_utc: when.
        fund: for `afventer`, what was found, so that it is there for as long as the vintage waits.
        uden_styrke: for `afventer`, cells that were too small to judge.
    """

    kilde: str
    tabel_id: str
    hentet_utc: str
    nr: int
    udfald: DecisionOutcome
    hvem: str
    hvorfor: str
    afgjort_utc: str
    fund: tuple[Mapping[str, Any], ...] = ()
    uden_styrke: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """Source, table and time of the vintage."""
        return self.kilde, self.tabel_id, self.hentet_utc

    @classmethod
    def read(cls, path: Path) -> Decision:
        """Read one record."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(**(content | {"fund": tuple(content.get("fund", ()))}))

    def to_json(self) -> bytes:
        """The record's bytes; findings stand only in the question to a person."""
        content = asdict(self)
        if self.udfald != "afventer":
            del content["fund"], content["uden_styrke"]
        return to_json(content)
