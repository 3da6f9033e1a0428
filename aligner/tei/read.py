"""TEI tree -> Collation, exactly as written; anything else is an error with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lxml import etree

from aligner.errors import RecordError
from aligner.model import (
    Act,
    Attribution,
    Bibl,
    Block,
    Category,
    Collation,
    Decision,
    Direction,
    Edit,
    EditKind,
    Function,
    Judgement,
    Kind,
    Ladder,
    Link,
    QuotationCue,
    Role,
    Segment,
    Side,
    Signature,
    Span,
    Status,
    Witness,
)
from aligner.tei.place import span_of
from aligner.tei.xml import TEI, XML_ID, XML_LANG

__all__ = ["Text", "collation_of", "contradiction", "full_texts", "is_standoff"]

_KINDS = {TEI + "head": Kind.HEADING, TEI + "p": Kind.PARAGRAPH, TEI + "ab": Kind.PARATEXT}
_EDIT_NOTES = {
    "rationale": "rationale",
    "rule": "rule",
    "cue": "cue",
    "referent": "referent",
    "group": "group",
    "remark": "note",
}
_SEGMENT, _ANCHOR, _NOTE, _REVISION = (TEI + name for name in ("s", "anchor", "note", "revisionDesc"))
_STATUSES = {f"#st.{status}": status for status in Status}
_T = TypeVar("_T")


@dataclass(slots=True)
class Text:
    """The text layer of one witness: text, blocks, segments, and the offset of every element with an id."""

    name: str
    language: str
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)


def is_standoff(root: etree._Element) -> bool:
    """Tell whether the record leaves the texts out."""
    return root.get("subtype") == "standoff"


def collation_of(root: etree._Element, *, where: str = "", texts: Mapping[str, Text] | None = None) -> Collation:
    """Build the collation of a record; ``texts`` (by side) stand in for those of a stand-off record.

    Raises:
        RecordError: not a record of ours, or one that contradicts itself.
    """
    reader = _Reader(where)
    if texts is None and is_standoff(root):
        raise reader.error(root, "a stand-off record holds no texts", "put them back first: muqabala bind")
    try:
        return reader.collation(root, full_texts(root, where=where) if texts is None else texts)
    except RecursionError as error:  # pragma: no cover - the parser's limit on depth comes first
        raise reader.error(root, "nested too deep", "mend it") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise contradiction(error, where) from error


def contradiction(error: Exception, where: str) -> RecordError:
    """Say that a record's parts do not fit one another."""
    remedy = "see `muqabala verify`, or restore it from a copy"
    return RecordError(f"the record contradicts itself: {error}", where=where, remedy=remedy)


def full_texts(root: etree._Element, *, where: str = "") -> dict[str, Text]:
    """Read the two texts of a record, by side (``source``, ``translation``)."""
    reader, found = _Reader(where), dict[str, Text]()
    for document in root.iterchildren(TEI + "TEI"):
        text = reader.need(document.find(TEI + "text"), document, "a text")
        side = document.get("type", "")
        if side not in ("source", "translation") or side in found:
            raise reader.error(document, "a text that is neither source nor translation", "restore its type")
        found[side] = reader.text(text)
    if "translation" not in found:
        raise reader.error(root, "there is no translation", "restore the record from a copy")
    return found


class _Reader:
    """Reads one record; holds what its parts refer to."""

    def __init__(self, where: str) -> None:
        self.where = where or "record"
        self.agents: dict[str, str] = {}
        self.spans: dict[str, Span] = {}
        self.degrees: dict[str, float] = {}

    def at(self, node: Any) -> str:
        return f"{self.where}:{node.sourceline or 1}"

    def error(self, node: Any, what: str, remedy: str) -> RecordError:
        return RecordError(what, where=self.at(node), remedy=remedy)

    def need(self, found: _T | None, node: Any, what: str) -> _T:
        if found is None:
            raise self.error(node, f"{what} is missing here", "restore the record from a copy")
        return found

    def text(self, node: Any) -> Text:
        """Join the blocks as the editorial declaration says, and note where everything stands."""
        made = Text(node.get(XML_ID, ""), node.get(XML_LANG, ""), starts={node.get(XML_ID, ""): 0})
        pieces, at, is_bare = list[str](), 0, True
        for block in node.iter(*_KINDS):
            is_gap = block.get("type") == "gap"
            if not (is_gap or is_bare):
                pieces.append("\n")
                at += 1
            start = at
            made.starts[block.get(XML_ID, "")] = start
            at = self._segments(block, at, made, pieces)
            if not is_gap:
                role = Role(block.get("type")) if block.tag == TEI + "ab" else None
                made.blocks.append(Block(Span(start, at), _KINDS[block.tag], role))
            is_bare = is_gap
        made.text = "".join(pieces)
        return made

    def _segments(self, block: Any, at: int, made: Text, pieces: list[str]) -> int:
        """Take over the segments of a block that begins at an offset, and what stands between; give its end."""
        number, between = len(made.blocks), block.text
        if between:
            pieces.append(between)
            at += len(between)
        for child in block:
            if child.tag == _SEGMENT:
                if len(child):
                    raise self.error(child, "a segment holds more than text", "take the element out of it")
                piece, start = child.text or "", at
                at += len(piece)
                made.starts[child.get(XML_ID, "")] = start
                made.segments.append(Segment(Span(start, at), number))
                pieces.append(piece)
            elif child.tag != _ANCHOR:
                raise self.error(child, "a block holds more than segments and anchors", "take it out")
            if between := child.tail:
                pieces.append(between)
                at += len(between)
        return at

    def collation(self, root: Any, texts: Mapping[str, Text]) -> Collation:
        head = self.need(root.find(TEI + "teiHeader"), root, "the header")
        off = self.need(root.find(TEI + "standOff"), root, "the annotation")
        self._agents(head)
        self._spans(off, texts)
        self.degrees = {n.get("target", "")[1:]: float(n.get("degree")) for n in off.iterchildren(TEI + "certainty")}
        source, target = texts.get("source"), texts["translation"]
        ladder = self._ladder(off, source, target) if source else None
        made = head.find(f"{TEI}fileDesc/{TEI}publicationStmt/{TEI}date")
        return Collation(
            self._witness(head, target),
            tuple(target.segments),
            self._witness(head, source) if source else None,
            tuple(source.segments) if source else (),
            ladder,
            tuple(self._links(off)),
            tuple(self._edits(off, source, target)),
            tuple(self._decisions(head)),
            self._signature(head),
            "" if made is None else made.text or "",
            tuple(self._quotations(off, source, target)),
        )

    def _agents(self, head: Any) -> None:
        for statement in head.iterfind(f"{TEI}fileDesc/{TEI}titleStmt/{TEI}respStmt"):
            self.agents["#" + statement.get(XML_ID, "")] = statement[-1].text or ""

    def _agent(self, node: Any, pointer: str | None) -> str:
        return "" if pointer is None else self.need(self.agents.get(pointer), node, f"the agent {pointer}")

    def _spans(self, off: Any, texts: Mapping[str, Text]) -> None:
        starts = {name: start for text in texts.values() for name, start in text.starts.items()}
        for group in off.iterchildren(TEI + "spanGrp"):
            if group.get("type") == "phrase":
                for node in group:
                    self.spans[node.get(XML_ID, "")] = span_of(node.attrib, starts, where=self.at(node))

    def _span(self, node: Any, pointer: str) -> Span:
        return self.need(self.spans.get(pointer.removeprefix("#")), node, f"the span {pointer}")

    def _witness(self, head: Any, text: Text) -> Witness:
        items = head.find(f"{TEI}fileDesc/{TEI}sourceDesc/{TEI}listBibl")
        found = [n for n in self.need(items, head, "the bibliography") if n.get(XML_ID) == f"bib.{text.name}"]
        item = self.need(found[0] if found else None, items, f"the item of {text.name}")
        notes = [(n.get("type"), n.text or "") for n in item.iterchildren(TEI + "note")]
        facts = dict(reversed(notes))
        raw = item.find(f"{TEI}analytic/{TEI}idno[@subtype='raw']")
        return Witness(
            item.get("n", ""),
            text.language,
            text.text,
            tuple(text.blocks),
            "" if raw is None else raw.text or "",
            facts.get("origin", ""),
            facts.get("encoding", ""),
            facts.get("mediaType", ""),
            facts.get("reader", ""),
            self._bibl(item),
            self._attribution(item),
            tuple(value for kind, value in notes if kind == "reading"),
        )

    def _attribution(self, item: Any) -> Attribution | None:
        claim = item.find(f"{TEI}relatedItem[@type='claimedSource']/{TEI}biblStruct")
        if claim is None:
            return None
        line = self.need(claim.find(f"{TEI}note[@type='attributionLine']"), claim, "the attribution line")
        return Attribution(self._span(line, line.get("target", "")), self._bibl(claim))

    def _bibl(self, item: Any) -> Bibl:
        paths = (
            "analytic/title",
            "analytic/author",
            "monogr/title",
            "monogr/imprint/date[@type='published']",
            "analytic/idno[@type='URI']",
            "monogr/imprint/date[@type='retrieved']",
            "analytic/respStmt/name",
            "note[@type='rights']",
        )
        found = (item.find("/".join(TEI + step for step in path.split("/"))) for path in paths)
        return Bibl(*("" if node is None else node.text or "" for node in found))

    def _ladder(self, off: Any, source: Text, target: Text) -> Ladder:
        at, judgements = (0, 0), list[Judgement]()
        rungs, prefixes = [at], (f"#{source.name}.s", f"#{target.name}.s")
        for node in self._group(off, "alignment"):
            at = self._climbed(node, prefixes, *at)
            rungs.append(at)
            if status := node.get("ana"):
                by = self._agent(node, node.get("resp"))
                judgements.append(Judgement(self._number(node), _STATUSES[status], by))
        return Ladder(tuple(rungs), tuple(judgements))

    def _climbed(self, node: Any, prefixes: tuple[str, str], i: int, j: int) -> tuple[int, int]:
        """Give the rung above a bead that begins at this one; its ends name the segments in order."""
        source, target = prefixes
        for end in node.get("target", "").split():
            expected = end
            if end.startswith(source):
                i += 1
                expected = f"{source}{i}"
            elif end.startswith(target):
                j += 1
                expected = f"{target}{j}"
            if end != expected:
                what = f"bead {node.get(XML_ID)} does not go on where the one before ended"
                raise self.error(node, what, "restore the order and the ends of the beads")
        return i, j

    def _group(self, off: Any, kind: str) -> Iterator[Any]:
        for group in off.iterchildren(TEI + "linkGrp"):
            if group.get("type") == kind and group.get("subtype") is None:
                yield from group.iterchildren(TEI + "link")

    def _number(self, node: Any) -> float | None:
        if node.get("resp"):
            return self.degrees.get(node.get(XML_ID))
        return float(node.get("cert")) if node.get("cert") else None

    def _links(self, off: Any) -> Iterator[Link]:
        for node in self._group(off, "phrase"):
            source, target = (self._span(node, end) for end in node.get("target", "").split())
            yield Link(self._bead(node) or 0, source, target, float(node.get("cert")))

    def _bead(self, node: Any) -> int | None:
        pointer = node.get("corresp")
        return None if pointer is None else int(pointer.removeprefix("#al.")) - 1

    def _edits(self, off: Any, source: Text | None, target: Text) -> Iterator[Edit]:
        for node in off.iterfind(f"{TEI}listAnnotation[@type='framing']/{TEI}annotation"):
            yield self._edit(node, source, target)

    def _quotations(self, off: Any, source: Text | None, target: Text) -> Iterator[QuotationCue]:
        for node in off.iterfind(f"{TEI}listAnnotation[@type='quotation']/{TEI}annotation"):
            function = Function(node.get("ana", "").removeprefix("#qf."))
            sides = ((Side.SOURCE, source), (Side.TARGET, target))
            found = [(side, span) for side, text in sides if text and (span := self._end(node, text))]
            if len(found) != 1:
                raise self.error(node, "a quotation stands on one side", "restore what it points at")
            yield QuotationCue(*found[0], function)

    def _edit(self, node: Any, source: Text | None, target: Text) -> Edit:
        terms = dict(term.removeprefix("#").split(".", 1) for term in node.get("ana", "").split())
        values = {_EDIT_NOTES[child.get("type")]: child.text or "" for child in node if child.tag == _NOTE}
        revision = self.need(node.find(_REVISION), node, "the revision")
        confidence = self.need(self._number(node), node, "the confidence")
        return Edit(
            Category(terms["fr"]),
            Direction(terms["di"]),
            self._end(node, source) if source else None,
            self._end(node, target),
            confidence,
            values.pop("rationale", ""),
            values.pop("rule", ""),
            EditKind(terms["kd"]),
            self._bead(node),
            severity=terms["sv"],
            status=Status(revision.get("status")),
            by=self._agent(node, node.get("resp")),
            **values,
        )

    def _end(self, node: Any, text: Text) -> Span | None:
        prefix = f"#{text.name}.x"
        ends = [end for end in node.get("target", "").split() if end.startswith(prefix)]
        return self._span(node, ends[0]) if ends else None

    def _decisions(self, head: Any) -> Sequence[Decision]:
        changes = head.iterfind(f"{TEI}revisionDesc/{TEI}listChange[@type='decisions']/{TEI}change")
        return [self._decision(node) for node in changes][::-1]

    def _decision(self, node: Any) -> Decision:
        parts = {n.get("type"): n.text or "" for n in node.iterchildren(TEI + "note")}
        return Decision(
            node.get("when") or node.get("n", ""),
            self._agent(node, node.get("who")),
            Act(node.get("type")),
            parts.get("on", ""),
            parts.get("before", ""),
            parts.get("after", ""),
            parts.get("remark", ""),
        )

    def _signature(self, head: Any) -> Signature:
        rows = list(head.iterfind(f"{TEI}encodingDesc/{TEI}appInfo/{TEI}application/{TEI}p/{TEI}list/*"))
        return Signature(tuple((k.text or "", v.text or "") for k, v in zip(rows[::2], rows[1::2], strict=True)))
