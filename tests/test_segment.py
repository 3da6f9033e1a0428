"""Sentences with exact offsets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.ingest import witness_from_bytes
from aligner.model import Kind
from aligner.segment import segment, split

# Bars stand where a sentence ends.
ENGLISH = [
    "He met Dr. Haddad on Sept. 3.|It was late.",
    "George W. Bush met J. R. Smith in the U.S. Capitol.|They left the U.S.|The talks failed.",
    "It was 5 p.m. on Monday.|The price rose 3.5 percent to $4.2 million.",
    "See example.com or https://a.b/c.d?e=f.|Then go.",
    "“Is it over?” she asked.|It was.",
    '"I will go.|I will not come back."|He left.',
    "He spoke (it was late. Very late.) and left.|She stayed.",
    "(He spoke.|It was late.)|She stayed.",
    "He opened a bracket (and never closed it.",
    "1. The first point.|2. The second point.",
    "Wait... what?|No!|Yes...|The end.[12]|Next one.",
    "Vitamin C.|The best.",
    "Acme Inc. shares fell, Gen. Lee said.",
    "He works for Acme Inc.|The firm is small.",
    "He came in Sept.|The talks began.",
    "Use No. 7 on p. 12, i.e. Figure 3.",
    "Prices, costs etc. Rose fell.",
    "What?!|Never…|And yet he said… nothing.",
    ". . .",
]
ARABIC = [
    "وصل د. محمد أمس.|وقال أ.د. سامي إن الأمر انتهى.",
    "هل انتهى؟|نعم!|لا.. ربما...|ثم عاد.",
    "قال: «لن نتراجع.|سنمضي قدما.»|وأضاف أن الأمر حسم.",
    "«لماذا؟» سأل الصحفي.|لم يجب.",
    "ارتفع بنسبة 3.5 في المئة (بحسب التقرير. انظر ص. 5) ثم هبط.",
    "زار موقع example.com أمس.|ثم عاد.",
    "الأولى؛ ثم الثانية، ثم الثالثة.",
    "القرن الثالث ق.م. كان مهما.",
    "نقلت وكالة أ.ف.ب. عن مصدر قوله.",
    "١. الأولى هنا.|٢. الثانية هنا.",
    "یہ ایک جملہ ہے۔|یہ دوسرا ہے۔",
]


def _pieces(marked: str) -> list[str]:
    return [piece.strip() for piece in marked.split("|")]


@pytest.mark.parametrize("marked", ENGLISH)
def test_english_sentences(marked: str) -> None:
    text = marked.replace("|", " ")
    assert [span.of(text) for span in split(text, "en")] == _pieces(marked)


@pytest.mark.parametrize("marked", ARABIC)
def test_arabic_sentences(marked: str) -> None:
    text = marked.replace("|", " ")
    assert [span.of(text) for span in split(text, "ar")] == _pieces(marked)


def test_missing_space_after_a_stop_still_ends_a_sentence() -> None:
    assert [len(s) for s in split("انتهى الاجتماع أمس.وقال الوزير إنه نجح.", "ar")] == [19, 20]
    assert [len(s) for s in split("It ended.The next day he left.", "en")] == [9, 21]


def test_names_with_a_stop_inside_stay_whole() -> None:
    assert len(split("He uses Node.JS and Booking.Com daily, and A.B.C. too.", "en")) == 1


def test_line_end_inside_a_wrapped_paragraph_is_a_space() -> None:
    assert len(split("The talks that began in\nGeneva ended. They\nfailed.", "en")) == 2


def test_heading_is_one_segment_and_paratext_none() -> None:
    text = "Over? Not yet\n\nThe talks ended on Monday. They failed.\n\nLeave a comment"
    witness = witness_from_bytes(text.encode(), siglum="en", language="en")
    found = segment(witness)
    assert [s.span.of(text) for s in found] == ["Over? Not yet", "The talks ended on Monday.", "They failed."]
    assert [s.block for s in found] == [0, 1, 1]


@given(
    st.text(alphabet=st.sampled_from("aAbB .!?…“”\"'()[]«»؟؛،۔أبد١1\n\u200f-"), max_size=120),
    st.sampled_from(["en", "ar"]),
)
@settings(max_examples=500)
def test_sentences_cover_all_but_space_in_order(text: str, language: str) -> None:
    end = 0
    for span in split(text, language):
        assert span.start >= end
        assert not text[end : span.start].strip()
        assert span.of(text).strip() == span.of(text)
        end = span.end
    assert not text[end:].strip()


@given(st.text(max_size=200))
@settings(max_examples=300)
def test_segments_cover_the_aligned_blocks_of_any_text(text: str) -> None:
    try:
        witness = witness_from_bytes(("Some words here. " + text).encode(errors="ignore"), siglum="x", language="en")
    except InputError:
        return
    found = segment(witness)
    for number, block in enumerate(witness.blocks):
        mine = [s.span for s in found if s.block == number]
        covered = "".join(span.of(witness.text) for span in mine)
        wanted = block.span.of(witness.text) if block.kind is not Kind.PARATEXT else ""
        assert "".join(covered.split()) == "".join(wanted.split())


@pytest.mark.parametrize("piece", ["(", ".", "…", "«", "a.", "1. ", "\"'", "؟ ", "[1]", "(a. "])
def test_repeated_marks_are_cut_in_linear_time(piece: str) -> None:
    text = piece * 200_000
    assert "".join("".join(s.of(text) for s in split(text, "ar")).split()) == "".join(text.split())
