"""Cut a witness into segments: sentence-like stretches with exact offsets; a heading is one segment.

A mark ends a sentence if what follows can begin one. Quoted speech of several sentences is cut like any
other text, the closing mark staying with the last, because translators regroup speech freely and a bead can
join segments but not part them. A bracket opened inside a sentence is not cut, for its sentences hang on the
one round them. The rules are ours, because they must keep offsets and know Arabic; bench/segment.py measures
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from aligner.model import Kind, Segment, Span, Witness
from aligner.resources import load_table
from aligner.text import normalise_word

__all__ = ["segment", "split"]

_CLOSERS = "\"'\u201d\u2019\u00bb\u203a\u201c\u2018)\\]}"
_OPENERS = "\"'\u201c\u2018\u201d\u00ab\u2039([{\u2013\u2014-"
_MARK = re.compile(rf"[.!?\u061f\u06d4\u2026]+[{_CLOSERS}]*(?:\[\d{{1,3}}\])*|[()\[\]]")
_CORE = re.compile("[.!?\u061f\u06d4\u2026]+")
_WORD = re.compile(r"\w")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_INITIALS = re.compile(r"[a-z](?:\.[a-z])*")
_WORD_BEFORE = re.compile(r"[^\s(\[\"\u201c\u00ab]{1,12}\Z")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_ENUMERATOR = re.compile(r"\s*[\"'\u201c\u00ab(]?(?:[\dIVXivx]{1,4}|[A-Za-z\u0621-\u064a])\Z")
# A bracket that never closes must not swallow the text: news has none longer (a guess).
_LONGEST_BRACKET = 500


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
    spans = [span for start, end in pairwise(cuts) if (span := _trimmed(text, start, end))]
    found: list[Span] = []
    for span in spans:  # marks alone, such as a row of dots, are no sentence
        if found and (not _WORD.search(text, *_ends(span)) or not _WORD.search(text, *_ends(found[-1]))):
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return tuple(found)


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _cuts(text: str, language: str) -> Iterator[int]:
    """Yield the offsets behind which a new sentence starts."""
    start, opened = 0, -1  # of the sentence, and of a bracket inside it
    word = _next_word(text, 0)
    for mark in _MARK.finditer(text):
        glyph = mark.group()
        if glyph in ("(", "["):
            word = word if word >= start else _next_word(text, start)
            if opened < 0 and word < mark.start():
                opened = mark.start()
            continue
        is_inside = opened >= 0 and mark.end() - opened < _LONGEST_BRACKET
        if opened >= 0 and (")" in glyph or "]" in glyph or not is_inside):
            opened = -1
        elif is_inside:
            continue
        if glyph not in (")", "]") and not _numbers(text, start, mark) and _is_end(text, mark, language):
            yield mark.end()
            start = mark.end()


def _next_word(text: str, start: int) -> int:
    found = _WORD.search(text, start)
    return found.start() if found else len(text)


def _numbers(text: str, start: int, mark: re.Match[str]) -> bool:
    """Tell whether the mark closes the number or letter of an item: "1. ", "(b. "."""
    is_short = mark.start() - start < 12
    return is_short and mark.group() == "." and bool(_ENUMERATOR.match(text[start : mark.start()]))


def _is_end(text: str, mark: re.Match[str], language: str) -> bool:
    after = text[mark.end() : mark.end() + 40]
    following = after.lstrip()
    if not following:
        return False
    has_gap = after[0].isspace()
    core = _CORE.match(mark.group())[0]  # type: ignore[index]  # it begins with a stop
    if not has_gap and not _opens_without_space(text, mark, following, language):
        return False
    if "\n" in after[: len(after) - len(following)]:
        return True
    first = following.lstrip(_OPENERS)[:1]
    if first.islower() or following[0] in ",;:\u060c\u061b":
        return False
    if core == "." and _is_abbreviation(text, mark.start(), following, language):
        return False
    if core == "..":  # the Arabic press writes two dots where others write a dash
        return first.isupper()
    if core != "." and len(mark.group()) > len(core) and _reports(following, language):
        return False
    is_trailing_off = core.startswith(("\u2026", ".."))
    return not is_trailing_off or first.isupper() or bool(_ARABIC.match(first))


def _reports(following: str, language: str) -> bool:
    """Tell whether "he asked" follows a quoted question: the sentence goes on."""
    word = _FIRST_WORD.match(following)
    return word is not None and normalise_word(word.group()) in _abbreviations(language).reporting


def _opens_without_space(text: str, mark: re.Match[str], following: str, language: str) -> bool:
    """The space after a full stop is often missing: between two Arabic words, or before a usual opener."""
    before = text[max(0, mark.start() - 3) : mark.start()]
    if len(before) < 3 or mark.group() not in (".", "!", "?", "\u061f", "\u2026", "..."):
        return False
    if all(map(_ARABIC.match, before)):
        return bool(_ARABIC.match(following))
    is_word = before.isascii() and before.isalpha() and before.islower()
    return is_word and following[0].isupper() and _opens(following, _abbreviations(language).openers)


def _is_abbreviation(text: str, at: int, following: str, language: str) -> bool:
    found = _WORD_BEFORE.search(text[max(0, at - 13) : at])
    word = normalise_word(found.group()).lstrip("'\"(") if found else ""
    words = _abbreviations(language)
    if word in words.numbered:
        return following[:1].isdigit() or not _opens(following, words.openers)
    if word in words.always:
        return True
    is_initials = bool(_INITIALS.fullmatch(word)) and word != "i"
    return (is_initials or word in words.maybe) and not _opens(following, words.openers)


def _opens(following: str, openers: frozenset[str]) -> bool:
    word = _FIRST_WORD.match(following.lstrip(_OPENERS))
    return word is not None and word.group().lower() in openers


@dataclass(frozen=True, slots=True)
class _Words:
    always: frozenset[str]
    numbered: frozenset[str]
    maybe: frozenset[str]
    openers: frozenset[str]
    reporting: frozenset[str]


@lru_cache(maxsize=4)
def _abbreviations(language: str) -> _Words:
    """The words of a language; Latin abbreviations occur in Arabic text too, never the other way."""
    table = load_table("abbreviations.yaml")
    rows = [table["en"], table["ar"]] if language == "ar" else [table["en"]]
    return _Words(
        *(
            frozenset(normalise_word(str(word)) for row in rows for word in row[key])
            for key in ("always", "numbered", "maybe", "openers", "reporting")
        )
    )
