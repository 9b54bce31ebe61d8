"""The swap: killed at any moment, read while it happens, and one publish at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from release_support import FIRST, Landed, candidate, judged, land, make_settings

from beskplan.errors import ReleaseError
from beskplan.release import manifest, publish, swap
from beskplan.settings import Settings

Count = Callable[[int, int], int]
Note = Callable[[str, object], None]

TESTS = Path(__file__).parent
# With `--endurance`, and without.
KILLS = (24, 5)
QUERIES = (10_000, 400)
SWAPS = (20, 3)
READERS = 4

# Publishes, and kills itself with SIGKILL at the n-th thing that it does to a file; a negative
# number counts from the swap: -1 is before it, -2 right after it, 0 is never. Without a run named
# it reads "run moment" lines and does each in a process of its own, which has nothing to import.
PUBLISHER = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from release_support import judged
from beskplan.release import contents, publish
from beskplan.settings import Settings
home = Path(sys.argv[2])
settings = Settings(home=home, seeds=home / "seeds")
seen, swapped = 0, False

def publish_and_die(run, moment):
    def watch(event, args):
        global seen, swapped
        kinds = ("open", "os.mkdir", "os.rename", "os.remove", "os.symlink", "shutil.copyfile")
        if event not in kinds:
            return
        if event == "open" and not str(args[0]).startswith(str(settings.releases)):
            return
        seen += 1
        swapping = event == "os.rename" and str(args[1]).endswith("/current")
        after_swap = swapped
        swapped = swapped or swapping
        if seen == moment or (moment == -1 and swapping) or (moment == -2 and after_swap):
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    publish.publish(settings, settings.work / run, judged(run))
    return seen

if len(sys.argv) > 3:
    publish_and_die(sys.argv[3], 0)
for line in sys.stdin if len(sys.argv) == 3 else ():
    run, moment = line.split()
    child = os.fork()
    if child == 0:
        print(publish_and_die(run, int(moment)), end=" ", flush=True)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


# Opens the current release again and again, as BI does, with some queries each time; all that it
# reads must be of one release. Goes on until it has its share and the last release is in.
READER = """
import sys, time
from pathlib import Path
import duckdb
current, queries, last = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
seen, done = set(), 0
while done < queries or last not in seen:
    folder = current.resolve()
    with duckdb.connect(folder / "beskaeftigelsesplan.duckdb", read_only=True) as con:
        for _ in range(10):
            release, stated, held, fetched = con.execute(
                "select release_id, opgjort_utc, (select max(vaerdi) from fct_ydelser), "
                "(select max(hentet_utc) from fct_ydelser) from _release"
            ).fetchone()
            assert folder.name == release, (folder, release)
            assert held == 299 * int(release.split("-")[1]), (release, held)
            assert stated == fetched, (release, stated, fetched)
            done += 1
    seen.add(release)
    time.sleep(0.03)
print(done, len(seen))
"""


class Publisher:
    """Publishes in processes that die when they are told to."""

    def __init__(self, settings: Settings) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(TESTS), str(settings.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def publish(self, run: str, moment: int) -> list[int]:
        """Events seen, if it lived, and exit code."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{run} {moment}\n")
        self.process.stdin.flush()
        return [int(word) for word in self.process.stdout.readline().split()]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def publisher(settings: Settings) -> Iterator[Publisher]:
    made = Publisher(settings)
    yield made
    made.process.communicate()


def publishing(settings: Settings, run: str) -> subprocess.Popen[bytes]:
    """A publish in a process of its own."""
    arguments = [str(TESTS), str(settings.home), run]
    return subprocess.Popen([sys.executable, "-c", PUBLISHER, *arguments])


def fetched(nr: int) -> Landed:
    return Landed("y25i01", f"2026-08-19T00:{nr:02d}:00Z")


def whole_current(settings: Settings) -> str:
    """The current release's id, after every file of it has been compared with its manifest."""
    path = swap.current(settings.releases)
    assert path is not None
    assert manifest.faults(path) == []
    assert (path / "beskaeftigelsesplan.duckdb").stat().st_size > 0
    return path.name


def test_killed_at_any_moment_current_is_whole_and_the_next_run_goes_on(
    settings: Settings, publisher: Publisher, count: Count, record_property: Note
) -> None:
    kills = count(*KILLS)
    land(settings, FIRST)
    first = candidate(settings, "k0", [FIRST])
    assert publish.publish(settings, first, judged("k0")) is not None

    land(settings, fetched(0))
    candidate(settings, "maal", [FIRST, fetched(0)])
    events, code = publisher.publish("maal", 0)
    assert code == 0
    assert events > kills
    before = whole_current(settings)

    outcomes = set()
    spread = [1 + nr * (events - 2) // (kills - 3) for nr in range(kills - 2)]
    for nr, moment in enumerate([*spread, -1, -2], start=1):
        landed = fetched(nr)
        land(settings, landed)
        run = candidate(settings, f"k{nr}", [FIRST, landed], factor=nr)
        assert publisher.publish(f"k{nr}", moment) == [-signal.SIGKILL]
        after = whole_current(settings)
        outcomes.add(after != before)
        release = publish.publish(settings, run, judged(f"k{nr}"))
        assert (release is None) == (after != before)
        before = whole_current(settings)
        assert before == f"2026M07-{nr + 2}"
        assert list(settings.releases.glob(".ny-*")) == []
    assert outcomes == {True, False}, "the kills lie on both sides of the swap"
    record_property("kills of a publish, current whole and the next publish well", kills)


@pytest.mark.parametrize("part", range(1, 7))
def test_killed_by_the_clock(tmp_path: Path, part: int) -> None:
    """The moments between two files, such as in the middle of the database."""
    settings = make_settings(tmp_path)
    land(settings, FIRST)
    run = candidate(settings, "k1", [FIRST])
    process = publishing(settings, "k1")
    while process.poll() is None and not list(settings.releases.glob(".ny-*")):
        time.sleep(0.002)
    time.sleep(0.03 * part)
    process.kill()
    process.wait()
    published = (settings.releases / "current").exists()
    release = publish.publish(settings, run, judged("k2"))
    assert (release is None) == published
    assert whole_current(settings) == "2026M07-1"


def test_renamed_but_not_swapped_in_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path)
    land(settings, FIRST)
    run = candidate(settings, "k1", [FIRST])
    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_in", lambda _: os.strerror(0))
        publish.publish(settings, run, judged("k1"))
    assert swap.current(settings.releases) is None
    written = (settings.releases / "2026M07-1" / "manifest.json").stat().st_mtime_ns
    release = publish.publish(settings, run, judged("k2"))
    assert release is not None
    assert release.release_id == "2026M07-1"
    assert (release.path / "manifest.json").stat().st_mtime_ns == written


def test_two_publishes_at_once_give_one_release(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    land(settings, FIRST)
    processes = []
    for run in ("k1", "k2"):
        candidate(settings, run, [FIRST])
        processes.append(publishing(settings, run))
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert [path.name for path in swap.finished(settings.releases)] == ["2026M07-1"]
    assert whole_current(settings) == "2026M07-1"


def test_a_broken_current_is_said(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to("2026M07-9")
    with pytest.raises(ReleaseError, match="not a link to a release"):
        swap.current(tmp_path)


def test_readers_meet_no_error_and_no_mixed_release_while_others_are_swapped_in(
    tmp_path: Path, count: Count, record_property: Note
) -> None:
    queries, swaps = count(*QUERIES), count(*SWAPS)
    settings = make_settings(tmp_path)
    candidates = []
    for nr in range(1, swaps + 1):
        land(settings, fetched(nr))
        candidates.append(candidate(settings, f"k{nr}", [fetched(nr)], factor=nr))
    publish.publish(settings, candidates[0], judged("k1"))
    last = f"2026M07-{swaps}"
    arguments = [str(settings.releases / "current"), str(queries // READERS), last]
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(READERS)
    ]
    for nr, run in enumerate(candidates[1:], start=2):
        assert publish.publish(settings, run, judged(f"k{nr}")) is not None
    answers = [reader.communicate(timeout=300) for reader in readers]
    assert [reader.returncode for reader in readers] == [0] * READERS, answers
    counts = [[int(number) for number in answer.split()] for answer, _ in answers]
    asked = sum(done for done, _ in counts)
    assert asked >= queries
    assert all(releases > swaps // 2 for _, releases in counts), counts
    assert whole_current(settings) == last
    record_property(f"queries by {READERS} readers while {swaps} releases went in, 0 errors", asked)
