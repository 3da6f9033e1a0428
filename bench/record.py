"""How long a large record takes to write, read and verify, and how much memory.

    python -m bench.record [BEADS]

Makes a collation of BEADS (20,000) beads of invented text with five word links and a flag on every fourth,
about 40 MB as TEI, and prints one line a step: seconds, seconds of processor, peak of memory so far.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from aligner.model import (
    Block,
    Category,
    Collation,
    Direction,
    Edit,
    Judgement,
    Kind,
    Ladder,
    Link,
    Segment,
    Signature,
    Span,
    Witness,
)
from aligner.tei import bind, dumps, read, standoff, write
from aligner.verify import verify

N_BEADS = 20_000
N_LINKS = 5
SENTENCES = (
    "The council of the port city said on Monday that the inquiry into clause {} would go on for another year.",
    "وقال مجلس المدينة الساحلية يوم الاثنين إن التحقيق في البند {} سيستمر عامًا آخر على الأقل.",
)
_T = TypeVar("_T")


def witness(siglum: str, sentence: str, n: int) -> tuple[Witness, tuple[Segment, ...]]:
    """Write ``n`` sentences, four to a paragraph."""
    pieces, blocks, segments, at = list[str](), list[Block](), list[Segment](), 0
    for first in range(0, n, 4):
        start = at
        for k in range(first, min(first + 4, n)):
            text = sentence.format(k)
            segments.append(Segment(Span(at, at + len(text)), len(blocks)))
            pieces += (text, " " if k % 4 < 3 and k + 1 < n else "\n")
            at += len(text) + 1
        blocks.append(Block(Span(start, at - 1), Kind.PARAGRAPH))
    return Witness(siglum, siglum, "".join(pieces), tuple(blocks), "0" * 64, f"{siglum}.txt"), tuple(segments)


def _links(source: tuple[Segment, ...], target: tuple[Segment, ...]) -> Iterator[Link]:
    for k, (a, b) in enumerate(zip(source, target, strict=True)):
        for m in range(N_LINKS):
            i, j = a.span.start + 8 * m, b.span.start + 8 * m
            yield Link(k, Span(i, i + 7), Span(j, j + 6), 0.75)


def collation(n: int) -> Collation:
    """Make the collation."""
    source, of_source = witness("en", SENTENCES[0], n)
    target, of_target = witness("ar", SENTENCES[1], n)
    links = tuple(_links(of_source, of_target))
    edits = tuple(
        Edit(Category.HEDGE, Direction.ADDED, links[N_LINKS * k].source, links[N_LINKS * k].target, 0.9,
             "A hedge stands on one side only.", "hedge-01", bead=k, cue="ما يسمى")
        for k in range(0, n, 4)
    )  # fmt: skip
    ladder = Ladder(tuple((k, k) for k in range(n + 1)), (Judgement(0.97),) * n)
    made_by = Signature((("bench", "1"),))
    return Collation(target, of_target, source, of_source, ladder, links, edits, signature=made_by)


def timed(name: str, step: Callable[[], _T]) -> _T:
    """Run a step and print what it took."""
    start, busy = time.perf_counter(), time.process_time()
    made = step()
    wall, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:20} {wall:7.2f} s   {busy:7.2f} s busy   peak {peak:6.0f} MB")
    return made


def main(n: int) -> None:
    """Measure every step."""
    value = timed("make", lambda: collation(n))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xml"
        timed("write", lambda: write(value, path))
        print(f"{n} beads, {path.stat().st_size / 1e6:.1f} MB")
        faults = timed("verify", lambda: verify(path))
        again = timed("read", lambda: read(path))
        shared = timed("stand-off", lambda: standoff(value))
        bound = timed("bind", lambda: bind(shared, value.source, value.target))
    if faults or again != value or bound.collation != value or dumps(again) != dumps(value):
        sys.exit(f"the record is not what was written: {faults[:3]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else N_BEADS)
