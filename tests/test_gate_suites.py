"""Suites and thresholds: each rule complete, each threshold with a reason and in use."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from beskplan.errors import GateError
from beskplan.gate import suites
from beskplan.gate.judge import OUTCOME, SEVERITY_ORDER
from beskplan.settings import PROJECT

ALL_MODELS = PROJECT / "dbt_project" / "models"
MODELS = ALL_MODELS / "kontrol"
LEVELS = {0, 1, 2, 3, 4, 5}


def rules() -> Iterator[dict[str, Any]]:
    for name in suites.SUITES:
        yield from suites.read_suite(name)


def sql(models: Path = MODELS) -> str:
    return "".join(path.read_text() for path in sorted(models.rglob("*.sql")))


def test_each_rule_says_what_it_is() -> None:
    known = suites.thresholds()
    ids = [rule["meta"]["regel_id"] for rule in rules()]
    assert len(ids) == len(set(ids))
    for rule in rules():
        meta = rule["meta"]
        assert meta["udfald"] in SEVERITY_ORDER
        assert meta["ess_niveau"] in LEVELS
        assert meta["graense"] is None or meta["graense"] in known
        assert isinstance(meta["faelles"], bool)
        assert rule["severity"] == ("critical" if meta["udfald"] == "stop" else "warning")
        # A person who has to decide is told the likely cause; nobody else is asked.
        assert ("aarsag" in meta) == (meta["udfald"] == "review")
        if "aarsag" in meta:
            assert re.search(r"\w{3,} \w+.*\.$", meta["aarsag"])
        if meta.get("kun_plan"):
            assert rule["kwargs"]["column"] == "vaerste_score_plan"
        assert re.search(r"\w{3,} \w+.*\.$", rule["description"])


def test_each_piece_of_evidence_is_judged_and_each_rule_has_evidence() -> None:
    made = set(re.findall(r"'((?:F|K|E|S)\d+(?:\.\w+)?)'(?: as regel_id|,| else)", sql()))
    made |= set(re.findall(r"\('(F16\.\w+)'", sql()))
    made |= set(re.findall(r"'(F\d+(?:\.\w+)?)' end as regel_id", sql()))
    judged = {rule["meta"]["maalt"] for rule in rules()} - {None}
    assert made == judged


def test_each_threshold_is_used() -> None:
    text = (
        sql(ALL_MODELS)
        + sql(PROJECT / "dbt_project" / "macros")
        + "".join((suites.EXPECTATIONS / f"{name}.yml").read_text() for name in suites.SUITES)
    )
    for name in suites.thresholds():
        stem = re.sub(r"_(stor|mellem|lille)$", "_", name)
        assert re.search(rf"\b{stem}", text), f"{name} is read by nothing"


def test_a_threshold_without_a_reason_is_refused(tmp_path: Path) -> None:
    content = {"f6_z_plan": {"vaerdi": 6, "begrundelse": " "}}
    (tmp_path / suites.THRESHOLDS).write_text(yaml.safe_dump(content))
    with pytest.raises(GateError, match="f6_z_plan"):
        suites.thresholds(tmp_path)


def test_the_outcome_of_a_rule_is_the_outcome_of_a_table() -> None:
    assert OUTCOME == {"stop": "stop", "review": "review", "note": "pass"}


def test_the_expensive_import_is_the_gates_alone() -> None:
    modules = "beskplan.gate, beskplan.release.quality_page"
    code = f"import sys, {modules}; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def evidence(**changes: object) -> dict[str, pd.DataFrame]:
    row = {"kilde": "jobindsats", "tabel_id": "y25i01", "periode": "2026M07", "regel_id": "F6"}
    row |= {"fundet": 0, "vaerste_score": 1.0, "vaerste_score_plan": None}
    table = {"kilde": "jobindsats", "tabel_id": "y25i01", "hentet_utc": "2026-08-19T07:59:00Z"}
    table |= {"regler_testet": 6, "fundet": 0, "fund_raekker": 0}
    columns = suites.read_suite("kontrol_fund")[0]["kwargs"]["column_set"]
    found = pd.DataFrame(columns=columns).astype({"score": "float64"})
    shared = {"antal_kommuner": 98, "dobbelte_udgaver": 0}
    shared |= {"dobbelte_celler": 0, "ukendte_kilder": 0, "aabnede_tal": 0}
    return {
        "faelles": pd.DataFrame([{**shared, **changes.get("faelles", {})}]),  # type: ignore[dict-item]
        "kontrol_fund": found,
        "tabeller": pd.DataFrame([{**table, **changes.get("tabeller", {})}]),  # type: ignore[dict-item]
        "kontrol_maalt": pd.DataFrame([{**row, **changes.get("kontrol_maalt", {})}]),  # type: ignore[dict-item]
    }


def broken(frames: dict[str, pd.DataFrame]) -> dict[str, frozenset[tuple[str, str]]]:
    limits = {name: limit.vaerdi for name, limit in suites.thresholds().items()}
    applied = suites.apply(frames, limits | {"kendte_regler": ["F6"]})
    return {item.meta["regel_id"]: item.tables for item in applied if not item.success}


TABLE = frozenset({("jobindsats", "y25i01")})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"kontrol_maalt": {"fundet": 1, "vaerste_score": 5.9}}, {"F6": TABLE}),
        ({"kontrol_maalt": {"fundet": 1, "vaerste_score": 6.1}}, {"F6": TABLE, "F6.enkelt": TABLE}),
        (
            {"kontrol_maalt": {"fundet": 1, "vaerste_score": 4.6, "vaerste_score_plan": 4.6}},
            {"F6": TABLE, "F6.plan": TABLE},
        ),
        ({"kontrol_maalt": {"regel_id": "F1", "fundet": 1}}, {"F1": TABLE}),
        ({"tabeller": {"regler_testet": 5}}, {"B2": TABLE}),
        ({"tabeller": {"fundet": 2, "fund_raekker": 1}}, {"B3": TABLE}),
        ({"faelles": {"antal_kommuner": 97}}, {"A1": frozenset()}),
        ({"faelles": {"dobbelte_celler": 1}}, {"A3": frozenset()}),
        ({"faelles": {"aabnede_tal": 1}}, {"F18": frozenset()}),
    ],
)
def test_what_breaks_a_rule(
    changes: dict[str, object], expected: dict[str, frozenset[tuple[str, str]]]
) -> None:
    assert broken(evidence(**changes)) == expected


def test_a_rule_that_cannot_be_applied_acquits_nothing() -> None:
    frames = evidence()
    frames["kontrol_maalt"] = frames["kontrol_maalt"].drop(columns="vaerste_score")
    with pytest.raises(GateError, match=r"F6\.enkelt"):
        broken(frames)


def test_applied_rules_come_in_the_order_of_the_files() -> None:
    limits = {name: limit.vaerdi for name, limit in suites.thresholds().items()}
    applied = suites.apply(evidence(), limits | {"kendte_regler": ["F6"]})
    assert [item.meta["regel_id"] for item in applied] == [
        rule["meta"]["regel_id"] for rule in rules()
    ]
