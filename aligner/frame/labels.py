"""Labels: one referent named on a scale, two or more steps apart or across the neutral point.

Labels of the same scale are paired first, the like ones before the unlike, the linked ones before those that
merely stand where they should: the charitable reading. What stays apart by two steps is flagged. Words for anything
of its sort (events, people) are the neutral end of every scale. Of two words for acts one must be charged (an attack
and an incident are both plain), and labels of people that are alone of their scale on both sides are one wherever
they stand. A charged noun before another that is not rendered, while its head is, counts as dropped if it names
people. What loyal translators write (``renderings``) is no shift, whatever the scale says. What no scale joins is
paired by the tables of slanted renderings (``slants``).
Three things were tried and taken out: to rank unlisted words by their nearest listed neighbours (never right on the
development sets); to compare labels across scales by value; and to take a charged word without any rendering for a
shift to what stands in its place (both right there, but in 0 of 7 and 2 of 9 flags on held-out sets).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aligner.frame.absence import agrees, is_as_usual, is_definite, is_known, is_rendered, names_people
from aligner.frame.joints import FIRM, PLACE, is_loyal_at, joint_of
from aligner.frame.sayings import is_report
from aligner.frame.slants import LABELS, Slant, is_natural, slanted, slants
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Match
from aligner.link import word_strings
from aligner.model import Category, Direction, Edit, Span
from aligner.resources import Label, load_words
from aligner.text import TokenKind

__all__ = ["check"]

Labels = tuple[Label, ...]
_APART = 2  # steps of value, -3..+3: across the neutral point, or from charged to plain
_STILL_THERE = 0.5  # cosine from which a word near the head still renders a modifier
_CHARGED = 2  # |value| from which a modifier that falls away is worth a flag
_GENERIC = ("generic", "people")  # scales of words that say nothing but what sort of thing, or of people, it is
_POINTERS = ("the", "this", "that", "these", "those")
_SCALE = -1  # two labels that only their scale joins


@dataclass(frozen=True, slots=True)
class _Shift:
    """A label on one side and what renders it on the other."""

    source: Span
    target: Span
    here: Label
    there: Label | None
    rule: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """A label and its rendering: the readings that lie closest on a common scale, and what joins them."""

    source: Match[Labels]
    target: Match[Labels]
    here: Label
    there: Label
    joint: int

    @property
    def step(self) -> int:
        """Give the steps of value between the two."""
        return abs(self.here.value - self.there.value)

    @property
    def is_charged(self) -> bool:
        """Tell whether one of two words for acts is more than slightly for or against, or the two are opposed."""
        is_strong = max(abs(self.here.value), abs(self.there.value)) >= _CHARGED
        is_opposed = self.here.value * self.there.value < 0 and self.joint == FIRM
        return is_strong or is_opposed or names_people(self.here) or names_people(self.there)

    @property
    def order(self) -> tuple[int, ...]:
        """Like before unlike, linked before unlinked, then from left to right."""
        return (self.step >= _APART, -self.joint, self.step, self.source.first, self.target.first)


def check(view: BeadView) -> Iterator[Edit]:
    """Yield labels whose rendering stands two steps or more away, or across the neutral point."""
    kept: list[_Shift] = []
    for shift in _shifts(view):
        if not any(k.source.overlaps(shift.source) or k.target.overlaps(shift.target) for k in kept):
            kept.append(shift)
    for shift in kept:
        yield _edit(view, shift)
    said = [m.span for m in view.source.reporting if is_report(view.source, m)]  # how it is said is another check's
    for slant in slants(view, LABELS):
        if any(span.overlaps(slant.source) for span in said):
            continue
        is_kept = any(k.source.overlaps(slant.source) or k.target.overlaps(slant.target) for k in kept)
        if not is_kept and not _refers_back(view, slant):
            moved = "milder" if slant.direction is Direction.SOFTENED else "harsher"
            yield slanted(view, slant, Category.LABEL, f"{moved} than loyal translations")


def _refers_back(view: BeadView, slant: Slant) -> bool:
    """A word for any event, with the article, takes up a plain act that was named before: the attack, الحادث."""
    here = [m for m in view.source.labels if m.span.overlaps(slant.source)]
    rows = [row for m in view.target.labels if m.span.overlaps(slant.target) for row in m.row]
    is_plain = all(abs(row.value) < _CHARGED for row in (*rows, *(row for m in here for row in m.row)))
    is_named = any(m.first and view.source.tokens[m.first - 1].form in _POINTERS for m in here)
    is_event = any(row.scale == _GENERIC[0] for row in rows)
    return is_plain and is_named and is_event and is_definite(slant.target.of(view.target.text))


def _shifts(view: BeadView) -> Iterator[_Shift]:
    """Compare labels of one scale, then look for what is dropped."""
    targets = [m for m in view.target.labels if not view.target.is_denied(m.first)]
    pairs = _pairs(view, view.source.labels, targets)
    sources = [m for m in view.source.labels if not view.source.is_proper(m.first, m.last)]
    sources = [m for m in sources if not view.source.is_denied(m.first)]
    for pair in pairs:
        is_shift = pair.source in sources and pair.step >= _APART and pair.is_charged
        if is_shift and not _is_loyal(view, pair) and not _is_elsewhere(view, pair):
            rule = "label-near" if pair.joint <= PLACE else "label-listed"
            yield _Shift(pair.source.span, _with_adjective(view, pair.target), pair.here, pair.there, rule)
    left = [m for m in sources if not any(m is pair.source for pair in pairs)]
    for match in left:
        yield from _dropped(view, match)


def _is_loyal(view: BeadView, pair: _Pair) -> bool:
    """Loyal translators write so, whatever the scale says."""
    there = pair.target.first
    return is_natural(view, pair.source.first, there) or is_loyal_at(view, pair.source.span, there)


def _is_elsewhere(view: BeadView, pair: _Pair) -> bool:
    """The more charged of two that are not each other's best is rendered by another word: the pair is a mistake."""
    if pair.joint == FIRM:
        return False
    source, target = range(pair.source.first, pair.source.last), range(pair.target.first, pair.target.last)
    if is_as_usual(view, view.target, target, but=source):
        return True
    if abs(pair.here.value) >= abs(pair.there.value):
        return _is_rendered_throughout(view, view.source, source, target)
    return _is_rendered_throughout(view, view.target, target, source)


def _is_rendered_throughout(view: BeadView, side: SideView, words: range, but: range) -> bool:
    """Every word of a label is rendered by others than these: of climate deniers, the climate alone is not enough."""
    stop = load_words(f"function-words.{side.language}.txt")  # of forced out, the verb
    content = [k for k in words if side.tokens[k].form not in stop] or words
    return all(is_known(side, k) and is_rendered(view, side, range(k, k + 1), but=but) for k in content)


def _with_adjective(view: BeadView, match: Match[Labels]) -> Span:
    """Take in the Arabic adjective that a label is followed by and that renders nothing else: اليمين المحافظ."""
    after = match.last
    if view.target.language != "ar" or after >= len(view.target.tokens) or not agrees(view.target, after - 1, after):
        return match.span
    is_claimed = view.links.sources_of(after, after + 1) or is_rendered(view, view.target, range(after, after + 1))
    return match.span if is_claimed else view.target.span(match.first, after + 1)


def _pairs(view: BeadView, sources: Sequence[Match[Labels]], targets: Sequence[Match[Labels]]) -> list[_Pair]:
    """Pair labels of one scale that may render each other, every label once."""
    scales = {id(m): frozenset(row.scale for row in m.row) for m in (*sources, *targets)}
    met = [(a, b) for a in sources for b in targets if _may_meet(scales[id(a)], scales[id(b)])]
    found = [pair for here, there in met for pair in _candidates(view, here, there)]
    pairs: list[_Pair] = []
    for pair in sorted(found, key=lambda p: p.order):
        if not any(p.source is pair.source or p.target is pair.target for p in pairs):
            pairs.append(pair)
    return pairs


def _may_meet(here: frozenset[str], there: frozenset[str]) -> bool:
    """Tell whether labels have a scale in common, or one says nothing but what sort of thing it is."""
    return not here.isdisjoint(there) or not (here | there).isdisjoint(_GENERIC)


def _tokens(match: Match[Labels]) -> range:
    return range(match.first, match.last)


def _candidates(view: BeadView, here: Match[Labels], there: Match[Labels]) -> Iterator[_Pair]:
    readings = [(a, b) for a in here.row for b in there.row if _are_comparable(a, b)]
    joint = joint_of(view, _tokens(here), _tokens(there)) if readings else None
    is_same = any(a.scale == b.scale for a, b in readings)
    if joint is None and is_same and _is_alone(view, here, there):
        joint = _SCALE
    if joint is not None and (joint > PLACE or is_same):
        a, b = min(readings, key=lambda p: (abs(p[0].value - p[1].value), abs(p[0].rank - p[1].rank)))
        yield _Pair(here, there, a, b, joint)


def _are_comparable(a: Label, b: Label) -> bool:
    """Labels of one scale; a word for anything of its sort (events, people) is the neutral end of every scale."""
    if a.scale == b.scale:
        return True
    charged, plain = (a, b) if abs(a.value) >= abs(b.value) else (b, a)
    return plain.scale == _GENERIC[names_people(charged)] and abs(charged.value) >= _CHARGED


def _is_alone(view: BeadView, here: Match[Labels], there: Match[Labels]) -> bool:
    """Each is the only label of people of its scale on its side, and neither has a firm link: they must be one."""
    links = (view.links.targets_of(here.first, here.last, is_firm=True), view.links.sources_of(there.first, there.last))
    scales = {row.scale for row in here.row if names_people(row)} & {row.scale for row in there.row}
    counts = [sum(not scales.isdisjoint(r.scale for r in m.row) for m in s.labels) for s in (view.source, view.target)]
    return bool(scales) and not any(links) and counts == [1, 1]


def _dropped(view: BeadView, match: Match[Labels]) -> Iterator[_Shift]:
    """A charged modifier has no counterpart, its head has: terrorist groups, جماعات."""
    label = max(match.row, key=lambda row: abs(row.value))
    head = _head_after(view.source, match.last)
    if any(m.first == match.first for m in view.source.evaluative):  # an adjective that is left out is an omission
        return
    if not names_people(label) or abs(label.value) < _CHARGED or head is None:
        return
    if view.links.targets_of(match.first, match.last, is_firm=True):
        return
    if is_as_usual(view, view.source, _tokens(match)):
        return
    span = view.target_span_of(head, head + 1)
    if span and not _is_still_there(view, match):
        phrase = Span(match.span.start, view.source.tokens[head].span.end)
        yield _Shift(phrase, span, label, None, "label-dropped")


def _head_after(side: SideView, index: int) -> int | None:
    """Give the noun a modifier stands before: the next word, if no mark is between.

    A plural is no modifier, and a word in -ed or a function word after it no noun: survivors described.
    """
    if index >= len(side.tokens) or side.tokens[index].kind is not TokenKind.WORD:
        return None
    modifier, head = side.tokens[index - 1].form, side.tokens[index].form
    is_plural = modifier.endswith("s") and not modifier.endswith(("ss", "us"))
    is_noun = not head.endswith("ed") and head not in load_words(f"function-words.{side.language}.txt")
    return index if is_noun and not is_plural else None


def _is_still_there(view: BeadView, match: Match[Labels]) -> bool:
    """Some word of the translation that renders nothing else is close enough to the label."""
    taken = {j for i, j in view.links.firm if not match.first <= i < match.last}
    free = [t for k, t in enumerate(view.target.tokens) if t.kind is TokenKind.WORD and k not in taken]
    strings = [string for token in free for string in word_strings(token)]
    if not strings:
        return False
    table = view.vectors([match.span.of(view.source.text), *strings])
    return bool(np.round(table[1:] @ table[0], 4).max() >= _STILL_THERE)


def _edit(view: BeadView, shift: _Shift) -> Edit:
    words, rendered = shift.source.of(view.source.text), shift.target.of(view.target.text)
    direction, moved = _direction(shift)
    return Edit(
        Category.LABEL,
        direction,
        shift.source,
        shift.target,
        UNCOUNTED,
        f"“{words}” is rendered “{rendered}”: {moved}",
        f"{shift.rule}:{shift.here.id}" + (f"-{shift.there.id}" if shift.there else ""),
        cue=rendered,
        referent=words,
        severity="high" if abs(shift.here.value) == 3 else "medium",
    )


def _moved(a: Label, b: Label) -> str:
    """Say where on which scale the two labels stand; two scales are named apart."""
    if b.scale in _GENERIC:
        return f"{_rank(a)} to a word for anything of its sort"
    if a.scale in _GENERIC:
        return f"a word for anything of its sort to {_rank(b)}"
    return f"on the scale of {a.scale.replace('_', ' ')} from rank {a.rank} to rank {b.rank}"


def _rank(label: Label) -> str:
    return f"{label.scale.replace('_', ' ')}, rank {label.rank}"


def _direction(shift: _Shift) -> tuple[Direction, str]:
    """Softened is towards the neutral point or, across it, towards favour; strengthened the other way."""
    if shift.there is None:
        return Direction.SOFTENED, f"the label ({_rank(shift.here)}) has no word there"
    a, b = shift.here, shift.there
    moved = _moved(a, b)
    if abs(a.value) == abs(b.value) or a.value * b.value < 0:
        return (Direction.SOFTENED if b.value > a.value else Direction.STRENGTHENED), moved
    return (Direction.SOFTENED if abs(b.value) < abs(a.value) else Direction.STRENGTHENED), moved
