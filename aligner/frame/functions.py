"""What every quotation of a bead does, decided from both sides as far as there are two."""

from __future__ import annotations

from collections.abc import Iterable

from aligner.frame import quotes
from aligner.frame.view import BeadView, SideView
from aligner.model import Function, QuotationCue, Side

__all__ = ["quotations_alone", "quotations_of"]


def quotations_alone(view: SideView, side: Side) -> tuple[QuotationCue, ...]:
    """Give the quotations of one text with what it alone tells of them; offsets of its string."""
    cues = (QuotationCue(side, quoted.quotation.outer, quoted.function) for quoted in view.quoted)
    return tuple(sorted(cues, key=lambda cue: cue.order))


def quotations_of(view: BeadView) -> tuple[QuotationCue, ...]:
    """Give the quotations of both sides; what stands for a name in the source is a name, not a scare quote."""
    source = quotations_alone(view.source, Side.SOURCE)
    target = quotations_alone(view.target, Side.TARGET)
    if not target:
        return source
    return (*source, *_with_names(view, target))


def _with_names(view: BeadView, cues: Iterable[QuotationCue]) -> Iterable[QuotationCue]:
    """A quotation that only the target has holds off if the check says so; if not, it renders a name."""
    flagged = {edit.target for edit in quotes.check(view)}
    alone = {quoted.quotation.outer for side, quoted in quotes.unmatched(view) if side is view.target}
    for cue in cues:
        if cue.span in flagged:
            yield QuotationCue(cue.side, cue.span, Function.SCARE)
        elif cue.function is Function.SCARE and cue.span in alone:
            yield QuotationCue(cue.side, cue.span, Function.NAME)
        else:
            yield cue
