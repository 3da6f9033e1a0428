"""What every embedder gives: texts in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Around", "Embedder", "Vectors", "distinct"]

Vectors: TypeAlias = NDArray[np.float32]


class Embedder(Protocol):
    """Turn texts into vectors; the same bytes for a text, whatever stands beside it."""

    @property
    def signature(self) -> str:
        """Name model, version, data hashes and dimension in one line without ``|``."""
        ...

    @property
    def dimension(self) -> int:
        """Count the components of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed each text: shape (n, dimension), float32, every row of length one."""
        ...


class Around:
    """Stand around another embedder whose bytes are passed on as they are."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner

    @property
    def dimension(self) -> int:
        """Count the components of a vector."""
        return self._inner.dimension

    @property
    def signature(self) -> str:
        """Give the signature of the embedder inside; what stands around it changes no byte."""
        return self._inner.signature


def distinct(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """List each string once, in order of first sight, and say which one stands at each place.

    >>> distinct(["a", "b", "a"])
    (['a', 'b'], [0, 1, 0])
    """
    places: dict[str, int] = {}
    index = [places.setdefault(text, len(places)) for text in texts]
    return list(places), index
