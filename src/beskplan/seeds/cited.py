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
