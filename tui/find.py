"""Search and filters, over the rows of a collation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from aligner.model import Category, Side, Span, Status
from aligner.text import Normalised, normalise
from tui.rows import Rows

__all__ = ["LOW", "Filter", "Hit", "hits", "rows_shown"]

LOW = 0.6
"""Beads below this confidence are worth a look; a guess, to be replaced by a measured figure."""


_STANDING = {
    Status.PROPOSED: "open",
    Status.ACCEPTED: "accepted",
    Status.REJECTED: "rejected",
    Status.CORRECTED: "corrected",
}
_NAMES = {
    "flagged": "any flag",
    "unconfirmed": "unconfirmed",
    "low": "low confidence",
    "uneven": "not one to one",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which beads to show; what is not set does not narrow."""

    category: Category | None = None
    status: Status | None = None
    flagged: bool = False
    low: bool = False
    uneven: bool = False
    unconfirmed: bool = False

    def admits(self, rows: Rows, number: int) -> bool:
        """Tell whether a bead passes."""
        bead, judgement = rows.beads[number], rows.beads[number].judgement
        edits = [rows.collation.edits[k] for k in rows.edits(number)]
        matching = [
            edit for edit in edits if self.category in (None, edit.category) and self.status in (None, edit.status)
        ]
        needs_flag = self.flagged or self.category is not None or self.status is not None
        return not (
            (needs_flag and not matching)
            or (self.low and (judgement.confidence is None or judgement.confidence >= LOW))
            or (self.uneven and bead.type == "1-1")
            or (self.unconfirmed and judgement.status is Status.ACCEPTED)
        )

    def _set(self) -> dict[str, object]:
        return {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name)}

    def has(self, part: Filter) -> bool:
        """Tell whether all that ``part`` asks is asked here too."""
        return all(getattr(self, name) == value for name, value in part._set().items())

    def toggled(self, part: Filter) -> Filter:
        """Ask for ``part`` as well; take it off where it is asked already.

        >>> str(Filter(low=True).toggled(Filter(category=Category.HEDGE)))
        'hedge flags, low confidence'
        >>> str(Filter(low=True).toggled(Filter(low=True)))
        'all rows'
        """
        asked = self._set()
        if not self.has(part):
            asked |= part._set()
        else:
            asked = {name: value for name, value in asked.items() if name not in part._set()}
        return Filter(**asked)  # type: ignore[arg-type]

    def __str__(self) -> str:
        words = [f"{_STANDING[self.status]} flags"] if self.status else []
        words += [f"{self.category} flags"] if self.category else []
        return ", ".join(words + [_NAMES[name] for name in _NAMES if getattr(self, name)]) or "all rows"


def rows_shown(rows: Rows, wish: Filter) -> Sequence[int] | None:
    """Give the beads that pass, in order; None where all do because nothing is asked."""
    if wish == Filter():
        return None
    return [number for number in range(len(rows.beads)) if wish.admits(rows, number)]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that matches a search."""

    bead: int
    side: Side
    span: Span


@lru_cache(maxsize=4)
def _folded(text: str) -> Normalised:
    return normalise(text)


def hits(rows: Rows, words: str) -> list[Hit]:
    """Find words on both sides, whatever their diacritics, alef and ya forms, case; in order of rows."""
    wanted = normalise(words).text.strip()
    found: list[Hit] = []
    for side in Side:
        witness = rows.collation.witness(side)
        if witness is None or not wanted:
            continue
        folded = _folded(witness.text)
        ends = [span.end if (span := rows.span(bead, side)) else -1 for bead in range(len(rows.beads))]
        bead, at = 0, folded.text.find(wanted)
        while at >= 0:
            span = folded.original(at, at + len(wanted))
            while bead < len(ends) and ends[bead] <= span.start:
                bead += 1
            here = rows.span(bead, side) if bead < len(ends) else None
            if here and here.start <= span.start:
                found.append(Hit(bead, side, span))
            at = folded.text.find(wanted, at + 1)
    return sorted(found, key=lambda hit: (hit.bead, hit.side is Side.TARGET, hit.span.start))
