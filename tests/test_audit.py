"""The audit: rates checked by hand, people and machine apart, every number with its flags."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from aligner import tei
from aligner.audit import audit, citation, codebook, read_corpus, render, write_tables
from aligner.audit.agreement import agreement, alpha, kappa
from aligner.audit.corpus import Corpus, document_of
from aligner.audit.estimate import ratio
from aligner.audit.rates import overall, panels
from aligner.audit.terms import frequent_terms, mentions, term_lines
from aligner.errors import InputError, SettingError
from aligner.model import Category, Collation, Direction, EditKind, Signature, Status
from tests.by_hand import alone, news


def judged(made: Collation, who: str, *rejected: int) -> Collation:
    """Let a person judge every flag; those numbered are rejected."""
    edits = tuple(
        replace(e, by=who, status=Status.REJECTED if n in rejected else Status.ACCEPTED)
        for n, e in enumerate(made.edits, 1)
    )
    return replace(made, edits=edits)


def unjudged(made: Collation) -> Collation:
    return replace(made, edits=tuple(replace(e, by="", note="", status=Status.PROPOSED) for e in made.edits))


def told_apart(made: Collation, n: int, **bibl: str) -> Collation:
    """Another pair of the same words: a text is told by its digest."""
    target = replace(made.target, text=made.target.text + " " * n, bibl=replace(made.target.bibl, **bibl))
    return replace(made, target=target)


def corpus(*collations: Collation) -> Corpus:
    return Corpus(tuple(document_of(f"p{n}", made) for n, made in enumerate(collations)), (), ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pairs by two outlets, one judged by two people, and a translation alone."""
    out = tmp_path / "records"
    out.mkdir()
    bare = unjudged(news())
    tei.write(told_apart(bare, 1, outlet="The Post"), out / "one.xml")
    tei.write(told_apart(bare, 2, outlet="الميناء"), out / "two.xml")
    third = told_apart(bare, 3, outlet="The Post")
    tei.write(judged(third, "lina", 5, 7), out / "three.lina.xml")
    tei.write(judged(third, "omar", 5), out / "three.omar.xml")
    tei.write(alone(), out / "alone.xml")
    (out / "broken.xml").write_text("<TEI>")
    return out


def test_every_pair_counts_once_and_faults_are_named(folder: Path) -> None:
    read = read_corpus(folder)
    assert [d.name for d in read.documents] == ["alone", "one", "three.lina", "two"]
    assert [d.name for d in read.second] == ["three.omar"]
    (fault,) = read.faults
    assert "broken.xml" in fault


def test_rates_are_counts_over_words(folder: Path) -> None:
    read = read_corpus(folder)
    lines = {line.label: line for line in overall(read.documents, EditKind.EDIT).lines}
    words = read.documents[1].source_words
    assert words == 5 + 11 + 9 + 7 + 4 + 8 + 13 + 7  # sentence by sentence; the byline is paratext
    every = lines["all flags"]
    assert (every.machine.count, every.machine.of, every.machine.documents) == (21, 3 * words, 3)
    assert every.machine.value == pytest.approx(1000 * 7 / words)
    assert every.confirmed is not None
    assert (every.confirmed.count, every.confirmed.of, every.confirmed.low) == (5, words, None)
    assert lines["omission, removed"].machine.count == 3
    assert lines["omission, removed"].confirmed is not None
    assert lines["omission, removed"].confirmed.count == 0


def test_marks_are_kept_apart_from_edits(folder: Path) -> None:
    documents = read_corpus(folder).documents
    marks = overall(documents, EditKind.MARK)
    assert [line.machine.count for line in marks.lines] == [2, 1, 1]
    assert {line.machine.of for line in marks.lines} == {documents[0].target_words}


def test_panels_compare_outlets(folder: Path) -> None:
    made = panels(read_corpus(folder).documents, "outlet")
    assert [p.title for p in made][:2] == ["all flags", "addition"]
    assert {line.label: line.machine.count for line in made[0].lines} == {"The Post": 14, "الميناء": 7}
    confirmed = {line.label: line.confirmed and line.confirmed.count for line in made[0].lines}
    assert confirmed == {"The Post": 5, "الميناء": None}


def test_flag_added_by_a_person_is_not_the_machines() -> None:
    made = news()
    by_hand = replace(made.edits[0], rule="", by="lina", status=Status.CORRECTED)
    document = document_of("p", replace(made, edits=(by_hand, *made.edits[1:])))
    assert not document.is_machines(1) and document.stands(1, "confirmed")
    assert document.is_machines(2)


def test_document_with_a_flag_left_open_is_not_reviewed() -> None:
    assert not document_of("p", news()).is_reviewed
    assert document_of("p", judged(news(), "lina")).is_reviewed
    assert not document_of("p", replace(unjudged(news()), edits=())).is_reviewed


def test_share_of_mentions_quoted_or_hedged(folder: Path) -> None:
    documents = read_corpus(folder).documents
    (line,) = term_lines(documents, ["Terrorist attack"])
    assert (line.mentions, line.documents) == (6, 3)
    quoted = line.fates[0]
    assert (quoted.name, quoted.machine.count, quoted.machine.value) == ("quoted or hedged", 3, 50.0)
    assert quoted.confirmed is not None and quoted.confirmed.value == 50.0
    assert len(quoted.flags) == 6
    assert "terrorist attack" in frequent_terms(documents)


def test_mention_is_a_whole_word() -> None:
    assert len(mentions("state", "The State, a statement, states and state-run")) == 2
    assert mentions(" ", "a b") == ()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 500)), max_size=12))
def test_interval_holds_the_value_and_stays_in_range(rows: list[tuple[int, int]]) -> None:
    rows = [(n if of else 0, of) for n, of in rows]
    found = ratio([n for n, _ in rows], [of for _, of in rows], rounds=200)
    singles = [n / of for n, of in rows if of]
    assert found.documents == len(singles)
    if found.value is None:
        assert not singles
    else:
        assert min(singles) - 1e-9 <= found.value <= max(singles) + 1e-9
    if len(singles) > 1 and found.count:
        assert found.low is not None and found.high is not None
        assert min(singles) - 1e-9 <= found.low <= found.high <= max(singles) + 1e-9
    else:
        assert found.low is found.high is None


def test_interval_is_that_of_the_exact_bootstrap_for_two_documents() -> None:
    """Two documents: both once with probability 1/2, either twice with 1/4, so the ends are theirs."""
    found = ratio([1, 3], [10, 10])
    assert (found.value, found.low, found.high) == (0.2, 0.1, 0.3)


def test_interval_of_many_documents_is_near_the_normal_one() -> None:
    counts = [n % 7 for n in range(400)]
    found = ratio(counts, [100] * 400)
    mean = sum(counts) / 400
    spread = (sum((c - mean) ** 2 for c in counts) / 400) ** 0.5 / 400**0.5
    assert found.low == pytest.approx((mean - 1.96 * spread) / 100, rel=0.03)
    assert found.high == pytest.approx((mean + 1.96 * spread) / 100, rel=0.03)


KRIPPENDORFF = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def test_alpha_is_that_of_the_published_example() -> None:
    """Krippendorff 2011, section C: four observers, twelve units, values missing; nominal alpha 0.743."""
    rows = [line.split() for line in KRIPPENDORFF.split("\n") if line]
    units = [[value for value in unit if value != "."] for unit in zip(*rows, strict=True)]
    assert alpha(units) == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_the_published_binary_example() -> None:
    """Krippendorff 2011, section A: two observers, ten units; alpha 0.095."""
    assert alpha(zip("0100000010", "1110010000", strict=True)) == pytest.approx(0.095, abs=5e-4)


def test_agreement_without_variation_is_not_defined() -> None:
    assert alpha([("a", "a"), ("a", "a")]) is None
    assert kappa([("a", "a"), ("a", "a")]) is None
    assert kappa([]) is alpha([]) is None
    assert alpha([("a", "b"), ("b", "a")]) == pytest.approx(-0.5)


def test_two_readers_of_one_pair_are_compared(folder: Path) -> None:
    found = agreement(read_corpus(folder))
    assert found is not None
    assert (found.people, found.pairs, found.flags) == (("lina", "omar"), 1, 7)
    ((_, _, n, k),) = found.kappas
    votes = [("flag", "flag")] * 5 + [("no", "no")] + [("no", "flag")]
    assert (n, k) == (7, kappa(votes))


def test_flag_that_the_other_reader_has_not_counts_against(tmp_path: Path) -> None:
    both = judged(unjudged(news()), "lina")
    fewer = replace(judged(both, "omar"), edits=judged(both, "omar").edits[:6])
    found = agreement(Corpus((document_of("a", both),), (document_of("b", fewer),), ()))
    assert found is not None
    assert found.flags == 7
    assert found.alpha == pytest.approx(alpha([("flag", "flag")] * 6 + [("flag", "no flag")]))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_tables_hold_every_row_and_both_kinds_agree(folder: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (extra audit)")
    read = read_corpus(folder)
    for out in ("a", "b"):
        write_tables(read, tmp_path / out)
    assert [(tmp_path / "a" / p.name).read_bytes() == p.read_bytes() for p in (tmp_path / "b").iterdir()] == [True] * 8
    counts = {name: len(rows(tmp_path / "a" / f"{name}.csv")) for name in ("pairs", "beads", "edits", "decisions")}
    assert counts == {"pairs": 5, "beads": 32, "edits": 30, "decisions": 0}
    with duckdb.connect() as db:
        for name, count in counts.items():
            path = str(tmp_path / "a" / f"{name}.parquet")
            assert db.execute("SELECT count(*) FROM read_parquet($1)", [path]).fetchone() == (count,)
        edits = str(tmp_path / "a" / "edits.parquet")
        found = db.execute(
            "SELECT target, source, target_start FROM read_parquet($1) WHERE pair='one' ORDER BY flag", [edits]
        ).fetchall()
    document = next(d for d in read.documents if d.name == "one")
    assert found == [
        (t, s, e.target.start if e.target else None) for e, (s, t) in zip(document.edits, document.quotes, strict=True)
    ]


def test_csv_runs_no_formula_and_parquet_keeps_the_text(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (extra audit)")
    made = news()
    text = '=1+1,"\\N\r\nx'
    document = document_of("p", replace(made, edits=(replace(made.edits[0], note=text),)))
    write_tables(Corpus((document,), (), ()), tmp_path)
    assert rows(tmp_path / "edits.csv")[0]["note"] == "'" + text
    with duckdb.connect() as db:
        found = db.execute("SELECT note, cue FROM read_parquet($1)", [str(tmp_path / "edits.parquet")]).fetchone()
    assert found == (text, "")


def page(folder: Path, out: Path, **options: Any) -> html.HtmlElement:
    audit(folder, out, **options)
    return html.document_fromstring(out.read_bytes())


def test_every_number_leads_to_its_flags_and_every_flag_to_its_place(folder: Path, tmp_path: Path) -> None:
    root = page(folder, tmp_path / "audit.html", by=("outlet", "term"))
    ids = set(root.xpath("//@id"))
    picks = root.xpath('//a[@class="pick"]')
    assert len(picks) > 10
    assert {link.get("href")[1:] for link in picks} <= ids
    links = root.xpath('//tr[@class="flag"]//a/@href')
    assert len(links) == 23
    for link in links:
        name, _, anchor = link.partition("#")
        report = html.document_fromstring((tmp_path / name).read_bytes())
        assert report.xpath(f'//article[@id="{anchor}"]')


def test_audit_is_the_same_twice_and_reads_batch_metadata(folder: Path, tmp_path: Path) -> None:
    (folder / "results.tsv").write_text("id\tmeta_desk\none\tforeign\n")
    pages = [page(folder, tmp_path / f"{n}.html", by=("desk",), reports=False) for n in (1, 2)]
    assert (tmp_path / "1.html").read_bytes() == (tmp_path / "2.html").read_bytes()
    assert "foreign" in [bdi.text for bdi in pages[0].xpath('//th[@scope="row"]/bdi')]


def test_unknown_fact_and_empty_folder_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no document has the fact 'colour'"):
        audit(folder, tmp_path / "a.html", by=("colour",))
    with pytest.raises(InputError, match="no records in it"):
        audit(tmp_path / "none", tmp_path / "a.html")


def test_citation_names_version_and_signature() -> None:
    assert "Signature: muqabala:0.1.0|model:fake." in citation(corpus(news()))
    other = replace(news(), signature=Signature((("model", "other"),)))
    assert "2 signatures" in citation(corpus(news(), other))
    assert "different settings" in render(corpus(news(), other))


def test_codebook_has_every_category() -> None:
    root = html.document_fromstring(codebook())
    assert root.xpath('//tr[starts-with(@id, "code-")]/@id') == [f"code-{c}" for c in Category]


def test_term_whose_hedge_was_taken_away_is_not_followed() -> None:
    made = news()
    removed = replace(made.edits[1], direction=Direction.REMOVED)
    documents = [document_of("p", replace(made, edits=(removed, made.edits[3])))]
    assert frequent_terms(documents) == ("brutal militia",)
    assert {edit.category for edit in documents[0].edits} == {Category.HEDGE, Category.LABEL}
