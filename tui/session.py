"""A review under way: the collation, what was decided, what can be undone, where it is written down.

Every decision goes to the journal before it shows on the screen, so that what a person has seen done
is never lost. Undoing is itself a decision; nothing is erased.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from aligner.model import Act, Collation, Decision
from aligner.patch import apply, diff, invert

__all__ = ["Ledger", "Session", "now", "undoable"]


class Ledger(Protocol):
    """Where decisions are kept the moment they are taken."""

    def append(self, decision: Decision) -> object:
        """Write one decision so that it survives a crash."""


def now() -> str:
    """Give the time as the record writes it: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def undoable(decisions: Sequence[Decision]) -> tuple[list[int], list[int]]:
    """Read out of the decisions which (from 1) stand and which are undone, the last of each at the end.

    >>> act = lambda act, on="": Decision("", "nour", act, on)
    >>> undoable([act(Act.MERGED), act(Act.SPLIT), act(Act.UNDONE, "ch.2")])
    ([1], [2])
    """
    done: list[int] = []
    undone: list[int] = []
    for number, decision in enumerate(decisions, 1):
        if decision.act is Act.UNDONE and done:
            undone.append(done.pop())
        elif decision.act is Act.REDONE and undone:
            done.append(undone.pop())
        else:
            done.append(number)
            undone.clear()
    return done, undone


class Session:
    """One person's review of one collation."""

    def __init__(self, collation: Collation, ledger: Ledger, who: str, clock: Callable[[], str] = now) -> None:
        self.collation = collation
        self.who = who
        self._ledger = ledger
        self._clock = clock
        self._done, self._undone = undoable(collation.decisions)
        self.saved = len(collation.decisions)

    @property
    def is_saved(self) -> bool:
        """Tell whether every decision is in the record itself."""
        return self.saved == len(self.collation.decisions)

    def do(self, act: Act, on: str, new: Collation, note: str = "") -> Decision | None:
        """Take the decision that makes the new collation; None if it changes nothing."""
        before, after = diff(self.collation, new)
        if before == after:
            return None
        decision = Decision(self._clock(), self.who, act, on, before, after, note)
        self._ledger.append(decision)
        self.collation = replace(new, decisions=(*self.collation.decisions, decision))
        self._done.append(len(self.collation.decisions))
        self._undone.clear()
        return decision

    def undo(self) -> Decision | None:
        """Take back the last decision that stands; None if there is none."""
        return self._turn(self._done, self._undone, Act.UNDONE)

    def redo(self) -> Decision | None:
        """Take the last undone decision again; None if there is none."""
        return self._turn(self._undone, self._done, Act.REDONE)

    def _turn(self, taken: list[int], given: list[int], act: Act) -> Decision | None:
        if not taken:
            return None
        earlier = self.collation.decisions[taken[-1] - 1]
        turned = invert(earlier) if act is Act.UNDONE else earlier
        decision = replace(turned, when=self._clock(), who=self.who, act=act, on=f"ch.{taken[-1]}", note="")
        changed = apply(self.collation, decision)
        self._ledger.append(decision)
        self.collation = changed
        given.append(taken.pop())
        return earlier
