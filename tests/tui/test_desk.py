"""Killed at any moment, the app loses nothing it acknowledged."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tui_made import made

from aligner import acts, tei
from aligner.errors import RecordError, SettingError
from aligner.journal import Session
from aligner.model import Category, Direction, Edit, Side, Status
from tui.desk import Desk
from tui.many import accept_edits, judge_beads

_DECIDE_FOR_EVER = """
import sys
from pathlib import Path
from aligner.model import Status
from tui.desk import Desk
from tui.many import judge_beads
session, _ = Desk(Path(sys.argv[1])).open("nour")
for n in range(10_000):
    session.take(judge_beads, [n // 2 % 8], (Status.ACCEPTED, Status.PROPOSED)[n % 2])
    print(len(session.collation.decisions), flush=True)
    if n % 7 == 6:
        session.save()
"""


def _act_at_random(draw: random.Random, session: Session) -> None:
    collation = session.collation
    assert collation.ladder
    bead, side = draw.randrange(collation.ladder.n_beads), draw.choice(list(Side))
    here = collation.ladder.beads[bead]
    segment, edit = draw.randrange(len(collation.segments(side))), draw.randrange(len(collation.edits))
    span = collation.segments(side)[segment].span
    made_up = Edit(Category.LABEL, Direction.SOFTENED, None, collation.target_segments[0].span, 1.0, "seen", "review")
    choices: list[tuple[Any, ...]] = [
        (acts.merge_beads, bead),
        (acts.split_bead, bead, draw.randint(0, len(here.source)), draw.randint(0, len(here.target))),
        (acts.unlink_bead, bead),
        (acts.split_segment, side, segment, draw.randint(span.start, span.end)),
        (acts.join_segments, side, segment),
        (acts.move_segment, side, bead),
        (acts.note_edit, edit, draw.choice(["ملاحظة", "a note", ""])),
        (acts.mark_omission if here.source else acts.mark_addition, bead),
        (acts.accept_edit, edit),
        (acts.reject_edit, edit),
        (acts.add_edit, made_up),
        (accept_edits, [edit]),
        (judge_beads, [bead], draw.choice(list(Status))),
    ]
    made_now = draw.choice(choices)
    if draw.random() < 0.2:
        draw.choice([session.undo, session.redo])()
        return
    named = {"up": draw.random() < 0.5} if made_now[0] is acts.move_segment else {}
    if made_now[0] is acts.reject_edit and draw.random() < 0.5:
        made_now, named = (acts.change_edit, edit), {"category": draw.choice(list(Category))}
    with suppress(SettingError):
        session.take(*made_now, **named)


@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_random_acts_undone_give_the_first_bytes_back(tmp_path: Path, seed: int) -> None:
    first = made(20)
    tei.write(first, tmp_path / "pair.xml")
    desk, draw = Desk(tmp_path / "pair.xml"), random.Random(seed)
    session, _ = desk.open("nour")
    while len(session.collation.decisions) < 200:
        _act_at_random(draw, session)
        if draw.random() < 0.02:
            session.save()
        if draw.random() < 0.02:
            desk.close()
            session, _ = desk.open("nour")
    last, n_undone = session.collation, 0
    while session.undo():
        n_undone += 1
    assert tei.dumps(replace(session.collation, decisions=())) == tei.dumps(first)
    for _ in range(n_undone):
        session.redo()
    assert replace(session.collation, decisions=()) == replace(last, decisions=())
    desk.close()


@pytest.mark.parametrize("lines", [1, 5, 6, 7, 8, 13, 20])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path, lines: int) -> None:
    record = tmp_path / "pair.xml"
    tei.write(made(8), record)
    child = subprocess.Popen([sys.executable, "-c", _DECIDE_FOR_EVER, str(record)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = [int(child.stdout.readline()) for _ in range(lines)]
    os.kill(child.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in child.stdout.read().splitlines()]
    child.stdout.close()
    child.wait()
    desk = Desk(record)
    session, message = desk.open("nour")
    n = len(session.collation.decisions)
    assert acknowledged[-1] <= n <= acknowledged[-1] + 1
    assert bool(message) != session.is_saved
    session.save()
    desk.close()
    assert len(tei.read(record).decisions) == n


def test_two_people_cannot_review_one_record_at_once(tmp_path: Path) -> None:
    tei.write(made(6), tmp_path / "pair.xml")
    desk = Desk(tmp_path / "pair.xml")
    desk.open("nour")
    with pytest.raises(RecordError, match="nour has the record open"):
        Desk(tmp_path / "pair.xml").open("amal")
    desk.close()
