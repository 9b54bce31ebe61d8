"""The folder of releases: lock, left-overs, numbers, and the one rename that publishes."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beskplan.errors import ReleaseError

CURRENT = "current"
UNFINISHED = ".ny-"
NEW_LINK = ".current-ny"
LOCK = ".laas"


@contextmanager
def publish_lock(releases: Path) -> Iterator[None]:
    """Let one publish run at a time; the kernel frees the lock when its holder dies.

    Args:
        releases: folder of releases; created if it is not there.
    """
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def clear_left_overs(releases: Path) -> None:
    """Remove what a publish that was killed left half done; call it with the lock held."""
    for path in releases.glob(f"{UNFINISHED}*"):
        shutil.rmtree(path)
    (releases / NEW_LINK).unlink(missing_ok=True)


def current(releases: Path) -> Path | None:
    """The folder that `current` points to, or None before the first release.

    Raises:
        ReleaseError: `current` points to nothing, or is no link.
    """
    link = releases / CURRENT
    if not link.is_symlink() and not link.exists():
        return None
    if not link.is_symlink() or not link.is_dir():
        raise ReleaseError(
            "`current` is not a link to a release",
            where=str(link),
            do=f"point it to a release: ln -sfn <release> {link}",
        )
    return link.resolve()


def finished(releases: Path) -> list[Path]:
    """Every complete release folder, by name."""
    return sorted(
        path
        for path in releases.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )


def next_id(releases: Path, periode: str) -> str:
    """The next free `<periode>-<nr>`."""
    taken = [
        int(path.name.removeprefix(f"{periode}-"))
        for path in finished(releases)
        if path.name.startswith(f"{periode}-") and path.name.removeprefix(f"{periode}-").isdigit()
    ]
    return f"{periode}-{max(taken, default=0) + 1}"


def keep(unfinished: Path, release_id: str) -> Path:
    """Give a complete folder its name as a release; nothing in it changes from here on.

    Everything reaches the disk before the name does, so that a name stands for a whole release
    after a loss of power too.
    """
    for path in sorted(unfinished.rglob("*")):
        _to_disk(path)
    _to_disk(unfinished)
    target = unfinished.parent / release_id
    unfinished.rename(target)
    _to_disk(unfinished.parent)
    return target


def swap_in(release: Path) -> None:
    """Make `current` point to a release; one rename, so a reader sees the old or the new one."""
    link = release.parent / NEW_LINK
    link.unlink(missing_ok=True)
    link.symlink_to(release.name)
    link.replace(release.parent / CURRENT)
    _to_disk(release.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
