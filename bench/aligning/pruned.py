"""Lattices without the beads that have no chance, and the likelihood of the known ones among the rest.

Of the hundred thousand beads a lattice could hold some hundred are not improbable. Weights learned from those alone
serve whole lattices as well, and are learned in a fraction of the time, so that many more documents can be used.

All documents lie in one graph. A node is a rung with the state it was reached in (see aligner/align/lattice.py);
edges lead from lower to higher diagonals, so that a diagonal of all documents is summed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.align.evidence import Evidence, Stats, View
from aligner.align.features import Feature, gap_features, match_features
from aligner.align.lattice import Posterior
from aligner.align.model import ANY, Weights, group, lattice

__all__ = ["Candidate", "Graph", "Pruned", "prune"]

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Rung = tuple[int, int]
Key = tuple[Rung, Rung, bool]
Node = tuple[int, int, int, int]  # diagonal, document, source segments before it, state
Place = Callable[[str, str], int]

_FLAT = 0.6  # factor on the weights that prune: they are not final and must not be sure of themselves
_LEAST = 2e-4  # probability by those weights below which a bead is left out; a guess
_M, _X, _Y = 0, 1, 2
# Of open x, more x, open y, more y: the weights, the step, the states before it, the state after it.
_GAPS = (
    ("open", (1, 0), (_M,), _X),
    ("more", (1, 0), (_X,), _X),
    ("open", (0, 1), (_M, _X), _Y),
    ("more", (0, 1), (_Y,), _Y),
)
_NEVER = -1e9


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A bead that is kept: where it ends, its step, the states before and after it, and its features."""

    end: Rung
    step: Rung
    before: tuple[int, ...]
    after: int
    group: str
    names: tuple[str, ...]
    values: Floats

    @property
    def key(self) -> Key:
        """Tell it from the others of its document."""
        return self.end, self.step, self.group == "more"


@dataclass(frozen=True, slots=True)
class Pruned:
    """The candidates of a document, the places of the known ones among them, and its last rung."""

    candidates: tuple[Candidate, ...]
    gold: tuple[int, ...]
    last: Rung


def _flattened(weights: Mapping[str, Mapping[str, float]]) -> Weights:
    """Make weights less sure of themselves."""
    return Weights({g: {f: _FLAT * w for f, w in row.items()} for g, row in weights.items()})


def prune(
    evidence: Evidence, stats: Stats, weights: Mapping[str, Mapping[str, float]], rungs: Sequence[Rung]
) -> Pruned:
    """Keep the beads of a document that weights find at all probable, and the known ones."""
    posterior = lattice(evidence, stats, _flattened(weights)).infer()
    known = list(_keys(rungs))
    kept = [*_matches(evidence, stats, posterior, set(known)), *_gaps(evidence, stats, posterior, set(known))]
    place = {candidate.key: n for n, candidate in enumerate(kept)}
    return Pruned(tuple(kept), tuple(place[key] for key in known), (evidence.source.n, evidence.target.n))


def _keys(rungs: Sequence[Rung]) -> Iterator[Key]:
    last = None
    for (i, j), (k, m) in pairwise(rungs):
        step = (k - i, m - j)
        yield (k, m), step, step == last and 0 in step
        last = step


def _matches(evidence: Evidence, stats: Stats, posterior: Posterior, known: set[Key]) -> Iterator[Candidate]:
    i, j = evidence.corridor.cells()
    every = View(evidence, 0, evidence.corridor.n_diagonals)
    for s, (shape, features) in enumerate(match_features(every, stats)):
        keep = posterior.matches(s) >= _LEAST
        for end, step, _ in known:
            if step == shape:
                keep[sum(end), end[0] - evidence.corridor.lows[sum(end)]] = True
        laid = [(name, every.cells(values)) for name, values in features]
        names, values = _rows(laid, np.nonzero(keep), keep.shape)
        for end, row in zip(zip(i[keep].tolist(), j[keep].tolist(), strict=True), values, strict=True):
            if not np.isnan(row).any():
                yield Candidate(end, shape, (_M, _X, _Y), _M, group(shape), names, row)


def _rows(features: Sequence[Feature], at: tuple[Any, ...], size: tuple[int, ...]) -> tuple[tuple[str, ...], Floats]:
    """Give the names of features and their values at some cells, the bias first."""
    columns = [np.broadcast_to(values, size)[at] for _, values in features]
    table = np.stack([np.ones_like(columns[0]), *columns], axis=1).astype(np.float32)
    return ("bias", *(name for name, _ in features)), table


def _gaps(evidence: Evidence, stats: Stats, posterior: Posterior, known: set[Key]) -> Iterator[Candidate]:
    i, j = evidence.corridor.cells()
    sides = gap_features(evidence, stats)
    for (name, step, before, after), probable in zip(_GAPS, posterior.gaps(), strict=True):
        keep = probable >= _LEAST
        ends = set(zip(i[keep].tolist(), j[keep].tolist(), strict=True))
        ends |= {end for end, stepped, more in known if stepped == step and more == (name == "more")}
        places = sorted(ends)
        own = np.array([end[step.index(1)] - 1 for end in places], np.int64)
        features = sides[step.index(1)]
        names, values = _rows(features, (own,), features[0][1].shape)
        for end, row in zip(places, values, strict=True):
            yield Candidate(end, step, before, after, name, names, row)


class Graph:
    """The pruned lattices of many documents in one, with the features of their beads as a matrix by rows."""

    def __init__(self, documents: Sequence[Pruned], place: Place) -> None:
        beads = [(n, candidate) for n, document in enumerate(documents) for candidate in document.candidates]
        columns = [_columns(candidate, place) for _, candidate in beads]
        values = [np.resize(candidate.values, len(at)) for (_, candidate), at in zip(beads, columns, strict=True)]
        self.counts = np.array([len(at) for at in columns])
        self.columns, self.values = np.concatenate(columns), np.concatenate(values).astype(np.float64)
        first = np.cumsum([0, *(len(document.candidates) for document in documents)])
        gold = [int(first[n]) + at for n, document in enumerate(documents) for at in document.gold]
        self.gold = np.bincount(gold, minlength=len(beads)).astype(np.float64)
        self._lay_out(documents, beads)

    def _lay_out(self, documents: Sequence[Pruned], beads: Sequence[tuple[int, Candidate]]) -> None:
        """Number the nodes by diagonal, and the edges between them."""
        starts = {(0, n, 0, _M) for n in range(len(documents))}
        nodes = sorted(starts | {_node(n, bead.end, bead.after) for n, bead in beads})
        number = {node: at for at, node in enumerate(nodes)}
        edges = [
            (number[node], number[_node(n, bead.end, bead.after)], row)
            for row, (n, bead) in enumerate(beads)
            for state in bead.before
            if (node := _node(n, (bead.end[0] - bead.step[0], bead.end[1] - bead.step[1]), state)) in number
        ]
        self.source, self.target, self.row = (np.array(column) for column in zip(*edges, strict=True))
        self.document = np.array([node[1] for node in nodes])
        diagonals = np.array([node[0] for node in nodes])
        last = np.array([sum(document.last) for document in documents])
        self.first, self.final = diagonals == 0, diagonals == last[self.document]
        self.onward = _sweep(self.target, diagonals)
        self.back = _sweep(self.source, diagonals)[::-1]

    def loss(self, theta: Doubles) -> tuple[float, Doubles]:
        """Give minus the log likelihood of the known beads, and its gradient."""
        score = np.add.reduceat(self.values * theta[self.columns], np.cumsum(self.counts) - self.counts)
        here, onward = np.where(self.first, 0.0, _NEVER), np.where(self.final, 0.0, _NEVER)
        for edges, starts, nodes in self.onward:
            here[nodes] = _log_sums(here[self.source[edges]] + score[self.row[edges]], starts)
        for edges, starts, nodes in self.back:
            onward[nodes] = _log_sums(onward[self.target[edges]] + score[self.row[edges]], starts)
        total = onward[self.first]  # of each document, in their order
        sums = here[self.source] + score[self.row] + onward[self.target] - total[self.document[self.source]]
        expected = np.bincount(self.row, np.exp(np.minimum(sums, 0.0)), minlength=len(score))
        excess = np.repeat(expected - self.gold, self.counts)
        gradient = np.bincount(self.columns, self.values * excess, minlength=len(theta))
        return float(total.sum() - self.gold @ score), gradient


def _columns(candidate: Candidate, place: Place) -> Ints:
    """Give the columns of a bead's features: of its group's own weights, then of those that all shapes share."""
    groups = (candidate.group,) if 0 in candidate.step else (candidate.group, ANY)
    return np.array([place(g, name) for g in groups for name in candidate.names], np.int64)


def _node(document: int, rung: Rung, state: int) -> Node:
    return sum(rung), document, rung[0], state


def _sweep(ends: Ints, diagonals: Ints) -> list[tuple[Ints, Ints, Ints]]:
    """Give for each diagonal the edges that end on it, where the edges of each node start, and the nodes."""
    order = np.argsort(ends, kind="stable")
    cuts = np.flatnonzero(np.diff(diagonals[ends[order]])) + 1
    out = []
    for edges in np.split(order, cuts):
        nodes, starts = np.unique(ends[edges], return_index=True)
        out.append((edges, starts, nodes))
    return out


def _log_sums(values: Doubles, starts: Ints) -> Doubles:
    """Logs of the sums of exponentials of stretches."""
    top = np.maximum.reduceat(values, starts)
    each = np.repeat(top, np.diff(np.append(starts, len(values))))
    return np.asarray(top + np.log(np.add.reduceat(np.exp(values - each), starts)))
