"""When a page says it was published, in ISO 8601, without asking the clock or guessing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html

from aligner.ingest.attribution import find_date
from aligner.ingest.tables import table

__all__ = ["page_date"]

_LINKED = re.compile(r'"(?:datePublished|dateCreated)"\s*:\s*"([^"]{8,40})"')
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/_-]|$)")
_CLASS = re.compile(r"\b(?:post|entry|publish\w*|article|pub)?[-_]?(?:date|time|published|timestamp)\b", re.IGNORECASE)
_LONGEST = 80  # characters of an element that holds a date and little else


def page_date(tree: html.HtmlElement, url: str = "") -> str:
    """Give the day of publication, empty where the page does not say it beyond doubt.

    Metadata first, then linked data, time elements, the address, and short elements whose class says date.

    >>> page_date(html.fromstring('<p><time datetime="2024-05-03T09:00">3 May</time></p>'))
    '2024-05-03'
    """
    for stated in _statements(tree, url):
        if date := find_date(stated):
            return date
    return ""


def _statements(tree: html.HtmlElement, url: str) -> Iterator[str]:
    keys = frozenset(table("paratext.yaml")["date_keys"])
    for meta in tree.iter("meta"):
        names = {meta.get(key, "").lower() for key in ("property", "name", "itemprop", "http-equiv")}
        if names & keys:
            yield meta.get("content", "")
    for script in tree.iter("script"):
        if "ld+json" in script.get("type", "").lower():
            yield from _LINKED.findall(script.text or "")
    for element in tree.iter("time", "abbr", "span"):
        named = f"{element.get('itemprop', '')} {element.get('class', '') if element.tag == 'abbr' else ''}".lower()
        if element.tag == "time" or "published" in named:  # an abbr of hAtom has the date as its title
            stated = element.get("datetime") or element.get("content") or element.get("title")
            yield stated or element.text_content()[:_LONGEST]
    if found := _IN_URL.search(url):
        yield "-".join(found.groups())
    for element in tree.iter("span", "div", "p", "td", "li", "font"):
        if _CLASS.search(f"{element.get('class', '')} {element.get('id', '')}"):
            text = element.text_content().strip()
            if len(text) <= _LONGEST:
                yield text
