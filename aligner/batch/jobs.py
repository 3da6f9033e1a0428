"""The pairs of a batch: rows of a manifest, or files of a folder paired by name."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from aligner.errors import InputError
from aligner.model import Bibl

__all__ = ["Job", "find_pairs", "jobs_of", "lone_sources", "read_manifest"]

_COLUMNS = ("id", "source", "target")
_NAME = re.compile(r"\w[\w.\-]{0,150}")
_PAIRED = re.compile(r"(?P<id>.+)\.(?P<language>en|ar)\.(?P<kind>[A-Za-z]+)")
_KINDS = ("html", "htm", "txt", "xml", "docx", "md")
_BIBL = {field.name for field in fields(Bibl)}


@dataclass(frozen=True, slots=True)
class Job:
    """One pair to be collated: where its texts are and what is known of them.

    ``source`` is None where there is only the translation. ``metadata`` are the other columns of the
    manifest, in its order.
    """

    id: str
    source: Path | None
    target: Path
    metadata: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.id):
            raise ValueError(f"an id is letters, digits, dots and hyphens, not {self.id!r}")

    def bibl(self, side: str) -> Mapping[str, str]:
        """Give what the metadata state of a side: ``source_title`` and so on; bare names are the target's.

        >>> job = Job("a", None, Path("a.ar.txt"), (("outlet", "X"), ("source_outlet", "Y"), ("term", "z")))
        >>> job.bibl("source"), job.bibl("target")
        ({'outlet': 'Y'}, {'outlet': 'X'})
        """
        stated = dict(self.metadata)
        named = {name: stated.get(f"{side}_{name}", "") for name in sorted(_BIBL)}
        if side == "target":
            named = {name: value or stated.get(name, "") for name, value in named.items()}
        return {name: value for name, value in named.items() if value}


def jobs_of(path: Path) -> tuple[Job, ...]:
    """Give the pairs of a manifest or of a folder.

    Raises:
        InputError: there is none, or a row that cannot be one pair.
    """
    jobs = find_pairs(path) if path.is_dir() else read_manifest(path)
    if not jobs:
        raise InputError(
            "no pairs in it",
            where=str(path),
            remedy="name files x.en.txt and x.ar.txt, or give a manifest with id, source, target",
        )
    return jobs


def find_pairs(folder: Path) -> tuple[Job, ...]:
    """Pair the files of a folder by name: ``x.en.html`` with ``x.ar.html``; a kind may differ by side.

    A translation without source makes a job without one; a source alone is left out: ``lone_sources``.
    """
    sides = _sides(folder)
    return _checked(
        (Job(name, pair.get("en"), pair["ar"]), str(folder)) for name, pair in sides.items() if "ar" in pair
    )


def lone_sources(folder: Path) -> tuple[Path, ...]:
    """Name the sources of a folder beside which there is no translation; none where it is a manifest."""
    sides = _sides(folder).values() if folder.is_dir() else ()
    return tuple(pair["en"] for pair in sides if "ar" not in pair)


def _sides(folder: Path) -> dict[str, dict[str, Path]]:
    sides: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir(), key=lambda p: _rank(p)):
        found = _PAIRED.fullmatch(path.name)
        if found and found["kind"].lower() in _KINDS and path.is_file():
            sides.setdefault(found["id"], {}).setdefault(found["language"], path)
    return sides


def _rank(path: Path) -> tuple[str, int]:
    """By name, and of two files of one text the richer kind first."""
    stem, _, kind = path.name.rpartition(".")
    return stem, _KINDS.index(kind.lower()) if kind.lower() in _KINDS else len(_KINDS)


def read_manifest(path: Path) -> tuple[Job, ...]:
    """Read a manifest: TSV or CSV with a heading line, or JSON rows; texts are looked for beside it.

    Raises:
        InputError: naming the row and what is wrong with it.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        what, remedy = f"cannot read: {error.strerror}", "name a manifest or a folder that exists"
        raise InputError(what, where=str(path), remedy=remedy) from error
    except UnicodeDecodeError as error:
        what = f"the manifest is not UTF-8 (byte {error.start})"
        raise InputError(what, where=str(path), remedy="give a table saved as UTF-8") from error
    rows = _json_rows(text, path) if path.suffix in (".jsonl", ".ndjson") else _table_rows(text, path)
    return _checked((_job(row, path.parent, where), where) for row, where in rows)


def _table_rows(text: str, path: Path) -> Iterator[tuple[dict[str, str], str]]:
    first = text.partition("\n")[0]
    mark = "\t" if path.suffix == ".tsv" or "\t" in first else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        missing = set(_COLUMNS) - set(reader.fieldnames or ())
        if missing:
            what = f"no column {', '.join(sorted(missing))}"
            raise InputError(what, where=f"{path}:1", remedy="begin with a line: id, source, target")
        for row in reader:
            yield {k: v or "" for k, v in row.items() if k}, f"{path}:{reader.line_num}"
    except csv.Error as error:
        where = f"{path}:{reader.reader.line_num}"
        raise InputError(str(error), where=where, remedy="quote fields as spreadsheets do") from error


def _json_rows(text: str, path: Path) -> Iterator[tuple[dict[str, str], str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError("this is no JSON", where=where, remedy="write one object a line") from error
        if not isinstance(row, dict):
            raise InputError("a row is an object", where=where, remedy="give it id, source and target")
        yield {str(k): "" if v is None else str(v) for k, v in row.items()}, where


def _job(row: Mapping[str, str], folder: Path, where: str) -> Job:
    if not row.get("target"):
        raise InputError("no target", where=where, remedy="name the file of the translation")
    source = folder / row["source"] if row.get("source") else None
    metadata = tuple((key, value) for key, value in row.items() if key not in _COLUMNS)
    try:
        return Job(row.get("id", ""), source, folder / row["target"], metadata)
    except ValueError as error:
        raise InputError(str(error), where=where, remedy="the record is named after it") from error


def _checked(jobs: Iterable[tuple[Job, str]]) -> tuple[Job, ...]:
    """Refuse two jobs whose records would be one file, also where letter case does not count."""
    seen: dict[str, Job] = {}
    for job, where in jobs:
        if job.id.casefold() in seen:
            raise InputError(f"id {job.id!r} stands twice", where=where, remedy="give every pair its own id")
        seen[job.id.casefold()] = job
    return tuple(seen.values())
