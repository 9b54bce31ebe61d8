"""What the machine refuses a stage (disk, memory, a lock, a process), as an error to act on."""

from __future__ import annotations

import errno
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import psutil  # type: ignore[import-untyped]

from beskplan.errors import KilledError, MachineError

FULL = (
    "the disk is full",
    "make room, never in landing/, then run the same command; what was there before stands",
)
READ_ONLY = (
    "the disk cannot be written to",
    "mount it for writing (a disk that turns read-only by itself is failing), then run the same "
    "command; what was there before stands",
)
MEMORY = (
    "there is too little memory",
    "give the process more, or end others on the machine, then run the same command",
)
LOCKED = (
    "another process holds the database",
    "end the process that is named, or open it read-only there, then run the same command",
)
ENDED = (
    "a process that writes the kommuner was ended from outside",
    "see whether the machine ran out of memory (`dmesg`), then run the same command; `current` "
    "stands",
)
BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.ENOMEM: MEMORY,
}
# DuckDB and dbt say it in words only.
BY_TEXT = {
    "No space left on device": FULL,
    "Disk quota exceeded": FULL,
    "Read-only file system": READ_ONLY,
    "Could not set lock on file": LOCKED,
    "Out of Memory Error": MEMORY,
    "Cannot allocate memory": MEMORY,
    "can't start new thread": MEMORY,
    "MemoryError": MEMORY,
    "bad_alloc": MEMORY,
}

# dbt whose threads were refused memory waits for them for ever (seen). One that computes uses the
# processor all the time: less than this in so long is none.
STILL_SECONDS = 120.0
NO_PROCESSOR_SECONDS = 0.1


@contextmanager
def typed(where: str) -> Iterator[None]:
    """Turn what the machine refuses within the block into a typed error; nothing else.

    Args:
        where: stage and run.

    Raises:
        MachineError: disk, memory, lock or process.
    """
    try:
        yield
    except (OSError, MemoryError, RuntimeError, duckdb.Error) as error:
        if found := _refused(error):
            raise _error(found, " ".join(str(error).split()), where) from error
        raise


def refuse_known(text: str, where: str) -> None:
    """Raise if what a child process has printed says that the machine refused it something.

    Args:
        text: what it printed.
        where: stage and run.

    Raises:
        MachineError: disk, memory or lock.
    """
    for line in text.splitlines():
        for words, found in BY_TEXT.items():
            if words in line:
                raise _error(found, line.strip(), where)


def refuse_killed(program: str, returncode: int, where: str) -> None:
    """Raise if a child process did not end by itself.

    Args:
        program: its name.
        returncode: as `subprocess` gives it.
        where: stage and run.

    Raises:
        KilledError: names the signal.
    """
    if returncode < 0:
        raise KilledError(
            f"{program} was ended by {signal.Signals(-returncode).name}",
            where=where,
            do="see whether the machine ran out of memory (`dmesg`), then run the same command",
        )


def run_watched(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    where: str,
    still: float = STILL_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run a child that computes, and end it if it stands still.

    Args:
        command: program and arguments.
        env: its environment.
        cwd: its folder.
        where: stage and run.
        still: seconds without use of the processor after which it stands still.

    Returns:
        How it ended, and what it printed.

    Raises:
        MachineError: it stood still; says what the machine had refused it, if it printed that.
    """
    with subprocess.Popen(
        command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        used = -NO_PROCESSOR_SECONDS
        try:
            while (now := _processor_seconds(child)) - used >= NO_PROCESSOR_SECONDS:
                used = now
                with suppress(subprocess.TimeoutExpired):
                    out, error = child.communicate(timeout=still)
                    return subprocess.CompletedProcess(command, child.returncode, out, error)
        except BaseException:
            child.kill()
            raise
        child.kill()
        refuse_known("\n".join(child.communicate()), where)
    raise MachineError(
        f"{Path(command[0]).name} has stood still for {still:.0f} seconds",
        where=where,
        do="see in the run's log what it waited for, and whether memory is short, then run the "
        "same command",
    )


def _processor_seconds(child: subprocess.Popen[str]) -> float:
    times = psutil.Process(child.pid).cpu_times()
    return float(times.user + times.system)


def _refused(error: Exception) -> tuple[str, str] | None:
    if isinstance(error, BrokenProcessPool):
        return ENDED
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return MEMORY
    if isinstance(error, OSError) and error.errno in BY_NUMBER:
        return BY_NUMBER[error.errno]
    return next((found for words, found in BY_TEXT.items() if words in str(error)), None)


def _error(found: tuple[str, str], said: str, where: str) -> MachineError:
    what, do = found
    kind = KilledError if found is ENDED else MachineError
    return kind(f"{what}: {said[:500]}" if said else what, where=where, do=do)
