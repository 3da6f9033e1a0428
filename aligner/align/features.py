"""What speaks for and against each possible bead: the features that the weights are learned for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from aligner.align.cuts import BestCut, best_cuts
from aligner.align.evidence import SHAPES, Evidence, Layer, Stats, View, deviation
from aligner.align.strip import NOWHERE, Shape

__all__ = ["Feature", "gap_features", "match_features"]

Floats = NDArray[np.float32]
Feature = tuple[str, Floats]
Cover = tuple[dict[Shape, Floats], dict[Shape, Floats]]
Ends = tuple[list[Floats], list[Floats]]
_RUN = 4.0  # parts of a run that count


def match_features(view: View, stats: Stats) -> Iterator[tuple[Shape, Iterator[Feature]]]:
    """Yield for each shape its features, each a strip without margin and made when its turn comes.

    Cosines that leave the corridor are NaN; the other features of such beads mean nothing.
    """
    nulls = view.evidence.nulls
    scale = np.float32(max(stats.matched - nulls[1, 1], 0.1))
    fits = view.cosines()
    for shape, fit in fits.items():
        fit -= np.float32(nulls[shape])
        fit /= scale
    boxes = [view.boxes(_strip(channel, view)) for channel in view.evidence.channels]
    layers = {name: (_covers(layer, view), _ends(layer, view)) for name, layer in view.evidence.layers.items()}
    cuts = best_cuts(view, view.evidence.pieces) if layers else {}
    slope = np.log((view.target.n + 2.0) / (view.source.n + 2.0))

    def features(shape: Shape) -> Iterator[Feature]:
        yield from _fit(fits, shape, view)
        if sum(shape) > 2:
            yield "larger", _more_often(stats.larger, Stats.larger, 1)
        yield from _lengths(view, shape, stats)
        yield from _letters(view, shape, [view.here(box[shape]) for box in boxes])
        yield from _structure(view, shape)
        for name, (covers, ends) in layers.items():
            yield from _cover(name, covers, shape, view)
            yield from _strays(name, ends, shape, view)
        if shape in cuts:
            yield from _cuts(cuts[shape], np.float32(nulls[1, 1]), scale)
        yield "slope", np.full(1, np.log(shape[1] / shape[0]) * slope, np.float32)

    for shape in SHAPES:
        yield shape, features(shape)


def _strip(table: Floats, view: View) -> Floats:
    """Lay out what may be nowhere."""
    return view.laid(table, 0.0) if table[view.rows].any() else NOWHERE


def _fit(fits: dict[Shape, Floats], shape: Shape, view: View) -> Iterator[Feature]:
    """Similarity in units of an aligned pair's, bent at two knots; worst edge; inner pairs of a 2-2."""
    a, b = shape
    fit = view.here(fits[shape])
    yield "fit", fit.clip(-0.5, 1.5)
    yield "low", np.float32(0.4) - fit.clip(-0.5, 0.4)
    yield "high", fit.clip(0.8, 1.5) - np.float32(0.8)
    if a > 1 or b > 1:
        without, edges = _edges(fits, shape, view)
        gain = (fit - without).clip(-0.4, 0.3)
        yield "gain", gain
        yield "loss", gain.clip(-0.4, 0.0)
        yield "edge", edges.clip(-0.5, 1.0)
    if shape == (2, 2):
        one = fits[1, 1]
        yield "inner", (view.here(one) + view.before(one, (1, 1))) / np.float32(2.0)
        yield "cross", np.maximum(view.before(one, (1, 0)), view.before(one, (0, 1)))


def _more_often(share: float, usual: float, n: int) -> Floats:
    """Log of a share in terms of the usual one, (n,): how much likelier a kind of bead is in this document."""
    return np.full(n, np.log(share / usual), np.float32)


def _edges(fits: dict[Shape, Floats], shape: Shape, view: View) -> tuple[Floats, Floats]:
    """Best fit with one outer segment left out, and worst fit of an outer segment with the other side."""
    a, b = shape
    without, alone = [], []
    if a > 1:
        fewer, one = fits[a - 1, b], fits[1, b] if (1, b) in fits else fits[1, 1]
        without += [view.here(fewer), view.before(fewer, (1, 0))]
        alone += [view.here(one), view.before(one, (a - 1, 0))]
    if b > 1:
        fewer, one = fits[a, b - 1], fits[a, 1]
        without += [view.here(fewer), view.before(fewer, (0, 1))]
        alone += [view.here(one), view.before(one, (0, b - 1))]
    return reduce(np.maximum, without), reduce(np.minimum, alone)


def _lengths(view: View, shape: Shape, stats: Stats) -> Iterator[Feature]:
    """Difference of lengths, linear and squared, both bent, in units of the document's own spread."""
    a, b = shape
    delta = deviation(view.span(0, "length", a), view.span(1, "length", b), stats.ratio)
    np.abs(delta, out=delta)
    delta /= np.float32(stats.spread)
    yield "length", delta.clip(0.0, 5.0)
    yield "uneven", np.square(delta.clip(0.0, 3.0))


def _letters(view: View, shape: Shape, boxes: list[Floats]) -> Iterator[Feature]:
    """Strings shared, and strings without counterpart, by channel."""
    a, b = shape
    for name, both in zip(("figures", "names", "marks"), boxes, strict=True):
        yield name, both.clip(0.0, 3.0)
        if name != "names":
            alone = np.maximum(view.span(0, name, a), view.span(1, name, b)) - both
            yield f"no-{name}", alone.clip(0.0, 3.0)


def _structure(view: View, shape: Shape) -> Iterator[Feature]:
    """Headings paired with text, headings inside larger beads, block boundaries inside and at the start."""
    a, b = shape
    headings = view.span(0, "heading", a) / np.float32(a), view.span(1, "heading", b) / np.float32(b)
    yield "heading", np.abs(headings[0] - headings[1])
    if a + b > 2:
        yield "headed", np.maximum(*headings)
        yield "broken", (view.span(0, "breaks", a) + view.span(1, "breaks", b)).clip(0.0, 2.0)
    starts = view.span(0, "starts", a), view.span(1, "starts", b)
    yield "start", starts[0] * starts[1]
    yield "ragged", np.abs(starts[0] - starts[1])


def _covers(layer: Layer, view: View) -> Cover:
    """Mass of each bead's segments that stays inside the bead, source and target, in root characters."""
    boxes = []
    for side, shares in enumerate(layer):
        boxes.append(view.boxes(view.laid(shares.cells, 0.0) * view.weights[side]))
    return boxes[0], boxes[1]


def _cover(name: str, cover: Cover, shape: Shape, view: View) -> Iterator[Feature]:
    """Share of mass that stays inside the bead: of both sides, of the lesser, of its worst outer segment.

    ``edge`` is what of the worst outer segment is found opposite, ``worth`` what of the other side that
    segment alone accounts for, in units of its own mass.
    """
    (mine, theirs), (a, b) = cover, shape
    inside = np.asarray(view.here(mine[shape]) / view.span(0, "weight", a), np.float32)
    there = np.asarray(view.here(theirs[shape]) / view.span(1, "weight", b), np.float32)
    yield f"{name}-cover", (inside + there) / np.float32(2.0)
    yield f"{name}-less", np.minimum(inside, there)
    edges, worth = [], []
    if a > 1:
        one, other = mine[1, b] / view.weights[0], theirs[1, b] / view.weights[0]
        edges += [view.here(one), view.before(one, (a - 1, 0))]
        worth += [view.here(other), view.before(other, (a - 1, 0))]
    if b > 1:
        one, other = theirs[a, 1] / view.weights[1], mine[a, 1] / view.weights[1]
        edges += [view.here(one), view.before(one, (0, b - 1))]
        worth += [view.here(other), view.before(other, (0, b - 1))]
    if edges:
        yield f"{name}-edge", reduce(np.minimum, edges)
        yield f"{name}-worth", reduce(np.minimum, worth).clip(0.0, 1.0)
    if shape == (2, 2):
        yield f"{name}-crossed", _crossed(mine, view, 0) + _crossed(theirs, view, 1)


def _crossed(mass: dict[Shape, Floats], view: View, side: int) -> Floats:
    """Share of the mass of a 2-2 bead that stays in it but leaves its two inner pairs."""
    leaves = view.here(mass[2, 2]) - view.here(mass[1, 1]) - view.before(mass[1, 1], (1, 1))
    return np.asarray(leaves / view.span(side, "weight", 2))


def _ends(layer: Layer, view: View) -> Ends:
    """Lay out the parts at the heads and at the tails of segments that belong elsewhere, source and target."""
    return [_strip(shares.head, view) for shares in layer], [_strip(shares.tail, view) for shares in layer]


def _strays(name: str, ends: Ends, shape: Shape, view: View) -> Iterator[Feature]:
    """Parts at the outer edges of a bead that belong beyond them; parts at the inner edges of a 2-2 that crossed."""
    (heads, tails), (a, b) = ends, shape
    first, last = [view.before(head, (a - 1, b - 1)) for head in heads], [view.here(tail) for tail in tails]
    yield f"{name}-head", np.maximum(*first).clip(0.0, _RUN)
    yield f"{name}-tail", np.maximum(*last).clip(0.0, _RUN)
    if shape == (2, 2):
        inner = [*map(view.here, heads), *(view.before(tail, (1, 1)) for tail in tails)]
        yield f"{name}-run", reduce(np.maximum, inner).clip(0.0, _RUN)


def _cuts(cut: BestCut, null: np.float32, scale: np.float32) -> Iterator[Feature]:
    """Likeness of the halves of the best cut, straight and less crosswise, in units of an aligned pair's."""
    can = np.float32(1.0) - cut.whole
    yield "cut", ((cut.total / np.float32(2.0) - null) / scale).clip(-0.5, 1.5) * can
    yield "cut-apart", (cut.apart / scale).clip(-1.0, 1.5) * can
    yield "cut-less", ((cut.lesser - null) / scale).clip(-0.5, 1.5) * can
    yield "whole", cut.whole


def gap_features(evidence: Evidence, stats: Stats) -> tuple[list[Feature], list[Feature]]:
    """Give features of leaving each segment out, (n,) each, for the source and for the target."""
    null = evidence.nulls[1, 1]
    scale = max(stats.matched - null, 0.1)
    out = []
    for which, side in enumerate((evidence.source, evidence.target)):
        fit = np.clip((evidence.best[which] - null) / scale, -0.5, 1.5).astype(np.float32)
        mean = side.lengths.mean() if side.n else 0.0
        length = np.log((side.lengths + 10.0) / (mean + 10.0)).astype(np.float32)
        features = [
            ("best", fit),
            ("sure", np.maximum(fit - np.float32(0.7), np.float32(0.0))),
            ("long", length),
            ("alone", _more_often(stats.alone, Stats.alone, side.n)),
            ("larger", _more_often(stats.larger, Stats.larger, side.n)),
        ]
        features += [("heading", side.headings.astype(np.float32)), ("start", side.starts[:-1])]
        for name, layer in evidence.layers.items():
            lost = layer[which].lost
            features.append((f"{name}-lost", lost))
            usual = lost.mean(dtype=np.float64) if side.n else 0.0
            features.append((f"{name}-rare", lost - np.float32(usual)))  # more than a free translation loses anyway
            features.append((f"{name}-worth", _worth(evidence, layer, which)))
        out.append(features)
    return out[0], out[1]


def _worth(evidence: Evidence, layer: Layer, which: int) -> Floats:
    """What of the other side each segment accounts for wherever it is, in units of its own mass, at most 1."""
    own, other = (evidence.source, evidence.target)[:: 1 if which == 0 else -1]
    i, j = evidence.corridor.cells()
    at, there = (i, j)[:: 1 if which == 0 else -1]
    table = layer[1 - which].cells
    ok = (at >= 1) & (at <= own.n) & (there >= 1) & (there <= other.n)
    mass = np.bincount(at[ok] - 1, (table[ok] * other.weights[there[ok] - 1]), minlength=own.n)
    return np.minimum(mass / own.weights, 1.0).astype(np.float32)
