"""Floors of alignment quality on the development texts, pinned together with a hash of those texts."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from aligner.align import Settings, align
from aligner.score import KINDS, Score, pairings, score
from bench.align import end_to_end, settings_for
from bench.aligning.inject import RECIPES, make
from bench.aligning.learn import faults
from bench.aligning.material import Memory, gold_documents, half, materials, strand

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8")).get("align", {})


def documents(name):
    if name == "gold":
        return list(gold_documents())
    check = [m for m in materials() if half(m.name) == 1]
    return [make(end_to_end(check), RECIPES[name], 101)]


def digest(made):
    text = "\n".join(
        line for m in made for line in (*m.source, *m.target, repr([(tuple(a), tuple(b)) for a, b in m.gold]))
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def encode(embedder):
    return Memory(embedder)


def measured(name, made, encode):
    """Score gold documents with the shipped weights, made ones with weights that never saw their texts."""
    settings = Settings() if name == "gold" else settings_for(1, None)
    total = Score()
    for m in made:
        ladder = align(strand(m.source, encode), strand(m.target, encode), settings=settings, embed=encode)
        total += score([(tuple(a), tuple(b)) for a, b in m.gold], pairings(ladder))
    return total


@pytest.mark.shared
@pytest.mark.model
@pytest.mark.parametrize("name", sorted(FLOORS))
def test_quality_stays_above_its_floor(name, encode):
    floor = FLOORS[name]
    made = documents(name)
    assert digest(made) == floor["sha256"], "the texts or their cutting changed: measure again, on purpose"
    result = measured(name, made, encode)
    alone = result.omissions + result.additions
    assert result.strict.f1 >= floor["strict_f1"]
    assert alone.precision >= floor.get("alone_precision", 0.0)
    assert alone.recall >= floor.get("alone_recall", 0.0)
    assert result.kinds[KINDS.index("n-m")].recall >= floor.get("both_recall", 0.0)


@pytest.mark.shared
@pytest.mark.model
def test_weights_belong_to_the_code_and_the_texts_they_were_learned_from(encode):
    assert faults(encode) == []


def test_every_floor_names_its_data():
    assert FLOORS and all(len(floor["sha256"]) == 16 and floor["strict_f1"] > 0.5 for floor in FLOORS.values())
