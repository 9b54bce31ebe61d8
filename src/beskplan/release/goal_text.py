"""What a mål's month says in words, from the figures that the warehouse has chosen."""

from __future__ import annotations

from decimal import Decimal

from beskplan.release import danish
from beskplan.release.danish import Unit
from beskplan.release.rows import Record

BOUNDS = {"<=": "højst", ">=": "mindst"}
PERSONS = Unit("person", "personer")
FULL_TIME = Unit("fuldtidsperson", "fuldtidspersoner")
MONTHS = Unit("måned", "måneder")


def unit(text: Record) -> Unit:
    """The unit of a mål's figures."""
    return Unit(text["enhed_ental"], text["enhed"])


def change_unit(text: Record) -> Unit:
    """The unit of a change: of a percent it is percentage points."""
    return Unit(text["aendring_ental"], text["aendring_flertal"])


def target(month: Record, text: Record) -> str:
    """`højst 315 helårspersoner`."""
    return f"{BOUNDS[month['retning']]} {danish.counted(month['maal_vaerdi'], unit(text))}"


def sentences(month: Record, text: Record, newest: Record | None = None) -> list[str]:
    """Say how a mål stands in a month.

    Args:
        month: the mål's month, from `resultatmaal_status`.
        text: the mål's words, from `resultatmaal_tekst`.
        newest: a newer month that is still provisional, if there is one.

    Returns:
        Sentences, each of its own; none for a mål without target.
    """
    if month["maal_vaerdi"] is None:
        return []
    return [
        *_standing(month, text),
        *_newest(newest, text),
        *_required(month, text),
        *_year(month, text),
        *_small_numbers(month, text),
        *_at_adoption(month, text),
    ]


def forecast(found: Record, text: Record) -> list[str]:
    """Say what is expected of the target period, how surely, and how probable the target is."""
    decimals = int(text["decimaler"])
    figure = danish.counted(found["prognose"], unit(text), decimals)
    if found["nedre_80"] is None:
        return [f"Prognose for målperioden: {figure}; for usikker til et interval."]
    low, high = (danish.number(found[name], decimals) for name in ("nedre_80", "oevre_80"))
    said = f"Prognose for målperioden: {figure} (80 pct.-interval {low} til {high})"
    if found["sandsynlighed_pct"] is None:
        return [said + "."]
    return [f"{said}; {found['sandsynlighed_pct']} pct. sandsynlighed for at nå målet."]


def _standing(month: Record, text: Record) -> list[str]:
    value = month["aktuel_vaerdi"]
    if value is None:
        return []
    decimals = _decimals(value, text)
    gap = month["afvigelse"]
    way = "over" if gap > 0 else "under"
    against = (
        f"{danish.number(abs(gap))} {way} målet, som er {target(month, text)}"
        if gap
        else f"lig med målet, som er {target(month, text)}"
    )
    figure = danish.counted(value, unit(text), decimals)
    return [f"{danish.month(month['periode']).capitalize()}: {figure}, {against}."]


def _newest(newest: Record | None, text: Record) -> list[str]:
    if newest is None or newest["aktuel_vaerdi"] is None:
        return []
    value = newest["aktuel_vaerdi"]
    return [
        f"Nyeste tal, {danish.month(newest['periode'])}: "
        f"{danish.number(value, _decimals(value, text))} (foreløbigt)."
    ]


def _required(month: Record, text: Record) -> list[str]:
    required, left = month["kraevet_maanedlig_aendring"], month["maaneder_tilbage"]
    if not required or not left:
        return []
    change = danish.change(required, change_unit(text))
    return [f"Målet kræver {change} om måneden i {danish.counted(left, MONTHS)}."]


def _year(month: Record, text: Record) -> list[str]:
    """The change in a year, and that of all ydelser: a fall in one may be a rise in another."""
    own, total = month["aendring_aar"], month["i_alt_aendring_aar"]
    if own is None:
        return []
    said = f"På et år {_inverted(own, text)}"
    if total is None:
        return [said + "."]
    made = " (syntetiske tal)" if month["i_alt_er_syntetisk"] else ""
    moved = danish.moved(total, FULL_TIME)
    lines = [f"{said}, og det samlede antal på offentlig forsørgelse {moved}{made}."]
    if month["modsat_gruppe"]:
        opposite = danish.moved(month["modsat_aendring_aar"], FULL_TIME)
        lines.append(f"Mest den modsatte vej: {month['modsat_gruppe']} {opposite}{made}.")
    return lines


def _inverted(change: Decimal, text: Record) -> str:
    """Danish puts the verb first after "På et år"."""
    verb, _, rest = danish.moved(change, change_unit(text)).partition(" ")
    return f"{verb} tallet {rest}"


def _small_numbers(month: Record, text: Record) -> list[str]:
    """A percent of few persons is a number of persons."""
    needed, of = month["kraevet_antal"], month["antal_n"]
    if needed is None:
        return []
    said = [
        f"{danish.counted(month['maal_vaerdi'], unit(text)).capitalize()} af "
        f"{danish.counted(of, PERSONS)} er {BOUNDS[month['retning']]} "
        f"{danish.counted(needed, PERSONS)}."
    ]
    if month["antal_k"] is not None:
        said.append(f"Det er {danish.counted(month['antal_k'], PERSONS)}.")
    return said


def _at_adoption(month: Record, text: Record) -> list[str]:
    when = month["vedtaget_periode"] and danish.month(month["vedtaget_periode"])
    said = []
    if month["naaet_ved_vedtagelsen"]:
        value = danish.number(month["vedtaget_vaerdi"], _decimals(month["vedtaget_vaerdi"], text))
        said.append(f"Ved vedtagelsen ({when}) var tallet {value}, og målet var nået.")
    if month["saet_naaet_ved_vedtagelsen"]:
        said.append(
            f"Mål {month['saet_maal']} var tilsammen nået ved vedtagelsen: "
            f"{danish.number(month['saet_vedtaget_vaerdi'])} i {when}, mens målene tilsammen er "
            f"{BOUNDS[month['retning']]} {danish.number(month['saet_maal_vaerdi'])}."
        )
    return said


def _decimals(value: Decimal, text: Record) -> int:
    """As many as the indicator has; a local figure may have more."""
    return max(int(text["decimaler"]), danish.needed_decimals(value))
