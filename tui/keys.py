"""Every action with its keys: the one table that the bindings, the help and the palette read.

An Arabic keyboard sends Arabic letters, so that each letter key has the letter that lies on it as an
alias. The key of لا sends two letters and is left out (TERMINALS.md, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["ACTIONS", "Action", "help_rows", "hints", "latin", "named"]

# Windows Arabic (101) layout; shifted keys that yield a mark or a sign have no alias
_ON_ARABIC_KEYBOARD = dict(zip("qwertyuiop[]asdfghjkl;'zxcnm,./", "ضصثقفغعهخحجدشسيبلاتنمكطئءرىةوزظ", strict=True))


class Action(NamedTuple):
    """An action: its name, its keys in Textual's notation, what it does, its place in the help."""

    name: str
    keys: tuple[str, ...]
    does: str
    group: str

    @property
    def bound(self) -> str:
        """Give all keys, with those of an Arabic keyboard, as a binding wants them."""
        return ",".join((*self.keys, *self.aliases))

    @property
    def aliases(self) -> tuple[str, ...]:
        """Give the Arabic letters that lie on the plain letter keys."""
        signs = {"slash": "/"}
        plain = (signs.get(key, key) for key in self.keys)
        return tuple(_ON_ARABIC_KEYBOARD[key] for key in plain if key in _ON_ARABIC_KEYBOARD)

    @property
    def shown(self) -> str:
        """Give all keys as a person reads them."""
        return " ".join(map(_shown, (*self.keys, *self.aliases)))


_MOVE, _ALIGN, _FLAG, _FIND, _WORK = "Move", "Alignment", "Flags", "Find", "Work"

ACTIONS = (
    Action("next_row", ("j", "down"), "Next row", _MOVE),
    Action("previous_row", ("k", "up"), "Previous row", _MOVE),
    Action("page_down", ("pagedown",), "Page down", _MOVE),
    Action("page_up", ("pageup",), "Page up", _MOVE),
    Action("first_row", ("g", "home"), "First row", _MOVE),
    Action("last_row", ("G", "end"), "Last row", _MOVE),
    Action("go_to", ("colon", "ctrl+g"), "Go to row", _MOVE),
    Action("other_side", ("tab",), "Other side", _MOVE),
    Action("word_left", ("left",), "Word to the left; its links light up", _MOVE),
    Action("word_right", ("right",), "Word to the right", _MOVE),
    Action("select_left", ("shift+left",), "Select to the left", _MOVE),
    Action("select_right", ("shift+right",), "Select to the right", _MOVE),
    Action("clear", ("escape",), "Drop selection, search and filter", _MOVE),
    Action("confirm", ("enter",), "Confirm the row, go to the next unconfirmed", _ALIGN),
    Action("confirm_above", ("A",), "Confirm all rows down to here", _ALIGN),
    Action("doubt", ("r",), "Mark the row as needing review", _ALIGN),
    Action("unmark", ("z",), "Take the mark off the row", _ALIGN),
    Action("merge", ("m",), "Merge the row with the next", _ALIGN),
    Action("split", ("s",), "Split the row between its sentences", _ALIGN),
    Action("move_down", ("J", "shift+down"), "Last sentence of this side to the next row", _ALIGN),
    Action("move_up", ("K", "shift+up"), "First sentence of this side to the row before", _ALIGN),
    Action("unlink", ("d",), "Put the two sides apart", _ALIGN),
    Action("link", ("space",), "Pick the row up; again on a neighbour: link them", _ALIGN),
    Action("missing", ("o",), "Mark as omission or addition", _ALIGN),
    Action("split_sentence", ("e",), "Split a sentence at a place", _ALIGN),
    Action("join_sentence", ("E",), "Join the sentence with the next", _ALIGN),
    Action("accept", ("a",), "Accept the flag", _FLAG),
    Action("reject", ("x",), "Reject the flag", _FLAG),
    Action("next_flag", ("f",), "Next flag of the row", _FLAG),
    Action("category", ("c",), "Change the category", _FLAG),
    Action("direction", ("t",), "Change the direction", _FLAG),
    Action("add_flag", ("plus", "equals_sign"), "Flag the words selected on both sides", _FLAG),
    Action("note", ("w",), "Write a note on the flag", _FLAG),
    Action("accept_group", ("ctrl+a",), "Accept all open flags of this category shown", _FLAG),
    Action("next_open", ("n",), "Next row with an open flag", _FIND),
    Action("previous_open", ("N",), "Previous row with an open flag", _FIND),
    Action("next_low", ("l",), "Next row of low confidence", _FIND),
    Action("search", ("slash", "ctrl+f"), "Search both sides", _FIND),
    Action("next_hit", ("f3",), "Next hit", _FIND),
    Action("previous_hit", ("shift+f3",), "Previous hit", _FIND),
    Action("filter", ("v",), "Show only some rows", _FIND),
    Action("undo", ("u", "ctrl+z"), "Undo", _WORK),
    Action("redo", ("U", "ctrl+y"), "Redo", _WORK),
    Action("copy", ("y",), "Copy the selection, or the pair", _WORK),
    Action("save", ("ctrl+s",), "Save into the record", _WORK),
    Action("export", ("ctrl+e",), "Export in another form", _WORK),
    Action("open", ("ctrl+o",), "Open another record", _WORK),
    Action("collate", ("ctrl+n",), "Collate another pair of texts", _WORK),
    Action("tashkeel", ("h",), "Show or hide vowel marks", _WORK),
    Action("next_mode", ("f2",), "Another way of showing Arabic", _WORK),
    Action("display_check", ("f4",), "Display check: which line reads correctly?", _WORK),
    Action("switch_theme", ("f5",), "Light or dark", _WORK),
    Action("help", ("f1", "question_mark"), "This help", _WORK),
    Action("leave", ("q", "ctrl+q"), "Quit; nothing decided is lost", _WORK),
)

_SHOWN = {
    "slash": "/", "colon": ":", "question_mark": "?", "plus": "+", "equals_sign": "=", "down": "↓", "up": "↑",
    "left": "←", "right": "→", "pagedown": "PgDn", "pageup": "PgUp", "space": "Space", "enter": "Enter",
    "escape": "Esc", "tab": "Tab", "home": "Home", "end": "End",
}  # fmt: skip


def named(name: str) -> Action:
    """Give the action of that name.

    >>> named("merge").bound
    'm,ة'
    """
    return next(action for action in ACTIONS if action.name == name)


def latin(char: str) -> str:
    """Give the Latin letter on the key that sends an Arabic one; any other character as it is.

    >>> latin("ش"), latin("x")
    ('a', 'x')
    """
    return next((key for key, letter in _ON_ARABIC_KEYBOARD.items() if letter == char), char)


def hints(names: Sequence[str]) -> str:
    """Give key and first words of some actions, in one line.

    >>> hints(["accept", "reject"])
    'a accept · x reject'
    """
    return " · ".join(f"{_shown(named(name).keys[0])} {name.replace('_', ' ')}" for name in names)


def help_rows() -> list[tuple[str, str, str]]:
    """Give group, keys and description of every action, for a person to read.

    >>> ("Alignment", "m ة", "Merge the row with the next") in help_rows()
    True
    """
    return [(action.group, action.shown, action.does) for action in ACTIONS]


def _shown(key: str) -> str:
    parts = [_SHOWN.get(part, part) for part in key.split("+")]
    is_name = len(parts) > 1 or key[1:].isdecimal()
    return "+".join(part.capitalize() if is_name else part for part in parts)
