"""Charged words that have no rendering on the other side, and what stands there instead.

A word of the lexicon that evaluates, or a label that does so on each of its scales, is absent where no word of the
other side shares a concept with it (``renderings``). Whatever stands in its place makes it another label; where
nothing does, it was left out, or brought in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from aligner.frame.coverage import is_as_listed, phrases, sounds_like_name, vacancies
from aligner.frame.view import BeadView, SideView
from aligner.lexicon import Match
from aligner.renderings import has_loyal, is_listed, origins
from aligner.resources import Evaluation, Label, load_words
from aligner.text import TokenKind, english_bases

__all__ = [
    "Absence",
    "absences",
    "agrees",
    "has_rendering",
    "is_anothers",
    "is_as_usual",
    "is_definite",
    "is_known",
    "is_rendered",
    "modifies",
    "names_people",
]

_CHARGED = 2  # |value| from which an absence is worth a flag
_CLAUSE, _SURE = 3, 0.7  # content words and probability from which a stretch is lost as a whole
_EXTREME = 3
_SAME = 0.7  # cosine from which a word renders another
_REACH = 2  # tokens from a translated Arabic word in which the same English word may render another: اليميني المتطرف
_HEAD = 2  # words before a modifier with which it may be one rendering
_PREPOSITIONS = ("ب", "ك", "ل")
_ARTICLES = ("ال", "وال", "فال", "بال", "كال", "لل", "ولل", "وبال")
_FADED = frozenset({"e015", "e016", "e017", "e018"})  # degree, comment and praise: a matter of style


@dataclass(frozen=True, slots=True)
class Absence:
    """Tokens ``first`` to ``last`` (half-open) without rendering; ``instead`` are the tokens in their place."""

    first: int
    last: int
    label: Label | Evaluation
    instead: tuple[int, ...]


@lru_cache(maxsize=8)
def absences(view: BeadView, side: SideView) -> tuple[Absence, ...]:
    """Give the charged words of a side that the other side lacks, from left to right; not those of a lost clause."""
    return tuple(_absences(view, side))


def _absences(view: BeadView, side: SideView) -> Iterator[Absence]:
    rivals = list(_unrendered(view, side))
    clauses = [phrase for phrase in phrases(view, side) if phrase.n_words >= _CLAUSE and phrase.probability >= _SURE]
    for first, last, label in _charged(side):
        is_lost = any(phrase.first <= first and last <= phrase.last for phrase in clauses)
        is_met = is_lost or any(rival.may_render(range(first, last), label) for rival in rivals)
        if not is_met and _is_worth(view, side, first, last):
            is_modifier = isinstance(label, Evaluation)
            yield Absence(first, last, label, _instead(view, side, range(first, last), is_modifier=is_modifier))


@dataclass(frozen=True, slots=True)
class _Rival:
    """A charged word of the other side that nothing here renders; ``linked`` are the tokens that it translates."""

    value: int
    linked: frozenset[int]

    def may_render(self, indices: range, label: Label | Evaluation) -> bool:
        """Tell whether it may be an unlisted rendering: of the same sign, and no other word's translation."""
        is_free = not self.linked or not self.linked.isdisjoint(indices)
        return is_free and (label.value > 0) == (self.value > 0)


def _unrendered(view: BeadView, side: SideView) -> Iterator[_Rival]:
    """Give the other side's charged words that nothing here renders: they may render ours, unlisted."""
    other = view.other(side)
    found = [(m.first, m.last, m.row.value) for m in other.evaluative]
    found += [(m.first, m.last, row.value) for m in other.labels for row in m.row]
    for first, last, value in found:
        if abs(value) >= _CHARGED and not is_rendered(view, other, range(first, last)):
            yield _Rival(value, frozenset(a for b in range(first, last) for a in _translated(view, side, b)))


def is_rendered(view: BeadView, side: SideView, indices: range, *, but: range = range(0)) -> bool:
    """Tell whether words of the other side (``but`` some) may render these tokens; unknown ones count as rendered."""
    return not any(is_known(side, k) for k in indices) or has_rendering(view, side, indices, but=but)


def has_rendering(view: BeadView, side: SideView, indices: range, *, but: range = range(0)) -> bool:
    """Tell whether a word of the other side (``but`` some) shares a concept with these tokens, or is loyal to them.

    A word that renders its own link (destroyed, دمر) does not render another word of the source (catastrophic); one
    word of the source may be rendered by two: far-right, اليميني المتطرف.
    """
    other = view.other(side)
    known = other.all_concepts & frozenset[int]().union(*[side.concepts[k] for k in indices])
    found = (k for k, there in enumerate(other.concepts) if not known.isdisjoint(there) and k not in but)
    is_met = bool(known) and any(not is_anothers(view, side, k, indices) for k in found)
    return is_met or is_as_usual(view, side, indices)


def is_as_usual(view: BeadView, side: SideView, indices: range, *, but: range = range(0)) -> bool:
    """Tell whether the other side has (``but`` some) what loyal translators write for these words, or write them for.

    An English word that is firmly linked to another Arabic one is not what these render.
    """
    words, other = side.forms[indices[0] : indices[-1] + 1], view.other(side)
    if side is view.source:
        return has_loyal(" ".join(words), other.forms)
    for first in range(indices[0], max(0, indices[0] - _HEAD) - 1, -1):  # with the noun before: خطأ فادح, a blunder
        here = range(first, indices[-1] + 1)
        found = origins(side.forms[here.start : here.stop])
        if any(_is_free(view, places, here) for places in _places(other, found) if places.isdisjoint(but)):
            return True
    return False


def _places(side: SideView, found: Collection[str]) -> Iterator[set[int]]:
    """Give the tokens of an English side where one of these forms stands, or a word that inflects it."""
    for form in found:
        words = tuple(form.split())
        for k in _heads(side).get(words[0], ()):
            if len(words) == 1 or side.forms[k : k + len(words)] == words:
                yield {*range(k, k + len(words))}


@lru_cache(maxsize=8)
def _heads(side: SideView) -> Mapping[str, tuple[int, ...]]:
    """Give the places of each English form of a side, and of what it may be an inflection of."""
    found: dict[str, tuple[int, ...]] = {}
    for k, form in enumerate(side.forms):
        for part in {form, *form.split("-")}:  # law-and-order
            for known in {part, *english_bases(part)}:
                found[known] = (*found.get(known, ()), k)
    return found


def _is_free(view: BeadView, places: set[int], indices: range) -> bool:
    """None of the source words is firmly linked to target words other than these alone."""
    linked = [view.links.targets_of(k, k + 1, is_firm=True) for k in places]
    return not any(there and all(j not in indices for j in there) for there in linked)


def is_anothers(view: BeadView, side: SideView, index: int, indices: range) -> bool:
    """Tell whether a token of the other side translates other words; for an Arabic one, those a few words off."""
    words = _translated(view, side, index)
    reach = 0 if side is view.source else _REACH
    near = range(indices[0] - reach, indices[-1] + 1 + reach)
    return bool(words) and all(a not in near for a in words)


def _translated(view: BeadView, side: SideView, index: int) -> tuple[int, ...]:
    """Give the tokens of this side that a token of the other is firmly linked to, if it means what they do."""
    other = view.other(side)
    words = view.linked_from(other, index, index + 1, is_firm=True)
    cosines = view.table_from(side, view.links.cosines)
    is_meant = all(other.concepts[index] & side.concepts[a] or cosines[a, index] >= _SAME for a in words)
    return words if is_meant else ()


def is_known(side: SideView, index: int) -> bool:
    """Tell whether the table of renderings has the word."""
    return is_listed(side.tokens[index].form, side.language)


def names_people(label: Label | Evaluation) -> bool:
    """Tell whether a label is of people; what is said of acts and things is put in other words too often."""
    return isinstance(label, Label) and label.scale in load_words("people-scales.txt")


def _charged(side: SideView) -> Iterator[tuple[int, int, Label | Evaluation]]:
    """Yield what evaluates; a word that does both is the label if that is longer or names people."""
    found: dict[int, tuple[int, int, Label | Evaluation]] = {}
    for evaluation in side.evaluative:
        is_charged = evaluation.row.id not in _FADED
        if is_charged and is_as_listed(side, evaluation, is_strict=True):
            found[evaluation.first] = (evaluation.first, evaluation.last, evaluation.row)
    for match in side.labels:
        label = max(match.row, key=lambda row: (names_people(row), abs(row.value)))
        is_charged = all(abs(row.value) >= _CHARGED for row in match.row)
        inside = [k for k in range(match.first, match.last) if k in found and not names_people(label)]
        if is_charged and not inside and _is_plain(side, match, label):
            found[match.first] = (match.first, match.last, label)
    yield from (found[k] for k in sorted(found))


def _is_plain(side: SideView, match: Match[tuple[Label, ...]], label: Label) -> bool:
    """An Arabic label must be extreme or name people, and stand as listed: short forms have too many inflections."""
    if abs(label.value) < _EXTREME and not (names_people(label) and label.value < 0):
        return False
    return is_as_listed(side, match, is_strict=True)


def _is_worth(view: BeadView, side: SideView, first: int, last: int) -> bool:
    """Leave out what is denied, spells a name, or may be rendered after all."""
    if side.is_denied(first) or side.tokens[first].kind is not TokenKind.WORD:
        return False
    is_name = first > 0 and not side.is_title_case and side.tokens[first].text[0].isupper()
    if is_name or sounds_like_name(view, side, range(first, last)):
        return False
    return not is_rendered(view, side, range(first, last))


def _instead(view: BeadView, side: SideView, indices: range, *, is_modifier: bool) -> tuple[int, ...]:
    """Give the tokens that stand in the place of these: beside their head's rendering, linked, or unclaimed."""
    head = _head(side, indices) if is_modifier else None
    if head is not None:
        return _beside(view, side, indices, head)
    if is_modifier and side.language != "ar" and side.tokens[indices[-1]].form.endswith("ly"):
        return ()
    return _nearest(view, side, indices)


def _nearest(view: BeadView, side: SideView, indices: range) -> tuple[int, ...]:
    """Give the free token that these fit best: a linked one, one that stands where they should, or any."""
    other = view.other(side)
    scores, cosines = (
        view.table_from(side, table)[indices[0] : indices[-1] + 1].max(axis=0)
        for table in (view.links.scores, view.links.cosines)
    )
    is_phrase = len(indices) > 1  # a word of a phrase that is rendered is not what the phrase was made into
    firm = [b for a, b in view.firm_from(side) if a in indices]
    for places in (firm, vacancies(view, side, indices), other.content):
        free = [b for b in places if not _is_claimed(view, side, b, indices)]
        free = [b for b in free if not (is_phrase and cosines[b] >= _SAME)]
        if free:
            return (min(free, key=lambda b: (-float(scores[b]), b)),)
    return ()


def _is_claimed(view: BeadView, side: SideView, index: int, indices: range) -> bool:
    """A token of the other side renders another word of this side: a link, a shared concept or a name."""
    other = view.other(side)
    token = other.tokens[index]
    is_linked = any(b == index and a not in indices for a, b, _ in view.links_from(side))
    if token.kind is not TokenKind.WORD or is_linked:
        return True
    if sounds_like_name(view, other, [index]) or (index > 0 and other.language != "ar" and token.text[0].isupper()):
        return True
    known = other.concepts[index]
    return any(known & here for k, here in enumerate(side.concepts) if k not in indices)


def _beside(view: BeadView, side: SideView, indices: range, head: int) -> tuple[int, ...]:
    """Give the free word beside the rendering of a modifier's head: before it in English, after it in Arabic."""
    other = view.other(side)
    content = set(other.content)
    for place in sorted(b for a, b in view.firm_from(side) if a == head):
        for found in (place + 1, place + 2) if other.language == "ar" else (place - 1, place - 2):
            if not 0 <= found < len(other.tokens) or (found not in content and not other.is_denied(found + 1)):
                break
            is_fit = other.language != "ar" or agrees(other, place, found)
            if found in content and is_fit and not _is_claimed(view, side, found, indices):
                return (found,)
    return ()


def _head(side: SideView, indices: range) -> int | None:
    """Give the word a modifier belongs to: the last of the nouns after it in English, the noun before it in Arabic."""
    if side.language == "ar":
        before = indices[0] - 1
        return before if before >= 0 and agrees(side, before, indices[0]) else None
    stop = load_words(f"function-words.{side.language}.txt")
    after = indices[-1] + 1
    is_word = after < len(side.tokens) and side.tokens[after].kind is TokenKind.WORD
    return after if is_word and side.tokens[after].form not in stop else None


def modifies(side: SideView, absence: Absence) -> bool:
    """An Arabic word that evaluates stands by another: an adjective, a phrase or a noun with a preposition.

    A noun of its own is what its clause is about; free translation makes many, of verbs and of whole clauses.
    """
    is_phrase = absence.last - absence.first > 1 or side.tokens[absence.first].form.startswith(_PREPOSITIONS)
    is_adjective = absence.first > 0 and agrees(side, absence.first - 1, absence.first)
    return isinstance(absence.label, Evaluation) and (is_phrase or is_adjective)


def agrees(side: SideView, noun: int, modifier: int) -> bool:
    """An Arabic adjective follows its noun and has the article if the noun has; a verb takes none."""
    first, second = side.tokens[noun], side.tokens[modifier]
    is_content = noun in side.content and first.kind is TokenKind.WORD
    is_verb = second.form[0] in "يت" and not second.form.endswith(("ة", "ي", "ا"))
    return is_content and not is_verb and is_definite(first.form) == is_definite(second.form)


def is_definite(form: str) -> bool:
    """Tell whether an Arabic word has the article, after whatever clitics."""
    return form.startswith(_ARTICLES)
