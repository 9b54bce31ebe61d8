"""Room for the next run, and folders that take a file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from beskplan.beskeder.causes import FREE_BYTES, GIGABYTE
from beskplan.doktor.finding import Finding
from beskplan.landing.store import TEMPORARY
from beskplan.maalinger import size
from beskplan.release import swap
from beskplan.release.publish import CANDIDATE
from beskplan.settings import Settings
from beskplan.warehouse import LAGER


def check(settings: Settings, _: datetime) -> Iterator[Finding]:
    """Free bytes of each disk beside what a run writes, then each folder."""
    need = needed(settings)
    limit = max(need, FREE_BYTES)
    folders = [settings.landing, settings.work, settings.releases]
    disks: dict[int, list[Path]] = {}
    for folder in filter(Path.exists, folders):
        disks.setdefault(folder.stat().st_dev, []).append(folder)
    for on_disk in disks.values():
        free = shutil.disk_usage(on_disk[0]).free
        found = (
            f"{gigabytes(free)} free for {', '.join(path.name for path in on_disk)}; the next run "
            f"writes about {gigabytes(need)}, the limit is {gigabytes(limit)}"
        )
        if free < limit:
            yield Finding(
                "disk",
                "fault",
                found,
                "Make room: `beskplan tynd` says which releases may be thinned; landing/ may never "
                "be.",
            )
        else:
            yield Finding("disk", "ok", found)
    for folder in folders:
        yield writable(folder)


def needed(settings: Settings) -> int:
    """Bytes that a run writes before it removes any: candidate, its copy as lager, release."""
    candidates = [path.stat().st_size for path in settings.work.glob(f"*/{CANDIDATE}")]
    lager = settings.work / LAGER
    built = max([*candidates, lager.stat().st_size if lager.is_file() else 0])
    current = swap.current(settings.releases)
    return 2 * built + (size(current) if current else 0)


def writable(folder: Path) -> Finding:
    """Write a file and rename it, as a run does.

    Args:
        folder: landing, arbejde or releases.
    """
    if not folder.exists():
        return Finding(
            "disk",
            "note",
            f"{folder}: not there yet",
            "Run `beskplan hent jobindsats`, then `beskplan koer`, or put the folder back from its "
            "backup.",
        )
    # Whatever stands in landing/ itself is taken for a source.
    own = folder / TEMPORARY
    try:
        with tempfile.TemporaryDirectory(
            dir=own if own.is_dir() else folder, prefix=".doktor-"
        ) as name:
            written = Path(name) / "skrevet"
            written.write_bytes(b"x")
            written.rename(Path(name) / "omdoebt")
    except OSError as error:
        return Finding(
            "disk",
            "fault",
            f"{folder}: takes no file ({error.strerror or error})",
            "Mount it for writing, and let it belong to the user that runs Beskplan.",
        )
    return Finding("disk", "ok", f"{folder}: a file was written and renamed")


def gigabytes(count: int) -> str:
    """A size for people."""
    return f"{count / GIGABYTE:.1f} GB"
