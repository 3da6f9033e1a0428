"""Time a batch of many pairs and kill it in three ways: python -m bench.batch --pairs 2000

The pairs are documents of ../shared/corpora/dev drawn with replacement (seeded), so that sizes are those of
real texts. One run for each number of workers, each with a vector cache of its own that begins empty, as
`muqabala batch` has it (--no-cache: none): pairs a second, pairs a second of processor time, peak memory of
each worker. Then, at a third of the way and with the vectors cached: kill -9 of a worker; kill -9 of the
command `muqabala batch`, and --resume, which must leave every finished record as it lies; kill -9 of one of
two Dask workers with a scheduler, all processes of this machine. All folders must be equal byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aligner.batch import LOG, Collating, Job, Progress, jobs_of, run

DEV = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "dev"
TICK, PATIENCE = 0.05, 600.0
"""Seconds between looks at a run of another process, and until it should have got somewhere."""


def documents() -> list[tuple[Path, Path]]:
    """List the development documents that are there on both sides."""
    sources = sorted(DEV.glob("*/*.en.txt"))
    pairs = [(s, s.with_name(s.name.replace(".en.txt", ".ar.txt"))) for s in sources]
    return [(s, t) for s, t in pairs if t.exists()]


def resampled(n: int, seed: int = 20260101) -> tuple[Job, ...]:
    """Draw n pairs of development documents."""
    chosen = random.Random(seed).choices(documents(), k=n)
    return tuple(Job(f"{k:05}-{s.name.split('.')[0]}", s, t) for k, (s, t) in enumerate(chosen))


def manifest(jobs: tuple[Job, ...], path: Path) -> Path:
    """Write the pairs as a manifest, for the command."""
    lines = ["id\tsource\ttarget", *(f"{job.id}\t{job.source}\t{job.target}" for job in jobs)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def digest_of(folder: Path) -> str:
    """Give one digest of the names and bytes of all files."""
    parts = [p.name.encode() + hashlib.sha256(p.read_bytes()).digest() for p in sorted(folder.iterdir())]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def peak_megabytes(pid: int) -> float:
    """Read the peak resident memory of a process (Linux)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # it ended meanwhile
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def workers_of_this_process() -> list[int]:
    """Give the process ids of the pool's workers."""
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def timed(jobs: tuple[Job, ...], out: Path, workers: int, cache: Path | None) -> None:
    """Run the batch into a folder and print what it took."""
    peaks: dict[int, float] = {}

    def tell(progress: Progress) -> None:
        if progress.done % 10 == 0 or progress.done == progress.total:
            peaks.update((pid, peak_megabytes(pid)) for pid in workers_of_this_process())
            rest = progress.remaining or 0
            print(
                f"\r{progress.done}/{progress.total} {progress.rate:.2f}/s {rest:.0f} s to go ", end="", file=sys.stderr
            )

    start, before = time.perf_counter(), processor_seconds()
    tally = run(jobs, out, Collating(cache=cache), workers=workers, tell=tell)
    seconds, busy = time.perf_counter() - start, processor_seconds() - before
    print(file=sys.stderr)
    memory = ", ".join(f"{peak:.0f}" for peak in peaks.values() if peak)
    print(
        f"{workers} worker(s): {tally.done} done, {tally.failed} failed, {seconds:.1f} s,"
        f" {len(jobs) / seconds:.2f} pairs/s, {len(jobs) / busy:.2f} pairs per processor second,"
        f" peak MB a worker: {memory}, bytes {digest_of(out)}",
        flush=True,
    )


def processor_seconds() -> float:
    """Processor time of this process and of its ended workers."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def at(third: int, kill: Callable[[], int]) -> tuple[Callable[[Progress], None], list[int]]:
    """Give a listener that kills once, and the list of who was killed."""
    killed: list[int] = []

    def tell(progress: Progress) -> None:
        if progress.done >= third and not killed:
            killed.append(kill())

    return tell, killed


def killed_worker(jobs: tuple[Job, ...], out: Path, cache: Path) -> str:
    """Kill one of two workers in the middle of a run."""

    def kill() -> int:
        pid = workers_of_this_process()[-1]
        os.kill(pid, signal.SIGKILL)
        return pid

    tell, killed = at(len(jobs) // 3, kill)
    tally = run(jobs, out, Collating(cache=cache), workers=2, tell=tell)
    return f"kill -9 of worker {killed[0]}: {tally.done} done, {tally.failed} failed"


def killed_run(jobs: tuple[Job, ...], out: Path, cache: Path) -> str:
    """Kill the command itself in the middle, then go on with --resume: nothing finished is done again."""
    listed = manifest(jobs, out.with_suffix(".tsv"))
    command = [sys.executable, "-m", "aligner.cli", "batch", str(listed), "--out", str(out), "--workers", "2"]
    command += ["--vectors", str(cache)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as first:
        wait_until(lambda: len(finished(out)) >= len(jobs) // 3 or first.poll() is not None)
        first.kill()
    kept = {name: (out / f"{name}.xml").stat() for name in finished(out)}
    litter = len(list(out.glob(".*.part")))
    tally = run(jobs_of(listed), out, Collating(cache=cache), workers=2, resume=True)
    redone = sum(was.st_ino != now.st_ino or was.st_mtime_ns != now.st_mtime_ns for was, now in
                 ((was, (out / f"{name}.xml").stat()) for name, was in kept.items()))  # fmt: skip
    left = len(list(out.glob(".*.part")))
    assert len(kept) < len(jobs), "the run was over before it was killed"
    said = f"kill -9 of the run: {len(kept)} finished, {litter} half file(s) then, {left} at the end; resumed: "
    return said + f"{tally.kept} kept, {redone} redone, {tally.done} done, {tally.failed} failed"


def finished(out: Path) -> list[str]:
    """Name the pairs that the log of a run calls done."""
    try:
        lines = (out / LOG).read_bytes().split(b"\n")[:-1]
    except OSError:
        return []
    return [row["id"] for row in map(json.loads, lines) if not row["error"]]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the run does not get on")
        time.sleep(TICK)


def killed_dask_worker(jobs: tuple[Job, ...], out: Path, cache: Path) -> str:
    """Kill one of two Dask workers in the middle of a run."""
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as (address, workers):

        def kill() -> int:
            workers[-1].kill()
            return workers[-1].pid

        tell, killed = at(len(jobs) // 3, kill)
        tally = run(jobs, out, Collating(cache=cache), scheduler=address, tell=tell)
    return f"kill -9 of Dask worker {killed[0]}: {tally.done} done, {tally.failed} failed"


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Give the address of a scheduler with two worker processes, and the workers."""
    import distributed

    file, local = str(folder / "scheduler.json"), ("--host", "127.0.0.1")

    def started(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", file, "--no-dashboard", *local]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    limits = ("--nthreads", "1", "--memory-limit", "0", "--no-nanny", "--local-directory", str(folder))
    processes = [started("scheduler", "--port", "0"), started("worker", *limits), started("worker", *limits)]
    try:
        with distributed.Client(scheduler_file=file, timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def main() -> None:
    """Run the batches, kill some, and compare all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--no-cache", action="store_true", help="time without vectors on disk")
    parser.add_argument("--no-kills", action="store_true", help="time only")
    given = parser.parse_args()
    jobs = resampled(given.pairs)
    print(f"{len(jobs)} pairs of {len({job.target for job in jobs})} documents")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folders = [scratch / f"workers-{n}" for n in given.workers]
        for n, out in zip(given.workers, folders, strict=True):
            timed(jobs, out, n, None if given.no_cache else scratch / f"vectors-{n}")
        for kill in () if given.no_kills else (killed_worker, killed_run, killed_dask_worker):
            folders.append(scratch / kill.__name__)
            print(kill(jobs, folders[-1], scratch / f"vectors-{given.workers[0]}"), flush=True)
        digests = {folder.name: digest_of(folder) for folder in folders}
    for folder, digest in digests.items():
        print(f"{digest}  {folder}")
    print("all folders equal" if len(set(digests.values())) == 1 else "FOLDERS DIFFER")
    sys.exit(len(set(digests.values())) != 1)


if __name__ == "__main__":
    main()
