"""Is what was landed and published still what it was?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from beskplan.doktor.finding import Finding, some
from beskplan.landing import Landing, find_problems
from beskplan.release import manifest, retention, swap
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
        found = [line for line in found if not _went_with_the_figures(line)]
    if found:
        told = f"{name}: {len(found)} fault(s): {some(found)}"
        return Finding("checksums", "fault", told, _mend(release, is_current=is_current))
    files = len(manifest.read(release)["filer"])
    held = "thinned; what is kept is whole" if thinned else f"{files} files as in the manifest"
    return Finding("checksums", "ok", f"{name}: {held}")


def _is_thinned(release: Path) -> bool:
    """Nothing is left that thinning takes; a release that lost one part is no such."""
    return all(path.name in retention.LEFT for path in release.iterdir())


def _went_with_the_figures(fault: str) -> bool:
    name = fault.removeprefix("missing: ")
    return name != fault and name.partition("/")[0] not in retention.LEFT


def _mend(release: Path, *, is_current: bool) -> str:
    if is_current:
        return (
            "Point `current` at a whole release (ln -sfn <release> releases/current), then put "
            "this one back from a backup."
        )
    if not retention.is_whole(release):
        return "If `beskplan tynd` was stopped here, call it again; else put it back from a backup."
    return f"Put it back from a backup, or make it again: `beskplan rebuild {release.name}`."
