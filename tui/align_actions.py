"""Keys that change the alignment and the segmentation."""

from __future__ import annotations

from itertools import product

from aligner.model import Act, Collation, Side, Status
from aligner.segment import split
from aligner.text import tokens
from tui import operations
from tui.operations import Impossible
from tui.screens import Choose
from tui.shell import Shell

__all__ = ["AlignActions"]

_SHOWN_WORDS = 60  # cells of a choice


class AlignActions(Shell):
    """Confirm, merge, split, move, link and cut."""

    @property
    def _on(self) -> str:
        return f"al.{self.view.bead + 1}"

    def _judge(self, act: Act, beads: range, status: Status) -> bool:
        return self.decide(act, self._on, lambda c: operations.judge(c, beads, status, who=self.who))

    def action_confirm(self) -> None:
        """Confirm the row and go to the next that is not confirmed."""
        bead = self.view.bead
        if self.view.rows.beads[bead].judgement.status is not Status.ACCEPTED:
            self._judge(Act.CONFIRMED, range(bead, bead + 1), Status.ACCEPTED)
        self.view.go_to(self.view.row + 1)
        while (
            self.view.row + 1 < len(self.view.rows)
            and self.view.rows.beads[self.view.bead].judgement.status is Status.ACCEPTED
        ):
            self.view.row += 1
        self.view.go_to(self.view.row)

    def action_confirm_above(self) -> None:
        """Confirm all rows down to this one."""
        self._judge(Act.CONFIRMED, range(self.view.bead + 1), Status.ACCEPTED)

    def action_doubt(self) -> None:
        """Mark the row as needing review."""
        self._judge(Act.CHANGED, range(self.view.bead, self.view.bead + 1), Status.REJECTED)

    def action_unmark(self) -> None:
        """Take the mark off the row."""
        self._judge(Act.CHANGED, range(self.view.bead, self.view.bead + 1), Status.PROPOSED)

    def action_merge(self) -> None:
        """Merge the row with the next."""
        bead = self.view.bead
        self.decide(Act.MERGED, self._on, lambda c: operations.merge(c, bead, who=self.who))

    def action_unlink(self) -> None:
        """Put the two sides apart."""
        bead = self.view.bead
        self.decide(Act.SPLIT, self._on, lambda c: operations.unlink(c, bead, who=self.who))

    def action_link(self) -> None:
        """Pick the row up; on a neighbour, link the two."""
        bead, picked = self.view.bead, self.view.picked
        self.view.picked = bead if picked is None else None
        if picked is None or picked == bead:
            self.view.go_to(self.view.row)
            return
        self.decide(Act.MERGED, self._on, lambda c: operations.link(c, picked, bead, who=self.who))
        self.view.go_to_bead(min(bead, picked))

    def action_move_down(self) -> None:
        """Give the last sentence of this side to the next row."""
        bead, side = self.view.bead, self.view.side
        self.decide(Act.MOVED, self._on, lambda c: operations.give_last_down(c, bead, side, who=self.who))

    def action_move_up(self) -> None:
        """Give the first sentence of this side to the row before."""
        bead, side = self.view.bead, self.view.side
        self.decide(Act.MOVED, self._on, lambda c: operations.give_first_up(c, bead, side, who=self.who))

    def action_missing(self) -> None:
        """Mark a row of one side as omission or addition."""
        bead = self.view.bead
        self.decide(Act.ADDED, self._on, lambda c: operations.mark_missing(c, bead, who=self.who))

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
        choices = [f"{i}-{j} | {last[0] - i}-{last[1] - j}   {self._before_cut(j)}" for i, j in cuts]
        self.ask(Choose("Split after how many sentences of either side?", choices), lambda k: self._split(*cuts[k]))

    def _before_cut(self, n_target: int) -> str:
        rows = self.view.rows
        which = rows.segments(self.view.bead, Side.TARGET)[:n_target]
        return rows.para(Side.TARGET, which[-1]).text[:_SHOWN_WORDS] if which else ""

    def _split(self, n_source: int, n_target: int) -> None:
        bead = self.view.bead
        self.decide(Act.SPLIT, self._on, lambda c: operations.split(c, bead, n_source, n_target, who=self.who))

    def action_split_sentence(self) -> None:
        """Split the sentence before the word under the cursor, or at a place chosen by number."""
        at = self.view.word_end()
        if at is not None:
            self._cut(*at)
            return
        number = self.view.segment_here()
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
        side = self.view.side

        def change(collation: Collation) -> Collation:
            return operations.split_segment(collation, side, number, offset, who=self.who)

        self.decide(Act.SEGMENTED, self._segment_id(number), change)

    def action_join_sentence(self) -> None:
        """Join the sentence with the next of its paragraph."""
        number, side = self.view.segment_here(), self.view.side

        def change(collation: Collation) -> Collation:
            if number is None:
                raise Impossible("this side is empty")
            return operations.join_segments(collation, side, number, who=self.who)

        self.decide(Act.SEGMENTED, self._segment_id(number or 0), change)

    def _segment_id(self, number: int) -> str:
        witness = self.session.collation.witness(self.view.side)
        assert witness is not None
        return f"{witness.siglum}.s{number + 1}"
