"""Ladders against gold, and translation versions against one another.

Ladder files have one bead a line, ``[0, 1]:[2]``, 0-based, ``[]`` for nothing on a side. Strict and lax
precision and recall are those of vecalign's scorer (Thompson and Koehn 2019): a bead is strictly right when
gold has the same bead; laxly when some gold bead overlaps it on both sides. Precision is over all predicted
beads, those with an empty side included; recall is over the gold beads with segments on both sides. Beside
it stand counts by kind of bead, and omissions and additions counted by segment, where an empty side is the
finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aligner.errors import InputError
from aligner.model import Ladder, Signature

__all__ = [
    "KINDS",
    "Counts",
    "Pairing",
    "Score",
    "VersionScore",
    "compare_versions",
    "format_ladder",
    "kind_of",
    "pairings",
    "parse_ladder",
    "read_ladder",
    "score",
]

Pairing = tuple[tuple[int, ...], tuple[int, ...]]
KINDS = ("1-1", "1-0", "0-1", "1-n", "n-1", "n-m")
_LINE = re.compile(r"\[([\d,\s]*)\]\s*:\s*\[([\d,\s]*)\](?:\s*:\s*[-+.\deE]+)?")  # vecalign appends a cost
_SCHEME = "vecalign"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many beads were right, predicted and in gold."""

    right: int = 0
    predicted: int = 0
    gold: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted that are right, 0..1; 0 where nothing was predicted."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of gold that was found, 0..1; 0 where gold has none."""
        return self.found / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall.

        >>> Counts(right=1, predicted=2, gold=1, found=1).f1
        0.6666666666666666
        """
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def figures(self) -> tuple[str, str, str]:
        """Write precision, recall and F1; a dash where there is nothing that could be right.

        >>> Counts(right=0, predicted=0, gold=3, found=0).figures()
        ('-', '0.0000', '0.0000')
        """
        known = self.predicted, self.gold, self.predicted or self.gold
        values = self.precision, self.recall, self.f1
        precision, recall, f1 = (f"{v:.4f}" if n else "-" for v, n in zip(values, known, strict=True))
        return precision, recall, f1

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.right + other.right,
            self.predicted + other.predicted,
            self.gold + other.gold,
            self.found + other.found,
        )


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one document or several; scores of documents add up to that of them all."""

    strict: Counts = Counts()
    lax: Counts = Counts()
    kinds: tuple[Counts, ...] = (Counts(),) * len(KINDS)
    omissions: Counts = Counts()
    additions: Counts = Counts()
    n_documents: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.strict + other.strict,
            self.lax + other.lax,
            tuple(a + b for a, b in zip(self.kinds, other.kinds, strict=True)),
            self.omissions + other.omissions,
            self.additions + other.additions,
            self.n_documents + other.n_documents,
        )

    @property
    def signature(self) -> Signature:
        """Name what was measured, in the manner of sacrebleu.

        >>> str(score([((0,), (0,))], [((0,), (0,))]).signature)
        'beads:1|documents:1|scheme:vecalign|precision:all|recall:two-sided|version:1'
        """
        return Signature(
            (
                ("beads", str(sum(kind.gold for kind in self.kinds))),
                ("documents", str(self.n_documents)),
                ("scheme", _SCHEME),
                ("precision", "all"),
                ("recall", "two-sided"),
                ("version", "1"),
            )
        )

    def table(self) -> str:
        """Lay the figures out as lines of text, the signature last; a dash where there is nothing to measure."""
        rows = [("strict", self.strict), ("lax", self.lax), *zip(KINDS, self.kinds, strict=True)]
        rows += [("omitted segments", self.omissions), ("added segments", self.additions)]
        lines = [f"{'':18}{'precision':>10}{'recall':>8}{'F1':>8}{'right':>8}{'pred.':>8}{'gold':>8}"]
        for name, c in rows:
            precision, recall, f1 = c.figures()
            lines.append(f"{name:18}{precision:>10}{recall:>8}{f1:>8}{c.right:8}{c.predicted:8}{c.gold:8}")
        return "\n".join([*lines, str(self.signature)])


def kind_of(pairing: Pairing) -> str:
    """Name the kind of a bead.

    >>> kind_of(((0, 1), (2,))), kind_of(((), (1, 2))), kind_of(((0, 1), (0, 1)))
    ('n-1', '0-1', 'n-m')
    """
    n, m = (len(side) for side in pairing)
    if not n or not m:
        return "1-0" if n else "0-1"
    return f"{'1' if n == 1 else 'n'}-{'1' if m == 1 else 'm' if n > 1 else 'n'}"


def pairings(ladder: Ladder) -> tuple[Pairing, ...]:
    """Give the beads of a ladder as they are scored and written."""
    return tuple((tuple(bead.source), tuple(bead.target)) for bead in ladder.beads)


def score(gold: Iterable[Pairing], predicted: Iterable[Pairing]) -> Score:
    """Score the beads of one document; neither side need be in order.

    >>> score([((0, 1), (0,))], [((0,), (0,)), ((1,), ())]).lax.precision
    0.5
    """
    theirs = {bead for bead in gold if bead[0] or bead[1]}
    ours = {bead for bead in predicted if bead[0] or bead[1]}
    theirs_both, ours_both = _two_sided(theirs), _two_sided(ours)
    n, m = len(ours), len(theirs_both)
    return Score(
        Counts(len(ours & theirs), n, m, len(theirs_both & ours_both)),
        Counts(_touching(ours, theirs), n, m, _touching(theirs_both, ours_both)),
        tuple(_of_kind(kind, theirs, ours) for kind in KINDS),
        _unmatched(theirs, ours, 0),
        _unmatched(theirs, ours, 1),
        1,
    )


def _two_sided(beads: set[Pairing]) -> set[Pairing]:
    return {bead for bead in beads if bead[0] and bead[1]}


def _touching(beads: set[Pairing], others: set[Pairing]) -> int:
    """Count the beads that stand among the others or overlap one of them on both sides."""
    partners: dict[int, set[int]] = {}
    for source, target in others:
        for i in source:
            partners.setdefault(i, set()).update(target)
    return sum(
        bead in others or any(not partners.get(i, set()).isdisjoint(bead[1]) for i in bead[0])
        for bead in beads
    )


def _of_kind(kind: str, gold: set[Pairing], predicted: set[Pairing]) -> Counts:
    theirs = {bead for bead in gold if kind_of(bead) == kind}
    ours = {bead for bead in predicted if kind_of(bead) == kind}
    right = len(ours & theirs)
    return Counts(right, len(ours), len(theirs), right)


def _unmatched(gold: set[Pairing], predicted: set[Pairing], side: int) -> Counts:
    """Count the segments of a side that stand alone."""
    theirs = {k for bead in gold if not bead[1 - side] for k in bead[side]}
    ours = {k for bead in predicted if not bead[1 - side] for k in bead[side]}
    right = len(ours & theirs)
    return Counts(right, len(ours), len(theirs), right)


def format_ladder(beads: Iterable[Pairing]) -> str:
    r"""Write beads as a ladder file.

    >>> format_ladder([((0, 1), (0,)), ((), (1,))])
    '[0, 1]:[0]\n[]:[1]\n'
    """
    return "".join(f"{list(source)}:{list(target)}\n" for source, target in beads)


def read_ladder(path: Path, *, is_monotone: bool = False) -> tuple[Pairing, ...]:
    """Read a ladder file; see ``parse_ladder``.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or a line of it is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the ladder is not UTF-8", where=str(path), remedy="save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"the ladder cannot be read: {error.strerror}", where=str(path)) from error
    return parse_ladder(text, where=str(path), is_monotone=is_monotone)


def parse_ladder(text: str, *, where: str = "ladder", is_monotone: bool = False) -> tuple[Pairing, ...]:
    r"""Give the beads of a ladder file's text, in its order; blank lines and lines after # are passed over.

    Gold of others may have beads that cross or leave segments out; with ``is_monotone`` these are errors too.

    >>> parse_ladder("[0]:[0]\n[1]:[]\n")
    (((0,), (0,)), ((1,), ()))

    Raises:
        InputError: a line is no bead, or takes a segment twice; with ``is_monotone`` also crossings and gaps.
    """
    out: list[Pairing] = []
    used: tuple[dict[int, int], dict[int, int]] = ({}, {})
    ends = [0, 0]
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            at = f"{where}:{number}"
            bead = _parse_line(line, at)
            _take(bead, used, number, at)
            if is_monotone:
                _climb(bead, ends, at)
            out.append(bead)
    return tuple(out)


def _parse_line(line: str, at: str) -> Pairing:
    found = _LINE.fullmatch(line.strip())
    try:
        source, target = (_indices(side) for side in found.groups()) if found else ((), ())
    except ValueError as error:
        raise InputError(f"{line.strip()!r} is not a bead", where=at, remedy=_REMEDY) from error
    if not found:
        raise InputError(f"{line.strip()!r} is not a bead", where=at, remedy=_REMEDY)
    if not source and not target:
        raise InputError("a bead is empty on both sides", where=at, remedy="take the line out")
    return source, target


_REMEDY = "write source and target indices as [0, 1]:[2]"


def _indices(side: str) -> tuple[int, ...]:
    return tuple(sorted(int(piece) for piece in side.split(","))) if side.strip() else ()


def _take(bead: Pairing, used: tuple[dict[int, int], dict[int, int]], number: int, at: str) -> None:
    for name, indices, taken in zip(("source", "target"), bead, used, strict=True):
        for k in indices:
            if k in taken:
                raise InputError(
                    f"overlap: {name} segment {k} stands in line {taken[k]} already",
                    where=at,
                    remedy="give each segment to one bead",
                )
            taken[k] = number


def _climb(bead: Pairing, ends: list[int], at: str) -> None:
    for side, name in enumerate(("source", "target")):
        for k in bead[side]:
            if k != ends[side]:
                what = "crossing" if k < ends[side] else "gap"
                raise InputError(
                    f"{what}: {name} segment {ends[side]} should come next, not {k}",
                    where=at,
                    remedy="list every segment once and in order; [] stands for nothing on the other side",
                )
            ends[side] += 1


@dataclass(frozen=True, slots=True)
class VersionScore:
    """How close two versions are, per bead and in all; chrF 0..100 (100 the same), TER 0.. (0 the same)."""

    chrf: tuple[float, ...]
    ter: tuple[float, ...]
    corpus_chrf: float
    corpus_ter: float
    signature: str


def compare_versions(versions: Sequence[str], references: Sequence[str]) -> VersionScore:
    """Compare two translations of one source per bead, by chrF (Popović 2015) and TER (Snover et al. 2006).

    Where one version has nothing the bead's chrF is 0 and its TER 100 (of a version without reference words
    all is insertion); two empty sides count as the same.

    >>> compare_versions(["the same words"], ["the same words"]).chrf
    (100.0,)

    Raises:
        InputError: the versions have different numbers of beads.
    """
    if len(versions) != len(references):
        raise InputError(
            f"one version has {len(versions)} beads, the other {len(references)}",
            remedy="align both versions with the same source segments",
        )
    from sacrebleu.metrics import CHRF, TER  # type: ignore[attr-defined]  # 0.2 s to import, seldom needed

    chrf, ter = CHRF(), TER()
    pairs = list(zip(versions, references, strict=True))
    return VersionScore(
        tuple(_one(chrf, *pair, same=100.0, different=0.0) for pair in pairs),
        tuple(_one(ter, *pair, same=0.0, different=100.0) for pair in pairs),
        round(chrf.corpus_score(list(versions), [list(references)]).score, 2) if pairs else 100.0,
        round(ter.corpus_score(list(versions), [list(references)]).score, 2) if pairs else 0.0,
        f"{chrf.get_signature()} {ter.get_signature()}" if pairs else "",
    )


def _one(metric: object, version: str, reference: str, *, same: float, different: float) -> float:
    if not version.strip() or not reference.strip():
        return same if version.strip() == reference.strip() else different
    return round(float(metric.sentence_score(version, [reference]).score), 2)  # type: ignore[attr-defined]
