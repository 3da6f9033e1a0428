"""Read what a translation says of its source: title, outlet, author, date, link, translator."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aligner.model import Attribution, Bibl, Block, Role, Span
from aligner.text import quotations

__all__ = ["read_attribution"]

_URL = re.compile(r"https?://[^\s\"'<>\u00bb\u201d)]+")
_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
_OUTLET_AR = re.compile(
    r"(?:عن|من|في|على)?\s*(?:ال)?(?:صحيفة|جريدة|مجلة|موقع|وكالة|قناة|شبكة|منصة)\s+(?P<name>[^.,،؛\n]{2,60})"
)
_OUTLET_LATIN = re.compile(r"(?:The\s+)?(?:[A-Z][\w'’&.-]*)(?:\s+(?:of|the|and|for|[A-Z][\w'’&.-]*))*")
_CUE = re.compile(
    r"^(?:[^:：\n]{0,40}[:：]\s*|مترجم(?:ة)?\s+(?:من|عن)\s*|نقل(?:ا|اً)\s+عن\s*"
    r"|(?:this article |this story )?(?:was )?(?:first |originally )?(?:published|appeared|translated) "
    r"(?:in|on|by|from)\s+)",
    re.IGNORECASE,
)
_TRANSLATOR = re.compile(
    r"(?:ترجمة(?: وتحرير)?\s*[:：]|translated by)\s*(?P<name>[^.,،؛\n]{2,60})", re.IGNORECASE
)
_AUTHOR = re.compile(r"(?:\bby|بقلم\s*[:：]?)\s+(?P<name>[^.,،؛\n]{2,50})")
_STRIP = " \t.,،؛:;-–—\"“”«»'‘’()"


def read_attribution(text: str, blocks: Sequence[Block]) -> Attribution | None:
    """Join the attribution lines and read their claims; None where the witness makes no statement.

    >>> from aligner.ingest.blocks import find_blocks
    >>> text = "خبر أول طويل بعض الشيء.\\nمترجم من\\n“A Title of Some Length”, The Daily Example."
    >>> found = read_attribution(text, find_blocks(text))
    >>> found.claims.title, found.claims.outlet
    ('A Title of Some Length', 'The Daily Example')
    """
    lines = [block.span for block in blocks if block.role is Role.ATTRIBUTION]
    if not lines:
        return None
    span = Span(lines[0].start, lines[-1].end)
    return Attribution(span, _claims("\n".join(line.of(text) for line in lines)))


def _claims(statement: str) -> Bibl:
    quoted = [q for q in quotations(statement) if q.depth == 0]
    long_enough = [q for q in quoted if len(q.inner) > 8]
    title = long_enough[0].inner.of(statement) if long_enough else ""
    rest = _without(statement, [q.outer for q in long_enough[:1]])
    url = _URL.search(rest)
    date = _DATE.search(rest)
    translator = _TRANSLATOR.search(rest)
    author = _AUTHOR.search(rest)
    plain = _without(rest, [Span(*m.span()) for m in (url, date, translator, author) if m])
    return Bibl(
        title=title.strip(_STRIP) if title else "",
        author=author["name"].strip(_STRIP) if author else "",
        outlet=_outlet(plain),
        published=_iso(date) if date else "",
        url=url.group().rstrip(".,") if url else "",
        translator=translator["name"].strip(_STRIP) if translator else "",
    )


def _without(text: str, spans: Sequence[Span]) -> str:
    for span in sorted(spans, reverse=True):
        text = text[: span.start] + " " * len(span) + text[span.end :]
    return text


def _outlet(plain: str) -> str:
    found = _OUTLET_AR.search(plain)
    if found:
        return found["name"].strip(_STRIP)
    for line in plain.split("\n"):
        stripped = _CUE.sub("", line.strip()).strip(_STRIP)
        latin = _OUTLET_LATIN.search(stripped)
        if latin and len(latin.group()) > 2:
            return latin.group().strip(_STRIP)
        if stripped and len(stripped.split()) <= 6:
            return stripped
    return ""


def _iso(date: re.Match[str]) -> str:
    """Give ISO 8601; a date in figures is day, month, year, as both languages' press writes it."""
    if date[1]:
        return f"{date[1]}-{date[2]}-{date[3]}"
    return f"{date[6]}-{int(date[5]):02d}-{int(date[4]):02d}"
