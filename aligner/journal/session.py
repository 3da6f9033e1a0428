"""One person reviewing one record."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from aligner import acts
from aligner.errors import AlignerError, RecordError
from aligner.journal.chain import Journal, journal_path
from aligner.journal.lock import Lock
from aligner.model import Collation, Decision
from aligner.patch import apply, replay
from aligner.store import write_bytes
from aligner.tei import dumps, loads, read_bytes
from aligner.tei.xml import refuse_forbidden

__all__ = ["Session", "utc_now"]


def utc_now() -> str:
    """Give the time in UTC to the second, as ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
            if found:
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
            RecordError: it was made for another state, or holds a character no record can hold.
            WriteError: the disk did not take it; the state is as before.
        """
        for text in _texts(decision):
            refuse_forbidden(text, where=f"{decision.act} {decision.on}")
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
            RecordError: another program wrote the record meanwhile; it and the journal are as before.
        """
        if self.is_saved:
            return
        if hashlib.sha256(read_bytes(self.path)).hexdigest() != self._journal.record:
            raise RecordError(
                "another program has written the record since it was opened",
                where=str(self.path),
                remedy="move that file away and merge; your decisions are in the journal",
            )
        data = dumps(self.collation)
        write_bytes(self.path, data)
        self._journal.remove()
        self._journal = Journal(journal_path(self.path), data, len(self.collation.decisions))
        self._n_unsaved = 0

    def close(self) -> None:
        """Let the record go; what is not saved stays in the journal for the next session."""
        self._journal.close()
        self._lock.release()


def _texts(decision: Decision) -> Iterator[str]:
    """Give every text a decision brings into the record."""
    yield from (decision.who, decision.note, decision.on)
    if decision.after:
        yield from _strings(json.loads(decision.after))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
