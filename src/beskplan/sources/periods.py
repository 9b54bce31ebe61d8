"""Cut a question by period."""

from __future__ import annotations

from collections.abc import Sequence


def cut_periods(periods: Sequence[str], cells_per_period: int, limit: int) -> list[tuple[str, ...]]:
    """Cut periods into runs of nearly equal length, none above the limit of cells.

    Args:
        periods: all of them, in order.
        cells_per_period: cells that one period asks for.
        limit: cells that one answer may hold. A single period is never cut.

    Returns:
        Runs that together are `periods`, in order.
    """
    if not periods:
        return []
    longest = max(1, limit // max(1, cells_per_period))
    count = -(-len(periods) // longest)
    size, longer = divmod(len(periods), count)
    runs, start = [], 0
    for number in range(count):
        end = start + size + (number < longer)
        runs.append(tuple(periods[start:end]))
        start = end
    return runs


def halve(periods: Sequence[str]) -> list[tuple[str, ...]]:
    """Two halves of at least two periods."""
    middle = len(periods) // 2
    return [tuple(periods[:middle]), tuple(periods[middle:])]
