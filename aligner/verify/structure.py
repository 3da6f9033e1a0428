"""Rules on the form of a record: schema, ids, pointers, beads, spans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from aligner.errors import RecordError
from aligner.resources import data_bytes
from aligner.tei import read_bytes
from aligner.tei.read import Text, is_standoff
from aligner.tei.xml import TEI, XML_ID
from aligner.verify.case import Case, Fault

__all__ = ["beads", "pointers", "profile", "spans", "tei_all", "unique"]

_POINTING = ("target", "corresp", "ana", "resp", "who", "change", "ref", "decls", "domains", "rendition", "from",
             "to")  # fmt: skip
_RANGE = re.compile(r"#string-range\(([^,()]+),(\d+),(\d+)\)$")
_INDEX = re.compile(r"#string-index\(([^,()]+),(\d+)\)$")
_CHAR = re.compile(r"text/([^#]+)\.txt#char=(\d+)(?:,(\d+))?$")


def profile(case: Case) -> Iterator[Fault]:
    """The record has the elements and attributes of our profile schema."""
    schema = _schema(data_bytes("profile.rng"))
    if not schema.validate(case.root):
        for entry in schema.error_log:
            yield case.fault("profile", entry.line, entry.message, "restore what was there")
    kinds = [document.get("type") for document in case.root.iterchildren(TEI + "TEI")]
    allowed = ([],) if is_standoff(case.root) else (["source", "translation"], ["translation"])
    if kinds not in allowed:
        what = f"a record of this kind cannot have the texts {kinds}"
        yield case.fault("profile", case.root, what, "restore what was there")


@lru_cache(maxsize=2)
def _schema(data: bytes) -> etree.RelaxNG:
    return etree.RelaxNG(etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True)))


def tei_all(case: Case) -> Iterator[Fault]:
    """The record is valid TEI by the schema given."""
    given = case.given.get("tei-all")
    if given is None:
        return
    try:
        schema = _schema(read_bytes(given))
    except (etree.XMLSyntaxError, etree.RelaxNGParseError) as error:
        raise RecordError(f"not a RELAX NG schema ({error})", where=str(given), remedy="give tei_all.rng") from error
    if not schema.validate(case.root):
        for entry in schema.error_log:
            yield case.fault("tei-all", entry.line, entry.message, "restore what was there")


def unique(case: Case) -> Iterator[Fault]:
    """Every xml:id stands once."""
    counts = Counter(node.get(XML_ID) for node in case.root.iter("*") if node.get(XML_ID))
    for name in (name for name, n in counts.items() if n > 1):
        yield case.fault("ids", case.ids[name], f"the id {name} stands {counts[name]} times", "give it once")


def pointers(case: Case) -> Iterator[Fault]:
    """Every pointer leads to something in the record."""
    ids = case.ids
    for node in case.root.iter("*"):
        for name, value in node.attrib.items():
            if name in _POINTING:
                for pointer in value.split():
                    if pointer.startswith("#") and _aim(pointer) not in ids:
                        what = f"{name} points at {pointer}, which is not there"
                        yield case.fault("pointers", node, what, "restore the pointer or what it points at")


def _aim(pointer: str) -> str:
    found = _RANGE.match(pointer) or _INDEX.match(pointer)
    return found[1] if found else pointer[1:]


def beads(case: Case) -> Iterator[Fault]:
    """The type of a bead counts its segments, and the beads take every segment once, in order."""
    sides = _sides(case)
    if len(sides) < 2:
        return
    at = [0, 0]
    for node in _links(case, "alignment"):
        ends = node.get("target").split()
        counts = [sum(end.startswith(f"#{name}.s") for end in ends) for name, _ in sides]
        name = node.get(XML_ID)
        if node.get("type") != f"{counts[0]}-{counts[1]}":
            yield case.fault("beads", node, f"{name} says {node.get('type')} and has {counts[0]}-{counts[1]}")
        expected = [
            end for k, (side, _) in enumerate(sides)
            for end in [f"#{side}.s{n}" for n in range(at[k] + 1, at[k] + counts[k] + 1)]
            or [f"#{side}.a{name.removeprefix('al.')}"]
        ]  # fmt: skip
        if ends != expected:
            yield case.fault("beads", node, f"{name} has {' '.join(ends)}, where {' '.join(expected)} come next")
        at = [n + count for n, count in zip(at, counts, strict=True)]
    for (side, n), reached in zip(sides, at, strict=True):
        if n != reached:
            yield case.fault("beads", case.ids[side], f"the beads take {reached} of {n} segments of {side}")


def _sides(case: Case) -> list[tuple[str, int]]:
    """Give the id and the number of segments of either text, source first."""
    if texts := case.texts:
        return [(texts[k].name, len(texts[k].segments)) for k in ("source", "translation") if k in texts]
    groups = case.root.iterfind(f"{TEI}standOff/{TEI}spanGrp[@type='text']")
    return [(g.get(XML_ID), sum(s.get("type") == "s" for s in g)) for g in groups]


def _links(case: Case, kind: str) -> Iterator[Any]:
    for group in case.root.iterfind(f"{TEI}standOff/{TEI}linkGrp"):
        if group.get("type") == kind and group.get("subtype") is None:
            yield from group.iterfind(TEI + "link")


def spans(case: Case) -> Iterator[Fault]:
    """A span lies inside what it points into, and is the text it quotes."""
    lengths = _lengths(case)
    whole = {name: made for made in case.texts.values() for name in made.starts}
    for node in case.root.iterfind(f"{TEI}standOff/{TEI}spanGrp/{TEI}span"):
        found = [_INDEX.match(node.get(end, "")) for end in ("from", "to")]
        target = node.get("target", "")
        name, start, end = "", 0, 0
        if ranged := _RANGE.match(target):
            name, start, end = ranged[1], int(ranged[2]), int(ranged[2]) + int(ranged[3])
        elif char := _CHAR.match(target):
            name, start, end = char[1], int(char[2]), int(char[3] or char[2])
        outside = [m for m in found if m and int(m[2]) > lengths.get(m[1], 0)]
        if outside or end > lengths.get(name, 0):
            yield case.fault("spans", node, f"{node.get(XML_ID)} leaves the text it points into")
        elif node.text and whole:
            yield from _quotation(case, node, found, name, start, end, whole)


def _quotation(
    case: Case, node: Any, ends: list[Any], name: str, start: int, end: int, whole: Mapping[str, Text]
) -> Iterator[Fault]:
    if ends[0] and ends[1]:
        made = whole[ends[0][1]]
        start, end = (made.starts[m[1]] + int(m[2]) for m in ends)
    else:
        made = whole[name]
        start, end = made.starts[name] + start, made.starts[name] + end
    if made.text[start:end] != node.text:
        what = f"{node.get(XML_ID)} quotes {node.text!r}, where {made.text[start:end]!r} stands"
        yield case.fault("spans", node, what)


def _lengths(case: Case) -> dict[str, int]:
    """Give how long every element is that a span may point into, in code points."""
    lengths = {}
    for text in case.texts.values():
        lengths[text.name] = len(text.text)
        for block in case.ids[text.name].iter(TEI + "head", TEI + "p", TEI + "ab", TEI + "s"):
            lengths[block.get(XML_ID)] = sum(map(len, block.itertext()))
    for item in case.root.iter(TEI + "biblStruct"):
        measure = item.find(f"{TEI}monogr/{TEI}extent/{TEI}measure")
        name = item.get(XML_ID).removeprefix("bib.")
        if measure is not None:
            lengths.setdefault(name, int(measure.get("quantity")))
    return lengths
