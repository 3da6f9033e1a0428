"""Fuzz the readers: python -m bench.fuzz --hours 1 --out DIR [TARGET ...]

Rounds over the targets (all by default), one process at a time, each a few minutes under atheris (libFuzzer
with coverage of our code; pip install -r bench/requirements.txt) with a limit of time an input and of memory.
The corpus grows in DIR/corpus, what broke something lies in DIR/crashes with its traceback, and DIR/tally.tsv
holds seconds, executions and findings of each target. A single input: --input FILE TARGET.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path

ROUND = 45
"""Seconds a target has in a round."""
TIMEOUT, MEGABYTES, LONGEST = 20, 1500, 30_000
"""Seconds and memory an input may take; bytes of an input."""
_RUN = re.compile(rb"stat::number_of_executed_units:\s+(\d+)|Done (\d+) runs")


def fuzz_one(name: str, out: Path, seconds: int) -> None:
    """Fuzz one target in this process; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["aligner", "warcio", "justext", "htmldate"]):
        from bench.fuzzing.targets import TARGETS, is_harmless
    target = TARGETS[name]
    corpus, crashes = out / "corpus" / name, out / "crashes"
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)

    def once(data: bytes) -> None:
        try:
            is_harmless(target, data)
        except Exception as error:
            _keep(crashes, name, data, error)

    options = [f"-max_total_time={seconds}", f"-timeout={TIMEOUT}", f"-rss_limit_mb={MEGABYTES}"]
    options += [f"-max_len={LONGEST}", "-print_final_stats=1", f"-artifact_prefix={crashes}/{name}-"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], once)
    atheris.Fuzz()


def _keep(folder: Path, name: str, data: bytes, error: Exception) -> None:
    """Keep the shortest input of every place where something broke."""
    frames = traceback.extract_tb(error.__traceback__)
    place = "".join(f"{type(error).__name__} {frame.filename}:{frame.lineno}" for frame in frames[-2:])
    stem = f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    kept = folder / f"{stem}.bin"
    if not kept.exists() or kept.stat().st_size > len(data):
        kept.write_bytes(data)
        (folder / f"{stem}.txt").write_text("".join(traceback.format_exception(error)), encoding="utf-8")


def fuzz_in_turn(names: list[str], out: Path, hours: float) -> None:
    """Go round the targets, one process at a time, until the time is up."""
    end = time.monotonic() + hours * 3600
    tally = dict.fromkeys(names, (0.0, 0))
    while time.monotonic() < end:
        for name in names:
            seconds = int(min(ROUND, end - time.monotonic()))
            if seconds < 1:
                break
            start = time.monotonic()
            command = [sys.executable, "-m", "bench.fuzz", name, "--alone", str(seconds), "--out", str(out)]
            said = subprocess.run(command, capture_output=True, check=False)
            runs = max((int(a or b) for a, b in _RUN.findall(said.stderr)), default=0)
            if said.returncode or not runs:
                print(f"{name}: exit {said.returncode}: {said.stderr[-300:].decode(errors='replace')}", flush=True)
            tally[name] = tally[name][0] + time.monotonic() - start, tally[name][1] + runs
            _write(tally, out)


def _write(tally: dict[str, tuple[float, int]], out: Path) -> None:
    lines = ["target\tseconds\texecutions\tfindings"]
    for name, (seconds, runs) in tally.items():
        found = [path for path in (out / "crashes").glob(f"{name}-*") if path.suffix != ".txt"]
        found = [
            path
            for path in found
            if re.fullmatch(rf"{name}-(\w{{12}}\.bin|(crash|timeout|oom|slow-unit)-.*)", path.name)
        ]
        lines.append(f"{name}\t{seconds:.0f}\t{runs}\t{len(found)}")
    (out / "tally.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Fuzz, or run one input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=Path("fuzzing"))
    parser.add_argument("--alone", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--input", type=Path)
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if given.alone:
        fuzz_one(given.targets[0], given.out, given.alone)
        return
    from bench.fuzzing.targets import TARGETS, is_harmless

    if given.input:
        print("refused" if is_harmless(TARGETS[given.targets[0]], given.input.read_bytes()) else "read")
        return
    given.out.mkdir(parents=True, exist_ok=True)
    fuzz_in_turn(given.targets or list(TARGETS), given.out, given.hours)


if __name__ == "__main__":
    main()
