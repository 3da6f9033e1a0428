"""Vectors and cues of structure in, a ladder with a confidence per bead out; sees no file but its weights."""

from aligner.align.search import Settings, align
from aligner.align.strand import Strand
from aligner.align.transpose import Transposition, transpositions

__all__ = ["Settings", "Strand", "Transposition", "align", "transpositions"]
