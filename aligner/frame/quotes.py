"""Scare quotes added or removed: quotations decided from both sides.

A quotation is carried over when most of its words render words that are quoted on the other side too. What
is left is a scare quote only if it is short, is no name or title on either side, and is no speech.
"""

from __future__ import annotations

from collections.abc import Iterator

from aligner.frame.coverage import vacancies
from aligner.frame.view import LONGEST_SCARE, UNCOUNTED, BeadView, Function, Quoted, SideView
from aligner.model import Category, Direction, Edit, EditKind
from aligner.names import is_same_name, transliteration
from aligner.renderings import is_loyal
from aligner.resources import load_words
from aligner.text import Token, TokenKind, english_bases

__all__ = ["check", "marks", "unmatched"]

_APART = 0.4  # of the sentence: quotations further apart do not render each other
_SPELT = 0.9  # likeness from which an Arabic word is an English one in other letters
_ADAPTED = ("ي", "ية")  # endings that make an Arabic word of a foreign one: ليبرالية
_SURE = 0.45  # link score from which a plain word of the source says that a quotation is no name
_NAMED = ("h005", "h006", "h056")  # rows of "what somebody called", reports that hold off as a name does
_STOPS = (",", "\u060c", ";", "\u061b", ".", "(", ")", "\u2013", "\u2014")
_NEAR = 4  # tokens between a hedge and the words it holds off


def check(view: BeadView) -> Iterator[Edit]:
    """Yield scare quotes that only one side has."""
    for side, quoted in unmatched(view):
        if side is view.target and _holds_off(view, quoted) and not _is_usage(view, quoted):
            yield _added(view, quoted)
        if side is view.source and quoted.function is Function.SCARE and _is_rendered(view, quoted):
            yield _removed(view, quoted)


def _holds_off(view: BeadView, quoted: Quoted) -> bool:
    """A scare quote, or what passes for a name by the word before it but renders plain words of the source."""
    if quoted.function not in (Function.NAME, Function.TITLE):
        return quoted.function is Function.SCARE
    sure = {(i, j) for i, j, score in view.links.pairs if score >= _SURE and quoted.first <= j < quoted.last}
    words = [view.source.tokens[i] for i, _ in sorted(sure) if view.source.tokens[i].kind is TokenKind.WORD]
    is_short = quoted.last - quoted.first <= LONGEST_SCARE
    if any(cue.row.kind == "word" for cue in view.source.name_cues):
        return False  # the source says, too, that it is a name: the men have a name for it, اسم «الفرن»
    return is_short and bool(words) and not view.source.is_title_case and all(w.text.islower() for w in words)


def marks(side: SideView) -> Iterator[Edit]:
    """Yield quotations of a translation without source that read as scare quotes."""
    for quoted in side.quoted:
        if quoted.function is Function.SCARE and quoted.quotation.depth == 0:
            words = quoted.quotation.inner.of(side.text)
            yield Edit(
                Category.SCARE_QUOTE,
                Direction.NONE,
                None,
                quoted.quotation.outer,
                0.6,
                f"“{words}” stands in quotation marks and is no name, title, gloss or speech",
                "quotes-mark",
                EditKind.MARK,
                cue=quoted.quotation.outer.of(side.text),
                referent=words,
            )


def unmatched(view: BeadView) -> tuple[tuple[SideView, Quoted], ...]:
    """List the quotations of either side whose words are not quoted on the other."""
    target_open = [q for q in view.target.quoted if not _is_carried(view, q, from_target=True)]
    source_open = [q for q in view.source.quoted if not _is_carried(view, q, from_target=False)]
    pairs = _pair_leftovers(view, source_open, target_open)
    paired = {id(q) for pair in pairs for q in pair}
    return tuple(
        (side, quoted)
        for side, found in ((view.source, source_open), (view.target, target_open))
        for quoted in found
        if id(quoted) not in paired
    )


def _is_carried(view: BeadView, quoted: Quoted, *, from_target: bool) -> bool:
    """Most linked words of the quotation are quoted on the other side, or held off there by a naming hedge.

    Marks added to a "so-called" are as the press writes it; marks taken off beside a hedge that is kept are gone.
    """
    other = view.source if from_target else view.target
    is_held_here = not from_target and _is_hedged(view.source, quoted.first)
    if not other.quoted and not other.hedges:
        return False
    linked = view.linked_from(view.target if from_target else view.source, quoted.first, quoted.last)
    if not linked:
        return False
    depth = quoted.quotation.depth
    held = [k for k in linked if other.level(k) > depth or (not is_held_here and _is_hedged(other, k))]
    return 2 * len(held) >= len(linked)


def _is_hedged(side: SideView, index: int) -> bool:
    return any(
        (match.row.kind in ("naming", "self", "claim") or match.row.id in _NAMED)
        and 0 <= index - match.last <= _NEAR
        and not any(t.text in _STOPS for t in side.tokens[match.last : index])
        for match in side.hedges
    )


def _pair_leftovers(view: BeadView, source: list[Quoted], target: list[Quoted]) -> list[tuple[Quoted, Quoted]]:
    """Pair what links did not tell apart: in order, where place and length do not speak against it."""
    pairs, used = [], set()
    is_only = len(source) == len(target) == 1
    for a in source:
        for b in target:
            if id(b) not in used and _may_render(view, a, b, is_only=is_only):
                pairs.append((a, b))
                used.add(id(b))
                break
    return pairs


def _may_render(view: BeadView, a: Quoted, b: Quoted, *, is_only: bool) -> bool:
    elsewhere = [j for j in view.links.targets_of(a.first, a.last, is_firm=True) if not b.first <= j < b.last]
    if elsewhere and view.links.sources_of(b.first, b.last, is_firm=True):
        return False  # both render other words
    if is_only:
        return True
    n, m = a.last - a.first, b.last - b.first
    place_a = a.first / max(1, len(view.source.tokens))
    place_b = b.first / max(1, len(view.target.tokens))
    return max(n, m) <= 3 * min(n, m) + 2 and abs(place_a - place_b) < _APART


def _names_in_source(view: BeadView, quoted: Quoted) -> bool:
    """The words render a name: capitals on the source side, or the same sound in both scripts."""
    source = view.source
    linked = view.sources_near(quoted.first, quoted.last)
    stop = load_words(f"function-words.{source.language}.txt") | load_words("name-particles.en.txt")
    words = [(i, source.tokens[i]) for i in linked if source.tokens[i].kind is TokenKind.WORD]
    words = [(i, word) for i, word in words if word.form not in stop] or words
    sure = {i for i, j, score in view.links.pairs if score >= _SURE and quoted.first <= j < quoted.last}
    words = [(i, word) for i, word in words if i in sure] or words
    targets = [t for t in view.target.tokens[quoted.first : quoted.last] if t.kind is TokenKind.WORD]
    if not words:
        return _sounds_like_any(view, quoted)
    return all(_is_name(view, i, word, targets) for i, word in words) or _is_abbreviated(source, words[-1][0])


def _is_usage(view: BeadView, quoted: Quoted) -> bool:
    """Arabic writes marks round names, which have capitals in the source, and round foreign words spelt out."""
    return _names_in_source(view, quoted) or _is_foreign(view, quoted)


def _is_foreign(view: BeadView, quoted: Quoted) -> bool:
    """Each word spells an English one: «بوربون». Labels («ميليشيا») and what has an Arabic ending are no such words."""
    places = range(quoted.first, quoted.last)
    is_charged = any(m.first < quoted.last and quoted.first < m.last for m in view.target.labels)
    is_adapted = any(view.target.tokens[k].form.endswith(_ADAPTED) for k in places)
    return not is_charged and not is_adapted and all(_is_spelt_out(view, k) for k in places)


def _is_spelt_out(view: BeadView, index: int) -> bool:
    """The Arabic word sounds like the words it is linked to, or if none are like any other, and is no loan of old.

    What loyal translators write for the English word is one: «الدكتور», «الجهاد».
    """
    form, linked = view.target.tokens[index].form, view.links.sources_of(index, index + 1)
    places = linked or range(len(view.source.tokens))
    words = {base for k in places for base in (view.source.forms[k], *english_bases(view.source.forms[k]))}
    return any(transliteration(word, form) >= _SPELT and not is_loyal(word, [form]) for word in sorted(words))


def _is_abbreviated(source: SideView, last: int) -> bool:
    """An acronym in brackets after the words makes them the name of something: third assessment report (TAR)."""
    after = [token.text for token in source.tokens[last + 1 : last + 4]]
    return len(after) > 2 and after[0] == "(" and after[1].isupper() and after[2] == ")"


def _is_name(view: BeadView, index: int, word: Token, targets: list[Token]) -> bool:
    """A capital makes a name, except on a lone first word and in title case, where the sound has to agree."""
    if not _is_capital(word):
        return False
    after = view.source.tokens[index + 1 : index + 2]
    is_first = word is _first_word(view.source) and not (after and after[0].text[:1].isupper())
    is_telling = not view.source.is_title_case and (not is_first or word.text.isupper())
    return is_telling or any(is_same_name(word.form, t.form) for t in targets)


def _is_capital(word: Token) -> bool:
    """A word with a capital, or whose capital follows a particle of names: al-Wadi."""
    particle, _, rest = word.text.partition("-")
    is_particle = particle in load_words("name-particles.en.txt")
    return word.text[0].isupper() or (is_particle and rest[:1].isupper())


def _first_word(side: SideView) -> object:
    return next((t for t in side.tokens if t.kind is TokenKind.WORD), None)


def _sounds_like_any(view: BeadView, quoted: Quoted) -> bool:
    """No word is linked: a name all the same if it spells a capitalised word of the source."""
    targets = [t for t in view.target.tokens[quoted.first : quoted.last] if t.kind is TokenKind.WORD]
    capitals = [t for t in view.source.tokens if t.text[0].isupper()]
    spelt = [t for t in targets if any(is_same_name(c.form, t.form) for c in capitals)]
    return bool(targets) and 2 * len(spelt) >= len(targets)


def _is_rendered(view: BeadView, quoted: Quoted) -> bool:
    """The translation has the words, or others in their place; if not, this is an omission, no matter of marks."""
    if view.links.targets_of(quoted.first, quoted.last):
        return True
    return bool(vacancies(view, view.source, range(quoted.first, quoted.last)))


def _added(view: BeadView, quoted: Quoted) -> Edit:
    words = quoted.quotation.outer.of(view.target.text)
    span = view.source_span_of(quoted.first, quoted.last)
    there = f"“{span.of(view.source.text)}” stands bare" if span else "nothing there is quoted"
    return Edit(
        Category.SCARE_QUOTE,
        Direction.ADDED,
        span,
        quoted.quotation.outer,
        UNCOUNTED,
        f"{words} is in quotation marks in the translation; in the source {there}",
        "quotes-added",
        cue=words,
        referent=span.of(view.source.text) if span else quoted.quotation.inner.of(view.target.text),
        severity="high",
    )


def _removed(view: BeadView, quoted: Quoted) -> Edit:
    words = quoted.quotation.outer.of(view.source.text)
    span = view.target_span_of(quoted.first, quoted.last)
    if span is None and (vacant := vacancies(view, view.source, range(quoted.first, quoted.last))):
        span = view.target.span(vacant[0], vacant[0] + 1)
    there = f"“{span.of(view.target.text)}” stands bare" if span else "nothing is quoted"
    return Edit(
        Category.SCARE_QUOTE,
        Direction.REMOVED,
        quoted.quotation.outer,
        span,
        UNCOUNTED,
        f"{words} is in quotation marks in the source; in the translation {there}",
        "quotes-removed",
        cue=words,
        referent=quoted.quotation.inner.of(view.source.text),
    )
