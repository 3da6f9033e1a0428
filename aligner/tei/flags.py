"""Edits and marks as annotations, each with what was decided on it; quotations with what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aligner.model import Decision, Edit, Side
from aligner.patch import subject
from aligner.tei.header import when
from aligner.tei.parts import Parts, answer
from aligner.tei.xml import element, lines

__all__ = ["annotation_list", "certainties", "quotation_list"]


def annotation_list(record: Parts) -> str:
    """Write the edits and marks; nothing where there are none."""
    if not record.collation.edits:
        return ""
    decided = _decided(record.collation.decisions)
    rows = [
        _annotation(record, number, edit, decided.get(f"fe.{number}", ()))
        for number, edit in enumerate(record.collation.edits, 1)
    ]
    return lines("listAnnotation", {"type": "framing"}, rows)


def quotation_list(record: Parts) -> str:
    """Write every quotation with its function; nothing where there are none."""
    if not record.collation.quotations:
        return ""
    places = {Side.SOURCE: record.source, Side.TARGET: record.target}
    rows = []
    for number, cue in enumerate(record.collation.quotations, 1):
        place = places[cue.side]
        assert place  # a collation has no quotation on a side it has not
        attributes = {
            "xml:id": f"qu.{number}",
            "motivation": "classifying",
            "ana": f"#qf.{cue.function}",
            "target": f"#{record.spans[place.id, cue.span]}",
        }
        rows.append(element("annotation", attributes))
    return lines("listAnnotation", {"type": "quotation"}, rows)


def _decided(decisions: Sequence[Decision]) -> dict[str, list[int]]:
    """Give the numbers of the decisions on each edit."""
    found: dict[str, list[int]] = {}
    for number in range(1, len(decisions) + 1):
        found.setdefault(subject(decisions, number), []).append(number)
    return found


def _annotation(record: Parts, number: int, edit: Edit, decided: Iterable[int]) -> str:
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
        **answer(record, edit.confidence, edit.by),
    }
    return lines(
        "annotation",
        attributes,
        [
            lines("revisionDesc", {"status": edit.status}, _edit_changes(record, edit, decided), sep=""),
            *(element("note", {"type": kind}, text) for kind, text in notes if text),
        ],
    )


def _edit_ends(record: Parts, edit: Edit) -> list[str]:
    """Point at both sides; where nothing stands on one, at the anchor of absence if the bead has one."""
    ends = []
    bead = None if edit.bead is None else record.beads[edit.bead]
    for place, span in ((record.source, edit.source), (record.target, edit.target)):
        if place and span:
            ends.append(f"#{record.spans[place.id, span]}")
        elif place and bead and not (bead.target if place is record.target else bead.source):
            ends.append(f"#{place.id}.a{(edit.bead or 0) + 1}")
    return ends


def _edit_changes(record: Parts, edit: Edit, decided: Iterable[int]) -> Iterator[str]:
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


def certainties(record: Parts) -> Iterator[str]:
    """Write the machine's number for what a person has answered for."""
    rows: list[tuple[str, float | None, str]] = [
        (f"al.{number}", bead.judgement.confidence, bead.judgement.by) for number, bead in enumerate(record.beads, 1)
    ]
    rows += [(f"fe.{number}", edit.confidence, edit.by) for number, edit in enumerate(record.collation.edits, 1)]
    for name, confidence, by in rows:
        if by and confidence is not None:
            yield f'<certainty target="#{name}" locus="value" degree="{confidence!r}"/>'
