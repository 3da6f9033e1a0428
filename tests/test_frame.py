from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aligner.embed import Embedder
from aligner.errors import SettingError
from aligner.frame import CHECKS, SideView, detect, marks, parse_checks, view
from aligner.model import Category, Edit, EditKind
from aligner.resources import load_lexicon

CASES = Path(__file__).parent / "cases"


def rows(kind: str) -> Iterator[Any]:
    for path in sorted(CASES.glob(f"*/{kind}.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield pytest.param(path.parent.name, json.loads(line), id=f"{path.parent.name}-{number}")


def flags(row: dict[str, Any], embedder: Embedder) -> tuple[Edit, ...]:
    return detect(view(row["source"], row["target"], load_lexicon(), embedder.encode))


def matches(edit: Edit, expected: dict[str, str], row: dict[str, Any]) -> bool:
    side = "source" if "source" in expected else "target"
    start = row[side].index(expected[side])
    span = edit.source if side == "source" else edit.target
    same = (edit.category, edit.direction) == (expected["category"], expected["direction"])
    return same and span is not None and span.start < start + len(expected[side]) and start < span.end


@pytest.mark.model
@pytest.mark.parametrize(("category", "row"), [*rows("hits")])
def test_every_hit_is_flagged_where_it_stands(category: str, row: dict[str, Any], embedder: Embedder) -> None:
    found = flags(row, embedder)
    for expected in row["expect"]:
        assert any(matches(edit, expected, row) for edit in found), found


@pytest.mark.model
@pytest.mark.parametrize(("category", "row"), [*rows("near-misses"), *rows("traps")])
def test_near_misses_and_traps_stay_silent(category: str, row: dict[str, Any], embedder: Embedder) -> None:
    found = [edit for edit in flags(row, embedder) if edit.category == category]
    assert found == [], row["why"]


@pytest.mark.parametrize("category", list(CHECKS))
def test_every_check_has_hits_near_misses_and_traps(category: Category) -> None:
    for kind in ("hits", "near-misses", "traps"):
        assert (CASES / category / f"{kind}.jsonl").read_text(encoding="utf-8").strip()


@pytest.mark.model
def test_a_check_that_is_switched_off_is_silent(embedder: Embedder) -> None:
    bead = view("The war goes on.", "تستمر «الحرب» المزعومة.", load_lexicon(), embedder.encode)
    assert {e.category for e in detect(bead)} == {Category.SCARE_QUOTE, Category.HEDGE}
    assert {e.category for e in detect(bead, parse_checks("hedge"))} == {Category.HEDGE}
    assert {e.category for e in detect(bead, parse_checks("-hedge"))} == {Category.SCARE_QUOTE}


def test_an_unknown_check_is_an_error() -> None:
    with pytest.raises(SettingError, match="'scarequote' is no check; known: scare-quote"):
        parse_checks("scarequote")


def test_marks_read_the_translation_alone() -> None:
    found = marks(SideView("يستمر ما يُسمى بالحرب على «الإرهاب» في الشمال.", "ar", load_lexicon()))
    assert [(m.category, m.kind, m.source, m.cue) for m in found] == [
        (Category.HEDGE, EditKind.MARK, None, "ما يُسمى ب"),
        (Category.SCARE_QUOTE, EditKind.MARK, None, "«الإرهاب»"),
    ]


def noise(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors that mean nothing but are always the same for a string."""
    table = np.stack([np.random.default_rng(sum(map(ord, t)) + len(t)).normal(size=16) for t in texts])
    return (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32)


ARABIC = st.text(
    st.sampled_from("ما يسمى بالإرهاب زعم قال الجماعة الإرهابية قد يكون «»”“\"'()،.؟ \u064b\u0640\u200fABC12"),
    max_size=80,
)
ENGLISH = st.text(st.sampled_from("the so-called terrorist group alleged said may \"“”'‘(),.?ABC12"), max_size=80)


@given(ENGLISH, ARABIC)
@settings(max_examples=150, deadline=None)
def test_spans_of_flags_lie_in_their_texts(source: str, target: str) -> None:
    for edit in detect(view(source, target, load_lexicon(), noise)):
        assert edit.source is None or edit.source.end <= len(source)
        assert edit.target is None or edit.target.end <= len(target)
        assert edit.rationale and edit.rule and 0 < edit.confidence <= 1
