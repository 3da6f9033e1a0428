"""Bytes to witness: decoded, hashed, cut into blocks, with its attribution and its language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from aligner import __version__
from aligner.errors import InputError
from aligner.ingest import media
from aligner.ingest.attribution import byline, joined, read_attribution
from aligner.ingest.blocks import find_blocks
from aligner.ingest.decode import decode
from aligner.ingest.draft import Draft
from aligner.ingest.files import read_bytes, saved_page
from aligner.ingest.language import identify, other_languages
from aligner.model import Bibl, Block, Kind, Role, Witness

__all__ = ["read_witness", "witness_from_bytes"]

_READER = f"muqabala-text {__version__}"


def read_witness(path: Path, *, siglum: str, language: str | None = None, url: str = "") -> Witness:
    """Read a file, or the folder of a page saved by a browser, into a witness.

    Args:
        path: plain text, HTML, DOCX, TEI, WARC, or a folder with one page in it.
        siglum: the short id of the witness in the record.
        language: ISO 639-1 code; found out where it is None.
        url: which page of a web archive; the first where it is empty.

    Raises:
        InputError: the file cannot be read, decoded, or holds no running text.
    """
    path = saved_page(path) if path.is_dir() else path
    return witness_from_bytes(read_bytes(path), siglum=siglum, language=language, origin=str(path), url=url)


def witness_from_bytes(
    data: bytes,
    *,
    siglum: str,
    language: str | None = None,
    origin: str = "",
    media_type: str | None = None,
    url: str = "",
) -> Witness:
    """Make a witness of the bytes of a file; ``origin`` is the name that goes into the record.

    The media type is found out by the bytes and the name where it is None.

    >>> w = witness_from_bytes(b"A title\\n\\nA first sentence of the text.", siglum="en")
    >>> w.language, [str(b.kind) for b in w.blocks], w.bibl.title
    ('en', ['heading', 'paragraph'], 'A title')

    Raises:
        InputError: the bytes cannot be decoded, or hold no running text.
    """
    draft = _draft(data, media_type or media.media_type(data, origin=origin, where=origin), origin, url)
    return _finished(draft, data, siglum=siglum, language=language, origin=origin)


def _draft(data: bytes, kind: str, where: str, url: str) -> Draft:
    """Hand the bytes to the reader of their kind; readers load their libraries only when needed."""
    if kind == media.HTML:
        from aligner.ingest.html import read_html

        return read_html(data, where=where)
    if kind == media.DOCX:
        from aligner.ingest.docx import read_docx

        return read_docx(data, where=where)
    if kind == media.TEI:
        from aligner.ingest.teitext import read_tei_text

        return read_tei_text(data, where=where)
    if kind == media.WARC:
        return _archived(data, where, url)
    if kind != media.TEXT:
        remedy = "give plain text, HTML, DOCX, TEI or WARC"
        raise InputError(f"files of the kind {kind} are not read", where=where, remedy=remedy)
    decoded = decode(data, where=where)
    return Draft(decoded.text, find_blocks(decoded.text), decoded.encoding, _READER, notes=decoded.notes)


def _archived(data: bytes, where: str, url: str) -> Draft:
    from aligner.ingest.html import read_html
    from aligner.ingest.warc import archived_page

    page = archived_page(data, where=where, url=url)
    draft = read_html(page.data, where=f"{where}#{page.url}", declared=page.charset)
    bibl = joined(draft.bibl, Bibl(url=page.url, retrieved=page.retrieved))
    return replace(draft, media_type=media.WARC, bibl=bibl, notes=(*draft.notes, f"page {page.url}"))


def _finished(draft: Draft, data: bytes, *, siglum: str, language: str | None, origin: str) -> Witness:
    """Add what every format has: language, attribution, title and byline, hash."""
    text, blocks = draft.text, draft.blocks
    aligned = [block.span.of(text) for block in blocks if block.is_aligned]
    if not aligned:
        what = "there is no running text, only furniture or attribution"
        raise InputError(what, where=origin, remedy="give the article itself")
    language = language or identify("\n".join(aligned))
    return Witness(
        siglum=siglum,
        language=language,
        text=text,
        blocks=blocks,
        sha256=hashlib.sha256(data).hexdigest(),
        origin=Path(origin).name,
        encoding=draft.encoding,
        media_type=draft.media_type,
        reader=draft.reader,
        bibl=joined(draft.bibl, _bibl(text, blocks)),
        attribution=read_attribution(text, blocks),
        notes=draft.notes + other_languages(aligned, language),
    )


def _bibl(text: str, blocks: Sequence[Block]) -> Bibl:
    """The heading before any paragraph is the title; the byline names author and date."""
    lead = takewhile(lambda block: block.kind is not Kind.PARAGRAPH, blocks)
    title = next((block.span.of(text) for block in lead if block.kind is Kind.HEADING), "")
    lines = [block.span.of(text) for block in blocks if block.role is Role.BYLINE]
    return joined(Bibl(title=title), byline(lines))
