"""Texts to vectors: the embedder protocol, the default model, a plug-in, and a cache on disk."""

from __future__ import annotations

from aligner.embed.cache import CachedEmbedder
from aligner.embed.choose import load_embedder
from aligner.embed.protocol import Embedder
from aligner.embed.use import UseM3

__all__ = ["CachedEmbedder", "Embedder", "UseM3", "load_embedder"]
