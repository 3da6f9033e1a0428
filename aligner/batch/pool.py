"""Where tasks are done: processes of this machine, or a Dask cluster; a dead worker is survived.

A pool of ``concurrent.futures`` is lost as soon as one of its processes dies, and nobody says on which
task. So the pool is made anew and the tasks that were under way are tried once more; a task that was
there at two deaths is done in a process of its own, where two more can only be its fault.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import threading
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import wait as wait_for
from typing import Any

from aligner.batch.work import Outcome, Task, Work, attempt
from aligner.errors import SettingError

__all__ = ["in_cluster", "in_processes"]

_STRIKES = 2
"""Deaths a task may be present at before it is done alone."""
_PATIENCE = "20s"
"""How long a scheduler may take to answer."""
_CHUNK = 8
"""Tasks sent to a cluster together: at half a second a task the scheduler's share is lost in the noise."""


def in_processes(work: Work, tasks: Iterable[Task], *, workers: int) -> Generator[Outcome, None, None]:
    """Do the tasks in so many processes; outcomes come as they are done.

    At most two tasks a worker are under way, so that tasks may be as many as there are.
    """
    waiting: deque[Task] = deque()
    source = iter(tasks)
    strikes: Counter[str] = Counter()
    while True:
        suspects = yield from _until_broken(work, waiting, source, workers)
        if not suspects:
            return
        for task in suspects:
            strikes[task.id] += 1
            if strikes[task.id] < _STRIKES:
                waiting.append(task)
            else:
                yield _alone(work, task)


def _until_broken(
    work: Work, waiting: deque[Task], source: Iterator[Task], workers: int
) -> Generator[Outcome, None, list[Task]]:
    """Feed one pool until all is done or a process dies; give back the tasks then under way."""
    running: dict[Future[Outcome], Task] = {}
    with _pool(workers) as pool:
        try:
            while True:
                while len(running) < 2 * workers:
                    task = waiting.popleft() if waiting else next(source, None)
                    if task is None:
                        break
                    running[_submit(pool, work, task)] = task
                if not running:
                    return []
                done = wait(running, return_when=FIRST_COMPLETED).done
                for future in [future for future in running if future in done]:  # as submitted: a set has no order
                    outcome = future.result()
                    del running[future]
                    yield outcome
        except BrokenProcessPool:
            lost = [task for future, task in running.items() if not _has_outcome(future)]
            yield from (future.result() for future in running if _has_outcome(future))
            return lost
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, work: Work, task: Task) -> Future[Outcome]:
    """Submit; a pool found dead gives a future that says so, so that the task is not forgotten."""
    try:
        return pool.submit(attempt, work, task)
    except BrokenProcessPool as error:
        failed: Future[Outcome] = Future()
        failed.set_exception(error)
        return failed


def _has_outcome(future: Future[Outcome]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _alone(work: Work, task: Task) -> Outcome:
    """Do one task in a process of its own, again if that dies: even alone one may be killed by chance."""
    for _ in range(_STRIKES):
        with _pool(1) as pool, suppress(BrokenProcessPool):
            return pool.submit(attempt, work, task).result()
    return _blamed(task)


def _blamed(task: Task) -> Outcome:
    reason = "the worker died on this pair each time, alone as well; too large for the memory, perhaps"
    return Outcome(task.id, task.key, error="WorkerDied", reason=reason)


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_follow_parent)


def _follow_parent() -> None:
    """End this process when the one that runs the batch is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_exit, args=(parent.sentinel,), daemon=True).start()


def _wait_and_exit(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def in_cluster(work: Work, tasks: Iterable[Task], *, scheduler: str) -> Generator[Outcome, None, None]:
    """Do the tasks on the Dask cluster at that address, in chunks; outcomes come as they are done.

    Dask runs the chunks of a dead worker elsewhere; a chunk that was at several deaths is taken apart, and
    the task that kills alone is blamed. A lexicon of the user's must lie at the same path on all machines.

    Raises:
        SettingError: Dask is not installed, or no scheduler answers.
    """
    client = _client(scheduler)
    try:
        yield from _fed(client, work, iter(tasks))
    finally:
        client.close()


def _client(scheduler: str) -> Any:
    distributed = _distributed()
    try:
        return distributed.Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        remedy = "start dask scheduler and name its address, tcp://host:port"
        raise SettingError(f"no scheduler answers: {error}", where=scheduler, remedy=remedy) from error


def _distributed() -> Any:
    """Load Dask's cluster half, which has no types."""
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        remedy = 'pip install "muqabala[cluster]"'
        raise SettingError("Dask is not installed", where="--scheduler", remedy=remedy) from error


def _fed(client: Any, work: Work, source: Iterator[Task]) -> Iterator[Outcome]:
    """Keep the cluster busy; the tasks of a chunk that killed workers are tried one at a time.

    A death counts against all that waits at the worker, so two suspects there could be blamed for each
    other.
    """
    distributed = _distributed()
    chunks: dict[str, list[Task]] = {}
    suspects: deque[Task] = deque()
    on_trial = ""
    done = distributed.as_completed(loop=client.loop)

    def submit(chunk: list[Task]) -> str:
        if not chunk:
            return ""
        future = client.submit(_chunk, work, chunk, pure=False)
        chunks[future.key] = chunk
        done.add(future)
        return str(future.key)

    for _ in range(3 * max(1, sum(client.nthreads().values()))):
        submit(list(islice(source, _CHUNK)))
    for future in done:
        chunk = chunks.pop(future.key)
        if not isinstance(future.exception(), distributed.KilledWorker):
            yield from future.result()
        elif future.key == on_trial:
            yield _blamed(chunk[0])
        else:
            suspects += chunk
        if future.key != on_trial:
            submit(list(islice(source, _CHUNK)))
        if future.key == on_trial or not on_trial:
            on_trial = submit([suspects.popleft()] if suspects else [])


def _chunk(work: Work, tasks: list[Task]) -> list[Outcome]:
    return [attempt(work, task) for task in tasks]
