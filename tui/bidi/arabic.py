"""Clusters: what stands in one cell, joined as Arabic writing joins, in logical order.

Forms and ligatures are read from the compatibility decompositions that ship with Python
(``unicodedata``), so there is no table of letters here. Glyphs are for the screen alone: they hold
presentation forms and stand-ins and must never reach a file, the clipboard or the model.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

__all__ = ["Cluster", "Writing", "cell_width", "clusters", "is_attached"]

_LAM = "\N{ARABIC LETTER LAM}"
_ZWJ = "\N{ZERO WIDTH JOINER}"
_JOIN_CAUSING = (_ZWJ, "\N{ARABIC TATWEEL}")
# Controls that break joining; the other format characters are transparent (ArabicShaping.txt)
_SEVERING = frozenset("\N{ZERO WIDTH NON-JOINER}\u2066\u2067\u2068\u2069\N{MONGOLIAN VOWEL SEPARATOR}")
_FORM_BLOCKS = (range(0xFB50, 0xFBE9), range(0xFBFC, 0xFC00), range(0xFE80, 0xFEFD))
# Signs drawn around or under the digits that follow: terminals give them no cell (TERMINALS.md 2.1)
_SUBTENDING = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2")
_DOTTED_CIRCLE = "\N{DOTTED CIRCLE}"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_REGIONAL_A, _REGIONAL_Z = 0x1F1E6, 0x1F1FF
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_HANGUL_FILLERS = "\u115f\u1160\u3164\uffa0"
_LATER_WIDE = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF))  # wide since Unicode 16
_CACHED = 4096


class Writing(NamedTuple):
    """How letters are put into cells: joined or not, lam and alef in one cell, marks shown or hidden."""

    shaped: bool = True
    ligatures: bool = True
    tashkeel: bool = True


class Cluster(NamedTuple):
    """A character with what belongs to it: offsets in the paragraph, what a terminal is sent, its cells.

    ``at`` is the offset of the character that decides order and mirroring.
    """

    start: int
    end: int
    at: int
    glyph: str
    width: int


class _Piece(NamedTuple):
    start: int
    end: int
    at: int
    base: str  # two letters for lam-alef


_SHAPED = Writing()


@lru_cache(_CACHED)
def clusters(text: str, writing: Writing = _SHAPED) -> tuple[Cluster, ...]:
    """Cut a paragraph into clusters; they cover it without gap or overlap.

    >>> [cluster.glyph for cluster in clusters("سلام")] == ["ﺳ", "ﻼ", "ﻡ"]
    True
    """
    pieces = _pieces(text)
    if writing.shaped and writing.ligatures:
        pieces = _ligated(text, pieces)
    made = []
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else None
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        made.append(_cluster(text, piece, before, after, writing))
    return tuple(made)


@cache
def is_attached(char: str) -> bool:
    """Tell whether a character takes no cell of its own: a mark, a joiner, a bidi control.

    >>> is_attached("\\N{ARABIC FATHA}"), is_attached("ب")
    (True, False)
    """
    if char in _SUBTENDING:
        return False
    if _is_mark(char) or unicodedata.category(char) == "Cf":
        return True
    return ord(char) in _SKIN_TONES or char in _HANGUL_FILLERS


@cache
def cell_width(char: str) -> int:
    """Count the cells of a character that stands alone: 0, 1 or 2 (UAX #11).

    >>> cell_width("ب"), cell_width("界"), cell_width("\\N{ARABIC SHADDA}")
    (1, 2, 0)
    """
    if is_attached(char):
        return 0
    shown = _stand_in(char)
    if any(first <= ord(shown) <= last for first, last in _LATER_WIDE):
        return 2
    return 2 if unicodedata.east_asian_width(shown) in ("W", "F") else 1


def _pieces(text: str) -> list[_Piece]:
    """Group every base with what is attached to it; attached characters at the start go to the first base."""
    starts = [index for index, char in enumerate(text) if not is_attached(char)]
    if not starts or any(_is_mark(char) for char in text[: starts[0]]):
        starts.insert(0, 0)
    ends = [*starts[1:], len(text)]
    firsts = [0, *starts[1:]]
    if not text:
        return []
    return [_Piece(a, b, at, text[at]) for a, b, at in zip(firsts, ends, starts, strict=True)]


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Mc")


def _ligated(text: str, pieces: list[_Piece]) -> list[_Piece]:
    """Put lam and a following alef into one piece, unless a joiner or non-joiner stands between them."""
    made: list[_Piece] = []
    for piece in pieces:
        lam = made[-1] if made else None
        if lam and lam.base == _LAM and _LAM + piece.base in _forms() and not _is_parted(text, lam, piece):
            made[-1] = _Piece(lam.start, piece.end, lam.at, _LAM + piece.base)
        else:
            made.append(piece)
    return made


def _is_parted(text: str, one: _Piece, two: _Piece) -> bool:
    between = text[one.at + 1 : two.at]
    return _ZWJ in between or not _SEVERING.isdisjoint(between)


@cache
def _forms() -> Mapping[str, Mapping[str, str]]:
    """Map letters and lam-alef pairs to their presentation forms: isolated, initial ..."""
    found: dict[str, dict[str, str]] = {}
    for code in (code for block in _FORM_BLOCKS for code in block):
        name, *codes = unicodedata.decomposition(chr(code)).split() or ("",)
        plain = "".join(chr(int(each, 16)) for each in codes)
        if len(plain) == 1 or plain[:1] == _LAM:
            found.setdefault(plain, {})[name.strip("<>")] = chr(code)
    found["\N{ARABIC LETTER ALEF WASLA}"].pop("isolated")  # a font has the letter where it lacks U+FB50
    return found


def _joins_next(base: str) -> bool:
    return base in _JOIN_CAUSING or "initial" in _forms().get(base, ())


def _joins_previous(base: str) -> bool:
    return base in _JOIN_CAUSING or "final" in _forms().get(base, ())


def _joiners(text: str, one: _Piece | None, two: _Piece | None) -> str:
    """Give the controls between two pieces that make or break a stroke, in order."""
    between = text[one.at + 1 : one.end] if one else ""
    between += text[two.start : two.at] if two else ""
    return "".join(char for char in between if char == _ZWJ or char in _SEVERING)


def _cluster(text: str, piece: _Piece, before: _Piece | None, after: _Piece | None, writing: Writing) -> Cluster:
    start, end, at, base = piece
    width = sum(map(cell_width, base[:1]))
    glyph = base
    if not width:
        glyph, width = _orphan(text[start:end], writing)
    elif writing.shaped and base in _forms():
        glyph = _shape(text, piece, before, after)
    elif len(base) == 1:
        glyph = _stand_in(base)
    if width and writing.tashkeel and not is_attached(base[0]):
        glyph += "".join(char for char in text[at + 1 : end] if _shows_on_base(char))
    return Cluster(start, end, at, glyph, width)


def _shows_on_base(char: str) -> bool:
    return _is_mark(char) and unicodedata.name(char, "").find("VARIATION SELECTOR") < 0


def _orphan(chars: str, writing: Writing) -> tuple[str, int]:
    """Show a mark that has no letter on a dotted circle; controls alone take no cell."""
    marks = "".join(filter(_shows_on_base, chars))
    return (_DOTTED_CIRCLE + marks * writing.tashkeel, 1) if marks else ("", 0)


def _shape(text: str, piece: _Piece, before: _Piece | None, after: _Piece | None) -> str:
    forms = _forms()[piece.base]
    left, right = _joiners(text, before, piece), _joiners(text, piece, after)
    joined_before = _joins_previous(piece.base) and (
        left[-1] == _ZWJ if left else before is not None and _joins_next(before.base)
    )
    joined_after = _joins_next(piece.base) and (
        right[0] == _ZWJ if right else after is not None and _joins_previous(after.base)
    )
    names = {(True, True): "medial", (True, False): "final", (False, True): "initial"}
    name = names.get((joined_before, joined_after), "isolated")
    return forms.get(name) or forms.get("isolated") or piece.base


@cache
def _stand_in(char: str) -> str:
    """Give what is sent for a character that a terminal would act on, or draw without a cell."""
    category, code = unicodedata.category(char), ord(char)
    if char in "\t\n\r\v\f\x85" or category in ("Zl", "Zp"):
        return " "
    if category == "Cc":
        return chr(0x2400 + code) if code < 0x20 else _REPLACEMENT
    if category == "Cs" or (category == "Cn" and code & 0xFFFE == 0xFFFE):
        return _REPLACEMENT
    if char in _SUBTENDING:
        return "\N{WHITE CIRCLE}" if char == "\N{ARABIC END OF AYAH}" else _DOTTED_CIRCLE
    if _REGIONAL_A <= code <= _REGIONAL_Z:  # two of them become one flag in some terminals
        return chr(ord("A") + code - _REGIONAL_A)
    return char
