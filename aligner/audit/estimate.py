"""Rates with intervals: the documents are drawn again and again, since flags of one text go together.

Percentile bootstrap over documents (Efron and Tibshirani 1993, An Introduction to the Bootstrap,
chapter 13), with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROUNDS", "SEED", "Estimate", "ratio"]

SEED = 20260101
ROUNDS = 2000
"""Enough for the 2.5 and 97.5 percentiles to move by less than their second digit (a guess, usual)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """``count`` of ``of``, times a scale.

    The interval is None where fewer than two documents speak, and for a count of 0: drawing documents
    without flags again and again tells nothing of how rare flags are.
    """

    count: int
    of: int
    documents: int
    value: float | None
    low: float | None = None
    high: float | None = None


def ratio(counts: Sequence[int], of: Sequence[int], *, scale: float = 1.0, rounds: int = ROUNDS) -> Estimate:
    """Estimate the sum of counts over the sum of opportunities, a document an entry of both.

    >>> e = ratio([1, 3, 2], [10, 10, 20], scale=1000)
    >>> e.value, e.low <= e.value <= e.high
    (150.0, True)
    >>> ratio([], []).value is None
    True
    """
    if len(counts) != len(of):
        raise ValueError("every document has a count and its opportunities")
    total = sum(of)
    value = scale * sum(counts) / total if total else None
    speaking = sum(1 for n in of if n)
    if speaking < 2 or not any(counts):
        return Estimate(sum(counts), total, speaking, value)
    low, high = _interval(np.array(counts, np.float64), np.array(of, np.float64), rounds)
    return Estimate(sum(counts), total, speaking, value, scale * low, scale * high)


def _interval(counts: NDArray[np.float64], of: NDArray[np.float64], rounds: int) -> tuple[float, float]:
    top, bottom = (np.concatenate([w @ x for w in _draws(len(of), rounds)]) for x in (counts, of))
    drawn = top[bottom > 0] / bottom[bottom > 0]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


@lru_cache(maxsize=4)
def _draws(n: int, rounds: int) -> tuple[NDArray[np.float64], ...]:
    """How often each of n documents is drawn in each round; whole numbers, so that sums are exact."""
    rng = np.random.default_rng(SEED)
    even = np.full(n, 1 / n)
    return tuple(
        rng.multinomial(n, even, size=min(100, rounds - at)).astype(np.float64) for at in range(0, rounds, 100)
    )
