"""Para: one paragraph wrapped in logical order, then shaped and ordered line by line.

Lines, clusters and levels belong to one ``Para`` and cannot be mixed with those of another. Offsets
are code points of the paragraph; widths are cells. Every ``VisualLine`` says for every cell which
character it shows, so that a click, a selection and a light find the logical text again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Literal, NamedTuple

from tui.bidi.arabic import Cluster, Writing, clusters
from tui.bidi.mirrors import mirror
from tui.bidi.uax9 import REMOVED, levels, reorder

__all__ = ["Align", "Base", "Line", "Lit", "Mode", "Para", "Run", "VisualLine"]

Base = Literal["auto", "ltr", "rtl"]
Align = Literal["start", "left", "right"]

_BASES: dict[str, int | None] = {"auto": None, "ltr": 0, "rtl": 1}
_ISOLATE = "\N{RIGHT-TO-LEFT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_OVERRIDE = "\N{LEFT-TO-RIGHT OVERRIDE}", "\N{POP DIRECTIONAL FORMATTING}"
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_HYPHEN = re.compile(r"(?<=\w)[-\N{HYPHEN}\N{EN DASH}\N{EM DASH}/](?=\w)")
_GAP, _CUT, _WIDE = " ", "\x01", "\x02"  # in a skeleton: space, breaking hyphen, second half of a wide one
_NO_BREAK = "\N{NO-BREAK SPACE}\N{FIGURE SPACE}\N{NARROW NO-BREAK SPACE}"


class Mode(StrEnum):
    """Who orders the letters: we do (``APP``), the terminal does, or nobody (``PLAIN``)."""

    APP = "app"
    APP_LRO = "app+lro"
    TERMINAL = "terminal"
    PLAIN = "plain"

    @property
    def is_visual(self) -> bool:
        """Tell whether we send cells in visual order."""
        return self in (Mode.APP, Mode.APP_LRO)


class Lit(NamedTuple):
    """A stretch of the paragraph that is shown in a style, named, not drawn."""

    start: int
    end: int
    style: str


class Line(NamedTuple):
    """A wrapped line: cluster range, logical range (with the spaces hanging at its end), cells shown."""

    first: int
    last: int
    start: int
    end: int
    width: int


class Run(NamedTuple):
    """Neighbouring cells of one style; ``start`` is -1 for padding."""

    text: str
    styles: tuple[str, ...]
    start: int
    end: int


class VisualLine(NamedTuple):
    """What is sent for a line, left to right, and the offset each cell shows (-1 for padding)."""

    runs: tuple[Run, ...]
    cells: int
    to_logical: tuple[int, ...]

    @property
    def text(self) -> str:
        """Join the runs."""
        return "".join(run.text for run in self.runs)


class _Cell(NamedTuple):
    cluster: Cluster
    glyph: str
    styles: tuple[str, ...]


@dataclass(frozen=True)
class Para:
    """A paragraph that can be measured, wrapped and drawn in one of the modes.

    >>> para = Para("قال: لا", base="rtl")
    >>> [line.end for line in para.wrap(5)]
    [5, 7]
    """

    text: str
    base: Base = "auto"
    mode: Mode = Mode.APP
    tashkeel: bool = True

    @property
    def _writing(self) -> Writing:
        return Writing(self.mode.is_visual, self.mode.is_visual, self.tashkeel)

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """Cut the text into what stands in the cells."""
        return clusters(self.text, self._writing)

    @cached_property
    def _levels(self) -> tuple[int, list[int]]:
        one_paragraph = "".join(" " if unicodedata.bidirectional(char) == "B" else char for char in self.text)
        return levels(one_paragraph, _BASES[self.base])

    @property
    def is_rtl(self) -> bool:
        """Tell whether the paragraph runs from right to left."""
        known = _BASES[self.base]
        return bool(self._levels[0] if known is None else known)

    def wrap(self, width: int) -> list[Line]:
        """Break into lines of at most so many cells; spaces at the end of a line hang.

        A wide character in a column of one cell is the only thing that may stick out.
        """
        skeleton = self._skeleton
        owners = [k for k, cluster in enumerate(self.clusters) for _ in range(cluster.width)]
        lines, first = [], 0
        for cut in _cuts(skeleton, max(width, 1)):
            last = owners[cut] if cut < len(owners) else len(self.clusters)
            lines.append(self._line(first, last))
            first = last
        return lines

    @cached_property
    def _skeleton(self) -> str:
        """One character per cell: spaces and breaking hyphens marked, the rest as it is."""
        bare = "".join(self.text[c.at] + _WIDE * (c.width - 1) for c in self.clusters if c.width)
        gaps = (_GAP if char.isspace() and char not in _NO_BREAK else char for char in bare)
        return _HYPHEN.sub(_CUT, "".join(gaps))

    def whole(self) -> Line:
        """Give the paragraph as one line, however long."""
        return self._line(0, len(self.clusters))

    def _line(self, first: int, last: int) -> Line:
        inside = self.clusters[first:last]
        if not inside:
            return Line(first, last, 0, 0, 0)
        shown = sum(cluster.width for cluster in inside[: self._visible(inside)])
        return Line(first, last, inside[0].start, inside[-1].end, shown)

    def _visible(self, inside: Sequence[Cluster]) -> int:
        """Count the clusters before the hanging spaces."""
        last = len(inside)
        while last and (not inside[last - 1].width or self.text[inside[last - 1].at].isspace()):
            last -= 1
        return last

    def visual_line(
        self,
        line: Line,
        lits: Iterable[Lit] = (),
        width: int = 0,
        align: Align = "start",
        *,
        hang: bool = True,
    ) -> VisualLine:
        """Draw a line of this paragraph: styled, ordered for the mode, padded to ``width`` cells.

        With ``hang`` the spaces at its end are left out, as wrapping leaves them out of the width.

        Raises: ValueError if the line was wrapped by another paragraph or in another mode.
        """
        if line != self._line(line.first, line.last):
            raise ValueError("the line belongs to another paragraph or mode")
        logical = self._cells(line, tuple(lits), hang)
        ordered = [logical[k] for k in self._order(line, len(logical))]
        pad = max(0, width - sum(cell.cluster.width for cell in ordered))
        is_right = align == "right" or (align == "start" and self.is_rtl and self.mode is not Mode.PLAIN)
        shown = logical if self.mode in (Mode.TERMINAL, Mode.PLAIN) else ordered
        runs = self._controlled(_runs(shown))
        picture = logical if self.mode is Mode.PLAIN else ordered
        cells = [cell.cluster.at for cell in picture for _ in range(cell.cluster.width)]
        if pad:
            blank = Run(" " * pad, (), -1, -1)
            runs = [blank, *runs] if is_right else [*runs, blank]
            cells = [-1] * pad + cells if is_right else cells + [-1] * pad
        return VisualLine(tuple(runs), len(cells), tuple(cells))

    def _cells(self, line: Line, lits: Sequence[Lit], hang: bool) -> list[_Cell]:
        (_, found), is_visual = self._levels, self.mode.is_visual
        inside, styles = self.clusters[line.first : line.last], tuple[str, ...]()
        lits = [lit for lit in lits if lit.start < line.end and line.start < lit.end]
        made = []
        for cluster in inside[: self._visible(inside) if hang else None]:
            start, end, at, glyph, _ = cluster
            if is_visual and found[at] & 1 and found[at] != REMOVED:
                glyph = mirror(glyph[:1]) + glyph[1:]  # L4
            if lits:
                styles = tuple(lit.style for lit in lits if lit.start < end and start < lit.end)
            made.append(_Cell(cluster, glyph, styles))
        return made

    def _order(self, line: Line, n_cells: int) -> list[int]:
        base, found = self._levels
        inside = self.clusters[line.first : line.first + n_cells]
        return reorder([base if found[cluster.at] == REMOVED else found[cluster.at] for cluster in inside])

    def _controlled(self, runs: list[Run]) -> list[Run]:
        """Add the controls the mode needs; they take no cell (TERMINALS.md 3.1)."""
        if self.mode is Mode.TERMINAL and self.is_rtl and runs:
            opening, closing = _ISOLATE  # inside the runs: a run without cells is lost where lines are cropped
            runs[0] = runs[0]._replace(text=opening + runs[0].text)
            runs[-1] = runs[-1]._replace(text=runs[-1].text + closing)
            return runs
        if self.mode is Mode.APP_LRO:
            opening, closing = _OVERRIDE
            return [run._replace(text=opening + run.text + closing) if _RTL.search(run.text) else run for run in runs]
        return runs


def _runs(cells: Iterable[_Cell]) -> list[Run]:
    runs = []
    for styles, group in groupby(cells, key=attrgetter("styles")):
        found, glyphs, _ = zip(*group, strict=True)
        start, end = min(cluster.start for cluster in found), max(cluster.end for cluster in found)
        runs.append(Run("".join(glyphs), styles, start, end))
    return runs


def _cuts(skeleton: str, width: int) -> Iterable[int]:
    """Give the end of every line: after the last space or hyphen that fits, else in the word."""
    start, end = 0, len(skeleton.rstrip(_GAP))
    while end - start > width:
        limit = start + width
        if skeleton[limit] == _GAP:
            cut = limit + 1
            while skeleton[cut] == _GAP:
                cut += 1
        else:
            cut = 1 + max(skeleton.rfind(_GAP, start, limit), skeleton.rfind(_CUT, start, limit))
            if cut <= start:
                cut = limit
                while cut - 1 > start and skeleton[cut] == _WIDE:
                    cut -= 1
                if skeleton[cut] == _WIDE:
                    cut += 1
        if cut >= len(skeleton):
            break
        yield cut
        start = cut
    yield len(skeleton)
