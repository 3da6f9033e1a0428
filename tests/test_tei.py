"""The record: exact both ways, refusing what it cannot hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from invented import marked
from strategies import collations, reviewed

from aligner.errors import RecordError, WriteError
from aligner.model import Bibl, Block, Collation, Kind, Segment, Span, Witness
from aligner.patch import base
from aligner.tei import dumps, loads, read, write


def plain(text: str) -> Collation:
    block = Block(Span(0, len(text)), Kind.PARAGRAPH)
    return Collation(Witness("ar", "ar", text, (block,), sha256=""), (Segment(block.span, 0),))


@given(collations())
@settings(max_examples=200, deadline=None)
def test_reading_gives_the_value_and_writing_it_the_bytes(collation: Collation) -> None:
    data = dumps(collation)
    back = loads(data)
    assert back == collation
    assert dumps(back) == data


@given(reviewed())
@settings(max_examples=200, deadline=None)
def test_record_keeps_every_decision_and_the_machines_result(pair: tuple[Collation, Collation]) -> None:
    machine, collation = pair
    data = dumps(collation)
    back = loads(data)
    assert back == collation
    assert dumps(back) == data
    assert base(back) == machine


@pytest.mark.parametrize("text", ["a\r\nb\rc", "\n\ta\n", "\x85a\u2028b\u2029", "a]]>b&c<d>\"'", "\u202bاب\u202c"])
def test_characters_that_xml_would_change_survive(text: str) -> None:
    assert loads(dumps(plain(text))).target.text == text


@pytest.mark.parametrize("character", ["\0", "\x0c", "\x1b", "\ufffe", "\ud800"])
def test_character_that_xml_cannot_hold_is_named_with_its_place(character: str) -> None:
    with pytest.raises(RecordError, match=f"character 3: XML cannot hold U\\+{ord(character):04X}"):
        dumps(plain("abc" + character))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b" \n", "r.xml: the file is empty; give a record"),
        (b"words", "r.xml: this is no TEI record of muqabala; give a record"),
        (b"<!DOCTYPE html>\n<html><p>x</p></html>", "r.xml: this is no TEI record of muqabala but <html>; give a record"),
        (b"<TEI>", "r.xml:1: not well-formed"),
        (b"<TEI/>", "r.xml:1: this is a TEI document but no record of muqabala"),
        (b"<TEIs/>", "r.xml:1: this is a TEI document but no record of muqabala"),
        (b"<!DOCTYPE TEI><TEI/>", "a DOCTYPE is not allowed"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><TEI>&x;</TEI>', "a DOCTYPE is not allowed"),
        ('<?xml version="1.0" encoding="UTF-16"?><TEI/>'.encode("utf-16"), "not UTF-8"),
        (b'<?xml version="1.0" encoding="latin-1"?><TEI/>', "declares latin-1"),
        (b"<TEI>" * 300 + b"</TEI>" * 300, "not well-formed.*depth"),
        (b"<TEI>&undeclared;</TEI>", "not well-formed"),
    ],
)
def test_bad_record_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        loads(data, where="r.xml")


@pytest.mark.parametrize(
    ("claims", "language"), [("Port closes", "en"), ("إغلاق المرفأ", "ar"), ("إغلاق ميناء Lanza", "ar"), ("2026", "ar")]
)
def test_title_has_the_language_of_its_script(claims: str, language: str) -> None:
    target = marked().target
    assert target.attribution
    attribution = replace(target.attribution, claims=Bibl(title=claims))
    collation = replace(marked(), target=replace(target, attribution=attribution))
    data = dumps(collation)
    assert data.decode("utf-8").count(f'<title level="a" xml:lang="{language}">{claims}</title>') == 2
    assert loads(data) == collation


def test_error_names_the_line() -> None:
    data = dumps(plain("ab")).replace(b"<s xml:id", b"<s><b/></s><s xml:id")
    with pytest.raises(RecordError, match=r"r\.xml:\d\d+: a segment holds more than text"):
        loads(data, where="r.xml")


def test_file_is_replaced_wholly_and_leaves_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"old")
    write(plain("ab"), path)
    assert read(path) == plain("ab")
    assert [p.name for p in tmp_path.iterdir()] == ["a.xml"]


def test_missing_folder_is_an_error_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot write: No such file"):
        write(plain("ab"), tmp_path / "none" / "a.xml")
    assert not list(tmp_path.iterdir())


def test_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="it is a folder"):
        write(plain("ab"), tmp_path)
    with pytest.raises(RecordError, match="cannot read"):
        read(tmp_path)
    assert not list(tmp_path.iterdir())


def test_permissions_of_the_old_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write(plain("ab"), path)
    assert path.stat().st_mode & 0o777 == 0o640
