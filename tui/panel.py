"""The words beside the columns: the flags of the row, the status line."""

from __future__ import annotations

import textwrap

from rich.text import Text

from aligner.journal import Session
from aligner.model import Collation, Edit, Span, Status
from tui.bitext import BitextView
from tui.find import Filter
from tui.keys import hints

__all__ = ["flags_text", "keys_text", "status_text"]

_INDENT = " " * 5
_STANDING = {
    Status.PROPOSED: "open",
    Status.ACCEPTED: "✓ accepted",
    Status.REJECTED: "✗ rejected",
    Status.CORRECTED: "✎ corrected",
}


def flags_text(view: BitextView, width: int) -> Text:
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
        lines += [line, Text(_INDENT + _quoted(rows.collation, edit)), *_hanging("why: ", edit.rationale, width)]
        if edit.note:
            lines += _hanging("note: ", edit.note, width)
    return Text("\n").join(lines)


def keys_text(view: BitextView) -> str:
    """Name the keys that are of use on this row."""
    if view.rows.edits(view.bead):
        return hints(["accept", "reject", "category", "direction", "note", "next_open"])
    if view.rows.collation.ladder is None:
        return hints(["next_open", "search", "add_flag", "filter", "export"])
    return hints(["next_open", "confirm", "merge", "split", "unlink", "search", "add_flag"])


def _hanging(label: str, words: str, width: int) -> list[Text]:
    """Wrap in logical order, the later lines under the first word; each line is then ordered by itself."""
    first, later = _INDENT + label, " " * (len(_INDENT) + len(label))
    wrapped = textwrap.wrap(" ".join(words.split()), max(width, 20), initial_indent=first, subsequent_indent=later)
    return [Text(line) for line in wrapped]


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
    parts = [f"row {view.bead + 1}/{len(view.rows.beads)}"]
    if view.filter != Filter():
        parts.append(f"shown: {view.filter}")
    if view.hits:
        parts.append(f"{len(view.hits)} hits")
    parts.append(f"{view.rows.n_open} of {len(session.collation.edits)} flags left")
    if session.collation.ladder is not None:
        parts.append(f"{view.rows.n_unconfirmed} rows left")
    parts += [
        "saved" if session.is_saved else "in journal",
        "F1 help",
        f"arabic: {view.rows.mode}",
    ]
    return " · ".join(parts)
