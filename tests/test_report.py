"""The page of one collation: what stands in it, and that nothing of the text is lost or can act."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from aligner.model import Category, Collation, Span
from aligner.page import policy, printable
from aligner.report import render
from aligner.report.marks import cut, whole
from aligner.report.rows import flags_of, rows_of
from tests.by_hand import NEWS_AR, NEWS_EN, alone, collation, news


def page_of(made: Collation) -> html.HtmlElement:
    return html.document_fromstring(render(made).encode("utf-8"))


def column(made: Collation, side: str) -> str:
    root = page_of(made)
    texts = root.xpath(f'//div[contains(@class, "cell {side}")]/*[contains(@class, "text")]')
    return "".join(text.text_content() for text in texts)


def blocks(made: Collation, side: str) -> str:
    witness = getattr(made, side)
    return "".join(block.span.of(witness.text) for block in witness.blocks)


@pytest.mark.parametrize("side", ["source", "target"])
def test_every_block_is_shown_once_in_order(side: str) -> None:
    assert column(news(), side) == blocks(news(), side)


def test_paratext_inside_a_bead_is_not_lost() -> None:
    made = collation(
        [("p", ["One."]), ("caption", ["A boat."]), ("p", ["Two."]), ("furniture", ["Share"])],
        [("p", ["واحد واثنان."]), ("furniture", ["شارك"])],
        ["2-1"],
    )
    root = page_of(made)
    assert [role.text for role in root.xpath('//p[@class="role"]')] == ["caption", "furniture", "furniture"]
    assert sorted(column(made, "source")) == sorted(blocks(made, "source"))


def test_flag_stands_in_the_row_of_its_bead() -> None:
    made = news()
    rows = rows_of(made, flags_of(made))
    beads = {flag.number: row.bead for row in rows for flag in row.flags}
    assert made.ladder is not None
    assert beads == {flag.number: made.ladder.beads[flag.edit.bead or 0] for flag in flags_of(made)}


def test_mark_without_a_source_stands_where_its_text_is() -> None:
    rows = rows_of(alone(), flags_of(alone()))
    assert [[f.number for f in row.flags] for row in rows] == [[], [], [1], [2], [], []]


def test_both_sides_point_at_the_note_and_back() -> None:
    root = page_of(news())
    for n in (1, 2, 3, 4, 7):
        assert root.xpath(f'//a[@id="s{n}"]/@href') == [f"#f{n}"] == root.xpath(f'//a[@id="t{n}"]/@href')
    targets = {href[1:] for href in root.xpath('//a[starts-with(@href, "#")]/@href')}
    ids = root.xpath("//@id")
    assert targets <= set(ids)
    assert len(ids) == len(set(ids))


def test_languages_and_directions_are_stated() -> None:
    cells = page_of(news()).xpath('//div[contains(@class, "cell")]')
    assert {(c.get("lang"), c.get("dir")) for c in cells} == {("en", "ltr"), ("ar", "rtl")}


def test_record_names_hashes_and_signature() -> None:
    made, text = news(), render(news())
    assert made.source is not None
    for fact in (made.source.sha256, made.target.text_sha256, "muqabala:0.1.0|model:fake", "2026-05-12"):
        assert fact in text


def test_same_collation_gives_the_same_bytes() -> None:
    assert render(news()) == render(news())


def test_page_fetches_nothing_and_runs_only_its_own_script() -> None:
    root = page_of(news())
    assert root.xpath("//@src | //link[not(starts-with(@href, 'data:'))] | //@style") == []
    assert [name for name in root.xpath("//@*/..") for key in name.attrib if key.startswith("on")] == []
    (style,), (script,) = root.xpath("//style/text()"), root.xpath("//script/text()")
    assert root.xpath("//meta[@http-equiv]/@content") == [policy(style, script)]
    assert re.findall(r"url\(|@import|https?://", style + script) == []


def test_no_invisible_character_is_put_into_the_page() -> None:
    controls = "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    assert set(render(news())) & set(controls) == set()


@given(st.text('اب ـَُة‍‌"”ab1', min_size=1), st.data())
def test_mark_never_parts_joined_letters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    wide = whole(text, span)
    assert wide.covers(span)
    letters = set("ابـة")
    for at in (wide.start, wide.end):
        if 0 < at < len(text):
            assert not (text[at - 1] in letters and text[at] in letters)
            assert text[at] not in "َُ" and "\N{ZERO WIDTH JOINER}" not in text[at - 1 : at + 1]


@given(st.data())
def test_pieces_make_up_the_span_and_know_their_flags(data: st.DataObject) -> None:
    spans = st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda p: Span(p[0], p[0] + p[1]))
    over, flags = data.draw(spans), list(enumerate(data.draw(st.lists(spans, max_size=5)), 1))
    pieces = cut(over, flags)
    assert [p.span.start for p in pieces] == [over.start, *(p.span.end for p in pieces[:-1])]
    assert pieces[-1].span.end == over.end
    for piece in pieces:
        for at in range(piece.span.start, piece.span.end):
            assert piece.flags == tuple(n for n, s in flags if s.start <= at < s.end)
        assert piece.ends == tuple(n for n, s in flags if s.end == piece.span.end and n in piece.flags)


@given(st.text(), st.text(min_size=1))
def test_any_text_comes_through(title: str, sentence: str) -> None:
    made = collation([("p", [sentence])], [("p", [sentence])], ["1-1"], [{"target": sentence}], title=title)
    cell = page_of(made).xpath('//div[contains(@class, "cell target")]//mark')
    shown = "".join(mark.text_content() for mark in cell)
    assert shown.replace("\r", "") == printable(sentence).replace("\r", "")


def test_texts_of_the_tests_are_whole() -> None:
    """The builder gives the texts as written, so that the checks above rest on something."""
    for side, text in (("source", NEWS_EN), ("target", NEWS_AR)):
        assert blocks(news(), side) == "".join(" ".join(sentences) for _, sentences in text)
    assert {edit.category for edit in news().edits} == set(Category) - {Category.TRANSPOSITION}
