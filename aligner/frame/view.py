"""What the checks see: both sides of a bead, tokenised, with quotations, devices and word links."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from aligner.lexicon import Match, Matcher
from aligner.link import Links, Vectors, Words, embedded_strings, link
from aligner.model import Function, Span
from aligner.renderings import concepts
from aligner.resources import Device, Evaluation, Label, Lexicon, NameCue, Reporting, load_words
from aligner.text import Quotation, Token, TokenKind, arabic_share, normalise_word, quotations, tokens

__all__ = ["LONGEST_SCARE", "UNCOUNTED", "BeadView", "Function", "Matchers", "Quoted", "SideView", "matchers"]

Tables: TypeAlias = tuple[Sequence[Sequence[float]], Sequence[Sequence[float]]]
UNCOUNTED = 0.5  # confidence of a flag that nobody has judged; detect() puts the learned one in its place
LONGEST_SCARE = 5  # tokens; a longer quotation is speech (taxonomy, version 1)
_CUE_REACH = 1  # words before a quotation in which a cue of a name counts, besides its first word
_SPOKEN = 3  # tokens from which a quotation near a verb of saying is what was said
_TITLES = frozenset({"media_title", "index_title", "title_cues"})  # kinds of cues that announce a work's title
_NAMING_REACH = 9  # the same for a verb of naming, after which its object stands
_SPEECH_REACH = 6  # tokens before a quotation in which a verb of saying counts


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation with its token range (half-open, marks left out) and its function."""

    quotation: Quotation
    first: int
    last: int
    function: Function


@dataclass(frozen=True)
class Matchers:
    """The lexicon's rows of one language, ready to be found."""

    hedges: Matcher[Device]
    counterparts: Matcher[Device]
    labels: Matcher[tuple[Label, ...]]
    reporting: Matcher[Reporting]
    evaluative: Matcher[Evaluation]
    names: Matcher[NameCue]


@lru_cache(maxsize=16)
def matchers(lexicon: Lexicon, language: str) -> Matchers:
    """Compile a lexicon's rows of one language."""

    def of(rows: Sequence[Device], *, inflect: bool = False) -> Matcher[Device]:
        return Matcher(((row, row.forms) for row in rows if row.language == language), inflect=inflect)

    return Matchers(
        hedges=of(lexicon.hedges),
        counterparts=of(lexicon.counterparts, inflect=True),
        labels=Matcher(_by_form(lexicon.labels, language), inflect=True),
        reporting=Matcher(((row, row.forms) for row in lexicon.reporting if row.language == language), inflect=True),
        evaluative=Matcher(((row, row.forms(language)) for row in lexicon.evaluative), inflect=True),
        names=Matcher((row, row.forms) for row in lexicon.names if row.language in (language, "both")),
    )


def _by_form(labels: Sequence[Label], language: str) -> list[tuple[tuple[Label, ...], tuple[str]]]:
    """Join the rows that share a form, because a form may stand on several scales."""
    rows: dict[str, list[Label]] = {}
    for label in labels:
        for form in label.forms(language):
            rows.setdefault(normalise_word(form), []).append(label)
    return [((*found, *_without_article(rows, form)), (form,)) for form, found in rows.items()]


def _without_article(rows: dict[str, list[Label]], form: str) -> list[Label]:
    """Give the labels of the bare word; الأحداث is listed, but أحداث stands on other scales, too."""
    return [] if not form.startswith("ال") else [row for row in rows.get(form[2:], ()) if row not in rows[form]]


@dataclass(frozen=True, eq=False)  # a key of caches: hashed by identity
class SideView:
    """One side of a bead: its text, language and lexicon; everything else is derived when asked for."""

    text: str
    language: str
    lexicon: Lexicon = field(repr=False)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Tokens in order."""
        return tokens(self.text)

    @cached_property
    def content(self) -> tuple[int, ...]:
        """Indices of the content words among the tokens."""
        return self.words.indices

    @cached_property
    def words(self) -> Words:
        """The content words as they are linked."""
        return Words(self.tokens, self.language)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The tokens' forms for matching."""
        return tuple([token.form for token in self.tokens])

    @cached_property
    def concepts(self) -> tuple[frozenset[int], ...]:
        """The concepts that each token may stand for."""
        return tuple([concepts(form, self.language) for form in self.forms])

    @cached_property
    def all_concepts(self) -> frozenset[int]:
        """The concepts of all tokens."""
        return frozenset().union(*self.concepts)

    @cached_property
    def _matchers(self) -> Matchers:
        return matchers(self.lexicon, self.language)

    @cached_property
    def hedges(self) -> tuple[Match[Device], ...]:
        """Hedging devices, longest first, not overlapping."""
        return self._matchers.hedges.find(self.tokens)

    @cached_property
    def counterparts(self) -> tuple[tuple[int, Device], ...]:
        """Token index and row of every word that may stand for a hedge of some kind."""
        found = self._matchers.counterparts.find_apart(self.tokens)
        rows = [row for row in self.lexicon.counterparts if row in found]
        return tuple((k, row) for row in rows for m in found[row] for k in range(m.first, m.last))

    @cached_property
    def labels(self) -> tuple[Match[tuple[Label, ...]], ...]:
        """Labels, each with all the scales and ranks its form has."""
        return self._matchers.labels.find(self.tokens)

    @cached_property
    def reporting(self) -> tuple[Match[Reporting], ...]:
        """Reporting verbs."""
        return self._matchers.reporting.find(self.tokens)

    @cached_property
    def evaluative(self) -> tuple[Match[Evaluation], ...]:
        """Evaluating modifiers."""
        return self._matchers.evaluative.find(self.tokens)

    @cached_property
    def name_cues(self) -> tuple[Match[NameCue], ...]:
        """Words after which a quotation is a name or title."""
        return self._matchers.names.find(self.tokens)

    @cached_property
    def is_title_case(self) -> bool:
        """Tell whether capitals say nothing of names here: most content words have them."""
        words = [t for t in self.tokens if t.kind is TokenKind.WORD and len(t.text) > 3]
        return len(words) > 2 and sum(t.text[0].isupper() for t in words) > 0.7 * len(words)

    @cached_property
    def quoted(self) -> tuple[Quoted, ...]:
        """Quotations of at least one word, with their functions as far as this side tells."""
        found = []
        for quotation in quotations(self.text):
            first, last = self.token_range(quotation.inner)
            if any(t.kind is not TokenKind.MARK for t in self.tokens[first:last]):
                found.append(Quoted(quotation, first, last, self._function(quotation, first, last)))
        return tuple(found)

    @cached_property
    def _bounds(self) -> tuple[list[int], list[int]]:
        """Where the tokens start, and where they end."""
        return [token.span.start for token in self.tokens], [token.span.end for token in self.tokens]

    def token_range(self, span: Span) -> tuple[int, int]:
        """Give the half-open range of tokens that overlap a span."""
        starts, ends = self._bounds
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end)
        return (first, last) if first < last else (0, 0)

    def is_quoted(self, index: int) -> bool:
        """Tell whether a token stands inside any quotation."""
        return any(q.first <= index < q.last for q in self.quoted)

    def is_masked(self, index: int) -> bool:
        """Tell whether a token belongs to a phrase that only looks like a report: asylum claims, the month of May."""
        is_month = self.language == "en" and self.tokens[index].text == "May" and index > 0
        return is_month or any(m.first <= index < m.last and m.row.stance == "none" for m in self.reporting)

    def is_denied(self, index: int) -> bool:
        """Tell whether the word before a token denies it: not successful, غير ناجح."""
        return index > 0 and self.tokens[index - 1].form in load_words(f"negations.{self.language}.txt")

    def level(self, index: int) -> int:
        """Count the quotations a token stands in."""
        return sum(q.first <= index < q.last for q in self.quoted)

    def is_in_speech(self, index: int) -> bool:
        """Tell whether a token stands inside quoted speech."""
        return any(q.first <= index < q.last and q.function is Function.SPEECH for q in self.quoted)

    def is_proper(self, first: int, last: int) -> bool:
        """Tell whether capitals inside a sentence make tokens first..last-1 a name: the Resistance Movement."""
        words = [t for t in self.tokens[first:last] if t.kind is TokenKind.WORD]
        return first > 0 and not self.is_title_case and bool(words) and all(t.text[0].isupper() for t in words)

    def span(self, first: int, last: int) -> Span:
        """Give the span of tokens first..last-1."""
        return Span(self.tokens[first].span.start, self.tokens[last - 1].span.end)

    def _function(self, quotation: Quotation, first: int, last: int) -> Function:
        words = [t for t in self.tokens[first:last] if t.kind is not TokenKind.MARK]
        if len(words) > LONGEST_SCARE or self._is_sentence(quotation, first, last) or self._is_said(first, last):
            return Function.SPEECH
        if announced := self._announced(first):
            return announced
        if self._is_name(first, words):
            return Function.NAME
        if self._is_gloss(quotation, words) or self._is_grammar(words):
            return Function.GLOSS
        return Function.SCARE

    def _is_sentence(self, quotation: Quotation, first: int, last: int) -> bool:
        """A quotation after a colon, or with a stop inside it, or of a whole sentence, is speech."""
        inner = quotation.inner.of(self.text)
        if self.language == "en" and inner[:1].islower():
            inner = inner.rstrip(".,") or inner  # American usage writes them inside whatever is quoted
        if inner[-1] in ".!?\u061f\u2026,\u060c" and last - first > 2:
            return True
        before = [t for t in self.tokens[:first] if t.span.end <= quotation.outer.start]
        if (before and before[-1].text == ":") or inner.endswith(("!", "?", "\u061f")):
            return True
        return not before and self.tokens[-1].span.end <= quotation.outer.end + 1 and last - first > 2

    def _is_said(self, first: int, last: int) -> bool:
        """Several words of English after a verb of saying; what it is called by somebody is no speech."""
        if self.language != "en" or last - first < _SPOKEN:
            return False
        near = [m for m in self.reporting if first - _SPEECH_REACH <= m.last <= first and m.row.stance != "none"]
        naming = load_words("naming-verbs.en.txt")
        return bool(near) and not any(t.form in naming for t in self.tokens[max(0, first - _NAMING_REACH) : first])

    def _announced(self, first: int) -> Function | None:
        """Say what a cue of a name or title makes of a quotation that it stands before or begins."""
        near = range(max(0, first - _CUE_REACH - 2), first + 1)  # a mark and a clitic may stand between
        cues = [cue for cue in self.name_cues if cue.first in near and cue.row.kind != "speech"]
        if self.language == "en" and self.tokens[first].text.islower():  # what it calls "technical reasons"
            cues = [cue for cue in cues if cue.form not in ("called", "named", "dubbed", "nicknamed")]
        is_title = any(cue.row.kind in _TITLES and cue.first < first for cue in cues)
        return Function.TITLE if is_title else Function.NAME if cues else None

    def _is_name(self, first: int, words: list[Token]) -> bool:
        if self.language == "ar":
            return arabic_share("".join(t.text for t in words)) < 0.5 or all(
                len(t.form) == 1 or t.kind is TokenKind.NUMBER for t in words
            )
        if self.is_title_case:
            return False
        content = [t for t in words if len(t.text) > 3 or t.text.isupper()]
        capital = [t for t in content if t.text[0].isupper()]
        return bool(content) and len(capital) == len(content) and (len(capital) > 1 or first > 1)

    def _is_grammar(self, words: list[Token]) -> bool:
        """Only function words: the marks round them belong to the stretches on either side."""
        stop = load_words(f"function-words.{self.language}.txt")
        return all(t.form in stop for t in words)

    def _is_gloss(self, quotation: Quotation, words: list[Token]) -> bool:
        """A quotation that is explained in brackets right after it, or that stands in brackets itself."""
        after = self.text[quotation.outer.end :].lstrip()[:1]
        before = self.text[: quotation.outer.start].rstrip()[-1:]
        return after in ("(", "[") or before in ("(", "[") or len("".join(t.form for t in words)) < 2


@dataclass(frozen=True, eq=False)  # a key of caches: hashed by identity
class BeadView:
    """Both sides of a bead and the links between their words; a side may be empty."""

    source: SideView
    target: SideView
    vectors: Vectors = field(repr=False)

    @cached_property
    def links(self) -> Links:
        """Word links, made when the first check asks for them."""
        return link(self.source.words, self.target.words, self.vectors)

    def strings(self) -> Iterator[str]:
        """Yield the strings whose vectors the links will need."""
        yield from embedded_strings(self.source.words)
        yield from embedded_strings(self.target.words)

    @cached_property
    def cosines(self) -> Tables:
        """The cosines of the content words: by words of the source, and turned."""
        return self._of_content(self.links.cosines)

    @cached_property
    def scores(self) -> Tables:
        """The scores of the content words: by words of the source, and turned."""
        return self._of_content(self.links.scores)

    def _of_content(self, table: NDArray[np.float32]) -> Tables:
        rows: list[list[float]] = table[np.ix_(self.source.content, self.target.content)].tolist()
        return rows, list(zip(*rows, strict=True))

    def other(self, side: SideView) -> SideView:
        """Give the side across from a side."""
        return self.target if side is self.source else self.source

    def firm_from(self, side: SideView) -> frozenset[tuple[int, int]]:
        """Give the firm links as pairs of a token of this side and one of the other."""
        return self.links.firm if side is self.source else self.links.firm_turned

    def links_from(self, side: SideView) -> Iterator[tuple[int, int, float]]:
        """Yield all links with their scores, as pairs of a token of this side and one of the other."""
        is_source = side is self.source
        return ((i, j, score) if is_source else (j, i, score) for i, j, score in self.links.pairs)

    def linked_from(self, side: SideView, first: int, last: int, *, is_firm: bool = False) -> tuple[int, ...]:
        """Give the tokens of the other side linked (firmly) to any of first..last-1 of this side, in order."""
        find = self.links.targets_of if side is self.source else self.links.sources_of
        return find(first, last, is_firm=is_firm)

    def table_from(self, side: SideView, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn a table of the links (source, target) so that its rows are the tokens of this side."""
        return table if side is self.source else table.T

    def sources_near(self, first: int, last: int) -> list[int]:
        """Give the source tokens linked to target tokens first..last-1, without strays."""
        return _dense(self.links.sources_of(first, last))

    def source_span_of(self, first: int, last: int) -> Span | None:
        """Project target tokens first..last-1 to the source."""
        found = self.sources_near(first, last)
        return self.source.span(found[0], found[-1] + 1) if found else None

    def target_span_of(self, first: int, last: int, also: Iterable[int] = ()) -> Span | None:
        """Project source tokens first..last-1 to the target, where the tokens ``also`` belong to them as well."""
        found = _dense(sorted({*self.links.targets_of(first, last), *also}))
        return self.target.span(found[0], found[-1] + 1) if found else None


def _dense(indices: Iterable[int]) -> list[int]:
    """Keep the longest run of indices with gaps of at most three tokens, so one stray link tears nothing."""
    best: list[int] = []
    run: list[int] = []
    for index in indices:
        run = [*run, index] if run and index - run[-1] <= 3 else [index]
        best = max(best, run, key=len)
    return best
