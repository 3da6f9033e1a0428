"""Embedders by name."""

from __future__ import annotations

from pathlib import Path

from aligner.embed.protocol import Embedder
from aligner.embed.use import UseM3
from aligner.errors import ResourceError

__all__ = ["load_embedder"]

DEFAULT = "use-m3"


def load_embedder(name: str = DEFAULT, *, threads: int = 1) -> Embedder:
    """Give an embedder: ``use-m3``, or the sentence-transformers model in the folder ``name``.

    Nothing is loaded yet for the default model.

    Raises:
        ResourceError: there is no such model, or what it needs is not installed.

    >>> load_embedder().dimension
    512
    """
    if name == DEFAULT:
        return UseM3(threads=threads)
    if not Path(name).is_dir():
        raise ResourceError("no such embedder", where=name, remedy=f"give {DEFAULT} or a model's folder")
    from aligner.embed.transformers import FolderModel

    return FolderModel(Path(name), threads=threads)
