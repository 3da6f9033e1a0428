"""Learn the weights of ``aligner/data/frame-coverage.json`` from the development sets.

``PYTHONPATH=. python -m bench.framing_weights [--texts TEXTS] [--out FILE]``

Two logistic regressions for each direction (omissions from the source, additions to the target). The first
judges words: in every clean development pair a stretch of one to four linked words is struck out of one side
(fixed seed), which makes the words it rendered unrendered. The second judges phrases, by weights of their kind:
those the first makes in clean pairs and in the edited pairs of the category. One more judges flags (``assurance``):
those that an edit called for, and those on pairs that nobody edited, on published and on freely translated pairs.
Only documents of split ``dev`` are read. The file written says what it was learned from; the same sets give the same
bytes.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aligner.embed import WordVectors, load_embedder
from aligner.frame import CHECKS, BeadView, SideView, unjudged, view
from aligner.frame.assurance import FEATURES, features, kinds, load_judge
from aligner.frame.coverage import (
    KINDS,
    PHRASE_FEATURES,
    WORD_FEATURES,
    Weights,
    kind_of,
    load_weights,
    phrase_rows,
    word_features,
)
from aligner.link import Vectors
from aligner.model import Category, Side
from aligner.resources import load_lexicon
from bench.frame import judge, matches
from bench.frameset import CLEAN, Case, data_hash, read_set, set_files

HERE = Path(__file__).resolve().parent
TEXTS = HERE.parent.parent / "shared" / "corpora" / "dev"
OWN = HERE.parent / "corpora"  # where the texts of the sets of invented news are
REAL = ("framing", "framing-second", "framing-third", "framing-fourth")  # sets over published pairs
FREE = ("framing-everyday",)  # freely translated; with so many clean pairs a missing phrase would seem unlikely
OUT = HERE.parent / "aligner" / "data" / "frame-coverage.json"
SEED = 5
STRIKES = 2  # stretches struck out of each side of each pair
STRETCHES = (1, 1, 2, 3, 4)  # words in a stretch, drawn from these
RIDGE_WORD, RIDGE_PHRASE, RIDGE_FLAG = 0.01, 1.0, 5.0  # L2 penalties on standardised features
RIDGE_KIND = 1.5  # of the weights of kinds as they are, so that one seen seldom stays near its category
FEWEST = 4  # flags of a kind of rule from which it has a weight of its own
DROPPED = 0.02  # share of the right flags of a category that may fall below the least sure one kept
SURE = 2.0  # odds from which a flag is kept in any case: two right ones to a wrong one
KEPT = (Category.SCARE_QUOTE, Category.HEDGE)  # a device is there or not
STEPS = 60  # Newton steps; it converges in fewer
CATEGORIES = {Side.SOURCE: Category.OMISSION, Side.TARGET: Category.ADDITION}

Floats = NDArray[np.float64]
_Stretch = tuple[list[float], bool]  # PHRASE_FEATURES, and whether the stretch is missing


@dataclass(frozen=True, slots=True)
class _Struck:
    """A pair after words were struck out of the other side; ``words`` of ``side`` lost their counterpart."""

    side: Side
    view: BeadView
    words: frozenset[int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn and write the weights."""
    parser = argparse.ArgumentParser(description="learn the weights of the coverage judges")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="where the texts of published pairs are")
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args(arguments)
    folders = [HERE / "framing", *sorted(HERE.glob("framing-*"))]
    sets = [(folder, chosen.texts if folder.name in REAL else OWN) for folder in folders]
    read = {folder.name: [case for case in read_set(folder, texts) if case.split == "dev"] for folder, texts in sets}
    vectors = WordVectors(load_embedder())
    cases = [case for name, found in read.items() if name not in FREE for case in found]
    free = [case for name in FREE for case in read[name]]
    views = _views([*cases, *free], vectors)
    learned = learn_words(cases, views, vectors)
    files = [path for folder, _ in sets for path in set_files(folder)]
    rows = {"learned": "python -m bench.framing_weights", "data": data_hash(files), "weights": learned, "flags": {}}
    _write(chosen.out, rows)
    for side in Side:
        learned[side.value]["phrase"] = learn_phrases(side, cases, free, views)
    _write(chosen.out, rows)
    judged = [case for name, found in read.items() if name in (*REAL, *FREE) for case in found]
    rows["flags"] = learn_flags(judged, vectors)  # with the weights just learned
    _write(chosen.out, rows)
    print(f"{chosen.out}: learned from {sum(map(len, read.values()))} cases")
    return 0


def _write(path: Path, rows: dict[str, object]) -> None:
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    load_weights.cache_clear()
    load_judge.cache_clear()


def learn_flags(cases: Sequence[Case], vectors: Vectors) -> dict[str, object]:
    """Learn how sure a flag is, from the right and the wrong ones; some are neither.

    A right one is what an edit of ours called for; a wrong one stands on a pair that nobody edited, or beside the edit.
    """
    lexicon = load_lexicon()
    rows: list[tuple[tuple[float, ...], tuple[str, ...], bool]] = []
    seen: set[tuple[str, str, str]] = set()
    for case in cases:
        here = view(case.pair.source, case.pair.target, lexicon, vectors)
        flags = unjudged(here)
        wrong = judge(case, flags).wrong
        for flag in flags:
            key = (case.base, flag.rule, flag.cue)
            is_right = any(matches(flag, expected) for expected in case.expected)
            if is_right or (flag in wrong and key not in seen):
                rows.append((features(here, flag), kinds(flag, lexicon), is_right))
                if not is_right:
                    seen.add(key)  # the same flag on several edits of one pair is one
    counted = Counter(kind for _, row, _ in rows for kind in row)
    names = sorted(kind for kind in counted if counted[kind] >= FEWEST)
    of_kind = np.array([[float(name in row) for name in names] for _, row, _ in rows])
    table = np.c_[np.array([row for row, *_ in rows]), of_kind]
    marks = np.array([float(is_right) for *_, is_right in rows])
    ridge = np.r_[np.full(len(FEATURES), RIDGE_FLAG), RIDGE_KIND / of_kind.var(0)]
    *weights, bias = fit(table, marks, ridge)
    odds = table @ np.array(weights) + bias
    judged = [category.value for category in CHECKS if category not in KEPT]
    places = {name: [k for k, row in enumerate(rows) if row[1][0] == name and row[2]] for name in judged}
    return {
        "features": dict(zip(FEATURES, weights[: len(FEATURES)], strict=True)),
        "kinds": dict(zip(names, weights[len(FEATURES) :], strict=True)),
        "bias": bias,
        "least": {name: _least(odds[found]) for name, found in places.items() if found},
        "right": int(marks.sum()),
        "wrong": int(len(marks) - marks.sum()),
    }


def _least(odds: NDArray[np.float64]) -> float:
    """Give the log odds of the last flag that is kept, of those of the right flags; none that is likelier wrong."""
    return round(min(max(float(np.quantile(odds, DROPPED)), 0.0), math.log(SURE)), 4)


def _views(cases: Sequence[Case], vectors: Vectors) -> dict[str, BeadView]:
    lexicon = load_lexicon()
    views = {case.pair.id: view(case.pair.source, case.pair.target, lexicon, vectors) for case in cases}
    vectors(["", *sorted({string for here in views.values() for string in here.strings()})])
    return views


def learn_words(cases: Sequence[Case], views: Mapping[str, BeadView], vectors: Vectors) -> dict[str, dict[str, object]]:
    """Learn the judges of words of both directions, and how long translations are; those of phrases stay blank."""
    clean = [case for case in cases if case.role == CLEAN and not case.real]
    rng = random.Random(SEED)
    struck = [row for case in clean for row in _strike(views[case.pair.id], rng, vectors)]
    vectors(["", *sorted({string for row in struck for string in row.view.strings()})])
    ratios = [float(np.log(len(case.pair.target) / len(case.pair.source))) for case in clean]
    ratio = (round(float(np.mean(ratios)), 4), round(float(np.std(ratios)), 4))
    blank = dict.fromkeys(KINDS, dict.fromkeys((*PHRASE_FEATURES, "bias"), 0.0))
    learned: dict[str, dict[str, object]] = {}
    for side in Side:
        word = _learn_words(side, [views[case.pair.id] for case in clean], struck)
        named = dict(zip((*WORD_FEATURES, "bias"), word, strict=True))
        learned[side.value] = {"word": named, "phrase": blank, "ratio": ratio}
    return learned


def learn_phrases(side: Side, cases: Sequence[Case], free: Sequence[Case], views: Mapping[str, BeadView]) -> object:
    """Learn the judge of phrases of one direction, with the judges of words that are in the file by now.

    The pairs of free translations change nothing in how many phrases are missing, only in which.
    """
    weights = load_weights()[side.value]
    found, more = (
        [stretch for case in part for stretch in _phrases(side, case, views[case.pair.id], weights)]
        for part in (cases, free)
    )
    learned: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        rows = [(row, is_missing) for row, is_missing in (*found, *more) if kind_of(row) == kind]
        marks = np.array([float(is_missing) for _, is_missing in rows])
        few, all_of_them = (_odds([missing for row, missing in some if kind_of(row) == kind]) for some in (found, rows))
        masses = np.where(marks == 1, 1.0, all_of_them / few)
        fitted = fit(np.array([row for row, _ in rows]), marks, RIDGE_PHRASE, masses)
        learned[kind] = dict(zip((*PHRASE_FEATURES, "bias"), fitted, strict=True))
    return learned


def _odds(marks: Sequence[bool]) -> float:
    return sum(marks) / (len(marks) - sum(marks))


def _side(here: BeadView, side: Side) -> SideView:
    return here.source if side is Side.SOURCE else here.target


def _strike(here: BeadView, rng: random.Random, vectors: Vectors) -> Iterator[_Struck]:
    """Strike stretches of linked words out of the other side, each in a copy of its own."""
    for side in Side:
        is_source = side is Side.SOURCE
        pairs = [(i, j) if is_source else (j, i) for i, j, _ in here.links.pairs]
        firm = [(i, j) if is_source else (j, i) for i, j in here.links.firm]
        linked = sorted({a for a, _ in firm})
        for _ in range(STRIKES if len(linked) > 4 else 0):
            n = rng.choice(STRETCHES)
            start = rng.randrange(0, len(linked) - n + 1)
            run = linked[start : start + n]
            drop = {b for a, b in pairs if a in run}
            if run[-1] - run[0] > 2 * n + 2 or any(b in drop and a not in run for a, b in firm):
                continue
            yield _struck(here, side, run, drop, vectors)


def _struck(here: BeadView, side: Side, run: Sequence[int], drop: set[int], vectors: Vectors) -> _Struck:
    other = here.target if side is Side.SOURCE else here.source
    text = other.text
    for k in sorted(drop, reverse=True):
        span = other.tokens[k].span
        text = f"{text[: span.start].rstrip()} {text[span.end :].lstrip()}"
    texts = (here.source.text, text) if side is Side.SOURCE else (text, here.target.text)
    return _Struck(side, view(*texts, here.source.lexicon, vectors), frozenset(run))


def _learn_words(side: Side, clean: Sequence[BeadView], struck: Sequence[_Struck]) -> tuple[float, ...]:
    rows, marks = [], []
    jobs = [(here, frozenset[int]()) for here in clean] + [(row.view, row.words) for row in struck if row.side is side]
    for here, missing in jobs:
        words, features = word_features(here, _side(here, side))
        rows.append(features)
        marks += [float(k in missing) for k in words]
    return fit(np.concatenate(rows), np.array(marks), RIDGE_WORD)


def _phrases(side: Side, case: Case, here: BeadView, weights: Weights) -> list[_Stretch]:
    """Give the stretches of a pair: those of a clean one, which are rendered, and those that an edit made."""
    own = _side(here, side)
    expected = [e.span(side) for e in case.expected if e.category is CATEGORIES[side]]
    found = []
    for first, last, row in phrase_rows(here, own, weights):
        span = own.span(first, last)
        is_missing = any(e is not None and e.overlaps(span) for e in expected)
        if is_missing or (case.role == CLEAN and not case.real):
            found.append((row, is_missing))
    return found


def fit(rows: Floats, marks: Floats, ridge: float | Floats, masses: float | Floats = 1.0) -> tuple[float, ...]:
    """Fit a logistic regression by Newton's method; the weights are of the raw features, the bias last.

    ``ridge`` is one L2 penalty on the standardised features, or one for each; ``masses`` say how much each row counts.

    >>> weight, bias = fit(np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0.0, 1.0, 1.0, 1.0]), 1.0)
    >>> weight > 0
    True
    """
    mean, deviation = rows.mean(0), rows.std(0) + 1e-9
    table = np.c_[(rows - mean) / deviation, np.ones(len(rows))]
    penalty = np.r_[np.broadcast_to(ridge, rows.shape[1]), 0.0]
    weights = np.zeros(table.shape[1])
    for _ in range(STEPS):
        odds = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (masses * (odds - marks)) + penalty * weights
        bend = (table * (masses * odds * (1 - odds))[:, None]).T @ table + np.diag(penalty + 1e-9)
        weights -= np.linalg.solve(bend, slope)
    raw = weights[:-1] / deviation
    return tuple(round(float(value), 4) for value in (*raw, weights[-1] - raw @ mean))


if __name__ == "__main__":
    sys.exit(main())
