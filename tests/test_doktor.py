"""Each thing that the doctor looks for, made for real on a small home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from kanarie_support import TOKEN
from release_support import make_settings
from test_landing import FIRST, LATER, ROWS, vintage
from typer.testing import CliRunner

from beskplan import cli, doktor
from beskplan.beskeder.causes import BUILD_FAULT
from beskplan.doktor import clock, disk, environment, locks, runs
from beskplan.doktor.finding import Finding
from beskplan.landing import Landing
from beskplan.landing.files import file_sha256
from beskplan.maalinger import measured
from beskplan.release import manifest, sbom, swap
from beskplan.release.code import code_checksum
from beskplan.settings import Settings

NOW = datetime.now(UTC)
KEY = ("jobindsats", "y25i01", "2026-08-18T19:52:00Z")


def publish(settings: Settings, name: str) -> Path:
    """A release of two files and a database, with the manifest that says so."""
    release = settings.releases / name
    (release / "site").mkdir(parents=True)
    (release / "seeds").mkdir()
    (release / "beskaeftigelsesplan.duckdb").write_bytes(b"figures")
    (release / "site" / "index.html").write_text("<p>1.321</p>")
    (release / "seeds" / "planer.csv").write_text("plan_id\n")
    files = ("site/index.html", "seeds/planer.csv")
    content = {
        "release_id": name,
        "opgjort_utc": "2026-08-19T07:59:00Z",
        "koersel": f"k-{name}",
        "kode_sum": code_checksum(),
        "filer": [{"fil": file, "sha256": file_sha256(release / file)} for file in files],
    }
    (release / manifest.MANIFEST).write_text(json.dumps(content))
    return release


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = make_settings(tmp_path_factory.mktemp("whole"))
    landing = Landing(settings.landing)
    for when, rows in ((FIRST, ROWS), (LATER, ROWS[:4])):
        landing.store(vintage(rows, when))
    landing.record_tilsyn("jobindsats", "y25i01", "landet", seen_at=NOW, hentet_utc=KEY[2])
    with measured(settings, "byg", "k1"):
        pass
    publish(settings, "2026M06-1")
    swap.swap_in(publish(settings, "2026M07-1"))
    return settings


@pytest.fixture
def settings(whole: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(environment, "FILE", tmp_path / ".env")
    """A home of its own; its key's address is a machine that does not exist."""
    shutil.copytree(whole.home, tmp_path / "hjem", symlinks=True)
    home = tmp_path / "hjem"
    return replace(whole, home=home, seeds=home / "seeds", jobindsats_url="http://kilde.invalid")


def found(settings: Settings, state: str = "fault") -> list[Finding]:
    return [one for one in doktor.examine(settings, net=False) if one.state == state]


def only(settings: Settings, state: str = "fault") -> Finding:
    (one,) = found(settings, state)
    return one


@contextmanager
def child(program: str, *args: object) -> Iterator[int]:
    """A process that says when it is ready, and is ended at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, args)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process.pid
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_a_healthy_home_has_nothing_to_do(settings: Settings) -> None:
    findings = doktor.examine(settings, net=False)
    assert {one.check for one in findings} == set(doktor.CHECKS)
    assert [one for one in findings if one.state != "ok"] == []


# settings


def test_an_env_file_that_says_another_home_is_named_without_a_value(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment.READ:
        monkeypatch.delenv(name, raising=False)
    lines = ["BESKPLAN_PROFIL=fuld", "BESKPLAN_HJEM=/srv/beskplan", f"JOBINDSATS_TOKEN={TOKEN}"]
    environment.FILE.write_text("\n".join(lines))
    one = only(settings, "note")
    assert one.found == (".env says otherwise than this shell of BESKPLAN_HJEM, JOBINDSATS_TOKEN")
    monkeypatch.setenv("BESKPLAN_HJEM", "/srv/beskplan")
    monkeypatch.setenv("JOBINDSATS_TOKEN", TOKEN)
    assert found(settings, "note") == []


# disk


def test_too_little_room_for_the_next_run(settings: Settings) -> None:
    with (settings.work / "lager.duckdb").open("wb") as file:
        file.truncate(shutil.disk_usage(settings.home).total)
    (one,) = [one for one in found(settings) if one.check == "disk"]
    assert "free for landing, arbejde, releases" in one.found
    assert "beskplan tynd" in one.do


def test_a_folder_that_takes_no_file(settings: Settings) -> None:
    assert disk.writable(settings.landing).state == "ok"
    assert disk.writable(Path("/proc")).state == "fault"
    missing = disk.writable(settings.home / "findes-ikke")
    assert (missing.state, missing.do != "") == ("note", True)
    assert not list(settings.landing.rglob("*doktor*"))


# locks


def test_a_publish_that_runs_is_named(settings: Settings) -> None:
    (settings.releases / ".ny-k2").mkdir()
    program = (
        "import fcntl, sys, time\nfile = open(sys.argv[1], 'w')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    with child(program, settings.releases / swap.LOCK) as pid:
        one = only(settings, "note")
        listed = Path("/proc/locks").is_file() and str(pid) in Path("/proc/locks").read_text()
        expected = f"by process {pid}" if listed else "this machine does not say"
        assert "publish lock: held" in one.found
        assert expected in one.found
    left = only(settings, "note")
    assert "1 left-over(s)" in left.found
    assert ".ny-k2" in left.found


def test_the_kernels_list_names_the_holder_and_not_who_waits() -> None:
    text = (
        "1: POSIX  ADVISORY  WRITE 11 08:01:4711 0 EOF\n"
        "2: FLOCK  ADVISORY  WRITE 22 08:01:4711 0 EOF\n"
        "2: -> FLOCK  ADVISORY  WRITE 33 08:01:4711 0 EOF\n"
        "3: FLOCK  ADVISORY  WRITE 0 08:01:4712 0 EOF\n"
    )
    assert [locks.holder(text, inode) for inode in (4711, 4712, 4713)] == [22, None, None]


def test_a_process_that_writes_to_the_warehouse_is_named(settings: Settings) -> None:
    program = (
        "import duckdb, sys, time\ncon = duckdb.connect(sys.argv[1])\n"
        "con.execute('create table t (i integer)')\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    with child(program, settings.work / "lager.duckdb") as pid:
        assert f"process {pid} has it open for writing" in only(settings, "note").found
    assert found(settings, "note") == []


# checksums


def test_a_landed_value_that_was_rewritten(settings: Settings) -> None:
    cells = settings.landing / "jobindsats" / "y25i01" / "20260818T195200Z" / "celler.parquet"
    cells.write_bytes(cells.read_bytes()[:-1])
    assert "celler.parquet: is not as it was written" in only(settings).found


def test_a_published_page_that_was_rewritten(settings: Settings) -> None:
    (settings.releases / "2026M07-1" / "site" / "index.html").write_text("<p>1.322</p>")
    one = only(settings)
    assert one.found == "2026M07-1 (current): 1 fault(s): changed: site/index.html"
    assert "ln -sfn" in one.do


def test_a_thinned_release_is_whole_and_one_without_its_database_is_not(
    settings: Settings,
) -> None:
    old = settings.releases / "2026M06-1"
    (old / "beskaeftigelsesplan.duckdb").unlink()
    assert "missing: beskaeftigelsesplan.duckdb" in only(settings).found
    shutil.rmtree(old / "site")
    assert found(settings) == []
    (old / "seeds" / "planer.csv").unlink()
    assert "missing: seeds/planer.csv" in only(settings).found


def test_current_that_points_nowhere(settings: Settings) -> None:
    shutil.rmtree(settings.releases / "2026M07-1")
    assert {one.check for one in found(settings)} >= {"disk", "checksums", "versions"}
    assert all("ln -sfn" in one.do for one in found(settings))


def test_a_manifest_that_cannot_be_read_is_a_fault_of_every_check_that_needs_it(
    settings: Settings,
) -> None:
    path = settings.landing / "jobindsats" / "y25i01" / "20260818T195200Z" / "manifest.json"
    path.write_bytes(path.read_bytes()[:40])
    told = {one.check: one.found for one in found(settings)}
    assert "manifest.json: cannot be read" in told["checksums"]
    assert "manifest.json" in told["clock"]


# versions


def test_a_package_that_is_not_as_locked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = settings.home / "run.lock"
    lock.write_text("duckdb==0.0.1 \\\n    --hash=x\nfindes-ikke==1.0 \\\n    --hash=x\n")
    monkeypatch.setattr(sbom, "LOCK", lock)
    assert "2 of 2 differ" in only(settings).found
    assert "findes-ikke is missing, the lock says 1.0" in only(settings).found


def test_a_release_made_by_other_code(settings: Settings) -> None:
    path = settings.releases / "2026M07-1" / manifest.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"kode_sum": "f" * 64}))
    assert "2026M07-1 was made by ffffffffffff" in only(settings, "note").found


# runs


def test_a_stage_whose_process_was_killed(settings: Settings) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom beskplan.maalinger import measured\n"
        "from beskplan.settings import Settings\n"
        "with measured(Settings(home=Path(sys.argv[1])), 'bedoem', 'k2'):\n"
        "    print('ready', flush=True)\n    time.sleep(60)"
    )
    with child(program, settings.home) as pid:
        alive = [one.found for one in found(settings, "ok") if "bedoem of run k2" in one.found]
        assert len(alive) == 1
        assert f"process {pid} is at it" in alive[0]
        (long,) = [
            one
            for one in runs.check(settings, NOW + timedelta(hours=2))
            if "bedoem of run k2" in one.found
        ]
        assert (long.state, "end it" in long.do) == ("note", True)
    assert f"never ended, and its process {pid} is gone" in only(settings).found
    assert "`beskplan koer`" in only(settings).do
    with measured(settings, "bedoem", "k3"):
        pass
    assert found(settings) == []


def test_a_kept_fault_says_what_to_do(settings: Settings) -> None:
    fault = {"trin": "byg", "koersel": "k2", "besked": "dbt did not finish", "goer": "read dbt.log"}
    (settings.work / BUILD_FAULT).write_text(json.dumps(fault))
    one = only(settings)
    assert one.found == "byg of run k2 failed: dbt did not finish"
    assert one.do == "read dbt.log"


def test_a_candidate_that_was_left(settings: Settings) -> None:
    folder = settings.work / "20260820T080000-1"
    folder.mkdir()
    (folder / "kandidat.duckdb").write_bytes(b"x")
    assert found(settings, "note") == []
    old = time.time() - 3 * 86_400
    os.utime(folder / "kandidat.duckdb", (old, old))
    assert "3 days ago, and never judged" in only(settings, "note").found
    with measured(settings, "udgiv", folder.name):
        pass
    assert found(settings, "note") == []


def test_a_source_nobody_has_looked_at(settings: Settings) -> None:
    landing = Landing(settings.landing)
    landing.record_tilsyn("statbank", "FOLK1A", "ikke_udbudt", seen_at=NOW - timedelta(days=8))
    one = only(settings, "note")
    # Any eight days hold at least five weekdays and at most six.
    assert one.found in (f"statbank: looked at 8 days ago ({days} weekdays)" for days in (5, 6))
    assert "beskplan hent statbank" in one.do


def test_a_vintage_that_waits_longer_than_a_day(settings: Settings) -> None:
    Landing(settings.landing).decide(
        *KEY, "afventer", hvem="beskplan", hvorfor="fund", at=NOW - timedelta(hours=25)
    )
    assert "y25i01 of 2026-08-18T19:52:00Z: waits" in only(settings, "note").found


# clock


def test_a_look_in_the_future(settings: Settings) -> None:
    ahead = NOW + timedelta(days=2)
    landing = Landing(settings.landing)
    landing.record_tilsyn("jobindsats", "y25i01", "ikke_udbudt", seen_at=ahead)
    assert (
        f"tilsyn/jobindsats/y25i01/000002 is of {ahead:%Y-%m-%dT%H:%M:%SZ}" in only(settings).found
    )


def test_the_sources_clock() -> None:
    class Late(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            assert "Authorization" not in self.headers
            self.send_response_only(404)
            self.send_header("Date", format_datetime(datetime.now(UTC) - off, usegmt=True))
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Late)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    url = f"http://127.0.0.1:{server.server_port}"
    asked = Settings(jobindsats_url=url, statbank_url=url, token=TOKEN)
    try:
        off = timedelta(0)
        assert [one.state for one in clock.sources(asked)] == ["ok"]
        off = timedelta(minutes=5)
        (one,) = clock.sources(asked)
    finally:
        server.shutdown()
        server.server_close()
    assert one.state == "fault"
    assert f"our clock is 30{one.found.partition(' s ')[0][-1]} s ahead of its" in one.found
    (silent,) = clock.sources(asked)
    assert (silent.state, "ConnectError" in silent.found) == ("note", True)


# token


def test_the_key_is_told_of_and_never_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings.home / "token"
    file.write_text(TOKEN)
    file.chmod(0o600)
    monkeypatch.setenv("JOBINDSATS_TOKEN_FILE", str(file))
    keyed = replace(settings, token=TOKEN)
    assert [one for one in doktor.examine(keyed, net=False) if one.state != "ok"] == []
    file.chmod(0o644)
    old = time.time() - 400 * 86_400
    os.utime(file, (old, old))
    assert "mode 644" in only(keyed).found
    assert "400 days old" in only(keyed, "note").found
    assert TOKEN not in repr(doktor.examine(keyed, net=False))


def test_a_key_in_a_variable_has_no_age(settings: Settings) -> None:
    assert "its age is not known" in only(replace(settings, token=TOKEN), "note").found


def test_a_real_key_beside_generated_figures(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up = vintage(ROWS[:3], LATER, "y60a02")
    answers = tuple(replace(answer, origin="genereret") for answer in made_up.answers)
    Landing(settings.landing).store(replace(made_up, answers=answers))
    keyed = replace(settings, token=TOKEN, jobindsats_url="https://api.jobindsats.dk")
    assert "generated vintages of y60a02" in only(keyed).found


# the verb


def test_the_verb_ends_one_on_a_fault_and_says_what_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BESKPLAN_HJEM", str(settings.home))
    monkeypatch.setenv("JOBINDSATS_URL", settings.jobindsats_url)
    monkeypatch.setenv("JOBINDSATS_TOKEN", "")
    whole = CliRunner().invoke(cli.app, ["doctor", "--uden-net"])
    assert (whole.exit_code, "0 fault, 0 note" in whole.output) == (0, True)
    (settings.releases / "2026M07-1" / "site" / "index.html").unlink()
    hurt = CliRunner().invoke(cli.app, ["doctor", "--uden-net"])
    assert hurt.exit_code == 1
    assert hurt.output.index("fault") < hurt.output.index("ok")
    assert "→ Point `current` at a whole release" in hurt.output
