"""A collation as one TEI P5 document; same collation, same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from aligner.model import (
    Bead,
    Bibl,
    Collation,
    Decision,
    Edit,
    Side,
    Span,
    Status,
    Witness,
)
from aligner.resources import data_bytes
from aligner.tei.anchors import Named, name_segments, pointer
from aligner.tei.texts import text_element
from aligner.tei.xml import element, lines, refuse_forbidden

__all__ = ["dumps"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="collation" type="alignment" version="4.12.0" xml:lang="en">\n'
)
_W3C_DATE = re.compile(r"-?\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?)?)?\Z")
_VERSION = re.compile(r"\d+(\.\d+){0,3}")
_STAGES = (
    ("reading", "decoding, blocks and paratext"),
    ("segment", "sentence segmentation"),
    ("align", "automatic sentence alignment"),
    ("link", "automatic word alignment"),
    ("frame", "automatic proposal of framing edits"),
)


@dataclass
class _Side:
    """One witness while it is written: its names, the spans that edits and links point at, its anchors."""

    witness: Witness
    named: tuple[Named, ...]
    starts: list[int] = field(default_factory=list)
    aligned: list[Named] = field(default_factory=list)
    phrases: dict[Span, str] = field(default_factory=dict)
    anchors: dict[str, list[str]] = field(default_factory=dict)
    n_anchors: int = 0

    def __post_init__(self) -> None:
        self.starts = [n.span.start for n in self.named]
        self.aligned = [n for n in self.named if n.is_aligned]

    def phrase(self, span: Span) -> str:
        """Give the id of a stretch, a new one at first sight."""
        return self.phrases.setdefault(span, f"{self.witness.siglum}.x{len(self.phrases) + 1}")

    def ends(self, which: range, letters: str) -> str:
        """Point at segments, or at a new anchor of absence behind those before them."""
        if which:
            return " ".join(f"#{self.aligned[k].id}" for k in which)
        self.n_anchors += 1
        name = f"{self.witness.siglum}.{letters}{self.n_anchors}"
        before = self.aligned[which.start - 1].id if which.start else ""
        self.anchors.setdefault(before, []).append(name)
        return f"#{name}"


def dumps(collation: Collation) -> bytes:
    """Write a collation as UTF-8 bytes of TEI.

    Raises:
        RecordError: a character XML cannot hold, or an edit that starts outside every segment.
    """
    sides = {
        side: _Side(witness, name_segments(witness, collation.segments(side)))
        for side in Side
        if (witness := collation.witness(side))
    }
    for one in sides.values():
        refuse_forbidden(one.witness.text, where=one.witness.siglum)
    people = {name: f"rs.p{k}" for k, name in enumerate(_people(collation), 1)}
    beads = list(_beads(collation, sides, people))
    links = list(_links(collation, sides))
    notes = [_annotation(k, edit, sides, people) for k, edit in enumerate(collation.edits, 1)]
    body = [
        _header(collation, sides, people),
        lines("standOff", {"decls": "#ed"}, [*_phrases(sides), *beads, *links, *_annotations(notes)]),
    ]
    for side, kind in ((Side.SOURCE, "source"), (Side.TARGET, "translation")):
        if side in sides:
            one = sides[side]
            text = text_element(one.witness, one.named, one.anchors)
            body.append(f'<TEI xml:id="doc.{one.witness.siglum}" type="{kind}">\n{text}\n</TEI>')
    return (_HEAD + "\n".join(body) + "\n</TEI>\n").encode("utf-8")


def _people(collation: Collation) -> list[str]:
    found = [d.who for d in collation.decisions] + [e.by for e in collation.edits]
    if collation.ladder:
        found += [j.by for j in collation.ladder.judgements]
    return sorted({name for name in found if name})


# ---- stand-off: phrases, beads, links, annotations


def _phrases(sides: dict[Side, _Side]) -> list[str]:
    rows = []
    for side in sides.values():
        for span, name in side.phrases.items():
            target = pointer(span, side.named, side.starts)
            segment = re.match(r"#string-range\(([^,]+)", target)
            rows.append(
                element("span", {"xml:id": name, "corresp": f"#{segment[1] if segment else ''}", "target": target})
            )
    return [lines("spanGrp", {"type": "phrase"}, rows)] if rows else []


def _beads(collation: Collation, sides: dict[Side, _Side], people: dict[str, str]) -> Iterator[str]:
    if not collation.ladder or not collation.source:
        return
    rows, extra = [], []
    for k, bead in enumerate(collation.ladder.beads, 1):
        target = f"{sides[Side.SOURCE].ends(bead.source, 'ad')} {sides[Side.TARGET].ends(bead.target, 'om')}"
        rows.append(_bead(k, bead, target, people))
        if bead.judgement.by and bead.judgement.confidence is not None:
            degree = repr(bead.judgement.confidence)
            extra.append(
                element(
                    "certainty",
                    {"target": f"#al.{k}", "locus": "value", "degree": degree, "resp": "#rs.align"},
                )
            )
    domains = f"#{collation.source.siglum} #{collation.target.siglum}"
    attributes = {"type": "alignment", "domains": domains, "resp": "#rs.align"}
    if rows:
        yield lines("linkGrp", attributes, rows)
    yield from extra


def _bead(k: int, bead: Bead, target: str, people: dict[str, str]) -> str:
    judged, confidence = bead.judgement.by, bead.judgement.confidence
    return element(
        "link",
        {
            "xml:id": f"al.{k}",
            "type": bead.type,
            "target": target,
            "cert": "high" if judged else None if confidence is None else repr(confidence),
            "resp": f"#{people[judged]}" if judged else None,
            "ana": f"#st.{bead.judgement.status}",
        },
    )


def _links(collation: Collation, sides: dict[Side, _Side]) -> Iterator[str]:
    if not collation.links or not collation.source:
        return
    source, target = sides[Side.SOURCE], sides[Side.TARGET]
    rows = [
        element(
            "link",
            {
                "xml:id": f"ph.{k}",
                "target": f"#{source.phrase(link.source)} #{target.phrase(link.target)}",
                "corresp": f"#al.{link.bead + 1}",
                "cert": repr(link.confidence),
            },
        )
        for k, link in enumerate(collation.links, 1)
    ]
    domains = f"#{collation.source.siglum} #{collation.target.siglum}"
    yield lines("linkGrp", {"type": "phrase", "domains": domains, "resp": "#rs.link"}, rows)


def _annotations(notes: Sequence[str]) -> list[str]:
    return [lines("listAnnotation", {"type": "framing"}, notes)] if notes else []


def _annotation(k: int, edit: Edit, sides: dict[Side, _Side], people: dict[str, str]) -> str:
    ends = [(Side.SOURCE, edit.source), (Side.TARGET, edit.target)]
    target = " ".join(f"#{sides[side].phrase(span)}" for side, span in ends if span)
    who = f"#{people[edit.by]}" if edit.by else "#rs.frame"
    classes = [
        f"#fr.{edit.category}",
        f"#dir.{edit.direction}",
        f"#sev.{edit.severity}",
        f"#kind.{edit.kind}",
    ]
    attributes = {
        "xml:id": f"fe.{k}",
        "motivation": "classifying",
        "ana": " ".join(classes),
        "target": target,
        "corresp": f"#al.{edit.bead + 1}" if edit.bead is not None else None,
        "cert": "high" if edit.by else repr(edit.confidence),
        "resp": who,
    }
    proposed = element(
        "change",
        {"who": "#rs.frame", "status": "proposed", "cert": repr(edit.confidence)},
        f"Raised by {edit.rule}.",
    )
    changes = [proposed]
    if edit.by or edit.status is not Status.PROPOSED:
        changes.insert(0, element("change", {"who": who, "status": str(edit.status)}, f"{edit.status}."))
    notes = [
        ("rationale", edit.rationale),
        ("rule", edit.rule),
        ("cue", edit.cue),
        ("referent", edit.referent),
    ]
    notes += [("group", edit.group), ("remark", edit.note)]
    children = [lines("revisionDesc", {"status": str(edit.status)}, changes)]
    children += [element("note", {"type": kind, "xml:space": "preserve"}, text) for kind, text in notes if text]
    return lines("annotation", attributes, children)


# ---- header


def _header(collation: Collation, sides: dict[Side, _Side], people: dict[str, str]) -> str:
    return lines(
        "teiHeader",
        None,
        [
            _file_desc(collation, sides, people),
            _encoding_desc(collation),
            _profile_desc(sides),
            _revision(collation, people),
        ],
    )


def _file_desc(collation: Collation, sides: dict[Side, _Side], people: dict[str, str]) -> str:
    title = collation.target.bibl.title or (collation.source.bibl.title if collation.source else "")
    statement = [element("title", {"xml:lang": "en"}, f"Collation: {title}" if title else "Collation")]
    statement += [_software(stage, what) for stage, what in _STAGES]
    statement += [_person(name, person) for person, name in people.items()]
    published = ["<authority>muqabala</authority>", _availability()]
    if collation.made:
        published.append(_date(None, collation.made))
    bibls = [
        _source_bibl(collation, sides),
        _bibl(sides[Side.TARGET], translation_of=_source_siglum(collation)),
    ]
    return lines(
        "fileDesc",
        None,
        [
            lines("titleStmt", None, statement),
            lines("publicationStmt", None, published),
            lines("sourceDesc", None, [lines("listBibl", None, bibls)]),
        ],
    )


def _source_siglum(collation: Collation) -> str:
    if collation.source:
        return collation.source.siglum
    return "en" if collation.target.siglum != "en" else "source"


def _software(stage: str, what: str) -> str:
    reference = "#app.muqabala #app.model" if stage in ("align", "link", "frame") else "#app.muqabala"
    name = element("name", {"type": "software", "ref": reference}, f"muqabala {stage}")
    return lines("respStmt", {"xml:id": f"rs.{stage}"}, [element("resp", None, what), name], sep="")


def _person(name: str, person: str) -> str:
    resp = element("resp", None, "review and correction")
    return lines("respStmt", {"xml:id": name}, [resp, element("persName", None, person)], sep="")


def _availability() -> str:
    words = "Holds the text of articles that may be under copyright: do not redistribute without their owners' leave."
    return f'<availability status="restricted"><p>{words}</p></availability>'


def _source_bibl(collation: Collation, sides: dict[Side, _Side]) -> str:
    claim = _claim(collation, sides[Side.TARGET])
    if Side.SOURCE in sides:
        return _bibl(sides[Side.SOURCE], claim=claim)
    claims = collation.target.attribution.claims if collation.target.attribution else Bibl()
    parts = [
        _analytic(claims, []),
        _monogr(claims, None),
        element("note", {"type": "status"}, "still to be found"),
        claim,
    ]
    return lines("biblStruct", {"xml:id": f"bib.{_source_siglum(collation)}"}, parts)


def _bibl(side: _Side, *, claim: str = "", translation_of: str = "") -> str:
    witness = side.witness
    hashes = [
        element("idno", {"type": "sha256", "subtype": "raw-bytes"}, witness.sha256),
        element("idno", {"type": "sha256", "subtype": "canonical-text"}, witness.text_sha256),
    ]
    notes = [("origin", witness.origin), ("encoding", witness.encoding), ("mediaType", witness.media_type)]
    notes += [("reader", witness.reader), ("rights", witness.bibl.rights)]
    notes += [("reading", note) for note in witness.notes]
    parts = [_analytic(witness.bibl, hashes), _monogr(witness.bibl, witness)]
    parts += [element("note", {"type": kind, "xml:space": "preserve"}, text) for kind, text in notes if text]
    if translation_of:
        parts.append(element("relatedItem", {"type": "translationOf", "target": f"#bib.{translation_of}"}))
    return lines("biblStruct", {"xml:id": f"bib.{witness.siglum}"}, [*parts, claim])


def _analytic(bibl: Bibl, hashes: Iterable[str]) -> str:
    parts = [element("title", {"level": "a"}, bibl.title)]
    if bibl.author:
        parts.append(element("author", None, bibl.author))
    if bibl.translator:
        parts.append(element("editor", {"role": "translator"}, bibl.translator))
    if bibl.url:
        parts.append(element("idno", {"type": "URI"}, bibl.url))
    return lines("analytic", None, [*parts, *hashes])


def _monogr(bibl: Bibl, witness: Witness | None) -> str:
    dates = [_date("published", bibl.published)]
    if bibl.retrieved:
        dates.append(_date("retrieved", bibl.retrieved))
    parts = [element("title", {"level": "j"}, bibl.outlet), lines("imprint", None, dates)]
    if witness:
        octets = len(witness.text.encode("utf-8"))
        counts = (("codepoint", len(witness.text)), ("octet", octets))
        measures = [element("measure", {"quantity": str(n), "unit": unit}) for unit, n in counts]
        parts.append(lines("extent", None, measures, sep=""))
    return lines("monogr", None, parts)


def _date(kind: str | None, value: str) -> str:
    when = value if _W3C_DATE.match(value) else None
    return element("date", {"type": kind, "when": when}, value)


def _claim(collation: Collation, target: _Side) -> str:
    """What the translation says of its source, with the line that says it."""
    attribution = collation.target.attribution
    if not attribution:
        return ""
    claims, span = attribution.claims, attribution.span
    lines_at = [n.id for n in target.named if n.span.overlaps(span)]
    quote = element(
        "quote",
        {"xml:space": "preserve", "source": " ".join(f"#{i}" for i in lines_at) or None},
        span.of(collation.target.text),
    )
    parts = [element("title", {"level": "a"}, claims.title) if claims.title else ""]
    parts.append(element("author", None, claims.author) if claims.author else "")
    parts.append(element("editor", {"role": "translator"}, claims.translator) if claims.translator else "")
    parts.append(element("title", {"level": "j"}, claims.outlet) if claims.outlet else "")
    parts.append(_date("published", claims.published) if claims.published else "")
    parts.append(_date("retrieved", claims.retrieved) if claims.retrieved else "")
    parts.append(element("idno", {"type": "URI"}, claims.url) if claims.url else "")
    parts.append(element("note", {"type": "rights", "xml:space": "preserve"}, claims.rights) if claims.rights else "")
    parts.append(f'<note type="attributionLine" n="{span.start},{span.end}">{quote}</note>')
    bibl = lines("bibl", {"resp": f"#bib.{collation.target.siglum}"}, parts)
    return lines("relatedItem", {"type": "claim"}, [bibl])


def _encoding_desc(collation: Collation) -> str:
    return lines(
        "encodingDesc",
        None,
        [
            "<projectDesc><p>Collation of a translation with its source: alignment, framing edits.</p></projectDesc>",
            _EDITORIAL,
            '<tagsDecl><rendition xml:id="rtl" scheme="css">direction: rtl; unicode-bidi: isolate;</rendition>'
            "</tagsDecl>",
            "<refsDecl><p>Phrase anchors are TEI pointers, string-range(ID,OFFSET,LENGTH), into the s element named; "
            "offsets count Unicode code points from 0. A point of absence is an anchor element.</p></refsDecl>",
            _taxonomies(),
            _applications(collation),
        ],
    )


_EDITORIAL = (
    '<editorialDecl xml:id="ed">'
    "<correction><p>None.</p></correction>"
    "<normalization><p>None: the text is what was read, code point for code point.</p></normalization>"
    '<quotation marks="all"><p>Quotation marks are text: they are evidence.</p></quotation>'
    "<segmentation><p>s elements mark sentences; a heading and a line of paratext are one each. Blocks are joined by "
    "one line feed where no ab of type gap stands between them.</p></segmentation>"
    "<interpretation><p>Machine proposals and human decisions are never merged: resp names who answers for the "
    "present state; a number in cert is a machine's probability, a word a person's judgement.</p></interpretation>"
    "</editorialDecl>"
)


def _taxonomies() -> str:
    tables = yaml.safe_load(data_bytes("taxonomy.yaml"))
    groups = (
        ("categories", "fr"),
        ("directions", "dir"),
        ("severities", "sev"),
        ("kinds", "kind"),
        ("statuses", "st"),
    )
    parts = []
    for name, prefix in groups:
        rows = []
        for row in tables[name]:
            descriptions = [element("catDesc", {"xml:lang": lang}, row[lang]) for lang in ("en", "ar")]
            rows.append(lines("category", {"xml:id": f"{prefix}.{row['id']}"}, descriptions, sep=""))
        title = element("desc", {"xml:lang": "en"}, f"Framing {name}, version {tables['version']}")
        parts.append(lines("taxonomy", {"xml:id": f"tx.{name}"}, [title, *rows]))
    return lines("classDecl", None, parts)


def _applications(collation: Collation) -> str:
    settings = collation.signature.as_dict()
    version = settings.get("muqabala", "0")
    model = settings.get("model", "none")
    rows = [_application("muqabala", version, str(collation.signature)), _application("model", model, "")]
    return lines("appInfo", None, rows)


def _application(ident: str, version: str, signature: str) -> str:
    number = _VERSION.search(version)
    parts = [element("label", None, ident), f"<p>{element('idno', {'type': 'version'}, version)}</p>"]
    if signature:
        parts.append(f"<p>{element('idno', {'type': 'signature', 'xml:space': 'preserve'}, signature)}</p>")
    attributes = {"xml:id": f"app.{ident}", "ident": ident, "version": number.group() if number else "0"}
    return lines("application", attributes, parts, sep="")


def _profile_desc(sides: dict[Side, _Side]) -> str:
    languages = sorted({side.witness.language for side in sides.values()})
    rows = [element("language", {"ident": code}, code) for code in languages]
    return lines("profileDesc", None, [lines("langUsage", None, rows, sep="")])


def _revision(collation: Collation, people: dict[str, str]) -> str:
    who = "#rs.segment #rs.align #rs.frame"
    when = collation.made if _W3C_DATE.match(collation.made) else None
    draft = element("change", {"when": when, "who": who, "status": "draft"}, "Machine draft written.")
    groups = [lines("listChange", {"type": "document"}, [draft])]
    if collation.decisions:
        numbered = list(enumerate(collation.decisions, 1))
        rows = [_decision(k, decision, people) for k, decision in reversed(numbered)]
        groups.append(lines("listChange", {"type": "decisions"}, rows))
    is_reviewed = bool(collation.decisions)
    return lines("revisionDesc", {"status": "reviewed" if is_reviewed else "draft"}, groups)


def _decision(k: int, decision: Decision, people: dict[str, str]) -> str:
    when = decision.when if _W3C_DATE.match(decision.when) else None
    notes = [
        ("when", decision.when if when is None else ""),
        ("on", decision.on),
        ("before", decision.before),
    ]
    notes += [("after", decision.after), ("remark", decision.note)]
    children = [element("note", {"type": kind, "xml:space": "preserve"}, text) for kind, text in notes if text]
    who = f"#{people[decision.who]}" if decision.who else "#rs.align"
    return lines("change", {"xml:id": f"ch.{k}", "type": str(decision.act), "when": when, "who": who}, children, sep="")
