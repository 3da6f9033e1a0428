"""The page of one collation in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aligner.model import Category, Collation
from aligner.report import render
from tests.by_hand import alone, collation, news

Show = Callable[..., Any]

LIT = "[...document.querySelectorAll('.cell.%s mark.lit')].map(m => m.textContent).join('')"
BOXES = """([selector, words]) => {
  const seg = [...document.querySelectorAll(selector)].find(s => s.textContent.includes(words));
  const walker = document.createTreeWalker(seg, NodeFilter.SHOW_TEXT);
  const boxes = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let i = 0; i < node.length; i++) {
      const range = new Range(); range.setStart(node, i); range.setEnd(node, i + 1);
      const box = range.getClientRects()[0];
      boxes.push([node.data[i], box ? (box.left + box.right) / 2 : null, box ? box.top : null]);
    }
  }
  return boxes;
}"""


def places(view: Any, side: str, words: str) -> list[tuple[str, float]]:
    """Characters of a segment with the middle of each box; only those that take room."""
    boxes = view.evaluate(BOXES, [f".cell.{side} .seg", words])
    return [(character, x) for character, x, _ in boxes if x is not None]


def middle(boxes: list[tuple[str, float]], words: str) -> list[float]:
    start = "".join(c for c, _ in boxes).index(words)
    return [x for _, x in boxes[start : start + len(words)]]


def test_arabic_line_runs_right_to_left_with_digits_and_latin_left_to_right(show: Show) -> None:
    view = show(render(news()), viewport={"width": 2400, "height": 900})
    line = places(view, "target", "وكتب شرطي")
    letters = middle(line, "وكتب شرطي اسمه عمر")
    assert letters == sorted(letters, reverse=True)
    for foreign in ("32", "all quiet", "12/05/2026"):
        xs = middle(line, foreign)
        assert xs == sorted(xs)
    order = [middle(line, words)[0] for words in ("وكتب", "عمر", "(", "عبارة", "«", "يوم", "12/05/2026")]
    assert order == sorted(order, reverse=True)


def test_english_line_runs_left_to_right(show: Show) -> None:
    line = places(show(render(news()), viewport={"width": 2400, "height": 900}), "source", "A police")
    xs = [x for _, x in line]
    assert xs == sorted(xs)


def test_hover_lights_both_sides_and_the_note(show: Show) -> None:
    view = show(render(news()))
    view.hover("#f3")
    assert view.evaluate(LIT % "source") == "said"
    assert view.evaluate(LIT % "target") == "وزعم"
    exact = "[...CSS.highlights.get('exact')].map(String)"
    assert view.evaluate(exact) == ["said", "زعم"]
    view.hover(".cell.target mark[data-flags='4']")
    assert view.evaluate(LIT % "source") == "brutal militia"
    assert view.evaluate("document.querySelector('#f4').classList.contains('lit')")


def test_click_on_a_mark_keeps_it_lit_and_moves_to_the_note(show: Show) -> None:
    view = show(render(news()))
    view.click(".cell.target mark[data-flags='4']")
    view.mouse.move(0, 0)
    assert view.evaluate("document.activeElement.id") == "f4"
    assert view.get_attribute("#f4", "aria-current") == "true"
    assert view.evaluate(LIT % "source") == "brutal militia"
    view.keyboard.press("Escape")
    assert view.evaluate(LIT % "source") == ""


def test_one_sided_flag_lights_the_gap(show: Show) -> None:
    view = show(render(news()))
    view.focus("#f6")
    assert view.evaluate(LIT % "target") == "انتصار باهر"
    assert view.evaluate("document.querySelector('.cell.source.lit .gap') !== null")


def test_keyboard_steps_through_the_flags(show: Show) -> None:
    view = show(render(news()))
    view.click("#next")
    seen = [view.evaluate("document.activeElement.dataset.flag")]
    for key in ("n", "j", "p"):
        view.keyboard.press(key)
        seen.append(view.evaluate("document.activeElement.dataset.flag"))
    assert seen == ["1", "2", "3", "2"]


def test_address_of_a_flag_lights_it_with_its_text_in_view(show: Show) -> None:
    view = show(render(news()), hash="#f3", viewport={"width": 390, "height": 700}, reduced_motion="reduce")
    view.wait_for_selector(".flag.lit")
    assert view.evaluate(LIT % "source") == "said"
    top = view.evaluate("document.querySelector('.cell.source mark.lit').getBoundingClientRect().top")
    assert 0 <= top < 350


SHOWN = (
    "[...document.querySelectorAll('.flag')].filter(n => n.checkVisibility()).map(n => n.dataset.flag).sort().join(' ')"
)


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("category", "hedge", "1 3 4 5 6 7"),
        ("direction", "softened", "1 2 5 6 7"),
        ("status", "rejected", "1 2 3 4 6 7"),
    ],
)
def test_filters_hide_notes_marks_and_ticks(show: Show, name: str, value: str, left: str) -> None:
    view = show(render(news()))
    view.click("summary")
    view.uncheck(f"input[name={name}][value={value}]")
    assert view.evaluate(SHOWN) == left
    assert view.inner_text("#count") == f"{len(left.split())} of 7 flags shown"
    gone = set("1234567") - set(left.split())
    for number in gone:
        assert not view.is_visible(f".tick[data-flag='{number}']")
        assert not any(m.is_visible() for m in view.query_selector_all(f".ref[data-flag='{number}']"))
    view.check(f"input[name={name}][value={value}]")
    assert view.evaluate(SHOWN) == "1 2 3 4 5 6 7"


def test_mark_of_a_hidden_flag_loses_its_tint_and_keeps_the_other_flag(show: Show) -> None:
    view = show(render(news()))
    view.click("summary")
    view.uncheck("input[name=category][value=scare-quote]")
    category = view.evaluate("document.querySelector(\".cell.source mark[data-flags='1 2']\").dataset.category")
    assert category == "hedge"
    view.uncheck("input[name=category][value=hedge]")
    assert view.evaluate("document.querySelector(\".cell.source mark[data-flags='1 2']\").classList.contains('off')")


def test_confidence_and_only_flagged_rows(show: Show) -> None:
    view = show(render(news()))
    view.click("summary")
    view.fill("#confidence", "80")
    assert view.evaluate(SHOWN) == "1 2"
    view.check("input[name=flagged]")
    assert [row.get_attribute("id") for row in view.query_selector_all(".row:not([hidden])")] == ["r4"]


WIDTHS = """() => {
  const out = [];
  for (const cell of document.querySelectorAll('.cell.target .text')) {
    cell.querySelectorAll('.ref').forEach(r => r.remove());
    const plain = cell.cloneNode(false);
    plain.textContent = cell.textContent;
    cell.after(plain);
    for (const t of [cell, plain]) { t.style.whiteSpace = 'nowrap'; t.style.width = 'max-content'; }
    out.push([cell.getBoundingClientRect().width, plain.getBoundingClientRect().width]);
  }
  return out;
}"""


def every_cut() -> Collation:
    """Marks that begin and end at every letter of a line of joined letters."""
    words = "بمستشفياتهم وبالاستقلالية لِلْمُحْتَجِّينَ"
    edits = [{"target": words[n : n + 2], "source": None, "category": Category.ADDITION} for n in range(len(words) - 1)]
    return collation([("p", ["Words."])], [("p", [words])], ["1-1"], edits)


@pytest.mark.parametrize("made", [news, every_cut])
def test_marks_leave_the_shapes_of_joined_letters_alone(show: Show, made: Callable[[], Collation]) -> None:
    """A torn word has isolated shapes and so another width; Chromium measures to 1/64 px."""
    view = show(render(made()))
    for marked, plain in view.evaluate(WIDTHS):
        assert marked == pytest.approx(plain, abs=1 / 32)


def test_width_tells_a_torn_word(show: Show) -> None:
    """The measure above can fail: letters in boxes of their own are wider or narrower than joined ones."""
    view = show(render(every_cut()), bypass_csp=True)
    view.evaluate(
        "document.querySelectorAll('.cell.target .seg').forEach(s => {"
        " s.innerHTML = [...s.textContent].map(c => `<i style='display:inline-block'>${c}</i>`).join('') })"
    )
    (torn, whole), *_ = view.evaluate(WIDTHS)
    assert abs(torn - whole) > 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 900, 390])
def test_page_has_no_serious_accessibility_findings(
    show: Show, axe: Callable[[Any], list[str]], scheme: str, width: int
) -> None:
    view = show(render(news()), color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    view.click("summary")
    view.hover("#f3 .why")
    assert axe(view) == []


def test_page_of_a_translation_alone(show: Show, axe: Callable[[Any], list[str]]) -> None:
    view = show(render(alone()), bypass_csp=True)
    assert view.evaluate("document.querySelectorAll('.cell.source').length") == 0
    assert view.evaluate(SHOWN) == "1 2"
    assert axe(view) == []


@pytest.mark.parametrize("width", [1400, 390])
def test_nothing_is_wider_than_the_window(show: Show, width: int) -> None:
    view = show(render(news()), viewport={"width": width, "height": 800})
    assert view.evaluate("document.documentElement.scrollWidth") <= width


def test_page_reads_without_scripts(show: Show) -> None:
    view = show(render(news()), script=False)
    assert not view.is_visible("#filters")
    assert all(view.is_visible(f"#f{n}") for n in range(1, 8))
    view.click("#t3")
    assert view.url.endswith("#f3")


def test_paper_has_notes_and_no_controls(show: Show) -> None:
    view = show(render(news()))
    view.emulate_media(media="print")
    assert not view.is_visible("#filters") and not view.is_visible(".overview")
    assert all(view.is_visible(f"#f{n}") for n in range(1, 8))


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} \N{RIGHT-TO-LEFT OVERRIDE}abc\r\nd &amp; 👩‍👩‍👧\x00\x0b"


def test_hostile_text_is_shown_as_it_is(show: Show) -> None:
    made = collation(
        [("h", [HOSTILE]), ("p", [HOSTILE])], [("h", [HOSTILE + "عربي"]), ("p", [HOSTILE])], ["1-1", "1-1"],
        [{"source": "👩‍👩", "target": "&amp;", "rationale": HOSTILE, "rule": HOSTILE, "group": HOSTILE, "referent": HOSTILE, "note": HOSTILE, "cue": HOSTILE}],
        title=HOSTILE, url="javascript:alert(1)", outlet=HOSTILE, author=HOSTILE,
    )  # fmt: skip
    view = show(render(made))
    shown = view.evaluate("document.querySelector('.row:nth-of-type(2) .cell.source .text').textContent")
    assert shown == HOSTILE.replace("\x00", "�").replace("\x0b", "�")
    assert view.evaluate("document.querySelectorAll('script').length") == 1
    assert view.evaluate("document.querySelectorAll('img, a[href^=javascript]').length") == 0
    view.hover("#f1")
    assert view.evaluate("[...CSS.highlights.get('exact')].map(String)") == ["👩‍👩", "&amp;"]


@pytest.mark.parametrize("width", [500, 390])
def test_no_table_is_cut_on_a_narrow_screen(show: Show, cut: Callable[[Any], list[str]], width: int) -> None:
    view = show(render(news()), viewport={"width": width, "height": 900})
    view.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert cut(view) == []
