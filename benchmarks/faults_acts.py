"""The faults of the table: how each is made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
from faults_airflow import postgres_dies, scheduler_dies, under_airflow
from faults_postgres import postgres_gone
from faults_room import MB, Done, Fault, FaultError, Room

from beskplan import beskeder
from beskplan.landing import Landing

SHIFTED = """
import datetime as module
import duckdb, pandas
class Shifted(module.datetime):
    __slots__ = ()
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + module.timedelta(seconds={seconds})
module.datetime = Shifted
"""
TWO_WORKERS = "import os; os.environ['BESKPLAN_PROCESSER'] = '2'"
HOLD = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "ro")
print("held", flush=True)
sys.stdin.read()
"""


def verb_of(here: Room, stage: str) -> tuple[str, ...]:
    """The verb of a stage, with its run."""
    if stage == "hent":
        return ("hent", "jobindsats")
    return (stage,) if stage in ("byg", "koer") else (stage, here.run)


def full(stage: str, left: Callable[[Room], int]) -> Callable[[Room], Done]:
    """A disk on which so many bytes are left when the stage begins."""

    def act(here: Room) -> Done:
        here.fill(left(here))
        try:
            return here.cli(*verb_of(here, stage))
        finally:
            here.empty()

    return act


def lager_and(more: int) -> Callable[[Room], int]:
    """Room for the copy that a build begins from, and little more."""
    return lambda here: (here.settings.work / "lager.duckdb").stat().st_size + more


def read_only(folder: str, stage: str) -> Callable[[Room], Done]:
    """A folder that is mounted read-only while the stage runs."""

    def act(here: Room) -> Done:
        place = str(here.home / folder)
        subprocess.run(["mount", "--bind", place, place], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
        try:
            return here.cli(*verb_of(here, stage))
        finally:
            subprocess.run(["umount", place], check=True)

    return act


def clock_jumps(here: Room) -> Done:
    """Two looks and a build by a clock that is an hour back, then a day ahead."""
    times = [v.hentet_utc for v in Landing(here.settings.landing).vintages("jobindsats")]
    said = ""
    for seconds, verbs in ((-3600, ("hent", "byg")), (86400, ("hent", "byg"))):
        for verb in verbs:
            done = here.cli(*verb_of(here, verb), prelude=SHIFTED.format(seconds=seconds))
            if done.code:
                return done
            said += done.output
    now = sorted(v.hentet_utc for v in Landing(here.settings.landing).vintages("jobindsats"))
    source = f"{here.standin.world.clock:%Y-%m-%dT%H:%M:%SZ}"
    new = now[len(times) :]
    if sorted(times) != now[: len(times)] or not new or {t[:16] for t in new} != {source[:16]}:
        raise FaultError(f"hentet_utc: {times} → {now}, source {source}")
    return Done(0, f"{len(new)} vintages landed, hentet_utc {new[0]} (the source's clock)")


def two_at_once(*verb: str) -> Callable[[Room], Done]:
    """Two of the same at the same time."""

    def act(here: Room) -> Done:
        both = [here.start(*verb) for _ in range(2)]
        ended = [process.communicate()[0] for process in both]
        codes = [process.returncode for process in both]
        if verb == ("koer",) and sum("published releases/" in said for said in ended) != 1:
            raise FaultError(f"published not once: {ended}")
        tails = [said.strip().splitlines()[-1] for said in ended]
        return Done(max(codes), "\n".join(tails) if not any(codes) else "\n".join(ended))

    return act


def killed(stage: str, after: float) -> Callable[[Room], Done]:
    """Kill -9 of the whole process group, so long after it began to use the stage's files."""

    def act(here: Room) -> Done:
        if stage == "hent":
            here.standin.fault("timeout", tabel="y60c07", sekunder=60)
        process = here.start(*verb_of(here, stage))
        time.sleep(after)
        if process.poll() is not None:
            raise FaultError(f"{stage} had ended before it was killed")
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        here.standin.clear_faults()
        return Done(process.returncode, output + "\n(killed: it says nothing)")

    return act


def worker_killed(here: Room) -> Done:
    """Kill -9 of one process of the fan-out over kommuner."""
    process = here.start("udgiv", here.run, prelude=TWO_WORKERS)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        children = psutil.Process(process.pid).children(recursive=True)
        workers = [c for c in children if "spawn_main" in " ".join(c.cmdline())]
        if len(workers) >= 2:
            time.sleep(0.5)
            workers[0].kill()
            break
        time.sleep(0.05)
    output, _ = process.communicate()
    return Done(process.returncode, output)


def dbt_killed(here: Room) -> Done:
    """Kill -9 of dbt alone, as a machine without memory does."""
    process = here.start("byg")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        children = psutil.Process(process.pid).children()
        if found := [c for c in children if "dbt" in " ".join(c.cmdline())]:
            time.sleep(3)
            found[0].kill()
            break
        time.sleep(0.05)
    output, _ = process.communicate()
    return Done(process.returncode, output)


def token_revoked(here: Room) -> Done:
    """401 from the second table with news on."""
    for table in ("y60c07", "y60j01"):
        here.standin.fault("401", tabel=table)
    done = here.cli("hent", "jobindsats")
    here.standin.clear_faults()
    return done


def three_days_down(here: Room) -> Done:
    """Three looks at a source that answers 500 to all; what a person is told at each."""
    told = []
    done = Done(0, "")
    here.standin.fault("500", sti="/v3/")
    for _ in range(3):
        done = here.cli("hent", "jobindsats")
        told.append(_told(here))
    here.standin.clear_faults()
    if told != [1, 0, 0]:
        raise FaultError(f"told {told}, not once")
    back = here.cli("hent", "jobindsats")
    if back.code or _told(here) != 1:
        raise FaultError(f"back: {back.output}")
    return Done(done.code, f"{done.output}\ntold once in three looks, and once that it is over")


def _told(here: Room) -> int:
    causes = [
        c for c in beskeder.current(here.settings, datetime.now(UTC)) if "jobindsats" in c.tekst
    ]
    with beskeder.untold(here.settings, "proeve", causes) as message:
        return len(message.nye) + len(message.ovre) if message else 0


def damaged(name: str, verb: tuple[str, ...]) -> Callable[[Room], Done]:
    """One bit of a file of the newest vintage turned; the file put back when the verb has ended."""

    def act(here: Room) -> Done:
        (path, *_) = sorted(here.home.glob(f"landing/jobindsats/y60a02/*/{name}"))
        whole = path.read_bytes()
        spoilt = bytearray(whole)
        spoilt[len(whole) // 2] ^= 1
        path.write_bytes(spoilt)
        try:
            verified = here.cli("landing", "verify")
            if verified.code != 1 or path.name not in verified.output:
                raise FaultError(f"landing verify: {verified.output}")
            return here.cli(*verb)
        finally:
            path.write_bytes(whole)

    return act


@contextmanager
def _held(path: Path, how: str) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, str(path), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdin is not None  # noqa: S101
        process.stdout.readline()
        try:
            yield
        finally:
            process.stdin.close()
            process.wait()


def held_by_a_reader(here: Room) -> Done:
    """Other processes hold the warehouse for writing and the current release for reading."""
    lager = here.settings.work / "lager.duckdb"
    release = here.home / "releases" / "current" / "beskaeftigelsesplan.duckdb"
    with _held(lager, "rw"), _held(release, "ro"):
        return here.cli("koer")


def too_little_memory(here: Room) -> Done:
    """A bound on the address space of the run and its children."""
    return here.cli("byg", memory=1_000 * MB)


DISK = "tmpfs of 700 MB as the home, a filler file leaves {} when `{}` begins"
FAULTS = (
    Fault(
        "disk full: land",
        DISK.format("20 kB", "hent"),
        full("hent", lambda _: 20_000),
        "set",
        own_disk=True,
    ),
    Fault(
        "disk full: build",
        DISK.format("the size of the warehouse and 6 MB", "byg"),
        full("byg", lager_and(6 * MB)),
        own_disk=True,
    ),
    Fault(
        "disk full: judge",
        DISK.format("8 MB", "bedoem"),
        full("bedoem", lambda _: 8 * MB),
        "bygget",
        own_disk=True,
    ),
    Fault(
        "disk full: release",
        DISK.format("4 MB", "udgiv"),
        full("udgiv", lambda _: 4 * MB),
        "bedoemt",
        own_disk=True,
    ),
    Fault(
        "read-only disk: landing",
        "bind mount of `landing/`, remounted read-only",
        read_only("landing", "hent"),
        "set",
    ),
    Fault(
        "read-only disk: arbejde",
        "bind mount of `arbejde/`, remounted read-only",
        read_only("arbejde", "byg"),
    ),
    Fault(
        "read-only disk: releases",
        "bind mount of `releases/`, remounted read-only",
        read_only("releases", "udgiv"),
        "bedoemt",
    ),
    Fault(
        "clock an hour back, then a day ahead",
        "`datetime.now` shifted in the process of `hent` and `byg`",
        clock_jumps,
        "set",
        0,
        "the source's clock",
    ),
    Fault(
        "two `koer` at once",
        "two processes started together",
        two_at_once("koer"),
        ends=0,
        says="",
        lets_publish=True,
    ),
    Fault(
        "two `hent` at once",
        "two processes started together",
        two_at_once("hent", "jobindsats"),
        "set",
        0,
        "",
    ),
    Fault(
        "killed in fetch",
        "`kill -9` of the process group while the second table is waited for",
        killed("hent", 6),
        "set",
        -9,
        "killed",
    ),
    Fault(
        "killed in build",
        "`kill -9` of the process group after 8 s",
        killed("byg", 8),
        ends=-9,
        says="killed",
    ),
    Fault(
        "killed in judge",
        "`kill -9` of the process group after 3 s",
        killed("bedoem", 3),
        "bygget",
        -9,
        "killed",
    ),
    Fault(
        "killed in release",
        "`kill -9` of the process group after 4 s",
        killed("udgiv", 4),
        "bedoemt",
        -9,
        "killed",
    ),
    Fault(
        "a worker of the release killed",
        "`kill -9` of one of two processes (BESKPLAN_PROCESSER is 2: 10 kommuner pay for none)",
        worker_killed,
        "bedoemt",
        says="KilledError",
    ),
    Fault(
        "dbt killed",
        "`kill -9` of dbt alone, as by a machine without memory",
        dbt_killed,
        says="SIGKILL",
    ),
    Fault(
        "token revoked in mid-run",
        "the stand-in answers 401 from the second table on",
        token_revoked,
        "set",
        1,
        "NotUpdatedError",
    ),
    Fault(
        "API down for three days",
        "three looks at a stand-in that answers 500",
        three_days_down,
        "set",
        1,
        "SourceDownError",
    ),
    Fault(
        "Postgres gone for a minute: the copy",
        "`udgiv --postgres` while the server is stopped; started again, it holds what it held",
        postgres_gone,
        says="ReleaseError",
    ),
    Fault(
        "Postgres gone for a minute: Airflow's",
        "production's services as processes; their database dies while `byg_kandidat` runs",
        under_airflow(postgres_dies),
        ends=0,
        says="ended success",
        lets_publish=True,
    ),
    Fault(
        "scheduler killed with its worker",
        "the same services; `kill -9` of the scheduler and all it runs while `byg_kandidat` runs",
        under_airflow(scheduler_dies),
        ends=0,
        says="ended success",
        lets_publish=True,
    ),
    Fault(
        "one bit: cells",
        "a bit in the middle of `celler.parquet`",
        damaged("celler.parquet", ("koer",)),
        says="LandingError",
        by_hand="the file from a backup",
    ),
    Fault(
        "one bit: raw answer",
        "a bit in the middle of `svar-001.json.gz`; no build reads it",
        damaged("svar-001.json.gz", ("landing", "verify")),
        says="is not as it was written",
        by_hand="the file from a backup",
    ),
    Fault(
        "one bit: manifest",
        "a bit in the middle of `manifest.json`",
        damaged("manifest.json", ("koer",)),
        says="LandingError",
        by_hand="the file from a backup",
    ),
    Fault(
        "databases held by others",
        "others hold `lager.duckdb` for writing and the release's database for reading",
        held_by_a_reader,
        ends=0,
        says="published",
        lets_publish=True,
    ),
    Fault(
        "too little memory",
        "RLIMIT_AS of 1,000 MB over `byg` and dbt",
        too_little_memory,
        says="then run the same command",
    ),
)
