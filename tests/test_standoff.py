"""The record without texts: nothing of the articles in it, and bound again it is the same."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from invented import SOURCE, TARGET, marked, reviewable
from strategies import reviewed

from aligner import acts
from aligner.errors import RecordError
from aligner.model import Collation, Side, Span, Witness
from aligner.patch import apply, base
from aligner.tei import bind, dumps, loads, standoff


@given(reviewed())
@settings(max_examples=150, deadline=None)
def test_bound_again_it_is_the_same_collation(pair: tuple[Collation, Collation]) -> None:
    collation = pair[1]
    bound = bind(standoff(collation), collation.source, collation.target)
    assert bound.collation == collation
    assert not bound.moved


def test_no_sentence_is_in_it() -> None:
    text = standoff(reviewable()).decode("utf-8")
    for sentence in (s for side in (SOURCE, TARGET) for paragraph in side for s in paragraph):
        assert sentence not in text
        assert sentence[:12] not in text


def test_it_differs_from_the_full_record_in_the_anchor_layer_only() -> None:
    full = set(dumps(reviewable()).decode("utf-8").splitlines())
    rest = [line for line in standoff(reviewable()).decode("utf-8").splitlines() if line not in full]
    kinds = ("<span ", "<spanGrp ", '<idno type="sha256" subtype="record">', "<availability", "<p>Annotation only",
             "<title>Collation:", "<TEI ", "<refsDecl>", '<desc type="letters">')  # fmt: skip
    assert all(line.startswith(kinds) for line in rest), [r for r in rest if not r.startswith(kinds)]


def test_stand_off_record_cannot_be_read_as_a_whole_one() -> None:
    with pytest.raises(RecordError, match="muqabala bind"):
        loads(standoff(reviewable()))
    with pytest.raises(RecordError, match="the record holds its texts"):
        bind(dumps(reviewable()), reviewable().source, reviewable().target)


def other(witness: Witness | None, text: str) -> Witness:
    assert witness
    return replace(witness, text=text, blocks=(), attribution=None, sha256="f" * 64, origin="new.txt")


def test_text_that_parts_is_told_with_the_place() -> None:
    collation = reviewable()
    assert collation.source
    changed = other(collation.source, collation.source.text.replace("Forty", "Fifty"))
    with pytest.raises(RecordError, match=r"parts from the text collated in en\.s3.*Fifty people"):
        bind(standoff(collation), changed, collation.target)
    longer = other(collation.source, collation.source.text + " More.")
    with pytest.raises(RecordError, match="goes on differently"):
        bind(standoff(collation), longer, collation.target)
    shorter = other(collation.source, collation.source.text[:-10])
    with pytest.raises(RecordError, match=r"in en\.s4"):
        bind(standoff(collation), shorter, collation.target)


def test_texts_that_are_missing_or_too_many_are_told() -> None:
    with pytest.raises(RecordError, match="has 2 texts, and 1 are given"):
        bind(standoff(reviewable()), None, reviewable().target)
    with pytest.raises(RecordError, match="has 1 texts, and 2 are given"):
        bind(standoff(marked()), reviewable().source, marked().target)


def test_white_space_alone_can_be_re_anchored() -> None:
    collation = reviewable()
    assert collation.source
    at = collation.source.text.index("plan")
    for decision in (
        acts.split_segment(collation, Side.SOURCE, 1, at, who="nour"),
        acts.merge_beads(collation, 1, who="nour"),
    ):
        reviewed = apply(collation, decision)
        text = collation.source.text.replace("\n", "\r\n\r\n").replace("people were", "people  were")
        with pytest.raises(RecordError, match="white space and line ends only; bind again with --reanchor"):
            bind(standoff(reviewed), other(collation.source, text), collation.target)
        bound = bind(standoff(reviewed), other(collation.source, text), collation.target, reanchor=True)
        made = bound.collation
        assert made.source
        assert made.source.text == text
        assert made.source.sha256 == "f" * 64
        old = [s.span.of(collation.source.text) for s in reviewed.source_segments]
        assert [s.span.of(text).replace("  ", " ") for s in made.source_segments] == old
        for link, before in zip(made.links, reviewed.links, strict=True):
            assert link.source.of(text) == before.source.of(collation.source.text)
        assert {moved.side for moved in bound.moved} == {Side.SOURCE}
        first = bound.moved[0]
        assert str(first) == (
            f"source segment {first.segment + 1}: characters {first.old.start} to {first.old.end}"
            f" are {first.new.start} to {first.new.end} now"
        )
        assert len(bound.moved) == len(reviewed.source_segments) - 1
        assert loads(dumps(made)) == made
        assert base(made).ladder == collation.ladder


def test_phrase_moved_in_the_stand_off_record_is_found_on_binding() -> None:
    collation = reviewable()
    span = collation.links[0].source
    data = standoff(collation).decode("utf-8")
    moved = Span(span.start + 1, span.end + 1)
    data = data.replace(f"#char={span.start},{span.end}", f"#char={moved.start},{moved.end}")
    with pytest.raises(RecordError, match=r"en\.x1 does not stand where the record says"):
        bind(data.encode("utf-8"), collation.source, collation.target)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('corresp="#bib.en"', 'corresp="#bib.xx"'),
        ('type="p"', 'type="q"'),
        ("#char=", "#char=x"),
        ('<span xml:id="en.x1"', "<span"),
        ('<span xml:id="en.x1"', '<span xml:id="zz.x1"'),
    ],
)
@pytest.mark.parametrize("is_wider", [False, True])
def test_damaged_stand_off_record_is_refused(old: str, new: str, is_wider: bool) -> None:
    collation = reviewable()
    assert collation.source
    text = standoff(collation).decode("utf-8")
    assert old in text
    texts = [other(w, w.text.replace(" ", "  ") if is_wider else w.text) for w in (collation.source, collation.target)]
    with pytest.raises(RecordError):
        bind(text.replace(old, new, 1).encode(), *texts, reanchor=is_wider)


def test_damaged_table_of_letters_is_refused() -> None:
    collation = reviewable()
    assert collation.source
    text = re.sub(r"(<desc[^>]*>)[^<]+", r"\1 1:2:3", standoff(collation).decode("utf-8"))
    with pytest.raises(RecordError, match="contradicts itself"):
        bind(text.encode(), other(collation.source, "Other words."), collation.target)
