"""Hypothesis strategies for the values of aligner.model: whole, odd, and never more than a few blocks long."""

from __future__ import annotations

import string
from itertools import pairwise

from hypothesis import strategies as st

from aligner.model import (
    Attribution,
    Bibl,
    Block,
    Category,
    Collation,
    Direction,
    Edit,
    EditKind,
    Judgement,
    Kind,
    Ladder,
    Link,
    Role,
    Segment,
    Signature,
    Span,
    Status,
    Witness,
)

ODD = "\r\n\t \x85\u2028\u00a0\u200f\u202e\u0640\ufeff\ufdfa\U0001f600&<>\"']]>«»”“"
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff"
)
CHARACTERS = st.one_of(st.sampled_from(ODD), st.sampled_from("abcABC .،؟ابتثو"), LETTERS)
STRINGS = st.text(CHARACTERS, max_size=8)
DATES = st.sampled_from(("", "2026", "2026-11", "2026-11-21", "2026-11-21T08:10:00Z", "2026-02-30", "yesterday",
                         "2026-11-21T08:10:00.5+03:00", "0000-01-01", "24 Nov 2026\n"))  # fmt: skip
WHEN = st.sampled_from(("2026-11-21T08:10:00Z", "2026-11-21T08:10:01.250000Z", "2026-11-22T00:00:00Z"))
NAMES = st.sampled_from(("nour", "Nour R. <n@x>", "سلمى", "muqabala", "7"))
CONFIDENCES = st.floats(0, 1, allow_nan=False)
BIBLS = st.builds(Bibl, STRINGS, STRINGS, STRINGS, DATES, STRINGS, DATES, STRINGS, STRINGS)
DIGESTS = st.text(string.hexdigits.lower()[:16], min_size=64, max_size=64)
JUDGEMENTS = st.builds(
    Judgement, st.none() | CONFIDENCES, st.sampled_from(Status), st.just("") | NAMES
)  # fmt: skip


@st.composite
def cuts(draw: st.DrawFn, length: int, most: int) -> list[Span]:
    """Some disjoint, non-empty spans of a stretch, in order; gaps may lie between them."""
    points = draw(st.lists(st.integers(0, length), max_size=2 * most, unique=True)) if length else []
    spans = [Span(a, b) for a, b in pairwise(sorted(points))]
    return [span for span in spans if draw(st.booleans())]


@st.composite
def witnesses(draw: st.DrawFn, siglum: str, language: str) -> Witness:
    text = draw(st.text(CHARACTERS, max_size=60))
    blocks = []
    for span in draw(cuts(len(text), 5)):
        kind = draw(st.sampled_from(Kind))
        role = draw(st.sampled_from(Role)) if kind is Kind.PARATEXT else None
        blocks.append(Block(span, kind, role))
    attribution = draw(st.none() | st.builds(Attribution, spans(len(text)), BIBLS)) if text else None
    return Witness(
        siglum, language, text, tuple(blocks), draw(DIGESTS), draw(STRINGS), draw(STRINGS), draw(STRINGS),
        draw(STRINGS), draw(BIBLS), attribution, tuple(draw(st.lists(STRINGS, max_size=2))),
    )  # fmt: skip


@st.composite
def segments(draw: st.DrawFn, witness: Witness) -> tuple[Segment, ...]:
    found = []
    for k, block in enumerate(witness.blocks):
        found += [Segment(s.shifted(block.span.start), k) for s in draw(cuts(len(block.span), 3))]
    return tuple(found)


@st.composite
def spans(draw: st.DrawFn, length: int) -> Span:
    start = draw(st.integers(0, length - 1))
    return Span(start, draw(st.integers(start + 1, length)))


@st.composite
def ladders(draw: st.DrawFn, n_source: int, n_target: int) -> Ladder:
    rungs = [(0, 0)]
    while rungs[-1] != (n_source, n_target):
        i, j = rungs[-1]
        step = draw(st.tuples(st.integers(0, min(3, n_source - i)), st.integers(0, min(3, n_target - j))))
        rungs.append((i + step[0], j + step[1]) if any(step) else (n_source, n_target))
    n_beads = len(rungs) - 1
    judgements = draw(st.just([]) | st.lists(JUDGEMENTS, min_size=n_beads, max_size=n_beads))
    return Ladder(tuple(rungs), tuple(judgements))


@st.composite
def edits(draw: st.DrawFn, n_source: int, n_target: int, n_beads: int) -> Edit | None:
    kind = draw(st.sampled_from(EditKind)) if n_source else EditKind.MARK
    source = draw(st.none() | spans(n_source)) if n_source and kind is EditKind.EDIT else None
    target = draw(st.none() | spans(n_target)) if n_target else None
    if source is None and target is None:
        return None
    bead = draw(st.none() | st.integers(0, n_beads - 1)) if n_beads and kind is EditKind.EDIT else None
    return Edit(
        draw(st.sampled_from(Category)), draw(st.sampled_from(Direction)), source, target, draw(CONFIDENCES),
        draw(STRINGS), draw(STRINGS), kind, bead, draw(STRINGS), draw(STRINGS),
        draw(st.sampled_from(("low", "medium", "high"))), draw(STRINGS), draw(st.sampled_from(Status)),
        draw(st.just("") | NAMES), draw(STRINGS),
    )  # fmt: skip


SIGNATURES = st.builds(
    Signature,
    st.lists(
        st.tuples(
            st.text(CHARACTERS.filter(lambda c: c not in "|:\n"), min_size=1, max_size=5),
            st.text(CHARACTERS.filter(lambda c: c not in "|\n"), max_size=5),
        ),
        max_size=3,
        unique_by=lambda pair: pair[0],
    ).map(tuple),
)


@st.composite
def collations(draw: st.DrawFn) -> Collation:
    """A machine's result: with or without a source, no decisions yet."""
    target = draw(witnesses("ar", "ar"))
    target_segments = draw(segments(target))
    source = draw(st.none() | witnesses(draw(st.sampled_from(("en", "E n", "7"))), "en"))
    rest = {"signature": draw(SIGNATURES), "made": draw(DATES)}
    if source is None:
        marks = draw(st.lists(edits(0, len(target.text), 0), max_size=3))
        return Collation(target, target_segments, edits=tuple(e for e in marks if e), **rest)
    source_segments = draw(segments(source))
    ladder = draw(ladders(len(source_segments), len(target_segments)))
    sizes = len(source.text), len(target.text)
    links = ()
    if all(sizes) and ladder.n_beads:
        beads = st.integers(0, ladder.n_beads - 1)
        links = draw(
            st.lists(st.builds(Link, beads, spans(sizes[0]), spans(sizes[1]), CONFIDENCES), max_size=4)
        )
    found = draw(st.lists(edits(*sizes, ladder.n_beads), max_size=3))
    return Collation(
        target, target_segments, source, source_segments, ladder, tuple(links),
        tuple(e for e in found if e), **rest,
    )  # fmt: skip
