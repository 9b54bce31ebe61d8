"""A chart a mål: its months, its target, the budget it may rest on, and what is expected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb

from beskplan.release import resultatmaal
from beskplan.release.charts import finding
from beskplan.release.charts.drawing import Drawing
from beskplan.release.charts.kommune import forecast
from beskplan.release.charts.series import Forecast, Line, Picture, Rule, points
from beskplan.release.danish import slug
from beskplan.release.goal_text import target
from beskplan.release.resultatmaal import Goal

TARGET_COLOUR, BUDGET_COLOUR = 1, 2


def goal_drawings(con: duckdb.DuckDBPyConnection, plan_id: str) -> dict[str, Drawing]:
    """Draw a plan's mål: those that have an indicator, a target and a figure.

    Args:
        con: the candidate.
        plan_id: the plan.

    Returns:
        The mål's number → its chart.
    """
    drawn = {goal.nr: _goal(con, plan_id, goal) for goal in resultatmaal.read(con, plan_id)}
    return {nr: drawing for nr, drawing in drawn.items() if drawing}


def _goal(con: duckdb.DuckDBPyConnection, plan_id: str, goal: Goal) -> Drawing | None:
    shown = goal.shown
    level = shown["maal_vaerdi"]
    line = Line(
        str(shown["indikator_navn"]),
        points(_held(goal), "aktuel_vaerdi", "er_foreloebig", "er_syntetisk"),
        goal.decimals,
    )
    if goal.tabel_id is None or level is None or line.final is None:
        return None
    first, last = goal.months[0]["maaned"], goal.months[-1]["maaned"]
    years = "–".join(dict.fromkeys(str(month.year) for month in (first, last)))
    rules = [_rule(goal, "Mål: " + target(shown, goal.text), level, TARGET_COLOUR, last)]
    if shown["baseline_art"] == "budget" and shown["baseline_revideret"] is not None:
        budget = shown["baseline_revideret"]
        rules.append(_rule(goal, f"Budget: {line.text(budget)}", budget, BUDGET_COLOUR, last))
    ahead = _until(forecast(con, shown["kommune_kode"], shown["indikator_id"]), last)
    breaks = [(shown["maaned"], "databrud før")] if goal.is_broken else []
    return Drawing(
        name=f"{slug(plan_id)}-{slug(goal.nr)}",
        title=f"Mål {goal.nr}: {line.name}, {shown['enhed']}, {years}",
        finding=_finding(goal, line, ahead),
        spec=Picture([line], ahead, rules, breaks).spec(),
    )


def _held(goal: Goal) -> list[dict[str, object]]:
    """The months up to the newest that could have had a figure."""
    last = goal.fetched[-1]["maaned"] if goal.fetched else goal.months[0]["maaned"]
    return [month for month in goal.months if month["maaned"] <= last]


def _rule(goal: Goal, name: str, value: Decimal, colour: int, last: date) -> Rule:
    """A level over the target period; of one month it is drawn through the year up to it."""
    period = str(goal.text["maal_periode"])
    first = date(int(period[:4]), 1, 1)
    return Rule(name, value, min(first, last), last, colour)


def _until(ahead: Forecast | None, last: date) -> Forecast | None:
    """The part of a forecast that lies within the plan."""
    inside = [month for month in ahead.months if month[0] <= last] if ahead else []
    return Forecast(inside) if inside else None


def _finding(goal: Goal, line: Line, ahead: Forecast | None) -> str:
    lead = finding.SYNTHETIC if goal.is_synthetic else ""
    said = goal.sentences()
    if ahead and not goal.forecast:
        said = [*said, finding.expected(line, ahead)]
    return lead + f"Mål {goal.nr}. " + " ".join(said)
