"""Any sentence-transformers model that lies in a folder on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from aligner.embed.protocol import Vectors, distinct
from aligner.errors import ResourceError

__all__ = ["FolderModel"]


class FolderModel:
    """Embed with a sentence-transformers model from disk, on the processor, never from the network."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        try:
            torch = import_module("torch")
            library = import_module("sentence_transformers")
        except ImportError as error:
            raise ResourceError(
                f"sentence-transformers is not installed ({error})",
                where=str(folder),
                remedy="pip install 'muqabala[st]', or use the default model",
            ) from error
        torch.set_num_threads(max(1, threads))
        self._folder, self._version = folder, library.__version__
        self._model: Any = self._load(library.SentenceTransformer)

    def _load(self, loader: Any) -> Any:
        try:
            return loader(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ResourceError(
                f"not a sentence-transformers model: {error}",
                where=str(self._folder),
                remedy="give the folder that save() wrote",
            ) from error

    @property
    def dimension(self) -> int:
        """Count the components of a vector."""
        return int(self._model.get_sentence_embedding_dimension())

    @cached_property
    def signature(self) -> str:
        """Name library version, folder, digest of every file in it, dimension."""
        total = hashlib.sha256()
        for path in sorted(path for path in self._folder.rglob("*") if path.is_file()):
            with path.open("rb") as file:
                part = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{path.relative_to(self._folder).as_posix()}\0{part}\n".encode())
        return (
            f"sentence-transformers {self._version} files={total.hexdigest()[:16]} dimension={self.dimension}"
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed each text: shape (n, dimension), float32, unit rows."""
        once, index = distinct(texts)
        if not once:
            return np.empty((0, self.dimension), np.float32)
        rows = self._model.encode(
            once, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        vectors: Vectors = np.asarray(rows, np.float32)[np.asarray(index, np.int64)]
        return vectors
