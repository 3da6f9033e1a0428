"""Other forms: what they hold is right, other programs read them, and alignments made elsewhere come in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from invented import decided, marked, reviewable
from lxml import etree
from strategies import reviewed

from aligner.errors import AlignerError, InputError, RecordError, SettingError
from aligner.exchange import COLUMNS, FORMS, export, flat_rows, to_csv, to_parquet, to_tmx, to_tsv, to_xliff
from aligner.foreign import Group, from_groups, from_ladder, from_tmx, from_tsv
from aligner.forms import left_out
from aligner.model import Collation
from aligner.tei import dumps, loads


def pairs(collation: Collation) -> list[tuple[str, str]]:
    """The texts of the beads, white space made one blank."""
    assert collation.source
    assert collation.ladder
    sides = (collation.source, collation.source_segments), (collation.target, collation.target_segments)
    return [
        tuple(" ".join(" ".join(segments[n].span.of(w.text) for n in which).split())
              for (w, segments), which in zip(sides, (bead.source, bead.target), strict=True))
        for bead in collation.ladder.beads
    ]  # type: ignore[return-value]  # fmt: skip


def test_tmx_is_read_back() -> None:
    again = from_tmx(to_tmx(reviewable()), origin="a.tmx")
    assert pairs(again) == pairs(reviewable())
    assert again.ladder
    assert again.ladder.judgements[0].confidence == 0.99
    assert again.signature.as_dict()["tool"] == "muqabala 0.1.0"
    assert again.target.notes == ("imported from TMX made by muqabala 0.1.0", "not carried over: note 2")
    assert again.source
    assert again.source.notes == again.target.notes[:1]
    assert loads(dumps(again)) == again


def test_tmx_is_read_by_another_library(tmp_path: Path) -> None:
    tmx = pytest.importorskip("translate.storage.tmx", reason="needs translate-toolkit")
    (tmp_path / "a.tmx").write_bytes(to_tmx(reviewable()))
    with (tmp_path / "a.tmx").open("rb") as file:
        store = tmx.tmxfile(file, "en", "ar")
    read = [(unit.source or "", unit.target or "") for unit in store.units]
    both = [pair for pair in pairs(reviewable()) if all(pair)]
    assert [pair for pair in read if all(pair)] == both


def test_tsv_is_read_back() -> None:
    again = from_tsv(to_tsv(reviewable()).decode("utf-8"))
    assert pairs(again) == pairs(reviewable())
    assert again.target.notes[1:] == ("not carried over: edit 2, quotation 1",)


def test_what_people_decided_and_how_beads_were_cut_is_said_not_to_come_over() -> None:
    lost = "decided bead 1, cut inside a bead 1"
    for again in (from_tsv(to_tsv(decided()).decode("utf-8")), from_tmx(to_tmx(decided()))):
        assert again.target.notes[1].endswith(lost)
    foreign = '<tmx><body><tu><tuv xml:lang="fr"><seg>Oui</seg></tuv></tu><tu><tuv xml:lang="en"><seg>No</seg></tuv></tu></body></tmx>'
    assert from_tmx(foreign.encode()).target.notes[1:] == ("not carried over: unit in other languages 1",)


def test_what_a_form_leaves_out_is_counted() -> None:
    assert left_out(reviewable(), "ladder") == "edit 2, quotation 1, word link 3"
    assert left_out(reviewable(), "tmx") == "quotation 1, word link 3"
    assert left_out(decided(), "xliff") == "quotation 1, word link 3, decision 4"
    assert left_out(marked(), "jsonl") == left_out(reviewable(), "prov") == left_out(reviewable(), "tei") == ""
    assert left_out(reviewable(), "tsv") == "word link 3"


@given(reviewed())
@settings(max_examples=80, deadline=None)
def test_every_collation_can_be_exported(pair: tuple[Collation, Collation]) -> None:
    collation = pair[1]
    for form in FORMS:
        try:
            data = export(collation, form)
        except RecordError:
            assert collation.source is None
            continue
        assert data == export(collation, form)
        if form in ("tmx", "xliff"):
            etree.fromstring(data)
        elif form != "parquet":
            n = len(list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), dialect=form_of(form))))
            assert n == 1 + len(list(flat_rows(collation)))


def form_of(form: str) -> type[csv.Dialect]:
    class Tabs(csv.excel_tab):
        quoting = csv.QUOTE_NONE

    return Tabs if form == "tsv" else csv.excel


def test_xliff_has_a_unit_for_every_bead_and_a_note_for_every_flag() -> None:
    root = etree.fromstring(to_xliff(reviewable()))
    name = "{urn:oasis:names:tc:xliff:document:2.0}"
    assert (root.get("version"), root.get("srcLang"), root.get("trgLang")) == ("2.1", "en", "ar")
    units = list(root.iter(f"{name}unit"))
    read = [
        ("".join(u.find(f".//{name}source").itertext()), "".join(u.find(f".//{name}target").itertext())) for u in units
    ]
    assert read == pairs(reviewable())
    assert [len(list(unit.iter(f"{name}note"))) for unit in units] == [0, 1, 0, 0, 1]


def test_csv_opens_as_text_in_a_spreadsheet() -> None:
    collation = from_groups([Group(("=1+1",), ("-نعم",))])
    data = to_csv(collation)
    assert data.startswith(b"\xef\xbb\xbfkind,number")
    row = next(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert (row["source"], row["target"]) == ("'=1+1", "'-نعم")
    assert tuple(row) == COLUMNS


def test_parquet_keeps_types_and_signature() -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(io.BytesIO(to_parquet(reviewable())))
    assert table.schema.metadata[b"muqabala"] == b"muqabala:0.1.0|model:fake:1"
    assert table.to_pylist() == list(flat_rows(reviewable()))


def test_marks_go_into_tables_but_not_into_bitexts() -> None:
    assert [row["kind"] for row in flat_rows(marked())] == ["mark", "quotation"]
    for form in ("tmx", "xliff"):
        with pytest.raises(RecordError, match="no beads without a source"):
            export(marked(), form)
    with pytest.raises(SettingError, match="no form 'pdf'"):
        export(marked(), "pdf")


TMX = """<?xml version="1.0" encoding="{0}"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="X" creationtoolversion="2"/><body>
<tu><tuv xml:lang="AR-ly"><seg>نعم <ph>{{1}}</ph>سيدي</seg></tuv><tuv lang="en-US"><seg>Yes <hi>sir</hi>.</seg></tuv></tu>
<tu><tuv xml:lang="fr"><seg>Oui</seg></tuv><tuv xml:lang="en"><seg>No.</seg></tuv></tu>
</body></tmx>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tmx_of_other_tools_is_read(encoding: str) -> None:
    collation = from_tmx(TMX.format(encoding.upper()).encode(encoding), origin="b.tmx")
    assert pairs(collation) == [("Yes sir.", "نعم سيدي"), ("No.", "")]
    assert dict(collation.signature.items)["tool"] == "X 2"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<a/>", "not a TMX"),
        (b"<tmx><body/></tmx>", "no unit has en or ar"),
        (b'<!DOCTYPE tmx [<!ENTITY x "y">]><tmx><body>&x;</body></tmx>', "DOCTYPE"),
        (b"<tmx>", "not well-formed"),
        (b"\xff\xfe\x00", "neither UTF-8 nor UTF-16"),
    ],
)
def test_bad_tmx_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(AlignerError, match=says):
        from_tmx(data, origin="c.tmx")


def test_tsv_without_a_head_line_is_read() -> None:
    collation = from_tsv("One.\tواحد.\t0.5\nTwo.\t\n\n\tثلاثة.\t7\n")
    assert pairs(collation) == [("One.", "واحد."), ("Two.", ""), ("", "ثلاثة.")]
    assert collation.ladder
    assert [judgement.confidence for judgement in collation.ladder.judgements] == [0.5, None, None]
    ours = "kind\tsource\ttarget\n\nbead\tOne.\tواحد.\nbead\tTwo.\n"
    for text, says in (
        ("", "empty"), ("one line", "b.tsv:1: a line without a tab"), ("a\tb\n\nc\n", "b.tsv:3: a line without a tab"),
        (ours, "b.tsv:4: 2 cells under a head line of 3"), ("source\ttarget\n", "no line of it is a bead"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=says):
            from_tsv(text, origin="b.tsv")


def test_ladder_over_sentences_is_read_and_gaps_are_beads() -> None:
    source, target = ("A.", "B.", "C.", "D."), ("أ.", "ب.", "ج.")
    collation = from_ladder([([0, 1], [0]), ([3], [2])], source, target, origin="x.ladder", tool="vecalign")
    assert pairs(collation) == [("A. B.", "أ."), ("C.", ""), ("", "ب."), ("D.", "ج.")]
    assert "made by vecalign" in collation.target.notes[0]
    assert collation.target.notes[1:] == ("in no line of the ladder: 1 source and 1 target sentences",)


@pytest.mark.parametrize(
    "beads",
    [
        [([1], [0]), ([0], [1])],
        [([0], [0]), ([0], [1])],
        [([0, 2], [0])],
        [([0, 0], [0])],
        [([-1], [0])],
    ],
)
def test_ladder_that_crosses_is_refused(beads: list[tuple[list[int], list[int]]]) -> None:
    with pytest.raises(InputError, match="crosses, overlaps or has a gap"):
        from_ladder(beads, ("A.", "B.", "C."), ("أ.", "ب."))


@pytest.mark.parametrize("bead", [([9], [0]), ([10**30], [0]), ([0], [2])])
def test_ladder_of_other_sentences_is_refused_with_the_way_to_get_the_right_ones(
    bead: tuple[list[int], list[int]],
) -> None:
    with pytest.raises(InputError, match=r"x:1: .* is none of the [32] lines .*--sentences"):
        from_ladder([bead], ("A.", "B.", "C."), ("أ.", "ب."), origin="x")


def test_empty_sides_and_empty_alignments_are_collations() -> None:
    for groups in ([], [Group(("A.",), ())]):
        collation = from_groups(groups)
        assert loads(dumps(collation)) == collation
