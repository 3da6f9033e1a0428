"""Whole screens at fixed sizes, letters and colours, against files that were looked at.

python tests/tui/test_snapshots.py      writes the files again; look at what changed before keeping it
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tui_made import app_on, drive, made, press

from tui.app import ReviewApp
from tui.bidi.layout import Mode

DATA = Path(__file__).resolve().parents[1] / "data"


class Picture(NamedTuple):
    """A screen: mode, size, keys that lead to it."""

    name: str
    mode: Mode
    size: tuple[int, int]
    keys: str


PICTURES = (
    Picture("app-80x24", Mode.APP, (80, 24), "n"),
    Picture("terminal-80x24", Mode.TERMINAL, (80, 24), "n"),
    Picture("lro-80x24", Mode.APP_LRO, (80, 24), "n"),
    Picture("plain-80x24", Mode.PLAIN, (80, 24), "n"),
    Picture("narrow-60x24", Mode.APP, (60, 24), "n right tab left"),
    Picture("wide-160x50", Mode.APP, (160, 50), "n a slash d a m enter"),
    Picture("light-110x40", Mode.APP, (110, 40), "f5 n x right shift+right tab left"),
    Picture("help-110x70", Mode.APP, (110, 70), "f1"),
    Picture("check-80x24", Mode.APP, (80, 24), "f4"),
    Picture("export-80x24", Mode.APP, (80, 24), "ctrl+e"),
    Picture("alone-80x24", Mode.APP, (80, 24), "j left"),
)


def drawn(app: ReviewApp) -> str:
    """Write out the screen, then every stretch whose letters are not plain: line, cells, style."""
    lines, styles = [], []
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x, line = 0, ""
        for segment in strip:
            style = segment.style
            if style and segment.text.strip() and (style.bold or style.italic or style.underline or style.strike):
                styles.append(f"{y}:{x}-{x + segment.cell_length} {replaced_meta(style)}")
            x, line = x + segment.cell_length, line + segment.text
        lines.append(line.rstrip())
    return "\n".join([*lines, "", *styles, ""])


def replaced_meta(style: Any) -> str:
    """Name the style without what Textual hangs on it."""
    return str(style.without_color) + f" {style.color.name if style.color else '-'} on {style.bgcolor.name}"


def take(picture: Picture, folder: Path) -> str:
    collation = made(5)
    if picture.name.startswith("alone"):
        collation = replace(collation, source=None, source_segments=(), ladder=None, links=(), edits=())
    app, taken = app_on(collation, folder, picture.mode), []

    async def act(pilot: Any) -> None:
        await press(pilot, picture.keys)
        taken.append(drawn(app))

    drive(app, act, picture.size)
    return taken[0].replace(str(folder), "FOLDER")


@pytest.mark.parametrize("picture", PICTURES, ids=[picture.name for picture in PICTURES])
def test_the_screen_is_as_it_was_when_it_was_looked_at(picture: Picture, tmp_path: Path) -> None:
    golden = DATA / f"review-{picture.name}.txt"
    assert take(picture, tmp_path) == golden.read_text(encoding="utf-8")


if __name__ == "__main__":
    for each in PICTURES:
        with tempfile.TemporaryDirectory() as own:
            (DATA / f"review-{each.name}.txt").write_text(take(each, Path(own)), encoding="utf-8")
            sys.stdout.write(f"{each.name}\n")
