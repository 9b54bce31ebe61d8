"""kill -9 at moments spread over a run: `current` stands, and the next run goes on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from whole_run_support import settings_at, tree

from beskplan import demo, flow
from beskplan.release import manifest
from beskplan.settings import Settings
from beskplan.standin.server import Running

pytestmark = pytest.mark.system

# With `--endurance`, and without.
KILLS = (20, 3)
WHOLE_RUN_AFTER = (10, 3)


def run_in_process(settings: Settings) -> subprocess.Popen[bytes]:
    """`beskplan koer` in a process group of its own."""
    environment = os.environ | {
        "BESKPLAN_HJEM": str(settings.home),
        "BESKPLAN_SEEDS": str(settings.seeds),
        "BESKPLAN_PROFIL": "lille",
        "JOBINDSATS_TOKEN": "",
    }
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("beskplan")), "koer"],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )


def assert_current_is_whole(settings: Settings) -> None:
    """Every file has the checksum of the manifest, and the database is of the same release."""
    current = (settings.releases / "current").resolve()
    assert manifest.faults(current) == []
    with duckdb.connect(current / demo.DATABASE, read_only=True) as con:
        assert con.execute("select release_id from _release").fetchall() == [(current.name,)]


def test_killed_at_any_moment(
    landed: Path,
    standin: Running,
    tmp_path: Path,
    count: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    planned, whole_run_after = count(*KILLS), count(*WHOLE_RUN_AFTER)
    shutil.copytree(landed, tmp_path / "home")
    settings = settings_at(tmp_path / "home", standin)
    began = time.monotonic()
    assert run_in_process(settings).wait() == 0
    whole = time.monotonic() - began
    first = tree(settings.releases / "2026M07-1")
    plan = settings.seeds / "planer.csv"
    kills = 0
    for number in range(1, 3 * planned):
        # A changed title makes each run one that has something to publish.
        text = re.sub(r"\((\d+ )?eksempel", f"({number} eksempel", plan.read_text("utf-8"))
        plan.write_text(text, encoding="utf-8")
        process = run_in_process(settings)
        time.sleep(whole * (kills + 1) / (planned + 1))
        # It is still at work, or done: what the kill before left did not make it fail.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            whole_run_is_due = kills % whole_run_after == 0
        else:
            assert process.returncode == 0
            whole *= 0.9
            whole_run_is_due = False
        assert_current_is_whole(settings)
        if whole_run_is_due:
            assert run_in_process(settings).wait() == 0
            assert flow.is_current(settings)
            assert_current_is_whole(settings)
        if kills == planned:
            break
    assert kills == planned
    assert tree(settings.releases / "2026M07-1") == first
    assert not list(settings.releases.glob(".ny-*"))
    record_property("kills of a whole run, current whole and the next run well", kills)
