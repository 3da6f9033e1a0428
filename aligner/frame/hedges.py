"""Hedges added or removed: a device that holds its content off, where the other side has none near it.

The other side is searched round the words that render the hedged words; the list of what counts as a
counterpart there is wider than the list of hedges, because a flag claims that nothing of the kind is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from aligner.frame.reporting import is_attributed
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Match
from aligner.model import Category, Direction, Edit, EditKind
from aligner.resources import Device
from aligner.text import TokenKind, arabic_share

__all__ = ["check", "is_hedge", "marks"]

_AHEAD, _BEHIND = 6, 8  # tokens searched before and after the counterpart of the hedged words
_AT_NAME = 5  # tokens round a name in which a verb of naming belongs to it
_AT_VERB, _PAST_VERB = 7, 3  # tokens before and after a verb in which a modal device belongs to it
_HELD = 4  # tokens after a hedge that are taken as the words it holds off
# Which kinds of device answer which: naming and claiming devices replace each other freely, a report does not
# answer "so-called", and any doubt answers any weaker one.
_ANSWERS = {
    "naming": ("naming", "self", "claim", "doubt"),
    "self": ("self", "naming", "claim"),
    "reportive": ("reportive", "claim", "naming"),
    "claim": ("claim", "doubt", "reportive"),
    "doubt": ("doubt", "claim", "naming"),
    "epistemic": ("epistemic", "claim", "reportive"),
}
_MARKED = ("naming", "self", "claim", "doubt")
_SEVERITY = {0: "low", 1: "low", 2: "medium", 3: "high"}
# After قد a verb in ت may be a perfect of form V (تعرّض) or an imperfect; these can only be imperfect.
_IMPERFECT_T = (
    "تكون",
    "تصبح",
    "تودي",
    "تبدو",
    "تبقي",
    "تظل",
    "تصل",
    "تعني",
    "تجد",
    "تحتاج",
    "تستمر",
    "تستغرق",
    "تواجه",
    "تساعد",
)


def check(view: BeadView) -> Iterator[Edit]:
    """Yield hedges that only one side has."""
    for match in view.target.hedges:
        if match.row.rule == "reporting" and is_attributed(view, match.first, match.last):
            continue  # a verb of claiming for another verb of saying is the business of that check
        if is_hedge(view.target, match) and not _is_answered(view, match, in_target=True):
            yield _edit(view, match, Direction.ADDED)
    for match in view.source.hedges:
        if _may_be_missed(view.source, match) and not _is_answered(view, match, in_target=False):
            yield _edit(view, match, Direction.REMOVED)


def marks(side: SideView) -> Iterator[Edit]:
    """Yield the distancing devices of a translation alone; a verb of claiming may be the source's own."""
    for match in side.hedges:
        is_device = match.row.distance >= 2 and match.row.kind in _MARKED and match.row.rule != "reporting"
        if is_device and is_hedge(side, match):
            words, held = match.span.of(side.text), _held_words(side, match)
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


def is_hedge(side: SideView, match: Match[Device]) -> bool:
    """Tell whether a device is one here: not in speech, قد only before an imperfect, no Latin name after."""
    if side.is_in_speech(match.first):
        return False
    after = side.tokens[match.last : match.last + 2]
    if match.row.kind == "epistemic" and side.is_denied(match.first):
        return False  # no model had predicted, لم يتوقعه
    if match.row.rule == "qad-imperfect":
        return bool(after) and _is_imperfect(after[0].form)
    if match.row.rule == "not-before-name":
        return bool(after) and not after[0].text[:1].isupper()
    if match.row.kind == "naming" and after and match.row.distance <= 2 and side.language == "ar":
        return not (after[0].kind is TokenKind.WORD and arabic_share(after[0].text) == 0)  # المسمى AI Next
    return True


def _is_imperfect(form: str) -> bool:
    """A verb in the imperfect starts with ي; with ت only where the perfect of form V cannot be meant."""
    return form == "لا" or (len(form) > 2 and form.startswith("ي")) or form in _IMPERFECT_T


def _may_be_missed(side: SideView, match: Match[Device]) -> bool:
    """Only devices with some distance, outside speech; plain naming ("known as") informs."""
    if side.is_in_speech(match.first) or (match.row.kind == "naming" and match.row.distance < 3):
        return False
    words = side.tokens[match.first : match.last]
    after = side.tokens[match.last : match.last + 1]
    if match.first > 0 and words[0].text[:1].isupper() and not side.is_title_case:
        return False  # Sham News, in May
    if match.form in ("may", "possible", "likely") and (not after or after[0].kind is not TokenKind.WORD):
        return False  # May 24; as soon as possible.
    return match.form not in ("supposed",) or not _follows(side, match.last, "to")


def _follows(side: SideView, index: int, form: str) -> bool:
    return index < len(side.tokens) and side.tokens[index].form == form


def _is_answered(view: BeadView, match: Match[Device], *, in_target: bool) -> bool:
    """Look for a counterpart: any hedge of an answering kind, any word of the wider list near the place."""
    side, other = (view.target, view.source) if in_target else (view.source, view.target)
    kinds = _ANSWERS[match.row.kind]
    if not other.text:
        return False
    window = _window(view, match, in_target=in_target)
    if match.row.kind == "epistemic" and _has_as_many(side, other):
        return True
    if any(m.row.kind in kinds and m.first in window for m in other.hedges if is_hedge(other, m)):
        return True
    if any(row.kind == match.row.kind and k in window and not _demands(other, k) for k, row in other.counterparts):
        return True
    held = _held_range(side, match)
    find = view.links.sources_of if in_target else view.links.targets_of
    return match.row.kind in ("naming", "claim", "self") and any(other.is_quoted(k) for k in find(*held))


def _demands(side: SideView, index: int) -> bool:
    """Called for, calls on: no naming."""
    is_call = side.tokens[index].form in ("call", "calls", "called", "calling")
    return is_call and any(_follows(side, index + 1, particle) for particle in ("for", "on", "upon", "off"))


def _has_as_many(side: SideView, other: SideView) -> bool:
    """The other side has as many modal devices, wherever they stand: each answers one."""
    here, there = (sum(m.row.kind == "epistemic" and is_hedge(s, m) for m in s.hedges) for s in (side, other))
    return there >= here


def _window(view: BeadView, match: Match[Device], *, in_target: bool) -> range:
    """Give the token range of the other side in which a counterpart is looked for."""
    side, other = (view.target, view.source) if in_target else (view.source, view.target)
    find = view.links.sources_of if in_target else view.links.targets_of
    if match.row.kind == "epistemic" and (verb := _verb_of(view, match, in_target=in_target)) is not None:
        return range(max(0, verb - _AT_VERB), min(len(other.tokens), verb + _PAST_VERB + 1))
    linked = find(*_held_range(side, match)) or find(max(0, match.first - 2), match.last + _HELD + 2)
    is_short = len(other.tokens) <= _AHEAD + _BEHIND and match.row.kind not in ("naming", "self")
    if not linked or is_short or match.row.kind == "epistemic":
        return range(len(other.tokens))
    if match.row.kind in ("naming", "self"):  # called, known: only right at the name
        return range(max(0, linked[0] - _AT_NAME), min(len(other.tokens), linked[-1] + _AT_NAME))
    first = min(_sentence_start(other, linked[0]), max(0, linked[0] - _AHEAD))
    return range(first, min(len(other.tokens), linked[-1] + _BEHIND + 1))


def _verb_of(view: BeadView, match: Match[Device], *, in_target: bool) -> int | None:
    """Give the other side's token that renders the word a modal device rules, if a firm link tells it."""
    find = view.links.sources_of if in_target else view.links.targets_of
    for k in range(match.last, match.last + _HELD):
        if linked := find(k, k + 1, is_firm=True):
            return linked[0]
    return None


def _sentence_start(side: SideView, index: int) -> int:
    """Go back to the token after the last full stop: a verb of saying rules all of its sentence."""
    while index > 0 and side.tokens[index - 1].text not in (".", "!", "?", "\u061f", "\n"):
        index -= 1
    return index


def _held_range(side: SideView, match: Match[Device]) -> tuple[int, int]:
    """Give the tokens a device holds off: those after it, or before it where it follows its noun."""
    follows = side.language == "ar" and (match.row.id in ("h010", "h031", "h050") or match.last >= len(side.tokens))
    if follows:
        return max(0, match.first - 2), match.first
    last = match.last
    while last < min(len(side.tokens), match.last + _HELD) and (
        side.tokens[last].kind is not TokenKind.MARK or last == match.last
    ):
        last += 1
    return match.last, max(last, match.last)


def _held_words(side: SideView, match: Match[Device]) -> str:
    first, last = _held_range(side, match)
    last = min(last, first + 2)
    return side.span(first, last).of(side.text) if last > first else match.span.of(side.text)


def _edit(view: BeadView, match: Match[Device], direction: Direction) -> Edit:
    is_added = direction is Direction.ADDED
    side = view.target if is_added else view.source
    first, last = _held_range(side, match)
    project = view.source_span_of if is_added else view.target_span_of
    other_span = project(first, last) if last > first else None
    words, held = match.span.of(side.text), _held_words(side, match)
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
