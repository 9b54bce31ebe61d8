"""The gate's outcome of many scenarier at once, from the suite's own file.

The file is read here as Great Expectations reads it, for speed; thirty scenarier go through Great
Expectations as well and must come out the same (`through_the_gate`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from beskplan.gate import judge
from beskplan.gate.suites import read_suite, thresholds

OUTCOME = {"stop": "stop", "review": "review", "note": "pass"}
HOLDING = ("stop", "review")


@dataclass(frozen=True)
class Rule:
    """One expectation on the evidence.

    Args:
        regel_id: the rule.
        maalt: whose evidence it judges.
        udfald: stop, review or note.
        kolonne: the judged column of `kontrol_maalt`.
        mindst: least value that passes; None is any.
        hoejst: largest value that passes; None is any.
        kun_plan: only findings in kommuner with a plan count.
    """

    regel_id: str
    maalt: str
    udfald: str
    kolonne: str
    mindst: float | None
    hoejst: float | None
    kun_plan: bool


def rules() -> list[Rule]:
    """The suite on the evidence, thresholds put in.

    Raises:
        NotImplementedError: an expectation of another kind than those read here.
    """
    limits = thresholds()

    def value(kwargs: Mapping[str, Any], name: str) -> float | None:
        stated = kwargs.get(name)
        return limits[stated["$PARAMETER"]].vaerdi if isinstance(stated, dict) else stated

    found = []
    for item in read_suite("kontrol_maalt"):
        kwargs, meta = item["kwargs"], item["meta"]
        known = {"column", "min_value", "max_value"}
        if item["type"] != "expect_column_values_to_be_between" or set(kwargs) - known:
            raise NotImplementedError(f"{meta['regel_id']}: {item['type']} {kwargs}")
        found.append(
            Rule(
                meta["regel_id"],
                meta["maalt"],
                meta["udfald"],
                kwargs["column"],
                value(kwargs, "min_value"),
                value(kwargs, "max_value"),
                bool(meta.get("kun_plan")),
            )
        )
    return found


def broken_sql(rule: Rule) -> str:
    """The scenarier and tables that break a rule."""
    limits = [
        f"{rule.kolonne} {sign} {limit}"
        for sign, limit in (("<", rule.mindst), (">", rule.hoejst))
        if limit is not None
    ]
    return (
        f"select distinct scenarie, tabel_id, '{rule.regel_id}' as regel_id "  # noqa: S608 - the project's own names
        f"from kontrol_maalt where regel_id = '{rule.maalt}' and ({' or '.join(limits)})"
    )


# Suspects are ranked as a person sees them: by how many times they pass their limit (`mistanke`),
# then by their place in the series.
FINDINGS_SQL = """
select
    scenarie,
    tabel_id,
    regel_id,
    try_cast(omraade_kode as integer) as omraade_nr,
    dimensioner,
    maaling_id,
    periode,
    max(score) as score,
    max(mistanke) as mistanke,
    min(nr) as nr
from kontrol_fund
group by all
"""


@dataclass(frozen=True)
class Evidence:
    """What the rules found in some scenarier.

    Args:
        broken: scenarie, tabel_id, regel_id: a rule is broken; rules on plans as in the database.
        findings: one row a suspect cell.
    """

    broken: pd.DataFrame
    findings: pd.DataFrame

    @classmethod
    def read(cls, con: duckdb.DuckDBPyConnection, suite: Sequence[Rule]) -> Evidence:
        """Read what one run of dbt left."""
        broken = con.execute(" union all ".join(broken_sql(rule) for rule in suite)).df()
        findings = con.execute(FINDINGS_SQL).df()
        for column in ("tabel_id", "regel_id", "dimensioner", "maaling_id", "periode"):
            findings[column] = findings[column].astype("category")
        return cls(broken, findings)

    @classmethod
    def together(cls, parts: Sequence[Evidence]) -> Evidence:
        """The evidence of several runs."""
        return cls(
            pd.concat([part.broken for part in parts], ignore_index=True),
            pd.concat(
                [
                    part.findings.astype({c: "str" for c in ("tabel_id", "regel_id", "periode")})
                    for part in parts
                ],
                ignore_index=True,
            ),
        )

    def broken_with(self, suite: Sequence[Rule], plans: Collection[int]) -> pd.DataFrame:
        """Broken rules if these kommuner had plans: scenarie, tabel_id, regel_id, udfald."""
        of_plans = [rule for rule in suite if rule.kun_plan]
        found = [self.broken[~self.broken["regel_id"].isin([rule.regel_id for rule in of_plans])]]
        for rule in of_plans:
            rows = self.findings[
                (self.findings["regel_id"] == rule.maalt)
                & self.findings["omraade_nr"].isin(plans)
                & (self.findings["score"] > rule.hoejst)
            ]
            rows = rows[["scenarie", "tabel_id"]].drop_duplicates()
            found.append(rows.assign(regel_id=rule.regel_id))
        outcome = {rule.regel_id: OUTCOME[rule.udfald] for rule in suite}
        together = pd.concat(found, ignore_index=True)
        return together.assign(udfald=together["regel_id"].map(outcome))


def beyond_twin(rows: pd.DataFrame, twins: Mapping[int, int], on: Sequence[str]) -> pd.DataFrame:
    """Rows of scenarier whose clean twin does not have the same.

    Args:
        rows: with a column `scenarie`.
        twins: scenarie → the same month, clean.
        on: the columns that say what is the same.
    """
    mine = rows[rows["scenarie"].isin(twins)]
    mine = mine.assign(tvilling=mine["scenarie"].map(twins))
    theirs = rows[["scenarie", *on]].rename(columns={"scenarie": "tvilling"}).drop_duplicates()
    merged = mine.merge(theirs, on=["tvilling", *on], how="left", indicator=True)
    return merged[merged["_merge"] == "left_only"].drop(columns=["_merge", "tvilling"])


def worst(broken: pd.DataFrame, scenarier: Iterable[int]) -> pd.Series:
    """The outcome of each scenarie: stop before review before pass."""
    index = pd.Index(list(scenarier))
    found = pd.Series("pass", index=index)
    for outcome in ("review", "stop"):
        found[index.isin(broken.loc[broken["udfald"] == outcome, "scenarie"])] = outcome
    return found


class _Nobody:
    """Takes the gate's decisions; the bench decides nothing."""

    def decide_first(self, *_: str, **__: object) -> None:
        """Nothing is written."""


def through_the_gate(database: Path, scenarie: int, folder: Path) -> dict[str, str]:
    """Let one scenarie be the real month and judge it by the gate itself.

    Args:
        database: the bench's, after a run of dbt.
        scenarie: which.
        folder: where the candidate may lie.

    Returns:
        Table → pass, review or stop.
    """
    candidate = folder / f"{scenarie}.duckdb"
    candidate.unlink(missing_ok=True)
    with duckdb.connect(str(candidate)) as con:
        con.execute(f"attach '{database}' as bench (read_only)")
        for name in ("kontrol_vintager", "kontrol_maalt", "kontrol_fund"):
            con.execute(
                f"create table {name} as select * replace (0::integer as scenarie) "  # noqa: S608 - the project's own names
                f"from bench.{name} where scenarie = {scenarie}"
            )
        con.execute("create table int_kontrol__faelles as from bench.int_kontrol__faelles")
    verdict = judge(candidate, _Nobody(), "bench")
    candidate.unlink()
    return {table.tabel_id: table.udfald for table in verdict.tabeller}
