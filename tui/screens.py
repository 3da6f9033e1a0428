"""What the app asks: a choice, a line of text, a look at the display, patience."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.filter import LineFilter
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, ProgressBar, Static
from textual.widgets.option_list import Option

from tui.bidi.layout import Mode, Para
from tui.filters import BidiFilter
from tui.keys import help_rows, latin

__all__ = ["Ask", "BidiInput", "Choose", "DisplayCheck", "Help", "Working"]

_ESCAPE: list[BindingType] = [("escape", "dismiss(None)", "Close")]
_KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
_SIGNS = """
[b]Signs[/b]      ●99 ◐65 ○30  how sure the machine is of a row, in hundredths: high, middle, low
           ✓ confirmed   ? needs review   ✎ corrected by a person   ⚑2 two flags   + picked up (Space)
           ◀ ▶ the active side: Tab changes it
[b]Mouse[/b]      click: go to the word, and to the flag on it   drag: select   wheel: scroll
"""
_SAMPLE = "«لا سلام» (BBC) 2016"


class BidiInput(Input):
    """A line to type in that shows Arabic from the right, joined, with the cursor at its letter."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Order the whole line, not field by field."""
        return [each.whole() if isinstance(each, BidiFilter) else each for each in super().get_line_filters()]


class Choose(ModalScreen[int | None]):
    """Offer numbered choices; answers with the number of the one taken, from 0, or None."""

    BINDINGS: ClassVar[list[BindingType]] = _ESCAPE

    def __init__(self, question: str, choices: Sequence[str], at: int = 0) -> None:
        super().__init__()
        self._question, self._choices, self._at = question, choices, at

    def compose(self) -> ComposeResult:
        """Lay out the question over the choices."""
        with Vertical(classes="box"):
            yield Label(self._question, classes="ask", markup=False)
            yield OptionList(
                *(Option(f"{key}  {each}") for key, each in zip(_KEYS, self._choices, strict=False)), markup=False
            )

    def on_mount(self) -> None:
        """Stand on the present choice."""
        self.query_one(OptionList).highlighted = self._at

    def on_key(self, event: events.Key) -> None:
        """Take a choice by its digit, of any script, or by its letter on either keyboard."""
        char = event.character or ""
        key = str(int(char)) if char.isdecimal() else latin(char)
        if key and key in _KEYS[: len(self._choices)]:
            event.stop()
            self.dismiss(_KEYS.index(key))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the choice under the cursor."""
        self.dismiss(event.option_index)


class Ask(ModalScreen[str | None]):
    """Ask for a line in English or Arabic."""

    BINDINGS: ClassVar[list[BindingType]] = _ESCAPE

    def __init__(self, question: str, value: str = "") -> None:
        super().__init__()
        self._question, self._value = question, value

    def compose(self) -> ComposeResult:
        """Lay out the question over the line."""
        with Vertical(classes="box"):
            yield Label(self._question, classes="ask", markup=False)
            yield BidiInput(self._value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the line."""
        self.dismiss(event.value)


class Help(ModalScreen[None]):
    """All keys, by group."""

    BINDINGS: ClassVar[list[BindingType]] = [*_ESCAPE, ("q,f1,question_mark", "dismiss(None)", "Close")]

    def compose(self) -> ComposeResult:
        """Lay out the table of keys."""
        table = Table.grid(padding=(0, 2))
        last = ""
        for group, keys, does in help_rows():
            table.add_row(f"[b]{group}[/b]" if group != last else "", keys.replace("[", r"\["), does)
            last = group
        with Vertical(classes="box", id="help"):
            yield Label("Keys (letters work on an Arabic keyboard too)", classes="ask")
            with VerticalScroll():
                yield Static(table)
                yield Static(_SIGNS)


class _Sample(Static):
    """A line that reaches the terminal exactly as it was made."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Leave out the filter that orders lines: the sample is in the order of its own mode."""
        return [each for each in super().get_line_filters() if not isinstance(each, BidiFilter)]


class DisplayCheck(ModalScreen[Mode | None]):
    """Show one line in every mode; the reader says which is right."""

    BINDINGS: ClassVar[list[BindingType]] = _ESCAPE
    OFFERED = (Mode.APP, Mode.APP_LRO, Mode.TERMINAL)

    def compose(self) -> ComposeResult:
        """Lay out the samples."""
        with Vertical(classes="box"):
            yield Label("Which line reads correctly? It says: “No peace” (BBC) 2016", classes="ask", markup=False)
            for number, mode in enumerate(self.OFFERED, 1):
                para = Para(_SAMPLE, "rtl", mode)
                yield _Sample(f"{number}   {para.visual_line(para.whole(), width=30).text}", markup=False)
            yield Label("Press its number; 0 if none does; Esc to leave things as they are", classes="ask")

    def on_key(self, event: events.Key) -> None:
        """Take the answer."""
        if event.character and event.character.isdecimal() and int(event.character) <= len(self.OFFERED):
            event.stop()
            number = int(event.character)
            self.dismiss(self.OFFERED[number - 1] if number else Mode.PLAIN)


class Working(ModalScreen[bool]):
    """Show how far long work has come; Esc asks it to stop."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(False)", "Cancel")]

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def compose(self) -> ComposeResult:
        """Lay out the bar."""
        with Vertical(classes="box"):
            yield Label(self._what, classes="ask", id="what", markup=False)
            yield ProgressBar(show_eta=False)
            yield Label("Esc stops it")

    def tell(self, stage: str, done: int, of: int) -> None:
        """Move the bar."""
        self.query_one("#what", Label).update(f"{self._what}: {stage}")
        self.query_one(ProgressBar).update(total=max(of, 1), progress=done)
