"""Is what runs what the lock names, and what made the current release?"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, metadata, version

from packaging.specifiers import SpecifierSet

from beskplan.doktor.finding import Finding, some
from beskplan.release import manifest, sbom, swap
from beskplan.release.code import code_checksum
from beskplan.settings import Settings

REINSTALL = "Install the lock anew: delete .venv and call `make run`, or build the image anew."


def check(settings: Settings, _: datetime) -> Iterator[Finding]:
    """Packages, Python, and the code of the current release."""
    yield _packages()
    yield _python()
    current = swap.current(settings.releases)
    if current:
        yield _code(current.name, manifest.read(current)["kode_sum"])


def _packages() -> Finding:
    locked = sbom.locked(sbom.LOCK.read_text("utf-8"))
    differ = [
        f"{name} is {installed or 'missing'}, the lock says {pinned}"
        for name, pinned in locked.items()
        if (installed := _installed(name)) != pinned
    ]
    if differ:
        found = f"packages: {len(differ)} of {len(locked)} differ from the lock: {some(differ)}"
        return Finding("versions", "fault", found, REINSTALL)
    return Finding("versions", "ok", f"packages: {len(locked)} installed as locked")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _python() -> Finding:
    wanted, runs = metadata("beskplan")["Requires-Python"], platform.python_version()
    if runs not in SpecifierSet(wanted):
        do = f"Make .venv anew with a Python {wanted}: delete it and call `make run`."
        return Finding("versions", "fault", f"Python {runs}; Beskplan wants {wanted}", do)
    return Finding("versions", "ok", f"Python {runs} (wanted: {wanted})")


def _code(release: str, made_by: str) -> Finding:
    installed = code_checksum()
    if installed == made_by:
        return Finding("versions", "ok", f"code {installed[:12]}: the one that made {release}")
    return Finding(
        "versions",
        "note",
        f"code {installed[:12]}; {release} was made by {made_by[:12]}",
        "Expect a new release from the next run, or go back to the code that you meant to run.",
    )
