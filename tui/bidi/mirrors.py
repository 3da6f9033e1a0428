"""Mirror images and pairs of brackets, derived from character names.

Names carry LEFT and RIGHT, LESS-THAN and GREATER-THAN; ``unicodedata`` says which characters mirror.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

__all__ = ["bracket_of", "mirror"]

# The pairs whose names say neither left nor right: Tibetan and Ogham (BidiBrackets.txt)
_UNNAMED_PAIRS = (("\u0f3a", "\u0f3b"), ("\u0f3c", "\u0f3d"), ("\u169b", "\u169c"))
_BLOCKS_WITH_MIRRORS = (range(0x20, 0x3100), range(0xFE50, 0xFF70))


@cache
def mirror(char: str) -> str:
    """Give the character whose picture is the mirror image, or the character itself (L4).

    >>> mirror("(") + mirror("»") + mirror("x")
    ')«x'
    """
    return _mirrors().get(char, char)


@cache
def _mirrors() -> Mapping[str, str]:
    found = {a: b for pair in _UNNAMED_PAIRS for a, b in (pair, pair[::-1])}
    for char in (chr(code) for block in _BLOCKS_WITH_MIRRORS for code in block):
        if unicodedata.mirrored(char) and (other := _named_mirror(char)):
            found[char] = other
    return found


def _named_mirror(char: str) -> str | None:
    name = unicodedata.name(char)
    for one, two in (("LEFT", "RIGHT"), ("RIGHT", "LEFT"), ("LESS", "GREATER"), ("GREATER", "LESS")):
        if one in name:
            try:
                return unicodedata.lookup(name.replace(one, two))
            except KeyError:
                continue
    return None


@cache
def bracket_of(char: str) -> tuple[bool, str] | None:
    """Give whether the bracket opens, and the canonical closing bracket of its pair (BD14, BD15).

    >>> bracket_of("(")
    (True, ')')
    """
    category = unicodedata.category(char)
    if category not in ("Ps", "Pe") or mirror(char) == char:
        return None
    closing = char if category == "Pe" else mirror(char)
    return category == "Ps", unicodedata.normalize("NFC", closing)
