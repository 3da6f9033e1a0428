"""Attribution: a reporting verb that changes class, so that a speaker is believed less or more.

Verbs that render each other are paired by word links, then by a subject that the links join (Arabic puts it
after the verb, English before), then by place; a pair is flagged when the distance from what is said (lexicon,
-3 proved .. 0 said .. 3 claimed) moves by a class, and the side that is nearer to its speaker has no other word
of claiming there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from aligner.frame.devices import is_lookalike
from aligner.frame.joints import is_loyal_at
from aligner.frame.sayings import is_noun, is_report
from aligner.frame.slants import SAYINGS, slanted, slants
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Match
from aligner.link import best_cosines, word_strings
from aligner.model import Category, Direction, Edit, Span
from aligner.resources import Device, Reporting
from aligner.text import TokenKind

__all__ = ["Reports", "check", "reports"]


_CLASS = 3  # steps of distance that always are another class
_HALF_CLASS = 2  # steps that are, where one of the verbs is marked
_MARKED = 2  # |distance| from which a verb doubts its speaker, or vouches for what is said
_TAKES_SIDES = frozenset({"claim", "hostile_manner", "reveal", "concede"})
_VOUCHES = frozenset({"reveal", "concede"})  # stances that a mere verb of saying takes away
_NEAR = 0.3  # of the sentence's length: verbs further apart are no pair unless they are linked
_FAR = 0.8  # the same for a verb of claiming, which is rare enough to render a verb of saying wherever it stands
_REACH = 10  # tokens round the verb in which another word of claiming answers it
_SURE = 0.45  # link score from which two words of claiming render each other and answer nothing else
_SUBJECT = 6  # tokens before a verb in which its subject stands
_SUBJECT_AFTER = 3  # tokens after a verb in which it stands
_RENDERS = 0.5  # cosine from which a word of claiming merely renders the word it is linked to
_RENDERED = 0.5  # cosine from which a hedge firmly linked to a verb renders it
_LINKED, _SUBJECTED, _PLACED = 2, 1, 0  # what joins two verbs
_AT_HEAD = 3  # tokens of an Arabic sentence in which its verb of saying renders one at the end of the English
_FINAL = 0.2  # distance of such a pair
_COMPOUND = 3  # tokens after "according to" in which the word that says how is the report: بحسب ما ادعاه
_CLAUSE = 12  # tokens of a last clause before its verb
_BREAKS = (",", "”", '"', "’", "'")
_PASSIVE = re.compile("^[وف]?[يت]\u064f")  # a written damma after the first letter of an imperfect
_THEN_SAYS = 12  # tokens after a verb in which قائلا only introduces what it reports


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
    def is_alike(self) -> bool:
        """Tell whether two verbs of one class render each other; "according to" goes with any verb."""
        is_source = self.here.form.startswith("according") or self.there.row.lemma == "حسب"
        is_near = abs(self.step) < _HALF_CLASS and self.here.row.stance == self.there.row.stance
        return self.step == 0 or (is_near and not is_source)

    @property
    def is_plain(self) -> bool:
        """Tell whether the translation merely says so, or claims; a noun (report) is rendered by nothing else."""
        return self.there.row.distance == 0 or self.there.row.stance == "claim"

    @property
    def order(self) -> tuple[float, ...]:
        """Linked before unlinked, then like before unlike, then near before far."""
        is_other_class = abs(self.step) >= _HALF_CLASS
        return (-self.joint, is_other_class, round(self.apart, 6), self.here.first, self.there.first)


@dataclass(frozen=True, slots=True)
class Reports:
    """What the verbs of saying of a bead tell the other checks.

    ``rendered`` are pairs of first tokens of verbs that render each other; ``paired`` the spans of the translation's
    paired verbs, ``flags`` what this check says of the bead.
    """

    rendered: frozenset[tuple[int, int]]
    paired: tuple[Span, ...]
    flags: tuple[Edit, ...]

    def is_told(self, match: Match[Device]) -> bool:
        """Tell whether a device of the translation is the business of this check."""
        flagged = tuple(edit.target for edit in self.flags if edit.target)
        spans = (*self.paired, *flagged) if match.row.rule == "reporting" else flagged
        return any(span.overlaps(match.span) for span in spans)

    def is_asked(self, match: Match[Device]) -> bool:
        """Tell whether a device of the source is the business of this check."""
        return any(edit.source.overlaps(match.span) for edit in self.flags if edit.source)


@lru_cache(maxsize=8)
def reports(view: BeadView) -> Reports:
    """Pair the verbs of saying of a bead and say which of them are flagged; two checks ask."""
    pairs = _pairs(view)
    return Reports(
        frozenset(
            (pair.here.first, pair.there.first)
            for pair in pairs
            if pair.joint == _LINKED or (pair.joint == _SUBJECTED and pair.is_alike)
        ),
        tuple(pair.there.span for pair in pairs),
        tuple(_flags(view, pairs)),
    )


def check(view: BeadView) -> Iterator[Edit]:
    """Yield pairs of reporting verbs that render each other and differ in class, and slanted renderings of others."""
    return iter(reports(view).flags)


def _flags(view: BeadView, pairs: Sequence[_Pair]) -> list[Edit]:
    found = list(_classed(view, pairs))
    told = {(e.source, e.target) for e in found}
    for slant in slants(view, SAYINGS):
        is_told = any((s and s.overlaps(slant.source)) or (t and t.overlaps(slant.target)) for s, t in told)
        if not is_told and _may_say(view.source, slant.source) and _may_say(view.target, slant.target):
            moved = "doubts" if slant.direction is Direction.SOFTENED else "vouches for"
            told_so = f"which {moved} what is said more than loyal translations do"
            found.append(slanted(view, slant, Category.ATTRIBUTION, told_so))
    return found


def _may_say(side: SideView, span: Span) -> bool:
    """A verb of saying of the lexicon must report here; a hedge that is none is another check's (alleged attacks)."""
    verbs = [m for m in side.reporting if m.span.overlaps(span)]
    if verbs or side.language == "ar":
        return not verbs or any(is_report(side, m) for m in verbs)
    return not any(m.span.overlaps(span) for m in side.hedges)


def _classed(view: BeadView, pairs: Sequence[_Pair]) -> Iterator[Edit]:
    yield from _claims_for_nothing_listed(view, pairs)
    for pair in pairs:
        here, there = pair.here.row, pair.there.row
        if pair.joint == _PLACED and not _TAKES_SIDES & {here.stance, there.stance}:
            continue
        if abs(pair.step) < _CLASS and is_loyal_at(view, pair.here.span, pair.there.first):  # whatever their classes
            continue
        if _is_softened(pair.step, here, there) and not _is_excused(view, view.source, pair):
            yield _edit(view, pair, Direction.SOFTENED)
        elif _is_strengthened(pair.step, here, there) and not _is_excused(view, view.target, pair):
            yield _edit(view, pair, Direction.STRENGTHENED)


def _claims_for_nothing_listed(view: BeadView, pairs: Sequence[_Pair]) -> Iterator[Edit]:
    """A verb of claiming with a subject of its own renders whatever verb the source has there."""
    for there in view.target.reporting:
        is_paired = any(there is pair.there for pair in pairs)
        if there.row.stance != "claim" or is_paired or not is_report(view.target, there):
            continue
        linked = view.links.sources_of(there.first, there.last) or _with_its_subject(view, pairs, there)
        if not linked or _renders(view, there, linked) or not _has_subject(view.target, there):
            continue
        if any(linked[0] in range(m.first, m.last) and not is_report(view.source, m) for m in view.source.reporting):
            continue  # the state
        if not _claims_at(view, view.source, linked[0], ()):
            yield _edit_of(view, view.source.span(linked[0], linked[0] + 1), there)


def _with_its_subject(view: BeadView, pairs: Sequence[_Pair], there: Match[Reporting]) -> tuple[int, ...]:
    """Give the paired verb whose subject claims here, if any: said, بحسب ادعاء المحامي ... مضيفا."""
    return tuple(p.here.first for p in pairs if p.there.row.distance <= 0 and _share_subject(view, p.here, there))


def _renders(view: BeadView, there: Match[Reporting], linked: tuple[int, ...]) -> bool:
    """The word is what the source says, in whatever class: allegations, ادعاءات."""
    words = [word_strings(token) for token in view.target.tokens[there.first : there.last]]
    sources = [word_strings(view.source.tokens[i]) for i in linked]
    return bool(best_cosines(sources, words, view.vectors).max() >= _RENDERS)


def _has_subject(side: SideView, match: Match[Reporting]) -> bool:
    """زعم الوزير أن: something stands between the verb and what is claimed; يُزعم has no one who claims."""
    after = side.tokens[match.last : match.last + 1]
    if _PASSIVE.search(side.tokens[match.first].text):
        return False
    return bool(after) and after[0].kind is TokenKind.WORD and not after[0].form.startswith(("ان", "بان"))


def _is_softened(step: int, here: Reporting, there: Reporting) -> bool:
    is_marked = there.stance in _TAKES_SIDES or there.distance >= _MARKED or here.stance in _VOUCHES
    return step >= _CLASS or (step >= _HALF_CLASS and is_marked)


def _is_strengthened(step: int, here: Reporting, there: Reporting) -> bool:
    is_marked = there.stance in _TAKES_SIDES or there.distance <= -_MARKED or here.distance >= _MARKED
    if there.stance == "accuse":
        return False  # claims that accuse
    return step <= -_CLASS or (step <= -_HALF_CLASS and is_marked)


def _pairs(view: BeadView) -> list[_Pair]:
    """Pair the reporting verbs of both sides, every verb once."""
    source = [m for m in view.source.reporting if is_report(view.source, m)]
    target = _telling([m for m in view.target.reporting if is_report(view.target, m)])
    is_only = len(source) == len(target) == 1
    others = {t.first for t in target if _is_anothers(view, t)}
    found = [pair for t in target for h in source if (pair := _joined(view, h, t, is_only=is_only, others=others))]
    found = [pair for pair in found if pair.is_plain or not is_noun(view.source, pair.here)]
    pairs: list[_Pair] = []
    for pair in sorted(found, key=lambda p: p.order):
        if not any(pair.here is p.here or pair.there is p.there for p in pairs):
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: pair.there.first)


def _telling(matches: list[Match[Reporting]]) -> list[Match[Reporting]]:
    """Leave out what only introduces another report: بحسب before مزاعم, قائلا after ادعى."""
    told = []
    for match in matches:
        is_source = any(m is not match and 0 <= m.first - match.last < _COMPOUND for m in matches)
        is_saying = match.form.startswith("قائل") and any(
            0 < match.first - m.last < _THEN_SAYS and m.row.lemma != "حسب" for m in matches
        )
        if not (match.row.lemma == "حسب" and is_source) and not is_saying:
            told.append(match)
    return told


def _joined(
    view: BeadView, here: Match[Reporting], there: Match[Reporting], *, is_only: bool, others: Set[int]
) -> _Pair | None:
    apart = _apart(view, here, there)
    if any(here.first <= i < here.last and there.first <= j < there.last for i, j, _ in view.links.pairs):
        return _Pair(here, there, _LINKED, apart)
    if there.row.stance == "claim" and _renders_claim(view, view.target, there.first):
        return None  # allegedly, يُزعم: no matter who said so
    if _is_elsewhere(view, here, there) or there.first in others:
        return None
    is_near = apart < (_FAR if there.row.stance == "claim" else _NEAR)
    if (is_only and is_near) or _share_subject(view, here, there):
        return _Pair(here, there, _SUBJECTED, apart)
    return _Pair(here, there, _PLACED, apart) if is_near else None


def _is_elsewhere(view: BeadView, here: Match[Reporting], there: Match[Reporting]) -> bool:
    """The source's verb is surely rendered by a hedge: accused, المتهمين; suggests, يبدو."""
    mild = [m for m in view.target.hedges if m.row.kind in ("epistemic", "claim") and m.row.distance <= _MARKED]
    devices = {k for m in mild for k in range(m.first, m.last)} - {*range(there.first, there.last)}
    inside, cosines = range(here.first, here.last), view.links.cosines
    return any(i in inside and j in devices and cosines[i, j] >= _RENDERED for i, j in view.links.firm)


def _is_anothers(view: BeadView, there: Match[Reporting]) -> bool:
    """A word that is no verb of saying is loyally rendered so: to recognise a result, يعترف ب; confession, اعتراف."""
    verbs = (m for m in view.source.reporting if is_report(view.source, m))  # a claim that they dispute is none
    said = {k for m in verbs for k in range(m.first, m.last)}
    others = [t.span for k, t in enumerate(view.source.tokens) if k not in said]
    return any(is_loyal_at(view, span, there.first) for span in others)


def _share_subject(view: BeadView, here: Match[Reporting], there: Match[Reporting]) -> bool:
    """Words beside the one verb are linked to words beside the other."""
    sources = [*range(here.first - _SUBJECT, here.first), *range(here.last, here.last + _SUBJECT_AFTER)]
    targets = [*range(there.first - _SUBJECT_AFTER, there.first), *range(there.last, there.last + _SUBJECT_AFTER)]
    return any(i in sources and j in targets for i, j in view.links.firm)


def _apart(view: BeadView, here: Match[Reporting], there: Match[Reporting]) -> float:
    """Give the distance of two verbs in their sentences; English says last what Arabic says first."""
    apart = abs(_place(view.source, here) - _place(view.target, there))
    is_turned = there.first < _AT_HEAD and _is_final(view.source, here)
    return min(apart, _FINAL) if is_turned else apart


def _is_final(side: SideView, match: Match[Reporting]) -> bool:
    """The verb stands in the last clause: a comma or a closing quotation mark before it, only a full stop after."""
    marks = [k for k, token in enumerate(side.tokens) if token.kind is TokenKind.MARK]
    before = [k for k in marks if k < match.first]
    after = [k for k in marks if match.last <= k < len(side.tokens) - 1]
    is_clause = bool(before) and match.first - before[-1] <= _CLAUSE and side.tokens[before[-1]].text in _BREAKS
    return is_clause and (not after or match.first - before[-1] == 1)


def _place(side: SideView, match: Match[Reporting]) -> float:
    return match.first / max(1, len(side.tokens) - 1)


def _is_excused(view: BeadView, side: SideView, pair: _Pair) -> bool:
    """A word of claiming beside the one verb answers the doubt in the other; it answers nothing where none is."""
    match, doubting = (pair.here, pair.there) if side is view.source else (pair.there, pair.here)
    return doubting.row.distance > 0 and _claims_at(view, side, match.first, range(match.first, match.last))


def _claims_at(view: BeadView, side: SideView, index: int, own: Sequence[int]) -> bool:
    """Another word of claiming stands near, which renders none of the other side."""
    reach = range(index - _REACH, index + _REACH + 1)
    near = (k for k, row in side.counterparts if row.kind == "claim" and k in reach and k != index and k not in own)
    return any(_is_claim_word(side, k) and not _renders_other(view, side, k) for k in near)


def _renders_other(view: BeadView, side: SideView, index: int) -> bool:
    """The word renders one of the other side that is no verb of saying: the attorney general, المدعي العام."""
    other = view.other(side)
    reported = {k for m in other.reporting for k in range(m.first, m.last)}
    linked = [k for here, k, score in view.links_from(side) if here == index and score >= _SURE]
    return _renders_claim(view, side, index) or any(k not in reported for k in linked)


def _renders_claim(view: BeadView, side: SideView, index: int) -> bool:
    """A word of claiming of one side is linked to one of the other: اتهام, accusation."""
    claims = {k for k, row in view.other(side).counterparts if row.kind in ("claim", "naming")}
    return any(k == index and j in claims and score >= _SURE for k, j, score in view.links_from(side))


def _is_claim_word(side: SideView, index: int) -> bool:
    """The wider list of counterparts holds plain verbs of saying, too; those answer no claim."""
    plain = [m for m in side.reporting if m.first <= index < m.last]
    return not is_lookalike(side, index) and not any(m.row.distance < _HALF_CLASS for m in plain)


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
