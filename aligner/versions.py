"""Compare two translations of one source, bead by bead."""

from __future__ import annotations

from collections.abc import Iterator

from aligner.errors import InputError
from aligner.model import Collation, Ladder
from aligner.score import compare_versions

__all__ = ["comparison", "shared_stretches"]


def comparison(first: Collation, second: Collation, *, where: tuple[str, str] = ("first", "second")) -> str:
    """Give a TSV: source segments, chrF and TER of every stretch both versions render, and of the whole.

    Raises:
        InputError: one of the records has no source, or the sources differ.
    """
    for collation, name in zip((first, second), where, strict=True):
        if collation.source is None:
            raise InputError("the record has no source", where=name, remedy="collate it with its source")
    assert first.source and second.source and first.ladder and second.ladder
    spans = [tuple(s.span for s in c.source_segments) for c in (first, second)]
    if first.source.text != second.source.text or spans[0] != spans[1]:
        remedy = "collate both translations with the same file"
        raise InputError("the two records have different sources", where=", ".join(where), remedy=remedy)
    stretches = list(shared_stretches(first.ladder, second.ladder))
    texts = [[_text(c, s[k + 1]) for s in stretches] for k, c in enumerate((first, second))]
    found = compare_versions(texts[0], texts[1])
    rows = ["source\tchrF\tTER"]
    for (source, _, _), chrf, ter in zip(stretches, found.chrf, found.ter, strict=True):
        rows.append(f"{source.start}-{source.stop}\t{chrf:.2f}\t{ter:.2f}")
    rows.append(f"all\t{found.corpus_chrf:.2f}\t{found.corpus_ter:.2f}")
    rows += [f"# {line}" for line in found.signature.split(" ") if line]
    return "\n".join(rows) + "\n"


def shared_stretches(first: Ladder, second: Ladder) -> Iterator[tuple[range, range, range]]:
    """Yield the smallest stretches both ladders cut alike on the source: source, first and second target ranges.

    >>> a, b = Ladder(((0, 0), (1, 1), (2, 2))), Ladder(((0, 0), (2, 1)))
    >>> list(shared_stretches(a, b))
    [(range(0, 2), range(0, 2), range(0, 1))]
    """
    cuts = [_last_at(ladder) for ladder in (first, second)]
    at = (0, 0, 0)
    for i in sorted(cuts[0].keys() & cuts[1].keys()):
        here = (i, cuts[0][i], cuts[1][i])
        if here != at:
            yield range(at[0], here[0]), range(at[1], here[1]), range(at[2], here[2])
            at = here


def _last_at(ladder: Ladder) -> dict[int, int]:
    """Give for every source cut the furthest target cut: what is added after a segment goes with it."""
    return dict(ladder.rungs)


def _text(collation: Collation, which: range) -> str:
    return " ".join(collation.target_segments[k].span.of(collation.target.text) for k in which)
