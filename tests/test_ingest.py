"""Plain text to witnesses: decoding, layout, paratext, attribution, language."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.ingest import check_sides, identify, read_witness, witness_from_bytes
from aligner.ingest.attribution import find_date, parse_claims
from aligner.ingest.blocks import find_blocks
from aligner.ingest.decode import decode
from aligner.model import Kind, Role, Witness

ARABIC = "أعلنت البلدية أمس إغلاق الجسر القديم. وقال مسؤول إن الأشغال ستستمر شهرين على الأقل.\n"
ENGLISH = "The town hall closed the old bridge yesterday. An official said the work would take two months.\n"
WRAPPED = (
    "The town hall closed the old bridge on Monday because the\n"
    "northern pier had moved by four centimetres since the winter,\n"
    "and engineers feared that it would not stand another flood.\n"
)


def ar(text: str) -> Witness:
    return witness_from_bytes(text.encode(), siglum="ar", language="ar", origin="x.txt")


def roles(text: str) -> list[str]:
    return [str(block.role or block.kind) for block in find_blocks(text)]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256", "iso8859-6", "cp720"],
)
def test_arabic_is_read_from_every_encoding(encoding: str) -> None:
    witness = witness_from_bytes(ARABIC.encode(encoding), siglum="ar")
    assert witness.text == ARABIC
    assert witness.encoding.startswith(encoding[:6])
    assert witness.sha256 == hashlib.sha256(ARABIC.encode(encoding)).hexdigest()


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_english_with_typographic_signs_is_read(encoding: str) -> None:
    text = "It’s “over” — the café’s owner said so. He would not say more on the matter.\n"
    assert decode(text.encode(encoding)).text == text


def test_mac_arabic_blanks_are_told_from_hard_blanks() -> None:
    assert decode(ARABIC.encode("mac_arabic")).text == ARABIC


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"  \n\t\r\n ", "no words"),
        ("\ufeff".encode(), "no words"),
        (b"12 345 --- 67.", "no words"),
        (b"plain text with \x00 inside", "byte 16"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "byte"),
        (b"caf\xc3\xa9 " * 40 + b"\xc3(" + b" caf\xc3\xa9" * 40, "byte 240 (0xC3) is not UTF-8"),
        (b"\xff\xfea\x00b\x00\x00\xd8", "UTF-16"),
        (b"\xef\xbb\xbfabc \xff", "byte 7"),
        (b"form\x0cfeed in the text", "U+000C, at byte 4"),
        ("nothing \ufffe here".encode(), "U+FFFE"),
        (ARABIC.encode().decode("latin-1").encode(), "wrong encoding"),
        (ARABIC.encode("cp1256").decode("cp1252").encode(), "wrong encoding"),
    ],
)
def test_bad_bytes_are_refused_with_the_place(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        witness_from_bytes(data, siglum="en", origin="bad.txt")
    assert says in str(caught.value)
    assert caught.value.where.startswith("bad.txt")
    assert caught.value.remedy


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_witness(tmp_path / "none.txt", siglum="en")


def test_text_stays_as_it_was_stored() -> None:
    text = "\u200fعنوان الخبر\r\n\r\n" + ARABIC.replace("\n", "\r\n") + "ﻻ يتغير شيء هنا في النص أبدا.\u202b\r"
    witness = ar(text)
    assert witness.text == text
    assert any("direction marks" in note for note in witness.notes)
    assert any("presentation forms" in note for note in witness.notes)


def test_invisible_line_is_no_block() -> None:
    assert len(find_blocks("نص أول هنا.\n\u200f\u200b\nنص ثان هنا.")) == 2


def test_wrapped_paragraph_is_one_block() -> None:
    text = WRAPPED + "\n" + WRAPPED.replace("Monday", "Friday")
    assert [block.kind for block in find_blocks(text)] == [Kind.PARAGRAPH] * 2


def test_lines_of_their_own_stay_apart() -> None:
    lines = "First paragraph here, quite short.\nSecond paragraph here, also short.\nThird one ends it all.\n"
    assert len(find_blocks(lines)) == 3


def test_items_of_a_wrapped_text_stay_apart() -> None:
    items = "- a first item of the list that was set at the same width so\n- a second item of the list, at the same"
    assert len(find_blocks(WRAPPED + items)) == 3


def test_headings_have_text_after_them() -> None:
    text = "The bridge\n\nWhat happened to it\n\n" + ENGLISH + "\nWhy\n\n" + ENGLISH + "\nnot a heading"
    assert roles(text) == ["heading", "heading", "paragraph", "heading", "paragraph", "paragraph"]


def test_short_question_between_prose_is_a_heading() -> None:
    assert roles(f"{ENGLISH}What comes next?\n{ENGLISH}") == ["paragraph", "heading", "paragraph"]
    assert roles(f"{ARABIC}ماذا بعد؟\n{ARABIC}") == ["paragraph", "heading", "paragraph"]
    assert "heading" not in roles(f"{ENGLISH}What is known:\nWho did it?\nAnd why?\n{ENGLISH}")


def test_items_of_a_list_are_no_headings() -> None:
    text = ENGLISH + "There are three:\nfirst of all\nsecond to it\nthird and last\n" + ENGLISH
    assert "heading" not in roles(text)


@pytest.mark.parametrize(
    "line",
    [
        "مترجم عن صحيفة «الأخبار المحلية»",
        "المصدر: ذا ديلي إكزامبل",
        "ترجمة: ليلى حسن",
        "نقلا عن رويترز",
        "نُشر هذا المقال لأول مرة في موقع مثال",
        "Source: The Daily Example",
        "Originally published in The Daily Example on 3 May 2024.",
        "This article was translated from Arabic by Leila Hassan",
        "Translated by Leila Hassan",
    ],
)
def test_attribution_at_the_end_is_told(line: str) -> None:
    body = ARABIC if any("\u0620" <= c <= "\u064a" for c in line) else ENGLISH
    assert roles(body + body + line + "\n") == ["paragraph", "paragraph", "attribution"]


@pytest.mark.parametrize(
    "line",
    [
        "المصدر الرئيسي للدخل في البلدة هو الصيد، بحسب دراسة نشرتها الجامعة العام الماضي.",
        "ترجمة الكتاب صدرت قبل عامين في بيروت ولقيت استقبالا طيبا من القراء.",
        "Sources close to the council said the bridge would not be rebuilt before the spring.",
        "Share prices fell by a third after the announcement was made on Monday morning.",
        "Comments made by the mayor were not welcome in the neighbouring villages at all.",
        "من المتوقع أن يعاد فتح الجسر قبل نهاية العام إذا سمحت الأحوال الجوية بذلك.",
    ],
)
def test_sentences_that_begin_like_paratext_stay(line: str) -> None:
    assert roles(f"{line}\n{line}\n{line}\n") == ["paragraph"] * 3


def test_cue_inside_the_text_is_no_attribution() -> None:
    assert roles(ARABIC + "المصدر: شاهد عيان\n" + ARABIC)[1] != "attribution"


@pytest.mark.parametrize("line", ["اقرأ أيضا: جسر آخر يغلق في الشمال", "Read more: Another bridge closes"])
def test_pointer_to_other_articles_inside_the_text_is_furniture(line: str) -> None:
    assert roles(ENGLISH + line + "\n" + ENGLISH) == ["paragraph", "furniture", "paragraph"]


def test_comments_are_furniture_though_they_are_prose() -> None:
    comments = "3 تعليقات\nسامي\nهذا خبر محزن جدا لأهل البلدة كلهم.\nأضف تعليقا\n"
    assert roles(ARABIC * 4 + comments) == ["paragraph"] * 4 + ["furniture"] * 4


def test_bylines_give_author_and_date() -> None:
    witness = witness_from_bytes(
        ("Bridge closes\nBy Jane Doe\nMay 3, 2024\n" + ENGLISH).encode(), siglum="en", language="en"
    )
    assert (witness.bibl.title, witness.bibl.author, witness.bibl.published) == (
        "Bridge closes", "Jane Doe", "2024-05-03",
    )  # fmt: skip


def test_attribution_over_two_lines_is_one_statement() -> None:
    witness = ar(ARABIC * 2 + "مترجم من\n“A Bridge: Closed for Good”, The Daily Example.\n\n\nاترك تعليقاً")
    assert witness.attribution is not None
    assert witness.attribution.span.of(witness.text).startswith("مترجم من\n“A")
    claims = witness.attribution.claims
    assert (claims.title, claims.outlet) == ("A Bridge: Closed for Good", "The Daily Example")
    assert [b.role for b in witness.blocks[-3:]] == [Role.ATTRIBUTION, Role.ATTRIBUTION, Role.FURNITURE]


def test_translator_at_the_head_joins_the_source_at_the_end() -> None:
    witness = ar("عنوان\nترجمة: ليلى حسن\n" + ARABIC * 2 + "المصدر: The Daily Example https://example.com/a?b=1\n")
    assert witness.attribution is not None
    claims = witness.attribution.claims
    assert claims.translator == "ليلى حسن"
    assert claims.outlet == "The Daily Example"
    assert claims.url == "https://example.com/a?b=1"


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("Originally published in The Daily Example on 3 May 2024.", "outlet", "The Daily Example"),
        ("Originally published in The Daily Example on 3 May 2024.", "published", "2024-05-03"),
        ("This article was translated from Arabic by Leila Hassan", "translator", "Leila Hassan"),
        ("نقلا عن صحيفة ذا غارديان", "outlet", "ذا غارديان"),
        ("مترجم عن “A Title Here” بقلم جين دو، موقع مثال", "author", "جين دو"),
        ("المصدر: موقع مثال الإخباري، ترجمة: ليلى حسن", "translator", "ليلى حسن"),
        ("Source: https://example.org/x.", "url", "https://example.org/x"),
        ("Source: https://example.org/x.", "outlet", ""),
        ("المصدر", "outlet", ""),
    ],
)
def test_claims_are_taken_apart(line: str, key: str, value: str) -> None:
    assert getattr(parse_claims(line), key) == value


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("31/12/2024", "2024-12-31"), ("05/05/2024", "2024-05-05"), ("05/06/2024", ""), ("٣ مايو ٢٠٢٤", "2024-05-03"),
        ("31 Feb 2024", ""), ("2024-02-29T10:00Z", "2024-02-29"), ("May 2024", ""), ("3rd of May 2024", "2024-05-03"),
    ],
)  # fmt: skip
def test_dates_become_iso_or_nothing(text: str, iso: str) -> None:
    assert find_date(text) == iso


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"), (ARABIC, "ar"),
        ("La mairie a fermé le vieux pont hier, et un responsable a dit que les travaux dureraient deux mois.", "fr"),
        ("شهرداری دیروز پل قدیمی را بست و یک مقام گفت که کارها دو ماه طول می‌کشد", "fa"),
        ("Мэрия вчера закрыла старый мост, и чиновник сказал, что работы займут два месяца.", "ru"),
        ("بلدیہ نے کل پرانا پل بند کر دیا اور ایک اہلکار نے کہا کہ کام دو ماہ تک جاری رہے گا", "ur"),
    ],
)  # fmt: skip
def test_languages_are_told_apart(text: str, code: str) -> None:
    assert identify(text) == code


def test_sides_are_checked() -> None:
    english = witness_from_bytes(ENGLISH.encode(), siglum="en", origin="a.txt")
    arabic = witness_from_bytes(ARABIC.encode(), siglum="ar", origin="b.txt")
    check_sides(english, arabic)
    for sides, says in (
        ((arabic, english), "swapped"),
        ((english, english), "translation"),
        ((arabic, arabic), "source"),
    ):
        with pytest.raises(InputError, match=says) as caught:
            check_sides(*sides)
        assert caught.value.remedy


def test_paragraphs_in_another_language_are_noted() -> None:
    witness = witness_from_bytes((ARABIC * 3 + ENGLISH + ARABIC).encode(), siglum="ar")
    assert witness.language == "ar"
    assert any("1 block" in note for note in witness.notes)


def test_text_of_furniture_alone_is_refused() -> None:
    with pytest.raises(InputError, match="no running text"):
        witness_from_bytes(b"Leave a comment\nShare this\n", siglum="en")


def test_ten_million_characters_in_one_line_are_read() -> None:
    text = "كلمة أخرى. " * 900_000
    witness = witness_from_bytes(text.encode(), siglum="ar")
    assert len(witness.blocks) == 1


@given(st.text(max_size=400))
@settings(max_examples=300)
def test_any_text_gives_ordered_blocks_or_an_error(text: str) -> None:
    try:
        witness = witness_from_bytes(text.encode("utf-8", "surrogatepass"), siglum="x")
    except InputError:
        return
    assert witness.text == text.removeprefix("\ufeff") or witness.encoding != "utf-8"
    covered = {k for block in witness.blocks for k in range(block.span.start, block.span.end)}
    assert all(not text[k].isalnum() for k in range(len(witness.text)) if k not in covered)


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_give_a_witness_or_an_error(data: bytes) -> None:
    try:
        witness = witness_from_bytes(data, siglum="x")
    except InputError:
        return
    assert witness.sha256 == hashlib.sha256(data).hexdigest()
    witness.text.encode("utf-8")


@pytest.mark.shared
def test_known_article_gives_its_blocks() -> None:
    folder = Path(__file__).parents[2] / "shared/corpora/mali-blockade"
    if not folder.is_dir():
        pytest.skip("the texts of ../shared are not here")
    source = read_witness(folder / "source.en.reconstruction.txt", siglum="en")
    target = read_witness(folder / "translation.ar.txt", siglum="ar")
    check_sides(source, target)
    assert source.blocks[0].kind is Kind.HEADING
    assert [b.role for b in target.blocks if b.role] == [Role.ATTRIBUTION, Role.ATTRIBUTION, Role.FURNITURE]
    assert sum(b.kind is Kind.HEADING for b in target.blocks) == 5
    assert target.attribution is not None
    assert target.attribution.claims.title == source.bibl.title
