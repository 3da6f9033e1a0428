"""Alignments made elsewhere (TMX, ladder, TSV) -> Collation, with where they came from in the record."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aligner import __version__
from aligner.errors import InputError
from aligner.model import Block, Collation, Judgement, Kind, Ladder, Segment, Signature, Span, Status, Witness
from aligner.tei.xml import XML_LANG, parse

__all__ = ["Group", "from_groups", "from_ladder", "from_tmx", "from_tsv"]

_DOCTYPE = re.compile(rb"<!DOCTYPE\s+tmx(\s+(SYSTEM|PUBLIC)(\s+\"[^\"]*\"|\s+'[^']*')+)?\s*>")
_UNCUT = ("", "1-1", "1-0", "0-1")  # beads of which no cut between sentences is lost in one cell
_CODES = ("bpt", "ept", "ph", "it", "ut")  # native codes of the tool that made the TMX, not text


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences of either side that render each other; an empty side has none."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    confidence: float | None = None


def from_groups(
    groups: Iterable[Group],
    *,
    languages: tuple[str, str] = ("en", "ar"),
    origin: str = "",
    sha256: str = "",
    form: str = "groups",
    tool: str = "",
    notes: Sequence[str] = (),
) -> Collation:
    """Build a collation of sentences aligned elsewhere: one line a sentence, each a paragraph of its own.

    ``notes`` are kept with the target and say what of the alignment did not come over.

    >>> collation = from_groups([Group(("One.", "Two."), ("واحد واثنان.",)), Group(("Three.",), ())])
    >>> [bead.type for bead in collation.ladder.beads]
    ['2-1', '1-0']
    """
    held = (replace(group, source=_worded(group.source), target=_worded(group.target)) for group in groups)
    known = [group for group in held if group.source or group.target]
    note = f"imported from {form}" + (f" made by {tool}" if tool else "")
    sides = [
        _witness([s for group in known for s in getattr(group, side)], language, origin, sha256, note)
        for side, language in zip(("source", "target"), languages, strict=True)
    ]
    rungs, judgements = [(0, 0)], list[Judgement]()
    for group in known:
        i, j = rungs[-1]
        rungs.append((i + len(group.source), j + len(group.target)))
        judgements.append(Judgement(group.confidence, Status.PROPOSED))
    items = (
        ("muqabala", __version__),
        ("import", form),
        ("origin", _plain(origin)),
        ("tool", _plain(tool)),
        ("sha256", sha256),
    )
    signature = Signature(tuple((key, value) for key, value in items if value))
    (source, of_source), (target, of_target) = sides
    target = replace(target, notes=(*target.notes, *notes))
    return Collation(target, of_target, source, of_source, Ladder(tuple(rungs), tuple(judgements)), signature=signature)


def _worded(sentences: Sequence[str]) -> tuple[str, ...]:
    """Leave blank lines out: in a file of sentences they keep the count, in a text they are no segment."""
    return tuple(sentence for sentence in sentences if sentence.strip())


def _witness(
    sentences: Sequence[str], language: str, origin: str, sha256: str, note: str
) -> tuple[Witness, tuple[Segment, ...]]:
    text, blocks = "", list[Block]()
    lines = [" ".join(sentence.split()) for sentence in sentences]
    at = 0
    for line in lines:
        blocks.append(Block(Span(at, at + len(line)), Kind.PARAGRAPH))
        at += len(line) + 1
    text = "\n".join(lines)
    witness = Witness(
        language, language, text, tuple(blocks), sha256, origin, reader=f"muqabala {__version__}", notes=(note,)
    )
    return witness, tuple(Segment(block.span, k) for k, block in enumerate(blocks))


def _plain(value: str) -> str:
    return value.replace("|", "/").replace("\n", " ")


def from_tmx(data: bytes, *, source: str = "en", target: str = "ar", origin: str = "") -> Collation:
    """Read the units of a TMX; a DOCTYPE that only names the TMX DTD is passed over, nothing is fetched.

    Raises:
        InputError: not a TMX, or no unit in either of the two languages.
        RecordError: not well-formed, a DOCTYPE with declarations, too large.
    """
    root = parse(_DOCTYPE.sub(b"", _utf8(data, origin), count=1), where=origin)
    if root.tag != "tmx":
        raise InputError("not a TMX", where=origin, remedy="give a file with the root element tmx")
    head = root.find("header")
    tool = "" if head is None else f"{head.get('creationtool', '')} {head.get('creationtoolversion', '')}".strip()
    groups = [_unit(unit, source, target) for unit in root.iter("tu")]
    if not any(group.source or group.target for group in groups):
        raise InputError(f"no unit has {source} or {target}", where=origin, remedy="give one of these languages")
    digest, notes = hashlib.sha256(data).hexdigest(), _left(_unit_loss(root, groups))
    return from_groups(
        groups, languages=(source, target), origin=origin, sha256=digest, form="TMX", tool=tool, notes=notes
    )


def _unit_loss(root: Any, groups: Sequence[Group]) -> Counter[str]:
    beads, statuses = (
        [node.text or "" for node in root.iterfind(f".//tu/prop[@type='x-{name}']")] for name in ("bead", "status")
    )
    return Counter(
        {
            "note": sum(1 for _ in root.iterfind(".//tu//note")),
            "unit in other languages": sum(not group.source and not group.target for group in groups),
            "decided bead": sum(status != Status.PROPOSED for status in statuses),
            "cut inside a bead": sum(kind not in _UNCUT for kind in beads),
        }
    )


def _left(losses: Mapping[str, int]) -> tuple[str, ...]:
    """Say what did not come over, as a note for the record; none where all did."""
    lost = ", ".join(f"{what} {n}" for what, n in losses.items() if n)
    return (f"not carried over: {lost}",) if lost else ()


def _utf8(data: bytes, origin: str) -> bytes:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise InputError("neither UTF-8 nor UTF-16", where=origin, remedy="save it as UTF-8") from error
    return re.sub(r"^<\?xml[^>]*\?>", "", text).encode("utf-8")


def _unit(unit: Any, source: str, target: str) -> Group:
    found: dict[str, str] = {}
    for variant in unit.iter("tuv"):
        language = (variant.get(XML_LANG) or variant.get("lang") or "").lower().partition("-")[0]
        segment = variant.find("seg")
        if segment is not None:
            found.setdefault(language, _seg_text(segment).strip())
    sides = [(found[name],) if found.get(name) else () for name in (source, target)]
    told = unit.find("prop[@type='x-confidence']")
    return Group(sides[0], sides[1], _confidence(None if told is None else told.text))


def _seg_text(node: Any) -> str:
    inner = "".join(("" if child.tag in _CODES else _seg_text(child)) + (child.tail or "") for child in node)
    return (node.text or "") + inner


def _confidence(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0.0 <= number <= 1.0 else None


def from_tsv(text: str, *, languages: tuple[str, str] = ("en", "ar"), origin: str = "") -> Collation:
    """Read source, target and (if there) a confidence from every line; ours are read back from their head line.

    Raises:
        InputError: a line without a tab, by its number.
    """
    numbered = enumerate(re.split(r"\r\n|[\r\n]", text.removeprefix("\ufeff")), 1)
    rows = [(f"{origin}:{number}", line.split("\t")) for number, line in numbered if line.strip()]
    if not rows:
        raise InputError("the file is empty", where=origin, remedy="give lines of source, tab, target")
    head, notes, columns = rows[0][1], tuple[str, ...](), [0, 1, 2]
    if "source" in head and "target" in head:
        columns = [head.index("source"), head.index("target"), head.index("confidence") if "confidence" in head else -1]
        named = [(where, _named(row, head, where)) for where, row in rows[1:]]
        notes = _left(_row_loss([cells for _, cells in named]))
        rows = [(where, list(cells.values())) for where, cells in named if cells.get("kind", "") in ("", "bead")]
    if not rows:
        raise InputError("no line of it is a bead", where=origin, remedy="give lines of source, tab, target")
    groups = [_tsv_group(row, columns, where) for where, row in rows]
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return from_groups(groups, languages=languages, origin=origin, sha256=digest, form="TSV", notes=notes)


def _named(row: Sequence[str], head: Sequence[str], where: str) -> dict[str, str]:
    if len(row) != len(head):
        what = f"{len(row)} cells under a head line of {len(head)}"
        raise InputError(what, where=where, remedy="put a tab between cells, and none inside")
    return dict(zip(head, row, strict=True))


def _row_loss(rows: Sequence[Mapping[str, str]]) -> Counter[str]:
    loss = Counter(row["kind"] for row in rows if row.get("kind", "") not in ("", "bead"))
    beads = [row for row in rows if row.get("kind", "") in ("", "bead")]
    loss["decided bead"] = sum(row.get("status", "") not in ("", Status.PROPOSED) for row in beads)
    loss["cut inside a bead"] = sum(row.get("type", "") not in _UNCUT for row in beads)
    return loss


def _tsv_group(row: Sequence[str], columns: Sequence[int], where: str) -> Group:
    if len(row) <= max(columns[:2]):
        raise InputError("a line without a tab", where=where, remedy="put source, tab, target on every line")
    sides = [(row[k].strip(),) if row[k].strip() else () for k in columns[:2]]
    confidence = row[columns[2]] if 0 <= columns[2] < len(row) else None
    return Group(sides[0], sides[1], _confidence(confidence))


def from_ladder(
    pairings: Sequence[tuple[Sequence[int], Sequence[int]]],
    source: Sequence[str],
    target: Sequence[str],
    *,
    languages: tuple[str, str] = ("en", "ar"),
    origin: str = "",
    tool: str = "",
) -> Collation:
    """Read beads given as sentence numbers (from 0) over two lists of sentences.

    Sentences no bead names are beads of their own, 1-0 or 0-1.

    Raises:
        InputError: a number that is not there, or beads that cross or overlap.
    """
    groups, at, n_alone = list[Group](), [0, 0], [0, 0]
    for number, pairing in enumerate(pairings, 1):
        for side, (numbers, sentences) in enumerate(zip(pairing, (source, target), strict=True)):
            _refuse_bead(numbers, at[side], sentences, f"{origin}:{number}")
            while numbers and at[side] < min(numbers):
                groups.append(_alone(side, sentences[at[side]]))
                at[side] += 1
                n_alone[side] += 1
            at[side] += len(numbers)
        groups.append(Group(tuple(source[n] for n in sorted(pairing[0])), tuple(target[n] for n in sorted(pairing[1]))))
    for side, sentences in enumerate((source, target)):
        groups += [_alone(side, sentence) for sentence in sentences[at[side] :]]
        n_alone[side] += len(sentences[at[side] :])
    notes = [f"in no line of the ladder: {n_alone[0]} source and {n_alone[1]} target sentences"] if any(n_alone) else []
    return from_groups(groups, languages=languages, origin=origin, form="ladder", tool=tool, notes=notes)


def _refuse_bead(numbers: Sequence[int], at: int, sentences: Sequence[str], where: str) -> None:
    first, last = min(numbers, default=0), max(numbers, default=-1)
    if last >= len(sentences):
        raise InputError(
            f"sentence {last} is none of the {len(sentences)} lines given",
            where=where,
            remedy="give one segment a line, as `muqabala export --to ladder --sentences SOURCE TARGET` writes them",
        )
    if not last - first + 1 == len(numbers) == len(set(numbers)) or (numbers and first < at):
        what = f"a bead {list(numbers)} that crosses, overlaps or has a gap"
        raise InputError(what, where=where, remedy="give beads in order, each sentence once")


def _alone(side: int, sentence: str) -> Group:
    return Group((), (sentence,)) if side else Group((sentence,), ())
