"""Which words of the two languages may render each other, and what stands where none does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.embed import Embedder
from aligner.frame import view
from aligner.frame.absence import absences, is_rendered
from aligner.renderings import concepts, has_loyal, origins
from aligner.resources import data_bytes, load_lexicon
from aligner.text import normalise_word


def share(english: str, arabic: str) -> bool:
    return bool(concepts(english, "en") & concepts(normalise_word(arabic), "ar"))


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("brutally", "بوحشية"),
        ("fraud", "تزويراً"),
        ("predatory", "الاستغلاليين"),
        ("mercenaries", "المرتزقة"),
        ("intimidation", "وترهيباً"),
        ("army-backed", "المدعومة"),
        ("regime's", "النظام"),
    ],
)
def test_renderings_share_a_concept_through_clitics_patterns_and_endings(english: str, arabic: str) -> None:
    assert share(english, arabic)


@pytest.mark.parametrize(
    ("english", "arabic"),
    [("heavy-handed", "الحازمة"), ("sham", "الاستفتاء"), ("brutal", "الكبيرة"), ("mad", "صنعت"), ("made", "مجنون")],
)
def test_what_renders_something_else_shares_none(english: str, arabic: str) -> None:
    assert not share(english, arabic)


@pytest.mark.parametrize("name", ["renderings.txt", "loyal.txt"])
def test_every_line_has_both_languages(name: str) -> None:
    lines = [line for line in data_bytes(name).decode("utf-8").splitlines() if line.strip()]
    rows = [line.split("|") for line in lines if not line.startswith("#")]
    assert len(rows) > 200
    assert all(len(row) == 2 and row[0].strip() and row[1].strip() for row in rows)
    assert len({row[0].strip() for row in rows}) == len(rows)


def test_english_entries_of_concepts_are_words() -> None:
    lines = data_bytes("renderings.txt").decode("utf-8").splitlines()
    english = [word for line in lines if not line.startswith("#") for word in line.partition("|")[0].split()]
    assert all(word.removesuffix("=").replace("-", "").isalpha() for word in english)


@pytest.mark.parametrize(
    ("english", "arabic"),
    [("toothless", "القانون بلا أنياب"), ("confession", "انتُزع منه اعتراف"), ("belt-tightening", "سياسة التقشف")],
)
def test_loyal_rendering_is_found_as_a_phrase(english: str, arabic: str) -> None:
    forms = [normalise_word(word) for word in arabic.split()]
    assert has_loyal(english, forms) and not has_loyal(english, forms[:1])
    assert any(english in origins(forms[k:]) for k in range(len(forms)))


@given(st.text(max_size=12), st.sampled_from(("en", "ar", "fr")))
def test_any_form_has_concepts_of_the_table_only(form: str, language: str) -> None:
    found = concepts(form, language)
    assert all(number >= 0 for number in found) and (language != "fr" or not found)


@pytest.mark.model
def test_what_stands_beside_the_head_is_there_instead(embedder: Embedder) -> None:
    here = view(
        "The governor defended the reckless decision.", "دافع الحاكم عن القرار السريع.", load_lexicon(), embedder.encode
    )
    (absence,) = absences(here, here.source)
    assert here.source.tokens[absence.first].text == "reckless"
    assert [here.target.tokens[k].text for k in absence.instead] == ["السريع"]


@pytest.mark.model
def test_a_word_that_renders_its_own_link_renders_no_other(embedder: Embedder) -> None:
    here = view("The catastrophic fire destroyed it.", "دمر الحريق السوق.", load_lexicon(), embedder.encode)
    place = {token.text: range(k, k + 1) for k, token in enumerate(here.source.tokens)}
    assert is_rendered(here, here.source, place["destroyed"])
    assert not is_rendered(here, here.source, place["catastrophic"])
