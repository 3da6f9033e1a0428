"""Hedges added or removed: a device that holds its content off, where the other side has none near it.

The other side is searched round the words that render the hedged words; the list of what counts as a
counterpart there is wider than the list of hedges, because a flag claims that nothing of the kind is said.
A counterpart answers one device only: a word that renders something else of this side answers nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aligner.frame.devices import (
    held_range,
    held_words,
    is_condition,
    is_hedge,
    is_lookalike,
    may_be_missed,
)
from aligner.frame.reporting import reports
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Match
from aligner.link import content_words
from aligner.model import Category, Direction, Edit, EditKind
from aligner.resources import Device, load_words
from aligner.text import TokenKind

__all__ = ["check", "marks"]

_AHEAD, _BEHIND = 6, 8  # tokens searched before and after the counterpart of the hedged words
_AT_NAME = 5  # tokens round a name in which a verb of naming belongs to it
_AT_VERB, _PAST_VERB = 12, 4  # tokens before and after a verb in which a modal device belongs to it
_HELD = 4  # tokens after a modal in which its verb stands
_FRONTED = 2  # tokens at the head of a sentence where a device rules all of it
_PASSAGE = 8  # tokens after a device of which one at least is rendered where the passage is
_CLAUSE = 3  # tokens of a device that are a clause of their own where nothing follows them
_SAME = 0.6  # cosine from which it does so whatever it is
_SURE = 0.4  # cosine from which a word firmly linked to another renders it and so answers nothing else
# Which kinds of device answer which: naming and claiming devices replace each other freely, a report does not
# answer "so-called", and any doubt answers any weaker one.
_ANSWERS = {
    "naming": ("naming", "self", "claim", "doubt"),
    "self": ("self", "naming", "claim"),
    "reportive": ("reportive", "claim", "naming"),
    "claim": ("claim", "doubt", "reportive"),
    "doubt": ("doubt", "claim", "naming"),
    "epistemic": ("epistemic", "claim", "reportive"),
    "degree": ("degree",),
}
_MARKED = ("naming", "self", "claim", "doubt")
_SEVERITY = {0: "low", 1: "low", 2: "medium", 3: "high"}


@dataclass(frozen=True, slots=True)
class _Search:
    """A device of one side, and what the other side says."""

    view: BeadView
    reported: frozenset[tuple[int, int]]
    sure: frozenset[tuple[int, int]]
    spoken: frozenset[int]
    side: SideView
    match: Match[Device]

    @property
    def other(self) -> SideView:
        return self.view.other(self.side)

    def linked(self, first: int, last: int, *, is_firm: bool = False) -> tuple[int, ...]:
        return self.view.linked_from(self.side, first, last, is_firm=is_firm)

    def is_free(self, index: int, *, is_device: bool = False) -> bool:
        """Tell whether a token of the other side renders no word of this side more than the device.

        A device there is taken only by a device or a report here; a mere counterpart by any word of its sense.
        """
        here = range(self.match.first, self.match.last)
        own = max(self.cosine(k, index) for k in here)
        reports = set(self.partners(self.reported, index))
        if reports and reports.isdisjoint(here):
            return False
        renders = (k for k in self.partners(self.sure, index) if k not in here)
        return not any(
            self.cosine(k, index) > own and (k in self.spoken or (not is_device and self.cosine(k, index) >= _SAME))
            for k in renders
        )

    def partners(self, pairs: frozenset[tuple[int, int]], index: int) -> Iterator[int]:
        turned = ((i, j) if self.side is self.view.source else (j, i) for i, j in pairs)
        return (k for k, there in turned if there == index)

    def cosine(self, here: int, there: int) -> float:
        return float(self.view.table_from(self.side, self.view.links.cosines)[here, there])


def check(view: BeadView) -> Iterator[Edit]:
    """Yield hedges that only one side has; a side that is empty lacks more than its hedges."""
    if not (view.source.text and view.target.text and (view.source.hedges or view.target.hedges)):
        return
    said = reports(view)
    sure = frozenset((i, j) for i, j in view.links.firm if view.links.cosines[i, j] >= _SURE)
    spoken = _spoken(view.target)
    for match in view.target.hedges:
        search = _Search(view, said.rendered, sure, spoken, view.target, match)
        if is_hedge(view.target, match) and not said.is_told(match) and not _is_answered(search):
            yield _edit(view, match, Direction.ADDED)
    spoken = _spoken(view.source)
    for match in view.source.hedges:
        search = _Search(view, said.rendered, sure, spoken, view.source, match)
        if may_be_missed(view.source, match) and not said.is_asked(match) and _is_lost(search):
            yield _edit(view, match, Direction.REMOVED)


def _is_lost(search: _Search) -> bool:
    return _is_made_sure(search) and _is_kept(search) and not _is_answered(search)


def _spoken(side: SideView) -> frozenset[int]:
    """Give the tokens that are devices, may stand for one, or are verbs of saying."""
    devices = [range(m.first, m.last) for m in side.hedges] + [range(m.first, m.last) for m in side.reporting]
    return frozenset(k for tokens in devices for k in tokens) | {k for k, _ in side.counterparts}


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


def _is_made_sure(search: _Search) -> bool:
    """Could is ability or chance; it is a chance taken away only where the translation says what will be."""
    if search.match.row.rule != "if-future":
        return True
    tokens = search.other.tokens
    future = {k for k, token in enumerate(tokens) if _is_future(token.form)}
    linked = search.linked(search.match.last, search.match.last + _HELD)
    if any(j in future for k in linked for j in range(max(0, k - 2), k + 1)):
        return True
    return len(future) == 1 and not any(t.form in load_words("future.en.txt") for t in search.side.tokens)


def _is_kept(search: _Search) -> bool:
    """What the device holds off is there; if not, the translation lacks a passage, which is another check's."""
    side, match = search.side, search.match
    first, last = held_range(side, match)
    if first < match.first:  # nothing follows: a clause of its own, "without offering evidence", or an adverb
        return match.last - match.first < _CLAUSE
    while last < min(len(side.tokens), first + _PASSAGE) and side.tokens[last].kind is not TokenKind.MARK:
        last += 1
    words = [k for k in range(first, last) if k in content_words(side.tokens, side.language)]
    return not words or bool(search.linked(first, last))


def _is_future(form: str) -> bool:
    bare = form[1:] if form[:1] in ("و", "ف") else form
    is_shaped = len(bare) > 3 and bare[0] == "س" and bare[1] in "يت"
    return bare == "سوف" or (is_shaped and bare not in load_words("future-lookalikes.ar.txt"))


def _is_answered(search: _Search) -> bool:
    """Look for a counterpart: any hedge of an answering kind, any word of the wider list near the place."""
    match, other = search.match, search.other
    kinds, window = _ANSWERS[match.row.kind], _window(search)
    if match.row.kind == "epistemic" and match.row.rule != "if-future" and _has_as_many(search.side, other):
        return True
    near = (m for m in other.hedges if _is_kind(m, kinds) and (m.first in window or _rules_all(other, m)))
    if any(_stands(search, m) for m in near):
        return True
    rows = (
        (k, row)
        for k, row in other.counterparts
        if row.kind == match.row.kind and (k in window or (row.kind == "epistemic" and k < _FRONTED))
    )
    if any(row.rule == "always" or _may_answer(search, k) for k, row in rows):
        return True
    return match.row.kind in ("naming", "claim", "self") and _is_quoted_instead(search)


def _is_kind(device: Match[Device], kinds: tuple[str, ...]) -> bool:
    """What somebody describes so answers a name, which a report does not."""
    return device.row.kind in kinds or ("naming" in kinds and device.row.rule == "describing")


def _rules_all(side: SideView, device: Match[Device]) -> bool:
    """A device rules its sentence from the head of it, or as an aside: على ما يبدو, فيما يبدو, apparently."""
    before = side.tokens[device.first - 1].text if device.first else ""
    return device.row.kind == "epistemic" and (device.first < _FRONTED or before in (",", "\u060c"))


def _stands(search: _Search, device: Match[Device]) -> bool:
    if device.row.rule == "qad-imperfect":
        return _may_answer(search, device.first)
    tokens = range(device.first, device.last)
    stop = load_words("function-words.en.txt")  # "are likely" is taken where "likely" is
    content = [k for k in tokens if search.other.tokens[k].form not in stop] or tokens
    return is_hedge(search.other, device) and any(search.is_free(k, is_device=True) for k in content)


def _may_answer(search: _Search, index: int) -> bool:
    """No word that is spoken for, no lookalike, no قد of the past, no call for action."""
    other = search.other
    if other.tokens[index].form in ("قد", "وقد", "فقد"):
        return index + 1 < len(other.tokens) and other.tokens[index + 1].form[0] in "يتنال"
    if is_condition(other, index) and any(is_condition(search.side, k) for k in range(len(search.side.tokens))):
        return False
    is_masked = search.match.row.kind != "claim" and other.is_masked(index)
    is_other = is_lookalike(other, index) or _demands(other, index) or is_masked
    return search.is_free(index) and not is_other


def _is_quoted_instead(search: _Search) -> bool:
    """Quotation marks hold off what this side names without any."""
    held = held_range(search.side, search.match)
    is_quoted_here = any(search.side.is_quoted(k) for k in range(*held))
    return not is_quoted_here and any(search.other.is_quoted(k) for k in search.linked(*held))


def _demands(side: SideView, index: int) -> bool:
    """Called for, calls on: no naming."""
    after = side.tokens[index + 1].form if index + 1 < len(side.tokens) else ""
    is_call = side.tokens[index].form in ("call", "calls", "called", "calling")
    return is_call and after in ("for", "on", "upon", "off")


def _has_as_many(side: SideView, other: SideView) -> bool:
    """The other side has as many modal devices, wherever they stand: each answers one."""
    here, there = (
        sum(m.row.kind == "epistemic" and m.row.rule != "if-future" and is_hedge(s, m) for m in s.hedges)
        for s in (side, other)
    )
    return there >= here


def _window(search: _Search) -> range:
    """Give the token range of the other side in which a counterpart is looked for."""
    match, other = search.match, search.other
    kind, length = match.row.kind, len(search.other.tokens)
    if kind == "epistemic":
        verb = next((found[0] for k in _after(match) if (found := search.linked(k, k + 1, is_firm=True))), None)
        return range(length) if verb is None else range(max(0, verb - _AT_VERB), min(length, verb + _PAST_VERB + 1))
    linked = search.linked(*held_range(search.side, match)) or search.linked(
        max(0, match.first - 2), match.last + _HELD + 2
    )
    is_near = kind in ("naming", "self")
    if not linked or kind == "degree" or (length <= _AHEAD + _BEHIND and not is_near):
        return range(length)
    if is_near:  # called, known: only right at the name
        return range(max(0, linked[0] - _AT_NAME), min(length, linked[-1] + _AT_NAME))
    first = min(_sentence_start(other, linked[0]), max(0, linked[0] - _AHEAD))
    return range(first, min(length, linked[-1] + _BEHIND + 1))


def _after(match: Match[Device]) -> range:
    return range(match.last, match.last + _HELD)


def _sentence_start(side: SideView, index: int) -> int:
    """Go back to the token after the last full stop: a verb of saying rules all of its sentence."""
    while index > 0 and side.tokens[index - 1].text not in (".", "!", "?", "\u061f", "\n"):
        index -= 1
    return index


def _edit(view: BeadView, match: Match[Device], direction: Direction) -> Edit:
    is_added = direction is Direction.ADDED
    side = view.target if is_added else view.source
    first, last = held_range(side, match)
    project = view.source_span_of if is_added else view.target_span_of
    other_span = project(first, last) if last > first else None
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
