"""One side of an alignment as plain values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.errors import InputError

__all__ = ["Strand"]


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """The segments of one witness in order, with all the aligner looks at.

    ``vectors`` is (n, d) float32, a unit row (or zeros where there is nothing to encode) per segment;
    ``headings`` says which segments are headings, ``blocks`` the index of the block each lies in; both may
    be left empty where nothing is known of them.

    >>> Strand(("One.", "Two."), np.eye(2, dtype=np.float32)).n_segments
    2
    """

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    headings: tuple[bool, ...] = ()
    blocks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.texts)
        if self.vectors.ndim != 2 or len(self.vectors) != n:
            raise InputError(
                f"{n} segments need as many vectors, not an array of shape {self.vectors.shape}",
                remedy="encode the segments of this side, one row each",
            )
        if not np.isfinite(self.vectors).all():
            raise InputError("a vector holds NaN or infinity", remedy="encode again, or use another model")
        if len(self.headings) not in (0, n) or len(self.blocks) not in (0, n):
            raise InputError(
                f"{n} segments have {len(self.headings)} heading flags and {len(self.blocks)} block indices",
                remedy="give one for each segment, or none at all",
            )
        if any(later < earlier for earlier, later in zip(self.blocks, self.blocks[1:], strict=False)):
            raise InputError("blocks are out of order", remedy="number the blocks in the order of the text")

    @property
    def n_segments(self) -> int:
        """Count the segments."""
        return len(self.texts)
