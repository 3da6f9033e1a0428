"""Concepts: which charged words of the two languages may render each other, however loosely.

The table is wider than the lexicon on purpose: what falls away is flagged only where every rendering is absent.
An English entry is the beginning of a word; an Arabic entry of three letters is a root, found with the usual
letters between and around its own, and a longer one may be any part of a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from aligner.resources import data_bytes
from aligner.text import bare_forms, normalise_word

__all__ = ["concepts"]

_AROUND = frozenset("والبكفسلمتايهةنكىء")  # letters before a root's first and after its last
_BETWEEN = frozenset("اويتى")  # letters that patterns put between a root's own
_LEAST = 3  # letters of an Arabic entry that may be part of a word; of an English one that may begin one
_LONGEST = 12


@dataclass(frozen=True, slots=True)
class _Entries:
    """Entries of one language with the lines they stand in: whole words, and beginnings, parts or roots."""

    whole: Mapping[str, frozenset[int]]
    part: Mapping[str, frozenset[int]]


@lru_cache(maxsize=65536)
def concepts(form: str, language: str) -> frozenset[int]:
    """Give the lines of the table that a word's form stands in.

    >>> bool(concepts("brutally", "en") & concepts("بوحشية", "ar"))
    True
    >>> bool(concepts("brutal", "en") & concepts("حازمة", "ar"))
    False
    """
    entries = _load().get(language, _Entries({}, {}))
    found = _of_arabic(form, entries) if language == "ar" else _of_english(form, entries)
    return frozenset(found)


@lru_cache(maxsize=1)
def _load() -> Mapping[str, _Entries]:
    rows = [line.partition("#")[0] for line in data_bytes("renderings.txt").decode("utf-8").splitlines()]
    sides = [line.split("|") for line in rows if line.strip()]
    return {language: _entries([side[k] for side in sides]) for k, language in enumerate(("en", "ar"))}


def _entries(lines: list[str]) -> _Entries:
    whole: dict[str, set[int]] = {}
    part: dict[str, set[int]] = {}
    for number, line in enumerate(lines):
        for word in line.split():
            table = whole if word.endswith("=") else part
            table.setdefault(normalise_word(word.removesuffix("=")), set()).add(number)
    return _Entries(*({key: frozenset(found) for key, found in table.items()} for table in (whole, part)))


def _of_english(form: str, entries: _Entries) -> set[int]:
    """Look up the word, and the parts of a compound: army-backed."""
    found: set[int] = set()
    for word in {form, form.removesuffix("'s"), *form.split("-")}:
        found |= entries.whole.get(word, frozenset())
        for end in range(_LEAST, len(word) + 1):
            found |= entries.part.get(word[:end], frozenset())
    return found


def _of_arabic(form: str, entries: _Entries) -> set[int]:
    found: set[int] = set()
    for word in bare_forms(form):
        found |= entries.whole.get(word, frozenset())
    for start in range(len(form)):
        for end in range(start + _LEAST + 1, min(len(form), start + _LONGEST) + 1):
            found |= entries.part.get(form[start:end], frozenset())
    for root in _roots(form):
        found |= entries.part.get(root, frozenset())
    return found


def _roots(form: str) -> set[str]:
    """Give the threes of letters that may be a word's root: the rest are letters of patterns and affixes."""
    found = set()
    for i, j, k in combinations(range(len(form)), 3):
        between = {*form[i + 1 : j], *form[j + 1 : k]}
        around = {*form[:i], *form[k + 1 :]}
        if between <= _BETWEEN and around <= _AROUND and k - i <= 6:
            found.add(form[i] + form[j] + form[k])
    return found
