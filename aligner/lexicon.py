"""Find the forms of lexicon rows in tokenised text, with Arabic clitics and simple inflection allowed for."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from aligner.model import Span
from aligner.text import Token, TokenKind, bare_forms, normalise_word, tokens

__all__ = ["Match", "Matcher", "inflections", "lookup_forms"]

Row = TypeVar("Row", bound=Hashable)
_GAP = "*"
_CHOICE = re.compile(r"\{([^{}]*)\}")
_WIDEST_GAP = 4  # words a gap in a form may hold: "what the ministry of defence calls"
_ENDINGS = ("ة", "ات", "ين", "ون", "ان", "تين", "تان", "وا", "ت", "ا")  # of a feminine noun in the place of its ة
_PERSONS = "تنا"  # that take the place of the third person's ي
_REMEMBERED = 16384  # words whose forms a matcher remembers
# Function words of one or two letters are too short for the general cutting of clitics.
_SHORT = {
    "بما": "ما", "لما": "ما", "وما": "ما", "فما": "ما", "مما": "ما", "عما": "ما", "فيما": "ما", "وفيما": "ما",
    "ومما": "ما", "وعما": "ما", "وبما": "ما", "ممن": "من", "بمن": "من", "لمن": "من", "وممن": "من",
    "ومن": "من",
    **{before + "ان" + end: "ان" for before in ("", *"بوف") for end in ("ه", "ها", "هم", "هما", "هن", "ني", "نا")},
    "وفي": "في", "ولم": "لم", "ولا": "لا", "وقد": "قد", "فقد": "قد", "وان": "ان", "بان": "ان", "فان": "ان",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match(Generic[Row]):
    """A form found: its row, the form as listed, the half-open token range, and the span in the text."""

    row: Row
    form: str
    first: int
    last: int
    span: Span


def _length(match: Match[Row]) -> tuple[int, int]:
    return match.last, len(match.form)


def _is_arabic(form: str) -> bool:
    return "\u0620" <= form[:1] <= "\u06d3"


@lru_cache(maxsize=65536)
def lookup_forms(form: str) -> frozenset[str]:
    """Give every form under which a normalised token may be listed.

    >>> "ارهاب" in lookup_forms("وبالارهاب"), "ما" in lookup_forms("فيما"), "group" in lookup_forms("group's")
    (True, True, True)
    """
    if _is_arabic(form):
        short = {_SHORT[form]} if form in _SHORT else set()
        return bare_forms(form) | short
    found = {form}
    if form.endswith(("'s", "s'")):
        found.add(form[: form.rindex("'")])
    return frozenset(found)


@lru_cache(maxsize=16384)
def inflections(form: str) -> frozenset[str]:
    """Generate the regular inflections of a one-word form: plural, gender, person.

    Overgenerates rather than misses; irregular forms are listed in the lexicon.

    >>> sorted(inflections("terrorist")), "ارهابيون" in inflections("ارهابي"), "زعموا" in inflections("زعم")
    (['terrorist', 'terrorists'], True, True)
    """
    if not _is_arabic(form):
        return frozenset(_english_inflections(form))
    found = {form}
    stem = form[:-1] if form.endswith("ة") else form
    found |= {stem + ending for ending in _ENDINGS}
    if form.startswith("ي") and len(form) > 3:
        found |= {person + form[1:] for person in _PERSONS}
    return frozenset(found)


def _uninflected(form: str) -> set[str]:
    """Give every form that a form is an inflection of, itself among them."""
    if not _is_arabic(form):
        ends = (("ies", "y"), ("es", ""), ("s", ""))
        found = {form.removesuffix(end) + start for end, start in ends if form.endswith(end)}
        return {form, *(base for base in found if form in inflections(base))}
    stems = [form.removesuffix(ending) for ending in _ENDINGS if form.endswith(ending)]
    found = {form, *(stem + "ة" for stem in stems), *(stem for stem in stems if not stem.endswith("ة"))}
    if form[0] in _PERSONS and len(form) > 3:
        found.add("ي" + form[1:])
    return found


@lru_cache(maxsize=65536)
def _bases(form: str) -> frozenset[str]:
    """Give every form under which a normalised token, or what it is an inflection of, may be listed."""
    return frozenset(base for found in lookup_forms(form) for base in _uninflected(found))


def _english_inflections(form: str) -> set[str]:
    if form.endswith(("s", "ed", "ing", "ly")):
        return {form}
    if form.endswith("y") and form[-2:-1] not in "aeiou":
        return {form, form[:-1] + "ies"}
    return {form, form + ("es" if form.endswith(("sh", "ch", "x")) else "s")}


class _Form(NamedTuple, Generic[Row]):
    """A form's words, the form as listed and its row; ``order`` has the longest forms first."""

    order: tuple[int, int]
    words: tuple[str, ...]
    form: str
    row: Row

    @property
    def is_open(self) -> bool:
        """Tell whether any word may come after the first."""
        words = self.words
        return len(words) == 1 or words[1] == _GAP or (words[1] in ("ب", "ل") and len(words) == 2)


class _Opening(NamedTuple, Generic[Row]):
    """The forms that may begin with a word: those that any second word may follow, and the rest by their second."""

    any: list[_Form[Row]]
    by_second: tuple[dict[str, list[_Form[Row]]], ...]


class _Remembered(dict[str, _Opening[Row] | None]):
    """What words were found to begin; a dictionary asks faster than a cache that keeps the order of use."""

    def __init__(self, find: Callable[[str], _Opening[Row] | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, word: str) -> _Opening[Row] | None:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[word] = self._find(word)
        return found


class Matcher(Generic[Row]):
    """Find rows' forms in tokens; longest form first, matches never overlap.

    >>> matcher = Matcher([("h", ("ما يعرف ب",))])
    >>> text = "لما يُعرف بمكافحة الإرهاب"
    >>> [(m.row, m.span.of(text)) for m in matcher.find(tokens(text))]
    [('h', 'لما يُعرف ب')]
    """

    def __init__(self, rows: Iterable[tuple[Row, Iterable[str]]], *, inflect: bool = False) -> None:
        self._inflect = inflect
        self._listed = _bases if inflect else lookup_forms
        self._open: dict[str, list[_Form[Row]]] = {}
        self._by_second: dict[str, dict[str, list[_Form[Row]]]] = {}
        written = ((row, way) for row, forms in rows for form in forms for way in _written_out(form))
        for number, (row, form) in enumerate(written):
            if words := _words(form):
                self._add(_Form((-len(words), number), words, form, row))
        for opened in self._open.values():
            opened.sort()
        self._firsts = self._open.keys() | self._by_second.keys()
        self._known = _Remembered(self._opening_of)

    def _add(self, form: _Form[Row]) -> None:
        first, *rest = form.words
        table = self._open if form.is_open else self._by_second.setdefault(first, {})
        table.setdefault(first if form.is_open else rest[0], []).append(form)

    def find(self, sequence: Sequence[Token]) -> tuple[Match[Row], ...]:
        """Find all matches from left to right."""
        found: list[Match[Row]] = []
        free = 0
        for at, opening in self._openings(sequence):
            if at >= free and (matches := self._matches_at(sequence, at, opening)):
                found.append(max(matches, key=_length) if len(matches) > 1 else matches[0])
                free = found[-1].last
        return tuple(found)

    def find_apart(self, sequence: Sequence[Token]) -> dict[Row, list[Match[Row]]]:
        """Find the matches of each row that has any, as a matcher of that row alone would."""
        found: dict[Row, list[Match[Row]]] = {}
        for match in self.find_all(sequence):
            mine = found.setdefault(match.row, [])
            if not mine or mine[-1].last <= match.first:
                mine.append(match)
            elif mine[-1].first == match.first and _length(mine[-1]) < _length(match):
                mine[-1] = match
        return found

    def find_all(self, sequence: Sequence[Token]) -> Iterator[Match[Row]]:
        """Yield the matches of every form from left to right, those that overlap as well."""
        for at, opening in self._openings(sequence):
            yield from self._matches_at(sequence, at, opening)

    def _openings(self, sequence: Sequence[Token]) -> list[tuple[int, _Opening[Row]]]:
        """Give the tokens that some form may begin with; most begin none."""
        known = self._known
        return [(at, opening) for at, token in enumerate(sequence) if (opening := known[token.form])]

    def _matches_at(self, sequence: Sequence[Token], at: int, opening: _Opening[Row]) -> list[Match[Row]]:
        """Give the matches that begin at a token, in the order of the forms."""
        forms = opening.any
        if opening.by_second and at + 1 < len(sequence):
            seconds = self._listed(sequence[at + 1].form)
            tables = [table for table in opening.by_second if not table.keys().isdisjoint(seconds)]
            if tables:
                named = [form for table in tables for second in seconds for form in table.get(second, ())]
                forms = sorted((*forms, *named))
        return [match for form in forms if (match := self._match(sequence, at, form))]

    def _match(self, sequence: Sequence[Token], at: int, form: _Form[Row]) -> Match[Row] | None:
        """Match a form whose first word stands at a token."""
        span = sequence[at].span
        if len(form.words) == 1:
            return Match(form.row, form.form, at, at + 1, span)
        end = self._end(sequence, at, form.words)
        return Match(form.row, form.form, at, end[0], Span(span.start, end[1])) if end else None

    def _opening_of(self, word: str) -> _Opening[Row] | None:
        """Give the forms that may begin with a word, in order; None if there are none."""
        listed = self._listed(word)
        if self._firsts.isdisjoint(listed):
            return None
        by_second = tuple([self._by_second[base] for base in listed if base in self._by_second])
        found = [self._open[base] for base in listed if base in self._open]  # each sorted
        return _Opening(found[0] if len(found) == 1 else sorted(form for opened in found for form in opened), by_second)

    def _end(self, sequence: Sequence[Token], at: int, words: tuple[str, ...]) -> tuple[int, int] | None:
        """Match the rest of a form; give the token after it and the offset where it ends."""
        k, end = at, sequence[at].span.end
        for position, word in enumerate(words[1:], 1):
            k += 1
            if word == _GAP:
                k = _skip_gap(sequence, k, words[position + 1]) - 1
                continue
            if k >= len(sequence):
                return None
            if word in ("ب", "ل") and position == len(words) - 1:
                return _end_in_clitic(sequence, k, word)
            if not self._is_word(sequence[k], word):
                return None
            end = sequence[k].span.end
        return k + 1, end

    def _is_word(self, token: Token, word: str) -> bool:
        forms = lookup_forms(token.form)
        return word in forms or (self._inflect and not forms.isdisjoint(inflections(word)))


def _words(form: str) -> tuple[str, ...]:
    """Give the normalised words of a form; what is only letters and blanks need not be tokenised."""
    parts = form.split()
    if all(part.isalpha() for part in parts):
        return tuple(normalise_word(part) for part in parts)
    return tuple(token.form for token in tokens(form))


def _written_out(form: str) -> list[str]:
    """Write out the choices of a form: ``{ما,من} يسمي{ه,هم}`` stands for four."""
    choice = _CHOICE.search(form)
    if choice is None:
        return [" ".join(form.split())]
    before, after = form[: choice.start()], form[choice.end() :]
    return [written for option in choice[1].split(",") for written in _written_out(before + option + after)]


def _skip_gap(sequence: Sequence[Token], at: int, word: str) -> int:
    """Give the first token within the widest gap that is, or starts with, the next word of the form."""
    for k in range(at + 1, min(at + 1 + _WIDEST_GAP, len(sequence))):
        if sequence[k - 1].kind is TokenKind.MARK:
            break
        if word in lookup_forms(sequence[k].form) or (word in "بل" and _end_in_clitic(sequence, k, word)):
            return k
    return len(sequence)


def _end_in_clitic(sequence: Sequence[Token], at: int, letter: str) -> tuple[int, int] | None:
    """The preposition is the first letter of the next word, or stands alone before a quotation mark."""
    k = at
    while k < len(sequence) and k < at + 2 and sequence[k].kind is TokenKind.MARK:
        k += 1  # ما يُعرف «بالحرب»
    if k >= len(sequence):
        return None
    token = sequence[k]
    if token.form == letter:
        return k + 1, token.span.end
    return (k, token.span.start + 1) if token.form.startswith(letter) else None
