"""Every operation: through its keys, from the palette, in the journal, taken back and taken again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tui_made import app_on, drive, made, press, told

from aligner import tei
from aligner.journal import journal_path
from aligner.model import Act, Category, Collation, Side, Status
from aligner.verify import verify
from tui.app import ReviewApp
from tui.desk import Desk
from tui.keys import named


def bare(collation: Collation) -> bytes:
    """Give the bytes of a collation without the log of what was decided."""
    return tei.dumps(replace(collation, decisions=()))


def shape(collation: Collation) -> list[str]:
    assert collation.ladder
    return [bead.type for bead in collation.ladder.beads]


OPERATIONS = (
    # name of the action, keys before it, keys from it on, the act, what then holds
    ("confirm", "j", "enter", Act.CONFIRMED, lambda c: c.ladder.beads[1].judgement.status is Status.ACCEPTED),
    ("confirm_above", "j j", "A", Act.CONFIRMED, lambda c: c.ladder.beads[0].judgement.status is Status.ACCEPTED),
    ("doubt", "", "r", Act.CHANGED, lambda c: c.ladder.beads[0].judgement.status is Status.REJECTED),
    ("merge", "", "m", Act.MERGED, lambda c: shape(c)[0] == "2-2"),
    ("split", "m", "s 1", Act.SPLIT, lambda c: shape(c)[:2] == ["1-1", "1-1"]),
    ("move_down", "", "J", Act.MOVED, lambda c: shape(c)[:2] == ["0-1", "2-1"]),
    ("move_up", "j tab", "K", Act.MOVED, lambda c: shape(c)[:2] == ["1-2", "1-0"]),
    ("unlink", "", "d", None, lambda c: shape(c)[:2] == ["1-0", "0-1"]),
    ("link", "d space j", "space", Act.MERGED, lambda c: shape(c) == ["1-1"] * 8),
    ("missing", "d", "o", None, lambda c: c.edits[-1].category is Category.OMISSION),
    ("missing", "d j", "o", None, lambda c: c.edits[-1].category is Category.ADDITION),
    ("split_sentence", "j right right right", "e", Act.SEGMENTED, lambda c: shape(c)[1] == "2-1"),
    ("join_sentence", "j", "E", Act.SEGMENTED, lambda c: len(c.source_segments) == 7),
    ("accept", "n", "a", Act.ACCEPTED, lambda c: c.edits[0].status is Status.ACCEPTED),
    ("reject", "n", "x", Act.REJECTED, lambda c: c.edits[0].status is Status.REJECTED),
    ("category", "n", "c 2", Act.CHANGED, lambda c: c.edits[0].category is Category.HEDGE),
    ("direction", "n", "t 2", Act.CHANGED, lambda c: c.edits[0].direction == "removed"),
    ("note", "n", "w ل ا enter", Act.NOTED, lambda c: c.edits[0].note == "لا"),
    ("note", "n", "w n o enter", Act.NOTED, lambda c: c.edits[0].note == "no"),
    (
        "add_flag",
        "j right tab left",
        "plus 3 1",
        Act.ADDED,
        lambda c: len(c.edits) == 2 and c.edits[1].source is not None,
    ),
    ("accept_group", "n", "ctrl+a 1", Act.ACCEPTED, lambda c: c.edits[0].status is Status.ACCEPTED),
)
IDS = [f"{operation[0]} {operation[1]}".replace(" ", "-") for operation in OPERATIONS]


@pytest.mark.parametrize(("name", "before", "keys", "act", "holds"), OPERATIONS, ids=IDS)
def test_an_operation_is_journalled_undone_and_redone(
    tmp_path: Path, name: str, before: str, keys: str, act: Act | None, holds: Callable[[Collation], bool]
) -> None:
    app, seen = app_on(made(8), tmp_path), []

    async def go(pilot: Any) -> None:
        await press(pilot, before)
        seen.append(app.session.collation)
        await press(pilot, keys)
        seen.append(app.session.collation)
        journal = journal_path(app.desk.path).read_bytes()
        assert journal.count(b"\n") == 1 + len(app.session.collation.decisions), "on the disk at once"
        await press(pilot, "u")
        seen.append(app.session.collation)
        await press(pilot, "U")
        seen.append(app.session.collation)

    drive(app, go)
    first, done, undone, redone = seen
    assert holds(done) and not (holds(first) and bare(first) == bare(done)), told(app)
    decision = done.decisions[-1]
    assert len(done.decisions) == len(first.decisions) + 1 and decision.who == "nour"
    assert act is None or decision.act is act
    assert bare(undone) == bare(first) and bare(redone) == bare(done)


@pytest.mark.parametrize(("name", "before", "keys", "act", "holds"), OPERATIONS, ids=IDS)
def test_an_operation_is_found_in_the_palette(
    tmp_path: Path, name: str, before: str, keys: str, act: Act | None, holds: Callable[[Collation], bool]
) -> None:
    app = app_on(made(8), tmp_path)

    async def go(pilot: Any) -> None:
        await press(pilot, before)
        commands = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        commands[named(name).does]()
        await pilot.pause()
        await press(pilot, " ".join(keys.split()[1:]))

    drive(app, go)
    assert holds(app.session.collation), told(app)


def _keys_at_random(draw: random.Random) -> str:
    deciding = ("m", "d", "J", "K", "r", "z", "enter", "a", "x", "o", "E", "s enter", "e enter", "ctrl+s")
    changing = ("c 2 escape", "c 4 escape", "t 3 escape", "w b escape", "w a enter escape", "A", "ctrl+a 1 escape")
    adding = ("j right tab left plus 1 2 escape", "space j space")
    moving = ("j", "k", "n", "G", "g", "tab", "right", "left", "shift+left", "u", "U", "f", "l", "pagedown")
    return draw.choice(draw.choice((deciding, deciding, changing, adding, moving)))


@pytest.mark.slow
def test_fifty_decisions_by_random_keys_undone_give_the_first_bytes_back(tmp_path: Path) -> None:
    first, draw = made(12), random.Random(6)
    app = app_on(first, tmp_path)

    async def go(pilot: Any) -> None:
        n_steps = 0
        while len(app.session.collation.decisions) < 50:
            n_steps += 1
            assert n_steps < 2000, "most keys decide nothing"
            await press(pilot, _keys_at_random(draw))
            if len(app.screen_stack) > 1:
                await press(pilot, "escape")
        n_open = len(app.session.collation.decisions)
        while app.session.undo():
            pass
        assert len(app.session.collation.decisions) > n_open
        await press(pilot, "ctrl+s")

    drive(app, go, (80, 24))
    kept = tei.read(tmp_path / "made.xml")
    assert bare(kept) == tei.dumps(first) and len(kept.decisions) > 50
    assert verify(tmp_path / "made.xml") == ()


def test_what_was_decided_by_keys_is_there_after_opening_again(tmp_path: Path) -> None:
    app = app_on(made(8), tmp_path)

    async def go(pilot: Any) -> None:
        await press(pilot, "m n a d")

    drive(app, go)
    again = ReviewApp(Desk(app.desk.path), app.plan, app.memory, who="amal")

    async def look(pilot: Any) -> None:
        assert again.session.collation == app.session.collation

    drive(again, look)
    assert told(again) == ["3 decisions of a session that was not saved are here again"]
    assert again.session.collation.segments(Side.SOURCE) == app.session.collation.segments(Side.SOURCE)
