"""Rules on what a record says: texts, people, terms, decisions, claims, and that nobody changed it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from aligner.journal import journal_path, read_entries
from aligner.model import Category, Direction, EditKind
from aligner.patch import base, replay
from aligner.taxonomy import directions
from aligner.tei import dumps, read_bytes
from aligner.tei.header import SEAL, taxonomies
from aligner.tei.xml import TEI, parse
from aligner.verify.case import Case, Fault

__all__ = ["decisions", "files", "journal", "record", "responsibility", "taxonomy", "text_digests"]

_SEALED = re.compile(rb'(<idno type="sha256" subtype="record">)([0-9a-f]{64})(</idno>)')


def text_digests(case: Case) -> Iterator[Fault]:
    """The texts are those that were collated, by their digest."""
    for text in case.texts.values():
        item = case.ids.get(f"bib.{text.name}")
        told = None if item is None else item.find(f"{TEI}analytic/{TEI}idno[@subtype='canonical-text']")
        made = hashlib.sha256(text.text.encode("utf-8")).hexdigest()
        if told is None or told.text != made:
            what = f"the text of {text.name} is not the one that was collated"
            yield case.fault("texts", case.ids[text.name], what, "restore the text; its digest is in the header")


def files(case: Case) -> Iterator[Fault]:
    """The files given are those the texts were read from, by the digest of their bytes."""
    for item in case.root.iterfind(f".//{TEI}listBibl/{TEI}biblStruct"):
        is_target = item.find(f"{TEI}relatedItem[@type='translationOf']") is not None
        path = case.given.get("translation" if is_target else "source")
        told = item.find(f"{TEI}analytic/{TEI}idno[@subtype='raw']")
        if path and (told is None or hashlib.sha256(read_bytes(path)).hexdigest() != told.text):
            yield case.fault("files", item, f"{path} is not the file that was read", "give the file of that time")


def responsibility(case: Case) -> Iterator[Fault]:
    """Whoever answers for something is declared, and a program names its application."""
    for node in case.root.iter("*"):
        for name in ("resp", "who"):
            for pointer in node.get(name, "").split():
                if case.ids[pointer[1:]].tag != TEI + "respStmt":
                    yield case.fault("responsibility", node, f"{pointer} is not a statement of responsibility")
        if node.tag == TEI + "name" and node.get("ref") and case.ids[node.get("ref")[1:]].tag != f"{TEI}application":
            yield case.fault("responsibility", node, f"{node.get('ref')} is not an application")


def taxonomy(case: Case) -> Iterator[Fault]:
    """The taxonomy is ours, every term used is one of its categories, and every direction one of its category's."""
    ours = etree.fromstring(f'<a xmlns="{TEI[1:-1]}">{taxonomies()}</a>')[0]
    held = case.root.find(f"{TEI}teiHeader/{TEI}encodingDesc/{TEI}classDecl")
    if _shape(held) != _shape(ours):
        yield case.fault("taxonomy", held, "the taxonomy is not that of this version of muqabala",
                         "verify with the version that wrote the record")  # fmt: skip
    for node in case.root.find(TEI + "standOff").iter(TEI + "link", TEI + "annotation"):
        for pointer in node.get("ana", "").split():
            if case.ids[pointer[1:]].tag != TEI + "category":
                yield case.fault("taxonomy", node, f"{pointer} is not a category")
    for node in case.root.find(TEI + "standOff").iter(TEI + "annotation"):
        parts = (pointer[1:].partition(".") for pointer in node.get("ana", "").split())
        terms = {kind: term for kind, _, term in parts}
        allowed = _directions(terms)
        if allowed and terms["di"] not in allowed:
            what = f"{terms['fr']} has no direction {terms['di']}"
            yield case.fault("taxonomy", node, what, f"make it {' or '.join(allowed)}")


def _directions(terms: Mapping[str, str]) -> tuple[Direction, ...]:
    """Give the directions a flag with these terms may have; none where the terms are not those of a flag."""
    try:
        return directions(Category(terms["fr"]), EditKind(terms["kd"])) if "di" in terms else ()
    except (KeyError, ValueError):
        return ()


def decisions(case: Case) -> Iterator[Fault]:
    """The decisions, carried out over the machine's result, give the state of the record."""
    collation = case.collation
    if collation and collation.decisions:
        again = replay(base(collation), collation.decisions)
        if again != collation:
            yield case.fault("decisions", 1, "the decisions do not give what the record says")


def journal(case: Case) -> Iterator[Fault]:
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


def record(case: Case) -> Iterator[Fault]:
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
