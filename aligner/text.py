"""Offset-keeping views of Arabic and English text: for matching only, the witness itself never changes.

Normalised text travels with a map back to the code points it came from. Folding follows the common
practice of Arabic retrieval (Larkey, Ballesteros and Connell 2002: alef, alef maqsura, tashkeel, tatweel)
but keeps teh marbuta apart from heh, because news writes the two correctly and the difference is an ending.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from aligner.model import Span

__all__ = [
    "Normalised",
    "Quotation",
    "Token",
    "TokenKind",
    "arabic_share",
    "bare_forms",
    "clitic_splits",
    "digits_value",
    "english_bases",
    "light_stem",
    "normalise",
    "normalise_word",
    "pronoun_cuts",
    "quotations",
    "tokens",
]

_FOLD = {
    "\N{ARABIC LETTER ALEF WITH MADDA ABOVE}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF WITH HAMZA ABOVE}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF WITH HAMZA BELOW}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF WASLA}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER FARSI YEH}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER YEH WITH HAMZA ABOVE}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER WAW WITH HAMZA ABOVE}": "\N{ARABIC LETTER WAW}",
    "\N{ARABIC LETTER KEHEH}": "\N{ARABIC LETTER KAF}",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{HYPHEN}": "-",
    "\N{ARABIC DECIMAL SEPARATOR}": ".",
    "\N{ARABIC THOUSANDS SEPARATOR}": ",",
}
_DROPPED = frozenset(
    chr(code)
    for first, last in (
        (0x064B, 0x065F),  # tashkeel
        (0x0610, 0x061A),  # Quranic marks
        (0x06D6, 0x06DC),
        (0x0670, 0x0670),  # superscript alef
        (0x0640, 0x0640),  # tatweel
        (0x200B, 0x200F),  # zero width space, joiners, direction marks
        (0x061C, 0x061C),
        (0x202A, 0x202E),  # embeddings and overrides
        (0x2060, 0x2069),  # word joiner, isolates
        (0xFEFF, 0xFEFF),
        (0x00AD, 0x00AD),  # soft hyphen
    )
    for code in range(first, last + 1)
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """Text for matching; ``offsets[k]`` is where its character k came from, ``offsets[-1]`` the end."""

    text: str
    offsets: tuple[int, ...]

    def original(self, start: int, end: int) -> Span:
        """Map a non-empty stretch of the normalised text back to the original's code points."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """Fold one character to what it is matched as; empty where it is passed over."""
    if char in _DROPPED:
        return ""
    if char in _FOLD:
        return _FOLD[char]
    code = ord(char)
    if code < 0x80:
        return char.lower()
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC:  # Arabic presentation forms
        plain = unicodedata.normalize("NFKC", char)
        return char if plain == char else "".join(map(_folded, plain))  # the basmala glyph stands for itself
    lowered = char.lower()
    return lowered if len(lowered) == 1 else char


def normalise(text: str) -> Normalised:
    """Fold letters, digits and case for matching and keep the way back.

    >>> n = normalise("وَقالَ «الإرهاب»")
    >>> n.text
    'وقال «الارهاب»'
    >>> start = n.text.index("الارهاب")
    >>> n.original(start, start + 7).of("وَقالَ «الإرهاب»")
    'الإرهاب'
    """
    out: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        for folded in _folded(char):
            out.append(folded)
            offsets.append(index)
    offsets.append(len(text))
    return Normalised("".join(out), tuple(offsets))


@lru_cache(maxsize=65536)
def normalise_word(word: str) -> str:
    """Fold one word as ``normalise`` does, without the map.

    >>> normalise_word("الإِرهـاب")
    'الارهاب'
    """
    return "".join(_folded(char) for char in word)


class TokenKind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark: where it stands, how it is written, and its form for matching."""

    span: Span
    text: str
    form: str
    kind: TokenKind

    @property
    def is_arabic(self) -> bool:
        """Tell whether the token starts with an Arabic letter."""
        return "\u0620" <= self.form[:1] <= "\u06d3"


_KINDS = {kind.value: kind for kind in TokenKind}
_COMBINING = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0640\u200c\u200d\u00ad"
_WORD = re.compile(
    r"(?P<number>\d+(?:[.,:/\u066b\u066c]\d+)*(?:(?:st|nd|rd|th|s)\b)?)"
    rf"|(?P<word>[^\W\d_][\w{_COMBINING}]*(?:['\u2019.&-](?=[^\W_])[\w{_COMBINING}]+)*)"
    r"|(?P<mark>\S)"
)


def tokens(text: str) -> tuple[Token, ...]:
    """Cut text into words, numbers and single marks; a clitic stays on its word.

    >>> [t.text for t in tokens("so-called “war” cost $1.5m، وبـ«الحرب»")]
    ['so-called', '“', 'war', '”', 'cost', '$', '1.5', 'm', '،', 'وبـ', '«', 'الحرب', '»']
    """
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for found in _WORD.finditer(text):
        form = normalise_word(found.group())
        if form:
            yield Token(Span(*found.span()), found.group(), form, _KINDS[found.lastgroup or "mark"])


def digits_value(form: str) -> str:
    """Give a number's digits without grouping marks, so that 1,500 and ١٥٠٠ compare equal.

    >>> digits_value("1,500"), digits_value("12.50"), digits_value("20th")
    ('1500', '12.5', '20')
    """
    if form.isdecimal():
        return str(int(form))
    plain = re.sub(r"[^\d.,:/]", "", form)
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", plain)
    if re.fullmatch(r"\d+[.,]\d+", plain):
        whole, _, rest = plain.replace(",", ".").partition(".")
        rest = rest.rstrip("0")
        return f"{int(whole)}.{rest}" if rest else str(int(whole))
    return str(int(plain)) if plain.isdecimal() else plain


def arabic_share(text: str) -> float:
    """Share of Arabic letters among Arabic and Latin letters, 0..1; 0.5 where there are none.

    >>> arabic_share("مالي TB2")
    0.6666666666666666
    """
    arabic = sum(1 for c in text if "\u0620" <= c <= "\u06d3" or "\ufb50" <= c <= "\ufefc")
    latin = sum(1 for c in text if c.isalpha() and c < "\u0250")
    return arabic / (arabic + latin) if arabic + latin else 0.5


# Arabic writes conjunctions, prepositions and the article onto the word, in a fixed order: conjunction,
# then preposition or future particle, then article (Habash 2010, Introduction to Arabic NLP, 4.2).
_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ك", "ل")
_PROCLITICS = tuple(
    sorted(
        {c + p + a for c in _CONJUNCTIONS for p in _PREPOSITIONS for a in ("", "ال") if not (p == "ل" and a)}
        | {c + "لل" for c in _CONJUNCTIONS}
        | {c + "س" for c in _CONJUNCTIONS},
        key=lambda clitic: (-len(clitic), clitic),
    )
)
_ENCLITICS = ("هما", "كما", "هم", "هن", "ها", "كم", "نا", "ه", "ي", "ك")
_ENDINGS = ("تين", "تان", "يون", "يين", "ات", "ون", "ين", "ان", "وا", "يه", "ية", "ة", "ا", "ي", "ت", "ن")
_SHORTEST = 3  # letters that must remain: Arabic roots have three
_ENGLISH_ENDINGS = (
    ("ies", ("y",)), ("ied", ("y",)), ("ily", ("y",)), ("es", ("e", "")), ("s", ("",)), ("ed", ("", "e")),
    ("ing", ("", "e")), ("ly", ("", "le")),
)  # fmt: skip


@lru_cache(maxsize=65536)
def clitic_splits(form: str) -> tuple[tuple[str, str], ...]:
    """List the ways to cut proclitics off a normalised Arabic word, the uncut word first.

    A cut leaves at least two letters, and three where a single letter was taken off, because a lone
    first letter is more often part of the root.

    >>> clitic_splits("وبالارهاب")[0], ("وبال", "ارهاب") in clitic_splits("وبالارهاب")
    (('', 'وبالارهاب'), True)
    """
    cuts = [("", form)]
    for clitic in _PROCLITICS:
        rest = len(form) - len(clitic)
        if clitic and form.startswith(clitic) and rest >= (2 if len(clitic) > 1 else _SHORTEST):
            cuts.append((clitic, form[len(clitic) :]))
            if clitic.endswith("لل") and form[len(clitic) :]:  # للجنة may be ل + لجنة, with one lam lost
                cuts.append((clitic, "ل" + form[len(clitic) :]))
    return tuple(cuts)


@lru_cache(maxsize=65536)
def pronoun_cuts(word: str) -> tuple[str, ...]:
    """List what a word may be without a pronoun suffix; three letters remain, teh marbuta closes and alef returns.

    >>> pronoun_cuts("جماعتهم"), pronoun_cuts("كتابه"), pronoun_cuts("دم"), pronoun_cuts("سموهم")
    (('جماعت', 'جماعة'), ('كتاب',), (), ('سمو', 'سموا'))
    """
    cuts: list[str] = []
    for suffix in _ENCLITICS:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST:
            rest = word[: -len(suffix)]
            cuts += (rest, rest[:-1] + "ة") if rest.endswith("ت") else (rest,)
            cuts += (rest + "ا",) if rest.endswith("و") and suffix[0] == "ه" else ()
    return tuple(cuts)


@lru_cache(maxsize=65536)
def bare_forms(form: str) -> frozenset[str]:
    """Give the forms a normalised word may be without its proclitics and pronoun suffixes.

    A teh marbuta opens to teh before a suffix and is closed again (جماعتهم, جماعة).

    >>> sorted(bare_forms("وجماعتهم"))[:3]
    ['جماعة', 'جماعت', 'جماعتهم']
    """
    stems = {stem for _, stem in clitic_splits(form)}
    stems.update(cut for stem in tuple(stems) for cut in pronoun_cuts(stem))
    return frozenset(stems)


@lru_cache(maxsize=65536)
def light_stem(form: str) -> str:
    """Cut the likeliest proclitic and the inflectional ending: the light stem of Larkey et al. (2002).

    >>> {light_stem(w) for w in ("الارهابيين", "ارهابي", "والارهابيون", "ارهابية")}
    {'ارهاب'}
    """
    for clitic in ("وال", "بال", "كال", "فال", "لل", "ال", "ولل", "وبال"):
        if form.startswith(clitic) and len(form) - len(clitic) >= _SHORTEST:
            form = form[len(clitic) :]
            break
    else:
        if form.startswith("و") and len(form) > _SHORTEST + 1:
            form = form[1:]
    while True:
        for ending in _ENDINGS:
            if form.endswith(ending) and len(form) - len(ending) >= _SHORTEST:
                form = form[: -len(ending)]
                break
        else:
            return form


@lru_cache(maxsize=65536)
def english_bases(form: str) -> tuple[str, ...]:
    """List what a lower-case English form may be an inflection of: a plural, a verb's form or an adverb.

    >>> english_bases("carried"), english_bases("banned"), english_bases("roses"), english_bases("bus")
    (('carry',), ('bann', 'banne', 'ban'), ('rose', 'ros'), ())
    """
    bases: list[str] = []
    for ending, others in _ENGLISH_ENDINGS:
        stem = form.removesuffix(ending)
        if stem == form or len(stem) < _SHORTEST or (ending == "s" and stem.endswith(("s", "u", "i"))):
            continue
        bases += [stem + other for other in others]
        if ending in ("ed", "ing") and stem[-1] == stem[-2]:
            bases.append(stem[:-1])
        break
    return tuple(bases)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch in quotation marks: ``outer`` with the marks, ``inner`` without, ``depth`` 0 outermost."""

    outer: Span
    inner: Span
    depth: int


# Families, not directions: Arabic text opens with any glyph and closes with any other of the family
# (DESIGN.md, "Quotation marks are often broken"), so the place decides which is which.
_FAMILY = dict.fromkeys('"\u201c\u201d\u201e\u201f\uff02\u301d\u301e', "double")
_FAMILY |= dict.fromkeys("\u00ab\u00bb\u2039\u203a\u300a\u300b", "angle")
_FAMILY |= dict.fromkeys("'\u2018\u2019\u201a\u201b`", "single")
# A single angle bracket counts beside an Arabic letter only, where it is no mark-up and no comparison.
_ANGLE = "<(?=[\u0620-\u064a\u2039])|(?<=[\u0620-\u064a\u203a])>"
_MARK = re.compile(f"''|``|<<|>>|{_ANGLE}|\\(\\(|\\)\\)|[" + "".join(map(re.escape, _FAMILY)) + "]")
_CLITIC_BEFORE = re.compile(r"(?:^|[\s(\[])(?:[وف]?[بكل]?(?:ال)?|[وف]?لل|س)ـ?\Z")
_CLOSING_AFTER = frozenset(".,;:!?)]}\u060c\u061b\u061f\u2026-\u2013\u2014/*")


def quotations(text: str) -> tuple[Quotation, ...]:
    """Find what stands in quotation marks, pairing marks by their place and not by their glyph.

    Marks that find no partner before the end of the line are left alone, as are apostrophes and inches.

    >>> text = "خطر ”الإرهاب“ وب”مؤشر الأمن” أمس"
    >>> [q.inner.of(text) for q in quotations(text)]
    ['الإرهاب', 'مؤشر الأمن']
    >>> quotations("the group's 5\\" pipe")
    ()
    """
    found: list[Quotation] = []
    open_marks: list[tuple[str, int, int]] = []
    line_start = 0
    for mark in _MARK.finditer(text):
        if "\n" in text[line_start : mark.start()]:
            open_marks.clear()
        line_start = mark.start()
        family = _family(mark.group())
        if _is_doubled(text, mark, family) and open_marks and open_marks[-1][2] == mark.start():
            open_marks[-1] = (family, open_marks[-1][1], mark.end())
            continue
        place = _place(text, mark.start(), mark.end(), family)
        match = next((k for k in range(len(open_marks) - 1, -1, -1) if open_marks[k][0] == family), None)
        if match is not None and place != "open":
            _, start, inner = open_marks[match]
            del open_marks[match:]
            if text[inner : mark.start()].strip():
                inner_span = _trimmed(text, inner, mark.start())
                found.append(Quotation(Span(start, mark.end()), inner_span, len(open_marks)))
        elif place != "close" and place != "none":
            if match is not None:  # the one before never closed
                del open_marks[match:]
            open_marks.append((family, mark.start(), mark.end()))
    return tuple(sorted(found, key=lambda q: (q.outer.start, q.depth)))


def _family(glyph: str) -> str:
    if glyph[0] in "<>":
        return "angle"
    if glyph in ("((", "))"):
        return "bracket"
    return "double" if len(glyph) == 2 else _FAMILY[glyph]


def _is_doubled(text: str, mark: re.Match[str], family: str) -> bool:
    """A mark right behind one of its family is the same mark written twice: ««, ““, <‹."""
    before = text[mark.start() - 1 : mark.start()]
    return family in ("double", "angle") and before != "" and (before in "<>" or _FAMILY.get(before) == family)


def _trimmed(text: str, start: int, end: int) -> Span:
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _place(text: str, start: int, end: int, family: str) -> str:
    """Say by the neighbours whether a mark opens, closes, may do either, or is no quotation mark."""
    before, after = text[start - 1 : start], text[end : end + 1]
    before_is_free = not before or before.isspace() or before in "([{\u2014\u2013-/" or before in _FAMILY
    after_is_free = not after or after.isspace() or after in _CLOSING_AFTER or after in _FAMILY
    if family == "single":
        return _place_of_single(before, after, before_is_free=before_is_free, after_is_free=after_is_free)
    if before.isdigit() and after_is_free and family == "double" and text[start] == '"':
        return "close"  # inches, unless something is open
    if before_is_free and not after_is_free:
        return "open"
    if _CLITIC_BEFORE.search(text[max(0, start - 6) : start]) and not after_is_free:
        return "open"
    if after_is_free and not before_is_free:
        return "close"
    return "either"


def _place_of_single(before: str, after: str, *, before_is_free: bool, after_is_free: bool) -> str:
    """Single marks double as apostrophes: they count only with a free side and a word on the other."""
    if before_is_free and after.isalpha():
        return "open"
    if after_is_free and before and not before.isspace():
        return "close"
    return "none"
