"""Heights of rows: what is counted for all at once is what wrapping each one gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tui_made import made
from tui_texts import mixed, prose

from aligner import acts
from aligner.model import Collation, Segment, Side, Span
from aligner.patch import apply
from tui.bidi.layout import Mode, Para
from tui.heights import line_counts
from tui.rows import Columns, Rows

WIDTHS = st.integers(1, 40)
PARTS = st.lists(
    st.tuples(st.one_of(mixed(), prose()), st.sampled_from(["", " ", "\n", "-", "a", "\u064e"])), max_size=8
)


def laid(parts: list[tuple[str, str]]) -> tuple[str, list[Segment]]:
    """Write the pieces one after another, each with something or nothing after it that is no segment."""
    text, segments = "", list[Segment]()
    for piece, between in parts:
        if piece:
            segments.append(Segment(Span(len(text), len(text) + len(piece)), 0))
        text += piece + between
    return text, segments


@given(PARTS, WIDTHS, st.sampled_from(tuple(Mode)), st.booleans())
@settings(max_examples=600, deadline=None)
@example([("لَّا لا بلا", ""), ("ال", ""), ("اب", "")], 3, Mode.APP, True)
@example([("ل", ""), ("ا ب", "")], 1, Mode.APP, True)
@example([("a-b/c–d", ""), ("e-", "f"), ("-g", "")], 2, Mode.APP, True)
@example([("   ", ""), ("ab    cd  ", " ")], 2, Mode.PLAIN, False)
def test_all_at_once_counts_the_lines_of_each(
    parts: list[tuple[str, str]], width: int, mode: Mode, tashkeel: bool
) -> None:
    text, segments = laid(parts)
    counts = line_counts(text, segments, width, mode, tashkeel=tashkeel)
    wrapped = [len(Para(each.span.of(text), mode=mode, tashkeel=tashkeel).wrap(width)) for each in segments]
    assert counts.tolist() == wrapped


def test_many_segments_are_counted_in_several_parts() -> None:
    collation = made(5000)
    rows = Rows(collation, Columns(20, 20))
    few = Rows(made(30), Columns(20, 20))
    heights = [b - a for a, b in zip(rows.tops, rows.tops[1:], strict=False)]
    assert heights[6:30] == [b - a for a, b in zip(few.tops, few.tops[1:], strict=False)][6:]
    assert heights[6:4992] == heights[12:4998]


def _afresh(collation: Collation, columns: Columns) -> list[int]:
    return Rows(collation, columns).tops


@pytest.mark.parametrize("columns", [Columns(9, 40), Columns(40, 9), Columns(20, 20)])
def test_after_an_act_the_rows_start_where_they_would_start_afresh(columns: Columns) -> None:
    collation = made(14)
    rows = Rows(collation, columns)
    at = collation.target_segments[6].span.start
    cut = collation.target.text.index(" ", at)
    for act in (
        lambda c: acts.merge_beads(c, 3, who="nour"),
        lambda c: acts.split_segment(c, Side.TARGET, 6, cut, who="nour"),
        lambda c: acts.split_segment(c, Side.SOURCE, 1, 30, who="nour"),
        lambda c: acts.join_segments(c, Side.TARGET, 6, who="nour"),
        lambda c: acts.undo(c, who="nour"),
        lambda c: acts.undo(c, who="nour"),
        lambda c: acts.move_segment(c, Side.SOURCE, 5, up=True, who="nour"),
    ):
        assert rows.tops == _afresh(collation, columns)
        collation = apply(collation, act(collation))
        rows.refresh(collation)
    assert rows.tops == _afresh(collation, columns)


def test_an_act_measures_only_the_segments_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    collation, measured = made(40), list[Segment]()
    rows = Rows(collation)
    assert rows.tops
    monkeypatch.setattr("tui.rows.line_counts", lambda text, segments, *_, **__: measured.extend(segments) or
                        line_counts(text, segments, 40, Mode.APP))  # fmt: skip
    merged = apply(collation, acts.merge_beads(collation, 3, who="nour"))
    rows.refresh(merged)
    assert rows.tops and not measured
    cut = merged.source_segments[9].span.start + 6
    rows.refresh(apply(merged, acts.split_segment(merged, Side.SOURCE, 9, cut, who="nour")))
    assert rows.tops and len(measured) == 2


def test_rows_without_a_source_and_rows_filtered_are_counted_too() -> None:
    whole = made(12)
    alone = replace(whole, source=None, source_segments=(), ladder=None, links=(), edits=())
    rows = Rows(alone, Columns.of(30, has_source=False))
    lines = [len(rows.para(Side.TARGET, k).wrap(rows.columns.target)) for k in range(12)]
    assert [b - a for a, b in zip(rows.tops, rows.tops[1:], strict=False)] == [n + 1 for n in lines]
    rows.show([2, 5])
    assert len(rows) == 2 and rows.tops == [0, lines[2] + 1, lines[2] + lines[5] + 2]
