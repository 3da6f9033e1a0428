"""Text to blocks: paragraphs by layout, paratext by form and place, headings by form."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aligner.ingest.layout import headings, paragraphs
from aligner.ingest.paratext import roles
from aligner.model import Block, Kind, Role, Span

__all__ = ["classified", "find_blocks"]


def find_blocks(text: str) -> tuple[Block, ...]:
    """Give the blocks of a plain text.

    >>> [str(block.kind) for block in find_blocks("A title\\n\\nIt rained for a week.\\nLeave a comment")]
    ['heading', 'paragraph', 'paratext']
    """
    return classified(text, paragraphs(text))


def classified(text: str, spans: Sequence[Span], known: Collection[int] | None = None) -> tuple[Block, ...]:
    """Tell headings and paratext among the blocks.

    Args:
        text: the witness text.
        spans: where its blocks are, in order.
        known: indices of the blocks that the format says are headings; None where it cannot say.
    """
    lines = [span.of(text) for span in spans]
    found = roles(lines)
    body = [k for k, role in enumerate(found) if role is None]
    by_form = headings([lines[k] for k in body])
    is_heading = {body[place] for place in by_form} if known is None else set(known)
    return tuple(_block(span, role, k in is_heading) for k, (span, role) in enumerate(zip(spans, found, strict=True)))


def _block(span: Span, role: Role | None, is_heading: bool) -> Block:
    if role is not None:
        return Block(span, Kind.PARATEXT, role)
    return Block(span, Kind.HEADING if is_heading else Kind.PARAGRAPH)
