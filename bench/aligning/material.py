"""Sentence pairs and gold documents of the development corpora, and an encoder that remembers."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aligner.align import Strand
from aligner.embed import Embedder, load_embedder
from aligner.ingest.layout import headings
from aligner.score import read_ladder
from aligner.segment import split
from bench.aligning.inject import Made, Material, Pair

__all__ = ["DEV", "Memory", "gold_documents", "half", "materials", "strand"]

DEV = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "dev"
_SETS = ("xquad", "syrian_archive", "palurban", "vote_gov")
# Lists whose entries stand in another order in the translation, which a pairing by place gets wrong.
_REORDERED = ("vernacular-informal",)
_RATIO = 0.9  # Arabic characters per English one in these texts
_LEAST_PAIRS = 4


def materials(folder: Path = DEV) -> list[Material]:
    """Give documents of one-to-one pairs: paragraphs whose sentence counts and lengths agree, cut by ``split``."""
    out = []
    for name in _SETS:
        for path in sorted((folder / name).glob("*.en.txt")):
            found = _material(path)
            if found and len(found.pairs) >= _LEAST_PAIRS:
                out.append(found)
    return out


def _material(path: Path) -> Material | None:
    english, arabic = (_lines(p) for p in (path, path.with_name(path.name.replace(".en.txt", ".ar.txt"))))
    name = path.name.removesuffix(".en.txt")
    if len(english) != len(arabic) or name in _REORDERED:
        return None
    pairs: list[Pair] = []
    blocks: list[int] = []
    for block, (source, target) in enumerate(zip(english, arabic, strict=True)):
        cut = [[span.of(text) for span in split(text, lang)] for text, lang in ((source, "en"), (target, "ar"))]
        if len(cut[0]) == len(cut[1]) and all(map(_fits, *cut)):
            pairs.extend(zip(*cut, strict=True))
            blocks.extend([block] * len(cut[0]))
    return Material(f"{path.parent.name}/{name}", tuple(pairs), tuple(blocks))


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _fits(source: str, target: str) -> bool:
    """Say whether lengths are those of one sentence each; where they are not, counts agree by chance."""
    return 0.6 < (len(target) + 12) / (_RATIO * len(source) + 12) < 1.65


def half(name: str) -> int:
    """Put a document into the tuning half (0) or the check half (1), by its name."""
    return zlib.crc32(f"{name}.en.txt".encode()) % 2


def gold_documents(folder: Path = DEV) -> Iterator[Made]:
    """Give the documents aligned by hand."""
    for path in sorted(folder.glob("*/*.gold")):
        source, target = (tuple(_lines(path.with_suffix(f".{lang}.sent"))) for lang in ("en", "ar"))
        yield Made(f"{path.parent.name}/{path.stem}", source, target, read_ladder(path))


class Memory:
    """An encoder that encodes each text once, and counts the seconds that took."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self.embedder = embedder or load_embedder()
        self.vectors: dict[str, NDArray[np.float32]] = {}
        self.seconds = 0.0

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give unit rows, float32."""
        new = [text for text in dict.fromkeys(texts) if text not in self.vectors]
        start = time.perf_counter()
        for at in range(0, len(new), 2048):
            rows = new[at : at + 2048]
            self.vectors.update(zip(rows, self.embedder.encode(rows), strict=True))
        self.seconds += time.perf_counter() - start
        out = np.array([self.vectors[text] for text in texts], np.float32)
        return out.reshape(len(texts), self.embedder.dimension)


def strand(texts: Sequence[str], encode: Memory) -> Strand:
    """Make a strand of sentences, a line each, with the headings that ``muqabala`` finds in such a file."""
    found = headings(texts)
    return Strand(tuple(texts), encode(texts), tuple(k in found for k in range(len(texts))))
