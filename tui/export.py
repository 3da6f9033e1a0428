"""Tables of a collation for other programs: logical text, never what the screen was sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aligner.model import Collation, Side, Span
from tui.rows import Rows

__all__ = ["flags_table", "rows_table"]


def rows_table(collation: Collation) -> str:
    """Write the beads: number, type, confidence, status, source, target; tab-separated."""
    rows = Rows(collation)
    lines: list[Sequence[object]] = [("bead", "type", "confidence", "status", "source", "target")]
    for number, bead in enumerate(rows.beads):
        judged = bead.judgement
        confidence = "" if judged.confidence is None else f"{judged.confidence:.4f}"
        texts = (rows.text(number, side) for side in Side)
        lines.append((number + 1, bead.type, confidence, judged.status, *texts))
    return _table(lines)


def flags_table(collation: Collation) -> str:
    """Write the flags with the words of both sides; tab-separated."""
    lines: list[Sequence[object]] = [
        ("bead", "category", "direction", "confidence", "status", "by", "source", "target", "rationale", "note")
    ]
    for edit in collation.edits:
        words = (_words(collation, side, span) for side, span in zip(Side, (edit.source, edit.target), strict=True))
        bead = "" if edit.bead is None else edit.bead + 1
        lines.append(
            (bead, edit.category, edit.direction, f"{edit.confidence:.4f}", edit.status, edit.by, *words,
             edit.rationale, edit.note)
        )  # fmt: skip
    return _table(lines)


def _words(collation: Collation, side: Side, span: Span | None) -> str:
    witness = collation.witness(side)
    return span.of(witness.text) if span and witness else ""


def _table(lines: Iterable[Sequence[object]]) -> str:
    return "".join("\t".join(" ".join(str(value).split()) for value in line) + "\n" for line in lines)
