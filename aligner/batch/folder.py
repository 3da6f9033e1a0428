"""The folder of a batch: records, the log from which a run resumes, and the two tables at the end."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from aligner.batch.jobs import Job
from aligner.batch.work import Outcome
from aligner.doubt import doubt
from aligner.errors import SettingError, WriteError
from aligner.store import write_bytes

__all__ = ["FAILURES", "LOG", "RESULTS", "Folder", "Result"]

LOG = "batch.jsonl"
"""One line for each finished pair: while a run goes on in the order of finishing, then in that of the jobs."""
RESULTS = "results.tsv"
FAILURES = "failures.tsv"


@dataclass(frozen=True, slots=True)
class Result:
    """What is kept of a pair; ``key`` is the digest of all its record depends on."""

    id: str
    key: str
    sha256: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    reason: str = ""

    @property
    def is_done(self) -> bool:
        """Tell whether there is a record."""
        return not self.error

    @property
    def warning(self) -> str:
        """Say what makes the record doubtful, if anything does."""
        beads = self.counts.get("beads", 0)
        return doubt(beads, self.counts.get("paired", beads))


class Folder:
    """The output folder, held by one run at a time.

    Raises:
        SettingError: another run holds it, or it holds a batch already and ``resume`` is not set.
        WriteError: it cannot be made or written to.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self.path = path
        self._log = self._open()
        self._hold()
        lines = (path / LOG).read_bytes()
        if lines and not resume:
            self._log.close()
            remedy = "give resume, or another folder"
            raise SettingError("there is a batch in it already", where=str(path), remedy=remedy)
        self.known = {result.id: result for result in _results(lines)}
        if lines and not lines.endswith(b"\n"):  # cut off in the middle of a line
            self._log.write(b"\n")
        for litter in path.glob(".*.xml.*.part"):
            litter.unlink(missing_ok=True)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._log.close()

    def _open(self) -> IO[bytes]:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            return (self.path / LOG).open("ab", buffering=0)
        except OSError as error:
            what = f"cannot write: {error.strerror or error}"
            raise WriteError(what, where=str(self.path), remedy="name a folder you may write to") from error

    def _hold(self) -> None:
        try:
            fcntl.flock(self._log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._log.close()
            remedy = "wait for it, or give another folder"
            raise SettingError("another run is at work there", where=str(self.path), remedy=remedy) from error

    def record(self, name: str) -> Path:
        """Say where the record of a pair stands."""
        return self.path / f"{name}.xml"

    def has(self, name: str, key: str) -> bool:
        """Tell whether the pair is finished from these inputs and settings and its record untouched."""
        known = self.known.get(name)
        if known is None or known.key != key or not known.is_done:
            return False
        try:
            return hashlib.sha256(self.record(name).read_bytes()).hexdigest() == known.sha256
        except OSError:
            return False

    def keep(self, outcome: Outcome) -> Result:
        """Write the record, then the line that says so: a kill between the two costs that pair only."""
        digest = ""
        if outcome.record is not None:
            write_bytes(self.record(outcome.id), outcome.record)
            digest = hashlib.sha256(outcome.record).hexdigest()
        result = Result(outcome.id, outcome.key, digest, dict(outcome.counts), outcome.error, outcome.reason)
        self.known[result.id] = result
        self._log.write(_line(result))
        return result

    def finish(self, jobs: Sequence[Job]) -> int:
        """Write the tables, and the log in the order of the jobs; equal whatever the workers did.

        Gives the number of pairs that are doubtful.
        """
        results = [self.known[job.id] for job in jobs]
        extra = list(dict.fromkeys(key for job in jobs for key, _ in job.metadata))
        done = [_row(job, result, extra) for job, result in zip(jobs, results, strict=True)]
        write_bytes(self.path / RESULTS, _table(done))
        lost = [
            {"id": j.id, "source": str(j.source or ""), "target": str(j.target), "error": r.error, "reason": r.reason}
            for j, r in zip(jobs, results, strict=True)
            if not r.is_done
        ]
        write_bytes(self.path / FAILURES, _table(lost, ("id", "source", "target", "error", "reason")))
        write_bytes(self.path / LOG, b"".join(map(_line, results)))
        return sum(bool(result.warning) for result in results)


def _results(lines: bytes) -> Iterable[Result]:
    """Read the log; a line cut off by a kill is as if it had not been."""
    for line in lines.split(b"\n"):
        try:
            yield Result(**json.loads(line))
        except (ValueError, TypeError):
            continue


def _line(result: Result) -> bytes:
    return json.dumps(asdict(result), ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n"


def _row(job: Job, result: Result, extra: Sequence[str]) -> dict[str, str]:
    counts = ("source_segments", "target_segments", "beads", "paired", "flags")
    stated = dict(job.metadata)
    return {
        "id": job.id,
        "status": "done" if result.is_done else "failed",
        "record": f"{job.id}.xml" if result.is_done else "",
        "sha256": result.sha256,
        **{name: str(result.counts.get(name, "")) for name in counts},
        "warning": result.warning,
        "reason": result.reason,
        **{f"meta_{name}": stated.get(name, "") for name in extra},
    }


def _table(rows: Sequence[Mapping[str, str]], columns: Sequence[str] = ()) -> bytes:
    out = io.StringIO(newline="")
    names = list(columns or (rows[0] if rows else ("id",)))
    writer = csv.DictWriter(out, names, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", "surrogateescape")
