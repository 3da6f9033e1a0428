"""Where to look: a corridor round a rough path, found from coarse to fine so that cost grows with the length.

The rough path climbs by single steps and gains where two segments resemble each other more than unrelated
ones do (a longest common subsequence with weights). Long strands are pooled until the whole table is small;
each finer level looks only near the path of the coarser one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aligner.align.blas import one_thread
from aligner.align.strip import Corridor, Strip

__all__ = ["along", "products", "reach", "rough", "whole"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_WHOLE = 1536  # segments a side up to which the whole table is searched for the rough path; 9 MB of moves
_POOL = 4  # segments of one level that make one of the next
_NEAR = 256  # segments a diagonal the rough path may stray from the coarser one's, in all
_BLOCK = 256  # rows and columns of one matrix product: a fixed shape, so that the bits do not depend on the rest


def whole(n_source: int, n_target: int) -> Corridor:
    """Give the corridor that holds every rung."""
    return Corridor(n_source, n_target, np.zeros(n_source + n_target + 1, np.int64), n_source + 1)


def along(rungs: Sequence[tuple[int, int]], width: int) -> Corridor:
    """Give the corridor of ``width`` source segments a diagonal round a path."""
    i, j = np.array(rungs).T
    n, m = int(i[-1]), int(j[-1])
    centre = np.interp(np.arange(n + m + 1), i + j, i)
    lows = np.floor(centre + 0.5).astype(np.int64) - width // 2
    return Corridor(n, m, lows, width)


def rough(source: Floats, target: Floats) -> list[tuple[int, int]]:
    """Find the rungs of a path by single steps near which the ladder runs; rows are weighted vectors."""
    if max(len(source), len(target)) <= _WHOLE:
        return _climb(source, target, whole(len(source), len(target)))
    coarse = rough(_pooled(source), _pooled(target))
    scaled = [(min(i * _POOL, len(source)), min(j * _POOL, len(target))) for i, j in coarse]
    return _climb(source, target, along(_strict(scaled), _NEAR))


def _strict(rungs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Drop rungs that stand still, as they do where a short last pool was rounded up."""
    return list(dict.fromkeys(rungs))


def _pooled(vectors: Floats) -> Floats:
    return np.asarray(np.add.reduceat(vectors, np.arange(0, len(vectors), _POOL), axis=0))


def _climb(source: Floats, target: Floats, corridor: Corridor) -> list[tuple[int, int]]:
    """Maximise the gains of diagonal steps; steps along one side cost nothing.

    Sums are by diagonal, two before the first among them, and column, with a margin of two on either side. What lies
    outside the lattice need not be told apart: no path leads back from there, and none leads there from below.
    """
    gains = _gains(products(_centred(source), _centred(target), corridor, 0.0))
    width, steps = corridor.width, np.diff(corridor.lows, prepend=corridor.lows[0]).tolist()
    sums = np.full((corridor.n_diagonals + 2, width + 4), -1.0, np.float32)
    sums[2, 2 - corridor.lows[0]] = 0.0
    for d in range(1, corridor.n_diagonals):
        one, two, best = 1 + steps[d], 1 + steps[d] + steps[d - 1], sums[d + 2, 2 : 2 + width]
        np.add(sums[d, two : two + width], gains[d], out=best)
        np.maximum(best, sums[d + 1, one : one + width], out=best)
        np.maximum(best, sums[d + 1, one + 1 : one + 1 + width], out=best)
    return _trace(sums, gains, corridor)


def _trace(sums: Floats, gains: Floats, corridor: Corridor) -> list[tuple[int, int]]:
    """Go back from the last rung; of ways that are equal, the diagonal one, then that of the source."""
    lows = [corridor.lows[0]] * 2 + corridor.lows.tolist()
    i, j = corridor.n_source, corridor.n_target
    rungs = [(i, j)]
    while (i, j) != (0, 0):
        d = i + j
        both = sums[d, 1 + i - lows[d]] + gains[d, i - lows[d + 2]]
        up, right = sums[d + 1, 1 + i - lows[d + 1]], sums[d + 1, 2 + i - lows[d + 1]]
        a, b = (1, 1) if both >= max(up, right) else (1, 0) if up >= right else (0, 1)
        i, j = i - a, j - b
        rungs.append((i, j))
    return rungs[::-1]


def _gains(cosines: Floats) -> Floats:
    """What a cosine has above what nearly all unrelated pairs have; the rest is no gain."""
    seen = cosines[cosines != 0.0]
    seen = seen[:: max(1, len(seen) // 50_000)]
    if not len(seen):
        return cosines
    middle, upper = np.quantile(seen, (0.5, 0.84))
    return np.asarray(np.maximum(cosines - np.float32(middle + 2 * (upper - middle)), np.float32(0.0)))


def _centred(vectors: Floats) -> Floats:
    """Unit rows after taking away what all rows share."""
    out = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32) if len(vectors) > 4 else vectors
    norms = np.sqrt(np.einsum("ij,ij->i", out, out, dtype=np.float64))
    return np.asarray(out / np.maximum(norms, 1e-9)[:, None], np.float32)


def products(source: Floats, target: Floats, corridor: Corridor, fill: float) -> Floats:
    """Dot products of rows, at the cell where both segments end; ``fill`` elsewhere."""
    strip = Strip(corridor, 0, corridor.n_diagonals, shapes=[(1, 1)])
    out = np.full(strip.size, fill, np.float32)
    lowest = np.arange(corridor.n_source) + 2  # the diagonal on which a segment and the target's first end
    first, last = (np.clip(d - lowest, 0, corridor.n_target) for d in _diagonals(corridor))
    with one_thread():
        for row in range(0, len(source), _BLOCK):
            rows = slice(row, row + _BLOCK)
            starts = range(int(first[rows].min()) // _BLOCK * _BLOCK, int(last[rows].max()), _BLOCK)
            if starts:
                table = np.hstack([_padded(source, row) @ _padded(target, start).T for start in starts])
                for i, (j, end) in enumerate(zip(first[rows].tolist(), last[rows].tolist(), strict=True), start=row):
                    cells = strip.column(i + 1, i + j + 2, i + end + 2)
                    out[cells] = table[i - row, j - starts[0] : end - starts[0]]
    return strip.cells(out)


def reach(corridor: Corridor) -> tuple[Ints, Ints]:
    """Give for every source segment the first target segment in the corridor, and the one after the last."""
    end = np.arange(1, corridor.n_source + 1)
    first, last = _diagonals(corridor)
    return np.clip(first - end - 1, 0, corridor.n_target), np.clip(last - end, 0, corridor.n_target)


def _diagonals(corridor: Corridor) -> tuple[Ints, Ints]:
    """Give for the end of every source segment the first diagonal that has it, and the one after the last."""
    end = np.arange(1, corridor.n_source + 1)
    return (
        np.searchsorted(corridor.lows, end - corridor.width + 1),
        np.searchsorted(corridor.lows, end, side="right"),
    )


def _padded(vectors: Floats, start: int) -> Floats:
    rows = vectors[start : start + _BLOCK]
    if len(rows) == _BLOCK:
        return rows
    return np.vstack([rows, np.zeros((_BLOCK - len(rows), vectors.shape[1]), np.float32)])
