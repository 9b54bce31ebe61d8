"""What a release holds: the series as they stood then, broken down."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

import numpy as np

from beskplan.standin import anchors, months
from beskplan.standin.levels import LEVELS, MERGED
from beskplan.standin.noise import bell, half_up, split, uniform
from beskplan.standin.series import active, carry, series
from beskplan.standin.spec import Bools, Floats, Ints
from beskplan.standin.tables import PTV_GROUPS

# Measured on the one release on record: the newest month is corrected upwards by about 2 pct. a
# month later, with the kommuner between 0.5 and 3.5; older months move here and there by one.
_FIRST_PRINT, _FIRST_SPREAD, _LEAST = 0.02, 0.004, 0.005
_LATER = (0.45, 0.3, 0.2, 0.1, 0.05)
_MANY = 20
_OVERLAP = 0.8  # of the excess persons remain when those on two ydelser are counted once

_lock = Lock()


def _revised(key: str, final: Ints, last: int) -> Ints:
    """The totals as the release whose newest month is `last` printed them [month, area]."""
    shown = final[: last + 1].copy()
    late = _FIRST_PRINT + _FIRST_SPREAD * bell(f"{key}:foerste", *final.shape)
    shown[last] = half_up(final[last] * (1 - np.maximum(late[last], _LEAST)))
    for age, share in enumerate(_LATER, start=1):
        time = last - age
        if time < 0:
            break
        draw = uniform(f"{key}:senere:{age}", *final.shape)[time]
        size = np.maximum(1, half_up(final[time] / 1000))
        step = np.where(draw < share / 2, size, np.where(draw < share, -size, 0))
        shown[time] += np.where(final[time] > _MANY, step, 0)
    exact = series(key).exact[: last + 1, None]
    return np.where(exact, final[: last + 1], shown)


def totals(key: str, last: int) -> tuple[Ints, Ints]:
    """Fuldtidspersoner and excess persons [month, area] as released; areas without the country.

    Args:
        key: a series.
        last: the release's newest month.

    Returns:
        Two arrays that end with that month.
    """
    whole = series(key)
    fte = _revised(key, whole.fte, last)
    # the excess follows the head count, so that persons are never fewer than fuldtidspersoner
    scale = np.divide(fte, whole.fte[: last + 1], out=np.ones(fte.shape), where=fte > 0)
    return fte, half_up(whole.excess[: last + 1] * scale)


def _weights(key: str, name: str, base: tuple[float, ...], spread: float) -> Floats:
    """Weights of members [month, area, member]: the kommune's own mix, drifting slowly."""
    areas, time = 99, np.arange(months.COUNT)[:, None, None]
    shape = (areas, len(base))
    own = np.exp(spread * bell(f"{key}:{name}:mix", *shape))
    phase = uniform(f"{key}:{name}:fase", *shape)
    drift = np.exp(0.04 * np.sin(2 * np.pi * (time / 84 + phase)))
    return np.array(base) * own * drift


def _bent_weights(key: str, weights: Floats, fte: Ints) -> Floats:
    """Weights of the first breakdown, bent through the anchored members."""
    for kommune, known in anchors.members(key).items():
        mix = weights[:, kommune] / weights[:, kommune].sum(axis=-1, keepdims=True)
        expected = mix * series(key).fte[:, kommune, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.log(known + 0.5) - np.log(expected + 0.5)
        carried = np.column_stack([carry(column) for column in distance.T])
        weights[:, kommune] = mix * np.exp(carried)
    return weights[: len(fte)]


def _first_split(key: str, fte: Ints, weights: Floats) -> Ints:
    """The first breakdown: weights everywhere, the anchored counts where there are any."""
    parts = split(fte, weights)
    for kommune, known in anchors.members(key).items():
        known = known[: len(fte)]
        fixed = ~np.isnan(known)
        rows = np.flatnonzero(fixed.any(axis=1) & series_is_final(key, fte, kommune))
        held = np.where(fixed, known, 0).astype(np.int64)[rows]
        free = np.where(fixed, 0, weights[:, kommune])[rows]
        parts[rows, kommune] = held + split(fte[rows, kommune] - held.sum(axis=1), free)
    return parts


def series_is_final(key: str, fte: Ints, kommune: int) -> Bools:
    """The months in which the release shows the final total of a kommune."""
    final: Bools = fte[:, kommune] == series(key).fte[: len(fte), kommune]
    return final


def _with_country(fte: Ints, persons: Ints, rounding: Ints, moves: Ints) -> tuple[Ints, Ints]:
    """Put Hele landet in front of both, spread so that no cell has fewer persons than fte.

    Args:
        fte: fuldtidspersoner [month, area, ...].
        persons: personer, the same shape.
        rounding: national fuldtidspersoner less the sum of areas [month].
        moves: sum of areas less the national personer [month].

    Returns:
        Both with one more area in front.
    """
    shape = (len(fte), 1, *fte.shape[2:])
    flat = fte.sum(axis=1).reshape(len(fte), -1)
    spare = persons.sum(axis=1).reshape(len(fte), -1) - flat
    counted_twice = split(np.minimum(moves, spare.sum(axis=1)), spare.astype(np.float64))
    left = spare - counted_twice
    up = split(np.clip(rounding, 0, left.sum(axis=1)), left.astype(np.float64))
    down = split(np.minimum(rounding, 0), flat.astype(np.float64))
    country_fte = (flat + up + down).reshape(shape)
    country_persons = (flat + spare - counted_twice).reshape(shape)
    return (
        np.concatenate([country_fte, fte], axis=1),
        np.concatenate([country_persons, persons], axis=1),
    )


@lru_cache(maxsize=64)
def _leaves(key: str, last: int) -> tuple[Ints, Ints]:
    level, whole = LEVELS[key], series(key)
    fte, excess = totals(key, last)
    first = level.extra or level.ages
    mix = _bent_weights(key, _weights(key, "foerst", first, 0.12), fte)
    parts = _first_split(key, fte, mix)
    more = split(excess, mix)
    if level.extra:
        ages = _weights(key, "alder", level.ages, 0.12)[: last + 1, :, None, :]
        parts, more = split(parts, ages), split(more, ages)
    men = _weights(key, "koen", (1 - level.men, level.men), 0.04)[: last + 1]
    men = men.reshape(*men.shape[:2], *(1,) * (parts.ndim - 2), 2)
    parts, more = split(parts, men), split(more, men)
    span = slice(0, last + 1)
    return _with_country(parts, parts + more, whole.rounding[span], whole.moves[span])


def leaves(key: str, last: int) -> tuple[Ints, Ints]:
    """A series broken down as far as it goes.

    Args:
        key: a series.
        last: the release's newest month.

    Returns:
        Fuldtidspersoner and personer [month, area, (extra,) age, sex]; Hele landet first.
    """
    with _lock:
        return _leaves(key, last)


def _by_age_and_sex(key: str, last: int) -> tuple[Ints, Ints]:
    """A series [month, area, age, sex]; what else it is broken down by is summed away."""
    fte, persons = leaves(key, last)
    axes = tuple(range(2, fte.ndim - 2))
    return fte.sum(axis=axes), persons.sum(axis=axes)


def _group(key: str, last: int) -> tuple[Ints, Ints]:
    """A group of ptv_a02; Kontanthjælp is y36a02 until the reform and y60a02 after it."""
    fte, persons = _by_age_and_sex(key, last)
    if key != MERGED[0]:
        return fte, persons
    after = ~active(LEVELS[key])[: last + 1, None, None, None]
    new_fte, new_persons = _by_age_and_sex("y60a02", last)
    return np.where(after, new_fte, fte), np.where(after, new_persons, persons)


@lru_cache(maxsize=2)
def groups(last: int) -> tuple[Ints, Ints]:
    """All ydelser under one.

    Args:
        last: the release's newest month.

    Returns:
        Fuldtidspersoner and personer [month, area, group, age, sex]; group 0 is "i alt".
    """
    pairs = [_group(key, last) for key in PTV_GROUPS.values()]
    fte = np.stack([pair[0] for pair in pairs], axis=2)
    persons = np.stack([pair[1] for pair in pairs], axis=2)
    areas = fte[:, 1:].sum(axis=2)
    excess = (persons - fte)[:, 1:].sum(axis=2)
    # some are on two ydelser: counted by sex, then divided over the ages
    more = split(half_up(excess.sum(axis=2) * _OVERLAP), np.moveaxis(excess, 2, -1).astype(float))
    rounding = fte[:, 0].sum(axis=(1, 2, 3)) - areas.sum(axis=(1, 2, 3))
    moves = persons[:, 1:].sum(axis=(1, 2, 3, 4)) - persons[:, 0].sum(axis=(1, 2, 3))
    all_persons = areas + np.moveaxis(more, -1, 2)
    country = _with_country(areas, all_persons, np.clip(rounding, -8, 8), moves)
    return (
        np.concatenate([country[0][:, :, None], fte], axis=2),
        np.concatenate([country[1][:, :, None], persons], axis=2),
    )
