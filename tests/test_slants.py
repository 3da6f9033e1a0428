"""Slanted renderings of single forms, and hedges answered one by one."""

from __future__ import annotations

import pytest

from aligner.embed import Embedder
from aligner.frame import detect
from aligner.frame.assignment import Claim, assign
from aligner.frame.joints import FIRM, joint_of
from aligner.frame.slants import LABELS, SAYINGS, slants
from aligner.frame.view import BeadView, SideView
from aligner.lexicon import Matcher, inflections
from aligner.model import Category, Direction
from aligner.renderings import is_loyal, is_weighed, table_rows
from aligner.resources import load_lexicon
from aligner.text import normalise_word, tokens


def bead(source: str, target: str, embedder: Embedder, languages: tuple[str, str] = ("en", "ar")) -> BeadView:
    lexicon = load_lexicon()
    here, there = (SideView(text, lang, lexicon) for text, lang in zip((source, target), languages, strict=True))
    return BeadView(here, there, embedder.encode)


@pytest.mark.parametrize("name", [LABELS, SAYINGS])
def test_every_line_of_the_slants_has_english_forms_and_a_slant(name: str) -> None:
    rows = table_rows(name, 3)
    assert len(rows) > 400
    idioms = [english for english, softer, harsher in rows if not (softer or harsher)]
    assert all(" " in form.strip() or "-" in form or form.strip() == "workforce" for row in idioms for form in row.split(","))
    for english, softer, harsher in rows:
        assert english
        assert not {w.strip() for w in softer.split(",")} & {w.strip() for w in harsher.split(",")} - {""}


@pytest.mark.parametrize("name", [LABELS, SAYINGS])
def test_few_slants_are_what_loyal_translators_write(name: str) -> None:
    """The tables were written apart; where they disagree the loyal one decides, and they seldom do."""
    pairs = [
        (form.strip(), [normalise_word(w) for w in word.split()])
        for english, softer, harsher in table_rows(name, 3)
        for form in english.split(",")
        for word in f"{softer},{harsher}".split(",")
        if word.strip()
    ]
    assert sum(is_loyal(form, words) for form, words in pairs) < 0.1 * len(pairs)


@pytest.mark.model
def test_a_slant_is_found_in_the_place_of_a_word_that_nothing_renders(embedder: Embedder) -> None:
    here = bead("Police arrested the migrants at the port.", "أوقفت الشرطة المتسللين في الميناء.", embedder)
    (slant,) = slants(here, LABELS)
    assert (slant.source.of(here.source.text), slant.target.of(here.target.text)) == ("migrants", "المتسللين")
    assert slant.direction is Direction.STRENGTHENED


@pytest.mark.model
@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Police arrested the migrants at the port.", "أوقفت الشرطة المهاجرين في الميناء."),
        ("Police arrested the infiltrators at the port.", "أوقفت الشرطة المتسللين في الميناء."),
        ("The paper said “the migrants came back again to us”.", "قالت الصحيفة إن «المتسللين عادوا إلينا من جديد»."),
    ],
)
def test_a_loyal_word_the_same_word_and_quoted_speech_are_no_slants(
    source: str, target: str, embedder: Embedder
) -> None:
    assert list(slants(bead(source, target, embedder), LABELS)) == []


@pytest.mark.model
def test_a_word_of_an_idiom_is_not_itself(embedder: Embedder) -> None:
    target = "أصدر الحاكم التوجيه أمس."
    (slant,) = slants(bead("The governor gave the order yesterday.", target, embedder), LABELS)
    assert slant.target.of(target) == "التوجيه"
    assert list(slants(bead("The governor spoke in order to calm them yesterday.", target, embedder), LABELS)) == []


@pytest.mark.model
def test_a_word_with_a_capital_is_slanted_only_where_it_is_linked(embedder: Embedder) -> None:
    (slant,) = slants(bead("The Uprising of 1953 failed.", "فشلت أحداث 1953.", embedder), LABELS)
    assert slant.direction is Direction.SOFTENED


@pytest.mark.model
def test_slants_are_of_english_sources_only(embedder: Embedder) -> None:
    turned = bead("أوقفت الشرطة المتسللين.", "Police arrested the migrants.", embedder, ("ar", "en"))
    assert list(slants(turned, LABELS)) == []


@pytest.mark.model
def test_a_slanted_verb_of_saying_is_a_shift_of_attribution(embedder: Embedder) -> None:
    edits = detect(bead("The inquiry concluded that the guards lied.", "تكهن التحقيق بأن الحراس كذبوا.", embedder))
    assert [(e.category, e.direction) for e in edits] == [(Category.ATTRIBUTION, Direction.SOFTENED)]


def test_whoever_is_surest_of_an_answer_takes_it() -> None:
    assert assign([Claim(1, 7, 0.9), Claim(2, 7, 0.8), Claim(2, 8, 0.1)]) == {1: 7, 2: 8}
    assert assign([]) == {}


@pytest.mark.model
def test_two_hedges_are_not_answered_by_one(embedder: Embedder) -> None:
    source = "The suspect allegedly drove the van into the crowd."
    both = detect(bead(source, "ويُزعم أن المشتبه به دهس الحشد بالشاحنة.", embedder))
    one = detect(bead(source, "ودهس المشتبه به الحشد بالشاحنة.", embedder))
    assert [e for e in both if e.category is Category.HEDGE] == []
    assert [e.cue for e in one if e.category is Category.HEDGE] == ["allegedly"]


@pytest.mark.model
@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("However much the envoys may insist, the talks failed.", "فشلت المحادثات مهما أصر المبعوثون."),
        ("He ran the firm that they called the “octopus”.", "كان يدير الشركة التي سموها «الأخطبوط»."),
    ],
)
def test_concessions_and_names_with_pronouns_are_no_lost_hedges(source: str, target: str, embedder: Embedder) -> None:
    assert [e for e in detect(bead(source, target, embedder)) if e.category is Category.HEDGE] == []


@pytest.mark.model
def test_words_are_joined_by_their_link(embedder: Embedder) -> None:
    here = bead("The hospital burned.", "احترق المستشفى.", embedder)
    assert joint_of(here, range(1, 2), range(1, 2)) == FIRM


def test_loyal_forms_are_found_through_inflection_hyphens_and_pronouns() -> None:
    assert is_weighed("stampedes") and is_weighed("far right") and not is_weighed("zzz")
    assert is_loyal("massacres", ["المجازر"]) and is_loyal("far right", ["اليمين", "المتطرف"])
    assert is_loyal("crime", ["جريمتهم"])


@pytest.mark.parametrize("form", ["مسلح", "جماعة", "يزعم", "ارهابي", "party", "attack"])
def test_a_matcher_finds_every_inflection_of_its_forms(form: str) -> None:
    matcher = Matcher([("row", (form,))], inflect=True)
    assert all(matcher.find(tokens(word)) for word in inflections(form))
