"""Link words inside a bead: which word on one side renders which on the other.

Evidence: cosine of the word vectors, cosine of windows of three words, what the tables of renderings have, names
across scripts, numbers, and the place in the sentence. A word that is near everything is held back by the mean of
its best scores (CSLS, Conneau et al. 2018, Word translation without parallel data). Links are made best first, one
a word (competitive linking, Melamed 2000), twice: the second time pairs beside a link that both words prefer count
more. What is left may join a word whose link stands next to it, which makes phrases of several words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from aligner.names import is_same_name
from aligner.renderings import concepts, loyal_places, meant_by
from aligner.resources import load_words
from aligner.text import Token, TokenKind, clitic_splits, digits_value, pronoun_cuts

__all__ = [
    "Links", "Vectors", "Words", "best_cosines", "content_words", "embedded_strings", "link", "link_strings",
    "link_words", "word_strings",
]  # fmt: skip

Vectors = Callable[[Sequence[str]], NDArray[np.float32]]
"""Give unit rows (n, d), float32, for n strings."""
_Cell = tuple[int, int]
_Index = Mapping[int, Sequence[int]]

# Weights beside the cosine of the words themselves, and thresholds: chosen in the middle of a plateau on the
# dev half of bench/linking (`python -m bench.link --split dev`).
_WINDOW = 0.3
_NAME = 0.35
_NUMBER = 0.6
_LOYAL, _AKIN = 0.2, 0.05
_PHRASAL = 0.4  # for a verb with a particle, whose own vector is that of another verb
_PLACE = 0.4
_HUB = 0.5  # share of a word's mean best score that is taken off
_MOST_NEAR = 3  # best scores that make the mean
_BESIDE = 0.1  # for a pair beside a link, at most twice
_LEAST = 0.30  # score below which a link is chance, the hub's share taken off
_LEAST_JOIN = 0.45  # a word that joins a linked neighbour needs more
_DUAL = ("تان", "تين")  # a feminine dual, منظمتان, is rare enough for the model not to know it
_MOST_STRINGS = 7  # ways of writing a word that are embedded


@dataclass(frozen=True)
class Links:
    """Word links of one pair of texts: token indices with a score 0..1, and the whole table of scores.

    ``scores`` and ``cosines`` (of the words alone) are (n_source, n_target) float32 over all tokens, 0 where a token is
    no content word.
    ``firm`` are the links between words that are each other's best; the rest is second choice or joined a
    neighbour's.
    """

    pairs: tuple[tuple[int, int, float], ...]
    scores: NDArray[np.float32]
    cosines: NDArray[np.float32]
    firm: frozenset[tuple[int, int]] = frozenset()

    @cached_property
    def firm_turned(self) -> frozenset[tuple[int, int]]:
        """The firm links as (target, source)."""
        return frozenset((j, i) for i, j in self.firm)

    def targets_of(self, first: int, last: int, *, is_firm: bool = False) -> tuple[int, ...]:
        """Give the target tokens linked (firmly) to any of the source tokens first..last-1, in order."""
        return _gathered(self._by_source[is_firm], first, last)

    def sources_of(self, first: int, last: int, *, is_firm: bool = False) -> tuple[int, ...]:
        """Give the source tokens linked (firmly) to any of the target tokens first..last-1, in order."""
        return _gathered(self._by_target[is_firm], first, last)

    @cached_property
    def _by_source(self) -> tuple[_Index, _Index]:
        return _index((i, j) for i, j, _ in self.pairs), _index(self.firm)

    @cached_property
    def _by_target(self) -> tuple[_Index, _Index]:
        return _index((j, i) for i, j, _ in self.pairs), _index(self.firm_turned)


def _index(links: Iterable[_Cell]) -> _Index:
    """Give the words that each word is linked to."""
    found: dict[int, list[int]] = {}
    for i, j in links:
        found.setdefault(i, []).append(j)
    return found


def _gathered(index: _Index, first: int, last: int) -> tuple[int, ...]:
    return tuple(sorted({j for i in range(first, last) for j in index.get(i, ())}))


def content_words(sequence: Sequence[Token], language: str) -> tuple[int, ...]:
    """Give the indices of tokens that carry content: words that are no function words, and numbers."""
    stop, number, word = load_words(f"function-words.{language}.txt"), TokenKind.NUMBER, TokenKind.WORD
    kinds = [(token.form, token.kind) for token in sequence]
    return tuple(
        [
            k
            for k, (form, kind) in enumerate(kinds)
            if kind is number or (kind is word and form not in stop and len(form) > 1)
        ]
    )


def word_strings(token: Token) -> tuple[str, ...]:
    """Give the strings a token is embedded as: as written, and for Arabic without its clitics.

    >>> from aligner.text import tokens
    >>> word_strings(tokens("وبالإرهاب")[0])
    ('وبالإرهاب', 'الإرهاب', 'إرهاب', 'بالإرهاب')
    >>> word_strings(tokens("جماعتهم")[0])
    ('جماعتهم', 'جماعة')
    """
    return _arabic_strings(token.text, token.form) if token.is_arabic else (token.text,)


@lru_cache(maxsize=65536)
def _arabic_strings(text: str, form: str) -> tuple[str, ...]:
    plain = "".join(char for char in text if not _is_mark(char))
    found = [plain]
    for clitic, stem in clitic_splits(form):
        if clitic and len(clitic) < len(plain) and len(stem) + len(clitic) == len(plain):
            if clitic.endswith("ال") and len(clitic) > 2:
                found.append(plain[len(clitic) - 2 :])
            found.append(plain[len(clitic) :])
    found += [cut for string in found for cut in pronoun_cuts(string)[-1:]]
    found += [string[:-3] + "ة" for string in found if string.endswith(_DUAL) and len(string) > 5]
    return tuple(dict.fromkeys(found))[:_MOST_STRINGS]


def _is_mark(char: str) -> bool:
    return "\u064b" <= char <= "\u065f" or char in "\u0640\u0670"


@dataclass(frozen=True, eq=False)
class Words:
    """The content words of one text, and the strings that they are embedded as."""

    tokens: Sequence[Token]
    language: str

    @cached_property
    def indices(self) -> tuple[int, ...]:
        """The places of the words among the tokens."""
        return content_words(self.tokens, self.language)

    @cached_property
    def strings(self) -> list[tuple[str, ...]]:
        """The ways of writing each word."""
        return [word_strings(self.tokens[k]) for k in self.indices]

    @cached_property
    def windows(self) -> list[tuple[str, ...]]:
        """Each word with its neighbours: one string each."""
        return [(_window(self.tokens, k),) for k in self.indices]


def link_words(
    source: Sequence[Token],
    target: Sequence[Token],
    vectors: Vectors,
    *,
    languages: tuple[str, str] = ("en", "ar"),
) -> Links:
    """Link the content words of two texts that render each other.

    Args:
        source, target: tokens of the bead's two sides.
        vectors: embeds strings as unit rows.
        languages: of source and target, for the lists of function words.
    """
    return link(Words(source, languages[0]), Words(target, languages[1]), vectors)


def link(source: Words, target: Words, vectors: Vectors) -> Links:
    """Link the words of two texts that render each other, as ``link_words`` does."""
    scores, cosines = np.zeros((2, len(source.tokens), len(target.tokens)), np.float32)
    rows, columns = source.indices, target.indices
    if not rows or not columns:
        return Links((), scores, cosines)
    cells = np.ix_(rows, columns)
    words = best_cosines(source.strings, target.strings, vectors)
    cosines[cells] = words
    inner = _scores(source, target, words, vectors)
    shares = np.clip(inner / np.float32(1 + _WINDOW), 0, 1)
    scores[cells] = shares
    kept, firm = _linked(_without_hubs(inner))
    pairs = sorted((rows[a], columns[b], round(float(shares[a, b]), 3)) for a, b in kept)
    return Links(tuple(pairs), scores, cosines, frozenset((rows[a], columns[b]) for a, b in firm))


def link_strings(
    source: Sequence[Token], target: Sequence[Token], languages: tuple[str, str] = ("en", "ar")
) -> Iterator[str]:
    """Yield the strings that ``link_words`` will ask vectors for, so that many pairs can be embedded at once."""
    for words in (Words(source, languages[0]), Words(target, languages[1])):
        yield from embedded_strings(words)


def embedded_strings(words: Words) -> Iterator[str]:
    """Yield the strings of a text that ``link`` will ask vectors for."""
    for item in (*words.strings, *words.windows):
        yield from item


def _scores(source: Words, target: Words, words: NDArray[np.float32], vectors: Vectors) -> NDArray[np.float32]:
    """Sum the evidence for every pair of content words: (n_rows, n_columns) float32."""
    windows = best_cosines(source.windows, target.windows, vectors)
    table: NDArray[np.float32] = (
        words + _WINDOW * windows - _PLACE * np.abs(_places(source)[:, None] - _places(target))
    ).astype(np.float32)
    _add_renderings(table, source, target)
    alike: dict[str, list[int]] = {}
    for b, j in enumerate(target.indices):
        alike.setdefault(target.tokens[j].form, []).append(b)
    for a, i in enumerate(source.indices):
        token = source.tokens[i]
        is_any = token.kind is TokenKind.NUMBER or token.text[0].isupper()  # else only the same form counts
        for b in range(len(target.indices)) if is_any else alike.get(token.form, ()):
            if bonus := _bonus(token, target.tokens[target.indices[b]]):
                table[a, b] += bonus
    return table


def _add_renderings(table: NDArray[np.float32], source: Words, target: Words) -> None:
    """Add to the pairs that the tables have: what loyal translators write, or else what shares a concept."""
    if (source.language, target.language) != ("en", "ar"):
        return
    words, forms = ([token.form for token in side.tokens] for side in (source, target))
    places = {j: b for b, j in enumerate(target.indices)}
    known = [concepts(forms[j], target.language) for j in target.indices]
    for a, i in enumerate(source.indices):
        meant = meant_by(words, i, i + 1)
        loyal = {places[j] for j in loyal_places(meant, forms) if j in places}
        here = concepts(words[i], source.language)
        for b, there in enumerate(known):
            if b in loyal:
                table[a, b] += _LOYAL if meant == words[i] else _PHRASAL
            elif not here.isdisjoint(there):
                table[a, b] += _AKIN


def _places(words: Words) -> NDArray[np.float32]:
    """Say where in its text each word stands, 0..1."""
    places: NDArray[np.float32] = np.asarray(words.indices, np.float32) / np.float32(max(1, len(words.tokens) - 1))
    return places


def best_cosines(
    source: Sequence[tuple[str, ...]], target: Sequence[tuple[str, ...]], vectors: Vectors
) -> NDArray[np.float32]:
    """Best cosine between any strings of one item and any of the other: (n_source, n_target)."""
    flat = [string for item in (*source, *target) for string in item]
    table = vectors(flat)
    n = sum(map(len, source))
    cosines = (table[:n] @ table[n:].T).round(4)
    return _best_of_each(_best_of_each(cosines, source, axis=0), target, axis=1)


def _best_of_each(
    cosines: NDArray[np.float32], items: Sequence[tuple[str, ...]], *, axis: int
) -> NDArray[np.float32]:
    """Reduce the strings of each item along an axis to the best of them."""
    if cosines.shape[axis] == len(items):
        return cosines
    best: NDArray[np.float32] = np.maximum.reduceat(cosines, list(accumulate(map(len, items[:-1]), initial=0)), axis)
    return best


def _window(sequence: Sequence[Token], at: int) -> str:
    mark = TokenKind.MARK
    return " ".join([token.text for token in sequence[max(0, at - 1) : at + 2] if token.kind is not mark])


def _bonus(source: Token, target: Token) -> float:
    if TokenKind.NUMBER in (source.kind, target.kind):
        same = source.kind is target.kind and digits_value(source.form) == digits_value(target.form)
        return _NUMBER if same else -_NUMBER if source.kind is target.kind else 0.0
    if source.form == target.form:
        return _NAME
    is_name = source.text[:1].isupper() and target.is_arabic and is_same_name(source.form, target.form)
    return _NAME if is_name else 0.0


def _without_hubs(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take off half the mean of the best scores of both words, so that no word attracts all others."""
    means = [_mean_best(table, axis) for axis in (0, 1)]
    return np.round(table - np.float32(_HUB / 2) * (means[0] + means[1]), 4).astype(np.float32)


def _mean_best(table: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    n_near = min(_MOST_NEAR, table.shape[axis])
    near = np.sort(table, axis)[-n_near:] if axis == 0 else np.sort(table, axis)[:, -n_near:]
    mean: NDArray[np.float64] = near.sum(axis, keepdims=True, dtype=np.float64) / n_near
    return mean.astype(np.float32)


def _linked(table: NDArray[np.float32]) -> tuple[set[_Cell], set[_Cell]]:
    """Give all links, and those between words that are each other's best."""
    beside = table + np.float32(_BESIDE) * _neighbours(table.shape, _mutual_best(table))
    best = _mutual_best(beside)
    return _join(_compete(beside), beside), best


def _mutual_best(table: NDArray[np.float32]) -> set[_Cell]:
    rows, columns = table.argmax(1), table.argmax(0)
    return {(a, int(b)) for a, b in enumerate(rows) if columns[b] == a and table[a, b] >= _LEAST}


def _compete(table: NDArray[np.float32]) -> set[_Cell]:
    """Link the best pair, take both words out, and go on; ties go to the first in reading order."""
    links: dict[int, int] = {}
    taken: set[int] = set()
    rows, columns = np.nonzero(table >= _LEAST)
    for k in np.argsort(-table[rows, columns], kind="stable"):
        a, b = int(rows[k]), int(columns[k])
        if a not in links and b not in taken:
            links[a] = b
            taken.add(b)
    return set(links.items())


def _neighbours(shape: tuple[int, ...], links: set[_Cell]) -> NDArray[np.float32]:
    """Count for every pair the links beside it, one word on in the source and one (or two: half) in the target."""
    linked = np.zeros((shape[0] + 2, shape[1] + 4), np.float32)
    for a, b in links:
        linked[a + 1, b + 2] = 1.0
    beside = linked[:-2] + linked[2:]
    counts: NDArray[np.float32] = (
        beside[:, 1:-3] + beside[:, 3:-1] + np.float32(0.5) * (beside[:, :-4] + beside[:, 4:])
    )
    return np.minimum(counts, np.float32(2.0))


def _join(links: set[_Cell], table: NDArray[np.float32]) -> set[_Cell]:
    """Let an unlinked word join the word it fits best, if the word next to it is linked there too."""
    joined = set(links)
    rows, columns = {a for a, _ in links}, {b for _, b in links}
    for a, b in enumerate(table.argmax(1).tolist()):
        if a not in rows and table[a, b] >= _LEAST_JOIN and not links.isdisjoint(((a - 1, b), (a + 1, b))):
            joined.add((a, b))
    for b, a in enumerate(table.argmax(0).tolist()):
        if b not in columns and table[a, b] >= _LEAST_JOIN and not links.isdisjoint(((a, b - 1), (a, b + 1))):
            joined.add((a, b))
    return joined
