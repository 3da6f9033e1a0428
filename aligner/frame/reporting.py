"""Attribution: a reporting verb that changes class, so that a speaker is believed less or more.

Verbs that render each other are paired by word links, then by a subject that the links join (Arabic puts it
after the verb, English before), then by place; a pair is flagged when the distance from what is said (lexicon,
-3 proved .. 0 said .. 3 claimed) moves by a class, and the side that is nearer to its speaker has no other word
of claiming there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Match
from aligner.link import best_cosines, word_strings
from aligner.model import Category, Direction, Edit, Span
from aligner.resources import Reporting, load_words
from aligner.text import TokenKind, normalise_word

__all__ = ["check", "is_attributed"]

_ARTICLE = re.compile("[وف]?(?:[بك]?ال|لل)")  # of folded Arabic, after clitics

_CLASS = 3  # steps of distance that always are another class
_HALF_CLASS = 2  # steps that are, where one of the verbs is marked
_MARKED = 2  # |distance| from which a verb doubts its speaker, or vouches for what is said
_TAKES_SIDES = frozenset({"claim", "hostile_manner", "reveal", "concede"})
_VOUCHES = frozenset({"reveal", "concede"})  # stances that a mere verb of saying takes away
_NEAR = 0.3  # of the sentence's length: verbs further apart are no pair unless they are linked
_FAR = 0.8  # the same for a verb of claiming, which is rare enough to render a verb of saying wherever it stands
_REACH = 20  # tokens round the verb in which another word of claiming answers it
_SUBJECT = 6  # tokens before a verb in which its subject stands
_SUBJECT_AFTER = 3  # tokens after a verb in which it stands
_RENDERS = 0.5  # cosine from which a word of claiming merely renders the word it is linked to
_LINKED, _SUBJECTED, _PLACED = 2, 1, 0  # what joins two verbs


@dataclass(frozen=True, slots=True)
class _Pair:
    """A source verb, the target verb that renders it, what joins them, and how far apart they stand (0..1)."""

    here: Match[Reporting]
    there: Match[Reporting]
    joint: int
    apart: float

    @property
    def step(self) -> int:
        """Give the steps by which the translation stands further from what is said."""
        return self.there.row.distance - self.here.row.distance

    @property
    def order(self) -> tuple[float, ...]:
        """Linked before unlinked, then like before unlike, then near before far."""
        is_other_class = abs(self.step) >= _HALF_CLASS
        return (-self.joint, is_other_class, round(self.apart, 6), self.here.first, self.there.first)


def check(view: BeadView) -> Iterator[Edit]:
    """Yield pairs of reporting verbs that render each other and differ in class."""
    pairs = _pairs(view)
    yield from _claims_for_nothing_listed(view, pairs)
    for pair in pairs:
        here, there = pair.here.row, pair.there.row
        if pair.joint == _PLACED and not _TAKES_SIDES & {here.stance, there.stance}:
            continue
        if _is_softened(pair.step, here, there) and not _claims_near(view.source, pair.here.first):
            yield _edit(view, pair, Direction.SOFTENED)
        elif _is_strengthened(pair.step, here, there) and not _claims_near(view.target, pair.there.first):
            yield _edit(view, pair, Direction.STRENGTHENED)


def _claims_for_nothing_listed(view: BeadView, pairs: Sequence[_Pair]) -> Iterator[Edit]:
    """A verb of claiming with a subject of its own renders whatever verb the source has there."""
    for there in view.target.reporting:
        is_paired = any(there is pair.there for pair in pairs)
        if there.row.stance != "claim" or is_paired or not _reports(view.target, there):
            continue
        linked = view.links.sources_of(there.first, there.last)
        if not linked or _renders(view, there, linked) or not _has_subject(view.target, there):
            continue
        if not _claims_near(view.source, linked[0]):
            yield _edit_of(view, view.source.span(linked[0], linked[0] + 1), there)


def _renders(view: BeadView, there: Match[Reporting], linked: tuple[int, ...]) -> bool:
    """The word is what the source says, in whatever class: allegations, ادعاءات."""
    words = [word_strings(token) for token in view.target.tokens[there.first : there.last]]
    sources = [word_strings(view.source.tokens[i]) for i in linked]
    return bool(best_cosines(sources, words, view.vectors).max() >= _RENDERS)


def _has_subject(side: SideView, match: Match[Reporting]) -> bool:
    """زعم الوزير أن: something stands between the verb and what is claimed; يُزعم أن has no one who claims."""
    after = side.tokens[match.last : match.last + 1]
    return bool(after) and after[0].kind is TokenKind.WORD and not after[0].form.startswith(("ان", "بان"))


def is_attributed(view: BeadView, first: int, last: int) -> bool:
    """Tell whether target tokens first..last-1 hold a verb that renders a reporting verb of the source."""
    pairs = _pairs(view)
    spans = [pair.there.span for pair in pairs] + [
        e.target for e in _claims_for_nothing_listed(view, pairs) if e.target
    ]
    here = view.target.span(first, last)
    return any(span.overlaps(here) for span in spans)


def _is_softened(step: int, here: Reporting, there: Reporting) -> bool:
    is_marked = there.stance in _TAKES_SIDES or there.distance >= _MARKED or here.stance in _VOUCHES
    return step >= _CLASS or (step >= _HALF_CLASS and is_marked)


def _is_strengthened(step: int, here: Reporting, there: Reporting) -> bool:
    is_marked = there.stance in _TAKES_SIDES or there.distance <= -_MARKED or here.distance >= _MARKED
    return step <= -_CLASS or (step <= -_HALF_CLASS and is_marked)


def _pairs(view: BeadView) -> list[_Pair]:
    """Pair the reporting verbs of both sides, every verb once."""
    source = [m for m in view.source.reporting if _reports(view.source, m)]
    target = [m for m in view.target.reporting if _reports(view.target, m)]
    is_only = len(source) == len(target) == 1
    found = [pair for h in source for t in target if (pair := _joined(view, h, t, is_only=is_only))]
    pairs: list[_Pair] = []
    for pair in sorted(found, key=lambda p: p.order):
        if not any(pair.here is p.here or pair.there is p.there for p in pairs):
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: pair.there.first)


def _joined(view: BeadView, here: Match[Reporting], there: Match[Reporting], *, is_only: bool) -> _Pair | None:
    apart = abs(_place(view.source, here) - _place(view.target, there))
    if any(here.first <= i < here.last and there.first <= j < there.last for i, j, _ in view.links.pairs):
        return _Pair(here, there, _LINKED, apart)
    is_near = apart < (_FAR if there.row.stance == "claim" else _NEAR)
    if (is_only and is_near) or _share_subject(view, here, there):
        return _Pair(here, there, _SUBJECTED, apart)
    return _Pair(here, there, _PLACED, apart) if is_near else None


def _share_subject(view: BeadView, here: Match[Reporting], there: Match[Reporting]) -> bool:
    """Words beside the one verb are linked to words beside the other."""
    sources = [*range(here.first - _SUBJECT, here.first), *range(here.last, here.last + _SUBJECT_AFTER)]
    targets = [*range(there.first - _SUBJECT_AFTER, there.first), *range(there.last, there.last + _SUBJECT_AFTER)]
    return any(i in sources and j in targets for i, j in view.links.firm)


def _place(side: SideView, match: Match[Reporting]) -> float:
    return match.first / max(1, len(side.tokens) - 1)


def _reports(side: SideView, match: Match[Reporting]) -> bool:
    """A match that is a report: outside speech, no adjective ("the alleged attack"), no claim to a thing."""
    if side.is_in_speech(match.first):
        return False
    if side.language == "ar":
        return _is_arabic_report(side, match)
    if match.row.stance != "claim":
        return True
    before = side.tokens[match.first - 1].form if match.first else ""
    after = {t.form for t in side.tokens[match.last : match.last + 3]}
    is_noun = before in load_words("determiners.en.txt")
    return not is_noun and after.isdisjoint(load_words("claimed-things.en.txt"))


def _is_arabic_report(side: SideView, match: Match[Reporting]) -> bool:
    """A verb takes no article (المدعي is a plaintiff); a noun of claiming needs what is claimed after it."""
    token = side.tokens[match.first]
    if _ARTICLE.match(token.form) and not normalise_word(match.form).startswith("ال"):
        return False
    if match.row.stance != "claim":
        return True
    if match.form in load_words("claim-nouns.ar.txt"):
        after = side.tokens[match.last : match.last + 1]
        return bool(after) and after[0].form in ("ان", "بان")
    return not token.text.endswith("\N{ARABIC LETTER ALEF MAKSURA}") or match.form != "يدعي"


def _claims_near(side: SideView, index: int) -> bool:
    reach = range(index - _REACH, index + _REACH + 1)
    near = (k for k, row in side.counterparts if row.kind == "claim" and k in reach and k != index)
    return any(_is_claim_word(side, k) for k in near)


def _is_claim_word(side: SideView, index: int) -> bool:
    """The wider list of counterparts holds plain verbs of saying, too; those answer no claim."""
    plain = [m for m in side.reporting if m.first <= index < m.last]
    return not any(m.row.distance < _HALF_CLASS for m in plain)


def _edit(view: BeadView, pair: _Pair, direction: Direction) -> Edit:
    here, there = pair.here, pair.there
    words, rendered = here.span.of(view.source.text), there.span.of(view.target.text)
    moved = "doubts the speaker more" if direction is Direction.SOFTENED else "takes the speaker's word more"
    return Edit(
        Category.ATTRIBUTION,
        direction,
        here.span,
        there.span,
        UNCOUNTED,
        f"“{words}” ({here.row.stance}) is rendered “{rendered}” ({there.row.stance}), which {moved}",
        f"{here.row.id}-{there.row.id}",
        cue=rendered,
        referent=words,
        severity="high" if abs(pair.step) > 2 else "medium",
    )


def _edit_of(view: BeadView, source: Span, there: Match[Reporting]) -> Edit:
    words, rendered = source.of(view.source.text), there.span.of(view.target.text)
    return Edit(
        Category.ATTRIBUTION,
        Direction.SOFTENED,
        source,
        there.span,
        UNCOUNTED,
        f"where the source has “{words}”, the translation has “{rendered}” (claim), which doubts the speaker",
        f"attribution-{there.row.id}",
        cue=rendered,
        referent=words,
    )
