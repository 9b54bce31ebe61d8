"""The generated series in their final form: one total a month and kommune.

A series is population x level x season x the kommune's own standing, with noise that fades
slowly. Where a count is known - recorded, or anchored - the series passes through it, and the
distance to the model is carried over to the months around.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from beskplan.standin import anchors, months
from beskplan.standin.levels import LEVELS, MERGED, Level
from beskplan.standin.noise import bell, half_up, split, uniform
from beskplan.standin.population import labour_share, working_by_month
from beskplan.standin.recorded import TIMES, Recorded
from beskplan.standin.spec import AREAS, Bools, Floats, Ints, Selection
from beskplan.standin.tables import kommuner, tables

# In 2 * sqrt(count), where noise of counts has the same size everywhere.
_NOISE, _FADE = 0.3, 0.92
_OWN_LEVEL, _OWN_WAVE = 0.15, 0.05
_EDGE = 12  # months over which the distance at the edge gives way to the mean distance
# Recorded y25i01 counts those who are ready for work; y01a02 also those in an activity.
_ACTIVATED = (1.12, 0.06)
_MOVES = 0.0004  # share of persons who are counted in two kommuner


@dataclass(frozen=True)
class Series:
    """One series; areas are the 98 kommuner, then Uoplyst område.

    Args:
        fte: fuldtidspersoner [month, area].
        excess: personer beyond the fuldtidspersoner [month, area].
        rounding: national fuldtidspersoner less the sum of areas [month].
        moves: sum of areas less the national personer [month].
        exact: months in which the figures are recorded ones, which are not revised.
    """

    fte: Ints
    excess: Ints
    rounding: Ints
    moves: Ints
    exact: Bools


@dataclass(frozen=True)
class Record:
    """Recorded y60a02 on the months' axis: Hele landet first, then the 98 kommuner."""

    fte: Ints
    persons: Ints
    known: Bools
    labour: Floats


@cache
def record() -> Record:
    """Recorded y60a02, and the labour force's share of the population that it implies."""
    table, source, clock = tables()["y60a02"], Recorded(), TIMES[-1]
    periods = source.periods(table, clock)
    everywhere = range(len(table.hierarchies[0].members))
    cells = source.cells(table, Selection(periods, range(4), {AREAS: everywhere}), clock)
    where = [months.month(period) for period in periods]
    fte, persons = (np.zeros((months.COUNT, len(everywhere)), dtype=np.int64) for _ in range(2))
    persons[where], fte[where] = (cells.values[..., nr].astype(np.int64) for nr in (0, 1))
    known = np.zeros(months.COUNT, dtype=bool)
    known[where] = True
    return Record(fte, persons, known, labour_share(cells.values[..., 3], cells.values[..., 2]))


@cache
def recorded_dagpenge() -> Floats:
    """Recorded A-dagpenge of y25i01 [month, kommune]; NaN where none is shown."""
    table, source, clock = tables()["y25i01"], Recorded(), TIMES[-1]
    periods = source.periods(table, clock)
    count = len(kommuner())
    wanted = Selection(periods, (0,), {AREAS: range(1, count + 1), "_ygrpi09": (1,)})
    found = np.full((months.COUNT, count), np.nan)
    where = [months.month(period) for period in periods]
    found[where] = source.cells(table, wanted, clock).values[:, :, 0, 0]
    return found


def _toward_recorded(model: Floats) -> Floats:
    """Bend the a-dagpenge model towards recorded y25i01: its level and, nationally, its months.

    The kommuner's own month-to-month noise stays the model's, so that it is of one kind throughout.
    """
    recorded = recorded_dagpenge()
    rows = np.flatnonzero(~np.isnan(recorded).all(axis=1))
    factor = _ACTIVATED[0] + _ACTIVATED[1] * uniform("aktiverede", recorded.shape[1])
    ratio = np.log(np.where(recorded > 0, recorded, np.nan)[rows] * factor / model[rows])
    weight = model[rows] * ~np.isnan(ratio)
    national = (np.nan_to_num(ratio) * weight).sum(axis=1) / weight.sum(axis=1)
    own = np.column_stack([_moving_mean(column) for column in (ratio - national[:, None]).T])
    distance = np.full(model.shape, np.nan)
    distance[rows] = national[:, None] + own
    bent: Floats = model * np.exp(np.column_stack([carry(column) for column in distance.T]))
    return bent


def _moving_mean(values: Floats, span: int = 13) -> Floats:
    """Centred mean of what there is within the span."""
    there = ~np.isnan(values)
    kernel = np.ones(span)
    total = np.convolve(np.where(there, values, 0), kernel, mode="same")
    count = np.convolve(there.astype(np.float64), kernel, mode="same")
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def active(level: Level) -> Bools:
    """The months with anybody on the ydelse."""
    time = np.arange(months.COUNT)
    return (time >= months.month(level.first)) & (time <= months.month(level.last))


@cache
def _smooth(key: str) -> Floats:
    """The model without noise [month, kommune]."""
    level, time = LEVELS[key], np.arange(months.COUNT)
    population = working_by_month()
    known = record()
    rate = known.fte[known.known].sum(axis=0) / population[known.known].sum(axis=0)
    count = len(kommuner())
    own = np.exp(_OWN_LEVEL * bell(f"{key}:niveau", count))
    phase, length = uniform(f"{key}:fase", count), 48 + 48 * uniform(f"{key}:laengde", count)
    wave = np.exp(_OWN_WAVE * np.sin(2 * np.pi * (time[:, None] / length + phase)))
    weight = population[:, 1:] * (rate[1:] / rate[0]) ** level.poverty * own * wave
    at = [months.month(period) for period in level.nodes]
    national = 1000 * np.interp(time, at, list(level.nodes.values()))
    national = national * (1 + np.array(level.season)[time % 12]) * active(level)
    model: Floats = weight / weight.sum(axis=1, keepdims=True) * national[:, None]
    return _toward_recorded(model) if key == "y01a02" else model


def _model(key: str) -> Floats:
    """The model with noise that fades slowly."""
    shock = bell(f"{key}:stoej", months.COUNT, len(kommuner())) * _NOISE
    noise = np.zeros_like(shock)
    noise[0] = shock[0]
    for time in range(1, months.COUNT):
        noise[time] = _FADE * noise[time - 1] + shock[time]
    smooth = _smooth(key)
    noisy: Floats = np.maximum(np.sqrt(smooth) + noise / 2, 0) ** 2
    return np.where(smooth > 0, noisy, 0)


def carry(distance: Floats) -> Floats:
    """Carry known distances over to the other months.

    Args:
        distance: one value a month; NaN where nothing is known.

    Returns:
        The known values, straight lines between them, and beyond the first and last known one a
        passage to the mean of the nearest twelve.
    """
    known = np.flatnonzero(~np.isnan(distance))
    if not known.size:
        return np.zeros_like(distance)
    first, last = known[0], known[-1]
    points = {int(at): float(distance[at]) for at in known}
    points[int(first) - _EDGE] = float(distance[known[:_EDGE]].mean())
    points[int(last) + _EDGE] = float(distance[known[-_EDGE:]].mean())
    order = sorted(points)
    return np.interp(np.arange(len(distance)), order, [points[at] for at in order])


def _through(model: Floats, known: Floats) -> Ints:
    """The model, bent so that it passes through what is known."""
    distance = np.log(known + 0.5) - np.log(model + 0.5)
    carried = np.column_stack([carry(column) for column in distance.T])
    bent = np.maximum((model + 0.5) * np.exp(carried) - 0.5, 0)
    return half_up(np.where(np.isnan(known), bent, known))


def _merged_parts(whole: Ints) -> dict[str, Ints]:
    """Divide y60a02's counts over the three ydelser that became it, by the models' shares."""
    weights = np.stack([_smooth(key) for key in MERGED], axis=-1)
    parts = split(whole, weights)
    return {key: parts[..., nr] for nr, key in enumerate(MERGED)}


def _known(key: str) -> Floats:
    """Everything that is known of a series' totals [month, kommune]."""
    known = record()
    if key == "y60a02":
        return np.where(known.known[:, None], known.fte[:, 1:], np.nan)
    found = anchors.totals(key)
    if key in MERGED:
        recorded = (known.known & active(LEVELS[key]))[:, None]
        return np.where(recorded, _merged_parts(known.fte[:, 1:])[key], found)
    return found


def _excess(key: str, fte: Ints) -> Ints:
    """Personer beyond fuldtidspersoner [month, kommune]."""
    ratio = np.full(fte.shape[1], LEVELS[key].persons - 1)
    known = record()
    if key in (*MERGED, "y60a02"):
        beyond = (known.persons - known.fte)[known.known, 1:].sum(axis=0)
        ratio = beyond / known.fte[known.known, 1:].sum(axis=0)
    else:
        ratio = ratio * np.exp(0.1 * bell(f"{key}:personer", fte.shape[1]))
    expected = fte * ratio
    noise = 0.4 * np.sqrt(expected) * bell(f"{key}:overskud", *fte.shape)
    return half_up(np.maximum(expected + noise, 0))


def _unknown_area(key: str, fte: Ints) -> Ints:
    """Fuldtidspersoner in Uoplyst område [month]."""
    expected = LEVELS[key].unknown * fte.sum(axis=1)
    return half_up(expected * np.exp(0.1 * bell(f"{key}:uoplyst", len(fte))))


@cache
def _rounding() -> dict[str, Ints]:
    """National less sum of areas, for every series, so that it stays small over all of them too."""
    keys = [key for key in LEVELS if key not in (*MERGED, "y60a02")]
    noise = np.stack([2 * bell(f"{key}:afrunding", months.COUNT) for key in keys])
    centred = half_up(noise - noise.mean(axis=0))
    return {key: np.clip(centred[nr], -6, 6) for nr, key in enumerate(keys)}


def _national_merged(known: Record) -> tuple[Ints, Ints]:
    """Rounding and moves of recorded y60a02, and modelled ones for the other months."""
    rounding = np.clip(half_up(2 * bell("y60a02:afrunding", months.COUNT)), -6, 6)
    moves = half_up(30 * np.exp(0.2 * bell("y60a02:flytninger", months.COUNT)))
    exact_rounding = known.fte[:, 0] - known.fte[:, 1:].sum(axis=1)
    exact_moves = known.persons[:, 1:].sum(axis=1) - known.persons[:, 0]
    return (
        np.where(known.known, exact_rounding, rounding),
        np.where(known.known, exact_moves, moves),
    )


@cache
def series(key: str) -> Series:
    """One series, all months.

    Args:
        key: a key of `LEVELS`.

    Returns:
        The series in its final form.
    """
    level, known = LEVELS[key], record()
    alive = active(level)
    fte = _through(_model(key), _known(key)) * alive[:, None]
    excess = _excess(key, fte)
    exact = np.zeros(months.COUNT, dtype=bool)
    if key in (*MERGED, "y60a02"):
        exact = known.known & alive
        beyond = (known.persons - known.fte)[:, 1:]
        part = beyond if key == "y60a02" else _merged_parts(beyond)[key]
        excess = np.where(exact[:, None], part, excess)
        rounding, moves = _national_merged(known)
        if key in MERGED:
            nr = MERGED.index(key)
            sizes = np.stack([_smooth(other).sum(axis=1) for other in MERGED], axis=-1)
            rounding, moves = (split(whole, sizes)[..., nr] for whole in (rounding, moves))
    else:
        rounding = _rounding()[key]
        persons = (fte + excess).sum(axis=1)
        moves = half_up(persons * _MOVES * np.exp(0.2 * bell(f"{key}:flytninger", months.COUNT)))
    unknown = _unknown_area(key, fte)
    more = half_up(unknown * (level.persons - 1))
    return Series(
        np.column_stack([fte, unknown]),
        np.column_stack([excess, more]),
        rounding * alive,
        moves * alive,
        exact,
    )
