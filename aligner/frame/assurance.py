"""How sure a flag is: what the rest of its bead tells, judged by a logistic regression.

A check says what it found; whether that is an edit or a free rendering shows in what surrounds it. Where much else
seems unrendered, where the flagged words are each other's second best only, or where they carry no charge, flags are
wrong more often, and some rules are wrong more often than others. ``bench/framing_weights.py`` learns the weights from
the flags on the development sets: those that an edit of ours called for, and those on pairs that nobody edited. A flag
less sure than nearly all right ones of its category is dropped; a scare quote and a hedge are there or not, and stay.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aligner.frame.coverage import unrendered, vacancies
from aligner.frame.view import BeadView, SideView
from aligner.model import Category, Edit
from aligner.resources import Lexicon, data_bytes, load_words

__all__ = ["FEATURES", "Judge", "features", "judged", "kinds", "load_judge"]

FEATURES = (
    "unrendered-source", "unrendered-target", "firm", "firm-score", "charge-source", "charge-target", "particle",
    "words-source", "words-target", "cosine", "score", "rival-source", "rival-target", "rival-source-score",
    "rival-target-score", "is-firm", "is-linked", "target-elsewhere", "source-elsewhere", "vacant", "odds",
)  # fmt: skip
_RENDERED = (Category.SCARE_QUOTE, Category.LABEL, Category.ATTRIBUTION)  # both spans are one word and its rendering
_N_PAIR = 10  # features of such a pair
_CERTAIN = 0.98  # probability beyond which a missing phrase is no surer
_LEAST, _MOST = 0.01, 0.99  # confidence that is ever given


@dataclass(frozen=True, slots=True)
class Judge:
    """The weights of FEATURES and of kinds of rule, for hedges and verbs of saying down to the row of the lexicon.

    ``least`` are the log odds of the last flag of a category that is kept; one that is not there drops none. A kind
    that was seen too seldom has no weight.
    """

    weights: tuple[float, ...]
    kinds: Mapping[str, float]
    bias: float
    least: Mapping[str, float]

    def log_odds(self, row: Sequence[float], kinds: Iterable[str]) -> float:
        """Give the log odds that a flag of these kinds, with these features, is right."""
        known = sum(weight * value for weight, value in zip(self.weights, row, strict=True))
        return round(known + sum(self.kinds.get(kind, 0.0) for kind in kinds) + self.bias, 6)


@lru_cache(maxsize=1)
def load_judge() -> Judge:
    """Load what was learned.

    >>> len(load_judge().weights) == len(FEATURES)
    True
    """
    learned = json.loads(data_bytes("frame-coverage.json"))["flags"]
    weights = tuple(learned["features"][key] for key in FEATURES)
    return Judge(weights, learned["kinds"], learned["bias"], learned["least"])


def judged(view: BeadView, edit: Edit) -> Edit | None:
    """Give a flag its confidence, or drop it.

    A bead with one side only is the aligner's business.
    """
    if not (view.source.tokens and view.target.tokens):
        return edit
    judge = load_judge()
    odds = judge.log_odds(features(view, edit), kinds(edit, view.source.lexicon))
    if odds < judge.least.get(edit.category.value, -math.inf):
        return None
    return replace(edit, confidence=round(min(max(1 / (1 + math.exp(-odds)), _LEAST), _MOST), 2))


def kinds(edit: Edit, lexicon: Lexicon) -> tuple[str, ...]:
    """Name what kind of rule fired, from the coarsest to the finest: hedge, hedge-claim, h035.

    A pair of reporting verbs is of the kinds of both its rows, and of the pair.
    """
    category = edit.category.value
    if edit.category is Category.ATTRIBUTION:
        rows = () if edit.rule.startswith(category) else edit.rule.split("-")
        return category, *rows, edit.rule
    if edit.category is Category.HEDGE:
        device = next((row.kind for row in lexicon.hedges if row.id == edit.rule), "other")
        return category, f"{category}-{device}", edit.rule
    return category, edit.rule.partition(":")[0]


def features(view: BeadView, edit: Edit) -> tuple[float, ...]:
    """Give the FEATURES of a flag; those of a pair are 0 where the spans do not render each other."""
    here = range(*view.source.token_range(edit.source)) if edit.source else range(0)
    there = range(*view.target.token_range(edit.target)) if edit.target else range(0)
    firm = view.links.firm
    fewest = max(1, min(len(view.source.content), len(view.target.content)))
    scores = [float(view.links.scores[pair]) for pair in sorted(firm)]
    after = view.source.forms[here.stop : here.stop + 1] if here else ()
    return (
        _rest(view, view.source, here),
        _rest(view, view.target, there),
        len(firm) / fewest,
        sum(scores) / len(scores) if scores else 0.0,
        float(_charge(view.source, here)),
        float(_charge(view.target, there)),
        float(not load_words("particles.en.txt").isdisjoint(after)),
        float(len(here)),
        float(len(there)),
        *(_of_pair(view, here, there) if here and there and edit.category in _RENDERED else (0.0,) * _N_PAIR),
        float(_vacant(view, edit, here, there)),
        _log_odds(edit.confidence) if edit.category in (Category.OMISSION, Category.ADDITION) else 0.0,
    )


def _rest(view: BeadView, side: SideView, but: range) -> float:
    """Give the share of the other content words of a side that seem unrendered."""
    words = unrendered(view, side)
    return sum(odds for k, odds in words if k not in but) / max(1, len(words))


def _charge(side: SideView, indices: range) -> int:
    """Give the greatest |value| that the lexicon has for any of these tokens."""
    found = [abs(m.row.value) for m in side.evaluative if any(m.first <= k < m.last for k in indices)]
    rows = (row for m in side.labels if any(m.first <= k < m.last for k in indices) for row in m.row)
    return max([*found, *(abs(row.value) for row in rows)], default=0)


def _of_pair(view: BeadView, here: range, there: range) -> tuple[float, ...]:
    """Tell how well the two fit, how well each fits other content words, and whether they are linked there."""
    rivals = [k for k in view.source.content if k not in here], [k for k in view.target.content if k not in there]
    cosines, scores = view.links.cosines, view.links.scores
    firm = view.links.firm
    return (
        _best(cosines, here, there),
        _best(scores, here, there),
        _best(cosines, rivals[0], there),
        _best(cosines, here, rivals[1]),
        _best(scores, rivals[0], there),
        _best(scores, here, rivals[1]),
        float(any(i in here and j in there for i, j in firm)),
        float(any(i in here and j in there for i, j, _ in view.links.pairs)),
        float(any(i not in here and j in there for i, j in firm)),
        float(any(i in here and j not in there for i, j in firm)),
    )


def _best(table: NDArray[np.float32], rows: Iterable[int], columns: Iterable[int]) -> float:
    part = table[np.ix_(list(rows), list(columns))]
    return float(part.max()) if part.size else 0.0


def _vacant(view: BeadView, edit: Edit, here: range, there: range) -> int:
    """Count the words that stand where a missing stretch should be rendered."""
    if edit.category not in (Category.OMISSION, Category.ADDITION):
        return 0
    side, words = (view.source, here) if edit.category is Category.OMISSION else (view.target, there)
    return len(vacancies(view, side, words)) if words else 0


def _log_odds(probability: float) -> float:
    known = min(max(probability, 1 - _CERTAIN), _CERTAIN)
    return math.log(known / (1 - known))
