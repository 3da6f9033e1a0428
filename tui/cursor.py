"""The word cursor: a word on either side of a row, what is selected, what is linked to it."""

from __future__ import annotations

from aligner.model import Side, Span
from aligner.text import tokens
from tui.rows import Rows

__all__ = ["WordCursor"]


class WordCursor:
    """Where the reader stands inside a row; each side has an anchor and a head, as word numbers."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._at: dict[Side, tuple[int, int]] = {}
        self.bead = 0

    def stand_on(self, bead: int) -> None:
        """Come to a row; nothing is selected there."""
        self.bead = bead
        self._at.clear()

    def clear(self) -> bool:
        """Drop the selections; tell whether there were any."""
        had = bool(self._at)
        self._at.clear()
        return had

    def words(self, side: Side) -> list[Span]:
        """Give the words and marks of one side of the row, as offsets of the witness."""
        span = self._rows.span(self.bead, side)
        if span is None:
            return []
        return [token.span.shifted(span.start) for token in tokens(self._rows.text(self.bead, side))]

    def step(self, side: Side, to_the_left: bool, *, extend: bool) -> None:
        """Move the way the arrow points: on an Arabic side, left is onwards."""
        words = self.words(side)
        if not words:
            return
        is_rtl = self._rows.para(side, self._rows.segments(self.bead, side)[0]).is_rtl
        anchor, head = self._at.get(side, (0, 0))
        if side in self._at:
            head = min(max(head + (1 if to_the_left == is_rtl else -1), 0), len(words) - 1)
        self._at[side] = (anchor if extend else head, head)

    def point(self, side: Side, offset: int, *, extend: bool) -> None:
        """Go to the word at an offset of the witness, if there is one."""
        for number, span in enumerate(self.words(side)):
            if span.start <= offset < span.end:
                anchor = self._at[side][0] if extend and side in self._at else number
                self._at[side] = (anchor, number)

    def span(self, side: Side) -> Span | None:
        """Give the stretch selected on a side, at least the word under its cursor."""
        if side not in self._at:
            return None
        first, last = sorted(self._at[side])
        words = self.words(side)
        return Span(words[first].start, words[last].end)

    def head(self, side: Side) -> Span | None:
        """Give the word under the cursor of a side."""
        return self.words(side)[self._at[side][1]] if side in self._at else None

    def linked(self, side: Side) -> list[Span]:
        """Give the words of a side that render what is selected on the other."""
        chosen = self.span(Side.TARGET if side is Side.SOURCE else Side.SOURCE)
        if chosen is None:
            return []
        links = self._rows.links(self.bead)
        pairs = [(e.source, e.target) if side is Side.SOURCE else (e.target, e.source) for e in links]
        return [mine for mine, theirs in pairs if theirs.overlaps(chosen)]

    def place(self, side: Side) -> tuple[int, int] | None:
        """Give the segment and the offset where the selection starts, if it lies in one segment."""
        span = self.span(side)
        if span is None:
            return None
        segments = self._rows.collation.segments(side)
        inside = (n for n in self._rows.segments(self.bead, side) if segments[n].span.covers(span))
        return next(((number, span.start) for number in inside), None)

    def segment(self, side: Side) -> int | None:
        """Give the segment the cursor is in, else the first of the row; None on an empty side."""
        which, at = self._rows.segments(self.bead, side), self.place(side)
        return at[0] if at else (which[0] if which else None)
