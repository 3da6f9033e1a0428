"""Make Textual's own widgets show Arabic: a filter over finished lines (``Widget.get_line_filters``).

Textual wraps and places the cursor in logical order; the filter then orders and joins each line. The
cursor and the selection are styled cells, so they travel with their letters (TERMINALS.md 2.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tui.bidi.layout import Lit, Mode, Para

__all__ = ["BidiFilter"]

_ARABIC = re.compile("[\u0590-\u08ff\u2067]")
_ORDERED = re.compile("[\ufb50-\ufbff\ufe70-\ufefc]")  # shaped already: the columns, behind a question
_FIELD = re.compile(r"(\s{2,}|[\u2500-\u259f]+)")  # columns and borders stay where they are
_WHOLE = re.compile(r"([\u2500-\u259f]+)")


class BidiFilter(LineFilter):
    """Show Arabic in lines that hold it; with ``fields`` every column of a line is ordered by itself."""

    def __init__(self, mode: Mode, *, fields: bool = True) -> None:
        super().__init__()
        self.mode = mode
        self._pattern = _FIELD if fields else _WHOLE
        self._whole: BidiFilter | None = None

    def whole(self) -> BidiFilter:
        """Give the filter of this mode that orders a line as one field, always the same one."""
        if self._whole is None:
            self._whole = BidiFilter(self.mode, fields=False)
        return self._whole

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Order a line; lines without Arabic, or ordered already, go through untouched."""
        text = "".join(segment.text for segment in segments if not segment.control)
        if not self.mode.is_visual or not _ARABIC.search(text) or _ORDERED.search(text):
            return segments
        styles = [segment.style for segment in segments if not segment.control for _ in segment.text]
        shown: list[Segment] = []
        at = 0
        for part in filter(None, self._pattern.split(text)):
            shown += _ordered(part, styles[at : at + len(part)], self.mode)
            at += len(part)
        return shown


def _ordered(part: str, styles: Sequence[Style | None], mode: Mode) -> Iterator[Segment]:
    stretches, cells = _stretches(styles), cell_len(part)
    para = Para(part, "auto", mode)
    lits = [Lit(start, end, str(start)) for start, end in stretches]
    shown = para.visual_line(para.whole(), lits, cells, hang=False) if _ARABIC.search(part) else None
    if shown is None or shown.cells != cells:  # Rich counts otherwise where a mark has no letter
        yield from (Segment(part[start:end], styles[start]) for start, end in stretches)
        return
    for run in shown.runs:
        # a ligature of two styles takes the second: the cursor stands on one letter of it
        yield Segment(run.text, styles[int(run.styles[-1])] if run.styles else styles[-1])


def _stretches(styles: Sequence[Style | None]) -> list[tuple[int, int]]:
    cuts = [k for k in range(len(styles)) if not k or styles[k] != styles[k - 1]]
    return list(zip(cuts, [*cuts[1:], len(styles)], strict=True))
