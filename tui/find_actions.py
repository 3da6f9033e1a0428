"""Keys that move, search, filter and copy."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from aligner.model import Category, Side, Status
from tui.find import LOW, Filter, hits
from tui.screens import Ask, Choose
from tui.shell import Shell

__all__ = ["FindActions"]


class FindActions(Shell):
    """Find the way about."""

    def action_next_row(self) -> None:
        """Go one row down."""
        self.view.go_to(self.view.row + 1)

    def action_previous_row(self) -> None:
        """Go one row up."""
        self.view.go_to(self.view.row - 1)

    def action_page_down(self) -> None:
        """Go one screen down."""
        self.view.turn_page(1)

    def action_page_up(self) -> None:
        """Go one screen up."""
        self.view.turn_page(-1)

    def action_first_row(self) -> None:
        """Go to the first row."""
        self.view.go_to(0)

    def action_last_row(self) -> None:
        """Go to the last row."""
        self.view.go_to(len(self.view.rows) - 1)

    def action_go_to(self) -> None:
        """Ask for a row and go there."""

        def then(words: str) -> None:
            if not words.strip().isdecimal():
                self.refuse("give the number of a row")
                return
            self.view.go_to_bead(min(max(int(words), 1), len(self.view.rows.beads)) - 1)

        self.ask(Ask(f"Row, 1 to {len(self.view.rows.beads)}"), then)

    def action_other_side(self) -> None:
        """Make the other side the active one."""
        self.view.change_side()

    def action_word_left(self) -> None:
        """Move the word cursor to the left."""
        self.view.step_word(True, extend=False)

    def action_word_right(self) -> None:
        """Move the word cursor to the right."""
        self.view.step_word(False, extend=False)

    def action_select_left(self) -> None:
        """Stretch the selection to the left."""
        self.view.step_word(True, extend=True)

    def action_select_right(self) -> None:
        """Stretch the selection to the right."""
        self.view.step_word(False, extend=True)

    def action_clear(self) -> None:
        """Drop the selection; then the search; then the filter."""
        if self.view.clear_words():
            return
        if self.view.hits:
            self.view.light(())
        elif self.view.filter != Filter():
            self.view.narrow(Filter())
        self.tell()

    def _step(self, by: int, is_wanted: Callable[[int], bool], none: str) -> None:
        """Go to the next row, in a direction, whose bead is wanted; go round at the end."""
        n = len(self.view.rows)
        for distance in range(1, n + 1):
            row = (self.view.row + by * distance) % n
            if is_wanted(self.view.rows.bead_number(row)):
                self.view.go_to(row)
                return
        self.refuse(none)

    def action_next_open(self) -> None:
        """Go to the next flag nobody judged, in this row or below."""
        self._to_open(1)

    def action_previous_open(self) -> None:
        """Go to the flag before that nobody judged."""
        self._to_open(-1)

    def _to_open(self, by: int) -> None:
        """Go to an open flag in reading order; go round at the end."""
        view, edits = self.view, self.session.collation.edits
        for number in view.rows.flags_from(view.bead, view.flag, by):
            if edits[number].status is Status.PROPOSED:
                bead = view.rows.bead_of(edits[number])
                if bead != view.bead:
                    view.go_to_bead(bead)
                view.point_flag(number)
                return
        self.refuse("no open flag is left" if view.filter == Filter() else "no open flag in the rows shown")

    def action_next_low(self) -> None:
        """Go to the next unconfirmed row of low confidence."""

        def is_low(bead: int) -> bool:
            judgement = self.view.rows.beads[bead].judgement
            is_weak = judgement.confidence is not None and judgement.confidence < LOW
            return is_weak and judgement.status is not Status.ACCEPTED

        self._step(1, is_low, f"no unconfirmed row is below {LOW}")

    def action_search(self) -> None:
        """Ask for words and light them on both sides."""

        def then(words: str) -> None:
            found = hits(self.view.rows, words)
            self.view.light(found)
            if not found:
                self.refuse(f"not found: {words}")
                self.tell()
                return
            at = bisect_left([hit.bead for hit in found], self.view.bead) % len(found)
            self.view.go_to_bead(found[at].bead)

        self.ask(Ask("Search both sides (diacritics, alef and ya forms, case do not matter)"), then)

    def action_next_hit(self) -> None:
        """Go to the next row with a hit."""
        self._to_hit(1)

    def action_previous_hit(self) -> None:
        """Go to the row before with a hit."""
        self._to_hit(-1)

    def _to_hit(self, by: int) -> None:
        beads = sorted({hit.bead for hit in self.view.hits})
        if not beads:
            self.refuse("search first: /")
            return
        here = bisect_right(beads, self.view.bead) if by > 0 else bisect_left(beads, self.view.bead) - 1
        self.view.go_to_bead(beads[here % len(beads)])

    def action_filter(self) -> None:
        """Choose which rows to show."""
        offered = [
            Filter(flagged=True),
            Filter(status=Status.PROPOSED),
            Filter(unconfirmed=True),
            Filter(low=True),
            Filter(uneven=True),
            *(Filter(status=status) for status in Status if status is not Status.PROPOSED),
            *(Filter(category=category) for category in Category),
        ]
        now = self.view.filter
        shown = [f"{'✓' if now.has(each) else ' '} {each}" for each in offered]

        def then(k: int) -> None:
            wish = now.toggled(offered[k - 1]) if k else Filter()
            if not self.view.narrow(wish):
                self.refuse(f"no row is {wish}")
            self.tell()

        question = "Show only rows with … (choices add up; the same again takes one off)"
        self.ask(Choose(question, ["  all rows", *shown]), then)

    def action_copy(self) -> None:
        """Copy the selection, or the pair, as the witnesses have it (OSC 52)."""
        chosen = [self._selected(side) for side in Side]
        if not any(chosen):
            chosen = [self.view.rows.text(self.view.bead, side) for side in Side]
        self.copy_to_clipboard("\t".join(filter(None, chosen)))
        self.notify("copied", timeout=2)

    def _selected(self, side: Side) -> str:
        span, witness = self.view.cursor.span(side), self.session.collation.witness(side)
        return span.of(witness.text) if span and witness else ""
