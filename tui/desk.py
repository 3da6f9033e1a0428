"""A record on disk while it is reviewed: opening, writing what was just made, giving it out."""

from __future__ import annotations

from pathlib import Path

from aligner import tei
from aligner.errors import SettingError
from aligner.forms import Form
from aligner.journal import Session, journal_path
from aligner.model import Collation
from aligner.store import write_bytes
from tui.tidy import untidied

__all__ = ["Desk", "named_path"]


class Desk:
    """A TEI record, opened by one person at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.session: Session | None = None

    def open(self, who: str) -> tuple[Session, str]:
        """Open the record with what its journal holds, and say if decisions were recovered.

        Raises: RecordError, InputError as ``aligner.journal.Session``.
        """
        with untidied():
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

    def suggested(self, form: Form) -> Path:
        """Name a file beside the record."""
        return self.path.with_suffix(form.suffix)

    def export(self, collation: Collation, form: Form, goal: Path) -> None:
        """Write the collation in a form; a file of that name is replaced, but never the record or its journal.

        Raises: SettingError, RecordError, WriteError; nothing is written then.
        """
        own = (self.path.resolve(), journal_path(self.path).resolve())
        if goal.resolve() in own:
            raise SettingError("this is the record under review itself", where=str(goal), remedy="choose another name")
        write_bytes(goal, form.write(collation))


def named_path(words: str) -> Path:
    """Read a path as a person types it: with ~ for home, in quotation marks or not.

    >>> str(named_path(" 'a b.xml' "))
    'a b.xml'
    """
    return Path(words.strip().strip("\"'")).expanduser()
