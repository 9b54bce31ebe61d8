"""The rules and thresholds of `expectations/`, and Great Expectations that applies them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from beskplan.errors import GateError
from beskplan.settings import PROJECT

EXPECTATIONS = PROJECT / "expectations"
THRESHOLDS = "graenser.yml"
SUITES = ("faelles", "kontrol_fund", "tabeller", "kontrol_maalt")
INDEX = ("kilde", "tabel_id")


@dataclass(frozen=True)
class Threshold:
    """A limit and why it is what it is."""

    navn: str
    vaerdi: Any
    begrundelse: str


@dataclass(frozen=True)
class Applied:
    """One expectation and what came of it.

    Args:
        meta: rule id, outcome, level, reference as in the suite.
        severity: critical or warning.
        description: the rule in Danish.
        success: whether everything passed.
        tables: (kilde, tabel_id) of the rows that did not pass.
    """

    meta: Mapping[str, Any]
    severity: str
    description: str
    success: bool
    tables: frozenset[tuple[str, str]]


def thresholds(folder: Path = EXPECTATIONS) -> dict[str, Threshold]:
    """Read every threshold; dbt reads the same file.

    Args:
        folder: where `graenser.yml` lies.

    Raises:
        GateError: a threshold has no value or no reason.
    """
    raw = _read_yaml(folder / THRESHOLDS)
    for name, content in raw.items():
        if set(content) != {"vaerdi", "begrundelse"} or not content["begrundelse"].strip():
            raise GateError(
                f"Threshold {name} needs `vaerdi` and a written `begrundelse`",
                where=f"expectations/{THRESHOLDS}",
                do="write both",
            )
    return {name: Threshold(name, **content) for name, content in raw.items()}


def read_suite(name: str, folder: Path = EXPECTATIONS) -> list[dict[str, Any]]:
    """Read a suite's expectations in the form that Great Expectations takes.

    Args:
        name: one of `SUITES`.
        folder: where the suites lie.
    """
    expectations: list[dict[str, Any]] = _read_yaml(folder / f"{name}.yml")["forventninger"]
    return expectations


def _read_yaml(path: Path) -> Any:
    """Read a file with libyaml's safe loader: eight times as fast as the one in Python."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def apply(
    frames: Mapping[str, pd.DataFrame], parameters: Mapping[str, Any], folder: Path = EXPECTATIONS
) -> list[Applied]:
    """Judge the evidence by every suite.

    Args:
        frames: suite name → evidence.
        parameters: values for `$PARAMETER` in the suites.
        folder: where the suites lie.

    Returns:
        What came of each expectation, in the order of the files.

    Raises:
        GateError: an expectation could not be applied; nothing is acquitted by that.
    """
    # Set before the import, which takes some five seconds: only the gate itself pays for it.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.row_conditions import Column

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("beviser")
    applied = []
    for name in SUITES:
        asset = source.add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe("alt").get_batch(
            {"dataframe": frames[name]}
        )
        rules = read_suite(name, folder)
        for rule in rules:
            if rule["meta"]["maalt"]:
                rule["kwargs"]["row_condition"] = Column("regel_id") == rule["meta"]["maalt"]
        suite = gx.ExpectationSuite(name=name, expectations=rules)
        index = [column for column in INDEX if column in frames[name].columns]
        result = batch.validate(
            suite,
            expectation_parameters=dict(parameters),
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": index,
            },
        )
        read = {
            item.meta["regel_id"]: item for item in map(partial(_read_result, name), result.results)
        }
        # Great Expectations answers in an order of its own.
        applied += [read[rule["meta"]["regel_id"]] for rule in rules]
    return applied


def _read_result(suite: str, item: Any) -> Applied:
    config = item.expectation_config
    if _raised(item.exception_info):
        raise GateError(
            f"Rule {config.meta['regel_id']} could not be applied: {item.exception_info}",
            where=f"expectations/{suite}.yml",
            do="mend the suite or the evidence; until then nothing is released",
        )
    rows = [row for row in item.result.get("unexpected_index_list") or [] if isinstance(row, dict)]
    return Applied(
        meta=config.meta,
        severity=str(config.severity.value),
        description=str(config.description),
        success=bool(item.success),
        tables=frozenset((row["kilde"], row["tabel_id"]) for row in rows if "tabel_id" in row),
    )


def _raised(info: Mapping[str, Any]) -> bool:
    """Whether an expectation raised; the info is flat, or one entry a metric."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(entry.get("raised_exception") for entry in info.values())
