"""The peers that PyPI has, behind one signature: texts and an encoder in, beads out."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Peer", "Run", "peers"]

Texts = Sequence[str]
Encode = Callable[[Texts], NDArray[np.float32]]
Beads = list[tuple[tuple[int, ...], tuple[int, ...]]]
Run = Callable[[Texts, Texts, Encode], Beads]


class Peer:
    """A named aligner, or the reason why it is not here."""

    def __init__(self, name: str, run: Run | None, absent: str = "") -> None:
        self.name, self.run, self.absent = name, run, absent


def peers() -> list[Peer]:
    """Give every peer, those that are not installed with the command that installs them."""
    out = []
    for name, package, make in (
        ("galechurch", "galechurch", _galechurch),
        ("sentweave (vecalign)", "sentweave", _sentweave),
        ("bertalign up to 5", "bertalign", lambda: _bertalign(5)),
        ("bertalign up to 8", "bertalign", lambda: _bertalign(8)),
    ):
        if importlib.util.find_spec(package) is None:
            out.append(Peer(name, None, f"{package} is not installed: pip install -r bench/requirements.txt"))
        else:
            out.append(Peer(name, make()))
    return out


def _galechurch() -> Run:
    import galechurch  # type: ignore[import-not-found]

    def run(source: Texts, target: Texts, _: Encode) -> Beads:
        ratio = sum(map(len, target)) / max(1, sum(map(len, source)))
        result = galechurch.align(list(source), list(target), mean_xy=ratio)
        return [
            (tuple(range(b.source_start, b.source_end)), tuple(range(b.target_start, b.target_end)))
            for b in result.beads
        ]

    return run


def _sentweave() -> Run:
    import sentweave  # type: ignore[import-not-found]

    def run(source: Texts, target: Texts, encode: Encode) -> Beads:
        result = sentweave.align(list(source), list(target), encode)
        return [(tuple(b.src_indices), tuple(b.tgt_indices)) for b in result.alignments]

    return run


def _corelib() -> Any:
    """Load bertalign's passes alone: its package needs Python 3.12, and torch only for a search done here."""
    found = importlib.util.find_spec("bertalign")
    assert found is not None and found.origin is not None
    sys.modules.setdefault("torch", types.ModuleType("torch"))
    spec = importlib.util.spec_from_file_location("_bertalign_corelib", Path(found.origin).with_name("corelib.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # numba looks its functions' module up by name
    spec.loader.exec_module(module)
    return module


def _bertalign(most: int) -> Run:
    """Follow ``Bertalign.align_sents`` with its defaults and our vectors for every span."""
    core = _corelib()

    def run(source: Texts, target: Texts, encode: Encode) -> Beads:
        n, m = len(source), len(target)
        (vectors, lengths), (others, other_lengths) = (_overlaps(side, most - 1, encode) for side in (source, target))
        ratio = float(lengths[0].sum() / other_lengths[0].sum())
        cosine = vectors[0] @ others[0].T
        indices = np.argsort(-cosine, axis=1, kind="stable")[:, :3]
        scores = np.take_along_axis(cosine, indices, axis=1)
        simple = core.get_alignment_types(2)
        width, path = core.find_first_search_path(n, m)
        pointers = core.first_pass_align(n, m, width, path, simple, scores, indices)
        anchors = core.first_back_track(n, m, pointers, path, simple)
        kinds = core.get_alignment_types(most)
        width, path = core.find_second_search_path(anchors, 5, n, m)
        pointers = core.second_pass_align(
            vectors,
            others,
            lengths,
            other_lengths,
            width,
            path,
            kinds,
            ratio,
            -0.1,
            margin=True,
            len_penalty=True,
        )
        return [(tuple(a), tuple(b)) for a, b in core.second_back_track(n, m, pointers, path, kinds)]

    return run


def _overlaps(texts: Texts, most: int, encode: Encode) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors and byte lengths of every span of up to ``most`` segments, by the segment it ends in."""
    rows = []
    for size in range(1, most + 1):
        rows.append(["PAD"] * min(size - 1, len(texts)))
        rows[-1] += [" ".join(texts[k : k + size]) for k in range(len(texts) - size + 1)]
    lengths = np.array([[len(span.encode()) for span in row] for row in rows], np.int64)
    vectors = np.stack([encode(row) for row in rows])
    return np.ascontiguousarray(vectors, np.float32), lengths
