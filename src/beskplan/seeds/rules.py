"""What the hand-kept tables must say about one another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from beskplan.seeds.breaks import (
    breaks_are_stated,
    bridged_indicators_can_be_summed,
    bridges_agree,
)
from beskplan.seeds.cited import (
    cited_figures_stand_somewhere,
    editions_are_dated,
    ministermaal_say_their_indicator,
)
from beskplan.seeds.group_rules import GROUP_RULES
from beskplan.seeds.reading import Fault, Row, Tables, sound

Rule = Callable[[Tables, list[Fault]], None]

# A break of all that is counted, as the suspension was.
EVERY_TABLE = "*"
PLACEHOLDERS = ("maal", "aendring", "baseline_aar", "maal_aar")
# What a mål that is followed in Jobindsats' figures must have, and others must not.
_FOLLOWED = (
    "indikator_id",
    "baseline_art",
    "baseline_periode",
    "baseline_trykt",
    "maal_aendring",
)
_STATED = ("enhed", "retning", "maal_vaerdi", "maal_periode")


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
        ("ydelsesgrupper", "oversigt_fra", "oversigt_til"),
    ):
        for row in sound(tables[table]):
            if row[end] and row[end] < row[start]:
                faults.append(Fault(f"{table}.csv", row.line, f"{end} ligger før {start}"))


def goals_are_whole(tables: Tables, faults: list[Fault]) -> None:
    """A mål has what its kind of data needs, and its figures and texts agree.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    units = {row["indikator_id"]: row["enhed"] for row in tables["indikatorer"]}
    for row in sound(tables["resultatmaal"]):
        reasons = [
            *_parts(row),
            *_unit(row, units),
            *_arithmetic(row),
            *_periods(row),
            *_texts(row),
        ]
        faults.extend(Fault("resultatmaal.csv", row.line, reason) for reason in reasons)


def _parts(row: Row) -> list[str]:
    kind = row["datakilde"]
    needed = {"jobindsats": _FOLLOWED + _STATED, "lokal": _STATED, "ingen": ()}[kind]
    barred = tuple(name for name in (*_FOLLOWED, *_STATED) if name not in needed)
    missing = [f"{name} mangler (datakilde {kind})" for name in needed if not row[name]]
    extra = [f"{name} skal være tom (datakilde {kind})" for name in barred if row[name]]
    return missing + extra


def _unit(row: Row, units: Mapping[str, str]) -> list[str]:
    unit = units.get(row["indikator_id"])
    if unit is None or unit == row["enhed"]:
        return []
    return [f"enhed er {row['enhed']!r}, men indikatoren opgøres i {unit!r}"]


def _arithmetic(row: Row) -> list[str]:
    if not (row["baseline_trykt"] and row["maal_aendring"] and row["maal_vaerdi"]):
        return []
    baseline = Decimal(row["maal_vaerdi"]) - Decimal(row["maal_aendring"])
    if baseline == Decimal(row["baseline_trykt"]):
        return []
    return [
        f"baseline_trykt er {row['baseline_trykt']}, men maal_vaerdi minus maal_aendring er "
        f"{row['maal_vaerdi']} - ({row['maal_aendring']}) = {baseline}"
    ]


def _periods(row: Row) -> list[str]:
    kind, baseline, target = row["baseline_art"], row["baseline_periode"], row["maal_periode"]
    if not (kind and baseline):
        return []
    is_month = "M" in baseline
    if kind == "aarsgennemsnit" and is_month:
        return [f"baseline_periode skal være et år for {kind}: {baseline!r}"]
    if kind == "december" and is_month and not baseline.endswith("M12"):
        return [f"baseline_periode skal være et år eller dets december: {baseline!r}"]
    if kind == "rullende_12" and not is_month:
        return [f"baseline_periode skal være den sidste af de 12 måneder: {baseline!r}"]
    if kind == "samme_maaned_aaret_foer" and baseline != _year_before(target):
        return [
            f"baseline_periode skal være måneden et år før maal_periode {target!r}: {baseline!r}"
        ]
    return []


def _year_before(month: str) -> str | None:
    year, mark, number = month.partition("M")
    return f"{int(year) - 1}M{number}" if mark else None


def _texts(row: Row) -> list[str]:
    reasons = []
    for column in ("skabelon", "resultatmaal_skabelon"):
        used = re.findall(r"\{(.*?)\}", row[column])
        reasons += [
            f"{column} har en ukendt pladsholder {{{name}}}"
            for name in used
            if name not in PLACEHOLDERS
        ]
        if row["maal_vaerdi"] and "maal" not in used:
            reasons.append(f"{column} mangler pladsholderen {{maal}}")
        if "aendring" in used and not row["maal_aendring"]:
            reasons.append(f"{column} bruger {{aendring}}, men maal_aendring er tom")
    return reasons + _direction_of_text(row)


def _direction_of_text(row: Row) -> list[str]:
    """The number in the sentence has no sign, so its word must say which way."""
    if not row["maal_aendring"] or "{aendring}" not in row["skabelon"]:
        return []
    word = "fald" if Decimal(row["maal_aendring"]) < 0 else "stigning"
    if re.search(rf"\b{word}", row["skabelon"]):
        return []
    return [f"skabelon skal sige {word!r}, når maal_aendring er {row['maal_aendring']}"]


RULES: tuple[Rule, ...] = (
    known_references,
    aliases_are_other_names,
    known_dimensions,
    every_table_has_a_group,
    overview_rows_agree,
    ordered_dates,
    breaks_are_stated,
    bridges_agree,
    bridged_indicators_can_be_summed,
    editions_are_dated,
    ministermaal_say_their_indicator,
    cited_figures_stand_somewhere,
    goals_are_whole,
    *GROUP_RULES,
)
