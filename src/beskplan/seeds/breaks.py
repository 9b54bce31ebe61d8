"""What the register of breaks and the bridges over them must say."""

from __future__ import annotations

from collections.abc import Iterator

from beskplan.seeds.reading import Fault, Row, Tables, sound
from beskplan.seeds.schema import BREAKING, HARMLESS

UNVERIFIED = "ikke efterprøvet"


def breaks_are_stated(tables: Tables, faults: list[Fault]) -> None:
    """A break says whether it can be compared over, and by which mapping.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    bridged = {
        (row["bro_id"], row[f"{prefix}tabel_id"])
        for row in tables["serie_bro"]
        for prefix in ("", "del_")
    }
    for row in sound(tables["serie_brud"]):
        reasons = [*_stretch(row), *_comparable(row)]
        if row["bro_id"] and (row["bro_id"], row["tabel_id"]) not in bridged:
            reasons.append(f"broen {row['bro_id']!r} omfatter ikke {row['tabel_id']!r}")
        faults.extend(Fault("serie_brud.csv", row.line, reason) for reason in reasons)


def _stretch(row: Row) -> Iterator[str]:
    """Only a suspension ends."""
    if row["art"] == "suspension" and not row["dato_til"]:
        yield "en suspension skal have en dato_til"
    if row["art"] != "suspension" and row["dato_til"]:
        yield f"dato_til skal være tom for {row['art']}"
    if not row["tabel_id"] and row["art"] != "note":
        yield f"tabel_id mangler: {row['art']} rammer en tabel (eller * for alle)"


def _comparable(row: Row) -> Iterator[str]:
    art, answer = row["art"], row["sammenligneligt"]
    unverified = UNVERIFIED in row["kilde"]
    if art in HARMLESS and answer != "ja":
        yield f"sammenligneligt skal være ja for {art}"
    if art in ("afloeb", "suspension") and answer != "nej":
        yield f"sammenligneligt skal være nej for {art}"
    if art in BREAKING and answer == "ja" and not row["bro"]:
        yield "sammenligneligt er ja, men bro siger ikke hvordan"
    if art in BREAKING and unverified != (answer == "ukendt"):
        yield (
            f"sammenligneligt skal være ukendt, når kilden er {UNVERIFIED!r}, og ellers ja eller "
            f"nej: {answer!r}"
        )
    if row["bro_id"] and (art not in BREAKING or answer == "ja"):
        yield "bro_id hører til et brud, som serien ikke selv kan sammenlignes over"


def bridges_agree(tables: Tables, faults: list[Fault]) -> None:
    """The parts of a bridge agree on the series that they become.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    first: dict[str, Row] = {}
    for row in sound(tables["serie_bro"]):
        other = first.setdefault(row["bro_id"], row)
        for column in ("tabel_id", "dimensioner", "fra"):
            if row[column] != other[column]:
                reason = f"broen {row['bro_id']!r} har en anden {column} i linje {other.line}"
                faults.append(Fault("serie_bro.csv", row.line, reason))
        new, old = (
            (row[f"{prefix}tabel_id"], row[f"{prefix}dimensioner"]) for prefix in ("", "del_")
        )
        if new == old and not row["fra"]:
            reason = "serien er sin egen del; fra skal sige, hvornår den nye tæller"
            faults.append(Fault("serie_bro.csv", row.line, reason))


def bridged_indicators_can_be_summed(tables: Tables, faults: list[Fault]) -> None:
    """An indicator that follows a bridge names its series, in a measure that adds up.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    bridges = {row["bro_id"]: row for row in tables["serie_bro"]}
    parts = {(row["bro_id"], row["del_tabel_id"]) for row in tables["serie_bro"]}
    additive = {
        (row["tabel_id"], row["maaling_navn"])
        for row in tables["kilder"]
        if row["additivitet"] == "haard"
    }
    for row in sound(tables["indikatorer"]):
        bridge = bridges.get(row["bro_id"])
        if bridge is None:
            continue
        series = f"{bridge['tabel_id']} {bridge['dimensioner']}".strip()
        if (row["tabel_id"], row["dimensioner"]) != (bridge["tabel_id"], bridge["dimensioner"]):
            reason = f"broen {row['bro_id']!r} fører til {series!r}, ikke til indikatorens celler"
            faults.append(Fault("indikatorer.csv", row.line, reason))
        needed = {row["tabel_id"]} | {part for bro_id, part in parts if bro_id == row["bro_id"]}
        for table_id in sorted(needed):
            if (table_id, row["maaling_navn"]) not in additive:
                reason = (
                    f"{row['maaling_navn']!r} i {table_id!r} kan ikke lægges sammen over en bro"
                )
                faults.append(Fault("indikatorer.csv", row.line, reason))
