"""How fresh each table is: what landing holds, beside what the source has announced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import takewhile
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from beskplan.landing.records import SUCCESSFUL, Look
from beskplan.landing.store import CELLS, Landing

DENMARK = ZoneInfo("Europe/Copenhagen")
State = Literal["aktuel", "forsinket", "fejl", "uden_dato"]
VintageKey = tuple[str, str, str]
# Periods of a year by the letter between year and number.
IN_A_YEAR = {"M": 12, "K": 4, "QMAT": 4}


@dataclass(frozen=True)
class Freshness:
    """One table.

    Args:
        kilde: source.
        tabel_id: table.
        nyeste_periode: newest period that has landed.
        hentet_utc: when the newest vintage was retrieved.
        ventet_periode: the period that the next update should bring.
        ventet_dato: the day that was announced for it.
        ny_dato: the day that the source announces now, where it let the first one pass.
        dage_forsinket: days since the announced day, 0 until it has passed.
        tilstand: `aktuel`, `forsinket`, `fejl` (the newest looks failed, from before any delay), or
            `uden_dato` (the source announces nothing).
    """

    kilde: str
    tabel_id: str
    nyeste_periode: str
    hentet_utc: str
    ventet_periode: str | None
    ventet_dato: date | None
    ny_dato: date | None
    dage_forsinket: int
    tilstand: State


def freshness(
    landing: Landing, at: datetime, known: Collection[VintageKey] | None = None
) -> list[Freshness]:
    """State every landed table as it stood at one moment, by source and table.

    Args:
        landing: the vintage store.
        at: what was landed and looked at later does not count.
        known: the vintages that count; None is all. A file of the drop folder may be landed long
            after its own time, which is that of its vintage.
    """
    until = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    held: dict[tuple[str, str], list[str]] = {}
    for vintage in landing.vintages():
        key = (vintage.kilde, vintage.tabel_id, vintage.hentet_utc)
        if vintage.hentet_utc <= until and (known is None or key in known):
            held.setdefault((vintage.kilde, vintage.tabel_id), []).append(vintage.hentet_utc)
    return [
        _of_table(landing, kilde, tabel_id, times, until, at.astimezone(DENMARK).date())
        for (kilde, tabel_id), times in held.items()
    ]


def next_period(periods: Sequence[str]) -> str | None:
    """The period that follows the newest one, at the distance that lies between the last two.

    Args:
        periods: the table's periods; all of one kind.
    """
    ordered = sorted(periods)
    kind = ordered[-1].strip("0123456789")
    if len(ordered) < 2 or kind not in IN_A_YEAR:
        return None
    in_a_year = IN_A_YEAR[kind]
    before, newest = (_number(period, kind) for period in ordered[-2:])
    year, place = divmod(2 * newest - before, in_a_year)
    width = len(ordered[-1].partition(kind)[2])
    return f"{year}{kind}{place + 1:0{width}d}"


def _number(period: str, kind: str) -> int:
    year, _, place = period.partition(kind)
    return int(year) * IN_A_YEAR[kind] + int(place) - 1


def _of_table(
    landing: Landing, kilde: str, tabel_id: str, times: Sequence[str], until: str, today: date
) -> Freshness:
    periods = {time: _periods(landing, kilde, tabel_id, time) for time in times[-1:]}
    own = periods[times[-1]]
    looks = [
        look
        for look in landing.tilsyn(kilde, tabel_id)
        if look.set_utc <= until and (look.hentet_utc is None or look.hentet_utc in times)
    ]
    # From the first vintage on that already held the newest period.
    since = times[-1]
    for time in reversed(times[:-1]):
        if max(_periods(landing, kilde, tabel_id, time)) != max(own):
            break
        since = time
    good = [look for look in looks if look.udfald in SUCCESSFUL and look.set_utc >= since]
    promised, now = _promised(good)
    late = (today - promised).days if promised and today > promised else 0
    state: State = "uden_dato" if promised is None else "forsinket" if late else "aktuel"
    # A look that fails tells nothing of the source's figures: it ends no delay and finds none.
    failing = list(takewhile(lambda look: look.udfald == "fejl", reversed(looks)))
    if failing and not (promised and _day(failing[-1]) > promised):
        state = "fejl"
    return Freshness(
        kilde=kilde,
        tabel_id=tabel_id,
        nyeste_periode=max(own),
        hentet_utc=times[-1],
        ventet_periode=next_period(own) if promised else None,
        ventet_dato=promised,
        ny_dato=now if now != promised else None,
        dage_forsinket=late,
        tilstand=state,
    )


def _promised(looks: Sequence[Look]) -> tuple[date | None, date | None]:
    """The day that counts, and the day that the source names now.

    A day that is moved before it comes is announced anew; one that passed was not kept.
    """
    promised: date | None = None
    now: date | None = None
    for look in looks:
        now = date.fromisoformat(look.update_next[:10]) if look.update_next else None
        if promised is None or _day(look) < promised:
            promised = now
    return promised, now


def _day(look: Look) -> date:
    return datetime.fromisoformat(look.set_utc).astimezone(DENMARK).date()


def _periods(landing: Landing, kilde: str, tabel_id: str, time: str) -> list[str]:
    path = landing.folder(kilde, tabel_id, time) / CELLS
    with duckdb.connect() as con:
        rows = con.execute(
            "select distinct periode from read_parquet(?) where not raekke_mangler", [str(path)]
        ).fetchall()
    return [str(row[0]) for row in rows]


__all__ = ["Freshness", "freshness", "next_period"]
