"""Texts for the property tests: Arabic, English, digits, quotes, brackets, marks, controls, mixed."""

from __future__ import annotations

from hypothesis import strategies as st

_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئٱپچڤگی"
_MARKS = "".join(map(chr, range(0x064B, 0x0653))) + "\N{ARABIC LETTER SUPERSCRIPT ALEF}\u0301"
_CONTROLS = "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\xad"
_PUNCTUATION = "«»“”\"'()[]{}<>.,;:!?؟،؛-–—/…٪%$"
_ODD = "\n\t\x1b界۝\u0600ﷲ\ufeff\N{ARABIC TATWEEL}\xa0\u2028😀\U0001f1f2\U0001f1f1"

_WORDS = st.one_of(
    st.text(_LETTERS, min_size=1, max_size=9),
    st.text(_LETTERS + _MARKS, min_size=1, max_size=9),
    st.text("abcXYZé", min_size=1, max_size=9),
    st.text("0123456789٠١٢٣٤٥٦٧٨٩.,-/", min_size=1, max_size=8),
    st.sampled_from(["لا", "الإسلام", "«المسلحين»", "(BBC)", "ب”مؤشر“", "2016-04-08", "http://a.b/c?d=e"]),
    st.text(_PUNCTUATION, min_size=1, max_size=3),
    st.text(_LETTERS + _CONTROLS + _ODD + _MARKS, min_size=1, max_size=6),
)


def mixed() -> st.SearchStrategy[str]:
    """Draw a paragraph."""
    return st.lists(st.tuples(_WORDS, st.sampled_from([" ", " ", " ", "", "  "])), max_size=14).map(
        lambda parts: "".join(word + gap for word, gap in parts)
    )


def prose() -> st.SearchStrategy[str]:
    """Draw a paragraph of ordinary news: no controls, nothing odd."""
    word = st.one_of(
        st.text(_LETTERS, min_size=1, max_size=8),
        st.text("abcxyz", min_size=1, max_size=8),
        st.from_regex(r"[0-9]{1,4}", fullmatch=True),
        st.from_regex(r"[«(][ابتسل]{1,5}[)»]", fullmatch=True),
    )
    return st.lists(word, max_size=14).map(" ".join)
