"""Plain text to paragraphs and headings, by blank lines, line lengths and the form of lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from aligner.model import Span

__all__ = ["has_form_of_heading", "headings", "is_prose", "paragraphs"]

_LINE = re.compile("[^\r\n\x85\u2028\u2029]+")
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
# What makes no visible line: white space, joiners, direction marks.
_INVISIBLE = "\\s\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_VISIBLE = re.compile(f"[^{_INVISIBLE}]")
_STOPPED = re.compile("[.!?؟۔…][\\W_]{0,6}\\Z|[:؛;،,]\\s*\\Z")
_LEAD_IN = re.compile(r"[:؛;،,]\s*\Z")
_ITEM = re.compile(r"\s*(?:[-•·▪◦*–—]|\(?[\d٠-٩]{1,3}[.)\-]|\(?[a-zء-ي][.)])\s")
# Editors wrap at 60 to 80 columns; longer lines are paragraphs, shorter ones verse or lists.
_NARROWEST, _WIDEST = 40, 120
# Share of line pairs that must look wrapped, and of those that must break in the middle of a sentence.
_WRAPPED, _BROKEN_OFF = 0.6, 0.5
# A newspaper headline has up to about 15 words; a little more is allowed.
_LONGEST_HEADING, _MOST_WORDS = 130, 18
_MOST_WORDS_ASKED = 7  # of a heading that is a question (a guess)
# A closed line of fewer words may be a heading, a name, a button.
_FEWEST_WORDS = 5


def paragraphs(text: str) -> tuple[Span, ...]:
    """Find the paragraphs: a line each, or several lines where the text was wrapped at a fixed width.

    >>> text = "Title\\n\\nOne paragraph.\\r\\nAnother.\\n"
    >>> [span.of(text) for span in paragraphs(text)]
    ['Title', 'One paragraph.', 'Another.']
    """
    lines = tuple(_lines(text))
    if not lines:
        return ()
    joined = _wrapped_pairs(text, lines)
    spans = [lines[0]]
    for previous, line in itertools.pairwise(lines):
        if previous.start in joined:
            spans[-1] = Span(spans[-1].start, line.end)
        else:
            spans.append(line)
    return tuple(spans)


def _lines(text: str) -> list[Span]:
    """Lines with something to see in them, white space at their ends left out."""
    found = []
    for line in _LINE.finditer(text):
        if _VISIBLE.search(line.group()):
            stripped = line.group().rstrip()
            start = line.start() + len(stripped) - len(stripped.lstrip())
            found.append(Span(start, line.start() + len(stripped)))
    return found


def _wrapped_pairs(text: str, lines: Sequence[Span]) -> frozenset[int]:
    """Starts of the lines that go on in the next line; empty where the text is not wrapped.

    A line was wrapped when the first word of the next would not have fitted into the width.
    """
    width = max(map(len, lines))
    if not _NARROWEST <= width <= _WIDEST:
        return frozenset()
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if _are_neighbours(text, a, b)]
    full = [a for a, b in pairs if len(a) + 1 + len(b.of(text).split(None, 1)[0]) > width]
    broken_off = sum(1 for line in full if not _STOPPED.search(text, max(line.start, line.end - 8), line.end))
    if len(full) < _WRAPPED * len(pairs) or broken_off < _BROKEN_OFF * len(full):
        return frozenset()
    return frozenset(line.start for line in full)


def _are_neighbours(text: str, line: Span, following: Span) -> bool:
    between = len(_LINE_END.findall(text, line.end, following.start))
    return between == 1 and not _ITEM.match(text, following.start, following.end)


def is_prose(line: str) -> bool:
    """Tell whether a line reads like running text: it closes with a stop, or is long.

    >>> is_prose("The talks ended on Sunday without a result."), is_prose("After the talks")
    (True, False)
    """
    if len(line) > _LONGEST_HEADING:
        return True
    return len(line.split()) >= _FEWEST_WORDS and bool(_STOPPED.search(line[-8:]))


def has_form_of_heading(line: str) -> bool:
    """Tell whether a line is short, has no stop at its end and is no list item.

    >>> has_form_of_heading("Why the dams broke"), has_form_of_heading("The dams broke.")
    (True, False)
    """
    return (
        len(line) <= _LONGEST_HEADING
        and len(line.split()) <= _MOST_WORDS
        and not _STOPPED.search(line[-8:])
        and not _ITEM.match(line)
        and not _LINE_END.search(line)
    )


def headings(lines: Sequence[str]) -> frozenset[int]:
    """Tell which of the aligned blocks are headings: short, without a stop, and followed by text.

    Up to two such lines may stand together (heading and subheading); three are a list, but the first
    line of all is a title whatever follows. A line after a colon is an item.

    >>> sorted(headings(["Floods in the north", "Rain fell for a week.", "Why", "Dams broke."]))
    [0, 2]
    """
    short = [has_form_of_heading(line) for line in lines]
    found = {0} if len(lines) > 1 and short[0] else set()
    i = 0
    while i < len(lines):
        end = i
        while end < len(lines) and short[end]:
            end += 1
        is_title = i == 0
        led_in = i > 0 and bool(_LEAD_IN.search(lines[i - 1][-4:]))
        if i < end < len(lines) and end - i <= 2 + is_title and not led_in:
            found.update(range(i, end))
        i = max(end, i + 1)
    found.update(k for k in range(1, len(lines) - 1) if _asks(lines, k))
    return frozenset(found)


def _asks(lines: Sequence[str], k: int) -> bool:
    line = lines[k]
    is_question = line.endswith(("?", "\N{ARABIC QUESTION MARK}")) and line.count(".") == 0
    is_short = len(line.split()) <= _MOST_WORDS_ASKED and not _ITEM.match(line)
    between = is_prose(lines[k - 1]) and is_prose(lines[k + 1]) and not _LEAD_IN.search(lines[k - 1][-4:])
    return is_question and is_short and between
