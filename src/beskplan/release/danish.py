"""How figures, months and times are written for a Danish reader.

Nothing here rounds: figures come rounded (half up) from the warehouse, and a figure with more
decimals than there is room for is an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from string import Formatter

from beskplan.errors import ReleaseError

MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)
YEAR_LOST = "[år tabt]"
SUPPRESSED = "–"
ABSENT = "mangler"
PROVISIONAL = "*"
NO_VINTAGE = "ingen årgang"
NO_CHANGE = "ingen ændring"
DASH_STATUSES = ("C", "U", "I", "S")
ABSENT_STATUSES = ("M", "N")
DECREASE_WORDS = ("fald", "nedgang", "reduktion")
INCREASE_WORDS = ("stigning", "fremgang", "forøgelse")

ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
NO_SLUG = re.compile("[^a-z0-9]+")
SLUG_LENGTH = 80

Number = Decimal | int


def number(value: Number, decimals: int | None = None, *, thousands: bool = True) -> str:
    """Write a figure: `1.234,5`.

    Args:
        value: the figure, already rounded.
        decimals: how many decimals to print; None prints as many as the figure has.
        thousands: whether a point parts the thousands.

    Raises:
        ReleaseError: the figure has more decimals than asked for.
    """
    exact = Decimal(value)
    needed = needed_decimals(exact)
    shown = needed if decimals is None else decimals
    if needed > shown:
        raise ReleaseError(
            f"the figure {exact} has more than {shown} decimals; printing would round it",
            where="release/danish.py",
            do="round it half up in the dbt model that it comes from",
        )
    text = f"{exact + 0:{',' if thousands else ''}.{shown}f}"
    return text.translate(str.maketrans(",.", ".,"))


def needed_decimals(value: Number) -> int:
    """How many decimals a figure has when its trailing zeros are left out."""
    exact = Decimal(value)
    if not exact.is_finite():
        raise ReleaseError(
            f"{value} is no figure",
            where="release/danish.py",
            do="find the dbt model that lets it through",
        )
    exponent = exact.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def month(period: str) -> str:
    """Write a source's month: `2018M05` → `maj 2018`."""
    year, sign, nr = period[:4], period[4:5], period[5:]
    if sign == "M" and year.isdigit() and nr.isdigit() and 1 <= int(nr) <= len(MONTHS):
        return f"{MONTHS[int(nr) - 1]} {year}"
    raise ReleaseError(
        f"{period!r} is no month", where="release/danish.py", do="expected e.g. 2018M05"
    )


def alphabet(name: str) -> tuple[str, str]:
    """Sort key of the Danish alphabet: æ, ø, å last, and aa is å."""
    lowered = name.lower().replace("aa", "å")
    return lowered.translate(str.maketrans("æøå", "{|}")), name


def slug(name: str) -> str:
    """A name as part of an address or of a file's name: `Høje-Taastrup` → `hoeje-taastrup`.

    Raises:
        ReleaseError: nothing is left of it.
    """
    spelt = name.lower().translate(ASCII)
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    text = NO_SLUG.sub("-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")
    if not text:
        raise ReleaseError(
            f"no letter or digit in {name!r}", where="release/danish.py", do="mend the seed"
        )
    return text


def members(dimensioner: str) -> str:
    """Write a breakdown without its ids: `_kon=Mænd|_viskat_1int=Jobparat` → `Mænd, Jobparat`."""
    return ", ".join(part.partition("=")[2] or part for part in dimensioner.split("|"))


def period(text: str) -> str:
    """Write a period: `2026K3` → `3. kvartal 2026`, `2016` stays.

    `2020QMAT02` is the 12 months that end with the second quarter: `12 måneder til juni 2020`.
    """
    if text.isdigit():
        return text
    year, kind, nr = text[:4], text[4:].rstrip("0123456789"), text[-1:]
    if kind in ("K", "Q"):
        return f"{nr}. kvartal {year}"
    if kind == "QMAT":
        return f"12 måneder til {month(f'{year}M{3 * int(nr)}')}"
    return month(text)


def day(when: date) -> str:
    """Write a date: `6. august 2018`."""
    return f"{when.day}. {MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime) -> str:
    """Write a time with its zone: `18. august 2026 kl. 19.52 UTC`."""
    utc = when.astimezone(UTC)
    return f"{day(utc)} kl. {utc:%H.%M} UTC"


@lru_cache(maxsize=65_536)
def figure(
    value: Number | None, status: str, decimals: int | None = None, *, provisional: bool = False
) -> str:
    """Write one cell of a table as text.

    Args:
        value: the figure, or None.
        status: `A` value, `C` suppressed, `U` null of unknown cause, `M` no such row, `N` a
            month that was not fetched, `I` held by no table, `S` masked in a suspension, `F` older
            than the first vintage.
        decimals: see `number`.
        provisional: whether the source may still revise it.

    Raises:
        ReleaseError: value and status contradict each other.
    """
    check_status(value, status)
    if value is not None:
        return number(value, decimals) + (PROVISIONAL if provisional else "")
    if status == "F":
        return NO_VINTAGE
    return SUPPRESSED if status in DASH_STATUSES else ABSENT


def check_status(value: Number | None, status: str) -> None:
    """Refuse a status that does not exist, or that says something else than the value.

    Raises:
        ReleaseError: value and status contradict each other.
    """
    known = status in ("A", "F", *DASH_STATUSES, *ABSENT_STATUSES)
    if not known or (value is not None) != (status == "A"):
        raise ReleaseError(
            f"a cell has status {status!r} and value {value}",
            where="release/danish.py",
            do="status A has a value, the others have none: mend the dbt model",
        )


@dataclass(frozen=True)
class Unit:
    """A unit's word for one and for several.

    Args:
        one: `person`.
        several: `personer`.
    """

    one: str
    several: str


def counted(value: Number, unit: Unit, decimals: int | None = None) -> str:
    """Write a number with its unit in the right number, without sign: `1 person`, `24 personer`."""
    size = Decimal(value).copy_abs()
    return f"{number(size, decimals)} {unit.one if size == 1 else unit.several}"


def change(value: Number, unit: Unit, decimals: int | None = None) -> str:
    """Write a change as a noun: `et fald på 57 personer`, `en stigning på 1 person`."""
    if not value:
        return NO_CHANGE
    noun = "et fald" if value < 0 else "en stigning"
    return f"{noun} på {counted(value, unit, decimals)}"


def moved(value: Number, unit: Unit | None = None, decimals: int | None = None) -> str:
    """Write a change as a verb: `er faldet med 57 personer`, `er uændret`."""
    if not value:
        return "er uændret"
    verb = "er faldet" if value < 0 else "er steget"
    size = Decimal(value).copy_abs()
    return f"{verb} med {counted(size, unit, decimals) if unit else number(size, decimals)}"


def fill(template: str, numbers: Mapping[str, Number | str | None]) -> str:
    """Fill a sentence template in.

    Numbers print in Danish and without sign, since the sentence says which way; text prints as it
    is; a missing `baseline_aar` prints as `[år tabt]`.

    Args:
        template: a sentence with `{maal}`, `{maal_enhed}`, `{aendring}`, `{aendring_ord}`,
            `{baseline_aar}`, `{maal_aar}`.
        numbers: what the placeholders stand for.

    Raises:
        ReleaseError: an unknown or empty placeholder, or a sentence that says "fald" of a rise.
    """
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as error:
        raise _template_error(template, str(error), numbers) from error
    parts: list[str] = []
    for literal, name, spec, conversion in pieces:
        parts.append(literal)
        if name is None:
            continue
        if name not in numbers or spec or conversion:
            raise _template_error(template, f"unknown placeholder {{{name}}}", numbers)
        parts.append(_filled(template, name, numbers))
    _check_direction(template, numbers)
    return "".join(parts)


def _filled(template: str, name: str, numbers: Mapping[str, Number | str | None]) -> str:
    value = numbers[name]
    if value is None and name == "baseline_aar":
        return YEAR_LOST
    if value is None:
        raise _template_error(template, f"{{{name}}} has no number", numbers)
    return value if isinstance(value, str) else number(Decimal(value).copy_abs())


def _check_direction(template: str, numbers: Mapping[str, Number | str | None]) -> None:
    """A sign is not printed, so the sentence's own word must agree with it."""
    change = numbers.get("aendring")
    if change is None or isinstance(change, str) or "{aendring}" not in template:
        return
    words = template.lower()
    says_down = any(word in words for word in DECREASE_WORDS)
    says_up = any(word in words for word in INCREASE_WORDS)
    if (says_down and not says_up and change > 0) or (says_up and not says_down and change < 0):
        raise _template_error(template, f"the change is {change}, the sentence says other", numbers)


def _template_error(
    template: str, what: str, numbers: Mapping[str, Number | str | None]
) -> ReleaseError:
    return ReleaseError(
        f"{what} in the template {template!r}",
        where="seeds/resultatmaal.csv",
        do=f"mend the template; known placeholders: {', '.join(sorted(numbers))}",
    )
