"""Suspect cells in Danish: one cause a series and month on top, then the cells, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from beskplan.gate.judgement import Finding, TableVerdict
from beskplan.gate.suspects import Cause, causes
from beskplan.release import danish

# In a log and on a console more lines of one cause are not read.
CELLS_SHOWN = 25
WHOLE, TWO_DECIMALS = Decimal(1), Decimal("0.01")


def title(cause: Cause) -> str:
    """The series and month in words: measure, member, month."""
    month = danish.period(cause.periode) if cause.periode else ""
    said = (cause.maaling, danish.members(cause.dimensioner), month)
    named = ", ".join(filter(None, said))
    return named if cause.maaling or cause.dimensioner else f"Hele tabellen, {month}".strip(", ")


def heading(cause: Cause) -> str:
    """What has most likely happened, and how many cells are suspect."""
    cells = len(cause.celler)
    named = f" Mistænkte tal: {cells}." if cells > 1 else ""
    return f"{title(cause)}: {cause.besked}{named}"


def expected(finding: Finding) -> str:
    """What was expected, with its range where the cell has a history: `354 (301 til 412)`."""
    middle = figure(finding.forventet, WHOLE if _is_count(finding) else TWO_DECIMALS)
    if finding.forventet_fra is None or finding.forventet_til is None:
        return middle
    low, high = figure(finding.forventet_fra, WHOLE), figure(finding.forventet_til, WHOLE)
    return f"{middle} ({low} til {high})"


def influence(finding: Finding) -> str:
    """What the cell does to the country's figure and to the mål of plans; empty if nothing."""
    share = finding.andel_af_landet_pct
    parts = [f"{figure(share, TWO_DECIMALS)} pct. af landet"] if share is not None else []
    return "; ".join([*parts, *filter(None, [finding.maal_virkning])])


def line(finding: Finding) -> str:
    """A suspect cell in one line."""
    parts = [f"{finding.omraade}: {figure(finding.vaerdi, TWO_DECIMALS)}"]
    if finding.forventet is not None:
        parts.append(f"ventet {expected(finding)}")
    return ", ".join([*parts, *filter(None, [influence(finding)])])


def lines(findings: Sequence[Finding]) -> list[str]:
    """The causes of one table with their cells, numbered, as lines of plain text."""
    text = []
    for cause in causes(findings):
        text.append(heading(cause))
        shown = cause.celler[:CELLS_SHOWN]
        text += [f"  {number}. {line(cell)}" for number, cell in enumerate(shown, start=1)]
        if len(cause.celler) > len(shown):
            text.append(f"  og {len(cause.celler) - len(shown)} flere, se site/kvalitet/fund.csv")
    return text


def table_lines(table: TableVerdict) -> list[str]:
    """What a table that did not pass is suspected of; empty for one that did."""
    if table.udfald == "pass":
        return []
    return [f"{table.tabel_id} ({table.kilde})", *(f"  {text}" for text in lines(table.fund))]


def figure(value: float | None, step: Decimal) -> str:
    """A figure of a finding, rounded half up to a step; it is no published figure."""
    if value is None:
        return "–"
    return danish.number(Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP))


def _is_count(finding: Finding) -> bool:
    return finding.vaerdi is None or float(finding.vaerdi).is_integer()
