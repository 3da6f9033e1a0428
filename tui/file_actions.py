"""Keys that deal with files: export in every form, collate another pair, open another record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import work
from textual.worker import get_current_worker

from aligner.errors import AlignerError
from aligner.forms import FORMS, Form
from aligner.model import Collation
from tui.desk import Desk, named_path
from tui.screens import Ask, Choose, Working
from tui.shell import Shell

__all__ = ["Collate", "FileActions", "Progress"]

Progress = Callable[[str, int, int], None]
Collate = Callable[[tuple[Path, ...], Progress], Collation]
"""Collates one text or two, telling how far it has come; called in a thread of its own."""


class _Stopped(Exception):
    """The person cancelled the work."""


class FileActions(Shell):
    """Give out, make, open."""

    collate: Collate | None = None

    # export

    def action_export(self) -> None:
        """Choose a form, then a file; nothing is replaced without asking."""
        shown = [f"{form.name:<9} {form.does}" for form in FORMS]
        self.ask(Choose("Export as", shown), lambda k: self._ask_goal(FORMS[k], str(self.desk.suggested(FORMS[k]))))

    def _ask_goal(self, form: Form, suggested: str) -> None:
        def then(words: str) -> None:
            goal = named_path(words)
            if goal.is_file():
                question = f"{goal.name} is there already. Replace it?"
                self.ask(Choose(question, ["replace it", "choose another name"], 1), lambda k: replaced(k, goal))
            else:
                self._export(form, goal)

        def replaced(k: int, goal: Path) -> None:
            if k == 0:
                self._export(form, goal)
            else:
                self._ask_goal(form, str(goal))

        self.ask(Ask(f"Write {form.name} to", suggested), then)

    @work(thread=True, group="export")
    def _export(self, form: Form, goal: Path) -> None:
        try:
            self.desk.export(self.session.collation, form, goal)
        except AlignerError as error:
            self.call_from_thread(self._not_exported, form, goal, str(error))
            return
        self.call_from_thread(self.notify, f"written: {goal}", markup=False)

    def _not_exported(self, form: Form, goal: Path, why: str) -> None:
        self.notify(why, severity="error", markup=False)
        self._ask_goal(form, str(goal))

    # another pair, another record

    def action_collate(self) -> None:
        """Ask for two texts and a record, collate in the background, then show the record."""
        if self.collate is None:
            self.refuse("start the app with `muqabala review` to collate from here")
            return
        self.settled(self._ask_source)

    def _ask_source(self, suggested: str = "") -> None:
        def then(words: str) -> None:
            if not words.strip() or self._is_text(words):
                self._ask_target((named_path(words),) if words.strip() else ())
            else:
                self._ask_source(words)

        self.ask(Ask("English source (a file; empty if there is none)", suggested), then)

    def _ask_target(self, source: tuple[Path, ...], suggested: str = "") -> None:
        def then(words: str) -> None:
            if self._is_text(words):
                path = named_path(words)
                self._ask_record((*source, path), str(path.with_suffix(".xml")))
            else:
                self._ask_target(source, words)

        self.ask(Ask("Arabic translation (a file)", suggested), then)

    def _is_text(self, words: str) -> bool:
        """Tell whether there is such a file; say so where there is none."""
        is_there = named_path(words).is_file()
        if not is_there:
            self.refuse(f"there is no file {named_path(words)}")
        return is_there

    def _ask_record(self, texts: tuple[Path, ...], suggested: str) -> None:
        def then(words: str) -> None:
            record = named_path(words)
            if record.exists() or not record.parent.is_dir():
                why = "is there already; Ctrl+O opens it" if record.exists() else "is in a folder that does not exist"
                self.refuse(f"{record} {why}")
                self._ask_record(texts, words)
                return
            self.start_collating(texts, Desk(record))

        self.ask(Ask("Write the record to", suggested), then)

    def start_collating(self, texts: tuple[Path, ...], desk: Desk) -> None:
        """Collate in a thread under a bar that Esc stops."""
        working = Working("Collating")
        self.push_screen(working, lambda finished: None if finished else self.stopped())
        self._collate(texts, desk, working)

    def stopped(self) -> None:
        """Stop collating; the record that was open stays open."""
        self.workers.cancel_group(self, "collate")
        if self.desk.session is None:
            self.exit()

    @work(thread=True, exclusive=True, group="collate")
    def _collate(self, texts: tuple[Path, ...], desk: Desk, working: Working) -> None:
        worker = get_current_worker()

        def progress(stage: str, done: int, of: int) -> None:
            if worker.is_cancelled:
                raise _Stopped
            self.call_from_thread(working.tell, stage, done, of)

        try:
            assert self.collate is not None
            collation = self.collate(texts, progress)
            if worker.is_cancelled:
                return
            desk.keep(collation)
        except _Stopped:
            return
        except AlignerError as error:
            self.call_from_thread(self.failed, error, working)
            return
        self.call_from_thread(self._collated, desk, working)

    def failed(self, error: AlignerError, working: Working) -> None:
        """Say why nothing was made."""
        working.dismiss(True)
        self.notify(str(error), severity="error", timeout=15, markup=False)

    def _collated(self, desk: Desk, working: Working) -> None:
        working.dismiss(True)
        self.turn_to(desk)

    def action_open(self) -> None:
        """Ask for another record and show it."""

        def then(words: str) -> None:
            desk = Desk(named_path(words))
            if desk.path.resolve() == self.desk.path.resolve():
                self.refuse("this record is open already")
                return
            self.settled(lambda: self.turn_to(desk))

        self.ask(Ask("Open the record"), then)

    def turn_to(self, desk: Desk) -> None:
        """Show another record; the one before is let go, its unsaved decisions kept in its journal."""
        try:
            opened = desk.open(self.who)
        except AlignerError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        if desk is not self.desk:
            self.put_away()
            self.desk = desk
        self.show_record(*opened)
