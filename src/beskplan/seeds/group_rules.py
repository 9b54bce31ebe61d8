"""What the tables of groups of kommuner and of nøgletal must say."""

from __future__ import annotations

import re
from itertools import groupby

from beskplan.seeds.reading import Fault, Row, Tables, sound

# A kommune lies in one at a time; it may be in any number of own groups and klynger.
ONE_AT_A_TIME = ("region", "rar", "jobcenter")
FOREVER = "9999-12-31"
_GROUP_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# The ids that the warehouse gives itself: the computed groups, the country, each kommune.
_TAKEN = re.compile(r"sammenlignelig-.*|\d{3}")
_NEEDED = {
    "befolkning_16_66": ("taeller",),
    "befolkning_16_29": ("taeller",),
    "antal": ("taeller", "naevner"),
    "kildens_procent": ("procent",),
}


def groups_are_named_once(tables: Tables, faults: list[Fault]) -> None:
    """A group has one kind and one name, and an id that is its own.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    first: dict[str, Row] = {}
    for row in sound(tables["grupper"]):
        group = row["gruppe_id"]
        if not _GROUP_ID.fullmatch(group) or _TAKEN.fullmatch(group):
            reason = (
                f"gruppe_id {group!r} skal bestå af små bogstaver a-z, tal og bindestreg og må "
                "ikke være tre cifre eller begynde med 'sammenlignelig-'"
            )
            faults.append(Fault("grupper.csv", row.line, reason))
        other = first.setdefault(group, row)
        for column in ("gruppe_art", "gruppe_navn"):
            if row[column] != other[column]:
                reason = f"gruppen {group!r} har en anden {column} i linje {other.line}"
                faults.append(Fault("grupper.csv", row.line, reason))


def memberships_do_not_overlap(tables: Tables, faults: list[Fault]) -> None:
    """A kommune is in one region, one RAR and one jobcenter at a time, and in no group twice.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """

    def place(row: Row) -> tuple[str, str]:
        kind = row["gruppe_art"]
        return row["kommune_kode"], kind if kind in ONE_AT_A_TIME else row["gruppe_id"]

    rows = sorted(sound(tables["grupper"]), key=lambda row: (*place(row), row["gyldig_fra"]))
    for (kommune, kind), group in groupby(rows, key=place):
        latest: Row | None = None
        for row in group:
            if latest and row["gyldig_fra"] <= (latest["gyldig_til"] or FOREVER):
                reason = (
                    f"kommunen {kommune!r} er allerede i {latest['gruppe_id']!r} i den tid "
                    f"(linje {latest.line}); den kan kun være i én {kind} ad gangen"
                )
                faults.append(Fault("grupper.csv", row.line, reason))
            if latest is None or _end(row) > _end(latest):
                latest = row


def noegletal_are_whole(tables: Tables, faults: list[Fault]) -> None:
    """A nøgletal has the parts that its denominator calls for, and no part hangs loose.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    parts: dict[str, set[str]] = {}
    for row in sound(tables["noegletal_led"]):
        parts.setdefault(row["noegletal_id"], set()).add(row["led"])
    for row in sound(tables["noegletal_definitioner"]):
        noegletal, kind = row["noegletal_id"], row["naevner_art"]
        has = parts.get(noegletal, set())
        needed = _NEEDED[kind]
        if row["kraever_10_personer"] == "ja":
            needed = (*needed, "naevner")
        barred = {"procent"} if kind != "kildens_procent" else set()
        if kind.startswith("befolkning"):
            barred.add("naevner")
        reasons = [f"noegletal_led.csv har intet led {p!r}" for p in needed if p not in has]
        reasons += [f"noegletal_led.csv har et led {p!r} for meget" for p in sorted(barred & has)]
        faults.extend(
            Fault("noegletal_definitioner.csv", row.line, f"{noegletal!r} ({kind}): {reason}")
            for reason in dict.fromkeys(reasons)
        )


def _end(row: Row) -> str:
    return row["gyldig_til"] or FOREVER


GROUP_RULES = (groups_are_named_once, memberships_do_not_overlap, noegletal_are_whole)
