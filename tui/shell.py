"""The app's state and services: the session on the screen, decisions, questions, display modes."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from types import FrameType
from typing import Any, ClassVar, TypeVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from aligner.errors import AlignerError
from aligner.journal import Session
from aligner.model import Act, Decision
from tui.bidi.layout import Mode
from tui.bidi.terminal import Plan
from tui.bitext import BitextView
from tui.desk import Desk
from tui.filters import BidiFilter
from tui.keys import ACTIONS
from tui.memory import Memory
from tui.panel import flags_text, keys_text, status_text
from tui.picture import repaired
from tui.screens import Choose, DisplayCheck, Help
from tui.themes import DARK, LIGHT
from tui.tidy import Tidying

__all__ = ["Shell"]

_Answer = TypeVar("_Answer")
_PAUSE = 3.0  # seconds


class Shell(App[None]):
    """One record under review."""

    CSS_PATH = "review.tcss"
    TITLE = "muqabala review"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_DISPLAY = "Ctrl+P"
    MODES_CYCLED: ClassVar[Sequence[Mode]] = tuple(Mode)

    session: Session
    view: BitextView

    def __init__(self, desk: Desk, plan: Plan, memory: Memory, *, who: str, terminal: str = "") -> None:
        self.mode = plan.mode
        self._order = BidiFilter(plan.mode)
        super().__init__()
        self.desk, self.plan, self.memory, self.who = desk, plan, memory, who
        self._terminal = terminal
        self.shows_tashkeel = True
        self.opened: tuple[Session, str] | None = None
        self._shown: dict[str, object] = {}
        self._tidying = Tidying()

    # layout

    def compose(self) -> ComposeResult:
        """Lay out title, columns, flags, status."""
        yield Static(id="title", markup=False)
        yield Static(id="flags", markup=False)
        yield Static(id="status", markup=False)

    def on_mount(self) -> None:
        """Put the themes on and tell the terminal who orders the letters."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self.memory.get("theme", "name") or DARK.name
        self._tell_terminal(self.plan.enter)
        self.app_resume_signal.subscribe(self, lambda _: self._came_back())
        with suppress(NotImplementedError, RuntimeError, ValueError, AttributeError):  # Windows; not the main thread
            self._listen_for_stops()
            for ending in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(ending, self.depart)
        self._tidying.begin()
        self.set_interval(_PAUSE, self._tidying.rest)
        self.begin()

    def begin(self) -> None:
        """Open the record, unless it was opened already, and stand where one stopped."""
        self.show_record(*(self.opened or self.desk.open(self.who)))
        self.opened = None

    def show_record(self, session: Session, message: str) -> None:
        """Show the record a session has open, at the row where one stopped."""
        self.session = session
        if not hasattr(self, "view"):
            self.view = BitextView(session.collation, self.mode, id="bitext")
            self.screen_stack[0].mount(self.view, after="#title")
        else:
            self.view.open(session.collation)
        self.view.focus()
        stopped = self.memory.get("bead", str(self.desk.path.resolve()))
        if stopped.isdecimal():
            self.call_after_refresh(self.view.go_to_bead, int(stopped))
        for words in filter(None, (message, self.plan.notice)):
            self.notify(words, timeout=10, markup=False)
        self.call_after_refresh(self.tell)
        if self.plan.is_guess:
            self.ask_display()
        self.plan = replace(self.plan, notice="", is_guess=False)
        self._tidying.hold()

    def put_away(self) -> None:
        """Remember the place and let the record go; its journal holds what was not saved."""
        if self.desk.session is not None:
            self._remember("bead", str(self.desk.path.resolve()), str(self.view.bead))
            self.desk.close()

    def on_unmount(self) -> None:
        """Let Python collect again what the record took."""
        self._tidying.end()

    async def on_event(self, event: events.Event) -> None:
        """Take note of a person at work."""
        if isinstance(event, events.InputEvent):
            self._tidying.heard()
        await super().on_event(event)

    def on_bitext_view_moved(self) -> None:
        """Keep flags and status in step with the cursor."""
        self.tell()

    def tell(self) -> None:
        """Write title, flags and status again, where they changed."""
        left = "" if self.session.is_saved else " *"
        self._say("title", f"{self.desk.path.name}{left}  ·  {self.who}")
        flags = self.screen_stack[0].query_one("#flags", Static)
        flags.border_title = keys_text(self.view)
        self._say("flags", flags_text(self.view, flags.content_size.width))
        self._say("status", status_text(self.view, self.session))

    def _say(self, name: str, content: str | Text) -> None:
        if self._shown.get(name) != content:
            self._shown[name] = content
            self.screen_stack[0].query_one(f"#{name}", Static).update(content, layout=False)

    # decisions

    def decide(self, make: Callable[..., Decision], *values: Any, **named: Any) -> bool:
        """Take a decision; what cannot be done is said, not raised. Tell whether anything changed."""
        session = self.session
        try:
            decision = make(session.collation, *values, who=self.who, when=session.clock(), **named)
            if decision.before == decision.after and decision.act is not Act.NOTED:
                self.refuse("nothing would change")
                return False
            session.do(decision)
        except AlignerError as error:
            self.refuse(str(error))
            return False
        self._changed()
        return True

    def _changed(self) -> None:
        self.view.take(self.session.collation)
        self.tell()

    def refuse(self, words: str) -> None:
        """Say why something was not done, in place of what was said before."""
        self.clear_notifications()
        self.notify(words, severity="warning", markup=False)

    def ask(self, screen: ModalScreen[_Answer | None], then: Callable[[_Answer], object]) -> None:
        """Ask, and go on only if there is an answer."""

        def answered(answer: _Answer | None) -> None:
            if answer is not None:
                then(answer)

        self.push_screen(screen, answered)

    def action_undo(self) -> None:
        """Take back the last decision."""
        self._turn(self.session.undo, "nothing to undo")

    def action_redo(self) -> None:
        """Take the last undone decision again."""
        self._turn(self.session.redo, "nothing to redo")

    def _turn(self, turn: Callable[[], Decision | None], none: str) -> None:
        try:
            decision = turn()
        except AlignerError as error:
            self.refuse(str(error))
            return
        if decision is None:
            self.refuse(none)
            return
        self._changed()
        earlier = self.session.collation.decisions[int(decision.on.removeprefix("ch.")) - 1]
        self.notify(f"{decision.act}: {earlier.act} {earlier.on}", timeout=2, markup=False)

    def action_save(self) -> None:
        """Fold the journal into the record."""
        try:
            self.session.save()
        except AlignerError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.tell()
        self.notify(f"saved: {self.desk.path.name}", markup=False)

    def action_leave(self) -> None:
        """Remember the place and go; ask what becomes of decisions that are not in the record yet."""
        self.settled(self.depart)

    def settled(self, then: Callable[[], object]) -> None:
        """Go on once the person has said whether unsaved decisions go into the record or stay in its journal."""
        if self.desk.session is None or self.session.is_saved:
            then()
            return

        def answered(k: int) -> None:
            if k == 0:
                self.action_save()
            if k == 1 or self.session.is_saved:
                then()

        choices = ["save them into the record", "leave them in the journal; they are here again next time"]
        self.ask(Choose("There are decisions the record does not hold yet. Esc goes back.", choices), answered)

    def depart(self) -> None:
        """Go at once; the journal holds what was not saved."""
        self.put_away()
        self.exit()

    async def action_quit(self) -> None:
        """Leave, whichever key was pressed."""
        self.action_leave()

    def _remember(self, kind: str, key: str, value: str) -> None:
        try:
            self.memory.put(kind, key, value)
        except (AlignerError, OSError) as error:
            self.refuse(f"not remembered: {error}")

    # display

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let every widget show Arabic."""
        if self._order.mode is not self.mode:
            self._order = BidiFilter(self.mode)  # one filter as long as it serves: Textual keeps what it made of a line
        return [*super().get_line_filters(), self._order]

    def action_next_mode(self) -> None:
        """Show Arabic another way."""
        modes = list(self.MODES_CYCLED)
        self.show_as(modes[(modes.index(self.mode) + 1) % len(modes)])

    def show_as(self, mode: Mode) -> None:
        """Show Arabic in this mode, and switch the terminal's own ordering to fit."""
        if mode.is_visual != self.mode.is_visual:
            self._tell_terminal(self.plan.enter if mode.is_visual else self.plan.leave)
        self.mode = mode
        self.view.show_as(mode, tashkeel=self.shows_tashkeel)
        self.refresh(layout=True)
        self.tell()

    def action_tashkeel(self) -> None:
        """Show or hide vowel marks; the text itself keeps them."""
        self.shows_tashkeel = not self.shows_tashkeel
        self.view.show_as(self.mode, tashkeel=self.shows_tashkeel)

    def action_display_check(self) -> None:
        """Ask which line reads correctly, and keep the answer for this terminal."""

        def answered(mode: Mode) -> None:
            self.show_as(mode)
            self._remember("display", self._terminal, mode)

        self.ask(DisplayCheck(), answered)

    def ask_display(self) -> None:
        """Ask how Arabic reads where nothing could be found out; Esc leaves things as they are, for good."""

        def answered(mode: Mode | None) -> None:
            if mode is not None:
                self.show_as(mode)
            self._remember("display", self._terminal, mode or "auto")

        self.push_screen(DisplayCheck(), answered)

    def action_switch_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        self._remember("theme", "name", self.theme)

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(Help())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action in the palette."""
        for action in ACTIONS:
            method = getattr(self, f"action_{action.name}", None)
            if method is not None:
                yield SystemCommand(action.does, action.shown, method)
        yield SystemCommand("Suspend", "back to the shell; fg returns", self.action_suspend_process)
        yield SystemCommand("Screenshot", "an SVG picture in the working folder", self.deliver_screenshot)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """Draw the screen as SVG, with Arabic as the terminal shows it."""
        return repaired(super().export_screenshot(title=title, simplify=simplify))

    def _tell_terminal(self, sequence: str) -> None:
        if sequence and self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    def _listen_for_stops(self) -> None:
        """Give the terminal its own ordering back before Textual stops the process, whoever asks for it."""
        stop = signal.getsignal(signal.SIGTSTP)
        if callable(stop):  # a driver that can be suspended has put it there

            def leave_and_stop(number: int, frame: FrameType | None) -> None:
                self._tell_terminal(self.plan.leave)
                stop(number, frame)

            signal.signal(signal.SIGTSTP, leave_and_stop)

    def _came_back(self) -> None:
        if self.mode.is_visual:
            self._tell_terminal(self.plan.enter)
        self.refresh(layout=True)

    def leave_terminal(self) -> None:
        """Give the terminal its own ordering back, once the screen is the user's again."""
        if self.plan.leave and sys.__stdout__ is not None:
            sys.__stdout__.write(self.plan.leave)
            sys.__stdout__.flush()
