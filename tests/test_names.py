import pytest

from aligner.names import is_same_name, transliteration, wide_skeletons
from aligner.text import normalise_word

SAME = [
    ("Goita", "غويتا"), ("Bayraktar", "بيرقدار"), ("Timbuktu", "تمبكتو"), ("Mauritania", "موريتانيا"),
    ("Wagner", "فاغنر"), ("Kidal", "كيدال"), ("Putin", "وبوتين"), ("Egypt", "مصر"), ("Germany", "ألمانيا"),
    ("Khartoum", "الخرطوم"), ("Jerusalem", "جيروزاليم"), ("Johnson", "جونسون"), ("Erdogan", "أردوغان"),
]  # fmt: skip
DIFFERENT = [
    ("Government", "الحكومة"),
    ("Police", "الشرطة"),
    ("Mali", "العام"),
    ("President", "الرئيس"),
    ("Bamako", "الحصار"),
]


@pytest.mark.parametrize(("latin", "arabic"), SAME)
def test_one_name_in_two_scripts(latin: str, arabic: str) -> None:
    assert is_same_name(latin.lower(), normalise_word(arabic))


@pytest.mark.parametrize(("latin", "arabic"), DIFFERENT)
def test_words_that_are_no_rendering_by_sound(latin: str, arabic: str) -> None:
    assert not is_same_name(latin.lower(), normalise_word(arabic))


def test_short_words_do_not_count() -> None:
    assert transliteration("us", "وس") == 0.0


@pytest.mark.parametrize(
    ("latin", "arabic"), [("Bamako", "وباماكو"), ("Paris", "باريس"), ("Georgia", "جورجيا"), ("Kuwait", "بالكويت")]
)
def test_wide_skeletons_of_one_name_meet(latin: str, arabic: str) -> None:
    assert wide_skeletons(latin.lower()) & wide_skeletons(normalise_word(arabic))


def test_wide_skeletons_keep_consonants_apart_that_sound_apart() -> None:
    assert not wide_skeletons("london") & wide_skeletons(normalise_word("لبنان"))
