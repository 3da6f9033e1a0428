"""How many lines every segment takes at a width: all of a witness at once, without shaping anything.

The breaks are those of ``Para.wrap``. Where a segment holds only characters of one cell each, and marks on
them, the next break of every segment is looked up side by side in arrays; the others are wrapped one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.model import Segment
from tui.bidi.layout import Mode, Para

__all__ = ["line_counts"]

_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]
_Flags = NDArray[np.uint8]

_AT_ONCE = 2048  # segments: arrays of about a megabyte, whatever the size of the witness
_BEGINS, _GOES_ON, _MARK, _LAM, _ALEF, _HYPHEN, _WORD, _GAP = (1 << bit for bit in range(8))
_CLASSES = {
    _BEGINS: "[ -~\xa0-\xac\xae-\u02ff\u0606-\u060f\u061b\u061d-\u064a\u0660-\u066f\u0671-\u06d5"
    "\u2010-\u2027\u2030-\u205e\u202f]",
    _GOES_ON: "[ -~\xa0-\xac\xae-\u02ff\u0606-\u061b\u061d-\u06dc\u06de-\u06ff\u2010-\u2027\u2030-\u205e\u202f]",
    _MARK: "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]",
    _LAM: "\u0644",
    _ALEF: "[\u0622\u0623\u0625\u0627]",
    _HYPHEN: r"[-\N{HYPHEN}\N{EN DASH}\N{EM DASH}/]",
    _WORD: r"\w",
    _GAP: " ",
}
_BEYOND = 0x2060  # the first code point that has no class, and stands for all after it


@cache
def _classes() -> _Flags:
    """Give the classes of every code point below ``_BEYOND``, as bits; shape (_BEYOND + 1,)."""
    table = np.zeros(_BEYOND + 1, np.uint8)
    for bit, pattern in _CLASSES.items():
        is_one = re.compile(pattern).match
        table[[code for code in range(_BEYOND) if is_one(chr(code))]] |= bit
    return table


def line_counts(text: str, segments: Sequence[Segment], width: int, mode: Mode, *, tashkeel: bool = True) -> _Ints:
    """Count the lines of every segment of a text at a width in cells; shape (n_segments,).

    >>> from aligner.model import Span
    >>> line_counts("one two three", [Segment(Span(0, 7), 0), Segment(Span(8, 13), 0)], 4, Mode.APP).tolist()
    [2, 2]
    """
    counts = np.ones(len(segments), np.int64)
    for first in range(0, len(segments), _AT_ONCE):
        part = segments[first : first + _AT_ONCE]
        ends = np.array([(segment.span.start, segment.span.end) for segment in part], np.int64)
        start, end = int(ends[0, 0]), int(ends[-1, 1])
        is_simple = _Chunk(text[start:end], ends - start, mode).count(max(width, 1), counts[first : first + _AT_ONCE])
        for k in np.flatnonzero(~is_simple).tolist():
            para = Para(part[k].span.of(text), mode=mode, tashkeel=tashkeel)
            counts[first + k] = len(para.wrap(width))
    return counts


class _Chunk:
    """The cells of some neighbouring segments, with the classes of what stands in them."""

    def __init__(self, text: str, ends: _Ints, mode: Mode) -> None:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        flags = _classes()[np.minimum(codes, _BEYOND)]
        odd = _running(flags & _GOES_ON == 0)
        starts, stops = ends[:, 0], ends[:, 1]
        self.is_simple: _Bools = (odd[stops] == odd[starts]) & (flags[starts] & _BEGINS > 0)
        flags, ends = _without(flags & _MARK > 0, flags, ends)
        if mode.is_visual:
            joined = _after(flags & _LAM > 0) & (flags & _ALEF > 0)
            joined[ends[ends[:, 0] < len(flags), 0]] = False
            flags, ends = _without(joined, flags, ends)
        self.flags, self.starts, self.stops = flags, ends[:, 0], ends[:, 1]

    def count(self, width: int, counts: _Ints) -> _Bools:
        """Fill in the lines of the simple segments; say which those are.

        In every round each segment that does not fit yet breaks once: after the spaces at the limit, else
        after the last space or hyphen before it, else at the limit.
        """
        at = np.arange(len(self.flags))
        is_gap = self.flags & _GAP > 0
        last_break = np.maximum.accumulate(np.where(is_gap | self._hyphens(), at, -1))
        last_word = np.maximum.accumulate(np.where(is_gap, -1, at))
        next_word = np.minimum.accumulate(np.where(is_gap, len(at), at)[::-1])[::-1]
        left = np.flatnonzero(self.is_simple)
        starts, stops = self.starts[left], last_word[self.stops[left] - 1] + 1
        while len(left := left[still := stops - starts > width]):
            starts, stops = starts[still], stops[still]
            limits = starts + width
            cuts = last_break[limits - 1] + 1
            cuts = np.where(is_gap[limits], next_word[limits], np.where(cuts > starts, cuts, limits))
            counts[left] += 1
            starts = cuts
        return self.is_simple

    def _hyphens(self) -> _Bools:
        """Tell where a hyphen stands between two characters of words of one segment."""
        is_word, is_edge = self.flags & _WORD > 0, np.zeros(len(self.flags) + 1, bool)
        is_edge[self.starts] = is_edge[self.stops] = True
        goes_on = is_word & ~is_edge[:-1]
        is_hyphen: _Bools = (self.flags & _HYPHEN > 0) & ~is_edge[:-1]
        return is_hyphen & _after(is_word) & np.concatenate((goes_on[1:], [False]))


def _after(is_one: _Bools) -> _Bools:
    """Tell which cells come right after one of these."""
    return np.concatenate(([False], is_one[:-1]))


def _running(is_one: _Bools) -> _Ints:
    """Count those before every place; shape (n + 1,)."""
    return np.concatenate(([0], np.cumsum(is_one)))


def _without(is_dropped: _Bools, flags: _Flags, ends: _Ints) -> tuple[_Flags, Any]:
    """Leave cells out, and move the ends of the segments along."""
    return flags[~is_dropped], ends - _running(is_dropped)[ends]
