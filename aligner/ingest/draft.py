"""What a reader of one format makes of a file, before what all formats share is added."""

from __future__ import annotations

from dataclasses import dataclass, field

from aligner.model import Bibl, Block

__all__ = ["Draft"]


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
