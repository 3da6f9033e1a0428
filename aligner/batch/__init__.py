"""Collate many pairs into a folder of records, unattended; one bad pair never stops the rest.

A run that was killed goes on where it stood, and the folder is the same byte for byte for any number
of workers, here or on a cluster.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from aligner.batch.folder import FAILURES, LOG, RESULTS, Folder
from aligner.batch.jobs import Job, find_pairs, jobs_of, lone_sources, read_manifest
from aligner.batch.work import Collating, Outcome, Task, Work
from aligner.errors import SettingError

__all__ = [
    "FAILURES",
    "LOG",
    "RESULTS",
    "Collating",
    "Job",
    "Progress",
    "Tally",
    "Tell",
    "find_pairs",
    "jobs_of",
    "lone_sources",
    "read_manifest",
    "run",
]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``kept`` were finished by an earlier run, ``seconds`` are those of this one."""

    done: int
    failed: int
    kept: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Pairs a second in this run, 0 before the first.

        >>> Progress(done=30, failed=2, kept=10, total=100, seconds=4.0).rate
        5.0
        """
        return (self.done - self.kept) / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds to go at this rate, None while there is none.

        >>> Progress(done=30, failed=2, kept=10, total=100, seconds=4.0).remaining
        14.0
        """
        return (self.total - self.done) / self.rate if self.rate else None


Tell = Callable[[Progress], None]
"""Called after every pair."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run came to; ``kept`` of the done were finished before, ``doubtful`` have a warning in the table."""

    done: int
    failed: int
    kept: int
    doubtful: int = 0


def run(
    jobs: Sequence[Job],
    out: Path,
    work: Work | None = None,
    *,
    workers: int = 1,
    scheduler: str = "",
    resume: bool = False,
    tell: Tell | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Tally:
    """Do the work on every job and write records, results and failures into the folder ``out``.

    Args:
        jobs: from ``jobs_of``; their order is that of the tables.
        out: made if need be; only one run may hold it.
        work: what to do; collating with the default options if None.
        workers: processes of this machine; not used with ``scheduler``.
        scheduler: address of a Dask scheduler.
        resume: leave alone what is finished from the same inputs and signature; failures are tried again.
        tell: called after every pair.
        clock: seconds for the progress only.

    Raises:
        SettingError: workers below 1, a folder in use or not empty, no scheduler there.
        WriteError: the folder cannot be written to; what is finished stays finished.
    """
    if workers < 1:
        raise SettingError(f"{workers} workers", where="--workers", remedy="give 1 or more")
    work = work or Collating()
    with Folder(out, resume=resume) as folder:
        state = _State(folder, len(jobs), tell or _silent, clock)
        tasks = _tasks(jobs, work.signature, state)
        with closing(_outcomes(work, tasks, workers, scheduler)) as outcomes:
            for outcome in outcomes:
                state.take(outcome)
        doubtful = folder.finish(jobs)
    return Tally(state.done - state.failed, state.failed, state.kept, doubtful)


def _silent(progress: Progress) -> None:
    """Tell nobody."""


def _outcomes(work: Work, tasks: Iterator[Task], workers: int, scheduler: str) -> Generator[Outcome, None, None]:
    from aligner.batch.pool import in_cluster, in_processes

    if scheduler:
        return in_cluster(work, tasks, scheduler=scheduler)
    return in_processes(work, tasks, workers=workers)


class _State:
    """The counters of a run and the folder it fills."""

    def __init__(self, folder: Folder, total: int, tell: Tell, clock: Callable[[], float]) -> None:
        self.folder, self._total, self._tell, self._clock = folder, total, tell, clock
        self._start = clock()
        self.done = self.failed = self.kept = 0

    def take(self, outcome: Outcome) -> None:
        self.failed += not self.folder.keep(outcome).is_done
        self._count()

    def keep(self) -> None:
        self.kept += 1
        self._count()

    def _count(self) -> None:
        self.done += 1
        seconds = self._clock() - self._start
        self._tell(Progress(self.done, self.failed, self.kept, self._total, seconds))


def _tasks(jobs: Sequence[Job], signature: str, state: _State) -> Iterator[Task]:
    """Read the inputs one after the other as they are asked for; what is finished is not handed out."""
    for job in jobs:
        try:
            source = job.source.read_bytes() if job.source else None
            target = job.target.read_bytes()
        except OSError as error:
            reason = f"{error.filename}: cannot read: {error.strerror}; name a file that exists"
            state.take(Outcome(job.id, "", error="InputError", reason=reason))
            continue
        task = _task(job, signature, source, target)
        if state.folder.has(job.id, task.key):
            state.keep()
        else:
            yield task


def _task(job: Job, signature: str, source: bytes | None, target: bytes) -> Task:
    names = job.source.name if job.source else "", job.target.name
    bibls = dict(job.bibl("source")), dict(job.bibl("target"))
    digests = [hashlib.sha256(data).hexdigest() if data is not None else "" for data in (source, target)]
    facts = json.dumps([signature, job.id, digests, names, bibls], sort_keys=True)
    key = hashlib.sha256(facts.encode("utf-8")).hexdigest()
    return Task(job.id, key, source, target, *names, *bibls)
