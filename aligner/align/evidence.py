"""All that is known of two strands, laid out over a corridor and looked at a window at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.align.corridor import products, reach
from aligner.align.lattice import Corridor, Shape
from aligner.align.lexical import channel_counts, shared, totals
from aligner.align.parts import Parts, Shares, shares
from aligner.align.strand import Strand

__all__ = ["LAYERS", "SHAPES", "Evidence", "Layer", "Side", "Stats", "View", "deviation", "initial_stats", "restate"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Layer = tuple[Shares, Shares]  # of source and target

LAYERS = ("clause", "word")  # sizes of the parts that are looked for on the other side
MOST = 10  # segments on one side of a bead
SHAPES: tuple[Shape, ...] = (
    (1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3),
    *((1, b) for b in range(4, MOST + 1)), *((a, 1) for a in range(4, MOST + 1)),
)  # fmt: skip  # in order of precedence among equals: the simpler first
_WINDOW = 512  # diagonals looked at together: their tables stay in the processor's cache
_MARGIN = 2 * MOST  # diagonals before a window that its beads reach back to
_SAMPLE = 20_000  # cells whose median stands for unrelated pairs
_PRIOR_NULL, _PRIOR_CELLS = 0.2, 50  # where cells are few
_PRIOR_MATCHED, _FEW = (
    0.55,
    5.0,
)  # cosine of aligned segments before any is seen; USE on news; counts as 5 beads
_FEW_CHARACTERS, _FEW_BEADS = 500.0, 10.0  # what a first guess of ratio and spread weighs
_VARIANCE = 6.8  # of target characters per source character, Gale and Church (1993)
_SLACK = 60.0  # characters squared by which short segments differ anyway; a guess


@dataclass(frozen=True)
class Stats:
    """What is known of a document as a whole.

    ``ratio`` is target characters per source character in beads, ``matched`` the mean cosine of beads,
    ``spread`` the standard deviation of their lengths in units of Gale and Church's.
    """

    ratio: float = 1.0
    matched: float = 0.6
    spread: float = 1.0


class Side:
    """One strand made ready: weighted vectors, norms and sums of spans, by the end of the span."""

    def __init__(self, strand: Strand) -> None:
        self.n, self.strand = strand.n_segments, strand
        lengths = np.array([len(text) for text in strand.texts], np.float64)
        self.weights = np.sqrt(np.maximum(lengths, 1.0)).astype(np.float32)
        self.vectors = np.ascontiguousarray(strand.vectors * self.weights[:, None], np.float32)
        self.norms = self._norms().astype(np.float32)
        self.headings = np.array(strand.headings or (False,) * self.n, np.float64)
        self.starts = self._block_starts()
        self.counts = channel_counts(strand.texts)
        self.measures: dict[str, NDArray[Any]] = {"weight": self.weights, "heading": self.headings}
        self.measures |= {name: totals(c) for name, c in zip(("figures", "marks"), self.counts[::2], strict=True)}
        self._spans: dict[tuple[str, int], Floats] = {}
        self.lengths = lengths

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Characters of each segment."""
        return np.asarray(self.measures["length"], np.float64)

    @lengths.setter
    def lengths(self, values: NDArray[np.float64]) -> None:
        self.measures["length"] = values
        self._spans.clear()

    def span(self, what: str, n: int) -> Floats:
        """Sum a measure over the n segments before each end, (n_segments + 1,)."""
        if (what, n) not in self._spans:
            sums = np.concatenate([[0.0], np.cumsum(self.measures[what], dtype=np.float64)])
            before = sums[np.maximum(np.arange(self.n + 1) - n, 0)]
            self._spans[what, n] = (sums - before).astype(np.float32)
        return self._spans[what, n]

    def ending(self, what: str, n: int) -> Floats:
        """Give a measure of the n segments before each end: a sum, the breaks inside, or whether a block starts."""
        if what == "breaks":
            return self.breaks(n)
        return self.starts[np.maximum(np.arange(self.n + 1) - n, 0)] if what == "starts" else self.span(what, n)

    def breaks(self, n: int) -> Floats:
        """Count the blocks that start within the n segments before each end, not at their first."""
        sums = np.cumsum(self.starts)
        ends = np.arange(self.n + 1)
        return (sums[np.maximum(ends - 1, 0)] - sums[np.maximum(ends - n, 0)]).astype(np.float32)

    def _norms(self) -> NDArray[np.float64]:
        """Length of the sum of the a last vectors before each end, (MOST + 1, n + 1)."""
        sums = np.zeros((MOST + 1, self.n + 1))
        grams = [
            np.einsum("ij,ij->i", self.vectors[k:], self.vectors[: self.n - k], dtype=np.float64)
            for k in range(min(MOST, self.n))
        ]
        for a in range(1, min(MOST, self.n) + 1):
            row = sums[a]
            row[a:] = sums[a - 1][a:]  # the last a - 1 before the end
            row[a:] += grams[0][: self.n - a + 1]
            for k in range(1, a):
                row[a:] += 2 * grams[k][: self.n - a + 1]
        return np.sqrt(np.maximum(sums, 1e-12))

    def _block_starts(self) -> NDArray[np.float32]:
        """1 where a rung starts a block (n + 1); zeros where blocks are unknown or each a segment."""
        blocks = np.array(self.strand.blocks, np.int64)
        out = np.zeros(self.n + 1, np.float32)
        if len(blocks) and len(set(self.strand.blocks)) < len(blocks):
            out[1:-1] = np.diff(blocks) > 0
            out[0] = out[-1] = 1.0
        return out


class Evidence:
    """A corridor with the tables that are dear to make: products, shared strings, shares of pieces."""

    def __init__(self, source: Side, target: Side, corridor: Corridor) -> None:
        self.source, self.target, self.corridor = source, target, corridor
        self.products = products(source.vectors, target.vectors, corridor, np.nan)
        self.channels = tuple(self._channel(which) for which in range(3))
        self.layers: dict[str, Layer] = {}
        self.pieces: tuple[Parts, Parts] | None = None  # that segments can be cut between

    def _channel(self, which: int) -> Floats:
        """How many strings of a channel the two segments that end in a cell share."""
        out = np.zeros_like(self.products)
        i, j, value = shared(self.source.counts[which], self.target.counts[which], reach(self.corridor))
        d = i + j + 2
        k = i + 1 - self.corridor.lows[d]
        seen = (k >= 0) & (k < self.corridor.width)
        np.add.at(out, (d[seen], k[seen]), value[seen])
        return out

    def add(self, name: str, mine: Parts, theirs: Parts, near: Corridor, nowhere: float) -> None:
        """Add a layer: where the parts of the segments go within ``near``, see ``shares``."""
        self.layers[name] = (
            shares(mine, theirs, near, self.corridor, is_source=True, nowhere=nowhere),
            shares(theirs, mine, near, self.corridor, is_source=False, nowhere=nowhere),
        )

    def blend(self, other: Layer) -> None:
        """Take shares found by other means as well, half and half where there are shares already."""
        for name in LAYERS:
            mine, theirs = self.layers.get(name, other)
            self.layers[name] = mine.mean(other[0]), theirs.mean(other[1])

    def windows(self) -> Iterator[View]:
        """Give views that together keep every diagonal once."""
        n = self.corridor.n_diagonals
        for first in range(0, n, _WINDOW):
            yield View(self, first, min(first + _WINDOW, n))

    @cached_property
    def nulls(self) -> dict[Shape, float]:
        """Median cosine of each shape over the corridor, nearly all of which is unrelated."""
        n = self.corridor.n_diagonals
        if n <= _WINDOW:
            views = [View(self, 0, n)]
        else:
            views = [View(self, at, at + 64) for at in np.linspace(0, n - 64, 8).astype(int).tolist()]
        return {s: _median(np.concatenate([v.kept(v.cosines[s]).ravel() for v in views])) for s in SHAPES}

    @cached_property
    def best(self) -> tuple[Floats, Floats]:
        """Greatest cosine of each source and each target segment with any one in its reach; -1 with none."""
        best = [np.full(side.n + 1, -1.0, np.float32) for side in (self.source, self.target)]
        for view in self.windows():
            cosine = np.nan_to_num(view.kept(view.cosines[1, 1]), nan=-1.0)
            np.maximum.at(best[0], view.kept(view.i), cosine)
            np.maximum.at(best[1], view.kept(view.j), cosine)
        return best[0][1:], best[1][1:]


class View:
    """Some diagonals of the evidence, with a margin before them for beads to reach back to."""

    def __init__(self, evidence: Evidence, first: int, last: int) -> None:
        corridor = evidence.corridor
        self.evidence, self.source, self.target = evidence, evidence.source, evidence.target
        self.first, self.last = first, last
        self.margin = min(_MARGIN, first)
        self.rows = slice(first - self.margin, last)
        lows = corridor.lows[self.rows]
        i = lows[:, None] + np.arange(corridor.width)[None, :]
        j = np.arange(self.rows.start, last)[:, None] - i
        self.i, self.j = np.clip(i, 0, self.source.n), np.clip(j, 0, self.target.n)
        self._spans: dict[tuple[str, int, int], Floats] = {}

    def kept(self, values: NDArray[Any]) -> NDArray[Any]:
        """Take the margin away."""
        return values[self.margin :]

    def span(self, side: int, what: str, n: int) -> Floats:
        """Give a measure of the last n segments of a side (0 source, 1 target) before each cell: see ``ending``."""
        if (what, side, n) not in self._spans:
            own, at = (self.source, self.i) if side == 0 else (self.target, self.j)
            self._spans[what, side, n] = own.ending(what, n)[at]
        return self._spans[what, side, n]

    def before(self, values: Floats, shape: Shape, fill: float) -> Floats:
        """Give for every cell (i, j) the value at (i - a, j - b)."""
        for _ in range(shape[0]):
            values = self._back(values, 0, fill)
        for _ in range(shape[1]):
            values = self._back(values, 1, fill)
        return values

    def _back(self, values: Floats, side: int, fill: float) -> Floats:
        """Fetch from the diagonal before, one segment back on a side: a column off where ``lows`` says so."""
        places, beyond = self._earlier[side]
        out = np.take(values, places, mode="clip")
        out[0] = fill
        out[beyond, -side] = fill
        return out

    @cached_property
    def _earlier(self) -> list[tuple[Ints, Ints]]:
        """Give for each side the places of the cells one segment back, and the rows whose outer one is outside."""
        rows, width = self.i.shape
        at = np.arange(rows * width).reshape(rows, width) - width
        still = (np.diff(self.evidence.corridor.lows[self.rows], prepend=-1) == 0)[:, None]
        sides = (at - still, np.flatnonzero(still)), (at + ~still, np.flatnonzero(~still))
        return [(np.asarray(places, np.int64), beyond) for places, beyond in sides]

    def boxes(self, cells: Floats, fill: float) -> dict[Shape, Floats]:
        """Sum ``cells`` over each shape's segments: (a - 1, b) one source segment back, and a row."""
        out: dict[Shape, Floats] = {(1, 1): cells}
        for a, b in sorted(SHAPES)[1:]:
            if a == 1:
                out[a, b] = cells + self._back(out[1, b - 1], 1, fill)
            else:
                out[a, b] = out[1, b] + self._back(out[a - 1, b], 0, fill)
        return out

    @cached_property
    def cosines(self) -> dict[Shape, Floats]:
        """Cosine of the pooled vectors of every possible bead; NaN where it leaves the corridor."""
        mine = {a: self.source.norms[a][self.i] for a in range(1, MOST + 1)}
        theirs = {b: self.target.norms[b][self.j] for b in range(1, MOST + 1)}
        boxes = self.boxes(self.evidence.products[self.rows], np.nan)
        return {(a, b): box / (mine[a] * theirs[b]) for (a, b), box in boxes.items()}


def _median(values: Floats) -> float:
    seen = values[~np.isnan(values)]
    seen = seen[:: max(1, len(seen) // _SAMPLE)]
    middle = float(np.median(seen)) if len(seen) else 0.0
    return (middle * len(seen) + _PRIOR_NULL * _PRIOR_CELLS) / (len(seen) + _PRIOR_CELLS)


def initial_stats(evidence: Evidence) -> Stats:
    """Guess the document's statistics before anything is aligned: ratio of all characters, best cosines."""
    source, target = evidence.source, evidence.target
    ratio = (target.lengths.sum() + 100.0) / (source.lengths.sum() + 100.0)
    return Stats(float(ratio), _matched(min(evidence.best, key=len)))


def _matched(cosines: Floats) -> float:
    return float((cosines.sum() + _PRIOR_MATCHED * _FEW) / (len(cosines) + _FEW))


def restate(evidence: Evidence, stats: Stats, rungs: Sequence[tuple[int, int]]) -> Stats:
    """Estimate the document's statistics again from a first ladder; few beads move them little."""
    ends = np.array(rungs)
    steps = np.diff(ends, axis=0)
    both = np.asarray((steps > 0).all(axis=1))
    if not both.any():
        return stats
    i, j = ends.T
    mine, theirs = (
        np.diff(np.concatenate([[0.0], np.cumsum(side.lengths)])[at])[both]
        for side, at in ((evidence.source, i), (evidence.target, j))
    )
    ratio = (theirs.sum() + _FEW_CHARACTERS * stats.ratio) / (mine.sum() + _FEW_CHARACTERS)
    delta = deviation(mine, theirs, ratio)
    spread = np.sqrt((float(np.minimum(delta**2, 25.0).sum()) + _FEW_BEADS) / (len(delta) + _FEW_BEADS))
    return Stats(float(ratio), _matched(_bead_cosines(evidence, ends, both)), float(spread))


def _bead_cosines(evidence: Evidence, ends: Ints, both: NDArray[np.bool_]) -> Floats:
    """Pooled cosine of the beads with segments on both sides."""
    pooled = []
    for side, at in ((evidence.source, ends[:, 0]), (evidence.target, ends[:, 1])):
        sums = np.concatenate([np.zeros((1, side.vectors.shape[1])), np.cumsum(side.vectors, axis=0, dtype=np.float64)])
        pooled.append(np.diff(sums[at], axis=0)[both])
    norms = [np.sqrt(np.einsum("ij,ij->i", rows, rows)) for rows in pooled]
    return np.asarray(np.einsum("ij,ij->i", *pooled) / np.maximum(norms[0] * norms[1], 1e-9), np.float32)


def deviation(source: NDArray[Any], target: NDArray[Any], ratio: float) -> Floats:
    """Difference of lengths in standard deviations, after Gale and Church (1993)."""
    source = source * np.float32(ratio)
    return np.asarray((target - source) / np.sqrt((source + target) / 2 * _VARIANCE + _SLACK), np.float32)
