"""Pairs flagged a second once vectors are cached: python -m bench.frame_speed [--processes 2] [--texts TEXTS]

All distinct clean pairs of the framing sets that are there are dealt out to processes. Each flags its share once, which
learns the vectors (kept in memory) and the words, then waits for the others and flags it again, timed.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from aligner.cli import COLLECTED
from aligner.embed import RememberingEmbedder, load_embedder
from aligner.ingest import Pair
from aligner.pipeline import frame_pairs
from bench.frame import HERE, TEXTS
from bench.frameset import CLEAN, read_set
from bench.framing_weights import OWN, REAL

SEED = 3
KEPT = 1 << 30  # bytes of vectors, more than the pairs need


def distinct_pairs(texts: Path) -> list[Pair]:
    """Give the clean pairs of all sets whose texts are there, each once, shuffled."""
    found: dict[tuple[str, str], None] = {}
    for folder in sorted(HERE.glob("framing*")):
        where = texts if folder.name in REAL else OWN
        if folder.is_dir() and where.is_dir():
            cases = (case for case in read_set(folder, where) if case.role == CLEAN)
            found.update(dict.fromkeys((case.pair.source, case.pair.target) for case in cases))
    pairs = [Pair(f"{number}", source, target) for number, (source, target) in enumerate(found)]
    random.Random(SEED).shuffle(pairs)
    return pairs


def work(pairs: Sequence[Pair], ready: Barrier) -> float:
    """Flag the pairs twice and give the seconds the second time took."""
    embedder = RememberingEmbedder(load_embedder(), max_bytes=KEPT)
    gc.set_threshold(*COLLECTED)
    list(frame_pairs(pairs, embedder))
    ready.wait()
    start = time.perf_counter()
    list(frame_pairs(pairs, embedder))
    return time.perf_counter() - start


def main() -> None:
    """Print pairs a second of all processes together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--texts", type=Path, default=TEXTS)
    given = parser.parse_args()
    pairs = distinct_pairs(given.texts)
    shares = [pairs[k :: given.processes] for k in range(given.processes)]
    context = get_context("spawn")
    with context.Manager() as manager, context.Pool(given.processes) as pool:
        ready = manager.Barrier(given.processes)
        seconds = pool.starmap(work, [(share, ready) for share in shares])
    rate = sum(len(share) / took for share, took in zip(shares, seconds, strict=True))
    print(f"{len(pairs)} pairs, {given.processes} processes: {rate:.0f} a second")


if __name__ == "__main__":
    main()
