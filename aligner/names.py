"""Compare names across scripts: consonant skeletons, and the names CLDR has in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz.distance import Indel

from aligner.resources import load_table
from aligner.text import clitic_splits, normalise_word

__all__ = ["cldr_names", "is_same_name", "transliteration", "wide_skeletons"]

_DOUBLED = re.compile(r"(.)\1+")
_SHORTEST = 3  # shorter Latin words collide too often
_SAME = 0.75  # Indel similarity of skeletons; chosen on the place names CLDR has in both scripts


@lru_cache(maxsize=1)
def _latin() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), plain) for pattern, plain in load_table("letters.yaml")["latin"])


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[int, str], dict[int, str]]:
    """Arabic letters to plain ones, and plain ones to wide classes, for ``str.translate``."""
    table = load_table("letters.yaml")
    return str.maketrans(table["arabic"]), str.maketrans(table["wide"])


@lru_cache(maxsize=65536)
def _latin_skeleton(word: str) -> str:
    for pattern, plain in _latin():
        word = pattern.sub(plain, word)
    return _DOUBLED.sub(r"\1", word)


@lru_cache(maxsize=65536)
def _arabic_skeleton(word: str) -> str:
    spelled = word.translate(_tables()[0])
    return _DOUBLED.sub(r"\1", "".join(char for char in spelled if char.isascii()))


@lru_cache(maxsize=65536)
def wide_skeletons(word: str) -> frozenset[str]:
    """Give the consonants of a folded word of either script in classes that meet; of Arabic for every cut of clitics.

    >>> wide_skeletons("bamako") & wide_skeletons("وباماكو")
    frozenset({'bmk'})
    """
    found = {_latin_skeleton(word)} if word.isascii() else {_arabic_skeleton(stem) for _, stem in clitic_splits(word)}
    return frozenset(_DOUBLED.sub(r"\1", skeleton.translate(_tables()[1])) for skeleton in found)


def transliteration(latin: str, arabic: str) -> float:
    """Say how well a folded Arabic word spells a folded Latin one, 0..1; 0 for words too short to tell.

    Half of the score is of the consonants alone, because vowels are written loosely in both scripts.

    >>> transliteration("bamako", "وباماكو") > 0.9, transliteration("paris", "الحكومة") < 0.5
    (True, True)
    """
    if len(latin) < _SHORTEST:
        return 0.0
    ours = _spelling(latin)
    return max([0.0, *(_likeness(ours, theirs) for theirs in _spellings(arabic))]) if len(ours[0]) > 1 else 0.0


@lru_cache(maxsize=65536)
def _spellings(arabic: str) -> tuple[tuple[str, str], ...]:
    """Give the skeletons of a folded Arabic word for every cut of clitics, with their consonants; no single letters."""
    skeletons = dict.fromkeys(_arabic_skeleton(stem) for _, stem in clitic_splits(arabic))
    return tuple(_with_consonants(skeleton) for skeleton in skeletons if len(skeleton) > 1)


def _with_consonants(skeleton: str) -> tuple[str, str]:
    return skeleton, skeleton.replace("w", "").replace("y", "")


@lru_cache(maxsize=65536)
def _spelling(latin: str) -> tuple[str, str]:
    return _with_consonants(_latin_skeleton(latin))


def _likeness(latin: tuple[str, str], arabic: tuple[str, str], least: float = 0.0) -> float:
    """Give half the likeness of the skeletons and half that of the consonants; what is below ``least`` is a bound."""
    whole = Indel.normalized_similarity(latin[0], arabic[0])
    return 0.5 * whole + (0.5 * Indel.normalized_similarity(latin[1], arabic[1]) if whole >= 2 * least - 1 else 0.0)


@lru_cache(maxsize=1)
def cldr_names() -> Mapping[str, frozenset[str]]:
    """Map a folded English word of a territory, language, month or currency to its folded Arabic words.

    Source: Unicode CLDR as shipped with Babel, both locales.

    >>> "سوريا" in cldr_names()["syria"]
    True
    """
    from babel import Locale  # 40 ms to import, and not every run needs names

    english, arabic = Locale("en"), Locale("ar")
    pairs: dict[str, set[str]] = {}
    for table in ("territories", "languages"):
        there = getattr(arabic, table)
        for code, name in getattr(english, table).items():
            if code in there:
                _add(pairs, name, there[code])
    for month, name in english.months["format"]["wide"].items():
        _add(pairs, name, arabic.months["format"]["wide"][month])
    return {word: frozenset(found) for word, found in pairs.items()}


def _add(pairs: dict[str, set[str]], english: str, arabic: str) -> None:
    stems = {_without_article(normalise_word(word)) for word in arabic.split()}
    for word in re.findall(r"[A-Za-z]{3,}", english):
        pairs.setdefault(word.lower(), set()).update(stem for stem in stems if len(stem) > 2)


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


@lru_cache(maxsize=1)
def _territories() -> tuple[frozenset[str], frozenset[str]]:
    """Give the folded names of territories that are one word in both languages, English and Arabic."""
    from babel import Locale

    arabic = Locale("ar").territories
    named = [(name, arabic.get(code, "")) for code, name in Locale("en").territories.items()]
    single = [(name.lower(), word) for name, word in named if len(name.split()) == len(word.split()) == 1]
    return frozenset(n for n, _ in single), frozenset(_without_article(normalise_word(word)) for _, word in single)


@lru_cache(maxsize=65536)
def _bare_stems(arabic: str) -> frozenset[str]:
    return frozenset(_without_article(stem) for _, stem in clitic_splits(arabic))


@lru_cache(maxsize=262144)
def is_same_name(latin: str, arabic: str) -> bool:
    """Tell whether two folded words are one name, by CLDR or by sound.

    Two territories that CLDR tells apart are two, however alike they sound (Niger, Nigeria).

    >>> is_same_name("russia", "وروسيا"), is_same_name("germany", "ألمانيا".replace("أ", "ا"))
    (True, True)
    >>> is_same_name("niger", "نيجيريا"), is_same_name("niger", "النيجر")
    (False, True)
    """
    stems = _bare_stems(arabic)
    listed = cldr_names().get(latin)
    if listed and not stems.isdisjoint(listed):
        return True
    english, theirs = _territories()
    if latin in english and not stems.isdisjoint(theirs):
        return False
    ours = _spelling(latin)
    is_long = len(latin) >= _SHORTEST and len(ours[0]) > 1
    return is_long and any(_likeness(ours, theirs, _SAME) >= _SAME for theirs in _spellings(arabic))
