"""Lay a collation out as rows: what stands beside what, and which flags belong there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from aligner.model import Bead, Block, Collation, Edit, Kind, Role, Segment, Side, Span, Witness
from aligner.page import printable
from aligner.report.marks import Piece, cut, whole

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Cell", "Flag", "Row", "Stretch", "flags_of", "rows_of"]


@dataclass(frozen=True, slots=True)
class Flag:
    """An edit or mark with its number on the page (its place in the collation, from 1)."""

    number: int
    edit: Edit
    source: str
    target: str

    @property
    def anchor(self) -> str:
        """Name the flag's note in the page."""
        return f"f{self.number}"

    @property
    def title(self) -> str:
        """Say in a few words what the flag is."""
        moved = "" if self.edit.direction == "none" else f", {self.edit.direction}"
        return f"{self.edit.category.replace('-', ' ')}{moved}"

    @property
    def percent(self) -> int:
        """Give the machine's confidence in whole percent; nothing is quite sure."""
        return min(99, round(100 * self.edit.confidence))


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of one block that a row shows; ``body`` is finished markup."""

    kind: Kind
    role: Role | None
    opens: bool
    body: Markup


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a row; no stretches means that nothing stands here."""

    side: Side
    language: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side; ``bead`` is None for paratext and where there is no source.

    ``length`` is the longer side in code points, by which the overview gives the row its height; ``covers``
    is the stretch of either side that the row shows.
    """

    number: int
    bead: Bead | None
    cells: tuple[Cell, ...]
    flags: tuple[Flag, ...]
    length: int
    covers: tuple[tuple[Side, Span | None], ...] = ()

    def holds(self, side: Side, span: Span) -> bool:
        """Tell whether a stretch of one side begins in this row."""
        return _begins_in(self.covers, side, span)

    @property
    def anchor(self) -> str:
        """Name the row in the page."""
        return f"r{self.number}"

    @property
    def opens(self) -> bool:
        """Tell whether a block begins here on either side."""
        return any(cell.stretches and cell.stretches[0].opens for cell in self.cells)

    @property
    def is_paratext(self) -> bool:
        """Tell whether nothing in the row takes part in the alignment."""
        return all(s.kind is Kind.PARATEXT for cell in self.cells for s in cell.stretches)


def flags_of(collation: Collation) -> tuple[Flag, ...]:
    """Number the edits of a collation and quote both sides exactly."""

    def quote(witness: Witness | None, span: Span | None) -> str:
        return span.of(witness.text) if witness and span else ""

    return tuple(
        Flag(n, edit, quote(collation.source, edit.source), quote(collation.target, edit.target))
        for n, edit in enumerate(collation.edits, 1)
    )


class _Column:
    """One witness on its way onto the page: which of its blocks are still to be shown."""

    def __init__(self, side: Side, witness: Witness, segments: Sequence[Segment], flags: Sequence[Flag]) -> None:
        self.side, self.witness, self.segments = side, witness, segments
        self._next_block = 0
        self._titles = {flag.number: flag.title for flag in flags}
        self._categories = {flag.number: str(flag.edit.category) for flag in flags}
        self._spans = tuple((flag.number, self._shown(span)) for flag in flags if (span := getattr(flag.edit, side)))

    def _shown(self, span: Span) -> Span:
        wide = whole(self.witness.text, span)
        ends = [min(b.span.end, wide.end) for b in self.witness.blocks if b.span.start < wide.end]
        return Span(wide.start, ends[-1]) if ends and ends[-1] > wide.start else wide

    def waiting(self, before: int | None) -> list[tuple[Stretch, Span]]:
        """Give the blocks without segments that come before the segment (None: before the end)."""
        last = len(self.witness.blocks) if before is None else self.segments[before].block
        return [stretch for index in range(self._next_block, last) for stretch in self._unaligned(index)]

    def _unaligned(self, index: int) -> Iterator[tuple[Stretch, Span]]:
        self._next_block = index + 1
        block = self.witness.blocks[index]
        if not any(segment.block == index for segment in self.segments):
            yield self._stretch(block, [block.span], opens=True), block.span

    def cell(self, indices: range) -> tuple[Cell, Span | None]:
        """Give the segments of a bead, block by block, with the stretch of text they take."""
        spans = [self._extent(index) for index in indices]
        stretches = []
        for block in sorted({self.segments[index].block for index in indices}):
            parts = [s for s, i in zip(spans, indices, strict=True) if self.segments[i].block == block]
            whole_block = self.witness.blocks[block]
            opens = parts[0].start == whole_block.span.start
            stretches.append(self._stretch(whole_block, parts, opens=opens))
        cover = Span(spans[0].start, spans[-1].end) if spans else None
        return Cell(self.side, self.witness.language, tuple(stretches)), cover

    def _extent(self, index: int) -> Span:
        """A segment with the white space around it, so that the extents of a block make up the block."""
        segment, segments = self.segments[index], self.segments
        block = self.witness.blocks[segment.block].span
        is_first = index == 0 or segments[index - 1].block != segment.block
        is_last = index + 1 == len(segments) or segments[index + 1].block != segment.block
        start = block.start if is_first else segment.span.start
        return Span(start, block.end if is_last else segments[index + 1].span.start)

    def _stretch(self, block: Block, parts: Sequence[Span], *, opens: bool) -> Stretch:
        from markupsafe import Markup

        body = Markup("").join(
            Markup('<span class="seg" data-start="{}">{}</span>').format(part.start, self._body(part)) for part in parts
        )
        return Stretch(block.kind, block.role, opens, body)

    def _body(self, span: Span) -> Markup:
        from markupsafe import Markup

        return Markup("").join(self._piece(piece) for piece in cut(span, self._spans))

    def _piece(self, piece: Piece) -> Markup:
        from markupsafe import Markup, escape

        text = escape(printable(piece.span.of(self.witness.text))).replace("\r", Markup("&#13;"))
        if not piece.flags:
            return text
        numbers = " ".join(map(str, piece.flags))
        mark = Markup('<mark data-flags="{}" data-category="{}">{}</mark>')
        refs = Markup("").join(self._ref(number) for number in piece.ends)
        return mark.format(numbers, self._categories[piece.flags[0]], text) + refs

    def _ref(self, number: int) -> Markup:
        """A link to the note, its number drawn by the style so that it is no part of the text."""
        from markupsafe import Markup

        form = Markup(
            '<a class="ref" id="{}{}" href="#f{}" data-flag="{}" lang="en" dir="ltr" aria-label="flag {}: {}"></a>'
        )
        return form.format(self.side[0], number, number, number, number, self._titles[number])


def rows_of(collation: Collation, flags: Sequence[Flag]) -> tuple[Row, ...]:
    """Lay out a collation: a row for each bead (or block, without a source), paratext between.

    A flag stands in the row of its bead, else in the row where its text is.
    """
    drafts = list(_paired(collation, flags) if collation.source else _alone(collation, flags))
    homes: dict[int, list[Flag]] = {}
    for flag in flags:
        homes.setdefault(_home(flag, drafts), []).append(flag)
    return tuple(
        Row(n, draft.bead, draft.cells, tuple(homes.get(n - 1, ())), draft.length, draft.covers)
        for n, draft in enumerate(drafts, 1)
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    cells: tuple[Cell, ...]
    covers: tuple[tuple[Side, Span | None], ...]
    bead: Bead | None = None
    index: int | None = None

    @property
    def length(self) -> int:
        return max(len(span) for _, span in self.covers if span)

    def holds(self, edit: Edit) -> bool:
        sides = ((side, getattr(edit, side)) for side in Side)
        return any(span and _begins_in(self.covers, side, span) for side, span in sides)


def _begins_in(covers: tuple[tuple[Side, Span | None], ...], side: Side, span: Span) -> bool:
    return any(which is side and cover and cover.start <= span.start < cover.end for which, cover in covers)


def _home(flag: Flag, drafts: Sequence[_Draft]) -> int:
    named = [n for n, draft in enumerate(drafts) if draft.index is not None and draft.index == flag.edit.bead]
    placed = named or [n for n, draft in enumerate(drafts) if draft.holds(flag.edit)]
    return placed[0] if placed else len(drafts) - 1


def _paired(collation: Collation, flags: Sequence[Flag]) -> Iterator[_Draft]:
    assert collation.source is not None and collation.ladder is not None
    source = _Column(Side.SOURCE, collation.source, collation.source_segments, flags)
    target = _Column(Side.TARGET, collation.target, collation.target_segments, flags)
    for index, bead in enumerate(collation.ladder.beads):
        yield from _between(source, target, bead)
        (left, over), (right, under) = source.cell(bead.source), target.cell(bead.target)
        yield _Draft((left, right), ((Side.SOURCE, over), (Side.TARGET, under)), bead, index)
    yield from _between(source, target, None)


def _between(source: _Column, target: _Column, bead: Bead | None) -> Iterator[_Draft]:
    """Paratext that stands before a bead; a side the bead leaves empty waits for its next segment."""
    sides = []
    for column, indices in ((source, bead and bead.source), (target, bead and bead.target)):
        due = bead is None or bool(indices)
        sides.append(column.waiting(indices[0] if indices else None) if due else [])
    for left, right in zip_longest(*sides):
        yield _unpaired((source, left), (target, right))


def _unpaired(*sides: tuple[_Column, tuple[Stretch, Span] | None]) -> _Draft:
    cells, covers = [], []
    for column, shown in sides:
        stretches = (shown[0],) if shown else ()
        cells.append(Cell(column.side, column.witness.language, stretches))
        covers.append((column.side, shown[1] if shown else None))
    return _Draft(tuple(cells), tuple(covers))


def _alone(collation: Collation, flags: Sequence[Flag]) -> Iterator[_Draft]:
    """Without a source every block of the translation is a row."""
    column = _Column(Side.TARGET, collation.target, collation.target_segments, flags)
    by_block: dict[int, list[int]] = {}
    for index, segment in enumerate(collation.target_segments):
        by_block.setdefault(segment.block, []).append(index)
    for indices in by_block.values():
        for shown in column.waiting(indices[0]):
            yield _unpaired((column, shown))
        cell, cover = column.cell(range(indices[0], indices[-1] + 1))
        yield _Draft((cell,), ((Side.TARGET, cover),))
    for shown in column.waiting(None):
        yield _unpaired((column, shown))
