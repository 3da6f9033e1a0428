"""Which words of the other side answer a hedging device, each word once.

The devices of a side are matched with words of the other as in an assignment: whoever is surest of a word takes it, and
a device that can move to another word makes room. A device is surest of what loyal translators write for it
(``loyal.txt``), then of devices of a kind that answers its own, then of the wider list of counterparts, round the words
that render the hedged ones. A word that renders something else of this side answers nothing here. What is left
without a word has no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from aligner.frame.assignment import Claim, assign
from aligner.frame.devices import (
    BE,
    held_range,
    is_although,
    is_condition,
    is_demand,
    is_hedge,
    is_lookalike,
    may_be_missed,
)
from aligner.frame.view import BeadView, SideView
from aligner.lexicon import Match
from aligner.renderings import LONGEST, is_loyal, loyal_places, origins
from aligner.resources import Device, load_words
from aligner.text import normalise_word

__all__ = ["Search", "unanswered"]

_AHEAD, _BEHIND = 6, 8  # tokens searched before and after the counterpart of the hedged words
_AT_NAME = 5  # tokens round a name in which a verb of naming belongs to it
_AT_VERB, _PAST_VERB = 12, 4  # tokens before and after a verb in which a modal device belongs to it
_HELD = 4  # tokens after a modal in which its verb stands
_FRONTED = 2  # tokens at the head of a sentence where a device rules all of it
_SAME = 0.6  # cosine from which a word firmly linked to another renders it and so answers nothing else
_SURE = 0.4  # the same of a word that says such things
_LOYAL = 2.0  # how much surer than any cosine a loyal rendering is
_FAR = 1.0  # how much less sure a modal device elsewhere in the sentence is
_APART = 0.02  # the same for a token further off
_STOPS = (".", "!", "?", "\u061f", "\n")
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
_QAD = ("قد", "وقد", "فقد")
_ROOT = 3  # letters of most verbs in the perfect
_WE = frozenset({"we", "we're", "we've", "we'll", "us", "our"})
_IN_ROWS = ("epistemic", "degree")  # kinds of which several in a row say one thing


@dataclass(frozen=True, slots=True)
class _Others:
    """What the words of a side that are no devices render: verbs of saying, words of such a sense, all others."""

    reported: frozenset[tuple[int, int]]
    sure: frozenset[tuple[int, int]]
    spoken: frozenset[int]


@dataclass(frozen=True, slots=True)
class Search:
    """A device of one side, and what the other side says."""

    view: BeadView
    side: SideView
    match: Match[Device]
    others: _Others

    @property
    def other(self) -> SideView:
        """The side that may answer."""
        return self.view.other(self.side)

    @property
    def tokens(self) -> range:
        """The tokens of the device."""
        return range(self.match.first, self.match.last)

    def linked(self, first: int, last: int, *, is_firm: bool = False) -> tuple[int, ...]:
        """Give the tokens of the other side that first..last-1 of this one are linked to."""
        return self.view.linked_from(self.side, first, last, is_firm=is_firm)

    def is_free(self, index: int, *, is_device: bool) -> bool:
        """Tell whether a token of the other side renders no word of this side more than the device.

        A device there is taken only by a device or a report here; a mere counterpart by any word of its sense.
        """
        own = max(self.cosine(k, index) for k in self.tokens)
        reports = {k for k, there in self.others.reported if there == index}
        if reports and reports.isdisjoint(self.tokens):
            return False
        renders = [k for k, there in self.others.sure if there == index and k not in self.tokens]
        if not is_device and self.side is self.view.source and any(self._is_loyal(k, index) for k in renders):
            return False  # the prosecution is no allegation, nor a charge: الادعاء, الاتهام
        return not any(
            self.cosine(k, index) > own
            and (k in self.others.spoken or (not is_device and self.cosine(k, index) >= _SAME))
            for k in renders
        )

    def _is_loyal(self, here: int, there: int) -> bool:
        """Tell whether a source word is loyally rendered by a word; one that may be a modal device counts not."""
        is_modal = any(k == here and row.kind == "epistemic" for k, row in self.side.counterparts)
        return not is_modal and is_loyal(self.side.forms[here], self.other.forms[there : there + 1])

    def cosine(self, here: int, there: int) -> float:
        """Give the cosine of a token of this side and one of the other."""
        return float(self.view.table_from(self.side, self.view.links.cosines)[here, there])


def unanswered(view: BeadView, side: SideView, rendered: frozenset[tuple[int, int]]) -> list[Search]:
    """Give the devices of a side that no word of the other is left to answer."""
    is_device = is_hedge if side is view.target else may_be_missed
    matches = [match for match in side.hedges if is_device(side, match)]
    if not matches:
        return []
    reported = rendered if side is view.source else frozenset((j, i) for i, j in rendered)
    cosines = view.table_from(side, view.links.cosines)
    sure = frozenset((i, j) for i, j in view.firm_from(side) if cosines[i, j] >= _SURE)
    others = _Others(reported, sure, _spoken(side))
    searches = [Search(view, side, match, others) for match in matches]
    units = _units(matches)
    answered = assign(claim for search in searches for claim in _claims(search, units[search.match.first]))
    met = {s.match.form for s in searches if units[s.match.first] in answered} if side is view.target else set()
    left = (s for s in searches if units[s.match.first] not in answered and s.match.form not in met)  # said twice
    return [s for s in left if not _is_answered_anyway(s)]


def _units(matches: Iterable[Match[Device]]) -> dict[int, int]:
    """Give each token of a device its unit: its first token; of two modal ones in a row (may possibly) the first's."""
    units: dict[int, int] = {}
    kinds: dict[int, str] = {}
    for match in matches:
        is_modal = match.row.kind in _IN_ROWS and kinds.get(match.first - 1) == match.row.kind
        before = units.get(match.first - 1) if is_modal else None
        kinds[match.last - 1] = match.row.kind
        units.update((k, match.first if before is None else before) for k in range(match.first, match.last))
    return units


def _claims(search: Search, unit: int) -> Iterator[Claim]:
    """A device claims what loyal translators write for it, devices that answer its kind, and words of its sense."""
    slots = {k: m.first for m in search.other.hedges for k in range(m.first, m.last)}
    places = search.linked(*held_range(search.side, search.match))
    for index, bonus in _answers(search):
        apart = min((abs(index - place) for place in places), default=0)
        own = max(search.cosine(k, index) for k in search.tokens)
        yield Claim(unit, slots.get(index, index), bonus + own - _APART * apart)


def _answers(search: Search) -> Iterator[tuple[int, float]]:
    """Yield the tokens of the other side that may answer a device, with how much surer than its cosine that is."""
    match, other = search.match, search.other
    kinds = _ANSWERS[match.row.kind]
    window = {*_window(search), *search.linked(match.first, match.last, is_firm=True)}
    is_head = _rules_all(search.side, match)
    words = _folded(tuple(match.form.split()))
    for m in other.hedges:
        if _is_kind(m, kinds) and (m.first in window or _rules_all(other, m)) and _stands(search, m):
            yield m.first, 0.0
        elif _are_modal(match.row, m.row) and is_hedge(other, m) and (is_head or _stands(search, m)):
            yield m.first, -_FAR
    for k, row in other.counterparts:
        is_near = k in window or (row.kind == "epistemic" and k < _FRONTED)
        is_meant = not row.only or not _folded(row.only).isdisjoint(words)  # up to 400: قد يصل إلى 400
        if row.kind == match.row.kind and is_near and is_meant and _may_answer(search, k):
            yield k, 0.0
        elif match.row.kind == "epistemic" and _is_should(search, k):
            yield k, -_FAR
    loyal = (k for k in _loyal(search.view, search.side, search.tokens) if k in window)
    yield from ((k, _LOYAL) for k in loyal if not (_is_past(search, k) or is_lookalike(other, k)))


@lru_cache(maxsize=4096)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(normalise_word, words))


def _is_should(search: Search, index: int) -> bool:
    """"Should" is no device, but a modal like them where it renders nothing else."""
    is_should = search.other.tokens[index].form == "should"
    return is_should and not _obliges(search, index) and search.is_free(index, is_device=False)


def _obliges(search: Search, index: int) -> bool:
    """Should and must are no doubt where the translation says what one has to do: يجب, ينبغي."""
    is_duty = search.other.tokens[index].form in ("should", "must", "ought")
    return is_duty and not load_words("duties.ar.txt").isdisjoint(search.side.forms)


def _are_modal(*rows: Device) -> bool:
    """Modal devices answer each other wherever they stand; could is ability as often as chance."""
    return all(row.kind == "epistemic" and row.rule != "if-future" for row in rows)


def _loyal(view: BeadView, side: SideView, words: range) -> Iterator[int]:
    """Yield the tokens of the other side that begin what loyal translators write for these words, or write them for."""
    other = view.other(side)
    here = side.forms[words.start : words.stop]
    there = other.forms
    if side is view.source:
        names = {" ".join(here), " ".join(here[1:]) if here[0] in BE else ""} - {""}
        yield from sorted({k for name in names for k in loyal_places(name, there)})
        return
    known = {tuple(form.split()) for form in origins(here)}
    yield from (k for k in range(len(there)) if any(there[k : k + n] in known for n in range(1, LONGEST + 1)))


def _spoken(side: SideView) -> frozenset[int]:
    """Give the tokens that are devices, may stand for one, or are verbs of saying."""
    devices = [range(m.first, m.last) for m in side.hedges] + [range(m.first, m.last) for m in side.reporting]
    words = {k for k, _ in side.counterparts if not is_lookalike(side, k)}
    return frozenset(k for tokens in devices for k in tokens) | words


def _is_answered_anyway(search: Search) -> bool:
    """Fears and views answer although they render a word of their own; quotation marks hold a name off."""
    kind, window = search.match.row.kind, _window(search)
    rows = (row for k, row in search.other.counterparts if row.kind == kind and (k in window or k < _FRONTED))
    if any(row.rule == "always" for row in rows):
        return True
    return kind in ("naming", "claim", "self") and _is_quoted_instead(search)


def _is_kind(device: Match[Device], kinds: tuple[str, ...]) -> bool:
    """What somebody describes so answers a name, which a report does not."""
    return device.row.kind in kinds or ("naming" in kinds and device.row.rule == "describing")


def _rules_all(side: SideView, device: Match[Device]) -> bool:
    """A device rules its sentence from the head of it, or as an aside: على ما يبدو, فيما يبدو, apparently."""
    before = side.tokens[device.first - 1].text if device.first else ""
    return device.row.kind == "epistemic" and (device.first < _FRONTED or before in (",", "\u060c"))


def _stands(search: Search, device: Match[Device]) -> bool:
    if device.row.rule == "qad-imperfect":
        return _may_answer(search, device.first)
    tokens = range(device.first, device.last)
    if any(there in tokens and here not in search.tokens for here, there in search.others.reported):
        return False  # it is how another verb of saying is rendered: scholars said, بحسب خبراء
    stop = load_words("function-words.en.txt")  # "are likely" is taken where "likely" is
    content = [k for k in tokens if search.other.tokens[k].form not in stop] or tokens
    return is_hedge(search.other, device) and any(search.is_free(k, is_device=True) for k in content)


def _may_answer(search: Search, index: int) -> bool:
    """No word that is spoken for, no lookalike, no قد of the past, no call for action."""
    other = search.other
    if other.tokens[index].form in _QAD:
        return not _is_past(search, index)
    if is_although(other, index):
        return False
    if is_condition(other, index) and any(is_condition(search.side, k) for k in range(len(search.side.tokens))):
        return False
    is_masked = search.match.row.kind != "claim" and other.is_masked(index)
    is_other = is_lookalike(other, index) or is_demand(other, index) or is_masked or _obliges(search, index)
    return search.is_free(index, is_device=False) and not is_other


def _is_past(search: Search, index: int) -> bool:
    """قد before a verb in the perfect says that it is done (قد هلكوا, قد تم), unless it renders "may have"."""
    side, match = search.other, search.match
    after = side.tokens[index + 1].form if index + 1 < len(side.tokens) else ""
    if side.tokens[index].form not in _QAD:
        return False
    is_short = len(after) == _ROOT and after[0] == "ن" and _WE.isdisjoint(search.side.forms)  # نصح advised; نرى, we see
    is_perfect = not after or after[0] not in "يتنال" or after in ("تم", "تمت") or is_short
    is_had = "have" in search.side.forms[match.first : match.last + 1]
    return is_perfect or (after[0] == "ا" and not is_had)


def _is_quoted_instead(search: Search) -> bool:
    """Quotation marks hold off what this side names without any; round a proper name they are Arabic usage."""
    held = held_range(search.side, search.match)
    if search.side.language == "en" and any(search.side.tokens[k].text[0].isupper() for k in range(*held)):
        return False
    is_quoted_here = any(search.side.is_quoted(k) for k in range(*held))
    return not is_quoted_here and any(search.other.is_quoted(k) for k in search.linked(*held))


def _window(search: Search) -> range:
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
    last = linked[-1] + _BEHIND
    if match.first - _sentence_start(search.side, match.first) < _FRONTED:  # it rules all that follows
        last = max(last, _sentence_end(other, linked[-1]))
    return range(first, min(length, last + 1))


def _after(match: Match[Device]) -> range:
    return range(match.last, match.last + _HELD)


def _sentence_end(side: SideView, index: int) -> int:
    """Go on to the next full stop, or the last token."""
    while index < len(side.tokens) - 1 and side.tokens[index].text not in _STOPS:
        index += 1
    return index


def _sentence_start(side: SideView, index: int) -> int:
    """Go back to the token after the last full stop: a verb of saying rules all of its sentence."""
    while index > 0 and side.tokens[index - 1].text not in _STOPS:
        index -= 1
    return index
