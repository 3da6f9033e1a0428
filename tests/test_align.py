"""From two strands to a ladder."""

import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from aligner.align import Settings, Strand, align, transpositions
from aligner.align.corridor import along, whole
from aligner.align.cuts import best_cuts
from aligner.align.evidence import Evidence, Side, Stats, View
from aligner.align.model import lattice, load_weights
from aligner.align.parts import Parts, shares
from aligner.errors import InputError


def strand(vectors, texts=None, **more):
    vectors = np.asarray(vectors, np.float32)
    return Strand(tuple(texts or ["some forty characters of text, or there"] * len(vectors)), vectors, **more)


def meanings(n, seed=0, d=64):
    vectors = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def types(ladder):
    return [bead.type for bead in ladder.beads]


@st.composite
def strands(draw):
    n = draw(st.integers(0, 14))
    pool = meanings(6, seed=1, d=8)
    rows = draw(st.lists(st.integers(-1, 5), min_size=n, max_size=n))
    vectors = np.array([pool[k] if k >= 0 else np.zeros(8) for k in rows], np.float32).reshape(n, 8)
    texts = draw(st.lists(st.text(max_size=30), min_size=n, max_size=n))
    blocks = sorted(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)))
    headings = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return Strand(tuple(texts), vectors, tuple(headings), tuple(blocks))


@settings(deadline=None, max_examples=60)
@given(strands(), strands())
def test_any_strands_give_a_ladder_over_all_segments_with_probabilities(source, target):
    ladder = align(source, target)
    assert (ladder.n_source, ladder.n_target) == (source.n_segments, target.n_segments)
    assert all(0.0 <= bead.judgement.confidence <= 1.0 for bead in ladder.beads)
    assert align(source, target) == ladder


def by_hash(texts):
    """Encode texts as meanings of their own."""
    rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=8) for text in texts]
    return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(len(texts), 8)


@settings(deadline=None, max_examples=40)
@given(strands(), strands())
def test_any_strands_give_a_ladder_where_their_parts_are_compared(source, target):
    ladder = align(source, target, embed=by_hash)
    assert (ladder.n_source, ladder.n_target) == (source.n_segments, target.n_segments)
    assert all(0.0 <= bead.judgement.confidence <= 1.0 for bead in ladder.beads)
    assert align(source, target, embed=by_hash) == ladder


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0), (1, 1), (1, 50), (50, 1)])
def test_sides_of_very_different_length_give_a_ladder(n, m):
    ladder = align(strand(meanings(n)), strand(meanings(m, seed=2)))
    assert (ladder.n_source, ladder.n_target) == (n, m)


def test_the_same_meanings_in_order_are_one_to_one_and_sure():
    ladder = align(strand(meanings(30)), strand(meanings(30)))
    assert types(ladder) == ["1-1"] * 30
    assert min(bead.judgement.confidence for bead in ladder.beads) > 0.9


def test_a_segment_left_out_is_not_glued_to_its_neighbour():
    source = meanings(30)
    ladder = align(strand(source), strand(np.delete(source, 12, axis=0)))
    assert types(ladder) == ["1-1"] * 12 + ["1-0"] + ["1-1"] * 17


def test_swapping_the_sides_swaps_the_beads():
    source = meanings(40)
    target = np.delete(source, [5, 20, 21], axis=0)
    there = [(bead.source, bead.target) for bead in align(strand(source), strand(target)).beads]
    back = [(bead.target, bead.source) for bead in align(strand(target), strand(source)).beads]
    assert there == back


def test_two_segments_rendered_by_one_are_one_bead():
    source = meanings(20)
    texts = ["forty characters of text are on this line"] * 20
    both = (source[7] + source[8]) / np.linalg.norm(source[7] + source[8])
    target = np.vstack([source[:7], both, source[9:]])
    ladder = align(strand(source, texts), strand(target, [*texts[:7], texts[0] * 2, *texts[9:]]))
    assert types(ladder)[7] == "2-1"


def test_a_page_left_out_of_a_long_document_is_found():
    source = meanings(2000)
    target = np.delete(source, np.arange(700, 760), axis=0)
    beads = align(strand(source), strand(target)).beads
    alone = [bead.source.start for bead in beads if bead.type == "1-0"]
    assert alone == list(range(700, 760))
    assert [bead.type for bead in beads if bead.type != "1-0"] == ["1-1"] * 1940


def test_nan_vectors_and_missing_rows_are_input_errors():
    with pytest.raises(InputError, match="NaN"):
        Strand(("a",), np.full((1, 4), np.nan, np.float32))
    with pytest.raises(InputError, match="2 segments need as many vectors"):
        Strand(("a", "b"), np.zeros((1, 4), np.float32))
    with pytest.raises(InputError, match="heading flags"):
        Strand(("a",), np.zeros((1, 4), np.float32), headings=(True, False))
    with pytest.raises(InputError, match="out of order"):
        Strand(("a", "b"), np.zeros((2, 4), np.float32), blocks=(1, 0))


def test_a_moved_passage_is_reported_and_the_ladder_stays_monotone():
    source = meanings(40)
    order = [*range(10), *range(13, 30), 10, 11, 12, *range(30, 40)]
    a, b = strand(source), strand(source[order])
    ladder = align(a, b)
    found = transpositions(a, b, ladder)
    assert [(t.source, t.target) for t in found] == [(range(10, 13), range(27, 30))]
    assert found[0].confidence > 0.9


def test_a_passage_only_left_out_is_no_transposition():
    source = meanings(40)
    a, b = strand(source), strand(np.vstack([np.delete(source, [5, 6], axis=0), meanings(2, seed=9)]))
    assert transpositions(a, b, align(a, b)) == ()


def test_a_pivot_mends_what_vectors_cannot_tell():
    words = [
        "river",
        "market",
        "school",
        "council",
        "doctor",
        "bridge",
        "winter",
        "police",
        "ticket",
        "garden",
    ]
    texts = [f"The {word} was mentioned again in the report of that week." for word in words]
    mute = np.tile(meanings(1), (10, 1))
    kept = [k for k in range(10) if k != 4]
    a, b = strand(mute, texts), strand(mute[kept], [texts[k] for k in kept])
    assert types(align(a, b, pivot=texts)) == ["1-1"] * 4 + ["1-0"] + ["1-1"] * 5


def test_a_pivot_of_another_length_is_an_input_error():
    with pytest.raises(InputError, match="the pivot has 1 lines, the source 3 segments"):
        align(strand(meanings(3)), strand(meanings(3)), pivot=["one"])


def test_the_number_of_threads_changes_no_bead_and_no_confidence():
    source = meanings(300)
    a, b = strand(source), strand(np.delete(source, [7, 100, 101], axis=0))
    ladders = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            ladders.append(align(a, b))
    assert ladders[0] == ladders[1]


def test_clauses_are_compared_where_an_encoder_is_given():
    texts = [f"Part {k} of the first clause here, and the other clause number {k} there." for k in range(12)]
    asked = []

    def embed(given):
        asked.extend(given)
        return by_hash(given)

    one = strand(embed(texts), texts)
    ladder = align(one, one, embed=embed)
    assert types(ladder) == ["1-1"] * 12
    assert "and the other clause number 3 there." in asked and "clause" in asked and "the" not in asked


def parts_of(rows, segments):
    """Parts of equal mass with the given meanings; ``segments`` is how many parts each segment has."""
    vectors = np.eye(8, dtype=np.float32)[rows]
    counts = np.array(segments)
    owner = np.repeat(np.arange(len(counts)), counts)
    return Parts(vectors, owner, (1 / counts[owner]).astype(np.float32), np.cumsum(counts) - counts)


def test_a_clause_that_crossed_a_boundary_is_seen_at_the_edge_of_its_segment():
    mine, theirs = parts_of([0, 1, 2, 3, 4, 5], [3, 3]), parts_of([0, 1, 2, 3, 4, 5], [4, 2])
    corridor = whole(2, 2)
    source = shares(mine, theirs, corridor, corridor, is_source=True, nowhere=0.5)
    target = shares(theirs, mine, corridor, corridor, is_source=False, nowhere=0.5)
    second = (4, 2)  # the cell in which both second segments end
    assert source.head[second] == pytest.approx(1.0, abs=0.01)  # part 3 opens the source's second segment
    assert target.tail[2, 1] == pytest.approx(1.0, abs=0.01)  # and closes the target's first
    assert target.head[second] == pytest.approx(0.0, abs=0.01)
    assert source.tail[2, 1] == pytest.approx(0.0, abs=0.01)


def test_what_is_on_neither_side_goes_nowhere():
    mine, theirs = parts_of([0, 1, 6, 7], [2, 2]), parts_of([0, 1, 2, 3], [2, 2])
    corridor = whole(2, 2)
    found = shares(mine, theirs, corridor, corridor, is_source=True, nowhere=0.6)
    assert found.cells[2, 1] > 0.9 and found.lost[0] < 0.1
    assert found.lost[1] > 0.25


def cut_by_hand(parts, one, other, span):
    """Say total, apart and lesser of the best cut of a segment against a span, at the worse end."""
    pieces = (parts.vectors * parts.mass[:, None])[parts.owner == one - 1].astype(np.float64)
    rows, n = other.vectors[span], span.stop - span.start
    found = []
    for at in {1, n - 1}:
        left, right = unit(rows[:at].sum(axis=0)), unit(rows[at:].sum(axis=0))
        each = []
        for k in range(1, len(pieces)):
            first, last = unit(pieces[:k].sum(axis=0)), unit(pieces[k:].sum(axis=0))
            straight = first @ left, last @ right
            each.append((sum(straight), sum(straight) - first @ right - last @ left, min(straight)))
        found.append(max(each, default=(0.0, 0.0, 0.0)))
    return np.min(found, axis=0)


def unit(vector):
    return vector / np.linalg.norm(vector)


def random_pieces(rng, n):
    counts = rng.integers(1, 5, n)
    owner = np.repeat(np.arange(n), counts)
    vectors = rng.normal(size=(len(owner), 6)).astype(np.float32)
    return Parts(vectors, owner, rng.random(len(owner), np.float32) + 0.1, np.cumsum(counts) - counts)


@pytest.mark.parametrize("corridor", [whole(40, 36), along([(0, 0), (9, 20), (30, 25), (40, 36)], 11)])
def test_the_best_cut_is_the_best_of_all_cuts_in_every_cell(corridor):
    rng = np.random.default_rng(5)
    sides = [Side(strand(meanings(n, seed=n, d=6), ["x" * int(k) for k in rng.integers(1, 60, n)])) for n in (40, 36)]
    pieces = random_pieces(rng, 40), random_pieces(rng, 36)
    i, j = corridor.cells()
    evidence = Evidence(*sides, corridor)
    for view in (View(evidence, 0, 33), View(evidence, 33, corridor.n_diagonals)):
        found = best_cuts(view, pieces)
        for n in (2, 3, 10):
            for side, shape in ((0, (1, n)), (1, (n, 1))):
                cuts = found[shape].total, found[shape].apart, found[shape].lesser
                tables = np.stack([view.cells(strip) for strip in cuts])
                own, end = (x[view.first : view.last] for x in ((i, j), (j, i))[side])
                cells = (own >= 1) & (own <= sides[side].n) & (end >= n) & (end <= sides[1 - side].n)
                expected = [
                    cut_by_hand(pieces[side], one, sides[1 - side], slice(last - n, last))
                    for one, last in zip(own[cells].tolist(), end[cells].tolist(), strict=True)
                ]
                assert len(expected) > 50
                np.testing.assert_allclose(tables[:, cells].T, expected, atol=1e-5)


def test_a_segment_of_one_piece_is_marked_and_has_no_cut():
    sides = [Side(strand(meanings(3, seed=n, d=8))) for n in (1, 2)]
    view = View(Evidence(*sides, whole(3, 3)), 0, 7)
    pieces = parts_of([0, 1, 2, 3], [1, 2, 1]), parts_of([0, 1, 2], [1, 1, 1])
    found = best_cuts(view, pieces)
    assert [view.cells(found[1, 2].whole)[i + 3, i] for i in (1, 2, 3)] == [1.0, 0.0, 1.0]
    assert [view.cells(found[1, 2].total)[i + 3, i] != 0.0 for i in (1, 2, 3)] == [False, True, False]
    assert found[2, 1].whole.min() == 1.0 and not found[2, 1].total.any()
    assert best_cuts(view, None)[1, 2].whole.min() == 1.0


RELATED = (
    ("The harbour master closed the port on Monday morning.", "أغلق مدير المرفأ الميناء صباح الاثنين."),
    ("Fishermen waited in the cafes along the quay.", "وانتظر الصيادون في المقاهي على طول الرصيف."),
    ("Lines of boats were common in the bay that week.", "وكانت صفوف القوارب مألوفة في الخليج ذلك الأسبوع."),
    ("A committee counted ninety damaged boats by Thursday.", "وأحصت لجنة تسعين قاربا متضررا حتى الخميس."),
    ("The ministry promised to pay for the repairs.", "ووعدت الوزارة بدفع تكاليف الإصلاح."),
    ("Work on the new breakwater begins in the spring.", "ويبدأ العمل في حاجز الأمواج الجديد في الربيع."),
)  # fmt: skip


@pytest.mark.model
@pytest.mark.parametrize("missing", range(1, 5))
def test_a_sentence_left_out_beside_one_on_the_same_matter_stands_alone(missing, embedder):
    source = [english for english, _ in RELATED]
    target = [arabic for k, (_, arabic) in enumerate(RELATED) if k != missing]
    sides = (strand(embedder.encode(texts), texts) for texts in (source, target))
    ladder = align(*sides, embed=embedder.encode)
    assert [bead.source for bead in ladder.beads if bead.type == "1-0"] == [range(missing, missing + 1)]
    assert set(types(ladder)) == {"1-1", "1-0"}


def noisy_lattice(n=12, m=10):
    """Give a lattice in which few beads go without saying."""
    source, noise = meanings(n, d=16), meanings(m, seed=1, d=16)
    target = np.delete(source, [3, 7], axis=0)[:m] + noise
    sides = [Side(strand(rows / np.linalg.norm(rows, axis=1, keepdims=True))) for rows in (source, target)]
    return lattice(Evidence(*sides, whole(n, m)), Stats(), load_weights())


def test_a_segment_is_in_a_bead_or_has_no_counterpart():
    found = noisy_lattice()
    posterior = found.infer()
    alone = posterior.alone()
    assert alone[0].max() > 0.05
    for k, (sums, end) in enumerate(zip(alone, found.corridor.cells(), strict=True)):
        total = sums.astype(float)
        for s, shape in enumerate(found.shapes):
            probable = posterior.matches(s)
            for back in range(shape[k]):
                at = end - 1 - back
                ok = (at >= 0) & (at < len(total))
                np.add.at(total, at[ok], probable[ok])
        assert total == pytest.approx(1.0, abs=1e-3)


def test_what_is_likelier_left_out_is_left_out_of_the_best_ladder():
    found = noisy_lattice()
    none = [np.zeros(12, bool), np.zeros(10, bool)]
    assert found.best_without(none, 50.0) == found.best()
    none[0][4] = none[1][6] = True
    steps = list(pairwise(found.best_without(none, 50.0)))
    assert sum(a[0] == 4 and b[1] == a[1] for a, b in steps) == 1
    assert sum(a[1] == 6 and b[0] == a[0] for a, b in steps) == 1
    assert found.best_without([~none[0], none[1]], 0.0) == found.best()


def test_where_either_of_two_may_be_left_out_only_one_is():
    source = meanings(30)
    source[13] = source[12]
    found = types(align(strand(source), strand(np.delete(source, 12, axis=0))))
    assert "0-1" not in found and found.count("1-0") == 1


def test_settings_name_themselves_for_a_signature():
    items = dict(Settings().items())
    assert items["align.width"] == "80" and len(items["align.weights"]) == 17
