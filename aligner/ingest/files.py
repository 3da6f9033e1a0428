"""Open the files of a user, and nothing else."""

from __future__ import annotations

from pathlib import Path

from aligner.errors import InputError

__all__ = ["read_bytes"]


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        InputError: it is not there, is a folder, or may not be read.
    """
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise InputError("this is a folder", where=str(path), remedy="name a file") from error
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(path), remedy="check the path") from error
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or error})"
        raise InputError(what, where=str(path), remedy="check its permissions") from error
