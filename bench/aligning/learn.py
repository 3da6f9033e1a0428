"""Learn the aligner's weights: maximum likelihood of known beads under the lattice (a semi-Markov CRF).

``python -m bench.aligning.learn`` learns from the development material and writes both files of weights under
aligner/data/align; ``--half 0`` learns from the tuning half only and ``--half 1`` from the other, for the bench to
check what was learned on texts it was not learned from. Documents are made by drawn recipes and roughened: noise
on the vectors, pieces exchanged, lengths changed, so that the weights hold for looser translation than this.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aligner.align.corridor import along
from aligner.align.evidence import SHAPES, Evidence, Side, Stats, View, initial_stats, restate
from aligner.align.features import gap_features, match_features
from aligner.align.lattice import IMPOSSIBLE, Gaps, Lattice, blank
from aligner.align.model import ANY, group
from aligner.align.parts import Parts, take_apart
from aligner.align.strand import Strand
from bench.aligning.inject import RECIPES, Made, Material, Pair, Recipe, make
from bench.aligning.material import Memory, half, materials

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rungs = list[tuple[int, int]]


class Parameters:
    """Numbers the weights: each (group, feature) that turns up gets the next place."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], int] = {}

    def place(self, group_name: str, feature: str) -> int:
        """Give the place of a weight."""
        return self.places.setdefault((group_name, feature), len(self.places))

    def named(self, values: Doubles) -> dict[str, dict[str, float]]:
        """Give rounded weights by group and feature."""
        out: dict[str, dict[str, float]] = {}
        for (g, f), at in sorted(self.places.items()):
            out.setdefault(g, {})[f] = round(float(values[at]), 4)
        return out

    def vector(self, weights: dict[str, dict[str, float]]) -> Doubles:
        """Give the values of weights by place, 0 where there is none."""
        return np.array([weights.get(g, {}).get(f, 0.0) for g, f in self.places])


@dataclass
class Example:
    """Features of one document and where its gold beads stand."""

    evidence: Evidence
    tables: list[tuple[Floats, NDArray[np.int64], NDArray[np.int64]]]  # features (f, d, w), own and shared places
    dead: list[NDArray[np.bool_]]
    gaps: list[tuple[Floats, NDArray[np.int64]]]  # open source, more source, open target, more target
    gold: list[tuple[int, int, int]]  # shape, d, k
    gold_gaps: list[tuple[int, int]]  # kind, segment


def example(evidence: Evidence, stats: Stats, rungs: Rungs, parameters: Parameters) -> Example:
    """Lay out the features of a document whose rungs are known."""
    tables, dead = [], []
    for shape, features in match_features(View(evidence, 0, evidence.corridor.n_diagonals), stats):
        name = group(shape)
        ones = np.ones((evidence.corridor.n_diagonals, evidence.corridor.width), np.float32)
        rows = [("bias", ones)] + [(f, np.broadcast_to(v, ones.shape)) for f, v in features]
        table = np.stack([v for _, v in rows]).astype(np.float32)
        nan = np.asarray(np.isnan(table).any(axis=0))
        table[:, nan] = 0.0
        own = np.array([parameters.place(name, f) for f, _ in rows])
        common = np.array([parameters.place(ANY, f) for f, _ in rows])
        tables.append((table, own, common))
        dead.append(nan)
    gaps = []
    for features in gap_features(evidence, stats):
        for kind in ("open", "more"):
            rows = [("bias", np.ones_like(features[0][1])), *features]
            gaps.append((np.stack([v for _, v in rows]), np.array([parameters.place(kind, f) for f, _ in rows])))
    return Example(evidence, tables, dead, gaps, *_places(evidence, rungs))


def _places(evidence: Evidence, rungs: Rungs) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    matches, gaps, state = [], [], "m"
    for (i, j), (k, m) in pairwise(rungs):
        shape = (k - i, m - j)
        if shape == (1, 0):
            gaps.append((1 if state == "x" else 0, i))
            state = "x"
        elif shape == (0, 1):
            gaps.append((3 if state == "y" else 2, j))
            state = "y"
        else:
            matches.append((SHAPES.index(shape), k + m, k - int(evidence.corridor.lows[k + m])))
            state = "m"
    return matches, gaps


def loss(x: Example, theta: Doubles) -> tuple[float, Doubles]:
    """Give minus the log likelihood of the gold beads, and its gradient."""
    table, view = blank(x.evidence.corridor, SHAPES)
    for s, (features, own, common) in enumerate(x.tables):
        score = np.tensordot((theta[own] + theta[common]).astype(np.float32), features, 1)
        view[:, s] = np.where(x.dead[s], IMPOSSIBLE, score)
    rows = [np.tensordot(theta[at].astype(np.float32), f, 1) for f, at in x.gaps]
    gold = sum(float(view[d, s, k]) for s, d, k in x.gold) + sum(float(rows[g][n]) for g, n in x.gold_gaps)
    posterior = Lattice(x.evidence.corridor, SHAPES, table, Gaps(*rows)).infer()
    gradient: Doubles = np.zeros(len(theta))
    for s, (features, own, common) in enumerate(x.tables):
        p = posterior.matches(s)
        p[x.dead[s]] = 0.0
        for t, d, k in x.gold:
            if t == s:
                p[d, k] -= 1.0
        expected = np.tensordot(features, p, axes=((1, 2), (0, 1)))
        np.add.at(gradient, own, expected)
        np.add.at(gradient, common, expected)
    by_cell = posterior.gaps()
    ends = (x.evidence.corridor.cells()[0] - 1, x.evidence.corridor.cells()[1] - 1)
    for g, (features, at) in enumerate(x.gaps):
        counts: Doubles = np.zeros(features.shape[1])
        end = ends[g // 2]
        ok = (end >= 0) & (end < features.shape[1])
        np.add.at(counts, end[ok], by_cell[g][ok])
        for kind, n in x.gold_gaps:
            if kind == g:
                counts[n] -= 1.0
        np.add.at(gradient, at, features @ counts)
    return posterior.total - gold, gradient


WIDTH = 27  # of the corridor round the known path; what lies further off is no rival
LAMBDA = 1.0  # of the penalty on squared weights; 2 to 40 were worse on the other half
NOISE = (0.0, 0.0, 0.4, 0.8, 1.2)  # length of the random vector added to a unit vector
LENGTHS = (0.0, 0.0, 0.1, 0.25)  # standard deviation of the log of factors on lengths
SIZES = (12, 25, 50, 60)  # sentence pairs of a document
START = {
    ANY: {"fit": 4.0, "length": -0.8}, "1-2": {"bias": -2.0}, "1-3": {"bias": -3.0}, "1-n": {"bias": -4.0},
    "2-2": {"bias": -3.5}, "2-3": {"bias": -6.0}, "3-3": {"bias": -8.0}, "open": {"bias": -2.0},
    "more": {"bias": -1.0},
}  # fmt: skip
# Not learned, because made documents join headings to sentences as real ones do not: a heading renders a heading,
# and is seldom part of a larger bead.
CHOSEN = {"heading": -3.0, "headed": -3.0}


def rungs_of(made: Made) -> Rungs:
    """Give the rungs of known beads, gaps of the source before those of the target as the lattice has them."""
    out, gaps = [(0, 0)], [0, 0]

    def climb(a: int, b: int) -> None:
        out.append((out[-1][0] + a, out[-1][1] + b))

    for source, target in [*made.gold, ((0,), (0,))]:
        if source and target:
            for side, step in ((0, (1, 0)), (1, (0, 1))):
                for _ in range(gaps[side]):
                    climb(*step)
            gaps = [0, 0]
            climb(len(source), len(target))
        else:
            gaps = [gaps[0] + len(source), gaps[1] + len(target)]
    return out[:-1]


def drawn(rng: random.Random) -> Recipe:
    """Draw a recipe: one of the bench's with other rates, or one at random."""
    kind = rng.choice([*RECIPES, "rough", "fan"])
    if kind == "rough":
        u = rng.uniform
        return Recipe(u(0.02, 0.15), u(0, 0.1), u(0.02, 0.2), u(0, 0.1), u(0, 0.08), u(0, 8))
    if kind == "fan":
        fan = {n: rng.uniform(0, 1) * 0.75**n + (0.4 if n == 1 else 0.0) for n in range(1, 11)}
        return Recipe(drop=rng.uniform(0, 0.06), chop=rng.uniform(0, 0.8), fan=fan)
    r, s = RECIPES[kind], rng.uniform(0.5, 1.6)
    return Recipe(r.merge * s, r.triple * s, r.split * s, r.drop * s, r.shift * s, r.passages * s, r.chop, r.fan)


def joined(documents: Sequence[Material], rng: random.Random, name: str) -> Material:
    """Put stretches of documents drawn at random one after another."""
    n = rng.choice(SIZES)
    pairs: list[Pair] = []
    blocks: list[int] = []
    while len(pairs) < n:
        m = rng.choice(documents)
        k = rng.randrange(max(1, len(m.pairs) - n))
        shift = blocks[-1] + 1 - m.blocks[k] if blocks else -m.blocks[k]
        pairs += m.pairs[k : k + n]
        blocks += [block + shift for block in m.blocks[k : k + n]]
    return Material(name, tuple(pairs[:n]), tuple(blocks[:n]))


def examples(
    documents: Sequence[Material], seeds: Sequence[int], encode: Memory, parameters: Parameters, *, has_parts: bool
) -> list[Example]:
    """Make and lay out a document for each seed."""
    out = []
    for seed in seeds:
        rng = random.Random(seed)
        made = make(joined(documents, rng, f"learn{seed}"), drawn(rng), seed)
        if not made.source or not made.target:
            continue
        if rng.random() < 0.5:
            gold = tuple((b, a) for a, b in made.gold)
            made = Made(made.name, made.target, made.source, gold, made.target_blocks, made.source_blocks)
        rough = rng.choice(NOISE), rng.choice(LENGTHS), rng.random() < 0.5
        noise = np.random.default_rng(seed)
        sides = [_roughened(made, k, rough, noise, encode, has_parts=has_parts) for k in (0, 1)]
        rungs = rungs_of(made)
        parts = (sides[0][1], sides[1][1])
        both = (parts[0], parts[1]) if parts[0] and parts[1] else None
        evidence = Evidence(sides[0][0], sides[1][0], along(rungs, WIDTH), both)
        out.append(example(evidence, restate(evidence, initial_stats(evidence), rungs), rungs, parameters))
    return out


def _roughened(
    made: Made,
    side: int,
    rough: tuple[float, float, bool],
    noise: np.random.Generator,
    encode: Memory,
    *,
    has_parts: bool,
) -> tuple[Side, Parts | None]:
    level, lengths, has_blocks = rough
    texts = (made.source, made.target)[side]
    blocks = (made.source_blocks, made.target_blocks)[side] if has_blocks else ()
    out = Side(Strand(texts, _noisy(encode(texts), level, noise), (), blocks))
    if lengths:
        out.lengths = out.lengths * np.exp(lengths * noise.normal(size=out.n))
    parts = take_apart(texts, encode) if has_parts else None
    if parts and level and len(parts.vectors):
        vectors = _noisy(parts.vectors, level, noise)
        swapped = noise.random(len(vectors)) < level / 4
        vectors[swapped] = vectors[noise.permutation(len(vectors))][swapped]
        parts = Parts(vectors, parts.owner, parts.mass, parts.starts)
    return out, parts


def _noisy(vectors: Floats, level: float, noise: np.random.Generator) -> Floats:
    if not level:
        return vectors
    rough = vectors + level * noise.normal(size=vectors.shape) / np.sqrt(vectors.shape[1])
    return np.asarray(rough / np.linalg.norm(rough, axis=1, keepdims=True), np.float32)


def fitted(given: Sequence[Example], parameters: Parameters, iterations: int) -> Doubles:
    """Find the weights of greatest likelihood, less the penalty (L-BFGS)."""
    from scipy.optimize import minimize  # type: ignore[import-not-found,import-untyped,unused-ignore]

    def objective(theta: Doubles) -> tuple[float, Doubles]:
        value, gradient = 0.5 * LAMBDA * float(theta @ theta), LAMBDA * theta
        for x in given:
            more, slope = loss(x, theta)
            value, gradient = value + more, gradient + slope
        return value, gradient

    found = minimize(objective, parameters.vector(START), jac=True, method="L-BFGS-B", options={"maxiter": iterations})
    return np.asarray(found.x, np.float64)


def with_chosen(weights: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Put the chosen weights in place of learned ones, for all shapes alike."""
    learned = {g: {f: w for f, w in row.items() if f not in CHOSEN} for g, row in weights.items()}
    learned[ANY] = dict(sorted((learned[ANY] | CHOSEN).items()))
    return learned


def learn(which: int | None, folder: Path, *, n_documents: int, iterations: int) -> None:
    """Learn both sets of weights, from one half of the material or from all of it, and write them."""
    documents = [m for m in materials() if which is None or half(m.name) == which]
    encode = Memory()
    for name, has_parts in (("weights", False), ("weights-parts", True)):
        parameters = Parameters()
        given = examples(documents, range(n_documents), encode, parameters, has_parts=has_parts)
        theta = fitted(given, parameters, iterations)
        n_beads = sum(len(x.gold) + len(x.gold_gaps) for x in given)
        nats = sum(loss(x, theta)[0] for x in given) / n_beads
        about = {"learned": "bench/aligning/learn.py", "half": which, "documents": len(given), "beads": n_beads}
        content = {**about, "nats": round(nats, 4), "weights": with_chosen(parameters.named(theta))}
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(f"{name}: {len(given)} documents, {n_beads} beads, {len(theta)} weights, {nats:.4f} nats a bead")


def main() -> None:
    """Run as a command."""
    data = Path(__file__).resolve().parents[2] / "aligner" / "data" / "align"
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--folder", type=Path, default=data, help="where to write the weights")
    parser.add_argument("--documents", type=int, default=250)
    parser.add_argument("--iterations", type=int, default=70)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    learn(given.half, given.folder, n_documents=given.documents, iterations=given.iterations)


if __name__ == "__main__":
    main()
