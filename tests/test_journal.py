"""Decisions: exact, invertible, on the disk before they are acknowledged, folded into the record wholly."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from invented import reviewable
from strategies import reviewed

from aligner import acts
from aligner.errors import RecordError, SettingError, WriteError
from aligner.journal import Lock, Session, journal_path
from aligner.model import Act, Category, Collation, Direction, Edit, Side, Span, Status
from aligner.patch import apply, base, replay
from aligner.tei import read, write
from aligner.verify import verify


def types(collation: Collation) -> list[str]:
    assert collation.ladder
    return [bead.type for bead in collation.ladder.beads]


def after(collation: Collation, act: Callable[..., object], *values: object, **named: object) -> Collation:
    decision = act(collation, *values, who="nour", when="2026-11-21T08:10:00Z", **named)
    return apply(collation, decision)  # type: ignore[arg-type]


@given(reviewed())
@settings(max_examples=200, deadline=None)
def test_decisions_taken_back_give_the_machines_result_and_replayed_the_state(
    pair: tuple[Collation, Collation],
) -> None:
    machine, collation = pair
    bare = base(collation)
    assert (bare.edits, bare.links, bare.source_segments) == (
        machine.edits,
        machine.links,
        machine.source_segments,
    )
    assert replay(bare, collation.decisions) == collation


@given(reviewed())
@settings(max_examples=100, deadline=None)
def test_everything_can_be_undone_and_redone(pair: tuple[Collation, Collation]) -> None:
    machine, collation = pair
    back, n = collation, 0
    while decision := acts.undo(back, who="nour"):
        back, n = apply(back, decision), n + 1
    assert back.edits == machine.edits
    assert back.target_segments == machine.target_segments
    for _ in range(n):
        decision = acts.redo(back, who="nour")
        assert decision
        back = apply(back, decision)
    assert (back.edits, back.links, back.ladder) == (collation.edits, collation.links, collation.ladder)


def test_merged_beads_become_one_of_the_reviewer() -> None:
    merged = after(reviewable(), acts.merge_beads, 1)
    assert types(merged) == ["1-1", "2-1", "0-1", "1-1"]
    assert merged.ladder
    assert merged.ladder.judgements[1].by == "nour"
    assert merged.ladder.judgements[1].status is Status.CORRECTED


def test_edits_and_links_go_with_the_beads_when_they_change() -> None:
    collation = reviewable()
    assert [edit.bead for edit in collation.edits] == [1, 4]
    merged = after(collation, acts.merge_beads, 1)
    assert [edit.bead for edit in merged.edits] == [1, 3]
    assert [link.bead for link in merged.links] == [0, 1, 3]
    cut = after(collation, acts.split_bead, 0, 1, 0)
    assert [edit.bead for edit in cut.edits] == [2, 5]
    assert [link.bead for link in cut.links] == [2, 5]  # the ends of the first link are in two beads now


def test_undo_brings_back_a_link_that_was_cut() -> None:
    collation = reviewable()
    cut = after(collation, acts.unlink_bead, 0)
    assert len(cut.links) == len(collation.links) - 1
    decision = acts.undo(cut, who="nour")
    assert decision
    assert apply(cut, decision).links == collation.links


def test_segment_moves_into_the_neighbouring_bead() -> None:
    assert types(after(reviewable(), acts.move_segment, Side.SOURCE, 1, up=True)) == [
        "2-1",
        "0-1",
        "1-0",
        "0-1",
        "1-1",
    ]
    moved = after(reviewable(), acts.move_segment, Side.SOURCE, 2, up=True)
    assert types(moved) == ["1-1", "2-1", "0-1", "1-1"]  # a bead left with nothing vanishes


def test_two_sides_of_one_bead_are_linked_and_unlinked() -> None:
    collation = reviewable()
    assert types(collation) == ["1-1", "1-1", "1-0", "0-1", "1-1"]
    linked = after(collation, acts.link_bead, 2)
    assert types(linked) == ["1-1", "1-1", "1-1", "1-1"]
    assert types(after(linked, acts.unlink_bead, 2)) == types(collation)


def test_segment_is_cut_at_the_exact_offset_and_joined_again() -> None:
    collation = reviewable()
    assert collation.source
    first = collation.source_segments[0].span
    at = first.start + collation.source.text[first.start :].index(" ") + 1
    cut = after(collation, acts.split_segment, Side.SOURCE, 0, at)
    assert cut.source_segments[0].span == Span(first.start, at - 1)
    assert cut.source_segments[1].span == Span(at, first.end)
    assert types(cut)[0] == "2-1"
    joined = after(cut, acts.join_segments, Side.SOURCE, 0)
    assert joined.source_segments == collation.source_segments


def test_joining_over_a_bead_takes_the_segment_into_the_first() -> None:
    joined = after(reviewable(), acts.join_segments, Side.SOURCE, 1)
    assert types(joined) == ["1-1", "1-1", "0-1", "1-1"]


def test_omission_and_addition_are_marked_on_beads_with_an_empty_side() -> None:
    omitted = after(reviewable(), acts.mark_omission, 2)
    assert (omitted.edits[-1].category, omitted.edits[-1].direction) == (Category.OMISSION, Direction.REMOVED)
    added = after(reviewable(), acts.mark_addition, 3)
    assert (added.edits[-1].category, added.edits[-1].status) == (Category.ADDITION, Status.ACCEPTED)


def test_flag_is_judged_changed_noted_and_never_taken_out() -> None:
    collation = after(reviewable(), acts.reject_edit, 0, note="a name")
    assert collation.edits[0].status is Status.REJECTED
    collation = after(collation, acts.change_edit, 0, direction=Direction.REMOVED, severity="high")
    assert (collation.edits[0].direction, collation.edits[0].severity) == (Direction.REMOVED, "high")
    collation = after(after(collation, acts.note_edit, 0, "look again"), acts.accept_edit, 0)
    assert (collation.edits[0].note, collation.edits[0].status) == ("look again", Status.ACCEPTED)
    assert [decision.act for decision in collation.decisions] == ["rejected", "changed", "noted", "accepted"]


def test_a_new_category_keeps_a_direction_it_allows_or_takes_the_only_one() -> None:
    first = reviewable().edits[0]
    assert (first.category, first.direction) == (Category.SCARE_QUOTE, Direction.ADDED)
    for category, direction in (
        (Category.HEDGE, Direction.ADDED),
        (Category.OMISSION, Direction.REMOVED),
        (Category.INCONSISTENCY, Direction.NONE),
    ):
        changed = after(reviewable(), acts.change_edit, 0, category=category).edits[0]
        assert (changed.category, changed.direction) == (category, direction)
    both = after(reviewable(), acts.change_edit, 0, category=Category.LABEL, direction=Direction.SOFTENED).edits[0]
    assert (both.category, both.direction) == (Category.LABEL, Direction.SOFTENED)


def test_reviewer_adds_a_flag_and_a_note_on_a_bead() -> None:
    edit = Edit(Category.LABEL, Direction.SOFTENED, Span(0, 3), Span(0, 3), 1.0, "seen", "review")
    collation = after(reviewable(), acts.add_edit, edit)
    assert (collation.edits[-1].by, collation.edits[-1].bead) == ("nour", 0)
    noted = after(collation, acts.note_bead, 0, "free rendering")
    assert noted.decisions[-1].note == "free rendering"


@pytest.mark.parametrize(
    "act",
    [
        lambda c: acts.merge_beads(c, 4, who="n"),
        lambda c: acts.merge_beads(c, 0, count=1, who="n"),
        lambda c: acts.merge_beads(c, -1, who="n"),
        lambda c: acts.split_bead(c, 0, 0, 0, who="n"),
        lambda c: acts.split_bead(c, 0, 1, 1, who="n"),
        lambda c: acts.link_bead(c, 0, who="n"),
        lambda c: acts.move_segment(c, Side.TARGET, 2, up=True, who="n"),
        lambda c: acts.split_segment(c, Side.SOURCE, 0, 0, who="n"),
        lambda c: acts.split_segment(c, Side.SOURCE, 99, 3, who="n"),
        lambda c: acts.join_segments(c, Side.TARGET, 3, who="n"),
        lambda c: acts.mark_omission(c, 0, who="n"),
        lambda c: acts.mark_addition(c, 2, who="n"),
        lambda c: acts.accept_edit(c, 2, who="n"),
        lambda c: acts.add_edit(c, Edit(Category.OMISSION, Direction.REMOVED, None, Span(0, 10**6), 1.0, "", ""), who="n"),
        lambda c: acts.add_edit(c, Edit(Category.LABEL, Direction.NONE, None, Span(0, 3), 1.0, "", ""), who="n"),
        lambda c: acts.change_edit(c, 0, category=Category.LABEL, who="n"),
        lambda c: acts.change_edit(c, 0, direction=Direction.SOFTENED, who="n"),
        lambda c: acts.change_edit(c, 0, category=Category.OMISSION, direction=Direction.ADDED, who="n"),
    ],
)
def test_impossible_act_is_refused(act: Callable[[Collation], object]) -> None:
    with pytest.raises(SettingError):
        act(reviewable())


def test_decision_of_another_state_is_refused() -> None:
    decision = acts.accept_edit(reviewable(), 0, who="nour")
    changed = apply(reviewable(), decision)
    with pytest.raises(RecordError, match="not what they were"):
        apply(changed, decision)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "a.xml"
    write(reviewable(), path)
    return path


def open_session(path: Path, who: str = "nour") -> Session:
    return Session(path, who, clock=lambda: "2026-11-21T08:10:00Z")


def test_session_without_saving_is_recovered_by_the_next(record: Path) -> None:
    with open_session(record) as session:
        session.take(acts.merge_beads, 1)
        session.take(acts.accept_edit, 0, note="yes")
        state = session.collation
        assert not session.is_saved
    assert read(record) == reviewable()
    with open_session(record) as session:
        assert session.n_recovered == 2
        assert session.collation == state
        session.save()
        assert session.is_saved
    assert read(record) == state
    assert sorted(path.name for path in record.parent.iterdir()) == ["a.xml"]


def test_undo_and_redo_reach_back_over_a_save(record: Path) -> None:
    with open_session(record) as session:
        session.take(acts.merge_beads, 1)
        session.save()
    with open_session(record) as session:
        assert session.redo() is None
        undone = session.undo()
        assert undone
        assert (undone.act, undone.on) == (Act.UNDONE, "ch.1")
        assert session.collation.ladder == reviewable().ladder
        assert session.redo()
        assert session.redo() is None
        assert types(session.collation) == ["1-1", "2-1", "0-1", "1-1"]


def test_record_written_by_another_program_meanwhile_is_not_overwritten(record: Path) -> None:
    with open_session(record) as session:
        session.take(acts.accept_edit, 0)
        other = apply(reviewable(), acts.reject_edit(reviewable(), 0, who="rana"))
        write(other, record)
        with pytest.raises(RecordError, match="another program has written the record"):
            session.save()
    assert read(record) == other
    assert journal_path(record).exists()


@pytest.mark.parametrize("note", ["a\x00", "\ud800", "\x0c", "\uffff"])
def test_note_that_no_record_can_hold_is_refused_at_once(record: Path, note: str) -> None:
    with open_session(record) as session:
        with pytest.raises(RecordError, match=r"XML cannot hold U\+"):
            session.take(acts.note_edit, 0, note)
        with pytest.raises(RecordError, match=r"XML cannot hold U\+"):
            session.take(acts.note_bead, 0, note)
        assert session.is_saved


def test_torn_last_line_is_cut_off(record: Path) -> None:
    with open_session(record) as session:
        session.take(acts.accept_edit, 0)
        state = session.collation
    journal = journal_path(record)
    whole = journal.read_bytes()
    for torn in (b'{"act":"acc', b"\0\0\0", whole.splitlines()[1][:-1]):
        journal.write_bytes(whole + torn)
        with open_session(record) as session:
            assert session.collation == state
        assert journal.read_bytes() == whole


def test_first_line_torn_means_nothing_was_decided(record: Path) -> None:
    journal_path(record).write_bytes(b'{"decis')
    with open_session(record) as session:
        assert session.n_recovered == 0
        session.take(acts.accept_edit, 0)
    with open_session(record) as session:
        assert session.n_recovered == 1


def test_save_cut_off_before_the_journal_goes_is_finished(record: Path) -> None:
    with open_session(record) as session:
        session.take(acts.accept_edit, 0)
        left = journal_path(record).read_bytes()
        session.save()
    journal_path(record).write_bytes(left)
    with open_session(record) as session:
        assert session.n_recovered == 0
        assert len(session.collation.decisions) == 1
    assert not journal_path(record).exists()


@pytest.mark.parametrize("line", [0, 1, 2])
def test_damaged_journal_is_refused_with_its_line(record: Path, line: int) -> None:
    with open_session(record) as session:
        session.take(acts.accept_edit, 0)
        session.take(acts.reject_edit, 0)
    rows = journal_path(record).read_bytes().splitlines(keepends=True)
    rows[line] = rows[line].replace(b'"nour"', b'"rana"') if line else b"{}\n"
    rows.append(rows[1])
    journal_path(record).write_bytes(b"".join(rows))
    with pytest.raises(RecordError, match=r"a\.xml\.journal:\d: the journal is damaged"):
        open_session(record)
    assert not Path(f"{record}.lock").exists()


def test_journal_of_another_record_is_refused(record: Path) -> None:
    with open_session(record) as session:
        session.take(acts.accept_edit, 0)
    write(apply(reviewable(), acts.reject_edit(reviewable(), 0, who="rana")), record)
    with pytest.raises(RecordError, match="another state of the record"):
        open_session(record)


def test_second_session_is_told_who_has_the_record(record: Path) -> None:
    with (
        open_session(record),
        pytest.raises(RecordError, match=f"nour has the record open since 2026-11-21.*process {os.getpid()}"),
    ):
        open_session(record, "rana")
    open_session(record, "rana").close()


def test_lock_of_a_dead_process_holds_nothing(record: Path) -> None:
    Path(f"{record}.lock").write_text(json.dumps({"who": "gone", "when": "", "pid": 1, "host": "x"}))
    lock = Lock(record, "nour")
    lock.release()
    lock.release()
    assert not lock.path.exists()


def test_missing_record_leaves_no_lock(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot read"):
        open_session(tmp_path / "none.xml")
    assert not list(tmp_path.iterdir())


REVIEWER = """
import sys
from aligner import acts
from aligner.journal import Session
with Session(sys.argv[1], "nour") as session:
    print("open", len(session.collation.decisions), flush=True)
    for n in range(10**6):
        session.take(acts.note_bead, 0, str(n))
        print(len(session.collation.decisions), flush=True)
        if n % 7 == 6:
            session.save()
"""


def killed_after(record: Path, n_lines: int) -> int:
    """Run a reviewer, kill it when it has acknowledged so much; give the decisions it acknowledged."""
    command = [sys.executable, "-c", REVIEWER, str(record)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as child:
        assert child.stdout
        last = child.stdout.readline()
        for _ in range(n_lines):
            last = child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        last = [last, *child.stdout.readlines()][-1]
    return int(last.split()[-1])


@pytest.mark.slow
def test_kill_loses_no_acknowledged_decision(record: Path) -> None:
    chance = random.Random(1)
    for _ in range(int(os.environ.get("MUQABALA_KILLS", "20"))):
        acknowledged = killed_after(record, chance.randint(0, 30))
        assert not verify(record)
        with open_session(record) as session:
            assert acknowledged <= len(session.collation.decisions) <= acknowledged + 1
            if chance.random() < 0.3:
                session.save()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs to be allowed")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.slow
def test_full_file_system_loses_nothing(small_disk: Path) -> None:
    record, filler = small_disk / "a.xml", small_disk / "filler"
    write(reviewable(), record)
    whole = record.read_bytes()
    with open_session(record) as session:
        session.take(acts.accept_edit, 0)
        filler.write_bytes(b"x" * (64 * 1024 - len(whole) - 14 * 1024))
        with pytest.raises(WriteError, match="No space left"):
            for n in range(10**4):
                session.take(acts.note_bead, 0, f"{n} " + "long note " * 20)
        state = session.collation
        assert len(state.decisions) > 2
        with pytest.raises(WriteError, match=r"a\.xml: cannot write: No space left"):
            session.save()
        assert record.read_bytes() == whole
        assert not verify(record)
    assert sorted(path.name for path in small_disk.iterdir()) == ["a.xml", "a.xml.journal", "filler"]
    filler.unlink()
    with open_session(record) as session:
        assert session.collation == state
        session.save()
    assert read(record) == state


def test_full_disk_refuses_the_decision_and_loses_nothing(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    real = os.pwrite

    def half(handle: int, data: bytes, offset: int) -> int:
        if len(data) > 5 and b'"note":"second"' in data:
            return real(handle, data[:5], offset)
        if len(data) > 5 and not data.startswith(b"{"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data, offset)

    with open_session(record) as session:
        session.take(acts.note_bead, 0, "first")
        state = session.collation
        monkeypatch.setattr(os, "pwrite", half)
        with pytest.raises(WriteError, match="No space left"):
            session.take(acts.note_bead, 0, "second")
        assert session.collation == state
        monkeypatch.undo()
        session.take(acts.note_bead, 0, "third")
    with open_session(record) as session:
        assert [decision.note for decision in session.collation.decisions] == ["first", "third"]
