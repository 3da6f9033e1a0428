"""Collation -> TEI bytes: the same value always gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aligner.model import Bead, Block, Collation, Decision, Edit, Judgement, Kind, Side, Span
from aligner.patch import History, Superseded, history, subject
from aligner.tei.header import SEAL, agents, header, inner_header, when
from aligner.tei.letters import Prefixes, anchor_table
from aligner.tei.place import Place, keyed_digest, text_key
from aligner.tei.xml import element, lines, refuse_forbidden

__all__ = ["record_bytes"]

_TEI_VERSION = "4.12.0"
_PROLOG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-model href="https://www.tei-c.org/Vault/P5/'
    f'{_TEI_VERSION}/xml/tei/custom/schema/relaxng/tei_all.rng" type="application/xml" '
    'schematypens="http://relaxng.org/ns/structure/1.0"?>\n'
)
# Unicode 16, Scripts.txt and CLDR: the languages written from right to left that news is published in
_RTL = ("ar", "fa", "ur", "he", "ckb", "ps", "sd", "ug", "yi", "dv")


@dataclass(frozen=True, slots=True)
class _Record:
    """What the writers of the parts need to know of the whole."""

    collation: Collation
    full: bool
    source: Place | None
    target: Place
    history: History
    agents: Mapping[str, str]
    spans: Mapping[tuple[str, Span], str]  # (id of the place, span) -> id of its span element
    beads: tuple[Bead, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.source, self.target) if self.source else (self.target,)


def record_bytes(collation: Collation, *, full: bool = True) -> bytes:
    """Write the whole record; without ``full`` it is the stand-off variant, which holds no article text.

    Raises:
        RecordError: a text holds a character XML cannot carry, or the decisions do not fit the collation.
    """
    for witness in (collation.source, collation.target):
        if witness:
            refuse_forbidden(witness.text, where=witness.origin or witness.siglum)
    text = _document(_record(collation, full))
    refuse_forbidden(text, where="record")
    seal = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return text.replace(SEAL, seal, 1).encode("utf-8")


def _record(collation: Collation, full: bool) -> _Record:
    source = Place(collation.source, collation.source_segments, full) if collation.source else None
    target = Place(collation.target, collation.target_segments, full)
    beads = collation.ladder.beads if collation.ladder else ()
    spans = dict(_span_ids(collation, source, target))
    return _Record(collation, full, source, target, history(collation), agents(collation), spans, beads)


def _span_ids(collation: Collation, source: Place | None, target: Place) -> Iterator[tuple[tuple[str, Span], str]]:
    for place, side in ((source, Side.SOURCE), (target, Side.TARGET)):
        if place:
            found = {getattr(item, side) for items in (collation.links, collation.edits) for item in items}
            if place.witness.attribution:
                found.add(place.witness.attribution.span)
            ordered = sorted(found - {None}, key=lambda span: (span.start, span.end))
            for number, span in enumerate(ordered, 1):
                yield (place.id, span), f"{place.id}.x{number}"


def _document(record: _Record) -> str:
    lines_of_attribution = {
        place.id: record.spans[place.id, place.witness.attribution.span]
        for place in record.places
        if place.witness.attribution
    }
    attributes = {
        "xmlns": "http://www.tei-c.org/ns/1.0",
        "xml:id": "collation",
        "type": "alignment",
        "subtype": None if record.full else "standoff",
        "version": _TEI_VERSION,
        "xml:lang": "en",
    }
    texts = [_text(record, place) for place in record.places] if record.full else []
    head = header(record.collation, full=record.full, spans=lines_of_attribution)
    return _PROLOG + lines("TEI", attributes, [head, _stand_off(record), *texts]) + "\n"


def _text(record: _Record, place: Place) -> str:
    witness, is_target = place.witness, place is record.target
    is_rtl = witness.language.partition("-")[0].lower() in _RTL
    attributes = {
        "xml:id": place.id,
        "xml:lang": witness.language,
        "rendition": "#rn.rtl" if is_rtl else None,
    }
    return lines(
        "TEI",
        {"xml:id": f"doc.{place.id}", "type": "translation" if is_target else "source"},
        [
            inner_header(witness, place.id),
            lines("text", attributes, [lines("body", None, _body(record, place))]),
        ],
    )


def _body(record: _Record, place: Place) -> Iterator[str]:
    """Write the blocks; a heading opens a div, since TEI wants headings at the head of one."""
    anchors = _anchors(record, place)
    yield "".join(anchors.get(0, ()))
    is_open = False
    blocks = place.witness.blocks
    stretches = _stretches(place)
    for k, block in enumerate(blocks):
        yield _gap(place, k)
        if block.kind is Kind.HEADING:
            yield "</div>\n<div>" if is_open else "<div>"
            is_open = True
        yield _block(place, k, block, stretches[k], anchors)
    yield _gap(place, len(blocks))
    if not place.witness.text:
        yield '<ab type="gap" xml:space="preserve"/>'
    if is_open:
        yield "</div>"


def _gap(place: Place, k: int) -> str:
    gap = place.gap(k)
    attributes = {"xml:id": f"{place.id}.g{k + 1}", "type": "gap", "xml:space": "preserve"}
    if gap is None:
        return element("ab", attributes) if place.is_joined(k) else ""
    return element("ab", attributes, gap.of(place.witness.text))


def _block_tag(block: Block) -> tuple[str, str | None]:
    name = {Kind.HEADING: "head", Kind.PARAGRAPH: "p", Kind.PARATEXT: "ab"}[block.kind]
    return name, str(block.role) if block.role else None


def _stretches(place: Place) -> list[range]:
    """Give for each block the numbers (from 0) of the segments that lie in it."""
    found = [range(0)] * len(place.witness.blocks)
    for n, segment in enumerate(place.segments):
        known = found[segment.block]
        found[segment.block] = range(known.start if known else n, n + 1)
    return found


def _block(place: Place, k: int, block: Block, inside: range, anchors: Mapping[int, Sequence[str]]) -> str:
    text, at = place.witness.text, block.span.start
    name, role = _block_tag(block)
    parts: list[str] = []
    for n in inside:
        span = place.segments[n].span
        parts += (
            _escaped(text[at : span.start]),
            element("s", {"xml:id": f"{place.id}.s{n + 1}"}, span.of(text)),
        )
        parts += anchors.get(n + 1, ())
        at = span.end
    parts.append(_escaped(text[at : block.span.end]))
    return lines(name, {"xml:id": f"{place.id}.b{k + 1}", "type": role, "xml:space": "preserve"}, parts, sep="")


def _escaped(text: str) -> str:
    """Escape a piece of running text, by way of an element's content."""
    return element("s", None, text)[3:-4] if text else ""


def _anchors(record: _Record, place: Place) -> dict[int, list[str]]:
    """Give the anchors of absence of one text, by the number of segments before them."""
    found: dict[int, list[str]] = {}
    for number, bead in enumerate(record.beads, 1):
        side = bead.target if place is record.target else bead.source
        if not side:
            found.setdefault(side.start, []).append(f'<anchor xml:id="{place.id}.a{number}" type="absence"/>')
    return found


def _stand_off(record: _Record) -> str:
    return lines(
        "standOff",
        {"xml:id": "so.annotation", "decls": "#ed.rules"},
        [
            *(() if record.full else (_text_spans(record, place) for place in record.places)),
            _phrase_spans(record),
            _beads(record),
            _superseded(record),
            _links(record),
            _annotations(record),
            *_certainties(record),
        ],
    )


def _text_spans(record: _Record, place: Place) -> str:
    """Write where blocks, segments and absences stand in a text that is not in the record."""
    text, prefixes = place.witness.text, Prefixes(place.witness.text)
    rows = [element("desc", {"type": "letters"}, anchor_table(record.collation, place.witness))]
    key, anchors, stretches = text_key(text), _anchors(record, place), _stretches(place)
    absences = {n: [a.partition('"')[2].partition('"')[0] for a in names] for n, names in anchors.items()}
    rows += (_absence(place, name, 0) for name in absences.get(0, ()))
    for k, block in enumerate(place.witness.blocks):
        name, role = _block_tag(block)
        rows.append(
            element("span", {"xml:id": f"{place.id}.b{k + 1}", "type": role or name, **place.pointer(block.span)})
        )
        for n in stretches[k]:
            span = place.segments[n].span
            digests = [
                f'<idno type="sha256-keyed16">{keyed_digest(key, span.of(text))}</idno>',
                f'<idno type="sha256-prefix16">{prefixes.upto(span.end)}</idno>',
            ]
            attributes = {"xml:id": f"{place.id}.s{n + 1}", "type": "s", **place.pointer(span)}
            rows.append(lines("span", attributes, digests, sep=""))
            rows += (_absence(place, name, span.end) for name in absences.get(n + 1, ()))
    attributes = {
        "xml:id": place.id,
        "type": "text",
        "corresp": f"#bib.{place.id}",
        "xml:lang": place.witness.language,
    }
    return lines("spanGrp", attributes, rows)


def _absence(place: Place, name: str, offset: int) -> str:
    return element("span", {"xml:id": name, "type": "absence", "target": place.point(offset)})


def _phrase_spans(record: _Record) -> str:
    places = {place.id: place for place in record.places}
    keys = {} if record.full else {place.id: text_key(place.witness.text) for place in record.places}
    rows = []
    for (where, span), name in record.spans.items():
        attributes = {"xml:id": name, **places[where].pointer(span)}
        quoted = span.of(places[where].witness.text)
        if record.full:
            rows.append(element("span", attributes, quoted))
        else:
            digest = f'<idno type="sha256-keyed16">{keyed_digest(keys[where], quoted)}</idno>'
            rows.append(lines("span", attributes, [digest], sep=""))
    return lines("spanGrp", {"type": "phrase"}, rows)


def _domains(record: _Record) -> str:
    return " ".join(f"#{place.id}" for place in record.places)


def _answer(record: _Record, confidence: float | None, by: str) -> dict[str, str | None]:
    """A number is a machine's probability, a word the judgement of the person whom resp names."""
    if by:
        return {"cert": "high", "resp": f"#{record.agents[by]}"}
    return {"cert": None if confidence is None else repr(confidence)}


def _ends(place: Place, side: range, number: int) -> list[str]:
    return [f"#{place.id}.s{n + 1}" for n in side] or [f"#{place.id}.a{number}"]


def _beads(record: _Record) -> str:
    if not record.source or not record.beads:
        return ""
    judged = bool(record.collation.ladder and record.collation.ladder.judgements)
    rows = []
    for number, bead in enumerate(record.beads, 1):
        touched = record.history.touched[number - 1]
        ends = _ends(record.source, bead.source, number) + _ends(record.target, bead.target, number)
        rows.append(
            element(
                "link",
                {
                    "xml:id": f"al.{number}",
                    "type": bead.type,
                    "target": " ".join(ends),
                    **_answer(record, bead.judgement.confidence, bead.judgement.by),
                    "ana": f"#st.{bead.judgement.status}" if judged else None,
                    "change": f"#ch.{touched}" if touched else None,
                },
            )
        )
    attributes = {"type": "alignment", "domains": _domains(record), "resp": "#rs.align"}
    return lines(
        "linkGrp",
        attributes,
        ["<desc>Beads in force; type counts segments, source-translation.</desc>", *rows],
    )


def _superseded(record: _Record) -> str:
    """Write the beads no longer in force, over spans of their own, for their segments may be gone."""
    if not record.source or not record.history.superseded:
        return ""
    spans, rows = list[str](), list[str]()
    for m, bead in enumerate(record.history.superseded, 1):
        ends = [
            *_old_spans(record.source, bead.source, bead.source_at, m),
            *_old_spans(record.target, bead.target, bead.target_at, m),
        ]
        spans += (written for _, written in ends)
        rows.append(
            element(
                "link",
                {
                    "xml:id": f"su.{m}",
                    "type": f"{len(bead.source)}-{len(bead.target)}",
                    "target": " ".join(f"#{name}" for name, _ in ends),
                    **_old_answer(record, bead),
                    "change": f"#ch.{bead.decision}",
                },
            )
        )
    attributes = {
        "type": "alignment",
        "subtype": "superseded",
        "domains": _domains(record),
        "resp": "#rs.align",
    }
    return (
        lines("spanGrp", {"type": "superseded"}, spans)
        + "\n"
        + lines("linkGrp", attributes, ["<desc>Beads replaced, kept so that no decision is lost.</desc>", *rows])
    )


def _old_spans(place: Place, spans: Sequence[Span], at: int, m: int) -> list[tuple[str, str]]:
    if not spans:
        name = f"{place.id}.o{m}"
        return [(name, _absence(place, name, at))]
    names = [f"{place.id}.o{m}.{n}" for n in range(1, len(spans) + 1)]
    return [
        (name, element("span", {"xml:id": name, **place.pointer(span)}))
        for name, span in zip(names, spans, strict=True)
    ]


def _old_answer(record: _Record, bead: Superseded) -> dict[str, str | None]:
    judgement: Judgement = bead.judgement
    name = record.agents.get(judgement.by)
    if judgement.by and name:
        return {"cert": "high", "resp": f"#{name}"}
    return {"cert": None if judgement.confidence is None else repr(judgement.confidence)}


def _links(record: _Record) -> str:
    if not record.source or not record.collation.links:
        return ""
    source, target, spans = record.source.id, record.target.id, record.spans
    rows = [
        element(
            "link",
            {
                "xml:id": f"ph.{number}",
                "corresp": f"#al.{link.bead + 1}",
                "target": f"#{spans[source, link.source]} #{spans[target, link.target]}",
                "cert": repr(link.confidence),
            },
        )
        for number, link in enumerate(record.collation.links, 1)
    ]
    return lines("linkGrp", {"type": "phrase", "domains": _domains(record), "resp": "#rs.link"}, rows)


def _annotations(record: _Record) -> str:
    if not record.collation.edits:
        return ""
    decided = _decided(record.collation.decisions)
    rows = [
        _annotation(record, number, edit, decided.get(f"fe.{number}", ()))
        for number, edit in enumerate(record.collation.edits, 1)
    ]
    return lines("listAnnotation", {"type": "framing"}, rows)


def _decided(decisions: Sequence[Decision]) -> dict[str, list[int]]:
    """Give the numbers of the decisions on each edit."""
    found: dict[str, list[int]] = {}
    for number in range(1, len(decisions) + 1):
        found.setdefault(subject(decisions, number), []).append(number)
    return found


def _annotation(record: _Record, number: int, edit: Edit, decided: Iterable[int]) -> str:
    name = f"fe.{number}"
    notes = (
        ("rationale", edit.rationale),
        ("rule", edit.rule),
        ("cue", edit.cue),
        ("referent", edit.referent),
        ("group", edit.group),
        ("remark", edit.note),
    )
    attributes = {
        "xml:id": name,
        "motivation": "classifying",
        "ana": f"#fr.{edit.category} #di.{edit.direction} #kd.{edit.kind} #sv.{edit.severity}",
        "target": " ".join(_edit_ends(record, edit)),
        "corresp": None if edit.bead is None else f"#al.{edit.bead + 1}",
        **_answer(record, edit.confidence, edit.by),
    }
    return lines(
        "annotation",
        attributes,
        [
            lines("revisionDesc", {"status": edit.status}, _edit_changes(record, edit, decided), sep=""),
            *(element("note", {"type": kind}, text) for kind, text in notes if text),
        ],
    )


def _edit_ends(record: _Record, edit: Edit) -> list[str]:
    """Point at both sides; where nothing stands on one, at the anchor of absence if the bead has one."""
    ends = []
    bead = None if edit.bead is None else record.beads[edit.bead]
    for place, span in ((record.source, edit.source), (record.target, edit.target)):
        if place and span:
            ends.append(f"#{record.spans[place.id, span]}")
        elif place and bead and not (bead.target if place is record.target else bead.source):
            ends.append(f"#{place.id}.a{(edit.bead or 0) + 1}")
    return ends


def _edit_changes(record: _Record, edit: Edit, decided: Iterable[int]) -> Iterator[str]:
    """Latest first; a flag no person added was proposed by the machine."""
    decisions = record.collation.decisions
    numbers = list(decided)
    for number in reversed(numbers):
        decision = decisions[number - 1]
        who = f"#{record.agents[decision.who]}" if decision.who else None
        yield element(
            "change",
            {"type": decision.act, "corresp": f"#ch.{number}", "who": who, **when(decision.when)},
            decision.note,
        )
    if not numbers or decisions[numbers[0] - 1].act != "added":
        made = when(record.collation.made)
        yield element("change", {"type": "proposed", "who": "#rs.frame", **made}, f"Raised by {edit.rule}.")


def _certainties(record: _Record) -> Iterator[str]:
    """Write the machine's number for what a person has answered for."""
    rows: list[tuple[str, float | None, str]] = [
        (f"al.{number}", bead.judgement.confidence, bead.judgement.by) for number, bead in enumerate(record.beads, 1)
    ]
    rows += [(f"fe.{number}", edit.confidence, edit.by) for number, edit in enumerate(record.collation.edits, 1)]
    for name, confidence, by in rows:
        if by and confidence is not None:
            yield f'<certainty target="#{name}" locus="value" degree="{confidence!r}"/>'
