"""Bytes to witness: decoded, hashed, cut into blocks, with its attribution and its language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from aligner import __version__
from aligner.errors import InputError
from aligner.ingest.attribution import byline, joined, read_attribution
from aligner.ingest.blocks import find_blocks
from aligner.ingest.decode import decode
from aligner.ingest.draft import Draft
from aligner.ingest.files import read_bytes
from aligner.ingest.language import identify, other_languages
from aligner.model import Bibl, Block, Kind, Role, Witness

__all__ = ["read_witness", "witness_from_bytes"]

_READER = f"muqabala-text {__version__}"


def read_witness(path: Path, *, siglum: str, language: str | None = None) -> Witness:
    """Read a file into a witness.

    Args:
        path: a plain text.
        siglum: the short id of the witness in the record.
        language: ISO 639-1 code; found out where it is None.

    Raises:
        InputError: the file cannot be read, decoded, or holds no running text.
    """
    return witness_from_bytes(read_bytes(path), siglum=siglum, language=language, origin=str(path))


def witness_from_bytes(data: bytes, *, siglum: str, language: str | None = None, origin: str = "") -> Witness:
    """Make a witness of the bytes of a plain text; ``origin`` is the name that goes into the record.

    >>> w = witness_from_bytes("A title\\n\\nA first sentence of the text.".encode(), siglum="en")
    >>> w.language, [str(b.kind) for b in w.blocks], w.bibl.title
    ('en', ['heading', 'paragraph'], 'A title')
    """
    decoded = decode(data, where=origin)
    draft = Draft(decoded.text, find_blocks(decoded.text), decoded.encoding, _READER, notes=decoded.notes)
    return _finished(draft, data, siglum=siglum, language=language, origin=origin)


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
