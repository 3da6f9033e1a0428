"""The spans pointed at, the beads in force and those replaced, and the links of words."""

from __future__ import annotations

from collections.abc import Sequence

from aligner.model import Judgement, Span
from aligner.patch import Superseded
from aligner.tei.parts import Parts, absence, answer
from aligner.tei.place import Place, keyed_digest, text_key
from aligner.tei.xml import element, lines

__all__ = ["bead_links", "phrase_links", "phrase_spans", "superseded_links"]


def phrase_spans(record: Parts) -> str:
    """Write every stretch that links, edits and the attribution point at, with the text it quotes or its digest."""
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


def _domains(record: Parts) -> str:
    return " ".join(f"#{place.id}" for place in record.places)


def _ends(place: Place, side: range, number: int) -> list[str]:
    return [f"#{place.id}.s{n + 1}" for n in side] or [f"#{place.id}.a{number}"]


def bead_links(record: Parts) -> str:
    """Write the beads in force; nothing without a source."""
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
                    **answer(record, bead.judgement.confidence, bead.judgement.by),
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


def superseded_links(record: Parts) -> str:
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
        return [(name, absence(place, name, at))]
    names = [f"{place.id}.o{m}.{n}" for n in range(1, len(spans) + 1)]
    return [
        (name, element("span", {"xml:id": name, **place.pointer(span)}))
        for name, span in zip(names, spans, strict=True)
    ]


def _old_answer(record: Parts, bead: Superseded) -> dict[str, str | None]:
    judgement: Judgement = bead.judgement
    name = record.agents.get(judgement.by)
    if judgement.by and name:
        return {"cert": "high", "resp": f"#{name}"}
    return {"cert": None if judgement.confidence is None else repr(judgement.confidence)}


def phrase_links(record: Parts) -> str:
    """Write the links of words and phrases."""
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
