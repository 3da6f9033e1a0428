"""Keys that judge flags: accept, reject, change, add, note, many at once."""

from __future__ import annotations

from functools import partial

from aligner import acts
from aligner.model import Category, Direction, Edit, EditKind, Side, Status
from aligner.taxonomy import directions
from tui.many import accept_edits
from tui.screens import Ask, Choose
from tui.shell import Shell

__all__ = ["FlagActions"]

_WHY = "Seen by a reviewer."


class FlagActions(Shell):
    """Judge the flags of the row."""

    def _flag(self) -> int | None:
        if self.view.flag is None:
            self.refuse("no flag on this row; + adds one for the words selected")
        return self.view.flag

    def action_accept(self) -> None:
        """Accept the flag."""
        number = self._flag()
        if number is not None:
            self.decide(acts.accept_edit, number)

    def action_reject(self) -> None:
        """Reject the flag."""
        number = self._flag()
        if number is not None:
            self.decide(acts.reject_edit, number)

    def action_next_flag(self) -> None:
        """Go to the next flag of the row."""
        self.view.choose_flag()

    def action_category(self) -> None:
        """Choose another category for the flag."""
        number = self._flag()
        if number is None:
            return
        offered = list(Category)
        edit = self.session.collation.edits[number]

        def then(k: int) -> None:
            category, allowed = offered[k], directions(offered[k], edit.kind)
            if edit.direction in allowed or len(allowed) == 1:
                self.decide(acts.change_edit, number, category=category)
                return
            change = partial(self.decide, acts.change_edit, number, category=category)
            self.ask(Choose(f"{category}: which direction?", allowed), lambda d: change(direction=allowed[d]))

        self.ask(Choose("Category", offered, offered.index(edit.category)), then)

    def action_direction(self) -> None:
        """Choose another direction for the flag."""
        number = self._flag()
        if number is None:
            return
        edit = self.session.collation.edits[number]
        offered = directions(edit.category, edit.kind)
        now = offered.index(edit.direction) if edit.direction in offered else 0
        self.ask(
            Choose(f"Direction of {edit.category}, seen from the source", offered, now),
            lambda k: self.decide(acts.change_edit, number, direction=offered[k]),
        )

    def action_note(self) -> None:
        """Write a note on the flag, in English or Arabic."""
        number = self._flag()
        if number is None:
            return
        note = self.session.collation.edits[number].note
        self.ask(Ask("Note", note), lambda words: self.decide(acts.note_edit, number, words))

    def action_add_flag(self) -> None:
        """Flag the words selected on either side: ask for category and direction."""
        source, target = (self.view.cursor.span(side) for side in Side)
        if source is None and target is None:
            self.refuse("select words first: arrows, then Shift and arrows; Tab for the other side")
            return
        categories, bead = list(Category), self.view.bead
        alone = self.session.collation.ladder is None
        kind, place = (EditKind.MARK, None) if alone else (EditKind.EDIT, bead)

        def add(category: Category, direction: Direction) -> None:
            made = Edit(category, direction, source, target, 1.0, _WHY, "review", kind, place)
            self.decide(acts.add_edit, made)

        def then(k: int) -> None:
            category, allowed = categories[k], directions(categories[k], kind)
            if len(allowed) == 1:
                add(category, allowed[0])
            else:
                self.ask(Choose(f"Direction of {category}", allowed), lambda d: add(category, allowed[d]))

        self.ask(Choose("Category of the new flag", categories), then)

    def action_accept_group(self) -> None:
        """Accept the open flags of this category in the rows shown, or those of its group, after asking."""
        number = self._flag()
        if number is None:
            return
        edits = self.session.collation.edits
        chosen = edits[number]
        waiting = [each for each in self.view.rows.flagged() if edits[each].status is Status.PROPOSED]
        alike = [each for each in waiting if edits[each].category is chosen.category]
        grouped = [each for each in waiting if chosen.group and edits[each].group == chosen.group]
        if not alike:
            self.refuse(f"no open {chosen.category} flag in the rows shown")
            return
        offered = {f"accept the {len(alike)} open {chosen.category} flags": alike, "leave them": []}
        if len(grouped) > 1:
            offered[f"accept the {len(grouped)} that do the same to the same ({chosen.group})"] = grouped

        def then(k: int) -> None:
            wanted = list(offered.values())[k]
            if wanted:
                self.decide(accept_edits, wanted)

        self.ask(Choose("Accept many at once, in the rows shown?", list(offered), 1), then)
