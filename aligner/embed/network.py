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


class Pieces:
    """What the network needs of each piece, computed when first seen; at ``capacity`` all are forgotten.

    Row ``slot[id]`` of the arrays belongs to a piece; row 0 is that of nothing, zeros everywhere, and a
    slot of 0 stands for a piece not known yet.
    """

    def __init__(self, weights: Weights, *, capacity: int) -> None:
        self._weights = weights
        self._capacity = capacity
        self.slot = np.zeros(len(weights.table), np.int64)
        self._used = 1
        self.embedding = np.zeros((1, WIDTH), np.float32)
        self.branch = [np.zeros((1, BRANCH), np.float32) for _ in ORDERS]
        self.share = [np.zeros((1, BRANCH), np.float32) for _ in range(PLACES)]
        self._project = np.concatenate([weights.grids[f"proj{n}"].codes for n, _ in ORDERS], axis=1)
        self._scale = np.repeat([weights.grids[f"proj{n}"].scale for n, _ in ORDERS], BRANCH)
        self._bias, self._gain, self._shift = (
            np.concatenate([weights.vectors[f"{name}{n}"] for n, _ in ORDERS])
            for name in ("proj_b", "ln_g", "ln_b")
        )
        self._project32 = self._project.astype(np.float32)

    def learn(self, ids: Ints, run: Run = map) -> None:
        """Make sure that ``slot`` knows each of these pieces; ``run`` is ``map``, or a pool's."""
        seen = np.unique(ids)
        new = seen[self.slot[seen] == 0]
        if self._used + len(new) > self._capacity:
            self.slot[:] = 0
            self._used, new = 1, seen
        self._resize(self._used + len(new))
        rows = np.arange(self._used, self._used + len(new))
        parts = [slice(start, start + BLOCK) for start in range(0, len(new), BLOCK)]
        list(run(self._add, [new[part] for part in parts], [rows[part] for part in parts]))
        # known only when all is there: an interrupted call must not leave half of it behind
        self.slot[new] = rows
        self._used += len(new)

    def _resize(self, n: int) -> None:
        have = len(self.embedding)
        if n > have:
            extra = max(n, min(self._capacity, 2 * have)) - have
            self.embedding = _longer(self.embedding, extra)
            self.branch = [_longer(array, extra) for array in self.branch]
            self.share = [_longer(array, extra) for array in self.share]

    def _add(self, ids: Ints, rows: Ints) -> None:
        weights, chunk = self._weights, ids % N_CHUNKS
        scale, low = weights.scale[chunk, None], weights.low[chunk, None]
        codes = weights.table[ids].astype(np.float32)
        self.embedding[rows] = (codes * scale + low) / UNIT
        # at most 63 * the column sum of int8 codes, about 1.2e6: exact in float32
        x = scale * (codes @ self._project32) + low * self._project.sum(axis=0)
        x = _standard(x * self._scale + self._bias, float(weights.vectors["eps"]))
        x = x * self._gain + self._shift
        place = 0
        for i, (n, _) in enumerate(ORDERS):
            part = x[:, i * BRANCH : (i + 1) * BRANCH]
            self.branch[i][rows] = part / UNIT
            grid = weights.grids[f"w1_{n}"]
            for k in range(n):
                share = np.rint(part / FINE) @ grid.codes[k * BRANCH : (k + 1) * BRANCH]
                self.share[place][rows] = share * (FINE * grid.scale / UNIT)
                place += 1


def _longer(array: F32, extra: int) -> F32:
    return np.concatenate([array, np.zeros((extra, array.shape[1]), np.float32)])


def _standard(x: F64, eps: float) -> F64:
    """Give each row mean 0 and variance 1."""
    x = x - x.mean(axis=1, keepdims=True)
    scaled: F64 = x / np.sqrt(np.square(x).mean(axis=1, keepdims=True) + eps)
    return scaled


class Room:
    """Arrays that one thread works in, pass after pass."""

    def __init__(self) -> None:
        self.gathered, self.hidden = (np.empty((BLOCK, BRANCH), np.float32) for _ in range(2))
        self.product = [np.empty((BLOCK, BRANCH * n), np.float32) for n, _ in ORDERS]
        self.features = np.empty((BLOCK, FEATURES), np.float32)


class Tower:
    """Everything between the pieces and their sum over a text."""

    def __init__(self, weights: Weights) -> None:
        self._eps = float(weights.vectors["eps"]) / UNIT**2
        self._bias1, self._bias2, self._second, self._scale, self._limit = [], [], [], [], []
        for n, _ in ORDERS:
            grid = weights.grids[f"w2_{n}"]
            places = np.split(grid.codes, n)
            self._second.append(np.concatenate(places, axis=1).astype(np.float32))
            self._scale.append(np.float32(grid.scale))
            heaviest = max(np.abs(codes).sum(axis=0).max() for codes in places)
            self._limit.append(np.float32(EXACT32 // heaviest))
            self._bias1.append((weights.vectors[f"b1_{n}"] / UNIT).astype(np.float32))
            self._bias2.append((weights.vectors[f"b2_{n}"] / UNIT).astype(np.float32))

    def sums(self, pieces: Pieces, slots: Ints, spans: list[tuple[int, int]], room: Room) -> F32:
        """Add up the normalised features over each span of rows.

        ``slots`` has at most ``BLOCK`` rows, with ``MARGIN`` rows of slot 0 before, between and after
        texts; spans are half-open rows. Shape of the result (spans, features), float32.
        """
        inner = slice(MARGIN, len(slots) - MARGIN)
        features = room.features[: len(slots) - 2 * MARGIN]
        np.take(pieces.embedding, slots[inner], axis=0, out=features[:, :WIDTH], mode="clip")
        place = 0
        for i, (n, _left) in enumerate(ORDERS):
            hidden = self._first(pieces, slots, i, place, room)
            start = WIDTH + i * BRANCH
            self._again(hidden, i, features[:, start : start + BRANCH], room)
            place += n
        means = self._normalise(features)
        out = np.empty((len(spans), FEATURES), np.float32)
        for row, (start, end) in enumerate(spans):
            here = slice(start - MARGIN, end - MARGIN)
            np.add.reduce(features[here], axis=0, out=out[row])
            out[row] -= np.add.reduce(means[here])
        return out

    def _first(self, pieces: Pieces, slots: Ints, i: int, place: int, room: Room) -> F32:
        """First convolution of branch ``i`` by adding up the pieces' shares; whole numbers of UNIT."""
        n, left = ORDERS[i]
        rows = len(slots)
        gathered, hidden = room.gathered[:rows], room.hidden[:rows]
        padded = np.zeros(rows + n - 1, np.int64)
        padded[left : left + rows] = slots
        hidden[:] = self._bias1[i]
        for k in range(n):
            np.take(pieces.share[place + k], padded[k : k + rows], axis=0, out=gathered, mode="clip")
            hidden += gathered
        np.maximum(hidden, 0, out=hidden)
        hidden += np.take(pieces.branch[i], slots, axis=0, out=gathered, mode="clip")
        np.rint(hidden, out=hidden)
        hidden[slots == 0] = 0
        return hidden

    def _again(self, hidden: F32, i: int, out: F32, room: Room) -> None:
        """Second convolution of branch ``i``, rectified, plus its input; in UNIT, margins left off."""
        n, left = ORDERS[i]
        rows = len(hidden) - 2 * MARGIN
        product = self._product(hidden, i, room)
        for k in range(n):
            start = MARGIN - left + k
            term = product[start : start + rows, k * BRANCH : (k + 1) * BRANCH]
            if k == 0:
                out[:] = term
            else:
                out += term
        out *= self._scale[i]
        out += self._bias2[i]
        np.maximum(out, 0, out=out)
        out += hidden[MARGIN : MARGIN + rows]

    def _product(self, hidden: F32, i: int, room: Room) -> F32:
        """Multiply whole numbers by the second convolution; what exceeds the exact range goes in again."""
        limit = self._limit[i]
        clipped = np.clip(hidden, -limit, limit, out=room.gathered[: len(hidden)])
        product: F32 = np.matmul(clipped, self._second[i], out=room.product[i][: len(hidden)])
        over = np.flatnonzero((clipped != hidden).any(axis=1))
        rest = hidden[over] - clipped[over]
        while len(over):
            clipped = np.clip(rest, -limit, limit)
            product[over] += clipped @ self._second[i]
            rest -= clipped
            still = rest.any(axis=1)
            over, rest = over[still], rest[still]
        return product

    def _normalise(self, features: F32) -> F32:
        """Divide each row by its deviation in place; give the mean of each row after that."""
        means = np.add.reduce(features, axis=1).astype(np.float64) / FEATURES
        squares = np.einsum("ij,ij->i", features, features).astype(np.float64) / FEATURES
        scale = 1 / np.sqrt(squares - means**2 + self._eps)
        features *= scale.astype(np.float32)[:, None]
        scaled: F32 = (means * scale).astype(np.float32)
        return scaled


class Head:
    """From sums over the pieces to unit vectors; float64, every product exact."""

    def __init__(self, weights: Weights) -> None:
        self._grids = weights.grids
        self._gain, self._shift = weights.vectors["ln_g"], weights.vectors["ln_b"]
        self._bias, self._eps = weights.vectors["cnn_b"], float(weights.vectors["eps"])

    def vectors(self, sums: F64, lengths: Ints) -> F32:
        """Give the vectors of texts from their feature sums and numbers of pieces."""
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
