"""Word links: what they are made of, what holds of them for any text, and how good they are on the gold."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedder
from hypothesis import given
from hypothesis import strategies as st

from aligner.embed import Embedder
from aligner.link import content_words, link_strings, link_words, word_strings
from aligner.text import pronoun_cuts, tokens
from bench import link as bench
from bench.frameset import data_hash

GLOSS = {
    "army": "جيش", "war": "حرب", "city": "مدينة", "minister": "وزير", "council": "مجلس", "security": "امن",
}  # fmt: skip
GOLD = Path(bench.HERE) / "linking"
FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))["link"]
ENGLISH = st.sampled_from((*GLOSS, "the", "of", "Bamako", "1,500", "London", ",", ".", "attack"))
ARABIC = st.sampled_from((*GLOSS.values(), "في", "وباماكو", "١٥٠٠", "لندن", "،", ".", "والهجوم", "بالحرب", "ه"))


def vectors(texts):
    return FakeEmbedder(gloss=GLOSS).encode(texts)


def linked(source: str, target: str) -> set[tuple[str, str]]:
    a, b = tokens(source), tokens(target)
    return {(a[i].text, b[j].text) for i, j, _ in link_words(a, b, vectors).pairs}


def test_words_of_one_sense_are_linked():
    assert linked("minister city army", "وزير مدينة جيش") == {
        ("minister", "وزير"), ("city", "مدينة"), ("army", "جيش"),
    }  # fmt: skip


def test_a_clitic_does_not_hide_the_word():
    assert ("war", "بالحرب") in linked("war , city .", "بالحرب ، مدينة .")


def test_what_loyal_translators_write_is_linked_however_far_the_vectors():
    assert ("fell", "تعثرت") in linked("war fell through", "حرب تعثرت")
    assert ("fell", "تعثرت") not in linked("war fell", "حرب تعثرت")


def test_numbers_are_linked_whatever_their_digits():
    assert ("1,500", "١٥٠٠") in linked("army 1,500 city", "مدينة ١٥٠٠ جيش")


def test_unlike_numbers_are_not_linked():
    assert linked("17", "١٥٠٠") == set()


def test_names_are_linked_by_their_sound():
    assert ("Bamako", "وباماكو") in linked("London city Bamako", "لندن مدينة وباماكو")


@pytest.mark.parametrize(("source", "target"), [("", "وزير"), ("minister", ""), ("", ""), ("the of", "في"), (".", "،")])
def test_nothing_is_linked_where_a_side_has_no_content(source, target):
    links = link_words(tokens(source), tokens(target), vectors)
    assert links.pairs == () and links.firm == frozenset()
    assert links.scores.shape == (len(tokens(source)), len(tokens(target)))


@given(st.lists(ENGLISH, max_size=9), st.lists(ARABIC, max_size=9))
def test_links_of_any_text_stay_within_content_words_and_bounds(source, target):
    a, b = tokens(" ".join(source)), tokens(" ".join(target))
    links = link_words(a, b, vectors)
    rows, columns = set(content_words(a, "en")), set(content_words(b, "ar"))
    assert list(links.pairs) == sorted(links.pairs)
    assert all(i in rows and j in columns and 0.0 <= score <= 1.0 for i, j, score in links.pairs)
    assert links.firm <= {(i, j) for i, j, _ in links.pairs}
    for side in (0, 1):
        ends = [pair[side] for pair in links.firm]
        assert len(ends) == len(set(ends)), "a word has one firm link at most"


@given(st.lists(ENGLISH, max_size=9), st.lists(ARABIC, max_size=9))
def test_a_word_with_several_links_has_them_side_by_side(source, target):
    a, b = tokens(" ".join(source)), tokens(" ".join(target))
    rows, columns = content_words(a, "en"), content_words(b, "ar")
    pairs = {(rows.index(i), columns.index(j)) for i, j, _ in link_words(a, b, vectors).pairs}
    for i, j in pairs:
        across = sum(x == i for x, _ in pairs), sum(y == j for _, y in pairs)
        if across[0] > 1:
            assert {(i, j - 1), (i, j + 1)} & pairs
        if across[1] > 1:
            assert {(i - 1, j), (i + 1, j)} & pairs


@given(st.lists(ENGLISH, max_size=9), st.lists(ARABIC, max_size=9))
def test_links_are_read_the_same_from_both_sides(source, target):
    a, b = tokens(" ".join(source)), tokens(" ".join(target))
    links = link_words(a, b, vectors)
    for i, j, _ in links.pairs:
        assert j in links.targets_of(i, i + 1) and i in links.sources_of(j, j + 1)
        assert a[i].span.of(" ".join(source)) == a[i].text and b[j].span.of(" ".join(target)) == b[j].text
    assert links.targets_of(0, len(a)) == tuple(sorted({j for _, j, _ in links.pairs}))


@given(st.lists(ENGLISH, max_size=9), st.lists(ARABIC, max_size=9))
def test_no_vector_is_asked_for_that_was_not_announced(source, target):
    a, b = tokens(" ".join(source)), tokens(" ".join(target))
    embedder, announced = FakeEmbedder(), set(link_strings(a, b))
    first = link_words(a, b, embedder.encode)
    assert {text for call in embedder.calls for text in call} <= announced
    again = link_words(a, b, embedder.encode)
    assert first.pairs == again.pairs and np.array_equal(first.scores, again.scores)


def test_a_pronoun_is_cut_and_the_teh_closed():
    assert pronoun_cuts("حكومتهم")[-1] == "حكومة"
    assert "حكومة" in word_strings(tokens("وحكومتهم")[0])
    assert pronoun_cuts("به") == ()


def test_measures_are_those_of_och_and_ney():
    made = bench.Score(given=4, right=3, found=2, sure=4)
    assert (made.precision, made.recall) == (0.75, 0.5)
    assert made.f1 == pytest.approx(0.6) and made.aer == pytest.approx(1 - 5 / 8)
    assert bench.Score().f1 == bench.Score().aer == 0.0


def rows(name):
    with (GOLD / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_the_gold_holds_offsets_and_no_text():
    links, pairs = rows("links.tsv"), rows("pairs.tsv")
    assert len(pairs) >= 60 and {row["pair"] for row in links} == {row["id"] for row in pairs}
    assert {row["surety"] for row in links} == {"sure", "possible"}
    assert all(row[key].isdecimal() for row in links for key in row if key.endswith(("start", "end")))
    assert {row["document"] for row in pairs} == {row["document"] for row in rows("documents.tsv")}


@pytest.mark.shared
def test_every_gold_link_is_between_content_words():
    items = bench.read_gold(GOLD, bench.TEXTS)
    sure = sum(len(item.sure) for item in items)
    assert sum(len(item.content(item.sure)) for item in items) >= 0.99 * sure


@pytest.mark.shared
def test_a_link_at_no_token_is_refused(tmp_path):
    for name in ("documents.tsv", "pairs.tsv"):
        (tmp_path / name).write_bytes((GOLD / name).read_bytes())
    head = "pair\tsource_start\tsource_end\ttarget_start\ttarget_end\tsurety\n"
    (tmp_path / "links.tsv").write_text(f"{head}p0003\t1\t13\t0\t4\tsure\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no token of p0003"):
        bench.read_gold(tmp_path, bench.TEXTS)


def test_without_the_texts_the_bench_says_so(tmp_path, capsys):
    assert bench.main(["--texts", str(tmp_path)]) == 1
    assert "there is no such text" in capsys.readouterr().err


def test_the_floors_are_those_of_this_gold():
    files = [GOLD / name for name in ("documents.tsv", "pairs.tsv", "links.tsv")]
    assert data_hash(files) == FLOORS["gold"], "the gold changed: measure again, on purpose"


@pytest.mark.shared
@pytest.mark.model
@pytest.mark.parametrize("split", ["dev", "heldout"])
def test_links_stay_above_their_floor_and_the_baselines(embedder: Embedder, split: str):
    items = [item for item in bench.read_gold(GOLD, bench.TEXTS) if item.case.split == split]
    totals = {
        name: sum((bench.score(i, system(i.source, i.target, embedder.encode)) for i in items), bench.Score())
        for name, system in bench.SYSTEMS.items()
    }
    assert totals["aligner.link"].f1 >= FLOORS[split]
    assert totals["aligner.link"].f1 > max(totals["word vectors"].f1, totals["with window"].f1)
