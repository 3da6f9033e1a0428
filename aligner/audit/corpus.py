"""A folder of records as plain rows: what was read, what was flagged, what people decided."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aligner import tei
from aligner.errors import InputError, RecordError
from aligner.model import Act, Bead, Collation, Decision, Edit, Span, Status, Witness

__all__ = ["CONFIRMED", "Corpus", "Document", "document_of", "read_corpus", "words_in"]

CONFIRMED = (Status.ACCEPTED, Status.CORRECTED)
"""What a person stands behind; a rejected flag is none."""
_JUDGING = {Act.ACCEPTED, Act.REJECTED, Act.CHANGED, Act.ADDED, Act.CONFIRMED, Act.NOTED}
_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
_RESULTS = "results.tsv"


@dataclass(frozen=True, slots=True)
class Document:
    """One record, without what the audit does not ask for."""

    name: str
    facts: Mapping[str, str]
    source_text: str
    source_words: int
    target_words: int
    beads: tuple[Bead, ...]
    edits: tuple[Edit, ...]
    quotes: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]
    signature: str
    texts: tuple[str, str]

    @property
    def has_source(self) -> bool:
        """Tell whether there are edits to be counted, not only marks."""
        return bool(self.texts[0])

    def is_machines(self, number: int) -> bool:
        """Tell whether the machine put the flag up, whatever people made of it; they may add their own."""
        added = any(d.act is Act.ADDED and d.on == f"fe.{number}" for d in self.decisions)
        return bool(self.edits[number - 1].rule) and not added

    def stands(self, number: int, by: str) -> bool:
        """Tell whether a flag counts as the ``machine``'s or as one that people ``confirmed``."""
        if by == "machine":
            return self.is_machines(number)
        return self.edits[number - 1].status in CONFIRMED

    @property
    def reviewers(self) -> frozenset[str]:
        """Name the people who judged flags or left a decision that a review leaves."""
        judged = {e.by for e in self.edits if e.by and e.status is not Status.PROPOSED}
        return frozenset(judged | {d.who for d in self.decisions if d.act in _JUDGING})

    @property
    def is_reviewed(self) -> bool:
        """Tell whether a person was there and left no flag without judgement."""
        return bool(self.reviewers) and all(e.status is not Status.PROPOSED for e in self.edits)


@dataclass(frozen=True, slots=True)
class Corpus:
    """All records of a folder; ``second`` are further readings of a pair, not counted but compared."""

    documents: tuple[Document, ...]
    second: tuple[Document, ...]
    faults: tuple[str, ...]

    @property
    def readings(self) -> tuple[Document, ...]:
        """Give all, by name."""
        return tuple(sorted((*self.documents, *self.second), key=lambda d: d.name))


def read_corpus(folder: Path, *, each: Callable[[str, Collation], None] | None = None) -> Corpus:
    """Read every record of a folder, also of folders in it; one that cannot be read is a fault.

    Metadata of a batch's ``results.tsv`` go with the facts. ``each`` is called with every collation.

    Raises:
        InputError: there is no record in it.
    """
    paths = sorted(p for p in folder.rglob("*.xml") if not p.name.startswith("."))
    if not paths:
        raise InputError("no records in it", where=str(folder), remedy="name a folder of TEI records")
    stated = _stated(folder / _RESULTS)
    read, faults = [], []
    for path in paths:
        name = path.relative_to(folder).with_suffix("").as_posix()
        try:
            collation = tei.read(path)
        except RecordError as error:
            faults.append(str(error))
            continue
        if each:
            each(name, collation)
        read.append(document_of(name, collation, stated.get(name, {})))
    return _told_apart(read, faults)


def _told_apart(read: Iterable[Document], faults: Iterable[str]) -> Corpus:
    """Count every pair once: the reading with the most judged flags, of equals the first by name."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for document in read:
        groups.setdefault(document.texts, []).append(document)
    first, second = [], []
    for group in groups.values():
        best = min(group, key=lambda d: (-sum(e.status is not Status.PROPOSED for e in d.edits), d.name))
        first.append(best)
        second += [d for d in group if d is not best]
    return Corpus(tuple(sorted(first, key=lambda d: d.name)), tuple(second), tuple(faults))


def _stated(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {
        row["id"]: {k.removeprefix("meta_"): v or "" for k, v in row.items() if k and k.startswith("meta_")}
        for row in rows
        if row.get("id")
    }


def document_of(name: str, collation: Collation, stated: Mapping[str, str] | None = None) -> Document:
    """Take from a collation what the audit asks for."""
    source, target = collation.source, collation.target
    b = target.bibl
    facts = {
        **(stated or {}),
        "outlet": b.outlet,
        "translator": b.translator,
        "author": b.author,
        "date": b.published[:7],
        "published": b.published,
        "title": b.title,
        "source_title": source.bibl.title if source else "",
        "source_outlet": source.bibl.outlet if source else "",
    }
    return Document(
        name=name,
        facts=facts,
        source_text=source.text if source else "",
        source_words=_words(source),
        target_words=_words(target),
        beads=collation.ladder.beads if collation.ladder else (),
        edits=collation.edits,
        quotes=tuple((_quote(source, e.source), _quote(target, e.target)) for e in collation.edits),
        decisions=collation.decisions,
        signature=str(collation.signature),
        texts=(source.text_sha256 if source else "", target.text_sha256),
    )


def _quote(witness: Witness | None, span: Span | None) -> str:
    return span.of(witness.text) if witness and span else ""


def _words(witness: Witness | None) -> int:
    if witness is None:
        return 0
    return sum(words_in(block.span.of(witness.text)) for block in witness.blocks if block.is_aligned)


def words_in(text: str) -> int:
    """Count words: runs of letters and digits, apostrophes and hyphens inside them included.

    >>> words_in("The so-called state’s 3 ministers")
    5
    """
    return sum(1 for _ in _WORD.finditer(text))


def rows_of(documents: Iterable[Document]) -> Iterator[tuple[Document, int, Edit]]:
    """Give every flag with its document and its number there."""
    for document in documents:
        for number, edit in enumerate(document.edits, 1):
            yield document, number, edit
