"""The review app: opens a record, or makes it first, and shows it on this terminal."""

from __future__ import annotations

import os
from pathlib import Path

from aligner.errors import AlignerError, SettingError
from tui.align_actions import AlignActions
from tui.bidi.layout import Mode
from tui.bidi.terminal import Plan, choose, identity, probe
from tui.desk import Desk
from tui.file_actions import Collate, FileActions
from tui.find_actions import FindActions
from tui.flag_actions import FlagActions
from tui.memory import Memory, reviewer
from tui.screens import Working

__all__ = ["ReviewApp", "run"]

_SETTINGS = ("auto", *Mode)


class ReviewApp(AlignActions, FlagActions, FindActions, FileActions):
    """Everything a reviewer does, on one screen."""

    def __init__(
        self,
        desk: Desk,
        plan: Plan,
        memory: Memory,
        *,
        who: str,
        terminal: str = "",
        texts: tuple[Path, ...] = (),
        collate: Collate | None = None,
    ) -> None:
        super().__init__(desk, plan, memory, who=who, terminal=terminal)
        self._texts, self.collate = texts, collate
        self.failure: AlignerError | None = None

    def begin(self) -> None:
        """Open the record; make it first if texts were given."""
        if self._texts:
            self.start_collating(self._texts, self.desk)
        else:
            super().begin()

    def failed(self, error: AlignerError, working: Working) -> None:
        """Without a record to go back to, leave and let the shell say why."""
        if self.desk.session is not None:
            super().failed(error, working)
            return
        self.failure = error
        self.exit(return_code=1)


def run(
    path: Path,
    *,
    texts: tuple[Path, ...] = (),
    collate: Collate | None = None,
    who: str = "",
    bidi: str = "auto",
) -> None:
    """Review a record on this terminal.

    Args:
        path: the TEI record.
        texts: source and translation, or the translation alone, to collate first and write to ``path``.
        collate: collates texts, in a worker that can be stopped; None leaves collating out.
        who: the reviewer; empty takes the name git knows.
        bidi: who orders Arabic: auto, app, app+lro, terminal, plain; also MUQABALA_BIDI.

    Raises:
        AlignerError: the record cannot be read, or not made; or it is to be made and is there already.
    """
    if texts and path.exists():
        raise SettingError(
            "a record is there already, perhaps with decisions in it",
            where=str(path),
            remedy="review it as it is, move it away, or choose another name",
        )
    memory, answers = Memory(), probe()
    wish = bidi if bidi != "auto" else os.environ.get("MUQABALA_BIDI", "auto")
    if wish not in _SETTINGS:
        raise SettingError(f"there is no way {wish!r} to show Arabic", remedy=f"use {', '.join(_SETTINGS)}")
    terminal = identity(os.environ, answers)
    plan = choose(os.environ, answers, setting=wish, saved=memory.get("display", terminal))
    desk, who = Desk(path), who or reviewer()
    app = ReviewApp(desk, plan, memory, who=who, terminal=terminal, texts=texts, collate=collate)
    if not texts:
        app.opened = desk.open(who)  # now, so that a fault is told before the screen changes
    try:
        app.run()
    finally:
        app.leave_terminal()
        desk.close()
    if app.failure is not None:
        raise app.failure
    if app.return_code:  # a bug; Textual has printed where
        raise SystemExit(app.return_code)
