"""Make documents whose beads are known: merge, split, drop and shift sentences of parallel text, seeded.

The material is pairs of sentences that render each other one to one. Everything is drawn from one
``random.Random(seed)`` in a fixed order, so that the same material and seed give the same documents anywhere.
Headings are left out like sentences, but joined to nothing: translators keep them apart from the text below.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from aligner.ingest.layout import headings

__all__ = ["RECIPES", "Made", "Material", "Recipe", "join", "make"]

Bead = tuple[Sequence[int], Sequence[int]]
Pair = tuple[str, str]
# Where a sentence can be cut in two: after a comma or semicolon of either script, a dash, or a colon.
_CLAUSE = re.compile(r"(?<=[,;:\N{ARABIC COMMA}\N{ARABIC SEMICOLON}])\s+|\s+[\N{EN DASH}\N{EM DASH}]\s+")
_MOST = 10  # pairs that may become one bead
_LEAST = 20  # code points a piece of a cut sentence must have


@dataclass(frozen=True)
class Material:
    """A document of one-to-one sentence pairs; ``blocks`` is the paragraph each pair stands in."""

    name: str
    pairs: tuple[Pair, ...]
    blocks: tuple[int, ...]

    @cached_property
    def headings(self) -> frozenset[int]:
        """Pairs that have the form of a heading on both sides."""
        sources, targets = (headings([pair[side] for pair in self.pairs]) for side in (0, 1))
        return sources & targets


@dataclass(frozen=True)
class Made:
    """A document with known beads; blocks are given per segment."""

    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    gold: tuple[Bead, ...]
    source_blocks: tuple[int, ...] = ()
    target_blocks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How often (per sentence pair) each thing is done; the rest stays one to one.

    ``merge`` joins two on one side, ``triple`` three; ``split`` cuts one; ``drop`` leaves one out;
    ``shift`` moves a clause across a sentence boundary of one side (a 2-2 bead); ``passages`` counts the
    stretches of 5 to 25 left out in a document of 500 pairs; ``fan`` maps how many English sentences one
    Arabic sentence renders to how often, ``chop`` is the chance that an English sentence is cut at its
    clauses first. ``run_on`` is the chance that a full stop inside the Arabic of several sentences becomes
    a comma, ``loose`` that a word of it is left out.
    """

    merge: float = 0.0
    triple: float = 0.0
    split: float = 0.0
    drop: float = 0.0
    shift: float = 0.0
    passages: float = 0.0
    chop: float = 0.0
    run_on: float = 0.0
    loose: float = 0.0
    fan: dict[int, float] = field(default_factory=dict)


_FAN = {1: 0.42, 2: 0.24, 3: 0.14, 4: 0.08, 5: 0.05, 6: 0.03, 7: 0.02, 8: 0.01, 9: 0.01}
# Rates after the sets the peers were measured on: news; the same with passages missing; statutes,
# where one sentence is often two; literature, where 58 % of the beads are one to many (DESIGN.md, Alignment);
# "free" is literature whose Arabic runs on without stops and leaves words out.
RECIPES: dict[str, Recipe] = {
    "news": Recipe(merge=0.05, split=0.06, drop=0.03, shift=0.03),
    "missing": Recipe(merge=0.04, triple=0.04, split=0.04, drop=0.03, shift=0.02, passages=8.0),
    "statutes": Recipe(merge=0.10, split=0.25, drop=0.005),
    "literature": Recipe(drop=0.01, chop=0.5, fan=_FAN),
    "free": Recipe(drop=0.01, chop=0.5, run_on=0.8, loose=0.15, fan=_FAN),
}


def join(parts: Iterable[str]) -> str:
    """Put sentences on one line."""
    return " ".join(parts)


def cuts(sentence: str) -> list[tuple[str, str]]:
    """Give every way to cut a sentence in two at a clause boundary.

    >>> cuts("When the rain had stopped at last, the children ran outside again.")
    [('When the rain had stopped at last,', 'the children ran outside again.')]
    >>> cuts("Too short, no.")
    []
    """
    ways = ((sentence[: m.start()].rstrip(), sentence[m.end() :].lstrip()) for m in _CLAUSE.finditer(sentence))
    return [(head, tail) for head, tail in ways if min(len(head), len(tail)) >= _LEAST]


class _Builder:
    """Collects the segments and beads of one made document."""

    def __init__(self) -> None:
        self.sides: tuple[list[str], list[str]] = ([], [])
        self.blocks: tuple[list[int], list[int]] = ([], [])
        self.gold: list[Bead] = []

    def add(self, source: Sequence[str], target: Sequence[str], block: int) -> None:
        """Append a bead."""
        ranges = []
        for k, texts in enumerate((source, target)):
            start = len(self.sides[k])
            self.sides[k].extend(texts)
            self.blocks[k].extend([block] * len(texts))
            ranges.append(range(start, len(self.sides[k])))
        if source or target:
            self.gold.append((ranges[0], ranges[1]))

    def done(self, name: str) -> Made:
        """Freeze what was collected."""
        (s, t), (sb, tb) = self.sides, self.blocks
        return Made(name, tuple(s), tuple(t), tuple(self.gold), tuple(sb), tuple(tb))


def make(material: Material, recipe: Recipe, seed: int) -> Made:
    """Give a document with known beads, made from ``material`` after ``recipe``.

    >>> material = Material("x", (("One here.", "Un."), ("Two here.", "Deux.")), (0, 0))
    >>> made = make(material, Recipe(merge=1.0), 7)
    >>> made.gold in {((range(0, 1), range(0, 2)),), ((range(0, 2), range(0, 1)),)}
    True
    """
    rng = random.Random(f"{seed}:{material.name}")
    out = _Builder()
    missing = _passages(rng, len(material.pairs), recipe.passages)
    stops = {*missing, *material.headings, len(material.pairs)}
    at = 0
    while at < len(material.pairs):
        if at in missing:
            side = missing[at]
            pair, block = material.pairs[at], material.blocks[at]
            out.add(*_one_sided(pair[side], side), block)
            at += 1
            continue
        room = next(k for k in range(1, _MOST + 1) if k == _MOST or at + k in stops or at in material.headings)
        at += _step(rng, material, at, room, recipe, out)
    return out.done(material.name)


def _one_sided(text: str, side: int) -> tuple[Sequence[str], Sequence[str]]:
    return ((text,), ()) if side == 0 else ((), (text,))


def _passages(rng: random.Random, n: int, per_500: float) -> dict[int, int]:
    """Choose stretches of 5 to 25 pairs and the side each survives on, none of them touching."""
    out: dict[int, int] = {}
    for _ in range(round(per_500 * n / 500)):
        length, side = rng.randint(5, 25), rng.randint(0, 1)
        start = rng.randint(2, max(2, n - length - 2))
        stretch = range(start, min(start + length, n - 1))
        if not any(k in out for k in range(stretch.start - 3, stretch.stop + 3)):
            out.update(dict.fromkeys(stretch, side))
    return out


def _step(rng: random.Random, material: Material, at: int, room: int, recipe: Recipe, out: _Builder) -> int:
    """Make one bead or dropped sentence of the pairs from ``at`` on; give how many pairs it used."""
    if recipe.fan:
        return _fan(rng, material, at, room, recipe, out)
    draw = rng.random()
    acts: tuple[tuple[float, int, Callable[[], bool]], ...] = (
        (recipe.merge, 2, lambda: _merge(rng, material, at, 2, out)),
        (recipe.triple, 3, lambda: _merge(rng, material, at, 3, out)),
        (recipe.split, 1, lambda: _split(rng, material, at, out)),
        (recipe.shift, 2, lambda: _shift(rng, material, at, out)),
        (recipe.drop, 1, lambda: _drop(rng, material, at, out)),
    )
    for rate, used, act in acts:
        if draw < rate:
            if used <= room and act():
                return used
            break
        draw -= rate
    source, target = material.pairs[at]
    out.add((source,), (target,), material.blocks[at])
    return 1


def _sides(material: Material, at: int, n: int) -> tuple[list[str], list[str]]:
    pairs = material.pairs[at : at + n]
    return [s for s, _ in pairs], [t for _, t in pairs]


def _merge(rng: random.Random, material: Material, at: int, n: int, out: _Builder) -> bool:
    sides = _sides(material, at, n)
    k = rng.randint(0, 1)
    sides[k][:] = [join(sides[k])]
    out.add(*sides, material.blocks[at])
    return True


def _split(rng: random.Random, material: Material, at: int, out: _Builder) -> bool:
    sides = _sides(material, at, 1)
    k = rng.randint(0, 1)
    ways = cuts(sides[k][0])
    if not ways:
        return False
    sides[k][:] = rng.choice(ways)
    out.add(*sides, material.blocks[at])
    return True


def _shift(rng: random.Random, material: Material, at: int, out: _Builder) -> bool:
    """Move the last clause of a sentence to the next, or the first clause of the next to the one before."""
    sides = _sides(material, at, 2)
    k, forward = rng.randint(0, 1), rng.random() < 0.5
    first, second = sides[k]
    ways = cuts(first if forward else second)
    if not ways:
        return False
    head, tail = rng.choice(ways)
    sides[k][:] = [head, join((tail, second))] if forward else [join((first, head)), tail]
    out.add(*sides, material.blocks[at])
    return True


def _drop(rng: random.Random, material: Material, at: int, out: _Builder) -> bool:
    side = rng.randint(0, 1)
    out.add(*_one_sided(material.pairs[at][side], side), material.blocks[at])
    return True


def _fan(rng: random.Random, material: Material, at: int, room: int, recipe: Recipe, out: _Builder) -> int:
    """Join the Arabic of 1 to 9 English sentences, which may be cut at clauses first."""
    if rng.random() < recipe.drop:
        _drop(rng, material, at, out)
        return 1
    wanted = rng.choices(tuple(recipe.fan), tuple(recipe.fan.values()))[0]
    many: list[str] = []
    used = 0
    while used < room and len(many) < wanted:
        many.extend(_chop(rng, material.pairs[at + used][0], recipe.chop, wanted - len(many)))
        used += 1
    one = _freely(rng, [t for _, t in material.pairs[at : at + used]], recipe)
    out.add(many, (one,), material.blocks[at])
    return used


def _freely(rng: random.Random, sentences: Sequence[str], recipe: Recipe) -> str:
    """Join sentences into one as a free translator might: without stops between them, and some words less."""
    *others, last = sentences
    if recipe.run_on:
        others = [s.rstrip(".") + "\N{ARABIC COMMA}" if rng.random() < recipe.run_on else s for s in others]
    words = join((*others, last)).split(" ")
    if recipe.loose:
        words = [word for word in words if rng.random() >= recipe.loose] or words
    return join(words)


def _chop(rng: random.Random, sentence: str, chance: float, most: int) -> list[str]:
    """Cut a sentence at clause boundaries into at most ``most`` pieces, each cut taken with that chance."""
    pieces = [sentence]
    while len(pieces) < most and rng.random() < chance:
        ways = cuts(pieces[-1])
        if not ways:
            break
        pieces[-1:] = ways[0]
    return pieces
