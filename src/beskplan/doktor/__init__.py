"""What is the matter with this home: every check of the doctor, worst finding first."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from beskplan.doktor import checksums, clock, disk, environment, locks, runs, token, versions
from beskplan.doktor.finding import STATES, Finding, table
from beskplan.errors import BeskplanError
from beskplan.settings import Settings

CHECKS = {
    "settings": environment.check,
    "disk": disk.check,
    "locks": locks.check,
    "checksums": checksums.check,
    "versions": versions.check,
    "runs": runs.check,
    "clock": clock.check,
    "token": token.check,
}
# What a damaged or missing file of the home makes the readers of it raise.
UNREADABLE = (BeskplanError, OSError, ValueError, TypeError, KeyError, duckdb.Error)


def examine(settings: Settings, *, net: bool) -> list[Finding]:
    """Run every check; one that cannot read what it needs is itself a fault.

    Args:
        settings: where things are.
        net: whether to ask the sources for their clock.

    Returns:
        The findings, worst first.
    """
    now = datetime.now(UTC)
    found: list[Finding] = []
    for name, check in CHECKS.items():
        try:
            found += check(settings, now)
        except UNREADABLE as error:
            found.append(_not_examined(name, error))
    if net:
        found += clock.sources(settings)
    return sorted(found, key=lambda finding: STATES.index(finding.state))


def _not_examined(name: str, error: Exception) -> Finding:
    if isinstance(error, BeskplanError):
        return Finding(name, "fault", f"{error.what} [{error.where}]", error.do)
    return Finding(
        name,
        "fault",
        f"could not be examined: {type(error).__name__}: {error}",
        "Mend the file that this or the checksums row names, from a backup, then ask again.",
    )


__all__ = ["Finding", "examine", "table"]
