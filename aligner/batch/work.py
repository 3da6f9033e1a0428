"""What a worker does: bytes of a pair in, bytes of its record out; it opens no file of the batch.

The process that runs the batch reads and writes, so a worker that dies leaves nothing half done, and a
cluster needs no common disk.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aligner.doubt import n_paired
from aligner.errors import AlignerError
from aligner.model import Collation, Witness
from aligner.pipeline import Options

if TYPE_CHECKING:
    from aligner.embed import Embedder

__all__ = ["Collating", "Outcome", "Task", "Work", "attempt"]

_ONE_AT_A_TIME = threading.Lock()
"""A cluster's worker may run several tasks in one process; bits depend on who shares the BLAS threads."""


@dataclass(frozen=True, slots=True)
class Task:
    """A pair as a worker gets it; ``key`` is a digest of everything its record depends on."""

    id: str
    key: str
    source: bytes | None
    target: bytes
    source_name: str = ""
    target_name: str = ""
    source_bibl: Mapping[str, str] = field(default_factory=dict)
    target_bibl: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task: a record with its counts, or the reason why there is none."""

    id: str
    key: str
    record: bytes | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    reason: str = ""


class Work(Protocol):
    """What can be done to a task, in another process: picklable, the same bytes for the same task."""

    @property
    def signature(self) -> str:
        """Name the settings, model and data that make the result."""

    def __call__(self, task: Task) -> tuple[bytes, Mapping[str, int]]:
        """Give the record and its counts."""


@dataclass(frozen=True, slots=True)
class Collating:
    """Collate a pair into its TEI record, the model loaded once a process.

    ``cache`` is the folder of vectors kept between runs, None for no cache.
    """

    model: str = "use-m3"
    options: Options = field(default_factory=Options)
    cache: Path | None = None

    @property
    def signature(self) -> str:
        """Give the signature that will stand in every record."""
        from aligner.pipeline import signature

        return str(signature(self.options, _embedder(self.model, self.cache)))

    def __call__(self, task: Task) -> tuple[bytes, Mapping[str, int]]:
        """Give the record and its counts.

        Raises:
            AlignerError: the pair cannot be collated.
        """
        from aligner import tei
        from aligner.ingest import check_sides
        from aligner.pipeline import collate

        source, target = witnesses(task)
        check_sides(source, target)
        collation = collate(source, target, _embedder(self.model, self.cache), self.options)
        return tei.dumps(collation), counts_of(collation)


def witnesses(task: Task) -> tuple[Witness | None, Witness]:
    """Read both sides; what the manifest states wins over what the file says of itself."""
    target = _witness(task.target, "ar", task.target_name, task.target_bibl)
    if task.source is None:
        return None, target
    return _witness(task.source, "en", task.source_name, task.source_bibl), target


def _witness(data: bytes, siglum: str, name: str, stated: Mapping[str, str]) -> Witness:
    from aligner.ingest import witness_from_bytes

    read = witness_from_bytes(data, siglum=siglum, origin=name)
    return replace(read, bibl=replace(read.bibl, **stated)) if stated else read


def counts_of(collation: Collation) -> Mapping[str, int]:
    """Count what the manifest of results shows of a collation."""
    return {
        "source_segments": len(collation.source_segments),
        "target_segments": len(collation.target_segments),
        "beads": collation.ladder.n_beads if collation.ladder else 0,
        "paired": n_paired(collation.ladder),
        "flags": len(collation.edits),
    }


@lru_cache(maxsize=1)
def _embedder(model: str, cache: Path | None) -> Embedder:
    """One for all the pairs of a worker: what it has seen in one text it knows in the next."""
    from aligner.embed import CachedEmbedder, RememberingEmbedder, load_embedder

    inner = load_embedder(model, threads=1)
    return RememberingEmbedder(CachedEmbedder(inner, cache) if cache else inner)


def attempt(work: Work, task: Task) -> Outcome:
    """Do the work on one task; whatever goes wrong becomes the outcome's reason.

    What is no AlignerError is a bug: it is logged with its traceback and named as one.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    try:
        with _ONE_AT_A_TIME, threadpool_limits(1):
            record, counts = work(task)
    except AlignerError as error:
        return Outcome(task.id, task.key, error=type(error).__name__, reason=str(error))
    except Exception as error:
        logging.getLogger(__name__).exception("pair %s", task.id)
        reason = f"{error} (a bug in muqabala: please report it)"
        return Outcome(task.id, task.key, error=type(error).__name__, reason=reason)
    return Outcome(task.id, task.key, record, counts)
