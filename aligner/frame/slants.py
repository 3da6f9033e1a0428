"""Slanted renderings: Arabic words that only a slant puts for an English form, found in its place.

Two tables pair single forms, where the lexicon ranks words on scales: of labels (``slants.txt``) and of verbs of saying
(``stances.txt``). A pair is a slant only if nothing loyal renders the English form, if the Arabic word renders nothing
else, and if the two are linked or stand in each other's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar

from aligner.frame.absence import has_rendering, is_anothers, is_as_usual
from aligner.frame.joints import FIRM, LOOSE, joint_of
from aligner.frame.view import UNCOUNTED, BeadView, SideView
from aligner.lexicon import Matcher
from aligner.model import Category, Direction, Edit, Span
from aligner.renderings import LONGEST, is_akin, is_loyal, is_weighed, loyal_places, meant_by, table_rows
from aligner.resources import load_words
from aligner.text import normalise_word

__all__ = ["LABELS", "SAYINGS", "Slant", "is_natural", "slanted", "slants"]

LABELS, SAYINGS = "slants.txt", "stances.txt"

_KILLING = frozenset({"kill", "kills", "killed", "killing"})
_DYING = ("died", "claimed the lives")
_CAUSING, _ARTICLES = frozenset({"by", "in"}), frozenset({"a", "an", "the"})
_SUBJECT = 5  # first tokens of a text among which the subject stands
_CAUSED, _QUALIFIED = 8, 4  # tokens after "killed" in which its cause is named, and of that name
_ANYWHERE = -1  # a joint weaker than the place

Row = TypeVar("Row", int, tuple[int, Direction])


@dataclass(frozen=True, slots=True)
class Slant:
    """An English form of the source and the slanted word that stands for it."""

    source: Span
    target: Span
    direction: Direction


@dataclass(frozen=True, slots=True)
class _Table:
    english: Matcher[frozenset[int]]
    arabic: Matcher[frozenset[tuple[int, Direction]]]
    idioms: frozenset[int]  # rows without any slanted word


@dataclass(frozen=True, slots=True)
class _Found(Generic[Row]):
    """A stretch of tokens with everything that the table has for it."""

    tokens: range
    span: Span
    rows: frozenset[Row]


_English: TypeAlias = _Found[int]
_Arabic: TypeAlias = _Found[tuple[int, Direction]]


def slants(view: BeadView, name: str) -> Iterator[Slant]:
    """Yield the slanted renderings of a table in an English source, longer forms first; each word is taken once."""
    if (view.source.language, view.target.language) != ("en", "ar") or not (view.source.text and view.target.text):
        return
    taken = [set[int](), set[int]()]
    table = _table(name)
    there = _found(table.arabic, view.target)
    lines = {line for found in there for line, _ in found.rows}
    for here in _found(table.english, view.source) if there else ():
        if here.rows <= table.idioms:  # its words are not themselves: in order to
            taken[0].update(here.tokens)
        if here.rows.isdisjoint(lines):
            continue
        found = next((m for m in _nearest(view, here, there) if taken[1].isdisjoint(m.tokens)), None)
        if found and taken[0].isdisjoint(here.tokens):
            taken[0].update(here.tokens)
            taken[1].update(found.tokens)
            yield Slant(here.span, found.span, _directions(here, found)[0])


def slanted(view: BeadView, slant: Slant, category: Category, moved: str) -> Edit:
    """Make the flag of a slant; ``moved`` says after the words what became of them."""
    words, rendered = slant.source.of(view.source.text), slant.target.of(view.target.text)
    return Edit(
        category,
        slant.direction,
        slant.source,
        slant.target,
        UNCOUNTED,
        f"“{words}” is rendered “{rendered}”, {moved}",
        f"{category}-slant-{slant.direction.value}",
        cue=rendered,
        referent=words,
    )


def _found(matcher: Matcher[frozenset[Row]], side: SideView) -> list[_Found[Row]]:
    """Give the stretches of a side that the table has, the longest first."""
    spans: dict[tuple[int, int], Span] = {}
    rows: dict[tuple[int, int], set[Row]] = {}
    for match in matcher.find_all(side.tokens):
        spans[match.first, match.last] = match.span
        rows.setdefault((match.first, match.last), set()).update(match.row)
    places = sorted(spans, key=lambda place: (place[0] - place[1], place[0]))
    return [_Found(range(*place), spans[place], frozenset(rows[place])) for place in places]


def _directions(here: _English, there: _Arabic) -> list[Direction]:
    return sorted({direction for line, direction in there.rows if line in here.rows})


def _nearest(view: BeadView, here: _English, there: Sequence[_Arabic]) -> list[_Arabic]:
    """Give the slanted words that stand for a source form, the best joined first; none if both ways are slanted."""
    if not _is_worth(view.source, here.tokens):
        return []
    found = [(_joint(view, here.tokens, m.tokens), m) for m in there if len(_directions(here, m)) == 1]
    joined = [(joint, m) for joint, m in found if joint is not None and _is_slant(view, here, m, joint)]
    best = sorted(joined, key=lambda pair: (-pair[0], -len(pair[1].tokens), pair[1].tokens.start))
    return [m for _, m in best]


def _joint(view: BeadView, here: range, there: range) -> int | None:
    """Tell what joins the two; a slanted word that no other word is linked to may stand anywhere."""
    joint = joint_of(view, here, there)
    is_free = not view.links.sources_of(there.start, there.stop)
    return _ANYWHERE if joint is None and is_free else joint


def _is_worth(side: SideView, here: range) -> bool:
    """Leave out what is denied and what is quoted as speech."""
    return not (side.is_denied(here.start) or side.is_in_speech(here.start))


def _is_slant(view: BeadView, here: _English, there: _Arabic, joint: int) -> bool:
    """Nothing loyal renders the form, and the word renders nothing else; a name must be linked: the Uprising, أحداث."""
    if joint != FIRM and view.source.is_proper(here.tokens.start, here.tokens.stop):
        return False
    if len(there.tokens) == 1 and view.target.tokens[there.tokens.start].form in load_words("function-words.ar.txt"):
        return False  # غير أن, though
    if is_natural(view, here.tokens.start, there.tokens.start):
        return False
    words = meant_by(view.source.forms, here.tokens.start, here.tokens.stop)
    forms = view.target.forms[there.tokens.start : there.tokens.stop]
    is_akin_to_loyal = len(forms) == 1 and is_akin(words, forms[0])
    if is_loyal(words, forms) or is_akin_to_loyal or view.target.is_denied(there.tokens.start):
        return False
    is_known = is_weighed(words)
    if is_known and _is_rendered(view, here.tokens, there.tokens, joint):
        return False
    if len(here.tokens) > 1 and all(_is_rendered_alone(view, k) for k in here.tokens):
        return False
    if any(is_anothers(view, view.source, k, here.tokens) for k in there.tokens):
        return False
    return (is_known or joint == FIRM) and not is_as_usual(view, view.target, there.tokens)


def is_natural(view: BeadView, here: int, there: int) -> bool:
    """Killed by what is nobody's act is died: the virus killed, توفي; killed in a crash, لقي حتفه; but not استشهد."""
    side, forms = view.source, view.source.forms
    if side.language != "en" or forms[here] not in _KILLING:
        return False
    causes = load_words("causes.en.txt")
    is_subject = not causes.isdisjoint(forms[: min(here, _SUBJECT)])
    after = forms[here + 1 : here + 1 + _CAUSED]
    named = [after[k + 1 : k + 1 + _QUALIFIED] for k, form in enumerate(after) if form in _CAUSING]
    is_caused = any(_is_thing(phrase) and not causes.isdisjoint(phrase) for phrase in named)
    died = view.target.forms[there : there + LONGEST]
    return (is_subject or is_caused) and any(is_loyal(words, died) for words in _DYING)


def _is_thing(words: Sequence[str]) -> bool:
    """In a crash, in floods; by accident is none."""
    return bool(words) and (words[0] in _ARTICLES or words[0].endswith("s"))


def _is_rendered(view: BeadView, here: range, there: range, joint: int) -> bool:
    """Another word renders the form; where the two are linked, only what loyal translators write does."""
    if joint < LOOSE:
        return has_rendering(view, view.source, here, but=there)
    words = meant_by(view.source.forms, here.start, here.stop)
    return any(_is_free(view, here, place) for place in loyal_places(words, view.target.forms))


def _is_free(view: BeadView, here: range, place: int) -> bool:
    """No other source word is firmly linked to what stands there: it may render this one."""
    linked = view.links.sources_of(place, place + 1, is_firm=True)
    return not linked or any(k in here for k in linked)


def _is_rendered_alone(view: BeadView, index: int) -> bool:
    """A word of a phrase has a rendering of its own: of the Syrian government, السورية is half."""
    words = view.source.tokens[index].form
    return is_weighed(words) and has_rendering(view, view.source, range(index, index + 1))


@lru_cache(maxsize=2)
def _table(name: str) -> _Table:
    rows = table_rows(name, 3)
    slanted = (
        ((line, direction), row[column])
        for line, row in enumerate(rows)
        for column, direction in ((1, Direction.SOFTENED), (2, Direction.STRENGTHENED))
    )
    english = _grouped((line, row[0]) for line, row in enumerate(rows))
    idioms = frozenset(line for line, row in enumerate(rows) if not (row[1] or row[2]))
    return _Table(Matcher(english), Matcher(_grouped(slanted), inflect=True), idioms)


def _grouped(rows: Iterable[tuple[Row, str]]) -> Iterator[tuple[frozenset[Row], tuple[str]]]:
    """Give each form of the columns with all rows that have it."""
    found: dict[str, set[Row]] = {}
    for row, column in rows:
        for form in _forms(column):
            found.setdefault(form, set()).add(row)
    return ((frozenset(found[form]), (form,)) for form in sorted(found))


def _forms(column: str) -> list[str]:
    return [" ".join(normalise_word(word) for word in form.split()) for form in column.split(",") if form.strip()]
