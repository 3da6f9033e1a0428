from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from aligner import tei
from aligner.embed import Embedder
from aligner.ingest import check_sides, read_witness, witness_from_bytes
from aligner.model import Category, Collation, Direction, Edit, EditKind, Role, Side
from aligner.pipeline import Options, collate
from aligner.resources import demo_folder

SHARED = Path(__file__).parent.parent.parent / "shared"
ENGLISH = b"The town\n\nThe mayor spoke on Monday. Nobody was hurt.\n"
ARABIC = "البلدة\n\nتحدث رئيس البلدية يوم الاثنين. لم يُصب أحد بأذى.\n".encode()


def small(**options: object) -> Collation:
    source = witness_from_bytes(ENGLISH, siglum="en", origin="en.txt")
    target = witness_from_bytes(ARABIC, siglum="ar", origin="ar.txt")
    return collate(source, target, FakeEmbedder(), Options(**options))  # type: ignore[arg-type]


def test_a_collation_goes_into_a_record_and_back() -> None:
    collation = small(made="2026-11-24")
    assert collation.ladder is not None and collation.ladder.n_source == 3
    assert tei.loads(tei.dumps(collation)) == collation


def test_the_same_input_gives_the_same_bytes() -> None:
    assert tei.dumps(small()) == tei.dumps(small())


def test_what_changes_a_result_is_in_the_signature() -> None:
    signatures = {str(small(**o).signature) for o in ({}, {"links": "none"}, {"checks": (Category.HEDGE,)})}
    assert len(signatures) == 3


def test_progress_is_told_stage_by_stage() -> None:
    told: list[tuple[str, int, int]] = []
    source = witness_from_bytes(ENGLISH, siglum="en")
    target = witness_from_bytes(ARABIC, siglum="ar")
    collate(source, target, FakeEmbedder(), progress=lambda *event: told.append(event))
    assert next(stage for stage, _, _ in told) == "align" and told[-1][0] == "frame"
    assert all(0 <= done <= of for _, done, of in told)


def test_without_a_source_there_are_marks_and_no_ladder() -> None:
    target = witness_from_bytes("يستمر ما يُسمى بالحرب.\nوهناك «حرب» أخرى في الشمال.".encode(), siglum="ar")
    collation = collate(None, target, FakeEmbedder())
    assert collation.ladder is None and collation.links == ()
    assert collation.edits and all(e.kind is EditKind.MARK for e in collation.edits)
    assert tei.loads(tei.dumps(collation)) == collation


def of(collation: Collation, category: Category, direction: Direction | None = None) -> list[Edit]:
    return [e for e in collation.edits if e.category is category and direction in (None, e.direction)]


def target_lines(collation: Collation, edits: list[Edit]) -> list[int]:
    return [collation.target.text[: e.target.start].count("\n") + 1 for e in edits if e.target]


@pytest.fixture(scope="module")
def mali_collation(embedder: Embedder) -> Collation:
    folder = SHARED / "corpora" / "mali-blockade"
    source = read_witness(folder / "source.en.reconstruction.txt", siglum="en")
    target = read_witness(folder / "translation.ar.txt", siglum="ar")
    check_sides(source, target)
    return collate(source, target, embedder)


@pytest.mark.shared
@pytest.mark.model
class TestMali:
    def test_the_three_scare_quotes_and_no_names(self, mali_collation: Collation) -> None:
        found = of(mali_collation, Category.SCARE_QUOTE)
        assert target_lines(mali_collation, found) == [3, 9, 34]
        assert {e.direction for e in found} == {Direction.ADDED}

    def test_the_four_hedges(self, mali_collation: Collation) -> None:
        found = of(mali_collation, Category.HEDGE)
        assert target_lines(mali_collation, found) == [4, 13, 24, 32]
        assert {e.direction for e in found} == {Direction.ADDED}

    def test_the_softened_labels(self, mali_collation: Collation) -> None:
        found = of(mali_collation, Category.LABEL, Direction.SOFTENED)
        lines = target_lines(mali_collation, found)
        assert {5, 6, 32, 33} <= set(lines) and lines.count(33) == 2
        assert not of(mali_collation, Category.LABEL, Direction.STRENGTHENED)

    def test_the_same_done_to_one_referent_is_one_group(self, mali_collation: Collation) -> None:
        groups = [e.group for e in of(mali_collation, Category.LABEL) if e.group]
        assert max(map(groups.count, groups)) >= 2
        assert len({e.group for e in of(mali_collation, Category.INCONSISTENCY)}) == 1

    def test_officials_said_became_a_claim(self, mali_collation: Collation) -> None:
        (found,) = of(mali_collation, Category.ATTRIBUTION)
        assert found.direction is Direction.SOFTENED
        assert found.source and mali_collation.source and found.source.of(mali_collation.source.text) == "said"

    def test_bare_counterterrorism_is_the_inconsistency(self, mali_collation: Collation) -> None:
        assert target_lines(mali_collation, of(mali_collation, Category.INCONSISTENCY)) == [32, 34]

    def test_title_and_omitted_sentences_have_no_counterpart(self, mali_collation: Collation) -> None:
        assert mali_collation.ladder and mali_collation.source
        alone = [b.source for b in mali_collation.ladder.beads if b.type.endswith("-0")]
        starts = {mali_collation.source_segments[k].span.of(mali_collation.source.text)[:12] for r in alone for k in r}
        assert starts == {"Blockade in ", "Terrorism of", "Every dollar"}

    def test_attribution_and_furniture_are_out_of_the_alignment_but_in_the_record(
        self, mali_collation: Collation
    ) -> None:
        roles = [b.role for b in mali_collation.target.blocks if b.role]
        assert roles == [Role.ATTRIBUTION, Role.ATTRIBUTION, Role.FURNITURE]
        claims = mali_collation.target.attribution.claims if mali_collation.target.attribution else None
        assert claims and claims.title == mali_collation.source.bibl.title if mali_collation.source else False
        assert claims.outlet == "The Daily Sabah"
        assert "The Daily Sabah" in tei.dumps(mali_collation).decode()

    def test_the_record_reads_back(self, mali_collation: Collation) -> None:
        assert tei.loads(tei.dumps(mali_collation)) == mali_collation

    def test_alone_the_translation_shows_the_same_seven_as_marks(
        self, mali_collation: Collation, embedder: Embedder
    ) -> None:
        alone = collate(None, replace(mali_collation.target), embedder)
        devices = (Category.SCARE_QUOTE, Category.HEDGE)
        here = {(e.category, e.target) for e in mali_collation.edits if e.category in devices}
        assert {(e.category, e.target) for e in alone.edits if e.category in devices} == here
        assert all(e.kind is EditKind.MARK for e in alone.edits)


@pytest.mark.model
def test_the_demo_is_aligned_as_its_gold_says(embedder: Embedder) -> None:
    folder = demo_folder()
    source = read_witness(folder / "en.txt", siglum="en")
    target = read_witness(folder / "ar.txt", siglum="ar")
    collation = collate(source, target, embedder)
    assert collation.ladder
    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    edits = [row for row in gold if row["kind"] == "edit"]
    hits = [row for row in edits if any(_same(row, e) for e in collation.edits)]
    assert len(hits) >= 0.8 * len(edits)
    traps = [row for row in gold if row["kind"] == "trap" and row["target"]]
    fired = [
        row
        for row in traps
        for e in collation.edits
        if e.category == Category.SCARE_QUOTE and _overlaps(row["target"], e, Side.TARGET)
    ]
    assert fired == []


def _same(row: dict[str, object], edit: Edit) -> bool:
    return edit.category == row["category"] and (
        _overlaps(row["source"], edit, Side.SOURCE) or _overlaps(row["target"], edit, Side.TARGET)
    )


def _overlaps(end: object, edit: Edit, side: Side) -> bool:
    span = edit.source if side is Side.SOURCE else edit.target
    return isinstance(end, dict) and span is not None and end["start"] < span.end and span.start < end["end"]
