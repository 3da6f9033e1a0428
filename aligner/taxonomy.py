"""What the framing taxonomy allows: the directions of a category."""

from __future__ import annotations

from functools import cache

from aligner.model import Category, Direction, EditKind
from aligner.resources import load_table

__all__ = ["directions"]


@cache
def directions(category: Category, kind: EditKind = EditKind.EDIT) -> tuple[Direction, ...]:
    """Give the directions a flag of this category may have, as the taxonomy lists them.

    A mark may be without one as well, since nobody sees from the translation alone which way it moved.

    >>> [str(direction) for direction in directions(Category.LABEL)]
    ['softened', 'strengthened']
    >>> Direction.NONE in directions(Category.LABEL, EditKind.MARK)
    True
    """
    listed = tuple(Direction(each) for each in load_table("taxonomy.yaml")["categories"][category]["directions"])
    return listed if kind is EditKind.EDIT or Direction.NONE in listed else (*listed, Direction.NONE)
