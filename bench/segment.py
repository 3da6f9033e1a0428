"""Sentence boundaries against the hand-cut lines of the development documents.

    python bench/segment.py ../shared/corpora/dev

Two settings per language. *blocks*: the document as it is, split by our blocks and then into sentences.
*joined*: the sentences that close with a stop run together, five to a paragraph, so that the splitter
alone is measured. Precision, recall and F1 of sentence ends inside the texts.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from aligner.ingest import witness_from_bytes
from aligner.model import Span
from aligner.segment import segment, split

Ends = tuple[set[int], set[int]]
_STOPPED = re.compile(r"[.!?؟…۔][\"'”’“»)\]]*$")


def gold(path: Path) -> list[str]:
    """Give the hand-cut sentences of a document."""
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def squeezed_ends(pieces: Sequence[str]) -> set[int]:
    """Ends of the pieces counted without white space, so that texts laid out differently compare."""
    ends, n = set(), 0
    for piece in pieces:
        n += len("".join(piece.split()))
        ends.add(n)
    return ends - {n}


def by_blocks(path: Path, language: str) -> Ends:
    """Ends found in the document read as a file, against its hand-cut sentences."""
    source = path.with_suffix(".txt")
    witness = witness_from_bytes(source.read_bytes(), siglum=language, language=language)
    found = [s.span.of(witness.text) for s in segment(witness)]
    return squeezed_ends(found), squeezed_ends(gold(path))


def by_joining(path: Path, language: str, size: int = 5) -> Iterator[Ends]:
    """Ends found in paragraphs made of neighbouring sentences that close with a stop."""
    sentences = [line for line in gold(path) if _STOPPED.search(line)]
    for k in range(0, len(sentences), size):
        part = sentences[k : k + size]
        text = " ".join(part)
        yield squeezed_ends([span.of(text) for span in split(text, language)]), squeezed_ends(part)


def f1(results: Sequence[Ends]) -> str:
    """Micro-averaged precision, recall, F1 with the count of gold ends."""
    hits = sum(len(found & wanted) for found, wanted in results)
    n_found, n_gold = (sum(len(r[k]) for r in results) for k in (0, 1))
    p, r = hits / max(1, n_found), hits / max(1, n_gold)
    return f"P {p:.3f} R {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f} ({n_gold} ends)"


def speed(splitter: Callable[[str, str], tuple[Span, ...]], text: str) -> float:
    """Million characters a second over about ten million."""
    big = (text + " ") * (10_000_000 // len(text))
    start = time.perf_counter()
    splitter(big, "ar")
    return len(big) / 1e6 / (time.perf_counter() - start)


def main(folder: Path) -> None:
    """Print the figures."""
    for language in ("en", "ar"):
        paths = sorted(folder.rglob(f"*.{language}.sent"))
        whole = [by_blocks(path, language) for path in paths]
        parts = [ends for path in paths for ends in by_joining(path, language)]
        print(f"{language} blocks  {f1(whole)} over {len(paths)} documents")
        print(f"{language} joined  {f1(parts)}")
        squad = sorted(folder.glob(f"xquad/*.{language}.txt"))
        n = sum(len(segment(witness_from_bytes(p.read_bytes(), siglum=language))) for p in squad)
        print(f"{language} xquad   {n} segments in {len(squad)} documents (no gold: a count to compare sides)")
    text = "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.ar.txt")))
    print(f"speed {speed(split, text.replace(chr(10), ' ')):.1f} million characters a second")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
