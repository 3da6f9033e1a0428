"""The two columns on the screen: a scrolled view that draws only the lines it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from aligner.model import Collation, Side, Span, Status
from aligner.text import tokens
from tui.bidi.layout import Lit, Mode
from tui.find import Filter, Hit, rows_shown
from tui.keys import ACTIONS
from tui.rows import GUTTER, Cell, Columns, Rows, confidence_mark

__all__ = ["BitextView"]

_KEPT = 400  # drawn rows remembered
_MARKS = {
    Status.PROPOSED: " ",
    Status.ACCEPTED: "✓",
    Status.REJECTED: "?",
    Status.CORRECTED: "✎",
}
_LEVELS = ((0.8, "high"), (0.5, "middle"), (0.0, "low"))


class BitextView(ScrollView, can_focus=True):
    """Rows of both witnesses; a cursor on a row, a side and a word; selections on both sides."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"bitext--{name}"
        for name in (
            "text",
            "here",
            "heading",
            "gutter",
            "flag",
            "current",
            "rejected",
            "linked",
            "hit",
            "word",
            "selected",
            "high",
            "middle",
            "low",
        )
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.bound, f"app.{action.name}", action.does, show=False, id=action.name) for action in ACTIONS
    ]

    class Moved(Message):
        """The cursor stands on another row, word or flag."""

    def __init__(self, collation: Collation, mode: Mode, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = Rows(collation, mode=mode)
        self.row = 0
        self.side = Side.SOURCE if collation.source is not None else Side.TARGET
        self.filter = Filter()
        self.flag: int | None = None
        self.picked: int | None = None
        self.hits: Sequence[Hit] = ()
        self._words: dict[Side, tuple[int, int]] = {}  # side -> anchor and head, as word numbers
        self._drawn: dict[int, list[Strip]] = {}
        self._styles: dict[tuple[str, ...], Style] = {}

    # what is shown

    @property
    def bead(self) -> int:
        """The bead under the cursor."""
        return self.rows.bead_number(min(self.row, len(self.rows) - 1)) if len(self.rows) else 0

    def take(self, collation: Collation) -> None:
        """Show a changed collation; the cursor stays on its bead."""
        bead = self.bead
        self.rows.refresh(collation)
        self.rows.show(rows_shown(self.rows, self.filter))
        self.go_to_bead(min(bead, len(self.rows.beads) - 1))
        self._redraw()

    def narrow(self, wish: Filter) -> bool:
        """Show only the beads a filter admits; refuse a filter that admits none."""
        bead, shown = self.bead, rows_shown(self.rows, wish)
        if shown is not None and not shown:
            return False
        self.filter = wish
        self.rows.show(shown)
        self.go_to_bead(bead)
        self._redraw()
        return True

    def show_as(self, mode: Mode, *, tashkeel: bool) -> None:
        """Draw in another mode."""
        self.rows.resize(self.rows.columns, mode, tashkeel=tashkeel)
        self._redraw()
        self._reveal()

    def light(self, found: Sequence[Hit]) -> None:
        """Light what a search found."""
        self.hits = found
        self._redraw()

    def _redraw(self) -> None:
        self._drawn.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self.rows.tops[-1])
        self.refresh()

    def on_resize(self) -> None:
        """Wrap again; the row under the cursor stays on the screen."""
        width = self.scrollable_content_region.width
        has_source = self.rows.collation.source is not None
        self.rows.resize(Columns.of(width, has_source=has_source), self.rows.mode, tashkeel=self.rows.tashkeel)
        self._redraw()
        self._reveal()

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._styles.clear()
        self._drawn.clear()

    # the cursor

    def go_to(self, row: int) -> None:
        """Put the cursor on a row."""
        before = self.bead
        self.row = min(max(row, 0), max(len(self.rows) - 1, 0))
        self._words.clear()
        edits = self.rows.edits(self.bead)
        self.flag = edits[0] if edits else None
        self._touch(before, self.bead)
        self._reveal()
        self.post_message(self.Moved())

    def go_to_bead(self, bead: int) -> None:
        """Put the cursor on the row of a bead."""
        self.go_to(self.rows.row_of_bead(bead))

    def turn_page(self, by: int) -> None:
        """Move by a screen."""
        y = self.rows.tops[self.row] + by * max(self.size.height - 2, 1)
        there = self.rows.row_at(max(y, 0))
        self.go_to(there if there != self.row else self.row + by)

    def _reveal(self) -> None:
        if not len(self.rows):
            return
        top, bottom = self.rows.tops[self.row], self.rows.tops[self.row + 1]
        height, y = self.scrollable_content_region.height, self.scroll_offset.y
        if top < y or bottom - top > height:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif bottom > y + height:
            self.scroll_to(y=bottom - height, animate=False, immediate=True)

    def _touch(self, *beads: int) -> None:
        """Draw these beads again, and nothing else."""
        for bead in set(beads):
            self._drawn.pop(bead, None)
            row = self.rows.row_of_bead(bead)
            if row < len(self.rows):
                top = self.rows.tops[row] - self.scroll_offset.y
                self.refresh(Region(0, top, self.size.width, self.rows.tops[row + 1] - self.rows.tops[row]))

    def change_side(self) -> None:
        """Make the other side the active one."""
        if self.rows.collation.source is not None:
            self.side = Side.TARGET if self.side is Side.SOURCE else Side.SOURCE
            self._touch(self.bead)

    def choose_flag(self, by: int = 1) -> None:
        """Make the next flag of the row the current one."""
        edits = self.rows.edits(self.bead)
        if edits:
            at = edits.index(self.flag) if self.flag in edits else -1
            self.flag = edits[(at + by) % len(edits)]
            self._touch(self.bead)
            self.post_message(self.Moved())

    # words

    def words(self, side: Side) -> list[Span]:
        """Give the words of one side of the row, as offsets of the witness."""
        span = self.rows.span(self.bead, side)
        if span is None:
            return []
        return [token.span.shifted(span.start) for token in tokens(self.rows.text(self.bead, side))]

    def step_word(self, to_the_left: bool, *, extend: bool) -> None:
        """Move the word cursor the way the arrow points: on an Arabic side, left is onwards."""
        words = self.words(self.side)
        if not words:
            return
        segments = self.rows.segments(self.bead, self.side)
        is_rtl = self.rows.para(self.side, segments[0]).is_rtl
        step = 1 if to_the_left == is_rtl else -1
        if self.side in self._words:
            anchor, head = self._words[self.side]
            head = min(max(head + step, 0), len(words) - 1)
        else:
            anchor = head = 0
        self._words[self.side] = (anchor if extend else head, head)
        self._touch(self.bead)
        self.post_message(self.Moved())

    def clear_words(self) -> bool:
        """Drop cursor and selections; tell whether there were any."""
        had = bool(self._words)
        self._words.clear()
        self._touch(self.bead)
        return had

    def selection(self, side: Side) -> Span | None:
        """Give the words selected on a side, or the one under its cursor."""
        if side not in self._words:
            return None
        first, last = sorted(self._words[side])
        words = self.words(side)
        return Span(words[first].start, words[min(last, len(words) - 1)].end)

    def word_end(self) -> tuple[int, int] | None:
        """Give the segment and the offset where the word under the cursor starts, on the active side."""
        span = self.selection(self.side)
        if span is None:
            return None
        for number in self.rows.segments(self.bead, self.side):
            if self.rows.collation.segments(self.side)[number].span.covers(span):
                return number, span.start
        return None

    def segment_here(self) -> int | None:
        """Give the segment of the active side the word cursor is in, else the first."""
        which = self.rows.segments(self.bead, self.side)
        at = self.word_end()
        return at[0] if at else (which[0] if which else None)

    # drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        y += self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not len(self.rows) or y >= self.rows.tops[-1]:
            return Strip.blank(width, self._style("text"))
        row = self.rows.row_at(y)
        bead = self.rows.bead_number(row)
        if bead not in self._drawn:
            while len(self._drawn) >= _KEPT:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[bead] = self._draw(bead, width)
        return self._drawn[bead][y - self.rows.tops[row]]

    def _draw(self, bead: int, width: int) -> list[Strip]:
        source, target = (self._cells(bead, side) for side in Side)
        here = bead == self.bead
        base = ("text", "here") if here else ("text",)
        strips = []
        for n in range(self.rows.height(bead)):
            line = self._gutter(bead, n, base)
            if self.rows.collation.source is not None:
                line += self._side(source, n, self.rows.columns.source, base)
                line.append(Segment(self._rule(here), self._style(*base, "gutter")))
            line += self._side(target, n, self.rows.columns.target, base)
            strips.append(Strip(line).adjust_cell_length(width, self._style(*base)))
        return strips

    def _cells(self, bead: int, side: Side) -> list[Cell]:
        if self.rows.collation.witness(side) is None:
            return []
        return self.rows.cells(bead, side, self._lits(bead, side))

    def _lits(self, bead: int, side: Side) -> list[Lit]:
        """Say what is lit on a side of a bead; the later stand on top."""
        lits = self.rows.flag_lits(bead, side, self.flag if bead == self.bead else None)
        lits += [Lit(*_ends(hit.span), "hit") for hit in self.hits if (hit.bead, hit.side) == (bead, side)]
        if bead != self.bead:
            return lits
        lits += [Lit(*_ends(span), "linked") for span in self.linked(side)]
        span = self.selection(side)
        if span is not None:
            lits.append(Lit(*_ends(span), "selected"))
            lits.append(Lit(*_ends(self.words(side)[self._words[side][1]]), "word"))
        return lits

    def linked(self, side: Side) -> list[Span]:
        """Give the words of a side that render what is selected on the other."""
        other = Side.TARGET if side is Side.SOURCE else Side.SOURCE
        chosen = self.selection(other)
        if chosen is None:
            return []
        links = self.rows.links(self.bead)
        pairs = [(e.source, e.target) if side is Side.SOURCE else (e.target, e.source) for e in links]
        return [mine for mine, theirs in pairs if theirs.overlaps(chosen)]

    def _gutter(self, bead: int, n: int, base: tuple[str, ...]) -> list[Segment]:
        style = self._style(*base, "gutter")
        bar = "▌" if bead == self.bead else "+" if bead == self.picked else " "
        if n > 1:
            return [Segment(bar + " " * (GUTTER - 1), style)]
        if n == 1:
            flags = len(self.rows.edits(bead))
            return [Segment(f"{bar}{f'⚑{flags}' if flags else '':>9}".ljust(GUTTER), style)]
        judgement = self.rows.beads[bead].judgement
        level = next((name for least, name in _LEVELS if (judgement.confidence or 0.0) >= least), "low")
        return [
            Segment(f"{bar}{bead + 1:>6} ", style),
            Segment(confidence_mark(judgement), self._style(*base, level)),
            Segment(_MARKS[judgement.status] + " ", style),
        ]

    def _rule(self, here: bool) -> str:
        if not here:
            return " │ "
        return "◀│ " if self.side is Side.SOURCE else " │▶"

    def _side(self, cells: Sequence[Cell], n: int, width: int, base: tuple[str, ...]) -> list[Segment]:
        if n >= len(cells):
            return [Segment(" " * width, self._style(*base))]
        heading = ("heading",) if cells[n].is_heading else ()
        return [
            Segment(run.text, self._style(*base, *(heading if run.start >= 0 else ()), *run.styles))
            for run in cells[n].line.runs
        ]

    def _style(self, *names: str) -> Style:
        if names not in self._styles:
            styles = (self.get_component_rich_style(f"bitext--{name}", partial=k > 0) for k, name in
                      enumerate(names))  # fmt: skip
            self._styles[names] = Style.combine(styles)
        return self._styles[names]

    # mouse

    def place_at(self, x: int, y: int) -> tuple[int, Side, int] | None:
        """Give row, side and offset of the witness under a cell of this widget; None on padding."""
        y += self.scroll_offset.y
        if not len(self.rows) or y >= self.rows.tops[-1]:
            return None
        row = self.rows.row_at(y)
        has_source = self.rows.collation.source is not None
        x -= GUTTER
        side = Side.SOURCE if has_source and x < self.rows.columns.source else Side.TARGET
        if has_source and side is Side.TARGET:
            x -= self.rows.columns.source + 3
        cells = self.rows.cells(self.rows.bead_number(row), side)
        n = y - self.rows.tops[row]
        if n >= len(cells) or not 0 <= x < len(cells[n].line.to_logical):
            return None
        offset = cells[n].line.to_logical[x]
        return None if offset < 0 else (row, side, offset + cells[n].start)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor on the row and the word that was pressed."""
        row = self.rows.row_at(event.y + self.scroll_offset.y)
        if row != self.row:
            self.go_to(row)
        self._point(event, extend=event.shift)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select as long as the button is down."""
        if event.button and self.app.mouse_captured is self:
            self._point(event, extend=True)

    def on_mouse_up(self) -> None:
        """End selecting."""
        self.release_mouse()

    def _point(self, event: events.MouseEvent, *, extend: bool) -> None:
        place = self.place_at(event.x, event.y)
        if place is None or place[0] != self.row:
            return
        _, self.side, offset = place
        word = next((k for k, span in enumerate(self.words(self.side)) if span.start <= offset < span.end), None)
        if word is not None:
            anchor = self._words[self.side][0] if extend and self.side in self._words else word
            self._words[self.side] = (anchor, word)
        self._touch(self.bead)
        self.post_message(self.Moved())


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end
