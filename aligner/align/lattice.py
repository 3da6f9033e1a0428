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

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Corridor", "Gaps", "Lattice", "Posterior", "Shape", "blank"]

Shape = tuple[int, int]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

IMPOSSIBLE = np.float32(-1e9)  # a log score no path recovers from, finite so that differences stay numbers
_M, _X, _Y, _ANY = 0, 1, 2, 3


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

    Sums over paths lie flat and sheared: one row after another, each shifted by its ``lows``, so that from wherever a
    bead ends it starts as many places before (``_back``). Rows are so far apart that what lies beyond the corridor
    lies between them and stays impossible.
    """

    def __init__(self, corridor: Corridor, shapes: Sequence[Shape], matches: Floats, gaps: Gaps) -> None:
        self.corridor, self.shapes, self.matches = corridor, tuple(shapes), matches
        self._pad, self._reach = _margins(shapes)
        self._inner = slice(self._pad, self._pad + corridor.width)
        self._pitch = corridor.width + self._pad
        self._columns = np.arange(corridor.width)
        self._at = self._place(corridor.lows, np.arange(corridor.n_diagonals) - corridor.lows)  # of column 0
        self._back = np.array([self._places_back(shape) for shape in self.shapes])
        self._gap_scores = _spread(gaps, corridor)

    def _place(self, i: Any, j: Any) -> Any:
        """Give the place of a rung in a row of sums."""
        return (i + j + self._reach) * self._pitch + i - self.corridor.lows[0] + self._pad

    def _places_back(self, shape: Shape) -> int:
        return sum(shape) * self._pitch + shape[0]

    def _blank(self) -> Floats:
        size = self._at[-1] + 2 * self._pitch + self._pad
        return np.full((4, size), IMPOSSIBLE, np.float32)

    def best(self) -> list[tuple[int, int]]:
        """Give the rungs of the best path (Viterbi); ties go to the earlier shape, and to M before gaps."""
        return self._trace(self._climb(np.maximum, _greatest))

    def _climb(self, pair: np.ufunc, many: Callable[[Floats, Floats], None]) -> Floats:
        """Join the ways to each cell, (4, places): in state M, X, Y, and in any of them.

        ``pair`` and ``many`` join two, and the rows of a table into one.
        """
        width, far = self.corridor.width, int(self._back.max())
        sums, ways = self._blank(), np.empty((len(self.shapes), width), np.float32)
        m, x, y, top = sums
        starts = (far - self._back)[:, None] + self._columns
        up, right = self._places_back((1, 0)), self._places_back((0, 1))
        for d, at in enumerate(self._at.tolist()):
            here, below, left = (slice(at - back, at - back + width) for back in (0, up, right))
            top[at - far : at + width].take(starts, out=ways, mode="clip")  # clip: no buffer, nothing to clip
            ways += self.matches[d, :, self._inner]
            many(ways, m[here])
            if d == 0:
                m[self._place(0, 0)] = 0.0
            open_x, more_x, open_y, more_y = self._gap_scores[d]
            pair(m[below] + open_x, x[below] + more_x, out=x[here])
            pair(pair(m[left], x[left]) + open_y, y[left] + more_y, out=y[here])
            many(sums[:3, here], top[here])
        return sums

    def _trace(self, sums: Floats) -> list[tuple[int, int]]:
        i, j = self.corridor.n_source, self.corridor.n_target
        rungs, state = [(i, j)], _ANY
        while (i, j) != (0, 0):
            at, d, k = self._place(i, j), i + j, i - self.corridor.lows[i + j]
            if state == _ANY:
                state = int(sums[:3, at].argmax())
            open_x, more_x, open_y, more_y = self._gap_scores[d, :, k]
            if state == _M:
                ways = sums[3, at - self._back] + self.matches[d, :, self._pad + k]
                (a, b), state = self.shapes[ways.argmax()], _ANY
            elif state == _X:
                (a, b), before = (1, 0), sums[:2, at - self._places_back((1, 0))]
                state = int(np.argmax((before[_M] + open_x, before[_X] + more_x)))
            else:
                (a, b), before = (0, 1), sums[:3, at - self._places_back((0, 1))]
                state = int(np.argmax((before[_M] + open_y, before[_X] + open_y, before[_Y] + more_y)))
            i, j = i - a, j - b
            rungs.append((i, j))
        return rungs[::-1]

    def infer(self) -> Posterior:
        """Sum over all paths; consumes the lattice: onward sums are written over ``matches``."""
        forward = self._climb(np.logaddexp, _log_sum)
        onward_gaps = self._backward()
        total = forward[3, self._place(self.corridor.n_source, self.corridor.n_target)]
        return Posterior(self, forward, onward_gaps, float(total))

    def _backward(self) -> Floats:
        """Log sums (4, places) onward from a gap that ends in a cell, its own score included.

        Order: open x, more x, open y, more y. The same for matches is written over their scores.
        """
        width, last = self.corridor.width, self.corridor.n_diagonals - 1
        gaps, flat, ends = self._blank(), self.matches.reshape(-1), self._ends()
        at_ends, ways = np.empty((len(self.shapes), width), np.int64), np.empty((len(self.shapes), width), np.float32)
        on, rows = np.empty((3, 2, width), np.float32), np.empty((2, width), np.float32)  # from m, from x
        up, right = self._places_back((1, 0)), self._places_back((0, 1))
        for d in range(last, -1, -1):
            at = int(self._at[d])
            np.add(ends[d][:, None], self._columns, out=at_ends)
            flat.take(at_ends, out=ways, mode="clip")
            _log_sum(ways, on[0, 0])
            next_y = gaps[2:, at + right : at + right + width]
            on[0, 1], on[1], on[2] = on[0, 0], gaps[:2, at + up : at + up + width], next_y[0]
            _log_sum(on, rows)
            row_y = np.logaddexp(on[0, 0], next_y[1])
            if d == last:
                k = self.corridor.n_source - int(self.corridor.lows[-1])
                rows[:, k] = row_y[k] = 0.0
            np.add(self._gap_scores[d, :2], rows[1], out=gaps[:2, at : at + width])
            np.add(self._gap_scores[d, 2:], row_y, out=gaps[2:, at : at + width])
            self.matches[d, :, self._inner] += rows[0]
        return gaps

    def _ends(self) -> Ints:
        """Places in flattened ``matches`` where beads that start in column 0 end, (n_diagonals, n_shapes)."""
        lows = np.concatenate([self.corridor.lows, np.full(self._reach, self.corridor.lows[-1])])
        d, order = np.arange(self.corridor.n_diagonals)[:, None], np.arange(len(self.shapes))
        heights, ups = np.array([sum(s) for s in self.shapes]), np.array([s[0] for s in self.shapes])
        columns = lows[d] + ups - lows[d + heights] + self._pad
        return np.asarray(((d + heights) * len(self.shapes) + order) * self.matches.shape[2] + columns)


class Posterior:
    """Probabilities of beads, from the sums over all ladders of a lattice."""

    def __init__(self, lattice: Lattice, forward: Floats, gaps: Floats, total: float) -> None:
        self._lattice, self._forward, self._gaps, self.total = lattice, forward, gaps, total

    def matches(self, s: int) -> Floats:
        """Probability of a bead of the s-th shape ending in each cell, (n_diagonals, width)."""
        own = self._lattice
        n = own.corridor.n_diagonals
        start = self._forward[3, self._cells() - own._back[s]]
        return _probability(start + own.matches[:n, s, own._inner] - np.float32(self.total))

    def gaps(self) -> Floats:
        """Probability of each gap, (4, n_diagonals, width): open x, more x, open y, more y."""
        return self._gaps_at(self._cells())

    def _cells(self) -> Ints:
        return np.asarray(self._lattice._at[:, None] + self._lattice._columns)

    def _gaps_at(self, places: Ints) -> Floats:
        own, (m, x, y, _) = self._lattice, self._forward
        below, left = (places - own._places_back(step) for step in ((1, 0), (0, 1)))
        starts = np.stack((m[below], x[below], np.logaddexp(m[left], x[left]), y[left]))
        return _probability(starts + self._gaps[:, places] - np.float32(self.total))

    def along(self, rungs: Sequence[tuple[int, int]]) -> list[float]:
        """Probability of every bead between neighbouring rungs."""
        ends = np.array(rungs)
        gaps = self._gaps_at(self._lattice._place(ends[:, 0], ends[:, 1]))
        by_shape = {shape: s for s, shape in enumerate(self._lattice.shapes)}
        out = []
        for at, ((i, j), (k, m)) in enumerate(pairwise(rungs), start=1):
            shape = (k - i, m - j)
            if shape in by_shape:
                out.append(self._match(by_shape[shape], k, m))
            else:
                first = 0 if shape == (1, 0) else 2
                out.append(float(min(1.0, gaps[first : first + 2, at].sum())))
        return out

    def _match(self, s: int, i: int, j: int) -> float:
        own = self._lattice
        start = self._forward[3, own._place(i, j) - own._back[s]]
        onward = own.matches[i + j, s, own._pad + i - own.corridor.lows[i + j]]
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


def _greatest(rows: Floats, out: Floats) -> None:
    """Write the greatest down the first axis."""
    np.maximum.reduce(rows, axis=0, out=out)


def _log_sum(rows: Floats, out: Floats) -> None:
    """Write the log of the sum of exponentials down the first axis."""
    top = np.maximum.reduce(rows, axis=0)
    raised = rows - top
    np.exp(raised, out=raised)
    np.add.reduce(raised, axis=0, out=out)
    np.log(out, out=out)
    out += top


def _probability(logs: Floats) -> Floats:
    return np.exp(np.minimum(logs, np.float32(0.0)))
