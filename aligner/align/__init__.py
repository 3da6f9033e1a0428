"""Vectors and cues of structure in, a ladder with a confidence per bead out."""
