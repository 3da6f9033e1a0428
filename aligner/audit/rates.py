"""How often each kind of flag comes, in all and by what is known of the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aligner.audit.corpus import Document, rows_of
from aligner.audit.estimate import Estimate, ratio
from aligner.model import EditKind

__all__ = ["Line", "Panel", "overall", "panels", "values_of"]

_PER = 1000
"""Rates are for so many words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of flag in one set of documents.

    ``machine`` counts what the machine put up, whatever people made of it; ``confirmed`` what people stand
    behind, over the documents they judged wholly; None where there are none. ``where`` picks the flags that
    were counted.
    """

    label: str
    machine: Estimate
    confirmed: Estimate | None
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines that are to be compared, and the largest value among them for a common scale."""

    title: str
    lines: tuple[Line, ...]

    @property
    def top(self) -> float:
        """Give the upper end of the scale."""
        ends = [
            end for line in self.lines for e in (line.machine, line.confirmed) if e for end in (e.value, e.high) if end
        ]
        return max(ends, default=1.0)


def overall(documents: Sequence[Document], kind: EditKind) -> Panel:
    """Give the rate of every category and direction: edits a 1,000 source words, marks a 1,000 target words."""
    chosen = _of_kind(documents, kind)
    kinds = sorted({(e.category, e.direction) for _, _, e in rows_of(chosen) if e.kind is kind})
    lines = [_line(f"{c}, {d}".replace(", none", ""), chosen, kind, {"category": c, "direction": d}) for c, d in kinds]
    every = _line("all flags", chosen, kind, {})
    return Panel(f"all {kind}s", (every, *lines) if lines else ())


def panels(documents: Sequence[Document], by: str) -> tuple[Panel, ...]:
    """Give for all edits and for each category the rate in the documents of every value of a fact."""
    chosen = _of_kind(documents, EditKind.EDIT)
    values = values_of(chosen, by)
    categories = sorted({e.category for _, _, e in rows_of(chosen)})
    made = []
    for category in ("", *categories):
        where = {"category": category} if category else {}
        made.append(
            Panel(
                category or "all flags",
                tuple(
                    _line(
                        value, [d for d in chosen if d.facts.get(by, "") == value], EditKind.EDIT, {**where, by: value}
                    )
                    for value in values
                ),
            )
        )
    return tuple(made)


def values_of(documents: Sequence[Document], by: str) -> tuple[str, ...]:
    """List the values of a fact in order, dates so too; the empty one, nothing stated, last."""
    return tuple(sorted({d.facts.get(by, "") for d in documents}, key=lambda v: (not v, v)))


def _of_kind(documents: Sequence[Document], kind: EditKind) -> list[Document]:
    return [d for d in documents if d.has_source == (kind is EditKind.EDIT)]


def _line(label: str, documents: Sequence[Document], kind: EditKind, where: Mapping[str, str]) -> Line:
    reviewed = [d for d in documents if d.is_reviewed]
    confirmed = _rate(reviewed, kind, where, "confirmed") if reviewed else None
    return Line(label, _rate(documents, kind, where, "machine"), confirmed, {"kind": kind, **where})


def _rate(documents: Sequence[Document], kind: EditKind, where: Mapping[str, str], by: str) -> Estimate:
    counts = [
        sum(
            e.kind is kind
            and document.stands(number, by)
            and where.get("category", e.category) == e.category
            and where.get("direction", e.direction) == e.direction
            for number, e in enumerate(document.edits, 1)
        )
        for document in documents
    ]
    words = [d.source_words if kind is EditKind.EDIT else d.target_words for d in documents]
    return ratio(counts, words, scale=_PER)
