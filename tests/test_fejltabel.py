"""What the machine refuses is a typed error; no figure is built from a damaged vintage."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import duckdb
import pytest
from faults_acts import FAULTS
from faults_time import TIME_FAULTS
from release_support import make_settings
from test_landing import FIRST, ROWS, vintage

from beskplan import flow, machine, warehouse
from beskplan.beskeder.causes import BUILD_FAULT
from beskplan.errors import KilledError, LandingError, MachineError
from beskplan.landing import Landing
from beskplan.settings import PROJECT, Settings


@pytest.mark.parametrize(
    ("raised", "what"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "the disk cannot be written to"),
        (duckdb.IOException("IO Error: No space left on device"), "the disk is full"),
        (duckdb.IOException("Could not set lock on file x (PID 7)"), "another process holds"),
        (duckdb.OutOfMemoryException("failed to allocate"), "there is too little memory"),
        (MemoryError(), "there is too little memory"),
        (BrokenProcessPool("terminated abruptly"), "a process that writes the kommuner was ended"),
    ],
)
def test_what_the_machine_refuses_says_what_where_and_do(raised: Exception, what: str) -> None:
    with pytest.raises(MachineError, match=what) as caught, machine.typed("udgiv, run k1"):
        raise raised
    assert (caught.value.where, caught.value.__cause__) == ("udgiv, run k1", raised)
    assert "run the same command" in caught.value.do


def test_a_fault_of_our_own_keeps_its_trace() -> None:
    with pytest.raises(FileNotFoundError), machine.typed("byg"):
        raise FileNotFoundError(errno.ENOENT, "No such file", "x")
    with pytest.raises(duckdb.BinderException), machine.typed("byg"):
        duckdb.sql("select no_such_column")


def test_a_child_that_was_ended_is_said_so() -> None:
    for number, name in ((9, "SIGKILL"), (15, "SIGTERM")):
        with pytest.raises(KilledError, match=f"dbt was ended by {name}"):
            machine.refuse_killed("dbt", -number, "run k1")
    with pytest.raises(KilledError), machine.typed("udgiv, run k1"):
        raise BrokenProcessPool("terminated abruptly")
    with pytest.raises(MachineError, match="the disk is full"):
        machine.refuse_known("a line\nOSError: [Errno 28] No space left on device: 'x'\n", "run k1")
    machine.refuse_killed("dbt", 1, "run k1")
    machine.refuse_known("Compilation Error: no such model", "run k1")


def watched(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return machine.run_watched(command, env=os.environ, cwd=folder, where="run k1", still=1.5)


def test_a_child_that_stands_still_is_ended(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(MachineError, match="has stood still for 2 seconds") as caught:
        watched("import time; time.sleep(600)", tmp_path)
    assert (caught.value.where, time.monotonic() - began < 60) == ("run k1", True)
    with pytest.raises(MachineError, match="there is too little memory: MemoryError"):
        watched("import time; print('MemoryError', flush=True); time.sleep(600)", tmp_path)


def test_a_child_that_computes_is_left_to_end(tmp_path: Path) -> None:
    program = "import time, sys\nend = time.monotonic() + 4\n"
    program += "while time.monotonic() < end: sum(range(10_000))\nprint('done'); sys.exit(3)"
    done = watched(program, tmp_path)
    assert (done.returncode, done.stdout) == (3, "done\n")


def test_a_stage_keeps_the_typed_error(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    with pytest.raises(MachineError), flow._fault_kept(settings, "k1", "byg"):
        raise OSError(errno.ENOSPC, "No space left on device")
    kept = json.loads((settings.work / BUILD_FAULT).read_text("utf-8"))
    assert kept["type"] == "MachineError"
    assert kept["besked"].startswith("the disk is full")


def test_a_run_keeps_its_folder_where_the_clock_was_put_back(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    names = ["20260101T110000-1", "20260101T120000-2", "20260101T130000-3", "20260101T100000-4"]
    for name in names:
        (settings.work / name).mkdir(parents=True)
    flow._remove_old_runs(settings, names[-1])
    left = {path.name for path in settings.work.iterdir()}
    assert left == {names[1], names[2], names[3]}


@pytest.fixture
def landed(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    Landing(settings.landing).store(vintage(ROWS, FIRST))
    return settings


@pytest.mark.parametrize("name", ["celler.parquet", "manifest.json"])
def test_no_bit_of_what_is_built_from_may_have_changed(landed: Settings, name: str) -> None:
    (path,) = landed.landing.glob(f"jobindsats/*/*/{name}")
    whole = path.read_bytes()
    for place in (10, len(whole) // 3, len(whole) // 2, len(whole) - 10):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(LandingError) as caught:
            warehouse.build_candidate(landed, landed.work / "k1")
        assert "landing verify" in caught.value.do
        assert "backup" in caught.value.do
    path.write_bytes(whole)
    counted = warehouse._counted(landed, "", [])
    warehouse._refuse_damaged(Landing(landed.landing), counted)


def test_the_page_has_a_line_for_each_fault_and_none_that_failed() -> None:
    page = (PROJECT / "docs" / "fejltabel.md").read_text("utf-8").splitlines()
    lines = [line.strip("|").split("|") for line in page if line.startswith("| ")][1:]
    assert {line[0].strip() for line in lines} == {fault.name for fault in (*FAULTS, *TIME_FAULTS)}
    assert [line[0] for line in lines if not line[-1].strip().startswith("passed")] == []


def test_a_look_is_neither_lost_nor_doubled_where_the_clock_changes() -> None:
    for fault in TIME_FAULTS:
        seen, passed = fault.act()
        assert passed, seen
