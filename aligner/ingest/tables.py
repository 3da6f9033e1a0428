"""The tables of patterns that the readers go by, from aligner/data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from aligner.resources import load_table

__all__ = ["pattern", "table"]


def table(name: str) -> dict[str, Any]:
    """Load a table of ours by its file name.

    >>> "candidates" in table("encodings.yaml")
    True
    """
    return load_table(name)


def pattern(alternatives: Iterable[str]) -> re.Pattern[str]:
    """Join alternatives of a table into one pattern that minds no case.

    >>> bool(pattern(["by", "from"]).match("FROM"))
    True
    """
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)
