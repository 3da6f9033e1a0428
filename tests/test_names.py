"""Names in two scripts: by CLDR, by sound, and what is no name of the same thing."""

from __future__ import annotations

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from aligner.names import cldr_names, is_same_name, transliteration, wide_skeletons
from aligner.text import normalise_word

BY_SOUND = [
    ("Goita", "غويتا"), ("Bayraktar", "بيرقدار"), ("Timbuktu", "تمبكتو"), ("Wagner", "فاغنر"), ("Kidal", "كيدال"),
    ("Putin", "بوتين"), ("Khartoum", "الخرطوم"), ("Jerusalem", "جيروزاليم"), ("Johnson", "جونسون"),
    ("Erdogan", "أردوغان"), ("Zelensky", "زيلينسكي"), ("Merkel", "ميركل"), ("Macron", "ماكرون"),
    ("Chad", "تشاد"), ("Guterres", "غوتيريش"), ("Clinton", "كلينتون"), ("Kigali", "كيغالي"),
    ("Nairobi", "نيروبي"), ("Warsaw", "وارسو"), ("Kharkiv", "خاركيف"), ("Mogadishu", "مقديشو"),
    ("Qaddafi", "القذافي"), ("Khashoggi", "خاشقجي"), ("Hezbollah", "حزبالله"),
]  # fmt: skip
BY_CLDR = [
    ("Egypt", "مصر"), ("Germany", "ألمانيا"), ("Greece", "اليونان"), ("Austria", "النمسا"), ("Morocco", "المغرب"),
    ("India", "الهند"), ("Netherlands", "هولندا"), ("Japan", "اليابان"), ("October", "أكتوبر"),
]  # fmt: skip
DIFFERENT = [
    ("Government", "الحكومة"), ("Police", "الشرطة"), ("Mali", "العام"), ("President", "الرئيس"),
    ("Bamako", "الحصار"), ("Minister", "الوزير"), ("Monday", "الاثنين"),
    ("Officials", "المسؤولون"), ("Wagner", "بوتين"), ("Putin", "كيدال"), ("Merkel", "ماكرون"),
]  # fmt: skip
NEIGHBOURS = [
    ("Niger", "نيجيريا"), ("Nigeria", "النيجر"), ("Mali", "ملاوي"), ("Sweden", "السودان"), ("Albania", "لبنان"),
    ("Algeria", "بلغاريا"), ("Romania", "أرمينيا"), ("Yemen", "عمان"), ("Uruguay", "باراغواي"),
]  # fmt: skip
CLITICS = ["و", "ب", "ل", "وب", "ك", "ف"]


def folded(pair: tuple[str, str]) -> tuple[str, str]:
    return pair[0].lower(), normalise_word(pair[1])


def territories() -> list[tuple[str, str]]:
    """Territories with a name of one word in both languages."""
    english, arabic = Locale("en").territories, Locale("ar").territories
    both = [(name, arabic[code]) for code, name in english.items() if len(code) == 2 and code in arabic]
    return [folded(pair) for pair in both if all(len(name.split()) == 1 for name in pair) and pair[0].isascii()]


@pytest.mark.parametrize("pair", BY_SOUND, ids=lambda pair: pair[0])
def test_one_name_in_two_scripts_by_sound(pair: tuple[str, str]) -> None:
    latin, arabic = folded(pair)
    assert transliteration(latin, arabic) >= 0.6
    assert is_same_name(latin, arabic)


@pytest.mark.parametrize("pair", [("Scholz", "شولتس"), ("Gaddafi", "القذافي")], ids=lambda pair: pair[0])
def test_a_looser_spelling_is_still_nearer_than_another_name(pair: tuple[str, str]) -> None:
    latin, arabic = folded(pair)
    assert transliteration(latin, arabic) >= 0.6 > transliteration(latin, "كيدال")


@pytest.mark.parametrize("pair", BY_CLDR, ids=lambda pair: pair[0])
def test_a_name_that_sounds_otherwise_is_known_from_cldr(pair: tuple[str, str]) -> None:
    assert is_same_name(*folded(pair))


@pytest.mark.parametrize("pair", DIFFERENT, ids=lambda pair: f"{pair[0]}")
def test_words_that_are_no_rendering_by_sound(pair: tuple[str, str]) -> None:
    assert not is_same_name(*folded(pair))


@pytest.mark.parametrize("pair", NEIGHBOURS, ids=lambda pair: pair[0])
def test_two_countries_that_sound_alike_are_two(pair: tuple[str, str]) -> None:
    assert not is_same_name(*folded(pair))


@pytest.mark.parametrize("clitic", CLITICS)
@pytest.mark.parametrize("pair", [("Kidal", "كيدال"), ("Egypt", "مصر"), ("Merkel", "ميركل")], ids=lambda p: p[0])
def test_a_clitic_changes_no_name(clitic: str, pair: tuple[str, str]) -> None:
    assert is_same_name(pair[0].lower(), normalise_word(clitic + pair[1]))


def test_the_sound_tells_nine_territories_of_ten_and_errs_on_one_in_a_hundred() -> None:
    pairs = territories()
    right = sum(transliteration(*pair) >= 0.75 for pair in pairs)
    wrong = [
        (latin, arabic) for n, (latin, _) in enumerate(pairs) for m, (_, arabic) in enumerate(pairs)
        if n != m and transliteration(latin, arabic) >= 0.75
    ]  # fmt: skip
    assert len(pairs) > 150
    assert right / len(pairs) > 0.9
    assert len(wrong) / len(pairs) ** 2 < 0.01


def test_every_territory_is_itself_and_hardly_ever_another() -> None:
    pairs = territories()
    assert all(is_same_name(*pair) for pair in pairs)
    taken = [
        (latin, arabic) for n, (latin, _) in enumerate(pairs) for m, (_, arabic) in enumerate(pairs)
        if n != m and is_same_name(latin, arabic)
    ]  # fmt: skip
    assert len(taken) <= 2, taken


@pytest.mark.parametrize("latin", ["us", "uk", "x", ""])
def test_short_words_do_not_count(latin: str) -> None:
    assert transliteration(latin, "وس") == 0.0
    assert not is_same_name(latin, "وس")


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_two_strings_have_a_likeness_between_nought_and_one(latin: str, arabic: str) -> None:
    likeness = transliteration(latin.lower(), normalise_word(arabic))
    assert 0.0 <= likeness <= 1.0
    assert likeness == transliteration(latin.lower(), normalise_word(arabic))


PLAIN = dict(zip("بترزسفكلمنجد", "btrzsfklmngd", strict=True))
"""Letters with one common romanisation."""


@given(st.lists(st.sampled_from(sorted(PLAIN)), min_size=3, max_size=8), st.data())
def test_a_name_with_any_short_vowels_keeps_its_sound(letters: list[str], data: st.DataObject) -> None:
    vowels = st.sampled_from(("", "a", "e"))
    latin = "".join(PLAIN[letter] + data.draw(vowels) for letter in letters)
    if len(latin) >= 3 and len(set(letters)) > 1:
        assert transliteration(latin, "".join(letters)) == 1.0


def test_every_word_of_cldr_is_folded() -> None:
    names = cldr_names()
    assert len(names) > 300
    assert all(word == word.lower() and all(form == normalise_word(form) for form in forms)
               for word, forms in names.items())  # fmt: skip


@pytest.mark.parametrize(
    ("latin", "arabic"), [("Bamako", "وباماكو"), ("Paris", "باريس"), ("Georgia", "جورجيا"), ("Kuwait", "بالكويت")]
)
def test_wide_skeletons_of_one_name_meet(latin: str, arabic: str) -> None:
    assert wide_skeletons(latin.lower()) & wide_skeletons(normalise_word(arabic))


def test_wide_skeletons_keep_consonants_apart_that_sound_apart() -> None:
    assert not wide_skeletons("london") & wide_skeletons(normalise_word("لبنان"))
