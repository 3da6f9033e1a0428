"""Web pages to a draft: trafilatura finds the article, we keep its structure and what the page states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from lxml import etree, html

from aligner import __version__
from aligner.errors import InputError
from aligner.ingest.decode import check_characters, decode_page, typography, without_forbidden
from aligner.ingest.draft import Draft, Piece, laid_out
from aligner.ingest.layout import is_prose
from aligner.ingest.markup import LARGEST, local_name
from aligner.ingest.media import HTML
from aligner.ingest.pagedate import page_date
from aligner.model import Bibl
from aligner.text import normalise

__all__ = ["read_html"]

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)")
_REFERENCE = re.compile(r"&#(\d{1,7}|[xX][0-9a-fA-F]{1,6})(?![0-9a-fA-F]);?")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
# A double break ends a paragraph of an old page; so does a single one after the end of a sentence.
_PARAGRAPH_END = re.compile('\n\\s*\n|(?<=[.!?\u061f\u2026:\u201d\u00bb"])[ ]*\n')
# The dates we record are our own (pagedate.py); the extractor must not ask the clock for its own.
_NO_CLOCK = {"extensive_search": False, "original_date": True, "min_date": "1990-01-01", "max_date": "2199-12-31"}
# Share of the visible characters of a table cell from which on it is navigation (a guess).
_LINKED_SHARE = 0.8
_BLOCKS = ("head", "p", "item", "cell", "quote", "code", "ab")
_INNER = frozenset(("p", "item", "quote", "list", "row", "cell", "head"))


def read_html(data: bytes, *, where: str = "", declared: str = "") -> Draft:
    """Read the article of a web page.

    Args:
        data: the bytes of the page.
        where: the name of the file, for messages.
        declared: the encoding the server stated, empty where it is not known.

    Raises:
        InputError: the page cannot be decoded, or no article is found in it.
    """
    if len(data) > LARGEST:
        raise _no_article(f"the page is larger than {LARGEST // 1_000_000} MB", where)
    decoded = decode_page(data, where=where, declared=declared)
    page, dropped = without_forbidden(_REFERENCE.sub(_as_browsers_do, decoded.text))
    document = _extracted(page, where)
    bibl = _stated(document, page, where)
    text, blocks = laid_out(_titled(list(_pieces(document.body)), bibl.title))
    check_characters(text, where=where)
    if not any(block.is_aligned for block in blocks):
        raise _no_article("no article was found in the page", where)
    return Draft(
        text,
        blocks,
        decoded.encoding,
        f"trafilatura {version('trafilatura')}, muqabala-html {__version__}",
        HTML,
        bibl=bibl,
        notes=(*decoded.notes, *dropped, *typography(text)),
    )


def _as_browsers_do(reference: re.Match[str]) -> str:
    """Read a numeric reference: 128 to 159 mean Windows-1252 (HTML5, 13.2.5.80), the parser says C1."""
    digits = reference[1].lower()
    code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("cp1252", "ignore")
    is_kept = code <= 0x10FFFF and without_forbidden(chr(code))[0]
    return reference[0] if is_kept else ""


def _no_article(what: str, where: str) -> InputError:
    return InputError(what, where=where, remedy="copy the article's text into a plain text file")


def _tree(page: str, where: str) -> html.HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_pis=True)
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise _no_article(f"the page is empty or damaged ({error})", where) from error


def _extracted(page: str, where: str) -> Any:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    try:
        document = bare_extraction(
            _readable(_tree(page, where)),
            with_metadata=True,
            include_comments=False,
            date_extraction_params=dict(_NO_CLOCK),
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, etree.LxmlError) as error:
        raise _no_article(f"the page cannot be taken apart ({type(error).__name__})", where) from error
    if not isinstance(document, Document) or document.body is None:
        raise _no_article("no article was found in the page", where)
    return document


def _readable(tree: html.HtmlElement) -> html.HtmlElement:
    """Draw what a browser draws and the extractor loses; drop cells of old layout tables that only link."""
    for quote in list(tree.iter("q")):
        quote.text = "\N{LEFT DOUBLE QUOTATION MARK}" + (quote.text or "")
        last = quote[-1] if len(quote) else None
        if last is None:
            quote.text += "\N{RIGHT DOUBLE QUOTATION MARK}"
        else:
            last.tail = (last.tail or "") + "\N{RIGHT DOUBLE QUOTATION MARK}"
        quote.tag = "span"
    for cell in list(tree.iter("td")):
        links = [link for link in cell.iter("a") if link.get("href")]
        n_linked = sum(_n_visible(link) for link in links)
        if len(links) > 1 and n_linked > _LINKED_SHARE * _n_visible(cell):
            cell.clear()
    return tree


def _n_visible(element: html.HtmlElement) -> int:
    return len("".join(element.text_content().split()))


def _stated(document: Any, page: str, where: str) -> Bibl:
    """What the page says of itself."""
    saved = _SAVED_FROM.search(page[:5000])
    url = document.url or (saved[1] if saved else "")
    return Bibl(
        title=_clean(document.title),
        author=_clean(document.author),
        outlet=_clean(document.sitename),
        published=page_date(_tree(page, where), url),
        url=_clean(url),
        rights=_clean(document.license),
    )


def _clean(text: str | None) -> str:
    clean, _ = without_forbidden(text or "")
    return " ".join(clean.split())


def _pieces(body: etree._Element) -> Iterator[Piece]:
    """Paragraphs of the extractor's tree, outermost blocks first, cut at line breaks that mean one."""
    for element in body.iter(*_BLOCKS):
        if any(local_name(above) in _BLOCKS for above in element.iterancestors()):
            continue
        for part in _PARAGRAPH_END.split("".join(_text(element))):
            yield Piece(part, local_name(element) == "head")


def _text(element: etree._Element) -> Iterator[str]:
    yield _BLANKS.sub(" ", element.text or "")
    for child in element:
        name = local_name(child)
        gap = "\n\n" if name in _INNER else "\n" if name == "lb" else ""
        yield gap
        yield from _text(child)
        yield gap if name != "lb" else ""
        yield _BLANKS.sub(" ", child.tail or "")


def _titled(pieces: list[Piece], title: str) -> list[Piece]:
    """Put the title in front where the extractor left it out of the text, as it does with many pages."""
    folded = _folded(title)
    if not folded:
        return pieces
    for k, piece in enumerate(pieces):
        if _folded(piece.text) == folded:
            return [*pieces[:k], Piece(piece.text, True), *pieces[k + 1 :]]
        if is_prose(piece.text):
            break
    return [Piece(title, True), *pieces]


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalise(text[:1000]).text))
