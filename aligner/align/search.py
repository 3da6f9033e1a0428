"""From two strands to a ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from aligner.align.corridor import along, rough, whole
from aligner.align.evidence import Evidence, Side, initial_stats, restate
from aligner.align.lattice import Lattice, Posterior
from aligner.align.layers import add_layers, cut_layers
from aligner.align.model import Weights, lattice, load_weights
from aligner.align.parts import Embed
from aligner.align.pivot import pivot_shares
from aligner.align.strand import Strand
from aligner.align.strip import Corridor
from aligner.errors import InputError
from aligner.model import Judgement, Ladder

__all__ = ["Settings", "align"]

_ALONE = 0.4  # probability from which a segment is left out; the best on half 1, .45 is on half 0
_MORE = 1.0  # what its gap then scores more: if it were certain, both of two would be left out where either may be


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of the aligner that a signature names.

    ``width`` is how many source segments a diagonal are looked at round the rough path.
    """

    width: int = 80
    weights: Weights = field(default_factory=load_weights)  # where only segments are compared
    weights_with_parts: Weights = field(default_factory=lambda: load_weights("weights-parts.json"))

    def items(self) -> tuple[tuple[str, str], ...]:
        """Give the settings for a signature."""
        return (
            ("align.width", str(self.width)),
            ("align.weights", self.weights.digest + "+" + self.weights_with_parts.digest),
        )


def align(
    source: Strand,
    target: Strand,
    *,
    settings: Settings | None = None,
    embed: Embed | None = None,
    pivot: Sequence[str] | None = None,
) -> Ladder:
    """Find the ladder between two strands, with the probability of each bead, rounded to three decimals.

    ``embed`` encodes texts as unit rows of the same model as the strands' vectors; with it the clauses and
    words of the segments are compared as well, at up to twice the cost of encoding the segments. ``pivot`` is a
    machine translation of the source into the target's language, one line a segment.

    >>> import numpy as np
    >>> strand = Strand(("A first sentence.", "And a second."), np.eye(2, dtype=np.float32))
    >>> [bead.type for bead in align(strand, strand).beads]
    ['1-1', '1-1']

    Raises:
        InputError: the pivot has not a line for every source segment.
    """
    settings = settings or Settings()
    if pivot is not None and len(pivot) != source.n_segments:
        raise InputError(
            f"the pivot has {len(pivot)} lines, the source {source.n_segments} segments",
            remedy="translate the source segment by segment, one line each",
        )
    if not source.n_segments and not target.n_segments:
        return Ladder(((0, 0),))
    sides = Side(source), Side(target)
    evidence = Evidence(*sides, _corridor(*sides, settings.width))
    stats = initial_stats(evidence)
    rungs = lattice(evidence, stats, settings.weights).best()
    if embed is not None:
        add_layers(evidence, rungs, cut_layers(source.texts, target.texts, embed))
    if pivot is not None:
        evidence.blend(pivot_shares(pivot, target.texts, evidence.corridor, rungs))
    weights = settings.weights_with_parts if evidence.layers else settings.weights
    final = lattice(evidence, restate(evidence, stats, rungs), weights)
    posterior = final.infer()
    rungs = _careful(final, posterior)
    confidences = posterior.along(rungs)
    return Ladder(tuple(rungs), tuple(Judgement(round(c, 3)) for c in confidences))


def _careful(final: Lattice, posterior: Posterior) -> list[tuple[int, int]]:
    """Give the best ladder if leaving out what is likely enough to have no counterpart scores more.

    What stands alone may do so in many ladders, none of which is the best; and to miss an omission is worse than to
    find what is none.
    """
    rungs = final.best()
    ends = np.array(rungs)
    steps, alone = np.diff(ends, axis=0), [p > _ALONE for p in posterior.alone()]
    for k, likely in enumerate(alone):
        if np.setdiff1d(np.flatnonzero(likely), ends[:-1, k][steps[:, 1 - k] == 0]).size:
            return final.best_without(alone, _MORE)
    return rungs


def _corridor(source: Side, target: Side, width: int) -> Corridor:
    if source.n < width:
        return whole(source.n, target.n)
    return along(rough(source.vectors, target.vectors), width)
