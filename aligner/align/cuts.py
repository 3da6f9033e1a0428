"""Where one segment that renders several would be cut: the evidence that all of them are in it.

A bead of one segment against n is right where the one can be cut in two so that its halves are like the outer segment
and the rest of the n; where a segment of the n was left out, no cut gives its neighbour's half anything to be like. The
halves are sums of pieces (aligner/align/parts.py), the n are sums of their own vectors; all halves of a cell are
compared at once, a window at a time, so that no table outlives its window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.align.blas import one_thread
from aligner.align.evidence import MOST, Side, View
from aligner.align.parts import Parts
from aligner.align.strip import Shape

__all__ = ["BestCut", "best_cuts"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_ROWS = 32  # segments cut at a time
_UNLIKE = np.float32(-4.0)  # below every sum and difference of two cosines less two


@dataclass(frozen=True, slots=True, eq=False)
class BestCut:
    """The best cut of the one segment of a 1-n bead at the worse of both ends of the n, by cell: strips without margin.

    ``total`` is the cosine of one half with the outer segment plus that of the other with the rest, ``apart`` the
    total less the same crosswise, ``lesser`` the smaller of the two cosines; all 0 where ``whole`` says that the
    segment is one piece only.
    """

    total: Floats
    apart: Floats
    lesser: Floats
    whole: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Halves:
    """Every cut of some segments: unit vectors of what is before (first) and after it (last), (2 * n_cuts, d).

    ``segments`` are those with a cut at all, ``starts`` the first cut of each.
    """

    vectors: Floats
    segments: Ints
    starts: Ints


def best_cuts(view: View, pieces: tuple[Parts, Parts] | None) -> dict[Shape, BestCut]:
    """Give for each shape 1-n and n-1 the best cut in every cell of a view.

    ``pieces`` are those of the source and of the target; with None every segment counts as one piece.

    >>> from aligner.align.corridor import whole
    >>> from aligner.align.evidence import Evidence
    >>> from aligner.align.strand import Strand
    >>> one, two = np.array([[0.6, 0.8]], np.float32), np.eye(2, dtype=np.float32)
    >>> evidence = Evidence(Side(Strand(("both",), one)), Side(Strand(("here", "there"), two)), whole(1, 2))
    >>> halves = Parts(two, np.array([0, 0]), np.array([0.5, 0.5], np.float32), np.array([0]))
    >>> wholes = Parts(two, np.array([0, 1]), np.array([1.0, 1.0], np.float32), np.array([0, 1]))
    >>> view = View(evidence, 0, 4)
    >>> found = best_cuts(view, (halves, wholes))
    >>> [float(table[3, 1]) for table in map(view.cells, (found[1, 2].total, found[1, 2].apart, found[1, 2].lesser))]
    [2.0, 2.0, 1.0]
    """
    out: dict[Shape, BestCut] = {}
    for side in (0, 1):
        whole = _whole(view, side, pieces)
        tables = np.zeros((MOST - 1, 3, *whole.shape), np.float32)
        if pieces is not None:
            _fill(tables, view, side, pieces[side])
        for n, (total, apart, lesser) in enumerate(tables, start=2):
            out[(1, n) if side == 0 else (n, 1)] = BestCut(total, apart, lesser, whole)
    return out


def _whole(view: View, side: int, pieces: tuple[Parts, Parts] | None) -> Floats:
    """1 in the cells where the segment of a side is one piece only."""
    own = (view.source, view.target)[side]
    of_segment = np.ones(own.n + 1, np.float32)
    if pieces is not None:
        of_segment[1:] = np.diff(pieces[side].starts, append=len(pieces[side].owner)) < 2
    return np.asarray(of_segment[view.here(view.ends[side])])


def _fill(tables: Floats, view: View, side: int, parts: Parts) -> None:
    other = (view.target, view.source)[side]
    with one_thread():
        for rows, ends in _blocks(view, side):
            halves = _halves(parts, rows)
            if len(halves.segments):
                _write(tables, view, side, halves.segments, ends, _best(halves, other, ends))


def _blocks(view: View, side: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield some segments of a side, and the ends of spans of the other that they meet in the view."""
    at, there = (view.cells(view.here(view.ends[k])) for k in (side, 1 - side))
    for row in range(max(int(at.min()) - 1, 0), int(at.max()), _ROWS):
        rows = np.arange(row, min(row + _ROWS, int(at.max())))
        met = there[(at > rows[0]) & (at <= rows[-1] + 1)]
        if len(met) and met.max() > 1:
            yield rows, np.arange(max(int(met.min()), 1), int(met.max()) + 1)


def _halves(parts: Parts, rows: Ints) -> _Halves:
    """Cut each of some neighbouring segments between its pieces in every way."""
    bounds = np.append(parts.starts, len(parts.owner))[rows[0] : rows[-1] + 2]
    mine = slice(bounds[0], bounds[-1])
    weighed = parts.vectors[mine] * parts.mass[mine, None]
    sums = np.concatenate([np.zeros((1, weighed.shape[1])), np.cumsum(weighed, axis=0, dtype=np.float64)])
    bounds = bounds - bounds[0]
    at = np.setdiff1d(np.arange(bounds[-1]), bounds)  # pieces that have one before them in their segment
    owner = np.searchsorted(bounds, at, side="right") - 1
    both = np.concatenate([sums[at] - sums[bounds[owner]], sums[bounds[owner + 1]] - sums[at]])
    norms = np.sqrt(np.einsum("ij,ij->i", both, both))
    unit = (both / np.maximum(norms, 1e-9)[:, None]).astype(np.float32)
    segments, starts = np.unique(owner, return_index=True)
    return _Halves(unit, rows[segments], starts)


def _best(halves: _Halves, other: Side, ends: Ints) -> Floats:
    """Give total, apart and lesser of the best cuts by count of the n, segment and end, (MOST - 1, 3, ., .)."""
    start = max(int(ends[0]) - MOST, 0)
    alike = halves.vectors @ other.vectors[start : ends[-1]].T
    alone, sums = alike / other.norms[1, start + 1 : ends[-1] + 1], alike
    out = np.zeros((MOST - 1, 3, len(halves.segments), len(ends)), np.float32)
    for n in range(1, min(MOST, alike.shape[1])):  # one segment of the other side against n
        if n > 1:
            sums = sums[:, 1:] + alike[:, : 1 - n]
        run = sums / other.norms[n, start + n : ends[-1] + 1]  # by its first segment
        first = max(int(ends[0]) - start - n - 1, 0)
        found = _chosen(alone[:, first:-n], run[:, first + 1 :], halves.starts)
        if n > 1:
            found = np.minimum(found, _chosen(run[:, first:-1], alone[:, first + n :], halves.starts))
        out[n - 1, :, :, len(ends) - found.shape[2] :] = found
    return out


def _chosen(left: Floats, right: Floats, starts: Ints) -> Floats:
    """Give total, apart and lesser at the cut of greatest total; of what either half has with left and right."""
    n = len(left) // 2
    one, two = left[:n], right[n:]
    total, apart, lesser = one + two, (one - left[n:]) + (two - right[:n]), np.minimum(one, two)
    top = np.maximum.reduceat(total, starts, axis=0)
    others = total < np.repeat(top, np.diff(starts, append=n), axis=0)
    for values in (apart, lesser):
        np.copyto(values, _UNLIKE, where=others)
    return np.stack([top, *(np.maximum.reduceat(values, starts, axis=0) for values in (apart, lesser))])


def _write(tables: Floats, view: View, side: int, segments: Ints, ends: Ints, values: Floats) -> None:
    """Write values into the cells where the segments and spans end."""
    corridor = view.evidence.corridor
    own, there = np.broadcast_arrays(segments[:, None] + 1, ends[None, :])
    d = own + there
    k = (own if side == 0 else there) - corridor.lows[d]
    seen = (d >= view.first) & (d < view.last) & (k >= 0) & (k < corridor.width)
    tables[:, :, view.places(d[seen], k[seen])] = values[:, :, seen]
