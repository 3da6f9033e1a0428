"""The review app: opens a record, or makes it first, and shows it on this terminal."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from textual import work
from textual.worker import get_current_worker

from aligner import tei
from aligner.errors import AlignerError, SettingError
from aligner.model import Collation
from tui.align_actions import AlignActions
from tui.bidi.layout import Mode
from tui.bidi.terminal import Plan, choose, identity, probe
from tui.desk import Desk
from tui.find_actions import FindActions
from tui.flag_actions import FlagActions
from tui.memory import Memory, reviewer
from tui.screens import Choose, Working

__all__ = ["Make", "ReviewApp", "run"]

Progress = Callable[[str, int, int], None]
Make = Callable[[Progress], Collation]
"""Makes the collation, telling how far it has come; called in a thread of its own."""

_SETTINGS = ("auto", *Mode)


class _Stopped(Exception):
    """The person cancelled the work."""


class ReviewApp(AlignActions, FlagActions, FindActions):
    """Everything a reviewer does, on one screen."""

    def __init__(
        self,
        desk: Desk,
        plan: Plan,
        memory: Memory,
        *,
        who: str,
        terminal: str = "",
        make: Make | None = None,
        keep: Callable[[Collation], None] | None = None,
    ) -> None:
        super().__init__(desk, plan, memory, who=who, terminal=terminal)
        self._make, self._keep = make, keep
        self.failure: AlignerError | None = None

    def begin(self) -> None:
        """Open the record; make it first if it is to be made."""
        if self._make is None:
            super().begin()
            return
        working = Working("Collating")
        self.push_screen(working, self._stop)
        self._collate(self._make, working)

    def _stop(self, finished: bool | None) -> None:
        if not finished:
            self.workers.cancel_all()
            self.exit()

    @work(thread=True, exclusive=True)
    def _collate(self, make: Make, working: Working) -> None:
        worker = get_current_worker()

        def progress(stage: str, done: int, of: int) -> None:
            if worker.is_cancelled:
                raise _Stopped
            self.call_from_thread(working.tell, stage, done, of)

        try:
            collation = make(progress)
            if worker.is_cancelled:
                return
            if self._keep is not None:
                self._keep(collation)
        except _Stopped:
            return
        except AlignerError as error:
            self.failure = error
            self.call_from_thread(self.exit, return_code=1)
            return
        self.call_from_thread(self._made, working)

    def _made(self, working: Working) -> None:
        working.dismiss(True)
        super().begin()

    def action_export(self) -> None:
        """Choose a format and write the collation beside the record."""
        forms = list(self.desk.exports())

        def then(k: int) -> None:
            try:
                written = self.desk.export(self.session.collation, forms[k])
            except AlignerError as error:
                self.notify(str(error), severity="error", markup=False)
                return
            self.notify(f"written: {written}", markup=False)

        self.ask(Choose("Export as", forms), then)


def run(path: Path, *, make: Make | None = None, who: str = "", bidi: str = "auto") -> None:
    """Review a record on this terminal.

    Args:
        path: the TEI record.
        make: makes the collation first, in a worker that can be stopped; it is then written to ``path``.
        who: the reviewer; empty takes the name git knows.
        bidi: who orders Arabic: auto, app, app+lro, terminal, plain; also MUQABALA_BIDI.

    Raises:
        AlignerError: the record cannot be read, or not made; or it is to be made and is there already.
    """
    if make is not None and path.exists():
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
    desk = Desk(path)
    if make is None:
        tei.read(path)  # so that a fault is told before the screen changes
    app = ReviewApp(desk, plan, memory, who=who or reviewer(), terminal=terminal, make=make, keep=desk.keep)
    try:
        app.run()
    finally:
        app.leave_terminal()
        desk.close()
    if app.failure is not None:
        raise app.failure
