"""Vectors kept in memory, for strings that come back in the next text: words, lexicon forms, headings."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from aligner.embed.protocol import Around, Embedder, Vectors, distinct

__all__ = ["RememberingEmbedder"]

MAX_BYTES = 2**26
"""Room for 32,768 vectors of the default model: some twenty articles with all their words and windows."""


class RememberingEmbedder(Around):
    """Embed with ``inner``, but keep the vectors used last, about ``max_bytes`` of them.

    The bytes of a result are those ``inner`` gave.
    """

    def __init__(self, inner: Embedder, *, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(inner)
        self._table = np.empty((max(1, max_bytes // (4 * inner.dimension)), inner.dimension), np.float32)
        self._rows: OrderedDict[str, int] = OrderedDict()  # the string used longest ago stands first
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed each text: shape (n, dimension), float32, unit rows."""
        once, index = distinct(texts)
        out = np.empty((len(once), self.dimension), np.float32)
        with self._lock:
            known = [i for i, text in enumerate(once) if text in self._rows]
            out[known] = self._table[[self._rows[once[i]] for i in known]]
            for i in known:
                self._rows.move_to_end(once[i])
            new = [i for i, text in enumerate(once) if text not in self._rows]
            if new:
                out[new] = self._inner.encode([once[i] for i in new])
                for i in new[-len(self._table) :]:
                    row = self._room()
                    self._table[row], self._rows[once[i]] = out[i], row
        return out[np.asarray(index, np.int64)]

    def _room(self) -> int:
        """Give a row to write to: one never used, or that of the string used longest ago."""
        is_full = len(self._rows) == len(self._table)
        return self._rows.popitem(last=False)[1] if is_full else len(self._rows)
