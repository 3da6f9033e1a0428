"""The codebook: what every category, direction and status means, as the records themselves say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aligner import __version__
from aligner.page import fill
from aligner.resources import load_table

__all__ = ["codebook", "taxonomy"]


def taxonomy() -> Mapping[str, Any]:
    """Give the framing taxonomy as it stands in the header of every record.

    >>> taxonomy()["categories"]["hedge"]["directions"]
    ['added', 'removed']
    """
    loaded: Mapping[str, Any] = load_table("taxonomy.yaml")
    return loaded


def codebook() -> str:
    """Give the codebook for coders as one self-contained page."""
    return fill(
        "codebook.html", style="base.css+audit.css", script="audit.js", taxonomy=taxonomy(), version=__version__
    )
