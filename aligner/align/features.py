"""What speaks for and against each possible bead: the features that the weights are learned for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from aligner.align.cuts import BestCut, best_cuts
from aligner.align.evidence import SHAPES, Evidence, Layer, Stats, View, deviation
from aligner.align.lattice import Shape

__all__ = ["Feature", "gap_features", "match_features"]

Floats = NDArray[np.float32]
Feature = tuple[str, Floats]
Cover = tuple[dict[Shape, Floats], dict[Shape, Floats]]
_RUN = np.float32(4.0)  # parts of a run that count
_NO_LESS = np.float32(1e-6)
_NONE = np.zeros((1, 1), np.float32)  # a feature that is nowhere


def match_features(view: View, stats: Stats) -> Iterator[tuple[Shape, list[Feature]]]:
    """Yield for each shape its features, each by cell; cosines that leave the corridor are NaN."""
    nulls = view.evidence.nulls
    scale = np.float32(max(stats.matched - nulls[1, 1], 0.1))
    fits = {shape: (view.cosines[shape] - np.float32(nulls[shape])) / scale for shape in SHAPES}
    boxes = [view.boxes(channel[view.rows], 0.0) for channel in view.evidence.channels]
    covers = _covers(view)
    cuts = best_cuts(view, view.evidence.pieces) if view.evidence.layers else {}
    slope = np.log((view.target.n + 2.0) / (view.source.n + 2.0))
    for shape in SHAPES:
        features = [*_fit(fits, shape, view), *_lengths(view, shape, stats)]
        features += _letters(view, shape, [box[shape] for box in boxes])
        features += _structure(view, shape)
        for name, cover in covers.items():
            features += _cover(name, cover, shape, view)
            features += _strays(name, view.evidence.layers[name], shape, view)
        if shape in cuts:
            features += _cuts(cuts[shape], np.float32(nulls[1, 1]), scale)
        features.append(("slope", np.full((1, 1), np.log(shape[1] / shape[0]) * slope, np.float32)))
        yield shape, features


def _fit(fits: dict[Shape, Floats], shape: Shape, view: View) -> list[Feature]:
    """Similarity in units of an aligned pair's, bent at two knots; worst edge; inner pairs of a 2-2."""
    a, b = shape
    t = np.clip(fits[shape], -0.5, 1.5)
    out: list[Feature] = [("fit", t), ("low", np.maximum(0.4 - t, 0.0)), ("high", np.maximum(t - 0.8, 0.0))]
    if a > 1 or b > 1:
        without, edges = _edges(fits, shape, view)
        gain = np.clip(fits[shape] - without, -0.4, 0.3)
        out += [("gain", gain), ("loss", np.minimum(gain, 0.0)), ("edge", np.clip(edges, -0.5, 1.0))]
    if shape == (2, 2):
        inner = fits[1, 1] + view.before(fits[1, 1], (1, 1), np.nan)
        cross = np.maximum(view.before(fits[1, 1], (1, 0), np.nan), view.before(fits[1, 1], (0, 1), np.nan))
        out += [("inner", inner / np.float32(2.0)), ("cross", cross)]
    return out


def _edges(fits: dict[Shape, Floats], shape: Shape, view: View) -> tuple[Floats, Floats]:
    """Best fit with one outer segment left out, and worst fit of an outer segment with the other side."""
    a, b = shape
    without, alone = [], []
    if a > 1:
        fewer, one = fits[a - 1, b], fits[1, b] if (1, b) in fits else fits[1, 1]
        without += [fewer, view.before(fewer, (1, 0), np.nan)]
        alone += [one, view.before(one, (a - 1, 0), np.nan)]
    if b > 1:
        fewer, one = fits[a, b - 1], fits[a, 1]
        without += [fewer, view.before(fewer, (0, 1), np.nan)]
        alone += [one, view.before(one, (0, b - 1), np.nan)]
    return np.maximum.reduce(without), np.minimum.reduce(alone)


def _covers(view: View) -> dict[str, Cover]:
    """Mass of each bead's segments that stays inside the bead, source and target, in root characters."""
    return {
        name: (
            view.boxes(mine.cells[view.rows] * view.span(0, "weight", 1), 0.0),
            view.boxes(theirs.cells[view.rows] * view.span(1, "weight", 1), 0.0),
        )
        for name, (mine, theirs) in view.evidence.layers.items()
    }


def _cover(name: str, cover: Cover, shape: Shape, view: View) -> list[Feature]:
    """Share of mass that stays inside the bead: of both sides, of the lesser, of its worst outer segment.

    ``edge`` is what of the worst outer segment is found opposite, ``worth`` what of the other side that
    segment alone accounts for, in units of its own mass.
    """
    (mine, theirs), (a, b) = cover, shape
    inside, there = _share(mine[shape], view, 0, a), _share(theirs[shape], view, 1, b)
    out: list[Feature] = [
        (f"{name}-cover", (inside + there) / np.float32(2.0)),
        (f"{name}-less", np.minimum(inside, there)),
    ]
    edges, worth = [], []
    if a > 1:
        one, other = _share(mine[1, b], view, 0, 1), _share(theirs[1, b], view, 0, 1)
        edges += [one, view.before(one, (a - 1, 0), 0.0)]
        worth += [other, view.before(other, (a - 1, 0), 0.0)]
    if b > 1:
        one, other = _share(theirs[a, 1], view, 1, 1), _share(mine[a, 1], view, 1, 1)
        edges += [one, view.before(one, (0, b - 1), 0.0)]
        worth += [other, view.before(other, (0, b - 1), 0.0)]
    if edges:
        out.append((f"{name}-edge", np.minimum.reduce(edges)))
        out.append((f"{name}-worth", np.minimum(np.minimum.reduce(worth), np.float32(1.0))))
    if shape == (2, 2):
        out.append((f"{name}-crossed", _crossed(mine, view, 0) + _crossed(theirs, view, 1)))
    return out


def _strays(name: str, layer: Layer, shape: Shape, view: View) -> list[Feature]:
    """Parts at the outer edges of a bead that belong beyond them; parts at the inner edges of a 2-2 that crossed."""
    a, b = shape
    heads, tails = [x.head[view.rows] for x in layer], [x.tail[view.rows] for x in layer]
    out = [
        (f"{name}-{end}", np.minimum(np.maximum(*both), _RUN))
        for end, both in (("head", [view.before(h, (a - 1, b - 1), 0.0) for h in heads]), ("tail", tails))
    ]
    if shape == (2, 2):
        inner = [*heads, *(view.before(tail, (1, 1), 0.0) for tail in tails)]
        out.append((f"{name}-run", np.minimum(np.maximum.reduce(inner), _RUN)))
    return out


def _cuts(cut: BestCut, null: np.float32, scale: np.float32) -> list[Feature]:
    """Likeness of the halves of the best cut, straight and less crosswise, in units of an aligned pair's."""
    can = np.float32(1.0) - cut.whole
    total, lesser = (cut.total / np.float32(2.0) - null) / scale, (cut.lesser - null) / scale
    return [
        ("cut", np.clip(total, -0.5, 1.5) * can),
        ("cut-apart", np.clip(cut.apart / scale, -1.0, 1.5) * can),
        ("cut-less", np.clip(lesser, -0.5, 1.5) * can),
        ("whole", cut.whole),
    ]


def _share(mass: Floats, view: View, side: int, n: int) -> Floats:
    return np.asarray(mass / np.maximum(view.span(side, "weight", n), _NO_LESS))


def _crossed(mass: dict[Shape, Floats], view: View, side: int) -> Floats:
    """Share of the mass of a 2-2 bead that stays in it but leaves its two inner pairs."""
    return _share(mass[2, 2] - mass[1, 1] - view.before(mass[1, 1], (1, 1), 0.0), view, side, 2)


def _lengths(view: View, shape: Shape, stats: Stats) -> list[Feature]:
    """Difference of lengths, linear and squared, both bent, in units of the document's own spread."""
    a, b = shape
    delta = deviation(view.span(0, "length", a), view.span(1, "length", b), stats.ratio)
    delta = np.asarray(np.abs(delta) / np.float32(stats.spread), np.float32)
    return [
        ("length", np.minimum(delta, np.float32(5.0))),
        ("uneven", np.minimum(delta, np.float32(3.0)) ** 2),
    ]


def _letters(view: View, shape: Shape, boxes: list[Floats]) -> list[Feature]:
    """Strings shared, and strings without counterpart, by channel."""
    a, b = shape
    most = np.float32(3.0)
    out: list[Feature] = []
    for name, both in zip(("figures", "names", "marks"), boxes, strict=True):
        out.append((name, np.minimum(both, most)))
        if name != "names":
            alone = np.maximum(view.span(0, name, a), view.span(1, name, b)) - both
            out.append((f"no-{name}", np.clip(alone, np.float32(0.0), most)))
    return out


def _structure(view: View, shape: Shape) -> list[Feature]:
    """Headings paired with text, headings inside larger beads, block boundaries inside and at the start.

    What neither side has is one zero for all cells.
    """
    a, b = shape
    heading = headed = broken = start = ragged = _NONE
    if any(side.headings.any() for side in (view.source, view.target)):
        heads = view.span(0, "heading", a) / np.float32(a), view.span(1, "heading", b) / np.float32(b)
        heading, headed = np.abs(heads[0] - heads[1]), np.maximum(*heads)
    if any(side.starts.any() for side in (view.source, view.target)):
        broken = np.minimum(view.span(0, "breaks", a) + view.span(1, "breaks", b), np.float32(2.0))
        starts = view.span(0, "starts", a), view.span(1, "starts", b)
        start, ragged = starts[0] * starts[1], np.abs(starts[0] - starts[1])
    inner = [("headed", headed), ("broken", broken)] if a + b > 2 else []
    return [("heading", heading), *inner, ("start", start), ("ragged", ragged)]


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
        ]
        features += [("heading", side.headings.astype(np.float32)), ("start", side.starts[:-1])]
        for name, layer in evidence.layers.items():
            features.append((f"{name}-lost", layer[which].lost))
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
