"""Which tables go out with older figures than the source has, and why."""

from __future__ import annotations

from beskplan.gate.judgement import Judgement
from beskplan.landing import Landing
from beskplan.release import held

NOT_UPDATED = "ikke opdateret: se fund"


def table_marks(landing: Landing, judgement: Judgement | None) -> dict[str, str]:
    """Name the tables whose newest figures are not in the release.

    Args:
        landing: the vintage store.
        judgement: this run's judgement, which knows the tables that wait for a person; None
            reads what landing alone tells.

    Returns:
        Table id → reason, in Danish.
    """
    marks = {
        tabel_id: f"kunne ikke hentes: {message}"
        for tabel_id, message in held.failed_fetches(landing).items()
    }
    marks |= held.refused_newest(landing)
    for verdict in judgement.tabeller if judgement else ():
        if verdict.udfald == "review" and not verdict.allerede_afgjort:
            marks[verdict.tabel_id] = held.WAITS
    return marks


def printed(reason: str) -> str:
    """The short mark that stands on a table and in the manifest.

    Args:
        reason: why the table is not up to date, from `table_marks`.
    """
    return held.WAITS if reason == held.WAITS else NOT_UPDATED
