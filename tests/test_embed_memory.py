"""Vectors kept in memory."""

from __future__ import annotations

import numpy as np
from fakes import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.embed import RememberingEmbedder, WordVectors

ROW = 4 * FakeEmbedder().dimension


def test_a_string_is_embedded_once_in_the_life_of_a_worker() -> None:
    inner = FakeEmbedder()
    remembering = RememberingEmbedder(inner)
    remembering.encode(["a", "b", "a"])
    remembering.encode(["c", "b"])
    assert inner.calls == [("a", "b"), ("c",)]
    assert remembering.signature == inner.signature


def test_the_string_used_longest_ago_makes_room() -> None:
    inner = FakeEmbedder()
    remembering = RememberingEmbedder(inner, max_bytes=2 * ROW)
    for text in ("a", "b", "a", "c", "a", "b"):
        remembering.encode([text])
    assert inner.calls == [("a",), ("b",), ("c",), ("b",)]


def test_the_table_does_not_grow() -> None:
    remembering = RememberingEmbedder(FakeEmbedder(), max_bytes=3 * ROW)
    for start in range(0, 40, 10):
        remembering.encode([str(k) for k in range(start, start + 10)])
    assert remembering._table.nbytes == 3 * ROW and len(remembering._rows) == 3


def test_nothing_is_remembered_of_a_call_that_failed() -> None:
    class Failing(FakeEmbedder):
        def encode(self, texts: object) -> np.ndarray:  # type: ignore[override]
            raise KeyboardInterrupt

    inner = Failing()
    remembering = RememberingEmbedder(inner)
    for _ in range(2):
        try:
            remembering.encode(["a"])
        except KeyboardInterrupt:
            continue
    assert not remembering._rows


@given(st.lists(st.lists(st.text("abcde", max_size=2), max_size=6), max_size=8), st.integers(0, 5))
@settings(deadline=None)
def test_remembering_changes_no_byte(calls: list[list[str]], room: int) -> None:
    remembering = RememberingEmbedder(FakeEmbedder(), max_bytes=room * ROW)
    for texts in calls:
        made = remembering.encode(texts)
        assert made.dtype == np.float32
        assert made.tobytes() == FakeEmbedder().encode(texts).tobytes()


def test_the_vectors_of_a_run_are_asked_for_once_and_grow() -> None:
    inner = FakeEmbedder()
    vectors = WordVectors(inner)
    vectors.learn(["a", "b", "a"])
    vectors.learn(["b"])
    table = vectors(["b", "c", "b"])
    assert inner.calls == [("a", "b"), ("c",)]
    assert np.array_equal(table, FakeEmbedder().encode(["b", "c", "b"])) and table.dtype == np.float32
    assert vectors([]).shape == (0, inner.dimension)
