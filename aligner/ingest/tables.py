"""The tables of patterns that the readers go by, from aligner/data."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["table"]


@cache
def table(name: str) -> dict[str, Any]:
    """Load a table of ours by its file name.

    >>> "candidates" in table("encodings.yaml")
    True
    """
    import yaml

    text = files("aligner").joinpath("data", name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded
