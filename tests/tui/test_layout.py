from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tui_texts import mixed, prose

from tui.bidi.layout import Line, Lit, Mode, Para, VisualLine
from tui.bidi.mirrors import mirror

MODES = tuple(Mode)
WIDTHS = st.integers(2, 40)
BASES = st.sampled_from(["auto", "ltr", "rtl"])


def drawn(para: Para, width: int, lits: tuple[Lit, ...] = ()) -> list[tuple[Line, VisualLine]]:
    return [(line, para.visual_line(line, lits, width)) for line in para.wrap(width)]


@given(mixed(), WIDTHS, BASES, st.sampled_from(MODES))
@settings(max_examples=400, deadline=None)
def test_every_line_fills_its_width_exactly(text: str, width: int, base: str, mode: Mode) -> None:
    cells = pytest.importorskip("rich.cells", reason="rich comes with the review extra")
    for _, shown in drawn(Para(text, base, mode), width):
        assert shown.cells == len(shown.to_logical) == width
        assert cells.cell_len(shown.text) == width


@given(mixed(), WIDTHS, BASES, st.sampled_from(MODES))
@settings(max_examples=400, deadline=None)
def test_lines_follow_each_other_and_every_cluster_is_shown_once(text: str, width: int, base: str, mode: Mode) -> None:
    para = Para(text, base, mode)
    seen: list[int] = []
    end = 0
    for line, shown in drawn(para, width):
        assert line.start == end
        end = line.end
        seen += sorted({offset for offset in shown.to_logical if offset >= 0})
    assert end == len(text)
    visible = [c.at for c in para.clusters if c.width and not text[c.at].isspace()]
    assert [offset for offset in seen if not text[offset].isspace()] == visible
    assert seen == sorted(set(seen))


@given(mixed(), WIDTHS, BASES, st.sampled_from(MODES), st.data())
@settings(max_examples=500, deadline=None)
def test_a_light_covers_exactly_the_cells_of_its_characters(
    text: str, width: int, base: str, mode: Mode, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    end = data.draw(st.integers(start, len(text)))
    para = Para(text, base, mode)
    touched = {c.at for c in para.clusters if c.start < end and start < c.end}
    for line, shown in drawn(para, width, (Lit(start, end, "lit"),)):
        lit_cells = _lit_offsets(para, line, shown)
        assert lit_cells == sorted(offset for offset in shown.to_logical if offset in touched)


def _lit_offsets(para: Para, line: Line, shown: VisualLine) -> list[int]:
    """Follow the runs through the cells: the offsets that the styled text itself stands for."""
    widths = {c.at: c.width for c in para.clusters}
    glyph_of = {c.at: c.glyph for c in para.clusters}
    cells = list(shown.to_logical) if para.mode is not Mode.TERMINAL else _as_sent(para, line, shown)
    offsets, at = [], 0
    for run in shown.runs:
        rest = run.text.strip("\u202d\u202c\u2067\u2069") if run.start >= 0 else ""
        if run.start < 0:
            at += sum(char == " " for char in run.text)
        while rest:
            offset = cells[at]
            glyph = glyph_of[offset]
            assert rest.startswith((glyph, mirror(glyph[:1]) + glyph[1:]))
            rest = rest[len(glyph) :]
            at += widths[offset]
            offsets += [offset] * widths[offset] if "lit" in run.styles else []
    assert at == len(cells)
    return sorted(offsets)


def _as_sent(para: Para, line: Line, shown: VisualLine) -> list[int]:
    """In terminal mode the terminal orders the cells after us: put the map back into the order sent."""
    offsets = sorted(offset for offset in shown.to_logical if offset >= 0)
    pad = [-1] * (len(shown.to_logical) - len(offsets))
    return pad + offsets if para.is_rtl else offsets + pad


@given(mixed(), BASES)
@settings(max_examples=200, deadline=None)
def test_terminal_and_plain_mode_send_the_text_in_logical_order(text: str, base: str) -> None:
    for mode in (Mode.TERMINAL, Mode.PLAIN):
        para = Para(text, base, mode)
        sent = para.visual_line(para.whole()).text.strip("\u2067\u2069")
        assert sent == "".join(c.glyph for c in para.clusters)[: len(sent)]


@given(prose())
@settings(max_examples=300, deadline=None)
def test_the_order_agrees_with_python_bidi(text: str) -> None:
    oracle = pytest.importorskip("bidi", reason="a development dependency")
    para = Para(text, "rtl", Mode.TERMINAL)  # unligated; the cell map is in the terminal's order
    ours = "".join(text[offset] for offset in para.visual_line(para.whole()).to_logical)
    assert ours == oracle.get_display(text, base_dir="R").strip()


def test_each_column_keeps_its_own_base_direction() -> None:
    para = Para("BBC قالت", "rtl")
    assert para.visual_line(para.whole(), width=10).to_logical[:2] == (-1, -1)
    assert Para("BBC قالت", "ltr").visual_line(para.whole(), width=10).to_logical[0] == 0


def test_guillemets_and_brackets_open_towards_the_reader() -> None:
    para = Para("«ب» (ت)", "rtl")
    assert [char for char in para.visual_line(para.whole()).text if char in "«»()"] == list("()«»")


def test_lam_alef_takes_two_cells_where_the_terminal_shapes() -> None:
    assert [Para("لا", "rtl", mode).whole().width for mode in MODES] == [1, 1, 2, 2]


def test_terminal_mode_isolates_and_pads_on_the_left() -> None:
    para = Para("بت", "rtl", Mode.TERMINAL)
    assert para.visual_line(para.whole(), width=4).text == "  \u2067بت\u2069"


def test_under_tmux_every_right_to_left_run_is_held_by_an_override() -> None:
    para = Para("ab بت", "ltr", Mode.APP_LRO)
    runs = para.visual_line(para.whole(), (Lit(0, 2, "x"),)).runs
    assert [run.text[0] == "\N{LEFT-TO-RIGHT OVERRIDE}" for run in runs] == [False, True]


def test_a_line_of_another_paragraph_or_mode_is_refused() -> None:
    line = Para("قال لا لا", "rtl", Mode.TERMINAL).wrap(6)[-1]
    with pytest.raises(ValueError, match="another paragraph"):
        Para("قال لا لا", "rtl", Mode.APP).visual_line(line)


def test_an_empty_paragraph_is_one_empty_line() -> None:
    para = Para("", "rtl")
    (line,) = para.wrap(5)
    assert para.visual_line(line, width=5).text == " " * 5


def test_a_word_longer_than_the_column_breaks_and_keeps_its_joins() -> None:
    para = Para("ببببب", "rtl")
    first, second = para.wrap(3)
    assert (first.width, second.width) == (3, 2)
    assert [c.glyph for c in para.clusters[1:4]] == [para.clusters[1].glyph] * 3


def test_a_no_break_space_does_not_break() -> None:
    assert [line.end for line in Para("aa b\N{NO-BREAK SPACE}c d", "ltr").wrap(5)] == [3, 8]


def test_spaces_at_the_end_of_a_line_hang() -> None:
    lines = Para("aaa   bbb", "ltr").wrap(3)
    assert [(line.start, line.end, line.width) for line in lines] == [(0, 6, 3), (6, 9, 3)]


def test_lights_stack_in_the_order_given() -> None:
    para = Para("abc", "ltr")
    runs = para.visual_line(para.whole(), (Lit(0, 2, "flag"), Lit(1, 3, "cursor"))).runs
    assert [run.styles for run in runs] == [("flag",), ("flag", "cursor"), ("cursor",)]
