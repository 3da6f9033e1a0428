"""How sure a flag is: features, odds, and what is dropped."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aligner.embed import Embedder, WordVectors
from aligner.frame import BeadView, SideView, assurance, detect, unjudged, view
from aligner.frame.assurance import FEATURES, Judge, features, judged, kinds, load_judge
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
    judge = Judge((0.0,) * len(FEATURES), {"label": 0.2, "label-near": 0.3}, bias, {"label": 0.0})
    monkeypatch.setattr(assurance, "load_judge", lambda: judge)
    found = judged(bead, flag(Span(0, 8), Span(0, 3)))
    assert (found is not None) is kept
    if found:
        assert found.confidence == round(min(1 / (1 + math.exp(-bias - 0.5)), 0.99), 2)
    assert judged(bead, flag(None, Span(0, 3), Category.HEDGE))  # no least is given for it


@pytest.mark.parametrize(
    ("category", "rule", "expected"),
    [
        (Category.HEDGE, "h001", ("hedge", "hedge-naming", "h001")),
        (Category.LABEL, "label-near:l001-l005", ("label", "label-near")),
        (Category.ATTRIBUTION, "a040-a008", ("attribution", "a040", "a008", "a040-a008")),
        (Category.ATTRIBUTION, "attribution-slant-softened", ("attribution", "attribution-slant-softened")),
    ],
)
def test_kinds_of_rule_go_from_coarse_to_fine(category: Category, rule: str, expected: tuple[str, ...]) -> None:
    edit = Edit(category, Direction.ADDED, None, Span(0, 1), 0.5, "a reason", rule)
    assert kinds(edit, load_lexicon()) == expected


def test_a_kind_that_was_never_seen_has_the_weight_of_its_category() -> None:
    judge = Judge((1.0,), {"hedge": 0.5}, -0.25, {})
    assert judge.log_odds([2.0], ("hedge", "hedge-naming", "h001")) == 2.25


def test_a_bead_of_one_side_keeps_the_confidence_it_has() -> None:
    lexicon = load_lexicon()
    here = BeadView(SideView(SOURCE, "en", lexicon), SideView("", "ar", lexicon), lambda texts: np.zeros((0, 512)))
    edit = flag(Span(0, 8), None, Category.OMISSION)
    assert judged(here, edit) is edit


@pytest.mark.model
def test_what_is_kept_was_found_and_is_surer_than_the_least(embedder: Embedder) -> None:
    lexicon = load_lexicon()
    here = view(SOURCE, SLANTED, lexicon, WordVectors(embedder))
    kept, found = detect(here), unjudged(here)
    assert {(e.category, e.source, e.target) for e in kept} <= {(e.category, e.source, e.target) for e in found}
    assert {e.category for e in kept} == {Category.ATTRIBUTION, Category.LABEL}
    for edit in found:
        odds = load_judge().log_odds(features(here, edit), kinds(edit, lexicon))
        least = load_judge().least.get(edit.category.value, -math.inf)
        assert (odds >= least) is any((e.source, e.target) == (edit.source, edit.target) for e in kept)
