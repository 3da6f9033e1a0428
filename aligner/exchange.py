"""A collation as TMX, XLIFF, TSV, CSV or Parquet, for other tools.

The forms that hold beads in running order lose what they cannot say; the TEI record loses nothing. White
space inside a text is made one blank in TSV, CSV and Parquet; the offsets beside it lead to the text itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aligner import __version__
from aligner.errors import RecordError, SettingError
from aligner.model import Bead, Collation, Edit, Segment, Side, Span, Status, Witness
from aligner.tei.xml import element, lines, refuse_forbidden

__all__ = ["COLUMNS", "FORMS", "export", "flat_rows", "to_csv", "to_parquet", "to_tmx", "to_tsv", "to_xliff"]

COLUMNS = (
    "kind", "number", "type", "category", "direction", "source_start", "source_end", "target_start", "target_end",
    "confidence", "status", "by", "rationale", "source", "target",
)  # fmt: skip
_NUMBERS = {"number", "source_start", "source_end", "target_start", "target_end"}
_XLIFF_STATES = {
    Status.PROPOSED: "translated", Status.ACCEPTED: "reviewed", Status.CORRECTED: "reviewed",
    Status.REJECTED: "initial",
}  # fmt: skip
# Spreadsheets run a cell that begins so as a formula (OWASP, CSV injection); an apostrophe says it is text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(collation: Collation, form: str) -> bytes:
    """Give a collation in one of ``FORMS``.

    Raises:
        SettingError: an unknown form, or one whose library is not installed.
        RecordError: the form needs both texts, and there is no source.
    """
    if form not in FORMS:
        raise SettingError(f"there is no form {form!r}", where="--to", remedy=f"use one of {', '.join(FORMS)}")
    return FORMS[form](collation)


def flat_rows(collation: Collation) -> Iterator[dict[str, Any]]:
    """Yield one row a bead, an edit or mark, and a quotation, with ``COLUMNS`` as keys; None where nothing is.

    The ``type`` of a bead counts its segments, that of a quotation is its function.
    """
    source = collation.source
    for number, bead in enumerate(collation.ladder.beads if collation.ladder else (), 1):
        spans = _span(collation.source_segments, bead.source), _span(collation.target_segments, bead.target)
        row = _row("bead", number, source, collation.target, *spans)
        judgement = bead.judgement
        yield row | {
            "type": bead.type,
            "confidence": judgement.confidence,
            "status": str(judgement.status),
            "by": judgement.by,
        }
    for number, edit in enumerate(collation.edits, 1):
        row = _row(str(edit.kind), number, source, collation.target, edit.source, edit.target)
        yield row | {
            "category": str(edit.category),
            "direction": str(edit.direction),
            "by": edit.by,
            "confidence": edit.confidence,
            "status": str(edit.status),
            "rationale": edit.rationale,
        }
    for number, cue in enumerate(collation.quotations, 1):
        spans = (cue.span, None) if cue.side is Side.SOURCE else (None, cue.span)
        yield _row("quotation", number, source, collation.target, *spans) | {"type": str(cue.function)}


def _row(
    kind: str, number: int, source: Witness | None, target: Witness, of_source: Span | None, of_target: Span | None
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | {"kind": kind, "number": number}
    for side, witness, span in (("source", source, of_source), ("target", target, of_target)):
        if witness and span:
            row |= {f"{side}_start": span.start, f"{side}_end": span.end, side: " ".join(span.of(witness.text).split())}
    return row


def _span(segments: tuple[Segment, ...], which: range) -> Span | None:
    return Span(segments[which[0]].span.start, segments[which[-1]].span.end) if which else None


def to_tsv(collation: Collation) -> bytes:
    """Give ``flat_rows`` as tab-separated values with a head line, UTF-8."""
    rows = ("\t".join(_cell(row[column]) for column in COLUMNS) for row in flat_rows(collation))
    return "".join(f"{line}\n" for line in ("\t".join(COLUMNS), *rows)).encode("utf-8")


def to_csv(collation: Collation) -> bytes:
    """Give ``flat_rows`` for spreadsheets: UTF-8 with a byte order mark, CRLF, no cell that runs as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in flat_rows(collation):
        cells = [_cell(row[column]) for column in COLUMNS]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split()) if isinstance(value, str) else str(value)


def to_parquet(collation: Collation) -> bytes:
    """Give ``flat_rows`` as Parquet, with the signature in the file's metadata.

    Raises:
        SettingError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise SettingError("Parquet needs pyarrow", remedy="pip install muqabala[parquet]") from error
    kinds = {"confidence": pa.float64()} | {name: pa.int64() for name in _NUMBERS}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    table = pa.Table.from_pylist(list(flat_rows(collation)), schema=schema)
    table = table.replace_schema_metadata({"muqabala": str(collation.signature)})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def to_tmx(collation: Collation) -> bytes:
    """Give the beads as TMX 1.4b translation units; one side alone where a bead has no other.

    Raises:
        RecordError: there is no source.
    """
    source = _source(collation)
    head = element(
        "header",
        {
            "creationtool": "muqabala",
            "creationtoolversion": __version__,
            "segtype": "block",
            "o-tmf": "TEI",
            "adminlang": "en",
            "srclang": source.language,
            "datatype": "plaintext",
        },
    )
    units = (_tmx_unit(collation, source, number, bead) for number, bead in _beads(collation))
    return _document(lines("tmx", {"version": "1.4"}, [head, lines("body", None, units)]))


def _tmx_unit(collation: Collation, source: Witness, number: int, bead: Bead) -> str:
    sides = (
        (source, collation.source_segments, bead.source),
        (collation.target, collation.target_segments, bead.target),
    )
    variants = [
        lines("tuv", {"xml:lang": witness.language}, [element("seg", None, text)], sep="")
        for witness, segments, which in sides
        if (text := _text(witness, segments, which))
    ]
    confidence = bead.judgement.confidence
    properties = [element("note", None, note) for note in _notes(collation, number - 1)] + [
        element("prop", {"type": "x-bead"}, bead.type),
        element("prop", {"type": "x-status"}, str(bead.judgement.status)),
        element("prop", {"type": "x-confidence"}, repr(confidence)) if confidence is not None else "",
    ]
    return lines("tu", {"tuid": f"al.{number}"}, [*properties, *variants])


def to_xliff(collation: Collation) -> bytes:
    """Give the beads as XLIFF 2.1 units with the flags as notes; an empty source or target where a side is.

    Raises:
        RecordError: there is no source.
    """
    source = _source(collation)
    units = (_xliff_unit(collation, source, number, bead) for number, bead in _beads(collation))
    file = lines("file", {"id": "f1", "original": source.origin or source.siglum}, units)
    attributes = {
        "xmlns": "urn:oasis:names:tc:xliff:document:2.0",
        "version": "2.1",
        "srcLang": source.language,
        "trgLang": collation.target.language,
    }
    return _document(lines("xliff", attributes, [file]))


def _xliff_unit(collation: Collation, source: Witness, number: int, bead: Bead) -> str:
    notes = [element("note", {"category": "flag"}, note) for note in _notes(collation, number - 1)]
    keep = {"xml:space": "preserve"}
    own = element("source", keep, _text(source, collation.source_segments, bead.source))
    other = element("target", keep, _text(collation.target, collation.target_segments, bead.target))
    state = {"id": "s1", "state": _XLIFF_STATES[bead.judgement.status], "subState": f"muqabala:{bead.judgement.status}"}
    return lines(
        "unit",
        {"id": f"al.{number}", "name": bead.type},
        [
            lines("notes", None, notes) if notes else "",
            lines("segment", state, [own, other]),
        ],
    )


def _source(collation: Collation) -> Witness:
    if collation.source is None or collation.ladder is None:
        raise RecordError(
            "there are no beads without a source",
            where=collation.target.origin,
            remedy="export jsonl, tsv or csv, which hold the marks",
        )
    return collation.source


def _beads(collation: Collation) -> Iterator[tuple[int, Bead]]:
    yield from enumerate(collation.ladder.beads if collation.ladder else (), 1)


def _text(witness: Witness, segments: tuple[Segment, ...], which: range) -> str:
    return " ".join(segments[n].span.of(witness.text) for n in which)


def _notes(collation: Collation, bead: int) -> Iterator[str]:
    for edit in collation.edits:
        if edit.bead == bead and edit.status is not Status.REJECTED:
            yield _told(edit)


def _told(edit: Edit) -> str:
    return f"{edit.category}, {edit.direction} ({edit.status}): {edit.rationale}"


def _document(root: str) -> bytes:
    refuse_forbidden(root, where="export")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()


FORMS: Mapping[str, Callable[[Collation], bytes]] = {
    "tmx": to_tmx, "xliff": to_xliff, "tsv": to_tsv, "csv": to_csv, "parquet": to_parquet,
}  # fmt: skip
