"""Check a record: a table from the id of a rule to the small function that says where it is broken.

Rules stand in groups; a group is looked at only when nothing before it is broken, since a pointer that
leads nowhere would break half of the rest too. What no rule here can see is in docs/provenance.md.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from aligner.errors import AlignerError, RecordError
from aligner.journal import journal_path, read_entries
from aligner.model import Bibl, Collation
from aligner.names import is_same_name
from aligner.patch import base, replay
from aligner.resources import data_bytes
from aligner.tei import dumps, read_bytes
from aligner.tei.header import SEAL, taxonomies
from aligner.tei.read import Text, collation_of, full_texts, is_standoff
from aligner.tei.xml import TEI, XML_ID, parse
from aligner.text import normalise_word

__all__ = ["RULES", "Fault", "verify"]

_MOST = 20  # faults told for one rule: the first ones show what is wrong
_POINTING = ("target", "corresp", "ana", "resp", "who", "change", "ref", "decls", "domains", "rendition", "from",
             "to")  # fmt: skip
_RANGE = re.compile(r"#string-range\(([^,()]+),(\d+),(\d+)\)$")
_INDEX = re.compile(r"#string-index\(([^,()]+),(\d+)\)$")
_CHAR = re.compile(r"text/([^#]+)\.txt#char=(\d+)(?:,(\d+))?$")
_SEALED = re.compile(rb'(<idno type="sha256" subtype="record">)([0-9a-f]{64})(</idno>)')


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a record: the rule it breaks, where, what, and what to do.

    >>> str(Fault("beads", "a.xml:12", "al.3 says 2-1 and has 1-1", "restore it"))
    'a.xml:12: beads: al.3 says 2-1 and has 1-1; restore it'
    """

    rule: str
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.what}; {self.remedy}"


@dataclass(slots=True)
class _Case:
    """A record under examination."""

    path: Path
    data: bytes
    root: Any
    given: Mapping[str, Path | None] = field(default_factory=dict)
    _ids: dict[str, Any] | None = None
    _texts: dict[str, Text] | None = None
    _collation: Collation | None = None

    @property
    def ids(self) -> dict[str, Any]:
        if self._ids is None:
            self._ids = {node.get(XML_ID): node for node in self.root.iter("*") if node.get(XML_ID)}
        return self._ids

    @property
    def texts(self) -> dict[str, Text]:
        if self._texts is None:
            self._texts = {} if is_standoff(self.root) else full_texts(self.root, where=str(self.path))
        return self._texts

    @property
    def collation(self) -> Collation | None:
        """The collation; None for a stand-off record, which cannot give one."""
        if self._collation is None and not is_standoff(self.root):
            self._collation = collation_of(self.root, where=str(self.path), texts=self.texts)
        return self._collation

    def fault(self, rule: str, node: Any, what: str, remedy: str = "restore it from a copy") -> Fault:
        line = node if isinstance(node, int) else (node.sourceline or 1)
        return Fault(rule, f"{self.path}:{line}", what, remedy)


def verify(
    path: str | os.PathLike[str], *, tei_all: str | os.PathLike[str] | None = None,
    source: str | os.PathLike[str] | None = None, target: str | os.PathLike[str] | None = None,
) -> tuple[Fault, ...]:  # fmt: skip
    """Give everything found wrong with a record, an empty tuple when nothing is.

    Args:
        path: the record, with texts or stand-off; its journal is looked at too where there is one.
        tei_all: the full TEI schema (RELAX NG), to validate with as well.
        source: the file the source was read from, to compare with the digest of its bytes.
        target: the same for the translation.
    """
    data, found = b"", list[Fault]()
    try:
        data = read_bytes(path)
        root = parse(data, where=os.fspath(path))
    except RecordError as error:
        return (Fault("well-formed", error.where, error.what, error.remedy),)
    given = {"tei-all": tei_all, "source": source, "translation": target}
    case = _Case(Path(path), data, root, {key: Path(value) for key, value in given.items() if value})
    for group in _GROUPS:
        for rule in group:
            found += _faults(rule, case)
        if found:
            break
    return tuple(found)


def _faults(rule: str, case: _Case) -> list[Fault]:
    found = []
    try:
        for fault in RULES[rule](case):
            found.append(fault)
            if len(found) == _MOST:
                break
    except AlignerError as error:
        is_placed = error.where.startswith(str(case.path))
        where = error.where if is_placed else f"{case.path} ({error.where})"
        found.append(Fault(rule, where, error.what, error.remedy))
    return found


def _profile(case: _Case) -> Iterator[Fault]:
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


def _tei_all(case: _Case) -> Iterator[Fault]:
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


def _unique(case: _Case) -> Iterator[Fault]:
    """Every xml:id stands once."""
    counts = Counter(node.get(XML_ID) for node in case.root.iter("*") if node.get(XML_ID))
    for name in (name for name, n in counts.items() if n > 1):
        yield case.fault("ids", case.ids[name], f"the id {name} stands {counts[name]} times", "give it once")


def _pointers(case: _Case) -> Iterator[Fault]:
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


def _beads(case: _Case) -> Iterator[Fault]:
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


def _sides(case: _Case) -> list[tuple[str, int]]:
    """Give the id and the number of segments of either text, source first."""
    if texts := case.texts:
        return [(texts[k].name, len(texts[k].segments)) for k in ("source", "translation") if k in texts]
    groups = case.root.iterfind(f"{TEI}standOff/{TEI}spanGrp[@type='text']")
    return [(g.get(XML_ID), sum(s.get("type") == "s" for s in g)) for g in groups]


def _links(case: _Case, kind: str) -> Iterator[Any]:
    for group in case.root.iterfind(f"{TEI}standOff/{TEI}linkGrp"):
        if group.get("type") == kind and group.get("subtype") is None:
            yield from group.iterfind(TEI + "link")


def _spans(case: _Case) -> Iterator[Fault]:
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
    case: _Case, node: Any, ends: list[Any], name: str, start: int, end: int, whole: Mapping[str, Text]
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


def _lengths(case: _Case) -> dict[str, int]:
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


def _text_digests(case: _Case) -> Iterator[Fault]:
    """The texts are those that were collated, by their digest."""
    for text in case.texts.values():
        item = case.ids.get(f"bib.{text.name}")
        told = None if item is None else item.find(f"{TEI}analytic/{TEI}idno[@subtype='canonical-text']")
        made = hashlib.sha256(text.text.encode("utf-8")).hexdigest()
        if told is None or told.text != made:
            what = f"the text of {text.name} is not the one that was collated"
            yield case.fault("texts", case.ids[text.name], what, "restore the text; its digest is in the header")


def _files(case: _Case) -> Iterator[Fault]:
    """The files given are those the texts were read from, by the digest of their bytes."""
    for item in case.root.iterfind(f".//{TEI}listBibl/{TEI}biblStruct"):
        is_target = item.find(f"{TEI}relatedItem[@type='translationOf']") is not None
        path = case.given.get("translation" if is_target else "source")
        told = item.find(f"{TEI}analytic/{TEI}idno[@subtype='raw']")
        if path and (told is None or hashlib.sha256(read_bytes(path)).hexdigest() != told.text):
            yield case.fault("files", item, f"{path} is not the file that was read", "give the file of that time")


def _responsibility(case: _Case) -> Iterator[Fault]:
    """Whoever answers for something is declared, and a program names its application."""
    for node in case.root.iter("*"):
        for name in ("resp", "who"):
            for pointer in node.get(name, "").split():
                if case.ids[pointer[1:]].tag != TEI + "respStmt":
                    yield case.fault("responsibility", node, f"{pointer} is not a statement of responsibility")
        if node.tag == TEI + "name" and node.get("ref") and case.ids[node.get("ref")[1:]].tag != f"{TEI}application":
            yield case.fault("responsibility", node, f"{node.get('ref')} is not an application")


def _taxonomy(case: _Case) -> Iterator[Fault]:
    """The taxonomy is ours, and every term used is one of its categories."""
    ours = etree.fromstring(f'<a xmlns="{TEI[1:-1]}">{taxonomies()}</a>')[0]
    held = case.root.find(f"{TEI}teiHeader/{TEI}encodingDesc/{TEI}classDecl")
    if _shape(held) != _shape(ours):
        yield case.fault("taxonomy", held, "the taxonomy is not that of this version of muqabala",
                         "verify with the version that wrote the record")  # fmt: skip
    for node in case.root.find(TEI + "standOff").iter(TEI + "link", TEI + "annotation"):
        for pointer in node.get("ana", "").split():
            if case.ids[pointer[1:]].tag != TEI + "category":
                yield case.fault("taxonomy", node, f"{pointer} is not a category")


def _decisions(case: _Case) -> Iterator[Fault]:
    """The decisions, carried out over the machine's result, give the state of the record."""
    collation = case.collation
    if collation and collation.decisions:
        again = replay(base(collation), collation.decisions)
        if again != collation:
            yield case.fault("decisions", 1, "the decisions do not give what the record says")


def _attribution(case: _Case) -> Iterator[Fault]:
    """What the translation says of its source is what the source says of itself."""
    collation = case.collation
    attribution = collation and collation.target.attribution
    if not collation or not attribution or not collation.source:
        return
    node = case.root.find(f".//{TEI}relatedItem[@type='claimedSource']")
    for fact, claimed, found in _disagreements(attribution.claims, collation.source.bibl):
        what = f"the translation says its source has the {fact} {claimed!r}, but the source has {found!r}"
        yield case.fault("attribution", node, what, "collate it with the source it names, or note the difference")


def _disagreements(claims: Bibl, own: Bibl) -> Iterator[tuple[str, str, str]]:
    tests: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
        ("title", _is_same_title), ("outlet", _is_same_name), ("author", _is_same_name),
        ("published", _is_same_date), ("url", _is_same_url),
    )  # fmt: skip
    for fact, is_same in tests:
        claimed, found = getattr(claims, fact), getattr(own, fact)
        if claimed and found and not is_same(claimed, found):
            yield fact, claimed, found


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def _words(text: str) -> list[str]:
    return [normalise_word(word).lower() for word in re.findall(r"\w+", text)]


def _is_same_title(claimed: str, found: str) -> bool:
    """A title in another language cannot be compared."""
    return _is_arabic(claimed) != _is_arabic(found) or _words(claimed) == _words(found)


def _is_same_name(claimed: str, found: str) -> bool:
    """Names agree when they share a word, in one script or across the two; "The Daily Sabah", "Daily Sabah"."""
    mine, theirs = _words(claimed), _words(found)
    if _is_arabic(claimed) == _is_arabic(found):
        return bool({word for word in mine if len(word) > 3} & set(theirs)) or mine == theirs
    latin, arabic = (theirs, mine) if _is_arabic(claimed) else (mine, theirs)
    return any(is_same_name(a, b) for a in latin for b in arabic)


def _is_same_date(claimed: str, found: str) -> bool:
    n = min(len(claimed), len(found), 10)
    return claimed[:n] == found[:n]


def _is_same_url(claimed: str, found: str) -> bool:
    def place(url: str) -> tuple[str, str]:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")

    try:
        return place(claimed) == place(found)
    except ValueError:  # not a URL
        return claimed == found


def _journal(case: _Case) -> Iterator[Fault]:
    """A journal beside the record holds together and was begun over this record."""
    path = journal_path(case.path)
    entries = read_entries(path) if path.exists() else None
    if entries is None:
        return
    collation = case.collation
    held = collation.decisions if collation else ()
    is_saved = held[entries.first : entries.first + len(entries.decisions)] == entries.decisions
    if entries.record != hashlib.sha256(case.data).hexdigest() and not (entries.decisions and is_saved):
        what = "the journal was begun over another state of the record"
        yield Fault("journal", f"{path}:1", what, "restore the record it was begun over")
    elif collation and not is_saved:
        replay(collation, entries.decisions)


def _record(case: _Case) -> Iterator[Fault]:
    """The record as a whole is as it was written: nothing in it was changed by another hand."""
    remedy = "restore it from a copy, or find out who changed it"
    if case.collation is None:
        found = _SEALED.search(case.data)
        blank = _SEALED.sub(rb"\g<1>" + SEAL.encode() + rb"\g<3>", case.data, count=1)
        if not found or hashlib.sha256(blank).hexdigest().encode() != found[2]:
            yield case.fault("record", 1, "something was changed after it was written", remedy)
        return
    written = dumps(case.collation)
    if written == case.data:
        return
    for mine, theirs in zip(_leaves(case.root), _leaves(parse(written)), strict=False):
        if mine[1:] != theirs[1:]:
            what = f"something was changed after it was written; here stands {mine[2]} {mine[3]}"
            yield case.fault("record", mine[0], what[:300], remedy)
            return


def _leaves(root: Any) -> Iterator[tuple[Any, str, str, str]]:
    """Walk a tree as (element, attributes, name, text); white space between elements says nothing."""
    depth = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        text = (node.text if event == "start" else node.tail) or ""
        keeps = event == "start" and not len(node)
        kept = text if keeps or text.strip() or _is_in_text(node, event) else ""
        yield node, repr(sorted(node.attrib.items())) if event == "start" else str(depth), str(node.tag), kept


def _is_in_text(node: Any, event: str) -> bool:
    parent = node if event == "start" else node.getparent()
    return parent is not None and parent.tag in (TEI + "head", TEI + "p", TEI + "ab")


def _shape(node: Any) -> list[tuple[str, str, str]]:
    return [leaf[1:] for leaf in _leaves(node)] if node is not None else []


RULES: Mapping[str, Callable[[_Case], Iterator[Fault]]] = {
    "profile": _profile,
    "tei-all": _tei_all,
    "ids": _unique,
    "pointers": _pointers,
    "beads": _beads,
    "spans": _spans,
    "texts": _text_digests,
    "files": _files,
    "responsibility": _responsibility,
    "taxonomy": _taxonomy,
    "decisions": _decisions,
    "attribution": _attribution,
    "journal": _journal,
    "record": _record,
}
_GROUPS = (
    ("profile", "tei-all"),
    ("ids", "pointers"),
    ("beads", "spans", "texts", "files", "responsibility", "taxonomy"),
    ("decisions", "attribution", "journal"),
    ("record",),
)
