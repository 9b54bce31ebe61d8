"""Releases in a row in a home of their own, small profile, against a stand-in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from beskplan import demo, flow
from beskplan.errors import NotUpdatedError
from beskplan.settings import PROJECT, Settings


@contextmanager
def home() -> Iterator[Settings]:
    """An empty home with its own copy of the seeds, and a running stand-in; removed at the end."""
    with TemporaryDirectory(prefix="beskplan-") as folder, demo.standin_process() as url:
        shutil.copytree(PROJECT / "seeds", Path(folder) / "seeds")
        yield replace(
            Settings.from_env(),
            home=Path(folder),
            seeds=Path(folder) / "seeds",
            profile="lille",
            jobindsats_url=url,
            statbank_url=url,
            token=demo.DEMO_TOKEN,
        )


def set_clock(settings: Settings, moment: str) -> None:
    """Let the stand-in stand at a moment (ISO)."""
    url = f"{settings.jobindsats_url}/standin/ur"
    httpx.post(url, json={"nu": moment}).raise_for_status()


def recorded_times(settings: Settings) -> list[str]:
    """The moments at which the real figures were recorded, oldest first."""
    times: list[str] = httpx.get(f"{settings.jobindsats_url}/standin/optagelser").json()
    return times


def land(settings: Settings) -> int:
    """Land what all sources have new; how many tables."""
    outcomes: list[str] = []
    for kilde in flow.SOURCES:
        flow.fetch_all(settings, kilde, lambda _, outcome: outcomes.append(outcome))
    return outcomes.count("landet")


def release(settings: Settings) -> tuple[str | None, str]:
    """Build, judge, publish; the release's id, and which tables went out with older figures."""
    run = flow.build(settings)
    flow.judge(settings, run)
    release_id = flow.publish(settings, run)
    try:
        flow.report(settings, run)
    except NotUpdatedError as error:
        return release_id, error.what
    return release_id, ""


def stamp() -> str:
    """When and of which commit a page is written."""
    commit = subprocess.check_output(("git", "rev-parse", "--short", "HEAD"), text=True).strip()
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit}, {os.cpu_count()} cores"
