from pathlib import Path

import pytest

from aligner.errors import ResourceError
from aligner.resources import data_bytes, load_lexicon, load_words
from aligner.text import TokenKind, normalise_word, tokens


def test_the_lexicon_is_complete_and_in_its_languages() -> None:
    lexicon = load_lexicon()
    assert {row.language for row in lexicon.hedges} == {"en", "ar"}
    for row in (*lexicon.hedges, *lexicon.reporting, *lexicon.names, *lexicon.counterparts):
        for form in row.forms:
            assert all(
                token.is_arabic == (row.language == "ar")
                for token in tokens(form)
                if token.kind is TokenKind.WORD
            ), form
    for label in lexicon.labels:
        assert label.en and label.ar
    assert len({row.id for row in (*lexicon.hedges, *lexicon.labels)}) > 80


def test_every_scale_has_two_ranks() -> None:
    ranks: dict[str, set[int]] = {}
    for label in load_lexicon().labels:
        ranks.setdefault(label.scale, set()).add(label.rank)
    neutral_ends = {"generic", "people"}  # of every scale
    assert {scale for scale, found in ranks.items() if len(found) < 2} <= neutral_ends


def test_a_user_lexicon_adds_rows_and_changes_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        'hedges:\n- {id: u1, lang: ar, kind: naming, dist: 3, forms: ["ما اسميه"]}\n', encoding="utf-8"
    )
    lexicon = load_lexicon(path)
    assert lexicon.hedges[-1].forms == ("ما اسميه",)
    assert lexicon.sha256 != load_lexicon().sha256


BAD = [
    ("- 1", "mapping of sections"),
    ("hedgehogs: []", "is no section"),
    ("hedges: [1]", "a row is a mapping"),
    ("hedges:\n- {id: a, lang: fr, kind: naming, forms: [x]}", "language 'fr'"),
    ("hedges:\n- {id: a, lang: ar, kind: fancy, forms: [x]}", "kind 'fancy'"),
    ("hedges:\n- {id: a, lang: ar, kind: naming}", "incomplete"),
    ("hedges:\n- {id: a, lang: ar, kind: naming, forms: [x, x]}", "listed twice"),
    ("hedges:\n- {id: a, lang: ar, kind: naming, forms: ['']}", "non-empty"),
    ("hedges:\n- {id: a, lang: ar, kind: naming, forms: ['\ufef9']}", "presentation glyph"),
    ("hedges:\n- {id: a, lang: en, kind: naming, forms: ['it is said *']}", "gap at its edge"),
    ("hedges:\n- {id: a, lang: ar, kind: naming, forms: ['\u200fما']}", "never match"),
    ("hedges:\n- {id: a, lang: ar, kind: naming, dist: far, forms: [x]}", "whole number"),
    ("hedges:\n- {id: a, lang: ar, kind: naming, colour: red, forms: [x]}", "unknown keys"),
    (
        "hedges:\n- {id: a, lang: ar, kind: naming, forms: [x]}\n- {id: a, lang: ar, kind: naming, forms: [y]}",
        "stands twice",
    ),
    ("hedges:\n- {id: a, lang: ar, kind: naming, forms: }", "not a list of texts"),
    ("hedges:\n- {id: a, lang: ar, kind: naming, forms: abc}", "not a list of texts"),
    ("hedges:\n- {id: [a], lang: ar, kind: naming, forms: [x]}", "not one value"),
    ("hedges:\n- {id: {b: c}, lang: ar, kind: naming, forms: [x]}", "no text"),
    ("labels:\n- {id: a, scale: s, rank: 1, val: 0, en: [x], ar: {y: z}}", "not a list of texts"),
    ("hedges: [\n", "no YAML"),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_a_wrong_user_lexicon_names_file_and_fault(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ResourceError, match=message) as caught:
        load_lexicon(path)
    assert str(path) in str(caught.value)


def test_a_missing_user_lexicon_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"nowhere\.yaml.*cannot be read"):
        load_lexicon(tmp_path / "nowhere.yaml")


def test_missing_data_is_an_error() -> None:
    with pytest.raises(ResourceError, match="is missing"):
        data_bytes("nothing.yaml")


def test_word_lists_are_folded() -> None:
    assert all(normalise_word(word) == word for word in load_words("function-words.ar.txt"))
