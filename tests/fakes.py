"""Stand-ins for what is slow to load; deterministic and free of files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["FakeEmbedder"]


class FakeEmbedder:
    """Embed by hashed character n-grams: similar strings get similar vectors.

    ``gloss`` maps words to words before hashing, so that a translation comes near its source.
    ``calls`` lists the texts of every call, as given.
    """

    def __init__(self, *, dimension: int = 64, gloss: Mapping[str, str] | None = None) -> None:
        self.dimension = dimension
        self.signature = f"fake dimension={dimension}"
        self.calls: list[tuple[str, ...]] = []
        self._gloss = dict(gloss or {})

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed each text: shape (n, dimension), float32, unit rows."""
        self.calls.append(tuple(texts))
        rows = [self._vector(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimension)

    def _vector(self, text: str) -> NDArray[np.float64]:
        vector = np.zeros(self.dimension)
        for word in text.split() or [""]:
            padded = f"^{self._gloss.get(word, word)}$"
            for size in (1, 2, 3):
                for start in range(len(padded) - size + 1):
                    vector += self._sign(padded[start : start + size])
        return vector / max(float(np.sqrt(np.square(vector).sum())), 1e-9)

    def _sign(self, gram: str) -> NDArray[np.float64]:
        """Give a random-looking vector of ones and minus ones for an n-gram."""
        digest = hashlib.shake_128(gram.encode("utf-8", "surrogatepass")).digest((self.dimension + 7) // 8)
        bits = np.unpackbits(np.frombuffer(digest, np.uint8))[: self.dimension]
        return bits.astype(np.float64) * 2 - 1
