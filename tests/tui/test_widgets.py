"""What stands beside the columns: other widgets' Arabic, what is remembered, pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from tui_made import app_on, drive, made, screen_of
from tui_texts import mixed

from aligner.errors import SettingError
from tui.app import run
from tui.bidi.layout import Mode
from tui.filters import BidiFilter
from tui.memory import Memory, reviewer
from tui.picture import repaired

BLACK = Color(0, 0, 0)
RED, BLUE = Style(color="red"), Style(color="blue")


def filtered(*segments: Segment, mode: Mode = Mode.APP, fields: bool = True) -> list[Segment]:
    return BidiFilter(mode, fields=fields).apply(list(segments), BLACK)


@given(st.lists(st.tuples(mixed(), st.sampled_from([RED, BLUE, None])), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_filtered_line_keeps_its_width(parts: list[tuple[str, Style | None]]) -> None:
    line = [Segment("".join(c for c in text if c.isprintable()), style) for text, style in parts]
    before = sum(cell_len(segment.text) for segment in line)
    assert sum(cell_len(segment.text) for segment in filtered(*line)) == before


def test_lines_without_arabic_or_ordered_already_go_through_untouched() -> None:
    for text in ("plain words", "ﺮﻳﺯﻮﻟﺍ و", "│ ab │"):
        line = [Segment(text, RED)]
        assert filtered(*line) == line


def test_in_terminal_mode_the_terminal_does_it() -> None:
    assert filtered(Segment("سلام"), mode=Mode.TERMINAL) == [Segment("سلام")]


def test_a_style_travels_with_its_letter() -> None:
    shown = filtered(Segment("بت", RED), Segment("ث", BLUE))
    assert [(len(segment.text), segment.style) for segment in shown] == [(1, BLUE), (2, RED)]


def test_columns_and_borders_stay_where_they_are() -> None:
    text = "".join(segment.text for segment in filtered(Segment("│ سلام  ab │", RED)))
    assert (text[0], text[-1], text.index("ab")) == ("│", "│", len(text) - 4)


def test_the_cursor_stands_after_the_last_letter_of_an_arabic_line(tmp_path: Path) -> None:
    app = app_on(made(4), tmp_path)
    lines: list[str] = []

    async def write(pilot) -> None:  # type: ignore[no-untyped-def]
        await pilot.press("slash", "ب", "ت")
        await pilot.pause()
        lines.extend(screen_of(app))

    drive(app, write)
    line = next(line for line in lines if "ﺖﺑ" in line.replace("ﺘﺑ", "ﺖﺑ"))
    box = line[line.index("▊") + 1 : line.rindex("▎")].rstrip("▎▊ ")
    assert box.strip() == "ﺖﺑ" and len(box) > 40, "typed at the right edge"


def test_a_record_is_never_made_over_another(tmp_path: Path) -> None:
    path = tmp_path / "pair.xml"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(SettingError, match="there already"):
        run(path, texts=(Path("ar.txt"),), collate=lambda texts, progress: made(3))
    assert path.read_text(encoding="utf-8") == "precious"


def test_what_is_remembered_comes_back_and_a_broken_file_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "state" / "review.json"
    Memory(path).put("bead", "/a.xml", "7")
    assert Memory(path).get("bead", "/a.xml") == "7" and Memory(path).get("bead", "/b.xml") == ""
    for broken in ("{", "[]", '{"bead": 3}'):
        path.write_text(broken, encoding="utf-8")
        assert Memory(path).get("bead", "/a.xml") == ""


def test_the_reviewer_has_a_name() -> None:
    assert reviewer()


def test_a_picture_counts_cells_not_marks(tmp_path: Path) -> None:
    app = app_on(made(4), tmp_path)
    pictures: list[str] = []

    async def look(pilot) -> None:  # type: ignore[no-untyped-def]
        pictures.append(app.export_screenshot())

    drive(app, look)
    assert "bidi-override" in pictures[0] and repaired("<svg/>") == "<svg/>"
