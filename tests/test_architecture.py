"""The shape of the code: imports go down, the library knows no app, words are data."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# What stands higher may import what stands lower. Stages of one row do not see one another, but for two: the
# checks read the word links, and the record and the journal share the patches.
ROWS = (
    ("model", "errors"),
    ("text",),
    ("resources", "lexicon", "store", "patch", "rebead"),
    ("names", "taxonomy", "renderings"),
    ("page", "acts", "score", "rows", "link", "doubt"),
    ("ingest", "segment", "embed", "align", "frame", "tei", "report", "merge", "versions"),
    ("journal", "prov", "exchange", "foreign"),
    ("verify", "pipeline", "forms"),
    ("batch", "audit"),
    ("cli",),
)
RANK = {name: rank for rank, row in enumerate(ROWS) for name in row}


def imports() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "aligner").rglob("*.py")):
        own = path.relative_to(ROOT / "aligner").parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aligner"):
                parts = (node.module or "").split(".")
                names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
                yield from ((own, name) for name in names if name not in (own, "__version__"))


EDGES = sorted(set(imports()))


def test_every_module_has_its_place() -> None:
    modules = {
        p.name.removesuffix(".py")
        for p in (ROOT / "aligner").iterdir()
        if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert modules - {"__init__"} == set(RANK)


@pytest.mark.parametrize(("own", "other"), EDGES, ids=[f"{a}-{b}" for a, b in EDGES])
def test_imports_go_down(own: str, other: str) -> None:
    assert RANK[other] < RANK[own]


def test_only_resources_opens_the_data_folder() -> None:
    openers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "aligner").rglob("*.py")
        if "importlib.resources" in (text := path.read_text(encoding="utf-8"))
        or "from importlib import resources" in text
    ]
    assert openers == ["aligner/resources.py"]


def test_nothing_is_loaded_or_printed_on_import() -> None:
    for path in (ROOT / "aligner").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        loose = [n for n in tree.body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
        assert not loose or path.name == "__main__.py", path
