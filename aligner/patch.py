"""What a decision changed, as canonical JSON that can be applied, turned round and replayed.

A collation's changeable part is five lists: the segments of either side, the beads, the links, the edits.
A patch replaces one slice in each list it names: ``before`` says what stands there, ``after`` what will.
Links and edits know their bead by index; where a patch makes more or fewer beads, those behind it move
along without being named, so a patch stays as small as the act.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import accumulate
from typing import Any

from aligner.errors import RecordError
from aligner.model import (
    Act,
    Category,
    Collation,
    Decision,
    Direction,
    Edit,
    EditKind,
    Judgement,
    Ladder,
    Link,
    Segment,
    Span,
    Status,
)

__all__ = [
    "History",
    "Superseded",
    "apply",
    "base",
    "canonical_json",
    "decoded",
    "diff",
    "history",
    "invert",
    "replay",
    "subject",
]

_PARTS = ("source", "target", "beads", "links", "edits")


@dataclass(frozen=True, slots=True)
class Superseded:
    """A bead once in force and no longer: its spans then, the decision (from 1) that replaced it.

    ``source_at`` and ``target_at`` are the offsets where an empty side would have stood.
    """

    decision: int
    source: tuple[Span, ...]
    target: tuple[Span, ...]
    source_at: int
    target_at: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class History:
    """For each bead in force the last decision that touched it (from 1; 0: none), and the beads replaced."""

    touched: tuple[int, ...]
    superseded: tuple[Superseded, ...]


@dataclass(slots=True)
class _State:
    source: list[Segment]
    target: list[Segment]
    beads: list[tuple[int, int, Judgement]]
    links: list[Link]
    edits: list[Edit]


def canonical_json(value: Any) -> str:
    """Write JSON in one way only: sorted keys, no spaces, letters as they are.

    >>> canonical_json({"b": 1, "a": ["ي"]})
    '{"a":["ي"],"b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def apply(collation: Collation, decision: Decision) -> Collation:
    """Carry out one decision and append it to the collation's decisions.

    Raises:
        RecordError: the collation is not in the state the decision was taken in.
    """
    state = _state(collation)
    _carry_out(state, decision, f"decision {len(collation.decisions) + 1}")
    return _rebuilt(collation, state, (*collation.decisions, decision))


def replay(collation: Collation, decisions: Iterable[Decision]) -> Collation:
    """Carry out decisions one after another over a collation, and append them to its own."""
    state, taken = _state(collation), list(collation.decisions)
    for decision in decisions:
        _carry_out(state, decision, f"decision {len(taken) + 1}")
        taken.append(decision)
    return _rebuilt(collation, state, tuple(taken))


def base(collation: Collation) -> Collation:
    """Give the machine's result: the collation with every decision taken back, the last one first."""
    state = _state(collation)
    for number in range(len(collation.decisions), 0, -1):
        _carry_out(state, invert(collation.decisions[number - 1]), f"decision {number} taken back")
    return _rebuilt(collation, state, ())


def invert(decision: Decision) -> Decision:
    """Turn a decision round: what it made becomes what it made it from.

    >>> invert(Decision("", "nour", Act.MERGED, "al.1", before="a", after="b")).after
    'a'
    """
    return replace(decision, before=decision.after, after=decision.before)


def subject(decisions: Sequence[Decision], number: int) -> str:
    """Name what decision ``number`` (from 1) was about, looking through undo and redo.

    >>> subject((Decision("", "n", Act.ACCEPTED, "fe.2"), Decision("", "n", Act.UNDONE, "ch.1")), 2)
    'fe.2'
    """
    decision = decisions[number - 1]
    while decision.act in (Act.UNDONE, Act.REDONE):
        earlier = decision.on.removeprefix("ch.")
        if not earlier.isdecimal() or not 0 < int(earlier) < number:
            return decision.on
        number = int(earlier)
        decision = decisions[number - 1]
    return decision.on


def history(collation: Collation) -> History:
    """Walk through the decisions from the machine's result: who touched each bead, which beads went."""
    if not collation.decisions:
        return History((0,) * (collation.ladder.n_beads if collation.ladder else 0), ())
    machine = base(collation)
    state, gone = _state(machine), list[Superseded]()
    touched = [0] * len(state.beads)
    for number, decision in enumerate(collation.decisions, 1):
        before, after = _patch(decision, f"decision {number}")
        if "beads" in before:
            at, n_before = before["beads"]["at"], len(before["beads"]["items"])
            gone += _stretch(state, at, n_before, number)
            touched[at : at + n_before] = [number] * len(after["beads"]["items"])
        _carry_out(state, decision, f"decision {number}")
    standing = {(bead.source, bead.target) for bead in _stretch(state, 0, len(state.beads), 0)}
    replaced = (bead for bead in gone if (bead.source, bead.target) not in standing)
    return History(tuple(touched), tuple(replaced))


def _stretch(state: _State, at: int, n: int, number: int) -> list[Superseded]:
    i, j = sum(bead[0] for bead in state.beads[:at]), sum(bead[1] for bead in state.beads[:at])
    found = []
    for n_source, n_target, judgement in state.beads[at : at + n]:
        source = tuple(segment.span for segment in state.source[i : i + n_source])
        target = tuple(segment.span for segment in state.target[j : j + n_target])
        source_at = state.source[i - 1].span.end if i else 0
        target_at = state.target[j - 1].span.end if j else 0
        found.append(Superseded(number, source, target, source_at, target_at, judgement))
        i, j = i + n_source, j + n_target
    return found


def diff(old: Collation, new: Collation) -> tuple[str, str]:
    """Give ``before`` and ``after`` of the act that makes the new collation of the old; empty when equal."""
    was, will = _state(old), _state(new)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for part in ("source", "target", "beads"):
        _note(part, getattr(was, part), getattr(will, part), before, after)
    shift = _shift(before, after)
    for part in ("links", "edits"):
        old_items = getattr(was, part)
        _note(part, old_items, getattr(will, part), before, after, [shift(item) for item in old_items])
    return (canonical_json(before), canonical_json(after)) if before else ("", "")


def _note(
    part: str,
    old: list[Any],
    new: list[Any],
    before: dict[str, Any],
    after: dict[str, Any],
    moved: list[Any] | None = None,
) -> None:
    """Name the smallest slice in which the two lists differ, not counting what moves by itself."""
    expected = old if moved is None else moved
    at, shorter = 0, min(len(old), len(new))
    while at < shorter and expected[at] == new[at]:
        at += 1
    tail = 0
    while tail < shorter - at and expected[-1 - tail] == new[-1 - tail]:
        tail += 1
    if at == len(old) == len(new):
        return
    before[part] = {"at": at, "items": [_encode(item) for item in old[at : len(old) - tail]]}
    after[part] = {"at": at, "items": [_encode(item) for item in new[at : len(new) - tail]]}


def _shift(before: dict[str, Any], after: dict[str, Any]) -> Any:
    """Make the function that moves a link or an edit along when beads before it become more or fewer."""
    if "beads" not in before:
        return lambda item: item
    at = before["beads"]["at"]
    n_before = len(before["beads"]["items"])
    limit, by = at + n_before, len(after["beads"]["items"]) - n_before

    def moved(item: Any) -> Any:
        if item.bead is None or item.bead < at or (by == 0):
            return item
        if item.bead >= limit:
            return item.moved(item.bead + by)
        return item if item.bead < limit + by else None  # None: must be named

    return moved


def _carry_out(state: _State, decision: Decision, where: str) -> None:
    before, after = _patch(decision, where)
    if not before:
        return
    try:
        shift = _shift(before, after)
        for part in before:
            _swap(state, part, before[part], after[part], shift if part in ("links", "edits") else None)
        for part in ("links", "edits"):
            if part not in before and "beads" in before:
                setattr(state, part, _moved(getattr(state, part), shift))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise RecordError(
            f"the {decision.act} act cannot be carried out: {error}",
            where=where,
            remedy="the record and its decisions do not belong together",
        ) from error


def _swap(state: _State, part: str, old: dict[str, Any], new: dict[str, Any], shift: Any) -> None:
    items, at, n = getattr(state, part), old["at"], len(old["items"])
    if at != new["at"] or not 0 <= at <= len(items) - n:
        raise ValueError(f"there are no {part} {at} to {at + n}")
    if [_encode(item) for item in items[at : at + n]] != old["items"]:
        raise ValueError(f"{part} {at} to {at + n} are not what they were when it was decided")
    made = [_decode(part, item) for item in new["items"]]
    if shift:
        made = [*_moved(items[:at], shift), *made, *_moved(items[at + n :], shift)]
        setattr(state, part, made)
    else:
        items[at : at + n] = made


def _moved(items: list[Any], shift: Any) -> list[Any]:
    moved = [shift(item) for item in items]
    if None in moved:
        raise ValueError("an item of a bead that vanishes is not named")
    return moved


def _patch(decision: Decision, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if not decision.before and not decision.after:
        return {}, {}
    try:
        before, after = json.loads(decision.before), json.loads(decision.after)
        if not isinstance(before, dict) or before.keys() != after.keys() or not set(before) <= set(_PARTS):
            raise ValueError("before and after name different parts")
        if any(not isinstance(side[part]["items"], list) for side in (before, after) for part in before):
            raise ValueError("a part without items")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RecordError(
            f"the decision cannot be read: {error}",
            where=where,
            remedy="restore the record or the journal from a copy",
        ) from error
    return {part: before[part] for part in _PARTS if part in before}, after


def _state(collation: Collation) -> _State:
    return _State(
        list(collation.source_segments),
        list(collation.target_segments),
        _beads(collation.ladder),
        list(collation.links),
        list(collation.edits),
    )


def _beads(ladder: Ladder | None) -> list[tuple[int, int, Judgement]]:
    return ladder.counts if ladder else []


def _rebuilt(collation: Collation, state: _State, decisions: tuple[Decision, ...]) -> Collation:
    ladder = collation.ladder
    if ladder is not None and state.beads != _beads(ladder):
        rungs = zip(
            accumulate((bead[0] for bead in state.beads), initial=0),
            accumulate((bead[1] for bead in state.beads), initial=0),
            strict=True,
        )
        ladder = _built(Ladder, tuple(rungs), tuple(bead[2] for bead in state.beads))
    made: Collation = _built(
        replace,
        collation,
        source_segments=tuple(state.source),
        target_segments=tuple(state.target),
        ladder=ladder,
        links=tuple(state.links),
        edits=tuple(state.edits),
        decisions=decisions,
    )
    return made


def _built(make: Any, *values: Any, **named: Any) -> Any:
    try:
        return make(*values, **named)
    except ValueError as error:
        raise RecordError(
            f"the decisions do not give a whole collation: {error}",
            remedy="restore the record or the journal from a copy",
        ) from error


def _encode(item: Any) -> Any:
    if isinstance(item, tuple):
        n_source, n_target, judgement = item
        return [n_source, n_target, judgement.confidence, str(judgement.status), judgement.by]
    if isinstance(item, Segment):
        return [item.span.start, item.span.end, item.block]
    if isinstance(item, Link):
        source, target = item.source, item.target
        return [item.bead, source.start, source.end, target.start, target.end, item.confidence]
    return {field.name: _plain(getattr(item, field.name)) for field in fields(item)}


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return [value.start, value.end]
    return str(value) if isinstance(value, str) else value


def _decode(part: str, item: Any) -> Any:
    if part == "beads":
        return item[0], item[1], Judgement(item[2], Status(item[3]), item[4])
    if part == "links":
        return Link(item[0], Span(item[1], item[2]), Span(item[3], item[4]), item[5])
    if part == "edits":
        return _edit(item)
    return Segment(Span(item[0], item[1]), item[2])


def decoded(part: str, patch: dict[str, Any]) -> tuple[Any, ...]:
    """Give the values (segments, beads as counts, links, edits) of one part of a patch.

    >>> decoded("source", {"source": {"at": 0, "items": [[0, 3, 0]]}})
    (Segment(span=Span(start=0, end=3), block=0),)
    """
    return tuple(_decode(part, item) for item in patch[part]["items"])


_ENUMS = {"category": Category, "direction": Direction, "kind": EditKind, "status": Status}


def _edit(item: dict[str, Any]) -> Edit:
    values: dict[str, Any] = {key: _ENUMS[key](value) if key in _ENUMS else value for key, value in item.items()}
    for side in ("source", "target"):
        values[side] = Span(*values[side]) if values[side] else None
    return Edit(**values)
