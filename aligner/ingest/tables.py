"""The tables of patterns that the readers go by, from aligner/data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from aligner.resources import data_bytes

__all__ = ["pattern", "table"]


@cache
def table(name: str) -> dict[str, Any]:
    """Load a table of ours by its file name.

    >>> "candidates" in table("encodings.yaml")
    True
    """
    import yaml

    loaded: dict[str, Any] = yaml.load(data_bytes(name), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def pattern(alternatives: Iterable[str]) -> re.Pattern[str]:
    """Join alternatives of a table into one pattern that minds no case.

    >>> bool(pattern(["by", "from"]).match("FROM"))
    True
    """
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)
