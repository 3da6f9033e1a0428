"""Collation <-> TEI P5: the document of record, with both texts or without (stand-off).

>>> from aligner.model import Block, Collation, Kind, Segment, Span, Witness
>>> text = "قال الوزير إن ما يسمى الإصلاح بدأ."
>>> paragraph = Block(Span(0, len(text)), Kind.PARAGRAPH)
>>> witness = Witness("ar", "ar", text, (paragraph,), sha256="")
>>> collation = Collation(witness, (Segment(paragraph.span, 0),))
>>> loads(dumps(collation)) == collation
True
"""

from __future__ import annotations

import os
from pathlib import Path

from aligner.errors import RecordError
from aligner.model import Collation
from aligner.store import write_bytes
from aligner.tei.read import collation_of
from aligner.tei.standoff import Bound, Moved, bind, standoff
from aligner.tei.write import record_bytes
from aligner.tei.xml import parse_record

__all__ = ["Bound", "Moved", "bind", "dumps", "loads", "read", "read_bytes", "standoff", "write"]


def dumps(collation: Collation) -> bytes:
    """Give the record of a collation, with both texts; equal collations give equal bytes.

    Raises:
        RecordError: a text holds a character XML cannot carry, or the decisions do not fit the collation.
    """
    return record_bytes(collation)


def loads(data: bytes, *, where: str = "") -> Collation:
    """Read back the collation that ``dumps`` wrote.

    Raises:
        RecordError: what cannot be read, with its line and the remedy.
    """
    return collation_of(parse_record(data, where=where), where=where)


def write(collation: Collation, path: str | os.PathLike[str]) -> None:
    """Put the record of a collation in a file, wholly or not at all.

    Raises:
        RecordError: as ``dumps``.
        WriteError: the file cannot be written.
    """
    write_bytes(path, dumps(collation))


def read(path: str | os.PathLike[str]) -> Collation:
    """Read the collation out of the record in a file.

    Raises:
        RecordError: no such file, or what cannot be read in it.
    """
    return loads(read_bytes(path), where=os.fspath(path))


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Read a record's file, with a RecordError that names it where that fails."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        what = f"cannot read: {error.strerror or error}"
        raise RecordError(what, where=os.fspath(path), remedy="name a record that exists") from error
