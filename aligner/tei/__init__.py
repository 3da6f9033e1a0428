"""Collation <-> TEI P5: the document of record, with both texts or without (stand-off)."""
