"""The errors a user can meet: each message says what, where, and what to do."""

from __future__ import annotations

__all__ = ["AlignerError", "InputError", "RecordError", "ResourceError", "SettingError", "WriteError"]


class AlignerError(Exception):
    """Report something the user can put right; only a shell catches it.

    >>> str(AlignerError("the file is empty", where="a.txt:1", remedy="give a text with words in it"))
    'a.txt:1: the file is empty; give a text with words in it'
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__((f"{where}: " if where else "") + what + (f"; {remedy}" if remedy else ""))


class InputError(AlignerError):
    """Say what is wrong with a text, a sentence list or a row given to us."""


class RecordError(AlignerError):
    """Say what is wrong with a TEI record, a journal or another record of a collation."""


class ResourceError(AlignerError):
    """Say what is wrong with a data file: ours in ``data/`` or a lexicon of the user's."""


class SettingError(AlignerError):
    """Say which option or combination of options cannot be used."""


class WriteError(AlignerError):
    """Say why an output could not be written; whatever was there before is untouched."""
