from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tui_made import MemoryDesk, made

from aligner import tei
from aligner.model import Act, Category, Collation, Direction, Side, Span, Status
from tui import operations
from tui.operations import Impossible
from tui.session import Session, undoable

WHO = "nour"
FLAGGED = 3  # the first bead of made() with a flag and links


def types(collation: Collation) -> list[str]:
    assert collation.ladder
    return [bead.type for bead in collation.ladder.beads]


def test_merging_keeps_flags_and_links_on_their_words() -> None:
    before = made(6)
    after = operations.merge(before, 1, who=WHO)
    assert types(after) == ["1-1", "2-2", "1-1", "1-1", "1-1"]
    assert [edit.bead for edit in after.edits] == [FLAGGED - 1]
    assert [(e.source, e.target) for e in after.edits] == [(e.source, e.target) for e in before.edits]
    assert [link.bead for link in after.links] == [1, FLAGGED - 1]
    assert after.ladder and after.ladder.beads[1].judgement.by == WHO


def test_the_last_bead_cannot_be_merged_onwards() -> None:
    with pytest.raises(Impossible, match="last bead"):
        operations.merge(made(6), 5, who=WHO)


def test_splitting_undoes_merging_but_for_who_says_so() -> None:
    merged = operations.merge(made(6), 2, who=WHO)
    assert types(operations.split(merged, 2, 1, 1, who=WHO)) == ["1-1"] * 6
    assert types(operations.split(merged, 2, 1, 2, who=WHO))[2:4] == ["1-2", "1-0"]


@pytest.mark.parametrize("cut", [(0, 0), (1, 1), (2, 0), (-1, 1)])
def test_a_split_leaves_something_on_both_parts(cut: tuple[int, int]) -> None:
    with pytest.raises(Impossible):
        operations.split(made(6), 2, *cut, who=WHO)


def test_a_link_goes_away_where_its_ends_part() -> None:
    apart = operations.unlink(made(6), FLAGGED, who=WHO)
    assert types(apart)[FLAGGED : FLAGGED + 2] == ["1-0", "0-1"]
    assert [link.bead for link in apart.links] == [1]
    assert [edit.bead for edit in apart.edits] == [FLAGGED + 1]  # where its Arabic words are


def test_unlinked_neighbours_can_be_linked_again() -> None:
    apart = operations.unlink(made(6), 2, who=WHO)
    assert types(operations.link(apart, 3, 2, who=WHO)) == ["1-1"] * 6
    with pytest.raises(Impossible, match="neighbouring"):
        operations.link(apart, 1, 3, who=WHO)


def test_a_sentence_moves_down_and_up_again() -> None:
    moved = operations.give_last_down(made(6), 2, Side.TARGET, who=WHO)
    assert types(moved)[2:4] == ["1-0", "1-2"]
    assert types(operations.give_first_up(moved, 3, Side.TARGET, who=WHO)) == ["1-1"] * 6


def test_a_confirmed_neighbour_is_not_changed_by_a_move() -> None:
    confirmed = operations.judge(made(6), [3], Status.ACCEPTED, who=WHO)
    with pytest.raises(Impossible, match="confirmed"):
        operations.give_last_down(confirmed, 2, Side.SOURCE, who=WHO)


def test_a_bead_that_loses_both_sides_is_gone() -> None:
    moved = operations.give_last_down(made(6), 2, Side.TARGET, who=WHO)
    assert types(operations.give_last_down(moved, 2, Side.SOURCE, who=WHO)) == ["1-1", "1-1", "2-2", "1-1", "1-1"]


def test_a_sentence_is_split_and_joined_at_exact_offsets() -> None:
    before = made(6)
    segment = before.source_segments[4]
    offset = before.source.text.index("the BBC", segment.span.start) if before.source else 0
    after = operations.split_segment(before, Side.SOURCE, 4, offset, who=WHO)
    assert before.source is not None
    parts = [each.span.of(before.source.text) for each in after.source_segments[4:6]]
    assert parts == ["Nobody was hurt,", "the BBC reported on 8 April."]
    assert types(after)[4] == "2-1"
    joined = operations.join_segments(after, Side.SOURCE, 4, who=WHO)
    assert joined.source_segments == before.source_segments and types(joined) == types(before)


@pytest.mark.parametrize("place", [0, -1])
def test_both_parts_of_a_split_sentence_need_words(place: int) -> None:
    before = made(6)
    span = before.target_segments[1].span
    with pytest.raises(Impossible):
        operations.split_segment(before, Side.TARGET, 1, span.end if place else span.start, who=WHO)


def test_joining_sentences_of_two_beads_joins_the_beads() -> None:
    assert types(operations.join_segments(made(6), Side.TARGET, 1, who=WHO)) == ["1-1", "2-1", "1-1", "1-1", "1-1"]


def test_sentences_of_two_paragraphs_are_not_joined() -> None:
    with pytest.raises(Impossible, match="another paragraph"):
        operations.join_segments(made(6), Side.TARGET, 0, who=WHO)


def test_a_bead_of_one_side_is_marked_as_omission_or_addition() -> None:
    apart = operations.unlink(made(6), 1, who=WHO)
    lost = operations.mark_missing(apart, 1, who=WHO).edits[0]
    assert (lost.category, lost.direction, lost.target) == (Category.OMISSION, Direction.REMOVED, None)
    new = operations.mark_missing(apart, 2, who=WHO).edits[0]
    assert (new.category, new.direction, new.source) == (Category.ADDITION, Direction.ADDED, None)


def test_without_a_source_there_is_no_alignment_to_change() -> None:
    alone = Collation(made(6).target, made(6).target_segments)
    with pytest.raises(Impossible, match="source is missing"):
        operations.merge(alone, 0, who=WHO)
    marked = operations.add_edit(alone, None, Category.HEDGE, Direction.ADDED, None, Span(0, 3), who=WHO)
    assert marked.edits[0].kind == "mark"
    offset = alone.target.text.index("الوزير")
    assert len(operations.split_segment(alone, Side.TARGET, 1, offset, who=WHO).target_segments) == 7


def _act_at_random(draw: random.Random, session: Session) -> None:
    collation = session.collation
    assert collation.ladder
    bead, side = draw.randrange(collation.ladder.n_beads), draw.choice(list(Side))
    here = collation.ladder.beads[bead]
    segments = collation.segments(side)
    number = draw.randrange(len(segments))
    span = segments[number].span
    choices = [
        (Act.MERGED, lambda: operations.merge(collation, bead, who=WHO)),
        (Act.SPLIT, lambda: operations.split(
            collation, bead, draw.randint(0, len(here.source)), draw.randint(0, len(here.target)), who=WHO)),
        (Act.SPLIT, lambda: operations.unlink(collation, bead, who=WHO)),
        (Act.MOVED, lambda: operations.give_last_down(collation, bead, side, who=WHO)),
        (Act.MOVED, lambda: operations.give_first_up(collation, bead, side, who=WHO)),
        (Act.CONFIRMED, lambda: operations.judge(collation, [bead], draw.choice(list(Status)), who=WHO)),
        (Act.SEGMENTED, lambda: operations.split_segment(
            collation, side, number, draw.randint(span.start, span.end), who=WHO)),
        (Act.SEGMENTED, lambda: operations.join_segments(collation, side, number, who=WHO)),
        (Act.ADDED, lambda: operations.mark_missing(collation, bead, who=WHO)),
        (Act.CHANGED, lambda: operations.change_edits(
            collation, [draw.randrange(len(collation.edits))], who=WHO, status=draw.choice(list(Status)))),
        (Act.ADDED, lambda: operations.add_edit(
            collation, bead, Category.LABEL, Direction.SOFTENED, None, collation.target_segments[0].span, who=WHO)),
    ]  # fmt: skip
    act, change = draw.choice(choices)
    try:
        session.do(act, f"al.{bead + 1}", change())
    except Impossible:
        if draw.random() < 0.3:
            session.undo()
        elif draw.random() < 0.3:
            session.redo()


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_two_hundred_random_operations_undone_give_the_first_bytes_back(seed: int) -> None:
    first = made(20)
    session = Session(first, MemoryDesk(first), WHO, lambda: "2026-01-01T00:00:00Z")
    draw = random.Random(seed)
    for _ in range(200):
        _act_at_random(draw, session)
    last, n_undone = session.collation, 0
    while session.undo():
        n_undone += 1
    assert tei.dumps(replace(session.collation, decisions=())) == tei.dumps(first)
    for _ in range(n_undone):
        assert session.redo()
    assert replace(session.collation, decisions=()) == replace(last, decisions=())


def test_undo_goes_on_after_the_record_was_closed() -> None:
    first = made(6)
    session = Session(first, MemoryDesk(first), WHO, lambda: "2026-01-01T00:00:00Z")
    session.do(Act.MERGED, "al.1", operations.merge(first, 0, who=WHO))
    session.do(Act.MERGED, "al.1", operations.merge(session.collation, 0, who=WHO))
    session.undo()
    later = Session(tei.loads(tei.dumps(session.collation)), MemoryDesk(first), WHO, lambda: "")
    assert undoable(later.collation.decisions) == ([1], [2])
    assert later.undo() and not later.undo()
    assert replace(later.collation, decisions=()) == first
    assert later.redo() and later.redo() and not later.redo()


def test_a_decision_that_could_not_be_kept_is_not_shown() -> None:
    class Broken(MemoryDesk):
        def append(self, decision: object) -> None:
            raise OSError(28, "No space left on device")

    first = made(6)
    session = Session(first, Broken(first), WHO)
    with pytest.raises(OSError, match="No space"):
        session.do(Act.MERGED, "al.1", operations.merge(first, 0, who=WHO))
    assert session.collation is first


def test_an_act_that_changes_nothing_is_no_decision() -> None:
    first = made(6)
    desk = MemoryDesk(first)
    assert Session(first, desk, WHO).do(Act.CONFIRMED, "al.1", first) is None and desk.kept == []
