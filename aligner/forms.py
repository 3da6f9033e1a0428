"""Every form a collation is given out in: one table for the command line and the review app.

What makes a form is imported only when it is asked for, so that the table itself costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from aligner.errors import RecordError, SettingError

if TYPE_CHECKING:
    from aligner.model import Collation

__all__ = ["EXCHANGE", "FORMS", "Form", "form_named", "left_out", "sentences"]

_BITEXT = ("tmx", "xliff")  # what is flagged in a bead goes with it as a note; what was rejected does not
_TABLES = ("jsonl", "tsv", "csv", "parquet")


class Form(NamedTuple):
    """A form: its name, how its files are called, what it is for, what makes it.

    ``write`` raises AlignerError where the form cannot hold the collation or its library is missing.
    """

    name: str
    suffix: str
    does: str
    write: Callable[[Collation], bytes]


def form_named(name: str) -> Form:
    """Give the form of that name.

    >>> form_named("xliff").suffix
    '.xlf'

    Raises: SettingError for any other name.
    """
    for form in FORMS:
        if form.name == name:
            return form
    raise SettingError(f"there is no form {name!r}", remedy=f"use one of {', '.join(form.name for form in FORMS)}")


def _exchanged(name: str) -> Callable[[Collation], bytes]:
    def write(collation: Collation) -> bytes:
        from aligner import exchange

        return exchange.export(collation, name)

    return write


def _ladder(collation: Collation) -> bytes:
    from aligner.score import format_ladder, pairings

    if collation.ladder is None:
        raise RecordError("there is no ladder without a source", remedy="export jsonl")
    return format_ladder(pairings(collation.ladder)).encode("utf-8")


def _jsonl(collation: Collation) -> bytes:
    from aligner.rows import collation_rows, json_line

    return "".join(map(json_line, collation_rows(collation))).encode("utf-8")


def _prov(collation: Collation) -> bytes:
    from aligner import prov

    return prov.to_prov_json(collation)


def _provn(collation: Collation) -> bytes:
    from aligner import prov

    return prov.to_provn(collation)


def _html(collation: Collation) -> bytes:
    from aligner.report import render

    return render(collation).encode("utf-8")


def _tei(collation: Collation) -> bytes:
    from aligner import tei

    return tei.dumps(collation)


def _standoff(collation: Collation) -> bytes:
    from aligner.tei.standoff import standoff

    return standoff(collation)


def left_out(collation: Collation, name: str) -> str:
    """Count what the form of that name does not hold of a collation; empty where it is made to hold all.

    PROV tells who did what and is not asked for texts.
    """
    from aligner.model import Status

    if name not in ("ladder", *_BITEXT, *_TABLES):
        return ""
    flags = [e for e in collation.edits if name == "ladder" or e.bead is None or e.status is Status.REJECTED]
    lost = {
        "edit": 0 if name in _TABLES else len(flags),
        "quotation": 0 if name in _TABLES else len(collation.quotations),
        "word link": len(collation.links),
        "decision": len(collation.decisions),
    }
    return ", ".join(f"{what} {n}" for what, n in lost.items() if n)


def sentences(collation: Collation) -> tuple[bytes, bytes]:
    """Give the segments a ladder counts, one a line, of source and target: a file each.

    Raises: RecordError where there is no source.
    """
    if collation.source is None:
        raise RecordError("there is no ladder without a source", remedy="export jsonl")
    sides = (collation.source, collation.source_segments), (collation.target, collation.target_segments)
    source, target = (
        "".join(" ".join(s.span.of(witness.text).split()) + "\n" for s in segments).encode("utf-8")
        for witness, segments in sides
    )
    return source, target


EXCHANGE = (
    Form("ladder", ".ladder", "beads, as vecalign writes them", _ladder),
    Form("jsonl", ".jsonl", "beads and flags, one JSON object a line", _jsonl),
    Form("tmx", ".tmx", "translation memory", _exchanged("tmx")),
    Form("xliff", ".xlf", "for translation tools", _exchanged("xliff")),
    Form("tsv", ".tsv", "beads and flags, tab-separated", _exchanged("tsv")),
    Form("csv", ".csv", "beads and flags, for spreadsheets", _exchanged("csv")),
    Form("parquet", ".parquet", "beads and flags, for data tools", _exchanged("parquet")),
    Form("prov", ".prov.json", "who did what, W3C PROV as JSON", _prov),
    Form("provn", ".provn", "who did what, W3C PROV to read", _provn),
)
"""What ``muqabala export --to`` offers."""

FORMS = (
    Form("html", ".html", "one page to read: both texts, flags, reasons", _html),
    Form("tei", ".copy.xml", "a copy of the record with all decisions", _tei),
    Form("standoff", ".standoff.xml", "the record without article texts, to share", _standoff),
    *EXCHANGE,
)
"""All forms."""
