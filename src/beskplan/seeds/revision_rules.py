"""What the tables of usual and of announced revisions must say."""

from __future__ import annotations

from beskplan.seeds.reading import Fault, Tables, sound
from beskplan.seeds.schema import REVISION_AGES, REVISION_SIZES

EVERY_TABLE = "*"


def every_size_and_age_has_a_start_value(tables: Tables, faults: list[Fault]) -> None:
    """For each table named, and for all of them together, no class is without a start value.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    rows = sound(tables["revision_start"])
    given = {
        (row["tabel_id"], row["stoerrelse"], row["alder_fra"])
        for row in rows
        if not row["gaelder_til"]
    }
    for table in {row["tabel_id"] for row in rows} | {EVERY_TABLE}:
        missing = [
            f"{size} fra {age} mdr."
            for size in REVISION_SIZES
            for age in REVISION_AGES
            if (table, size, age) not in given
        ]
        if rows and missing:
            reason = f"tabel_id {table!r} mangler en gældende startværdi for {', '.join(missing)}"
            faults.append(Fault("revision_start.csv", 0, reason))


def announced_before_it_is_published(tables: Tables, faults: list[Fault]) -> None:
    """Only what was said beforehand is an announced revision.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    for row in sound(tables["revision_varslet"]):
        if row["varslet_dato"] > row["gaelder_fra"]:
            reason = "varslet_dato ligger efter gaelder_fra: en ændring varsles, før den kommer"
            faults.append(Fault("revision_varslet.csv", row.line, reason))


REVISION_RULES = (every_size_and_age_has_a_start_value, announced_before_it_is_published)
