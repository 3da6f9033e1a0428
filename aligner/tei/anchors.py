"""Names of segments and places in a record, and pointers to stretches of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from aligner.errors import RecordError
from aligner.model import Block, Kind, Role, Segment, Span, Witness

__all__ = ["Named", "block_tag", "name_segments", "pointer", "resolve"]

_LETTER = {Role.ATTRIBUTION: "a", Role.BYLINE: "b", Role.CAPTION: "c", Role.FURNITURE: "f"}
_RANGE = re.compile(r"#string-range\(([^,()]+),(\d+),(\d+)\)")


@dataclass(frozen=True, slots=True)
class Named:
    """A stretch of a witness with an id: an aligned segment, or the whole of a block of paratext."""

    id: str
    span: Span
    block: int
    is_aligned: bool


def name_segments(witness: Witness, segments: Sequence[Segment]) -> tuple[Named, ...]:
    """Number the segments: ``en.h1`` headings, ``en.s1`` sentences, ``ar.a1`` attribution and so on."""
    counts: dict[str, int] = {}

    def named(letter: str, span: Span, block: int, *, is_aligned: bool) -> Named:
        counts[letter] = counts.get(letter, 0) + 1
        return Named(f"{witness.siglum}.{letter}{counts[letter]}", span, block, is_aligned)

    found = []
    rest = list(segments)
    for number, block in enumerate(witness.blocks):
        if block.role:
            found.append(named(_LETTER[block.role], block.span, number, is_aligned=False))
        while rest and rest[0].block == number:
            letter = "h" if block.kind is Kind.HEADING else "s"
            found.append(named(letter, rest.pop(0).span, number, is_aligned=not block.role))
    return tuple(found)


def pointer(span: Span, named: Sequence[Named], starts: Sequence[int]) -> str:
    """Point at a stretch: one string-range, or two where it runs over several segments.

    Raises:
        RecordError: an end lies in no segment.
    """
    first = _at(span.start, named, starts)
    last = _at(span.end - 1, named, starts)
    if first is None or last is None:
        raise RecordError(
            f"the stretch {span.start}..{span.end} starts or ends outside every segment",
            remedy="begin and end it inside a sentence",
        )
    if first is last:
        return _range(first, span.start, span.end)
    return f"{_range(first, span.start, first.span.end)} {_range(last, last.span.start, span.end)}"


def _at(offset: int, named: Sequence[Named], starts: Sequence[int]) -> Named | None:
    k = bisect_right(starts, offset) - 1
    return named[k] if k >= 0 and offset < named[k].span.end else None


def _range(named: Named, start: int, end: int) -> str:
    return f"#string-range({named.id},{start - named.span.start},{end - start})"


def resolve(target: str, spans: dict[str, Span], *, where: str = "") -> Span:
    """Turn a pointer back into offsets of the witness.

    Raises:
        RecordError: bad form, an unknown segment, or a range that leaves it.
    """
    found = _RANGE.findall(target)
    if not found or " ".join(f"#string-range({a},{b},{c})" for a, b, c in found) != target:
        raise RecordError(f"{target!r} is no string-range", where=where, remedy="restore the pointer")
    ends = []
    for name, offset, length in found:
        if name not in spans:
            raise RecordError(f"{target!r} points at no segment", where=where, remedy="restore the id")
        start = spans[name].start + int(offset)
        if int(length) < 1 or start + int(length) > spans[name].end:
            raise RecordError(f"{target!r} leaves its segment", where=where, remedy="restore the range")
        ends.append((start, start + int(length)))
    return Span(ends[0][0], ends[-1][1])


def block_tag(block: Block) -> str:
    """Give the element of a block: head, p, or ab for paratext."""
    return {Kind.HEADING: "head", Kind.PARAGRAPH: "p", Kind.PARATEXT: "ab"}[block.kind]
