"""A record without the article texts, to be shared; and the way back, for whoever has the texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aligner.errors import RecordError
from aligner.model import Block, Collation, Kind, Role, Segment, Side, Span, Witness
from aligner.tei.letters import Letters, Prefixes, moved_decision, mover, parse_table
from aligner.tei.place import keyed_digest, span_of, text_key
from aligner.tei.read import Text, collation_of, contradiction, is_standoff
from aligner.tei.write import record_bytes
from aligner.tei.xml import TEI, XML_ID, XML_LANG, parse_record

__all__ = ["Bound", "Moved", "bind", "standoff"]

_KINDS = {"head": Kind.HEADING, "p": Kind.PARAGRAPH}


@dataclass(frozen=True, slots=True)
class Moved:
    """A segment that stands elsewhere in the text given than in the one collated."""

    side: Side
    segment: int
    old: Span
    new: Span

    def __str__(self) -> str:
        was, now = (f"{span.start} to {span.end}" for span in (self.old, self.new))
        return f"{self.side} segment {self.segment + 1}: characters {was} are {now} now"


@dataclass(frozen=True, slots=True)
class Bound:
    """A collation with its texts again, and what had to be moved for it."""

    collation: Collation
    moved: tuple[Moved, ...] = ()


def standoff(collation: Collation) -> bytes:
    """Give the record of a collation without the article texts.

    Titles, what the translation says of its source, and short quotations in rationales and notes stay
    readable; so does the shape of the text: where blocks, segments and the words pointed at begin and end.
    """
    return record_bytes(collation, full=False)


def bind(data: bytes, source: Witness | None, target: Witness, *, where: str = "", reanchor: bool = False) -> Bound:
    """Put the texts back into a stand-off record, after checking that they are the ones collated.

    Args:
        data: the stand-off record.
        source: the source as read now; None where the record has none.
        target: the translation as read now.
        where: name of the record, for errors.
        reanchor: accept texts that differ in white space and line ends only, and move the spans.

    Raises:
        RecordError: the texts part (it says where), or differ in white space and ``reanchor`` is not set.
    """
    root = parse_record(data, where=where)
    if not is_standoff(root):
        raise RecordError("the record holds its texts", where=where, remedy="bind a stand-off record")
    try:
        return _bound(root, source, target, where, reanchor)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise contradiction(error, where) from error


def _bound(root: Any, source: Witness | None, target: Witness, where: str, reanchor: bool) -> Bound:
    layers = _layers(root, {Side.SOURCE: source, Side.TARGET: target}, where)
    is_same = all(layer.digest == layer.witness.text_sha256 for layer in layers.values())
    if is_same:
        return Bound(_with_texts(root, layers, where))
    for layer in layers.values():
        layer.refuse_other_letters(where)
    if not reanchor:
        raise RecordError(
            "the texts differ from those collated, but in white space and line ends only",
            where=where,
            remedy="bind again with --reanchor, or find the files of that time",
        )
    return _reanchored(root, layers, where)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One witness of a stand-off record: its rows there, and the text given for it."""

    side: Side
    group: Any
    witness: Witness
    digest: str  # of the text collated

    @property
    def table(self) -> dict[int, int]:
        desc = self.group.find(TEI + "desc")
        return parse_table(desc.text or "") if desc is not None else {}

    def rows(self) -> Iterator[tuple[Any, Span]]:
        for node in self.group.iterchildren(TEI + "span"):
            if node.get("type") != "absence":
                yield node, span_of(node.attrib, {}, where=node.get(XML_ID, ""))

    def refuse_other_letters(self, where: str) -> None:
        """Raise RecordError naming the first segment at which the letters differ."""
        letters, table, prefixes = Letters(self.witness.text), self.table, Prefixes(self.witness.text)
        last = 0
        for node, span in self.rows():
            told = node.find(f"{TEI}idno[@type='sha256-prefix16']")
            n = table.get(span.end, 0)
            if told is not None and (n > len(letters) or prefixes.upto(letters.end(n)) != told.text):
                given = self.witness.text[letters.start(last) : letters.end(min(n, len(letters)))]
                raise RecordError(
                    f"the {self.side} parts from the text collated in {node.get(XML_ID)}, characters "
                    f"{span.start} to {span.end}; the text given has there “{' '.join(given.split())[:60]}”",
                    where=self.witness.origin or where,
                    remedy="give the file that was collated",
                )
            last = n if told is not None else last
        if len(letters) != max(table.values(), default=0):
            raise RecordError(
                f"the {self.side} goes on differently after its last segment",
                where=self.witness.origin or where,
                remedy="give the file that was collated",
            )


def _layers(root: Any, given: Mapping[Side, Witness | None], where: str) -> dict[Side, _Layer]:
    layers = {}
    groups = list(root.iterfind(f"{TEI}standOff/{TEI}spanGrp[@type='text']"))
    if len(groups) != sum(witness is not None for witness in given.values()):
        what = f"the record has {len(groups)} texts, and {sum(map(bool, given.values()))} are given"
        raise RecordError(what, where=where, remedy="give the source and the translation it was made of")
    for side, group in zip((Side.SOURCE, Side.TARGET)[-len(groups) :], groups, strict=True):
        witness = given[side]
        assert witness  # there are as many as groups, and the translation is never missing
        items = [n for n in root.iter(TEI + "biblStruct") if n.get(XML_ID) == group.get("corresp", "")[1:]]
        if not items:
            what = f"no bibliographic item belongs to the {side}"
            raise RecordError(what, where=where, remedy="restore the record from a copy")
        item = items[0]
        digest = item.find(f"{TEI}analytic/{TEI}idno[@subtype='canonical-text']")
        layers[side] = _Layer(side, group, witness, "" if digest is None else digest.text or "")
    return layers


def _with_texts(root: Any, layers: Mapping[Side, _Layer], where: str) -> Collation:
    """Read the record with the texts given, as they are, and check what its spans are digests of."""
    for layer in layers.values():
        key = text_key(layer.witness.text)
        spans = [*layer.rows(), *_phrases(root, layer.group.get(XML_ID))]
        for node, span in spans:
            told = node.find(f"{TEI}idno[@type='sha256-keyed16']")
            if told is not None and told.text != keyed_digest(key, span.of(layer.witness.text)):
                raise RecordError(
                    f"{node.get(XML_ID)} does not stand where the record says",
                    where=f"{where}:{node.sourceline}",
                    remedy="restore the record from a copy",
                )
    return collation_of(root, where=where, texts=_texts(layers, lambda _, start, end: (start, end)))


def _phrases(root: Any, name: str) -> Iterator[tuple[Any, Span]]:
    for node in root.iterfind(f"{TEI}standOff/{TEI}spanGrp[@type='phrase']/{TEI}span"):
        if node.get(XML_ID, "").startswith(f"{name}.x"):
            yield node, span_of(node.attrib, {}, where=node.get(XML_ID))


def _texts(layers: Mapping[Side, _Layer], move: Callable[[Side, int, int], tuple[int, int]]) -> dict[str, Text]:
    names = {Side.SOURCE: "source", Side.TARGET: "translation"}
    return {names[side]: _text(layer, move) for side, layer in layers.items()}


def _text(layer: _Layer, move: Callable[[Side, int, int], tuple[int, int]]) -> Text:
    made = Text(layer.group.get(XML_ID), layer.group.get(XML_LANG), layer.witness.text)
    for node, span in layer.rows():
        new = Span(*move(layer.side, span.start, span.end))
        if node.get("type") == "s":
            made.segments.append(Segment(new, len(made.blocks) - 1))
        else:
            kind = _KINDS.get(node.get("type"), Kind.PARATEXT)
            made.blocks.append(Block(new, kind, Role(node.get("type")) if kind is Kind.PARATEXT else None))
    return made


def _reanchored(root: Any, layers: Mapping[Side, _Layer], where: str) -> Bound:
    move = mover(
        {side: layer.table for side, layer in layers.items()},
        {side: Letters(layer.witness.text) for side, layer in layers.items()},
    )
    try:
        for node in root.iterfind(f"{TEI}standOff/{TEI}spanGrp[@type='phrase']/{TEI}span"):
            name = node.get(XML_ID, "").rpartition(".x")[0]
            side = {layer.group.get(XML_ID): side for side, layer in layers.items()}[name]
            old = span_of(node.attrib, {}, where=node.get(XML_ID))
            start, end = move(side, old.start, old.end)
            node.set("target", f"text/{layers[side].group.get(XML_ID)}.txt#char={start},{end}")
        collation = collation_of(root, where=where, texts=_texts(layers, move))
        decisions = tuple(moved_decision(decision, move) for decision in collation.decisions)
    except (ValueError, KeyError) as error:
        raise RecordError(
            f"a place in the record cannot be found in the texts given ({error})",
            where=where,
            remedy="find the files of that time",
        ) from error
    collation = replace(
        collation,
        decisions=decisions,
        target=_reread(collation.target, layers[Side.TARGET]),
        source=_reread(collation.source, layers[Side.SOURCE]) if collation.source else None,
    )
    return Bound(collation, tuple(_moved_segments(layers, collation)))


def _reread(witness: Witness, layer: _Layer) -> Witness:
    """Say in the record that the text is another one now."""
    if layer.digest == layer.witness.text_sha256:
        return witness
    given = layer.witness
    note = f"re-anchored: collated as text {layer.digest}, which differs in white space only"
    digest = given.sha256 or hashlib.sha256(given.text.encode("utf-8")).hexdigest()
    return replace(
        witness,
        sha256=digest,
        origin=given.origin,
        encoding=given.encoding,
        media_type=given.media_type,
        reader=given.reader,
        notes=(*witness.notes, note),
    )


def _moved_segments(layers: Mapping[Side, _Layer], collation: Collation) -> Iterator[Moved]:
    for side, layer in layers.items():
        old = [span for node, span in layer.rows() if node.get("type") == "s"]
        for n, (before, segment) in enumerate(zip(old, collation.segments(side), strict=True)):
            if before != segment.span:
                yield Moved(side, n, before, segment.span)
