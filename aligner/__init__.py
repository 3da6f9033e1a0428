"""Collate Arabic translations with their English sources and keep the record in TEI P5.

The way through: files -> Witness -> segments -> vectors -> Ladder -> links -> edits -> Collation -> TEI.
``aligner.pipeline.collate`` walks it; every other module is one step of it.
"""

__version__ = "0.1.0"
