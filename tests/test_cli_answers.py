"""What commands answer to what is empty, wrong or cannot be carried."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from invented import marked, reviewable
from shell import ROOT, run

from aligner import tei
from aligner.model import Collation
from aligner.tei.standoff import standoff

ENGLISH = "The mayor spoke on Monday in the square. Nobody was hurt in the fire that followed the speech.\n"
ARABIC = "تحدث رئيس البلدية يوم الاثنين في الساحة. لم يُصب أحد بأذى في الحريق.\n"
FRENCH = "Bonjour tout le monde, ceci est un texte en langue française pour la mairie de la ville.\n"


@pytest.mark.parametrize("empty", ["gold", "predicted"])
def test_a_ladder_without_beads_is_not_scored(empty: str, tmp_path: Path) -> None:
    for name in ("gold", "predicted"):
        (tmp_path / name).write_text("# nothing\n" if name == empty else "[0]:[0]\n", encoding="utf-8")
    done = run("score", tmp_path / "gold", tmp_path / "predicted")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path / empty}: there is no bead in it; " in done.stderr


@pytest.fixture
def record(tmp_path: Path) -> Path:
    tei.write(reviewable(), tmp_path / "record.xml")
    return tmp_path / "record.xml"


def texts_of(collation: Collation, folder: Path) -> tuple[Path, Path]:
    assert collation.source
    paths = folder / "en.txt", folder / "ar.txt"
    for witness, path in zip((collation.source, collation.target), paths, strict=True):
        path.write_text(witness.text, encoding="utf-8", newline="")
    return paths


def test_texts_of_other_white_space_are_bound_with_the_option_the_refusal_names(tmp_path: Path) -> None:
    share, out = tmp_path / "share.xml", tmp_path / "out.xml"
    share.write_bytes(standoff(reviewable()))
    source, target = texts_of(reviewable(), tmp_path)
    source.write_text(source.read_text(encoding="utf-8").replace(" people", "  people"), encoding="utf-8")
    refused = run("bind", share, source, target, "-o", out)
    assert refused.returncode == 1 and "--reanchor" in refused.stderr
    bound = run("bind", share, source, target, "-o", out, "--reanchor")
    assert bound.returncode == 0 and f"written: {out}" in bound.stderr
    assert bound.stdout.startswith("source segment ") and "(" not in bound.stdout


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "26.11.2026", "2026", "2026-11", "2026-11-26T25:00:00"])
def test_a_date_that_is_none_is_wrong_usage(date: str, tmp_path: Path) -> None:
    done = run("collate", "en.txt", "ar.txt", "-o", "o.xml", "--date", date, folder=tmp_path)
    assert done.returncode == 2 and "--date" in done.stderr and "2026-11-26" in done.stderr


@pytest.mark.parametrize("date", ["2026-11-26", "2026-11-26T19:40:00Z", "2026-11-26T19:40:00.5+03:00"])
def test_a_date_is_written_into_the_record(date: str, tmp_path: Path) -> None:
    (tmp_path / "ar.txt").write_text(ARABIC, encoding="utf-8")
    done = run("collate", "ar.txt", "--no-source", "-o", "o.xml", "--date", date, "--no-cache", folder=tmp_path)
    assert done.returncode == 0 and f'when="{date}"' in (tmp_path / "o.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("checks", ["", " , "])
def test_no_check_is_no_choice_of_checks(checks: str, tmp_path: Path) -> None:
    (tmp_path / "ar.txt").write_text(ARABIC, encoding="utf-8")
    done = run("collate", "ar.txt", "--no-source", "-o", "o.xml", "--checks", checks, folder=tmp_path)
    assert done.returncode == 1 and "--checks: no check is named" in done.stderr and "scare-quote" in done.stderr


@pytest.mark.parametrize(("text", "said"), [(ENGLISH, "English, not Arabic; it seems to be the source"), (FRENCH, "(fr)")])
def test_a_translation_alone_that_is_not_arabic_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    done = run("collate", "text.txt", "--no-source", "-o", "o.xml", folder=tmp_path)
    assert done.returncode == 1 and "text.txt: the text is " in done.stderr and said in done.stderr
    assert not (tmp_path / "o.xml").exists()


def test_a_term_that_no_source_mentions_is_told(record: Path, tmp_path: Path) -> None:
    arguments = ("-o", tmp_path / "a.html", "--by", "term", "--term", "zebra", "--term", "plan", "--no-reports")
    done = run("audit", record.parent, *arguments)
    assert done.returncode == 0 and "warning: --term zebra: no source" in done.stderr and "term plan" not in done.stderr


def test_a_ladder_goes_out_with_its_sentences_and_comes_in_again(record: Path, tmp_path: Path) -> None:
    ladder, again, sentences = tmp_path / "a.ladder", tmp_path / "again.xml", (tmp_path / "en", tmp_path / "ar")
    done = run("export", record, "--to", "ladder", "-o", ladder, "--sentences", *sentences)
    assert done.returncode == 0 and "not carried: edit 2, quotation 1, word link 3" in done.stderr
    done = run("import", ladder, *sentences, "--from", "ladder", "-o", again)
    assert done.returncode == 0 and "warning" not in done.stderr
    first, second = (run("export", path, "--to", "ladder").stdout for path in (record, again))
    assert first == second == "[0]:[0]\n[1]:[1]\n[2]:[]\n[]:[2]\n[3]:[3]\n"
    done = run("import", ladder, *texts_of(reviewable(), tmp_path), "--from", "ladder", "-o", again)
    assert done.returncode == 1 and "--sentences" in done.stderr
    done = run("import", ladder, *sentences, "--from", "ladder", "-o", sentences[0])
    assert done.returncode == 2 and "would be lost" in done.stderr


@pytest.mark.parametrize("to", ["tsv", "prov"])
def test_sentences_go_with_a_ladder_only(to: str, record: Path, tmp_path: Path) -> None:
    done = run("export", record, "--to", to, "--sentences", tmp_path / "en", tmp_path / "ar")
    assert done.returncode == 2 and "--sentences" in done.stderr and not (tmp_path / "en").exists()
    done = run("export", record, "--to", "ladder", "--sentences", record, tmp_path / "ar")
    assert done.returncode == 2 and "would be lost" in done.stderr


@pytest.mark.parametrize(("form", "lost"), [("tsv", "edit 2, quotation 1"), ("tmx", "note 2")])
def test_an_import_says_what_it_does_not_take_over(form: str, lost: str, record: Path, tmp_path: Path) -> None:
    run("export", record, "--to", form, "-o", tmp_path / "out")
    done = run("import", tmp_path / "out", "--from", form, "-o", tmp_path / "in.xml")
    assert done.returncode == 0 and f"warning: {tmp_path / 'out'}: not carried over: {lost}\n" in done.stderr


def test_one_fault_is_one_fault_and_a_page_is_no_record(record: Path, tmp_path: Path) -> None:
    record.write_bytes(record.read_bytes().replace(b"reform plan", b"reform plot"))
    done = run("verify", record)
    assert done.returncode == 1 and done.stderr == f"{record}: 1 fault\n"
    (tmp_path / "page.html").write_text("<!DOCTYPE html><html><p>x</p></html>", encoding="utf-8")
    done = run("verify", tmp_path / "page.html")
    assert done.returncode == 1 and "no TEI record of muqabala but <html>" in done.stdout and "DOCTYPE" not in done.stdout


@pytest.mark.parametrize("option", ["--cache/--no-cache", "--model", "--threads", "--lexicon", "--checks"])
def test_an_option_of_several_commands_is_declared_once(option: str) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "aligner" / "cli").glob("*.py"))
    assert code.count(f'click.option("{option}"') == 1


BLANK = "The mayor spoke.\n\nNobody was hurt.\n", "تحدث رئيس البلدية.\n\nلم يصب أحد.\n"


@pytest.fixture
def lines(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "en.sent", tmp_path / "ar.sent"
    for path, text in zip(paths, BLANK, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_blank_lines_of_sentence_files_are_counted_and_become_no_segments(
    lines: tuple[Path, Path], tmp_path: Path
) -> None:
    ladder, out = tmp_path / "a.ladder", tmp_path / "o.xml"
    ladder.write_text("[0]:[0]\n[1]:[1]\n[2]:[2]\n", encoding="utf-8")
    done = run("import", ladder, *lines, "--from", "ladder", "-o", out)
    assert done.returncode == 0 and "beads: 2 (1-1 2)" in done.stderr, done.stderr
    assert run("verify", out).returncode == 0
    ladder.write_text("", encoding="utf-8")
    done = run("import", ladder, *lines, "--from", "ladder", "-o", out)
    assert done.returncode == 1 and f"{ladder}: there is no bead in it" in done.stderr


def test_swapped_sentences_are_refused(lines: tuple[Path, Path], tmp_path: Path) -> None:
    row = '{"id": "a", "source": "تستمر الحرب.", "target": "The war goes on."}\n'
    (tmp_path / "p.jsonl").write_text(row, encoding="utf-8")
    (tmp_path / "t.tsv").write_text("واحد.\tOne.\n", encoding="utf-8")
    commands = [
        ("align", *lines[::-1]),
        ("frame", tmp_path / "p.jsonl"),
        ("import", tmp_path / "t.tsv", "--from", "tsv", "-o", tmp_path / "o.xml"),
    ]
    for command in commands:
        done = run(*command)
        assert (done.returncode, done.stdout) == (1, "") and "the sides are swapped" in done.stderr, command
    assert not (tmp_path / "o.xml").exists()


def test_a_line_without_end_is_named_before_it_takes_hours(lines: tuple[Path, Path], tmp_path: Path) -> None:
    lines[0].write_text("The mayor spoke.\n" + "and then the mayor spoke " * 1_000 + "\n", encoding="utf-8")
    for command, where in (
        (("align", *lines), f"{lines[0]}:2"),
        (("collate", *lines, "-o", tmp_path / "o.xml", "--no-cache"), "en.sent, character"),
    ):
        done = run(*command)
        assert done.returncode == 1 and where in done.stderr and "a sentence of 2" in done.stderr, command
        assert "break it up" in done.stderr


def test_a_full_disk_is_told_where_standard_output_goes(record: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    for command in (("export", record, "--to", "jsonl"), ("--help",)):
        with full.open("wb") as out:
            done = subprocess.run(
                [sys.executable, "-m", "aligner.cli", *map(str, command)], stdout=out, stderr=subprocess.PIPE,
                text=True, encoding="utf-8", check=False, cwd=ROOT,
            )  # fmt: skip
        assert done.returncode == 1 and "cannot write" in done.stderr and "Traceback" not in done.stderr, command


def test_the_folder_of_a_saved_page_is_a_text(tmp_path: Path) -> None:
    page = f"<html><body><h1>البلدة</h1><p>{ARABIC * 3}</p></body></html>"
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "index.html").write_text(page, encoding="utf-8")
    done = run("collate", tmp_path / "saved", "--no-source", "-o", tmp_path / "o.xml")
    assert done.returncode == 0 and (tmp_path / "o.xml").exists(), done.stderr


def test_records_that_do_not_belong_together_are_named(record: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    tei.write(marked(), other)
    done = run("merge", record, other, record, "-o", tmp_path / "all.xml")
    assert done.returncode == 1 and f"{other}: it did not grow out of {record}" in done.stderr


@pytest.mark.model
def test_a_source_without_translation_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ar.txt").write_text(ARABIC, encoding="utf-8")
    (tmp_path / "b.en.txt").write_text(ENGLISH, encoding="utf-8")
    done = run("batch", tmp_path, "--out", tmp_path / "out", "--no-cache")
    assert done.returncode == 0 and f"warning: {tmp_path / 'b.en.txt'}: left out" in done.stderr


@pytest.mark.model
def test_a_batch_counts_the_pairs_of_which_hardly_anything_pairs(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    for name, texts in {"pair": ("economy", "economy"), "strangers": ("economy", "elections")}.items():
        for language, text in zip(("en", "ar"), texts, strict=True):
            held = (ROOT / "corpora" / "newsroom" / f"{text}.{language}.txt").read_bytes()
            (pairs / f"{name}.{language}.txt").write_bytes(held)
    done = run("batch", pairs, "--out", tmp_path / "out", "--no-cache")
    assert done.returncode == 0 and "warning: in 1 of them hardly anything pairs" in done.stderr
    with (tmp_path / "out" / "results.tsv").open(encoding="utf-8", newline="") as lines:
        warnings = {row["id"]: row["warning"] for row in csv.DictReader(lines, delimiter="\t")}
    assert warnings["pair"] == "" and "different articles" in warnings["strangers"]
