"""The paragraphs about the Joblog bilag, made from the numbers that the warehouse chose."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from beskplan.release import danish
from beskplan.release.rows import Record

# A range has two ends.
ENDS = 2
WHY_NOT = {"C": "er skjult", "M": "mangler"}


def paragraphs(found: Sequence[Record]) -> list[str]:
    """Two paragraphs a group: the country, and the range over the kommuner.

    Args:
        found: rows of `joblog_tekst` of one month, in the order of the table.

    Raises:
        ReleaseError: a figure cannot be printed as it is.
    """
    return [text for record in found for text in (_country(record), _range(record))]


def _group(record: Record) -> str:
    name = str(record["ydelsesgruppe"])
    return name[:1].lower() + name[1:]


def _country(record: Record) -> str:
    month = danish.month(record["periode"])
    head = f"Dækningsgraden blandt {_group(record)}"
    if record["andel_hel_pct"] is None:
        text = f"{head} i {month} siges ikke: hele landets tal {WHY_NOT[record['andel_status']]}."
    else:
        text = f"{head} var i {month} på ca. {_pct(record['andel_hel_pct'])}"
        if record["antal_beroerte"] is not None:
            text += (
                f" {danish.number(record['antal_beroerte'])} personer var omfattet af pligten til "
                "at joblogge."
            )
    if record["foerste_periode"] != record["periode"] and record["foerste_andel_hel_pct"]:
        text += (
            f" I {danish.month(record['foerste_periode'])} var den ca. "
            f"{_pct(record['foerste_andel_hel_pct'])}"
        )
    return text


def _range(record: Record) -> str:
    many, least = record["kommuner_i_spaend"], record["spaend_antal_mindst"]
    if many < ENDS:
        return (
            f"Spændet mellem kommunerne siges ikke for {_group(record)}: {many} af "
            f"{record['kommuner']} kommuner har en oplyst andel og mindst {least} berørte personer "
            f"({record['kommuner_med_andel']} har en oplyst andel)."
        )
    return (
        f"Blandt de {many} kommuner med mindst {least} berørte {_group(record)} går dækningsgraden "
        f"fra omkring {_pct(record['hoejest_hel_pct'])} i {record['hoejest_navn']} til omkring "
        f"{_pct(record['lavest_hel_pct'])} i {record['lavest_navn']}."
        + _outside(record, "over", "Højere")
        + _outside(record, "under", "Lavere")
    )


def _outside(record: Record, side: str, word: str) -> str:
    """The smaller kommune that lies farthest outside the range, and how many others do."""
    count = record[f"{side}_kommuner"]
    if not count:
        return ""
    others = {1: "", 2: " samt 1 anden mindre kommune"}.get(
        count, f" samt {count - 1} andre mindre kommuner"
    )
    share = danish.number(record[f"{side}_andel_pct"], 1)
    return (
        f" {word} ligger {record[f'{side}_navn']} med {share} pct. af {record[f'{side}_antal']} "
        f"personer{others}."
    )


def _pct(value: Decimal) -> str:
    """`68 pct.`; at the end of a sentence its point is the sentence's as well."""
    return f"{danish.number(value, 0)} pct."
