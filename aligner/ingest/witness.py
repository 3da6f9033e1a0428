"""Bytes to witness: decoded, hashed, cut into blocks, with its attribution and its language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from aligner import __version__
from aligner.errors import InputError
from aligner.ingest.attribution import attribution, byline, joined
from aligner.ingest.decode import decode
from aligner.ingest.files import read_bytes
from aligner.ingest.language import identify
from aligner.ingest.layout import headings, paragraphs
from aligner.ingest.paratext import roles
from aligner.model import Bibl, Block, Kind, Role, Span, Witness

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
    text, spans = decoded.text, paragraphs(decoded.text)
    found = roles([span.of(text) for span in spans])
    blocks = _blocks(text, spans, found)
    running = "\n".join(block.span.of(text) for block in blocks if block.is_aligned)
    if not running.strip():
        raise InputError(
            "there is no running text, only furniture or attribution",
            where=origin,
            remedy="give the article itself",
        )
    return Witness(
        siglum=siglum,
        language=language or identify(running),
        text=text,
        blocks=blocks,
        sha256=hashlib.sha256(data).hexdigest(),
        origin=Path(origin).name,
        encoding=decoded.encoding,
        reader=_READER,
        bibl=_own_bibl(text, blocks),
        attribution=attribution(text, spans, found),
        notes=decoded.notes,
    )


def _blocks(text: str, spans: Sequence[Span], found: Sequence[Role | None]) -> tuple[Block, ...]:
    aligned = [k for k, role in enumerate(found) if role is None]
    titles = {aligned[k] for k in headings([spans[k].of(text) for k in aligned])}
    kinds = (Kind.PARATEXT if role else Kind.HEADING if k in titles else Kind.PARAGRAPH for k, role in enumerate(found))
    return tuple(Block(span, kind, role) for span, kind, role in zip(spans, kinds, found, strict=True))


def _own_bibl(text: str, blocks: Sequence[Block]) -> Bibl:
    """Read title, author and date out of the text itself: the heading it opens with, and its byline."""
    first = next(block for block in blocks if block.is_aligned)
    title = first.span.of(text) if first.kind is Kind.HEADING else ""
    lines = [block.span.of(text) for block in blocks if block.role is Role.BYLINE]
    return joined(Bibl(title=title), byline(lines))
