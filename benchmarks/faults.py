"""Each fault made on the small profile, and what came of it; `make faults` writes the page.

With words as arguments only the faults whose names hold one are made; their lines take the place of
those in the page, with the day and the commit of their own.

The stand-in runs in this process, `beskplan` in processes of its own. Mounting needs root.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from faults_acts import FAULTS
from faults_room import Fault, FaultError, Room, prove, room, shown
from faults_time import TIME_FAULTS, TimeFault

from beskplan.demo import put_bilag
from beskplan.settings import PROJECT
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import running

REPORT = PROJECT / "docs" / "fejltabel.md"
AT_A_TIME = 2
HEAD = """# Faults and what came of them

Written by `make faults` {when:%Y-%m-%d %H:%M} UTC, commit {commit}: {count} faults in {took:.0f} s,
small profile. A row stands as passed only if the run ended as it says, no trace was printed, every
file of landing that was there before has the same sha256 and `landing verify` finds nothing after
the fault, `releases/current` is the same release byte for byte and as its manifest says (where the
run under the fault publishes: the new one is as its manifest says), and the next plain run ended 0.

Beside it, fifty months in a row, [soak.md](soak.md): {soak}

| fault | how it was made | exit | message | compared | recovery | |
|---|---|---:|---|---|---|---|
"""


def _ok(here: Room, *verb: str) -> None:
    done = here.cli(*verb)
    if done.code:
        raise SystemExit(f"{verb} ended {done.code}: {done.output}")


def templates(folder: Path, charts: Path) -> dict[str, Path]:
    """Homes to begin in: news at the source, landed, built, judged; one release is out."""
    made = {name: folder / name for name in ("set", "landet", "bygget", "bedoemt")}
    made["set"].mkdir()
    shutil.copytree(PROJECT / "seeds", made["set"] / "seeds")
    with running() as standin:
        here = Room(made["set"], standin, charts)
        put_bilag(here.settings)
        for moment in TIMES[:2]:
            standin.set_clock(moment)
            for kilde in ("jobindsats", "statbank", "joblog"):
                _ok(here, "hent", kilde)
        _ok(here, "koer")
        standin.set_clock(TIMES[2])
        before = "set"
        for name, verb in (("landet", "hent"), ("bygget", "byg"), ("bedoemt", "bedoem")):
            shutil.copytree(made[before], made[name], symlinks=True)
            here = Room(made[name], standin, charts)
            _ok(here, verb, *{"hent": ["jobindsats"], "byg": [], "bedoem": [here.run]}[verb])
            before = name
    return made


def row(fault: Fault, made: dict[str, Path], charts: Path, folder: Path) -> tuple[str, bool]:
    """Prove one fault; its line of the table, and whether it passed."""
    place = Path(tempfile.mkdtemp(dir=folder))
    try:
        with room(made[fault.begins], charts, place, TIMES[2], fault.own_disk) as here:
            done, seen, recovery = prove(fault, here)
            message = shown(done).replace(str(here.home), "<home>")
            cells = (str(done.code), message, seen, recovery, "passed")
    except (FaultError, OSError, subprocess.SubprocessError) as error:
        cells = ("", " ".join(str(error).split())[-600:].replace("|", "\\|"), "", "", "**failed**")
    shutil.rmtree(place, ignore_errors=True)
    print(f"{cells[-1]}: {fault.name}: {cells[1] if cells[-1] != 'passed' else ''}", flush=True)
    return f"| {' | '.join((fault.name, fault.made, *cells))} |\n", cells[-1] == "passed"


def time_row(fault: TimeFault) -> tuple[str, bool]:
    """Compute one fault of the calendar; no run is made."""
    seen, passed = fault.act()
    state = "passed" if passed else "**failed**"
    print(f"{state}: {fault.name}", flush=True)
    return (
        f"| {fault.name} | {fault.made} | | {seen} | no file is touched | | {state} |\n",
        passed,
    )


def _replace(line: str, when: str) -> None:
    """Put a line where the page has that of the same fault, or at its end."""
    page = REPORT.read_text("utf-8").splitlines(keepends=True)
    name, own = f"{line.split(' | ')[0]} | ", line.removesuffix(" |\n") + f" {when} |\n"
    at = next((nr for nr, old in enumerate(page) if old.startswith(name)), len(page))
    page[at : at + 1] = [own]
    REPORT.write_text("".join(page), encoding="utf-8")


def _soak() -> str:
    """What the page of the soak says of itself: when, of which commit, memory and open files."""
    page = (PROJECT / "docs" / "soak.md").read_text("utf-8")
    when = page.partition("Written by `make soak` ")[2].partition(". No seed")[0]
    found = " ".join(page.partition("* resident memory")[2].partition("* releases")[0].split())
    return f"{when}; resident memory{found}."


def _write(lines: list[str], count: int, began: float, commit: str) -> None:
    head = HEAD.format(
        when=datetime.now(UTC),
        commit=commit,
        count=count,
        took=time.monotonic() - began,
        soak=_soak(),
    )
    REPORT.write_text(head + "".join(lines), encoding="utf-8")


def main() -> int:
    """Prove every fault, print what failed and write the page; 1 if one failed."""
    began = time.monotonic()
    only = sys.argv[1:]
    wanted = [f for f in FAULTS if not only or any(part in f.name for part in only)]
    rows = [] if only else [time_row(fault) for fault in TIME_FAULTS]
    commit = subprocess.check_output(("git", "rev-parse", "--short", "HEAD"), text=True).strip()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        charts = folder / "diagrammer"
        made = templates(folder, charts)
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            for proved in pool.map(lambda f: row(f, made, charts, folder), wanted):
                rows.append(proved)
                if only:
                    _replace(proved[0], f"{datetime.now(UTC):%Y-%m-%d %H:%M}, {commit}")
                else:
                    _write([line for line, _ in rows], len(rows), began, commit)
    failed = sum(not passed for _, passed in rows)
    print(f"{len(rows) - failed} passed, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
