"""Put other beads in a collation, and let its links and edits go with the segments they lie in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

from aligner.errors import SettingError
from aligner.model import Collation, Edit, Judgement, Ladder, Link, Segment, Side

__all__ = ["BeadCounts", "Homes", "beads_of", "checked", "home", "impossible", "with_beads"]

BeadCounts = tuple[int, int, Judgement]
"""How many source and target segments a bead has, and who says so."""


def impossible(what: str, where: str, remedy: str) -> SettingError:
    """Make the error of an act that makes no sense there."""
    return SettingError(what, where=where, remedy=remedy)


def beads_of(collation: Collation) -> list[BeadCounts]:
    """Give the beads as counts; SettingError where there is no ladder."""
    if collation.ladder is None:
        raise impossible("there are no beads without a source", "record", "collate it with its source first")
    return collation.ladder.counts


def with_beads(
    collation: Collation, at: int, n: int, beads: Iterable[BeadCounts], **segments: tuple[Segment, ...]
) -> Collation:
    """Put beads in place of ``n``; links and edits go with the segments they lie in.

    A link whose ends come to lie in two beads is dropped (and named in the decision, so undo brings it back).
    """
    old = beads_of(collation)
    kept = [bead for bead in beads if bead[0] or bead[1]]
    new, by = [*old[:at], *kept, *old[at + n :]], len(kept) - n
    rungs = zip(accumulate((b[0] for b in new), initial=0), accumulate((b[1] for b in new), initial=0), strict=True)
    ladder = Ladder(tuple(rungs), tuple(b[2] for b in new))
    homes = Homes.over(ladder, *(segments.get(f"{side}_segments", collation.segments(side)) for side in Side))
    links = [_rehomed_link(link, homes, at, n, by) for link in collation.links]
    edits = [_rehomed_edit(edit, homes, at, n, by) for edit in collation.edits]
    kept_links = tuple(link for link in links if link)
    return checked(collation, links=kept_links, edits=tuple(edits), ladder=ladder, **segments)


@dataclass(frozen=True, slots=True)
class Homes:
    """Tells in which bead a segment or an offset lies."""

    starts: tuple[tuple[int, ...], tuple[int, ...]]  # offsets of the segments of either side
    firsts: tuple[tuple[int, ...], tuple[int, ...]]  # numbers of the first segment of each bead

    @classmethod
    def of(cls, collation: Collation) -> Homes:
        """Make it for a collation as it stands."""
        return cls.over(collation.ladder or Ladder(((0, 0),)), *(collation.segments(side) for side in Side))

    @classmethod
    def over(cls, ladder: Ladder, source: Iterable[Segment], target: Iterable[Segment]) -> Homes:
        """Make it for a ladder and the segments it spans."""
        starts = tuple(each.span.start for each in source), tuple(each.span.start for each in target)
        return cls(starts, (tuple(r[0] for r in ladder.rungs), tuple(r[1] for r in ladder.rungs)))

    def bead(self, side: Side, segment: int) -> int:
        """Give the bead of a segment."""
        firsts = self.firsts[0 if side is Side.SOURCE else 1]
        return min(bisect_right(firsts, segment), len(firsts) - 1) - 1

    def at(self, side: Side, offset: int) -> int:
        """Give the bead of the segment at an offset, or of the one before it."""
        return max(self.bead(side, max(bisect_right(self.starts[side is Side.TARGET], offset) - 1, 0)), 0)


def home(homes: Homes, edit: Edit) -> int | None:
    """Give the bead an edit lies in: that of its target, or of its source where it has none."""
    if edit.target:
        return homes.at(Side.TARGET, edit.target.start)
    return homes.at(Side.SOURCE, edit.source.start) if edit.source else None


def _rehomed_edit(edit: Edit, homes: Homes, at: int, n: int, by: int) -> Edit:
    if edit.bead is None or edit.bead < at:
        return edit
    if edit.bead >= at + n:
        return edit.moved(edit.bead + by)
    return edit.moved(home(homes, edit))


def _rehomed_link(link: Link, homes: Homes, at: int, n: int, by: int) -> Link | None:
    if link.bead < at:
        return link
    if link.bead >= at + n:
        return link.moved(link.bead + by)
    source, target = homes.at(Side.SOURCE, link.source.start), homes.at(Side.TARGET, link.target.start)
    return link.moved(source) if source == target else None


def checked(collation: Collation, **parts: object) -> Collation:
    """Replace parts of a collation; SettingError where that gives none."""
    try:
        return replace(collation, **parts)  # type: ignore[arg-type]
    except ValueError as error:
        raise impossible(str(error), "record", "nothing was changed") from error
