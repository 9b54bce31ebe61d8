"""The errors that are put into a clean month, kind by kind.

Each takes a month's figures [series, area] and returns them changed; kommuner come first among the
areas. An error that moves whole rows moves them in every column, as a printed table shifts: nothing
within the table contradicts it. The country keeps its figure where the real error would have kept
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from joblog_months import Bools, Floats, Table

SIMILAR, DISSIMILAR = 0.10, 0.405  # distance in log size: 10 pct., and a half more
MOVED_TOGETHER = (4, 8, 20)
CHANGED_IN_BALANCE = 6
MONTHS_BACK = 24
FARTHEST = 10


class ImpossibleError(Exception):
    """The month has nothing that this error could happen to."""


@dataclass(frozen=True)
class Month:
    """One month of a table.

    Args:
        table: the table.
        at: place of the month.
        regions: kommunes' places by region.
    """

    table: Table
    at: int
    regions: Mapping[str, Sequence[int]]

    @property
    def figures(self) -> Floats:
        """[series, area]; a copy."""
        copied: Floats = self.table.values[:, :, self.at].copy()
        return copied

    @property
    def hidden(self) -> Bools:
        """The same; true where a figure is hidden."""
        found: Bools = self.table.hidden[:, :, self.at]
        return found

    @property
    def size(self) -> Floats:
        """Each kommune's figure in the main series."""
        sizes: Floats = self.figures[self.table.main(), : self.table.kommuner]
        return sizes

    def members(self) -> list[str]:
        """The members of the breakdown that this month has."""
        names = self.table.series["dimensioner"]
        return sorted({names[nr] for nr in self.table.whole(self.at) if names[nr]})

    def of_member(self, member: str) -> list[int]:
        """The series of one member ('' is everybody)."""
        names = self.table.series["dimensioner"]
        return [nr for nr in self.table.whole(self.at) if names[nr] == member]


@dataclass(frozen=True)
class Wrong:
    """A month with an error in it.

    Args:
        figures: [series, area].
        series: the place of the series by whose size the error counts; the table's main one
            where whole rows were moved.
    """

    figures: Floats
    series: int


Error = Callable[[np.random.Generator, Month], Wrong]


def _carried(month: Month, carries: Mapping[int, int], series: Sequence[int]) -> Floats:
    """Let some kommuner carry the figures of others in some series."""
    figures = month.figures
    to, source = list(carries), list(carries.values())
    for nr in series:
        figures[nr, to] = month.figures[nr, source]
    return figures


def _whole_rows(month: Month, carries: Mapping[int, int]) -> Wrong:
    rows = month.table.whole(month.at)
    return Wrong(_carried(month, carries, rows), month.table.main())


def _cycle(places: Sequence[int], step: int = 1) -> dict[int, int]:
    """Each carries the figures of the one `step` before; the first those of the last."""
    return {place: places[nr - step] for nr, place in enumerate(places)}


def _swap(similar: bool) -> Error:
    def swap(rng: np.random.Generator, month: Month) -> Wrong:
        size = np.log(np.where(month.size > 0, month.size, np.nan))
        distance = np.abs(size[:, None] - size[None, :])
        fits = (distance > 0) & (distance <= SIMILAR) if similar else distance >= DISSIMILAR
        pairs = np.argwhere(np.triu(fits, 1))
        if not len(pairs):
            raise ImpossibleError
        one, other = (int(place) for place in rng.choice(pairs))
        return _whole_rows(month, {one: other, other: one})

    return swap


def _shift(rows: int | None) -> Error:
    def shift(rng: np.random.Generator, month: Month) -> Wrong:
        length = rows or month.table.kommuner
        first = int(rng.integers(month.table.kommuner - length + 1))
        block = list(range(first, first + length))
        # A whole table can be shifted by one in two ways only; by up to ten in twenty.
        step = 1 if rows else int(rng.integers(1, FARTHEST + 1))
        return _whole_rows(month, _cycle(block if rng.random() < 0.5 else block[::-1], step))

    return shift


def _region(rng: np.random.Generator, month: Month) -> Wrong:
    places = list(month.regions[str(rng.choice(sorted(month.regions)))])
    return _whole_rows(month, dict(zip(places, rng.permutation(places).tolist(), strict=True)))


def _other_group(rng: np.random.Generator, month: Month) -> Wrong:
    """A group's whole column under another's name; or two groups' names interchanged."""
    members = month.members()
    if len(members) < 2:
        raise ImpossibleError
    one, other = rng.permutation(members)[:2]
    figures = month.figures
    both = rng.random() < 0.5
    for mine, theirs in zip(month.of_member(one), month.of_member(other), strict=True):
        figures[mine] = month.figures[theirs]
        if both:
            figures[theirs] = month.figures[mine]
    return Wrong(figures, month.of_member(one)[0])


def _other_month(rng: np.random.Generator, month: Month) -> Wrong:
    """The whole table, the country too, of a month up to two years before."""
    back = int(rng.integers(1, min(MONTHS_BACK, month.at) + 1))
    figures, rows = month.figures, month.table.whole(month.at)
    older = month.table.values[:, :, month.at - back]
    for nr in rows:
        if month.table.present[nr, :, month.at - back].any():
            figures[nr] = older[nr]
    return Wrong(figures, month.table.main())


def _balanced(share: float) -> Error:
    """Six kommuner, three up and three down, so that each count's sum is as before."""

    def change(rng: np.random.Generator, month: Month) -> Wrong:
        table, figures = month.table, month.figures
        rows = month.table.whole(month.at)
        counts = [nr for nr in rows if table.is_count()[nr]]
        if not counts:
            raise ImpossibleError
        visible = np.flatnonzero(~np.isnan(month.size))
        chosen = rng.choice(visible, CHANGED_IN_BALANCE, replace=False)
        # The largest takes what is left over.
        chosen = chosen[np.argsort(month.size[chosen])]
        sign = rng.permutation([1, -1] * (CHANGED_IN_BALANCE // 2))
        leaves = _leaves(month, counts)
        for nr in leaves:
            seen = [
                place for place in range(len(chosen)) if not np.isnan(figures[nr, chosen[place]])
            ]
            for place in seen:
                figures[nr, chosen[place]] = _half_up(
                    figures[nr, chosen[place]] * (1 + share * sign[place])
                )
            if seen:
                left = month.figures[nr, chosen].copy() - figures[nr, chosen]
                last = chosen[seen[-1]]
                figures[nr, last] = max(0, figures[nr, last] + np.nansum(left))
        _totals_follow(month, figures, counts, leaves, chosen)
        _shares_follow(month, figures, rows, chosen)
        return Wrong(figures, table.main())

    return change


def _leaves(month: Month, counts: list[int]) -> list[int]:
    """The counts that are no sum of others: members, and totals without members."""
    series = month.table.series
    split = {series["maaling_id"][nr] for nr in counts if series["dimensioner"][nr]}
    return [
        nr for nr in counts if series["dimensioner"][nr] or series["maaling_id"][nr] not in split
    ]


def _totals_follow(
    month: Month, figures: Floats, counts: list[int], leaves: list[int], chosen: Floats
) -> None:
    """Each total moves by as much as its members did."""
    measures = month.table.series["maaling_id"]
    for nr in set(counts) - set(leaves):
        parts = [leaf for leaf in leaves if measures[leaf] == measures[nr]]
        moved = np.nansum(figures[parts][:, chosen] - month.figures[parts][:, chosen], axis=0)
        figures[nr, chosen] += moved


def _shares_follow(month: Month, figures: Floats, rows: list[int], chosen: Floats) -> None:
    """A percent moves as the count beside it."""
    table = month.table
    for nr in (nr for nr in rows if not table.is_count()[nr]):
        beside = month.of_member(table.series["dimensioner"][nr])
        counts = [other for other in beside if table.is_count()[other]]
        if not counts:
            continue
        ratio = figures[counts[0], chosen] / month.figures[counts[0], chosen]
        moved = _half_up(10 * figures[nr, chosen] * ratio) / 10
        figures[nr, chosen] = np.where(np.isnan(moved), figures[nr, chosen], moved)


def _half_up(value: Floats) -> Floats:
    rounded: Floats = np.floor(value + 0.5)
    return rounded


def _some_rows(rng: np.random.Generator, month: Month) -> dict[int, int]:
    places = rng.permutation(month.table.kommuner)[: int(rng.choice(MOVED_TOGETHER))]
    return _cycle(places.tolist())


def _count_and_share(rng: np.random.Generator, month: Month) -> Wrong:
    """The Joblog error: one group's count and share go to other kommuner, all else stays."""
    is_count = month.table.is_count()
    pairs = [
        series
        for member in (month.members() or [""])
        if (series := month.of_member(member))
        and any(is_count[nr] for nr in series)
        and not all(is_count[nr] for nr in series)
    ]
    pairs = pairs or [month.of_member("")]
    series = pairs[int(rng.integers(len(pairs)))]
    if all(is_count[nr] for nr in series) or not any(is_count[nr] for nr in series):
        raise ImpossibleError
    first = next(nr for nr in series if is_count[nr])
    return Wrong(_carried(month, _some_rows(rng, month), series), first)


def _one_column(rng: np.random.Generator, month: Month) -> Wrong:
    series = int(rng.choice(month.table.whole(month.at)))
    return Wrong(_carried(month, _some_rows(rng, month), [series]), series)


def _visible_cell(rng: np.random.Generator, month: Month, least: float) -> tuple[int, int]:
    """A kommune's figure in a count; in a percent where the table has no count."""
    rows = month.table.whole(month.at)
    counts = [nr for nr in rows if month.table.is_count()[nr]] or rows
    series = int(rng.choice(counts))
    fits = np.flatnonzero(month.figures[series, : month.table.kommuner] >= least)
    if not len(fits):
        raise ImpossibleError
    return series, int(rng.choice(fits))


def _digits(rng: np.random.Generator, month: Month) -> Wrong:
    series, place = _visible_cell(rng, month, 10)
    figures = month.figures
    scale = 1 if month.table.is_count()[series] else 10
    digits = list(str(round(figures[series, place] * scale)))
    fits = [
        nr
        for nr in range(len(digits) - 1)
        if digits[nr] != digits[nr + 1] and not (nr == 0 and digits[1] == "0")
    ]
    if not fits:
        raise ImpossibleError
    nr = int(rng.choice(fits))
    digits[nr], digits[nr + 1] = digits[nr + 1], digits[nr]
    figures[series, place] = int("".join(digits)) / scale
    return Wrong(figures, series)


def _factor_ten(rng: np.random.Generator, month: Month) -> Wrong:
    series, place = _visible_cell(rng, month, 0.1)
    figures = month.figures
    figures[series, place] *= 10
    return Wrong(figures, series)


def _zero_for_hidden(rng: np.random.Generator, month: Month) -> Wrong:
    """One hidden figure, or all of the table, as 0."""
    hidden = month.hidden.copy()
    hidden[:, month.table.kommuner :] = False
    cells = np.argwhere(hidden)
    counts = [cell for cell in cells if month.table.is_count()[cell[0]]]
    if not counts:
        raise ImpossibleError
    figures = month.figures
    # The count decides what the error is worth; a percent alone may be 0.
    first = counts[int(rng.integers(len(counts)))]
    for series, area in [first] if rng.random() < 0.5 else cells:
        figures[series, area] = 0
    return Wrong(figures, int(first[0]))


def _merged(rng: np.random.Generator, month: Month) -> Wrong:
    """One kommune's figures hold another's too; the other has none."""
    table, figures = month.table, month.figures
    one, other = (int(p) for p in rng.choice(np.flatnonzero(month.size > 0), 2, replace=False))
    for nr in month.table.whole(month.at):
        mine, theirs = month.figures[nr, one], month.figures[nr, other]
        if table.is_count()[nr]:
            figures[nr, one] = np.nansum([mine, theirs])
        else:
            beside = month.of_member(table.series["dimensioner"][nr])
            counts = [c for c in beside if table.is_count()[c]]
            weight = month.figures[counts[0], [one, other]] if counts else month.size[[one, other]]
            with np.errstate(invalid="ignore", divide="ignore"):
                base = weight / np.array([mine, theirs]) if counts else np.ones(2)
                both = weight.sum() / base.sum() if counts else (mine + theirs) / 2
            figures[nr, one] = _half_up(np.float64(both * 10)) / 10 if np.isfinite(both) else mine
        figures[nr, other] = np.nan
    return Wrong(figures, table.main())


def _comma_lost(rng: np.random.Generator, month: Month) -> Wrong:
    """12,3 read as 123: a whole column of percents, or one figure."""
    rows = month.table.whole(month.at)
    percents = [nr for nr in rows if not month.table.is_count()[nr]]
    if not percents:
        raise ImpossibleError
    figures, series = month.figures, int(rng.choice(percents))
    if rng.random() < 0.5:
        figures[series] = np.round(figures[series] * 10)
    else:
        place = int(rng.integers(month.table.kommuner))
        figures[series, place] = np.round(figures[series, place] * 10)
    return Wrong(figures, series)


KINDS: dict[str, Error] = {
    "swap, similar": _swap(similar=True),
    "swap, dissimilar": _swap(similar=False),
    "shift of 5 rows": _shift(5),
    "shift of 20 rows": _shift(20),
    "shift of all rows": _shift(None),
    "another group's column": _other_group,
    "another month's column": _other_month,
    "reassigned within a region": _region,
    "balanced ±10 pct.": _balanced(0.10),
    "balanced ±30 pct.": _balanced(0.30),
    "count and share together": _count_and_share,
    "one column only": _one_column,
    "digits transposed": _digits,
    "factor 10": _factor_ten,
    "zero for hidden": _zero_for_hidden,
    "two kommuner merged": _merged,
    "decimal comma lost": _comma_lost,
}
# Errors with one cause that moves rows: their suspects are ranked.
SINGLE_CAUSE = tuple(name for name in KINDS if name.startswith(("swap", "shift")))


@dataclass(frozen=True)
class Injection:
    """One error in one month.

    Args:
        kind: which.
        figures: [series, area] as they come out.
        changed: [series, area], true where a figure is another.
        series: place of the series by whose size it counts.
    """

    kind: str
    figures: Floats
    changed: Bools
    series: int
    key: bytes = field(repr=False)


def inject(rng: np.random.Generator, month: Month, kind: str) -> Injection:
    """Put one error into a month.

    Raises:
        ImpossibleError: the month has nothing it could happen to, or nothing came of it.
    """
    wrong = KINDS[kind](rng, month)
    before = month.figures
    same = (wrong.figures == before) | (np.isnan(wrong.figures) & np.isnan(before))
    changed = ~same & month.table.present[:, :, month.at]
    if not changed[:, : month.table.kommuner].any():
        raise ImpossibleError
    figures = np.where(changed, wrong.figures, before)
    return Injection(kind, figures, changed, wrong.series, figures.tobytes())
