"""Where a record lies on disk while it is reviewed: the TEI file, and its journal beside it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from io import FileIO
from pathlib import Path

from aligner import tei
from aligner.errors import RecordError, WriteError
from aligner.model import Act, Collation, Decision
from aligner.patch import canonical_json, replay
from tui.session import Session

__all__ = ["RecordDesk"]

_SUFFIX = ".journal"
_FORMS = ("TEI, a copy", "aligned rows (TSV)", "flags (TSV)")


class RecordDesk:
    """A TEI record; decisions are appended to a journal beside it until they are saved into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._journal = path.with_name(path.name + _SUFFIX)
        self._open: FileIO | None = None

    def check(self) -> None:
        """Read the record, so that a fault is told before the screen changes.

        Raises: RecordError, InputError as ``tei.read``.
        """
        tei.read(self.path)

    def keep(self, collation: Collation) -> None:
        """Write a collation just made."""
        tei.write(collation, self.path)

    def open(self, who: str) -> tuple[Session, str]:
        """Read the record and carry out what its journal holds that was never saved."""
        collation = tei.read(self.path)
        kept, end = self._kept()
        waiting = kept[max(0, len(collation.decisions) - _folded(kept, collation)) :]
        recovered = replay(collation, waiting)
        self._open = self._journal.open("ab", buffering=0)
        self._lock()
        self._open.truncate(end)
        session = Session(recovered, self, who)
        session.saved = len(collation.decisions)
        words = f"{len(waiting)} decisions of an earlier session were not saved yet; they are all here"
        return session, words if waiting else ""

    def _lock(self) -> None:
        assert self._open is not None
        try:
            fcntl.flock(self._open, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._open.close()
            raise RecordError(
                "somebody else is reviewing this record", where=str(self.path), remedy="wait until they quit"
            ) from error

    def _kept(self) -> tuple[list[Decision], int]:
        """Read the journal up to its last whole line; a line torn by a crash was never acknowledged."""
        try:
            data = self._journal.read_bytes()
        except FileNotFoundError:
            return [], 0
        end = data.rfind(b"\n") + 1
        kept = []
        for number, line in enumerate(data[:end].splitlines(), 1):
            try:
                values = json.loads(line)
                kept.append(Decision(**{**values, "act": Act(values["act"])}))
            except (ValueError, TypeError, KeyError) as error:
                raise RecordError(
                    f"the journal cannot be read: {error}",
                    where=f"{self._journal}:{number}",
                    remedy="restore it from a copy, or move it away to go on from the saved record",
                ) from error
        return kept, end

    def append(self, decision: Decision) -> None:
        """Write one decision through to the disk."""
        assert self._open is not None
        end = os.fstat(self._open.fileno()).st_size
        try:
            self._open.write(canonical_json(asdict(decision)).encode() + b"\n")
            os.fsync(self._open.fileno())
        except OSError as error:
            self._open.truncate(end)
            raise WriteError(
                f"the decision was not kept: {error.strerror}",
                where=str(self._journal),
                remedy="make room and decide again",
            ) from error

    def save(self, session: Session) -> None:
        """Write the record with all decisions, then empty the journal."""
        tei.write(session.collation, self.path)
        session.saved = len(session.collation.decisions)
        if self._open is not None:
            self._open.truncate(0)

    def close(self) -> None:
        """Let go of the journal; an empty one is taken away."""
        if self._open is not None:
            self._open.close()
            self._open = None
            if self._journal.exists() and not self._journal.stat().st_size:
                self._journal.unlink()

    def exports(self) -> Sequence[str]:
        """Name the formats."""
        return _FORMS

    def export(self, session: Session, form: str) -> Path:
        """Write beside the record, under its name."""
        from aligner.store import write_bytes
        from tui.export import flags_table, rows_table

        collation = session.collation
        if form == _FORMS[0]:
            goal = self.path.with_suffix(".copy.xml")
            tei.write(collation, goal)
            return goal
        is_rows = form == _FORMS[1]
        goal = self.path.with_suffix(".rows.tsv" if is_rows else ".flags.tsv")
        write_bytes(goal, (rows_table if is_rows else flags_table)(collation).encode())
        return goal


def _folded(kept: Sequence[Decision], collation: Collation) -> int:
    """Find how many decisions the record had before the journal began: a crash between saving the
    record and emptying the journal leaves decisions in both.
    """
    for shared in range(min(len(kept), len(collation.decisions)), 0, -1):
        if tuple(kept[:shared]) == collation.decisions[-shared:]:
            return len(collation.decisions) - shared
    return len(collation.decisions)
