"""An assignment of units to slots, each slot once, the surest first; whoever can move makes room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Claim", "assign"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A unit of one side may be rendered by a slot of the other; the higher the strength, the surer."""

    unit: int
    slot: int
    strength: float


def assign(claims: Iterable[Claim]) -> dict[int, int]:
    """Give units their slots, the surest first; a unit moves to its next best slot rather than leave another without.

    >>> assign([Claim(1, 7, 0.9), Claim(2, 7, 0.5), Claim(1, 8, 0.4)])
    {1: 8, 2: 7}
    >>> assign([Claim(1, 7, 0.9), Claim(2, 7, 0.5)])
    {1: 7}
    """
    wanted: dict[int, list[int]] = {}
    for claim in sorted(claims, key=lambda c: (-c.strength, c.unit, c.slot)):
        wanted.setdefault(claim.unit, []).append(claim.slot)
    taken: dict[int, int] = {}
    for unit in wanted:
        _place(unit, wanted, taken, set())
    return {unit: slot for slot, unit in sorted(taken.items(), key=lambda item: item[1])}


def _place(unit: int, wanted: dict[int, list[int]], taken: dict[int, int], seen: set[int]) -> bool:
    for slot in wanted[unit]:
        if slot in seen:
            continue
        seen.add(slot)
        if slot not in taken or _place(taken[slot], wanted, taken, seen):
            taken[slot] = unit
            return True
    return False
