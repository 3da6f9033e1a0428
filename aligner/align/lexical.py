"""Evidence of letters: figures, Latin strings, names by transliteration, and marks that segments share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from aligner.names import wide_skeletons
from aligner.resources import load_table
from aligner.text import digits_value, normalise_word

__all__ = ["channel_counts", "shared", "totals"]


Counts = tuple[Mapping[str, int], ...]
Places = tuple[defaultdict[str, list[int]], ...]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Pairs = tuple[Ints, Ints, Floats]

_DIGITS = re.compile(r"\d+(?:[.,\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC THOUSANDS SEPARATOR}:/]\d+)*")
_LONGEST = 40  # digits of a number that are compared; int() refuses thousands of them
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f0-9.@-]+")
_CAPITAL = re.compile(r"[A-Z](?<!\w[A-Z])[a-z]{2,}")  # with the letter first, other characters are passed over faster
_ARABIC = re.compile(r"[\u0621-\u064a\u066e-\u06d3]+")


def _figures(text: str) -> Counter[str]:
    """Numbers as ASCII digits without separators of thousands, and Latin strings without case."""
    numbers = [digits_value(normalise_word(number[:_LONGEST])) for number in _DIGITS.findall(text)]
    return Counter(numbers + [string.casefold().strip(".-") for string in _LATIN.findall(text)])


def _names(text: str) -> dict[str, int]:
    """Consonants, at least three, of capitalised Latin words and of Arabic words, in shared classes."""
    words = _CAPITAL.findall(text) + _ARABIC.findall(text)
    found = {skeleton for word in words for skeleton in wide_skeletons(normalise_word(word))}
    return {skeleton: 1 for skeleton in found if len(skeleton) >= 3}


def _marks(text: str) -> Counter[str]:
    """Question marks, quotation marks and the like, each kind by one name in both scripts."""
    table, pattern = _known_marks()
    return Counter(map(table.__getitem__, pattern.findall(text)))


@cache
def _known_marks() -> tuple[Mapping[str, str], re.Pattern[str]]:
    table: Mapping[str, str] = load_table("letters.yaml")["marks"]
    return table, re.compile("|".join(map(re.escape, table)))


def channel_counts(texts: Sequence[str]) -> tuple[Counts, ...]:
    """Count the strings of each channel in each segment.

    >>> channel_counts(["\N{ARABIC-INDIC DIGIT FOUR}\N{ARABIC-INDIC DIGIT TWO} (NATO)"])[0]
    (Counter({'42': 1, 'nato': 1}),)
    """
    return tuple(tuple(count(text) for text in texts) for count in (_figures, _names, _marks))


def totals(counts: Counts) -> NDArray[np.float32]:
    """How many strings each segment has, (n,)."""
    return np.array([sum(c.values()) for c in counts], np.float32)


def shared(source: Counts, target: Counts, reach: tuple[Ints, Ints]) -> Pairs:
    """Give the pairs (i, j) of segments that share strings, and how many.

    ``reach`` holds for every i the first j looked at and the one after the last, so that the work is linear
    in the length. A string counts for 1 / (how many segments in reach have it).
    """
    places: Places = (defaultdict(list), defaultdict(list))
    for side, counts in zip(places, (source, target), strict=True):
        for at, row in enumerate(counts):
            for string in row:
                side[string].append(at)
    parts: list[Pairs] = []
    once: list[tuple[int, int, int]] = []  # what most strings are: in one segment of either side
    for string in sorted(places[0].keys() & places[1].keys()):
        (i, *more), (j, *others) = (side[string] for side in places)
        if more or others:
            parts += [_within(once, reach), _pairs(string, places, (source, target), reach)]
            once = []
        else:
            once.append((i, j, min(source[i][string], target[j][string])))
    parts.append(_within(once, reach))
    rows, columns, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows, columns, value


def _within(pairs: Sequence[tuple[int, int, int]], reach: tuple[Ints, Ints]) -> Pairs:
    """Leave out pairs of segments beyond reach."""
    rows, columns, value = np.array(pairs, np.int64).reshape(-1, 3).T
    seen = (reach[0][rows] <= columns) & (columns < reach[1][rows])
    return rows[seen], columns[seen], value[seen].astype(np.float32)


def _pairs(string: str, places: Places, counts: tuple[Counts, Counts], reach: tuple[Ints, Ints]) -> Pairs:
    """Give the pairs of a string that is in several segments."""
    rows, columns = (np.array(side[string]) for side in places)
    first, last = (np.searchsorted(columns, ends[rows]) for ends in reach)
    n = last - first
    i = np.repeat(rows, n)
    column = np.arange(n.sum()) + np.repeat(first - np.cumsum(n) + n, n)
    here, there = (np.array([side[k][string] for k in at]) for side, at in zip(counts, (rows, columns), strict=True))
    least = np.minimum(np.repeat(here, n), there[column])
    return i, columns[column], (least / max(1.0, float(n[n > 0].mean()) if len(i) else 1.0)).astype(np.float32)
