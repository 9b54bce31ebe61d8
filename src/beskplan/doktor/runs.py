"""Runs that stopped half-way, sources nobody has looked at, questions nobody has answered."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from beskplan import logs, maalinger
from beskplan.beskeder.causes import BUILD_FAULT
from beskplan.doktor.finding import Finding
from beskplan.landing import Landing, reviews
from beskplan.landing.store import LOOKS
from beskplan.release import manifest, swap
from beskplan.settings import Settings

# The DAGs look every weekday: three without a look is more than a holiday between weekends.
WEEKDAYS = 3
# Airflow gives a task no more (dags/beskplan_airflow.py).
LONGEST = timedelta(hours=1)
# After this a vintage that waits goes out of the day's run (dags/gennemsyn.py).
ANSWER_WITHIN = timedelta(hours=24)
DAY = timedelta(days=1)
SATURDAY = 5
BEGAN, ENDED = "stage begins", ("stage ends", "stage failed")
LOOKED = "looked for news"


def check(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Stages without an end, the kept fault, the last candidate, looks, and what waits."""
    lines = list(_log(settings))
    yield from _unended(lines, now)
    yield from _kept_fault(settings)
    yield from _never_published(settings, now)
    yield from _looks(settings, lines, now)
    yield from _waiting(settings, now)


def _log(settings: Settings) -> Iterator[dict[str, Any]]:
    """Lines of the log about stages and looks, oldest first; one that was cut off says nothing."""
    newest = settings.work / logs.FOLDER / logs.FILE
    for path in (newest.with_suffix(".1.jsonl"), newest):
        for line in path.read_text("utf-8").splitlines() if path.is_file() else []:
            if '"stage ' in line or LOOKED in line:
                try:
                    yield json.loads(line)
                except json.JSONDecodeError:
                    continue


def _unended(lines: list[dict[str, Any]], now: datetime) -> Iterator[Finding]:
    """Stages that began, never ended, and have not been repeated since."""
    begun: dict[tuple[str, str | None], dict[str, Any]] = {}
    for line in lines:
        stage = (line.get("trin", ""), line["tabel_id"])
        if line["event"] == BEGAN:
            begun[stage] = line
        elif line["event"] in ENDED:
            begun.pop(stage, None)
    if not begun:
        yield Finding("runs", "ok", "stages: each that began has ended")
    for line in begun.values():
        began, pid = _when(line["tid"]), _process(line)
        name = f"{line['trin']} {line['tabel_id'] or ''}".strip()
        since = f"{name} of run {line['koersel']}: began {_ago(now - began)}"
        if pid is not None and _lives(pid):
            yield _at_it(f"{since}; process {pid} is at it", now - began)
        else:
            verb = f"beskplan hent {line['kilde']}" if line["trin"] == "land" else "beskplan koer"
            yield Finding(
                "runs",
                "fault",
                f"{since}, never ended, and its process {pid} is gone",
                f"Start `{verb}` or its DAG again: it may be repeated without harm.",
            )


def _at_it(found: str, age: timedelta) -> Finding:
    if age < LONGEST:
        return Finding("runs", "ok", found)
    do = "A step takes minutes: see in its log where it stands, end it, and start it again."
    return Finding("runs", "note", found, do)


def _process(line: dict[str, Any]) -> int | None:
    """The stage's own process; lines from before it was written have that of the run."""
    given = line.get("proces") or line["koersel"].rpartition("-")[2]
    return int(given) if str(given).isdigit() else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _kept_fault(settings: Settings) -> Iterator[Finding]:
    path = settings.work / BUILD_FAULT
    if path.is_file():
        fault = json.loads(path.read_text("utf-8"))
        found = f"{fault['trin']} of run {fault['koersel']} failed: {fault['besked']}"
        yield Finding("runs", "fault", found, fault["goer"])


def _never_published(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The newest candidate, if a day has passed and no publish has ended well with it."""
    folders = sorted(path for path in settings.work.glob("[0-9]*") if path.is_dir())
    if not folders:
        return
    newest = folders[-1]
    times = [path.stat().st_mtime for path in newest.rglob("*") if path.is_file()]
    age = now - datetime.fromtimestamp(max(times, default=newest.stat().st_mtime), UTC)
    if newest.name in _published(settings):
        yield Finding("runs", "ok", f"newest candidate {newest.name}: published")
    elif age < DAY:
        yield Finding("runs", "ok", f"newest candidate {newest.name}: {_ago(age)}")
    else:
        step = "published" if (newest / "bedoemmelse.json").is_file() else "judged"
        yield Finding(
            "runs",
            "note",
            f"newest candidate {newest.name}: {_ago(age)}, and never {step}",
            "Run `beskplan koer`: it builds, judges and publishes anew.",
        )


def _published(settings: Settings) -> set[str]:
    measures = maalinger.read(settings, 1000)
    ended = {one.koersel for one in measures if one.trin == "udgiv" and not one.er_fejl}
    folders = swap.finished(settings.releases) if settings.releases.is_dir() else []
    return ended | {str(manifest.read(release)["koersel"]) for release in folders}


def _looks(settings: Settings, lines: list[dict[str, Any]], now: datetime) -> Iterator[Finding]:
    """When each source was last looked at: a look without news is only in the log."""
    newest: dict[str, datetime] = {}
    for folder in sorted((settings.landing / LOOKS).glob("*/*")):
        look = Landing(settings.landing).last_tilsyn(folder.parent.name, folder.name)
        if look:
            _later(newest, look.kilde, _when(look.set_utc))
    for line in lines:
        if line["kilde"]:
            _later(newest, line["kilde"], _when(line["tid"]))
    if not newest:
        do = "Run `beskplan hent jobindsats` and `beskplan hent statbank`."
        yield Finding("runs", "note", "looks: no source has been looked at", do)
    for kilde, at in newest.items():
        days = _weekdays(at, now)
        found = f"{kilde}: looked at {_ago(now - at)} ({days} weekdays)"
        if days > WEEKDAYS:
            do = f"See in Airflow that the DAG {kilde} is unpaused, or run `beskplan hent {kilde}`."
            yield Finding("runs", "note", found, do)
        else:
            yield Finding("runs", "ok", found)


def _later(newest: dict[str, datetime], kilde: str, at: datetime) -> None:
    newest[kilde] = max(at, newest.get(kilde, at))


def _weekdays(since: datetime, until: datetime) -> int:
    """Weekdays after a day, to another and with it."""
    days = (until.date() - since.date()).days
    dates = (since.date() + timedelta(days=number) for number in range(1, days + 1))
    return sum(date.weekday() < SATURDAY for date in dates)


def _waiting(settings: Settings, now: datetime) -> Iterator[Finding]:
    held = reviews.waiting(Landing(settings.landing))
    late = [made for made in held if now - _when(made.afgjort_utc) > ANSWER_WITHIN]
    for made in late:
        yield Finding(
            "runs",
            "note",
            f"{made.tabel_id} of {made.hentet_utc}: waits for a person since {made.afgjort_utc}",
            f"Look with `beskplan gennemse {made.tabel_id}`, then answer --godkend or --afvis.",
        )
    if not late:
        yield Finding("runs", "ok", f"reviews: {len(held)} wait, 0 for more than 24 hours")


def _when(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _ago(age: timedelta) -> str:
    hours = max(age.total_seconds(), 0) / 3600
    return f"{hours:.1f} hours ago" if hours < 48 else f"{age.days} days ago"
