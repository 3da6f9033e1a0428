from __future__ import annotations

from pathlib import Path

import pytest

from aligner.embed import Embedder, load_embedder

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the texts that may not be in the repository, and say so."""
    if SHARED.is_dir():
        return
    absent = pytest.mark.skip(reason=f"the texts of {SHARED} are not here; they may not be in the repository")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(absent)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real model, loaded once."""
    return load_embedder()


@pytest.fixture
def mali() -> Path:
    return SHARED / "corpora" / "mali-blockade"
