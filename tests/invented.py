"""A small invented collation with every kind of bead, for tests that want to see what they do."""

from __future__ import annotations

from aligner import acts
from aligner.model import (
    Attribution,
    Bibl,
    Block,
    Category,
    Collation,
    Direction,
    Edit,
    EditKind,
    Function,
    Judgement,
    Kind,
    Ladder,
    Link,
    QuotationCue,
    Role,
    Segment,
    Side,
    Signature,
    Span,
    Witness,
)
from aligner.patch import apply

__all__ = ["decided", "marked", "reviewable"]

SOURCE = (
    ("The port of Lanza closed on Monday.",),
    ("The governor praised the reform plan.", "Forty people were detained.", "The march ended."),
)
TARGET = (
    ("أُغلق ميناء لانزا يوم الاثنين.",),
    ("وأشاد المحافظ بـ«خطة الإصلاح».", "ولم تعلّق الوزارة.", "وانتهت المسيرة."),
)
LINE = "نقلًا عن «نورثلاند بوست»"


def _witness(siglum: str, paragraphs: tuple[tuple[str, ...], ...], bibl: Bibl, line: str = "") -> Witness:
    text, blocks = "", []
    for k, sentences in enumerate(paragraphs):
        start = len(text)
        text += " ".join(sentences)
        blocks.append(Block(Span(start, len(text)), Kind.PARAGRAPH if k else Kind.HEADING))
        text += "\n"
    attribution = None
    if line:
        span = Span(len(text), len(text) + len(line))
        text, attribution = text + line, Attribution(span, Bibl(outlet="نورثلاند بوست"))
        blocks.append(Block(span, Kind.PARATEXT, Role.ATTRIBUTION))
    origin = f"{siglum}.txt"
    return Witness(
        siglum, siglum, text, tuple(blocks), "0" * 63 + siglum[0].replace("n", "e"), origin, reader="test 1",
        bibl=bibl, attribution=attribution, notes=("read for a test",),
    )  # fmt: skip


def _segments(witness: Witness, paragraphs: tuple[tuple[str, ...], ...]) -> tuple[Segment, ...]:
    found, at = [], 0
    for k, sentences in enumerate(paragraphs):
        for sentence in sentences:
            at = witness.text.index(sentence, at)
            found.append(Segment(Span(at, at + len(sentence)), k))
            at += len(sentence)
    return tuple(found)


def _target() -> Witness:
    return _witness("ar", TARGET, Bibl(title="إغلاق الميناء", outlet="المدار"), LINE)


def _link(bead: int, source: Witness, target: Witness, word: str, rendering: str) -> Link:
    i, j = source.text.index(word), target.text.index(rendering)
    return Link(bead, Span(i, i + len(word)), Span(j, j + len(rendering)), 0.75)


def reviewable() -> Collation:
    """Beads 1-1, 1-1, 1-0, 0-1, 1-1; a scare quote in the second (and so recorded), a label in the last; three word links."""
    bibl = Bibl("Port closes", "Staff", "Northland Post", "2026-11-16", "https://northland.example/lanza")
    source, target = _witness("en", SOURCE, bibl), _target()
    links = (
        _link(0, source, target, "port", "ميناء"),
        _link(1, source, target, "reform plan", "خطة الإصلاح"),
        _link(4, source, target, "march", "المسيرة"),
    )
    quoted = Span(links[1].target.start - 1, links[1].target.end + 1)
    edits = (
        Edit(Category.SCARE_QUOTE, Direction.ADDED, links[1].source, quoted, 0.9, "Quotation marks on one side.",
             "scare-quote", bead=1, cue="«»", referent="reform plan"),
        Edit(Category.LABEL, Direction.SOFTENED, links[2].source, links[2].target, 0.4, "Two ranks apart.",
             "label", bead=4, severity="low", group="march"),
    )  # fmt: skip
    ladder = Ladder(
        ((0, 0), (1, 1), (2, 2), (3, 2), (3, 3), (4, 4)), tuple(Judgement(c) for c in (0.99, 0.9, 0.7, 0.6, 0.95))
    )
    signature = Signature((("muqabala", "0.1.0"), ("model", "fake:1")))
    return Collation(
        target, _segments(target, TARGET), source, _segments(source, SOURCE), ladder, links, edits,
        signature=signature, made="2026-11-20T09:31:07Z",
        quotations=(QuotationCue(Side.TARGET, quoted, Function.SCARE),),
    )  # fmt: skip


def marked() -> Collation:
    """The translation alone, with one mark."""
    target = _target()
    at = target.text.index("«")
    mark = Edit(
        Category.SCARE_QUOTE, Direction.ADDED, None, Span(at, target.text.index("»") + 1), 0.8,
        "Quotation marks.", "scare-quote", EditKind.MARK,
    )  # fmt: skip
    assert mark.target
    cue = QuotationCue(Side.TARGET, mark.target, Function.SCARE)
    return Collation(target, _segments(target, TARGET), edits=(mark,), made="2026-11-20", quotations=(cue,))


def decided() -> Collation:
    """The invented collation, reviewed: merged beads, a flag accepted and one rejected, one undone."""
    collation = reviewable()
    for act in (
        lambda c: acts.merge_beads(c, 1, who="nour", when="2026-11-21T08:00:00Z", note="one sentence"),
        lambda c: acts.accept_edit(c, 0, who="nour", when="2026-11-21T08:01:00Z"),
        lambda c: acts.reject_edit(c, 1, who="nour", when="2026-11-21T08:02:00Z", note="a name"),
        lambda c: acts.undo(c, who="nour", when="2026-11-21T08:03:00Z"),
    ):
        decision = act(collation)
        assert decision
        collation = apply(collation, decision)
    return collation
