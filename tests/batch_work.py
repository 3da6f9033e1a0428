"""Things to do in the workers of a batch's tests; importable by spawned and by Dask processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aligner.batch.work import Task, counts_of, witnesses
from aligner.errors import InputError

__all__ = ["Fake", "Moody"]


@dataclass(frozen=True, slots=True)
class Fake:
    """Collate with the embedder of the tests."""

    name: str = "fake"

    @property
    def signature(self) -> str:
        return self.name

    def __call__(self, task: Task) -> tuple[bytes, Mapping[str, int]]:
        from aligner import tei
        from aligner.pipeline import collate
        from tests.fakes import FakeEmbedder

        source, target = witnesses(task)
        collation = collate(source, target, FakeEmbedder())
        return tei.dumps(collation), counts_of(collation)


@dataclass(frozen=True, slots=True)
class Moody:
    """Do what the target text says: ``ok``, ``wrong``, ``bug``, ``die`` always, ``die once``.

    ``folder`` notes what was done, so that a test can count it.
    """

    folder: Path
    name: str = "moody"

    @property
    def signature(self) -> str:
        return self.name

    def __call__(self, task: Task) -> tuple[bytes, Mapping[str, int]]:
        order = task.target.decode()
        note = self.folder / f"{task.id}.done"
        note.write_text(f"{note.read_text() if note.exists() else ''}{order}\n")
        if order == "wrong":
            raise InputError("there is no text", where=task.target_name, remedy="give one")
        if order == "bug":
            raise ZeroDivisionError("a slip")
        if order == "die" or (order == "die once" and note.read_text().count("\n") == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        return f"<TEI n='{task.id}'>{order}</TEI>".encode(), {"beads": 1}
