"""What commands answer to what is empty, wrong or cannot be carried."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented import reviewable
from shell import run

from aligner import tei
from aligner.model import Collation
from aligner.tei.standoff import standoff


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
