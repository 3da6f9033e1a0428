"""Cut a witness into segments: sentence-like stretches with exact offsets; a heading is one segment.

A mark ends a sentence if what follows can begin one. The rules are ours, because they must keep offsets and
know Arabic; bench/segment.py measures them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import yaml

from aligner.model import Kind, Segment, Span, Witness
from aligner.resources import data_bytes
from aligner.text import normalise_word

__all__ = ["segment", "split"]

_CLOSERS = "\"'\u201d\u2019\u00bb\u203a\u201c\u2018)\\]}"
_OPENERS = "\"'\u201c\u2018\u201d\u00ab\u2039([{\u2013\u2014-"
_END = re.compile(rf"[.!?\u061f\u06d4\u2026]+[{_CLOSERS}]*")
_WORD_BEFORE = re.compile(r"[^\s(\[\"\u201c\u00ab]{1,12}\Z")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")


def segment(witness: Witness) -> tuple[Segment, ...]:
    """Cut the headings and paragraphs of a witness; paratext has no segments."""
    found = []
    for number, block in enumerate(witness.blocks):
        if not block.is_aligned:
            continue
        text = block.span.of(witness.text)
        spans = (Span(0, len(text)),) if block.kind is Kind.HEADING else split(text, witness.language)
        found += [Segment(span.shifted(block.span.start), number) for span in spans]
    return tuple(found)


def split(text: str, language: str) -> tuple[Span, ...]:
    """Cut a paragraph into sentences; every character but the space between them is in one.

    >>> text = "He met Dr. Haddad on Sept. 3. “Is it over?” she asked. It was."
    >>> [span.of(text) for span in split(text, "en")]
    ['He met Dr. Haddad on Sept. 3.', '“Is it over?” she asked.', 'It was.']
    """
    cuts = [0, *_cuts(text, language), len(text)]
    spans = (_trimmed(text, start, end) for start, end in pairwise(cuts))
    return tuple(span for span in spans if span)


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _cuts(text: str, language: str) -> Iterator[int]:
    """Yield the offsets behind which a new sentence starts."""
    for mark in _END.finditer(text):
        if _is_end(text, mark, language):
            yield mark.end()


def _is_end(text: str, mark: re.Match[str], language: str) -> bool:
    after = text[mark.end() : mark.end() + 40]
    following = after.lstrip()
    if not following:
        return False
    has_gap = after[0].isspace()
    core = mark.group().rstrip("\"'\u201d\u2019\u00bb\u203a\u201c\u2018)]}")
    if not has_gap and not _opens_without_space(text, mark, following):
        return False
    if "\n" in after[: len(after) - len(following)]:
        return True
    first = following.lstrip(_OPENERS)[:1]
    if first.islower() or following[0] in ",;:\u060c\u061b":
        return False
    if core == "." and _is_abbreviation(text, mark.start(), following, language):
        return False
    is_trailing_off = core.startswith(("\u2026", ".."))
    return not is_trailing_off or first.isupper() or bool(_ARABIC.match(first))


def _opens_without_space(text: str, mark: re.Match[str], following: str) -> bool:
    """Arabic pages often lack the space after a full stop: between two Arabic words it ends a sentence."""
    before = text[max(0, mark.start() - 3) : mark.start()]
    return len(before) == 3 and all(map(_ARABIC.match, before)) and bool(_ARABIC.match(following))


def _is_abbreviation(text: str, at: int, following: str, language: str) -> bool:
    found = _WORD_BEFORE.search(text[max(0, at - 13) : at])
    word = normalise_word(found.group()).lstrip("'\"(") if found else ""
    always, maybe, openers = _abbreviations(language)
    if word in always or (len(word) == 1 and word.isalpha() and word != "i"):
        return not (word in ("no", "art", "sec", "sun", "mar") and _opens(following, openers))
    if word in maybe or re.fullmatch(r"[a-z](\.[a-z])+", word):
        return not _opens(following, openers)
    return False


def _opens(following: str, openers: frozenset[str]) -> bool:
    word = re.match(r"[^\W\d_]+", following.lstrip(_OPENERS))
    return word is not None and word.group().lower() in openers


@lru_cache(maxsize=4)
def _abbreviations(language: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    table = yaml.safe_load(data_bytes("abbreviations.yaml"))
    rows = table.get(language, table["en"])
    return (
        frozenset(map(normalise_word, map(str, rows["always"]))),
        frozenset(map(normalise_word, map(str, rows["maybe"]))),
        frozenset(table["openers"]),
    )
