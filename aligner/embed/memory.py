"""Vectors kept in memory, for strings that come back in the next text: words, lexicon forms, headings."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np

from aligner.embed.protocol import Around, Embedder, Vectors, distinct

__all__ = ["RememberingEmbedder", "WordVectors"]

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


class WordVectors:
    """Vectors of one run, each distinct string embedded once; words come back in every sentence."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._rows: dict[str, int] = {}
        self._table = np.empty((0, embedder.dimension), np.float32)  # with room for more

    def learn(self, texts: Iterable[str]) -> None:
        """Embed the strings that are new, all in one go."""
        rows = self._rows
        new = [text for text in dict.fromkeys(texts) if text not in rows]
        if not new:
            return
        start, end = len(rows), len(rows) + len(new)
        if end > len(self._table):
            grown = np.empty((2 * end, self._embedder.dimension), np.float32)
            grown[:start] = self._table[:start]
            self._table = grown
        self._table[start:end] = self._embedder.encode(new)
        rows.update(zip(new, range(start, end), strict=True))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Give a unit row for each string: (n, d) float32."""
        self.learn(texts)
        return self._table.take([self._rows[text] for text in texts], axis=0)
