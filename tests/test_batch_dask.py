"""A batch on a Dask cluster: a scheduler and two worker processes on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aligner.batch import FAILURES, Progress, Tally, run
from aligner.errors import SettingError
from tests.batch_work import Fake, Moody
from tests.test_batch import contents, orders, pairs, table

distributed = pytest.importorskip("distributed", reason="Dask is not installed (extra cluster)")

pytestmark = pytest.mark.slow
DASK = [sys.executable, "-m", "dask"]


@contextmanager
def cluster(folder: Path, *, workers: int = 2, allowed: int = 3) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Give the address of the scheduler and the workers; a chunk may be at ``allowed`` deaths."""
    file = folder / "scheduler.json"
    env = {**os.environ, "PYTHONPATH": ".", "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}

    def started(*words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*DASK, *words, "--scheduler-file", str(file), "--no-dashboard"], **quiet)  # type: ignore[call-overload,no-any-return]

    local = ("--host", "127.0.0.1")
    processes = [started("scheduler", *local, "--port", "0")]
    try:
        limits = ("--nthreads", "1", "--memory-limit", "0", "--no-nanny")
        processes += [started("worker", *local, *limits, "--local-directory", str(folder)) for _ in range(workers)]
        with distributed.Client(scheduler_file=str(file), timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            address = client.scheduler.address
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()  # a worker asked to end may wait for its scheduler for ever
        for process in processes:
            process.wait(60)


def test_cluster_gives_the_bytes_of_local_processes_and_survives_a_death(tmp_path: Path) -> None:
    jobs = pairs(tmp_path / "in", 40)
    run(jobs, tmp_path / "local", Fake(), workers=2)
    with cluster(tmp_path) as (address, workers):
        assert run(jobs, tmp_path / "whole", Fake(), scheduler=address) == Tally(40, 0, 0)
        killed: list[int] = []

        def kill_one(progress: Progress) -> None:
            if progress.done == 9:
                workers[1].kill()
                killed.append(workers[1].pid)

        assert run(jobs, tmp_path / "killed", Fake(), scheduler=address, tell=kill_one) == Tally(40, 0, 0)
    assert killed
    assert contents(tmp_path / "local") == contents(tmp_path / "whole") == contents(tmp_path / "killed")


def test_pair_that_kills_workers_is_blamed_alone(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", *["ok"] * 10, "die", "ok", "wrong")
    with cluster(tmp_path, workers=3, allowed=0) as (address, _):
        assert run(jobs, tmp_path / "out", Moody(tmp_path), scheduler=address) == Tally(11, 2, 0)
    lost = {row["id"]: row["error"] for row in table(tmp_path / "out" / FAILURES)}
    assert lost == {"p010": "WorkerDied", "p012": "InputError"}


def test_missing_scheduler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.batch.pool._PATIENCE", "200ms")
    with pytest.raises(SettingError, match="no scheduler answers"):
        run(orders(tmp_path / "in", "ok"), tmp_path / "out", Moody(tmp_path), scheduler="tcp://127.0.0.1:9")
