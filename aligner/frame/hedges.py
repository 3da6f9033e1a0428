"""Hedges added or removed: a device that holds its content off, where the other side has none near it.

The list of what counts as a counterpart on the other side is wider than the list of hedges, because a flag claims that
nothing of the kind is said; ``answers`` finds for every device a word of its own there.
"""

from __future__ import annotations

from collections.abc import Iterator

from aligner.frame.answers import Search, unanswered
from aligner.frame.coverage import vacancies
from aligner.frame.devices import held_range, held_words, is_hedge
from aligner.frame.reporting import reports
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Match
from aligner.model import Category, Direction, Edit, EditKind, Span
from aligner.resources import Device, load_words
from aligner.text import TokenKind

__all__ = ["check", "marks"]

_HELD = 4  # tokens after "could" in which its verb stands
_PASSAGE = 8  # tokens after a device of which one at least is rendered where the passage is
_SUBJECT = 3  # tokens before a device in which the subject of a lone verb after it stands
_CLAUSE = 3  # tokens of a device that are a clause of their own where nothing follows them
_MARKED = ("naming", "self", "claim", "doubt")
_SEVERITY = {0: "low", 1: "low", 2: "medium", 3: "high"}


def check(view: BeadView) -> Iterator[Edit]:
    """Yield hedges that only one side has; a side that is empty lacks more than its hedges."""
    if not (view.source.text and view.target.text and (view.source.hedges or view.target.hedges)):
        return
    said = reports(view)
    for search in unanswered(view, view.target, said.rendered):
        if not said.is_told(search.match):
            yield _added(view, search.match)
    for search in unanswered(view, view.source, said.rendered):
        if not said.is_asked(search.match) and _is_made_sure(search) and _is_kept(search):
            yield _removed(search)


def marks(side: SideView) -> Iterator[Edit]:
    """Yield the distancing devices of a translation alone; a verb of claiming may be the source's own."""
    for match in side.hedges:
        is_device = match.row.distance >= 2 and match.row.kind in _MARKED and match.row.rule != "reporting"
        if is_device and is_hedge(side, match):
            words, held = match.span.of(side.text), held_words(side, match)
            yield Edit(
                Category.HEDGE,
                Direction.NONE,
                None,
                match.span,
                0.6,
                f"“{words}” holds “{held}” at a distance",
                match.row.id,
                EditKind.MARK,
                cue=words,
                referent=held,
                severity=_SEVERITY[match.row.distance],
            )


def _is_made_sure(search: Search) -> bool:
    """Could is ability or chance; it is a chance taken away only where the translation says what will be."""
    return search.match.row.rule != "if-future" or bool(_future_near(search))


def _future_near(search: Search) -> set[int]:
    """Give the words that say what will be where "could" stood: beside its verb, or the only ones there are."""
    if search.match.row.rule != "if-future":
        return set()
    future = {k for k, token in enumerate(search.other.tokens) if _is_future(token.form)}
    linked = search.linked(search.match.last, search.match.last + _HELD)
    near = {j for k in linked for j in range(max(0, k - 2), k + 1)} & future
    is_only = len(future) == 1 and load_words("future.en.txt").isdisjoint(search.side.forms)
    return near or (future if is_only else set())


def _is_kept(search: Search) -> bool:
    """What the device holds off is there; if not, the translation lacks a passage, which is another check's."""
    side, match = search.side, search.match
    first, last = held_range(side, match)
    if first < match.first:  # nothing follows: a clause of its own, "without offering evidence", or an adverb
        return match.last - match.first < _CLAUSE
    while last < min(len(side.tokens), first + _PASSAGE) and side.tokens[last].kind is not TokenKind.MARK:
        last += 1
    words = [k for k in range(first, last) if k in side.content]
    is_lone = len(words) == 1 and match.row.kind == "epistemic"  # munitions appear to have exploded
    return not words or bool(search.linked(max(0, match.first - _SUBJECT) if is_lone else first, last))


def _is_future(form: str) -> bool:
    bare = form[1:] if form[:1] in ("و", "ف") else form
    is_shaped = len(bare) > 3 and bare[0] == "س" and bare[1] in "يت"
    return bare == "سوف" or (is_shaped and bare not in load_words("future-lookalikes.ar.txt"))


def _added(view: BeadView, match: Match[Device]) -> Edit:
    first, last = held_range(view.target, match)
    return _edit(view, match, Direction.ADDED, view.source_span_of(first, last) if last > first else None)


def _removed(search: Search) -> Edit:
    first, last = held_range(search.side, search.match)
    also = _in_its_place(search, last)
    return _edit(search.view, search.match, Direction.REMOVED, search.view.target_span_of(first, last, also))


def _in_its_place(search: Search, last: int) -> set[int]:
    """Give what stands in the place of a device, and of its verb: clearly, من الواضح; will run out, ستنفد."""
    view, side, match = search.view, search.side, search.match
    found = {*search.linked(match.first, match.last, is_firm=True), *_future_near(search)}
    verb = next((k for k in range(match.last, last) if k in side.content), None)
    if verb is not None and not search.linked(verb, verb + 1):
        found.update(vacancies(view, side, [verb]))
    return found


def _edit(view: BeadView, match: Match[Device], direction: Direction, other_span: Span | None) -> Edit:
    is_added = direction is Direction.ADDED
    side = view.target if is_added else view.source
    words, held = match.span.of(side.text), held_words(side, match)
    other_text = (view.source if is_added else view.target).text
    return Edit(
        Category.HEDGE,
        direction,
        other_span if is_added else match.span,
        match.span if is_added else other_span,
        UNCOUNTED,
        _rationale(words, held, other_span.of(other_text) if other_span else "", is_added=is_added),
        match.row.id,
        cue=words,
        referent=held,
        severity=_SEVERITY[match.row.distance],
    )


def _rationale(words: str, held: str, there: str, *, is_added: bool) -> str:
    here, other = ("the translation", "the source") if is_added else ("the source", "the translation")
    rendered = f"“{there}” stands without one" if there else "nothing of the kind stands there"
    return f"{here} holds “{held}” off with “{words}”; in {other} {rendered}"
