"""Read inputs that are cut already: one sentence a line, or JSON rows of sentence pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aligner.errors import InputError
from aligner.ingest.decode import check_characters, decode
from aligner.ingest.files import read_bytes

__all__ = ["LONGEST", "Pair", "read_pairs", "read_sentences", "refuse_endless"]

LONGEST = 10_000
"""Characters of a sentence above which its words are not linked in any useful time (more than half a minute); the
longest line of the texts in ../shared/corpora, a whole paragraph, has 5,051 bytes."""


_ROW = 'write {"id": "…", "source": "…", "target": "…"}'


@dataclass(frozen=True, slots=True)
class Pair:
    """A source sentence and its translation."""

    id: str
    source: str
    target: str


def read_sentences(path: Path) -> tuple[str, ...]:
    """Read one sentence a line; a blank line is an empty segment, so that line numbers hold.

    Raises:
        InputError: the file cannot be read or decoded.
    """
    text = decode(read_bytes(path), where=str(path)).text
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        refuse_endless(len(line), where=f"{path}:{number}")
    return tuple(lines[:-1] if lines[-1] == "" else lines)


def refuse_endless(length: int, *, where: str) -> None:
    """Raise InputError where a sentence is longer than ``LONGEST``: words without a stop or a line end.

    >>> refuse_endless(20, where="a.txt:1")
    """
    if length > LONGEST:
        what = f"a sentence of {length:,} characters, more than {LONGEST:,}"
        raise InputError(what, where=where, remedy="break it up with full stops, or lines between paragraphs")


def read_pairs(path: Path) -> Iterator[Pair]:
    """Read JSON rows {"id", "source", "target"}.

    Raises:
        InputError: naming the line and what is wrong with it.
    """
    text = decode(read_bytes(path), where=str(path)).text
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            pair = _pair(line, f"{path}:{number}")
            if pair.id in seen:
                raise InputError(
                    f"id {pair.id!r} stands in line {seen[pair.id]} already",
                    where=f"{path}:{number}",
                    remedy="give every pair its own id",
                )
            seen[pair.id] = number
            yield pair


def _pair(line: str, where: str) -> Pair:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        what = f"this is no JSON ({error.msg})"
        raise InputError(what, where=f"{where}:{error.colno}", remedy=_ROW) from error
    except (RecursionError, ValueError) as error:  # nested too deeply; a number of thousands of digits
        raise InputError("this row is nested or long beyond reason", where=where, remedy=_ROW) from error
    if not isinstance(row, dict):
        raise InputError("a row is an object", where=where, remedy=_ROW)
    pair = Pair(*(_field(row, key, where) for key in ("id", "source", "target")))
    refuse_endless(max(len(pair.source), len(pair.target)), where=where)
    return pair


def _field(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if key == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        what = f"{key!r} is missing" if key not in row else f"{key!r} is no text but {type(value).__name__}"
        raise InputError(what, where=where, remedy=_ROW)
    check_characters(value, where=where)
    return value
