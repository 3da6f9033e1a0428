"""A record on disk while it is reviewed: opening, writing what was just made, exporting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aligner import tei
from aligner.journal import Session
from aligner.model import Collation
from aligner.store import write_bytes
from tui.export import flags_table, rows_table

__all__ = ["Desk"]

_TABLES = {"aligned rows (TSV)": (".rows.tsv", rows_table), "flags (TSV)": (".flags.tsv", flags_table)}
_COPY = "TEI, a copy with all decisions"


class Desk:
    """A TEI record, opened by one person at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.session: Session | None = None

    def open(self, who: str) -> tuple[Session, str]:
        """Open the record with what its journal holds, and say if decisions were recovered.

        Raises: RecordError, InputError as ``aligner.journal.Session``.
        """
        self.session = Session(self.path, who)
        n = self.session.n_recovered
        return self.session, f"{n} decisions of a session that was not saved are here again" if n else ""

    def close(self) -> None:
        """Let the record go; what is not saved stays in its journal."""
        if self.session is not None:
            self.session.close()
            self.session = None

    def keep(self, collation: Collation) -> None:
        """Write a collation just made."""
        tei.write(collation, self.path)

    def exports(self) -> Sequence[str]:
        """Name the formats."""
        return (_COPY, *_TABLES)

    def export(self, collation: Collation, form: str) -> Path:
        """Write beside the record, under its name."""
        if form == _COPY:
            goal = self.path.with_suffix(".copy.xml")
            tei.write(collation, goal)
            return goal
        suffix, table = _TABLES[form]
        goal = self.path.with_suffix(suffix)
        write_bytes(goal, table(collation).encode("utf-8"))
        return goal
