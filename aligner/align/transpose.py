"""Passages that were moved: alone on both sides of the ladder, and like one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.align.blas import one_thread
from aligner.align.strand import Strand
from aligner.model import Ladder

__all__ = ["Transposition", "transpositions"]

Floats = NDArray[np.float32]
_FIT = 0.6  # of an aligned pair's cosine above unrelated ones: below this a pair alone is no evidence
_STEEP, _MARGIN = 8.0, 6.0  # weights of fit and of the lead over the next best in the confidence
_PRIOR_MATCHED, _FEW = 0.55, 5.0  # cosine of aligned segments where the ladder has few beads
_DOUBT = 0.9  # confidence below which the segments of a larger bead may belong elsewhere
_FLOOR = 0.5  # confidence below which nothing is reported


@dataclass(frozen=True, slots=True)
class Transposition:
    """A passage whose translation stands elsewhere; the ladder has its segments as 1-0 and 0-1 beads."""

    source: range
    target: range
    confidence: float


def transpositions(source: Strand, target: Strand, ladder: Ladder) -> tuple[Transposition, ...]:
    """Find passages that were moved out of order, by their place in the source.

    A pair of segments counts when each is the other's best among all that stand alone, or one of them among
    the members of larger beads in doubt; neighbouring pairs in the same order make one passage. Confidence
    grows with likeness, with the lead over the next best, and with length.

    >>> from aligner.align import align
    >>> eye = np.eye(9, dtype=np.float32)
    >>> moved = eye[[0, 2, 3, 4, 5, 6, 7, 1, 8]]
    >>> texts = tuple(f"a sentence of the usual length, number {k}" for k in range(9))
    >>> a, b = Strand(texts, eye), Strand(tuple(texts[k] for k in (0, 2, 3, 4, 5, 6, 7, 1, 8)), moved)
    >>> [(t.source, t.target) for t in transpositions(a, b, align(a, b))]
    [(range(1, 2), range(7, 8))]
    """
    rows, columns = (_loose(ladder, side) for side in (0, 1))
    if not rows or not columns:
        return ()
    with one_thread():
        cosines = source.vectors[list(rows)] @ target.vectors[list(columns)].T
        others = source.vectors[list(rows)] @ target.vectors.T
    null = float(np.median(others))
    fits = (cosines - null) / max(_matched(source, target, ladder) - null, 0.1)
    neither = ~np.logical_or.outer(list(rows.values()), list(columns.values()))
    fits = np.where(neither, -1.0, fits).astype(np.float32)
    return tuple(_passages(_pairs(fits, list(rows), list(columns))))


def _loose(ladder: Ladder, side: int) -> dict[int, bool]:
    """Segments that may have their like elsewhere, and whether they stand alone or in a larger bead in doubt."""
    out: dict[int, bool] = {}
    for bead in ladder.beads:
        own, other = (bead.source, bead.target)[side], (bead.target, bead.source)[side]
        confidence = bead.judgement.confidence
        if not other or (len(own) + len(other) > 2 and confidence is not None and confidence < _DOUBT):
            out.update(dict.fromkeys(own, not other))
    return out


def _matched(source: Strand, target: Strand, ladder: Ladder) -> float:
    """Mean cosine of the one-to-one beads."""
    pairs = [(b.source.start, b.target.start) for b in ladder.beads if b.type == "1-1"]
    cosines = [float(source.vectors[i] @ target.vectors[j]) for i, j in pairs]
    return (sum(cosines) + _PRIOR_MATCHED * _FEW) / (len(cosines) + _FEW)


def _pairs(fits: Floats, rows: list[int], columns: list[int]) -> list[tuple[int, int, float]]:
    """Mutually best pairs (i, j) with their log odds."""
    best, back = fits.argmax(axis=1), fits.argmax(axis=0)
    out = []
    for r, c in enumerate(best.tolist()):
        if back[c] == r:
            rest = np.concatenate([np.delete(fits[r], c), np.delete(fits[:, c], r)])
            lead = min(0.5, float(fits[r, c] - rest.max())) if len(rest) else 0.25
            odds = _STEEP * (float(fits[r, c]) - _FIT) + _MARGIN * (lead - 0.15)
            out.append((rows[r], columns[c], odds))
    return out


def _passages(pairs: Iterable[tuple[int, int, float]]) -> list[Transposition]:
    """Join pairs that follow one another on both sides, and keep what is likelier than not."""
    runs: list[list[tuple[int, int, float]]] = []
    for pair in pairs:
        if runs and (pair[0] - runs[-1][-1][0], pair[1] - runs[-1][-1][1]) == (1, 1):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    out = []
    for run in runs:
        (i, j, _), (k, m, _) = run[0], run[-1]
        confidence = round(float(1 / (1 + np.exp(-min(30.0, sum(odds for _, _, odds in run))))), 3)
        if confidence >= _FLOOR:
            out.append(Transposition(range(i, k + 1), range(j, m + 1), confidence))
    return out
