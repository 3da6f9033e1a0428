"""Make the example audit anew: python -m bench.example_audit [--page audit.html] [--check]

Collates every development document of ../shared/corpora/dev that is there on both sides, as `muqabala batch`
does, audits the records, and writes what may be shared into corpora/example-audit/: which documents (by
hash), where the flags stand (offsets), and the rates. --page writes the audit page and its reports too, which
quote the texts and are not to be shared. --check writes nothing and says whether the folder would change.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from aligner.audit import audit, read_corpus
from aligner.audit.corpus import Corpus, Document, rows_of
from aligner.audit.estimate import Estimate
from aligner.audit.rates import Line, overall, panels
from aligner.audit.terms import term_lines
from aligner.batch import Collating, Job, run
from aligner.embed import cache_folder
from aligner.model import EditKind, Span
from bench.batch import DEV, documents

OUT = Path(__file__).resolve().parents[1] / "corpora" / "example-audit"
OUTLETS = {
    "ooni": "OONI",
    "palurban": "Palestine Urbanism",
    "syrian_archive": "Syrian Archive",
    "udhr": "United Nations",
    "vote_gov": "vote.gov",
    "xquad": "XQuAD",
}
"""The publishers, by the folder that holds their documents."""
TERMS = ("terrorism", "terrorist", "regime", "opposition", "attack", "attacks", "occupation", "victims", "violations")
"""Terms to follow; chosen before looking at what becomes of them."""
_TOML = '''# Made by `python -m bench.example_audit`. Figures, hashes and offsets: no text of the documents.
name = "example-audit"
title = "An audit of {n} English documents with their Arabic translations"
description = """
What `muqabala batch` and `muqabala audit` make of all documents of ../shared/corpora/dev that are there on both
sides: documents.tsv, flags.tsv (offsets in code points), rates.tsv and terms.tsv with 95 % bootstrap intervals
over documents. All flags are machine-proposed; no person has judged them.
"""
signature = "{signature}"
origin = "the texts are those of ../shared/corpora/dev and are not part of this repository"
licence = "CC0-1.0"
licence_covers = "the figures, hashes and offsets in this folder; not the texts"
location = "../shared/corpora/dev, beside the clone"
source_language = "en"
target_language = "ar"
'''

Rows = Iterable[Sequence[object]]


def jobs() -> tuple[Job, ...]:
    """Give the pairs, each with its publisher."""
    return tuple(
        Job(f"{s.parent.name}.{s.name.removesuffix('.en.txt')}", s, t, (("outlet", OUTLETS[s.parent.name]),))
        for s, t in documents()
    )


def files_of(corpus: Corpus, pairs: Sequence[Job]) -> dict[str, bytes]:
    """Give the files of the example by name."""
    made = {
        "documents.tsv": _table(
            ("pair", "outlet", "source_words", "target_words", "beads", "flags"), _documents(corpus)),
        "flags.tsv": _table(
            ("pair", "flag", "bead", "category", "direction", "rule", "confidence",
             "source_start", "source_end", "target_start", "target_end"), _flags(corpus)),
        "rates.tsv": _table(
            ("by", "value", "category", "direction", "documents", "source_words", "flags", "per_1000", "low", "high"),
            _rates(corpus)),
        "terms.tsv": _table(("term", "fate", "documents", "mentions", "met", "percent", "low", "high"), _terms(corpus)),
    }  # fmt: skip
    texts = [path for job in pairs for path in (job.source, job.target) if path]
    listed = "".join(_listed("files", name, data) for name, data in made.items())
    listed += "".join(_listed("texts", path.relative_to(DEV).as_posix(), path.read_bytes()) for path in texts)
    head = _TOML.format(n=len(corpus.documents), signature=corpus.documents[0].signature)
    return {**made, "SOURCE.toml": (head + listed).encode("utf-8")}


def _listed(kind: str, name: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f'\n[[{kind}]]\npath = "{name}"\nsha256 = "{digest}"\nsize = {len(data)}\n'


def _table(columns: Sequence[str], rows: Rows) -> bytes:
    lines = ["\t".join("" if value is None else str(value) for value in row) for row in (columns, *rows)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _documents(corpus: Corpus) -> Iterator[Sequence[object]]:
    for d in corpus.documents:
        yield _place(d), d.facts["outlet"], d.source_words, d.target_words, len(d.beads), len(d.edits)


def _place(document: Document) -> str:
    """Name a document by folder and file, which is no run of words of its title."""
    return document.name.replace(".", "/", 1)


def _flags(corpus: Corpus) -> Iterator[Sequence[object]]:
    for d, number, e in rows_of(corpus.documents):
        ends = (end for span in (e.source, e.target) for end in _ends(span))
        yield _place(d), number, e.bead, e.category, e.direction, e.rule, f"{e.confidence:.3f}", *ends


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    return (span.start, span.end) if span else (None, None)


def _rates(corpus: Corpus) -> Iterator[Sequence[object]]:
    for line in overall(corpus.documents, EditKind.EDIT).lines:
        yield "all", "", *_rate(line)
    for panel in panels(corpus.documents, "outlet"):
        for line in panel.lines:
            yield "outlet", line.label, *_rate(line)


def _rate(line: Line) -> Sequence[object]:
    e, where = line.machine, line.where
    return where.get("category", ""), where.get("direction", ""), e.documents, e.of, e.count, *_figures(e)


def _terms(corpus: Corpus) -> Iterator[Sequence[object]]:
    for line in term_lines(corpus.documents, TERMS):
        for fate in line.fates:
            e = fate.machine
            yield line.term, fate.name, line.documents, line.mentions, e.count, *_figures(e)


def _figures(e: Estimate) -> Sequence[str]:
    return ["" if value is None else f"{value:.3f}" for value in (e.value, e.low, e.high)]


def main() -> None:
    """Make the example, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, help="the audit page to write, outside the repository")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the folder would change")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as records:
        tally = run(jobs(), Path(records), Collating(cache=cache_folder()), workers=given.workers)
        if given.page:
            audit(
                Path(records), given.page, by=("outlet", "term"), terms=TERMS, tables=given.page.with_suffix(".tables")
            )
        made = files_of(read_corpus(Path(records)), jobs())
    print(f"{tally.done} collated, {tally.failed} failed")
    old = {path.name: path.read_bytes() for path in OUT.iterdir()} if OUT.is_dir() else {}
    changed = sorted(name for name in {*old, *made} if old.get(name) != made.get(name))
    if not given.check:
        OUT.mkdir(exist_ok=True)
        for name, data in made.items():
            (OUT / name).write_bytes(data)
    print(f"{'would change' if given.check else 'changed'}: {', '.join(changed) or 'nothing'}")
    sys.exit(bool(tally.failed or (given.check and changed)))


if __name__ == "__main__":
    main()
