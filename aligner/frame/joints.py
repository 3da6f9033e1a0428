"""What joins words of the two sides that may render each other: a mutual link, any link, or the place.

The place of a word is where the renderings of its neighbours stand. Whether a rendering is loyal is asked here, too.
"""

from __future__ import annotations

from aligner.frame.view import BeadView
from aligner.model import Span
from aligner.renderings import LONGEST, is_loyal, meant_by

__all__ = ["FIRM", "LOOSE", "PLACE", "is_loyal_at", "joint_of"]

FIRM, LOOSE, PLACE = 2, 1, 0  # a mutual link, any link, the place alone
_NEAR = 4  # tokens round the expected place that still are it
_REACHES = (1, 2, 3, 5)  # tokens round a word whose links tell its place: the nearest that have any


def joint_of(view: BeadView, here: range, there: range) -> int | None:
    """Tell what joins source tokens and target tokens; None for nothing: neither a link nor the place."""
    for joint in (FIRM, LOOSE):
        linked = view.links.targets_of(here.start, here.stop, is_firm=joint == FIRM)
        if any(j in there for j in linked):
            return joint
    apart = min((abs(there.start - j) for j in _expected_places(view, here)), default=len(view.target.tokens))
    return PLACE if apart <= _NEAR else None


def is_loyal_at(view: BeadView, words: Span, first: int) -> bool:
    """Tell whether the target has from a token on what loyal translators write for words of the source."""
    meant = meant_by(view.source.forms, *view.source.token_range(words))
    return is_loyal(meant, view.target.forms[first : first + LONGEST])


def _expected_places(view: BeadView, here: range) -> tuple[int, ...]:
    """Give the target tokens that render the neighbours of source tokens; their rendering should stand among them."""
    for reach in _REACHES:
        before = view.links.targets_of(here.start - reach, here.start, is_firm=True)
        places = before + view.links.targets_of(here.stop, here.stop + reach, is_firm=True)
        if places:
            return places
    return ()
