"""The bundled corpora say what is true, point at what they name, and hold no text that is not ours."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aligner.score import Pairing, read_ladder

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ROOT / "corpora"
SHARED = ROOT.parent / "shared" / "corpora"
OWN = (  # texts written by us
    "demo", "newsroom", "newsroom-agency", "newsroom-blind", "newsroom-bulletin", "newsroom-columns", "newsroom-dev",
    "newsroom-courier", "newsroom-dispatch", "newsroom-everyday", "newsroom-feature", "newsroom-gazette",
    "newsroom-herald", "newsroom-mixed", "newsroom-press", "newsroom-tempting", "newsroom-wire",
)  # fmt: skip
SETS = (*OWN, "mali-blockade", "dev", "example-audit")
NAMES = ("the Organisation for the Prohibition of Chemical Weapons", "the European Court of Human Rights")  # long names that anyone may write
LADDERS = ("demo", "mali-blockade")
SIDES = ("source", "target")
WORD = re.compile(r"[a-z_]+/[a-z_-]+|[^\W\d_]+")  # the id of a document (folder/name) is one word, not a text
LONGEST_RUN = 5  # words in a row that a record may share with a text it points at
PAIRED = {"scare-quote": {"added", "removed"}, "hedge": {"added", "removed"}}
PAIRED |= {name: {"softened", "strengthened"} for name in ("label", "attribution")}
PAIRED |= {"omission": {"removed"}, "addition": {"added"}}
Row = dict[str, Any]

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the texts in ../shared are not here")


def rows(name: str, file: str = "gold.jsonl") -> list[Row]:
    return [json.loads(line) for line in (CORPORA / name / file).read_text(encoding="utf-8").splitlines()]


def manifest(name: str) -> Row:
    return tomllib.loads((CORPORA / name / "SOURCE.toml").read_text(encoding="utf-8"))


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def texts(name: str) -> dict[str, str]:
    """The text of each side, from the folder or from ../shared."""
    meta = manifest(name)
    here, there = meta["files"], meta.get("texts", [])
    found = {one["role"]: read(CORPORA / name / one["path"]) for one in here if one["role"] in SIDES}
    return found | {one["role"]: read(SHARED / name / one["path"]) for one in there if one["role"] in SIDES}


def segments(name: str) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {side: [] for side in SIDES}
    for row in rows(name, "segments.jsonl"):
        found[row["side"]].append((row["start"], row["end"]))
    return found


def spans(row: Row) -> Iterator[tuple[str, Row]]:
    """Every span of a row with its side, those of the other places included."""
    if row["kind"] == "paratext":
        yield row["side"], row
        return
    for one in (row, *row.get("other", ())):
        yield from ((side, one[side]) for side in SIDES if one[side] is not None)


def bead_of(name: str, side: str, span: Row) -> int:
    """Index of the bead that holds the span; fails where none holds it whole."""
    at = [i for i, (a, b) in enumerate(segments(name)[side]) if a <= span["start"] and span["end"] <= b]
    assert len(at) == 1, (name, side, span)
    ladder = read_ladder(CORPORA / name / "gold.ladder")
    return next(n for n, bead in enumerate(ladder) if at[0] in bead[SIDES.index(side)])


def gold(name: str, kind: str) -> list[Row]:
    return [row for row in rows(name) if row["kind"] == kind]


def kinds(ladder: tuple[Pairing, ...]) -> Counter[str]:
    return Counter(f"{len(source)}-{len(target)}" for source, target in ladder)


def assert_true(folder: Path, listed: list[Row]) -> None:
    for one in listed:
        data = (folder / one["path"]).read_bytes()
        assert (one["sha256"], one["size"]) == (hashlib.sha256(data).hexdigest(), len(data)), one["path"]


@pytest.mark.parametrize("name", SETS)
def test_manifest_lists_every_file_with_its_hash(name: str) -> None:
    listed = manifest(name)["files"]
    assert_true(CORPORA / name, listed)
    assert {one["path"] for one in listed} | {"SOURCE.toml"} == {
        path.name for path in (CORPORA / name).iterdir()
    }


def test_every_folder_is_tested() -> None:
    assert {path.name for path in CORPORA.iterdir() if path.is_dir()} == set(SETS)


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "folder"), [("mali-blockade", "mali-blockade"), ("dev", "dev"), ("example-audit", "dev")]
)
def test_texts_outside_are_those_that_were_read(name: str, folder: str) -> None:
    assert_true(SHARED / folder, manifest(name)["texts"])


def test_demo_spans_quote_the_text_they_point_at() -> None:
    text = texts("demo")
    quoted = [(side, span) for row in rows("demo") for side, span in spans(row) if row["kind"] != "paratext"]
    assert len(quoted) > 60
    for side, span in quoted:
        assert text[side][span["start"] : span["end"]] == span["text"]


@pytest.mark.parametrize("name", LADDERS)
def test_ladder_partitions_the_segments(name: str) -> None:
    ladder = read_ladder(CORPORA / name / "gold.ladder", is_monotone=True)
    for side, found in segments(name).items():
        indices = [i for bead in ladder for i in bead[SIDES.index(side)]]
        assert indices == list(range(len(found))), side


@pytest.mark.parametrize("name", LADDERS)
def test_segments_rise_and_do_not_touch_paratext(name: str) -> None:
    for side, found in segments(name).items():
        ends = [0, *(end for _, end in found)]
        assert all(end <= start < stop for end, (start, stop) in zip(ends, found, strict=False)), side
        paratext = [row["start"] for row in gold(name, "paratext") if row["side"] == side]
        assert all(found[-1][1] <= start for start in paratext)


@pytest.mark.parametrize("name", LADDERS)
def test_both_spans_of_an_edit_or_trap_lie_in_one_bead(name: str) -> None:
    title = [row for row in gold(name, "trap") if row["source"] is None]
    assert len(title) == 1  # the source's title in the attribution line, outside the alignment
    for row in gold(name, "edit") + [row for row in gold(name, "trap") if row not in title]:
        for one in (row, *row.get("other", ())):
            beads = {bead_of(name, side, one[side]) for side in SIDES if one[side] is not None}
            assert len(beads) == 1, row


def test_demo_covers_every_kind_in_every_direction() -> None:
    edits = gold("demo", "edit")
    for category, directions in PAIRED.items():
        found = Counter(row["direction"] for row in edits if row["category"] == category)
        assert set(found) == directions and found.total() >= 3, category
    assert sum(row["category"] == "inconsistency" for row in edits) == 3
    assert len(gold("demo", "trap")) >= 10


def test_demo_has_splits_merges_an_omission_and_an_addition() -> None:
    found = kinds(read_ladder(CORPORA / "demo" / "gold.ladder"))
    assert found == {"1-1": 31, "2-1": 2, "1-2": 2, "1-0": 1, "0-1": 1}
    assert {(row["side"], row["role"]) for row in gold("demo", "paratext")} == {
        ("source", "furniture"),
        ("target", "attribution"),
        ("target", "furniture"),
    }


def test_demo_omits_and_adds_one_whole_sentence() -> None:
    whole = {(row["category"], row["start"]) for row in _whole_sentences("demo")}
    assert {category for category, _ in whole} == {"omission", "addition"}
    assert len(whole) == 2


def _whole_sentences(name: str) -> Iterator[Row]:
    known = {(side, start, end) for side, found in segments(name).items() for start, end in found}
    for row in gold(name, "edit"):
        for side, span in spans(row):
            if (side, span["start"], span["end"]) in known:
                yield {"category": row["category"], "start": span["start"]}


def test_mali_record_has_the_flags_that_were_asked_for() -> None:
    found = Counter((row["category"], row["direction"]) for row in gold("mali-blockade", "edit"))
    assert found["scare-quote", "added"] == 3
    assert found["hedge", "added"] == 4
    assert found["attribution", "softened"] == 1
    assert found["label", "softened"] >= 5
    assert found["inconsistency", "none"] == 2
    assert len(list(_whole_sentences("mali-blockade"))) == 3  # the title and two sentences
    assert kinds(read_ladder(CORPORA / "mali-blockade" / "gold.ladder"))["1-0"] == 3


def test_stand_off_rows_quote_nothing() -> None:
    assert not [span for row in rows("mali-blockade") for _, span in spans(row) if "text" in span]


@needs_shared
@pytest.mark.shared
def test_mali_scare_quotes_and_hedges_are_on_the_lines_named() -> None:
    text = texts("mali-blockade")["target"]
    lines: dict[str, list[int]] = {}
    for row in gold("mali-blockade", "edit"):
        if row["category"] in ("scare-quote", "hedge"):
            line = text.count("\n", 0, row["target"]["start"]) + 1
            lines.setdefault(row["category"], []).append(line)
    assert lines == {"scare-quote": [3, 9, 34], "hedge": [4, 13, 24, 32]}


@needs_shared
@pytest.mark.shared
def test_mali_segments_begin_and_end_on_words() -> None:
    for side, text in texts("mali-blockade").items():
        for start, end in segments("mali-blockade")[side]:
            assert text[start:end] == text[start:end].strip() and "\n" not in text[start:end]


@needs_shared
@pytest.mark.shared
def test_notes_point_into_the_texts_and_the_lines_they_name() -> None:
    found = rows("dev", "framing_notes.jsonl")
    assert Counter(row["kind"] for row in found) == {"edit": 19, "trap": 6}
    for row in found:
        for side, code in zip(SIDES, ("en", "ar"), strict=True):
            path = SHARED / "dev" / f"{row['doc']}.{code}.txt"
            assert hashlib.sha256(path.read_bytes()).hexdigest() == row[f"{side}_sha256"]
            words = read(path)[row[side]["start"] : row[side]["end"]]
            lines = read(path.with_suffix(".sent")).splitlines()
            assert words and any(words in lines[i] for i in row[side]["indices"])


def test_notes_hold_offsets_only() -> None:
    for row in rows("dev", "framing_notes.jsonl"):
        assert set(row["source"]) == set(row["target"]) == {"indices", "start", "end"}


@cache
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = WORD.findall(text.casefold())
    return frozenset(tuple(words[i : i + LONGEST_RUN + 1]) for i in range(len(words) - LONGEST_RUN))


@needs_shared
@pytest.mark.shared
def test_records_hold_no_run_of_words_of_a_third_party_text() -> None:
    ours = [p for p in CORPORA.rglob("*") if p.is_file() and p.parent.name != "demo"]
    written = {path: _runs(read(path)) for path in ours}
    names = frozenset(run for name in NAMES for run in _runs(name))
    theirs = [p for p in SHARED.rglob("*") if p.is_file()]
    assert len(ours) >= 7 and len(theirs) > 50
    for other in theirs:
        for path, runs in written.items():
            assert not (runs & _runs(read(other))) - names, (path, other)
