"""Fuzz targets: bytes in, nothing out; whatever is raised but an AlignerError is a defect."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from aligner import tei
from aligner.batch import read_manifest
from aligner.errors import AlignerError
from aligner.foreign import from_ladder, from_tmx, from_tsv
from aligner.frame.view import SideView
from aligner.ingest import read_pairs, read_sentences, witness_from_bytes
from aligner.ingest.decode import decode
from aligner.ingest.media import DOCX, HTML, TEI, TEXT, WARC
from aligner.journal import Session, journal_path
from aligner.patch import canonical_json
from aligner.resources import Lexicon, _parse
from aligner.score import read_ladder
from aligner.segment import segment
from aligner.verify import verify
from bench.fuzzing import seeds

__all__ = ["TARGETS", "Target", "is_harmless"]


@dataclass(frozen=True, slots=True)
class Target:
    """A reader and the inputs to begin with."""

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


def is_harmless(target: Target, data: bytes) -> bool:
    """Read the bytes; tell whether they were refused. Anything but an AlignerError comes through."""
    try:
        target.read(data)
    except AlignerError as error:
        assert error.what, "an error that says nothing"
        return True
    return False


def _text_reader(media: str | None) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        witness = witness_from_bytes(data, siglum="x", media_type=media)
        assert any(block.is_aligned for block in witness.blocks)
        assert all(0 <= b.span.start < b.span.end <= len(witness.text) for b in witness.blocks)
        segment(witness)

    return read


def _docx_part(data: bytes) -> None:
    _text_reader(DOCX)(seeds.docx(data))


def _record(data: bytes) -> None:
    """What is read can be written, and is then read as the same."""
    collation = tei.loads(data)
    assert tei.loads(tei.dumps(collation)) == collation


def _verify(data: bytes) -> None:
    path = _scratch() / "verified.xml"
    path.write_bytes(data)
    verify(path)


def _bind(data: bytes) -> None:
    made = seeds.collation()
    tei.bind(data, made.source, made.target)


def _reanchor(data: bytes) -> None:
    """Bind to texts that were set wider since."""
    made = seeds.collation()
    assert made.source
    wider = [replace(w, text=w.text.replace(" ", "  "), blocks=()) for w in (made.source, made.target)]
    tei.bind(data, *wider, reanchor=True)


def _journal(data: bytes) -> None:
    """Open a session over a record that left this journal behind."""
    record = _scratch() / "open.xml"
    for litter in _scratch().glob("open.xml*"):
        litter.unlink()
    record.write_bytes(_journal_seed()[0])
    journal_path(record).write_bytes(data)
    with Session(record, "A. Reader", clock=lambda: "2026-01-02T03:04:05Z") as session:
        tei.dumps(session.collation)


def _sealed_journal(data: bytes) -> None:
    """The same with every digest put right, so that what stands behind the digests is reached."""
    digest, lines = "", []
    for line in data.split(b"\n"):
        with suppress(ValueError, RecursionError):
            row = json.loads(line)
            if isinstance(row, dict):
                row.pop("own", None)
                line = canonical_json(_resealed(row, digest)).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(line + b"\n").hexdigest()
        lines.append(line)
    _journal(b"\n".join(lines))


def _resealed(row: dict[str, object], digest: str) -> dict[str, object]:
    if "journal" in row:
        return {**row, "record": hashlib.sha256(_journal_seed()[0]).hexdigest()}
    row = {**row, "prev": digest}
    return {**row, "own": hashlib.sha256(canonical_json(row).encode("utf-8")).hexdigest()[:16]}


def _manifest(kind: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        path = _scratch() / f"m.{kind}"
        path.write_bytes(data)
        for job in read_manifest(path):
            job.bibl("source"), job.bibl("target")

    return read


def _pairs(data: bytes) -> None:
    path = _scratch() / "pairs.jsonl"
    path.write_bytes(data)
    list(read_pairs(path))


def _sentences(data: bytes) -> None:
    path = _scratch() / "a.sent"
    path.write_bytes(data)
    read_sentences(path)


def _tmx(data: bytes) -> None:
    tei.dumps(from_tmx(data))


def _tsv(data: bytes) -> None:
    tei.dumps(from_tsv(decode(data).text))


def _ladder(data: bytes) -> None:
    path = _scratch() / "a.ladder"
    path.write_bytes(data)
    sentences = [f"Sentence {k}." for k in range(40)]
    from_ladder(read_ladder(path), sentences, sentences)


def _lexicon(data: bytes) -> None:
    """Load rows of a user's and look for them in a sentence."""
    rows = dict.fromkeys(("hedges", "counterparts", "labels", "reporting", "evaluative", "names"), ())
    lexicon = Lexicon(**{**rows, **{name: tuple(found) for name, found in _parse("own.yaml", data).items()}}, sha256="")
    for text, language in (("He said the brutal raider fled.", "en"), ("قال إن المغير المزعوم هرب.", "ar")):
        side = SideView(text, language, lexicon)
        assert [side.hedges, side.labels, side.reporting, side.evaluative, side.name_cues]


@cache
def _scratch() -> Path:
    """A folder for the readers of files, in memory where there is such a place."""
    memory = Path("/dev/shm")
    folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _journal_seed() -> tuple[bytes, bytes]:
    return seeds.journal()


def _journal_seeds() -> list[bytes]:
    return [_journal_seed()[1]]


TARGETS: Mapping[str, Target] = {
    "html": Target(_text_reader(HTML), seeds.pages),
    "docx": Target(_text_reader(DOCX), lambda: [seeds.docx()]),
    "docx-part": Target(_docx_part, seeds.docx_parts),
    "tei-text": Target(_text_reader(TEI), seeds.tei_texts),
    "warc": Target(_text_reader(WARC), seeds.warcs),
    "text": Target(_text_reader(TEXT), seeds.texts),
    "any": Target(_text_reader(None), lambda: [*seeds.pages()[:3], *seeds.texts(), *seeds.tei_texts()]),
    "record": Target(_record, seeds.record),
    "verify": Target(_verify, seeds.record),
    "standoff": Target(_bind, lambda: seeds.tables("standoff")),
    "re-anchor": Target(_reanchor, lambda: seeds.tables("standoff")),
    "journal": Target(_journal, _journal_seeds),
    "sealed-journal": Target(_sealed_journal, _journal_seeds),
    "tmx": Target(_tmx, lambda: seeds.tables("tmx")),
    "tsv": Target(_tsv, lambda: seeds.tables("tsv")),
    "ladder": Target(_ladder, lambda: seeds.tables("ladder")),
    "manifest": Target(_manifest("csv"), lambda: seeds.tables("manifest")),
    "json-manifest": Target(_manifest("jsonl"), lambda: seeds.tables("manifest")),
    "pairs": Target(_pairs, lambda: seeds.tables("pairs")),
    "sentences": Target(_sentences, seeds.texts),
    "lexicon": Target(_lexicon, lambda: seeds.tables("lexicon")),
}
"""XLIFF is written and never read, so it is no target."""
