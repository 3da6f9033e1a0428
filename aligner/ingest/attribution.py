"""What a translation says of its source, and what a byline says of the article: lines to `Bibl`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import cache, reduce
from itertools import groupby
from typing import Any

from aligner.ingest.tables import table
from aligner.model import Attribution, Bibl, Block, Role, Span
from aligner.text import normalise, quotations

__all__ = ["byline", "find_date", "joined", "parse_claims", "read_attribution"]

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"“”«»]+", re.IGNORECASE)
_EDGES = " \t\r\n.,،;؛:|/()[]–—-«»\"“”'‘’\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")


def parse_claims(text: str) -> Bibl:
    """Read title, outlet, author, date, link and translator out of an attribution.

    >>> claims = parse_claims("مترجم من\\n“A Title: With More”, The Daily Paper.")
    >>> claims.title, claims.outlet
    ('A Title: With More', 'The Daily Paper')
    >>> parse_claims("Translated by Rana Saleh").translator
    'Rana Saleh'
    """
    rest = _URL.sub("\n", text)
    found = {"url": _url(text), "published": find_date(text)}
    title = max((q.inner for q in quotations(rest) if q.depth == 0), key=len, default=None)
    if title is not None:
        found["title"] = title.of(rest).strip(_EDGES)
        rest = rest[: title.start] + "\n" + rest[title.end :]
    for key in ("translator", "author", "outlet"):
        found[key], rest = _named(key, rest)
    if not found["outlet"]:
        found["outlet"] = _leftover(rest)
    return Bibl(**found)


def _url(text: str) -> str:
    found = _URL.search(text)
    return found.group().rstrip(".,،;؛:)]»”\"'") if found else ""


@cache
def _patterns() -> Mapping[str, Any]:
    rows = table("paratext.yaml")["attribution"]
    compiled: dict[str, Any] = {
        key: tuple(re.compile(one, re.IGNORECASE) for one in rows[key]) for key in ("translator", "author", "outlet")
    }
    return compiled | {key: re.compile(rows[key], re.IGNORECASE) for key in ("tails", "cues")}


def _named(key: str, text: str) -> tuple[str, str]:
    """Find who is named, and the text without the naming."""
    for one in _patterns()[key]:
        if found := one.search(text):
            name = _patterns()["tails"].sub("", found["name"]).strip(_EDGES)
            if name:
                return name, text[: found.start()] + "\n" + text[found.end() :]
    return "", text


def _leftover(text: str) -> str:
    """With title and names taken out, a short remainder such as ", The Daily Paper." names the outlet."""
    for line in text.split("\n"):
        for part in re.split(r"[,،;؛|]|\s[–—-]\s", _patterns()["cues"].sub("", line)):
            name = part.strip(_EDGES)
            if 2 <= len(name) <= 60 and not _is_date(name) and re.search(r"[^\W\d_]{2}", name):
                return name if not _patterns()["cues"].match(part + " ") else ""
    return ""


def _is_date(text: str) -> bool:
    return any(c.isdigit() for c in text) and bool(find_date(text) or re.search(r"\d", text[:2]))


@cache
def _months() -> tuple[Mapping[str, int], re.Pattern[str], re.Pattern[str]]:
    rows = table("paratext.yaml")["months"]
    months = {name: i + 1 for i, row in enumerate(rows) for name in row}
    name = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    day = r"(\d{1,2})(?:st|nd|rd|th)?"
    day_first = re.compile(rf"\b{day}\s+(?:of\s+)?({name})\b\.?(?:\s*/\s*\w+(?: \w+)?)?[,،]?\s+(\d{{4}})\b")
    month_first = re.compile(rf"\b({name})\b\.?\s+{day}[,،]?\s+(\d{{4}})\b")
    return months, day_first, month_first


def find_date(text: str) -> str:
    """Find the first full date and give it in ISO 8601; empty where there is none or it is ambiguous.

    >>> find_date("نُشر في 3 أيلول/سبتمبر 2025"), find_date("Nov. 9, 2025"), find_date("03/04/2025")
    ('2025-09-03', '2025-11-09', '')
    """
    folded = normalise(text[:2000]).text
    months, day_first, month_first = _months()
    if found := _ISO.search(folded):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := day_first.search(folded):
        return _iso(int(found[3]), months[found[2]], int(found[1]))
    if found := month_first.search(folded):
        return _iso(int(found[3]), months[found[1]], int(found[2]))
    if found := _DAY_FIRST.search(folded):
        first, second = int(found[1]), int(found[2])
        if first > 12 or first == second:
            return _iso(int(found[3]), second, first)
        if second > 12:
            return _iso(int(found[3]), first, second)
    return ""


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def joined(first: Bibl, second: Bibl) -> Bibl:
    """Fill what the first leaves empty from the second.

    >>> bibl = joined(Bibl(title="A"), Bibl(title="B", outlet="C"))
    >>> bibl.title, bibl.outlet
    ('A', 'C')
    """
    gaps = {f.name: getattr(second, f.name) for f in fields(first) if not getattr(first, f.name)}
    return replace(first, **gaps)


def read_attribution(text: str, blocks: Sequence[Block]) -> Attribution | None:
    """Join the attribution lines and read their claims; None where the witness makes no statement.

    Where such lines stand in two places, the one that claims more is pointed at, and what the other
    claims besides fills its gaps: a translator named at the head is not lost.
    """
    stretches = [
        Span(run[0].span.start, run[-1].span.end)
        for is_attribution, group in groupby(blocks, lambda block: block.role is Role.ATTRIBUTION)
        if is_attribution and (run := list(group))
    ]
    parsed = sorted((Attribution(s, parse_claims(s.of(text))) for s in stretches), key=_weight, reverse=True)
    if not parsed:
        return None
    return Attribution(parsed[0].span, reduce(joined, (one.claims for one in parsed)))


def _weight(one: Attribution) -> int:
    return sum(1 for f in fields(one.claims) if getattr(one.claims, f.name))


def byline(lines: Sequence[str]) -> Bibl:
    """Read author and date out of the lines under a headline.

    >>> bibl = byline(["By Jane Doe", "September 3, 2025"])
    >>> bibl.author, bibl.published
    ('Jane Doe', '2025-09-03')
    """
    bibl = Bibl()
    for line in lines:
        author, _ = _named("author", line)
        bibl = joined(bibl, Bibl(author=author, published=find_date(line)))
    return bibl
