"""The audit page and the codebook in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aligner.audit import codebook, render
from aligner.audit.corpus import Corpus, document_of
from tests.by_hand import alone, news
from tests.test_audit import judged, told_apart, unjudged

Show = Callable[..., Any]
VISIBLE = "[...document.querySelectorAll('tr.flag')].filter(r => r.checkVisibility()).length"


def page() -> str:
    made = unjudged(news())
    collations = [
        told_apart(made, 1, outlet="The Post", published="2026-01-02"),
        told_apart(made, 2, outlet="جريدة «الميناء»", published="2026-02-02"),
        judged(told_apart(made, 3, outlet='<script>alert("x")</script>', published="2026-02-03"), "lina", 5),
        alone(),
    ]
    documents = tuple(document_of(f"p{n}", c) for n, c in enumerate(collations))
    other = replace(documents[2], name="p2.omar", edits=judged(collations[2], "omar", 5, 6).edits)
    corpus = Corpus(documents, (other,), ("x.xml: not well-formed",))
    return render(corpus, by=("outlet", "date", "term"), reports="audit")


def test_number_narrows_the_list_to_the_flags_it_counts(show: Show) -> None:
    view = show(page(), reduced_motion="reduce")
    total = view.evaluate(VISIBLE)
    assert total == 23
    picks = view.query_selector_all("a.pick")
    assert len(picks) > 30
    for pick in picks:
        pick.click()
        term = pick.get_attribute("data-term")
        if term:  # counts mentions, of which one may be quoted and hedged
            assert view.evaluate(VISIBLE) >= int(pick.inner_text())
        else:
            assert view.evaluate(VISIBLE) == int(pick.inner_text())
        assert view.evaluate("document.activeElement.id") == "flags"
    quoted = view.query_selector("a.pick[data-term='0.0'][data-status=machine]")
    quoted.click()
    assert (quoted.inner_text(), view.evaluate(VISIBLE)) == ("3", 6)
    view.click("#all")
    assert view.evaluate(VISIBLE) == total


def test_audit_without_scripts_leads_to_the_block_of_a_category(show: Show) -> None:
    view = show(page(), script=False)
    assert not view.is_visible("#all")
    view.click("a.pick[data-category=hedge]")
    assert view.url.endswith("#flags-hedge")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("made", [page, codebook])
def test_pages_have_no_serious_accessibility_findings(
    show: Show, axe: Callable[[Any], list[str]], scheme: str, width: int, made: Callable[[], str]
) -> None:
    view = show(made(), color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(view) == []


@pytest.mark.parametrize("width", [500, 390])
@pytest.mark.parametrize("made", [page, codebook])
def test_no_table_is_cut_on_a_narrow_screen(
    show: Show, cut: Callable[[Any], list[str]], width: int, made: Callable[[], str]
) -> None:
    assert cut(show(made(), viewport={"width": width, "height": 900})) == []


def test_figures_keep_their_heads_on_a_narrow_screen(show: Show) -> None:
    view = show(page(), viewport={"width": 500, "height": 900})
    heads = view.evaluate("[...document.querySelectorAll('.rates tbody tr:first-child td')].map(d => d.dataset.head)")
    assert len(heads) > 20 and all(heads)
    before = "[...document.querySelectorAll('.flags tr.flag:first-of-type td')].map(d => getComputedStyle(d, '::before').content)"
    assert all(content not in ("none", "normal") for content in view.evaluate(before))
