"""Numbers from a hash: the same key gives the same numbers on every machine, for ever."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beskplan.standin.spec import Floats, Ints

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((30, np.uint64(0xBF58476D1CE4E5B9)), (27, np.uint64(0x94D049BB133111EB)))


def _splitmix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser; unsigned arithmetic wraps as it must."""
    for shift, factor in _MIX:
        state = (state ^ (state >> np.uint64(shift))) * factor
    return state ^ (state >> np.uint64(31))


def uniform(key: str, *shape: int) -> Floats:
    """Numbers in [0, 1)."""
    seed = np.uint64(int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()))
    count = np.arange(1, math.prod(shape) + 1, dtype=np.uint64)
    mixed = _splitmix(seed + count * _GOLDEN)
    return ((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53).reshape(shape)


def bell(key: str, *shape: int) -> Floats:
    """Mean 0, standard deviation 1, never beyond 3.5: a sum of four uniforms.

    The bound matters: a generated figure is to be unusual only where a fault made it so.
    """
    found: Floats = (uniform(key, 4, *shape).sum(axis=0) - 2) * math.sqrt(3)
    return found


def half_up(values: NDArray[Any]) -> Ints:
    """Round half up."""
    rounded: Ints = np.floor(values + 0.5).astype(np.int64)
    return rounded


def split(total: Ints, weights: Floats) -> Ints:
    """Divide integers over a new last axis so that the parts add up exactly.

    Args:
        total: what is divided.
        weights: not negative; broadcasts against `total` with one more axis at the end.

    Returns:
        The parts: differences of the rounded running sum.
    """
    running = np.cumsum(weights, axis=-1)
    whole = running[..., -1:]
    share = np.divide(running, whole, out=np.zeros_like(running), where=whole > 0)
    share[..., -1] = 1
    edges = half_up(share * total[..., None])
    return np.diff(edges, axis=-1, prepend=0)
