"""All that is known of two strands, laid out over a corridor and looked at a window at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.align.corridor import products, reach
from aligner.align.lexical import channel_counts, shared, totals
from aligner.align.parts import Parts, Shares, shares
from aligner.align.strand import Strand
from aligner.align.strip import NOWHERE, Corridor, Shape, Strip

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
_WINDOW = 512  # diagonals looked at together: their strips stay in the processor's cache
_ALL = 512  # diagonals up to which all tell what unrelated pairs are like
_SAMPLE = 20_000  # cells whose median stands for unrelated pairs
_PRIOR_NULL, _PRIOR_CELLS = 0.2, 50  # where cells are few
_PRIOR_MATCHED, _FEW = (
    0.55,
    5.0,
)  # cosine of aligned segments before any is seen; USE on news; counts as 5 beads
_FEW_CHARACTERS, _FEW_BEADS = 500.0, 10.0  # what a first guess of ratio and spread weighs
_FEW_SHARED = 20.0  # beads that what is usual weighs where shares are estimated; a guess
_MOST_SHARED = 60  # beads that a document's own share weighs at most: the longest that weights are learned from
_VARIANCE = 6.8  # of target characters per source character, Gale and Church (1993)
_NO_LESS = 1e-6  # weight of no segments, to be divided by
_SLACK = 60.0  # characters squared by which short segments differ anyway; a guess


@dataclass(frozen=True)
class Stats:
    """What is known of a document as a whole.

    ``ratio`` is target characters per source character in beads, ``matched`` the mean cosine of beads,
    ``spread`` the standard deviation of their lengths in units of Gale and Church's; ``larger`` is which share of
    the beads with both sides is larger than 1-1, ``alone`` how many stretches with nothing on the other side there
    are for each such bead, and never fewer than usual.
    """

    ratio: float = 1.0
    matched: float = 0.6
    spread: float = 1.0
    larger: float = 0.15  # usual in news; a guess, as the next
    alone: float = 0.05


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
        self._endings: dict[tuple[str, int], Floats] = {}
        self.lengths = lengths

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Characters of each segment."""
        return np.asarray(self.measures["length"], np.float64)

    @lengths.setter
    def lengths(self, values: NDArray[np.float64]) -> None:
        self.measures["length"] = values
        self._endings.clear()

    def ending(self, what: str, n: int) -> Floats:
        """Give a measure of the n segments before each end, (n_segments + 1,), or one zero where no segment has any.

        It is a sum (weights above zero, so that they divide), the breaks inside, or whether a block starts.
        """
        if (what, n) not in self._endings:
            values = self._ending(what, n)
            self._endings[what, n] = values if values.any() else NOWHERE
        return self._endings[what, n]

    def _ending(self, what: str, n: int) -> Floats:
        ends = np.arange(self.n + 1)
        before = np.maximum(ends - n, 0)
        if what == "starts":
            return self.starts[before]
        sums = np.cumsum(self.starts) if what == "breaks" else _sums(self.measures[what])
        own = sums[np.maximum(ends - 1, 0) if what == "breaks" else ends] - sums[before]
        return np.asarray(np.maximum(own, _NO_LESS) if what == "weight" else own, np.float32)

    def _norms(self) -> NDArray[np.float64]:
        """Length of the sum of the a last vectors before each end, (MOST + 1, n + 1)."""
        sums = np.zeros((MOST + 1, self.n + 1))
        vectors = self.vectors.astype(np.float64)
        grams = [np.einsum("ij,ij->i", vectors[k:], vectors[: self.n - k]) for k in range(min(MOST, self.n))]
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
        if n <= _ALL:
            views = [View(self, 0, n)]
        else:
            views = [View(self, at, at + 64) for at in np.linspace(0, n - 64, 8).astype(int).tolist()]
        known = [(view, view.cosines()) for view in views]
        return {
            shape: _median(np.concatenate([view.cells(view.here(cosines[shape])).ravel() for view, cosines in known]))
            for shape in SHAPES
        }

    @cached_property
    def best(self) -> tuple[Floats, Floats]:
        """Greatest cosine of each source and each target segment with any one in its reach; -1 with none."""
        best = [np.full(side.n + 1, -1.0, np.float32) for side in (self.source, self.target)]
        seen = ~np.isnan(self.products)
        i, j = (at[seen] for at in self.corridor.cells())
        cosines = self.products[seen] / (self.source.norms[1][i] * self.target.norms[1][j])
        np.maximum.at(best[0], i, cosines)
        np.maximum.at(best[1], j, cosines)
        return best[0][1:], best[1][1:]


class View(Strip):
    """Some diagonals of the evidence, each table of them on a strip (aligner/align/strip.py)."""

    def __init__(self, evidence: Evidence, first: int, last: int) -> None:
        super().__init__(evidence.corridor, first, last, shapes=SHAPES)
        self.evidence, self.source, self.target = evidence, evidence.source, evidence.target
        self._spans: dict[tuple[str, int, int], Floats] = {}

    def span(self, side: int, what: str, n: int) -> Floats:
        """Give a measure of the last n segments of a side (0 source, 1 target) before each cell: see ``ending``.

        Without margin; one zero where no segment of the side has any.
        """
        if (what, side, n) not in self._spans:
            values = (self.source, self.target)[side].ending(what, n)
            self._spans[what, side, n] = values if values is NOWHERE else self.here(self._spread(side, values))
        return self._spans[what, side, n]

    def _spread(self, side: int, values: Floats) -> Floats:
        """Lay out what a side has at each end of a segment, (n_segments + 1,)."""
        return np.asarray(values.take(self.ends[side]))

    @cached_property
    def weights(self) -> list[Floats]:
        """Weights of the source's and of the target's segment that end in each cell; above zero."""
        return [self._spread(k, side.ending("weight", 1)) for k, side in enumerate((self.source, self.target))]

    def boxes(self, cells: Floats) -> dict[Shape, Floats]:
        """Sum a strip over each shape's segments: (a - 1, b) one source segment back, and a row."""
        out: dict[Shape, Floats] = {(1, 1): cells}
        for a, b in sorted(SHAPES)[1:]:
            if a == 1:
                out[a, b] = self.plus(cells, out[1, b - 1], (0, 1))
            else:
                out[a, b] = self.plus(out[1, b], out[a - 1, b], (1, 0))
        return out

    def cosines(self) -> dict[Shape, Floats]:
        """Give the cosine of the pooled vectors of every possible bead; NaN where it leaves the corridor."""
        mine, theirs = (
            [self._spread(k, norms) for norms in side.norms] for k, side in enumerate((self.source, self.target))
        )
        boxes = self.boxes(self.laid(self.evidence.products, np.nan))
        return {(a, b): box / (mine[a] * theirs[b]) for (a, b), box in boxes.items()}


def _sums(values: NDArray[Any]) -> NDArray[np.float64]:
    """Sum the values before each end, (n + 1,)."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


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
    mine, theirs = (np.diff(_sums(side.lengths)[at])[both] for side, at in ((evidence.source, i), (evidence.target, j)))
    ratio = (theirs.sum() + _FEW_CHARACTERS * stats.ratio) / (mine.sum() + _FEW_CHARACTERS)
    delta = deviation(mine, theirs, ratio)
    spread = np.sqrt((float(np.minimum(delta**2, 25.0).sum()) + _FEW_BEADS) / (len(delta) + _FEW_BEADS))
    larger = steps[both].sum(axis=1) > 2
    return Stats(
        float(ratio),
        _matched(_bead_cosines(evidence, ends, both)),
        float(spread),
        _share(int(larger.sum()), len(larger), Stats.larger),
        max(Stats.alone, _share(_stretches(steps), len(larger), Stats.alone)),  # one among none is what is looked for
    )


def _stretches(steps: Ints) -> int:
    """Count the runs of beads with nothing on one and the same side."""
    lost = (steps == 0).astype(int)
    return int((np.diff(lost, axis=0, prepend=0) > 0).sum())


def _share(some: int, of: int, usual: float) -> float:
    """Estimate a share from few, as what is usual says where there are none; in a long one nothing is unheard of."""
    weight = min(of, _MOST_SHARED)
    return (some / max(of, 1) * weight + usual * _FEW_SHARED) / (weight + _FEW_SHARED)


def _bead_cosines(evidence: Evidence, ends: Ints, both: NDArray[np.bool_]) -> Floats:
    """Pooled cosine of the beads with segments on both sides."""
    pooled = []
    for side, at in ((evidence.source, ends[:, 0]), (evidence.target, ends[:, 1])):
        sums = np.zeros((side.n + 1, side.vectors.shape[1]))
        sums[1:] = side.vectors
        for before, row in pairwise(sums):
            row += before  # row by row, in a quarter of the time of cumsum
        pooled.append(np.diff(sums[at], axis=0)[both])
    norms = [np.sqrt(np.einsum("ij,ij->i", rows, rows)) for rows in pooled]
    return np.asarray(np.einsum("ij,ij->i", *pooled) / np.maximum(norms[0] * norms[1], 1e-9), np.float32)


def deviation(source: NDArray[Any], target: NDArray[Any], ratio: float) -> Floats:
    """Difference of lengths in standard deviations, after Gale and Church (1993)."""
    source = source * np.float32(ratio)
    spread = source + target
    spread *= _VARIANCE / 2
    spread += _SLACK
    out = target - source
    out /= np.sqrt(spread, out=spread)
    return np.asarray(out, np.float32)
