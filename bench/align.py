"""Our aligner and its peers on the same texts and vectors: one table, calibration, and cost against length.

``python -m bench.align`` makes the sets from ../shared/corpora/dev (see bench/aligning/inject.py), seeds
fixed, runs every aligner that is installed (``pip install -r bench/requirements.txt`` for the peers), and prints
strict and lax F1 in the manner of vecalign's scorer, precision and recall of omitted and added segments, 2-2 beads
found, seconds without encoding, confidence against truth, and seconds and peak memory against length. Seconds of
encoding are given apart: all aligners share one encoder that encodes each text once.

The texts fall into two halves by document. Each is aligned with weights that were learned from the other:
see bench/aligning/learn.py. The package's own are the mean of both.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from aligner.align import Settings, Strand, align
from aligner.align.model import Weights
from aligner.score import KINDS, Pairing, Score, pairings, score
from bench.aligning.inject import RECIPES, Made, Material, make
from bench.aligning.learn import FOLDERS
from bench.aligning.material import DEV, Memory, gold_documents, half, materials, strand
from bench.aligning.peers import peers

SEEDS = (101, 102, 103, 104)
LONG = ("news", "missing")  # recipes that are also made of all documents end to end
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
Sets = dict[str, list[Made]]
Judged = list[tuple[float, bool]]


def sets_of(which: int | None, seeds: Sequence[int] = SEEDS) -> Sets:
    """Make the sets of one half of the material, or of all of it, the documents aligned by hand among them."""
    documents = [m for m in materials() if which is None or half(m.name) == which]
    out: Sets = {}
    for name, recipe in RECIPES.items():
        if recipe.passages == 0:
            out[name] = [made for m in documents for s in seeds if (made := make(m, recipe, s)).source and made.target]
        if name in LONG:
            out[f"{name}, one document"] = [make(end_to_end(documents), recipe, seed) for seed in seeds]
    out["gold"] = [made for made in gold_documents() if which is None or half(made.name) == which]
    return out


def end_to_end(documents: Sequence[Material]) -> Material:
    """Put all documents one after another."""
    blocks, shift = [], 0
    for m in documents:
        blocks += [block + shift for block in m.blocks]
        shift = blocks[-1] + 1
    return Material("all", tuple(pair for m in documents for pair in m.pairs), tuple(blocks))


def aligners(
    settings: Settings, encode: Memory, judged: Judged
) -> Iterator[tuple[str, Callable[[Made], list[Pairing]]]]:
    """Yield our aligner with and without clauses, and every peer that is installed."""

    def ours(made: Made, *, has_parts: bool) -> list[Pairing]:
        sides = strand(made.source, encode), strand(made.target, encode)
        ladder = align(*sides, settings=settings, embed=encode if has_parts else None)
        beads = pairings(ladder)
        if has_parts:
            gold = {(tuple(a), tuple(b)) for a, b in made.gold}
            judged.extend(
                (bead.judgement.confidence or 0.0, pair in gold) for bead, pair in zip(ladder.beads, beads, strict=True)
            )
        return list(beads)

    yield "muqabala", lambda made: ours(made, has_parts=True)
    yield "  sentences only", lambda made: ours(made, has_parts=False)
    for peer in peers():
        if peer.run is None:
            print(f"# {peer.name} is left out: {peer.absent}")
        else:
            run = peer.run
            yield peer.name, lambda made, run=run: run(made.source, made.target, encode)  # type: ignore[misc]


def measure(made: Sequence[Made], run: Callable[[Made], list[Pairing]], encode: Memory) -> tuple[Score, float]:
    """Score an aligner over documents; seconds are without encoding."""
    total, start, encoding = Score(), time.perf_counter(), encode.seconds
    for document in made:
        gold = [(tuple(a), tuple(b)) for a, b in document.gold]
        total += score(gold, run(document))
    return total, time.perf_counter() - start - (encode.seconds - encoding)


def row(name: str, result: Score, seconds: float) -> str:
    """Lay out one line of the table."""
    alone = result.omissions + result.additions
    both = result.kinds[KINDS.index("n-m")]
    return (
        f"{name:22}{result.strict.f1:8.4f}{result.lax.f1:8.4f}{alone.precision:8.3f}{alone.recall:8.3f}{alone.gold:6}"
        f"{both.recall:8.3f}{both.gold:5}{seconds:9.2f}"
    )


def compare(which: int | None, settings: Settings, encode: Memory, only: Sequence[str]) -> Judged:
    """Print the table of one half; give our confidences with whether they were right."""
    judged: Judged = []
    totals: dict[str, tuple[Score, float]] = {}
    named = list(aligners(settings, encode, judged))
    for name, made in sets_of(which).items():
        if only and name not in only:
            continue
        n = sum(len(m.gold) for m in made)
        print(f"\n## {name}: {len(made)} documents, {n} beads ({'all' if which is None else f'half {which}'})")
        print(f"{'':22}{'strict':>8}{'lax':>8}{'alone P':>8}{'alone R':>8}{'n':>6}{'2-2 R':>8}{'n':>5}{'seconds':>9}")
        for aligner, run in named:
            result, seconds = measure(made, run, encode)
            print(row(aligner, result, seconds), flush=True)
            before, spent = totals.get(aligner, (Score(), 0.0))
            totals[aligner] = before + result, spent + seconds
        print(f"# {result.signature}")
    if totals and not only:
        print(f"\n## all of these ({'all' if which is None else f'half {which}'})")
        for aligner, (result, seconds) in totals.items():
            print(row(aligner, result, seconds))
    return judged


def reliability(judged: Judged) -> str:
    """Lay out how often beads of each range of confidence were right, and the area under the ROC curve."""
    confidence = np.array([c for c, _ in judged])
    right = np.array([r for _, r in judged])
    lines = [f"\n## confidence of {len(judged)} beads, {right.mean():.4f} right: AUC {auc(confidence, right):.3f}"]
    lines.append(f"{'range':>14}{'beads':>8}{'mean':>8}{'right':>8}")
    for low, high in pairwise(BINS):
        here = (confidence >= low) & ((confidence < high) | (high == 1.0))
        if here.any():
            cells = f"{here.sum():8}{confidence[here].mean():8.3f}{right[here].mean():8.3f}"
            lines.append(f"{f'{low:.2f} to {high:.2f}':>14}{cells}")
    least = confidence >= 0.9
    lines.append(f"of {least.sum()} beads given 0.9 or more {right[least].mean():.4f} are right")
    return "\n".join(lines)


def auc(confidence: np.ndarray, right: np.ndarray) -> float:
    """Probability that a right bead is given more than a wrong one; ties count half."""
    values, place = np.unique(confidence, return_inverse=True)
    wrong, good = (np.bincount(place[mask], minlength=len(values)) for mask in (~right, right))
    below = np.cumsum(wrong) - wrong
    return float((good * (below + wrong / 2)).sum() / max(1, wrong.sum() * good.sum()))


def cost(sizes: Sequence[int]) -> None:
    """Print seconds and peak memory against length; vectors are random and given, one segment in 30 is missing."""
    print(f"\n## cost against length, vectors given\n{'segments':>10}{'seconds':>9}{'MB':>8}{'alone found':>13}")
    for n in sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:  # a process each: memory is its own
            seconds, peak, found, missing = pool.submit(_cost, n).result()
        print(f"{n:10}{seconds:9.2f}{peak:8.0f}{found:7} of {missing}", flush=True)


def _cost(n: int) -> tuple[float, float, int, int]:
    source, target, missing = invented(n)
    start = time.perf_counter()
    ladder = align(source, target)
    seconds = time.perf_counter() - start
    alone = {bead.source.start for bead in ladder.beads if bead.type == "1-0"}
    return seconds, _peak(), len(alone & missing), len(missing)


def _peak() -> float:
    """Greatest resident memory of this process in MB (Linux); getrusage would count the parent's as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def invented(n: int, seed: int = 1) -> tuple[Strand, Strand, set[int]]:
    """Give two strands of random meanings, the second noisy and without some segments of the first."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 512)).astype(np.float32)
    missing = set(rng.choice(n, max(1, n // 30), replace=False).tolist())
    kept = [k for k in range(n) if k not in missing]
    noisy = vectors[kept] + rng.normal(size=(len(kept), 512)).astype(np.float32)
    texts = [f"sentence {k} {'x' * int(length)}" for k, length in enumerate(rng.integers(5, 150, n))]
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (vectors, noisy)]
    return Strand(tuple(texts), unit[0]), Strand(tuple(texts[k] for k in kept), unit[1]), missing


def settings_for(which: int, folder: Path | None) -> Settings:
    """Give the aligner with weights learned from the other half, or with those of a folder."""
    folder = folder or FOLDERS[str(1 - which)]
    loaded = [Weights(json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["weights"])
              for name in ("weights", "weights-parts")]  # fmt: skip
    return Settings(weights=loaded[0], weights_with_parts=loaded[1])


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--half", type=int, choices=(0, 1), help="only one half of the texts")
    parser.add_argument(
        "--weights", type=Path, help="folder of weights to use in place of those learned from the other half"
    )
    parser.add_argument("--sets", nargs="*", default=[], help="only these sets")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 500, 2000, 5000, 20000])
    given = parser.parse_args()
    if DEV.is_dir():
        encode = Memory()
        judged: Judged = []
        for which in (0, 1) if given.half is None else (given.half,):
            settings = settings_for(which, given.weights)
            print("\n# " + "|".join(f"{key}:{value}" for key, value in settings.items()))
            judged += compare(which, settings, encode, given.sets)
        if judged:
            print(reliability(judged))
        print(f"# {len(encode.vectors)} texts encoded in {encode.seconds:.1f} s by {encode.embedder.signature}")
    else:
        print(f"# no sets: {DEV} is not here")
    cost(given.sizes)


if __name__ == "__main__":
    main()
