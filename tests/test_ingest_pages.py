"""Web pages of different make, all written by us: what is read, what is kept out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from aligner.ingest import read_witness
from aligner.model import Kind

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))


def expected(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_gives_its_article(path: Path) -> None:
    wanted = expected(path)
    witness = read_witness(path, siglum="x")
    aligned = [b for b in witness.blocks if b.is_aligned]
    found = [("# " if b.kind is Kind.HEADING else "") + b.span.of(witness.text) for b in aligned]
    assert found == wanted["blocks"]
    assert witness.language == wanted["language"]
    assert not [text for text in wanted["absent"] if any(text in block for block in found)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_gives_what_it_states(path: Path) -> None:
    wanted = expected(path)
    witness = read_witness(path, siglum="x")
    for key in ("title", "author", "published", "url"):
        assert getattr(witness.bibl, key) == wanted[key], key
    assert witness.bibl.outlet == wanted.get("outlet", witness.bibl.outlet)
    claims = wanted.get("attribution", {})
    assert (witness.attribution is not None) == bool(claims)
    for key, value in claims.items():
        assert getattr(witness.attribution.claims, key) == value  # type: ignore[union-attr]
    assert witness.reader.startswith("trafilatura ")


def test_twenty_pages_are_no_twins() -> None:
    """Every page is put together in its own way, and most state who wrote it, when and where."""
    assert len(PAGES) >= 20
    assert len({_make(path) for path in PAGES}) == len(PAGES)
    for key, least in (("title", 20), ("author", 15), ("published", 17), ("url", 12)):
        assert sum(bool(expected(path)[key]) for path in PAGES) >= least, key


def _make(path: Path) -> tuple[str, ...]:
    """What tells one make from another: the tags and their attributes' names, in order."""
    data = path.read_bytes()
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1")
    tags = re.findall(r"<([a-zA-Z]\w*)([^>]*)>", text)
    names = [" ".join(sorted(re.findall(r"([\w-]+)=", rest))) for _, rest in tags]
    return tuple(f"{tag} {attributes}".lower() for (tag, _), attributes in zip(tags, names, strict=True))
