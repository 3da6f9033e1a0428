"""Omission and addition: evaluating, attributing or qualifying content that only one side has.

Two kinds are looked for inside a bead: a modifier that evaluates and has no counterpart, and a clause of
several content words none of which has one. Whole segments without counterpart are beads of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.frame.view import BeadView, SideView
from aligner.link import content_words, word_strings
from aligner.model import Category, Direction, Edit, Span

__all__ = ["additions", "omissions"]

_MODIFIER = 0.42  # best cosine below which an evaluating modifier has no counterpart
_CLAUSE = 0.36  # mean of the best cosines below which a run of words has none
_LEAST_WORDS = 4  # content words of a run
_BREAKS = frozenset(",;:()\u060c\u061b\u2014\u2013")
_CONFIDENCE = {"modifier": 0.7, "clause": 0.65, "segment": 0.85}


@dataclass(frozen=True, slots=True)
class _Missing:
    """Content of one side without counterpart on the other."""

    span: Span
    kind: str
    why: str


def omissions(view: BeadView) -> Iterator[Edit]:
    """Yield content of the source that the translation lacks."""
    for missing in _missing(view, view.source, view.target):
        words = missing.span.of(view.source.text)
        yield Edit(
            Category.OMISSION,
            Direction.REMOVED,
            missing.span,
            None,
            _CONFIDENCE[missing.kind],
            f"“{_short(words)}” {missing.why} and has no counterpart in the translation",
            f"omission-{missing.kind}",
            cue=_short(words),
            referent=_short(words),
            severity="high" if missing.kind == "segment" else "medium",
        )


def additions(view: BeadView) -> Iterator[Edit]:
    """Yield content of the translation that the source lacks."""
    for missing in _missing(view, view.target, view.source):
        words = missing.span.of(view.target.text)
        yield Edit(
            Category.ADDITION,
            Direction.ADDED,
            None,
            missing.span,
            _CONFIDENCE[missing.kind],
            f"“{_short(words)}” {missing.why} and has no counterpart in the source",
            f"addition-{missing.kind}",
            cue=_short(words),
            referent=_short(words),
            severity="high" if missing.kind == "segment" else "medium",
        )


def _short(words: str, longest: int = 80) -> str:
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def _missing(view: BeadView, side: SideView, other: SideView) -> Iterator[_Missing]:
    if not side.tokens:
        return
    if not other.tokens:
        yield _Missing(side.span(0, len(side.tokens)), "segment", "is a whole segment")
        return
    best = _best_counterparts(view, side, other)
    clauses = list(_clauses(side, best))
    yield from clauses
    for match in side.evaluative:
        if side.is_quoted(match.first) or any(c.span.overlaps(match.span) for c in clauses):
            continue
        if all(best.get(k, 1.0) < _MODIFIER for k in range(match.first, match.last)):
            yield _Missing(match.span, "modifier", "evaluates")


def _best_counterparts(view: BeadView, side: SideView, other: SideView) -> dict[int, float]:
    """Give each content word's best evidence on the other side: the score of its link, or a bare cosine."""
    words = content_words(side.tokens, side.language)
    there = content_words(other.tokens, other.language)
    if not words or not there:
        return {}
    cosines = _cosines(view, side, words, other, there)
    is_source = side is view.source
    linked = {(i if is_source else j) for i, j, _ in view.links.pairs}
    best = {k: float(row.max()) for k, row in zip(words, cosines, strict=True)}
    return {k: max(value, 1.0) if k in linked and value > _CLAUSE else value for k, value in best.items()}


def _cosines(
    view: BeadView, side: SideView, words: tuple[int, ...], other: SideView, there: tuple[int, ...]
) -> NDArray[np.float32]:
    """Best cosine between any two writings of two words: (n_words, n_there)."""
    a = [word_strings(side.tokens[k]) for k in words]
    b = [word_strings(other.tokens[k]) for k in there]
    table = view.vectors([s for item in (*a, *b) for s in item])
    n = sum(map(len, a))
    product = np.round(table[:n] @ table[n:].T, 4)
    rows = np.maximum.reduceat(product, np.cumsum([0, *map(len, a[:-1])]), axis=0)
    both: NDArray[np.float32] = np.maximum.reduceat(rows, np.cumsum([0, *map(len, b[:-1])]), axis=1)
    return both


def _clauses(side: SideView, best: dict[int, float]) -> Iterator[_Missing]:
    """Cut the side at commas and brackets; a stretch of content words without counterparts is missing."""
    start = 0
    for end in range(len(side.tokens) + 1):
        if end == len(side.tokens) or side.tokens[end].text in _BREAKS:
            words = [k for k in range(start, end) if k in best]
            if len(words) >= _LEAST_WORDS and np.mean([best[k] for k in words]) < _CLAUSE:
                yield _Missing(side.span(start, end), "clause", "is a clause of its own")
            start = end + 1
