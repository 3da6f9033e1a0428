"""What one side says and the other does not: how sure it is, word by word, then phrase by phrase.

A word is judged by the cosine and the link score of the word that renders it best, once among all words of the
other side and once among those that no other word claims. Words in a row that seem unrendered make a phrase,
and the phrase is judged by its words, by whether it evaluates, by what the other side leaves over, and by how much too
short (or long) the translation is; single words, single words that evaluate, and more than one word each by weights of
their own. Both judges are logistic regressions; ``bench/framing_weights.py`` learns them from the
development sets, the first from words that were struck out of real translations at random.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.frame.view import BeadView, SideView
from aligner.lexicon import Match
from aligner.names import is_same_name
from aligner.resources import data_bytes
from aligner.text import TokenKind, bare_forms, normalise_word

__all__ = [
    "KINDS",
    "LONG",
    "PHRASE_FEATURES",
    "WORD_FEATURES",
    "Phrase",
    "Weights",
    "is_as_listed",
    "kind_of",
    "load_weights",
    "phrase_rows",
    "phrases",
    "sounds_like_name",
    "unrendered",
    "vacancies",
    "word_features",
]

WORD_FEATURES = (
    "best", "free", "gap", "firm", "score", "free-score", "capital", "number", "length", "rendered", "absent",
)  # fmt: skip
PHRASE_FEATURES = (
    "sum", "worst", "words", "evaluates", "labels", "answered", "ratio", "figures", "capital", "vacant", "filled",
    "rendered", "absent", "unrendered", "loss", "closed", "last", "head", "definite",
)  # fmt: skip
KINDS = ("word", "modifier", "phrase")  # of stretches, each with weights of its own
_RENDERED = WORD_FEATURES.index("rendered")  # and "absent", the last two
_WORDS, _EVALUATES, _LABELS = (PHRASE_FEATURES.index(name) for name in ("words", "evaluates", "labels"))
LONG = 2  # content words from which a stretch is a phrase of its own
_OPEN = -1.0  # log odds above which a word may belong to an unrendered phrase
_OPEN_CHARGED = -3.5  # the same for a word that the lexicon calls evaluating, alone
_STRONGEST = 3  # the greatest |value| there is
_SHORT = 3  # letters of an Arabic form that is too short to take any ending
_SUFFIX = 3  # letters that an inflection may add to a longer one
_ENDINGS = frozenset({"", "ة", "ا", "ان", "ين", "ون"})  # of adjectives
_CHARGED = 2  # |value| from which a modifier or a label evaluates
_BESIDE = 3  # tokens round the words that render a phrase's neighbours in which its rendering would stand
_MOST_VACANT = 3.0  # unclaimed words there that still add evidence
_STOPS = frozenset(".!?:\n\u061f\u061b;")  # marks that a phrase does not cross
_HALF = 0.5  # probability from which a word of the other side counts as unrendered
_RATIO_LIMITS = (-3.0, 5.0)  # standard deviations of the length ratio that still add evidence


@dataclass(frozen=True)
class Weights:
    """What was learned for one direction; ``ratio`` is mean and deviation of log(target length / source length)."""

    word: tuple[float, ...]
    phrase: Mapping[str, tuple[float, ...]]
    ratio: tuple[float, float]

    @cached_property
    def word_array(self) -> NDArray[np.float64]:
        """Give the weights of WORD_FEATURES, without the bias."""
        return np.asarray(self.word[:-1])

    def odds_of(self, row: Sequence[float]) -> float:
        """Give the log odds that a stretch with these PHRASE_FEATURES is missing."""
        *weights, bias = self.phrase[kind_of(row)]
        return round(sum(weight * value for weight, value in zip(weights, row, strict=True)) + bias, 4)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Content words ``first`` to ``last`` (half-open tokens) and the log odds that the other side lacks them.

    ``kind`` is one of KINDS: a modifier is one word that evaluates, a phrase more than one word.
    """

    first: int
    last: int
    n_words: int
    log_odds: float
    kind: str

    @property
    def probability(self) -> float:
        """Give the probability that the phrase is missing, 0..1."""
        return 1 / (1 + math.exp(-self.log_odds))


@lru_cache(maxsize=1)
def load_weights() -> Mapping[str, Weights]:
    """Load the weights of both directions, ``source`` (omissions) and ``target`` (additions).

    >>> sorted(load_weights())
    ['source', 'target']
    """
    loaded = json.loads(data_bytes("frame-coverage.json"))
    return {
        name: Weights(
            tuple(rows["word"][key] for key in (*WORD_FEATURES, "bias")),
            {kind: tuple(rows["phrase"][kind][key] for key in (*PHRASE_FEATURES, "bias")) for kind in KINDS},
            (rows["ratio"][0], rows["ratio"][1]),
        )
        for name, rows in loaded["weights"].items()
    }


@lru_cache(maxsize=8)
def phrases(view: BeadView, side: SideView) -> tuple[Phrase, ...]:
    """Give the stretches of a side that seem to have no counterpart, in order, however unsure."""
    weights = load_weights()["source" if side is view.source else "target"]
    return tuple(
        Phrase(first, last, int(row[_WORDS]), weights.odds_of(row), kind_of(row))
        for first, last, row in phrase_rows(view, side, weights)
    )


def kind_of(row: Sequence[float]) -> str:
    """Give the kind (KINDS) of a stretch with these PHRASE_FEATURES."""
    if row[_WORDS] >= LONG:
        return "phrase"
    return "modifier" if row[_EVALUATES] or row[_LABELS] else "word"


@lru_cache(maxsize=8)
def unrendered(view: BeadView, side: SideView) -> tuple[tuple[int, float], ...]:
    """Give the content words of a side with the probability, 0..1, that the other side has none for them."""
    weights = load_weights()["source" if side is view.source else "target"]
    words, rows = word_features(view, side)
    odds = rows @ weights.word_array + weights.word[-1]
    return tuple(zip(words, (round(1 / (1 + math.exp(-x)), 6) for x in odds.tolist()), strict=True))


def phrase_rows(view: BeadView, side: SideView, weights: Weights) -> Iterator[tuple[int, int, list[float]]]:
    """Yield the token range and the features (PHRASE_FEATURES) of each stretch that may be unrendered."""
    words, features = word_features(view, side)
    if not words:
        return
    odds = features @ weights.word_array + weights.word[-1]
    for run in _runs(side, words, odds.tolist()):
        known = features[run][:, _RENDERED:]
        row = _phrase_features(view, side, [words[place] for place in run], odds[run], known, weights)
        yield words[run[0]], words[run[-1]] + 1, row


@lru_cache(maxsize=8)
def word_features(view: BeadView, side: SideView) -> tuple[tuple[int, ...], NDArray[np.float64]]:
    """Give the content words of a side and what speaks for their being rendered: (n, len(WORD_FEATURES))."""
    here, there = side.content, view.other(side).content
    if not here or not there:
        return (), np.zeros((0, len(WORD_FEATURES)))
    turn = 1 if side is view.source else -1
    (cosines, columns), (scores, _) = view.cosines[::turn], view.scores[::turn]
    firm = dict(view.firm_from(side))  # words that are each other's best: one a word on either side
    claimed = set(firm.values())
    unclaimed = [b for b, k in enumerate(there) if k not in claimed]
    rivals = [max(column) if len(column) > 1 else 0.0 for column in columns]
    rows = []
    for a, (k, is_known) in enumerate(zip(here, _known(view, side, here), strict=True)):
        token, near, score = side.tokens[k], cosines[a], scores[a]
        value = max(near)
        rival = rivals[near.index(value)]  # where it is this word itself, there is no gap
        free = [*unclaimed, there.index(firm[k])] if k in firm else unclaimed
        rows.append(
            (
                value,
                max([near[b] for b in free], default=0.0),
                max(0.0, rival - value),
                k in firm,
                max(score),
                max([score[b] for b in free], default=0.0),
                token.text[0].isupper(),
                token.kind is TokenKind.NUMBER,
                math.log(len(token.text)),
                *is_known,
            )
        )
    return here, np.array(rows, np.float64)


def _known(view: BeadView, side: SideView, indices: Sequence[int]) -> list[tuple[bool, bool]]:
    """Tell of each word whether the other side has a word of its concept, and whether it surely has none."""
    there = view.other(side).all_concepts
    mine = [side.concepts[k] for k in indices]
    return [(not known.isdisjoint(there), bool(known) and known.isdisjoint(there)) for known in mine]


def _runs(side: SideView, words: Sequence[int], odds: Sequence[float]) -> Iterator[list[int]]:
    """Join content words in a row that may be unrendered; a word that evaluates may stand alone."""
    run: list[int] = []
    for place, k in enumerate(words):
        is_apart = bool(run) and any(side.tokens[t].text in _STOPS for t in range(words[run[-1]], k))
        if run and (odds[place] <= _OPEN or is_apart):
            yield run
            run = []
        if odds[place] > _OPEN:
            run.append(place)
        elif odds[place] > _OPEN_CHARGED and _evaluates(side, k):
            yield [place]
    if run:
        yield run


def _evaluates(side: SideView, index: int) -> float:
    """Tell how strongly the lexicon says that a word evaluates, 0..1; what is slight counts nothing."""
    matches = [match for match in side.evaluative if match.first <= index < match.last and is_as_listed(side, match)]
    return _strength(max((abs(match.row.value) for match in matches), default=0))


def is_as_listed(side: SideView, match: Match[Any], *, is_strict: bool = False) -> bool:
    """Tell whether an Arabic word is the form listed, or a longer one with a short ending.

    Short ones and feminines take the endings of adjectives; with others they are other words as often: أبي, proud, and
    أبيه, his father; غادرة, treacherous, and غادروا, they left.
    If strict, short ones never are, and a feminine only stands for itself.
    """
    if match.last - match.first > 1 or side.language != "ar":
        return True
    listed = normalise_word(match.form).removeprefix("ال")
    stem = listed if is_strict else listed.removesuffix("ة")
    found = min((form for form in bare_forms(side.tokens[match.first].form) if stem in form), key=len, default="")
    if len(stem) <= _SHORT or stem != listed:
        return not is_strict and bool(found) and found.removeprefix(stem) in _ENDINGS
    return 0 < len(found) <= len(stem) + _SUFFIX


def _labels(side: SideView, index: int) -> float:
    """Tell how charged a label a word belongs to, 0..1."""
    rows = [row for match in side.labels if match.first <= index < match.last for row in match.row]
    return _strength(max((abs(row.value) for row in rows), default=0))


def _strength(value: int) -> float:
    return value / _STRONGEST if value >= _CHARGED else 0.0


def _phrase_features(
    view: BeadView,
    side: SideView,
    indices: Sequence[int],
    odds: NDArray[np.float64],
    known: NDArray[np.float64],
    weights: Weights,
) -> list[float]:
    """``known``: of each word, 1 where it is rendered and where it is absent, (n, 2)."""
    evaluates = max(_evaluates(side, k) for k in indices)
    ratio = _ratio(view, weights) * (-1.0 if side is view.source else 1.0)
    tokens = [side.tokens[k] for k in indices]
    vacant = len(vacancies(view, side, indices))
    after = side.tokens[indices[-1] + 1 : indices[-1] + 3]
    return [
        float((odds - _OPEN).sum()),
        float(odds.max()),
        float(len(indices)),
        evaluates,
        0.0 if evaluates else max(_labels(side, k) for k in indices),
        float(_is_answered(view, side, indices)),
        min(max(ratio, _RATIO_LIMITS[0]), _RATIO_LIMITS[1]),
        float(any(token.kind is TokenKind.NUMBER for token in tokens)),
        float(tokens[0].text[0].isupper() or sounds_like_name(view, side, indices)),
        min(float(vacant), _MOST_VACANT),
        float(vacant >= len(indices)),
        float(known[:, 0].sum()) / len(indices),
        min(float(known[:, 1].sum()), _MOST_VACANT),
        min(float(sum(share >= _HALF for _, share in unrendered(view, view.other(side)))), _MOST_VACANT),
        _loss(view, side, indices),
        float(not after or after[0].kind is TokenKind.MARK),
        float(len(after) <= 1),
        float(_has_firm_head(view, side, indices)),
        float(side.language == "ar" and tokens[0].form.startswith("ال")),
    ]


def _loss(view: BeadView, side: SideView, indices: Sequence[int]) -> float:
    """Give how much worse a word of the other side would be rendered without these, at most: a drop of its cosine."""
    here, (columns, best) = {side.content.index(k) for k in indices}, _columns(view, side)
    lost = [column for column, row in zip(columns, best, strict=True) if row in here]
    return max(
        (max(column) - max((x for a, x in enumerate(column) if a not in here), default=0.0) for column in lost),
        default=0.0,
    )


@lru_cache(maxsize=8)
def _columns(view: BeadView, side: SideView) -> tuple[Sequence[Sequence[float]], tuple[int, ...]]:
    """Give the cosines of each content word of the other side, and which word of this side is its best."""
    _, columns = view.cosines if side is view.source else view.cosines[::-1]
    return columns, tuple(column.index(max(column)) for column in columns)


def _has_firm_head(view: BeadView, side: SideView, indices: Sequence[int]) -> bool:
    """Tell whether the content word before these is surely rendered: what hangs on it may have been added."""
    before = max((k for k in side.content if k < indices[0]), default=None)
    return any(a == before for a, _ in view.firm_from(side))


def vacancies(view: BeadView, side: SideView, indices: Sequence[int]) -> tuple[int, ...]:
    """Give the words of the other side that stand where these tokens should be rendered and render no other word."""
    other, firm = view.other(side), view.firm_from(side)
    before = max((a for a, _ in firm if a < indices[0]), default=None)
    after = min((a for a, _ in firm if a > indices[-1]), default=None)
    places = {b + step for a, b in firm if a in (before, after) for step in range(-_BESIDE, _BESIDE + 1)}
    claimed = {b for a, b in firm if a not in indices}
    return tuple(k for k in other.content if k in places and k not in claimed)


def _ratio(view: BeadView, weights: Weights) -> float:
    mean, deviation = weights.ratio
    return (math.log(max(1, len(view.target.text)) / max(1, len(view.source.text))) - mean) / deviation


def _is_answered(view: BeadView, side: SideView, indices: Sequence[int]) -> bool:
    """The other side evaluates the same way, in whatever words: brutal, وحشي."""
    other = view.other(side)
    here = {match.row.id for match in side.evaluative for k in indices if match.first <= k < match.last}
    labels = {row.scale for m in side.labels for k in indices if m.first <= k < m.last for row in m.row}
    return any(match.row.id in here for match in other.evaluative) or any(
        row.scale in labels for match in other.labels for row in match.row
    )


def sounds_like_name(view: BeadView, side: SideView, indices: Sequence[int]) -> bool:
    """A word that spells a capitalised word of the source: سلمى and Salma."""
    if side is view.source:
        return False
    capitals = [token for token in view.source.tokens if token.text[0].isupper()]
    return any(is_same_name(c.form, side.tokens[k].form) for c in capitals for k in indices)
