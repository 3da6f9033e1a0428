"""The whole text at a glance: a strip as high as the window, a tick for each flag on its side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from aligner.report.rows import Flag, Row

__all__ = ["HEIGHT", "Band", "Tick", "overview"]

HEIGHT = 1000.0
"""The strip's height in its own units; the page stretches it to the window."""
_TICK = 4.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A flag's place on the strip: top and height in units of the strip, on the sides it points at."""

    flag: Flag
    top: str
    height: str
    left: int
    width: int


@dataclass(frozen=True, slots=True)
class Band:
    """A row's place on the strip."""

    anchor: str
    top: str
    height: str
    is_gap: bool
    ticks: tuple[Tick, ...]


def overview(rows: Sequence[Row]) -> tuple[Band, ...]:
    """Give each row its share of the strip, by the length of its longer side."""
    total = sum(row.length for row in rows) or 1
    ends = [HEIGHT * end / total for end in accumulate(row.length for row in rows)]
    return tuple(_band(row, start, end) for row, start, end in zip(rows, [0.0, *ends], ends, strict=False))


def _band(row: Row, start: float, end: float) -> Band:
    step = (end - start) / (len(row.flags) + 1)
    ticks = tuple(_tick(flag, start + step * n) for n, flag in enumerate(row.flags, 1))
    is_gap = not row.is_paratext and any(not cell.stretches for cell in row.cells)
    return Band(row.anchor, f"{start:.1f}", f"{end - start:.1f}", is_gap, ticks)


def _tick(flag: Flag, middle: float) -> Tick:
    left = 1 if flag.edit.source else 21
    right = 39 if flag.edit.target else 19
    top = min(max(middle - _TICK / 2, 0.0), HEIGHT - _TICK)
    return Tick(flag, f"{top:.1f}", f"{_TICK:.1f}", left, right - left)
