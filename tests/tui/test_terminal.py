from __future__ import annotations

import os
import threading

import pytest

from tui.bidi.layout import Mode
from tui.bidi.terminal import Answers, choose, identity, parse, probe

BDSM = ("\x1b[8l", "\x1b[8h")
KONSOLE = ("\x1b]50;BidiRenderingEnabled=false\x07", "\x1b]50;BidiRenderingEnabled=true\x07")
MLTERM = ("\x1b]5379;use_ctl=false\x07", "\x1b]5379;use_ctl=true\x07")
NOTHING = ("", "")
TMUX = {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"}


@pytest.mark.parametrize(
    ("terminal", "env", "answers", "mode", "sequences"),
    [
        ("VTE", {"VTE_VERSION": "7006"}, Answers("VTE(7006)", 1, 2, 0), Mode.APP, BDSM),
        ("VTE switched off before", {}, Answers("VTE(7006)", 2), Mode.APP, NOTHING),
        ("WezTerm", {"TERM_PROGRAM": "WezTerm"}, Answers("WezTerm 2024", 2), Mode.APP, NOTHING),
        ("mintty", {}, Answers("mintty 3.7", 1), Mode.APP, BDSM),
        ("always on", {}, Answers("", 3), Mode.TERMINAL, NOTHING),
        ("Konsole", {"KONSOLE_VERSION": "221203"}, Answers("Konsole 22.12.3", None, 2), Mode.APP, KONSOLE),
        ("Konsole, silent", {"KONSOLE_VERSION": "221203"}, Answers(), Mode.APP, KONSOLE),
        ("mlterm by name", {}, Answers("mlterm(3.9.2)"), Mode.APP, MLTERM),
        ("mlterm by lam-alef", {}, Answers("", None, 1, 1), Mode.APP, MLTERM),
        ("mlterm by variable", {"MLTERM": "3.9.2"}, Answers(), Mode.APP, MLTERM),
        ("kitty", {"KITTY_WINDOW_ID": "1"}, Answers("kitty(0.26.5)", 0, 2), Mode.APP, NOTHING),
        ("Alacritty", {"TERM": "alacritty"}, Answers("", None, 2, 0), Mode.APP, NOTHING),
        ("xterm", {"TERM": "xterm"}, Answers("XTerm(379)", 0, 2, 0), Mode.APP, NOTHING),
        ("urxvt", {"TERM": "rxvt-unicode"}, Answers(), Mode.APP, NOTHING),
        ("VS Code", {"TERM_PROGRAM": "vscode"}, Answers("xterm.js(6.0)", None, 2), Mode.APP, NOTHING),
        ("Windows Terminal", {"WT_SESSION": "x"}, Answers(), Mode.APP, NOTHING),
        ("Ghostty", {"TERM_PROGRAM": "ghostty"}, Answers("ghostty 1.2"), Mode.APP, NOTHING),
        ("foot", {"TERM": "foot"}, Answers("foot(1.16)"), Mode.APP, NOTHING),
        (
            "iTerm2 3.6",
            {"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.4"},
            Answers(),
            Mode.APP,
            NOTHING,
        ),
        (
            "iTerm2 3.7 beta",
            {"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.7.0beta9"},
            Answers(),
            Mode.TERMINAL,
            NOTHING,
        ),
        ("iTerm2 over ssh", {}, Answers("iTerm2 3.10.1"), Mode.TERMINAL, NOTHING),
        ("Terminal.app", {"TERM_PROGRAM": "Apple_Terminal"}, Answers(), Mode.TERMINAL, NOTHING),
        (
            "tmux in VTE",
            {**TMUX, "VTE_VERSION": "7006"},
            Answers("tmux 3.3a", None, 2),
            Mode.APP_LRO,
            NOTHING,
        ),
        ("tmux in old VTE", {**TMUX, "VTE_VERSION": "5602"}, Answers("tmux 3.3a"), Mode.APP, NOTHING),
        ("tmux in xterm", TMUX, Answers("tmux 3.3a", None, 2), Mode.APP, NOTHING),
        ("a variable inherited by xterm", {"KONSOLE_VERSION": "1"}, Answers("XTerm(379)"), Mode.APP, NOTHING),
        ("nothing known", {}, Answers(), Mode.APP, NOTHING),
    ],
)
def test_every_terminal_gets_its_mode(
    terminal: str, env: dict[str, str], answers: Answers, mode: Mode, sequences: tuple[str, str]
) -> None:
    plan = choose(env, answers)
    assert (plan.mode, (plan.enter, plan.leave)) == (mode, sequences), terminal
    assert plan.why


def test_a_person_is_asked_only_where_no_terminal_told_its_name() -> None:
    assert choose({"TERM": "xterm-256color"}, Answers()).is_guess
    assert choose(TMUX, Answers("tmux 3.3a", None, 2)).is_guess, "what is outside of tmux cannot be seen"
    assert not choose({"TERM": "xterm"}, Answers("XTerm(379)", 0, 2, 0)).is_guess
    for env in ({"WT_SESSION": "x"}, {"TERM_PROGRAM": "vscode"}, {"TERM": "alacritty"}, {"KONSOLE_VERSION": "221203"}):
        assert not choose(env, Answers()).is_guess
    assert not choose({}, Answers(), setting="app").is_guess and not choose({}, Answers(), saved="auto").is_guess


def test_under_tmux_konsole_is_told_through_tmux() -> None:
    plan = choose({**TMUX, "KONSOLE_VERSION": "221203"}, Answers("tmux 3.3a"))
    assert plan.enter == "\x1bPtmux;\x1b" + KONSOLE[0] + "\x1b\\"


def test_a_setting_wins_over_a_saved_check_and_that_over_answers() -> None:
    vte = Answers("VTE(7006)", 1)
    assert choose({}, vte, setting="plain", saved="terminal").mode is Mode.PLAIN
    assert choose({}, vte, saved="terminal").mode is Mode.TERMINAL
    assert choose({}, vte, setting="auto").mode is Mode.APP


def test_a_terminal_that_orders_the_text_itself_is_not_switched_off() -> None:
    plan = choose({}, Answers("VTE(7006)", 1), setting="terminal")
    assert (plan.enter, plan.leave) == NOTHING


def test_a_switch_whose_old_state_is_unknown_is_only_used_when_nobody_chose() -> None:
    assert choose({}, Answers("Konsole 22.12"), setting="app").enter == ""
    assert choose({}, Answers("VTE(7006)", 1), setting="app").enter == BDSM[0]


def test_kitty_and_new_iterm_say_what_to_change() -> None:
    assert "force_ltr" in choose({"KITTY_WINDOW_ID": "1"}, Answers()).notice
    assert "Settings" in choose({}, Answers("iTerm2 3.7.0")).notice


@pytest.mark.parametrize(
    ("heard", "answers"),
    [
        (b"", Answers()),
        (b"\x1b[?6c", Answers()),
        (b"\x1bP>|XTerm(379)\x1b\\\x1b[8;0$y\x1b[2;3R\x1b[2;2R\x1b[?64c", Answers("XTerm(379)", 0, 2, 0)),
        (b"\x1b[5;2R\x1b[5;3R\x1b[?63c", Answers("", None, 1, 1)),
    ],
)
def test_replies_are_read(heard: bytes, answers: Answers) -> None:
    assert parse(heard) == answers


def test_without_a_terminal_there_are_no_answers() -> None:
    assert probe(device="/dev/null") == probe(device="/does/not/exist") == Answers()


def test_a_terminal_is_asked_once_and_left_as_it_was() -> None:
    termios = pytest.importorskip("termios", reason="needs a POSIX terminal")
    outside, inside = os.openpty()
    before = termios.tcgetattr(inside)
    asked = []

    def terminal() -> None:
        asked.append(os.read(outside, 1024))
        os.write(outside, b"\x1bP>|VTE(7006)\x1b\\\x1b[8;1$y\x1b[1;3R\x1b[1;2R\x1b[?65c")

    replying = threading.Thread(target=terminal)
    replying.start()
    answers = probe(device=os.ttyname(inside), patience=5)
    replying.join()
    assert answers == Answers("VTE(7006)", 1, 2, 0)
    assert b"\x1b[8$p" in asked[0] and asked[0].endswith(b"\x1b[c")
    assert termios.tcgetattr(inside) == before
    os.close(inside)
    os.close(outside)


def test_a_silent_terminal_is_not_waited_for_long() -> None:
    outside, inside = os.openpty()
    assert probe(device=os.ttyname(inside), patience=0.01) == Answers()
    os.close(inside)
    os.close(outside)


def test_the_saved_check_belongs_to_one_terminal() -> None:
    apple = {"TERM_PROGRAM": "Apple_Terminal", "TERM_PROGRAM_VERSION": "455"}
    assert identity(apple, Answers()) == "Apple_Terminal 455"
    assert identity({**TMUX, "TERM_PROGRAM": "tmux"}, Answers("tmux 3.3a")) == "tmux 3.3a"
    assert identity({"TERM": "foot"}, Answers()) == "foot"
