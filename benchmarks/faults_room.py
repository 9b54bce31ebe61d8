"""A home in which one fault happens, and what is compared before and after it."""

from __future__ import annotations

import hashlib
import importlib
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beskplan.demo import DEMO_TOKEN
from beskplan.release import manifest
from beskplan.settings import PROJECT, Settings
from beskplan.standin.server import Running, running

START = "from beskplan.cli import app; app()"
MB = 1_000_000
TMPFS_MB = 700


class FaultError(Exception):
    """The fault did not go as the table says it goes."""


def from_tests(module: str) -> Any:
    """A module of the tests: servers that they and the faults need alike."""
    if (folder := str(PROJECT / "tests")) not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(module)


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    output: str


@dataclass(frozen=True)
class Fault:
    """One row of the table.

    Args:
        name: the fault.
        made: how it is made.
        act: makes it and gives what the command said.
        begins: the home it begins in: `set` (news waits at the source), `landet`, `bedoemt`.
        ends: the exit code that is right.
        says: what the output must hold.
        lets_publish: the run under the fault publishes, and the next one finds nothing to do.
        own_disk: the home is a tmpfs of its own.
        by_hand: what a person has to do before the next run.
    """

    name: str
    made: str
    act: Callable[[Room], Done]
    begins: str = "landet"
    ends: int = 1
    says: str = "MachineError"
    lets_publish: bool = False
    own_disk: bool = False
    by_hand: str = ""


@dataclass(frozen=True)
class Room:
    """One copy of a home, with a stand-in of its own.

    Args:
        home: its folder.
        standin: the stand-in, at the newest recorded time.
        charts: where drawn charts are kept.
    """

    home: Path
    standin: Running
    charts: Path

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings(
            home=self.home,
            seeds=self.home / "seeds",
            profile="lille",
            jobindsats_url=self.standin.url,
            statbank_url=self.standin.url,
            token=DEMO_TOKEN,
        )

    @property
    def run(self) -> str:
        """The id of the newest run."""
        return max(path.name for path in self.settings.work.glob("2*-*"))

    def start(
        self, *verb: str, prelude: str = "", memory: int | None = None
    ) -> subprocess.Popen[str]:
        """Start a verb of the command line in a process group of its own.

        Args:
            verb: and its arguments.
            prelude: Python that runs in the process first.
            memory: bytes of address space it may have.
        """

        def limit() -> None:
            if memory is not None:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        environment = os.environ | {
            "BESKPLAN_HJEM": str(self.home),
            "BESKPLAN_SEEDS": str(self.home / "seeds"),
            "BESKPLAN_PROFIL": "lille",
            "BESKPLAN_VENT": "0.01",
            "BESKPLAN_DIAGRAMMER": str(self.charts),
            "JOBINDSATS_URL": self.standin.url,
            "STATBANK_URL": self.standin.url,
            "JOBINDSATS_TOKEN": DEMO_TOKEN,
            "COLUMNS": "400",
        }
        return subprocess.Popen(
            [sys.executable, "-c", f"{prelude}\n{START}", *verb],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=limit,
        )

    def cli(self, *verb: str, prelude: str = "", memory: int | None = None) -> Done:
        """Run a verb to its end."""
        process = self.start(*verb, prelude=prelude, memory=memory)
        output, _ = process.communicate()
        return Done(process.returncode, output)

    def fill(self, left: int) -> None:
        """Fill the home's own disk until so many bytes are left."""
        free = shutil.disk_usage(self.home).free - left
        with (self.home / "fyld").open("wb") as file:
            for _ in range(free // MB):
                file.write(bytes(MB))
            file.write(bytes(free % MB))

    def empty(self) -> None:
        """Make room again."""
        (self.home / "fyld").unlink()


def tree(folder: Path) -> dict[str, str]:
    """Path → sha256 of every file, but those of work that is going on."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".tmp" not in path.parts
    }


@contextmanager
def room(
    template: Path, charts: Path, folder: Path, clock: object, own_disk: bool
) -> Iterator[Room]:
    """A copy of a home, on a disk of its own if asked, with a stand-in at a moment."""
    home = folder / "hjem"
    home.mkdir(parents=True)
    if own_disk:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", str(home)],
            check=True,
        )
    try:
        shutil.copytree(template, home, symlinks=True, dirs_exist_ok=True)
        with running() as standin:
            standin.set_clock(clock)  # type: ignore[arg-type]
            yield Room(home, standin, charts)
    finally:
        if own_disk:
            subprocess.run(["umount", "-l", str(home)], check=True)


def current(home: Path) -> tuple[str, dict[str, str]]:
    """The release that is current, and the sum of each of its files; it is what its manifest says.

    Raises:
        FaultError: it is not.
    """
    release = (home / "releases" / "current").resolve()
    if found := manifest.faults(release):
        raise FaultError(f"releases/current: {found[:3]}")
    return release.name, tree(release)


def prove(fault: Fault, here: Room) -> tuple[Done, str, str]:
    """Let a fault happen; compare; run again without it.

    Returns:
        What the run said, what was compared, how it recovered.

    Raises:
        FaultError: something is not as the row says.
    """
    landing, release = tree(here.home / "landing"), current(here.home)
    done = fault.act(here)
    if done.code != fault.ends or fault.says not in done.output:
        raise FaultError(f"ended {done.code}: {done.output[-1500:]}")
    if "Traceback" in done.output:
        raise FaultError(done.output[-1500:])
    _landing_stands(here, landing)
    if not fault.lets_publish and current(here.home) != release:
        raise FaultError("releases/current is another one")
    began = time.monotonic()
    if fault.begins == "set":
        _ends_well(here.cli("hent", "jobindsats"))
    said = _ends_well(here.cli("koer"))
    wanted = "nothing published" if fault.lets_publish else "published releases/"
    if wanted not in said:
        raise FaultError(f"the next run said: {said[-500:]}")
    _landing_stands(here, landing)
    name, files = current(here.home)
    seen = f"{len(landing)} files of landing, "
    seen += (
        f"{len(files)} files of {name}"
        if fault.lets_publish
        else f"{len(release[1])} files of {release[0]}"
    )
    hand = f"by hand: {fault.by_hand}; then " if fault.by_hand else ""
    how = "published nothing more" if fault.lets_publish else f"published {name}"
    return done, seen, f"{hand}exit 0, {how} ({time.monotonic() - began:.0f} s)"


def _ends_well(done: Done) -> str:
    if done.code:
        raise FaultError(f"the next run ended {done.code}: {done.output[-1500:]}")
    return done.output


def _landing_stands(here: Room, before: dict[str, str]) -> None:
    now = tree(here.home / "landing")
    if changed := [name for name, checksum in before.items() if now.get(name) != checksum]:
        raise FaultError(f"landing is not as before: {changed[:3]}")
    verified = here.cli("landing", "verify")
    if verified.code:
        raise FaultError(verified.output[-500:])


def shown(done: Done) -> str:
    """The message as it was printed: what, where, do; shortened for a table."""
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    at = next((nr for nr, line in enumerate(lines) if "Error: " in line.split("]")[0]), None)
    found = lines[at : at + 3] if at is not None else lines[-2:]
    text = " · ".join(line if len(line) < 260 else f"{line[:257]}…" for line in found)
    return text.replace("|", "\\|").replace(str(PROJECT), "")
