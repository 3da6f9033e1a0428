"""Labels: one referent named on a scale, two or more ranks apart or across the neutral point.

A label is followed along the word links to the words that render it. Their rank comes from the lexicon; a
word that is not listed takes the rank of its nearest neighbours on the same scale, if the neighbours in both
languages agree. A charged modifier that is not rendered at all, while its head is, counts as dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aligner.frame.view import BeadView, SideView
from aligner.lexicon import Match
from aligner.link import word_strings
from aligner.model import Category, Direction, Edit, Span
from aligner.resources import Label
from aligner.text import TokenKind

__all__ = ["check"]

Labels = tuple[Label, ...]
_APART = 2  # steps of value, -3..+3: across the neutral point, or from charged to plain
_AKIN = 0.66  # cosine from which a listed form speaks for an unlisted word
_STILL_THERE = 0.5  # cosine from which a word near the head still renders a modifier
_NEAR = 4  # tokens round the rendered head in which another label replaces a modifier
_CHARGED = 2  # |value| from which a modifier that falls away is worth a flag


@dataclass(frozen=True, slots=True)
class _Shift:
    """A label on one side and what renders it on the other."""

    source: Span
    target: Span
    here: Label
    there: Label | None
    confidence: float
    rule: str


def check(view: BeadView) -> Iterator[Edit]:
    """Yield labels whose rendering stands two ranks or more away, or across the neutral point."""
    kept: list[_Shift] = []
    for shift in _shifts(view):
        if not any(k.source.overlaps(shift.source) or k.target.overlaps(shift.target) for k in kept):
            kept.append(shift)
    for shift in kept:
        yield _edit(view, shift)


def _shifts(view: BeadView) -> Iterator[_Shift]:
    """Compare listed labels, then labels nearby, then unlisted renderings and modifiers dropped."""
    listed = [(match, _rendering(view, match)) for match in view.source.labels if not _is_name(view, match)]
    for match, rendered in listed:
        pair = _nearest(match.row, rendered)
        if pair and _is_apart(*pair):
            yield _Shift(match.span, _span_of(view, match, rendered), *pair, 0.85, "label-listed")
    for match, rendered in listed:
        if _nearest(match.row, rendered) is None:
            instead = _free_label(view, match)
            if instead and _is_apart(*instead[0]):
                yield _Shift(match.span, instead[1].span, *instead[0], 0.75, "label-near")
            elif instead is None and not rendered:
                yield from _unlisted(view, match)
                yield from _dropped(view, match)
    yield from _brought_in(view)


def _rendering(view: BeadView, match: Match[Labels]) -> list[Match[Labels]]:
    """Give the target labels that stand on the words linked to a source label."""
    linked = view.links.targets_of(match.first, match.last, is_firm=True)
    return [m for m in view.target.labels if any(m.first <= j < m.last for j in linked)]


def _nearest(here: Labels, rendered: Sequence[Match[Labels]]) -> tuple[Label, Label] | None:
    """Give the readings of both sides that lie closest on a common scale: the charitable reading."""
    pairs = [(a, b) for a in here for m in rendered for b in m.row if a.scale == b.scale]
    return min(pairs, key=lambda p: (abs(p[0].rank - p[1].rank), abs(p[0].value - p[1].value)), default=None)


def _is_apart(a: Label, b: Label) -> bool:
    """Ranks that stand close by value are near synonyms, however many lie between (militant, متشدد)."""
    return abs(a.value - b.value) >= _APART


def _is_name(view: BeadView, match: Match[Labels]) -> bool:
    """Capitals inside a sentence make a name: the Resistance Movement, the Revolution."""
    source = view.source
    words = [t for t in source.tokens[match.first : match.last] if t.kind is TokenKind.WORD]
    return match.first > 0 and not source.is_title_case and bool(words) and all(t.text[0].isupper() for t in words)


def _span_of(view: BeadView, match: Match[Labels], rendered: Sequence[Match[Labels]]) -> Span:
    linked = view.links.targets_of(match.first, match.last)
    near = [m for m in rendered if any(m.first <= j < m.last for j in linked)]
    return Span(min(m.span.start for m in near), max(m.span.end for m in near))


def _unlisted(view: BeadView, match: Match[Labels]) -> Iterator[_Shift]:
    """A label rendered by words without rank: give them the rank of their neighbours, if those agree."""
    span = view.target_span_of(match.first, match.last)
    for label in match.row if span else ():
        assert span is not None
        estimate = _estimate(view, label.scale, span.of(view.target.text))
        if estimate and _is_apart(label, estimate):
            yield _Shift(match.span, span, label, estimate, 0.65, "label-neighbours")
            return


def _estimate(view: BeadView, scale: str, words: str) -> Label | None:
    """Rank words by their nearest listed forms in each language; None where the languages differ."""
    rows = [row for row in view.source.lexicon.labels if row.scale == scale]
    best = []
    for language in ("en", "ar"):
        forms = [(form, row) for row in rows for form in row.forms(language)]
        table = view.vectors([words, *(form for form, _ in forms)])
        cosines = np.round(table[1:] @ table[0], 4)
        k = int(cosines.argmax())
        if cosines[k] < _AKIN:
            return None
        best.append(forms[k][1])
    return best[1] if abs(best[0].rank - best[1].rank) <= 1 else None


def _dropped(view: BeadView, match: Match[Labels]) -> Iterator[_Shift]:
    """A charged modifier has no counterpart, its head has: terrorist groups, جماعات."""
    label = max(match.row, key=lambda row: abs(row.value))
    head = _head_after(view.source, match.last)
    if abs(label.value) < _CHARGED or head is None or view.links.targets_of(match.first, match.last, is_firm=True):
        return
    span = view.target_span_of(head, head + 1)
    if span and not _is_still_there(view, match):
        phrase = Span(match.span.start, view.source.tokens[head].span.end)
        yield _Shift(phrase, span, label, None, 0.8, "label-dropped")


def _head_after(side: SideView, index: int) -> int | None:
    """Give the noun a modifier stands before: the next word, if no mark is between."""
    is_word = index < len(side.tokens) and side.tokens[index].kind is TokenKind.WORD
    return index if is_word else None


def _free_label(view: BeadView, match: Match[Labels]) -> tuple[tuple[Label, Label], Match[Labels]] | None:
    """Find a label of the same scale where the label should stand, one that renders no other label."""
    places = _expected_places(view, match)
    found = []
    for other in view.target.labels:
        apart = min((abs(other.first - j) for j in places), default=len(view.target.tokens))
        sources = view.links.sources_of(other.first, other.last, is_firm=True)
        is_taken = any(m.first <= i < m.last for m in view.source.labels if m is not match for i in sources)
        pair = _nearest(match.row, [other])
        if apart <= _NEAR and not is_taken and pair:
            found.append((apart, pair, other))
    return min(found, key=lambda f: (f[0], f[2].first))[1:] if found else None


def _expected_places(view: BeadView, match: Match[Labels]) -> list[int]:
    """Give the target tokens that render the label's neighbours; the label should stand among them."""
    for reach in (1, 2, 3, 5):
        places = view.links.targets_of(match.first - reach, match.last + reach)
        if places:
            return list(places)
    return []


def _is_still_there(view: BeadView, match: Match[Labels]) -> bool:
    """Some word of the translation that renders nothing else is close enough to the label."""
    taken = {j for i, j in view.links.firm if not match.first <= i < match.last}
    words = [match.span.of(view.source.text)]
    return _best_cosine(view, words, view.target, taken) >= _STILL_THERE


def _best_cosine(view: BeadView, words: Sequence[str], side: SideView, taken: set[int]) -> float:
    """Best cosine of any writing of the words with any free word of a side."""
    free = [t for k, t in enumerate(side.tokens) if t.kind is TokenKind.WORD and k not in taken]
    strings = [string for token in free for string in word_strings(token)]
    if not strings:
        return 0.0
    table = view.vectors([*words, *strings])
    n = len(words)
    return float(np.round(table[n:] @ table[:n].T, 4).max())


def _brought_in(view: BeadView) -> Iterator[_Shift]:
    """A charged label of the translation renders words that have no such label in the source."""
    for match in view.target.labels:
        label = max(match.row, key=lambda row: abs(row.value))
        linked = view.links.sources_of(match.first, match.last)
        if abs(label.value) < 3 or not linked or view.target.is_in_speech(match.first):
            continue
        if any(m.first <= i < m.last for m in view.source.labels for i in linked):
            continue
        span = view.source_span_of(match.first, match.last)
        words = [w for t in view.target.tokens[match.first : match.last] for w in word_strings(t)]
        cosine = _best_cosine(view, words, view.source, set())
        if span and cosine < _STILL_THERE and view.source.text[span.start].islower():
            yield _Shift(span, match.span, label, None, 0.6, "label-brought-in")


def _edit(view: BeadView, shift: _Shift) -> Edit:
    words, rendered = shift.source.of(view.source.text), shift.target.of(view.target.text)
    direction, moved = _direction(shift)
    return Edit(
        Category.LABEL,
        direction,
        shift.source,
        shift.target,
        shift.confidence,
        f"“{words}” is rendered “{rendered}”: {moved}",
        f"{shift.rule}:{shift.here.id}" + (f"-{shift.there.id}" if shift.there else ""),
        cue=rendered,
        referent=words,
        severity="high" if abs(shift.here.value) == 3 else "medium",
    )


def _direction(shift: _Shift) -> tuple[Direction, str]:
    """Softened is towards the neutral point or, across it, towards favour; strengthened the other way."""
    scale = shift.here.scale.replace("_", " ")
    if shift.there is None:
        if shift.rule == "label-dropped":
            return Direction.SOFTENED, f"the label ({scale}, rank {shift.here.rank}) is not rendered"
        return Direction.STRENGTHENED, f"the label ({scale}, rank {shift.here.rank}) is not in the source"
    a, b = shift.here, shift.there
    moved = f"on the scale of {scale} from rank {a.rank} to rank {b.rank}"
    if abs(a.value) == abs(b.value):
        return (Direction.SOFTENED if b.value > a.value else Direction.STRENGTHENED), moved
    return (Direction.SOFTENED if abs(b.value) < abs(a.value) else Direction.STRENGTHENED), moved
