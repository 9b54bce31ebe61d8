"""The quality page and the list of findings, in Danish, from a judgement alone."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from beskplan.gate.judgement import Finding, Judgement, TableVerdict
from beskplan.gate.suspects import Cause, causes
from beskplan.release import danish, suspect_text
from beskplan.release.csvfile import BOM, safe_text
from beskplan.release.site import shell
from beskplan.release.site.shell import Shell
from beskplan.release.stages import Cells

LIST = "kvalitet/fund.csv"
TEMPLATE = "kvalitet"
# A page of more rows is not read; the list holds them all.
ROWS_SHOWN = 60
CAUSES_SHOWN = 20
AREAS_SHOWN = 98
SCORE_STEP = Decimal("0.0001")
TABLE_WORDS = {"pass": "Bestået", "review": "Afventer gennemsyn", "stop": "Stoppet"}
RULE_WORDS = {"note": "Bemærkes", "review": "Kræver gennemsyn", "stop": "Stopper"}
# The findings stand, and a person has let the figures out all the same.
APPROVED = "Godkendt trods fund"
LIST_HEADER = (
    "kilde",
    "tabel_id",
    "hentet_utc",
    "tabellens_udfald",
    "regel_id",
    "omraade",
    "periode",
    "maaling",
    "dimensioner",
    "vaerdi",
    "forventet",
    "score",
    "graense",
    "betyder",
    "besked",
    "nr",
    "mistanke",
    "forventet_fra",
    "forventet_til",
    "andel_af_landet_pct",
    "maal_virkning",
    "samlet_aarsag",
)


def render(
    judgement: Judgement,
    not_updated: Mapping[str, str],
    frame: Shell,
    stages: Sequence[Cells],
) -> dict[str, bytes]:
    """Write the quality files of a release.

    Args:
        judgement: the gate's judgement; the run's id and the clock leave no trace in the files.
        not_updated: table id → why its newest figures are not in the release, in Danish.
        frame: the frame of the release's pages.
        stages: what each stage handled, from `stages.rows`.

    Returns:
        Path below the release's `site/` → content.
    """
    page = _page(judgement, not_updated, frame, stages)
    return {shell.QUALITY: page, LIST: _list(judgement).encode()}


def _page(
    judgement: Judgement, not_updated: Mapping[str, str], frame: Shell, stages: Sequence[Cells]
) -> bytes:
    tables = [
        _table(table) | {"er_syntetisk": table.tabel_id in frame.generated}
        for table in judgement.tabeller
    ]
    return frame.page(
        TEMPLATE,
        shell.QUALITY,
        resume=summary(judgement),
        ikke_opdateret=sorted(not_updated.items()),
        er_syntetisk=bool(frame.generated),
        tabeller=tables,
        trin=stages,
        fundne=[table for table in tables if table["fund"]],
        uden_styrke=danish.number(sum(table.uden_styrke for table in judgement.tabeller)),
        regler=[
            {
                "regel_id": rule.regel_id,
                "beskrivelse": rule.beskrivelse,
                "begrundelse": rule.begrundelse,
                "reference": rule.reference,
                "graense": rule.graense,
                "ess_niveau": rule.ess_niveau,
                "ord": RULE_WORDS[rule.udfald],
                "testet": danish.number(rule.testet),
                "fundet": danish.number(rule.fundet),
                "uden_styrke": danish.number(rule.uden_styrke),
            }
            for rule in judgement.regler
        ],
    )


def summary(judgement: Judgement) -> str:
    """How the tables fared, in one sentence."""
    tables = judgement.tabeller
    passed = sum(table.udfald == "pass" for table in tables)
    notes = sum(len(table.fund) for table in tables if table.udfald == "pass")
    text = f"{passed} af {len(tables)} tabeller bestod"
    return f"{text}, med {danish.number(notes)} bemærkninger." if notes else f"{text}."


def areas(judgement: Judgement) -> dict[str, int]:
    """Area → findings that name it."""
    found = (finding.omraade for table in judgement.tabeller for finding in table.fund)
    return dict(Counter(name for name in found if name))


def _table(table: TableVerdict) -> dict[str, Any]:
    found = causes(table.fund)
    named = list(dict.fromkeys(finding.omraade for finding in table.fund if finding.omraade))
    left_out = len(table.fund) - ROWS_SHOWN
    return {
        "tabel_id": table.tabel_id,
        "kilde": table.kilde,
        "hentet": danish.moment(datetime.fromisoformat(table.hentet_utc)),
        "udfald": table.udfald,
        "ord": _outcome(table),
        "antal_fund": danish.number(len(table.fund)),
        "uden_styrke": danish.number(table.uden_styrke),
        "kommuner": named[:AREAS_SHOWN],
        "flere_kommuner": (
            f" og {len(named) - AREAS_SHOWN} mere" if len(named) > AREAS_SHOWN else ""
        ),
        "aarsager": [_cause(cause) for cause in found[:CAUSES_SHOWN]],
        "flere_aarsager": max(len(found) - CAUSES_SHOWN, 0),
        "fund": [_finding(finding) for finding in table.fund[:ROWS_SHOWN]],
        "udeladt": (
            f"Vist er de {ROWS_SHOWN} første af {danish.number(len(table.fund))} fund."
            if left_out > 0
            else ""
        ),
    }


def _outcome(table: TableVerdict) -> str:
    approved = table.allerede_afgjort and table.udfald != "pass"
    return APPROVED if approved else TABLE_WORDS[table.udfald]


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "overskrift": suspect_text.title(cause),
        "besked": cause.besked,
        "ord": RULE_WORDS[cause.udfald],
        "flere": max(len(cause.celler) - ROWS_SHOWN, 0),
        "celler": [
            {
                "nr": number,
                "omraade": cell.omraade,
                "tal": suspect_text.figure(cell.vaerdi, suspect_text.TWO_DECIMALS),
                "ventet": suspect_text.expected(cell),
                "betydning": suspect_text.influence(cell),
                "besked": cell.besked,
            }
            for number, cell in enumerate(cause.celler[:ROWS_SHOWN], start=1)
        ],
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "regel_id": finding.regel_id,
        "ord": RULE_WORDS[finding.udfald],
        "omraade": finding.omraade,
        "periode": danish.period(finding.periode) if finding.periode else "",
        "maaling": finding.maaling,
        "dimensioner": danish.members(finding.dimensioner),
        "besked": finding.besked,
    }


def _list(judgement: Judgement) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(LIST_HEADER)
    for table in judgement.tabeller:
        for cause in causes(table.fund):
            for finding in sorted(cause.fund, key=lambda item: item.nr or 0):
                writer.writerow(_list_row(table, finding, cause))
    return BOM + text.getvalue()


def _list_row(table: TableVerdict, finding: Finding, cause: Cause) -> list[str]:
    texts = (
        table.kilde,
        table.tabel_id,
        table.hentet_utc,
        _outcome(table),
        finding.regel_id,
        finding.omraade,
        finding.periode,
        finding.maaling,
        finding.dimensioner,
    )
    numbers = (
        _plain(finding.vaerdi),
        _plain(finding.forventet),
        _rounded(finding.score),
        _rounded(finding.graense),
    )
    meaning = (RULE_WORDS[finding.udfald], finding.besked)
    rank = (
        "" if finding.nr is None else str(finding.nr),
        _rounded(finding.mistanke),
        _plain(finding.forventet_fra),
        _plain(finding.forventet_til),
        _plain(finding.andel_af_landet_pct),
    )
    why = (finding.maal_virkning, cause.besked)
    return [
        *map(safe_text, texts),
        *numbers,
        *map(safe_text, meaning),
        *rank,
        *map(safe_text, why),
    ]


def _plain(value: float | None) -> str:
    """A figure as the candidate holds it, three decimals at most."""
    return "" if value is None else danish.number(Decimal(str(value)), thousands=False)


def _rounded(value: float | None) -> str:
    """A score is a measure of suspicion and no statistic: four decimals are enough."""
    if value is None:
        return ""
    score = Decimal(str(value)).quantize(SCORE_STEP, rounding=ROUND_HALF_UP)
    return danish.number(score, thousands=False)
