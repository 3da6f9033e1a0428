"""Inputs that are cut already: sentence lists and JSON rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.ingest import Pair, read_pairs, read_sentences


def test_sentences_are_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.sent"
    path.write_bytes("\ufeffأولى.\r\n\r\nثالثة.\n".encode())
    assert read_sentences(path) == ("أولى.", "", "ثالثة.")


@pytest.mark.parametrize("end", ["\u2028", "\x85"])
def test_only_line_ends_cut_lines(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.sent"
    path.write_bytes(f"one{end}still one\ntwo".encode())
    assert len(read_sentences(path)) == 2


def test_pairs_are_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    rows = [{"id": "a", "source": "One.", "target": "واحد."}, {"id": 2, "source": "", "target": "اثنان."}]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    assert list(read_pairs(path)) == [Pair("a", "One.", "واحد."), Pair("2", "", "اثنان.")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "a", "source": "x"', ":2:26"),
        ('["a"]', "object"),
        ('{"source": "x", "target": "y"}', "'id' is missing"),
        ('{"id": "b", "source": 3, "target": "y"}', "'source' is no text but int"),
        ('{"id": true, "source": "x", "target": "y"}', "'id' is no text but bool"),
        ('{"id": "b", "source": null, "target": "y"}', "NoneType"),
        ('{"id": "first", "source": "x", "target": "y"}', "line 1 already"),
        ('{"id": "b", "source": "\\ud800", "target": "y"}', "U+D800"),
        ('{"id": "b", "source": "a\\u0000b", "target": "y"}', "U+0000"),
        ('{"id": "b", "source": "' + "x", ":2:"),
        ("[" * 100_000, "nested"),
        ('{"id": NaN, "source": "x", "target": "y"}', "float"),
        ("1" * 5000, "p.jsonl:2"),
    ],
)
def test_bad_rows_are_refused_with_the_line(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "first", "source": "x", "target": "y"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(read_pairs(path))
    assert says in str(caught.value)
    assert f"{path}:2" in str(caught.value)
    assert caught.value.remedy


@given(st.text(max_size=200))
def test_any_text_gives_pairs_or_an_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = list(read_pairs(path))
    except InputError:
        return
    assert all(isinstance(pair, Pair) for pair in found)
