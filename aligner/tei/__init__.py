"""The document of record: a collation as TEI P5, exactly, both ways."""

from __future__ import annotations

import os
from pathlib import Path

from aligner.errors import RecordError
from aligner.model import Collation
from aligner.store import write_bytes
from aligner.tei.read import loads
from aligner.tei.write import dumps

__all__ = ["dumps", "loads", "read", "write"]


def write(collation: Collation, path: str | os.PathLike[str]) -> None:
    """Write a collation to a file, whole or not at all.

    Raises:
        RecordError: the collation holds what XML cannot.
        WriteError: the file cannot be written; what was there is untouched.
    """
    write_bytes(path, dumps(collation))


def read(path: str | os.PathLike[str]) -> Collation:
    """Read a collation from a file.

    Raises:
        RecordError: the file cannot be read or is no record.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        what = f"the record cannot be read ({error.strerror or error})"
        raise RecordError(what, where=os.fspath(path), remedy="check the path") from error
    return loads(data, where=os.fspath(path))
