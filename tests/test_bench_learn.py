"""Learning the aligner's weights from pruned lattices."""

from itertools import pairwise

import numpy as np
import pytest

from aligner.align.corridor import whole
from aligner.align.evidence import Evidence, Side, Stats, initial_stats, restate
from aligner.align.model import lattice, load_weights
from aligner.align.strand import Strand
from bench.aligning.inject import Made
from bench.aligning.learn import Parameters
from bench.aligning.lone import without
from bench.aligning.pruned import Graph, prune

RUNGS = [(0, 0), (1, 1), (3, 2), (4, 2), (5, 2), (5, 3), (6, 5), (7, 6), (9, 8)]
WEIGHTS = load_weights()


def evidence(seed):
    """Lay out segments whose vectors say what belongs together, with noise enough that others might."""
    rng = np.random.default_rng(seed)
    sides = [rng.normal(size=(n, 16)) for n in RUNGS[-1]]
    for (i, j), (k, m) in pairwise(RUNGS):
        if k > i and m > j:
            sides[1][j:m] = 0.7 * sides[1][j:m] + sides[0][i:k].sum(axis=0)
    strands = []
    for rows in sides:
        unit = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        strands.append(Strand(tuple(f"{'word ' * int(n)}{n}" for n in rng.integers(3, 9, len(rows))), unit))
    return Evidence(*map(Side, strands), whole(*RUNGS[-1]))


@pytest.fixture(scope="module")
def pruned():
    return [prune(evidence(seed), Stats(), WEIGHTS.by_group, RUNGS) for seed in (1, 2)]


def test_known_beads_are_kept_in_their_order(pruned):
    for document in pruned:
        ends = [document.candidates[at].end for at in document.gold]
        assert ends == RUNGS[1:]
        assert [document.candidates[at].group for at in document.gold[2:5]] == ["open", "more", "open"]


def test_what_is_left_out_hardly_weighs(pruned):
    parameters = Parameters()
    graph = Graph(pruned, parameters.place)
    theta = parameters.vector(WEIGHTS.by_group)
    total = sum(lattice(evidence(seed), Stats(), WEIGHTS).infer().total for seed in (1, 2))
    scores = np.add.reduceat(graph.values * theta[graph.columns], np.cumsum(graph.counts) - graph.counts)
    assert graph.loss(theta)[0] == pytest.approx(total - graph.gold @ scores, abs=0.05)


def test_the_gradient_is_the_slope_of_the_loss(pruned):
    parameters = Parameters()
    graph = Graph(pruned, parameters.place)
    theta = parameters.vector(WEIGHTS.by_group)
    along = np.random.default_rng(0).normal(size=len(theta))
    slope = (graph.loss(theta + 1e-5 * along)[0] - graph.loss(theta - 1e-5 * along)[0]) / 2e-5
    assert graph.loss(theta)[1] @ along == pytest.approx(slope, rel=1e-4)


def test_a_document_is_known_by_its_larger_beads_and_its_stretches_of_gaps():
    found = evidence(1)
    stats = restate(found, initial_stats(found), RUNGS)
    n_larger, n_stretches, n_beads, n_usual = 3, 2, 5, 20
    assert stats.larger == pytest.approx((n_larger + n_usual * Stats.larger) / (n_beads + n_usual))
    assert stats.alone == pytest.approx((n_stretches + n_usual * Stats.alone) / (n_beads + n_usual))


def test_one_omission_is_no_less_likely_where_there_are_no_others():
    found = evidence(1)
    assert restate(found, initial_stats(found), [(k, k) for k in range(9)]).alone == Stats.alone


def test_a_lone_omission_takes_one_target_away():
    made = Made(
        "x", ("a", "b", "c"), ("d", "e", "f"), tuple((range(k, k + 1),) * 2 for k in range(3)), (0, 0, 1), (0, 0, 1)
    )
    given = without(made, 1)
    assert (given.source, given.target, given.target_blocks) == (made.source, ("d", "f"), (0, 1))
