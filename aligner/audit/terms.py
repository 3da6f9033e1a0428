"""What becomes of a term: of all its mentions in the sources, how many the translations put in quotation
marks, hedge, or call something else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aligner.audit.corpus import Document, rows_of
from aligner.audit.estimate import Estimate, ratio
from aligner.model import Category, Direction, Edit, Span

__all__ = ["FATES", "Fate", "TermLine", "absent_terms", "frequent_terms", "mentions", "term_lines"]

FATES: Mapping[str, tuple[Category, ...]] = {
    "quoted or hedged": (Category.SCARE_QUOTE, Category.HEDGE),
    "relabelled": (Category.LABEL,),
    "left out": (Category.OMISSION,),
}
_MOST = 20
"""Terms shown where the reader named none."""


@dataclass(frozen=True, slots=True)
class Fate:
    """The share of a term's mentions that met one fate, as the machine has it and as people confirmed it."""

    name: str
    machine: Estimate
    confirmed: Estimate | None
    flags: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term with its mentions and what became of them."""

    term: str
    mentions: int
    documents: int
    fates: tuple[Fate, ...]


def mentions(term: str, text: str) -> tuple[Span, ...]:
    """Find a term as whole words, in any case, over any white space.

    >>> [(s.start, s.end) for s in mentions("armed group", "Armed  groups and an armed\\ngroup")]
    [(21, 32)]
    """
    words = r"\s+".join(map(re.escape, term.split()))
    if not words:
        return ()
    found = re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)
    return tuple(Span(m.start(), m.end()) for m in found)


def frequent_terms(documents: Sequence[Document]) -> tuple[str, ...]:
    """Name the terms flagged most often, as the flags name them or as the source has them."""
    fated = tuple(category for categories in FATES.values() for category in categories)
    found: Counter[str] = Counter()
    for document, number, edit in rows_of(documents):
        if _counts(edit, fated) and edit.source:
            source = document.quotes[number - 1][0]
            named = edit.referent if edit.referent and mentions(edit.referent, source) else source
            found[" ".join(named.casefold().split())] += 1
    short = [(term, n) for term, n in found.items() if len(term.split()) <= 4]
    return tuple(term for term, _ in sorted(short, key=lambda t: (-t[1], t[0]))[:_MOST])


def absent_terms(documents: Sequence[Document], terms: Sequence[str]) -> tuple[str, ...]:
    """Name the terms that no source mentions: misspelt, or of other news."""
    return tuple(term for term in terms if not any(mentions(term, d.source_text) for d in documents))


def term_lines(documents: Sequence[Document], terms: Sequence[str]) -> tuple[TermLine, ...]:
    """Follow each term through the documents that have a source."""
    with_source = [d for d in documents if d.has_source]
    return tuple(_line(term, with_source) for term in terms)


def _line(term: str, documents: Sequence[Document]) -> TermLine:
    spans = {d.name: mentions(term, d.source_text) for d in documents}
    speaking = [d for d in documents if spans[d.name]]
    fates = tuple(_fate(name, categories, speaking, spans) for name, categories in FATES.items())
    return TermLine(term, sum(map(len, spans.values())), len(speaking), fates)


def _fate(
    name: str,
    categories: Sequence[Category],
    documents: Sequence[Document],
    spans: Mapping[str, Sequence[Span]],
) -> Fate:
    reviewed = [d for d in documents if d.is_reviewed]
    flags = tuple(
        (d.name, number)
        for d, number, edit in rows_of(documents)
        if _counts(edit, categories) and any(_on(edit, span) for span in spans[d.name])
    )
    confirmed = _share(reviewed, categories, spans, "confirmed") if reviewed else None
    return Fate(name, _share(documents, categories, spans, "machine"), confirmed, flags)


def _counts(edit: Edit, categories: Sequence[Category]) -> bool:
    taken_back = edit.category in FATES["quoted or hedged"] and edit.direction is Direction.REMOVED
    return edit.category in categories and not taken_back


def _on(edit: Edit, span: Span) -> bool:
    return edit.source is not None and edit.source.overlaps(span)


def _share(
    documents: Sequence[Document],
    categories: Sequence[Category],
    spans: Mapping[str, Sequence[Span]],
    by: str,
) -> Estimate:
    met = [
        sum(
            any(_counts(e, categories) and d.stands(number, by) and _on(e, span) for number, e in enumerate(d.edits, 1))
            for span in spans[d.name]
        )
        for d in documents
    ]
    return ratio(met, [len(spans[d.name]) for d in documents], scale=100)
