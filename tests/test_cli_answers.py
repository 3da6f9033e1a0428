"""What commands answer to what is empty, wrong or cannot be carried."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import run


@pytest.mark.parametrize("empty", ["gold", "predicted"])
def test_a_ladder_without_beads_is_not_scored(empty: str, tmp_path: Path) -> None:
    for name in ("gold", "predicted"):
        (tmp_path / name).write_text("# nothing\n" if name == empty else "[0]:[0]\n", encoding="utf-8")
    done = run("score", tmp_path / "gold", tmp_path / "predicted")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path / empty}: there is no bead in it; " in done.stderr
