"""Attribution: a reporting verb that changes class, so that a speaker is believed less or more.

Verbs that render each other are paired by word links, then by a subject that the links join (Arabic puts it
after the verb, English before), then by place; a pair is flagged when the distance from what is said (lexicon,
-3 proved .. 0 said .. 3 claimed) moves by a class, and the side that is nearer to its speaker has no other word
of claiming there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aligner.frame.devices import THAT, is_lookalike
from aligner.frame.joints import is_loyal_at
from aligner.frame.sayings import is_passive, is_report, is_shown
from aligner.frame.slants import SAYINGS, slanted, slants
from aligner.frame.verbs import (
    HALF_CLASS,
    LINKED,
    MARKED,
    PLACED,
    SUBJECTED,
    SURE,
    Pair,
    pairs_of,
    renders_claim,
    share_subject,
)
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Match
from aligner.link import best_cosines, word_strings
from aligner.model import Category, Direction, Edit, Span
from aligner.resources import Device, Reporting, load_words
from aligner.text import TokenKind, bare_forms

__all__ = ["Reports", "check", "reports"]


_CLASS = 3  # steps of distance that always are another class
_TAKES_SIDES = frozenset({"claim", "hostile_manner", "reveal", "concede"})
_EXPOSES = frozenset({"reveal", "concede"})  # stances that a mere verb of saying takes away
_AFFIRMS = frozenset({"اكد"})  # what is acknowledged is affirmed as well
_BESIDES = frozenset({"حسب", "برر", "اضاف"})  # according to, to justify, to add: not how sure it is
_REACH = 10  # tokens round the verb in which another word of claiming answers it
_SOURCE = 5  # tokens after "according to" in which its source is named
_RENDERS = 0.5  # cosine from which a word of claiming merely renders the word it is linked to


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
    pairs = pairs_of(view)
    return Reports(
        frozenset(
            (pair.here.first, pair.there.first)
            for pair in pairs
            if pair.joint == LINKED or (pair.joint == SUBJECTED and pair.is_alike)
        ),
        tuple(pair.there.span for pair in pairs if pair.joint == LINKED or not pair.is_claim_aside),
        tuple(_flags(view, pairs)),
    )


def check(view: BeadView) -> Iterator[Edit]:
    """Yield pairs of reporting verbs that render each other and differ in class, and slanted renderings of others."""
    return iter(reports(view).flags)


def _flags(view: BeadView, pairs: Sequence[Pair]) -> list[Edit]:
    found = list(_classed(view, pairs))
    told = {(e.source, e.target) for e in found}
    for slant in slants(view, SAYINGS):
        rendered = [p.here.span for p in pairs if p.joint > PLACED and p.there.span.overlaps(slant.target)]
        if rendered and not any(span.overlaps(slant.source) for span in rendered):
            continue  # it renders another verb: admitted, أقر
        is_told = any((s and s.overlaps(slant.source)) or (t and t.overlaps(slant.target)) for s, t in told)
        if not is_told and _may_say(view.source, slant.source) and _may_say(view.target, slant.target):
            moved = "doubts" if slant.direction is Direction.SOFTENED else "vouches for"
            told_so = f"which {moved} what is said more than loyal translations do"
            found.append(slanted(view, slant, Category.ATTRIBUTION, told_so))
    return found


def _may_say(side: SideView, span: Span) -> bool:
    """A verb of saying of the lexicon must report here; a hedge that is none is another check's (alleged attacks).

    An Arabic noun of claiming need not report: the reports may be rendered مزاعم.
    """
    verbs = [m for m in side.reporting if m.span.overlaps(span)]
    if verbs:
        return any(m.form in load_words("claim-nouns.ar.txt") or is_report(side, m) for m in verbs)
    return side.language == "ar" or not any(m.span.overlaps(span) for m in side.hedges)


def _classed(view: BeadView, pairs: Sequence[Pair]) -> Iterator[Edit]:
    yield from _claims_for_nothing_listed(view, pairs)
    for pair in pairs:
        here, there = pair.here.row, pair.there.row
        if pair.joint == PLACED and not _TAKES_SIDES & {here.stance, there.stance}:
            continue
        is_mild = abs(pair.step) < _CLASS or (pair.step == _CLASS and not _TAKES_SIDES & {here.stance, there.stance})
        if is_mild and is_loyal_at(view, pair.here.span, pair.there.first):  # whatever their classes
            continue
        if _shows(view, pair) or not is_shown(view.source, pair.here):
            continue
        if pair.joint != LINKED and pair.is_aside:
            continue
        if _is_softened(pair.step, here, there) and not _is_excused(view, view.source, pair):
            yield _edit(view, pair, Direction.SOFTENED)
        elif _is_strengthened(pair.step, here, there) and not _is_excused(view, view.target, pair):
            yield _edit(view, pair, Direction.STRENGTHENED)


def _shows(view: BeadView, pair: Pair) -> bool:
    """According to figures, تظهر الأرقام: what is no person shows what it says."""
    after = {t.form for t in view.source.tokens[pair.here.last : pair.here.last + _SOURCE]}
    is_shown = bare_forms(view.target.tokens[pair.there.first].form) & load_words("showing.ar.txt")
    is_source = pair.here.form.split()[0] in ("according", "citing", "cited")
    return is_source and bool(is_shown) and not after.isdisjoint(load_words("evidence.en.txt"))


def _claims_for_nothing_listed(view: BeadView, pairs: Sequence[Pair]) -> Iterator[Edit]:
    """A verb of claiming with a subject of its own renders whatever verb the source has there."""
    for there in view.target.reporting:
        is_paired = any(there is pair.there for pair in pairs)
        if there.row.stance != "claim" or is_paired or not is_report(view.target, there):
            continue
        linked = view.links.sources_of(there.first, there.last) or _with_its_subject(view, pairs, there)
        if not linked or _renders(view, there, linked) or not _has_subject(view.target, there):
            continue
        if any(is_loyal_at(view, view.source.span(k, k + 1), there.first) for k in linked):
            continue  # invented, اختلق
        if any(linked[0] in range(m.first, m.last) and not is_report(view.source, m) for m in view.source.reporting):
            continue  # the state
        if not _claims_near(view, view.source, linked[0], ()):
            yield _edit_of(view, view.source.span(linked[0], linked[0] + 1), there)


def _with_its_subject(view: BeadView, pairs: Sequence[Pair], there: Match[Reporting]) -> tuple[int, ...]:
    """Give the paired verb whose subject claims here, if any: said, بحسب ادعاء المحامي ... مضيفا."""
    return tuple(p.here.first for p in pairs if p.there.row.distance <= 0 and share_subject(view, p.here, there))


def _renders(view: BeadView, there: Match[Reporting], linked: tuple[int, ...]) -> bool:
    """The word is what the source says, in whatever class: allegations, ادعاءات."""
    words = [word_strings(token) for token in view.target.tokens[there.first : there.last]]
    sources = [word_strings(view.source.tokens[i]) for i in linked]
    return bool(best_cosines(sources, words, view.vectors).max() >= _RENDERS)


def _has_subject(side: SideView, match: Match[Reporting]) -> bool:
    """زعم الوزير أن: something stands between the verb and what is claimed; يُزعم has no one who claims."""
    after = side.tokens[match.last : match.last + 1]
    if is_passive(side, match.first) or match.form.split()[-1] in THAT:
        return False
    return bool(after) and after[0].kind is TokenKind.WORD and not after[0].form.startswith(("ان", "بان"))


def _is_softened(step: int, here: Reporting, there: Reporting) -> bool:
    """Tell whether a rendering doubts its speaker more; whoever vouches is softened by a mere verb of saying."""
    is_plain = there.stance == "neutral" and there.lemma not in _BESIDES
    is_explained = here.stance == "concede" and there.stance == "endorse" and there.lemma not in _AFFIRMS
    if (here.stance == "vouch" and is_plain) or is_explained:
        return step > 0
    is_marked = there.stance in _TAKES_SIDES or there.distance >= MARKED or here.stance in _EXPOSES
    return step >= _CLASS or (step >= HALF_CLASS and is_marked)


def _is_strengthened(step: int, here: Reporting, there: Reporting) -> bool:
    is_marked = there.stance in _TAKES_SIDES or there.distance <= -MARKED or here.distance >= MARKED
    if there.stance == "accuse" or (here.stance == "insist" and there.stance == "endorse" and step > -_CLASS):
        return False  # claims that accuse; who insists affirms, أكد
    return step <= -_CLASS or (step <= -HALF_CLASS and is_marked)


def _is_excused(view: BeadView, side: SideView, pair: Pair) -> bool:
    """A word of claiming beside the one verb answers the doubt in the other; it answers nothing where none is.

    Where the doubting side has such words besides, they answer each other: allege ... a charge, اتهام.
    """
    match, doubting = (pair.here, pair.there) if side is view.source else (pair.there, pair.here)
    if doubting.row.distance <= 0:
        return False
    answers = _claims_near(view, side, match.first, range(match.first, match.last))
    rivals = _claims_near(view, view.other(side), doubting.first, range(doubting.first, doubting.last))
    return len(answers) > len(rivals)


def _claims_near(view: BeadView, side: SideView, index: int, own: Sequence[int]) -> set[int]:
    """Give other words of claiming that stand near and render none of the other side."""
    reach = range(index - _REACH, index + _REACH + 1)
    near = {k for k, row in side.counterparts if row.kind == "claim" and k in reach and k != index and k not in own}
    return {k for k in near if _is_claim_word(side, k) and not _renders_other(view, side, k)}


def _renders_other(view: BeadView, side: SideView, index: int) -> bool:
    """The word renders one of the other side that is no verb of saying: the attorney general, المدعي العام."""
    other = view.other(side)
    reported = {k for m in other.reporting for k in range(m.first, m.last)}
    linked = [k for here, k, score in view.links_from(side) if here == index and score >= SURE]
    return renders_claim(view, side, index) or any(k not in reported for k in linked)


def _is_claim_word(side: SideView, index: int) -> bool:
    """The wider list of counterparts holds plain verbs of saying, too; those answer no claim."""
    plain = [m for m in side.reporting if m.first <= index < m.last]
    return not is_lookalike(side, index) and not any(m.row.distance < HALF_CLASS for m in plain)


def _edit(view: BeadView, pair: Pair, direction: Direction) -> Edit:
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
