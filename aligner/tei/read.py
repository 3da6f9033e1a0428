"""TEI bytes back to the collation they were written from."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from aligner.errors import RecordError
from aligner.model import (
    Act,
    Attribution,
    Bibl,
    Category,
    Collation,
    Decision,
    Direction,
    Edit,
    EditKind,
    Judgement,
    Ladder,
    Link,
    Signature,
    Span,
    Status,
    Witness,
)
from aligner.tei.anchors import resolve
from aligner.tei.texts import Body, read_body
from aligner.tei.xml import TEI, XML_ID, XML_LANG, parse

__all__ = ["loads"]

_BIBL_FIELDS = (
    ("title", f".//{TEI}title[@level='a']"),
    ("author", f".//{TEI}author"),
    ("translator", f".//{TEI}editor"),
    ("outlet", f".//{TEI}title[@level='j']"),
    ("published", f".//{TEI}date[@type='published']"),
    ("retrieved", f".//{TEI}date[@type='retrieved']"),
    ("url", f".//{TEI}idno[@type='URI']"),
    ("rights", f".//{TEI}note[@type='rights']"),
)


def loads(data: bytes, *, where: str = "") -> Collation:
    """Read a collation from TEI bytes.

    Args:
        data: what ``dumps`` wrote.
        where: the name of the file, for messages.

    Raises:
        RecordError: not well-formed, not one of our records, or one that contradicts itself.
    """
    root = parse(data, where=where)
    try:
        return _Record(root, where).collation()
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise RecordError(
            f"the record contradicts itself ({error})", where=where, remedy="run muqabala verify on it"
        ) from error


class _Record:
    """A parsed record with its tables of ids."""

    def __init__(self, root: etree._Element, where: str) -> None:
        self._root, self._where = root, where
        if root.tag != f"{TEI}TEI" or root.get("type") != "alignment":
            raise RecordError("this is no record of a collation", where=where, remedy="give a TEI file of muqabala's")
        self._header = self._need(root, f"{TEI}teiHeader")
        self._stand_off = root.find(f"{TEI}standOff")
        self._people = {
            f"#{r.get(XML_ID)}": _text(r.find(f"{TEI}persName"))
            for r in self._header.iter(f"{TEI}respStmt")
            if r.find(f"{TEI}persName") is not None
        }
        self._bodies: dict[str, Body] = {}
        self._phrases: dict[str, Span] = {}

    def _need(self, parent: etree._Element, path: str) -> etree._Element:
        found = parent.find(path)
        if found is None:
            name = path.rsplit("}", 1)[-1]
            raise RecordError(f"<{name}> is missing", where=f"{self._where}:{parent.sourceline}", remedy="restore it")
        return found

    def collation(self) -> Collation:
        """Build the collation."""
        documents = {d.get("type"): d for d in self._root.findall(f"{TEI}TEI")}
        if "translation" not in documents:
            raise RecordError(
                "the record has no text of the translation",
                where=self._where,
                remedy="bind the texts to it first (muqabala bind)",
            )
        source = self._witness(documents["source"]) if "source" in documents else None
        target = self._witness(documents["translation"], attribution=self._attribution())
        self._phrases = dict(self._spans())
        ladder = self._ladder(source, target) if source else None
        return Collation(
            target=target,
            target_segments=self._bodies[target.siglum].segments,
            source=source,
            source_segments=self._bodies[source.siglum].segments if source else (),
            ladder=ladder,
            links=tuple(self._links()),
            edits=tuple(self._edits()),
            decisions=tuple(self._decisions()),
            signature=Signature.parse(_text(self._header.find(f".//{TEI}idno[@type='signature']"))),
            made=_text(self._header.find(f"{TEI}fileDesc/{TEI}publicationStmt/{TEI}date")),
        )

    def _witness(self, document: etree._Element, attribution: Attribution | None = None) -> Witness:
        text = self._need(document, f"{TEI}text")
        siglum = text.get(XML_ID) or ""
        body = self._bodies[siglum] = read_body(text, where=self._where)
        bibl = self._need(self._header, f".//{TEI}biblStruct[@{XML_ID}='bib.{siglum}']")
        notes = [(n.get("type"), _text(n)) for n in bibl.findall(f"{TEI}note")]
        first = dict(reversed(notes))
        return Witness(
            siglum=siglum,
            language=text.get(XML_LANG) or "",
            text=body.text,
            blocks=body.blocks,
            sha256=_text(bibl.find(f".//{TEI}idno[@subtype='raw-bytes']")),
            origin=first.get("origin", ""),
            encoding=first.get("encoding", ""),
            media_type=first.get("mediaType", ""),
            reader=first.get("reader", ""),
            bibl=_bibl(bibl, skip_claims=True),
            attribution=attribution,
            notes=tuple(text for kind, text in notes if kind == "reading"),
        )

    def _attribution(self) -> Attribution | None:
        item = self._header.find(f".//{TEI}relatedItem[@type='claim']/{TEI}bibl")
        if item is None:
            return None
        note = self._need(item, f"{TEI}note[@type='attributionLine']")
        start, _, end = (note.get("n") or "").partition(",")
        return Attribution(Span(int(start), int(end)), _bibl(item))

    def _spans(self) -> Iterator[tuple[str, Span]]:
        for group in self._groups("spanGrp", "phrase"):
            for span in group.iter(f"{TEI}span"):
                name = span.get(XML_ID) or ""
                body = self._bodies[name.partition(".")[0]]
                at = f"{self._where}:{span.sourceline}"
                yield f"#{name}", resolve(span.get("target") or "", body.spans, where=at)

    def _groups(self, tag: str, kind: str) -> list[etree._Element]:
        if self._stand_off is None:
            return []
        found = self._stand_off.findall(f"{TEI}{tag}[@type='{kind}']")
        return [group for group in found if group.get("subtype") != "superseded"]

    def _ladder(self, source: Witness, target: Witness) -> Ladder:
        degrees = {
            c.get("target"): float(c.get("degree") or 0) for c in self._root.findall(f"{TEI}standOff/{TEI}certainty")
        }
        known = {f"#{name}" for s in (source, target) for name in self._bodies[s.siglum].aligned}
        rungs, judgements = [(0, 0)], []
        for link in (e for g in self._groups("linkGrp", "alignment") for e in g.iter(f"{TEI}link")):
            ends = [p for p in (link.get("target") or "").split() if p in known]
            n = sum(p.startswith(f"#{source.siglum}.") for p in ends)
            rungs.append((rungs[-1][0] + n, rungs[-1][1] + len(ends) - n))
            judgements.append(self._judgement(link, degrees))
        return Ladder(tuple(rungs), tuple(judgements))

    def _judgement(self, link: etree._Element, degrees: dict[str | None, float]) -> Judgement:
        by = self._people.get(link.get("resp") or "", "")
        cert = link.get("cert")
        machine = degrees.get(f"#{link.get(XML_ID)}") if by else float(cert) if cert else None
        return Judgement(machine, Status((link.get("ana") or "").removeprefix("#st.")), by)

    def _links(self) -> Iterator[Link]:
        for link in (e for g in self._groups("linkGrp", "phrase") for e in g.iter(f"{TEI}link")):
            source, target = (self._phrases[p] for p in (link.get("target") or "").split())
            yield Link(_bead(link), source, target, float(link.get("cert") or 0))

    def _edits(self) -> Iterator[Edit]:
        if self._stand_off is None:
            return
        for note in self._stand_off.iter(f"{TEI}annotation"):
            yield self._edit(note)

    def _edit(self, annotation: etree._Element) -> Edit:
        classes = dict(c.removeprefix("#").split(".", 1) for c in (annotation.get("ana") or "").split())
        ends = {p[1:].partition(".")[0]: self._phrases[p] for p in (annotation.get("target") or "").split()}
        source, target = self._sigla()
        notes = {n.get("type"): _text(n) for n in annotation.findall(f"{TEI}note")}
        changes = annotation.findall(f"{TEI}revisionDesc/{TEI}change")
        return Edit(
            category=Category(classes["fr"]),
            direction=Direction(classes["dir"]),
            source=ends.get(source),
            target=ends.get(target),
            confidence=float(changes[-1].get("cert") or 0),
            rationale=notes.get("rationale", ""),
            rule=notes.get("rule", ""),
            kind=EditKind(classes["kind"]),
            bead=_bead(annotation) if annotation.get("corresp") else None,
            cue=notes.get("cue", ""),
            referent=notes.get("referent", ""),
            severity=classes["sev"],
            group=notes.get("group", ""),
            status=Status(self._need(annotation, f"{TEI}revisionDesc").get("status") or ""),
            by=self._people.get(annotation.get("resp") or "", ""),
            note=notes.get("remark", ""),
        )

    def _sigla(self) -> tuple[str, str]:
        texts = {d.get("type"): d.find(f"{TEI}text") for d in self._root.findall(f"{TEI}TEI")}
        source, target = texts.get("source"), texts.get("translation")
        return (
            (source.get(XML_ID) or "") if source is not None else "",
            (target.get(XML_ID) or "") if target is not None else "",
        )

    def _decisions(self) -> Iterator[Decision]:
        path = f"{TEI}revisionDesc/{TEI}listChange[@type='decisions']/{TEI}change"
        for change in reversed(self._header.findall(path)):
            notes = {n.get("type"): _text(n) for n in change.findall(f"{TEI}note")}
            yield Decision(
                when=change.get("when") or notes.get("when", ""),
                who=self._people.get(change.get("who") or "", ""),
                act=Act(change.get("type") or ""),
                on=notes.get("on", ""),
                before=notes.get("before", ""),
                after=notes.get("after", ""),
                note=notes.get("remark", ""),
            )


def _bead(item: etree._Element) -> int:
    return int((item.get("corresp") or "").removeprefix("#al.")) - 1


def _text(found: etree._Element | None) -> str:
    return "".join(map(str, found.itertext())) if found is not None else ""


def _bibl(item: etree._Element, *, skip_claims: bool = False) -> Bibl:
    """Read the bibliographic facts; a claim nested in a source's entry is another item's."""
    fields = {}
    for name, path in _BIBL_FIELDS:
        found = [e for e in item.findall(path) if not skip_claims or not _in_claim(e, item)]
        fields[name] = _text(found[0]) if found else ""
    return Bibl(**fields)


def _in_claim(found: etree._Element, item: etree._Element) -> bool:
    return any(parent.tag == f"{TEI}relatedItem" for parent in found.iterancestors() if parent is not item)
