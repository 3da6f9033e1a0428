"""The forward pass of the default model in whole numbers: piece ids in, sums over the pieces and vectors out.

Why whole numbers. A matrix product in floating point rounds, and BLAS rounds differently with the number
of threads, the shape of the batch and even a row's place in it (OpenBLAS' Haswell kernel treats rows 0-5
and 6-11 of each twelve unlike). The weights are int8 codes times a scale; activations are put on a grid
too, coarse enough that every partial sum of a product stays below 2**24 in float32 or 2**53 in float64.
Such sums are exact, so they are the same in any order. All other steps work on each row or each text by
itself. Hence the same bytes for a text whatever else is in the batch and however many threads run.

Yang et al. 2019, "Multilingual Universal Sentence Encoder for Semantic Retrieval" (the CNN variant): piece
embeddings; three branches, each a projection and two convolutions; layer norm; a sum over the pieces; a
small feed-forward head; tanh; unit length. The first convolution is linear in the pieces, so its share of
each piece and place is computed once a piece and only added up here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aligner.embed.weights import N_CHUNKS, ORDERS, Weights

__all__ = ["BLOCK", "FEATURES", "HALO", "MARGIN", "WIDTH", "Head", "Pieces", "Room", "Run", "Tower"]

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Run: TypeAlias = Callable[..., Iterable[Any]]
"""``map``, or the ``map`` of a pool of threads."""

WIDTH, BRANCH = 512, 256
FEATURES = WIDTH + BRANCH * len(ORDERS)
FIRSTS = tuple(sum(n for n, _ in ORDERS[:i]) for i in range(len(ORDERS)))
"""First place of each window, of all their places."""
PLACES = sum(n for n, _ in ORDERS)
UNIT = 2.0**-8
"""Grid of the activations between the two convolutions; their standard deviation is about 1."""
FINE = 2.0**-20
"""Grid of activations whose products are summed in float64, where there is room."""
EXACT32, EXACT64 = 2.0**24, 2.0**53
MARGIN = 2
"""Rows of nothing before, between and after texts: half the widest window."""
HALO = 4
"""Pieces to either side that a piece's features depend on: two convolutions, each reaching two."""
BLOCK = 384
"""Rows of a pass: large enough to feed the matrix product, small enough for a core's own cache."""
LESSON = 256
"""Pieces learned, or texts put through the head, at a time: few, so that all threads end together."""
NEVER = np.iinfo(np.int64).max


class Pieces:
    """What the network needs of each piece, computed when first seen; ``capacity - 1`` pieces are kept.

    Row ``slot[id]`` of the arrays belongs to a piece; row 0 is that of nothing (zeros, but for the bias of
    the first convolution, which the first place of each window holds), and a slot of 0 stands for a piece
    not known yet. Pieces seen last longest ago make room for new ones.
    """

    def __init__(self, weights: Weights, *, capacity: int) -> None:
        self._weights = weights
        self.slot = np.zeros(len(weights.table), np.int64)
        self._turn, self._seen = 0, np.zeros(capacity, np.int64)
        self._seen[0] = NEVER
        # memory that was never written to takes up no room
        self.embedding = np.zeros((capacity, WIDTH), np.float32)
        self.branch = [np.zeros((capacity, BRANCH), np.float32) for _ in ORDERS]
        self.share = [np.zeros((capacity, BRANCH), np.float32) for _ in range(PLACES)]
        self._first = []
        for (n, _), place in zip(ORDERS, FIRSTS, strict=True):
            grid = weights.grids[f"w1_{n}"]
            codes = np.concatenate(np.split(grid.codes, n), axis=1)
            bias = (weights.vectors[f"b1_{n}"] / UNIT).astype(np.float32)
            self._first.append((codes, FINE * grid.scale / UNIT, bias))
            self.share[place][0] = bias
        project = np.concatenate([weights.grids[f"proj{n}"].codes for n, _ in ORDERS], axis=1)
        self._project, self._sums = project.astype(np.float32), project.sum(axis=0)
        self._scale = np.repeat([weights.grids[f"proj{n}"].scale for n, _ in ORDERS], BRANCH)
        self._bias, self._gain, self._shift = (
            np.concatenate([weights.vectors[f"{name}{n}"] for n, _ in ORDERS])
            for name in ("proj_b", "ln_g", "ln_b")
        )

    def learn(self, ids: Ints, run: Run = map) -> None:
        """Make sure that ``slot`` knows each of these pieces; ``run`` is ``map``, or a pool's.

        There must be fewer distinct pieces than the capacity.
        """
        seen = np.unique(ids)
        slots = self.slot[seen]
        new = seen[slots == 0]
        self._turn += 1
        self._seen[slots[slots > 0]] = self._turn
        if not len(new):
            return
        rows = self._vacate(len(new))
        parts = [slice(start, start + LESSON) for start in range(0, len(new), LESSON)]
        list(run(self._add, [new[part] for part in parts], [rows[part] for part in parts]))
        # known only when all is there: an interrupted call must not leave half of it behind
        self.slot[new] = rows
        self._seen[rows] = self._turn

    def _vacate(self, n: int) -> Ints:
        """Give ``n`` rows to write to: those never used, then those of the pieces seen last longest ago."""
        rows = np.argsort(self._seen, kind="stable")[:n]
        is_free = np.zeros(len(self._seen), bool)
        is_free[rows] = True
        self.slot[is_free[self.slot]] = 0
        return rows

    def _add(self, ids: Ints, rows: Ints) -> None:
        weights, chunk = self._weights, ids % N_CHUNKS
        scale, low = weights.scale[chunk, None], weights.low[chunk, None]
        codes = weights.table[ids].astype(np.float32)
        self.embedding[rows] = (codes * scale + low) / UNIT
        # at most 63 * the column sum of int8 codes, about 1.2e6: exact in float32
        x = scale * (codes @ self._project)
        x += low * self._sums
        x *= self._scale
        x += self._bias
        _standardise(x, float(weights.vectors["eps"]))
        x *= self._gain
        x += self._shift
        for i, (n, _) in enumerate(ORDERS):
            part = x[:, i * BRANCH : (i + 1) * BRANCH]
            self.branch[i][rows] = part / UNIT
            codes1, factor, bias1 = self._first[i]
            shares = (np.rint(part / FINE) @ codes1) * factor
            for k in range(n):
                share = shares[:, k * BRANCH : (k + 1) * BRANCH].astype(np.float32)
                self.share[FIRSTS[i] + k][rows] = share + bias1 if k == 0 else share


def _take(table: F32, slots: Ints, out: F32) -> F32:
    taken: F32 = np.take(table, slots, axis=0, out=out[: len(slots)], mode="clip")
    return taken


def _standardise(x: F64, eps: float) -> None:
    """Give each row mean 0 and variance 1, in place."""
    x -= x.mean(axis=1, keepdims=True)
    x /= np.sqrt(np.square(x).mean(axis=1, keepdims=True) + eps)


class Room:
    """Arrays that one thread works in, pass after pass."""

    def __init__(self) -> None:
        self.gathered, self.hidden, self.total = (np.empty((BLOCK, BRANCH), np.float32) for _ in range(3))
        self.nothing = np.zeros((BLOCK, BRANCH), np.float32)
        self.embedding = np.empty((BLOCK, WIDTH), np.float32)
        self.features = np.empty((BLOCK, FEATURES), np.float32)


class Tower:
    """Everything between the pieces and their sum over a text."""

    def __init__(self, weights: Weights) -> None:
        self._eps = float(weights.vectors["eps"]) / UNIT**2
        self._bias2, self._second, self._scale, self._limit, self._square = [], [], [], [], []
        for n, _ in ORDERS:
            grid = weights.grids[f"w2_{n}"]
            places = np.split(grid.codes, n)
            self._second.append([codes.astype(np.float32) for codes in places])
            self._scale.append(np.float32(grid.scale))
            heaviest = max(np.abs(codes).sum(axis=0).max() for codes in places)
            self._limit.append(np.float32(EXACT32 // heaviest))
            longest = max(np.square(codes).sum(axis=0).max() for codes in places)
            self._square.append(0.99 * EXACT32**2 / longest)
            self._bias2.append((weights.vectors[f"b2_{n}"] / UNIT).astype(np.float32))

    def sums(self, pieces: Pieces, slots: Ints, spans: list[tuple[int, int]], room: Room) -> F32:
        """Add up the normalised features over each span of rows.

        ``slots`` has at most ``BLOCK`` rows, with ``MARGIN`` rows of slot 0 before, between and after
        texts; spans are half-open rows. Shape of the result (spans, features), float32.
        """
        inner = slice(MARGIN, len(slots) - MARGIN)
        features = room.features[: len(slots) - 2 * MARGIN]
        features[:, :WIDTH] = _take(pieces.embedding, slots[inner], room.embedding)
        for i in range(len(ORDERS)):
            hidden = self._first(pieces, slots, i, room)
            start = WIDTH + i * BRANCH
            self._again(hidden, i, features[:, start : start + BRANCH], room)
        means = self._normalise(features)
        out = np.empty((len(spans), FEATURES), np.float32)
        for row, (start, end) in enumerate(spans):
            here = slice(start - MARGIN, end - MARGIN)
            np.add.reduce(features[here], axis=0, out=out[row])
            out[row] -= np.add.reduce(means[here])
        return out

    def _first(self, pieces: Pieces, slots: Ints, i: int, room: Room) -> F32:
        """First convolution of branch ``i`` by adding up the pieces' shares; whole numbers of UNIT."""
        n, left = ORDERS[i]
        rows = len(slots)
        padded = np.zeros(rows + n - 1, np.int64)
        padded[left : left + rows] = slots
        hidden = _take(pieces.share[FIRSTS[i]], padded[:rows], room.hidden)
        for k in range(1, n):
            hidden += _take(pieces.share[FIRSTS[i] + k], padded[k : k + rows], room.gathered)
        np.maximum(hidden, room.nothing[:rows], out=hidden)
        hidden += _take(pieces.branch[i], slots, room.gathered)
        np.rint(hidden, out=hidden)
        hidden[slots == 0] = 0
        return hidden

    def _again(self, hidden: F32, i: int, out: F32, room: Room) -> None:
        """Second convolution of branch ``i``, rectified, plus its input; in UNIT, margins left off."""
        _, left = ORDERS[i]
        rows = len(hidden) - 2 * MARGIN
        total, term = room.total[:rows], room.gathered[:rows]
        # by Cauchy and Schwarz no partial sum of a row's products exceeds the product of the two lengths
        is_exact = np.einsum("ij,ij->i", hidden, hidden).max() < self._square[i]
        for k, codes in enumerate(self._second[i]):
            here, product = hidden[MARGIN - left + k :][:rows], term if k else total
            if is_exact:
                np.matmul(here, codes, out=product)
            else:
                _multiply_in_parts(here, codes, self._limit[i], out=product)
            if k:
                total += term
        total *= self._scale[i]
        total += self._bias2[i]
        np.maximum(total, room.nothing[:rows], out=total)
        np.add(total, hidden[MARGIN : MARGIN + rows], out=out)

    def _normalise(self, features: F32) -> F32:
        """Divide each row by its deviation in place; give the mean of each row after that."""
        means = np.add.reduce(features, axis=1).astype(np.float64) / FEATURES
        squares = np.einsum("ij,ij->i", features, features).astype(np.float64) / FEATURES
        scale = 1 / np.sqrt(squares - means**2 + self._eps)
        features *= scale.astype(np.float32)[:, None]
        scaled: F32 = (means * scale).astype(np.float32)
        return scaled


def _multiply_in_parts(hidden: F32, codes: F32, limit: np.float32, *, out: F32) -> None:
    """Multiply whole numbers; what exceeds the limit, up to which the product is exact, goes in again."""
    part = np.clip(hidden, -limit, limit)
    np.matmul(part, codes, out=out)
    over = np.flatnonzero((part != hidden).any(axis=1))
    rest = hidden[over] - part[over]
    while len(over):
        part = np.clip(rest, -limit, limit)
        out[over] += part @ codes
        rest -= part
        still = rest.any(axis=1)
        over, rest = over[still], rest[still]


class Head:
    """From sums over the pieces to unit vectors; float64, every product exact."""

    def __init__(self, weights: Weights) -> None:
        self._grids = weights.grids
        self._gain, self._shift = weights.vectors["ln_g"], weights.vectors["ln_b"]
        self._bias, self._eps = weights.vectors["cnn_b"], float(weights.vectors["eps"])

    def vectors(self, sums: F64, lengths: Ints, run: Run = map) -> F32:
        """Give the vectors of texts from their feature sums and numbers of pieces; ``run`` as for pieces."""
        parts = [slice(start, start + LESSON) for start in range(0, len(sums), LESSON)]
        vectors = run(self._some, [sums[part] for part in parts], [lengths[part] for part in parts])
        return np.concatenate(list(vectors))

    def _some(self, sums: F64, lengths: Ints) -> F32:
        n = lengths[:, None].astype(np.float64)
        mean = self._times((sums * self._gain + n * self._shift) / np.sqrt(n), "cnn_W")
        mean += np.sqrt(n) * self._bias
        y0 = np.maximum(self._times(mean, "d0"), 0)
        y1 = np.maximum(self._times(mean, "p1") + self._times(y0, "d1"), 0)
        y2 = np.maximum(self._times(y1, "d2"), 0)
        z = np.tanh(self._times(y1, "p3") + self._times(y2, "d3"))
        z /= np.sqrt(np.maximum(np.square(z).sum(axis=1, keepdims=True), self._eps))
        vectors: F32 = z.astype(np.float32)
        return vectors

    def _times(self, x: F64, name: str) -> F64:
        grid = self._grids[name]
        limit = EXACT64 // np.abs(grid.codes).sum(axis=0).max()
        whole = np.clip(np.rint(x / FINE), -limit, limit)
        product: F64 = whole @ grid.codes
        return product * (FINE * grid.scale)
