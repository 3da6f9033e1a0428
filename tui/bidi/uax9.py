"""The Unicode Bidirectional Algorithm (UAX #9, revision 46) for one paragraph: levels and order.

Rule names in the comments (P2, X1, W4, N0 ...) are those of the report. Character classes come from
``unicodedata``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tui.bidi.mirrors import bracket_of

__all__ = ["REMOVED", "levels", "reorder"]

REMOVED = -1
"""Level of a character that rule X9 takes out of the display."""

_MAX_DEPTH = 125  # BD2
_MAX_BRACKETS = 63  # BD16
_EMBEDDINGS = frozenset(("LRE", "RLE", "LRO", "RLO"))
_INITIATORS = frozenset(("LRI", "RLI", "FSI"))
_ISOLATES = _INITIATORS | {"PDI"}
_NEUTRALS = _ISOLATES | {"B", "S", "WS", "ON"}
_PLAIN = frozenset(("L", "EN", "ES", "ET", "CS", "NSM", "S", "WS", "ON"))
_STRONG = {"L": "L", "R": "R", "EN": "R", "AN": "R"}  # N0: numbers count as R

# Right-to-left defaults of code points this Python does not know yet (DerivedBidiClass.txt)
_LATER_AL = ((0x0600, 0x07BF), (0x0860, 0x08FF), (0xFB50, 0xFDCF), (0xFDF0, 0xFDFF), (0xFE70, 0xFEFF))
_LATER_R = ((0x0590, 0x05FF), (0x07C0, 0x085F), (0xFB1D, 0xFB4F), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF))


def levels(text: str, base: int | None = None) -> tuple[int, list[int]]:
    """Give the paragraph level and the level of every character, ``REMOVED`` where X9 removes it.

    ``base`` is 0 or 1, or None to take it from the first strong character. The whole paragraph counts
    as one line for rule L1; a shorter line applies L1 again to its own end.

    >>> levels("أ b", 1)
    (1, [1, 1, 2])
    """
    classes = [_bidi_class(char) for char in text]
    matches = _matching_isolates(classes)
    if base is None:
        base = _first_strong(classes, 0, len(classes), matches) or 0
    if base == 0 and _PLAIN.issuperset(classes):
        return 0, [0] * len(classes)
    found, types = _explicit(classes, matches, base)
    for run in _sequences(classes, matches, found, base):
        _resolve(run, text, classes, types, found)
    _trailing_whitespace(classes, found, base)
    return base, found


def reorder(found: Sequence[int]) -> list[int]:
    """Give the indices of one line from left to right (L2); removed characters are left out.

    >>> reorder([1, 1, 2, 2])
    [2, 3, 1, 0]
    """
    order = [index for index, level in enumerate(found) if level != REMOVED]
    odd = [found[index] for index in order if found[index] & 1]
    if not odd:
        return order
    for level in range(max(found), min(odd) - 1, -1):
        for first, last in _stretches([found[index] >= level for index in order]):
            order[first:last] = order[first:last][::-1]
    return order


@cache
def _bidi_class(char: str) -> str:
    if known := unicodedata.bidirectional(char):
        return known
    code = ord(char)
    if any(first <= code <= last for first, last in _LATER_AL):
        return "AL"
    return "R" if any(first <= code <= last for first, last in _LATER_R) else "L"


def _stretches(claims: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Give the half-open ranges in which the claim holds without a break."""
    first = None
    for index, holds in enumerate(claims):
        if holds and first is None:
            first = index
        elif not holds and first is not None:
            yield first, index
            first = None
    if first is not None:
        yield first, len(claims)


def _direction(level: int) -> str:
    return "R" if level & 1 else "L"


def _matching_isolates(classes: Sequence[str]) -> dict[int, int]:
    """Match isolate initiators with their PDI (BD9)."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for index, name in enumerate(classes):
        if name in _INITIATORS:
            waiting.append(index)
        elif name == "PDI" and waiting:
            found[waiting.pop()] = index
        elif name == "B":
            waiting.clear()
    return found


def _first_strong(classes: Sequence[str], start: int, end: int, matches: Mapping[int, int]) -> int | None:
    """Find the level the first strong character asks for, jumping over isolates (P2, P3)."""
    index = start
    while index < end:
        name = classes[index]
        if name in ("L", "R", "AL"):
            return int(name != "L")
        if name == "B":
            return None
        index = matches.get(index, end) + 1 if name in _INITIATORS else index + 1
    return None


class _Status(NamedTuple):
    level: int
    override: str
    is_isolate: bool


class _Stack:
    """The directional status stack with its overflow counts (X1)."""

    def __init__(self, base: int) -> None:
        self.entries = [_Status(base, "", False)]
        self.overflow_isolates = self.overflow_embeddings = self.isolates = 0

    @property
    def top(self) -> _Status:
        return self.entries[-1]

    def _fits(self, name: str) -> int | None:
        rtl = name[0] == "R"
        level = (self.top.level + 1) | 1 if rtl else (self.top.level + 2) & ~1
        overflowed = self.overflow_isolates or self.overflow_embeddings
        return None if overflowed or level > _MAX_DEPTH else level

    def embed(self, name: str) -> None:  # X2 to X5
        level = self._fits(name)
        if level is not None:
            self.entries.append(_Status(level, name[0] if name[2] == "O" else "", False))
        elif not self.overflow_isolates:
            self.overflow_embeddings += 1

    def isolate(self, name: str) -> None:  # X5a to X5c
        level = self._fits(name)
        if level is None:
            self.overflow_isolates += 1
            return
        self.isolates += 1
        self.entries.append(_Status(level, "", True))

    def end_isolate(self) -> None:  # X6a
        if self.overflow_isolates:
            self.overflow_isolates -= 1
        elif self.isolates:
            self.overflow_embeddings = 0
            while not self.entries.pop().is_isolate:
                pass
            self.isolates -= 1

    def end_embedding(self) -> None:  # X7
        if self.overflow_isolates:
            return
        if self.overflow_embeddings:
            self.overflow_embeddings -= 1
        elif not self.top.is_isolate and len(self.entries) > 1:
            self.entries.pop()


def _explicit(classes: Sequence[str], matches: Mapping[int, int], base: int) -> tuple[list[int], list[str]]:
    """Give every character its explicit level and its class after overrides (X1 to X9)."""
    stack = _Stack(base)
    found, types = [base] * len(classes), list(classes)
    for index, name in enumerate(classes):
        if name == "PDI":
            stack.end_isolate()
        level, override, _ = stack.top
        if name in _EMBEDDINGS or name in ("PDF", "BN"):
            found[index] = REMOVED
            if name in _EMBEDDINGS:
                stack.embed(name)
            elif name == "PDF":
                stack.end_embedding()
        elif name != "B":
            found[index], types[index] = level, override or name
        if name in _INITIATORS:
            if name == "FSI":
                end = matches.get(index, len(classes))
                name = "RLI" if _first_strong(classes, index + 1, end, matches) else "LRI"
            stack.isolate(name)
    return found, types


class _Run(NamedTuple):
    """An isolating run sequence: its indices and the directions at its ends (BD13, X10)."""

    indices: list[int]
    level: int
    sos: str
    eos: str


def _sequences(classes: Sequence[str], matches: Mapping[int, int], found: Sequence[int], base: int) -> list[_Run]:
    kept = [index for index, level in enumerate(found) if level != REMOVED]
    runs: list[list[int]] = []
    for index in kept:
        if runs and found[runs[-1][-1]] == found[index]:
            runs[-1].append(index)
        else:
            runs.append([index])
    run_at = {run[0]: run for run in runs}
    matched = set(matches.values())
    place = {index: number for number, index in enumerate(kept)}
    explicit = [base, *(found[index] for index in kept), base]
    made = []
    for run in runs:
        if run[0] in matched and classes[run[0]] == "PDI":
            continue
        indices = list(run)
        while classes[indices[-1]] in _INITIATORS and matches.get(indices[-1]) in run_at:
            indices += run_at[matches[indices[-1]]]
        level, last = found[run[0]], indices[-1]
        before = explicit[place[run[0]]]
        after = base if classes[last] in _INITIATORS and last not in matches else explicit[place[last] + 2]
        made.append(_Run(indices, level, _direction(max(level, before)), _direction(max(level, after))))
    return made


def _resolve(run: _Run, text: str, classes: Sequence[str], types: Sequence[str], found: list[int]) -> None:
    kinds = [types[index] for index in run.indices]
    _weak(kinds, run.sos)
    marks = [classes[index] == "NSM" for index in run.indices]
    _brackets(kinds, [text[index] for index in run.indices], marks, run)
    _neutrals(kinds, run)
    for index, kind in zip(run.indices, kinds, strict=True):  # I1, I2
        if run.level & 1:
            found[index] += kind != "R"
        else:
            found[index] += {"L": 0, "R": 1}.get(kind, 2)


def _weak(kinds: list[str], sos: str) -> None:
    """Resolve weak types in place (W1 to W7)."""
    before, strong = sos, sos
    for k, kind in enumerate(kinds):
        if kind == "NSM":  # W1
            kind = "ON" if before in _ISOLATES else before
        before = kind
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":  # W2
            kind = "AN"
        kinds[k] = kind
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for k in range(1, len(kinds) - 1):  # W4
        left, kind, right = kinds[k - 1 : k + 2]
        if left == right and ((kind == "ES" and left == "EN") or (kind == "CS" and left in ("EN", "AN"))):
            kinds[k] = left
    for first, last in list(_stretches([kind == "ET" for kind in kinds])):  # W5
        if "EN" in kinds[max(first - 1, 0) : last + 1]:
            kinds[first:last] = ["EN"] * (last - first)
    strong = sos
    for k, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):  # W6
            kinds[k] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            kinds[k] = "L"


def _bracket_pairs(kinds: Sequence[str], chars: Sequence[str]) -> list[tuple[int, int]]:
    """Find the paired brackets of a run, in the order of their openings (BD16)."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for k, char in enumerate(chars):
        bracket = bracket_of(char) if kinds[k] == "ON" else None
        if bracket is None:
            continue
        opens, closing = bracket
        if opens:
            if len(waiting) == _MAX_BRACKETS:
                break
            waiting.append((closing, k))
            continue
        depth = next((d for d in reversed(range(len(waiting))) if waiting[d][0] == closing), None)
        if depth is not None:
            pairs.append((waiting[depth][1], k))
            del waiting[depth:]
    return sorted(pairs)


def _brackets(kinds: list[str], chars: Sequence[str], marks: Sequence[bool], run: _Run) -> None:
    """Give paired brackets the direction of what they hold, or of what stands before them (N0)."""
    embedding = _direction(run.level)
    for opening, closing in _bracket_pairs(kinds, chars):
        inside = {_STRONG[kind] for kind in kinds[opening + 1 : closing] if kind in _STRONG}
        if not inside:
            continue
        direction = embedding
        if embedding not in inside:
            earlier = (_STRONG[kind] for kind in reversed(kinds[:opening]) if kind in _STRONG)
            direction = next(earlier, run.sos)
        for k in (opening, closing):
            kinds[k] = direction
            while k + 1 < len(kinds) and marks[k + 1]:
                k += 1
                kinds[k] = direction


def _neutrals(kinds: list[str], run: _Run) -> None:
    """Resolve what is still neutral from its neighbours, or from the embedding (N1, N2)."""
    for first, last in list(_stretches([kind in _NEUTRALS for kind in kinds])):
        left = _STRONG[kinds[first - 1]] if first else run.sos
        right = _STRONG[kinds[last]] if last < len(kinds) else run.eos
        direction = left if left == right else _direction(run.level)
        kinds[first:last] = [direction] * (last - first)


def _trailing_whitespace(classes: Sequence[str], found: list[int], base: int) -> None:
    """Put separators and the white space before them or at the end to the paragraph level (L1)."""
    trailing = True
    for index in range(len(classes) - 1, -1, -1):
        name = classes[index]
        if name in ("B", "S"):
            found[index], trailing = base, True
        elif name == "WS" or name in _ISOLATES:
            if trailing:
                found[index] = base
        elif found[index] != REMOVED:
            trailing = False
