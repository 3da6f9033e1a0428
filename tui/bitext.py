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
from tui.bidi.layout import Lit, Mode
from tui.cursor import WordCursor
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
            *("text", "here", "heading", "gutter", "high", "middle", "low"),
            *("flag", "current", "rejected", "linked", "hit", "word", "selected"),
        )
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.bound, f"app.{action.name}", action.does, show=False, id=action.name) for action in ACTIONS
    ]

    class Moved(Message):
        """The cursor stands on another row, word or flag."""

    def __init__(self, collation: Collation, mode: Mode, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawn: dict[int, list[Strip]] = {}
        self._styles: dict[tuple[str, ...], Style] = {}
        self._has_width = False
        self._hold(Rows(collation, mode=mode))

    def _hold(self, rows: Rows) -> None:
        """Begin with these rows: at the top, nothing selected, all shown."""
        self.rows = rows
        self.row = 0
        self.side = Side.SOURCE if rows.collation.source is not None else Side.TARGET
        self.filter = Filter()
        self.flag: int | None = None
        self.picked: int | None = None
        self.hits: Sequence[Hit] = ()
        self.cursor = WordCursor(rows)

    def open(self, collation: Collation) -> None:
        """Show another collation from its first row."""
        before = self.rows
        self._hold(Rows(collation, mode=before.mode, tashkeel=before.tashkeel))
        self.on_resize()
        self.go_to(0)

    # what is shown

    @property
    def bead(self) -> int:
        """The bead under the cursor."""
        return self.rows.bead_number(min(self.row, len(self.rows) - 1)) if len(self.rows) else 0

    def take(self, collation: Collation) -> None:
        """Show a changed collation; the cursor stays on its bead. A filter that admits none is dropped."""
        bead = self.bead
        self.rows.refresh(collation)
        shown = rows_shown(self.rows, self.filter)
        if shown is not None and not shown:
            self.filter, shown = Filter(), None
        self.rows.show(shown)
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
        width, self._has_width = self.scrollable_content_region.width, True
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
        self.cursor.stand_on(self.bead)
        edits = self.rows.edits(self.bead)
        if self.flag not in edits:
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
        if not self._has_width or not len(self.rows):
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
            if self._has_width and row < len(self.rows):
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
            self.point_flag(edits[(at + by) % len(edits)])

    def point_flag(self, number: int) -> None:
        """Make a flag of the row the current one."""
        self.flag = number
        self._touch(self.bead)
        self.post_message(self.Moved())

    # words

    def step_word(self, to_the_left: bool, *, extend: bool) -> None:
        """Move the word cursor of the active side."""
        self.cursor.step(self.side, to_the_left, extend=extend)
        self._touch(self.bead)
        self.post_message(self.Moved())

    def clear_words(self) -> bool:
        """Drop the selections; tell whether there were any."""
        had = self.cursor.clear()
        self._touch(self.bead)
        return had

    # drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        y += self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not self._has_width or not len(self.rows) or y >= self.rows.tops[-1]:
            return Strip.blank(width, self._style("text"))
        row = self.rows.row_at(y)
        bead = self.rows.bead_number(row)
        if bead not in self._drawn:
            while len(self._drawn) >= _KEPT:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[bead] = self._draw(bead, self.rows.tops[row + 1] - self.rows.tops[row], width)
        return self._drawn[bead][y - self.rows.tops[row]]

    def _draw(self, bead: int, height: int, width: int) -> list[Strip]:
        source, target = (self._cells(bead, side) for side in Side)
        here = bead == self.bead
        base = ("text", "here") if here else ("text",)
        strips = []
        for n in range(height):
            line = self._gutter(bead, n, base)
            if self.rows.collation.source is not None:
                line += self._side(source, n, self.rows.columns.source, base)
                line.append(Segment(self._rule(here), self._style(*base, "gutter")))
            line += self._side(target, n, self.rows.columns.target, base)
            filled = sum(self.rows.columns) + GUTTER + (3 if self.rows.collation.source is not None else 0)
            line.append(Segment(" " * (width - filled), self._style(*base)))
            strips.append(Strip(line, width))
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
        lits += [Lit(*_ends(span), "linked") for span in self.cursor.linked(side)]
        chosen = ((self.cursor.span(side), "selected"), (self.cursor.head(side), "word"))
        return lits + [Lit(*_ends(span), style) for span, style in chosen if span]

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
        self.cursor.point(self.side, offset, extend=extend)
        self.flag = next(iter(self.rows.edits_at(self.bead, self.side, offset)), self.flag)
        self._touch(self.bead)
        self.post_message(self.Moved())


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end
