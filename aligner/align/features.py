"""What speaks for and against each possible bead, as numbers: the features that the weights are learned for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aligner.align.corridor import products, reach
from aligner.align.lattice import Corridor, Shape
from aligner.align.lexical import channel_counts, shared, totals
from aligner.align.parts import Parts, shares
from aligner.align.strand import Strand

__all__ = ["SHAPES", "Evidence", "Stats", "gap_features", "match_features"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Feature = tuple[str, Floats]

MOST = 10  # segments on one side of a bead
SHAPES: tuple[Shape, ...] = (
    (1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3),
    *((1, b) for b in range(4, MOST + 1)), *((a, 1) for a in range(4, MOST + 1)),
)  # fmt: skip  # in order of precedence among equals: the simpler first


@dataclass(frozen=True)
class Stats:
    """What is known of a document as a whole.

    ``ratio`` is target characters per source character in beads; ``matched`` the mean cosine of aligned segments.
    """

    ratio: float = 1.0
    matched: float = 0.6


class Side:
    """One strand made ready: weighted vectors, norms of spans, lengths and structure, all indexed by end."""

    def __init__(self, strand: Strand) -> None:
        n = strand.n_segments
        self.n = n
        self.strand = strand
        self.lengths = np.array([len(text) for text in strand.texts], np.float64)
        self.weights = np.sqrt(np.maximum(self.lengths, 1.0)).astype(np.float32)
        self.vectors = np.ascontiguousarray(strand.vectors * self.weights[:, None], np.float32)
        self.norms = self._norms()
        self.mass = np.concatenate([[0.0], np.cumsum(self.weights, dtype=np.float64)])
        self.reach = np.concatenate([[0.0], np.cumsum(self.lengths)])
        self.headings = np.concatenate([[0], np.cumsum(np.array(strand.headings or (False,) * n, np.int64))])
        self.starts = self._block_starts()
        self.counts = channel_counts(strand.texts)
        self.totals = [np.concatenate([[0.0], np.cumsum(totals(c))]) for c in self.counts]

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
        """1 where a rung stands at the start of a block (n + 1); zeros where blocks are unknown or all of one segment."""
        blocks = np.array(self.strand.blocks, np.int64)
        out = np.zeros(self.n + 1, np.float32)
        if len(blocks) and len(set(self.strand.blocks)) < len(blocks):
            out[1:-1] = np.diff(blocks) > 0
            out[0] = out[-1] = 1.0
        return out


class Evidence:
    """All that is seen in one corridor of a pair of strands, laid out by cell: row d, column k."""

    def __init__(
        self, source: Side, target: Side, corridor: Corridor, parts: tuple[Parts, Parts] | None = None
    ) -> None:
        self.parts = parts
        self.source, self.target, self.corridor = source, target, corridor
        i, j = corridor.cells()
        self.i, self.j = np.clip(i, 0, source.n), np.clip(j, 0, target.n)
        self._outside = (i < 1) | (i > source.n) | (j < 1) | (j > target.n)
        self._still = np.diff(corridor.lows, prepend=corridor.lows[0]) == 0
        self.products = products(source.vectors, target.vectors, corridor, np.nan)
        self._boxes: dict[Shape, Floats] = {}

    def before(self, values: Floats, shape: Shape, fill: float) -> Floats:
        """Give for every cell (i, j) the value at (i - a, j - b)."""
        for _ in range(shape[0]):
            values = self._shift(values, self._still, fill)
        for _ in range(shape[1]):
            values = self._shift(values, None, fill)
        return values

    def _shift(self, values: Floats, still: NDArray[np.bool_] | None, fill: float) -> Floats:
        """Fetch from the diagonal before: the column to the left where lows stood still and i falls by one ..."""
        out = np.full_like(values, fill)
        if still is not None:
            rows, others = np.flatnonzero(still[1:]) + 1, np.flatnonzero(~still[1:]) + 1
            out[rows, 1:] = values[rows - 1, :-1]
            out[others] = values[others - 1]
        else:
            rows, others = np.flatnonzero(self._still[1:]) + 1, np.flatnonzero(~self._still[1:]) + 1
            out[rows] = values[rows - 1]
            out[others, :-1] = values[others - 1, 1:]
        return out

    def channel(self, which: int) -> Floats:
        """How many strings of a channel the two segments that end in a cell share."""
        out = np.zeros((self.corridor.n_diagonals, self.corridor.width), np.float32)
        i, j, value = shared(self.source.counts[which], self.target.counts[which], reach(self.corridor))
        d = i + j + 2
        k = i + 1 - self.corridor.lows[d]
        seen = (k >= 0) & (k < self.corridor.width)
        np.add.at(out, (d[seen], k[seen]), value[seen])
        return out

    @cached_property
    def channels(self) -> tuple[Floats, ...]:
        """All channels, by cell."""
        return tuple(self.channel(which) for which in range(3))

    def boxes(self, cells: Floats, shapes: tuple[Shape, ...], fill: float) -> dict[Shape, Floats]:
        """Sum ``cells`` over each shape's segments: (a, b) is (a - 1, b) one source segment back, and one row."""
        out: dict[Shape, Floats] = {(1, 1): cells}
        for a, b in sorted(shapes, key=lambda s: (s[0], s[1])):
            if (a, b) == (1, 1):
                continue
            if a == 1:
                out[a, b] = cells + self._shift(out[1, b - 1], None, fill)
            else:
                out[a, b] = out[1, b] + self._shift(out[a - 1, b], self._still, fill)
        return out

    @cached_property
    def shares(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]] | None:
        """Where the pieces of source and target segments go, by cell, and what goes nowhere."""
        if self.parts is None:
            return None
        mine, theirs = self.parts
        return (
            shares(mine, theirs, self.corridor, is_source=True),
            shares(theirs, mine, self.corridor, is_source=False),
        )

    @cached_property
    def cosines(self) -> dict[Shape, Floats]:
        """Cosine of the pooled vectors of every possible bead; NaN where it leaves the corridor."""
        out = self.boxes(self.products, SHAPES, np.nan)
        for a, b in SHAPES:
            norms = (
                self.source.norms[a].astype(np.float32)[self.i]
                * self.target.norms[b].astype(np.float32)[self.j]
            )
            out[a, b] = out[a, b] / norms
        return out


def _null(values: Floats) -> float:
    """Median cosine over the corridor, nearly all of which is unrelated; drawn to a prior where cells are few."""
    seen = values[~np.isnan(values)]
    seen = seen[:: max(1, len(seen) // _SAMPLE)]
    middle = float(np.median(seen)) if len(seen) else 0.0
    return (middle * len(seen) + _PRIOR_NULL * _PRIOR_CELLS) / (len(seen) + _PRIOR_CELLS)


_SAMPLE = 20_000
_PRIOR_NULL, _PRIOR_CELLS = 0.2, 50


def initial_stats(evidence: Evidence) -> Stats:
    """Guess the document's statistics before anything is aligned: ratio of all characters, best cosines."""
    source, target = evidence.source, evidence.target
    ratio = (target.reach[-1] + 100.0) / (source.reach[-1] + 100.0)
    cosine = np.where(np.isnan(evidence.cosines[1, 1]), -1.0, evidence.cosines[1, 1]).astype(np.float32)
    best = [np.full(side.n + 1, -1.0, np.float32) for side in (source, target)]
    np.maximum.at(best[0], evidence.i, cosine)
    np.maximum.at(best[1], evidence.j, cosine)
    fewer = min(best, key=len)[1:]
    return Stats(ratio, _matched(fewer))


def _matched(cosines: Floats) -> float:
    """Mean, drawn to a prior where there are few."""
    return float((cosines.sum() + 0.55 * 5) / (len(cosines) + 5))


def match_features(evidence: Evidence, stats: Stats) -> Iterator[tuple[Shape, list[Feature]]]:
    """Yield for each shape its features, each by cell; cosines that leave the corridor are NaN."""
    cosines = evidence.cosines
    nulls = {shape: _null(cosines[shape]) for shape in SHAPES}
    scale = max(stats.matched - nulls[1, 1], 0.1)
    fits = {shape: ((cosines[shape] - nulls[shape]) / scale).astype(np.float32) for shape in SHAPES}
    boxes = [evidence.boxes(channel, SHAPES, 0.0) for channel in evidence.channels]
    covers = _covers(evidence)
    slope = np.log((evidence.target.n + 2.0) / (evidence.source.n + 2.0))
    for shape in SHAPES:
        features = [*_fit(fits, shape, evidence), *_lengths(evidence, shape, stats)]
        features += _letters(evidence, shape, [box[shape] for box in boxes])
        features += _structure(evidence, shape)
        features += _cover(covers, shape, evidence)
        a, b = shape
        features.append(("slope", np.full((1, 1), np.log(b / a) * slope, np.float32)))
        yield shape, features


def _fit(fits: dict[Shape, Floats], shape: Shape, evidence: Evidence) -> list[Feature]:
    """Similarity in units of an aligned pair's, bent at two knots; worst edge; fit of the inner pairs of a 2-2."""
    a, b = shape
    t = np.clip(fits[shape], -0.5, 1.5)
    out: list[Feature] = [("fit", t), ("low", np.maximum(0.4 - t, 0.0)), ("high", np.maximum(t - 0.8, 0.0))]
    if a > 1 or b > 1:
        without, edges = _edges(fits, shape, evidence)
        gain = np.clip(fits[shape] - without, -0.4, 0.3)
        out += [("gain", gain), ("loss", np.minimum(gain, 0.0)), ("edge", np.clip(edges, -0.5, 1.0))]
    if shape == (2, 2):
        inner = fits[1, 1] + evidence.before(fits[1, 1], (1, 1), np.nan)
        cross = np.maximum(
            evidence.before(fits[1, 1], (1, 0), np.nan), evidence.before(fits[1, 1], (0, 1), np.nan)
        )
        out += [("inner", inner / 2), ("cross", cross)]
    return out


def _edges(fits: dict[Shape, Floats], shape: Shape, evidence: Evidence) -> tuple[Floats, Floats]:
    """Best fit with one outer segment left out, and the worst fit of an outer segment alone with the other side."""
    a, b = shape
    without, alone = [], []
    if a > 1:
        fewer, one = fits[a - 1, b], fits[1, b] if (1, b) in fits else fits[1, 1]
        without += [fewer, evidence.before(fewer, (1, 0), np.nan)]
        alone += [one, evidence.before(one, (a - 1, 0), np.nan)]
    if b > 1:
        fewer, one = fits[a, b - 1], fits[a, 1]
        without += [fewer, evidence.before(fewer, (0, 1), np.nan)]
        alone += [one, evidence.before(one, (0, b - 1), np.nan)]
    return np.maximum.reduce(without), np.minimum.reduce(alone)


def _covers(evidence: Evidence) -> tuple[dict[Shape, Floats], dict[Shape, Floats]] | None:
    """Mass of each bead's segments that stays inside the bead, source and target, in root characters."""
    if evidence.shares is None:
        return None
    (mine, _), (theirs, _) = evidence.shares
    weight = evidence.source.weights[np.maximum(evidence.i - 1, 0)] if evidence.source.n else mine
    other = evidence.target.weights[np.maximum(evidence.j - 1, 0)] if evidence.target.n else theirs
    return evidence.boxes(mine * weight, SHAPES, 0.0), evidence.boxes(theirs * other, SHAPES, 0.0)


def _cover(
    covers: tuple[dict[Shape, Floats], dict[Shape, Floats]] | None, shape: Shape, evidence: Evidence
) -> list[Feature]:
    """Share of the bead's mass that stays inside it: the lesser side, both, and the worst outer segment."""
    if covers is None:
        return []
    (mine, theirs), (a, b) = covers, shape
    source, target = evidence.source.mass, evidence.target.mass
    inside = mine[shape] / np.maximum(_span(source, evidence.i, a), 1e-6)
    there = theirs[shape] / np.maximum(_span(target, evidence.j, b), 1e-6)
    out: list[Feature] = [("cover", (inside + there) / 2), ("less-cover", np.minimum(inside, there))]
    alone = []
    if a > 1:
        one = mine[1, b] / np.maximum(_span(source, evidence.i, 1), 1e-6)
        alone += [one, evidence.before(one, (a - 1, 0), 0.0)]
    if b > 1:
        one = theirs[a, 1] / np.maximum(_span(target, evidence.j, 1), 1e-6)
        alone += [one, evidence.before(one, (0, b - 1), 0.0)]
    if alone:
        out.append(("edge-cover", np.minimum.reduce(alone)))
    if shape == (2, 2):
        kept = evidence.before(mine[1, 1], (1, 1), 0.0) + mine[1, 1]
        kept_there = evidence.before(theirs[1, 1], (1, 1), 0.0) + theirs[1, 1]
        out.append(("crossed", (mine[shape] - kept) / np.maximum(_span(source, evidence.i, 2), 1e-6)
                    + (theirs[shape] - kept_there) / np.maximum(_span(target, evidence.j, 2), 1e-6)))
    return out


def _lengths(evidence: Evidence, shape: Shape, stats: Stats) -> list[Feature]:
    """Difference of lengths in standard deviations after Gale and Church (1993), squared and bent."""
    a, b = shape
    source = _span(evidence.source.reach, evidence.i, a) * stats.ratio
    target = _span(evidence.target.reach, evidence.j, b)
    spread = np.sqrt((source + target) / 2 * _VARIANCE + _SLACK)
    delta = (np.abs(target - source) / spread).astype(np.float32)
    return [
        ("length", np.minimum(delta, np.float32(5.0))),
        ("uneven", np.minimum(delta, np.float32(3.0)) ** 2),
    ]


_VARIANCE = 6.8  # of target characters per source character, Gale and Church (1993)
_SLACK = 60.0  # characters squared by which short segments differ anyway; a guess


def _span(reach: NDArray[np.float64], end: Ints, n: int) -> Floats:
    return (reach[end] - reach[np.maximum(end - n, 0)]).astype(np.float32)


def _letters(evidence: Evidence, shape: Shape, boxes: list[Floats]) -> list[Feature]:
    """Strings shared, and strings without counterpart, by channel."""
    a, b = shape
    out: list[Feature] = []
    for which, name in enumerate(("figures", "names", "marks")):
        both = boxes[which]
        out.append((name, np.minimum(both, 3.0)))
        if name != "names":
            mine = _span(evidence.source.totals[which], evidence.i, a)
            theirs = _span(evidence.target.totals[which], evidence.j, b)
            out.append((f"no-{name}", np.minimum(np.maximum(np.maximum(mine, theirs) - both, 0.0), 3.0)))
    return out


def _structure(evidence: Evidence, shape: Shape) -> list[Feature]:
    """Headings paired with text, headings inside larger beads, block boundaries inside and at the start."""
    a, b = shape
    source, target, i, j = evidence.source, evidence.target, evidence.i, evidence.j
    heads = _span(source.headings, i, a) / np.float32(a), _span(target.headings, j, b) / np.float32(b)
    out: list[Feature] = [("heading", np.abs(heads[0] - heads[1]))]
    if a + b > 2:
        out.append(("headed", np.maximum(*heads)))
    inside = sum(
        _span(np.cumsum(side.starts), end - 1, n - 1)
        for side, end, n in ((source, i, a), (target, j, b))
        if n > 1
    )
    if a + b > 2:
        out.append(("broken", np.minimum(np.asarray(inside, np.float32), 2.0)))
    starts = source.starts[np.maximum(i - a, 0)], target.starts[np.maximum(j - b, 0)]
    out += [("start", starts[0] * starts[1]), ("ragged", np.abs(starts[0] - starts[1]))]
    return out


def gap_features(evidence: Evidence, stats: Stats) -> tuple[list[Feature], list[Feature]]:
    """Give features of leaving each segment out, (n,) each, for the source and for the target."""
    cosine = np.where(np.isnan(evidence.cosines[1, 1]), -1.0, evidence.cosines[1, 1]).astype(np.float32)
    null = _null(evidence.cosines[1, 1])
    scale = max(stats.matched - null, 0.1)
    out = []
    for which, (side, end) in enumerate(((evidence.source, evidence.i), (evidence.target, evidence.j))):
        best = np.full(side.n + 1, -1.0, np.float32)
        np.maximum.at(best, end, cosine)
        fit = np.clip((best[1:] - null) / scale, -0.5, 1.5).astype(np.float32)
        length = np.log((side.lengths + 10.0) / (side.lengths.mean() + 10.0) if side.n else side.lengths)
        heading = np.diff(side.headings).astype(np.float32)
        start = side.starts[:-1]
        out.append([("best", fit), ("sure", np.maximum(fit - 0.7, 0.0)), ("long", length.astype(np.float32)),
                    ("heading", heading), ("start", start)])  # fmt: skip
        if evidence.shares is not None:
            out[-1].append(("lost", evidence.shares[which][1]))
    return out[0], out[1]
