"""Omission and addition: what only one side says: evaluating, attributing, qualifying content, or a clause.

``coverage`` judges how surely a stretch has no counterpart; here the sure ones become flags. Whole segments
without counterpart are beads of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aligner.frame.absence import Absence, absences, is_known, is_rendered, modifies
from aligner.frame.coverage import LONG, Phrase, phrases, unrendered, vacancies
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.model import Category, Direction, Edit, Span

__all__ = ["additions", "omissions"]

# Probability from which a stretch is flagged; a lone word that does not evaluate is seldom a matter of framing.
_LEAST = {
    Category.OMISSION: {"modifier": 0.65, "phrase": 0.75, "word": 0.65},
    Category.ADDITION: {"modifier": 0.7, "phrase": 0.7, "word": 0.9},
}
_SEGMENT = 0.85  # confidence in a bead with one side only: that of the aligner's empty beads
_WHY = {
    "modifier": "evaluates",
    "absent": "evaluates",
    "word": "is a word of its own",
    "phrase": "is a phrase of its own",
    "segment": "is a whole segment",
}


@dataclass(frozen=True, slots=True)
class _Missing:
    """Content of one side without counterpart on the other."""

    span: Span
    kind: str
    confidence: float


def omissions(view: BeadView) -> Iterator[Edit]:
    """Yield content of the source that the translation lacks."""
    for missing in _missing(view, view.source):
        yield _edit(Category.OMISSION, Direction.REMOVED, view.source, missing, "the translation")


def additions(view: BeadView) -> Iterator[Edit]:
    """Yield content of the translation that the source lacks."""
    for missing in _missing(view, view.target):
        yield _edit(Category.ADDITION, Direction.ADDED, view.target, missing, "the source")


def _edit(category: Category, direction: Direction, side: SideView, missing: _Missing, other: str) -> Edit:
    words = _short(missing.span.of(side.text))
    is_omission = category is Category.OMISSION
    return Edit(
        category,
        direction,
        missing.span if is_omission else None,
        None if is_omission else missing.span,
        missing.confidence,
        f"“{words}” {_WHY[missing.kind]} and has no counterpart in {other}",
        f"{category}-{missing.kind}",
        cue=words,
        referent=words,
        severity="high" if missing.kind == "segment" else "medium",
    )


def _short(words: str, longest: int = 80) -> str:
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def _missing(view: BeadView, side: SideView) -> Iterator[_Missing]:
    if not side.tokens:
        return
    if not view.other(side).tokens:
        yield _Missing(side.span(0, len(side.tokens)), "segment", _SEGMENT)
        return
    found = list(_unrendered(view, side))
    yield from found
    for absence in absences(view, side):
        span = side.span(absence.first, absence.last)
        is_told = any(missing.span.overlaps(span) for missing in found)
        if not absence.instead and not is_told and (side is view.source or modifies(side, absence)):
            yield _Missing(span, "absent", _doubt(view, side, absence))


def _doubt(view: BeadView, side: SideView, absence: Absence) -> float:
    """Give the probability that the surest word of an absent one has no rendering at all."""
    words = [odds for k, odds in unrendered(view, side) if absence.first <= k < absence.last]
    return max(words, default=UNCOUNTED)


def _unrendered(view: BeadView, side: SideView) -> Iterator[_Missing]:
    """Yield the stretches that the learned odds call missing."""
    least = _LEAST[Category.OMISSION if side is view.source else Category.ADDITION]
    for phrase in phrases(view, side):
        is_elsewhere = _is_part_of_term(side, phrase) or _is_filled(view, side, phrase) or _is_known(view, side, phrase)
        if phrase.probability >= least[phrase.kind] and not is_elsewhere:
            yield _Missing(_span(side, phrase), phrase.kind, round(phrase.probability, 2))


def _is_known(view: BeadView, side: SideView, phrase: Phrase) -> bool:
    """Too little is left of the stretch when the words are taken out that share a concept with one over there."""
    words = [k for k in side.content if phrase.first <= k < phrase.last]
    rendered = sum(is_rendered(view, side, range(k, k + 1)) for k in words if is_known(side, k))
    return rendered > 0 and phrase.n_words - rendered < LONG


def _span(side: SideView, phrase: Phrase) -> Span:
    """A word that is denied is quoted with its negation: غير مسؤول."""
    return side.span(phrase.first - side.is_denied(phrase.first), phrase.last)


def _is_filled(view: BeadView, side: SideView, phrase: Phrase) -> bool:
    """A word of the other side that evaluates the same way and renders nothing else stands in the place of one."""
    if phrase.kind != "modifier":
        return False
    there = vacancies(view, side, range(phrase.first, phrase.last))
    signs = _signs(side, range(phrase.first, phrase.last))
    return bool(signs & _signs(view.other(side), there))


def _signs(side: SideView, indices: Sequence[int]) -> set[bool]:
    """Tell which ways these tokens evaluate: True for favour, False for blame."""
    values = [m.row.value for m in side.evaluative for k in indices if m.first <= k < m.last]
    values += [row.value for m in side.labels for k in indices if m.first <= k < m.last for row in m.row]
    return {value > 0 for value in values if value}


def _is_part_of_term(side: SideView, phrase: Phrase) -> bool:
    """Part of a listed label of several words, which stands or falls with it: اليمين المتطرف."""
    n = phrase.last - phrase.first
    around = [m for m in side.labels if m.first <= phrase.first and phrase.last <= m.last]
    return any(n < match.last - match.first for match in around)
