"""Documents to learn from: stretches of parallel text, made by drawn recipes and roughened."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from aligner.align.corridor import along
from aligner.align.evidence import Evidence, Side
from aligner.align.layers import add_layers, cut_layers
from aligner.align.parts import Parts
from aligner.align.strand import Strand
from bench.aligning.inject import RECIPES, Made, Material, Pair, Recipe, make
from bench.aligning.material import Memory

__all__ = ["Rungs", "document", "rungs_of"]

Floats = NDArray[np.float32]
Rungs = list[tuple[int, int]]

WIDTH = 27  # of the corridor round the known path; what lies further off is no rival
NOISE = (0.0, 0.0, 0.4, 0.8, 1.2)  # length of the random vector added to a unit vector
LENGTHS = (0.0, 0.0, 0.1, 0.25)  # standard deviation of the log of factors on lengths
SIZES = (12, 25, 50, 60)  # sentence pairs of a document


def document(
    documents: Sequence[Material], seed: int, encode: Memory, *, has_parts: bool
) -> tuple[Evidence, Rungs] | None:
    """Make a document and lay out its evidence round the known rungs; None where a side came out empty."""
    rng = random.Random(seed)
    made = make(joined(documents, rng, f"learn{seed}"), drawn(rng), seed)
    if not made.source or not made.target:
        return None
    if rng.random() < 0.5:
        gold = tuple((b, a) for a, b in made.gold)
        made = Made(made.name, made.target, made.source, gold, made.target_blocks, made.source_blocks)
    rough = rng.choice(NOISE), rng.choice(LENGTHS), rng.random() < 0.5
    noise = np.random.default_rng(seed)
    sides = [_roughened(made, k, rough, noise, encode) for k in (0, 1)]
    rungs = rungs_of(made)
    evidence = Evidence(sides[0], sides[1], along(rungs, WIDTH))
    if has_parts:
        cut = cut_layers(made.source, made.target, encode)
        add_layers(evidence, rungs, {n: _rough_layer(layer, rough[0], noise) for n, layer in cut.items()})
    return evidence, rungs


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
        return Recipe(
            drop=rng.uniform(0, 0.06),
            chop=rng.uniform(0, 0.8),
            run_on=rng.uniform(0, 1),
            loose=rng.uniform(0, 0.3),
            fan=fan,
        )
    r, s = RECIPES[kind], rng.uniform(0.5, 1.6)
    rates = ("merge", "triple", "split", "drop", "shift", "passages")
    return replace(r, **{rate: getattr(r, rate) * s for rate in rates})


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


def _roughened(
    made: Made, side: int, rough: tuple[float, float, bool], noise: np.random.Generator, encode: Memory
) -> Side:
    level, lengths, has_blocks = rough
    texts = (made.source, made.target)[side]
    blocks = (made.source_blocks, made.target_blocks)[side] if has_blocks else ()
    out = Side(Strand(texts, _noisy(encode(texts), level, noise), (), blocks))
    if lengths:
        out.lengths = out.lengths * np.exp(lengths * noise.normal(size=out.n))
    return out


def _rough_layer(layer: tuple[Parts, Parts], level: float, noise: np.random.Generator) -> tuple[Parts, Parts]:
    return _rough_parts(layer[0], level, noise), _rough_parts(layer[1], level, noise)


def _rough_parts(parts: Parts, level: float, noise: np.random.Generator) -> Parts:
    """Make parts noisy, and put some in the place of others."""
    if not level or not len(parts.vectors):
        return parts
    vectors = _noisy(parts.vectors, level, noise)
    swapped = noise.random(len(vectors)) < level / 4
    vectors[swapped] = vectors[noise.permutation(len(vectors))][swapped]
    return Parts(vectors, parts.owner, parts.mass, parts.starts)


def _noisy(vectors: Floats, level: float, noise: np.random.Generator) -> Floats:
    if not level:
        return vectors
    rough = vectors + level * noise.normal(size=vectors.shape) / np.sqrt(vectors.shape[1])
    return np.asarray(rough / np.linalg.norm(rough, axis=1, keepdims=True), np.float32)
