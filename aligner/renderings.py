"""Concepts: which charged words of the two languages may render each other, however loosely.

The table is wider than the lexicon on purpose: what falls away is flagged only where every rendering is absent.
An English entry is the beginning of a word; an Arabic entry of three letters is a root, found with the usual
letters between and around its own, and a longer one may be any part of a word. A second table (``loyal.txt``)
gives for single forms what loyal translators write: its words share a concept too, and a label so rendered stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aligner.resources import data_bytes, load_words
from aligner.text import bare_forms, english_bases, light_stem, normalise_word

__all__ = [
    "LONGEST",
    "concepts",
    "has_loyal",
    "is_akin",
    "is_listed",
    "is_loyal",
    "is_weighed",
    "loyal_places",
    "meant_by",
    "origins",
    "table_rows",
]

_AROUND = frozenset("والبكفسلمتايهةنكىء")  # letters before a root's first and after its last
_BETWEEN = frozenset("اويتى")  # letters that patterns put between a root's own
_LEAST = 3  # letters of an Arabic entry that may be part of a word; of an English one that may begin one
_LONGEST = 12
_WIDEST = 6  # letters from a root's first to its last
_ROOTED = 6  # letters of a stem that shows its root; a longer one has too many threes of letters
_USUAL = 3  # loyal renderings, the commonest first, whose roots are no slant
LONGEST = 4  # words of a loyal rendering that are looked at where it should begin


@dataclass(frozen=True, slots=True)
class _Entries:
    """Entries of one language with the lines they stand in: whole words, and beginnings, parts or roots."""

    whole: Mapping[str, tuple[int, ...]]  # tuples of numbers: the garbage collector does not search them
    part: Mapping[str, tuple[int, ...]]


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


def is_listed(form: str, language: str) -> bool:
    """Tell whether the table of concepts itself has the word: its renderings are then thought to be complete.

    >>> is_listed("brutal", "en"), is_listed("authentic", "en")
    (True, False)
    """
    return any(number < len(table_rows("renderings.txt")) for number in concepts(form, language))


def is_loyal(words: str, forms: Sequence[str]) -> bool:
    """Tell whether Arabic words (normalised) begin with what loyal translators write for these English ones.

    >>> is_loyal("coup", ["الانقلاب", "العسكري"]), is_loyal("coup", ["الحركة"])
    (True, False)
    """
    listed = _listed_for(words)
    return bool(listed and forms) and _stands_at(listed, forms, 0)


def meant_by(forms: Sequence[str], first: int, last: int) -> str:
    """Give words of an English text (folded) with the particle after them if the loyal renderings have the two as one.

    >>> meant_by(["the", "deal", "fell", "through"], 2, 3), meant_by(["she", "fell", "down"], 1, 2)
    ('fell through', 'fell')
    """
    words, after = " ".join(forms[first:last]), forms[last : last + 1]
    is_particle = not load_words("particles.en.txt").isdisjoint(after)
    return phrasal if is_particle and _listed_for(phrasal := f"{words} {after[0]}") else words


def loyal_places(words: str, forms: Sequence[str]) -> Iterator[int]:
    """Yield where in Arabic words (normalised) what loyal translators write for these English ones begins.

    >>> list(loyal_places("coup", ["بعد", "الانقلاب", "العسكري"]))
    [1]
    """
    listed = _listed_for(words)
    yield from (k for k in range(len(forms)) if _stands_at(listed, forms, k)) if listed else ()


def _stands_at(listed: Mapping[str, Sequence[tuple[str, ...]]], forms: Sequence[str], at: int) -> bool:
    """Tell whether one of the listed phrases, given by their first stems, begins at a place."""
    rests = [rest for stem in _stems_of(forms[at]) if stem in listed for rest in listed[stem]]
    return any(_follow(rest, forms[at + 1 :]) for rest in rests)


def _follow(stems: Sequence[str], forms: Sequence[str]) -> bool:
    return len(stems) <= len(forms) and all(stem in _stems_of(form) for stem, form in zip(stems, forms, strict=False))


@lru_cache(maxsize=65536)
def _listed_for(words: str) -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Give the loyal renderings of English words: by their first stem the stems that follow it."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for stem, *rest in _listed(normalise_word(words)):
        found.setdefault(stem, []).append(tuple(rest))
    return found


@lru_cache(maxsize=65536)
def _stems_of(form: str) -> tuple[str, ...]:
    """Give the light stems of an Arabic form with and without what is written in one with it: بتراجع, تراجع."""
    return tuple(sorted({light_stem(bare) for bare in bare_forms(form)}))


def is_weighed(words: str) -> bool:
    """Tell whether the renderings of English words are known: in the table of concepts, or the loyal ones.

    >>> is_weighed("toothless"), is_weighed("of the")
    (True, False)
    """
    return bool(_listed_for(words)) or all(is_listed(word, "en") for word in normalise_word(words).split())


def has_loyal(words: str, forms: Sequence[str]) -> bool:
    """Tell whether these English words are rendered so anywhere in an Arabic text, given by its normalised words.

    >>> has_loyal("toothless", ["قانون", "بلا", "انياب"]), has_loyal("toothless", ["قانون", "ضعيف"])
    (True, False)
    """
    return any(True for _ in loyal_places(words, forms))


def is_akin(words: str, form: str) -> bool:
    """Tell whether an Arabic word (normalised) may have the root of one of the usual loyal renderings of English words.

    A verb is rendered by its noun and a noun by its verb: executed, إعدام. That is no slant.

    >>> is_akin("executed", "باعدام"), is_akin("executed", "تحييد")
    (True, False)
    """
    return not _stem_roots(form).isdisjoint(_loyal_roots(words))


@lru_cache(maxsize=4096)
def _loyal_roots(words: str) -> frozenset[str]:
    single = [stems[0] for stems in _listed(normalise_word(words)) if len(stems) == 1]
    return frozenset[str]().union(*map(_stem_roots, single[:_USUAL]))


@lru_cache(maxsize=65536)
def _stem_roots(form: str) -> frozenset[str]:
    stems = {light_stem(bare) for bare in (form, *bare_forms(form))}
    return frozenset(root for stem in stems if len(stem) <= _ROOTED for root in _roots(stem))


def origins(forms: Sequence[str]) -> tuple[str, ...]:
    """Give the English forms that loyal translators render with just these Arabic words (normalised).

    >>> "toothless" in origins(["بلا", "انياب"])
    True
    """
    first, *rest = forms
    tail = tuple(light_stem(form) for form in rest)
    return tuple(sorted({form for stem in _stems_of(first) for form in _origins().get((stem, *tail), ())}))


def _listed(words: str) -> tuple[tuple[str, ...], ...]:
    """Give the loyal renderings of normalised English words, or of what their last word is a form of."""
    words = _joined(words)
    if (listed := _loyal().get(words)) is not None:
        return listed
    before, _, last = words.rpartition(" ")
    found = (_loyal().get(f"{before} {base}".strip(), ()) for base in english_bases(last))
    return next((listed for listed in found if listed), ())


def _joined(words: str) -> str:
    """Far-right and far right are one, the tyrant's is the tyrant."""
    return words.removesuffix("'s").replace("-", " ")


@lru_cache(maxsize=1)
def _origins() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for english, phrases in _stems():
        for stems in phrases:
            found.setdefault(stems, set()).add(english)
    return {stems: tuple(sorted(forms)) for stems, forms in found.items()}


@lru_cache(maxsize=1)
def _loyal() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Index the loyal renderings, as light stems, by the normalised English form."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for english, phrases in _stems():
        found[_joined(english)] = (*found.get(_joined(english), ()), *phrases)
    return found


@lru_cache(maxsize=1)
def _stems() -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Give the normalised English forms of the loyal renderings with the light stems of each Arabic phrase."""
    return tuple(
        (
            normalise_word(english),
            tuple(tuple(light_stem(normalise_word(word)) for word in phrase.split()) for phrase in arabic.split(",")),
        )
        for english, arabic in table_rows("loyal.txt")
    )


@lru_cache(maxsize=4)
def table_rows(name: str, n_columns: int = 2) -> tuple[tuple[str, ...], ...]:
    """Read a table of the package with ``|`` between its columns and comments from ``#`` on."""
    lines = (line.partition("#")[0] for line in data_bytes(name).decode("utf-8").splitlines())
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in lines if line.strip()]
    if wrong := [row for row in rows if len(row) != n_columns]:
        raise ValueError(f"{name}: {n_columns} columns expected in {' | '.join(wrong[0])!r}")
    return tuple(rows)


@lru_cache(maxsize=1)
def _load() -> Mapping[str, _Entries]:
    """Index both tables: the entries of one as it says they match, of the other the single words for single words."""
    rows = [(english.split(), arabic.split()) for english, arabic in table_rows("renderings.txt")]
    for english, arabic in table_rows("loyal.txt"):
        words = [phrase.strip() for phrase in arabic.split(",") if len(phrase.split()) == 1]
        rows.append(([f"{english}="], [_entry(normalise_word(word)) for word in words]))
    return {language: _entries([row[k] for row in rows]) for k, language in enumerate(("en", "ar"))}


def _entry(form: str) -> str:
    stem = light_stem(form)
    return stem if len(stem) > _LEAST else f"{stem}="


def _entries(lines: list[list[str]]) -> _Entries:
    whole: dict[str, set[int]] = {}
    part: dict[str, set[int]] = {}
    for number, line in enumerate(lines):
        for word in line:
            table = whole if word.endswith("=") else part
            table.setdefault(normalise_word(word.removesuffix("=")), set()).add(number)
    return _Entries(*({key: tuple(sorted(found)) for key, found in table.items()} for table in (whole, part)))


def _of_english(form: str, entries: _Entries) -> set[int]:
    """Look up the word, its base, and the parts of a compound: army-backed."""
    found: set[int] = set()
    for word in {form, form.removesuffix("'s"), *form.split("-")}:
        for base in (word, *english_bases(word)):
            found.update(entries.whole.get(base, ()))
        for end in range(_LEAST, len(word) + 1):
            found.update(entries.part.get(word[:end], ()))
    return found


def _of_arabic(form: str, entries: _Entries) -> set[int]:
    found: set[int] = set()
    for word in (*bare_forms(form), light_stem(form)):
        found.update(entries.whole.get(word, ()))
    for start in range(len(form)):
        for end in range(start + _LEAST + 1, min(len(form), start + _LONGEST) + 1):
            found.update(entries.part.get(form[start:end], ()))
    for root in _roots(form):
        found.update(entries.part.get(root, ()))
    return found


def _roots(form: str) -> set[str]:
    """Give the threes of letters that may be a word's root: the rest are letters of patterns and affixes."""
    n_before = next((k for k, letter in enumerate(form) if letter not in _AROUND), len(form))
    n_after = next((k for k, letter in enumerate(reversed(form)) if letter not in _AROUND), len(form))
    found: set[str] = set()
    for i in range(min(n_before + 1, len(form))):
        for k in range(max(i + 2, len(form) - n_after - 1), min(i + _WIDEST + 1, len(form))):
            strange = [j for j in range(i + 1, k) if form[j] not in _BETWEEN]
            if len(strange) < 2:  # the only strange letter is the root's second; where there is none, any may be
                found.update(form[i] + form[j] + form[k] for j in strange or range(i + 1, k))
    return found
