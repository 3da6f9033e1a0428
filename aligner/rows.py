"""JSON rows of flags and collations: the contract of ``muqabala frame`` and ``export --to jsonl``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from aligner.model import Bead, Block, Collation, Edit, QuotationCue, Segment, Side, Span, Witness

__all__ = ["collation_rows", "edit_row", "json_line", "pair_row"]


def json_line(row: dict[str, Any]) -> str:
    """Write a row as one line, letters as they are.

    >>> json_line({"text": "نعم"})
    '{"text": "نعم"}\\n'
    """
    return json.dumps(row, ensure_ascii=False) + "\n"


def pair_row(pair_id: str, source: str, target: str, edits: Iterable[Edit]) -> dict[str, Any]:
    """Give the row of one pair: its id and its edits, with offsets in the pair's own strings."""
    return {"id": pair_id, "edits": [edit_row(edit, source, target) for edit in edits]}


def edit_row(edit: Edit, source: str, target: str) -> dict[str, Any]:
    """Give an edit as a row; a side it does not touch is null."""
    return {
        "category": str(edit.category),
        "direction": str(edit.direction),
        "source": _quoted(edit.source, source),
        "target": _quoted(edit.target, target),
        "confidence": edit.confidence,
        "rationale": edit.rationale,
        "rule": edit.rule,
        "severity": edit.severity,
        "cue": edit.cue,
        "referent": edit.referent,
        "group": edit.group,
        "status": str(edit.status),
    }


def collation_rows(collation: Collation) -> Iterator[dict[str, Any]]:
    """Yield the rows of a whole collation: beads, edits or marks, quotations, paratext; document offsets."""
    for bead in collation.ladder.beads if collation.ladder else ():
        yield _bead_row(bead, collation)
    source = collation.source.text if collation.source else ""
    for edit in collation.edits:
        yield {"kind": str(edit.kind), **edit_row(edit, source, collation.target.text)}
    yield from (_quotation_row(cue, collation) for cue in collation.quotations)
    for side in Side:
        witness = collation.witness(side)
        yield from (_paratext_row(side, block) for block in _paratext(witness))


def _bead_row(bead: Bead, collation: Collation) -> dict[str, Any]:
    return {
        "kind": "bead",
        "type": bead.type,
        "source": _spans(collation.source_segments, bead.source),
        "target": _spans(collation.target_segments, bead.target),
        "confidence": bead.judgement.confidence,
        "status": str(bead.judgement.status),
    }


def _quotation_row(cue: QuotationCue, collation: Collation) -> dict[str, Any]:
    witness = collation.witness(cue.side)
    row = {"kind": "quotation", "function": str(cue.function), str(Side.SOURCE): None, str(Side.TARGET): None}
    return row | {str(cue.side): _quoted(cue.span, witness.text if witness else "")}


def _spans(segments: Sequence[Segment], which: range) -> list[dict[str, int]]:
    return [{"start": segments[k].span.start, "end": segments[k].span.end} for k in which]


def _paratext(witness: Witness | None) -> list[Block]:
    return [block for block in witness.blocks if block.role] if witness else []


def _paratext_row(side: Side, block: Block) -> dict[str, Any]:
    return {
        "kind": "paratext",
        "side": str(side),
        "role": str(block.role),
        "start": block.span.start,
        "end": block.span.end,
    }


def _quoted(span: Span | None, text: str) -> dict[str, Any] | None:
    return {"start": span.start, "end": span.end, "text": span.of(text)} if span else None
