"""The file of a journal: one JSON object a line, each with the digest of the line before it and its own."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aligner.errors import RecordError, WriteError
from aligner.model import Act, Decision
from aligner.patch import canonical_json
from aligner.tei import read_bytes

__all__ = ["Entries", "Journal", "journal_path", "read_entries"]

_VERSION = 1


def journal_path(record: str | os.PathLike[str]) -> Path:
    """Give the place of a record's journal.

    >>> journal_path("a.xml").name
    'a.xml.journal'
    """
    return Path(f"{os.fspath(record)}.journal")


@dataclass(frozen=True, slots=True)
class Entries:
    """What a journal file holds."""

    record: str  # digest of the record the journal was begun over
    first: int  # how many decisions that record held
    decisions: tuple[Decision, ...]
    digest: str  # of the last whole line
    size: int  # bytes up to its end
    n_torn: int  # bytes after it, of a line that was never acknowledged


class Journal:
    """Append decisions to a file, each on the disk before ``append`` returns."""

    def __init__(self, path: Path, record: bytes, n_decisions: int) -> None:
        self.path = path
        self.record, self._first = hashlib.sha256(record).hexdigest(), n_decisions
        self._handle, self._size, self._digest = -1, 0, ""

    def recover(self, folded: Sequence[Decision]) -> tuple[Decision, ...]:
        """Give the decisions of a journal left behind that are not in the record yet; open it for more.

        A torn last line is cut off. A journal whose decisions were all folded in is begun anew.

        Raises:
            RecordError: a broken chain, or a journal of another record.
        """
        if not self.path.exists():
            return ()
        entries = read_entries(self.path)
        if entries is None:
            self.remove()
            return ()
        new = self._unfolded(entries, folded)
        if entries.record != self.record:  # saved, then cut off before the journal was taken away
            self.remove()
            return ()
        self._open()
        self._size, self._digest = entries.size, entries.digest
        self._cut()
        return new

    def _unfolded(self, entries: Entries, folded: Sequence[Decision]) -> tuple[Decision, ...]:
        at = len(folded) - entries.first
        is_saved = (
            0 <= len(entries.decisions) <= at
            and tuple(folded[entries.first : entries.first + len(entries.decisions)]) == entries.decisions
        )
        if entries.record == self.record and at == 0:
            return entries.decisions
        if not is_saved:
            raise RecordError(
                "the journal belongs to another state of the record",
                where=str(self.path),
                remedy="restore the record it was begun over, or move the journal away",
            )
        return ()

    def append(self, decision: Decision) -> None:
        """Write a decision and wait until the disk has it.

        Raises:
            WriteError: the disk is full or gone; the journal is as it was.
        """
        try:
            if self._handle < 0:
                self._begin()
            self._put(_sealed({"prev": self._digest, **_plain(decision)}))
        except OSError as error:
            with suppress(OSError):
                self._cut()
            raise WriteError(
                f"the decision could not be kept: {error.strerror}",
                where=str(self.path),
                remedy="make room on the disk and decide again; nothing before it is lost",
            ) from error

    def remove(self) -> None:
        """Take the journal away once the record holds its decisions."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; it stays."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _open(self) -> None:
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)

    def _begin(self) -> None:
        self._open()
        self._size, self._digest = 0, ""
        self._put({"journal": _VERSION, "record": self.record, "decisions": self._first})
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _put(self, row: dict[str, Any]) -> None:
        line = canonical_json(row).encode("utf-8") + b"\n"
        done = 0
        while done < len(line):
            done += os.pwrite(self._handle, line[done:], self._size + done)
        os.fsync(self._handle)
        self._size, self._digest = self._size + len(line), hashlib.sha256(line).hexdigest()

    def _cut(self) -> None:
        if self._handle >= 0:
            os.ftruncate(self._handle, self._size)
            os.fsync(self._handle)
            if not self._size:
                self.close()
                self.path.unlink(missing_ok=True)


def _sealed(row: dict[str, Any]) -> dict[str, Any]:
    """Add a digest of the line itself, for no line comes after the last to answer for it."""
    return {**row, "own": hashlib.sha256(canonical_json(row).encode("utf-8")).hexdigest()[:16]}


def _plain(decision: Decision) -> dict[str, str]:
    return {
        "when": decision.when,
        "who": decision.who,
        "act": str(decision.act),
        "on": decision.on,
        "before": decision.before,
        "after": decision.after,
        "note": decision.note,
    }


def read_entries(path: Path) -> Entries | None:
    """Read a journal and check its chain; None when not even its first line was finished.

    Raises:
        RecordError: a line that was finished and does not fit, by its number.
    """
    data = read_bytes(path)
    *rows, torn = data.split(b"\n")
    if _holds_more_than_a_line(torn):
        raise _broken(path, len(rows) + 1, "the end of the line is not what was written")
    if not rows:
        return None
    head = _row(rows[0], path, 1)
    if head.get("journal") != _VERSION or not isinstance(head.get("decisions"), int):
        raise _broken(path, 1, "not a journal of this version")
    decisions, digest = list[Decision](), hashlib.sha256(rows[0] + b"\n").hexdigest()
    for number, row in enumerate(rows[1:], 2):
        decisions.append(_decision(_row(row, path, number), digest, path, number))
        digest = hashlib.sha256(row + b"\n").hexdigest()
    size = len(data) - len(torn)
    return Entries(str(head.get("record")), head["decisions"], tuple(decisions), digest, size, len(torn))


def _holds_more_than_a_line(torn: bytes) -> bool:
    """Tell a line with something after it, where its end should be, from one that was cut off in writing."""
    text = torn.decode("utf-8", "replace").rstrip("\0")
    try:
        return json.JSONDecoder().raw_decode(text)[1] < len(text)
    except ValueError:
        return False


def _row(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise _broken(path, number, "not JSON") from error
    if not isinstance(row, dict) or canonical_json(row).encode("utf-8") != line:
        raise _broken(path, number, "not written by muqabala")
    return row


def _decision(row: dict[str, Any], digest: str, path: Path, number: int) -> Decision:
    own = row.pop("own", None)
    if _sealed(row)["own"] != own:
        raise _broken(path, number, "it is not what was written")
    if row.pop("prev", None) != digest:
        raise _broken(path, number, "it does not follow the line before it")
    try:
        return Decision(**{**row, "act": Act(row["act"])})
    except (ValueError, TypeError, KeyError) as error:
        raise _broken(path, number, f"not a decision ({error})") from error


def _broken(path: Path, number: int, what: str) -> RecordError:
    return RecordError(
        f"the journal is damaged: {what}",
        where=f"{path}:{number}",
        remedy="restore it from a copy, or keep the lines before this one",
    )
