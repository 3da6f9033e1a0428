"""Score the framing checks on development sets.

``PYTHONPATH=. python -m bench.frame [--set FOLDER] [--split dev|heldout|all] [--errors N]``

The rule of matching:

- A flag is right when its category and direction are those expected and its span overlaps the expected
  span on the side that was changed; an omission is compared on the source, an addition on the target.
- A flag inside an expected span (on either side) under another name is *misnamed*: neither a hit nor a
  false alarm, counted apart; the edit stays missed.
- A flag of a category in which the pair shifts already (column ``real``), or on words where annotators who had
  not seen the checks marked a real shift of its category (``shifts.jsonl``), counts nowhere. How many of the
  marked shifts are flagged is told apart.
- Every other flag, in an edited pair, in a near miss or in a clean pair, is a false alarm. The same flag on
  several edits of one pair is one false alarm.

Precision counts hits and all false alarms; false alarms per 100 are those of clean pairs, of unedited pairs that
shift already (column ``real``), so are not clean, and of near misses, each apart. The interval is the 95 % bootstrap
interval of F1 over documents (percentile method, Efron and Tibshirani 1993, chapter 13), 1,000 draws from a fixed seed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aligner.errors import AlignerError
from aligner.model import Edit, Side, Span
from bench.frameset import (
    CLEAN,
    NEAR_MISS,
    NOTED,
    Case,
    Expectation,
    Pair,
    data_hash,
    read_notes,
    read_set,
    set_files,
)

__all__ = ["Detector", "Score", "Verdict", "evaluate", "judge", "main", "matches", "report", "scores"]

Detector = Callable[[Iterable[Pair]], Iterator[tuple[Edit, ...]]]
Key = tuple[str, str]  # category, direction; "" for all

HERE = Path(__file__).resolve().parent
TEXTS = HERE.parent.parent / "shared" / "corpora" / "dev"
DRAWS, SEED = 1000, 0
HEAD = "category      direction              edits  hits false      P      R     F1   95 % of F1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the flags of one case fared: expectations met and missed, flags wrong and misnamed, shifts found."""

    case: Case
    met: tuple[Expectation, ...]
    missed: tuple[Expectation, ...]
    wrong: tuple[Edit, ...]
    misnamed: tuple[Edit, ...]
    found: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one category and direction, with the ratios; a ratio of nothing is NaN."""

    hits: int
    expected: int
    false: int

    @property
    def precision(self) -> float:
        """Give the part of the flags that is right."""
        return _ratio(self.hits, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Give the part of the expected that was flagged."""
        return _ratio(self.hits, self.expected)

    @property
    def f1(self) -> float:
        """Give the harmonic mean of the two.

        >>> Score(hits=1, expected=2, false=1).f1
        0.5
        """
        return _ratio(2 * self.hits, self.hits + self.false + self.expected)


def judge(case: Case, flags: Sequence[Edit]) -> Verdict:
    """Compare the flags of one case with what is expected of it."""
    met = tuple(expected for expected in case.expected if any(matches(flag, expected) for flag in flags))
    missed = tuple(expected for expected in case.expected if expected not in met)
    rest = [
        flag
        for flag in flags
        if not any(matches(flag, expected) for expected in case.expected)
        and not _is_real(case, flag)
    ]
    misnamed = tuple(flag for flag in rest if any(_touches(flag, expected) for expected in case.expected))
    wrong = tuple(flag for flag in rest if flag not in misnamed)
    found = tuple(shift for shift in case.shifts if any(_is_of(flag, shift) for flag in flags))
    return Verdict(case, met, missed, wrong, misnamed, found)


def _is_real(case: Case, flag: Edit) -> bool:
    """Tell whether the pair shifted there before any edit."""
    is_marked = any(_is_of(flag, shift) for shift in case.shifts)
    return is_marked or bool({"*", flag.category.value} & case.real)


def _is_of(flag: Edit, shift: Expectation) -> bool:
    """Tell whether a flag is of a marked shift: the category, on its words; annotators may differ on the direction."""
    return flag.category is shift.category and _touches(flag, shift)


def evaluate(detector: Detector, cases: Sequence[Case]) -> tuple[Verdict, ...]:
    """Run a detector over the cases and judge each."""
    flagged = detector(case.pair for case in cases)
    return tuple(judge(case, flags) for case, flags in zip(cases, flagged, strict=True))


def scores(verdicts: Sequence[Verdict]) -> dict[Key, Score]:
    """Count by category and direction, by category (direction "") and over all (both "")."""
    counts = _total(_tallies(verdicts).values())
    return {key: Score(*counts[key]) for key in sorted(counts)}


def report(verdicts: Sequence[Verdict], title: str) -> Iterator[str]:
    """Write the table of one split, line by line."""
    tallies = _tallies(verdicts)
    intervals = _intervals(list(tallies.values()))
    yield f"{title}: {len(tallies)} documents, {len(verdicts)} cases"
    yield HEAD
    for (category, direction), score in scores(verdicts).items():
        low, high = intervals[category, direction]
        yield (
            f"{category or 'all':<14}{direction or '-':<22}{score.expected:>6}{score.hits:>6}{score.false:>6}"
            f"{score.precision:>7.3f}{score.recall:>7.3f}{score.f1:>7.3f}   {low:.3f} .. {high:.3f}"
        )
    unedited = [verdict for verdict in verdicts if verdict.case.role == CLEAN]
    groups = {
        "clean pairs": [verdict for verdict in unedited if not verdict.case.real],
        "unedited pairs with a known shift": [verdict for verdict in unedited if verdict.case.real],
        "near misses": [verdict for verdict in verdicts if verdict.case.role == NEAR_MISS],
    }
    for name, chosen in groups.items():
        if chosen:
            wrong = sum(len(verdict.wrong) for verdict in chosen)
            rate = 100 * _ratio(wrong, len(chosen))
            yield f"false alarms per 100 {name}: {rate:.2f} ({wrong} in {len(chosen)})"
    marked = [verdict for verdict in unedited if verdict.case.shifts]
    if marked:
        shifts, found = (sum(map(len, part)) for part in ([v.case.shifts for v in marked], [v.found for v in marked]))
        yield f"marked shifts of clean pairs that are flagged: {found} of {shifts}"
    yield f"misnamed: {sum(len(verdict.misnamed) for verdict in verdicts)}"


def main(arguments: Sequence[str] | None = None, *, detector: Detector | None = None) -> int:
    """Score a detector, by default ``aligner.pipeline.frame_pairs``, and print the tables."""
    options = _parse(arguments)
    files = set_files(options.set)
    notes = options.texts / "framing_notes.tsv"
    try:
        cases = read_set(options.set, options.texts)
        splits = {case.document: case.split for case in cases}
        noted = read_notes(notes, options.texts, splits) if notes.is_file() else ()
        verdicts = evaluate(detector or _ours, (*cases, *noted))
    except AlignerError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"data {data_hash([*files, *([notes] if noted else [])])}")
    for split in ("dev", "heldout") if options.split == "all" else (options.split,):
        chosen = [verdict for verdict in verdicts if verdict.case.split == split]
        for title, natural in ((split, False), (f"{split}, real shifts", True)):
            part = [verdict for verdict in chosen if (verdict.case.role == NOTED) is natural]
            print(*report(part, title), sep="\n", end="\n\n")
    # errors on held-out data are shown only to who asks for that split by name
    shown = "heldout" if options.split == "heldout" else "dev"
    print(*_errors([v for v in verdicts if v.case.split == shown], options.errors), sep="\n")
    return 0


def _ours(pairs: Iterable[Pair]) -> Iterator[tuple[Edit, ...]]:
    """Flag pairs as the command line does, with the default model."""
    from aligner import ingest, pipeline
    from aligner.embed import load_embedder

    rows = (ingest.Pair(pair.id, pair.source, pair.target) for pair in pairs)
    return pipeline.frame_pairs(rows, load_embedder())


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.frame", description="Score the framing checks.")
    parser.add_argument("--set", type=Path, default=HERE / "framing", help="folder of the set")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="folder of the texts the set points into")
    parser.add_argument("--split", choices=("dev", "heldout", "all"), default="all")
    help_errors = "show the first N misses, false alarms and misnamed flags"
    parser.add_argument("--errors", type=int, default=0, metavar="N", help=help_errors)
    return parser.parse_args(arguments)


def matches(flag: Edit, expected: Expectation) -> bool:
    """Tell whether a flag is what is expected: category, direction, and a span that overlaps on its side."""
    if flag.category is not expected.category or flag.direction not in expected.directions:
        return False
    wanted = expected.span(expected.anchor)
    found = flag.source if expected.anchor is Side.SOURCE else flag.target
    return wanted is not None and found is not None and found.overlaps(wanted)


def _touches(flag: Edit, expected: Expectation) -> bool:
    pairs = ((flag.source, expected.source), (flag.target, expected.target))
    return any(found and wanted and found.overlaps(wanted) for found, wanted in pairs)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


Tally = Counter[tuple[Key, int]]  # (category, direction), 0 hits / 1 expected / 2 false -> count


def _tallies(verdicts: Sequence[Verdict]) -> dict[str, Tally]:
    """Count by document, a false alarm once however many edits of the pair show it."""
    tallies: dict[str, Tally] = {}
    seen = set()
    for verdict in verdicts:
        case = verdict.case
        tally = tallies.setdefault(case.document, Counter())
        for expected in case.expected:
            for key in _keys(expected.category, "/".join(expected.directions)):
                tally[key, 0] += expected in verdict.met
                tally[key, 1] += 1
        for flag in verdict.wrong:
            mark = (case.base, flag.category, flag.direction, *_texts(case, flag))
            if mark not in seen:
                seen.add(mark)
                tally.update((key, 2) for key in _keys(flag.category, flag.direction))
    return tallies


def _keys(category: str, direction: str) -> tuple[Key, ...]:
    return (str(category), str(direction)), (str(category), ""), ("", "")


def _texts(case: Case, flag: Edit) -> tuple[str, str]:
    return _of(flag.source, case.pair.source), _of(flag.target, case.pair.target)


def _of(span: Span | None, text: str) -> str:
    return span.of(text) if span else ""


def _total(tallies: Iterable[Tally]) -> dict[Key, tuple[int, int, int]]:
    total: Tally = Counter({(("", ""), 0): 0})
    for tally in tallies:
        for key, count in tally.items():
            total[key] += count
    return {key: (total[key, 0], total[key, 1], total[key, 2]) for key in {key for key, _ in total}}


def _intervals(tallies: Sequence[Tally]) -> dict[Key, tuple[float, float]]:
    """Draw the documents anew, with replacement, and take the middle 95 % of each F1."""
    draw = random.Random(SEED)
    values: dict[Key, list[float]] = {key: [] for key in _total(tallies)}
    for _ in range(DRAWS):
        totals = _total(draw.choices(tallies, k=len(tallies))) if tallies else {}
        for key, drawn in values.items():
            f1 = Score(*totals.get(key, (0, 0, 0))).f1
            if f1 == f1:
                drawn.append(f1)
    return {key: _middle(sorted(drawn)) for key, drawn in values.items()}


def _middle(ordered: Sequence[float]) -> tuple[float, float]:
    if not ordered:
        return float("nan"), float("nan")
    last = len(ordered) - 1
    return ordered[round(0.025 * last)], ordered[round(0.975 * last)]


def _errors(verdicts: Sequence[Verdict], limit: int) -> Iterator[str]:
    """List the first misses and the first false alarms; for the screen of who works on the checks."""
    for name in ("missed", "wrong", "misnamed"):
        found = [(verdict.case, item) for verdict in verdicts for item in getattr(verdict, name)]
        for case, item in found[:limit]:
            direction = "/".join(item.directions) if isinstance(item, Expectation) else item.direction
            source, target = _of(item.source, case.pair.source), _of(item.target, case.pair.target)
            why = item.rationale if isinstance(item, Edit) else case.note
            yield f"{name} {case.pair.id} {case.role} {item.category} {direction}"
            yield f"    {source} | {target} ({why})\n    {case.pair.source}\n    {case.pair.target}"


if __name__ == "__main__":
    sys.exit(main())
