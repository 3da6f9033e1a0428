"""Which words are a hedging device where they stand, and which words it holds off."""

from __future__ import annotations

import re
from itertools import pairwise

from aligner.frame.view import SideView
from aligner.lexicon import Match
from aligner.resources import Device, load_table, load_words
from aligner.text import TokenKind, arabic_share

__all__ = [
    "BE",
    "THAT",
    "held_range",
    "held_words",
    "is_although",
    "is_condition",
    "is_demand",
    "is_hedge",
    "is_lookalike",
    "is_prosecution",
    "may_be_missed",
    "may_be_while",
]

BE = frozenset({"is", "are", "was", "were", "be", "been"})
THAT = frozenset({"ان", "انه", "انها", "انهم", "بان", "بانه", "بانها", "بانهم"})

_FOLLOWING = ("h010", "h031", "h050")  # rows whose devices stand after the Arabic noun they hold off
_SEEMS = ("يبدو", "تبدو", "بدت", "بدا")
_HELD = 4  # tokens after a hedge that are taken as the words it holds off
_CONCEDES = 6  # tokens before a modal in which "however" makes its clause one of concession
_GLOSS = 4  # tokens after a naming device in which a Latin word says that a term is introduced
_CLAIMING = frozenset({"مدعية", "مدعين", "مدعون"})
_TASHKEEL = re.compile("[\u064b-\u0652\u0640]")


def is_hedge(side: SideView, match: Match[Device]) -> bool:
    """Tell whether a device is one here: not in speech, قد only before an imperfect, no Latin name after."""
    if side.is_in_speech(match.first) or _is_in_name(side, match):
        return False
    if any(is_lookalike(side, k) for k in range(match.first, match.last)):
        return False
    if _is_subject(side, match) or _is_emphatic(side, match):
        return False
    after = side.tokens[match.last : match.last + 2]
    if match.row.kind in ("epistemic", "degree") and _is_denied(side, match.first):
        return False  # no model had predicted, لم يتوقعه; لا يقدر بثمن
    if match.row.kind == "naming" and match.row.distance <= 2 and _introduces_term(side, match):
        return False
    if match.row.rule == "qad-imperfect":
        return bool(after) and _is_imperfect(after[0].form)
    if match.row.rule == "no-object":  # وُصفت بأنها; وصفته بأنه has a speaker
        verbs = [t.form for t in side.tokens[match.first : match.first + 2] if t.form[:2] not in ("با", "ان")]
        return not any(form.endswith(("ه", "ها", "هم")) for form in verbs)
    if match.form in _SEEMS and after and after[0].form.startswith("علي"):
        return False  # signs show on him, تبدو عليه
    if match.row.rule == "not-before-name":
        return bool(after) and not after[0].text[:1].isupper()
    return True


def _introduces_term(side: SideView, match: Match[Device]) -> bool:
    """A word in Latin letters soon after: المسمى AI Next, ما يعرف بقيمة التجزئة hash."""
    named = side.tokens[match.last : match.last + _GLOSS] if side.language == "ar" else ()
    return any(token.kind is TokenKind.WORD and arabic_share(token.text) == 0 for token in named)


def _is_subject(side: SideView, match: Match[Device]) -> bool:
    """A noun with the article after a verb of saying is who says so: يعتقد الادعاء أن, يقول ممثلو الادعاء إن."""
    first = match.first
    if side.language != "ar" or not side.tokens[first].form.startswith("ال"):
        return False
    return any(m.last in (first, first - is_prosecution(side, first)) for m in side.reporting)


def is_prosecution(side: SideView, index: int) -> bool:
    """Tell whether a noun before it makes the Arabic word for a claim the prosecution: ممثلو الادعاء, وفريق الادعاء."""
    before = side.forms[index - 1] if index else ""
    names = {before, before.removeprefix("و"), before.removeprefix("ف")}
    return side.forms[index] == "الادعاء" and not load_words("prosecuting.ar.txt").isdisjoint(names)


def _is_emphatic(side: SideView, match: Match[Device]) -> bool:
    """After an adverb of time ما says nothing: نادرا ما بدا; before a verb of saying فيما is while."""
    index = match.first
    before = side.tokens[index - 1].form if index else ""
    if may_be_while(side, match):  # فيما يعرف is what is known, though
        return any(m.first == index + 1 for m in side.reporting)
    return side.tokens[index].form == "ما" and before in load_words("adverbs-with-ma.ar.txt")


def may_be_while(side: SideView, match: Match[Device]) -> bool:
    """Tell whether the ما that a device begins with is written in one with في: فيما is as often while."""
    return side.tokens[match.first].form == "فيما" and match.form.startswith("ما ")


def _is_concessive(side: SideView, index: int) -> bool:
    """In a clause of concession "may" is no hedge: however much they may insist, wherever they might be."""
    openers = load_words("concessives.en.txt")
    for k in range(index - 1, max(-1, index - 1 - _CONCEDES), -1):
        if side.tokens[k].kind is TokenKind.MARK:
            return False
        if side.tokens[k].form in openers:
            return True
    return False


def _forbids(side: SideView, match: Match[Device]) -> bool:
    """A rule is no chance: may not be invoked, may in no case, may only."""
    after = [token.form for token in side.tokens[match.last : match.last + 3]]
    is_passive = after[:2] == ["not", "be"] and after[-1].endswith(("ed", "en"))
    return match.form == "may" and (is_passive or after[:1] == ["only"] or after[1:2] == ["no"])


def _is_denied(side: SideView, index: int) -> bool:
    """Tell whether a negation stands before a token, with a copula between or not: لم يكن من الممكن."""
    before = side.tokens[index - 1].form if index else ""
    return side.is_denied(index) or (before in load_words("copulas.ar.txt") and side.is_denied(index - 1))


def is_lookalike(side: SideView, index: int) -> bool:
    """Tell whether a token only looks like a device once it is folded: بدأ for بدا; a plaintiff who does not claim."""
    if side.forms[index] in _CLAIMING and not THAT.isdisjoint(side.forms[index + 1 : index + 2]):
        return False
    written = _TASHKEEL.sub("", side.tokens[index].text)
    if written == "May" and index > 0 and not side.is_title_case:
        return side.tokens[index - 1].kind is TokenKind.WORD  # in May
    listed = load_table("lookalikes.yaml").get(side.language, ())
    return written in listed or (written[:1] in ("و", "ف") and written[1:] in listed)


def is_condition(side: SideView, index: int) -> bool:
    """Tell whether a token is a word of condition, which answers a modal only where it renders no other one."""
    return side.tokens[index].form in load_words(f"conditions.{side.language}.txt")


def is_although(side: SideView, index: int) -> bool:
    """Tell whether a token belongs to وإن كان, which is although, and no condition."""
    near = side.forms[max(0, index - 1) : index + 2]
    return any(a == "وان" and b.startswith("كان") for a, b in pairwise(near))


def is_demand(side: SideView, index: int) -> bool:
    """Tell whether a token calls for something, or on somebody, which names nothing."""
    after = side.tokens[index + 1].form if index + 1 < len(side.tokens) else ""
    is_call = side.tokens[index].form in ("call", "calls", "called", "calling")
    return is_call and after in ("for", "on", "upon", "off")


def _is_imperfect(form: str) -> bool:
    """A verb in the imperfect starts with ي; with ت only where the perfect of form V cannot be meant."""
    return (
        form == "لا"
        or (len(form) > 2 and form.startswith(("ي", "تت", "تست")))
        or form in load_words("imperfects.ar.txt")
    )


def may_be_missed(side: SideView, match: Match[Device]) -> bool:
    """Only devices with some distance, outside speech; plain naming ("known as") informs."""
    if side.is_in_speech(match.first) or (match.row.kind == "naming" and match.row.distance < 3):
        return False
    if _is_in_name(side, match):
        return False  # Sham News, in May
    if match.row.kind == "epistemic" and (_is_concessive(side, match.first) or _forbids(side, match)):
        return False
    if match.row.kind == "epistemic" and (_is_ability(side, match) or _is_attribute(side, match)):
        return False
    if _is_idea(side, match):
        return False
    after = side.tokens[match.last : match.last + 1]
    if match.form == "possible" and after and after[0].form in ("to", "for"):
        return False  # ability: it was possible to walk
    if match.form in ("may", "possible", "likely") and (not after or after[0].kind is not TokenKind.WORD):
        return False  # May 24; as soon as possible.
    return match.form not in ("supposed",) or not _follows(side, match.last, "to")


def _is_idea(side: SideView, match: Match[Device]) -> bool:
    """Nobody thought to call: after whoever has the thought it is no passive."""
    before = side.forms[match.first - 1] if match.first else ""
    return match.form == "thought to" and before in load_words("thinkers.en.txt")


def _is_ability(side: SideView, match: Match[Device]) -> bool:
    """What could be heard was heard: a passive of perception makes "could" ability."""
    after = [*match.form.split()[1:], *(token.form for token in side.tokens[match.last : match.last + 2])]
    is_passive = match.form.startswith("could") and after[:1] == ["be"]
    return is_passive and not load_words("perceived.en.txt").isdisjoint(after[1:2])


def _is_attribute(side: SideView, match: Match[Device]) -> bool:
    """An unlikely hero is one whom nobody expected."""
    before = side.tokens[match.first - 1].form if match.first else ""
    return match.form in ("unlikely", "improbable") and before in ("a", "an", "the", "this")


def _is_in_name(side: SideView, match: Match[Device]) -> bool:
    """A capital in the sentence makes a name; at its head it does where a doubting adjective meets another one."""
    if not side.tokens[match.first].text[:1].isupper() or side.is_title_case:
        return False
    after = side.tokens[match.last : match.last + 1]
    return match.first > 0 or (match.row.kind == "doubt" and bool(after) and after[0].text[:1].isupper())


def _follows(side: SideView, index: int, form: str) -> bool:
    return index < len(side.tokens) and side.tokens[index].form == form


def held_range(side: SideView, match: Match[Device]) -> tuple[int, int]:
    """Give the tokens a device holds off: those after it, or before it where nothing follows in its clause."""
    if side.language == "ar" and _follows_its_noun(side, match):
        return max(0, match.first - 2), match.first
    first, last = _stretch(side, match.last)
    if first < last:
        return first, last
    return max(0, match.first - 2), match.first


def _follows_its_noun(side: SideView, match: Match[Device]) -> bool:
    """Tell whether an Arabic device stands after what it holds off: an adjective, الجمهورية المعلنة من جانب واحد."""
    is_adjective = side.tokens[match.first].form.startswith("ال") and not match.form.endswith((" ب", "ان"))
    return match.row.id in _FOLLOWING or (match.row.kind in ("claim", "self") and is_adjective)


def _stretch(side: SideView, first: int) -> tuple[int, int]:
    """Give up to four tokens up to a mark; a mark right after the device is skipped."""
    if first < len(side.tokens) - 1 and side.tokens[first].kind is TokenKind.MARK:
        first += side.tokens[first].text not in (".", "!", "?", "\u061f", ";")
    last = first
    while last < min(len(side.tokens), first + _HELD) and side.tokens[last].kind is not TokenKind.MARK:
        last += 1
    return first, last


def held_words(side: SideView, match: Match[Device]) -> str:
    """Give the words to be named in a rationale: from the first content word to the last of the stretch."""
    first, last = held_range(side, match)
    stop = load_words(f"function-words.{side.language}.txt")
    while first < last - 1 and (side.tokens[first].form in stop or side.tokens[first].kind is TokenKind.MARK):
        first += 1
    last = min(last, first + 3)
    while last > first + 1 and side.tokens[last - 1].form in stop:
        last -= 1
    return side.span(first, last).of(side.text) if last > first else match.span.of(side.text)
