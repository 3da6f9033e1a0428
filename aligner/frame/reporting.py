"""Attribution: a reporting verb that changes class, so that a speaker is believed less or more.

Verbs that render each other are paired first, by word links and then by place; a pair is flagged when the
distance from what is said (lexicon, -3 proved .. 0 said .. 3 claimed) moves by a class, and the side that is
nearer to its speaker has no other word of claiming there.
"""

from __future__ import annotations

from collections.abc import Iterator

from aligner.frame.view import BeadView, SideView
from aligner.lexicon import Match
from aligner.model import Category, Direction, Edit, Span
from aligner.resources import Reporting, load_words
from aligner.text import TokenKind

__all__ = ["check", "is_attributed"]

_Pair = tuple[Match[Reporting], Match[Reporting], bool]
"""A source verb, the target verb that renders it, and whether a word link joins them."""

_CLASS = 3  # steps of distance that always are another class
_HALF_CLASS = 2  # steps that are, where the verb itself takes sides
_TAKES_SIDES = frozenset({"claim", "hostile_manner", "reveal", "concede"})
_NEAR = 0.3  # of the sentence's length: verbs further apart are no pair unless they are linked
_FAR = 0.8  # the same for a verb of claiming, which is rare enough to render a verb of saying wherever it stands
_REACH = 10  # tokens round the verb in which another word of claiming answers it


def check(view: BeadView) -> Iterator[Edit]:
    """Yield pairs of reporting verbs that render each other and differ in class."""
    pairs = _pairs(view)
    yield from _claims_for_nothing_listed(view, pairs)
    for here, there, is_linked in pairs:
        step = there.row.distance - here.row.distance
        if not is_linked and not _TAKES_SIDES & {here.row.stance, there.row.stance}:
            continue
        if _is_softened(step, there.row) and not _claims_near(view.source, here.first):
            yield _edit(view, here, there, Direction.SOFTENED, is_linked)
        elif _is_strengthened(step, there.row) and not _claims_near(view.target, there.first):
            yield _edit(view, here, there, Direction.STRENGTHENED, is_linked)


def _claims_for_nothing_listed(view: BeadView, pairs: list[_Pair]) -> Iterator[Edit]:
    """A verb of claiming with a subject of its own renders whatever verb the source has there."""
    for there in view.target.reporting:
        if there.row.stance != "claim" or not _reports(view.target, there) or any(there is t for _, t, _ in pairs):
            continue
        linked = view.links.sources_of(there.first, there.last)
        if linked and _has_subject(view.target, there) and not _claims_near(view.source, linked[0]):
            yield _edit_of(view, view.source.span(linked[0], linked[0] + 1), there)


def _has_subject(side: SideView, match: Match[Reporting]) -> bool:
    """زعم الوزير أن: something stands between the verb and what is claimed; يُزعم أن has no one who claims."""
    after = side.tokens[match.last : match.last + 1]
    return bool(after) and after[0].kind is TokenKind.WORD and not after[0].form.startswith(("ان", "بان"))


def is_attributed(view: BeadView, first: int, last: int) -> bool:
    """Tell whether target tokens first..last-1 hold a verb that renders a reporting verb of the source."""
    pairs = _pairs(view)
    spans = [there.span for _, there, _ in pairs] + [
        e.target for e in _claims_for_nothing_listed(view, pairs) if e.target
    ]
    here = view.target.span(first, last)
    return any(span.overlaps(here) for span in spans)


def _is_softened(step: int, there: Reporting) -> bool:
    return step >= _CLASS or (step >= _HALF_CLASS and there.stance in _TAKES_SIDES)


def _is_strengthened(step: int, there: Reporting) -> bool:
    return step <= -_CLASS or (step <= -_HALF_CLASS and there.stance in _TAKES_SIDES)


def _pairs(view: BeadView) -> list[_Pair]:
    """Pair the reporting verbs of both sides, linked ones first, then those in like places."""
    source = [m for m in view.source.reporting if _reports(view.source, m)]
    target = [m for m in view.target.reporting if _reports(view.target, m)]
    if not source or not target:
        return []
    ranked = sorted((-_fit(view, h, t), h.first, t.first, h, t) for h in source for t in target)
    pairs: list[_Pair] = []
    for cost, _, _, here, there in ranked:
        taken = any(here is h or there is t for h, t, _ in pairs)
        is_far = -cost <= 1 - (_FAR if there.row.stance == "claim" else _NEAR)
        if not taken and not is_far:
            pairs.append((here, there, -cost > 1 or len(source) == len(target) == 1))
    return sorted(pairs, key=lambda pair: pair[1].first)


def _fit(view: BeadView, here: Match[Reporting], there: Match[Reporting]) -> float:
    """Above 1 for linked verbs, else 1 minus the distance of their places."""
    linked = any(here.first <= i < here.last and there.first <= j < there.last for i, j, _ in view.links.pairs)
    apart = abs(_place(view.source, here) - _place(view.target, there))
    return (2.0 if linked else 1.0) - apart


def _place(side: SideView, match: Match[Reporting]) -> float:
    return match.first / max(1, len(side.tokens) - 1)


def _reports(side: SideView, match: Match[Reporting]) -> bool:
    """A match that is a report: outside speech, no adjective ("the alleged attack"), no claim to a thing."""
    if side.is_in_speech(match.first):
        return False
    if match.row.stance != "claim":
        return True
    if side.language == "ar":
        return not side.tokens[match.first].text.endswith("\N{ARABIC LETTER ALEF MAKSURA}") or match.form != "يدعي"
    before = side.tokens[match.first - 1].form if match.first else ""
    after = {t.form for t in side.tokens[match.last : match.last + 3]}
    is_noun = before in load_words("determiners.en.txt")
    return not is_noun and after.isdisjoint(load_words("claimed-things.en.txt"))


def _claims_near(side: SideView, index: int) -> bool:
    reach = range(index - _REACH, index + _REACH + 1)
    near = (k for k, row in side.counterparts if row.kind == "claim" and k in reach and k != index)
    return any(_is_claim_word(side, k) for k in near)


def _is_claim_word(side: SideView, index: int) -> bool:
    """The wider list of counterparts holds plain verbs of saying, too; those answer no claim."""
    plain = [m for m in side.reporting if m.first <= index < m.last]
    return not any(m.row.distance < _HALF_CLASS for m in plain)


def _edit(
    view: BeadView, here: Match[Reporting], there: Match[Reporting], direction: Direction, is_linked: bool
) -> Edit:
    words, rendered = here.span.of(view.source.text), there.span.of(view.target.text)
    moved = "doubts the speaker more" if direction is Direction.SOFTENED else "takes the speaker's word more"
    return Edit(
        Category.ATTRIBUTION,
        direction,
        here.span,
        there.span,
        0.88 if is_linked else 0.75,
        f"“{words}” ({here.row.stance}) is rendered “{rendered}” ({there.row.stance}), which {moved}",
        f"{here.row.id}-{there.row.id}",
        cue=rendered,
        referent=words,
        severity="high" if abs(there.row.distance - here.row.distance) > 2 else "medium",
    )


def _edit_of(view: BeadView, source: Span, there: Match[Reporting]) -> Edit:
    words, rendered = source.of(view.source.text), there.span.of(view.target.text)
    return Edit(
        Category.ATTRIBUTION,
        Direction.SOFTENED,
        source,
        there.span,
        0.65,
        f"where the source has “{words}”, the translation has “{rendered}” (claim), which doubts the speaker",
        f"attribution-{there.row.id}",
        cue=rendered,
        referent=words,
    )
