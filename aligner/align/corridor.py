"""Where to look: a corridor round a rough path, found from coarse to fine so that cost grows with the length.

The rough path climbs by single steps and gains where two segments resemble each other more than unrelated
ones do (a longest common subsequence with weights). Long strands are pooled until the whole table is small;
each finer level looks only near the path of the coarser one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from aligner.align.lattice import Corridor

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
    """Maximise the gains of diagonal steps; steps along one side cost nothing."""
    gains = _gains(products(_centred(source), _centred(target), corridor, 0.0))
    moves = np.zeros(gains.shape, np.uint8)
    width = corridor.width
    steps = np.diff(corridor.lows, prepend=corridor.lows[0]).tolist()
    outside = [~corridor.inside(shape) for shape in ((1, 1), (1, 0), (0, 1))]
    sums = np.full((corridor.n_diagonals + 2, width + 4), -1.0, np.float32)  # two diagonals and columns of margin
    options = np.empty((3, width), np.float32)
    for d in range(corridor.n_diagonals):
        one, two = steps[d], steps[d] + (steps[d - 1] if d else 0)
        np.add(sums[d, 1 + two : 1 + two + width], gains[d], out=options[0])
        options[1] = sums[d + 1, 1 + one : 1 + one + width]
        options[2] = sums[d + 1, 2 + one : 2 + one + width]
        for row, is_outside in zip(options, outside, strict=True):
            row[is_outside[d]] = -1.0
        moves[d] = options.argmax(axis=0)
        best = sums[d + 2, 2 : 2 + width]
        options.max(axis=0, out=best)
        if d == 0:
            best[-int(corridor.lows[0])] = 0.0
    return _trace(moves, corridor)


def _trace(moves: NDArray[np.uint8], corridor: Corridor) -> list[tuple[int, int]]:
    i, j = corridor.n_source, corridor.n_target
    rungs = [(i, j)]
    while (i, j) != (0, 0):
        a, b = ((1, 1), (1, 0), (0, 1))[moves[i + j, i - corridor.lows[i + j]]]
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
    out = np.full((corridor.n_diagonals, corridor.width), fill, np.float32)
    first, last = reach(corridor)
    with threadpool_limits(limits=1, user_api="blas"):
        for row in range(0, len(source), _BLOCK):
            rows = slice(row, min(row + _BLOCK, len(source)))
            for column in range(int(first[rows].min()) // _BLOCK * _BLOCK, int(last[rows].max()), _BLOCK):
                _scatter(out, corridor, source, target, (row, column))
    return out


def reach(corridor: Corridor) -> tuple[Ints, Ints]:
    """Give for every source segment the first target segment in the corridor, and the one after the last."""
    end = np.arange(1, corridor.n_source + 1)
    first = np.searchsorted(corridor.lows, end - corridor.width + 1)
    last = np.searchsorted(corridor.lows, end, side="right")
    return np.clip(first - end - 1, 0, corridor.n_target), np.clip(last - end, 0, corridor.n_target)


def _scatter(out: Floats, corridor: Corridor, source: Floats, target: Floats, at: tuple[int, int]) -> None:
    row, column = at
    block = _padded(source, row) @ _padded(target, column).T
    n, m = min(_BLOCK, len(source) - row), min(_BLOCK, len(target) - column)
    i, j = np.arange(row, row + n)[:, None] + 1, np.arange(column, column + m)[None, :] + 1
    d = i + j
    k = i - corridor.lows[d]
    seen = (k >= 0) & (k < corridor.width)
    out[d[seen], k[seen]] = block[:n, :m][seen]


def _padded(vectors: Floats, start: int) -> Floats:
    rows = vectors[start : start + _BLOCK]
    if len(rows) == _BLOCK:
        return rows
    return np.vstack([rows, np.zeros((_BLOCK - len(rows), vectors.shape[1]), np.float32)])
