"""Months as numbers: 0 is 2015M01, where the generated series begin."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from beskplan.standin.spec import Ints

FIRST_YEAR = 2015
COUNT = 192  # the series end with 2030M12
RELEASE_DAY, RELEASE_HOUR = 14, 6  # 08:00 in Copenhagen in summer


def period(month: int) -> str:
    """`2015M01` for 0."""
    return f"{FIRST_YEAR + month // 12}M{month % 12 + 1:02d}"


def month(period_id: str) -> int:
    """0 for `2015M01`."""
    return (int(period_id[:4]) - FIRST_YEAR) * 12 + int(period_id[5:]) - 1


def newest(clock: datetime) -> int:
    """The newest month that has been released: the month before, from the 14th on."""
    now = clock.astimezone(UTC)
    released = (now.day, now.hour) >= (RELEASE_DAY, RELEASE_HOUR)
    before = (now.year - FIRST_YEAR) * 12 + now.month - 1 - (1 if released else 2)
    return min(before, COUNT - 1)


def release_date(last: int) -> str:
    """Date of the release whose newest month is `last`."""
    after = last + 1
    return f"{FIRST_YEAR + after // 12}-{after % 12 + 1:02d}-{RELEASE_DAY:02d}"


def quarters() -> Ints:
    """Index of each month's quarter, counted from 2008K1."""
    return (FIRST_YEAR - 2008) * 4 + np.arange(COUNT) // 3
