"""One collation as a page to read: both texts side by side, flags as marks, reasons in the margin.

The page is one file: no network, no font, nothing that an article's text could start. It reads without
scripts, on paper and with a screen reader; with scripts it can be filtered and lights up both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aligner.model import Category, Collation, Direction, Kind, Status, Witness
from aligner.page import fill
from aligner.report.overview import overview
from aligner.report.quotations import functions_of, quotations_of
from aligner.report.rows import Flag, flags_of, rows_of

__all__ = ["render", "title_of"]


def render(collation: Collation) -> str:
    """Give the collation as one self-contained HTML page, the same bytes for the same collation.

    The text holds characters as the witness has them; write it as UTF-8 without touching its line ends.
    """
    flags = flags_of(collation)
    rows = rows_of(collation, flags)
    quotations = quotations_of(collation, rows, flags)
    return fill(
        "page.html",
        style="base.css+page.css",
        script="page.js",
        collation=collation,
        witnesses=tuple(w for w in (collation.source, collation.target) if w),
        titles=tuple(title_of(w) for w in (collation.source, collation.target) if w),
        flags=flags,
        rows=rows,
        summary=_summary(flags),
        groups=_groups(flags),
        choices=_choices(flags),
        overview=overview(rows),
        acts=_acts(collation),
        quotations=quotations,
        functions=functions_of(quotations),
    )


def title_of(witness: Witness) -> str:
    """Name a witness: its stated title, else the heading it begins with, else the file it came from."""
    body = (block for block in witness.blocks if block.kind is not Kind.PARATEXT)
    first = next(body, None)
    heading = first.span.of(witness.text).strip() if first and first.kind is Kind.HEADING else ""
    return witness.bibl.title or heading or witness.origin or witness.siglum


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the summary: flags of one category and direction."""

    category: str
    direction: str
    flags: tuple[Flag, ...]

    def count(self, status: str) -> int:
        return sum(flag.edit.status == status for flag in self.flags)


def _summary(flags: Sequence[Flag]) -> tuple[_Line, ...]:
    kinds = sorted({(f.edit.category, f.edit.direction) for f in flags})
    return tuple(
        _Line(c, d, tuple(f for f in flags if (f.edit.category, f.edit.direction) == (c, d))) for c, d in kinds
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Flags of one kind on one referent, and where their table stands in the page."""

    number: int
    name: str
    flags: tuple[Flag, ...]

    @property
    def anchor(self) -> str:
        return f"g{self.number}"

    @property
    def referent(self) -> str:
        return next((flag.edit.referent for flag in self.flags if flag.edit.referent), self.name)


def _groups(flags: Sequence[Flag]) -> tuple[_Group, ...]:
    names = dict.fromkeys(flag.edit.group for flag in flags if flag.edit.group)
    return tuple(_Group(n, name, tuple(f for f in flags if f.edit.group == name)) for n, name in enumerate(names, 1))


def _choices(flags: Sequence[Flag]) -> dict[str, list[tuple[str, int]]]:
    """What the filters offer: only values that occur, each with how often, in the taxonomy's order."""
    orders = {"category": Category, "direction": Direction, "status": Status}
    choices: dict[str, list[tuple[str, int]]] = {}
    for name, values in orders.items():
        counts = Counter(str(getattr(flag.edit, name)) for flag in flags)
        choices[name] = [(str(value), counts[value]) for value in values if counts[value]]
    return choices


def _acts(collation: Collation) -> list[tuple[str, str, int]]:
    counts = Counter((decision.who, str(decision.act)) for decision in collation.decisions)
    return sorted((who, act, n) for (who, act), n in counts.items())
