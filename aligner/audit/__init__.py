"""An audit of a folder of records: rates with intervals, terms, agreement, every number with its flags.

What the machine proposed and what people confirmed are never added up. The page says which way
translations moved, never why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from aligner import __version__
from aligner.audit.agreement import agreement
from aligner.audit.codebook import codebook, taxonomy
from aligner.audit.corpus import Corpus, Document, read_corpus, rows_of
from aligner.audit.estimate import ROUNDS, SEED
from aligner.audit.rates import Panel, overall, panels
from aligner.audit.tables import make_folder, write_tables
from aligner.audit.terms import absent_terms, frequent_terms, term_lines
from aligner.errors import SettingError
from aligner.model import Collation, EditKind
from aligner.page import fill
from aligner.report import render as report
from aligner.store import write_bytes

__all__ = ["LISTED", "absent_terms", "audit", "citation", "codebook", "read_corpus", "render", "write_tables"]

LISTED = 20_000
"""Flags listed in the page; a browser takes a second or two to show so many. All are in the tables."""
_BY = ("outlet", "translator")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A flag in the page's list, with where its report stands and by what the list can be narrowed."""

    document: Document
    number: int
    link: str
    terms: str

    @property
    def edit(self) -> object:
        return self.document.edits[self.number - 1]

    @property
    def quotes(self) -> tuple[str, str]:
        return self.document.quotes[self.number - 1]


def audit(
    folder: Path,
    out: Path,
    *,
    by: Sequence[str] = _BY,
    terms: Sequence[str] = (),
    tables: Path | None = None,
    reports: bool = True,
    tell: Callable[[str], None] | None = None,
) -> Corpus:
    """Write the audit page of a folder of records, and beside it a report of every record.

    Args:
        folder: TEI records, as ``batch`` or the review left them.
        out: the page; the reports go into a folder of the same name without its ending.
        by: facts to compare by: outlet, translator, author, date (months), source_outlet, any column of
            the batch's manifest, and ``term``.
        terms: source terms to follow; those flagged most often if none are given and ``term`` is in ``by``.
        tables: folder for the CSV and Parquet tables, None for none.
        reports: write the reports; without them flags have no link to their place.
        tell: called with the name of every record read.

    Raises:
        InputError: no records there.
        SettingError: a fact no document has; DuckDB missing for the tables.
        WriteError: something cannot be written.
    """
    pages = out.with_suffix("") if reports else None
    corpus = read_corpus(folder, each=partial(_each, pages, tell))
    if tables:
        write_tables(corpus, tables)
    base = quote(pages.name) if pages else ""
    page = render(corpus, by=by, terms=terms, reports=base)
    write_bytes(out, page.encode("utf-8"))
    return corpus


def _each(pages: Path | None, tell: Callable[[str], None] | None, name: str, collation: Collation) -> None:
    if tell:
        tell(name)
    if pages:
        path = pages / f"{name}.html"
        make_folder(path.parent)
        write_bytes(path, report(collation).encode("utf-8"))


def render(corpus: Corpus, *, by: Sequence[str] = _BY, terms: Sequence[str] = (), reports: str = "") -> str:
    """Give the audit as one self-contained page; ``reports`` is the folder of the reports, as a link."""
    facts = _facts(corpus, by)
    followed = tuple(terms) or (frequent_terms(corpus.documents) if "term" in by else ())
    lines = term_lines(corpus.documents, followed)
    listed = _listed(corpus, lines, reports)
    return fill(
        "audit.html",
        style="base.css+audit.css",
        script="audit.js",
        corpus=corpus,
        edits=overall(corpus.documents, EditKind.EDIT),
        marks=overall(corpus.documents, EditKind.MARK),
        dimensions={fact: _panels(corpus, fact) for fact in facts},
        terms=lines,
        agreement=agreement(corpus),
        listed=listed[:LISTED],
        n_flags=len(listed),
        facts=facts,
        signatures=Counter(d.signature for d in corpus.documents).most_common(),
        citation=citation(corpus),
        taxonomy=taxonomy(),
        rounds=ROUNDS,
        seed=SEED,
    )


def _facts(corpus: Corpus, by: Sequence[str]) -> tuple[str, ...]:
    known = {fact for d in corpus.documents for fact in d.facts}
    for name in by:
        if name != "term" and name not in known:
            remedy = f"choose from {', '.join(sorted(known | {'term'}))}"
            raise SettingError(f"no document has the fact {name!r}", where="--by", remedy=remedy)
    return tuple(dict.fromkeys(name for name in by if name != "term"))


def _panels(corpus: Corpus, fact: str) -> tuple[Panel, ...]:
    """Nothing to compare by where no document states the fact."""
    return panels(corpus.documents, fact) if any(d.facts.get(fact) for d in corpus.documents) else ()


def _listed(corpus: Corpus, lines: Sequence[object], reports: str) -> list[_Listed]:
    """All flags by category, direction and place, so that a number without scripts finds its block."""
    on_terms = _terms_of(lines)
    rows = sorted(rows_of(corpus.documents), key=lambda r: (r[2].category, r[2].direction, r[0].name, r[1]))
    return [
        _Listed(
            document,
            number,
            f"{reports}/{quote(document.name)}.html#f{number}" if reports else "",
            " ".join(on_terms.get((document.name, number), ())),
        )
        for document, number, _ in rows
    ]


def _terms_of(lines: Sequence[object]) -> Mapping[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    for index, line in enumerate(lines):
        for fate_index, fate in enumerate(getattr(line, "fates", ())):
            for flag in fate.flags:
                found.setdefault(flag, []).append(f"{index}.{fate_index}")
    return found


def citation(corpus: Corpus) -> str:
    """Say how to cite the tool for these results: version and signature, or how many there are."""
    signatures = sorted({d.signature for d in corpus.documents})
    what = signatures[0] if len(signatures) == 1 else f"{len(signatures)} signatures, listed beside"
    return f"Muqabala {__version__}, collation of translated news [computer program]. Signature: {what}."
