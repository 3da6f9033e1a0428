"""The default model: Google's Universal Sentence Encoder, multilingual, version 3."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from queue import SimpleQueue
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from aligner.embed.network import BLOCK, FEATURES, HALO, MARGIN, WIDTH, Head, Pieces, Room, Run, Tower
from aligner.embed.protocol import Vectors, distinct
from aligner.embed.weights import digest, load_weights, read_package

__all__ = ["UseM3"]

Ints: TypeAlias = NDArray[np.int64]

REVISION = 1
"""Of the arithmetic; raise it when the bytes of a vector change, for caches hang on it."""
BOS, UNK, EOS = 1, 0, 2
CHUNK = BLOCK - 2 * MARGIN - 2 * HALO
"""Pieces of a text that one pass takes; a longer text goes through in chunks."""
MACRO = 1024
"""Texts that are looked up together."""
MACRO_CHARACTERS = 1_000_000
"""Characters that are looked up together, if there is more than one text."""
MAX_PIECES = 8192
"""Distinct pieces whose shares are kept (15 KB each)."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Pieces of a text with halo (``ids``); rows ``start`` to ``end`` of them count."""

    text: int
    ids: Ints
    start: int
    end: int


class UseM3:
    """Embed with the default model; ``threads`` bounds the cores used and never changes a byte.

    Nothing is loaded before the first text is embedded.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = max(1, threads)
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        """Count the components of a vector."""
        return WIDTH

    @cached_property
    def signature(self) -> str:
        """Name package, version, digests of weights and tokeniser, revision of the arithmetic, dimension."""
        version, weights, pieces = read_package()
        return (
            f"use-m3 {version} weights={digest(weights)[:16]} pieces={digest(pieces)[:16]}"
            f" arithmetic={REVISION} dimension={WIDTH}"
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed each text: shape (n, 512), float32, unit rows; an empty text has a vector as well."""
        once, index = distinct(texts)
        out = np.empty((len(once), WIDTH), np.float32)
        with self._lock, self._blas.limit(limits=1, user_api="blas"):
            for start, end in _macros(once):
                out[start:end] = self._model.encode(once[start:end])
        return out[np.asarray(index, np.int64)]

    @cached_property
    def _blas(self) -> ThreadpoolController:
        return ThreadpoolController()

    @cached_property
    def _model(self) -> _Model:
        return _Model(self.threads)


def _macros(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    start, characters = 0, 0
    for i, text in enumerate(texts):
        if i > start and (i - start == MACRO or characters + len(text) > MACRO_CHARACTERS):
            yield start, i
            start, characters = i, 0
        characters += len(text)
    if texts:
        yield start, len(texts)


class _Model:
    """Tokeniser and network, loaded."""

    def __init__(self, threads: int) -> None:
        from sentencepiece import SentencePieceProcessor

        _, weights, pieces = read_package()
        self._tokeniser = SentencePieceProcessor(model_proto=pieces)
        loaded = load_weights(weights, threads=threads)
        self._pieces = Pieces(loaded, capacity=MAX_PIECES)
        self._tower, self._head = Tower(loaded), Head(loaded)
        self._rooms: SimpleQueue[Room] = SimpleQueue()
        for _ in range(threads):
            self._rooms.put(Room())
        self._threads = threads

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that are looked up together."""
        ids = self._ids(texts)
        if self._threads == 1:
            return self._vectors(ids, map)
        with ThreadPoolExecutor(self._threads) as pool:
            return self._vectors(ids, pool.map)

    def _vectors(self, ids: list[Ints], run: Run) -> Vectors:
        """Put pieces through the network; ``run`` is ``map``, or a pool's."""
        sums = np.zeros((len(ids), FEATURES))
        self._sum(ids, sums, run)
        return self._head.vectors(sums, np.array([len(row) for row in ids]), run)

    def _ids(self, texts: Sequence[str]) -> list[Ints]:
        rows = self._tokeniser.encode([_clean(text) for text in texts], num_threads=self._threads)
        return [np.array([BOS, *(row or [UNK]), EOS], np.int64) for row in rows]

    def _sum(self, ids: list[Ints], sums: NDArray[np.float64], run: Run) -> None:
        """Add up the features of every text."""
        for group in _lessons(list(_stretches(ids))):
            self._pieces.learn(np.concatenate([stretch.ids for stretch in group]), run)
            passes = list(_packed(group, BLOCK, margin=MARGIN))
            for stretches, rows in zip(passes, run(self._pass, passes), strict=True):
                for stretch, row in zip(stretches, rows, strict=True):
                    sums[stretch.text] += row

    def _pass(self, stretches: list[_Stretch]) -> NDArray[np.float32]:
        slots = np.zeros(sum(len(stretch.ids) + MARGIN for stretch in stretches) + MARGIN, np.int64)
        spans, row = [], MARGIN
        for stretch in stretches:
            slots[row : row + len(stretch.ids)] = self._pieces.slot[stretch.ids]
            spans.append((row + stretch.start, row + stretch.end))
            row += len(stretch.ids) + MARGIN
        room = self._rooms.get()
        try:
            return self._tower.sums(self._pieces, slots, spans, room)
        finally:
            self._rooms.put(room)


def _clean(text: str) -> str:
    """Put U+FFFD for lone surrogates, which have no UTF-8.

    >>> _clean("a\\ud800b") == "a\N{REPLACEMENT CHARACTER}b"
    True
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _stretches(ids: list[Ints]) -> Iterator[_Stretch]:
    """Cut texts into stretches of at most ``CHUNK`` pieces, at places that depend on the text alone."""
    for text, row in enumerate(ids):
        for start in range(0, len(row), CHUNK):
            first, end = max(0, start - HALO), min(len(row), start + CHUNK)
            yield _Stretch(text, row[first : end + HALO], start - first, end - first)


def _lessons(stretches: list[_Stretch]) -> Iterable[list[_Stretch]]:
    """Group stretches so that the pieces of a group can all be kept: one group, if there is room."""
    n_pieces = len(np.unique(np.concatenate([stretch.ids for stretch in stretches])))
    return [stretches] if n_pieces < MAX_PIECES else _packed(stretches, MAX_PIECES - 1, margin=0)


def _packed(stretches: Iterable[_Stretch], rows: int, *, margin: int) -> Iterator[list[_Stretch]]:
    """Group stretches, in order, so that each group with its margins has at most so many rows."""
    group: list[_Stretch] = []
    used = margin
    for stretch in stretches:
        if group and used + len(stretch.ids) + margin > rows:
            yield group
            group, used = [], margin
        group.append(stretch)
        used += len(stretch.ids) + margin
    if group:
        yield group
