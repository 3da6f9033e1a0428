"""What the README says can be done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aligner.cli import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
USED = sorted(set(re.findall(r"^muqabala ([a-z-]+)", README, re.MULTILINE)))


def test_every_command_is_in_the_readme_and_every_command_there_exists() -> None:
    assert set(USED) | {"demo"} == set(cli.commands)


@pytest.mark.parametrize("name", ["test command", "demo command"])
def test_a_fresh_machine_needs_one_command(name: str) -> None:
    found = re.search(rf"<!-- {name} -->\n```sh\n(.+)\n```\n<!-- end -->", README)
    assert found and "-c constraints.txt" in found[1]


def test_ci_runs_the_test_command() -> None:
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_option_shown_exists() -> None:
    for line in re.findall(r"^muqabala .*", README, re.MULTILINE):
        words = line.split("#")[0].split()
        known = {
            opt for parameter in cli.commands[words[1]].params for opt in parameter.opts + parameter.secondary_opts
        }
        assert {word for word in words if word.startswith("-")} <= known, line
