"""Omission and addition: evaluating, attributing or qualifying content that only one side has.

Two kinds are looked for inside a bead: a modifier that evaluates and has no counterpart, and a clause of
several content words none of which has one. Whole segments without counterpart are beads of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aligner.frame.view import BeadView, SideView
from aligner.link import best_cosines, content_words, word_strings
from aligner.model import Category, Direction, Edit, Span
from aligner.text import TokenKind

__all__ = ["additions", "omissions"]

_SYNONYM = 0.62  # best cosine from which a word is met even if the other word renders another one, too
_FAINT = 0.3  # best cosine below which a word is unmet whatever else
_LEAST_RUN = 4  # content words in a row without counterpart that make a missing phrase
_MOST = 0.8  # share of unmet words that makes a clause a missing one
_LEAST_WORDS = 4  # content words of a run
_BREAKS = frozenset(",;:().!?\u060c\u061b\u061f\u2014\u2013")
_CONFIDENCE = {"modifier": 0.7, "clause": 0.65, "phrase": 0.6, "segment": 0.85}


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
    unmet = _unmet(view, side, other)
    clauses = list(_clauses(side, unmet))
    if side is view.source:  # a translation says much in more words; a source phrase without any is another thing
        clauses += [p for p in _phrases(side, unmet) if not any(c.span.overlaps(p.span) for c in clauses)]
    yield from clauses
    for first, last in _charged(side, unmet):
        span = side.span(first, last)
        if _is_answered(side, other, first, last):
            continue
        if not side.is_quoted(first) and not any(c.span.overlaps(span) for c in clauses):
            yield _Missing(span, "modifier", "evaluates")


def _is_answered(side: SideView, other: SideView, first: int, last: int) -> bool:
    """The other side evaluates the same way, in whatever words: brutal, وحشي."""
    here = [m.row for m in side.evaluative if m.first < last and first < m.last]
    return any(row.id == m.row.id for row in here for m in other.evaluative)


def _unmet(view: BeadView, side: SideView, other: SideView) -> dict[int, bool]:
    """Tell of each content word whether no word of the other side renders it.

    A word is met if the word that fits it best fits no other word better, or if the two are near synonyms.
    """
    words = content_words(side.tokens, side.language)
    there = content_words(other.tokens, other.language)
    if not words or not there:
        return {}
    cosines = best_cosines(
        [word_strings(side.tokens[k]) for k in words], [word_strings(other.tokens[k]) for k in there], view.vectors
    )
    best = cosines.argmax(axis=1)
    taken = cosines.max(axis=0)
    unmet = {}
    for row, (k, column) in enumerate(zip(words, best, strict=True)):
        value = cosines[row, column]
        unmet[k] = bool(value < _SYNONYM and (value < taken[column] or value < _FAINT))
    return unmet


def _charged(side: SideView, unmet: dict[int, bool]) -> Iterator[tuple[int, int]]:
    """Yield runs of unmet words that the lexicon calls evaluating."""
    listed = {k for match in side.evaluative for k in range(match.first, match.last)}
    hot = [k for k, is_unmet in unmet.items() if is_unmet and k in listed and _is_plain_word(side, k)]
    yield from _runs(hot, 1)


def _runs(indices: Sequence[int], reach: int) -> Iterator[tuple[int, int]]:
    """Join indices at most ``reach`` apart into half-open ranges."""
    run: list[int] = []
    for k in indices:
        if run and k - run[-1] > reach:
            yield run[0], run[-1] + 1
            run = []
        run.append(k)
    if run:
        yield run[0], run[-1] + 1


def _is_plain_word(side: SideView, index: int) -> bool:
    """A word without a capital: the Plague is a name."""
    token = side.tokens[index]
    return token.kind is TokenKind.WORD and (index == 0 or not token.text[0].isupper())


def _stretches(side: SideView, unmet: dict[int, bool]) -> Iterator[tuple[int, int, list[int]]]:
    """Cut the side at commas, stops and brackets; give each stretch with its content words."""
    start = 0
    for end in range(len(side.tokens) + 1):
        if end == len(side.tokens) or side.tokens[end].text in _BREAKS:
            yield start, end, [k for k in range(start, end) if k in unmet]
            start = end + 1


def _clauses(side: SideView, unmet: dict[int, bool]) -> Iterator[_Missing]:
    """Yield stretches most of whose content words are unmet."""
    for start, end, words in _stretches(side, unmet):
        if len(words) >= _LEAST_WORDS and sum(unmet[k] for k in words) >= _MOST * len(words):
            yield _Missing(side.span(start, end), "clause", "is a clause of its own")


def _phrases(side: SideView, unmet: dict[int, bool]) -> Iterator[_Missing]:
    """Yield runs of several content words of one stretch that are all unmet."""
    for _, _, words in _stretches(side, unmet):
        places = [place for place, k in enumerate(words) if unmet[k]]
        for first, last in _runs(places, 1):
            if last - first >= _LEAST_RUN:
                yield _Missing(side.span(words[first], words[last - 1] + 1), "phrase", "is a phrase of its own")
