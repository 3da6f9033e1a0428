"""The weights of the evidence, and the lattice of log scores they give."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.align.evidence import SHAPES, Evidence, Stats
from aligner.align.features import Feature, gap_features, match_features
from aligner.align.lattice import Gaps, Lattice
from aligner.align.strip import Shape
from aligner.resources import data_bytes

__all__ = ["Weights", "group", "lattice", "load_weights"]

Floats = NDArray[np.float32]
ANY = "*"  # weights that every group of shapes adds its own to


@dataclass(frozen=True)
class Weights:
    """Weight by group and feature, learned on the development data (bench/aligning/learn.py)."""

    by_group: Mapping[str, Mapping[str, float]]

    @property
    def digest(self) -> str:
        """Name the weights by eight hex digits of their SHA-256."""
        text = json.dumps({g: dict(fs) for g, fs in self.by_group.items()}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def of(self, group_name: str) -> Mapping[str, float]:
        """Give the weights of a group of shapes by feature: the shared one and the group's own together."""
        shared = self.by_group.get(ANY, {}) if group_name[0].isdigit() else {}
        own = self.by_group.get(group_name, {})
        return {feature: shared.get(feature, 0.0) + own.get(feature, 0.0) for feature in shared.keys() | own.keys()}


def group(shape: Shape) -> str:
    """Name the group of shapes that share weights, whichever side has more.

    >>> group((3, 1)), group((1, 7)), group((3, 2))
    ('1-3', '1-n', '2-3')
    """
    few, many = min(shape), max(shape)
    return f"{few}-{many}" if many < 4 else "1-n"


def load_weights(name: str = "weights.json") -> Weights:
    """Give weights that come with the package."""
    return Weights(json.loads(data_bytes(f"align/{name}"))["weights"])


def lattice(evidence: Evidence, stats: Stats, weights: Weights) -> Lattice:
    """Score every possible bead of the corridor."""
    weight = {shape: weights.of(group(shape)) for shape in SHAPES}
    out = Lattice(evidence.corridor, SHAPES, _gaps(evidence, stats, weights))
    for window in evidence.windows():
        for s, (shape, features) in enumerate(match_features(window, stats)):
            out.put(s, window.first, _score(features, weight[shape], window.size))
    return out


def _score(features: Iterable[Feature], weights: Mapping[str, float], size: int) -> Floats:
    score, weighed = np.full(size, weights.get("bias", 0.0), np.float32), np.empty(size, np.float32)
    for feature, values in features:
        weight = weights.get(feature, 0.0)
        if weight and (len(values) == size or values[0]):
            score += np.multiply(values, np.float32(weight), out=weighed)
    return score


def _gaps(evidence: Evidence, stats: Stats, weights: Weights) -> Gaps:
    source, target = gap_features(evidence, stats)
    rows = []
    for features, n in ((source, evidence.source.n), (target, evidence.target.n)):
        for name in ("open", "more"):
            rows.append(_score(features, weights.of(name), n))
    return Gaps(*rows)
