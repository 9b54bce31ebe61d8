"""Who holds the publish lock and the warehouse, and what a killed publish left."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from beskplan.doktor.finding import Finding, some
from beskplan.release import swap
from beskplan.settings import Settings
from beskplan.warehouse import LAGER

LOCKS = Path("/proc/locks")
HOLDER = re.compile(r"Conflicting lock is held in .*?\(PID (\d+)\)")


def check(settings: Settings, _: datetime) -> Iterator[Finding]:
    """The publish lock, left-overs beside it, and the warehouse."""
    yield from _publish_lock(settings.releases)
    yield from _lager(settings.work / LAGER)


def holder(locks: str, inode: int) -> int | None:
    """The process that holds a file's flock, by the kernel's list.

    Args:
        locks: the content of `/proc/locks`.
        inode: the file's.

    Returns:
        Its id; None where the list does not say, as in a container that sees only its own.
    """
    for line in locks.splitlines():
        fields = line.split()
        # A process that waits for the lock has an arrow after the number.
        if len(fields) < 6 or fields[1] != "FLOCK":
            continue
        if fields[5].rpartition(":")[2] == str(inode) and int(fields[4]) > 0:
            return int(fields[4])
    return None


def _publish_lock(releases: Path) -> Iterator[Finding]:
    lock = releases / swap.LOCK
    if lock.is_file() and _is_held(lock):
        listed = LOCKS.read_text() if LOCKS.is_file() else ""
        pid = holder(listed, lock.stat().st_ino)
        by = f"by process {pid}" if pid else "(by which process, this machine does not say)"
        yield Finding(
            "locks",
            "note",
            f"publish lock: held {by}; a publish or copy runs",
            "Wait until it ends; its lock goes with it, however it ends.",
        )
        return
    yield Finding("locks", "ok", "publish lock: free")
    left = [path.name for path in releases.glob(f"{swap.UNFINISHED}*")]
    left += [swap.NEW_LINK] if (releases / swap.NEW_LINK).is_symlink() else []
    if left:
        yield Finding(
            "locks",
            "note",
            f"{len(left)} left-over(s) of a publish that was killed: {some(sorted(left))}",
            "Run `beskplan koer`: the next publish removes them and goes on from there.",
        )


def _is_held(lock: Path) -> bool:
    with lock.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lager(lager: Path) -> Iterator[Finding]:
    if not lager.is_file():
        yield Finding("locks", "ok", f"{LAGER}: none; the next build makes it anew")
        return
    try:
        duckdb.connect(str(lager), read_only=True).close()
    except duckdb.Error as error:
        pid = HOLDER.search(str(error))
        if pid:
            found = (
                f"{LAGER}: process {pid[1]} has it open for writing; a build cannot start from it"
            )
            do = f"End process {pid[1]}, and let it open a release read-only instead."
        else:
            found = f"{LAGER}: cannot be opened: {str(error).splitlines()[0]}"
            do = f"Remove {lager}: the next build makes it anew from landing/."
        # The next build notices, and takes the longer way.
        yield Finding("locks", "note", found, do)
    else:
        yield Finding("locks", "ok", f"{LAGER}: nobody writes to it")
