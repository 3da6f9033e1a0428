"""How sure a flag is: features, odds, and what is dropped."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aligner.embed import Embedder, WordVectors
from aligner.frame import BeadView, SideView, assurance, detect, family, unjudged, view
from aligner.frame.assurance import FEATURES, Judge, features, judged, load_judge
from aligner.model import Category, Direction, Edit, Span
from aligner.resources import load_lexicon

SOURCE = "The army said that the rebels had attacked the village on Friday."
SLANTED = "زعم الجيش أن الإرهابيين هاجموا القرية يوم الجمعة."


def flag(source: Span | None, target: Span | None, category: Category = Category.LABEL) -> Edit:
    return Edit(category, Direction.ADDED, source, target, 0.5, "a reason", "label-near:x-y")


@pytest.fixture
def bead() -> BeadView:
    lexicon = load_lexicon()
    sides = SideView(SOURCE, "en", lexicon), SideView(SLANTED, "ar", lexicon)
    return BeadView(*sides, lambda texts: np.eye(len(texts), 512, dtype=np.float32))


@pytest.mark.parametrize(
    "spans", [(Span(0, 8), Span(0, 3)), (None, Span(0, 3)), (Span(0, 8), None), (Span(3, 4), None)]
)
@pytest.mark.parametrize("category", list(Category))
def test_a_flag_has_a_finite_value_a_feature(
    bead: BeadView, spans: tuple[Span | None, Span | None], category: Category
) -> None:
    row = features(bead, flag(*spans, category))
    assert len(row) == len(FEATURES) and all(math.isfinite(value) for value in row)


def test_a_charged_word_has_the_value_of_the_lexicon(bead: BeadView) -> None:
    at = SLANTED.index("الإرهابيين")
    row = features(bead, flag(None, Span(at, at + 10)))
    assert row[FEATURES.index("charge-target")] == 3 and row[FEATURES.index("charge-source")] == 0


@pytest.mark.parametrize(("bias", "kept"), [(-5.0, False), (0.0, True), (5.0, True)])
def test_less_sure_than_the_least_is_dropped(
    bead: BeadView, monkeypatch: pytest.MonkeyPatch, bias: float, kept: bool
) -> None:
    judge = Judge((0.0,) * len(FEATURES), {"label-near": 0.5}, bias, 0.0)
    monkeypatch.setattr(assurance, "load_judge", lambda: judge)
    found = judged(bead, flag(Span(0, 8), Span(0, 3)), "label-near")
    assert (found is not None) is kept
    if found:
        assert found.confidence == round(min(1 / (1 + math.exp(-bias - 0.5)), 0.99), 2)


def test_a_bead_of_one_side_keeps_the_confidence_it_has() -> None:
    lexicon = load_lexicon()
    here = BeadView(SideView(SOURCE, "en", lexicon), SideView("", "ar", lexicon), lambda texts: np.zeros((0, 512)))
    edit = flag(Span(0, 8), None, Category.OMISSION)
    assert judged(here, edit, "omission-segment") is edit


@pytest.mark.model
def test_what_is_kept_was_found_and_is_surer_than_the_least(embedder: Embedder) -> None:
    lexicon = load_lexicon()
    here = view(SOURCE, SLANTED, lexicon, WordVectors(embedder))
    kept, found = detect(here), unjudged(here)
    assert {(e.category, e.source, e.target) for e in kept} <= {(e.category, e.source, e.target) for e in found}
    assert {e.category for e in kept} == {Category.ATTRIBUTION, Category.LABEL}
    for edit in found:
        odds = load_judge().log_odds(features(here, edit), family(edit, lexicon))
        assert (odds >= load_judge().least) is any((e.source, e.target) == (edit.source, edit.target) for e in kept)
