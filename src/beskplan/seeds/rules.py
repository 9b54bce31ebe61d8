"""What the hand-kept tables must say about one another."""

from __future__ import annotations

import re
from collections.abc import Callable

from beskplan.seeds import goals
from beskplan.seeds.breaks import (
    breaks_are_stated,
    bridged_indicators_can_be_summed,
    bridges_agree,
)
from beskplan.seeds.cited import (
    cited_figures_stand_somewhere,
    editions_are_dated,
    goals_name_a_ministermaal_of_their_time,
    ministermaal_say_their_indicator,
)
from beskplan.seeds.group_rules import GROUP_RULES
from beskplan.seeds.reading import Fault, Row, Tables, sound
from beskplan.seeds.relations import relations_join_known_series
from beskplan.seeds.revision_rules import REVISION_RULES

Rule = Callable[[Tables, list[Fault]], None]

# A break of all that is counted, as the suspension was.
EVERY_TABLE = "*"


def _values(rows: list[Row], *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[column] for column in columns) for row in rows}


def known_references(tables: Tables, faults: list[Fault]) -> None:
    """Every kommune, table, plan, indicator, ministermål and pin that is named exists.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    references = (
        ("planer", ("kommune_kode",), "kommuner", ("kommune_kode",), "kommunen"),
        ("grupper", ("kommune_kode",), "kommuner", ("kommune_kode",), "kommunen"),
        (
            "noegletal_led",
            ("noegletal_id",),
            "noegletal_definitioner",
            ("noegletal_id",),
            "nøgletallet",
        ),
        (
            "noegletal_led",
            ("tabel_id", "maaling_navn"),
            "kilder",
            ("tabel_id", "maaling_navn"),
            "målingen",
        ),
        ("rar_linjer", ("tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        (
            "noegletal_definitioner",
            ("forventet_begreb",),
            "ydelsesgrupper",
            ("begreb",),
            "begrebet",
        ),
        ("omraade_aliaser", ("kommune_kode",), "kommuner", ("kommune_kode",), "kommunen"),
        ("ydelsesgrupper", ("tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        ("indikatorer", ("tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        (
            "indikatorer",
            ("tabel_id", "maaling_navn"),
            "kilder",
            ("tabel_id", "maaling_navn"),
            "målingen",
        ),
        ("serie_brud", ("tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        ("revision_start", ("tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        ("revision_varslet", ("tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        ("serie_brud", ("bro_id",), "serie_bro", ("bro_id",), "broen"),
        ("serie_bro", ("tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        ("serie_bro", ("del_tabel_id",), "kilder", ("tabel_id",), "tabellen"),
        ("indikatorer", ("bro_id",), "serie_bro", ("bro_id",), "broen"),
        ("maalinger", ("tabel_id", "maaling"), "kilder", ("tabel_id", "maaling"), "målingen"),
        ("citater", ("ministermaal_tema",), "ministermaal", ("tema",), "temaet"),
        ("citater", ("begreb",), "ydelsesgrupper", ("begreb",), "begrebet"),
        ("regnestykker", ("citat_a",), "citater", ("citat_id",), "det citerede tal"),
        ("regnestykker", ("citat_b",), "citater", ("citat_id",), "det citerede tal"),
        ("resultatmaal", ("plan_id",), "planer", ("plan_id",), "planen"),
        ("resultatmaal", ("indikator_id",), "indikatorer", ("indikator_id",), "indikatoren"),
        (
            "resultatmaal",
            ("ministermaal_aar", "ministermaal_nr"),
            "ministermaal",
            ("ministermaal_aar", "ministermaal_nr"),
            "ministermålet",
        ),
        ("resultatmaal", ("plan_id", "foraelder_nr"), "resultatmaal", ("plan_id", "maal_nr"), ""),
        ("resultatmaal", ("enhed",), "enheder", ("enhed",), "enheden"),
        ("budget", ("kommune_kode",), "kommuner", ("kommune_kode",), "kommunen"),
        ("budget", ("indikator_id",), "indikatorer", ("indikator_id",), "indikatoren"),
        ("lokale_tal", ("plan_id", "maal_nr"), "resultatmaal", ("plan_id", "maal_nr"), "målet"),
    )
    for table, columns, other, other_columns, noun in references:
        known = _values(tables[other], *other_columns)
        for row in sound(tables[table]):
            value = tuple(row[column] for column in columns)
            # An unreadable file is one fault, not one for each row that refers to it.
            if known and value[-1] not in ("", EVERY_TABLE) and value not in known:
                what = noun or "det overordnede mål"
                reason = f"{what} {' / '.join(value)!r} findes ikke i {other}.csv"
                faults.append(Fault(f"{table}.csv", row.line, reason))


def aliases_are_other_names(tables: Tables, faults: list[Fault]) -> None:
    """An alias is no area's own name: it would stand for two.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    names = {row["kommune_navn"] for row in tables["kommuner"]}
    names |= {row["omraade_navn"] for row in tables["omraader"]}
    for row in sound(tables["omraade_aliaser"]):
        if row["navn"] in names:
            reason = f"{row['navn']!r} er et områdes eget navn og kan ikke være et andet navn"
            faults.append(Fault("omraade_aliaser.csv", row.line, reason))


def known_dimensions(tables: Tables, faults: list[Fault]) -> None:
    """A breakdown that is named is one that is fetched.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    fetched = {
        (row["tabel_id"], part) for row in tables["kilder"] for part in row["fordeling"].split("|")
    }
    for table, prefix in (
        ("indikatorer", ""),
        ("ydelsesgrupper", ""),
        ("serie_brud", ""),
        ("serie_bro", ""),
        ("serie_bro", "del_"),
        ("noegletal_led", ""),
        ("rar_linjer", ""),
    ):
        for row in sound(tables[table]):
            table_id = row[f"{prefix}tabel_id"]
            for part in re.split(r"[;|]", row[f"{prefix}dimensioner"]):
                hierarchy = part.partition("=")[0]
                if hierarchy and (table_id, hierarchy) not in fetched:
                    reason = f"{table_id!r} hentes ikke fordelt på {hierarchy!r}"
                    faults.append(Fault(f"{table}.csv", row.line, reason))


def every_table_has_a_group(tables: Tables, faults: list[Fault]) -> None:
    """Each Jobindsats table has a row for its total, so that each cell has a group.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    totals = {row["tabel_id"] for row in tables["ydelsesgrupper"] if not row["dimensioner"]}
    seen: set[str] = set()
    for row in sound(tables["kilder"]):
        table_id = row["tabel_id"]
        if row["kilde"] == "jobindsats" and table_id not in totals | seen:
            reason = f"{table_id!r} har ingen række uden dimensioner i ydelsesgrupper.csv"
            faults.append(Fault("kilder.csv", row.line, reason))
            seen.add(table_id)


def one_order_a_table(tables: Tables, faults: list[Fault]) -> None:
    """A table is printed in one order, whatever measure is asked for.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    first: dict[str, Row] = {}
    for row in sound(tables["kilder"]):
        other = first.setdefault(row["tabel_id"], row)
        if row["raekkefoelge"] != other["raekkefoelge"]:
            reason = f"{row['tabel_id']!r} har en anden raekkefoelge i linje {other.line}"
            faults.append(Fault("kilder.csv", row.line, reason))


def overview_rows_agree(tables: Tables, faults: list[Fault]) -> None:
    """Rows that are summed into one line of the overview agree on what that line is.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    first: dict[str, Row] = {}
    numbers = {row["oversigt_nr"] for row in tables["ydelsesgrupper"]}
    for row in sound(tables["ydelsesgrupper"]):
        number = row["oversigt_nr"]
        if not number:
            continue
        if not row["oversigt_navn"]:
            faults.append(Fault("ydelsesgrupper.csv", row.line, "oversigt_navn mangler"))
        if row["foraelder_nr"] and row["foraelder_nr"] not in numbers:
            reason = f"oversigten har ingen række {row['foraelder_nr']}"
            faults.append(Fault("ydelsesgrupper.csv", row.line, reason))
        other = first.setdefault(number, row)
        for column in ("tabel_id", "oversigt_navn", "foraelder_nr", "oversigt_fra", "oversigt_til"):
            if row[column] != other[column]:
                reason = f"oversigtens række {number} har en anden {column} i linje {other.line}"
                faults.append(Fault("ydelsesgrupper.csv", row.line, reason))


def ordered_dates(tables: Tables, faults: list[Fault]) -> None:
    """Nothing ends before it begins.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    for table, start, end in (
        ("planer", "periode_fra", "periode_til"),
        ("serie_brud", "dato_fra", "dato_til"),
        ("grupper", "gyldig_fra", "gyldig_til"),
        ("revision_start", "gaelder_fra", "gaelder_til"),
        ("revision_varslet", "periode_fra", "periode_til"),
        ("revision_varslet", "gaelder_fra", "gaelder_til"),
        ("ydelsesgrupper", "oversigt_fra", "oversigt_til"),
    ):
        for row in sound(tables[table]):
            if row[end] and row[end] < row[start]:
                faults.append(Fault(f"{table}.csv", row.line, f"{end} ligger før {start}"))


RULES: tuple[Rule, ...] = (
    known_references,
    aliases_are_other_names,
    known_dimensions,
    every_table_has_a_group,
    one_order_a_table,
    overview_rows_agree,
    ordered_dates,
    breaks_are_stated,
    bridges_agree,
    bridged_indicators_can_be_summed,
    editions_are_dated,
    goals_name_a_ministermaal_of_their_time,
    ministermaal_say_their_indicator,
    cited_figures_stand_somewhere,
    *GROUP_RULES,
    goals.goals_are_whole,
    goals.parts_fit_their_whole,
    goals.baselines_have_their_source,
    goals.local_figures_fit,
    *REVISION_RULES,
    relations_join_known_series,
)
