"""Check a record: a table from the id of a rule to the small function that says where it is broken.

Rules stand in groups; a group is looked at only when nothing before it is broken, since a pointer that
leads nowhere would break half of the rest too. What no rule here can see is in docs/provenance.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from aligner.errors import AlignerError, RecordError
from aligner.tei import read_bytes
from aligner.tei.xml import parse_record
from aligner.verify import claims, content, structure
from aligner.verify.case import Case, Fault

__all__ = ["RULES", "Fault", "verify"]

_MOST = 20  # faults told for one rule: the first ones show what is wrong

RULES: Mapping[str, Callable[[Case], Iterator[Fault]]] = {
    "profile": structure.profile,
    "tei-all": structure.tei_all,
    "ids": structure.unique,
    "pointers": structure.pointers,
    "beads": structure.beads,
    "spans": structure.spans,
    "texts": content.text_digests,
    "files": content.files,
    "responsibility": content.responsibility,
    "taxonomy": content.taxonomy,
    "decisions": content.decisions,
    "attribution": claims.attribution,
    "journal": content.journal,
    "record": content.record,
}
_GROUPS = (
    ("profile", "tei-all"),
    ("ids", "pointers"),
    ("beads", "spans", "texts", "files", "responsibility", "taxonomy"),
    ("decisions", "attribution", "journal"),
    ("record",),
)


def verify(
    path: str | os.PathLike[str], *, tei_all: str | os.PathLike[str] | None = None,
    source: str | os.PathLike[str] | None = None, target: str | os.PathLike[str] | None = None,
) -> tuple[Fault, ...]:  # fmt: skip
    """Give everything found wrong with a record, an empty tuple when nothing is.

    Args:
        path: the record, with texts or stand-off; its journal is looked at too where there is one.
        tei_all: the full TEI schema (RELAX NG), to validate with as well.
        source: the file the source was read from, to compare with the digest of its bytes.
        target: the same for the translation.
    """
    data, found = b"", list[Fault]()
    try:
        data = read_bytes(path)
        root = parse_record(data, where=os.fspath(path))
    except RecordError as error:
        return (Fault("well-formed", error.where, error.what, error.remedy),)
    given = {"tei-all": tei_all, "source": source, "translation": target}
    case = Case(Path(path), data, root, {key: Path(value) for key, value in given.items() if value})
    for group in _GROUPS:
        for rule in group:
            found += _faults(rule, case)
        if found:
            break
    return tuple(found)


def _faults(rule: str, case: Case) -> list[Fault]:
    found = []
    try:
        for fault in RULES[rule](case):
            found.append(fault)
            if len(found) == _MOST:
                break
    except AlignerError as error:
        is_placed = error.where.startswith(str(case.path))
        where = error.where if is_placed else f"{case.path} ({error.where})"
        found.append(Fault(rule, where, error.what, error.remedy))
    return found
