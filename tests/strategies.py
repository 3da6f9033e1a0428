"""Hypothesis strategies for the values of aligner.model: whole, odd, and never more than a few blocks long."""

from __future__ import annotations

import string
from dataclasses import replace

from hypothesis import strategies as st

from aligner import acts
from aligner.errors import SettingError
from aligner.model import (
    Attribution,
    Bibl,
    Block,
    Category,
    Collation,
    Decision,
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
    Status,
    Witness,
)
from aligner.patch import apply
from aligner.taxonomy import directions

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


WORDS = st.text(CHARACTERS, min_size=1, max_size=6)
GAPS = st.sampled_from(("", "", " ", "\n", "\r\n", "\n\n", " x "))
BLOCKS = st.tuples(
    st.sampled_from(("\n", "\n", "\n\n", "", "\r\n", "gap")),
    st.sampled_from(Kind),
    st.sampled_from(Role),
    st.lists(st.tuples(GAPS, WORDS, st.sampled_from((True, True, True, False))), min_size=1, max_size=4),
    GAPS,
)


@st.composite
def witnesses(draw: st.DrawFn, siglum: str, language: str) -> tuple[Witness, tuple[Segment, ...]]:
    """A witness and segments of it: any text between blocks and between segments."""
    text, blocks, segments = draw(GAPS), list[Block](), list[Segment]()
    for k, (gap, kind, role, words, end) in enumerate(draw(st.lists(BLOCKS, max_size=4))):
        text += gap if k else ""
        start = len(text)
        for space, word, is_segment in words:
            text += space
            if is_segment and kind is not Kind.PARATEXT:
                segments.append(Segment(Span(len(text), len(text) + len(word)), k))
            text += word
        text += end
        blocks.append(Block(Span(start, len(text)), kind, role if kind is Kind.PARATEXT else None))
    text += draw(GAPS)
    attribution = draw(st.none() | st.builds(Attribution, spans(len(text)), BIBLS)) if text else None
    return Witness(
        siglum, language, text, tuple(blocks), draw(DIGESTS), draw(STRINGS), draw(STRINGS), draw(STRINGS),
        draw(STRINGS), draw(BIBLS), attribution, tuple(draw(st.lists(STRINGS, max_size=2))),
    ), tuple(segments)  # fmt: skip


@st.composite
def spans(draw: st.DrawFn, length: int) -> Span:
    start = draw(st.integers(0, length - 1))
    return Span(start, draw(st.integers(start + 1, length)))


@st.composite
def ladders(draw: st.DrawFn, n_source: int, n_target: int) -> Ladder:
    rungs = [(0, 0)]
    while rungs[-1] != (n_source, n_target):
        i, j = rungs[-1]
        a, b = draw(st.sampled_from(((1, 1), (1, 1), (1, 1), (1, 0), (0, 1), (2, 1), (1, 2), (3, 3))))
        step = min(a, n_source - i), min(b, n_target - j)
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
    category = draw(st.sampled_from(Category))
    return Edit(
        category, draw(st.sampled_from(directions(category, kind))), source, target, draw(CONFIDENCES),
        draw(STRINGS), draw(STRINGS), kind, bead, draw(STRINGS), draw(STRINGS),
        draw(st.sampled_from(("low", "medium", "high"))), draw(STRINGS), draw(st.sampled_from(Status)),
        draw(st.just("") | NAMES), draw(STRINGS),
    )  # fmt: skip


@st.composite
def quotations(draw: st.DrawFn, n_source: int, n_target: int) -> tuple[QuotationCue, ...]:
    sides = [(side, n) for side, n in ((Side.SOURCE, n_source), (Side.TARGET, n_target)) if n]
    if not sides:
        return ()
    cues = st.sampled_from(sides).flatmap(
        lambda at: st.builds(QuotationCue, st.just(at[0]), spans(at[1]), st.sampled_from(Function))
    )
    return tuple(sorted(draw(st.lists(cues, max_size=3)), key=lambda cue: cue.order))


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
    target, target_segments = draw(witnesses("ar", "ar"))
    rest = {"signature": draw(SIGNATURES), "made": draw(DATES)}
    if draw(st.integers(0, 4)) == 4:
        marks = draw(st.lists(edits(0, len(target.text), 0), max_size=3))
        rest["quotations"] = draw(quotations(0, len(target.text)))
        return Collation(target, target_segments, edits=tuple(e for e in marks if e), **rest)
    source, source_segments = draw(witnesses(draw(st.sampled_from(("en", "E n", "7"))), "en"))
    ladder = draw(ladders(len(source_segments), len(target_segments)))
    sizes = len(source.text), len(target.text)
    rest["quotations"] = draw(quotations(*sizes))
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


@st.composite
def decisions(draw: st.DrawFn, collation: Collation) -> Decision | None:
    """One act of a reviewer that is possible there; None when the one drawn is not."""
    n_beads = collation.ladder.n_beads if collation.ladder else 1
    bead = draw(st.integers(0, max(n_beads - 1, 0)))
    edit = draw(st.integers(0, max(len(collation.edits) - 1, 0)))
    side = draw(st.sampled_from(Side))
    n = draw(st.integers(0, max(len(collation.segments(side)) - 1, 0)))
    small = st.integers(0, 3)
    named = {"who": draw(NAMES), "when": draw(WHEN)}
    act = draw(st.sampled_from((
        lambda: acts.merge_beads(collation, bead, count=draw(st.integers(2, 3)), **named),
        lambda: acts.split_bead(collation, bead, draw(small), draw(small), **named),
        lambda: acts.unlink_bead(collation, bead, **named),
        lambda: acts.link_bead(collation, bead, note=draw(STRINGS), **named),
        lambda: acts.move_segment(collation, side, bead, up=draw(st.booleans()), **named),
        lambda: acts.confirm_bead(collation, bead, **named),
        lambda: acts.split_segment(collation, side, n, draw(st.integers(0, 60)), **named),
        lambda: acts.join_segments(collation, side, n, **named),
        lambda: acts.mark_omission(collation, bead, **named),
        lambda: acts.mark_addition(collation, bead, **named),
        lambda: acts.accept_edit(collation, edit, **named),
        lambda: acts.reject_edit(collation, edit, note=draw(STRINGS), **named),
        lambda: acts.change_edit(collation, edit, category=draw(st.sampled_from(Category)), **named),
        lambda: acts.note_edit(collation, edit, draw(STRINGS), **named),
        lambda: acts.note_bead(collation, bead, draw(STRINGS), **named),
        lambda: acts.undo(collation, **named),
        lambda: acts.redo(collation, **named),
    )))  # fmt: skip
    try:
        return act()
    except SettingError:
        return None


@st.composite
def reviewed(draw: st.DrawFn, most: int = 6) -> tuple[Collation, Collation]:
    """A machine's result, and what reviewers made of it; every bead of it has a judgement."""
    machine = draw(collations())
    if machine.ladder:
        judgements = tuple(bead.judgement for bead in machine.ladder.beads)
        machine = replace(machine, ladder=Ladder(machine.ladder.rungs, judgements))
    collation = machine
    for _ in range(draw(st.sampled_from((0, most, 3 * most)))):
        tries = (draw(decisions(collation)) for _ in range(4))
        decision = next((found for found in tries if found), None)
        collation = apply(collation, decision) if decision else collation
    return machine, collation
