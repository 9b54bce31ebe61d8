"""What the minister's goals and the cited figures must say."""

from __future__ import annotations

from beskplan.seeds.reading import Fault, Row, Tables, sound

LOST = "tabt"


def editions_are_dated(tables: Tables, faults: list[Fault]) -> None:
    """Each edition of a year's goals is in the list of editions, and a later one has a later date.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    editions = sound(tables["ministermaal_udgaver"])
    dated = {(row["ministermaal_aar"], row["udgave"]): row for row in editions}
    used = set()
    for row in sound(tables["ministermaal"]):
        key = (row["ministermaal_aar"], row["udgave"])
        used.add(key)
        if key not in dated:
            reason = f"udgave {key[1]} af {key[0]} findes ikke i ministermaal_udgaver.csv"
            faults.append(Fault("ministermaal.csv", row.line, reason))
    for key, row in dated.items():
        if key not in used:
            reason = f"udgave {key[1]} af {key[0]} har ingen mål i ministermaal.csv"
            faults.append(Fault("ministermaal_udgaver.csv", row.line, reason))
    for row in editions:
        before = [
            other
            for other in editions
            if other["ministermaal_aar"] == row["ministermaal_aar"]
            and int(other["udgave"]) < int(row["udgave"])
        ]
        if before and not row["udmeldt"]:
            reason = "udmeldt mangler: en senere udgave skal sige, fra hvornår den gælder"
            faults.append(Fault("ministermaal_udgaver.csv", row.line, reason))
        if row["udmeldt"] and any(other["udmeldt"] >= row["udmeldt"] for other in before):
            reason = "udmeldt ligger ikke efter den tidligere udgaves"
            faults.append(Fault("ministermaal_udgaver.csv", row.line, reason))


def ministermaal_say_their_indicator(tables: Tables, faults: list[Fault]) -> None:
    """An indicator that is shown or promised is named; where there is none, nothing is.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    for row in sound(tables["ministermaal"]):
        has_none = row["indikator_status"] == "ingen"
        if has_none == bool(row["indikator"]):
            rule = "skal være tom" if has_none else "mangler"
            reason = f"indikator {rule}, når indikator_status er {row['indikator_status']}"
            faults.append(Fault("ministermaal.csv", row.line, reason))


def goals_name_a_ministermaal_of_their_time(tables: Tables, faults: list[Fault]) -> None:
    """A mål refers to a ministermål of the edition that held when its plan was adopted.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    adopted = {row["plan_id"]: row["vedtaget_dato"] for row in sound(tables["planer"])}
    editions = sound(tables["ministermaal_udgaver"])
    known = {
        (row["ministermaal_aar"], row["udgave"], row["ministermaal_nr"])
        for row in tables["ministermaal"]
    }
    for row in sound(tables["resultatmaal"]):
        year, nr, plan = row["ministermaal_aar"], row["ministermaal_nr"], row["plan_id"]
        held = sorted(
            (int(edition["udgave"]), edition["udmeldt"])
            for edition in editions
            if edition["ministermaal_aar"] == year
        )
        if not nr or plan not in adopted or not held:
            continue
        # The first edition holds also before it: there was none to choose instead.
        number = [n for place, (n, from_) in enumerate(held) if not place or from_ <= adopted[plan]]
        if (year, str(number[-1]), nr) not in known:
            reason = (
                f"ministermål {nr} står ikke på listen for {year}, som den var, da planen blev "
                f"vedtaget {adopted[plan]} (udgave {number[-1]})"
            )
            faults.append(Fault("resultatmaal.csv", row.line, reason))


def cited_figures_stand_somewhere(tables: Tables, faults: list[Fault]) -> None:
    """A cited figure stands beside a theme or a group; one without a number says that it is lost.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    lost = {row["citat_id"] for row in tables["citater"] if not row["vaerdi"]}
    for row in sound(tables["citater"]):
        faults.extend(Fault("citater.csv", row.line, reason) for reason in _cited(row))
    for row in sound(tables["regnestykker"]):
        for column in ("citat_a", "citat_b"):
            if row[column] in lost:
                reason = f"{column} {row[column]!r} har intet tal at regne med"
                faults.append(Fault("regnestykker.csv", row.line, reason))


def _cited(row: Row) -> list[str]:
    reasons = []
    if not (row["ministermaal_tema"] or row["begreb"]):
        reasons.append("tallet skal have et ministermaal_tema eller et begreb at stå ved")
    if not row["vaerdi"] and LOST not in row["opgjort_tekst"]:
        reasons.append("vaerdi mangler; er tallet tabt, skal opgjort_tekst sige det")
    if bool(row["opgjort_fra"]) != bool(row["opgjort_til"]):
        reasons.append("opgjort_fra og opgjort_til skal begge være der eller begge være tomme")
    return reasons
