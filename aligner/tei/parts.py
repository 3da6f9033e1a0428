"""What the writers of the parts of a record need to know of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aligner.model import Bead, Collation, Side, Span
from aligner.patch import History, history
from aligner.tei.header import agents
from aligner.tei.place import Place
from aligner.tei.xml import element

__all__ = ["Parts", "absence", "answer", "parts_of"]


@dataclass(frozen=True, slots=True)
class Parts:
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
        """Give the places of the source, if there is one, and of the translation."""
        return (self.source, self.target) if self.source else (self.target,)


def parts_of(collation: Collation, full: bool) -> Parts:
    """Work out of a collation what the writers need."""
    source = Place(collation.source, collation.source_segments, full) if collation.source else None
    target = Place(collation.target, collation.target_segments, full)
    beads = collation.ladder.beads if collation.ladder else ()
    spans = dict(_span_ids(collation, source, target))
    return Parts(collation, full, source, target, history(collation), agents(collation), spans, beads)


def _span_ids(collation: Collation, source: Place | None, target: Place) -> Iterator[tuple[tuple[str, Span], str]]:
    for place, side in ((source, Side.SOURCE), (target, Side.TARGET)):
        if place:
            found = set(collation.spans(side))
            if place.witness.attribution:
                found.add(place.witness.attribution.span)
            ordered = sorted(found)
            for number, span in enumerate(ordered, 1):
                yield (place.id, span), f"{place.id}.x{number}"


def answer(record: Parts, confidence: float | None, by: str) -> dict[str, str | None]:
    """A number is a machine's probability, a word the judgement of the person whom resp names."""
    if by:
        return {"cert": "high", "resp": f"#{record.agents[by]}"}
    return {"cert": None if confidence is None else repr(confidence)}


def absence(place: Place, name: str, offset: int) -> str:
    """Write the point at which a segment is absent."""
    return element("span", {"xml:id": name, "type": "absence", "target": place.point(offset)})
