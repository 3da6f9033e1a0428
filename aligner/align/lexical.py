"""Evidence of letters: figures, Latin strings, names by transliteration, and marks that segments share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aligner.names import wide_skeletons
from aligner.resources import load_table
from aligner.text import digits_value, normalise_word

__all__ = ["channel_counts", "shared", "totals"]


Counts = tuple[Mapping[str, int], ...]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_DIGITS = re.compile(r"\d+(?:[.,\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC THOUSANDS SEPARATOR}:/]\d+)*")
_LONGEST = 40  # digits of a number that are compared; int() refuses thousands of them
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f0-9.@-]+")
_CAPITAL = re.compile(r"\b[A-Z][a-z]{2,}")
_ARABIC = re.compile(r"[\u0621-\u064a\u066e-\u06d3]+")


def _figures(text: str) -> Counter[str]:
    """Numbers as ASCII digits without separators of thousands, and Latin strings without case."""
    out: Counter[str] = Counter()
    for m in _DIGITS.finditer(text):
        out[digits_value(normalise_word(m.group()[:_LONGEST]))] += 1
    for m in _LATIN.finditer(text):
        out[m.group().casefold().strip(".-")] += 1
    return out


def _names(text: str) -> Counter[str]:
    """Consonants, at least three, of capitalised Latin words and of Arabic words, in shared classes."""
    words = [m.group() for pattern in (_CAPITAL, _ARABIC) for m in pattern.finditer(text)]
    found = {skeleton for word in words for skeleton in wide_skeletons(normalise_word(word))}
    return Counter({skeleton: 1 for skeleton in found if len(skeleton) >= 3})


def _marks(text: str) -> Counter[str]:
    """Question marks, quotation marks and the like, each kind by one name in both scripts."""
    table: Mapping[str, str] = load_table("letters.yaml")["marks"]
    return Counter(table[c] for c in text if c in table)


def channel_counts(texts: Sequence[str]) -> tuple[Counts, ...]:
    """Count the strings of each channel in each segment.

    >>> channel_counts(["\N{ARABIC-INDIC DIGIT FOUR}\N{ARABIC-INDIC DIGIT TWO} (NATO)"])[0]
    (Counter({'42': 1, 'nato': 1}),)
    """
    return tuple(tuple(count(text) for text in texts) for count in (_figures, _names, _marks))


def totals(counts: Counts) -> NDArray[np.float32]:
    """How many strings each segment has, (n,)."""
    return np.array([sum(c.values()) for c in counts], np.float32)


def shared(source: Counts, target: Counts, reach: tuple[Ints, Ints]) -> tuple[Ints, Ints, Floats]:
    """Give the pairs (i, j) of segments that share strings, and how many.

    ``reach`` holds for every i the first j looked at and the one after the last, so that the work is linear
    in the length. A string counts for 1 / (how many segments in reach have it).
    """
    places: tuple[defaultdict[str, list[int]], ...] = (defaultdict(list), defaultdict(list))
    for side, counts in zip(places, (source, target), strict=True):
        for at, row in enumerate(counts):
            for string in row:
                side[string].append(at)
    common = [string for string in sorted(places[0]) if string in places[1]]
    parts = [_pairs(string, places, (source, target), reach) for string in common]
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    i, j, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return i, j, value


def _pairs(
    string: str,
    places: tuple[Mapping[str, list[int]], ...],
    counts: tuple[Counts, Counts],
    reach: tuple[Ints, Ints],
) -> tuple[Ints, Ints, Floats]:
    rows, columns = (np.array(side[string]) for side in places)
    if len(rows) == len(columns) == 1:  # as most figures and names are
        return _one_pair(string, rows, columns, counts, reach)
    first, last = (np.searchsorted(columns, ends[rows]) for ends in reach)
    n = last - first
    i = np.repeat(rows, n)
    j = columns[np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n) + np.repeat(first, n)]
    many = (np.array([side[k][string] for k in at]) for side, at in zip(counts, (rows, columns), strict=True))
    here, there = many
    least = np.minimum(np.repeat(here, n), there[np.searchsorted(columns, j)])
    return i, j, (least / max(1.0, float(n[n > 0].mean()) if len(i) else 1.0)).astype(np.float32)


def _one_pair(
    string: str, rows: Ints, columns: Ints, counts: tuple[Counts, Counts], reach: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Floats]:
    i, j = int(rows[0]), int(columns[0])
    least = np.array([min(counts[0][i][string], counts[1][j][string])], np.float32)
    n = int(reach[0][i] <= j < reach[1][i])
    return rows[:n], columns[:n], least[:n]
