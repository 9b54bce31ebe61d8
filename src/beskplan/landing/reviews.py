"""Vintages that wait for a person: which they are, the answer, and what supersedes them."""

from __future__ import annotations

from typing import Literal

from beskplan import limits
from beskplan.errors import ReviewError
from beskplan.landing.records import Decision, DecisionOutcome
from beskplan.landing.store import Landing

# A decision by one of these begins so; it follows from what the sources sent and from the code.
AUTOMATIC = "beskplan"
WHO = f"{AUTOMATIC} gennemsyn"
LIST_THEM = "list what waits with `beskplan gennemse`"
Answer = Literal["accepteret", "afvist"]


def waiting(landing: Landing) -> list[Decision]:
    """The vintages that wait for a person, by source and table, with what was found.

    Args:
        landing: the vintage store.
    """
    newest = {decision.key: decision for decision in landing.decisions()}
    return [decision for decision in newest.values() if decision.udfald == "afventer"]


def supersede(landing: Landing) -> list[Decision]:
    """Let go of the vintages that wait although a newer one of their table has landed.

    Args:
        landing: the vintage store.

    Returns:
        What was written down.
    """
    made = []
    for asked in waiting(landing):
        with landing.locked(asked.kilde, asked.tabel_id):
            newer = _newer(landing, asked)
            if newer and _newest_decision(landing, asked.key).udfald == "afventer":
                made.append(
                    landing.decide(
                        *asked.key,
                        "afloest",
                        hvem=WHO,
                        hvorfor=f"En nyere udgave, hentet {newer}, er kommet, før nogen tog "
                        "stilling.",
                    )
                )
    return made


def answer(
    landing: Landing,
    tabel_id: str,
    udfald: Answer,
    *,
    hvem: str,
    hvorfor: str,
    hentet_utc: str | None = None,
) -> Decision:
    """Write down what a person decided of a vintage that waits.

    Args:
        landing: the vintage store.
        tabel_id: table.
        udfald: `accepteret` or `afvist`.
        hvem: who decided.
        hvorfor: why, in Danish; it is shown to planners.
        hentet_utc: which vintage; without it, the table's one that waits.

    Raises:
        ReviewError: who or why is lacking or too long, or the vintage does not wait (any more).
    """
    who, why = " ".join(hvem.split()), " ".join(hvorfor.split())
    where = " ".join(("table", tabel_id, hentet_utc or "")).strip()
    if not who or not why:
        raise ReviewError(
            f"A decision needs {'who made it' if not who else 'a reason'}",
            where=where,
            do="say who and why: both are published with the figures",
        )
    if len(who) + len(why) > limits.REASON_SIGNS:
        raise ReviewError(
            f"Who and why are over the bound of {limits.REASON_SIGNS} signs",
            where=where,
            do="say it shorter: both are published with the figures",
        )
    if who.lower().startswith(AUTOMATIC):
        raise ReviewError(
            f"{who!r} is how the machine signs", where=where, do="give a person's name"
        )
    asked = _asked(landing, tabel_id, hentet_utc, where)
    with landing.locked(asked.kilde, asked.tabel_id):
        made = _newest_decision(landing, asked.key)
        if (made.udfald, made.hvem, made.hvorfor) == (udfald, who, why):
            # Given again by a task that was killed after it wrote.
            return made
        _refuse_unless_waiting(made, where)
        newer = _newer(landing, asked)
        if newer:
            raise ReviewError(
                f"The vintage of {asked.hentet_utc} is superseded: one of {newer} has landed",
                where=where,
                do="run `beskplan koer`: the newer vintage is judged, and the older lets go",
            )
        return landing.decide(*asked.key, udfald, hvem=who, hvorfor=why)


def _asked(landing: Landing, tabel_id: str, hentet_utc: str | None, where: str) -> Decision:
    """The newest decision on the vintage in question; without a time, the one that waits."""
    of_table = {
        decision.key: decision
        for decision in landing.decisions()
        if decision.tabel_id == tabel_id and hentet_utc in (None, decision.hentet_utc)
    }
    found = sorted(of_table.values(), key=lambda made: (made.udfald == "afventer", made.hentet_utc))
    if not found:
        raise ReviewError("Nothing has been asked of this table", where=where, do=LIST_THEM)
    return found[-1]


def _refuse_unless_waiting(decision: Decision, where: str) -> None:
    if decision.udfald == "afventer":
        return
    words: dict[DecisionOutcome, str] = {
        "accepteret": "accepted",
        "afvist": "rejected",
        "stoppet": "stopped",
        "afloest": "superseded by a newer one",
    }
    raise ReviewError(
        f"The vintage of {decision.hentet_utc} does not wait: it is {words[decision.udfald]} "
        f"({decision.hvem}: {decision.hvorfor})",
        where=where,
        do=LIST_THEM,
    )


def _newest_decision(landing: Landing, key: tuple[str, str, str]) -> Decision:
    return [decision for decision in landing.decisions() if decision.key == key][-1]


def _newer(landing: Landing, asked: Decision) -> str | None:
    """The time of the table's newest vintage, if that is not the one asked about."""
    newest = landing.newest(asked.kilde, asked.tabel_id)
    return newest.hentet_utc if newest and newest.hentet_utc > asked.hentet_utc else None
