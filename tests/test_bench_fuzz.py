"""The fuzz targets: their seeds are read, and what hypothesis makes of them breaks nothing."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fuzzing.targets import TARGETS, is_harmless

JUNK = st.one_of(st.binary(max_size=30), st.text("<>/&;!-[]{}:,\"'= apdivq019\x00\n\tخ", max_size=30).map(str.encode))


@cache
def seeds(name: str) -> list[bytes]:
    return TARGETS[name].seeds()


@pytest.mark.parametrize("name", TARGETS)
def test_a_seed_is_read(name: str) -> None:
    assert not all(is_harmless(TARGETS[name], seed) for seed in seeds(name))


@pytest.mark.parametrize("name", TARGETS)
@given(which=st.integers(0, 99), cuts=st.lists(st.integers(0, 99_999), min_size=2, max_size=2), junk=JUNK)
@settings(max_examples=25, deadline=None)
def test_any_mutant_is_read_or_refused(name: str, which: int, cuts: list[int], junk: bytes) -> None:
    seed = seeds(name)[which % len(seeds(name))]
    at, end = sorted(cut % (len(seed) + 1) for cut in cuts)
    assert is_harmless(TARGETS[name], seed[:at] + junk + seed[end:]) in (True, False)
