"""Vectors kept on disk, so that a text is embedded once in the life of a model.

One SQLite file in write-ahead mode: several processes may share it and any of them may be killed. The key
of a vector is the digest of the model's signature and the text, so no text is stored; each vector carries
a checksum. The cache is a convenience: where it cannot be read or written, work goes on without it.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np
import platformdirs

from aligner.embed.protocol import Around, Embedder, Vectors, distinct

__all__ = ["CachedEmbedder", "cache_folder"]

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")

FILE = "vectors-1.sqlite"
"""The number is that of the table's layout; another layout gets another file."""
MAX_BYTES = 2**30
"""Room for about half a million vectors of the default model."""
OVERHEAD = 400
"""Bytes a row takes beside its vector: key twice, checksum, page slack (measured: 390 of 2,048)."""
BATCH = 512
"""Keys in one question, vectors written in one transaction; both far below SQLite's limits."""
PATIENCE = 5.0
"""Seconds to wait for another process's transaction, which takes milliseconds."""
CHECKSUM = 8
FIRST_TRY, SECOND_TRY = 0, 1

PAGE = 16384
"""Bytes of a page: seven vectors of 2 KB fit; one fits SQLite's usual 4,096 (twice the file)."""

_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, value BLOB NOT NULL)
"""
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""What SQLite says of a damaged file and of one whose table is not ours."""


def cache_folder() -> Path:
    """Name the user's cache folder, which need not be there yet.

    >>> cache_folder().name
    'muqabala'
    """
    return platformdirs.user_cache_path("muqabala", appauthor=False)


class CachedEmbedder(Around):
    """Embed with ``inner``, but look each text up first and store what was new.

    ``folder`` is made when needed; None stands for the user's cache folder. About ``max_bytes`` are
    kept, the vectors stored first go first. The bytes of a result are those ``inner`` gave.
    """

    def __init__(self, inner: Embedder, folder: Path | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder or cache_folder()
        super().__init__(inner)
        self._max_rows = max(1, max_bytes // (4 * inner.dimension + OVERHEAD))
        self._has_warned = False

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed each text: shape (n, dimension), float32, unit rows."""
        once, index = distinct(texts)
        out = np.empty((len(once), self.dimension), np.float32)
        keys = self._keys(once)
        found = self._try(lambda base: self._found(base, keys)) or {}
        new = [i for i, key in enumerate(keys) if key not in found]
        for i, key in enumerate(keys):
            if key in found:
                out[i] = found[key]
        if new:
            out[new] = self._inner.encode([once[i] for i in new])
            rows = [(keys[i], _packed(out[i])) for i in new]
            self._try(lambda base: self._store(base, rows))
        return out if len(once) == len(texts) else out[np.asarray(index, np.int64)]

    def _keys(self, texts: Sequence[str]) -> list[bytes]:
        start = hashlib.sha256(self.signature.encode() + b"\0")
        keys = []
        for text in texts:
            state = start.copy()
            state.update(text.encode("utf-8", "surrogatepass"))
            keys.append(state.digest())
        return keys

    def _found(self, base: sqlite3.Connection, keys: list[bytes]) -> dict[bytes, Vectors]:
        found, dimension = {}, self.dimension
        for part in _parts(keys):
            marks = ",".join("?" * len(part))
            for key, value in base.execute(f"SELECT key, value FROM vectors WHERE key IN ({marks})", part):
                vector = _unpacked(value, dimension)
                if vector is not None:
                    found[key] = vector
        return found

    def _store(self, base: sqlite3.Connection, rows: list[tuple[bytes, bytes]]) -> None:
        for part in _parts(rows[-self._max_rows :]):
            with base:
                base.execute("BEGIN IMMEDIATE")
                base.executemany("INSERT OR REPLACE INTO vectors (key, value) VALUES (?, ?)", part)
                base.execute(
                    "DELETE FROM vectors WHERE id <= (SELECT max(id) FROM vectors) - ?", (self._max_rows,)
                )

    def _try(self, use: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """Use the cache file; a broken one is made anew, any other trouble is told once."""
        for attempt in (FIRST_TRY, SECOND_TRY):
            try:
                with closing(self._open()) as base:
                    return use(base)
            except (sqlite3.Error, OSError) as error:
                if not _is_broken(error) or attempt == SECOND_TRY:
                    self._warn(error)
                    return None
                self._discard()
        return None

    def _open(self) -> sqlite3.Connection:
        self.folder.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(self.folder / FILE, timeout=PATIENCE, isolation_level=None)
        try:
            base.execute(f"PRAGMA page_size = {PAGE}")
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")
            base.execute(_TABLE)
        except sqlite3.Error:
            base.close()
            raise
        return base

    def _discard(self) -> None:
        _LOG.info("the vector cache %s is broken and made anew", self.folder / FILE)
        for ending in ("", "-wal", "-shm"):
            try:
                (self.folder / (FILE + ending)).unlink(missing_ok=True)
            except OSError as error:
                self._warn(error)

    def _warn(self, error: Exception) -> None:
        if not self._has_warned:
            _LOG.warning("going on without the vector cache in %s: %s", self.folder, error)
        self._has_warned = True


def _is_broken(error: Exception) -> bool:
    """Tell a damaged file from a full disk, a lock or a missing right."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BROKEN


def _parts(rows: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _packed(vector: Vectors) -> bytes:
    data = vector.astype("<f4").tobytes()
    return hashlib.sha256(data).digest()[:CHECKSUM] + data


def _unpacked(value: object, dimension: int) -> Vectors | None:
    """Read a stored vector back; None where the checksum or the length is wrong."""
    if not isinstance(value, bytes) or len(value) != CHECKSUM + 4 * dimension:
        return None
    if hashlib.sha256(memoryview(value)[CHECKSUM:]).digest()[:CHECKSUM] != value[:CHECKSUM]:
        return None
    return np.frombuffer(value, "<f4", offset=CHECKSUM).astype(np.float32, copy=False)
