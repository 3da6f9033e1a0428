"""TEI documents to a draft: headings and paragraphs of the text, title, author and date of the header."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from aligner import __version__
from aligner.errors import InputError
from aligner.ingest.decode import check_characters, typography
from aligner.ingest.draft import Draft, Piece, laid_out
from aligner.ingest.markup import local_name, parse_xml
from aligner.ingest.media import TEI
from aligner.model import Bibl

__all__ = ["read_tei_text"]

_TEI = "{http://www.tei-c.org/ns/1.0}"
_BLOCKS = frozenset(("head", "p", "ab", "item", "l", "quote", "cell", "label", "byline", "dateline", "docTitle"))
# Apparatus of an edition, not the text of the article; of two readings the corrected one is kept aside.
_ASIDE = frozenset(("note", "fw", "figDesc", "del", "orig", "sic", "abbr", "teiHeader", "standOff", "back"))
_BREAKS = frozenset(("lb", "pb", "cb"))


def read_tei_text(data: bytes, *, where: str = "") -> Draft:
    """Read the running text of one TEI document.

    Raises:
        InputError: no TEI, no text in it, or a record of a collation instead of a text.
    """
    root = parse_xml(data, where=where)
    if root.get("type") == "alignment":
        what = "this is the record of a collation, not a text"
        raise InputError(what, where=where, remedy="open it with review or verify, or give the article")
    bodies = root.findall(f".//{_TEI}text/{_TEI}body")
    if not bodies:
        raise InputError("the XML holds no TEI text with a body", where=where, remedy="give TEI P5 or text")
    text, blocks = laid_out(piece for body in bodies for piece in _pieces(body))
    check_characters(text, where=where)
    reader = f"muqabala-tei {__version__}"
    return Draft(text, blocks, _encoding(root), reader, TEI, bibl=_header(root), notes=typography(text))


def _encoding(root: etree._Element) -> str:
    return (root.getroottree().docinfo.encoding or "utf-8").lower()


def _pieces(element: etree._Element) -> Iterator[Piece]:
    """Innermost blocks; what stands between blocks inside a block is a piece of its own."""
    if not any(local_name(child) in _BLOCKS for child in element.iterdescendants()):
        yield Piece("".join(_text(element)), local_name(element) == "head")
        return
    loose = [element.text or ""]
    for child in element:
        if local_name(child) in _ASIDE:
            pass
        elif local_name(child) in _BLOCKS or any(local_name(d) in _BLOCKS for d in child.iterdescendants()):
            yield Piece("".join(loose))
            loose = []
            yield from _pieces(child)
        else:
            loose.extend(_text(child))
        loose.append(child.tail or "")
    yield Piece("".join(loose))


def _text(element: etree._Element) -> Iterator[str]:
    name = local_name(element)
    if not name or name in _ASIDE:
        return
    if name in _BREAKS and element.get("break") != "no":
        yield " "
    yield element.text or ""
    for child in element:
        yield from _text(child)
        yield child.tail or ""


def _header(root: etree._Element) -> Bibl:
    header = f"{_TEI}teiHeader/{_TEI}fileDesc/"
    date = root.find(f"{header}{_TEI}sourceDesc//{_TEI}date[@when]")
    return Bibl(
        title=_first(root, f"{header}{_TEI}titleStmt/{_TEI}title"),
        author=_first(root, f"{header}{_TEI}titleStmt/{_TEI}author"),
        published=date.get("when", "") if date is not None else "",
    )


def _first(root: etree._Element, path: str) -> str:
    found = root.find(path)
    return " ".join("".join(_text(found)).split()) if found is not None else ""
