"""One omission in a text that is complete otherwise: a censored sentence in a faithful translation.

``python -m bench.aligning.lone`` makes texts of 200 pairs as bench/align.py does but leaves nothing out, then takes the
Arabic of one English sentence away, another each time, and counts how often that sentence stands alone and how many
segments do that should not. Either half is aligned with weights learned from the other.
"""

from __future__ import annotations

import random
from dataclasses import replace

from aligner.align import Settings, align
from aligner.score import pairings
from bench.align import end_to_end, settings_for
from bench.aligning.inject import RECIPES, Made, Material, make
from bench.aligning.material import Memory, half, materials, strand

NAMES = ("news", "statutes", "literature", "free")
N_PAIRS, N_EACH, SEED = 200, 6, 201  # an omission each of two texts a recipe and half


def without(made: Made, k: int) -> Made:
    """Take away the target side of the k-th known bead; the known beads are left as they were."""
    gone = made.gold[k][1]
    texts = tuple(text for j, text in enumerate(made.target) if j not in gone)
    blocks = tuple(block for j, block in enumerate(made.target_blocks) if j not in gone)
    return Made(made.name, made.source, texts, made.gold, made.source_blocks, blocks)


def texts_of(which: int, name: str) -> list[Made]:
    """Make the complete texts of a recipe: the first and the last pairs of a half."""
    every = end_to_end([m for m in materials() if half(m.name) == which])
    recipe = replace(RECIPES[name], drop=0.0, passages=0.0)
    parts = slice(0, N_PAIRS), slice(len(every.pairs) - N_PAIRS, None)
    return [
        make(Material(f"lone{k}", every.pairs[part], every.blocks[part]), recipe, SEED) for k, part in enumerate(parts)
    ]


def count(made: Made, k: int, settings: Settings, encode: Memory) -> tuple[int, int]:
    """Say whether the omission is found, and how many other segments are taken for one."""
    given = without(made, k)
    sides = strand(given.source, encode), strand(given.target, encode)
    alone = [bead for bead in pairings(align(*sides, settings=settings, embed=encode)) if not bead[0] or not bead[1]]
    found = int((tuple(made.gold[k][0]), ()) in alone)
    return found, len(alone) - found


def main() -> None:
    """Run as a command."""
    encode = Memory()
    for which in (0, 1):
        settings, total = settings_for(which, None), [0, 0, 0]
        for name in NAMES:
            rng, found, false, n = random.Random(name), 0, 0, 0
            for made in texts_of(which, name):
                ones = [k for k, (source, _) in enumerate(made.gold) if len(source) == 1]
                for k in rng.sample(ones, N_EACH):
                    hit, others = count(made, k, settings, encode)
                    found, false, n = found + hit, false + others, n + 1
            print(f"half {which}  {name:12}{found:4} of {n} found, {false} false", flush=True)
            total = [a + b for a, b in zip(total, (found, false, n), strict=True)]
        print(f"half {which}  {'all':12}{total[0]:4} of {total[2]} found, {total[1]} false", flush=True)


if __name__ == "__main__":
    main()
