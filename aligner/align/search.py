"""From two strands to a ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from aligner.align.corridor import along, rough, whole
from aligner.align.evidence import Evidence, Side, initial_stats, restate
from aligner.align.lattice import Corridor
from aligner.align.model import Weights, lattice, load_weights
from aligner.align.parts import Embed, take_apart
from aligner.align.pivot import pivot_shares
from aligner.align.strand import Strand
from aligner.errors import InputError
from aligner.model import Judgement, Ladder

__all__ = ["Settings", "align"]


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

    ``embed`` encodes texts as unit rows of the same model as the strands' vectors; with it the clauses of
    the segments are compared as well, at about the cost of encoding the segments once more. ``pivot`` is a
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
    evidence, rungs = _first_pass(source, target, settings, embed)
    if pivot is not None:
        evidence.blend(pivot_shares(pivot, target.texts, evidence.corridor, rungs))
    final = lattice(evidence, restate(evidence, initial_stats(evidence), rungs), _weights(evidence, settings))
    rungs = final.best()
    confidences = final.infer().along(rungs)
    return Ladder(tuple(rungs), tuple(Judgement(round(c, 3)) for c in confidences))


def _first_pass(
    source: Strand, target: Strand, settings: Settings, embed: Embed | None
) -> tuple[Evidence, list[tuple[int, int]]]:
    sides = Side(source), Side(target)
    parts = (take_apart(source.texts, embed), take_apart(target.texts, embed)) if embed else None
    evidence = Evidence(*sides, _corridor(*sides, settings.width), parts)
    return evidence, lattice(evidence, initial_stats(evidence), _weights(evidence, settings)).best()


def _weights(evidence: Evidence, settings: Settings) -> Weights:
    return settings.weights if evidence.shares is None else settings.weights_with_parts


def _corridor(source: Side, target: Side, width: int) -> Corridor:
    if source.n < width:
        return whole(source.n, target.n)
    return along(rough(source.vectors, target.vectors), width)
