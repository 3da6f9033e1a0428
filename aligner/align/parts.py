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
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from aligner.align.corridor import reach
from aligner.align.lattice import Corridor

__all__ = ["Embed", "Parts", "pieces", "shares", "take_apart"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Embed = Callable[[Sequence[str]], Floats]

_LEAST, _MOST = 4, 8  # words of a piece, but for the rest of a sentence
_PAUSE = re.compile(r"[,;:.!?)\u060c\u061b\u061f\u2013\u2014\u00bb\u201d\"-]$")
_ROWS = 64  # segments compared at a time
_SHARP = np.float32(1 / 0.05)  # of the softmax over cosines
_NOWHERE = 0.9  # quantile of unrelated likeness that a piece must exceed to be found anywhere


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


def take_apart(texts: Sequence[str], embed: Embed) -> Parts:
    """Cut and encode the segments of a side, each distinct piece once."""
    cut = [pieces(text) for text in texts]
    every = [piece for row in cut for piece in row]
    distinct = list(dict.fromkeys(every))
    place = {piece: k for k, piece in enumerate(distinct)}
    vectors = np.asarray(embed(distinct), np.float32)[[place[piece] for piece in every]] if every else _NONE
    counts = np.array([len(row) for row in cut], np.int64)
    owner = np.repeat(np.arange(len(cut)), counts)
    weight = np.sqrt([len(piece) + 1.0 for piece in every])
    total = np.bincount(owner, weight, minlength=len(cut))
    return Parts(vectors, owner, (weight / total[owner]).astype(np.float32), np.cumsum(counts) - counts)


_NONE = np.zeros((0, 1), np.float32)


def shares(parts: Parts, others: Parts, corridor: Corridor, *, is_source: bool) -> tuple[Floats, Floats]:
    """Give the share of each segment's mass that goes to each segment of the other side, and to nowhere.

    The first is (n_diagonals, width), at the cell where both segments end; the second (n,).
    """
    out = np.zeros((corridor.n_diagonals, corridor.width), np.float32)
    first, last = reach(corridor) if is_source else _reach_back(corridor)
    n, lost = len(parts.starts), np.zeros(len(parts.starts), np.float32)
    ends, other_ends = np.append(parts.starts, len(parts.owner)), np.append(others.starts, len(others.owner))
    with threadpool_limits(limits=1, user_api="blas"):
        for row in range(0, n, _ROWS):
            rows = np.arange(row, min(row + _ROWS, n))
            low, high = int(first[rows].min()), int(last[rows].max())
            if high <= low:
                lost[rows] = 1.0
                continue
            mine, theirs = slice(ends[row], ends[rows[-1] + 1]), slice(other_ends[low], other_ends[high])
            like = parts.vectors[mine] @ others.vectors[theirs].T
            like = np.maximum.reduceat(like, others.starts[low:high] - other_ends[low], axis=1)
            owner = parts.owner[mine]
            columns = np.arange(low, high)
            hidden = (columns < first[owner][:, None]) | (columns >= last[owner][:, None])
            given = _given(like, hidden) * parts.mass[mine][:, None]
            summed = np.add.reduceat(given, ends[rows] - ends[row], axis=0)
            lost[rows] = summed[:, -1]
            _scatter(out, corridor, summed[:, :-1], rows, columns, is_source=is_source)
    return out, lost


def _given(like: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """Softmax of each row over the visible columns and, last, nowhere."""
    visible = like[~hidden]
    bar = np.quantile(visible, _NOWHERE) if len(visible) else 0.0
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


def _scatter(out: Floats, corridor: Corridor, values: Floats, rows: Ints, columns: Ints, *, is_source: bool) -> None:
    i, j = (rows[:, None], columns[None, :]) if is_source else (columns[None, :], rows[:, None])
    d = i + j + 2
    k = i + 1 - corridor.lows[d]
    seen = (k >= 0) & (k < corridor.width)
    out[d[seen], k[seen]] = values[seen]
