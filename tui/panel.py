"""The words beside the columns: the flags of the row, the status line."""

from __future__ import annotations

from rich.text import Text

from aligner.journal import Session
from aligner.model import Collation, Edit, Span, Status
from tui.bitext import BitextView
from tui.find import left

__all__ = ["flags_text", "status_text"]

_STANDING = {
    Status.PROPOSED: "open",
    Status.ACCEPTED: "✓ accepted",
    Status.REJECTED: "✗ rejected",
    Status.CORRECTED: "✎ corrected",
}


def flags_text(view: BitextView) -> Text:
    """Write out the flags of the row: category, direction, words, rationale, confidence, standing."""
    rows = view.rows
    numbers = rows.edits(view.bead)
    if not numbers:
        return Text("no flag on this row", style="dim")
    lines = []
    for place, number in enumerate(numbers, 1):
        edit = rows.collation.edits[number]
        here = "▶" if number == view.flag else " "
        line = Text(f"{here}{place}/{len(numbers)} ", "bold" if number == view.flag else "")
        line.append(f"{edit.category} · {edit.direction}  ", "bold")
        line.append(f"{edit.confidence:.2f}  {_STANDING[edit.status]}{_by(edit)}")
        lines += [line, Text("     " + _quoted(rows.collation, edit)), Text("     why: " + edit.rationale)]
        if edit.note:
            lines.append(Text("     note:  " + edit.note))
    return Text("\n").join(lines)


def _by(edit: Edit) -> str:
    return f" by {edit.by}" if edit.by else ""


def _quoted(collation: Collation, edit: Edit) -> str:
    """Quote both sides, set apart so that each is ordered by itself."""
    pairs = ((collation.source, edit.source), (collation.target, edit.target))
    return "  →  ".join(_cut(span, witness.text) if span and witness else "∅" for witness, span in pairs)


def _cut(span: Span, text: str, most: int = 60) -> str:
    words = " ".join(span.of(text).split())
    return words if len(words) <= most else words[: most - 1] + "…"


def status_text(view: BitextView, session: Session) -> str:
    """Say where the cursor is, what is left, what is shown, how Arabic is shown, whether all is saved."""
    waiting, flags = left(session.collation)
    parts = [
        f"row {view.bead + 1}/{len(view.rows.beads)}",
        f"{waiting} of {flags} flags left",
        f"arabic: {view.rows.mode}",
        "saved" if session.is_saved else "in journal",
        "F1 help",
        f"shown: {view.filter}",
    ]
    if view.hits:
        parts.insert(2, f"{len(view.hits)} hits")
    return " · ".join(parts)
