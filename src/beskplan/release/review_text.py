"""What a person reads before deciding of a vintage that waits: in Danish, worst finding first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from beskplan.gate.judgement import Finding, TableVerdict
from beskplan.gate.suspects import causes
from beskplan.landing.records import Decision
from beskplan.release import danish, suspect_text

# More rows are not read by a person; site/kvalitet/fund.csv of the release holds them all.
ROWS_SHOWN = 25
HEADER = ("Nr.", "Område", "Periode", "Tal", "Ventet", "Score", "Regel", "Måling")
ONE_DECIMAL = Decimal("0.1")
CHOICE = (
    "Godkendt går udgaven ud i næste udgivelse, med navn og begrundelse i afgoerelser.csv. Afvist "
    "bliver den aldrig brugt. Indtil da, og efter en afvisning, står tabellens forrige tal."
)


def ranked(decision: Decision) -> list[Finding]:
    """Findings that need a person first, then by how many times they pass their limit."""
    found = TableVerdict.waiting(decision).fund
    return sorted(found, key=lambda finding: (finding.udfald != "review", -_weight(finding)))


def title(decision: Decision) -> str:
    """The vintage in a few words."""
    when = danish.moment(datetime.fromisoformat(decision.hentet_utc))
    return f"{decision.tabel_id} ({decision.kilde}), hentet {when}"


def rows(decision: Decision) -> list[tuple[str, ...]]:
    """The findings as lines of a table, columns as `HEADER`, at most `ROWS_SHOWN`."""
    return [
        (
            str(number),
            finding.omraade or "flere",
            danish.period(finding.periode) if finding.periode else "flere",
            _number(finding.vaerdi),
            _expected(finding),
            _number(finding.score),
            finding.regel_id,
            ", ".join(filter(None, (finding.maaling, danish.members(finding.dimensioner)))),
        )
        for number, finding in enumerate(ranked(decision)[:ROWS_SHOWN], start=1)
    ]


def explained(decision: Decision) -> list[str]:
    """One cause a series and month, then what was found, the worst first, and likely causes."""
    found = ranked(decision)
    lines = [suspect_text.heading(cause) for cause in causes(TableVerdict.waiting(decision).fund)]
    lines += [
        f"{number}. {_place(finding)}{finding.besked}{_matters(finding)}"
        for number, finding in enumerate(found[:ROWS_SHOWN], start=1)
    ]
    if len(found) > ROWS_SHOWN:
        lines.append(
            f"Vist er de {ROWS_SHOWN} første af {danish.number(len(found))} fund; alle står i "
            "releases/current/site/kvalitet/fund.csv."
        )
    likely = dict.fromkeys(finding.aarsag for finding in found if finding.aarsag)
    return [*lines, *(f"Mulig årsag: {cause}" for cause in likely)]


def markdown(decision: Decision) -> str:
    """The whole question, as Airflow shows it."""
    parts = [
        f"**{_markdown(title(decision))}** afviger så meget fra det ventede, at en person skal "
        "tage stilling.",
        _table([HEADER, *rows(decision)]),
        "\n\n".join(map(_markdown, explained(decision))),
        CHOICE,
    ]
    return "\n\n".join(parts)


def _table(lines: Sequence[Sequence[str]]) -> str:
    head, *body = ["| " + " | ".join(map(_markdown, line)) + " |" for line in lines]
    return "\n".join([head, "|" + "---|" * len(HEADER), *body])


def _markdown(text: str) -> str:
    """Text from outside is text: it neither ends a cell nor becomes a link, a tag or emphasis."""
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return text


def _place(finding: Finding) -> str:
    return f"{finding.omraade}: " if finding.omraade else ""


def _matters(finding: Finding) -> str:
    influence = suspect_text.influence(finding)
    return f" Betyder: {influence}." if influence else ""


def _expected(finding: Finding) -> str:
    """With the range, where the cell has a history."""
    middle = _number(finding.forventet)
    if finding.forventet_fra is None or finding.forventet_til is None:
        return middle
    return f"{middle} ({_number(finding.forventet_fra)} til {_number(finding.forventet_til)})"


def _weight(finding: Finding) -> float:
    """How many times a score is its limit, so that scores of different rules can be compared."""
    if finding.score is None:
        return 0.0
    return finding.score / finding.graense if finding.graense else finding.score


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    exact = Decimal(str(value)).quantize(ONE_DECIMAL, rounding=ROUND_HALF_UP)
    return danish.number(exact)
