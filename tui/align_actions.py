"""Keys that change the alignment and the segmentation."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from aligner import acts
from aligner.model import Side, Status
from aligner.segment import split
from aligner.text import tokens
from tui.bidi.layout import Mode
from tui.many import judge_beads
from tui.screens import Choose
from tui.shell import Shell

__all__ = ["AlignActions"]

_SHOWN_WORDS = 60  # cells of a choice


class AlignActions(Shell):
    """Confirm, merge, split, move, link and cut."""

    def _judge(self, beads: range, status: Status) -> bool:
        return self.decide(judge_beads, beads, status)

    def action_confirm(self) -> None:
        """Confirm the row and go to the next that is not confirmed."""
        bead = self.view.bead
        if self.view.rows.beads[bead].judgement.status is not Status.ACCEPTED:
            self._judge(range(bead, bead + 1), Status.ACCEPTED)
        rows = self.view.rows
        for row in range(self.view.row, len(rows)):
            number = rows.bead_number(row)
            if number > bead and rows.beads[number].judgement.status is not Status.ACCEPTED:
                self.view.go_to(row)
                return
        self.view.go_to(len(rows) - 1)

    def action_confirm_above(self) -> None:
        """Confirm all rows down to this one."""
        self._judge(range(self.view.bead + 1), Status.ACCEPTED)

    def action_doubt(self) -> None:
        """Mark the row as needing review."""
        self._judge(range(self.view.bead, self.view.bead + 1), Status.REJECTED)

    def action_unmark(self) -> None:
        """Take the mark off the row."""
        self._judge(range(self.view.bead, self.view.bead + 1), Status.PROPOSED)

    def action_merge(self) -> None:
        """Merge the row with the next."""
        self.decide(acts.merge_beads, self.view.bead)

    def action_unlink(self) -> None:
        """Put the two sides apart."""
        self.decide(acts.unlink_bead, self.view.bead)

    def action_link(self) -> None:
        """Pick the row up; on a neighbour, link the two."""
        bead, picked = self.view.bead, self.view.picked
        self.view.picked = bead if picked is None else None
        self.view.go_to(self.view.row)
        if picked is None or picked == bead:
            return
        if abs(picked - bead) != 1:
            self.refuse("only neighbours can be linked; merge or move what stands between")
            return
        self.decide(acts.merge_beads, min(bead, picked))
        self.view.go_to_bead(min(bead, picked))

    def action_move_down(self) -> None:
        """Give the last sentence of this side to the next row."""
        self._move(self.view.bead + 1, up=False)

    def action_move_up(self) -> None:
        """Give the first sentence of this side to the row before."""
        self._move(self.view.bead - 1, up=True)

    def _move(self, taker: int, *, up: bool) -> None:
        beads = self.view.rows.beads
        if 0 <= taker < len(beads) and beads[taker].judgement.status is Status.ACCEPTED:
            self.refuse("the neighbour is confirmed; take its mark off first (z)")
            return
        self.decide(acts.move_segment, self.view.side, self.view.bead, up=up)

    def action_missing(self) -> None:
        """Mark a row of one side as omission or addition."""
        bead = self.view.bead
        is_source = bool(self.view.rows.beads[bead].source)
        self.decide(acts.mark_omission if is_source else acts.mark_addition, bead)

    def action_split(self) -> None:
        """Split the row between its sentences; where there is a choice, ask."""
        bead = self.view.rows.beads[self.view.bead]
        last = len(bead.source), len(bead.target)
        cuts = [cut for cut in product(*(range(n + 1) for n in last)) if cut not in ((0, 0), last)]
        if not cuts:
            self.refuse("this row has one sentence only; split the sentence first (e)")
            return
        cuts.sort(key=lambda cut: abs(cut[0] * max(last[1], 1) - cut[1] * max(last[0], 1)))
        if len(cuts) == 1:
            self._split(*cuts[0])
            return
        choices = ["\n".join([f"{i}-{j} | {last[0] - i}-{last[1] - j}", *self._before_cut(i, j)]) for i, j in cuts]
        self.ask(Choose("Split after how many sentences of either side?", choices), lambda k: self._split(*cuts[k]))

    def _before_cut(self, n_source: int, n_target: int) -> list[str]:
        """Give the whole sentence before a cut, the translation's if there is one, line by line."""
        rows, side = self.view.rows, Side.TARGET if n_target else Side.SOURCE
        para = rows.para(side, rows.segments(self.view.bead, side)[: n_target or n_source][-1])
        width = max(min(_SHOWN_WORDS, self.size.width - 16), 20)
        logical = replace(para, mode=Mode.TERMINAL)  # the dialog puts the letters in order, after this
        return [
            " " * (3 + (width - line.width if para.is_rtl else 0)) + para.text[line.start : line.end].rstrip()
            for line in logical.wrap(width)
        ]

    def _split(self, n_source: int, n_target: int) -> None:
        self.decide(acts.split_bead, self.view.bead, n_source, n_target)

    def action_split_sentence(self) -> None:
        """Split the sentence before the word under the cursor, or at a place chosen by number."""
        at = self.view.cursor.place(self.view.side)
        if at is not None:
            self._cut(*at)
            return
        number = self.view.cursor.segment(self.view.side)
        if number is None:
            self.refuse("this side is empty")
            return
        places = self._places(number)
        if not places:
            self.refuse("put the word cursor where the sentence is to be split (arrows), then press e")
            return
        witness = self.session.collation.witness(self.view.side)
        assert witness is not None
        choices = ["… " + witness.text[place : place + _SHOWN_WORDS] for place in places]
        self.ask(Choose("Split before which words?", choices), lambda k: self._cut(number, places[k]))

    def _places(self, number: int) -> list[int]:
        """Offer where sentences could end, then the commas."""
        segment = self.session.collation.segments(self.view.side)[number]
        witness = self.session.collation.witness(self.view.side)
        assert witness is not None
        text = segment.span.of(witness.text)
        starts = {span.start for span in split(text, witness.language)}
        commas = {
            token.span.end
            for token in tokens(text)
            if text[token.span.end : token.span.end + 1] in (",", "\N{ARABIC COMMA}", ";", "\N{ARABIC SEMICOLON}")
        }
        starts |= {end + 1 for end in commas}
        return [segment.span.start + each for each in sorted(starts) if 0 < each < len(text.rstrip()) - 1][:9]

    def _cut(self, number: int, offset: int) -> None:
        self.decide(acts.split_segment, self.view.side, number, offset)

    def action_join_sentence(self) -> None:
        """Join the sentence with the next of its paragraph."""
        number = self.view.cursor.segment(self.view.side)
        if number is None:
            self.refuse("this side is empty")
            return
        self.decide(acts.join_segments, self.view.side, number)
