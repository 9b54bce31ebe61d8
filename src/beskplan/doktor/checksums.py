"""Is what was landed and published still what it was?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from beskplan.doktor.finding import Finding, some
from beskplan.landing import Landing, find_problems
from beskplan.release import manifest, swap
from beskplan.release.database import DATABASE, PARQUET
from beskplan.settings import Settings

FROM_BACKUP = "Put the named files back from a backup, then ask again."


def check(settings: Settings, _: datetime) -> Iterator[Finding]:
    """Landing, what `current` points to, and each release."""
    yield _landing(Landing(settings.landing))
    current = swap.current(settings.releases)
    if current is None:
        yield Finding("checksums", "note", "releases: nothing is published", "Run `beskplan koer`.")
    if settings.releases.is_dir():
        for release in swap.finished(settings.releases):
            yield _release(release, is_current=release.resolve() == current)


def _landing(landing: Landing) -> Finding:
    problems = find_problems(landing)
    if problems:
        found = f"landing: {len(problems)} problem(s): {some(problems)}"
        return Finding("checksums", "fault", found, FROM_BACKUP)
    return Finding("checksums", "ok", f"landing: {len(landing.vintages())} vintages, 0 problems")


def _release(release: Path, *, is_current: bool) -> Finding:
    name = f"{release.name} (current)" if is_current else release.name
    thinned = not is_current and _is_thinned(release)
    found = manifest.faults(release)
    if thinned:
        found = [line for line in found if not line.startswith("missing: ")]
    if found:
        do = "Put the folder back from a backup."
        if is_current:
            do += " Until then point `current` at a whole one: ln -sfn <release> releases/current."
        return Finding("checksums", "fault", f"{name}: {len(found)} fault(s): {some(found)}", do)
    files = len(manifest.read(release)["filer"])
    held = "thinned; what is kept is whole" if thinned else f"{files} files as in the manifest"
    return Finding("checksums", "ok", f"{name}: {held}")


def _is_thinned(release: Path) -> bool:
    """Only what explains and rebuilds it is kept; a release that lost one part is no such."""
    return not any((release / part).exists() for part in (DATABASE, PARQUET, "site", "tabeller"))
