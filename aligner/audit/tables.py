"""The corpus as tables for other programs: CSV, and Parquet where DuckDB is installed."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aligner.audit.corpus import Corpus, Document, rows_of
from aligner.errors import SettingError, WriteError
from aligner.model import Span
from aligner.store import write_bytes

__all__ = ["COLUMNS", "make_folder", "tables_of", "write_tables"]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "pairs": {
        "pair": "VARCHAR", "counted": "BOOLEAN", "reviewed": "BOOLEAN", "title": "VARCHAR",
        "source_title": "VARCHAR", "outlet": "VARCHAR", "source_outlet": "VARCHAR", "translator": "VARCHAR",
        "author": "VARCHAR", "published": "VARCHAR", "source_words": "INTEGER", "target_words": "INTEGER",
        "beads": "INTEGER", "flags": "INTEGER", "source_text_sha256": "VARCHAR",
        "target_text_sha256": "VARCHAR", "signature": "VARCHAR",
    },
    "beads": {
        "pair": "VARCHAR", "bead": "INTEGER", "type": "VARCHAR", "source_first": "INTEGER",
        "target_first": "INTEGER", "confidence": "DOUBLE", "status": "VARCHAR", "decided_by": "VARCHAR",
    },
    "edits": {
        "pair": "VARCHAR", "flag": "INTEGER", "bead": "INTEGER", "kind": "VARCHAR", "category": "VARCHAR",
        "direction": "VARCHAR", "severity": "VARCHAR", "confidence": "DOUBLE", "status": "VARCHAR",
        "decided_by": "VARCHAR", "source_start": "INTEGER", "source_end": "INTEGER", "source": "VARCHAR",
        "target_start": "INTEGER", "target_end": "INTEGER", "target": "VARCHAR", "cue": "VARCHAR",
        "referent": "VARCHAR", "grouped_as": "VARCHAR", "rule": "VARCHAR", "rationale": "VARCHAR",
        "note": "VARCHAR",
    },
    "decisions": {
        "pair": "VARCHAR", "number": "INTEGER", "at": "VARCHAR", "who": "VARCHAR", "act": "VARCHAR",
        "about": "VARCHAR", "note": "VARCHAR",
    },
}  # fmt: skip

Row = tuple[object, ...]
_NULL = "\\N"
"""Nothing, on the way into DuckDB; an empty text is a text there."""


def tables_of(corpus: Corpus) -> dict[str, list[Row]]:
    """Give the rows of the four tables, second readings of a pair included (``counted`` tells)."""
    readings = corpus.readings
    counted = {d.name for d in corpus.documents}
    return {
        "pairs": [_pair(d, d.name in counted) for d in readings],
        "beads": [row for d in readings for row in _beads(d)],
        "edits": [_edit(*found) for found in rows_of(readings)],
        "decisions": [row for d in readings for row in _decisions(d)],
    }


def _pair(d: Document, counted: bool) -> Row:
    facts = ("title", "source_title", "outlet", "source_outlet", "translator", "author", "published")
    return (
        d.name, counted, d.is_reviewed, *(d.facts.get(name, "") for name in facts), d.source_words,
        d.target_words, len(d.beads), len(d.edits), *d.texts, d.signature,
    )  # fmt: skip


def _beads(d: Document) -> Iterator[Row]:
    for number, bead in enumerate(d.beads):
        judged = bead.judgement
        first = bead.source.start, bead.target.start
        yield d.name, number, bead.type, *first, judged.confidence, str(judged.status), judged.by


def _edit(d: Document, number: int, e: Any) -> Row:
    source, target = d.quotes[number - 1]
    return (
        d.name, number, e.bead, str(e.kind), str(e.category), str(e.direction), e.severity, e.confidence,
        str(e.status), e.by, *_ends(e.source), source, *_ends(e.target), target, e.cue, e.referent, e.group,
        e.rule, e.rationale, e.note,
    )  # fmt: skip


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (span.start, span.end) if span else (None, None)


def _decisions(d: Document) -> Iterator[Row]:
    for number, decision in enumerate(d.decisions, 1):
        yield d.name, number, decision.when, decision.who, str(decision.act), decision.on, decision.note


def write_tables(corpus: Corpus, folder: Path) -> tuple[Path, ...]:
    """Write every table as CSV and as Parquet; the same bytes for the same corpus.

    In CSV an empty field is nothing stated; spreadsheets run a text that begins like a formula, so such
    a text gets an apostrophe before it, which the Parquet file has not.

    Raises:
        SettingError: DuckDB is not installed.
        WriteError: the folder cannot be written to.
    """
    duckdb = _duckdb()
    make_folder(folder)
    written = []
    for name, rows in tables_of(corpus).items():
        written += [folder / f"{name}.csv", folder / f"{name}.parquet"]
        write_bytes(written[-2], _csv(tuple(COLUMNS[name]), [tuple(map(_plain, row)) for row in rows]))
        _write_parquet(duckdb, name, rows, written[-1])
    return tuple(written)


def make_folder(folder: Path) -> None:
    """Make a folder and those it lies in.

    Raises:
        WriteError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot write: {error.strerror or error}"
        raise WriteError(what, where=str(folder), remedy="name a folder you may write to") from error


def _duckdb() -> Any:
    try:
        return importlib.import_module("duckdb")
    except ImportError as error:
        remedy = 'pip install "muqabala[audit]"'
        raise SettingError("DuckDB is not installed", where="--tables", remedy=remedy) from error


def _plain(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def _write_parquet(duckdb: Any, name: str, rows: Sequence[Row], path: Path) -> None:
    """Through a CSV file, by far the quickest way in; into place as a whole."""
    raw = path.with_name(f".{name}.csv.part")
    made = path.with_name(f".{name}.parquet.part")
    types = ", ".join(f"'{column}': '{kind}'" for column, kind in COLUMNS[name].items())
    marked = [tuple(_NULL if value is None else value for value in row) for row in rows]
    raw.write_bytes(_csv(tuple(COLUMNS[name]), marked))
    try:
        with duckdb.connect(":memory:", config={"threads": 1}) as db:
            select = (
                f"SELECT * FROM read_csv($1, header=true, delim=',', quote='\"', escape='\"', "
                f" nullstr='{_NULL}', auto_detect=false, parallel=false, columns={{{types}}})"
            )
            db.execute(f"COPY ({select}) TO '{str(made).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)", [str(raw)])
        write_bytes(path, made.read_bytes())
    finally:
        raw.unlink(missing_ok=True)
        made.unlink(missing_ok=True)
