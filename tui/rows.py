"""The collation as rows of two columns: heights, tops, and what stands in each line. No widgets.

A row is a bead, or a segment where there is no source. Every segment starts a new line, so that the
sentence boundaries of the record can be seen. Where rows start is worked out when it is first asked for,
without shaping (``tui.heights``); only the rows on the screen are ever drawn.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aligner.model import Bead, Collation, Edit, Judgement, Kind, Link, Segment, Side, Span, Status, Witness
from tui.bidi.layout import Base, Lit, Mode, Para, VisualLine
from tui.heights import line_counts

__all__ = ["GUTTER", "Cell", "Columns", "Rows", "confidence_mark"]

GUTTER = 13  # cursor, number, blank, confidence, status, blank
_BETWEEN = 3  # the rule with a blank on either side
_MARGIN = 1  # before the scroll bar
_AFTER = 1  # blank line after a row
_RTL_LANGUAGES = ("ar", "fa", "ur", "he")


class Columns(NamedTuple):
    """Widths in cells."""

    source: int
    target: int

    @classmethod
    def of(cls, width: int, *, has_source: bool = True) -> Columns:
        """Share a screen's width between the two sides.

        >>> Columns.of(100)
        Columns(source=41, target=42)
        """
        if not has_source:
            return cls(0, max(width - GUTTER - _MARGIN, 4))
        half = max((width - GUTTER - _BETWEEN - _MARGIN) // 2, 4)
        return cls(half, max(width - GUTTER - _BETWEEN - _MARGIN - half, 4))


class Cell(NamedTuple):
    """One line of one side of a row: the segment, the paragraph it is drawn from, where it starts."""

    segment: int
    start: int
    para: Para
    line: VisualLine
    is_heading: bool


def confidence_mark(judgement: Judgement) -> str:
    """Show confidence by shape and number; a person's word by a letter.

    >>> confidence_mark(Judgement(0.5)), confidence_mark(Judgement())
    ('◐50', '   ')
    """
    if judgement.confidence is None:
        return "   "
    shape = "●" if judgement.confidence >= 0.8 else "◐" if judgement.confidence >= 0.5 else "○"
    return f"{shape}{min(int(judgement.confidence * 100), 99):02d}"


@dataclass
class Rows:
    """The rows of one collation at one width and in one mode."""

    collation: Collation
    columns: Columns = field(default_factory=lambda: Columns.of(93))
    mode: Mode = Mode.APP
    tashkeel: bool = True
    shown: Sequence[int] | None = None
    beads: tuple[Bead, ...] = field(init=False, default=())
    n_unconfirmed: int = field(init=False, default=0)
    n_open: int = field(init=False, default=0)
    _edits: dict[int, list[int]] = field(init=False, default_factory=dict)
    _flagged: list[int] = field(init=False, default_factory=list)
    _links: dict[int, list[Link]] = field(init=False, default_factory=dict)
    _measured: dict[Side, tuple[Sequence[Segment], NDArray[np.int64]]] = field(init=False, default_factory=dict)
    _tops: list[int] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.refresh(self.collation)

    def refresh(self, collation: Collation) -> None:
        """Take over a changed collation; what was measured of unchanged segments is kept."""
        self.collation = collation
        if collation.ladder is None:
            n = len(collation.target_segments)
            self.beads = tuple(Bead(range(0), range(k, k + 1)) for k in range(n))
        else:
            self.beads = collation.ladder.beads
        self.n_unconfirmed = sum(bead.judgement.status is not Status.ACCEPTED for bead in self.beads)
        self.n_open = sum(edit.status is Status.PROPOSED for edit in collation.edits)
        self._edits, self._links = {}, {}
        for number, edit in enumerate(collation.edits):
            self._edits.setdefault(self.bead_of(edit), []).append(number)
        self._flagged = sorted(self._edits)
        for link in collation.links:
            self._links.setdefault(link.bead, []).append(link)
        self._tops = None

    def bead_of(self, edit: Edit) -> int:
        """Give the bead a flag belongs to; for a mark the one it stands in."""
        if edit.bead is not None or edit.target is None:
            return edit.bead or 0
        start, segments = edit.target.start, self.collation.target_segments
        segment = max(bisect_right(segments, start, key=lambda each: each.span.start) - 1, 0)
        if self.collation.ladder is None:
            return segment
        return bisect_right(self.collation.ladder.rungs, segment, key=lambda rung: rung[1]) - 1

    def resize(self, columns: Columns, mode: Mode, *, tashkeel: bool = True) -> None:
        """Take over another width or mode."""
        if (columns, mode, tashkeel) != (self.columns, self.mode, self.tashkeel):
            self.columns, self.mode, self.tashkeel = columns, mode, tashkeel
            self._measured.clear()
            self._tops = None

    def show(self, shown: Sequence[int] | None) -> None:
        """Show only these beads; None shows all."""
        self.shown, self._tops = shown, None

    @property
    def tops(self) -> list[int]:
        """Give the line every row starts at, and the one after the last row."""
        if self._tops is None:
            heights = self._heights()
            shown = heights if self.shown is None else heights[np.array(self.shown, np.int64)]
            self._tops = [0, *np.cumsum(shown).tolist()]
        return self._tops

    def _heights(self) -> NDArray[np.int64]:
        """Count the lines of every bead, with the blank one after it."""
        if self.collation.ladder is None:
            return self._lines(Side.TARGET) + _AFTER
        rungs = np.array(self.collation.ladder.rungs, np.int64)
        heights = np.ones(len(rungs) - 1, np.int64)
        for column, side in enumerate(Side):
            before = np.concatenate(([0], np.cumsum(self._lines(side))))
            heights = np.maximum(heights, np.diff(before[rungs[:, column]]))
        return heights + _AFTER

    def _lines(self, side: Side) -> NDArray[np.int64]:
        """Count the lines of every segment of a side; only segments that were not there before are measured."""
        segments, witness = self.collation.segments(side), self.collation.witness(side)
        assert witness is not None
        known, counts = self._measured.get(side, ((), np.zeros(0, np.int64)))
        if segments != known:
            first, last = _unchanged(known, segments)
            new = segments[first : len(segments) - last]
            middle = line_counts(witness.text, new, self.width(side), self.mode, tashkeel=self.tashkeel)
            counts = np.concatenate((counts[:first], middle, counts[len(counts) - last :]))
            self._measured[side] = segments, counts
        return counts

    def __len__(self) -> int:
        return len(self.beads if self.shown is None else self.shown)

    def bead_number(self, row: int) -> int:
        """Give the bead shown in a row."""
        return row if self.shown is None else self.shown[row]

    def row_of_bead(self, bead: int) -> int:
        """Give the row that shows a bead, or the nearest before it."""
        if self.shown is None:
            return min(bead, max(len(self) - 1, 0))
        return max(bisect_right(self.shown, bead) - 1, 0)

    def row_at(self, y: int) -> int:
        """Give the row that covers a line of the document."""
        return min(max(bisect_right(self.tops, y) - 1, 0), max(len(self) - 1, 0))

    def width(self, side: Side) -> int:
        """Give the cells of a column."""
        return self.columns.source if side is Side.SOURCE else self.columns.target

    def segments(self, bead: int, side: Side) -> range:
        """Give the segment numbers of one side of a bead."""
        return self.beads[bead].source if side is Side.SOURCE else self.beads[bead].target

    def para(self, side: Side, number: int) -> Para:
        """Give a segment as a paragraph with the base direction of its column."""
        witness, segment = self._at(side, number)
        base: Base = "rtl" if witness.language.split("-")[0] in _RTL_LANGUAGES else "ltr"
        return Para(segment.span.of(witness.text), base, self.mode, self.tashkeel)

    def _at(self, side: Side, number: int) -> tuple[Witness, Segment]:
        witness = self.collation.witness(side)
        assert witness is not None
        return witness, self.collation.segments(side)[number]

    def text(self, bead: int, side: Side) -> str:
        """Give the words of one side of a bead, as they stand in the witness."""
        span = self.span(bead, side)
        witness = self.collation.witness(side)
        return span.of(witness.text) if span and witness else ""

    def span(self, bead: int, side: Side) -> Span | None:
        """Give the stretch of the witness a bead covers on that side."""
        which = self.segments(bead, side)
        if not which:
            return None
        segments = self.collation.segments(side)
        return Span(segments[which[0]].span.start, segments[which[-1]].span.end)

    def edits(self, bead: int) -> list[int]:
        """Give the numbers of the flags of a bead."""
        return self._edits.get(bead, [])

    def edits_at(self, bead: int, side: Side, offset: int) -> list[int]:
        """Give the numbers of the flags of a bead that stand on a character of the witness."""
        here = []
        for number in self.edits(bead):
            span = self.edit_span(number, side)
            if span is not None and span.start <= offset < span.end:
                here.append(number)
        return here

    def edit_span(self, number: int, side: Side) -> Span | None:
        """Give the words of a flag on one side; None where it has none."""
        edit = self.collation.edits[number]
        return edit.source if side is Side.SOURCE else edit.target

    def flagged(self) -> Iterator[int]:
        """Give the flags of the rows shown, in the order of reading."""
        return (number for bead in self._flagged if self._is_shown(bead) for number in self._edits[bead])

    def flags_from(self, bead: int, flag: int | None, by: int) -> Iterator[int]:
        """Give the flags of the rows shown after one of a bead, or before it; round the end, itself last.

        Without a flag, from before the first of the bead.
        """
        own, step = self.edits(bead), 1 if by > 0 else -1
        at = own.index(flag) if flag in own else -1
        yield from own[at + 1 :] if by > 0 else own[: max(at, 0)][::-1]
        first = bisect_right(self._flagged, bead) if by > 0 else bisect_left(self._flagged, bead) - 1
        n = len(self._flagged)
        for k in range(n - (bead in self._edits)):
            other = self._flagged[(first + step * k) % n]
            if self._is_shown(other):
                yield from self._edits[other][::step]
        yield from own[: at + 1] if by > 0 else own[max(at, 0) :][::-1]

    def _is_shown(self, bead: int) -> bool:
        row = self.row_of_bead(bead)
        return row < len(self) and self.bead_number(row) == bead

    def links(self, bead: int) -> list[Link]:
        """Give the word links of a bead."""
        return self._links.get(bead, [])

    def cells(self, bead: int, side: Side, lits: Iterable[Lit] = ()) -> list[Cell]:
        """Draw one side of a bead; ``lits`` are in offsets of the witness."""
        lits, width, made = tuple(lits), self.width(side), []
        for number in self.segments(bead, side):
            witness, segment = self._at(side, number)
            para, start = self.para(side, number), segment.span.start
            inside = [
                Lit(lit.start - start, lit.end - start, lit.style)
                for lit in lits
                if lit.start < segment.span.end and start < lit.end
            ]
            is_heading = witness.blocks[segment.block].kind is Kind.HEADING
            for line in para.wrap(width):
                drawn = para.visual_line(line, inside, width)
                made.append(Cell(number, start, para, drawn, is_heading))
        return made

    def flag_lits(self, bead: int, side: Side, current: int | None) -> list[Lit]:
        """Light the words of a bead's flags on one side; the current flag stands out."""
        made = []
        for number in self.edits(bead):
            span = self.edit_span(number, side)
            if span is not None:
                style = "rejected" if self.collation.edits[number].status is Status.REJECTED else "flag"
                made.append(Lit(span.start, span.end, "current" if number == current else style))
        return made


def _unchanged(old: Sequence[Segment], new: Sequence[Segment]) -> tuple[int, int]:
    """Count the segments that are the same at the beginning, and those at the end."""
    shorter, first, last = min(len(old), len(new)), 0, 0
    while first < shorter and old[first] == new[first]:
        first += 1
    while last < shorter - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return first, last
