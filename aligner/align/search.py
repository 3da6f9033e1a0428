"""From two strands to a ladder."""

from __future__ import annotations

from dataclasses import dataclass, field

from aligner.align.corridor import along, rough, whole
from aligner.align.evidence import Evidence, Side, initial_stats, restate
from aligner.align.lattice import Corridor
from aligner.align.model import Weights, lattice, load_weights
from aligner.align.parts import Embed, take_apart
from aligner.align.strand import Strand
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
        return (("align.width", str(self.width)), ("align.weights", self.weights.digest + "+" + self.weights_with_parts.digest))


def align(
    source: Strand, target: Strand, *, settings: Settings | None = None, embed: Embed | None = None
) -> Ladder:
    """Find the ladder between two strands, with the probability of each bead.

    ``embed`` encodes texts as unit rows of the same model as the strands' vectors; with it the clauses of the
    segments are compared as well, at about the cost of encoding the segments once more.
    """
    settings = settings or Settings()
    if not source.n_segments and not target.n_segments:
        return Ladder(((0, 0),))
    sides = Side(source), Side(target)
    weights = settings.weights_with_parts if embed else settings.weights
    parts = (take_apart(source.texts, embed), take_apart(target.texts, embed)) if embed else None
    evidence = Evidence(*sides, _corridor(*sides, settings.width), parts)
    stats = initial_stats(evidence)
    stats = restate(evidence, stats, lattice(evidence, stats, weights).best())
    final = lattice(evidence, stats, weights)
    rungs = final.best()
    confidences = final.infer().along(rungs)
    return Ladder(tuple(rungs), tuple(Judgement(round(float(c), 3)) for c in confidences))


def _corridor(source: Side, target: Side, width: int) -> Corridor:
    if source.n < width:
        return whole(source.n, target.n)
    return along(rough(source.vectors, target.vectors), width)
