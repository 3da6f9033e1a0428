"""Tables over a corridor laid out so that all beads of a shape start the same number of places before they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

__all__ = ["NOWHERE", "Corridor", "Shape", "Strip"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Shape = tuple[int, int]
Kind = TypeVar("Kind", bound=np.generic)

NOWHERE = np.zeros(1, np.float32)  # a strip of what no cell has


@dataclass(frozen=True)
class Corridor:
    """The cells that are looked at: on diagonal d those with ``lows[d] <= i < lows[d] + width``.

    ``lows`` climbs by 0 or 1 from diagonal to diagonal, so that shapes reach their predecessors by small
    shifts.
    """

    n_source: int
    n_target: int
    lows: Ints
    width: int

    def __post_init__(self) -> None:
        steps = np.diff(self.lows)
        if len(self.lows) != self.n_source + self.n_target + 1 or np.any((steps < 0) | (steps > 1)):
            raise ValueError("a corridor has one low end a diagonal, climbing by 0 or 1")

    @property
    def n_diagonals(self) -> int:
        """Count the diagonals, the first and the last included."""
        return len(self.lows)

    def cells(self) -> tuple[Ints, Ints]:
        """Give source and target index of every cell, (n_diagonals, width); some lie outside the lattice."""
        i = self.lows[:, None] + np.arange(self.width)[None, :]
        return i, np.arange(self.n_diagonals)[:, None] - i


class Strip:
    """Some diagonals of a corridor in one row, each as many places further on as it begins higher.

    So (i - a, j - b) is the same number of places before (i, j) wherever that is, and a strip moved by that number
    has in every cell what is at the start of a bead that ends there. Between two diagonals lie so many places that are
    no cell, and before the first a margin of so many diagonals, that one may look back as far as beads of ``shapes``
    do; ``here`` leaves the margin out. What is alike in all cells may be a strip of one place.

    >>> corridor = Corridor(1, 1, np.zeros(3, np.int64), 2)
    >>> strip = Strip(corridor, 0, 3, shapes=[(1, 1)])
    >>> table = np.array([[1, 0], [2, 3], [0, 4]], np.float32)  # by diagonal and source index
    >>> strip.cells(strip.before(strip.laid(table, 0.0), (1, 0)))
    array([[0., 0.],
           [0., 1.],
           [0., 2.]], dtype=float32)
    """

    def __init__(self, corridor: Corridor, first: int, last: int, *, shapes: Sequence[Shape]) -> None:
        room, reach = max(max(shape) for shape in shapes), 1 + max(sum(shape) for shape in shapes)
        self.first, self.last, self._reach = first, last, reach
        self.rows = slice(max(first - reach, 0), last)  # of tables over the corridor, those of the margin too
        self._width, self._pitch = corridor.width, corridor.width + room
        self._corridor, self._d = corridor, np.arange(first - reach, last)
        self._lows = corridor.lows[np.maximum(self._d, 0)]
        self._starts = (self._d - self._d[0]) * self._pitch + self._lows - self._lows[0]
        self._begin, self._end = int(self._starts[reach]), int(self._starts[-1]) + self._pitch
        self.size = self._end - self._begin  # places without margin
        self._origin = first * self._pitch + int(self._lows[reach])

    @property
    def starts(self) -> Ints:
        """Places of the first cell of each diagonal, on a strip with its margin."""
        return np.asarray(self._starts[self._reach :])

    def place(self, i: Any, j: Any) -> Any:
        """Give the place of a cell, on a strip with its margin."""
        return (i + j) * self._pitch + i - self._origin + self._begin

    @cached_property
    def ends(self) -> tuple[Ints, Ints]:
        """How many source and target segments are before each place, the margin's too."""
        lengths = np.diff(self._starts, append=self._end)
        i = np.arange(self._end) + np.repeat(self._lows - self._starts, lengths)
        j = np.repeat(self._d, lengths) - i
        return np.clip(i, 0, self._corridor.n_source), np.clip(j, 0, self._corridor.n_target)

    def laid(self, table: Floats, fill: float) -> Floats:
        """Lay out a table over the corridor, (n_diagonals, width), with its margin; ``fill`` where there is no cell."""
        out, rows = np.full(self._end, fill, np.float32), table[self.rows]
        self._stretches(out)[self._starts[-len(rows) :]] = rows
        return out

    def cells(self, strip: NDArray[Kind]) -> NDArray[Kind]:
        """Take the cells from a strip without margin, (diagonals, width)."""
        if len(strip) == 1:
            return np.broadcast_to(strip, (self.last - self.first, self._width))
        return np.asarray(self._stretches(strip)[self._starts[self._reach :] - self._begin])

    def _stretches(self, strip: NDArray[Any]) -> NDArray[Any]:
        """Look at a strip as the stretches that begin at each place, to read or write those of the diagonals."""
        return as_strided(strip, (len(strip) - self._width + 1, self._width), strip.strides * 2)

    def places(self, d: Ints, k: Ints) -> Ints:
        """Say where on a strip without margin cells stand, by diagonal and place on it."""
        return np.asarray(self._starts[d - self.first + self._reach] - self._begin + k)

    def column(self, i: int, first: int, last: int) -> slice:
        """Say where on a strip without margin the cells of a source index stand, on diagonals before the last."""
        start = first * self._pitch + i - self._origin
        return slice(start, start + (last - first) * self._pitch, self._pitch)

    def here(self, strip: NDArray[Kind]) -> NDArray[Kind]:
        """Leave the margin out."""
        return strip[self._begin :] if len(strip) > 1 else strip

    def before(self, strip: Floats, shape: Shape) -> Floats:
        """Give for every cell (i, j) the value at (i - a, j - b), without margin."""
        back = self.back(shape)
        return strip[self._begin - back : len(strip) - back] if len(strip) > 1 else strip

    def plus(self, strip: Floats, others: Floats, step: Shape) -> Floats:
        """Add what others have one step back; NaN at the head of the margin, where there is nothing before."""
        if len(strip) == 1:
            return strip
        back, out = self.back(step), np.empty_like(strip)
        out[:back] = np.nan
        np.add(strip[back:], others[:-back], out=out[back:])
        return out

    def back(self, shape: Shape) -> int:
        """Say how many places before its end a bead starts."""
        return sum(shape) * self._pitch + shape[0]
