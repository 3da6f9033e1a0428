"""Write a file so that a reader sees the old bytes or the new ones, never half of either."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from aligner.errors import WriteError

__all__ = ["write_bytes"]

_MODE = 0o666  # what open() asks for; the process's umask then takes away


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Put the bytes in place of the file: temporary file beside it, fsync, rename, fsync of the folder.

    A symbolic link is followed, so that the file it names is replaced and the link stays.

    Raises:
        WriteError: missing folder, no permission, full disk; the old file is untouched.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_bytes(Path(folder, "a.xml"), b"new")
    ...     Path(folder, "a.xml").read_bytes(), len(list(Path(folder).iterdir()))
    (b'new', 1)
    """
    goal = Path(os.path.realpath(path))
    try:
        if goal.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        _replace(goal, data)
        _sync_folder(goal.parent)
    except OSError as error:
        raise WriteError(
            f"cannot write: {error.strerror or error}",
            where=os.fspath(path),
            remedy="name a folder that exists, may be written to and has room; nothing was changed",
        ) from error


def _replace(goal: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{goal.name}.", suffix=".part", dir=goal.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fchmod(out.fileno(), _mode(goal))
            os.fsync(out.fileno())
        Path(name).replace(goal)
    except BaseException:  # also on interruption: leave no litter
        Path(name).unlink(missing_ok=True)
        raise


def _mode(goal: Path) -> int:
    """Keep the permissions of the file replaced; a new file gets what open() would have given it."""
    with suppress(FileNotFoundError):
        return goal.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return _MODE & ~umask


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut, on the systems that know how."""
    with suppress(PermissionError):  # a folder one may write to but not list
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
