"""Decisions on disk: an append-only journal beside the record while it is reviewed, folded in on saving.

``a.xml.journal`` has one JSON object a line. The first line names the record by its digest; every later one
is a decision with the digest of the line before it, and is on the disk before the act is acknowledged.
``a.xml.lock`` is held while a session is open; the system lets go of it when the process ends in any way.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from aligner import acts
from aligner.errors import AlignerError, RecordError, WriteError
from aligner.model import Act, Collation, Decision
from aligner.patch import apply, canonical_json, replay
from aligner.store import write_bytes
from aligner.tei import dumps, loads, read_bytes

__all__ = ["Journal", "Lock", "Session", "journal_path", "utc_now"]

_VERSION = 1


def utc_now() -> str:
    """Give the time in UTC to the second, as ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def journal_path(record: str | os.PathLike[str]) -> Path:
    """Give the place of a record's journal.

    >>> journal_path("a.xml").name
    'a.xml.journal'
    """
    return Path(f"{os.fspath(record)}.journal")


class Lock:
    """Hold a record for one session; a session that died holds nothing.

    Raises:
        RecordError: somebody else has it open: who, since when, in which process.
    """

    def __init__(self, record: str | os.PathLike[str], who: str, *, when: str = "") -> None:
        self.path = Path(f"{os.fspath(record)}.lock")
        self._handle = self._take()
        about = {"who": who, "when": when, "pid": os.getpid(), "host": socket.gethostname()}
        os.ftruncate(self._handle, 0)
        os.write(self._handle, canonical_json(about).encode("utf-8"))

    def _take(self) -> int:
        while True:
            try:
                handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise WriteError(
                    f"cannot open a lock: {error.strerror}",
                    where=str(self.path),
                    remedy="review a copy in a folder you may write to",
                ) from error
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                what = _holder(os.pread(handle, 4096, 0))
                os.close(handle)
                raise RecordError(
                    what, where=str(self.path), remedy="wait, close that session, or work on a copy and merge"
                ) from error
            if self._is_current(handle):
                return handle
            os.close(handle)  # the holder took the file away between our opening and locking it

    def _is_current(self, handle: int) -> bool:
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(handle), self.path.stat())
        return False

    def release(self) -> None:
        """Let go; twice is harmless."""
        if self._handle >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1


def _holder(about: bytes) -> str:
    try:
        told = json.loads(about)
        since, pid, host = told["when"], told["pid"], told["host"]
        return (
            f"{told['who']} has the record open"
            + (f" since {since}" if since else "")
            + f" (process {pid} on {host})"
        )
    except (ValueError, KeyError, TypeError):
        return "somebody has the record open"


@dataclass(frozen=True, slots=True)
class _Entries:
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
        self._record, self._first = hashlib.sha256(record).hexdigest(), n_decisions
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
        if entries.record != self._record:  # saved, then cut off before the journal was taken away
            self.remove()
            return ()
        self._open()
        self._size, self._digest = entries.size, entries.digest
        self._cut()
        return new

    def _unfolded(self, entries: _Entries, folded: Sequence[Decision]) -> tuple[Decision, ...]:
        at = len(folded) - entries.first
        is_saved = (
            0 <= len(entries.decisions) <= at
            and tuple(folded[entries.first : entries.first + len(entries.decisions)]) == entries.decisions
        )
        if entries.record == self._record and at == 0:
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
            self._put({"prev": self._digest, **_plain(decision)})
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
        self._put({"journal": _VERSION, "record": self._record, "decisions": self._first})
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


def read_entries(path: Path) -> _Entries | None:
    """Read a journal and check its chain; None when not even its first line was finished.

    Raises:
        RecordError: a line that was finished and does not fit, by its number.
    """
    data = read_bytes(path)
    *rows, torn = data.split(b"\n")
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
    return _Entries(str(head.get("record")), head["decisions"], tuple(decisions), digest, size, len(torn))


def _row(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise _broken(path, number, "not JSON") from error
    if not isinstance(row, dict) or canonical_json(row).encode("utf-8") != line:
        raise _broken(path, number, "not written by muqabala")
    return row


def _decision(row: dict[str, Any], digest: str, path: Path, number: int) -> Decision:
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


class Session:
    """One person reviewing one record: decide, undo, redo, save, close; nothing decided is ever lost.

    ``collation`` is the state, ``n_recovered`` how many decisions an unfinished session had left behind.
    Use it as a context manager, or call ``close``.

    Raises:
        RecordError: the record cannot be read, somebody else has it open, or its journal is damaged.
    """

    def __init__(self, path: str | os.PathLike[str], who: str, *, clock: Callable[[], str] = utc_now) -> None:
        self.path, self.who, self.clock = Path(path), who, clock
        data = read_bytes(self.path)  # before the lock, so that no lock is left where there is no record
        self._lock = Lock(self.path, who, when=clock())
        try:
            data = read_bytes(self.path)
            self.collation: Collation = loads(data, where=os.fspath(path))
            self._journal = Journal(journal_path(self.path), data, len(self.collation.decisions))
            found = self._journal.recover(self.collation.decisions)
            self.n_recovered = self._n_unsaved = len(found)
            self.collation = replay(self.collation, found)
        except AlignerError:
            self._lock.release()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_saved(self) -> bool:
        """Tell whether the record holds every decision."""
        return not self._n_unsaved

    def do(self, decision: Decision) -> Collation:
        """Carry out a decision; when this returns it is on the disk.

        Raises:
            RecordError: it was made for another state.
            WriteError: the disk did not take it; the state is as before.
        """
        made = apply(self.collation, decision)
        self._journal.append(decision)
        self.collation = made
        self._n_unsaved += 1
        return made

    def take(self, act: Callable[..., Decision], *values: Any, **named: Any) -> Decision:
        """Make and carry out an act of ``aligner.acts``, as this person, now.

        ``session.take(acts.merge_beads, 3, note="one sentence")``
        """
        decision = act(self.collation, *values, who=self.who, when=self.clock(), **named)
        self.do(decision)
        return decision

    def undo(self) -> Decision | None:
        """Take back the last decision in force; None when there is none."""
        return self._again(acts.undo(self.collation, who=self.who, when=self.clock()))

    def redo(self) -> Decision | None:
        """Carry out again what was taken back last; None when there is nothing."""
        return self._again(acts.redo(self.collation, who=self.who, when=self.clock()))

    def _again(self, decision: Decision | None) -> Decision | None:
        if decision:
            self.do(decision)
        return decision

    def save(self) -> None:
        """Fold the decisions into the record, wholly or not at all, and begin a new journal.

        Raises:
            WriteError: the record could not be written; it and the journal are as before.
        """
        if self.is_saved:
            return
        data = dumps(self.collation)
        write_bytes(self.path, data)
        self._journal.remove()
        self._journal = Journal(journal_path(self.path), data, len(self.collation.decisions))
        self._n_unsaved = 0

    def close(self) -> None:
        """Let the record go; what is not saved stays in the journal for the next session."""
        self._journal.close()
        self._lock.release()
