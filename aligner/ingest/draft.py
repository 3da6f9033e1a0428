"""What a reader of one format makes of a file, before what all formats share is added."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from aligner.ingest.blocks import classified
from aligner.model import Bibl, Block, Span

__all__ = ["Draft", "Piece", "laid_out"]

_BLANKS = re.compile(r"[ \t\r\n\f]+")  # not the hard blank, which an author put there


@dataclass(frozen=True, slots=True)
class Draft:
    """Text, blocks and what the format itself states; ``bibl`` wins over what the text says."""

    text: str
    blocks: tuple[Block, ...]
    encoding: str
    reader: str
    media_type: str = "text/plain"
    bibl: Bibl = field(default_factory=Bibl)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph or heading of a document that knows its own structure."""

    text: str
    is_heading: bool = False


def laid_out(pieces: Iterable[Piece]) -> tuple[str, tuple[Block, ...]]:
    """Join the pieces to a text, a blank line between them, and give its blocks.

    White space is collapsed as a browser or a word processor shows it; empty pieces vanish. Where no
    piece is marked as a heading, headings are told by their form.

    >>> text, blocks = laid_out([Piece("A  title", True), Piece(" "), Piece("Some\\nwords here.")])
    >>> text, [str(block.kind) for block in blocks]
    ('A title\\n\\nSome words here.', ['heading', 'paragraph'])
    """
    kept = [Piece(clean, p.is_heading) for p in pieces if (clean := _BLANKS.sub(" ", p.text).strip())]
    spans, start = [], 0
    for piece in kept:
        spans.append(Span(start, start + len(piece.text)))
        start += len(piece.text) + 2
    text = "\n\n".join(piece.text for piece in kept)
    marked = [k for k, piece in enumerate(kept) if piece.is_heading]
    return text, classified(text, spans, marked if any(k > 0 for k in marked) else None)
