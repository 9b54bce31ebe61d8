"""What letters, plans and news say themselves of what a plan's mål are about."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import duckdb

from beskplan.release import danish
from beskplan.release.rows import Record, records

CITED_SQL = """
select
    citat_id,
    any_value(columns(* exclude (plan_id, maal_nr, citat_id))),
    string_agg(maal_nr, ', ' order by maal_nr) as maal
from citerede_maal
where plan_id = $plan
group by citat_id
order by kilde, citat_id
"""
LEAD = "Citeret, ikke hentet"


def lines(con: duckdb.DuckDBPyConnection, plan_id: str) -> list[str]:
    """One note for each document: its figures, how old they are, and beside which mål they stand.

    Args:
        con: the candidate.
        plan_id: the plan.
    """
    found = records(con, CITED_SQL, plan=plan_id)
    return [
        f"{LEAD}: {source}: {'; '.join(_figure(record) for record in group)}."
        for source, group in groupby(found, key=lambda record: str(record["kilde"]))
    ]


def _figure(record: Record) -> str:
    parts: Sequence[str] = (
        record["opgjort_tekst"],
        "" if record["alder_aar"] is None else f"{record['alder_aar']} år gammelt",
        "" if record["side"] is None else f"s. {record['side']}",
        f"mål {record['maal']}",
    )
    told = ", ".join(part for part in parts if part)
    return f"{record['tekst']}: {_number(record)} ({told})"


def _number(record: Record) -> str:
    """A number that was lost in the copy that survives says so in its period's text."""
    value = record["vaerdi"]
    shown = "[tabt]" if value is None else danish.number(value)
    unit = "pct." if record["enhed"] == "procent" else record["enhed"]
    return " ".join(part for part in (record["forbehold"], shown, unit) if part)
