"""Texts to vectors: the embedder protocol, the default model, a plug-in, and caches in memory and on disk."""

from __future__ import annotations

from aligner.embed.cache import CachedEmbedder, cache_folder
from aligner.embed.choose import load_embedder
from aligner.embed.memory import RememberingEmbedder, WordVectors
from aligner.embed.protocol import Embedder
from aligner.embed.use import UseM3

__all__ = ["CachedEmbedder", "Embedder", "RememberingEmbedder", "UseM3", "WordVectors", "cache_folder", "load_embedder"]
