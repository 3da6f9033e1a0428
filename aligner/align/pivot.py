"""Evidence of a machine translation of the source, by chrF (after Sennrich and Volk 2010)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aligner.align.parts import Shares
from aligner.align.strip import Corridor

__all__ = ["pivot_shares"]

Floats = NDArray[np.float32]
_NEAR = 6  # target segments to either side of the first ladder that a line is compared with
_SHARP = 25.0  # of the softmax over chrF, 0..1
_NOWHERE = 0.25  # chrF above which two sentences of one language are hardly unrelated; a guess


def pivot_shares(
    pivot: Sequence[str], texts: Sequence[str], corridor: Corridor, rungs: Sequence[tuple[int, int]]
) -> tuple[Shares, Shares]:
    """Say where each segment of both sides goes; a segment is one part.

    ``pivot`` has a line for each source segment, in the target's language; only the surroundings of a first
    ladder are compared.
    """
    cells = _scores(pivot, texts, rungs)
    i, j, score = (np.array(column) for column in zip(*cells, strict=True)) if cells else (np.zeros(0, int),) * 3
    raised = np.exp(_SHARP * score)
    bar = float(np.exp(_SHARP * _NOWHERE))
    out = []
    for at, n in ((i, len(pivot)), (j, len(texts))):
        total = np.bincount(at, raised, minlength=n) + bar
        table = np.zeros((corridor.n_diagonals, corridor.width), np.float32)
        d = i + j + 2
        k = i + 1 - corridor.lows[d]
        seen = (k >= 0) & (k < corridor.width)
        table[d[seen], k[seen]] = (raised / total[at])[seen]
        none = np.zeros_like(table)
        out.append(Shares(table, (bar / total).astype(np.float32), none, none))
    return out[0], out[1]


def _scores(
    pivot: Sequence[str], texts: Sequence[str], rungs: Sequence[tuple[int, int]]
) -> list[tuple[int, int, float]]:
    from sacrebleu.metrics import CHRF  # type: ignore[attr-defined]  # 0.2 s to import, seldom needed

    chrf = CHRF()
    ends = np.array(rungs)
    middle = np.interp(np.arange(len(pivot)) + 0.5, ends[:, 0], ends[:, 1])
    out = []
    for i, line in enumerate(pivot):
        for j in range(max(0, int(middle[i]) - _NEAR), min(len(texts), int(middle[i]) + _NEAR + 1)):
            out.append((i, j, chrf.sentence_score(line, [texts[j]]).score / 100.0))
    return out
