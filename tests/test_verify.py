"""Every rule has a case that breaks it and only it."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from invented import decided, marked, reviewable
from strategies import reviewed

from aligner import acts
from aligner.journal import Session, journal_path
from aligner.model import Bibl, Category, Collation, Direction
from aligner.tei import dumps, standoff, write
from aligner.verify import RULES, Fault, verify

SHARED = Path(__file__).parents[2] / "shared" / "resources" / "tei" / "tei_all.rng"


def found(path: Path, data: bytes, **given: Path) -> list[Fault]:
    path.write_bytes(data)
    return list(verify(path, **given))


def swapped(old: str, new: str) -> Callable[[str], str]:
    def swap(text: str) -> str:
        assert text.count(old) >= 1, old
        return text.replace(old, new, 1)

    return swap


BREAKS: dict[str, Callable[[str], str]] = {
    "well-formed": swapped("</teiHeader>", "</teiHeade>"),
    "profile": swapped('<linkGrp type="phrase"', '<linkGrp n="1" type="phrase"'),
    "ids": swapped('xml:id="ph.2"', 'xml:id="ph.1"'),
    "pointers": swapped('target="#en.s1 #ar.s1"', 'target="#en.s1 #ar.s99"'),
    "beads": swapped('type="2-1" target="#en.s2', 'type="1-1" target="#en.s2'),
    "spans": swapped(">port</span>", ">ports</span>"),
    "texts": swapped("Forty people", "Fifty people"),
    "taxonomy": swapped("Near synonyms", "Any synonyms"),
    "decisions": swapped('[[2,1,null,"corrected"', '[[2,1,null,"rejected"'),
    "record": swapped(">test 1<", ">test 2<"),
}


@pytest.mark.parametrize("rule", list(BREAKS))
def test_rule_is_broken_alone(rule: str, tmp_path: Path) -> None:
    text = BREAKS[rule](dumps(decided()).decode("utf-8"))
    faults = found(tmp_path / "a.xml", text.encode("utf-8"))
    assert {fault.rule for fault in faults} == {rule}
    assert all(fault.where.startswith(str(tmp_path / "a.xml")) and fault.remedy for fault in faults)


def test_a_direction_that_its_category_does_not_have_breaks_taxonomy(tmp_path: Path) -> None:
    def faults(collation: Collation, category: Category, direction: Direction) -> list[str]:
        edits = (replace(collation.edits[0], category=category, direction=direction), *collation.edits[1:])
        data = dumps(replace(collation, edits=edits))
        return [f"{fault.rule}: {fault.what}" for fault in found(tmp_path / "a.xml", data)]

    assert faults(reviewable(), Category.LABEL, Direction.ADDED) == ["taxonomy: label has no direction added"]
    assert faults(reviewable(), Category.OMISSION, Direction.NONE) == ["taxonomy: omission has no direction none"]
    assert faults(reviewable(), Category.LABEL, Direction.STRENGTHENED) == []
    assert faults(marked(), Category.HEDGE, Direction.NONE) == []
    assert faults(marked(), Category.HEDGE, Direction.SOFTENED) == ["taxonomy: hedge has no direction softened"]


def test_somebody_who_is_not_declared_breaks_responsibility(tmp_path: Path) -> None:
    text = dumps(decided()).decode("utf-8").replace('resp="#who.nour"', 'resp="#app.muqabala"', 1)
    assert {fault.rule for fault in found(tmp_path / "a.xml", text.encode("utf-8"))} == {"responsibility"}


def test_every_rule_is_tried() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{rule}"' in here for rule in RULES)


def test_claim_that_does_not_match_breaks_attribution(tmp_path: Path) -> None:
    collation = reviewable()
    assert collation.target.attribution
    for claims, rules in (
        (Bibl(outlet="ديلي صباح"), {"attribution"}),
        (Bibl(url="https://other.example/lanza"), {"attribution"}),
        (Bibl(published="2026-11-15"), {"attribution"}),
        (Bibl(title="Port opens"), {"attribution"}),
        (Bibl(title="إغلاق الميناء", outlet="The Northland Post", published="2026-11"), set()),
        (Bibl(url="http://www.northland.example/lanza/"), set()),
    ):
        attribution = replace(collation.target.attribution, claims=claims)
        made = replace(collation, target=replace(collation.target, attribution=attribution))
        assert {fault.rule for fault in found(tmp_path / "a.xml", dumps(made))} == rules


def test_other_file_breaks_files(tmp_path: Path) -> None:
    file, other = tmp_path / "en.txt", tmp_path / "other.txt"
    file.write_bytes(b"raw")
    other.write_bytes(b"RAW")
    collation = reviewable()
    assert collation.source
    source = replace(collation.source, sha256=hashlib.sha256(b"raw").hexdigest())
    data = dumps(replace(collation, source=source))
    assert not found(tmp_path / "a.xml", data, source=file)
    assert {fault.rule for fault in found(tmp_path / "a.xml", data, source=other)} == {"files"}


def test_journal_is_checked_with_its_record(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    write(reviewable(), path)
    with Session(path, "nour", clock=lambda: "2026-11-21T08:10:00Z") as session:
        session.take(acts.accept_edit, 0)
        session.take(acts.reject_edit, 1)
    assert not verify(path)
    journal = journal_path(path)
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b"08:10:00", b"08:11:00", 1))
    assert {fault.rule for fault in verify(path)} == {"journal"}
    journal.write_bytes(whole)
    write(decided(), path)
    assert {fault.rule for fault in verify(path)} == {"journal"}


@pytest.mark.shared
def test_record_that_is_not_tei_breaks_tei_all(tmp_path: Path) -> None:
    if not SHARED.exists():
        pytest.skip("needs ../shared")
    small = tmp_path / "small.rng"
    small.write_text('<element name="x" xmlns="http://relaxng.org/ns/structure/1.0"><empty/></element>')
    assert {fault.rule for fault in found(tmp_path / "a.xml", dumps(marked()), tei_all=small)} == {"tei-all"}
    assert not verify(tmp_path / "a.xml", tei_all=SHARED)


def test_schema_that_is_none_is_an_error_of_tei_all(tmp_path: Path) -> None:
    for data in (b"<a/>", b"<a"):
        (tmp_path / "no.rng").write_bytes(data)
        faults = found(tmp_path / "a.xml", dumps(marked()), tei_all=tmp_path / "no.rng")
        assert {fault.rule for fault in faults} == {"tei-all"}


@pytest.mark.parametrize(
    "data", [dumps(decided()), dumps(marked()), standoff(decided()), standoff(marked())], ids=range(4)
)
def test_whole_record_has_no_fault(data: bytes, tmp_path: Path) -> None:
    assert not found(tmp_path / "a.xml", data)


@given(pair=reviewed())
@settings(max_examples=60, deadline=None)
def test_no_record_we_write_has_a_fault(
    pair: tuple[Collation, Collation], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("record") / "a.xml"
    assert not [fault for fault in found(path, dumps(pair[1])) if fault.rule != "attribution"]


def test_record_laid_out_anew_by_another_program_is_the_same_record(tmp_path: Path) -> None:
    text = dumps(decided()).decode("utf-8")
    other = text.replace("</link>", "").replace("<teiHeader>\n<fileDesc>", "<teiHeader>\n  <fileDesc>")
    other = other.replace('type="alignment" domains="#en #ar"', "domains='#en #ar' type='alignment'")
    assert other != text
    assert not found(tmp_path / "a.xml", other.encode("utf-8"))


def test_text_indented_by_another_program_is_a_fault(tmp_path: Path) -> None:
    text = dumps(decided()).decode("utf-8")
    assert "</s> <s" in text
    other = text.replace("</s> <s", "</s>\n  <s", 1)
    assert {fault.rule for fault in found(tmp_path / "a.xml", other.encode("utf-8"))} == {"texts"}


def mutants(data: bytes, n: int, seed: int) -> list[bytes]:
    """Change one byte of a text, a span, a link or a decision, staying with the kind of byte that stood there."""
    chance = random.Random(seed)
    places = [
        place for match in re.finditer(rb"<(s|span|link|annotation|change|note|certainty|anchor)[ >][^\n]*", data)
        for place in range(match.start(), match.end()) if data[place] > 0x20 and chr(data[place]).isalnum()
    ]  # fmt: skip
    made = []
    for place in chance.sample(places, n):
        other = chance.choice([b for b in b"abcxyz0123789" if b != data[place]])
        made.append(data[:place] + bytes([other]) + data[place + 1 :])
    return made


@pytest.mark.parametrize("write_it", [dumps, standoff])
def test_no_change_of_a_byte_escapes(write_it: Callable[[Collation], bytes], tmp_path: Path) -> None:
    data = write_it(decided())
    for mutant in mutants(data, 250, seed=1):
        assert found(tmp_path / "a.xml", mutant), mutant


def test_no_change_of_a_byte_of_the_journal_escapes(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    write(reviewable(), path)
    with Session(path, "nour", clock=lambda: "2026-11-21T08:10:00Z") as session:
        session.take(acts.merge_beads, 1, note="جملة واحدة")
        session.take(acts.accept_edit, 0)
    journal = journal_path(path)
    whole = journal.read_bytes()
    chance = random.Random(2)
    for place in [len(whole) - 1, *chance.sample(range(len(whole)), 250)]:
        other = chance.choice([byte for byte in b'abc019"{ \n' if byte != whole[place]])
        journal.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
        assert {fault.rule for fault in verify(path)} == {"journal"}, place
