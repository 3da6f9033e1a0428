"""Every form a collation is given out in: one table for the command line and the review app.

What makes a form is imported only when it is asked for, so that the table itself costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from aligner.errors import RecordError, SettingError

if TYPE_CHECKING:
    from aligner.model import Collation

__all__ = ["EXCHANGE", "FORMS", "Form", "form_named"]


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


EXCHANGE = (
    Form("ladder", ".ladder", "rungs, as hunalign writes them", _ladder),
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
