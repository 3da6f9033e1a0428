"""Offsets counted in letters, all white space left out: what lets a record find its places in a text that
differs from the one collated in nothing but white space and line ends."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aligner.model import Collation, Decision, Side, Witness
from aligner.patch import canonical_json

__all__ = ["Letters", "Prefixes", "anchor_table", "moved_decision", "mover", "parse_table"]


@dataclass(frozen=True, slots=True)
class Letters:
    """Where the characters of a text are that are not white space.

    >>> letters = Letters("a b\\r\\nc")
    >>> letters.before(5), letters.start(2), letters.end(2)
    (2, 5, 3)
    """

    text: str
    _positions: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positions", tuple(k for k, c in enumerate(self.text) if not c.isspace()))

    def __len__(self) -> int:
        return len(self._positions)

    def before(self, offset: int) -> int:
        """Count the letters before an offset."""
        return bisect_left(self._positions, offset)

    def start(self, n: int) -> int:
        """Give the offset of letter ``n`` (from 0), the end of the text after the last."""
        return self._positions[n] if n < len(self._positions) else len(self.text)

    def end(self, n: int) -> int:
        """Give the offset after the first ``n`` letters."""
        return self._positions[n - 1] + 1 if n else 0


class Prefixes:
    """Digests of a text up to rising offsets, white space left out, to tell where two texts part."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._digest = text, 0, hashlib.sha256(b"prefix16\0")

    def upto(self, end: int) -> str:
        """Give the digest of everything before ``end``, which may not fall."""
        self._digest.update("".join(self._text[self._at : end].split()).encode("utf-8"))
        self._at = end
        return self._digest.hexdigest()[:16]


def anchor_table(collation: Collation, witness: Witness) -> str:
    """List every offset the collation uses in a witness with the letters before it: ``0:0 46:39``."""
    side = Side.SOURCE if witness is collation.source else Side.TARGET
    letters = Letters(witness.text)
    offsets = sorted({at for span in _spans(collation, side) for at in span} | {0, len(witness.text)})
    return " ".join(f"{at}:{letters.before(at)}" for at in offsets)


def parse_table(table: str) -> dict[int, int]:
    """Read back an anchor table.

    >>> parse_table("0:0 46:39")
    {0: 0, 46: 39}
    """
    return {int(at): int(n) for at, _, n in (pair.partition(":") for pair in table.split())}


def _spans(collation: Collation, side: Side) -> Iterator[tuple[int, int]]:
    witness = collation.witness(side)
    assert witness  # asked for a side that is there
    found = [block.span for block in witness.blocks]
    found += [segment.span for segment in collation.segments(side)]
    found += sorted(collation.spans(side))
    found += [witness.attribution.span] if witness.attribution else []
    yield from ((span.start, span.end) for span in found)

    def remember(_: Side, start: int, end: int) -> tuple[int, int]:
        seen.append((_, start, end))
        return start, end

    seen: list[tuple[Side, int, int]] = []
    for decision in collation.decisions:
        moved_decision(decision, remember)
    yield from ((start, end) for which, start, end in seen if which is side)


def moved_decision(decision: Decision, move: Callable[[Side, int, int], Sequence[int]]) -> Decision:
    """Give a decision with every span in it moved."""
    if not decision.before:
        return decision
    before, after = (json.loads(part) for part in (decision.before, decision.after))
    for patch in (before, after):
        for part, piece in patch.items():
            piece["items"] = [_moved(part, item, move) for item in piece["items"]]
    return replace(decision, before=canonical_json(before), after=canonical_json(after))


def _moved(part: str, item: Any, move: Callable[[Side, int, int], Sequence[int]]) -> Any:
    if part in ("source", "target"):
        return [*move(Side(part), item[0], item[1]), item[2]]
    if part == "links":
        return [item[0], *move(Side.SOURCE, item[1], item[2]), *move(Side.TARGET, item[3], item[4]), item[5]]
    if part == "edits":
        return {**item, **{s: list(move(Side(s), *item[s])) for s in ("source", "target") if item[s]}}
    return item


def mover(tables: Mapping[Side, Mapping[int, int]], letters: Mapping[Side, Letters]) -> Callable[..., Any]:
    """Make the function that takes a span of the old text to the same letters of the new one."""

    def move(side: Side, start: int, end: int) -> tuple[int, int]:
        table, new = tables[side], letters[side]
        return new.start(table[start]), new.end(table[end])

    return move
