from hypothesis import example, given
from hypothesis import strategies as st

from aligner.text import TokenKind, bare_forms, digits_value, light_stem, normalise, quotations, tokens

MIXED = st.text(
    st.one_of(
        st.sampled_from(
            "ابتسوالمكة ىأإآؤئ\u064b\u0651\u0640\u200f\u2066\u2069«»“”„\"'’‘()<>abcABC 0123٣٤.,،؟\n\ufefb\ufdfa"
        ),
        st.characters(),
    ),
    max_size=60,
)


@given(MIXED)
def test_offsets_map_every_normalised_character_back(text: str) -> None:
    view = normalise(text)
    assert len(view.offsets) == len(view.text) + 1
    assert list(view.offsets) == sorted(view.offsets)
    for k, char in enumerate(view.text):
        assert char in normalise(view.original(k, k + 1).of(text)).text


@given(MIXED)
@example("\N{ARABIC LIGATURE BISMILLAH AR-RAHMAN AR-RAHEEM}")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@given(MIXED)
def test_tokens_are_ordered_and_leave_out_only_space_and_signs_without_form(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert token.span.start >= end
        assert token.text == token.span.of(text)
        assert not normalise(text[end : token.span.start]).text.strip()
        end = token.span.end
    assert not normalise(text[end:]).text.strip()


@given(MIXED)
def test_quotations_nest_or_follow_and_never_cross(text: str) -> None:
    found = quotations(text)
    for quotation in found:
        assert quotation.outer.covers(quotation.inner)
        assert quotation.inner.of(text) == quotation.inner.of(text).strip() != ""
    for a in found:
        for b in found:
            if a.outer.overlaps(b.outer):
                assert a.inner.covers(b.outer) or b.inner.covers(a.outer) or a == b


def inner(text: str) -> list[str]:
    return [q.inner.of(text) for q in quotations(text)]


def test_broken_arabic_marks_are_paired_by_place() -> None:
    assert inner("خطر ”الأول” و“الثاني“ و”الثالث“ و\"الرابع\" و«الخامس»") == [
        "الأول", "الثاني", "الثالث", "الرابع", "الخامس",
    ]  # fmt: skip


def test_marks_after_clitics_open() -> None:
    assert inner("ب”المؤشر” ولل“حزب” وبـ«الخطة»") == ["المؤشر", "حزب", "الخطة"]


def test_apostrophes_are_no_quotation_marks() -> None:
    assert inner("The Houthis' men didn't take the group's 'freedom' flags' poles.") == ["freedom"]
    assert inner("the boys' and girls' schools") == []


def test_nested_quotations_have_depth() -> None:
    found = quotations("“He said 'no' twice”")
    assert [(q.depth, q.inner.start) for q in found] == [(0, 1), (1, 10)]


def test_an_unclosed_mark_does_not_swallow_the_next_quotation() -> None:
    assert inner("“The first paragraph runs on\n“the second” ends") == ["the second"]


def test_numbers_and_latin_names_are_single_tokens() -> None:
    kinds = [(t.form, t.kind) for t in tokens("BAMEX25 في ١٬٥٠٠ U.S. 3.5")]
    assert kinds == [
        ("bamex25", TokenKind.WORD), ("في", TokenKind.WORD), ("1,500", TokenKind.NUMBER),
        ("u.s", TokenKind.WORD), (".", TokenKind.MARK), ("3.5", TokenKind.NUMBER),
    ]  # fmt: skip
    assert digits_value("1,500") == digits_value("1500")


def test_clitics_and_suffixes_come_off_for_matching() -> None:
    assert "ارهاب" in bare_forms("وبالارهاب")
    assert "جماعة" in bare_forms("لجماعتها")
    assert light_stem("المسلحين") == light_stem("مسلحون")
