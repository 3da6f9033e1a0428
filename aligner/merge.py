"""Join the decisions that two people took over copies of one record; what cannot be joined is listed.

The result is MINE with the decisions of THEIRS carried out after it, each found again by what it is about
(the spans of the segments, the flag) and not by number. A decision that meets the same decision is kept as
an agreement; one that meets another decision on the same thing is a conflict: it is not carried out, but
stands in the record as a note, with what it would have changed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aligner.errors import AlignerError, RecordError
from aligner.model import Act, Collation, Decision, Edit, Judgement, Segment, Side, Span
from aligner.patch import apply, base, decoded, diff
from aligner.rebead import Homes, checked, home, with_beads

__all__ = ["Conflict", "Merged", "merge"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A decision of THEIRS that was not carried out, by its number there (from 1), and why."""

    number: int
    decision: Decision
    why: str

    def __str__(self) -> str:
        what = f"{self.decision.who or 'somebody'}: {self.decision.act} {self.decision.on}"
        return f"decision {self.number} of theirs ({what}): {self.why}"


@dataclass(frozen=True, slots=True)
class Merged:
    """The joined collation, how many decisions of THEIRS were carried out or agreed with, and the conflicts."""

    collation: Collation
    n_taken: int
    n_agreed: int
    conflicts: tuple[Conflict, ...]


class _NotFound(Exception):
    """What a decision is about is no longer there as it was."""


@dataclass(slots=True)
class _Join:
    merged: Collation
    theirs: Collation
    n_common: int
    numbers: dict[str, str] = field(default_factory=dict)  # ch.N and fe.N of theirs -> of the merged record


def merge(
    common: Collation, mine: Collation, theirs: Collation, *, where: tuple[str, str, str] = ("BASE", "MINE", "THEIRS")
) -> Merged:
    """Join two reviews of one record.

    Args:
        common: the record both began with.
        mine: the record whose decisions come first and win.
        theirs: the record whose decisions are carried out after them.
        where: what the three are called in an error.

    Raises:
        RecordError: the three are not of one collation.
    """
    n = len(common.decisions)
    for name, other in zip(where[1:], (mine, theirs), strict=True):
        if other.decisions[:n] != common.decisions or base(other) != base(common):
            what = f"it did not grow out of {where[0]}"
            raise RecordError(what, where=name, remedy="give the record both began with as BASE")
    while n < min(len(mine.decisions), len(theirs.decisions)) and mine.decisions[n] == theirs.decisions[n]:
        n += 1
    fork = _state_after(theirs, n)
    join = _Join(mine, fork, n, {f"fe.{k}": f"fe.{k}" for k in range(1, len(fork.edits) + 1)})
    join.numbers |= {f"ch.{k}": f"ch.{k}" for k in range(1, n + 1)}
    return _joined(join, theirs.decisions[n:])


def _state_after(collation: Collation, n: int) -> Collation:
    state = base(collation)
    for decision in collation.decisions[:n]:
        state = apply(state, decision)
    return state


def _joined(join: _Join, decisions: Sequence[Decision]) -> Merged:
    conflicts, n_agreed = list[Conflict](), 0
    for number, decision in enumerate(decisions, join.n_common + 1):
        after = apply(join.theirs, decision)
        try:
            made = _carried_over(join, decision, after)
            taken = _as_decision(join, decision, made)
            n_agreed += bool(decision.before) and not taken.before
        except (_NotFound, AlignerError) as error:
            conflict = Conflict(number, decision, str(error))
            conflicts.append(conflict)
            taken = _as_note(join, conflict)
        _remember(join, number, after, taken)
    n_taken = len(decisions) - len(conflicts)
    return Merged(join.merged, n_taken, n_agreed, tuple(conflicts))


def _remember(join: _Join, number: int, after: Collation, taken: Decision) -> None:
    """Go on in both states, and note under which number things of theirs stand in the merged record."""
    n_before = len(join.merged.edits)
    join.merged = apply(join.merged, taken)
    join.numbers[f"ch.{number}"] = f"ch.{len(join.merged.decisions)}"
    if len(after.edits) > len(join.theirs.edits) and len(join.merged.edits) > n_before:
        join.numbers[f"fe.{len(after.edits)}"] = f"fe.{len(join.merged.edits)}"
    join.theirs = after


def _as_decision(join: _Join, decision: Decision, made: Collation) -> Decision:
    on = join.numbers.get(decision.on, decision.on)
    if made is join.theirs:
        return replace(decision, on=on)
    before, after = diff(join.merged, made)
    if decision.act is Act.ADDED:
        on = f"fe.{len(made.edits)}"
    return replace(decision, on=on, before=before, after=after)


def _as_note(join: _Join, conflict: Conflict) -> Decision:
    decision = conflict.decision
    about = f"not carried out in merging ({conflict.why}): {decision.act} {decision.on}"
    wanted = f"; before {decision.before}; after {decision.after}" if decision.before else ""
    note = f"{about}{wanted}" + (f"; {decision.note}" if decision.note else "")
    on = join.numbers.get(decision.on, decision.on)
    return Decision(decision.when, decision.who, Act.NOTED, on, note=note)


def _carried_over(join: _Join, decision: Decision, after: Collation) -> Collation:
    """Give the merged collation with the decision carried out there; the same one where it agrees already.

    While both stand the same, it is theirs, and the decision goes over as it is.
    """
    if not decision.before:
        return join.merged
    if replace(join.merged, decisions=()) == replace(join.theirs, decisions=()):
        return join.theirs
    was, will = json.loads(decision.before), json.loads(decision.after)
    made = join.merged
    if {"beads", "source", "target"} & was.keys():
        made = _with_structure(join, was, will, after)
        made = _with_links(made, was.get("links"), will.get("links"))
    if "edits" in was:
        made = _with_edits(join, made, decoded("edits", was), decoded("edits", will), was["edits"]["at"])
    return made


def _with_structure(join: _Join, was: dict[str, Any], will: dict[str, Any], after: Collation) -> Collation:
    """Put their beads and segments where ours cover the same stretch of both texts."""
    segments = {
        f"{part}_segments": _spliced(join.merged, part, was[part], will[part])
        for part in ("source", "target")
        if part in was
    }
    if "beads" not in was:
        return checked(join.merged, **segments)
    at, n_old, n_new = was["beads"]["at"], len(was["beads"]["items"]), len(will["beads"]["items"])
    old = [_extent(join.theirs, k) for k in range(at, at + n_old)]
    new = [_extent(after, k) for k in range(at, at + n_new)]
    ours = [_extent(join.merged, k) for k in range(_n_beads(join.merged))]
    judged = after.ladder.beads[at : at + n_new] if after.ladder else ()
    place = _find(ours, old)
    if place is not None and _judgements(join.merged, place, n_old) == _judgements(join.theirs, at, n_old):
        beads = [(len(bead.source), len(bead.target), bead.judgement) for bead in judged]
        return with_beads(join.merged, place, n_old, beads, **segments)
    place = _find(ours, new)
    if place is None or segments or not _agrees(join.merged, place, [b.judgement.status for b in judged]):
        raise _NotFound("the beads were changed or judged by MINE too")
    return join.merged


def _judgements(collation: Collation, at: int, n: int) -> list[Judgement]:
    return [bead.judgement for bead in collation.ladder.beads[at : at + n]] if collation.ladder else []


def _agrees(collation: Collation, place: int, statuses: Sequence[Any]) -> bool:
    """Tell whether beads over the same stretch have the same standing, whoever gave it."""
    beads = collation.ladder.beads if collation.ladder else ()
    return [bead.judgement.status for bead in beads[place : place + len(statuses)]] == list(statuses)


def _n_beads(collation: Collation) -> int:
    return collation.ladder.n_beads if collation.ladder else 0


def _extent(collation: Collation, k: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    assert collation.ladder  # there are no beads without one
    bead = collation.ladder.beads[k]
    return (
        tuple(collation.source_segments[n].span for n in bead.source),
        tuple(collation.target_segments[n].span for n in bead.target),
    )


def _find(many: Sequence[Any], few: Sequence[Any]) -> int | None:
    """Give where ``few`` stands in ``many``; None when nowhere."""
    if not few:
        return None
    places = (k for k in range(len(many) - len(few) + 1) if many[k] == few[0])
    return next((k for k in places if list(many[k : k + len(few)]) == list(few)), None)


def _spliced(collation: Collation, part: str, was: dict[str, Any], will: dict[str, Any]) -> tuple[Segment, ...]:
    segments: tuple[Segment, ...] = getattr(collation, f"{part}_segments")
    old, new = decoded(part, {part: was}), decoded(part, {part: will})
    at = _find(segments, old)
    if at is None:
        raise _NotFound("the segments were cut by MINE too")
    return (*segments[:at], *new, *segments[at + len(old) :])


def _with_links(collation: Collation, was: Any, will: Any) -> Collation:
    """Bring back links that their decision brings back (an undo)."""
    if not will:
        return collation
    old = {(link.source, link.target) for link in decoded("links", {"links": was})}
    held = {(link.source, link.target) for link in collation.links}
    back = [k for k in decoded("links", {"links": will}) if (k.source, k.target) not in old | held]
    homes = Homes.of(collation)
    new = [replace(link, bead=homes.at(Side.TARGET, link.target.start)) for link in back]
    return replace(collation, links=tuple(sorted([*collation.links, *new], key=lambda link: link.bead)))


def _with_edits(join: _Join, collation: Collation, was: Sequence[Edit], will: Sequence[Edit], at: int) -> Collation:
    """Carry over what changed in the flags themselves; their beads have followed already."""
    edits = list(collation.edits)
    for k, (old, new) in enumerate(zip(was, will, strict=False), at + 1):
        if replace(old, bead=new.bead) != new:
            place = int(join.numbers.get(f"fe.{k}", "fe.0")[3:]) - 1
            edits[place] = _changed(edits, place, old, new)
    if len(will) > len(was):
        edits += [_added(collation, edit) for edit in will[len(was) :]]
    if len(will) < len(was):
        if replace(edits[-1], bead=None) != replace(was[-1], bead=None) or len(was) - len(will) > 1:
            raise _NotFound("the flag to be taken back is not the last one here")
        edits.pop()
    return replace(collation, edits=tuple(edits))


def _changed(edits: Sequence[Edit], place: int, old: Edit, new: Edit) -> Edit:
    if not 0 <= place < len(edits):
        raise _NotFound("the flag is not there")
    here = edits[place]
    if replace(here, bead=None) == replace(old, bead=None):
        return replace(new, bead=here.bead)
    if replace(here, bead=None, by="") == replace(new, bead=None, by=""):
        return here
    raise _NotFound(f"the flag was {here.status} by {here.by or 'MINE'} too")


def _added(collation: Collation, edit: Edit) -> Edit:
    if edit.bead is None:
        return edit
    return replace(edit, bead=home(Homes.of(collation), edit))
