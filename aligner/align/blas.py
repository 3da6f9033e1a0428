"""Matrix products on one thread: their bits do not depend on the number of cores."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

__all__ = ["one_thread"]


def one_thread() -> AbstractContextManager[Any]:
    """Keep the matrix products within the context on one thread.

    >>> with one_thread():
    ...     pass
    """
    limit: AbstractContextManager[Any] = _pools().limit(limits=1, user_api="blas")
    return limit


@cache
def _pools() -> ThreadpoolController:
    """Find the libraries once; it takes a millisecond."""
    return ThreadpoolController()
