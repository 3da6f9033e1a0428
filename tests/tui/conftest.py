from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def shared_unicode() -> Path:
    path = SHARED / "resources" / "unicode" / "BidiCharacterTest.txt"
    if not path.exists():
        pytest.skip("needs BidiCharacterTest.txt in ../shared")
    return path
