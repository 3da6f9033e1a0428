"""Vectors and cues of structure in, a ladder with a confidence per bead out; sees no file but its weights."""

from aligner.align.search import Settings, align
from aligner.align.strand import Strand

__all__ = ["Settings", "Strand", "align"]
