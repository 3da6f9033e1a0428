"""Two reviews of one record become one; nothing is lost, and what contradicts is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import marked, reviewable
from strategies import decisions, reviewed

from aligner import acts
from aligner.errors import RecordError
from aligner.merge import merge
from aligner.model import Act, Category, Collation, Decision, Direction, Edit, Side, Span, Status
from aligner.patch import apply, base, replay
from aligner.tei import dumps, loads

Choice = Callable[[Collation], Decision | None]


def by(who: str, collation: Collation, *choices: Callable[..., Decision | None]) -> Collation:
    for choose in choices:
        decision = choose(collation, who=who, when="2026-11-21T08:10:00Z")
        assert decision
        collation = apply(collation, decision)
    return collation


def merging(first: int) -> Callable[..., Decision]:
    return lambda c, **who: acts.merge_beads(c, first, **who)


def accepting(edit: int) -> Callable[..., Decision]:
    return lambda c, **who: acts.accept_edit(c, edit, **who)


def rejecting(edit: int) -> Callable[..., Decision]:
    return lambda c, **who: acts.reject_edit(c, edit, **who)


def test_decisions_on_different_things_are_joined() -> None:
    common = reviewable()
    mine = by("nour", common, merging(1), accepting(0))
    theirs = by("rana", common, rejecting(1), lambda c, **who: acts.confirm_bead(c, 4, **who))
    merged = merge(common, mine, theirs)
    assert not merged.conflicts
    assert merged.n_taken == 2
    made = merged.collation
    assert [edit.status for edit in made.edits] == [Status.ACCEPTED, Status.REJECTED]
    assert made.ladder
    assert made.ladder.judgements[-1].by == "rana"
    assert [decision.who for decision in made.decisions] == ["nour", "nour", "rana", "rana"]
    assert replay(base(made), made.decisions) == made


def test_the_same_decision_is_an_agreement() -> None:
    common = reviewable()
    merged = merge(common, by("nour", common, accepting(0), merging(1)), by("rana", common, merging(1), accepting(0)))
    assert (merged.n_agreed, merged.conflicts) == (2, ())
    assert [decision.act for decision in merged.collation.decisions] == ["accepted", "merged"] * 1 + [
        "merged",
        "accepted",
    ]


def test_contradicting_decisions_are_listed_and_kept() -> None:
    common = reviewable()
    merged = merge(common, by("nour", common, accepting(0), merging(1)), by("rana", common, rejecting(0), merging(2)))
    assert [str(conflict).split(": ", 1)[1].split("): ")[0] for conflict in merged.conflicts] == [
        "rejected fe.1",
        "merged al.3",
    ]
    made = merged.collation
    assert made.edits[0].status is Status.ACCEPTED
    assert [(d.who, d.act) for d in made.decisions[2:]] == [("rana", Act.NOTED), ("rana", Act.NOTED)]
    assert "not carried out in merging" in made.decisions[2].note


def test_added_flags_of_both_stand_and_keep_their_decisions() -> None:
    common = reviewable()
    edit = Edit(Category.LABEL, Direction.SOFTENED, Span(0, 3), Span(0, 3), 1.0, "seen", "review")

    def adding(cue: str) -> Callable[..., Decision]:
        from dataclasses import replace

        return lambda c, **who: acts.add_edit(c, replace(edit, cue=cue), **who)

    merged = merge(common, by("nour", common, adding("a")), by("rana", common, adding("b"), rejecting(2)))
    assert not merged.conflicts
    assert [(e.cue, e.status) for e in merged.collation.edits[2:]] == [("a", Status.ACCEPTED), ("b", Status.REJECTED)]
    assert [d.on for d in merged.collation.decisions] == ["fe.3", "fe.4", "fe.4"]


def test_undo_of_theirs_takes_back_their_own_decision() -> None:
    common = reviewable()
    theirs = by("rana", common, lambda c, **who: acts.unlink_bead(c, 0, **who), acts.undo)
    merged = merge(common, by("nour", common, accepting(0)), theirs)
    assert not merged.conflicts
    assert merged.collation.ladder == common.ladder
    assert merged.collation.links == common.links
    assert merged.collation.decisions[-1].on == "ch.2"


def test_cut_sentences_meet_where_they_are_not_the_same() -> None:
    common = reviewable()
    assert common.source
    at = [common.source.text.index(word) for word in ("praised", "ended")]
    cut = [
        lambda c, n=n, at=at[k], **who: acts.split_segment(c, Side.SOURCE, n, at, **who) for k, n in ((0, 1), (1, 3))
    ]
    merged = merge(common, by("nour", common, cut[0]), by("rana", common, cut[1]))
    assert not merged.conflicts
    assert len(merged.collation.source_segments) == 6
    again = merge(common, by("nour", common, cut[0]), by("rana", common, merging(0), cut[0]))
    assert len(again.conflicts) == 2


def test_records_of_different_collations_are_refused() -> None:
    with pytest.raises(RecordError, match="THEIRS: it did not grow out of BASE"):
        merge(reviewable(), reviewable(), marked())
    reviewed_one = by("nour", reviewable(), accepting(0))
    with pytest.raises(RecordError, match="MINE: it did not grow out of BASE"):
        merge(reviewed_one, reviewable(), reviewed_one)


@given(reviewed(), st.data())
@settings(max_examples=100, deadline=None)
def test_any_two_reviews_give_a_whole_record_with_every_decision(
    pair: tuple[Collation, Collation], data: st.DataObject
) -> None:
    common = pair[1]
    sides = []
    for _ in range(2):
        side = common
        for _ in range(3):
            decision = data.draw(decisions(side))
            side = apply(side, decision) if decision else side
        sides.append(side)
    merged = merge(common, *sides)
    made = merged.collation
    n_common = len(common.decisions)
    while n_common < min(len(s.decisions) for s in sides) and len({s.decisions[n_common] for s in sides}) == 1:
        n_common += 1
    assert len(made.decisions) == sum(len(side.decisions) for side in sides) - n_common
    assert merged.n_taken + len(merged.conflicts) == len(sides[1].decisions) - n_common
    assert loads(dumps(made)) == made
    assert merge(common, sides[0], common).collation == sides[0]
    assert merge(common, common, sides[1]).collation == sides[1]
