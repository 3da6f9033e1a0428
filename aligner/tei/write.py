"""Collation -> TEI bytes: the same value always gives the same bytes."""

from __future__ import annotations

import hashlib

from aligner.model import Collation
from aligner.tei.flags import annotation_list, certainties, quotation_list
from aligner.tei.header import SEAL, header
from aligner.tei.links import bead_links, phrase_links, phrase_spans, superseded_links
from aligner.tei.parts import Parts, parts_of
from aligner.tei.texts import text_element, text_spans
from aligner.tei.xml import lines, refuse_forbidden

__all__ = ["record_bytes"]

_TEI_VERSION = "4.12.0"
_PROLOG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-model href="https://www.tei-c.org/Vault/P5/'
    f'{_TEI_VERSION}/xml/tei/custom/schema/relaxng/tei_all.rng" type="application/xml" '
    'schematypens="http://relaxng.org/ns/structure/1.0"?>\n'
)


def record_bytes(collation: Collation, *, full: bool = True) -> bytes:
    """Write the whole record; without ``full`` it is the stand-off variant, which holds no article text.

    Raises:
        RecordError: a text holds a character XML cannot carry, or the decisions do not fit the collation.
    """
    for witness in (collation.source, collation.target):
        if witness:
            refuse_forbidden(witness.text, where=witness.origin or witness.siglum)
    text = _document(parts_of(collation, full))
    refuse_forbidden(text, where="record")
    seal = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return text.replace(SEAL, seal, 1).encode("utf-8")


def _document(record: Parts) -> str:
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
    texts = [text_element(record, place) for place in record.places] if record.full else []
    head = header(record.collation, full=record.full, spans=lines_of_attribution)
    return _PROLOG + lines("TEI", attributes, [head, _stand_off(record), *texts]) + "\n"


def _stand_off(record: Parts) -> str:
    return lines(
        "standOff",
        {"xml:id": "so.annotation", "decls": "#ed.rules"},
        [
            *(() if record.full else (text_spans(record, place) for place in record.places)),
            phrase_spans(record),
            bead_links(record),
            superseded_links(record),
            phrase_links(record),
            annotation_list(record),
            quotation_list(record),
            *certainties(record),
        ],
    )
