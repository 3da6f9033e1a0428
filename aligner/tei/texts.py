"""The witness texts as nested TEI documents, code point for code point, and back.

A block is ``head``, ``p`` or ``ab``; a heading opens a ``div``. White space between blocks is text, too:
one line feed is understood, anything else stands in an ``ab`` of type ``gap``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from aligner.errors import RecordError
from aligner.model import Block, Kind, Role, Segment, Span, Witness
from aligner.tei.anchors import Named, block_tag
from aligner.tei.xml import TEI, XML_ID, element, escape

__all__ = ["Body", "read_body", "text_element"]

_USUAL_GAP = "\n"
_KINDS = {"head": Kind.HEADING, "p": Kind.PARAGRAPH, "ab": Kind.PARATEXT}


def text_element(witness: Witness, named: Sequence[Named], anchors: Mapping[str, Sequence[str]]) -> str:
    """Write one witness; ``anchors`` gives the ids of absence anchors that stand after a segment's id.

    The key "" is for anchors before the first aligned segment.
    """
    title = witness.bibl.title
    head = (
        f"<teiHeader><fileDesc><titleStmt>{element('title', {'xml:lang': witness.language}, title)}</titleStmt>"
        "<publicationStmt><p>Working copy; see availability in the enclosing header.</p></publicationStmt>"
        f'<sourceDesc><bibl corresp="#bib.{witness.siglum}"/></sourceDesc></fileDesc></teiHeader>'
    )
    return f"{head}\n{_text(witness, named, anchors)}"


def _text(witness: Witness, named: Sequence[Named], anchors: Mapping[str, Sequence[str]]) -> str:
    rendition = "#rtl" if witness.language == "ar" else None
    parts, at, is_open = ["<body>"], 0, False
    loose = list(anchors.get("", ()))
    for number, block in enumerate(witness.blocks):
        gap = witness.text[at : block.span.start]
        if gap != (_USUAL_GAP if number else ""):
            parts.append(_gap(gap))
        if block.kind is Kind.HEADING:
            parts.append("</div><div>" if is_open else "<div>")
            is_open = True
        inside = _of_block(named, number)
        parts.append(_block(witness.text, block, inside, anchors, loose))
        if block.is_aligned and inside:
            loose = []
        at = block.span.end
    if witness.text[at:]:
        parts.append(_gap(witness.text[at:]))
    if loose:
        parts.append("<p>" + "".join(_anchor(i) for i in loose) + "</p>")
    parts.append("</div></body>" if is_open else "</body>")
    attributes = {"xml:id": witness.siglum, "xml:lang": witness.language, "rendition": rendition}
    opening = element("text", attributes).removesuffix("/>")
    return f"{opening}>{''.join(parts)}</text>"


def _of_block(named: Sequence[Named], number: int) -> list[Named]:
    """Find a block's segments by bisection; they are sorted by block."""
    first = bisect_left(named, number, key=lambda n: n.block)
    return list(named[first : bisect_right(named, number, key=lambda n: n.block)])


def _gap(gap: str) -> str:
    return f'<ab type="gap" xml:space="preserve">{escape(gap)}</ab>'


def _block(
    text: str,
    block: Block,
    inside: Sequence[Named],
    anchors: Mapping[str, Sequence[str]],
    loose: Sequence[str],
) -> str:
    at, parts = block.span.start, []
    if block.is_aligned and inside:
        parts += [_anchor(i) for i in loose]
    for named in inside:
        parts.append(escape(text[at : named.span.start]))
        parts.append(element("s", {"xml:id": named.id}, named.span.of(text)))
        parts += [_anchor(i) for i in anchors.get(named.id, ())]
        at = named.span.end
    parts.append(escape(text[at : block.span.end]))
    kind = f' type="{block.role}"' if block.role else ""
    tag = block_tag(block)
    return f'<{tag}{kind} xml:space="preserve">{"".join(parts)}</{tag}>\n'


def _anchor(name: str) -> str:
    return f'<anchor xml:id="{name}" type="absence"/>'


@dataclass(frozen=True, slots=True)
class Body:
    """What a nested document gives back: text, blocks, aligned segments, and the span of every id."""

    text: str
    blocks: tuple[Block, ...]
    segments: tuple[Segment, ...]
    spans: dict[str, Span]
    aligned: tuple[str, ...]


def read_body(text: etree._Element, *, where: str = "") -> Body:
    """Read a witness back from its ``text`` element."""
    reader = _Reader(where)
    for block in text.iter(f"{TEI}head", f"{TEI}p", f"{TEI}ab"):
        reader.block(block)
    return Body(
        "".join(reader.parts),
        tuple(reader.blocks),
        tuple(reader.segments),
        reader.spans,
        tuple(reader.aligned),
    )


class _Reader:
    """Joins blocks into a text and remembers where everything stands."""

    def __init__(self, where: str) -> None:
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.segments: list[Segment] = []
        self.spans: dict[str, Span] = {}
        self.aligned: list[str] = []
        self._at, self._after_gap, self._where = 0, True, where

    def _add(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            self._at += len(text)

    def block(self, block: etree._Element) -> None:
        """Take one block, or the gap between two."""
        tag, kind = str(block.tag).removeprefix(TEI), block.get("type")
        if kind == "gap":
            self._add(block.text)
            self._after_gap = True
            return
        content = "".join(map(str, block.itertext()))
        if not content and block.find(f"{TEI}anchor") is not None:
            return
        if not self._after_gap:
            self._add(_USUAL_GAP)
        self._after_gap = False
        if not content:
            raise RecordError("an empty block", where=f"{self._where}:{block.sourceline}", remedy="restore its text")
        role = Role(kind) if tag == "ab" and kind in {str(r) for r in Role} else None
        if (tag == "ab") != (role is not None):
            what = f"<{tag}> of type {kind!r} is no block"
            raise RecordError(what, where=f"{self._where}:{block.sourceline}", remedy="restore its type")
        self.blocks.append(Block(Span(self._at, self._at + len(content)), _KINDS[tag], role))
        self._children(block, role)

    def _children(self, block: etree._Element, role: Role | None) -> None:
        self._add(block.text)
        for child in block:
            name, start = child.get(XML_ID) or "", self._at
            self._add(child.text)
            if child.tag == f"{TEI}s" and self._at > start:
                self.spans[name] = Span(start, self._at)
                if role is None:
                    self.segments.append(Segment(self.spans[name], len(self.blocks) - 1))
                    self.aligned.append(name)
            self._add(child.tail)
