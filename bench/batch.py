"""Time a batch of many pairs: python bench/batch.py --pairs 2000 --workers 1 2 [--cache]

The pairs are documents of ../shared/corpora/dev drawn with replacement (seeded), so that sizes are those of
real texts. Without --cache every vector is computed anew; with it, repeated documents cost no model time.
Prints pairs a second, the peak memory of each worker, and whether all folders are equal byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path

from aligner.batch import Collating, Job, Progress, run

DEV = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "dev"


def resampled(n: int, seed: int = 20260101) -> tuple[Job, ...]:
    """Draw n pairs of development documents."""
    sources = sorted(DEV.glob("*/*.en.txt"))
    pairs = [(s, s.with_name(s.name.replace(".en.txt", ".ar.txt"))) for s in sources]
    pairs = [(s, t) for s, t in pairs if t.exists()]
    chosen = random.Random(seed).choices(pairs, k=n)
    return tuple(Job(f"{k:05}-{s.name.split('.')[0]}", s, t) for k, (s, t) in enumerate(chosen))


def peak_megabytes(pid: int) -> float:
    """Read the peak resident memory of a process (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def timed(jobs: tuple[Job, ...], out: Path, workers: int, cache: Path | None) -> str:
    """Run the batch into a folder; give the digest of all its bytes."""
    peaks: dict[int, float] = {}

    def tell(progress: Progress) -> None:
        if progress.done % 25 == 0 or progress.done == progress.total:
            for child in multiprocessing.active_children():
                peaks[child.pid or 0] = peak_megabytes(child.pid or 0)
            rest = progress.remaining or 0
            print(
                f"\r{progress.done}/{progress.total} {progress.rate:.2f}/s {rest:.0f} s to go ", end="", file=sys.stderr
            )

    start = time.perf_counter()
    tally = run(jobs, out, Collating(cache=cache), workers=workers, tell=tell)
    seconds = time.perf_counter() - start
    print(file=sys.stderr)
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(out.iterdir()))).hexdigest()
    memory = ", ".join(f"{peak:.0f}" for peak in peaks.values())
    print(
        f"{workers} worker(s): {tally.done} done, {tally.failed} failed, {seconds:.1f} s, "
        f"{len(jobs) / seconds:.2f} pairs/s, peak MB a worker: {memory}, bytes {digest[:16]}",
        flush=True,
    )
    return digest


def main() -> None:
    """Run the batches and compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--cache", action="store_true", help="keep vectors between pairs")
    given = parser.parse_args()
    jobs = resampled(given.pairs)
    with tempfile.TemporaryDirectory() as scratch:
        digests = {
            timed(jobs, Path(scratch, str(n)), n, Path(scratch, f"cache{n}") if given.cache else None)
            for n in given.workers
        }
    print("all folders equal" if len(digests) == 1 else "FOLDERS DIFFER")
    sys.exit(len(digests) != 1)


if __name__ == "__main__":
    main()
