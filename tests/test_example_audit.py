"""The example audit that ships: its tables agree with one another and with the texts they were made of."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from aligner.audit.estimate import ratio
from aligner.ingest import read_witness
from bench import batch, example_audit

FOLDER = Path(__file__).resolve().parents[1] / "corpora" / "example-audit"
needs_texts = pytest.mark.skipif(not batch.DEV.is_dir(), reason="the texts of ../shared are not here")


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_it_covers_forty_documents_and_every_flag_has_its_place() -> None:
    documents = {row["pair"]: row for row in table("documents")}
    flags = table("flags")
    assert len(documents) >= 40
    assert {name: str(n) for name, n in Counter(flag["pair"] for flag in flags).items()} == {
        name: row["flags"] for name, row in documents.items() if row["flags"] != "0"
    }
    assert all(int(flag["bead"]) < int(documents[flag["pair"]]["beads"]) for flag in flags)
    assert all(flag["source_start"] or flag["target_start"] for flag in flags)


def test_rates_are_those_of_the_flags_listed() -> None:
    documents, flags = table("documents"), table("flags")
    for row in table("rates"):
        inside = [d for d in documents if row["by"] == "all" or d["outlet"] == row["value"]]
        counts = [sum(_is_counted(flag, d["pair"], row) for flag in flags) for d in inside]
        made = ratio(counts, [int(d["source_words"]) for d in inside], scale=1000)
        assert [str(made.count), str(made.of), str(made.documents)] == [
            row["flags"],
            row["source_words"],
            row["documents"],
        ]
        assert example_audit._figures(made) == [row["per_1000"], row["low"], row["high"]]


def _is_counted(flag: dict[str, str], pair: str, row: dict[str, str]) -> bool:
    return flag["pair"] == pair and all(row[key] in ("", flag[key]) for key in ("category", "direction"))


def test_no_term_is_met_more_often_than_mentioned() -> None:
    rows = table("terms")
    assert {row["term"] for row in rows} == set(example_audit.TERMS)
    assert all(int(row["met"]) <= int(row["mentions"]) for row in rows)


@needs_texts
@pytest.mark.shared
def test_flags_lie_within_the_texts_they_were_found_in() -> None:
    jobs = {job.id.replace(".", "/", 1): job for job in example_audit.jobs()}
    assert set(jobs) == {row["pair"] for row in table("documents")}
    for name in sorted({flag["pair"] for flag in table("flags")})[:20]:
        texts = {"source": jobs[name].source, "target": jobs[name].target}
        lengths = {side: len(read_witness(path, siglum="x").text) for side, path in texts.items() if path}
        mine = [flag for flag in table("flags") if flag["pair"] == name]
        assert all(int(flag[f"{side}_end"] or 0) <= n for flag in mine for side, n in lengths.items())
