"""Score word links against a gold made by hand.

``PYTHONPATH=. python -m bench.link [--gold FOLDER] [--split dev|heldout|all] [--errors N]``

Gold links are sure or possible (Och and Ney 2003, A Systematic Comparison of Various Statistical Alignment
Models, section 5); P holds the sure ones too. With A the links a system gives:

    precision = |A and P| / |A|    recall = |A and S| / |S|    AER = 1 - (|A and S| + |A and P|) / (|A| + |S|)

F1 is the harmonic mean of the two. Links of words that are no content word on either side are left out
of A, S and P alike. The two baselines are mutual best links of word vectors in the same run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aligner.embed import load_embedder
from aligner.errors import AlignerError
from aligner.link import Vectors, best_cosines, content_words, link_words, word_strings
from aligner.model import Span
from aligner.text import Token, TokenKind, tokens
from bench.frameset import Case, data_hash, read_pairs, read_table

__all__ = ["SYSTEMS", "Item", "Score", "main", "read_gold", "report", "score"]

HERE = Path(__file__).resolve().parent
TEXTS = HERE.parent.parent / "shared" / "corpora" / "dev"
WINDOW = 0.3  # weight of the window's cosine in the second baseline, that of DESIGN's figures

Pairs = frozenset[tuple[int, int]]
System = Callable[[Sequence[Token], Sequence[Token], Vectors], Pairs]


@dataclass(frozen=True, slots=True)
class Item:
    """One pair of the gold: its tokens, and the token indices of its sure and of all its links."""

    case: Case
    source: tuple[Token, ...]
    target: tuple[Token, ...]
    sure: Pairs
    possible: Pairs

    def content(self, links: Iterable[tuple[int, int]]) -> Pairs:
        """Keep the links between content words."""
        rows, columns = set(content_words(self.source, "en")), set(content_words(self.target, "ar"))
        return frozenset((i, j) for i, j in links if i in rows and j in columns)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over content words, with the measures made of them."""

    given: int = 0
    right: int = 0  # given and sure or possible
    found: int = 0  # given and sure
    sure: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.given + other.given, self.right + other.right, self.found + other.found, self.sure + other.sure
        )

    @property
    def precision(self) -> float:
        """Give the part of the links given that is sure or possible."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """Give the part of the sure links that is given."""
        return self.found / self.sure if self.sure else 0.0

    @property
    def f1(self) -> float:
        """Give the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def aer(self) -> float:
        """Give the alignment error rate."""
        both = self.given + self.sure
        return 1 - (self.found + self.right) / both if both else 0.0


def read_gold(folder: Path, texts: Path) -> tuple[Item, ...]:
    """Read the gold; a link is between the tokens at its two spans.

    Raises:
        InputError: a text is missing or another one than the offsets were taken from.
        ValueError: a link points at no token.
    """
    rows: dict[str, list[Mapping[str, str]]] = {}
    for row in read_table(folder / "links.tsv"):
        rows.setdefault(row["pair"], []).append(row)
    return tuple(_item(case, rows.get(name, ())) for name, case in read_pairs(folder, texts).items())


def _item(case: Case, rows: Iterable[Mapping[str, str]]) -> Item:
    source, target = tokens(case.pair.source), tokens(case.pair.target)
    links = {(_at(source, row, "source"), _at(target, row, "target")): row["surety"] for row in rows}
    sure = frozenset(pair for pair, surety in links.items() if surety == "sure")
    return Item(case, source, target, sure, frozenset(links))


def _at(sequence: Sequence[Token], row: Mapping[str, str], side: str) -> int:
    span = Span(int(row[f"{side}_start"]), int(row[f"{side}_end"]))
    found = [k for k, token in enumerate(sequence) if token.span == span]
    if not found:
        raise ValueError(f"no token of {row['pair']} stands at {span} of the {side}")
    return found[0]


def score(item: Item, given: Iterable[tuple[int, int]]) -> Score:
    """Compare the links given for one pair with its gold, content words only."""
    links, sure, possible = item.content(given), item.content(item.sure), item.content(item.possible)
    return Score(len(links), len(links & possible), len(links & sure), len(sure))


def _mutual(table: NDArray[np.float32], rows: Sequence[int], columns: Sequence[int]) -> Pairs:
    best, back = table.argmax(1), table.argmax(0)
    return frozenset((rows[a], columns[int(b)]) for a, b in enumerate(best) if back[b] == a)


def _by_words(source: Sequence[Token], target: Sequence[Token], vectors: Vectors) -> Pairs:
    return _by_vectors(source, target, vectors, window=0.0)


def _by_windows(source: Sequence[Token], target: Sequence[Token], vectors: Vectors) -> Pairs:
    return _by_vectors(source, target, vectors, window=WINDOW)


def _by_vectors(source: Sequence[Token], target: Sequence[Token], vectors: Vectors, *, window: float) -> Pairs:
    rows, columns = content_words(source, "en"), content_words(target, "ar")
    words = best_cosines([word_strings(source[i]) for i in rows], [word_strings(target[j]) for j in columns], vectors)
    near = best_cosines([(_near(source, i),) for i in rows], [(_near(target, j),) for j in columns], vectors)
    return _mutual(words + np.float32(window) * near, rows, columns)


def _near(sequence: Sequence[Token], at: int) -> str:
    return " ".join(token.text for token in sequence[max(0, at - 1) : at + 2] if token.kind is not TokenKind.MARK)


def _ours(source: Sequence[Token], target: Sequence[Token], vectors: Vectors) -> Pairs:
    return frozenset((i, j) for i, j, _ in link_words(source, target, vectors).pairs)


SYSTEMS: Mapping[str, System] = {"word vectors": _by_words, "with window": _by_windows, "aligner.link": _ours}
"""What is compared: two baselines, and the linker."""


def report(items: Sequence[Item], vectors: Vectors, title: str) -> Iterator[str]:
    """Yield a line for every system."""
    yield f"{title}: {len(items)} pairs, {sum(len(item.content(item.sure)) for item in items)} sure links"
    yield "system             P      R     F1    AER"
    for name, system in SYSTEMS.items():
        total = sum((score(item, system(item.source, item.target, vectors)) for item in items), Score())
        yield f"{name:<14} {total.precision:6.3f} {total.recall:6.3f} {total.f1:6.3f} {total.aer:6.3f}"


def _errors(items: Sequence[Item], vectors: Vectors) -> Iterator[str]:
    for item in items:
        given = item.content(_ours(item.source, item.target, vectors))
        for sign, links in (("wrong", given - item.possible), ("missed", item.content(item.sure) - given)):
            for i, j in sorted(links):
                yield f"{item.case.pair.id} {sign:<6} {item.source[i].text} = {item.target[j].text}"


def main(arguments: Sequence[str] | None = None, *, vectors: Vectors | None = None) -> int:
    """Print the measures of both halves; 1 where the texts are not to be had."""
    options = _parse(arguments)
    folder = options.gold
    try:
        items = read_gold(folder, options.texts)
    except AlignerError as error:
        print(error, file=sys.stderr)
        return 1
    vectors = vectors or load_embedder().encode
    files = [folder / name for name in ("documents.tsv", "pairs.tsv", "links.tsv")]
    print(f"gold {data_hash(files)}")
    for split in ("dev", "heldout") if options.split == "all" else (options.split,):
        chosen = [item for item in items if item.case.split == split]
        print("\n".join(report(chosen, vectors, split)))
        for line in list(_errors(chosen, vectors))[: options.errors]:
            print(line)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.link", description="Score word links against a gold.")
    parser.add_argument("--gold", type=Path, default=HERE / "linking", help="folder of the gold")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="folder of the texts")
    parser.add_argument("--split", choices=("dev", "heldout", "all"), default="all")
    parser.add_argument("--errors", type=int, default=0, help="how many wrong and missed links to list")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
