"""What makes a whole collation doubtful: two texts of which hardly anything pairs."""

from __future__ import annotations

from aligner.model import Ladder

__all__ = ["doubt", "n_paired"]

_FEW = 0.2
"""Share of paired beads below which two texts seem strangers. Of seven pairs of unrelated news (corpora/newsroom,
each source with the next translation) 0.02 to 0.14 of the beads were paired, of true pairs 0.9 and more."""


def n_paired(ladder: Ladder | None) -> int:
    """Count the beads with segments on both sides.

    >>> n_paired(Ladder(((0, 0), (1, 1), (2, 1))))
    1
    """
    return sum(1 for bead in ladder.beads if bead.source and bead.target) if ladder else 0


def doubt(n_beads: int, paired: int) -> str:
    """Say that two texts seem to be of different things; empty where they do not, or where there are no beads.

    >>> doubt(20, 1)
    'only 1 of 20 beads has both sides: these seem to be different articles, and the flags say nothing'
    >>> doubt(20, 4), doubt(0, 0)
    ('', '')
    """
    if paired >= _FEW * n_beads:
        return ""
    have = "has" if paired == 1 else "have"
    found = f"only {paired} of {n_beads} beads {have} both sides"
    return f"{found}: these seem to be different articles, and the flags say nothing"
