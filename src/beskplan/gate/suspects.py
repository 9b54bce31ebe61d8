"""Findings of one series and month under one cause, and in it one line a suspect cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beskplan.gate.judgement import Finding, RuleOutcome


@dataclass(frozen=True)
class Cause:
    """What is wrong with one series in one month.

    Args:
        maaling: the measure's label; empty where the finding is on the whole table.
        dimensioner: the breakdown's member; empty for the total.
        periode: `2026M07`; empty where the finding is on more than one.
        udfald: the gravest outcome of its findings.
        besked: what explains most, in Danish.
        celler: one finding a suspect cell, the most suspect first; empty where none is named.
        fund: all its findings.
    """

    maaling: str
    dimensioner: str
    periode: str
    udfald: RuleOutcome
    besked: str
    celler: tuple[Finding, ...]
    fund: tuple[Finding, ...]


def causes(findings: Sequence[Finding]) -> list[Cause]:
    """Put findings together by series and month.

    A finding that says what has happened (rows shifted, two swapped, another month's column) is
    the cause of those that only say that something is far off.

    Args:
        findings: those of one table, gravest first and in the order of the suites.

    Returns:
        The gravest first, then the most suspect.
    """
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.maaling, finding.dimensioner, finding.periode)
        groups.setdefault(key, []).append(finding)
    order = {finding.udfald: number for number, finding in enumerate(reversed(findings))}
    found = [_cause(*key, group) for key, group in groups.items()]
    return sorted(found, key=lambda cause: (-order[cause.udfald], -_worst(cause)))


def _cause(maaling: str, dimensioner: str, periode: str, findings: list[Finding]) -> Cause:
    # Sorting is stable: among those that explain, the order of the suites stays.
    ranked = sorted(findings, key=lambda item: not item.forklarer)
    cells: dict[str, Finding] = {}
    for finding in ranked:
        if finding.omraade:
            cells.setdefault(finding.omraade, finding)
    of_rule = [item for item in ranked if item.regel_id == ranked[0].regel_id]
    first = min(of_rule, key=lambda item: item.nr or 0)
    return Cause(
        maaling=maaling,
        dimensioner=dimensioner,
        periode=periode,
        udfald=findings[0].udfald,
        besked=first.besked,
        celler=tuple(sorted(cells.values(), key=lambda item: item.nr or 0)),
        fund=tuple(findings),
    )


def _worst(cause: Cause) -> float:
    return max((finding.mistanke or 0.0 for finding in cause.fund), default=0.0)
