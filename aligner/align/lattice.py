"""Search and inference over a lattice of anti-diagonals: best ladder, and how probable each bead is.

A cell is a rung (i, j); its diagonal is d = i + j, and every bead climbs from an earlier diagonal to a later
one, so that a whole diagonal is computed at once. Cell (d, k) stands for i = lows[d] + k, j = d - i.

The recurrence, with three states per rung: M (a bead with segments on both sides ends here, or nothing yet),
X (a source segment without counterpart ends here), Y (a target segment without counterpart ends here):

    M[i, j] = sum over shapes (a, b) of (M + X + Y)[i - a, j - b] * match[a, b][i, j]
    X[i, j] = M[i - 1, j] * open_x[i] + X[i - 1, j] * more_x[i]
    Y[i, j] = (M + X)[i, j - 1] * open_y[j] + Y[i, j - 1] * more_y[j]

Opening and continuing a gap cost apart (affine gaps, Gotoh 1982), and a target gap may follow a source gap
but not the other way, so that one set of beads is one path. With maximum in place of sum this is Viterbi's
search; with the sum, forward and backward give the probability of every bead (Rabiner 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["Corridor", "Gaps", "Lattice", "Posterior", "Shape", "blank"]

Shape = tuple[int, int]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

IMPOSSIBLE = np.float32(-1e9)  # a log score no path recovers from, finite so that differences stay numbers
_M, _X, _Y = 0, 1, 2


@dataclass(frozen=True)
class Corridor:
    """The cells that are looked at: on diagonal d those with ``lows[d] <= i < lows[d] + width``.

    ``lows`` climbs by 0 or 1 from diagonal to diagonal, so that shapes reach their predecessors by small
    shifts.
    """

    n_source: int
    n_target: int
    lows: Ints
    width: int

    def __post_init__(self) -> None:
        steps = np.diff(self.lows)
        if len(self.lows) != self.n_source + self.n_target + 1 or np.any((steps < 0) | (steps > 1)):
            raise ValueError("a corridor has one low end a diagonal, climbing by 0 or 1")

    @property
    def n_diagonals(self) -> int:
        """Count the diagonals, the first and the last included."""
        return len(self.lows)

    def cells(self) -> tuple[Ints, Ints]:
        """Give source and target index of every cell, (n_diagonals, width); some lie outside the lattice."""
        i = self.lows[:, None] + np.arange(self.width)[None, :]
        return i, np.arange(self.n_diagonals)[:, None] - i

    def inside(self, shape: Shape) -> NDArray[np.bool_]:
        """Say of every cell whether a bead of that shape can end there."""
        i, j = self.cells()
        (a, b), n, m = shape, self.n_source, self.n_target
        return np.asarray((i >= a) & (i <= n) & (j >= b) & (j <= m))

    def shifts(self, shape: Shape) -> Ints:
        """Give for every diagonal how many columns to the right a bead of that shape ending there starts."""
        earlier = np.maximum(np.arange(self.n_diagonals) - sum(shape), 0)
        return np.asarray(self.lows - shape[0] - self.lows[earlier])


@dataclass(frozen=True)
class Gaps:
    """Log scores of leaving a segment out, per segment: as the first of a gap, and as a later one."""

    open_source: Floats
    more_source: Floats
    open_target: Floats
    more_target: Floats


class Lattice:
    """A corridor with the log scores of its beads.

    ``matches`` is (n_diagonals + reach, n_shapes, width + 2 * pad), made by ``blank``: bead scores of shape s
    ending in cell (d, k) stand in ``matches[d, s, pad + k]``; the rest is the margin successors may fall on.
    """

    def __init__(self, corridor: Corridor, shapes: Sequence[Shape], matches: Floats, gaps: Gaps) -> None:
        self.corridor, self.shapes, self.matches = corridor, tuple(shapes), matches
        self._pad, self._reach = _margins(shapes)
        self._row = corridor.width + 2 * self._pad
        self._inner = slice(self._pad, self._pad + corridor.width)
        d = np.arange(corridor.n_diagonals)
        self._starts = np.stack([self._before(d, s) for s in self.shapes], axis=1)
        self._x_start, self._y_start = self._before(d, (1, 0)), self._before(d, (0, 1))
        self._gap_starts = list(zip(self._x_start.tolist(), self._y_start.tolist(), strict=True))
        self._columns = np.arange(corridor.width)
        self._gap_scores = _spread(gaps, corridor)

    def _before(self, d: Ints, shape: Shape) -> Ints:
        """Place in flattened padded rows from which a bead of that shape climbs to column 0."""
        return np.asarray((d - sum(shape) + self._reach) * self._row + self.corridor.shifts(shape) + self._pad)

    def _blank(self, *states: int) -> Floats:
        return np.full((*states, self.corridor.n_diagonals + self._reach, self._row), IMPOSSIBLE, np.float32)

    def best(self) -> list[tuple[int, int]]:
        """Give the rungs of the best path (Viterbi); ties go to the earlier shape, and to M before gaps."""
        c, columns = self.corridor, self._columns
        sums = self._blank(4)
        flat = sums.reshape(4, -1)
        shape_of = np.zeros((c.n_diagonals, c.width), np.uint8)
        came = np.zeros((c.n_diagonals, 3, c.width), np.uint8)  # best state here, before x, before y
        cand = np.empty((len(self.shapes), c.width), np.float32)
        to_x, to_y = np.empty((2, c.width), np.float32), np.empty((3, c.width), np.float32)
        for d in range(c.n_diagonals):
            np.take(flat[3], self._starts[d][:, None] + columns, out=cand, mode="clip")
            cand += self.matches[d, :, self._inner]
            here = sums[:, d + self._reach, self._inner]
            shape_of[d] = cand.argmax(axis=0)
            cand.max(axis=0, out=here[0])
            if d == 0:
                here[0, -int(c.lows[0])] = 0.0
            at_x, at_y = self._gap_starts[d]
            np.add(flat[:2, at_x : at_x + c.width], self._gap_scores[d, :2], out=to_x)
            np.add(flat[:2, at_y : at_y + c.width], self._gap_scores[d, 2], out=to_y[:2])
            np.add(flat[_Y, at_y : at_y + c.width], self._gap_scores[d, 3], out=to_y[_Y])
            to_x.max(axis=0, out=here[_X])
            to_y.max(axis=0, out=here[_Y])
            came[d] = here[:3].argmax(axis=0), to_x.argmax(axis=0), to_y.argmax(axis=0)
            here[:3].max(axis=0, out=here[3])
        return self._trace(shape_of, came)

    def _trace(self, shape_of: NDArray[np.uint8], came: NDArray[np.uint8]) -> list[tuple[int, int]]:
        lows = self.corridor.lows
        i, j = self.corridor.n_source, self.corridor.n_target
        rungs, state = [(i, j)], int(came[i + j, 0, i - lows[i + j]])
        while (i, j) != (0, 0):
            d, k = i + j, i - int(lows[i + j])
            if state == _M:
                a, b = self.shapes[shape_of[d, k]]
                i, j = i - a, j - b
                state = int(came[i + j, 0, i - lows[i + j]])
            else:
                before = int(came[d, state, k])
                i, j = (i - 1, j) if state == _X else (i, j - 1)
                state = before
            rungs.append((i, j))
        return rungs[::-1]

    def infer(self) -> Posterior:
        """Sum over all paths; consumes the lattice: onward sums are written over ``matches``."""
        forward = self._forward()
        onward_gaps = self._backward()
        c = self.corridor
        total = forward[3, -1, self._pad + c.n_source - int(c.lows[-1])]
        return Posterior(self, forward, onward_gaps, float(total))

    def _forward(self) -> Floats:
        """Log sums (4, rows, padded width) of the ways to each cell: in state M, X, Y, and in any of them."""
        c, columns = self.corridor, self._columns
        sums = self._blank(4)
        flat = sums.reshape(4, -1)
        cand = np.empty((len(self.shapes), c.width), np.float32)
        to_x = np.empty((2, c.width), np.float32)
        for d in range(c.n_diagonals):
            np.take(flat[3], self._starts[d][:, None] + columns, out=cand, mode="clip")
            cand += self.matches[d, :, self._inner]
            here = sums[:, d + self._reach, self._inner]
            _log_sum(cand, out=here[_M])
            if d == 0:
                here[_M, -int(c.lows[0])] = 0.0
            at_x, at_y = self._gap_starts[d]
            scores = self._gap_scores[d]
            np.add(flat[:2, at_x : at_x + c.width], scores[:2], out=to_x)
            np.logaddexp(to_x[0], to_x[1], out=here[_X])
            m, x, y = flat[:3, at_y : at_y + c.width]
            np.logaddexp(np.logaddexp(m, x) + scores[2], y + scores[3], out=here[_Y])
            _log_sum(here[:3].copy(), out=here[3])
        return sums

    def _backward(self) -> Floats:
        """Log sums (4, rows, padded width) onward from a gap that ends in a cell, its own score included.

        Order: open x, more x, open y, more y. The same for matches is written over their scores.
        """
        c, pad, last = self.corridor, self._pad, self.corridor.n_diagonals - 1
        gaps = self._blank(4)
        heights, ups = np.array([sum(s) for s in self.shapes]), np.array([s[0] for s in self.shapes])
        lows = np.concatenate([c.lows, np.full(self._reach, c.lows[-1])])
        offsets = heights * (self._row * len(self.shapes)) + np.arange(len(self.shapes)) * self._row + ups + pad
        flat, stride = self.matches.reshape(-1), self._row * len(self.shapes)
        after = np.empty((len(self.shapes), c.width), np.float32)
        onward = np.empty((3, c.width), np.float32)  # by a bead, by a gap in the source, by one in the target
        row = np.empty((3, c.width), np.float32)
        for d in range(last, -1, -1):
            starts = offsets + (d * stride + lows[d]) - lows[d + heights]
            np.take(flat, starts[:, None] + self._columns, out=after, mode="clip")
            _log_sum(after, out=onward[0])
            up, right = int(lows[d] + 1 - lows[d + 1]) + pad, int(lows[d] - lows[d + 1]) + pad
            next_x, next_y = gaps[:2, d + 1, up : up + c.width], gaps[2:, d + 1, right : right + c.width]
            np.logaddexp(onward[0], next_y[1], out=row[_Y])
            onward[2] = next_y[0]
            for state in (_M, _X):
                onward[1] = next_x[state]
                _log_sum(onward.copy(), out=row[state])
            if d == last:
                row[:, c.n_source - int(c.lows[-1])] = 0.0
            np.add(self._gap_scores[d, :2], row[_X], out=gaps[:2, d, self._inner])
            np.add(self._gap_scores[d, 2:], row[_Y], out=gaps[2:, d, self._inner])
            self.matches[d, :, self._inner] += row[_M]
        return gaps


class Posterior:
    """Probabilities of beads, from the sums over all ladders of a lattice."""

    def __init__(self, lattice: Lattice, forward: Floats, gaps: Floats, total: float) -> None:
        self._lattice, self._forward, self._gaps, self.total = lattice, forward, gaps, total

    def matches(self, s: int) -> Floats:
        """Probability of a bead of the s-th shape ending in each cell, (n_diagonals, width)."""
        own = self._lattice
        n = own.corridor.n_diagonals
        start = self._forward[3].reshape(-1)[own._starts[:, s][:, None] + own._columns]
        return _probability(start + own.matches[:n, s, own._inner] - np.float32(self.total))

    def gaps(self) -> Floats:
        """Probability of each gap, (4, n_diagonals, width): open x, more x, open y, more y."""
        own = self._lattice
        n = own.corridor.n_diagonals
        m, x, y = self._forward[:3].reshape(3, -1)
        at_x, at_y = own._x_start[:, None] + own._columns, own._y_start[:, None] + own._columns
        starts = np.stack((m[at_x], x[at_x], np.logaddexp(m[at_y], x[at_y]), y[at_y]))
        return _probability(starts + self._gaps[:, :n, own._inner] - np.float32(self.total))

    def along(self, rungs: Sequence[tuple[int, int]]) -> list[float]:
        """Probability of every bead between neighbouring rungs."""
        own, gaps = self._lattice, self.gaps()
        by_shape = {shape: s for s, shape in enumerate(own.shapes)}
        out = []
        for (i, j), (k, m) in pairwise(rungs):
            d, column = k + m, k - int(own.corridor.lows[k + m])
            shape = (k - i, m - j)
            if shape in by_shape:
                out.append(float(self._match(by_shape[shape], d, column)))
            else:
                first = 0 if shape == (1, 0) else 2
                out.append(float(min(1.0, gaps[first : first + 2, d, column].sum())))
        return out

    def _match(self, s: int, d: int, k: int) -> float:
        own = self._lattice
        start = self._forward[3].reshape(-1)[own._starts[d, s] + k]
        onward = own.matches[d, s, own._pad + k]
        return float(np.exp(min(0.0, float(start) + float(onward) - self.total)))


def blank(corridor: Corridor, shapes: Sequence[Shape]) -> tuple[Floats, Floats]:
    """Make a table of bead scores, and the view (n_diagonals, n_shapes, width) that is to be filled."""
    pad, reach = _margins(shapes)
    size = (corridor.n_diagonals + reach, len(shapes), corridor.width + 2 * pad)
    table = np.full(size, IMPOSSIBLE, np.float32)
    return table, table[: corridor.n_diagonals, :, pad : pad + corridor.width]


def _margins(shapes: Sequence[Shape]) -> tuple[int, int]:
    """Columns and diagonals a bead can reach beyond the corridor."""
    return max(max(shape) for shape in shapes), max(sum(shape) for shape in shapes)


def _spread(gaps: Gaps, corridor: Corridor) -> Floats:
    """Gap scores per cell they end in, (n_diagonals, 4, width): open x, more x, open y, more y."""
    i, j = corridor.cells()
    out = np.full((corridor.n_diagonals, 4, corridor.width), IMPOSSIBLE, np.float32)
    sides = (
        ((gaps.open_source, gaps.more_source), i, corridor.inside((1, 0))),
        ((gaps.open_target, gaps.more_target), j, corridor.inside((0, 1))),
    )
    for first, (scores, at, ok) in zip((0, 2), sides, strict=True):
        for k, row in enumerate(scores):
            if len(row):
                out[:, first + k] = np.where(ok, row[np.clip(at - 1, 0, len(row) - 1)], IMPOSSIBLE)
    return out


def _log_sum(rows: Floats, out: Floats) -> None:
    """Log of the sum of exponentials down the first axis; uses ``rows`` up."""
    top = rows.max(axis=0)
    rows -= top
    np.exp(rows, out=rows)
    np.log(rows.sum(axis=0), out=out)
    out += top


def _probability(logs: Floats) -> Floats:
    return np.exp(np.minimum(logs, np.float32(0.0)))
