"""How sure it is that one side says what the other does not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.embed import Embedder, WordVectors
from aligner.frame import BeadView, SideView, view
from aligner.frame.coverage import (
    PHRASE_FEATURES,
    WORD_FEATURES,
    load_weights,
    phrase_rows,
    phrases,
    vacancies,
    word_features,
)
from aligner.resources import data_bytes, load_lexicon
from bench.frameset import data_hash, set_files
from bench.framing_weights import fit

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "The mayor opened the bridge on Monday, although two engineers had warned of cracks in the pillars."
FAITHFUL = "افتتح رئيس البلدية الجسر يوم الاثنين، رغم أن مهندسين اثنين حذرا من تشققات في الأعمدة."
SHORTENED = "افتتح رئيس البلدية الجسر يوم الاثنين."


@pytest.fixture(scope="module")
def bead(embedder: Embedder):  # type: ignore[no-untyped-def]
    lexicon, vectors = load_lexicon(), WordVectors(embedder)
    return lambda source, target: view(source, target, lexicon, vectors)


@pytest.mark.model
def test_a_clause_left_out_is_surer_to_be_missing_than_one_that_is_rendered(bead) -> None:  # type: ignore[no-untyped-def]
    def surest(here: BeadView) -> float:
        return max((p.probability for p in phrases(here, here.source)), default=0.0)

    assert surest(bead(SOURCE, SHORTENED)) > 0.9 > 0.5 > surest(bead(SOURCE, FAITHFUL))


@pytest.mark.model
def test_features_have_a_row_a_content_word_and_a_column_a_name(bead) -> None:  # type: ignore[no-untyped-def]
    here = bead(SOURCE, FAITHFUL)
    for side, name in ((here.source, "source"), (here.target, "target")):
        words, rows = word_features(here, side)
        assert rows.shape == (len(words), len(WORD_FEATURES)) and np.isfinite(rows).all()
        for first, last, row in phrase_rows(here, side, load_weights()[name]):
            assert 0 <= first < last <= len(side.tokens) and len(row) == len(PHRASE_FEATURES)


@pytest.mark.model
def test_the_words_in_the_place_of_a_phrase_are_its_vacancies(bead) -> None:  # type: ignore[no-untyped-def]
    here = bead("The bridge was closed by the timid mayor.", "أغلق رئيس البلدية المتخاذل الجسر.")
    timid = next(k for k, token in enumerate(here.source.tokens) if token.text == "timid")
    assert "المتخاذل" in [here.target.tokens[k].text for k in vacancies(here, here.source, [timid])]


def test_a_side_without_words_has_no_features(fake_bead) -> None:  # type: ignore[no-untyped-def]
    here = fake_bead("The bridge was closed.", "…")
    assert word_features(here, here.source)[1].shape == (0, len(WORD_FEATURES))
    assert phrases(here, here.source) == phrases(here, here.target) == ()


@pytest.fixture
def fake_bead():  # type: ignore[no-untyped-def]
    def make(source: str, target: str) -> BeadView:
        lexicon = load_lexicon()
        sides = SideView(source, "en", lexicon), SideView(target, "ar", lexicon)
        return BeadView(*sides, lambda texts: np.eye(len(texts), 512, dtype=np.float32))

    return make


def test_the_weights_were_learned_from_the_sets_that_are_here() -> None:
    folders = [ROOT / "bench" / "framing", *sorted((ROOT / "bench").glob("framing-*"))]
    files = [path for folder in folders for path in set_files(folder)]
    assert json.loads(data_bytes("frame-coverage.json"))["data"] == data_hash(files)


@given(st.lists(st.tuples(st.floats(-1, 1), st.booleans()), min_size=4, max_size=30))
def test_a_regression_on_any_data_is_finite_and_the_same_again(rows: list[tuple[float, bool]]) -> None:
    table, marks = np.array([[x] for x, _ in rows]), np.array([float(y) for _, y in rows])
    once = fit(table, marks, 1.0)
    assert once == fit(table, marks, 1.0) and all(np.isfinite(once))


def test_a_penalty_may_be_given_for_each_feature() -> None:
    table, marks = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), np.array([0.0, 1.0, 1.0, 1.0])
    free, held, _ = fit(table, marks, np.array([1.0, 100.0]))
    assert free > 10 * held > 0
