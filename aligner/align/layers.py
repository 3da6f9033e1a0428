"""The sizes of parts that are compared, each where it tells most: clauses far and near, words close by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aligner.align.corridor import along
from aligner.align.evidence import LAYERS, Evidence
from aligner.align.parts import Embed, Parts, pieces, take_apart
from aligner.align.words import content_strings

__all__ = ["add_layers", "cut_layers"]

Cut = Mapping[str, tuple[Parts, Parts]]


@dataclass(frozen=True, slots=True)
class _Choice:
    """How a layer is made.

    ``reach`` is how many source segments a diagonal are looked at round a first ladder, None for the whole
    corridor; ``nowhere`` the quantile of the likeness of all that is looked at, nearly all of it unrelated,
    that a part must exceed to be found anywhere.
    """

    cut: Callable[[str], list[str]]
    reach: int | None
    nowhere: float


# A word has more like it by chance than a clause, and the more the further one looks; with 32 in place of 16
# the other half of the texts was less probable.
_CHOICES = dict(zip(LAYERS, (_Choice(pieces, None, 0.9), _Choice(content_strings, 16, 0.6)), strict=True))


def cut_layers(source: Sequence[str], target: Sequence[str], embed: Embed) -> Cut:
    """Cut both sides into the parts of every layer, and encode them."""
    return {
        name: (take_apart(source, embed, choice.cut), take_apart(target, embed, choice.cut))
        for name, choice in _CHOICES.items()
    }


def add_layers(evidence: Evidence, rungs: Sequence[tuple[int, int]], cut: Cut) -> None:
    """Look for the parts of both sides, round a first ladder where the layer says so."""
    for name, (mine, theirs) in cut.items():
        choice, corridor = _CHOICES[name], evidence.corridor
        near = along(rungs, min(choice.reach, corridor.width)) if choice.reach else corridor
        evidence.add(name, mine, theirs, near, choice.nowhere)
    evidence.pieces = cut[LAYERS[0]]
