"""Which verbs and nouns of saying report something where they stand; the others name a thing, or are quoted."""

from __future__ import annotations

import re

from aligner.frame.devices import THAT, is_lookalike, is_prosecution, may_be_while
from aligner.frame.view import SideView
from aligner.lexicon import Match
from aligner.resources import Reporting, load_words
from aligner.text import normalise_word

__all__ = ["is_noun", "is_passive", "is_report", "is_shown"]

_TANWIN = re.compile("\u064b\u0627$|\u0627\u064b$")  # of a masculine accusative; مؤكدةً is a participle
_PASSING = ("اقر", "يقر", "تقر")
_PASSED = 4  # tokens beside أقر in which what is conceded, or passed, is named
_SHOWN = 5  # tokens before "showed" in which the evidence is named
_CALLED = 3  # tokens after يدعون in which إلى makes it a call
_TO_WHOM = frozenset({"me", "us", "him", "her", "them", "it"})
_MODALS = frozenset({"can", "could", "cannot", "must", "should", "would", "will", "may", "might"})
_PASSIVE = re.compile("^(?:[وف]\u064e?)?[يت]\u064f")  # a written damma after the first letter of an imperfect
_ARTICLE = re.compile("[وف]?(?:[بك]?ال|لل)")  # of folded Arabic, after clitics
_HAMZA = re.compile("[وف\u064b-\u0652]*[أإآ]")  # as written: ألمح, he hinted, has no article


def is_report(side: SideView, match: Match[Reporting]) -> bool:
    """A match that is a report: outside speech, no adjective ("the alleged attack"), no claim to a thing."""
    if side.is_in_speech(match.first) or match.row.stance == "none" or is_lookalike(side, match.first):
        return False
    if side.is_denied(match.first):
        return False  # neither confirmed nor denied; عدم ذكر اسمه
    if match.row.stance == "claim" and _is_name_for(side, match):
        return False
    if side.language == "ar":
        return _is_arabic_report(side, match)
    before = side.tokens[match.first - 1].form if match.first else ""
    if match.form.split()[0] in load_words("homograph-nouns.en.txt") and not _is_verb(side, match):
        return False
    if match.form == "told" and _next(side, match) == "to":
        return False  # they are told to leave
    if match.row.stance == "endorse" and _next(side, match) in _TO_WHOM:
        return False  # she showed us ballots
    if match.row.stance != "claim":
        is_adjective = match.form.endswith("ed") and before in load_words("adjective-openers.en.txt")
        return not is_adjective and not (match.row.stance == "endorse" and before in _MODALS)  # a leaked memo; can show
    after = {t.form for t in side.tokens[match.last : match.last + 3]}
    is_thing = before in load_words("determiners.en.txt")
    return not is_thing and after.isdisjoint(load_words("claimed-things.en.txt"))


def is_shown(side: SideView, match: Match[Reporting]) -> bool:
    """What figures show is reported, and what is shown to be so; mercy and a column of smoke are not.

    Other verbs than "to show" need no such clause.
    """
    if not match.form.startswith("show"):
        return True
    before = {token.form for token in side.tokens[max(0, match.first - _SHOWN) : match.first]}
    is_clause = match.form.endswith("that") or _next(side, match) in load_words("clauses.en.txt")
    return is_clause or not before.isdisjoint(load_words("evidence.en.txt"))


def _is_name_for(side: SideView, match: Match[Reporting]) -> bool:
    """A relative clause that holds a name off is a hedge: ما يزعم أنه احتجاج."""
    around = [h for h in side.hedges if h.first < match.first < h.last and h.form.startswith(("ما ", "من ", "مما "))]
    around = [h for h in around if not may_be_while(side, h)]
    according = load_words("according.ar.txt")
    return any(h.first == 0 or side.tokens[h.first - 1].form not in according for h in around)


def is_passive(side: SideView, index: int) -> bool:
    """Tell whether an Arabic verb is written as a passive, so that nobody says it: يُزعم."""
    return bool(_PASSIVE.search(side.tokens[index].text))


def is_noun(side: SideView, match: Match[Reporting]) -> bool:
    """A word that is a noun as often (report), and no verb: those follow a pronoun or introduce what is said."""
    return match.form in load_words("report-nouns.en.txt") and not _is_verb(side, match)


def _is_verb(side: SideView, match: Match[Reporting]) -> bool:
    before = side.tokens[match.first - 1].form if match.first else ""
    return before in load_words("verb-openers.en.txt") or _next(side, match) in ("that", ":", "”", '"')


def _next(side: SideView, match: Match[Reporting]) -> str:
    """Give the form after a match, or nothing at the end."""
    return side.tokens[match.last].form if match.last < len(side.tokens) else ""


def _is_arabic_report(side: SideView, match: Match[Reporting]) -> bool:
    """A verb takes no article (المدعي is a plaintiff) and no preposition; a noun of claiming needs its claim."""
    token, listed = side.tokens[match.first], normalise_word(match.form.split()[0])
    is_verb = bool(_HAMZA.match(token.text)) or token.form.startswith((listed, "و" + listed, "ف" + listed))
    if _ARTICLE.match(token.form) and not is_verb:
        return False
    if is_prosecution(side, match.first):
        return False
    if match.form in load_words("claim-nouns.ar.txt"):
        return _is_claimed(side, match)
    bare = token.form[1:] if token.form[0] in "وف" and not listed.startswith(token.form[0]) else token.form
    is_plain = match.row.stance == "neutral" and match.row.distance == 0
    if bare[0] in "بك" and not listed.startswith(bare[0]) and not is_plain:
        return False
    if match.row.lemma == "حسب" and listed.endswith("ا") and token.form.lstrip("وف") != listed.lstrip("وف"):
        return False  # its storeys, بطبقاته, are no طبقا
    if _TANWIN.search(token.text) and not listed.endswith(("ا", "ة")):
        return False  # an amount, قدرًا; زاعمًا is a participle
    after = [t.form for t in side.tokens[match.last : match.last + _CALLED]]
    if token.form.endswith("دعون") and "الي" in after:
        return False  # they call for, يدعون إلى
    if listed.startswith(_PASSING) and not _concedes(side, match):
        return False
    if match.row.stance != "claim":
        return True
    return not token.text.endswith("\N{ARABIC LETTER ALEF MAKSURA}") or match.form != "يدعي"


def _concedes(side: SideView, match: Match[Reporting]) -> bool:
    """A law is passed with the same word, أقر; its noun, إقرار, needs what is conceded, with أن or ب."""
    after = [token.form for token in side.tokens[match.last : match.last + _PASSED]]
    around = [token.form for token in side.tokens[max(0, match.first - _PASSED) : match.first]] + after
    laws = load_words("laws.ar.txt")
    is_law = any(form.removeprefix("و").removeprefix("ال") in laws for form in around)
    if match.form.split()[-1] in THAT or not THAT.isdisjoint(after):
        return True
    is_noun = "قرار" in side.tokens[match.first].form
    return not is_law and (not is_noun or any(form.startswith("ب") for form in after))


def _is_claimed(side: SideView, match: Match[Reporting]) -> bool:
    """A noun of claiming reports where أن follows it, or where "according to" stands before it."""
    after = side.tokens[match.last : match.last + 1]
    before = side.tokens[match.first - 1 : match.first] if match.first else ()
    return (bool(after) and after[0].form in ("ان", "بان")) or (
        bool(before) and before[0].form in load_words("according.ar.txt")
    )
