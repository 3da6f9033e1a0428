"""Ladders against gold, and versions against one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.model import Ladder
from aligner.score import compare_versions, format_ladder, kind_of, pairings, parse_ladder, read_ladder, score

GOLD = parse_ladder("[0]:[0]\n[1, 2]:[1]\n[3]:[]\n[4]:[2, 3]\n[]:[4]\n[5]:[5]\n")


def test_gold_against_itself_is_right_in_every_figure():
    result = score(GOLD, GOLD)
    assert result.strict.f1 == result.lax.f1 == result.omissions.f1 == result.additions.f1 == 1.0
    assert all(kind.right == kind.gold == kind.predicted for kind in result.kinds)


def test_precision_counts_one_sided_beads_and_recall_does_not():
    predicted = parse_ladder("[0]:[0]\n[1]:[1]\n[2]:[]\n[3]:[]\n[4]:[2, 3]\n[]:[4]\n[5]:[5]\n")
    result = score(GOLD, predicted)
    assert (result.strict.right, result.strict.predicted) == (5, 7)
    assert (result.strict.found, result.strict.gold) == (3, 4)
    assert result.lax.right == 6 and result.lax.found == 4
    assert (result.omissions.right, result.omissions.predicted, result.omissions.gold) == (1, 2, 1)


def test_lax_needs_an_overlap_on_both_sides():
    assert score([((0,), (0,)), ((1,), (1,))], [((0,), (1,)), ((1,), (0,))]).lax.f1 == 0.0


def test_beads_that_cross_are_scored():
    crossing = parse_ladder("[0]:[1]\n[1]:[0]\n")
    assert score(crossing, crossing).strict.f1 == 1.0


def test_scores_of_documents_add_up():
    both = score(GOLD, GOLD) + score([((0,), (0,))], [((0,), ())])
    assert (both.strict.right, both.strict.predicted, both.strict.gold, both.n_documents) == (6, 7, 5, 2)
    assert "documents:2" in str(both.signature)
    assert both.table().splitlines()[-1] == str(both.signature)


def test_figures_of_nothing_are_dashes():
    rows = {line[:18].strip(): line[18:].split() for line in score(GOLD[:1], GOLD[:1]).table().splitlines()[:-1]}
    assert rows["1-1"] == ["1.0000", "1.0000", "1.0000", "1", "1", "1"]
    assert rows["n-m"] == rows["added segments"] == ["-", "-", "-", "0", "0", "0"]
    missed = {line[:18].strip(): line[18:].split() for line in score(GOLD[:2], GOLD[:1]).table().splitlines()[:-1]}
    assert missed["n-1"] == ["-", "0.0000", "0.0000", "0", "0", "1"]
    invented = {line[:18].strip(): line[18:].split() for line in score(GOLD[:1], GOLD[:2]).table().splitlines()[:-1]}
    assert invented["n-1"] == ["0.0000", "-", "0.0000", "0", "1", "0"]


def test_a_ladder_without_beads_scores_nothing():
    assert score([], []).strict.f1 == 0.0


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[0]:[0]\n[1;2]:[1]\n", 2, "not a bead"),
        ("0:0\n", 1, "not a bead"),
        ("[0]:[0]\n\n[,]:[1]\n", 3, "not a bead"),
        ("[]:[]\n", 1, "empty on both sides"),
        ("[0]:[0]\n[0, 1]:[1]\n", 2, "overlap: source segment 0 stands in line 1"),
        ("[0]:[0]\n[1]:[0]\n", 2, "overlap: target segment 0"),
        ("[0, 0]:[0]\n", 1, "overlap"),
    ],
)
def test_a_wrong_line_is_named(text, line, said):
    with pytest.raises(InputError, match=rf"gold.txt:{line}: .*{said}"):
        parse_ladder(text, where="gold.txt")


@pytest.mark.parametrize(
    ("text", "said"),
    [("[0]:[1]\n[1]:[0]\n", "x:1: gap: target segment 0"), ("[0]:[0]\n[2]:[1]\n", "x:2: gap: source segment 1"),
     ("[0]:[0]\n[1]:[1]\n[2]:[]\n", None), ("[1]:[]\n[0]:[0]\n", "x:1: gap")],
)  # fmt: skip
def test_a_ladder_of_ours_neither_crosses_nor_leaves_gaps(text, said):
    if said is None:
        assert len(parse_ladder(text, where="x", is_monotone=True)) == 3
        return
    with pytest.raises(InputError, match=said):
        parse_ladder(text, where="x", is_monotone=True)


def test_vecalign_output_with_costs_is_read():
    assert parse_ladder("[0, 1]:[2]:0.123\n# note\n") == (((0, 1), (2,)),)


def test_a_file_that_is_missing_or_not_utf8_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_ladder(tmp_path / "none")
    (tmp_path / "latin").write_bytes(b"[0]:[0] \xff")
    with pytest.raises(InputError, match="UTF-8"):
        read_ladder(tmp_path / "latin")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(any), max_size=20))
def test_a_written_ladder_reads_back(steps):
    rungs = [(0, 0)]
    for a, b in steps:
        rungs.append((rungs[-1][0] + a, rungs[-1][1] + b))
    beads = pairings(Ladder(tuple(rungs)))
    assert parse_ladder(format_ladder(beads), is_monotone=True) == beads
    assert all(kind_of(bead) for bead in beads)


def test_versions_are_compared_bead_by_bead():
    result = compare_versions(
        ["one two three", "quite another", ""], ["one two three", "nothing like it", "gone"]
    )
    assert result.chrf[0] == 100.0 and result.ter[0] == 0.0
    assert result.chrf[1] < 50.0 and result.ter[2] == 100.0 and result.chrf[2] == 0.0
    assert "chrF2" in result.signature or "nc:6" in result.signature
    assert "version:" in result.signature


def test_versions_of_different_length_are_refused():
    with pytest.raises(InputError, match="one version has 1 beads, the other 2"):
        compare_versions(["a"], ["a", "b"])
