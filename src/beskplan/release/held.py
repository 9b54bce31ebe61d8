"""What landing holds about its tables, as far as a release has to state it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from beskplan.landing import Landing
from beskplan.landing.reviews import AUTOMATIC
from beskplan.landing.store import LOOKS

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
    "afvist": "afvist ved gennemsyn",
}
WAITS = "afventer gennemsyn: se fund"
VintageKey = tuple[str, str, str]


def decisions(landing: Landing) -> list[dict[str, Any]]:
    """Every decision, oldest first for each vintage, as a release states it.

    The time of an automatic decision is left out: it is the clock of the machine that happened to
    build, and the same landing and code must give the same bytes. A person's is kept: when
    somebody decided is part of the record.
    """
    found = [asdict(decision) for decision in landing.decisions()]
    for record in found:
        # The quality page and its list hold them while they matter.
        del record["fund"], record["uden_styrke"]
        if record["hvem"].startswith(AUTOMATIC):
            record["afgjort_utc"] = ""
    return found


def outcomes(landing: Landing) -> dict[VintageKey, str]:
    """The newest decision of each vintage that has one."""
    return {(d.kilde, d.tabel_id, d.hentet_utc): d.udfald for d in landing.decisions()}


def failed_fetches(landing: Landing) -> dict[str, str]:
    """Tables whose newest look ended in an error, with its message."""
    failed: dict[str, str] = {}
    for folder in sorted((landing.path / LOOKS).glob("*/*")):
        look = landing.last_tilsyn(folder.parent.name, folder.name)
        if look and look.fejl:
            failed[folder.name] = look.fejl.besked
    return failed


def refused_newest(landing: Landing) -> dict[str, str]:
    """Tables whose newest vintage was stopped or rejected, or waits, with the reason in Danish."""
    decided = {(d.kilde, d.tabel_id, d.hentet_utc): d for d in landing.decisions()}
    newest = {v.tabel_id: (v.kilde, v.tabel_id, v.hentet_utc) for v in landing.vintages()}
    found = {tabel_id: decided[key] for tabel_id, key in newest.items() if key in decided}
    waits = {tabel_id: WAITS for tabel_id, made in found.items() if made.udfald == "afventer"}
    return waits | {
        tabel_id: f"{REFUSED[decision.udfald]}: {decision.hvorfor}"
        for tabel_id, decision in found.items()
        if decision.udfald in REFUSED
    }
