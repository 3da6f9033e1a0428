"""A lock beside a record: one session at a time, and a message that says whose it is."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from aligner.errors import RecordError, WriteError
from aligner.patch import canonical_json

__all__ = ["Lock"]


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
            f"{told['who']} has the record open" + (f" since {since}" if since else "") + f" (process {pid} on {host})"
        )
    except (ValueError, KeyError, TypeError):
        return "somebody has the record open"
