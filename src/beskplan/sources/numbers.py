"""Numbers as sources write them, exact to three decimals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from beskplan.errors import BadAnswerError, NotANumberError
from beskplan.sources.refusals import DO_REPORT

Floats = npt.NDArray[np.float64]

NULL_TEXTS = frozenset(("", "-", ".", ".."))
DANISH = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?")
DECIMALS = 3
PLAIN_TYPES = frozenset((int, float, type(None)))


def parse_number(text: str) -> Decimal | None:
    """Read a number written the Danish way (`1.234,5`).

    Args:
        text: as sent; `-`, `.`, `..` and nothing mean that there is no number.

    Returns:
        The number, or None where there is none.

    Raises:
        ValueError: something else stands there. `16.8` is refused, not guessed at: the dot
            separates thousands.
    """
    stripped = text.strip()
    if stripped in NULL_TEXTS:
        return None
    if not DANISH.fullmatch(stripped):
        raise ValueError(text)
    return Decimal(stripped.replace(".", "").replace(",", "."))


def to_floats(column: Sequence[Any], heading: str, where: str) -> Floats:
    """Read one column of an answer; null becomes NaN.

    Doubles hold every value exactly to three decimals up to 10^12, far above any count here;
    landing turns them into DECIMAL(18,3).

    Args:
        column: values as JSON gave them.
        heading: the column's heading, for messages.
        where: source, table and periods, for messages.

    Raises:
        NotANumberError: text stands where a number should.
        BadAnswerError: a value has more than three decimals and would be cut.
    """
    kinds = set(map(type, column))
    if kinds <= PLAIN_TYPES:
        values = np.array(column, dtype=np.float64)
    elif kinds == {str}:
        read = {text: _number(text, heading, where) for text in set(column)}
        values = np.array([read[text] for text in column], dtype=np.float64)
    else:
        values = np.array([_number(item, heading, where) for item in column], dtype=np.float64)
    shown = values[~np.isnan(values)]
    cut = shown[np.round(shown, DECIMALS) != shown]
    if cut.size:
        raise BadAnswerError(
            f"»{heading}« har {cut.size} tal med mere end {DECIMALS} decimaler, fx {cut[0]}",
            where=where,
            do=DO_REPORT,
        )
    return values


def _number(item: Any, heading: str, where: str) -> float | None:
    if type(item) in PLAIN_TYPES:
        return item  # type: ignore[no-any-return]
    try:
        if not isinstance(item, str):
            raise ValueError(item)
        parsed = parse_number(item)
    except ValueError:
        raise NotANumberError(
            f"»{heading}« indeholder »{item}«, som ikke er et tal", where=where, do=DO_REPORT
        ) from None
    return None if parsed is None else float(parsed)
