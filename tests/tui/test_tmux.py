"""The app in a real terminal multiplexer: start, keys, screen, exit."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tui_made import made

from aligner import tei
from aligner.embed import load_embedder
from aligner.ingest import read_witness
from aligner.journal import journal_path
from aligner.model import Collation, Status
from aligner.pipeline import collate
from aligner.resources import demo_folder
from aligner.verify import verify

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
_ROOT = Path(__file__).resolve().parents[2]
_TRIES = 600
_RUN = "import sys; from pathlib import Path; from tui.app import run; run(Path(sys.argv[1]), who='nour', bidi=sys.argv[2])"


class Terminal:
    """A tmux server of our own, with one window in which the app runs."""

    def __init__(self, folder: Path) -> None:
        self._socket = f"muqabala-{uuid.uuid4().hex}"
        self.folder = folder
        self.output = folder / "output"

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-L", self._socket, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def start(self, record: Path, mode: str, shell: str = "sh", **more: str) -> None:
        (self.folder / "run.py").write_text(_RUN, encoding="utf-8")
        inside = f"{sys.executable} {self.folder / 'run.py'} {record} {mode}; echo left with $?" + ("; cat" if shell == "sh" else "")
        env = {
            "PYTHONPATH": str(_ROOT),
            "XDG_STATE_HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder),
            **more,
        }
        sets = [word for key, value in env.items() for word in ("-e", f"{key}={value}")]
        self.tmux("-f", "/dev/null", "-u", "new-session", "-d", "-x", "100", "-y", "30", *sets, shell)
        self.tmux("pipe-pane", f"cat > {self.output}")
        self.tmux("send-keys", inside, "Enter")

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def screen(self) -> list[str]:
        return self.tmux("capture-pane", "-p").splitlines()

    def until(self, is_so: Callable[[list[str]], bool]) -> list[str]:
        """Look again until the screen is as wished; tmux itself waits between two looks."""
        for _ in range(_TRIES):
            lines = self.screen()
            if is_so(lines):
                return lines
            self.tmux("run-shell", "-d", "0.05", "true")
        raise AssertionError("\n".join(self.screen()))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    subprocess.run(["tmux", "-L", terminal._socket, "kill-server"], check=False, capture_output=True)


def has(text: str) -> Callable[[list[str]], bool]:
    return lambda lines: any(text in line for line in lines)


@pytest.mark.parametrize(
    ("mode", "shown"),
    [("app", "ﺮﻳﺯﻮﻟﺍ ﻝﺎﻗ"), ("terminal", "قال الوزير إنّ"), ("auto", "ﺮﻳﺯﻮﻟﺍ ﻝﺎﻗ")],
)
def test_the_app_runs_in_a_terminal(terminal: Terminal, tmp_path: Path, mode: str, shown: str) -> None:
    record = tmp_path / "pair.xml"
    tei.write(made(8), record)
    terminal.start(record, mode)
    if mode == "auto":  # what is outside of tmux cannot be seen, so that the app asks, once
        terminal.until(has("Which line reads correctly?"))
        terminal.keys("1")
    lines = terminal.until(lambda lines: has("row 1/8")(lines) and not has("Which line")(lines))
    assert any(shown in line for line in lines)
    if mode == "app":
        assert {line.index("│") for line in lines[1:15]} == {lines[1].index("│")}
    terminal.keys("n", "a")
    terminal.until(has("✓ accepted by nour"))
    terminal.keys("ة")
    terminal.until(has("row 4/7"))
    assert journal_path(record).exists()
    terminal.keys("u")
    terminal.until(has("row 4/8"))
    terminal.keys("C-s")
    terminal.until(has("· saved"))
    assert [str(decision.act) for decision in tei.read(record).decisions] == ["accepted", "merged", "undone"]
    terminal.keys("q")
    terminal.until(has("left with 0"))
    assert not journal_path(record).exists()


@pytest.mark.model
@pytest.mark.parametrize("mode", ["app", "terminal"])
def test_the_demo_is_reviewed_and_the_decision_stays(terminal: Terminal, tmp_path: Path, mode: str) -> None:
    """From two texts to an accepted flag in the record, as a translator would do it."""
    record = tmp_path / "demo.xml"
    collation = collate_files(*(demo_folder() / name for name in ("en.txt", "ar.txt")))
    tei.write(collation, record)
    terminal.start(record, mode)
    flags = len(collation.edits)
    terminal.until(has(f"{flags} of {flags} flags left"))
    terminal.keys("n", "a")
    terminal.until(has("✓ accepted by nour"))
    terminal.until(has(f"{flags - 1} of {flags} flags left"))
    terminal.keys("C-s")
    terminal.until(has("· saved"))
    terminal.keys("q")
    terminal.until(has("left with 0"))
    kept = tei.read(record)
    assert [e.status for e in kept.edits].count(Status.ACCEPTED) == 1
    assert [decision.who for decision in kept.decisions] == ["nour"]
    assert verify(record) == ()


def collate_files(source: Path, target: Path) -> Collation:
    first, second = read_witness(source, siglum="en"), read_witness(target, siglum="ar")
    return collate(first, second, load_embedder())


_CRASHING = (
    "from tui.app import ReviewApp\ndef crash(self): raise RuntimeError('a bug')\nReviewApp.action_tashkeel = crash\n"
) + _RUN


@pytest.mark.parametrize(
    ("program", "ending", "code"),
    [(_RUN, b"q", 0), (_RUN, signal.SIGTERM, 0), (_RUN, signal.SIGHUP, 0), (_CRASHING, b"h", 1)],
    ids=["quit", "SIGTERM", "SIGHUP", "crash"],
)
def test_the_terminals_own_bidi_is_given_back(tmp_path: Path, program: str, ending: bytes | int, code: int) -> None:
    """A terminal that answers DECRQM 8 is told CSI 8 l on entering and CSI 8 h on leaving, however the app ends."""
    import pty
    import select

    record = tmp_path / "pair.xml"
    tei.write(made(6), record)
    env = {
        **os.environ,
        "PYTHONPATH": str(_ROOT),
        "XDG_STATE_HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
    }
    for name in ("TMUX", "KONSOLE_VERSION", "VTE_VERSION", "MUQABALA_BIDI"):
        env.pop(name, None)
    child, outside = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-c", program, str(record), "auto"], env)
    heard, answered, ended = b"", False, False
    while select.select([outside], [], [], 60)[0]:
        try:
            heard += os.read(outside, 65536)
        except OSError:
            break
        if not answered and b"\x1b[8$p" in heard:
            os.write(outside, b"\x1bP>|VTE(7006)\x1b\\\x1b[8;1$y\x1b[1;3R\x1b[1;2R\x1b[?65c")
            answered = True
        if not ended and "ﺮﻳﺯﻮﻟﺍ".encode() in heard:
            os.write(outside, ending) if isinstance(ending, bytes) else os.kill(child, ending)
            ended = True
    os.close(outside)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == code
    entered, left = heard.find(b"\x1b[8l"), heard.rfind(b"\x1b[8h")
    assert heard.find(b"\x1b[?1049h") < entered < heard.find("ﺮﻳﺯﻮﻟﺍ".encode()) < left
    assert heard.rfind(b"\x1b[?1049l") < left


@pytest.mark.parametrize("by_signal", [False, True], ids=["palette", "kill -TSTP"])
def test_suspended_the_shell_has_its_terminal_and_fg_brings_the_app_back(
    terminal: Terminal, tmp_path: Path, by_signal: bool
) -> None:
    record = tmp_path / "pair.xml"
    tei.write(made(8), record)
    terminal.start(record, "auto", shell="bash --norc -i", KONSOLE_VERSION="221203")
    terminal.until(has("row 1/8"))
    terminal.keys("m")
    terminal.until(has("row 1/7"))
    before = terminal.output.read_bytes().count(b"BidiRenderingEnabled=true")
    if by_signal:
        os.kill(json.loads(Path(f"{record}.lock").read_bytes())["pid"], signal.SIGTSTP)
    else:
        terminal.keys("C-p")
        terminal.until(has("Search for commands"))
        terminal.keys("Suspend")
        terminal.until(has("fg returns"))  # the command is found; the line above shows what was typed
        terminal.keys("Down", "Enter")
    terminal.until(has("Stopped"))
    after = terminal.output.read_bytes()
    assert after.count(b"BidiRenderingEnabled=true") == before + 1
    assert after.count(b"BidiRenderingEnabled=false") == 1
    terminal.until(has("left with 147"))  # stopped by SIGTSTP's kind
    terminal.keys("fg; echo back with $?", "Enter")
    terminal.until(has("/7 "))
    assert terminal.output.read_bytes().count(b"BidiRenderingEnabled=false") == 2
    terminal.keys("q")
    terminal.until(has("Esc goes back"))
    terminal.keys("2")
    terminal.until(has("back with 0"))
    assert journal_path(record).exists()
