"""The acts of a reviewer: each makes a decision that can be carried out, kept, taken back.

Every function takes the collation as it stands and says who decides; ``aligner.patch.apply`` carries the
decision out. Beads and edits are given by index from 0, segments by index on their side, offsets in code
points of the witness text. An act that makes no sense there raises SettingError.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aligner.model import (
    Act,
    Category,
    Collation,
    Decision,
    Direction,
    Edit,
    EditKind,
    Judgement,
    Segment,
    Side,
    Span,
    Status,
)
from aligner.patch import diff, invert
from aligner.rebead import BeadCounts, Homes, beads_of, checked, home, impossible, with_beads
from aligner.taxonomy import directions

__all__ = [
    "accept_edit",
    "add_edit",
    "change_edit",
    "confirm_bead",
    "join_segments",
    "link_bead",
    "mark_addition",
    "mark_omission",
    "merge_beads",
    "move_segment",
    "note_bead",
    "note_edit",
    "redo",
    "reject_edit",
    "split_bead",
    "split_segment",
    "undo",
    "unlink_bead",
]


def merge_beads(
    collation: Collation, bead: int, *, who: str, when: str = "", note: str = "", count: int = 2
) -> Decision:
    """Make one bead of this one and those after it, ``count`` in all."""
    beads = _slice(collation, bead, count)
    if count < 2:
        raise impossible("merging needs two beads", f"al.{bead + 1}", "name the first of two neighbours")
    whole = (sum(b[0] for b in beads), sum(b[1] for b in beads), _corrected(who))
    return _decided(collation, with_beads(collation, bead, count, [whole]), Act.MERGED, bead, who, when, note)


def split_bead(
    collation: Collation, bead: int, i: int, j: int, *, who: str, when: str = "", note: str = ""
) -> Decision:
    """Cut a bead in two: the first has ``i`` source and ``j`` target segments."""
    n_source, n_target, _ = _slice(collation, bead, 1)[0]
    if not (0 <= i <= n_source and 0 <= j <= n_target and 0 < i + j < n_source + n_target):
        where = f"al.{bead + 1}"
        raise impossible(f"a bead {n_source}-{n_target} cannot be cut at {i}, {j}", where, "cut inside it")
    judgement = _corrected(who)
    parts = [(i, j, judgement), (n_source - i, n_target - j, judgement)]
    return _decided(collation, with_beads(collation, bead, 1, parts), Act.SPLIT, bead, who, when, note)


def unlink_bead(collation: Collation, bead: int, *, who: str, when: str = "", note: str = "") -> Decision:
    """Say that the two sides of a bead do not render each other."""
    n_source, _, _ = _slice(collation, bead, 1)[0]
    return split_bead(collation, bead, n_source, 0, who=who, when=when, note=note)


def link_bead(collation: Collation, bead: int, *, who: str, when: str = "", note: str = "") -> Decision:
    """Say that a bead with one side empty renders the next, which has the other side empty."""
    first, second = _slice(collation, bead, 2)
    if (first[0] == 0) == (first[1] == 0) or (first[0] == 0) == (second[0] == 0) or all(second[:2]):
        raise impossible("these two are not the two sides of one bead", f"al.{bead + 1}", "merge them instead")
    return merge_beads(collation, bead, who=who, when=when, note=note)


def move_segment(
    collation: Collation, side: Side, bead: int, *, up: bool, who: str, when: str = "", note: str = ""
) -> Decision:
    """Move a bead's first segment of one side up into the bead before, or its last down into the next."""
    first = bead - 1 if up else bead
    upper, lower = _slice(collation, first, 2)
    at, by = (0 if side is Side.SOURCE else 1), (1 if up else -1)
    if not (lower if up else upper)[at]:
        raise impossible(f"the bead has no {side} segment", f"al.{bead + 1}", "move one of the other side")
    beads = [_grown(upper, at, by, who), _grown(lower, at, -by, who)]
    made = with_beads(collation, first, 2, beads)
    return _decided(collation, made, Act.MOVED, bead, who, when, note)


def confirm_bead(collation: Collation, bead: int, *, who: str, when: str = "", note: str = "") -> Decision:
    """Say that a bead is right as it stands."""
    n_source, n_target, judgement = _slice(collation, bead, 1)[0]
    confirmed = replace(judgement, status=Status.ACCEPTED, by=who)
    made = with_beads(collation, bead, 1, [(n_source, n_target, confirmed)])
    return _decided(collation, made, Act.CONFIRMED, bead, who, when, note)


def split_segment(
    collation: Collation, side: Side, segment: int, at: int, *, who: str, when: str = "", note: str = ""
) -> Decision:
    """Cut a segment in two before the character at offset ``at``; white space there goes to neither."""
    old, text = _segment(collation, side, segment), _text(collation, side)
    left = text[old.span.start : max(at, old.span.start)].rstrip()
    right = text[min(max(at, old.span.start), old.span.end) : old.span.end].lstrip()
    if not left or not right or at > old.span.end:
        raise impossible("nothing would be left on one side of the cut", f"{side} {at}", "cut between words")
    halves = [
        Segment(Span(old.span.start, old.span.start + len(left)), old.block),
        Segment(Span(old.span.end - len(right), old.span.end), old.block),
    ]
    made = _resegmented(collation, side, segment, 1, halves, who)
    return _decided(collation, made, Act.SEGMENTED, None, who, when, note, on=_name(collation, side, segment))


def join_segments(
    collation: Collation, side: Side, segment: int, *, who: str, when: str = "", note: str = ""
) -> Decision:
    """Make one segment of this one and the next, in the bead of this one; both lie in one block."""
    first, second = _segment(collation, side, segment), _segment(collation, side, segment + 1)
    name = _name(collation, side, segment)
    if first.block != second.block:
        raise impossible("a segment cannot reach over two blocks", name, "join segments of one block")
    whole = [Segment(Span(first.span.start, second.span.end), first.block)]
    made = _resegmented(collation, side, segment, 2, whole, who)
    return _decided(collation, made, Act.SEGMENTED, None, who, when, note, on=name)


def mark_omission(collation: Collation, bead: int, *, who: str, when: str = "", note: str = "") -> Decision:
    """Say that the source of a bead with an empty target was left out by the translation."""
    return _mark_absence(collation, bead, Side.SOURCE, who, when, note)


def mark_addition(collation: Collation, bead: int, *, who: str, when: str = "", note: str = "") -> Decision:
    """Say that the target of a bead with an empty source was put in by the translation."""
    return _mark_absence(collation, bead, Side.TARGET, who, when, note)


def accept_edit(collation: Collation, edit: int, *, who: str, when: str = "", note: str = "") -> Decision:
    """Say that a flag is right."""
    return _judge(
        collation,
        edit,
        Act.ACCEPTED,
        who,
        when,
        note,
        replace(_edit(collation, edit), status=Status.ACCEPTED),
    )


def reject_edit(collation: Collation, edit: int, *, who: str, when: str = "", note: str = "") -> Decision:
    """Say that a flag is wrong; it stays in the record, as rejected."""
    return _judge(
        collation,
        edit,
        Act.REJECTED,
        who,
        when,
        note,
        replace(_edit(collation, edit), status=Status.REJECTED),
    )


def change_edit(
    collation: Collation,
    edit: int,
    *,
    who: str,
    when: str = "",
    note: str = "",
    category: Category | None = None,
    direction: Direction | None = None,
    severity: str = "",
) -> Decision:
    """Put right the category, the direction or the severity of a flag.

    A direction that the taxonomy does not allow for the new category becomes the only one it does allow; where
    there are several, it has to be given.
    """
    old = _edit(collation, edit)
    new = replace(
        old,
        category=category or old.category,
        direction=direction or old.direction,
        severity=severity or old.severity,
        status=Status.CORRECTED,
    )
    allowed = directions(new.category, new.kind)
    if direction is None and len(allowed) == 1:
        new = replace(new, direction=allowed[0])
    if category or direction:
        _refuse_direction(new, f"fe.{edit + 1}")
    return _judge(collation, edit, Act.CHANGED, who, when, note, new)


def _refuse_direction(edit: Edit, where: str) -> None:
    allowed = directions(edit.category, edit.kind)
    if edit.direction not in allowed:
        what = f"{edit.category} has no direction {edit.direction}"
        raise impossible(what, where, f"it is {' or '.join(allowed)}")


def note_edit(collation: Collation, edit: int, text: str, *, who: str, when: str = "") -> Decision:
    """Write a remark on a flag, in place of the one before."""
    old = _edit(collation, edit)
    made = _with_edit(collation, edit, replace(old, note=text))
    return _decided(collation, made, Act.NOTED, None, who, when, text, on=f"fe.{edit + 1}")


def note_bead(collation: Collation, bead: int, text: str, *, who: str, when: str = "") -> Decision:
    """Write a remark on a bead; it stands among the decisions."""
    _slice(collation, bead, 1)
    return Decision(when, who, Act.NOTED, f"al.{bead + 1}", note=text)


def add_edit(collation: Collation, edit: Edit, *, who: str, when: str = "", note: str = "") -> Decision:
    """Add a flag the machine did not raise; it becomes the last one."""
    _refuse_direction(edit, f"fe.{len(collation.edits) + 1}")
    added = replace(edit, status=Status.ACCEPTED, by=who)
    if edit.kind is EditKind.EDIT and edit.bead is None and collation.ladder and collation.ladder.n_beads:
        added = replace(added, bead=home(Homes.of(collation), edit))
    made = checked(collation, edits=(*collation.edits, added))
    return _decided(collation, made, Act.ADDED, None, who, when, note, on=f"fe.{len(made.edits)}")


def undo(collation: Collation, *, who: str, when: str = "") -> Decision | None:
    """Take back the last decision still in force; None when there is none."""
    done, _ = _stacks(collation.decisions)
    if not done:
        return None
    turned = invert(collation.decisions[done[-1] - 1])
    return Decision(when, who, Act.UNDONE, f"ch.{done[-1]}", turned.before, turned.after)


def redo(collation: Collation, *, who: str, when: str = "") -> Decision | None:
    """Carry out again what was taken back last; None when there is nothing, or a new decision came after."""
    _, undone = _stacks(collation.decisions)
    if not undone:
        return None
    again = collation.decisions[undone[-1] - 1]
    return Decision(when, who, Act.REDONE, f"ch.{undone[-1]}", again.before, again.after)


def _stacks(decisions: Sequence[Decision]) -> tuple[list[int], list[int]]:
    """Give the numbers (from 1) of the decisions in force, and of those taken back and not superseded."""
    done, undone = list[int](), list[int]()
    for number, decision in enumerate(decisions, 1):
        if decision.act is Act.UNDONE and done:
            undone.append(done.pop())
        elif decision.act is Act.REDONE and undone:
            done.append(undone.pop())
        elif decision.act not in (Act.UNDONE, Act.REDONE):
            done.append(number)
            undone.clear()
    return done, undone


def _corrected(who: str) -> Judgement:
    return Judgement(None, Status.CORRECTED, who)


def _slice(collation: Collation, bead: int, count: int) -> list[BeadCounts]:
    beads = beads_of(collation)
    if not 0 <= bead <= len(beads) - count:
        where = f"al.{bead + 1}"
        raise impossible("there is no such bead, or none beside it", where, f"there are {len(beads)} beads")
    return beads[bead : bead + count]


def _segment(collation: Collation, side: Side, segment: int) -> Segment:
    segments = collation.segments(side)
    if not 0 <= segment < len(segments):
        raise impossible("there is no such segment", f"{side} {segment + 1}", f"there are {len(segments)}")
    return segments[segment]


def _edit(collation: Collation, edit: int) -> Edit:
    if not 0 <= edit < len(collation.edits):
        raise impossible("there is no such flag", f"fe.{edit + 1}", f"there are {len(collation.edits)}")
    return collation.edits[edit]


def _text(collation: Collation, side: Side) -> str:
    witness = collation.witness(side)
    return witness.text if witness else ""


def _name(collation: Collation, side: Side, segment: int) -> str:
    witness = collation.witness(side)
    return f"{witness.siglum if witness else side}.s{segment + 1}"


def _grown(bead: BeadCounts, at: int, by: int, who: str) -> BeadCounts:
    counts = [bead[0], bead[1]]
    counts[at] += by
    return counts[0], counts[1], _corrected(who)


def _judge(collation: Collation, edit: int, act: Act, who: str, when: str, note: str, new: Edit) -> Decision:
    made = _with_edit(collation, edit, replace(new, by=who))
    return _decided(collation, made, act, None, who, when, note, on=f"fe.{edit + 1}")


def _with_edit(collation: Collation, edit: int, new: Edit) -> Collation:
    return checked(collation, edits=(*collation.edits[:edit], new, *collation.edits[edit + 1 :]))


def _mark_absence(collation: Collation, bead: int, side: Side, who: str, when: str, note: str) -> Decision:
    n_source, n_target, _ = _slice(collation, bead, 1)[0]
    here, there = (n_source, n_target) if side is Side.SOURCE else (n_target, n_source)
    if there or not here:
        raise impossible("both sides of this bead are there", f"al.{bead + 1}", "unlink it first")
    assert collation.ladder  # by _slice
    which = collation.ladder.beads[bead]
    segments = [collation.segments(side)[n].span for n in (which.source if side is Side.SOURCE else which.target)]
    span = Span(segments[0].start, segments[-1].end)
    is_source = side is Side.SOURCE
    edit = Edit(
        Category.OMISSION if is_source else Category.ADDITION,
        Direction.REMOVED if is_source else Direction.ADDED,
        span if is_source else None,
        None if is_source else span,
        1.0,
        note or "Marked by a reviewer.",
        "review",
        bead=bead,
    )
    return add_edit(collation, edit, who=who, when=when, note=note)


def _resegmented(collation: Collation, side: Side, at: int, n: int, made: list[Segment], who: str) -> Collation:
    """Put segments in place of ``n``, all in the bead of the first; beads left with nothing vanish."""
    segments = collation.segments(side)
    new = (*segments[:at], *made, *segments[at + n :])
    if collation.ladder is None:
        return checked(collation, target_segments=new)
    column, homes = (0 if side is Side.SOURCE else 1), Homes.of(collation)
    first, last = homes.bead(side, at), homes.bead(side, at + n - 1)
    beads = beads_of(collation)
    changed = [_grown(beads[first], column, len(made) - n + (last - first > 0), who)]
    if last > first:
        changed += [*beads[first + 1 : last], _grown(beads[last], column, -1, who)]
    named = {"source_segments" if side is Side.SOURCE else "target_segments": new}
    return with_beads(collation, first, last - first + 1, changed, **named)


def _decided(
    old: Collation,
    new: Collation,
    act: Act,
    bead: int | None,
    who: str,
    when: str,
    note: str,
    *,
    on: str = "",
) -> Decision:
    before, after = diff(old, new)
    return Decision(when, who, act, on or f"al.{(bead or 0) + 1}", before, after, note)
