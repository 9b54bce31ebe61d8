"""kill -9 at moments spread over a run: `current` stands, and the next run goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from whole_run_support import settings_at, tree

from beskplan import demo, flow
from beskplan.release import manifest
from beskplan.settings import Settings
from beskplan.standin.server import Running

pytestmark = pytest.mark.system

KILLS = 20
WHOLE_RUN_AFTER = 5


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


def test_killed_at_any_moment(landed: Path, standin: Running, tmp_path: Path) -> None:
    shutil.copytree(landed, tmp_path / "home")
    settings = settings_at(tmp_path / "home", standin)
    began = time.monotonic()
    assert run_in_process(settings).wait() == 0
    whole = time.monotonic() - began
    first = tree(settings.releases / "2026M07-1")
    plan = settings.seeds / "planer.csv"
    for number in range(1, KILLS + 1):
        # A changed title makes each run one that has something to publish.
        plan.write_text(plan.read_text("utf-8").replace("(eksempel", f"({number} eksempel", 1))
        process = run_in_process(settings)
        time.sleep(whole * number / (KILLS + 1))
        # It is still at work, or done: what the kill before left did not make it fail.
        assert process.poll() in (None, 0), number
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert_current_is_whole(settings)
        if number % WHOLE_RUN_AFTER == 0:
            assert run_in_process(settings).wait() == 0
            assert flow.is_current(settings)
            assert_current_is_whole(settings)
    assert tree(settings.releases / "2026M07-1") == first
    assert not list(settings.releases.glob(".ny-*"))
