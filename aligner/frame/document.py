"""What only the whole document shows: a term rendered bare here and quoted or hedged there.

The target alone decides it, so it works without a source, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aligner.frame.view import BeadView, SideView
from aligner.model import Category, Direction, Edit, EditKind, Span
from aligner.resources import load_words
from aligner.text import Token, TokenKind, clitic_splits

__all__ = ["Passage", "inconsistencies"]

_MOST_PLACES = 3  # bare places of a term that are flagged; the rest are counted
_LONGEST_TERM = 3  # words of a hedged term that are looked for elsewhere
_NAMING = ("naming", "self", "claim", "doubt")


@dataclass(frozen=True)
class Passage:
    """One bead of the document: its views and where they start; no source where there is none."""

    target: SideView
    at_target: int
    view: BeadView | None = None
    at_source: int = 0
    bead: int | None = None


@dataclass(frozen=True)
class _Held:
    """A term that is quoted or hedged: its words and the first edit that says so."""

    words: tuple[Token, ...]
    edit: Edit


def inconsistencies(edits: Iterable[Edit], passages: Sequence[Passage]) -> Iterator[Edit]:
    """Yield the bare renderings of terms that are quoted or hedged elsewhere in the same translation.

    Args:
        edits: what was flagged so far, edits or marks, with document offsets.
        passages: the beads (or segments) of the translation in order.
    """
    held = _held_terms(edits, passages)
    taken = [span for span in (_term_span(h, p) for h, p in held) if span]
    for first in sorted(_distinct(held), key=lambda h: -len(h.words)):
        bare = _bare(first, passages, taken)
        taken += [span for span, _, _ in bare]
        for span, start, passage in bare[:_MOST_PLACES]:
            yield _edit(first, span, start, passage, len(bare))


def _bare(held: _Held, passages: Sequence[Passage], taken: Sequence[Span]) -> list[tuple[Span, int, Passage]]:
    """List where a term stands bare, outside what a longer term has taken."""
    return [
        (span, start, passage)
        for passage in passages
        for start in _occurrences(held.words, passage.target)
        if not any((span := _span_at(passage, start, held)).overlaps(other) for other in taken)
    ]


def _span_at(passage: Passage, start: int, held: _Held) -> Span:
    return passage.target.span(start, start + len(held.words)).shifted(passage.at_target)


def _held_terms(edits: Iterable[Edit], passages: Sequence[Passage]) -> list[tuple[_Held, Passage]]:
    """Find the words each scare quote or naming hedge of the translation holds off."""
    found = []
    for edit in edits:
        passage = next((p for p in passages if edit.target and _holds(p, edit.target)), None)
        if passage and edit.target and edit.direction in (Direction.ADDED, Direction.NONE):
            words = _words(edit, passage)
            if words:
                found.append((_Held(words, edit), passage))
    return found


def _holds(passage: Passage, span: Span) -> bool:
    text = passage.target.text
    return bool(text) and Span(passage.at_target, passage.at_target + len(text)).covers(span)


def _words(edit: Edit, passage: Passage) -> tuple[Token, ...]:
    assert edit.target
    side = passage.target
    local = edit.target.shifted(-passage.at_target)
    if edit.category is Category.SCARE_QUOTE:
        first, last = side.token_range(local)
        return tuple(t for t in side.tokens[first:last] if t.kind is TokenKind.WORD)
    rows = {row.id: row for row in side.lexicon.hedges}
    if edit.category is not Category.HEDGE or edit.rule not in rows or rows[edit.rule].kind not in _NAMING:
        return ()
    after = [k for k, t in enumerate(side.tokens) if t.span.end > local.end]
    return _noun_phrase(side, after[0]) if after else ()


def _noun_phrase(side: SideView, first: int) -> tuple[Token, ...]:
    """Take the words after a hedge up to a mark, a function word or a conjoined word."""
    stop = load_words(f"function-words.{side.language}.txt")
    while first < len(side.tokens) and side.tokens[first].kind is TokenKind.MARK:
        first += 1  # ب”مؤشر …
    words: list[Token] = []
    for token in side.tokens[first : first + _LONGEST_TERM]:
        if token.kind is not TokenKind.WORD or token.form in stop or (words and token.form.startswith("و")):
            break
        words.append(token)
    return tuple(words)


def _term_span(held: _Held, passage: Passage) -> Span:
    return Span(held.words[0].span.start, held.words[-1].span.end).shifted(passage.at_target)


def _distinct(held: Sequence[tuple[_Held, Passage]]) -> list[_Held]:
    """Keep the first of every term."""
    found: list[_Held] = []
    for candidate, _ in held:
        if not any(_is_same(candidate.words, other.words) for other in found):
            found.append(candidate)
    return found


def _is_same(a: Sequence[Token], b: Sequence[Token]) -> bool:
    return len(a) == len(b) and all(_forms(x) & _forms(y) for x, y in zip(a, b, strict=True))


def _forms(token: Token) -> frozenset[str]:
    """Give the word without proclitics, in every way it may be cut; الإرهابي keeps its ending."""
    return frozenset(stem for _, stem in clitic_splits(token.form) if len(stem) > 2)


def _occurrences(words: Sequence[Token], side: SideView) -> Iterator[int]:
    """Yield the tokens at which the term stands bare: in no quotation."""
    for start in range(len(side.tokens) - len(words) + 1):
        if _is_same(words, side.tokens[start : start + len(words)]) and not side.is_quoted(start):
            yield start


def _edit(held: _Held, span: Span, start: int, passage: Passage, count: int) -> Edit:
    local = span.shifted(-passage.at_target)
    words, device = local.of(passage.target.text), held.edit.cue
    term = " ".join(token.text for token in held.words)
    source = passage.view.source_span_of(start, start + len(held.words)) if passage.view else None
    how = "in quotation marks" if held.edit.category is Category.SCARE_QUOTE else f"with “{device}”"
    return Edit(
        Category.INCONSISTENCY,
        Direction.NONE,
        source.shifted(passage.at_source) if source else None,
        span,
        0.8,
        f"“{words}” stands bare here{_places(count)} and {how} elsewhere in the same translation",
        f"inconsistency-{held.edit.category}",
        EditKind.EDIT if passage.view else EditKind.MARK,
        passage.bead,
        cue=words,
        referent=term,
        group=f"inconsistency: {term}",
    )


def _places(count: int) -> str:
    return "" if count == 1 else f", as it does {count} times in all,"
