"""Judges a candidate: rules applied, verdicts combined, decisions appended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd

from beskplan.errors import GateError
from beskplan.gate import evidence, suites
from beskplan.gate.judgement import (
    Finding,
    Judgement,
    Outcome,
    Rule,
    RuleOutcome,
    TableVerdict,
)

WHO = "beskplan gate"
# A table has 98 kommuner; more names than this are no longer read.
WHY_AREAS = 25
SEVERITY_ORDER: tuple[RuleOutcome, ...] = ("stop", "review", "note")
HEADS: dict[Outcome, str] = {
    "pass": "Bestået med bemærkninger",
    "review": "Afventer gennemsyn",
    "stop": "Stoppet",
}
DECISION: dict[Outcome, Literal["accepteret", "afventer", "stoppet"]] = {
    "pass": "accepteret",
    "review": "afventer",
    "stop": "stoppet",
}
OUTCOME: dict[RuleOutcome, Outcome] = {"stop": "stop", "review": "review", "note": "pass"}


class Decides(Protocol):
    """The part of landing that the gate writes to."""

    def decide_first(
        self,
        kilde: str,
        tabel_id: str,
        hentet_utc: str,
        udfald: Literal["accepteret", "afventer", "stoppet"],
        *,
        hvem: str,
        hvorfor: str,
        fund: Sequence[Mapping[str, Any]],
        uden_styrke: int,
    ) -> object:
        """Append a decision, unless another run or a person came first."""


def judge(candidate: Path, landing: Decides, run: str) -> Judgement:
    """Judge a candidate table by table and append the decisions.

    A vintage that has been accepted before is judged again for its notes, but keeps its decision.
    A vintage under review is written down as waiting, with its findings: a person decides.

    Args:
        candidate: the run's DuckDB file; opened read-only.
        landing: where decisions go.
        run: the run's id.

    Returns:
        The judgement.

    Raises:
        GateError: something that all tables share is wrong; nothing has been decided.
    """
    limits = suites.thresholds()
    frames = evidence.read(candidate)
    applied = suites.apply(frames, _parameters(limits))
    _raise_shared(applied)
    tables = tuple(_verdicts(frames, applied, limits))
    for table in tables:
        _decide(landing, table)
    return Judgement(run, tables, (), tuple(_rules(frames, applied, limits)))


def _parameters(limits: Mapping[str, suites.Threshold]) -> dict[str, Any]:
    known = sorted(
        {
            item["meta"]["maalt"]
            for name in suites.SUITES
            for item in suites.read_suite(name)
            if item["meta"]["maalt"]
        }
    )
    return {name: limit.vaerdi for name, limit in limits.items()} | {"kendte_regler": known}


def _raise_shared(applied: Iterable[suites.Applied]) -> None:
    broken = [item for item in applied if item.meta["faelles"] and not item.success]
    if broken:
        raise GateError(
            "What all tables share is wrong: "
            + "; ".join(f"{item.meta['regel_id']}: {item.description}" for item in broken),
            where="expectations/ (faelles: true)",
            do="mend seeds or models; nothing is released until it holds",
        )


def _verdicts(
    frames: Mapping[str, pd.DataFrame],
    applied: Sequence[suites.Applied],
    limits: Mapping[str, suites.Threshold],
) -> Iterable[TableVerdict]:
    findings = _findings(frames["kontrol_fund"], applied, limits)
    for row in frames["tabeller"].to_dict("records"):
        key = (row["kilde"], row["tabel_id"])
        failed = [item for item in applied if key in item.tables]
        worst: RuleOutcome = min(
            (item.meta["udfald"] for item in failed),
            key=SEVERITY_ORDER.index,
            default="note",
        )
        structure = tuple(_structural(item) for item in failed if item.meta["maalt"] is None)
        yield TableVerdict(
            kilde=row["kilde"],
            tabel_id=row["tabel_id"],
            hentet_utc=row["hentet_utc"],
            udfald=OUTCOME[worst],
            allerede_afgjort=bool(row["er_afgjort"]),
            fund=structure + tuple(findings.get(key, ())),
            uden_styrke=int(row["uden_styrke"]),
        )


def _structural(item: suites.Applied) -> Finding:
    """A finding on the evidence itself, which no row of `kontrol_fund` can tell of."""
    return Finding(
        regel_id=item.meta["regel_id"],
        udfald=item.meta["udfald"],
        besked=f"Ikke opfyldt: {item.description}",
        omraade="",
        periode="",
        maaling="",
        dimensioner="",
        vaerdi=None,
        forventet=None,
        score=None,
        graense=None,
    )


def _findings(
    rows: pd.DataFrame,
    applied: Sequence[suites.Applied],
    limits: Mapping[str, suites.Threshold],
) -> dict[tuple[str, str], list[Finding]]:
    found: dict[tuple[str, str], list[Finding]] = {}
    rules = {
        measured: [item for item in applied if item.meta["maalt"] == measured]
        for measured in {item.meta["maalt"] for item in applied}
    }
    for row in rows.to_dict("records"):
        rule = _rule_of(row, rules[row["regel_id"]], limits)
        finding = Finding(
            regel_id=rule.meta["regel_id"],
            udfald=rule.meta["udfald"],
            besked=row["besked"],
            omraade=row["omraade_navn"],
            periode=row["periode"],
            maaling=row["maaling"],
            dimensioner=row["dimensioner"],
            vaerdi=_number(row["vaerdi"]),
            forventet=_number(row["forventet"]),
            score=_number(row["score"]),
            graense=_number(row["graense"]),
            aarsag=rule.meta.get("aarsag", ""),
            forklarer=not rule.meta.get("symptom", False),
            forventet_fra=_number(row["forventet_fra"]),
            forventet_til=_number(row["forventet_til"]),
            nr=None if pd.isna(row["nr"]) else int(row["nr"]),
            mistanke=_number(row["mistanke"]),
            andel_af_landet_pct=_number(row["andel_af_landet_pct"]),
            maal_virkning=row["maal_virkning"],
        )
        found.setdefault((row["kilde"], row["tabel_id"]), []).append(finding)
    order = {item.meta["regel_id"]: number for number, item in enumerate(applied)}
    for findings in found.values():
        # Sorting is stable: within a rule the evidence's own order, worst first, stays.
        findings.sort(key=lambda item: (SEVERITY_ORDER.index(item.udfald), order[item.regel_id]))
    return found


def _rule_of(
    row: Mapping[Any, Any],
    candidates: Sequence[suites.Applied],
    limits: Mapping[str, suites.Threshold],
) -> suites.Applied:
    """The gravest rule that this row breaks; several rules may judge one piece of evidence."""
    broken = [
        item
        for item in candidates
        if item.meta["regel_id"] == row["regel_id"]
        or (
            row["score"] > limits[item.meta["graense"]].vaerdi
            and (row["har_plan"] or not item.meta.get("kun_plan"))
        )
    ]
    return min(broken, key=lambda item: SEVERITY_ORDER.index(item.meta["udfald"]))


def _number(value: float) -> float | None:
    return None if pd.isna(value) or math.isinf(value) else float(value)


def _decide(landing: Decides, table: TableVerdict) -> None:
    if table.allerede_afgjort:
        return
    # A person is asked about the findings; the other two decisions tell them in words.
    asked = table.udfald == "review"
    landing.decide_first(
        *table.key,
        DECISION[table.udfald],
        hvem=WHO,
        hvorfor=_why(table),
        fund=[asdict(finding) for finding in table.fund] if asked else (),
        uden_styrke=table.uden_styrke if asked else 0,
    )


def _why(table: TableVerdict) -> str:
    """The decision's reason in Danish: a sentence a rule, with the kommuner it names."""
    if not table.fund:
        return "Alle regler er bestået."
    head = HEADS[table.udfald]
    rules = dict.fromkeys(finding.regel_id for finding in table.fund)
    lines = [_line([item for item in table.fund if item.regel_id == rule]) for rule in rules]
    return f"{head}. " + " ".join(lines)


def _line(findings: Sequence[Finding]) -> str:
    first = findings[0]
    areas = list(dict.fromkeys(item.omraade for item in findings if item.omraade))
    named = ", ".join(areas[:WHY_AREAS])
    more = f" og {len(areas) - WHY_AREAS} flere" if len(areas) > WHY_AREAS else ""
    where = f" [{named}{more}]" if areas else ""
    period = f", {first.periode}" if first.periode else ""
    return f"{first.regel_id} ({len(findings)} fund{period}): {first.besked}{where}"


def _rules(
    frames: Mapping[str, pd.DataFrame],
    applied: Sequence[suites.Applied],
    limits: Mapping[str, suites.Threshold],
) -> Iterable[Rule]:
    measured = frames["kontrol_maalt"].groupby("regel_id")[["testet", "fundet", "uden_styrke"]]
    sums = measured.sum()
    findings = frames["kontrol_fund"]
    tables = len(frames["tabeller"])
    for item in applied:
        meta = item.meta
        limit = limits[meta["graense"]] if meta["graense"] else None
        if meta["maalt"] is None:
            tested, found, weak = (1 if meta["faelles"] else tables), len(item.tables), 0
        elif meta["maalt"] in sums.index:
            tested, found, weak = (int(number) for number in sums.loc[meta["maalt"]])
        else:
            tested, found, weak = 0, 0, 0
        if limit and meta["maalt"] not in (None, meta["regel_id"]):
            own = findings[findings["regel_id"] == meta["maalt"]]
            if meta.get("kun_plan"):
                own = own[own["har_plan"]]
            found = int((own["score"] > limit.vaerdi).sum())
        yield Rule(
            regel_id=meta["regel_id"],
            beskrivelse=item.description,
            alvor=item.severity,
            udfald=meta["udfald"],
            ess_niveau=meta["ess_niveau"],
            reference=meta["reference"],
            graense=_limit_text(limit),
            begrundelse=limit.begrundelse if limit else "",
            testet=tested,
            fundet=found,
            uden_styrke=weak,
        )


def _limit_text(limit: suites.Threshold | None) -> str:
    return f"{limit.vaerdi}".replace(".", ",") if limit else ""
