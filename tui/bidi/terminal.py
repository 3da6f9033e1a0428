"""Ask the terminal who orders Arabic, and choose how to show it.

``probe`` talks to the terminal, before the app starts; ``choose`` is pure. What is written here about
single terminals was measured or read in their sources (TERMINALS.md, sections 1 and 3.2).
"""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui.bidi.layout import Mode

__all__ = ["Answers", "Plan", "choose", "identity", "parse", "probe"]

_PATIENCE = 0.25  # seconds; terminals measured answered in 1 to 24 ms
_LAM_ALEF = "\N{ARABIC LETTER LAM}\N{ARABIC LETTER ALEF}"
# name and version; mode 8 (BDSM); where the cursor is after lam-alef, after a mark; DA1 as the fence
_QUESTIONS = f"\x1b[>0q\x1b[8$p\r{_LAM_ALEF}\x1b[6n\r\x1b[K\N{RIGHT-TO-LEFT MARK}a\x1b[6n\r\x1b[K\x1b[c"
_FENCE = re.compile(rb"\x1b\[\?[\d;]*c")
_NAME = re.compile(rb"\x1bP>\|([^\x1b]*)\x1b")
_BDSM = re.compile(rb"\x1b\[8;(\d)\$y")
_CURSOR = re.compile(rb"\x1b\[\d+;(\d+)R")

_BDSM_OFF, _BDSM_ON = "\x1b[8l", "\x1b[8h"
_KONSOLE = "\x1b]50;BidiRenderingEnabled={}\x07"
_MLTERM = "\x1b]5379;use_ctl={}\x07"
_LEFT_TO_RIGHT = ("alacritty", "foot", "rxvt", "xterm-ghostty")  # names of TERM only they use; none reorders
_VTE_WITH_BIDI = 5800
_ITERM_WITH_BIDI = (3, 7)
_KITTY_NOTICE = "kitty turns every word round by itself; add 'force_ltr yes' to kitty.conf, or press F2"
_ITERM_NOTICE = "this iTerm2 orders Arabic itself; Settings > General > Experimental turns it off"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the terminal said; empty or None where it said nothing."""

    name: str = ""
    bdsm: int | None = None
    lam_alef: int | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How to show Arabic here: what to send on entering and on leaving, and why."""

    mode: Mode
    why: str
    enter: str = ""
    leave: str = ""
    notice: str = ""
    is_certain: bool = False
    is_guess: bool = False
    """Nothing told which terminal it is: a person has to look."""


def probe(*, patience: float = _PATIENCE, device: str = "/dev/tty") -> Answers:
    """Ask the terminal in one round trip; without a terminal there are no answers."""
    try:
        import termios
        import tty

        terminal = os.open(device, os.O_RDWR | os.O_NOCTTY)
    except (ImportError, OSError):
        return Answers()
    try:
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
        try:
            os.write(terminal, _QUESTIONS.encode())
            return parse(_listen(terminal, patience))
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
    except (termios.error, OSError):
        return Answers()
    finally:
        os.close(terminal)


def _listen(terminal: int, patience: float) -> bytes:
    heard, end = b"", time.monotonic() + patience
    while (left := end - time.monotonic()) > 0 and not _FENCE.search(heard):
        if select.select([terminal], [], [], left)[0]:
            heard += os.read(terminal, 1024)
    return heard


def parse(heard: bytes) -> Answers:
    r"""Read the replies out of what came back.

    >>> parse(b"\x1bP>|VTE(7000)\x1b\\\x1b[8;1$y\x1b[1;3R\x1b[1;2R\x1b[?65c")
    Answers(name='VTE(7000)', bdsm=1, lam_alef=2, mark=0)
    """
    name, bdsm, columns = _NAME.search(heard), _BDSM.search(heard), _CURSOR.findall(heard)
    both = len(columns) == 2
    return Answers(
        name=name[1].decode("utf-8", "replace") if name else "",
        bdsm=int(bdsm[1]) if bdsm else None,
        lam_alef=int(columns[0]) - 1 if both else None,
        mark=int(columns[1]) - 2 if both else None,
    )


def identity(env: Mapping[str, str], answers: Answers) -> str:
    """Name the terminal, as the key under which a person's display check is kept.

    >>> identity({"TERM": "xterm-256color"}, Answers(name="XTerm(379)"))
    'XTerm(379)'
    """
    named = answers.name or " ".join(filter(None, (env.get("TERM_PROGRAM", ""), env.get("TERM_PROGRAM_VERSION", ""))))
    outer = " in tmux" if _is_multiplexed(env, answers) else ""
    return (named or env.get("TERM", "") or "unknown") + outer * (not named.startswith("tmux"))


def _is_multiplexed(env: Mapping[str, str], answers: Answers) -> bool:
    by_term = env.get("TERM", "").startswith(("tmux", "screen"))
    return by_term or "TMUX" in env or answers.name.startswith("tmux")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:2])


def choose(env: Mapping[str, str], answers: Answers, *, setting: str = "auto", saved: str = "") -> Plan:
    """Choose the mode and the sequences: a setting first, then a saved check, answers, environment.

    >>> choose({}, Answers(bdsm=1)).enter == "\\x1b[8l"
    True
    """
    found = _by_answer(answers) or _by_name(env, answers) or _by_environment(env, answers)
    found = found or Plan(Mode.APP, "no terminal known to reorder", is_guess=not _is_known(env, answers))
    for wish, why in ((setting, "as set"), (saved, "as you chose in the display check")):
        if wish and wish != "auto":
            return _wished(Mode(wish), why, found)
    return replace(found, is_guess=False) if saved else found


def _is_known(env: Mapping[str, str], answers: Answers) -> bool:
    """Tell whether a terminal that is none of those that reorder said which it is; inside tmux none can."""
    if _is_multiplexed(env, answers):
        return False
    told = (answers.name, env.get("TERM_PROGRAM", ""), "WT_SESSION" in env)
    return any(told) or env.get("TERM", "").startswith(_LEFT_TO_RIGHT)


def _wished(mode: Mode, why: str, found: Plan) -> Plan:
    """Keep the switch of the terminal where its state can be restored and the mode needs it."""
    if not mode.is_visual or not found.is_certain:
        return Plan(mode, why, is_certain=True)
    return Plan(mode, why, found.enter, found.leave, is_certain=True)


def _by_answer(answers: Answers) -> Plan | None:
    """Trust the reply to DECRQM 8: 1 and 2 can be switched, 3 is always on, 4 always off."""
    if answers.bdsm == 1:
        return Plan(Mode.APP, "the terminal's bidi is off meanwhile", _BDSM_OFF, _BDSM_ON, is_certain=True)
    if answers.bdsm in (2, 4):
        return Plan(Mode.APP, "the terminal's bidi is off", is_certain=True)
    if answers.bdsm == 3:
        return Plan(Mode.TERMINAL, "the terminal's bidi cannot be turned off", is_certain=True)
    return None


def _by_name(env: Mapping[str, str], answers: Answers) -> Plan | None:
    """Trust the terminal's own name (XTVERSION), or what only one terminal does."""
    name = answers.name.lower()
    if "konsole" in name:
        return _switched(_KONSOLE, "Konsole", env)
    if "mlterm" in name or answers.lam_alef == 1:
        return _switched(_MLTERM, "mlterm", env)
    if "kitty" in name:
        return Plan(Mode.APP, "kitty", notice=_KITTY_NOTICE)
    if "iterm2" in name:
        return _iterm(_version(name.removeprefix("iterm2")))
    return None


def _by_environment(env: Mapping[str, str], answers: Answers) -> Plan | None:
    """Fall back on variables, which tmux, ssh and nested terminals inherit from another terminal."""
    inside, program = _is_multiplexed(env, answers), env.get("TERM_PROGRAM", "")
    if answers.name and not inside:  # it told its name, and it is none that reorders
        return None
    if "MLTERM" in env and not inside:
        return _switched(_MLTERM, "mlterm", env)
    if env.get("KONSOLE_VERSION"):
        return _switched(_KONSOLE, "Konsole", env)
    if inside and env.get("VTE_VERSION", "").isdecimal() and int(env["VTE_VERSION"]) >= _VTE_WITH_BIDI:
        return Plan(Mode.APP_LRO, "VTE under tmux: every run is held left to right")
    if "KITTY_WINDOW_ID" in env:
        return Plan(Mode.APP, "kitty", notice=_KITTY_NOTICE)
    if program == "iTerm.app":
        return _iterm(_version(env.get("TERM_PROGRAM_VERSION", "")))
    if program == "Apple_Terminal":
        return Plan(Mode.TERMINAL, "Terminal.app orders Arabic and cannot be told not to")
    return None


def _iterm(version: tuple[int, ...]) -> Plan:
    if version >= _ITERM_WITH_BIDI:
        return Plan(Mode.TERMINAL, "iTerm2 from 3.7 orders Arabic itself", notice=_ITERM_NOTICE)
    return Plan(Mode.APP, "iTerm2 before 3.7")


def _switched(sequence: str, name: str, env: Mapping[str, str]) -> Plan:
    off, on = (_through_tmux(env, sequence.format(value)) for value in ("false", "true"))
    return Plan(Mode.APP, f"{name}'s bidi is off meanwhile", off, on)


def _through_tmux(env: Mapping[str, str], sequence: str) -> str:
    """Wrap a sequence so that tmux hands it on to the terminal outside."""
    if "TMUX" not in env:
        return sequence
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
