"""The values that flow through the stages: frozen, slotted, standard library only.

Offsets count Unicode code points of the witness text exactly as stored; spans are half-open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

__all__ = [
    "Act",
    "Attribution",
    "Bead",
    "Bibl",
    "Block",
    "Category",
    "Collation",
    "Decision",
    "Direction",
    "Edit",
    "EditKind",
    "Function",
    "Judgement",
    "Kind",
    "Ladder",
    "Link",
    "QuotationCue",
    "Role",
    "Segment",
    "Side",
    "Signature",
    "Span",
    "Status",
    "Witness",
]


class Side(StrEnum):
    """Which of the two witnesses."""

    SOURCE = "source"
    TARGET = "target"


class Kind(StrEnum):
    """What a block is to its witness."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    PARATEXT = "paratext"


class Role(StrEnum):
    """What a block of paratext does; only headings and paragraphs are aligned."""

    ATTRIBUTION = "attribution"
    BYLINE = "byline"
    CAPTION = "caption"
    FURNITURE = "furniture"


class Category(StrEnum):
    """The framing taxonomy, version 1 (DESIGN.md)."""

    SCARE_QUOTE = "scare-quote"
    HEDGE = "hedge"
    LABEL = "label"
    ATTRIBUTION = "attribution"
    OMISSION = "omission"
    ADDITION = "addition"
    INCONSISTENCY = "inconsistency"
    TRANSPOSITION = "transposition"


class Direction(StrEnum):
    """Which way the translation moved, seen from the source; never a motive."""

    ADDED = "added"
    REMOVED = "removed"
    SOFTENED = "softened"
    STRENGTHENED = "strengthened"
    NONE = "none"


class EditKind(StrEnum):
    """An edit is decided from both sides; a mark is a cue seen on the target alone."""

    EDIT = "edit"
    MARK = "mark"


class Function(StrEnum):
    """What a quotation does in its text: what is said, a work's title, a name, a word explained, or distance."""

    SPEECH = "speech"
    TITLE = "title"
    NAME = "name"
    GLOSS = "gloss"
    SCARE = "scare"


class Status(StrEnum):
    """Where a bead or an edit stands between machine and person."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a witness: half-open ``start, end`` in code points, never empty.

    >>> Span(3, 7).of("و«الإرهاب»")
    'لإره'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}, {self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Cut this stretch out of the text it belongs to."""
        return text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Tell whether the other span lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def shifted(self, by: int) -> Span:
        """Move both ends by so many code points."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a piece of paratext; ``role`` is set for paratext only."""

    span: Span
    kind: Kind
    role: Role | None = None

    def __post_init__(self) -> None:
        if (self.kind is Kind.PARATEXT) != (self.role is not None):
            raise ValueError("a role belongs to paratext, and paratext needs one")

    @property
    def is_aligned(self) -> bool:
        """Tell whether the block's segments take part in the alignment."""
        return self.kind is not Kind.PARATEXT


@dataclass(frozen=True, slots=True)
class Bibl:
    """Bibliographic facts; an empty string is a fact nobody stated. Dates as written in ISO 8601."""

    title: str = ""
    author: str = ""
    outlet: str = ""
    published: str = ""
    url: str = ""
    retrieved: str = ""
    translator: str = ""
    rights: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The translation's own statement of its source: where it stands and what it claims."""

    span: Span
    claims: Bibl


@dataclass(frozen=True, slots=True)
class Witness:
    """One text that carries the message, with where it came from.

    ``text`` is what was read, code point for code point. ``sha256`` is the digest of the raw bytes of
    the file, ``origin`` its name, ``encoding`` what the bytes were decoded with, ``reader`` what read
    them (name and version), ``notes`` what a later reader of the record should know of the reading.
    """

    siglum: str
    language: str
    text: str
    blocks: tuple[Block, ...]
    sha256: str
    origin: str = ""
    encoding: str = "utf-8"
    media_type: str = "text/plain"
    reader: str = ""
    bibl: Bibl = field(default_factory=Bibl)
    attribution: Attribution | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for block in self.blocks:
            if block.span.start < end or block.span.end > len(self.text):
                raise ValueError(f"block {block.span} overlaps its neighbour or leaves the text")
            end = block.span.end
        if self.attribution and self.attribution.span.end > len(self.text):
            raise ValueError(f"the attribution {self.attribution.span} leaves the text")

    @property
    def text_sha256(self) -> str:
        """Digest of the text as UTF-8, which a reader can check without the original file."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence-like stretch of a witness; ``block`` is the index of the block it lies in."""

    span: Span
    block: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who says that a bead holds: a machine with a probability, or a person (by id) with a status."""

    confidence: float | None = None
    status: Status = Status.PROPOSED
    by: str = ""

    def __post_init__(self) -> None:
        if self.confidence is not None and not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"a confidence is a probability, not {self.confidence}")


@dataclass(frozen=True, slots=True)
class Bead:
    """Segments that render each other, as half-open ranges of segment indices on either side."""

    source: range
    target: range
    judgement: Judgement = Judgement()

    @property
    def type(self) -> str:
        """Counts as translators write them: source-target, ``2-1``."""
        return f"{len(self.source)}-{len(self.target)}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs from (0, 0) to (n_source, n_target); neighbouring rungs enclose a bead.

    >>> [bead.type for bead in Ladder(((0, 0), (1, 1), (3, 2), (4, 2))).beads]
    ['1-1', '2-1', '1-0']
    """

    rungs: tuple[tuple[int, int], ...]
    judgements: tuple[Judgement, ...] = ()

    def __post_init__(self) -> None:
        if not self.rungs or self.rungs[0] != (0, 0):
            raise ValueError("a ladder starts at rung (0, 0)")
        for (i, j), (k, m) in zip(self.rungs, self.rungs[1:], strict=False):
            if k < i or m < j or (k, m) == (i, j):
                raise ValueError(f"rung ({k}, {m}) does not climb from ({i}, {j})")
        if self.judgements and len(self.judgements) != self.n_beads:
            raise ValueError(f"{len(self.judgements)} judgements for {self.n_beads} beads")

    @property
    def n_beads(self) -> int:
        """Count the beads."""
        return len(self.rungs) - 1

    @property
    def n_source(self) -> int:
        """Count the source segments the ladder spans."""
        return self.rungs[-1][0]

    @property
    def n_target(self) -> int:
        """Count the target segments the ladder spans."""
        return self.rungs[-1][1]

    @property
    def counts(self) -> list[tuple[int, int, Judgement]]:
        """Give how many source and target segments each bead has, and who says so.

        >>> [counts[:2] for counts in Ladder(((0, 0), (1, 1), (3, 2))).counts]
        [(1, 1), (2, 1)]
        """
        steps = zip(self.rungs, self.rungs[1:], self._judged, strict=False)
        return [(k - i, m - j, judgement) for (i, j), (k, m), judgement in steps]

    @property
    def _judged(self) -> tuple[Judgement, ...]:
        return self.judgements or (Judgement(),) * self.n_beads

    @property
    def beads(self) -> tuple[Bead, ...]:
        """Derive the beads, in order."""
        steps = zip(self.rungs, self.rungs[1:], self._judged, strict=False)
        return tuple(Bead(range(i, k), range(j, m), judgement) for (i, j), (k, m), judgement in steps)


@dataclass(frozen=True, slots=True)
class Link:
    """Words or phrases inside a bead that render each other; spans are document offsets."""

    bead: int
    source: Span
    target: Span
    confidence: float

    def moved(self, bead: int) -> Link:
        """Give the link with another number of its bead."""
        return Link(bead, self.source, self.target, self.confidence)


@dataclass(frozen=True, slots=True)
class QuotationCue:
    """A quotation on one side with its marks, and what it does there; kept whether it is flagged or not.

    >>> QuotationCue(Side.TARGET, Span(2, 11), Function.NAME).function
    <Function.NAME: 'name'>
    """

    side: Side
    span: Span
    function: Function

    @property
    def order(self) -> tuple[bool, int, int]:
        """Sort key: the source first, then by place, the outer before the inner."""
        return (self.side is Side.TARGET, self.span.start, -self.span.end)


@dataclass(frozen=True, slots=True)
class Edit:
    """A framing difference decided from both sides, or a mark seen on the target alone.

    ``source`` and ``target`` are document offsets; None means nothing stands on that side. ``bead`` is
    the index of the bead it lies in (None for a mark). ``cue`` is the device that was seen, ``referent``
    what it is about, ``group`` a name shared by edits of one kind on one referent (empty: alone),
    ``rule`` the id of the check or lexicon row that fired, ``by`` who answers for the present state
    (empty: the machine), ``note`` a person's remark.
    """

    category: Category
    direction: Direction
    source: Span | None
    target: Span | None
    confidence: float
    rationale: str
    rule: str
    kind: EditKind = EditKind.EDIT
    bead: int | None = None
    cue: str = ""
    referent: str = ""
    severity: str = "medium"
    group: str = ""
    status: Status = Status.PROPOSED
    by: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.source is None and self.target is None:
            raise ValueError("an edit points at something on at least one side")
        if self.kind is EditKind.MARK and (self.source is not None or self.bead is not None):
            raise ValueError("a mark is seen on the target alone")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"a confidence is a probability, not {self.confidence}")
        if self.severity not in ("low", "medium", "high"):
            raise ValueError(f"severity is low, medium or high, not {self.severity!r}")

    def moved(self, bead: int | None) -> Edit:
        """Give the edit with another number of its bead."""
        return replace(self, bead=bead)

    @property
    def order(self) -> tuple[int, int, int, int, str, str]:
        """Sort key: by place in the translation, then in the source, then by name."""
        s, t = self.source, self.target
        return (
            self.bead if self.bead is not None else -1,
            t.start if t else -1,
            s.start if s else -1,
            t.end if t else -1,
            self.category,
            self.direction,
        )


class Act(StrEnum):
    """What a decision did."""

    ALIGNED = "aligned"
    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"
    CONFIRMED = "confirmed"
    SEGMENTED = "segmented"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CHANGED = "changed"
    ADDED = "added"
    NOTED = "noted"
    UNDONE = "undone"
    REDONE = "redone"


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of a person or program on the collation, never erased.

    ``when`` is ISO 8601 in UTC, ``who`` the id of an agent, ``on`` what was acted on; ``before`` and
    ``after`` are canonical JSON of the part that changed, so that the act can be replayed and undone.
    """

    when: str
    who: str
    act: Act
    on: str
    before: str = ""
    after: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The settings, model and data hashes that made a result, as ordered pairs.

    >>> str(Signature((("muqabala", "0.1.0"), ("model", "fake"))))
    'muqabala:0.1.0|model:fake'
    """

    items: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for key, value in self.items:
            if not key or set("|:\n") & set(key) or set("|\n") & set(value):
                raise ValueError(f"a signature cannot hold {key}:{value}")

    def __str__(self) -> str:
        return "|".join(f"{key}:{value}" for key, value in self.items)

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read back what ``str`` wrote.

        >>> Signature.parse("model:use:3|seed:1").items
        (('model', 'use:3'), ('seed', '1'))
        """
        pairs = (part.partition(":") for part in line.split("|") if part)
        return cls(tuple((key, value) for key, _, value in pairs))

    def as_dict(self) -> Mapping[str, str]:
        """Give the pairs as a mapping."""
        return dict(self.items)


@dataclass(frozen=True, slots=True)
class Collation:
    """The whole: witnesses, segments, ladder, links, edits, decisions, signature, quotations.

    Without a source there is no ladder and there are no links, and every edit is a mark. ``quotations`` are
    those in the aligned segments, in ``order``.
    """

    target: Witness
    target_segments: tuple[Segment, ...]
    source: Witness | None = None
    source_segments: tuple[Segment, ...] = ()
    ladder: Ladder | None = None
    links: tuple[Link, ...] = ()
    edits: tuple[Edit, ...] = ()
    decisions: tuple[Decision, ...] = ()
    signature: Signature = Signature()
    made: str = ""
    quotations: tuple[QuotationCue, ...] = ()

    def __post_init__(self) -> None:
        if (self.source is None) != (self.ladder is None):
            raise ValueError("a ladder needs both witnesses, and both witnesses need a ladder")
        _check_segments(self.target, self.target_segments)
        self._check_pointers()
        if self.source is None:
            if self.source_segments or self.links or any(e.kind is EditKind.EDIT for e in self.edits):
                raise ValueError("without a source there are only marks")
            return
        _check_segments(self.source, self.source_segments)
        ladder = self.ladder
        assert ladder is not None  # by the first check
        if (ladder.n_source, ladder.n_target) != (len(self.source_segments), len(self.target_segments)):
            raise ValueError("the ladder does not span the segments")
        if self.source.siglum == self.target.siglum:
            raise ValueError(f"both witnesses have the siglum {self.source.siglum!r}")

    def _check_pointers(self) -> None:
        """Refuse links and edits that point outside the texts or at a bead that is not there."""
        n_source = len(self.source.text) if self.source else 0
        n_beads = self.ladder.n_beads if self.ladder else 0
        pointing: tuple[Link | Edit, ...] = (*self.links, *self.edits)
        for item in pointing:
            if item.bead is not None and not 0 <= item.bead < n_beads:
                raise ValueError(f"there is no bead {item.bead}")
            if item.source and item.source.end > n_source:
                raise ValueError(f"{item.source} leaves the source text")
            if item.target and item.target.end > len(self.target.text):
                raise ValueError(f"{item.target} leaves the target text")
        for cue in self.quotations:
            if cue.span.end > (n_source if cue.side is Side.SOURCE else len(self.target.text)):
                raise ValueError(f"{cue.span} leaves the {cue.side} text")

    def spans(self, side: Side) -> frozenset[Span]:
        """Give every stretch of one side that links, edits and quotations point at."""
        pointing: tuple[Link | Edit, ...] = (*self.links, *self.edits)
        ends = (item.source if side is Side.SOURCE else item.target for item in pointing)
        quoted = (cue.span for cue in self.quotations if cue.side is side)
        return frozenset(span for span in (*ends, *quoted) if span)

    def witness(self, side: Side) -> Witness | None:
        """Give the witness on that side, None where the source is missing."""
        return self.source if side is Side.SOURCE else self.target

    def segments(self, side: Side) -> tuple[Segment, ...]:
        """Give the aligned segments of that side."""
        return self.source_segments if side is Side.SOURCE else self.target_segments


def _check_segments(witness: Witness, segments: tuple[Segment, ...]) -> None:
    end = 0
    for segment in segments:
        if segment.span.start < end or not 0 <= segment.block < len(witness.blocks):
            raise ValueError(f"segment {segment.span} overlaps its neighbour or has no block")
        if not witness.blocks[segment.block].span.covers(segment.span):
            raise ValueError(f"segment {segment.span} leaves its block")
        end = segment.span.end
