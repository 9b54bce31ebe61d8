"""What a plan's mål, its budget and its own figures must say about one another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from beskplan.seeds.reading import Fault, Row, Tables, sound

PLACEHOLDERS = (
    "maal",
    "maal_enhed",
    "aendring",
    "aendring_ord",
    "baseline_aar",
    "maal_aar",
)
# What a mål that is followed in Jobindsats' figures must have, and others must not.
_FOLLOWED = (
    "indikator_id",
    "baseline_art",
    "baseline_periode",
    "baseline_trykt",
    "maal_aendring",
)
_STATED = ("enhed", "retning", "maal_vaerdi", "maal_periode")


def goals_are_whole(tables: Tables, faults: list[Fault]) -> None:
    """A mål has what its kind of data needs, and its figures and texts agree.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    units = {row["indikator_id"]: row["enhed"] for row in tables["indikatorer"]}
    counted_as = {row["enhed"]: row["regnes_som"] for row in tables["enheder"]}
    for row in sound(tables["resultatmaal"]):
        reasons = [
            *_parts(row),
            *_unit(row, units, counted_as),
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


def _unit(row: Row, units: Mapping[str, str], counted_as: Mapping[str, str]) -> list[str]:
    """A plan may say helårspersoner of what Jobindsats counts as fuldtidspersoner."""
    unit = units.get(row["indikator_id"])
    counted = counted_as.get(row["enhed"])
    if unit is None or counted is None or unit == counted:
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
    for own, column in (
        ("gruppens_bedste_tredjedel", "gruppe_id"),
        ("forventet", "forventet_gruppe"),
    ):
        if (kind == own) != bool(row[column]):
            return [f"{column} hører til {own} og kun dertil, ikke til {kind}"]
    if "QMAT" in target or ("QMAT" in baseline and kind != "forventet"):
        return [f"12 måneder til et kvartal bruges kun om en forventet baseline: {baseline!r}"]
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
        if row["maal_vaerdi"] and not {"maal", "maal_enhed"} & set(used):
            reasons.append(f"{column} mangler pladsholderen {{maal}}")
        reasons += [
            f"{column} bruger {{{name}}}, men maal_aendring er tom"
            for name in used
            if name.startswith("aendring") and not row["maal_aendring"]
        ]
    return reasons + _direction_of_text(row)


def _direction_of_text(row: Row) -> list[str]:
    """The number in the sentence has no sign, so its word must say which way."""
    if not row["maal_aendring"] or "{aendring}" not in row["skabelon"]:
        return []
    word = "fald" if Decimal(row["maal_aendring"]) < 0 else "stigning"
    if re.search(rf"\b{word}", row["skabelon"]):
        return []
    return [f"skabelon skal sige {word!r}, når maal_aendring er {row['maal_aendring']}"]


def parts_fit_their_whole(tables: Tables, faults: list[Fault]) -> None:
    """A part ("heraf") has no larger target than its whole, when both count people.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    counted_as = {row["enhed"]: row["regnes_som"] for row in tables["enheder"]}
    goals = {(row["plan_id"], row["maal_nr"]): row for row in sound(tables["resultatmaal"])}
    for row in goals.values():
        whole = goals.get((row["plan_id"], row["foraelder_nr"]))
        if whole is None or not (row["maal_vaerdi"] and whole["maal_vaerdi"]):
            continue
        unit = counted_as.get(row["enhed"])
        if unit == "procent" or unit != counted_as.get(whole["enhed"]):
            continue
        if Decimal(row["maal_vaerdi"]) > Decimal(whole["maal_vaerdi"]):
            reason = (
                f"maal_vaerdi er {row['maal_vaerdi']}, men målet er en del af "
                f"{whole['maal_nr']!r}, hvis maal_vaerdi er {whole['maal_vaerdi']}"
            )
            faults.append(Fault("resultatmaal.csv", row.line, reason))


def baselines_have_their_source(tables: Tables, faults: list[Fault]) -> None:
    """A budget that a baseline names is in budget.csv; a group is compared on a percent.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    kommune = {row["plan_id"]: row["kommune_kode"] for row in tables["planer"]}
    units = {row["indikator_id"]: row["enhed"] for row in tables["indikatorer"]}
    budgets = {
        (row["kommune_kode"], row["indikator_id"], row["periode"]) for row in tables["budget"]
    }
    expected = {row["begreb"] for row in tables["ydelsesgrupper"]}
    groups = {row["gruppe_id"] for row in tables["grupper"]}
    # The warehouse computes one for each kommune.
    groups |= {f"sammenlignelig-{row['kommune_kode']}" for row in tables["kommuner"]}
    for row in sound(tables["resultatmaal"]):
        kind, period = row["baseline_art"], row["baseline_periode"]
        key = (kommune.get(row["plan_id"], ""), row["indikator_id"], period)
        reason = None
        if kind == "budget" and key not in budgets:
            reason = f"budget.csv har intet budget for {' / '.join(key)!r}"
        elif kind == "forventet" and row["forventet_gruppe"] not in expected:
            reason = f"begrebet {row['forventet_gruppe']!r} findes ikke i ydelsesgrupper.csv"
        elif (
            kind == "gruppens_bedste_tredjedel"
            and tables["kommuner"]
            and row["gruppe_id"] not in groups
        ):
            reason = f"gruppen {row['gruppe_id']!r} findes ikke i grupper.csv"
        elif kind == "gruppens_bedste_tredjedel" and units.get(row["indikator_id"]) != "procent":
            reason = "en gruppe af kommuner sammenlignes på en indikator i procent, ikke på antal"
        if reason:
            faults.append(Fault("resultatmaal.csv", row.line, reason))


def local_figures_fit(tables: Tables, faults: list[Fault]) -> None:
    """A local figure belongs to a local mål, and its share is that of its persons.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    kinds = {(row["plan_id"], row["maal_nr"]): row["datakilde"] for row in tables["resultatmaal"]}
    for row in sound(tables["lokale_tal"]):
        for reason in _local_faults(row, kinds.get((row["plan_id"], row["maal_nr"]), "lokal")):
            faults.append(Fault("lokale_tal.csv", row.line, reason))


def _local_faults(row: Row, kind: str) -> list[str]:
    n, k, value = row["antal_n"], row["antal_k"], row["vaerdi"]
    if kind != "lokal":
        return [f"målets datakilde er {kind!r}; kun et lokalt mål har lokale tal"]
    if not (n or k or value):
        return ["rækken har hverken antal_n eller vaerdi"]
    if k and not n:
        return ["antal_k uden antal_n"]
    if n and (int(n) <= 0 or (k and not 0 <= int(k) <= int(n))):
        return [f"antal_k er {k or 'tom'} af antal_n {n}"]
    if k and value:
        share = Decimal(100) * int(k) / int(n)
        step = Decimal(1).scaleb(-len(value.partition(".")[2]))
        if share.quantize(step, ROUND_HALF_UP) != Decimal(value):
            return [f"vaerdi er {value}, men {k} af {n} er {share:.2f} pct."]
    return []
