"""Cut a stretch of a witness at the ends of its flags, never inside a word whose letters join.

A browser that shapes each element by itself would tear an Arabic word apart at the edge of an
element. So an edge between two letters that may join moves out to the end of the word; the exact
stretch is written in the flag's note and painted over the text by the page's script.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from aligner.model import Span

__all__ = ["Piece", "cut", "whole"]

_ZWJ = "\N{ZERO WIDTH JOINER}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch every part of which lies in the same flags; ``ends`` are those that end with it."""

    span: Span
    flags: tuple[int, ...]
    ends: tuple[int, ...]


def whole(text: str, span: Span) -> Span:
    """Widen a span so that neither end parts letters that join, or a mark from its letter.

    >>> text = "ما يعرف بالحراك"
    >>> whole(text, Span(3, 9)).of(text)
    'يعرف بالحراك'
    >>> whole("unarmed", Span(2, 7)).of("unarmed")
    'armed'
    """
    start, end = span.start, span.end
    while start > 0 and _joins(text, start):
        start -= 1
    while end < len(text) and _joins(text, end):
        end += 1
    return Span(start, end)


def _joins(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if _is_mark(after) or _ZWJ in (before, after):
        return True
    return _is_cursive(after) and _is_cursive(_base(text, at - 1))


def _base(text: str, at: int) -> str:
    while at > 0 and _is_mark(text[at]):
        at -= 1
    return text[at]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_cursive(character: str) -> bool:
    """Letters of bidi class AL: Arabic, Syriac, Thaana (UAX 9, table 4); not their punctuation."""
    return unicodedata.bidirectional(character) == "AL" and unicodedata.category(character).startswith("L")


def cut(span: Span, flags: Sequence[tuple[int, Span]]) -> tuple[Piece, ...]:
    """Cut a span where numbered flags begin and end; the pieces join up to the span again.

    >>> [(p.span.start, p.span.end, p.flags, p.ends) for p in cut(Span(0, 9), [(1, Span(2, 5))])]
    [(0, 2, (), ()), (2, 5, (1,), (1,)), (5, 9, (), ())]
    """
    inside = [(number, part) for number, part in flags if part.overlaps(span)]
    edges = {span.start, span.end}
    for _, part in inside:
        edges |= {max(part.start, span.start), min(part.end, span.end)}
    ordered = sorted(edges)
    return tuple(_piece(Span(start, end), inside) for start, end in pairwise(ordered))


def _piece(span: Span, flags: Sequence[tuple[int, Span]]) -> Piece:
    over = [(number, part) for number, part in flags if part.covers(span)]
    return Piece(
        span,
        tuple(number for number, _ in over),
        tuple(number for number, part in over if part.end == span.end),
    )
