"""The nights on which Danish clocks change: how often the DAG looks, and how days are counted."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pendulum

from beskplan.landing import Landing
from beskplan.landing.freshness import freshness
from beskplan.settings import PROJECT
from beskplan.sources.types import Answer, TableVintage

DENMARK = ZoneInfo("Europe/Copenhagen")
# Friday to Monday: five looks on each of the two weekdays, none at the weekend.
LOOKS = [f"{hour}.05" for hour in (8, 9, 10, 11, 16)]


@dataclass(frozen=True)
class TimeFault:
    """One row that is computed.

    Args:
        name: the fault.
        made: how.
        act: gives what was seen, and whether it is right.
    """

    name: str
    made: str
    act: Callable[[], tuple[str, bool]]


def looks(friday: datetime) -> list[datetime]:
    """Every look of `jobindsats` from a Friday to the Monday after, by the DAG's own schedule."""
    from airflow.timetables.trigger import CronTriggerTimetable

    source = (PROJECT / "dags" / "jobindsats.py").read_text("utf-8")
    (cron,) = re.findall(r'cron="([^"]+)"', source)
    timetable = CronTriggerTimetable(cron, timezone="Europe/Copenhagen")
    at, found = pendulum.instance(friday), []
    end = friday + timedelta(days=4)
    while (at := timetable._align_to_next(at + timedelta(seconds=1))) < end:
        found.append(at.in_timezone("Europe/Copenhagen"))
    return found


def days_late(day: str, moments: list[datetime]) -> list[int]:
    """Days late at each moment of a table that was announced for a day."""
    first = datetime.fromisoformat(f"{day}T08:00:00+00:00") - timedelta(days=10)
    columns = {"omraade": ["Herlev"], "periode": ["2026M01"], "dimensioner": ["{}"]}
    cells = pd.DataFrame(
        columns | {"maaling_id": ["m"], "vaerdi": [1.0], "raekke_mangler": [False]}
    )
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(Path(folder))
        vintage = TableVintage(
            kilde="jobindsats",
            tabel_id="y1",
            update_latest="x",
            retrieved_at=first,
            answers=(Answer("u", (), b"{}", first, "genereret"),),
            cells=cells,
        )
        held = landing.store(vintage).hentet_utc
        landing.record_tilsyn(
            "jobindsats",
            "y1",
            "landet",
            seen_at=first,
            update_latest="x",
            hentet_utc=held,
            update_next=day,
        )
        return [freshness(landing, moment)[0].dage_forsinket for moment in moments]


def night(sunday: str, announced: str) -> Callable[[], tuple[str, bool]]:
    """The days around a Sunday on which the clock changes."""

    def act() -> tuple[str, bool]:
        midnight = datetime.fromisoformat(sunday).replace(tzinfo=DENMARK)
        seen = looks((midnight - timedelta(days=2)).astimezone(UTC))
        local = [f"{at:%a} {at.hour}.{at.minute:02d}" for at in seen]
        # Half an hour before and after the midnights that begin and end the Sunday.
        ends = [midnight, midnight + timedelta(days=1)]
        moments = [m.astimezone(UTC) + timedelta(minutes=step) for m in ends for step in (-30, 30)]
        late = days_late(announced, moments)
        right = local == [f"{day} {look}" for day in ("Fri", "Mon") for look in LOOKS]
        hours = f"{seen[0].in_timezone('UTC'):%H:%M} and {seen[-5].in_timezone('UTC'):%H:%M} UTC"
        text = f"{len(seen)} looks Friday to Monday, the first of each day at 8.05 ({hours}); "
        text += f"days late half an hour before and after the midnights of the Sunday: {late}"
        return text, right and late == [1, 2, 2, 3]

    return act


MADE = "computed from the DAG's cron by Airflow's timetable, and `landing.freshness`"
TIME_FAULTS = (
    TimeFault("DST night 29 March 2026", MADE, night("2026-03-29", "2026-03-27")),
    TimeFault("DST night 25 October 2026", MADE, night("2026-10-25", "2026-10-23")),
)
