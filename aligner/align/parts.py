"""Evidence from below the sentence: where each clause of a segment finds its like on the other side.

A sentence vector says what a sentence is about; it hardly tells a sentence from the same with a clause
more. So each segment is cut into pieces of a few words, the pieces are encoded, and each piece gives its
mass to the segments of the other side by how like their likest pieces are (softmax), or to nowhere. The
share of a bead's mass that stays inside the bead shows a clause that crossed a boundary, and mass that goes
nowhere shows what was left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.align.blas import one_thread
from aligner.align.corridor import reach
from aligner.align.strip import Corridor

__all__ = ["Embed", "Parts", "Shares", "pieces", "shares", "take_apart"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Embed = Callable[[Sequence[str]], Floats]

_LEAST, _MOST = 4, 8  # words of a piece, but for the rest of a sentence
_PAUSE = re.compile(r"[,;:.!?)\u060c\u061b\u061f\u2013\u2014\u00bb\u201d\"-]$")
_ROWS = 64  # segments compared at a time
_SHARP = np.float32(1 / 0.05)  # of the softmax over cosines


@dataclass(frozen=True)
class Parts:
    """Pieces of a side: unit vectors, their segments, their shares of its mass, where each segment starts."""

    vectors: Floats
    owner: Ints
    mass: Floats
    starts: Ints


def pieces(text: str) -> list[str]:
    """Cut a segment into pieces of four to eight words, at pauses where there are any.

    >>> pieces("When the rain had stopped, the children of the village went down to the river.")
    ['When the rain had stopped,', 'the children of the village went down to', 'the river.']
    """
    out: list[list[str]] = [[]]
    for word in text.split():
        out[-1].append(word)
        if len(out[-1]) >= _MOST or (len(out[-1]) >= _LEAST and _PAUSE.search(word)):
            out.append([])
    if len(out) > 1 and len(out[-1]) < 2:
        last = out.pop()
        out[-1] += last
    return [" ".join(words) for words in out]


def take_apart(texts: Sequence[str], embed: Embed, cut: Callable[[str], list[str]]) -> Parts:
    """Cut and encode the segments of a side, each distinct piece once."""
    rows = [cut(text) for text in texts]
    every = [piece for row in rows for piece in row]
    distinct = list(dict.fromkeys(every))
    place = {piece: k for k, piece in enumerate(distinct)}
    vectors = np.asarray(embed(distinct), np.float32)[[place[piece] for piece in every]] if every else _NONE
    counts = np.array([len(row) for row in rows], np.int64)
    owner = np.repeat(np.arange(len(rows)), counts)
    weight = np.sqrt([len(piece) + 1.0 for piece in every])
    total = np.bincount(owner, weight, minlength=len(rows))
    return Parts(vectors, owner, (weight / total[owner]).astype(np.float32), np.cumsum(counts) - counts)


_NONE = np.zeros((0, 1), np.float32)


@dataclass(frozen=True)
class Shares:
    """Where the parts of each segment of a side go.

    ``cells`` is the share of its mass that goes to each segment of the other side, at the cell where both
    end; ``lost`` (n,) what goes nowhere. ``head`` is how many of its first parts, net, belong to the segment
    before the one in the cell rather than to that one, ``tail`` how many of its last to the one after.
    """

    cells: Floats
    lost: Floats
    head: Floats
    tail: Floats

    def mean(self, other: Shares) -> Shares:
        """Take half of each."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("cells", "lost", "head", "tail"))
        return Shares(*((mine + theirs) / np.float32(2.0) for mine, theirs in pairs))


def shares(
    parts: Parts, others: Parts, near: Corridor, corridor: Corridor, *, is_source: bool, nowhere: float
) -> Shares:
    """Say where the parts of each segment go, as far as the corridor ``near`` reaches, laid out over ``corridor``.

    ``nowhere`` is the quantile of unrelated likeness that a part must exceed to be found anywhere.
    """
    first, last = reach(near) if is_source else _reach_back(near)
    n = len(parts.starts)
    lost = np.ones(n, np.float32)
    tables = np.zeros((3, corridor.n_diagonals, corridor.width), np.float32)
    with one_thread():
        for row in range(0, n, _ROWS):
            rows = np.arange(row, min(row + _ROWS, n))
            columns = np.arange(int(first[rows].min()), int(last[rows].max()))
            if len(columns):
                given, starts, mass = _block(parts, others, rows, columns, (first, last), nowhere)
                summed = np.add.reduceat(given * mass[:, None], starts[:-1], axis=0)
                lost[rows] = summed[:, -1]
                values = np.stack((summed[:, :-1], *_runs(given[:, :-1], starts)))
                _scatter(tables, corridor, values, rows, columns, is_source=is_source)
    return Shares(tables[0], lost, tables[1], tables[2])


def _block(
    parts: Parts, others: Parts, rows: Ints, columns: Ints, seen: tuple[Ints, Ints], nowhere: float
) -> tuple[Floats, Ints, Floats]:
    """Give what each part of some segments gives to some others and to nowhere, where segments start, and masses."""
    ends, other_ends = np.append(parts.starts, len(parts.owner)), np.append(others.starts, len(others.owner))
    mine, theirs = slice(ends[rows[0]], ends[rows[-1] + 1]), slice(other_ends[columns[0]], other_ends[columns[-1] + 1])
    like = parts.vectors[mine] @ others.vectors[theirs].T
    like = np.maximum.reduceat(like, others.starts[columns] - other_ends[columns[0]], axis=1)
    owner = parts.owner[mine]
    hidden = (columns < seen[0][owner][:, None]) | (columns >= seen[1][owner][:, None])
    starts = np.append(ends[rows], ends[rows[-1] + 1]) - ends[rows[0]]
    return _given(like, hidden, nowhere), starts, parts.mass[mine]


def _runs(given: Floats, starts: Ints) -> tuple[Floats, Floats]:
    """Greatest sums from either end of each segment of what its parts give beside a column more than to it."""
    beside = np.zeros((given.shape[0], given.shape[1] + 2), np.float32)
    beside[:, 1:-1] = given
    none = np.zeros((1, given.shape[1]))
    before, after = (
        np.vstack([none, np.cumsum(towards - given, axis=0, dtype=np.float64)])
        for towards in (beside[:, :-2], beside[:, 2:])
    )
    head = np.maximum.reduceat(before[1:], starts[:-1], axis=0) - before[starts[:-1]]
    tail = after[starts[1:]] - np.minimum.reduceat(after[:-1], starts[:-1], axis=0)
    return np.maximum(head, 0.0).astype(np.float32), np.maximum(tail, 0.0).astype(np.float32)


def _given(like: Floats, hidden: NDArray[np.bool_], nowhere: float) -> Floats:
    """Softmax of each row over the visible columns and, last, nowhere."""
    visible = like[~hidden]
    bar = np.quantile(visible, nowhere) if len(visible) else 0.0
    like = np.where(hidden, np.float32(-1.0), like)
    like = np.hstack([like, np.full((len(like), 1), bar, np.float32)])
    top = like.max(axis=1, keepdims=True)
    raised = np.exp((like - top) * _SHARP)
    raised[:, :-1][hidden] = 0.0
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _reach_back(corridor: Corridor) -> tuple[Ints, Ints]:
    """Give for every target segment the first source segment in the corridor, and the one after the last."""
    first, last = reach(corridor)
    j = np.arange(corridor.n_target)
    return np.searchsorted(last, j, side="right"), np.searchsorted(first, j, side="right")


def _scatter(tables: Floats, corridor: Corridor, values: Floats, rows: Ints, columns: Ints, *, is_source: bool) -> None:
    """Write blocks of values, own segments by others, into tables laid out over the corridor."""
    i, j = (rows[:, None], columns[None, :]) if is_source else (columns[None, :], rows[:, None])
    d = i + j + 2
    k = i + 1 - corridor.lows[d]
    seen = (k >= 0) & (k < corridor.width)
    tables[:, d[seen], k[seen]] = values[:, seen]
