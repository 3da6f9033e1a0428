"""Read a set of framing edits: stand-off pairs over texts kept elsewhere, and edits of ours on them.

A set is a folder of three files, or four with real shifts that annotators marked in the pairs
(``bench/framing/README.md`` has every column). No sentence of a third party is stored, only names, digests and
offsets of the texts and the few words that an edit puts in.
Offsets count code points: of the text for pairs, of the pair's own two strings for edits.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aligner.errors import InputError
from aligner.model import Category, Direction, Side, Span

__all__ = [
    "Case",
    "Expectation",
    "Op",
    "Pair",
    "apply_ops",
    "data_hash",
    "read_notes",
    "read_pairs",
    "read_set",
    "read_table",
    "set_files",
]

CLEAN, EDITED, NEAR_MISS, NOTED = "clean", "edited", "near-miss", "noted"

# what the type names of framing_notes.tsv are in the taxonomy; "control_same" has to stay silent, and
# a row of any other type (agent_dropped, voice, intensity_up ...) is read but not scored
NOTE_TYPES: Mapping[str, tuple[Category, tuple[Direction, ...]]] = {
    "quotes_added": (Category.SCARE_QUOTE, (Direction.ADDED,)),
    "hedge_dropped": (Category.HEDGE, (Direction.REMOVED,)),
    "modality": (Category.HEDGE, (Direction.ADDED, Direction.REMOVED)),
    "label_change": (Category.LABEL, (Direction.SOFTENED, Direction.STRENGTHENED)),
    "label_dropped": (Category.OMISSION, (Direction.REMOVED,)),
    "qualifier_dropped": (Category.OMISSION, (Direction.REMOVED,)),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A stretch of the source and the stretch of the target that renders it."""

    id: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Op:
    """Put ``replacement`` in place of ``start, end`` of one side; an empty stretch inserts."""

    side: Side
    start: int
    end: int
    replacement: str

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end or (self.start == self.end and not self.replacement):
            raise ValueError(f"an op needs 0 <= start <= end and something to do, not {self}")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a detector should say of a case; ``changed`` is the side on which its span is compared.

    The spans are of the edited strings; None where nothing stands on that side. Any of
    ``directions`` is right (one, except for notes that do not name it).
    """

    category: Category
    directions: tuple[Direction, ...]
    changed: Side
    source: Span | None
    target: Span | None

    @property
    def anchor(self) -> Side:
        """Tell on which side a flag has to overlap.

        An omission is compared on the source, an addition on the target, all else on the side that
        was changed; where nothing is left on that side, on the other.
        """
        fixed = {Category.OMISSION: Side.SOURCE, Category.ADDITION: Side.TARGET}
        side = fixed.get(self.category, self.changed)
        other = Side.TARGET if side is Side.SOURCE else Side.SOURCE
        return side if self.span(side) else other

    def span(self, side: Side) -> Span | None:
        """Give the span on that side."""
        return self.source if side is Side.SOURCE else self.target


@dataclass(frozen=True, slots=True)
class Case:
    """One pair as a detector sees it, with what is expected; ``base`` is the id of the unedited pair.

    ``real`` names the categories (``*`` for all) in which the pair already shifts before any edit;
    flags of those are neither right nor wrong. ``shifts`` are real shifts with their places.
    """

    pair: Pair
    base: str
    document: str
    split: str
    role: str
    expected: tuple[Expectation, ...] = ()
    real: frozenset[str] = field(default_factory=frozenset)
    note: str = ""
    shifts: tuple[Expectation, ...] = ()


def apply_ops(text: str, ops: Iterable[Op], side: Side) -> str:
    """Carry out the ops of one side; their offsets are all of the unedited text.

    >>> apply_ops("abc", [Op(Side.TARGET, 1, 1, "«"), Op(Side.TARGET, 2, 2, "»")], Side.TARGET)
    'a«b»c'
    """
    end = len(text)
    for op in sorted((op for op in ops if op.side is side), key=lambda op: op.start, reverse=True):
        if op.end > end:
            raise ValueError(f"{op} overlaps the next op or leaves the text")
        text, end = text[: op.start] + op.replacement + text[op.end :], op.start
    return text


def read_pairs(folder: Path, texts: Path) -> dict[str, Case]:
    """Read the pairs of a set as they stand, by id, in the order of the file.

    Raises InputError where a text is not the one the offsets were taken from.
    """
    documents = {row["document"]: row for row in read_table(folder / "documents.tsv")}
    shifts = _shifts(folder / "shifts.jsonl")
    read = {name: tuple(_text(texts, row, side) for side in Side) for name, row in documents.items()}
    clean = {}
    for row in read_table(folder / "pairs.tsv"):
        source, target = read[row["document"]]
        pair = Pair(row["id"], _cut(source, row, Side.SOURCE), _cut(target, row, Side.TARGET))
        real = frozenset(filter(None, row["real"].split(",")))
        split = documents[row["document"]]["split"]
        found = shifts.get(pair.id, ())
        clean[pair.id] = Case(pair, pair.id, row["document"], split, CLEAN, real=real, shifts=found)
    return clean


def _shifts(path: Path) -> dict[str, tuple[Expectation, ...]]:
    """Read the real shifts of the unedited pairs by pair, without those their annotator was not sure of."""
    found: dict[str, tuple[Expectation, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        row = json.loads(line)
        if row["sure"]:
            spans = (Span(**row[side]) if row[side] else None for side in Side)
            shift = Expectation(Category(row["category"]), (Direction(row["direction"]),), Side.TARGET, *spans)
            found[row["pair"]] = (*found.get(row["pair"], ()), shift)
    return found


def read_set(folder: Path, texts: Path) -> tuple[Case, ...]:
    """Read a set: first every pair as it stands, then every edited pair, in the order of the files.

    Raises InputError where a text is not the one the offsets were taken from, or an edit does not fit.
    """
    clean = read_pairs(folder, texts)
    path = folder / "edits.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    edited = [_edited(json.loads(line), clean, f"{path}:{number}") for number, line in enumerate(lines, 1)]
    return (*clean.values(), *edited)


def _edited(row: Mapping[str, Any], clean: Mapping[str, Case], where: str) -> Case:
    try:
        base = clean[row["pair"]]
        ops = tuple(Op(Side(op["side"]), op["start"], op["end"], op["replacement"]) for op in row["ops"])
        source = apply_ops(base.pair.source, ops, Side.SOURCE)
        target = apply_ops(base.pair.target, ops, Side.TARGET)
        expected = _expectation(row, source, target) if row["category"] else ()
        if row["split"] != base.split:
            raise ValueError(f"split {row['split']} of an edit on a document of {base.split}")
    except (KeyError, ValueError) as error:
        remedy = "compare with the columns in README.md"
        raise InputError(f"this edit does not fit its pair: {error}", where=where, remedy=remedy) from error
    pair, role = Pair(row["id"], source, target), EDITED if expected else NEAR_MISS
    shifts = tuple(moved for shift in base.shifts if (moved := _moved(shift, ops)))
    return Case(pair, base.base, base.document, base.split, role, expected, base.real, row["note"], shifts)


def _moved(shift: Expectation, ops: Sequence[Op]) -> Expectation | None:
    """Give a shift of the unedited pair in the offsets of the edited one; None where an op changes its words."""
    spans = []
    for side in Side:
        span, here = shift.span(side), [op for op in ops if op.side is side]
        if span and any(op.start < span.end and op.end > span.start for op in here):
            return None
        by = sum(len(op.replacement) - (op.end - op.start) for op in here if span and op.end <= span.start)
        spans.append(Span(span.start + by, span.end + by) if span else None)
    return Expectation(shift.category, shift.directions, shift.changed, *spans)


def _expectation(row: Mapping[str, Any], source: str, target: str) -> tuple[Expectation, ...]:
    spans = {}
    for side, text in ((Side.SOURCE, source), (Side.TARGET, target)):
        where = row["expect"][side]
        spans[side] = Span(where["start"], where["end"]) if where else None
        if where and where["end"] > len(text):
            raise ValueError(f"the expected span {where} leaves the {side}")
    if not any(spans.values()):
        raise ValueError("nothing is expected on either side")
    category, directions = Category(row["category"]), (Direction(row["direction"]),)
    return (Expectation(category, directions, Side(row["side"]), spans[Side.SOURCE], spans[Side.TARGET]),)


def read_notes(path: Path, texts: Path, splits: Mapping[str, str]) -> tuple[Case, ...]:
    """Read a table of real shifts (framing_notes.tsv) as cases; rows whose text is not there are left out.

    A row of a type outside NOTE_TYPES becomes a case in which nothing counts; two rows of one pair
    become one case that expects both.
    """
    found: dict[tuple[str, str, str, str], Case] = {}
    for row in read_table(path):
        key = (row["doc"], row["unit"], row["en_idx"], row["ar_idx"])
        case = found[key] if key in found else _noted(row, texts, splits)
        if case is None:
            continue
        expected, real = _note_expectation(row, case.pair)
        found[key] = Case(
            case.pair, case.base, case.document, case.split, NOTED, case.expected + expected, case.real | real
        )
    return tuple(found.values())


def _noted(row: Mapping[str, str], texts: Path, splits: Mapping[str, str]) -> Case | None:
    suffix = "sent" if row["unit"] == "s" else "txt"
    paths = [texts / f"{row['doc']}.{language}.{suffix}" for language in ("en", "ar")]
    if not all(path.is_file() for path in paths):
        return None
    sides = []
    for path, indices in zip(paths, (row["en_idx"], row["ar_idx"]), strict=True):
        lines = path.read_text(encoding="utf-8").split("\n")
        sides.append(" ".join(lines[int(index)] for index in indices.split(",")))
    name = f"{row['doc']}#{row['en_idx']}"
    split = splits.get(row["doc"], "dev")
    return Case(Pair(name, *sides), name, row["doc"], split, NOTED)


def _note_expectation(row: Mapping[str, str], pair: Pair) -> tuple[tuple[Expectation, ...], frozenset[str]]:
    if row["type"] == "control_same":
        return (), frozenset()
    known = NOTE_TYPES.get(row["type"])
    if known is None:
        return (), frozenset("*")
    spans = [_find(pair.source, row["en_span"]), _find(pair.target, row["ar_span"])]
    changed = Side.TARGET if known[0] is not Category.HEDGE else Side.SOURCE
    return (Expectation(*known, changed, *spans),), frozenset()


def _find(text: str, part: str) -> Span | None:
    start = text.find(part)
    return Span(start, start + len(part)) if part and start >= 0 else None


def set_files(folder: Path) -> list[Path]:
    """Name the files of a set: three, and the table of real shifts where there is one."""
    names = ("documents.tsv", "pairs.tsv", "edits.jsonl", "shifts.jsonl")
    return [folder / name for name in names if name != names[-1] or (folder / name).is_file()]


def data_hash(paths: Sequence[Path]) -> str:
    """Digest the bytes of the files that make a set; the digests of the texts are among them.

    >>> data_hash([])
    'e3b0c44298fc'
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Read tab-separated rows by the names in the head line."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _text(texts: Path, row: Mapping[str, str], side: Side) -> str:
    path = texts / row[side]
    if not path.is_file():
        raise InputError("there is no such text", where=str(path), remedy="name its folder with --texts")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != row[f"{side}_sha256"]:
        remedy = "get the version that documents.tsv names"
        raise InputError("this is not the text the offsets were taken from", where=str(path), remedy=remedy)
    return data.decode("utf-8")


def _cut(text: str, row: Mapping[str, str], side: Side) -> str:
    return text[int(row[f"{side}_start"]) : int(row[f"{side}_end"])]
