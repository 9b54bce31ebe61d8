"""What landing holds about its tables, as far as a release has to state it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

# A decision by one of these begins so; it follows from the figures alone.
AUTOMATIC = "beskplan"
DECISION_COLUMNS = (
    "kilde",
    "tabel_id",
    "hentet_utc",
    "nr",
    "udfald",
    "hvem",
    "hvorfor",
    "afgjort_utc",
)
REFUSED = {
    "stoppet": "stoppet af kontrollen",
    "afvist": "afvist af en person",
}
LEFT_OUT = {*REFUSED, "afloest"}
TableKey = tuple[str, str]
VintageKey = tuple[str, str, str]


@dataclass(frozen=True, order=True)
class Vintage:
    """One table as a source held it at one time.

    Args:
        kilde: `jobindsats` or `statbank`.
        tabel_id: the source's id.
        hentet_utc: `2026-08-18T19:52:00Z`.
        update_latest: the source's own statement of its last update.
        oprindelse: `api`, `optaget` or `genereret`.
        indholdssum: checksum of the rows.
    """

    kilde: str
    tabel_id: str
    hentet_utc: str
    update_latest: str
    oprindelse: str
    indholdssum: str

    @property
    def key(self) -> VintageKey:
        """What names it in decisions and in the warehouse."""
        return self.kilde, self.tabel_id, self.hentet_utc


def vintages(landing: Path) -> list[Vintage]:
    """Every vintage that landing holds, in order of source, table and time."""
    return sorted(
        Vintage(**{name: str(record[name]) for name in Vintage.__dataclass_fields__})
        for record in _records(landing, "*/*/*/manifest.json")
        if record["kilde"] not in ("afgoerelser", "tilsyn")
    )


def decisions(landing: Path) -> list[dict[str, Any]]:
    """Every decision, oldest first for each vintage, as a release states it.

    The time of an automatic decision is left out: it is the clock of the machine that happened to
    build, and the same landing and code must give the same bytes. A person's is kept: when
    somebody decided is part of the record.
    """
    found = [
        {name: record[name] for name in DECISION_COLUMNS}
        for record in _records(landing, "afgoerelser/*.json")
    ]
    for record in found:
        if str(record["hvem"]).startswith(AUTOMATIC):
            record["afgjort_utc"] = ""
    return sorted(found, key=lambda r: (r["kilde"], r["tabel_id"], r["hentet_utc"], r["nr"]))


def outcomes(landing: Path) -> dict[VintageKey, str]:
    """The newest decision of each vintage that has one."""
    return {(r["kilde"], r["tabel_id"], r["hentet_utc"]): r["udfald"] for r in decisions(landing)}


def failed_fetches(landing: Path) -> dict[TableKey, str]:
    """Tables whose newest look ended in an error, with its message."""
    newest: dict[TableKey, Mapping[str, Any]] = {}
    for record in sorted(_records(landing, "tilsyn/*/*/*.json"), key=lambda r: int(r["nr"])):
        newest[record["kilde"], record["tabel_id"]] = record
    return {
        key: str((record.get("fejl") or {}).get("besked", ""))
        for key, record in newest.items()
        if record["udfald"] == "fejl"
    }


def refused_newest(landing: Path) -> dict[TableKey, str]:
    """Tables whose newest vintage was stopped or rejected, with the reason in Danish."""
    newest = {(v.kilde, v.tabel_id): v for v in vintages(landing)}
    decided = outcomes(landing)
    return {
        table: REFUSED[decided[vintage.key]]
        for table, vintage in newest.items()
        if decided.get(vintage.key) in REFUSED
    }


def _records(landing: Path, pattern: str) -> list[dict[str, Any]]:
    return [orjson.loads(path.read_bytes()) for path in sorted(landing.glob(pattern))]
