"""Learn the aligner's weights: maximum likelihood of known beads under the lattice (a semi-Markov CRF).

``python -m bench.aligning.learn`` writes aligner/data/align/weights.json from the tuning half of the
material.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.align.evidence import SHAPES, Evidence, Stats, View
from aligner.align.features import gap_features, match_features
from aligner.align.lattice import IMPOSSIBLE, Gaps, Lattice, blank
from aligner.align.model import ANY, group

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rungs = list[tuple[int, int]]


class Parameters:
    """Numbers the weights: each (group, feature) that turns up gets the next place."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], int] = {}

    def place(self, group_name: str, feature: str) -> int:
        """Give the place of a weight."""
        return self.places.setdefault((group_name, feature), len(self.places))

    def named(self, values: Doubles) -> dict[str, dict[str, float]]:
        """Give rounded weights by group and feature."""
        out: dict[str, dict[str, float]] = {}
        for (g, f), at in sorted(self.places.items()):
            out.setdefault(g, {})[f] = round(float(values[at]), 4)
        return out

    def vector(self, weights: dict[str, dict[str, float]]) -> Doubles:
        """Give the values of weights by place, 0 where there is none."""
        return np.array([weights.get(g, {}).get(f, 0.0) for g, f in self.places])


@dataclass
class Example:
    """Features of one document and where its gold beads stand."""

    evidence: Evidence
    tables: list[tuple[Floats, NDArray[np.int64], NDArray[np.int64]]]  # features (f, d, w), own and shared places
    dead: list[NDArray[np.bool_]]
    gaps: list[tuple[Floats, NDArray[np.int64]]]  # open source, more source, open target, more target
    gold: list[tuple[int, int, int]]  # shape, d, k
    gold_gaps: list[tuple[int, int]]  # kind, segment


def example(evidence: Evidence, stats: Stats, rungs: Rungs, parameters: Parameters) -> Example:
    """Lay out the features of a document whose rungs are known."""
    tables, dead = [], []
    for shape, features in match_features(View(evidence, 0, evidence.corridor.n_diagonals), stats):
        name = group(shape)
        ones = np.ones((evidence.corridor.n_diagonals, evidence.corridor.width), np.float32)
        rows = [("bias", ones)] + [(f, np.broadcast_to(v, ones.shape)) for f, v in features]
        table = np.stack([v for _, v in rows]).astype(np.float32)
        nan = np.asarray(np.isnan(table).any(axis=0))
        table[:, nan] = 0.0
        own = np.array([parameters.place(name, f) for f, _ in rows])
        common = np.array([parameters.place(ANY, f) for f, _ in rows])
        tables.append((table, own, common))
        dead.append(nan)
    gaps = []
    for features in gap_features(evidence, stats):
        for kind in ("open", "more"):
            rows = [("bias", np.ones_like(features[0][1])), *features]
            gaps.append((np.stack([v for _, v in rows]), np.array([parameters.place(kind, f) for f, _ in rows])))
    return Example(evidence, tables, dead, gaps, *_places(evidence, rungs))


def _places(evidence: Evidence, rungs: Rungs) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    matches, gaps, state = [], [], "m"
    for (i, j), (k, m) in pairwise(rungs):
        shape = (k - i, m - j)
        if shape == (1, 0):
            gaps.append((1 if state == "x" else 0, i))
            state = "x"
        elif shape == (0, 1):
            gaps.append((3 if state == "y" else 2, j))
            state = "y"
        else:
            matches.append((SHAPES.index(shape), k + m, k - int(evidence.corridor.lows[k + m])))
            state = "m"
    return matches, gaps


def loss(x: Example, theta: Doubles) -> tuple[float, Doubles]:
    """Give minus the log likelihood of the gold beads, and its gradient."""
    table, view = blank(x.evidence.corridor, SHAPES)
    for s, (features, own, common) in enumerate(x.tables):
        score = np.tensordot((theta[own] + theta[common]).astype(np.float32), features, 1)
        view[:, s] = np.where(x.dead[s], IMPOSSIBLE, score)
    rows = [np.tensordot(theta[at].astype(np.float32), f, 1) for f, at in x.gaps]
    gold = sum(float(view[d, s, k]) for s, d, k in x.gold) + sum(float(rows[g][n]) for g, n in x.gold_gaps)
    posterior = Lattice(x.evidence.corridor, SHAPES, table, Gaps(*rows)).infer()
    gradient: Doubles = np.zeros(len(theta))
    for s, (features, own, common) in enumerate(x.tables):
        p = posterior.matches(s)
        p[x.dead[s]] = 0.0
        for t, d, k in x.gold:
            if t == s:
                p[d, k] -= 1.0
        expected = np.tensordot(features, p, axes=((1, 2), (0, 1)))
        np.add.at(gradient, own, expected)
        np.add.at(gradient, common, expected)
    by_cell = posterior.gaps()
    ends = (x.evidence.corridor.cells()[0] - 1, x.evidence.corridor.cells()[1] - 1)
    for g, (features, at) in enumerate(x.gaps):
        counts: Doubles = np.zeros(features.shape[1])
        end = ends[g // 2]
        ok = (end >= 0) & (end < features.shape[1])
        np.add.at(counts, end[ok], by_cell[g][ok])
        for kind, n in x.gold_gaps:
            if kind == g:
                counts[n] -= 1.0
        np.add.at(gradient, at, features @ counts)
    return posterior.total - gold, gradient
