"""From two witnesses to a collation: the only module that knows the order of the stages.

    Witness -> segments -> vectors -> Ladder -> links -> edits -> Collation

Every function here takes values and gives values; the shells open the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from aligner import __version__
from aligner.align import Settings, Strand, Transposition, align, transpositions
from aligner.embed import Embedder, WordVectors
from aligner.frame import (
    BeadView,
    Passage,
    SideView,
    detect,
    inconsistencies,
    marks,
    quotations_alone,
    quotations_of,
    view,
)
from aligner.ingest import Pair, refuse_endless
from aligner.ingest.layout import has_form_of_heading
from aligner.link import Vectors
from aligner.model import (
    Category,
    Collation,
    Direction,
    Edit,
    Kind,
    Ladder,
    Link,
    QuotationCue,
    Segment,
    Side,
    Signature,
    Span,
    Witness,
)
from aligner.resources import Lexicon, load_lexicon
from aligner.segment import segment
from aligner.text import normalise

__all__ = ["Options", "Progress", "align_sentences", "collate", "frame_pairs", "signature"]

_CHUNK = 256  # pairs whose words are embedded in one go
_MOST_HEADINGS = 0.3  # share of lines in the form of a heading above which the form tells nothing

Progress = Callable[[str, int, int], None]
"""Called as (stage, done, of) while long work goes on."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a user can set; everything in here that changes a result is in the signature.

    ``checks`` None means all; ``lexicon`` adds rows of the user's; ``links`` tells which word links the
    record keeps: ``all``, ``flagged`` (those inside a bead with an edit) or ``none``; ``made`` is the date
    to be written into the record (ISO 8601), empty for none.
    """

    checks: tuple[Category, ...] | None = None
    lexicon: Path | None = None
    links: str = "all"
    made: str = ""
    settings: Settings | None = None


def signature(options: Options, embedder: Embedder) -> Signature:
    """Give the settings, model and data hashes that make a result."""
    lexicon = load_lexicon(options.lexicon)
    checks = "all" if options.checks is None else ",".join(options.checks)
    return Signature(
        (
            ("muqabala", __version__),
            ("model", embedder.signature),
            *(options.settings or Settings()).items(),
            ("lexicon", lexicon.sha256[:16]),
            ("checks", checks or "none"),
            ("links", options.links),
        )
    )


def collate(
    source: Witness | None,
    target: Witness,
    embedder: Embedder,
    options: Options | None = None,
    *,
    pivot: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Collation:
    """Collate a translation with its source, or read the marks of a translation alone.

    Args:
        source: None where it is not to be had; then there are marks and no edits.
        target: the translation.
        embedder: gives the vectors; not asked for any without a source.
        options: what to check and keep.
        pivot: a machine translation of the source, a line for each of its segments, as further evidence.
        progress: told of every stage.

    Raises:
        InputError: a sentence beyond reason, in a pair.
    """
    options = options or Options()
    tell = progress or _silent
    lexicon = load_lexicon(options.lexicon)
    target_segments = segment(target)
    made = signature(options, embedder)
    if source is None:
        alone = Collation(target, target_segments, signature=made, made=options.made)
        return _with_marks(alone, lexicon, options)
    source_segments = segment(source)
    _refuse_endless(source, source_segments)
    _refuse_endless(target, target_segments)
    tell("align", 0, len(source_segments))
    strands = _strand(source, source_segments, embedder), _strand(target, target_segments, embedder)
    ladder = align(*strands, settings=options.settings, embed=embedder.encode, pivot=pivot)
    bare = Collation(target, target_segments, source, source_segments, ladder, signature=made, made=options.made)
    framed = _framed(bare, lexicon, embedder, options, tell)
    if options.checks is None or Category.TRANSPOSITION in options.checks:
        moved = transpositions(*strands, ladder)
        return replace(framed, edits=_with_transpositions(bare, framed.edits, moved))
    return framed


def align_sentences(
    source: Sequence[str],
    target: Sequence[str],
    embedder: Embedder,
    settings: Settings | None = None,
    *,
    pivot: Sequence[str] | None = None,
) -> Ladder:
    """Align two lists of sentences that are cut already; ``pivot`` is a machine translation of the source.

    Headings are told by their form, which raises strict F1 on the gold documents from 0.944 to 0.962.
    """
    flags = [tuple(map(has_form_of_heading, texts)) for texts in (source, target)]
    if any(sum(side) > _MOST_HEADINGS * len(side) for side in flags):
        flags = [(), ()]  # lists without stops: form tells nothing
    strands = [
        Strand(tuple(texts), embedder.encode(texts), side) for texts, side in zip((source, target), flags, strict=True)
    ]
    return align(*strands, settings=settings, embed=embedder.encode, pivot=pivot)


def frame_pairs(
    pairs: Iterable[Pair], embedder: Embedder, options: Options | None = None
) -> Iterator[tuple[Edit, ...]]:
    """Flag every pair of sentences; spans are offsets in the pair's own strings."""
    options = options or Options()
    lexicon = load_lexicon(options.lexicon)
    vectors = WordVectors(embedder)
    rest = iter(pairs)
    while chunk := [view(pair.source, pair.target, lexicon, vectors) for pair in islice(rest, _CHUNK)]:
        vectors.learn(string for here in chunk for string in here.strings())  # many at once: five times faster
        for here in chunk:
            yield detect(here, options.checks)


def _refuse_endless(witness: Witness, segments: Iterable[Segment]) -> None:
    for span in (s.span for s in segments):
        refuse_endless(span.end - span.start, where=f"{witness.origin or witness.siglum}, character {span.start}")


def _silent(stage: str, done: int, of: int) -> None:
    """Tell nobody."""


def _strand(witness: Witness, segments: tuple[Segment, ...], embedder: Embedder) -> Strand:
    texts = tuple(s.span.of(witness.text) for s in segments)
    headings = tuple(witness.blocks[s.block].kind is Kind.HEADING for s in segments)
    return Strand(texts, embedder.encode(texts), headings, tuple(s.block for s in segments))


def _with_marks(alone: Collation, lexicon: Lexicon, options: Options) -> Collation:
    target = alone.target
    passages = [
        Passage(SideView(s.span.of(target.text), target.language, lexicon), s.span.start)
        for s in alone.target_segments
    ]
    found = [
        _shifted(edit, 0, passage.at_target, None)
        for passage in passages
        for edit in marks(passage.target, options.checks)
    ]
    quoted = [
        replace(cue, span=cue.span.shifted(passage.at_target))
        for passage in passages
        for cue in quotations_alone(passage.target, Side.TARGET)
    ]
    return replace(alone, edits=_finished(found, passages, options), quotations=tuple(quoted))


def _finished(found: list[Edit], passages: Sequence[Passage], options: Options) -> tuple[Edit, ...]:
    """Add what only the whole document shows, and sort."""
    if options.checks is None or Category.INCONSISTENCY in options.checks:
        found = [*found, *inconsistencies(found, passages)]
    return tuple(sorted(_grouped(found), key=lambda edit: edit.order))


def _grouped(edits: Sequence[Edit]) -> Iterator[Edit]:
    """Name the group of edits that do the same to one referent: "the group" eleven times is one finding."""
    keys = [(edit.category, edit.direction, normalise(edit.referent).text.strip()) for edit in edits]
    counts = Counter(keys)
    for edit, key in zip(edits, keys, strict=True):
        is_one_of_many = counts[key] > 1 and key[2] and not edit.group
        yield replace(edit, group=f"{key[0]} {key[1]}: {key[2]}") if is_one_of_many else edit


def _framed(
    collation: Collation, lexicon: Lexicon, embedder: Embedder, options: Options, tell: Progress
) -> Collation:
    """Run the checks over every bead; the word links made on the way are kept, and what quotations do."""
    assert collation.ladder
    vectors = WordVectors(embedder)
    passages = _passages(collation, lexicon, vectors)
    views = [passage.view for passage in passages if passage.view]
    two_sided = [here for here in views if here.source.text and here.target.text]  # others link nothing
    vectors.learn(string for here in two_sided for string in here.strings())
    edits: list[Edit] = []
    links: list[Link] = []
    quoted: list[QuotationCue] = []
    for number, passage in enumerate(passages):
        tell("frame", number, len(passages))
        assert passage.view
        at = passage.at_source, passage.at_target, number
        found = [_shifted(edit, *at) for edit in detect(passage.view, options.checks)]
        edits += found
        quoted += _quotations_of(passage.view, passage.at_source, passage.at_target)
        if options.links == "all" or (options.links == "flagged" and found):
            links += _links_of(passage.view, *at)
    quoted.sort(key=lambda cue: cue.order)
    finished = _finished(edits, passages, options)
    return replace(collation, edits=finished, links=tuple(links), quotations=tuple(quoted))


def _passages(collation: Collation, lexicon: Lexicon, vectors: Vectors) -> list[Passage]:
    """Give both sides of every bead as the checks see them."""
    assert collation.source and collation.ladder
    languages = (collation.source.language, collation.target.language)
    passages = []
    for number, bead in enumerate(collation.ladder.beads):
        source, at_source = _text(collation.source, collation.source_segments, bead.source)
        target, at_target = _text(collation.target, collation.target_segments, bead.target)
        here = view(source, target, lexicon, vectors, languages)
        passages.append(Passage(here.target, at_target, here, at_source, number))
    return passages


def _with_transpositions(
    collation: Collation, edits: tuple[Edit, ...], found: Iterable[Transposition]
) -> tuple[Edit, ...]:
    """Add an edit for every passage that was moved; what was moved is neither omitted nor added."""
    assert collation.source and collation.ladder
    moved = []
    for passage in found:
        source = _passage_span(collation.source_segments, passage.source)
        target = _passage_span(collation.target_segments, passage.target)
        bead = next(k for k, b in enumerate(collation.ladder.beads) if passage.source.start in b.source)
        words = source.of(collation.source.text)
        why = f"“{words[:60]}” stands elsewhere in the translation: “{target.of(collation.target.text)[:60]}”"
        moved.append(
            Edit(
                Category.TRANSPOSITION, Direction.NONE, source, target, passage.confidence, why, "transposed", bead=bead
            )
        )
    gone = [span for edit in moved for span in (edit.source, edit.target)]
    kept = [e for e in edits if not (_is_of_segment(e) and (e.source or e.target) in gone)]
    return tuple(sorted([*kept, *moved], key=lambda edit: edit.order))


def _is_of_segment(edit: Edit) -> bool:
    return edit.rule in ("omission-segment", "addition-segment")


def _passage_span(segments: Sequence[Segment], which: range) -> Span:
    return Span(segments[which[0]].span.start, segments[which[-1]].span.end)


def _text(witness: Witness, segments: tuple[Segment, ...], which: range) -> tuple[str, int]:
    """Give the text from the first to the last segment of a bead, and where it starts."""
    if not which:
        return "", 0
    start, end = segments[which[0]].span.start, segments[which[-1]].span.end
    return witness.text[start:end], start


def _shifted(edit: Edit, at_source: int, at_target: int, bead: int | None) -> Edit:
    """Move an edit from the offsets of its bead to those of the documents."""
    return replace(
        edit,
        source=edit.source.shifted(at_source) if edit.source else None,
        target=edit.target.shifted(at_target) if edit.target else None,
        bead=bead,
    )


def _quotations_of(here: BeadView, at_source: int, at_target: int) -> Iterator[QuotationCue]:
    for cue in quotations_of(here):
        yield replace(cue, span=cue.span.shifted(at_source if cue.side is Side.SOURCE else at_target))


def _links_of(here: BeadView, at_source: int, at_target: int, bead: int) -> Iterator[Link]:
    for i, j, score in here.links.pairs:
        yield Link(
            bead,
            here.source.tokens[i].span.shifted(at_source),
            here.target.tokens[j].span.shifted(at_target),
            score,
        )
