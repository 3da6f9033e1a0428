"""Which verbs of saying of the two sides render each other: by links, by a subject that the links join, by place."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from aligner.frame.coverage import sounds_like_name
from aligner.frame.joints import is_loyal_at
from aligner.frame.sayings import is_noun, is_passive, is_report
from aligner.frame.view import BeadView, SideView
from aligner.lexicon import Match
from aligner.model import Span
from aligner.resources import Device, Reporting, load_words
from aligner.text import TokenKind

__all__ = [
    "HALF_CLASS",
    "LINKED",
    "MARKED",
    "PLACED",
    "SUBJECTED",
    "SURE",
    "Pair",
    "pairs_of",
    "renders_claim",
    "share_subject",
]

LINKED, SUBJECTED, PLACED = 2, 1, 0  # what joins two verbs
HALF_CLASS = 2  # steps of distance that are another class where one of the verbs is marked
MARKED = 2  # |distance| from which a verb doubts its speaker, or vouches for what is said
SURE = 0.45  # link score from which two words of claiming render each other and answer nothing else

_NEAR = 0.3  # of the sentence's length: verbs further apart are no pair unless they are linked
_FAR = 0.8  # the same for a verb of claiming, which is rare enough to render a verb of saying wherever it stands
_SUBJECT = 6  # tokens before a verb in which its subject stands
_SUBJECT_AFTER = 3  # tokens after a verb in which it stands
_RENDERED = 0.5  # cosine from which a hedge firmly linked to a verb renders it
_AT_HEAD = 3  # tokens of an Arabic sentence in which its verb of saying renders one at the end of the English
_FINAL = 0.2  # distance of such a pair
_COMPOUND = 3  # tokens after "according to" in which the word that says how is the report: بحسب ما ادعاه
_CLAUSE = 12  # tokens of a last clause before its verb
_BREAKS = (",", "”", '"', "’", "'")
_RUMOURED = re.compile("[وف]?[يت]?تردد")  # تردد, it is rumoured, is of one row with ردد, he keeps saying
_THEN_SAYS = 25  # tokens after a verb in which قائلا only introduces what it reports


@dataclass(frozen=True, slots=True)
class Pair:
    """A source verb, the target verb that renders it, what joins them, and how far apart they stand (0..1).

    An aside is part of a device that names nobody who claims, a hedge: يُشتبه في أن, على حد قول, تردد أن.
    """

    here: Match[Reporting]
    there: Match[Reporting]
    joint: int
    apart: float
    is_aside: bool

    @property
    def step(self) -> int:
        """Give the steps by which the translation stands further from what is said."""
        return self.there.row.distance - self.here.row.distance

    @property
    def is_alike(self) -> bool:
        """Tell whether two verbs of one class render each other; "according to" goes with any verb."""
        is_source = self.here.form.startswith("according") or self.there.row.lemma == "حسب"
        is_near = abs(self.step) < HALF_CLASS and self.here.row.stance == self.there.row.stance
        return self.step == 0 or (is_near and not is_source)

    @property
    def is_plain(self) -> bool:
        """Tell whether the translation merely says so, or claims; a noun (report) is rendered by nothing else."""
        return self.there.row.distance == 0 or self.there.row.stance == "claim"

    @property
    def is_claim_aside(self) -> bool:
        """Tell whether the translation says that it is claimed, by nobody: يُزعم, تردد أن."""
        return self.is_aside and self.there.row.stance == "claim"

    @property
    def order(self) -> tuple[float, ...]:
        """Linked before unlinked, then asides last, like before unlike, near before far."""
        is_other_class = abs(self.step) >= HALF_CLASS
        return (-self.joint, self.is_aside, is_other_class, round(self.apart, 6), self.here.first, self.there.first)


def pairs_of(view: BeadView) -> list[Pair]:
    """Pair the reporting verbs of both sides, every verb once."""
    source = [m for m in view.source.reporting if is_report(view.source, m)]
    target = _telling([m for m in view.target.reporting if is_report(view.target, m) and not _spells_name(view, m)])
    is_only = len(source) == len(target) == 1
    said = {k for m in source for k in range(m.first, m.last)}
    unsaid = [token.span for k, token in enumerate(view.source.tokens) if k not in said]
    others = {t.first for t in target if _is_anothers(view, unsaid, t)}
    target = [t for t in target if t.first not in others or t.row.stance != "claim"]  # the prosecution, الادعاء
    found: list[Pair] = []
    for there in target:
        is_aside = _is_aside(view.target, there)
        for here in source:
            joined = _joined(view, here, there, is_only=is_only, others=others)
            found += [Pair(here, there, *joined, is_aside)] if joined else []
    found = [pair for pair in found if pair.is_plain or not is_noun(view.source, pair.here)]
    pairs: list[Pair] = []
    for pair in sorted(found, key=lambda p: p.order):
        if not any(pair.here is p.here or pair.there is p.there for p in pairs):
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: pair.there.first)


def _is_aside(side: SideView, verb: Match[Reporting]) -> bool:
    """Tell whether a device that names nobody has this verb in it; a verb of claiming names who claims."""
    if is_passive(side, verb.first) and any(_covers(device, verb) for device in side.hedges):
        return True
    if verb.row.stance == "claim" and not _RUMOURED.match(side.tokens[verb.first].form):
        return False
    others = [device for device in side.hedges if device.row.rule != "reporting" and _covers(device, verb)]
    is_longer = any(device.last - device.first > verb.last - verb.first for device in others)
    return is_longer or (bool(others) and verb.row.distance > 0 and not _is_account(side, verb))


def _covers(device: Match[Device], verb: Match[Reporting]) -> bool:
    return device.first <= verb.first and verb.last <= device.last


def _is_account(side: SideView, verb: Match[Reporting]) -> bool:
    """The account of somebody: وفق رواية الجيش; وفق الرواية المتداولة is nobody's."""
    is_according = side.forms[verb.first] in load_words("according.ar.txt")
    return is_according and not side.forms[verb.last - 1].startswith("ال")


def _spells_name(view: BeadView, match: Match[Reporting]) -> bool:
    """A surname that looks like a verb: Holloway, هولواي."""
    linked = view.links.sources_of(match.first, match.last, is_firm=True)
    is_name = any(view.source.tokens[i].text[0].isupper() for i in linked)
    return is_name and sounds_like_name(view, view.target, [match.first])


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
) -> tuple[int, float] | None:
    """Tell what joins two verbs, and how far apart they stand; None if nothing does."""
    apart = _apart(view, here, there)
    linked = [s for i, j, s in view.links.pairs if here.first <= i < here.last and there.first <= j < there.last]
    if linked and (max(linked) >= SURE or is_only or share_subject(view, here, there)):
        return LINKED, apart
    if there.row.stance == "claim" and renders_claim(view, view.target, there.first):
        return None  # allegedly, يُزعم: no matter who said so
    if _is_elsewhere(view, here, there) or there.first in others:
        return None
    is_near = apart < (_FAR if there.row.stance == "claim" else _NEAR)
    if linked or (is_only and is_near) or share_subject(view, here, there):
        return SUBJECTED, apart
    return (PLACED, apart) if is_near else None


def _is_elsewhere(view: BeadView, here: Match[Reporting], there: Match[Reporting]) -> bool:
    """The source's verb is surely rendered by a hedge: accused, المتهمين; suggests, يبدو."""
    mild = [m for m in view.target.hedges if m.row.kind in ("epistemic", "claim") and m.row.distance <= MARKED]
    devices = {k for m in mild for k in range(m.first, m.last)} - {*range(there.first, there.last)}
    inside, cosines = range(here.first, here.last), view.links.cosines
    return any(i in inside and j in devices and cosines[i, j] >= _RENDERED for i, j in view.links.firm)


def _is_anothers(view: BeadView, unsaid: Sequence[Span], there: Match[Reporting]) -> bool:
    """A word that reports nothing is loyally rendered so, and nowhere else: to recognise a result, يعترف ب."""
    others = [k for k in range(len(view.target.tokens)) if k != there.first]
    mine = [span for span in unsaid if is_loyal_at(view, span, there.first)]
    return any(not any(is_loyal_at(view, span, k) for k in others) for span in mine)


def share_subject(view: BeadView, here: Match[Reporting], there: Match[Reporting]) -> bool:
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
    """The verb stands in the last clause, or aside: a comma or a closing quotation mark before it, and a mark after."""
    marks = [k for k, token in enumerate(side.tokens) if token.kind is TokenKind.MARK]
    before = [k for k in marks if k < match.first]
    after = [k for k in marks if match.last <= k < len(side.tokens) - 1]
    is_clause = bool(before) and match.first - before[-1] <= _CLAUSE and side.tokens[before[-1]].text in _BREAKS
    is_source = match.form.startswith("according")
    is_participle = side.tokens[match.first].form.endswith("ing") or side.tokens[match.first - 1].form == "having"
    is_aside = bool(after) and after[0] == match.last  # the talks, he said, had failed
    return is_clause and (is_source or not is_participle) and (not after or is_aside or match.first - before[-1] == 1)


def _place(side: SideView, match: Match[Reporting]) -> float:
    return match.first / max(1, len(side.tokens) - 1)


def renders_claim(view: BeadView, side: SideView, index: int) -> bool:
    """A word of claiming of one side is linked to one of the other: اتهام, accusation."""
    claims = {k for k, row in view.other(side).counterparts if row.kind in ("claim", "naming")}
    return any(k == index and j in claims and score >= SURE for k, j, score in view.links_from(side))
