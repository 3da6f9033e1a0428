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

import numpy as np
from numpy.typing import NDArray

from aligner.align.strip import Corridor, Shape, Strip

__all__ = ["Gaps", "Lattice", "Posterior"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

IMPOSSIBLE = np.float32(-1e9)  # a log score no path recovers from, finite so that differences stay numbers
_M, _X, _Y, _ANY = 0, 1, 2, 3
_AT_ONCE = 4096  # diagonals, which bounds memory


@dataclass(frozen=True)
class Gaps:
    """Log scores of leaving a segment out, per segment: as the first of a gap, and as a later one."""

    open_source: Floats
    more_source: Floats
    open_target: Floats
    more_target: Floats


class Lattice:
    """A corridor with the log scores of its beads.

    ``matches`` is (n_shapes, places), filled by ``put``: the scores of a shape's beads by the place on the strip where
    they end. Sums over paths lie on the same strip, so that every bead of a shape starts as many places before its end
    (``_back``), and what lies beyond the corridor stays impossible.
    """

    def __init__(self, corridor: Corridor, shapes: Sequence[Shape], gaps: Gaps) -> None:
        self.corridor, self.shapes = corridor, tuple(shapes)
        self._strip = Strip(corridor, 0, corridor.n_diagonals, shapes=shapes)
        self._back = np.array([self._strip.back(shape) for shape in self.shapes])
        self._up, self._right = self._strip.back((1, 0)), self._strip.back((0, 1))
        self._columns = np.arange(corridor.width)
        self._gap_scores = _spread(gaps, corridor)
        self.matches = self._blank(len(shapes))

    def put(self, s: int, first: int, scores: Floats) -> None:
        """Take the scores of the s-th shape from a diagonal on, a strip without margin; NaN where there is no bead."""
        at = int(self._strip.starts[first])
        mine = self.matches[s, at : at + len(scores)]
        np.fmax(scores, mine, out=mine)  # any number is more than NaN

    def _blank(self, n: int = 4) -> Floats:
        """Make rows of places, with a margin after the last diagonal as well, where beads end that start there."""
        margin = int(self._strip.starts[0])
        return np.full((n, margin + self._strip.size + margin), IMPOSSIBLE, np.float32)

    def best(self) -> list[tuple[int, int]]:
        """Give the rungs of the best path (Viterbi); ties go to the earlier shape, and to M before gaps."""
        return self._trace(self._climb(np.maximum, _greatest))

    def best_without(self, left_out: Sequence[NDArray[np.bool_]], more: float) -> list[tuple[int, int]]:
        """Give the rungs of the best path if gaps at some segments, of the source and of the target, score more."""
        usual, self._gap_scores = self._gap_scores, self._gap_scores.copy()
        for k, (rows, at) in enumerate(zip(left_out, self.corridor.cells(), strict=True)):
            raised = np.pad(rows * np.float32(more), 1).take(at, mode="clip")
            self._gap_scores[:, 2 * k : 2 * k + 2] += raised[:, None]
        rungs = self.best()
        self._gap_scores = usual
        return rungs

    def _climb(self, pair: np.ufunc, many: Callable[[Floats, Floats], None]) -> Floats:
        """Join the ways to each cell, (4, places): in state M, X, Y, and in any of them.

        ``pair`` and ``many`` join two, and the rows of a table into one.
        """
        width, far = self.corridor.width, int(self._back.max())
        sums, ways = self._blank(), np.empty((len(self.shapes), width), np.float32)
        m, x, y, top = sums
        starts = (far - self._back)[:, None] + self._columns
        for d, at in enumerate(self._strip.starts.tolist()):
            here, below, left = (slice(at - back, at - back + width) for back in (0, self._up, self._right))
            top[at - far : at + width].take(starts, out=ways, mode="clip")  # clip: no buffer, nothing to clip
            ways += self.matches[:, here]
            many(ways, m[here])
            if d == 0:
                m[self._strip.place(0, 0)] = 0.0
            open_x, more_x, open_y, more_y = self._gap_scores[d]
            pair(m[below] + open_x, x[below] + more_x, out=x[here])
            pair(pair(m[left], x[left]) + open_y, y[left] + more_y, out=y[here])
            many(sums[:3, here], top[here])
        return sums

    def _trace(self, sums: Floats) -> list[tuple[int, int]]:
        i, j = self.corridor.n_source, self.corridor.n_target
        lows = self.corridor.lows.tolist()
        rungs, state = [(i, j)], _ANY
        while (i, j) != (0, 0):
            at, d = self._strip.place(i, j), i + j
            if state == _ANY:
                state = int(sums[:3, at].argmax())
            if state == _M:
                ways = sums[3, at - self._back] + self.matches[:, at]
                (a, b), state = self.shapes[ways.argmax()], _ANY
            else:
                open_x, more_x, open_y, more_y = self._gap_scores[d, :, i - lows[d]]
                if state == _X:
                    (a, b), before = (1, 0), sums[:2, at - self._up]
                    state = int(np.argmax((before[_M] + open_x, before[_X] + more_x)))
                else:
                    (a, b), before = (0, 1), sums[:3, at - self._right]
                    state = int(np.argmax((before[_M] + open_y, before[_X] + open_y, before[_Y] + more_y)))
            i, j = i - a, j - b
            rungs.append((i, j))
        return rungs[::-1]

    def infer(self) -> Posterior:
        """Sum over all paths."""
        forward, onward = self._climb(np.logaddexp, _log_sum), self._descend()
        total = forward[3, self._strip.place(self.corridor.n_source, self.corridor.n_target)]
        return Posterior(self, forward, onward, float(total))

    def _descend(self) -> Floats:
        """Join the ways onward from what ends in a cell, (5, places), as log sums.

        Of gaps, open x, more x, open y, more y, their own scores included; of matches without their scores.
        """
        width, last, far = self.corridor.width, self.corridor.n_diagonals - 1, int(self._back.max())
        onward, scores = self._blank(5), self.matches.reshape(-1)
        gaps, after = onward[:4], onward[4]
        ends = self._back[:, None] + self._columns
        apart = ends + np.arange(len(self.shapes))[:, None] * self.matches.shape[1]
        ways, more = np.empty((2, len(self.shapes), width), np.float32)
        on, rows = np.empty((3, 2, width), np.float32), np.empty((2, width), np.float32)  # from m, from x
        for d in range(last, -1, -1):
            at = int(self._strip.starts[d])
            here, above, right = (slice(at + step, at + step + width) for step in (0, self._up, self._right))
            scores[at:].take(apart, out=ways, mode="clip")
            ways += after[at : at + far + width].take(ends, out=more, mode="clip")
            _log_sum(ways, on[0, 0])
            on[0, 1], on[1], on[2] = on[0, 0], gaps[:2, above], gaps[2, right]
            _log_sum(on, rows)
            row_y = np.logaddexp(on[0, 0], gaps[3, right])
            if d == last:
                k = self.corridor.n_source - int(self.corridor.lows[-1])
                rows[:, k] = row_y[k] = 0.0
            np.add(self._gap_scores[d, :2], rows[1], out=gaps[:2, here])
            np.add(self._gap_scores[d, 2:], row_y, out=gaps[2:, here])
            after[here] = rows[0]
        return onward


class Posterior:
    """Probabilities of beads, from the sums over all ladders of a lattice."""

    def __init__(self, lattice: Lattice, forward: Floats, onward: Floats, total: float) -> None:
        self._lattice, self._forward, self._onward, self.total = lattice, forward, onward, total

    def matches(self, s: int) -> Floats:
        """Probability of a bead of the s-th shape ending in each cell, (n_diagonals, width)."""
        own, cells = self._lattice, self._cells()
        onward = own.matches[s, cells] + self._onward[4, cells]
        return _probability(self._forward[3, cells - own._back[s]] + onward - np.float32(self.total))

    def gaps(self) -> Floats:
        """Probability of each gap, (4, n_diagonals, width): open x, more x, open y, more y."""
        return self._gaps_at(self._cells())

    def alone(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probability that each segment has no counterpart, (n,) each, wherever its gap would lie."""
        corridor, places = self._lattice.corridor, self._cells()
        sums = [np.zeros(n + 2) for n in (corridor.n_source, corridor.n_target)]
        axes = corridor.cells()
        for first in range(0, len(places), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            gaps = self._gaps_at(places[some])
            for k, (side, at) in enumerate(zip(sums, axes, strict=True)):
                here = at[some].clip(0, len(side) - 1).ravel()
                side += np.bincount(here, (gaps[2 * k] + gaps[2 * k + 1]).ravel(), minlength=len(side))
        return sums[0][1:-1], sums[1][1:-1]

    def _cells(self) -> Ints:
        return np.asarray(self._lattice._strip.starts[:, None] + self._lattice._columns)

    def _gaps_at(self, places: Ints) -> Floats:
        own, (m, x, y, _) = self._lattice, self._forward
        below, left = places - own._up, places - own._right
        starts = np.stack((m[below], x[below], np.logaddexp(m[left], x[left]), y[left]))
        return _probability(starts + self._onward[:4, places] - np.float32(self.total))

    def along(self, rungs: Sequence[tuple[int, int]]) -> list[float]:
        """Probability of every bead between neighbouring rungs."""
        ends = np.array(rungs)
        gaps = self._gaps_at(self._lattice._strip.place(ends[:, 0], ends[:, 1]))
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
        at = own._strip.place(i, j)
        start, onward = self._forward[3, at - own._back[s]], own.matches[s, at] + self._onward[4, at]
        return float(np.exp(min(0.0, float(start) + float(onward) - self.total)))


def _spread(gaps: Gaps, corridor: Corridor) -> Floats:
    """Gap scores per cell they end in, (n_diagonals, 4, width): open x, more x, open y, more y.

    Impossible where the segment is none of its side's; beyond the other side no path leads.
    """
    out = np.empty((corridor.n_diagonals, 4, corridor.width), np.float32)
    rows = gaps.open_source, gaps.more_source, gaps.open_target, gaps.more_target
    for k, at in enumerate(np.repeat(corridor.cells(), 2, axis=0)):
        bounded = np.concatenate([[IMPOSSIBLE], rows[k], [IMPOSSIBLE]]).astype(np.float32)
        out[:, k] = bounded.take(at, mode="clip")
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
