"""List the quotations of both sides with what they do, and where in the page they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aligner.model import Category, Collation, Function, QuotationCue
from aligner.report.rows import Flag, Row

__all__ = ["Quoted", "functions_of", "quotations_of"]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation, its words with their marks, the row it stands in and the flag that is raised on it."""

    cue: QuotationCue
    language: str
    words: str
    row: Row | None
    flag: Flag | None


def quotations_of(collation: Collation, rows: Sequence[Row], flags: Sequence[Flag]) -> tuple[Quoted, ...]:
    """Give every quotation of a collation, the source's first, in running order."""
    return tuple(_quoted(collation, rows, flags))


def _quoted(collation: Collation, rows: Sequence[Row], flags: Sequence[Flag]) -> Iterator[Quoted]:
    flagged = {
        (side, span): flag
        for flag in flags
        if flag.edit.category is Category.SCARE_QUOTE
        for side in ("source", "target")
        if (span := getattr(flag.edit, side))
    }
    at = 0
    for cue in collation.quotations:
        witness = collation.witness(cue.side)
        assert witness  # a collation has no quotation on a side it has not
        order = [*range(at, len(rows)), *range(at)]  # the quotations run on as the rows do
        at = next((n for n in order if rows[n].holds(cue.side, cue.span)), at)
        row = rows[at] if rows and rows[at].holds(cue.side, cue.span) else None
        words = cue.span.of(witness.text)
        yield Quoted(cue, witness.language, words, row, flagged.get((str(cue.side), cue.span)))


def functions_of(quotations: Sequence[Quoted]) -> tuple[tuple[str, int], ...]:
    """Count the quotations by function, in the order of the functions; those that occur."""
    counts = Counter(quoted.cue.function for quoted in quotations)
    return tuple((str(function), counts[function]) for function in Function if counts[function])
