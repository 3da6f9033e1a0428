"""What a reviewer can do to a collation, as functions from collation to collation.

Beads are changed by replacing a stretch of them; links and edits go along: those of later beads are
renumbered, those inside the stretch find their bead again by place, and a link whose ends come to lie
in different beads goes away. Nothing here knows keys, screens or journals.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from aligner.errors import AlignerError
from aligner.model import (
    Bead,
    Category,
    Collation,
    Direction,
    Edit,
    EditKind,
    Judgement,
    Ladder,
    Link,
    Segment,
    Side,
    Span,
    Status,
)

__all__ = [
    "Impossible",
    "add_edit",
    "change_edits",
    "give_first_up",
    "give_last_down",
    "join_segments",
    "judge",
    "link",
    "mark_missing",
    "merge",
    "split",
    "split_segment",
    "unlink",
]

_Step = tuple[int, int, Judgement]


class Impossible(AlignerError):
    """Say why an operation cannot be carried out here; nothing was changed."""


def merge(collation: Collation, bead: int, *, who: str) -> Collation:
    """Make one bead of this one and the next."""
    return link(collation, bead, bead + 1, who=who)


def link(collation: Collation, first: int, last: int, *, who: str) -> Collation:
    """Make one bead of two neighbours, such as an omission and an addition that belong together.

    Raises: Impossible if they are not neighbours; a ladder cannot cross.
    """
    first, last = sorted((first, last))
    beads = _beads(collation)
    if last >= len(beads):
        raise Impossible("this is the last bead", remedy="merge from the bead before it")
    if last - first != 1:
        raise Impossible("only neighbouring beads can be linked", remedy="merge or move what stands between")
    one, two = beads[first], beads[last]
    step = (len(one.source) + len(two.source), len(one.target) + len(two.target), _corrected(who))
    return _rebeaded(collation, first, last + 1, [step])


def split(collation: Collation, bead: int, n_source: int, n_target: int, *, who: str) -> Collation:
    """Cut a bead in two after so many of its segments on either side."""
    here = _beads(collation)[bead]
    first, second = (n_source, n_target), (len(here.source) - n_source, len(here.target) - n_target)
    if min(*first, *second) < 0 or not any(first) or not any(second):
        raise Impossible("a bead is split between its segments", remedy="split the sentence first")
    return _rebeaded(collation, bead, bead + 1, [(*first, _corrected(who)), (*second, _corrected(who))])


def unlink(collation: Collation, bead: int, *, who: str) -> Collation:
    """Put the two sides of a bead apart: an omission, then an addition."""
    here = _beads(collation)[bead]
    if not here.source or not here.target:
        raise Impossible("this bead has one side only", remedy="there is nothing to unlink")
    return split(collation, bead, len(here.source), 0, who=who)


def give_last_down(collation: Collation, bead: int, side: Side, *, who: str) -> Collation:
    """Move the last segment of one side to the next bead."""
    return _moved(collation, bead, bead + 1, side, who)


def give_first_up(collation: Collation, bead: int, side: Side, *, who: str) -> Collation:
    """Move the first segment of one side to the bead before."""
    return _moved(collation, bead, bead - 1, side, who)


def _moved(collation: Collation, giver: int, taker: int, side: Side, who: str) -> Collation:
    beads = _beads(collation)
    if not 0 <= taker < len(beads):
        raise Impossible("there is no bead on that side", remedy="split this one first")
    if not _range(beads[giver], side):
        raise Impossible(f"this bead has no {side} segment to move")
    if beads[taker].judgement.status is Status.ACCEPTED:
        raise Impossible("the neighbour is confirmed", remedy="clear its mark first")
    counts = {n: [len(beads[n].source), len(beads[n].target)] for n in sorted((giver, taker))}
    which = int(side is Side.TARGET)
    counts[giver][which] -= 1
    counts[taker][which] += 1
    steps = [(i, j, _corrected(who)) for i, j in counts.values() if i or j]
    return _rebeaded(collation, min(giver, taker), max(giver, taker) + 1, steps)


def judge(collation: Collation, beads: Iterable[int], status: Status, *, who: str) -> Collation:
    """Set who says what of these beads; the machine's confidence stays."""
    ladder = _ladder(collation)
    judgements = [bead.judgement for bead in ladder.beads]
    for number in beads:
        judgements[number] = replace(judgements[number], status=status, by=who)
    return replace(collation, ladder=Ladder(ladder.rungs, tuple(judgements)))


def split_segment(collation: Collation, side: Side, number: int, offset: int, *, who: str) -> Collation:
    """Cut a segment in two at an offset of the witness; white space at the cut belongs to neither."""
    segments = collation.segments(side)
    witness = collation.witness(side)
    assert witness is not None
    whole = segments[number]
    left = whole.span.start + len(witness.text[whole.span.start : offset].rstrip())
    right = offset + len(witness.text[offset : whole.span.end])
    right -= len(witness.text[offset : whole.span.end].lstrip())
    if not whole.span.start < left <= right < whole.span.end:
        raise Impossible("both parts need words", remedy="choose a place inside the sentence")
    parts = (
        replace(whole, span=Span(whole.span.start, left)),
        replace(whole, span=Span(right, whole.span.end)),
    )
    return _resegmented(collation, side, number, 1, parts, who)


def join_segments(collation: Collation, side: Side, number: int, *, who: str) -> Collation:
    """Make one segment of this one and the next of its paragraph; their beads become one if need be."""
    segments = collation.segments(side)
    if number + 1 >= len(segments) or segments[number].block != segments[number + 1].block:
        raise Impossible("the next sentence is in another paragraph", remedy="merge the beads instead")
    one, two = segments[number : number + 2]
    if collation.ladder is not None and _bead_at(collation, side, number) != _bead_at(collation, side, number + 1):
        first = _bead_at(collation, side, number)
        while _bead_at(collation, side, number + 1) != first:
            collation = merge(collation, first, who=who)
    joined = replace(one, span=Span(one.span.start, two.span.end))
    return _resegmented(collation, side, number, 2, (joined,), who)


def mark_missing(collation: Collation, bead: int, *, who: str) -> Collation:
    """Flag a bead with one side only: an omission if the source stands alone, else an addition."""
    here = _beads(collation)[bead]
    if here.source and here.target:
        raise Impossible("both sides are there", remedy="unlink them first, or select the words to flag")
    side = Side.SOURCE if here.source else Side.TARGET
    span = _covered(collation, side, _range(here, side))
    return add_edit(
        collation,
        bead,
        Category.OMISSION if here.source else Category.ADDITION,
        Direction.REMOVED if here.source else Direction.ADDED,
        span if here.source else None,
        span if here.target else None,
        who=who,
    )


def add_edit(
    collation: Collation,
    bead: int | None,
    category: Category,
    direction: Direction,
    source: Span | None,
    target: Span | None,
    *,
    who: str,
    note: str = "",
) -> Collation:
    """Add a flag of a person's, accepted by the one who sets it."""
    if source is None and target is None:
        raise Impossible("nothing is selected", remedy="select words with Shift and the arrows")
    kind = EditKind.MARK if collation.ladder is None else EditKind.EDIT
    made = Edit(
        category, direction, source, target, 1.0, note or "seen by a reader", "person", kind,
        bead, status=Status.ACCEPTED, by=who, note=note,
    )  # fmt: skip
    at = bisect_right([edit.order for edit in collation.edits], made.order)
    return replace(collation, edits=(*collation.edits[:at], made, *collation.edits[at:]))


def change_edits(collation: Collation, numbers: Iterable[int], *, who: str, **changes: object) -> Collation:
    """Change the same fields of these flags, such as ``status`` or ``category``."""
    edits = list(collation.edits)
    for number in numbers:
        edits[number] = replace(edits[number], by=who, **changes)  # type: ignore[arg-type]
    return replace(collation, edits=tuple(edits))


def _ladder(collation: Collation) -> Ladder:
    if collation.ladder is None:
        raise Impossible("the source is missing", remedy="there is no alignment to change")
    return collation.ladder


def _beads(collation: Collation) -> tuple[Bead, ...]:
    return _ladder(collation).beads


def _range(bead: Bead, side: Side) -> range:
    return bead.source if side is Side.SOURCE else bead.target


def _corrected(who: str) -> Judgement:
    return Judgement(None, Status.CORRECTED, who)


def _bead_at(collation: Collation, side: Side, number: int) -> int:
    ends = [rung[int(side is Side.TARGET)] for rung in _ladder(collation).rungs]
    return bisect_right(ends, number) - 1


def _covered(collation: Collation, side: Side, which: range) -> Span:
    segments = collation.segments(side)
    return Span(segments[which[0]].span.start, segments[which[-1]].span.end)


def _resegmented(
    collation: Collation, side: Side, number: int, n_old: int, new: tuple[Segment, ...], who: str
) -> Collation:
    old = collation.segments(side)
    segments = (*old[:number], *new, *old[number + n_old :])
    named = {f"{side}_segments": segments}
    if collation.ladder is None:
        return replace(collation, **named)  # type: ignore[arg-type]
    bead = _bead_at(collation, side, number)
    here = _beads(collation)[bead]
    more = len(new) - n_old
    by_source, by_target = (more, 0) if side is Side.SOURCE else (0, more)
    step = (len(here.source) + by_source, len(here.target) + by_target, _corrected(who))
    return _rebeaded(collation, bead, bead + 1, [step], **named)


def _rebeaded(
    collation: Collation, first: int, end: int, steps: Sequence[_Step], **segments: tuple[Segment, ...]
) -> Collation:
    """Replace beads ``first`` to ``end`` by others over the same segments, and take links and edits along."""
    old = [(len(bead.source), len(bead.target), bead.judgement) for bead in _beads(collation)]
    new = [*old[:first], *steps, *old[end:]]
    rungs = zip(
        accumulate((step[0] for step in new), initial=0),
        accumulate((step[1] for step in new), initial=0),
        strict=True,
    )
    ladder = Ladder(tuple(rungs), tuple(step[2] for step in new))
    bare = replace(collation, ladder=ladder, links=(), edits=(), **segments)  # type: ignore[arg-type]
    places = [_extent(bare, ladder.beads[number]) for number in range(first, first + len(steps))]
    shift = len(steps) - (end - first)
    links = [_replaced_link(each, first, end, shift, places) for each in collation.links]
    edits = [_replaced_edit(each, first, end, shift, places) for each in collation.edits]
    return replace(bare, links=tuple(each for each in links if each), edits=tuple(edits))


_Extent = tuple[range, range]


def _extent(collation: Collation, bead: Bead) -> _Extent:
    """Give the offsets a bead covers on either side, empty where it has no segment."""
    spans = []
    for side in Side:
        which = _range(bead, side)
        covered = _covered(collation, side, which) if which else None
        spans.append(range(covered.start, covered.end) if covered else range(0))
    return spans[0], spans[1]


def _replaced_link(each: Link, first: int, end: int, shift: int, places: Sequence[_Extent]) -> Link | None:
    if not first <= each.bead < end:
        return each if each.bead < first or not shift else replace(each, bead=each.bead + shift)
    for number, (source, target) in enumerate(places, first):
        if each.source.start in source and each.target.start in target:
            return replace(each, bead=number)
    return None


def _replaced_edit(each: Edit, first: int, end: int, shift: int, places: Sequence[_Extent]) -> Edit:
    if each.bead is None or each.bead < first:
        return each
    if each.bead >= end:
        return replace(each, bead=each.bead + shift) if shift else each
    for number, (source, target) in enumerate(places, first):
        at_target = each.target is not None and each.target.start in target
        if at_target or (each.target is None and each.source and each.source.start in source):
            return replace(each, bead=number)
    return replace(each, bead=first)
