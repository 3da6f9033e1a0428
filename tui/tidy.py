"""When Python looks for garbage: while nobody types.

Each search goes through all it has not been told to leave out: 20 ms and more in the middle of a key, and
again and again while a record is read.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Tidying", "untidied"]

_NEVER = 2**30


@contextmanager
def untidied() -> Iterator[None]:
    """Let Python not look for garbage meanwhile, nor ever in what was made: a record read is all kept."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()  # else the first short search afterwards goes through all of it
    finally:
        if was_on:
            gc.enable()


class Tidying:
    """Searches through everything wait for a pause; the short ones, of new things, go on as ever."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._n_heard = self._n_then = self._n_tidied = 0

    def begin(self) -> None:
        """Put the long searches off."""
        gc.set_threshold(*self._before[:2], _NEVER)

    def hold(self) -> None:
        """Leave out of every search what is there now: it stays."""
        gc.freeze()

    def heard(self) -> None:
        """Take note of a key or of the mouse."""
        self._n_heard += 1

    def rest(self) -> bool:
        """Look for garbage if nothing was heard since this was called last; tell whether it was done."""
        is_pause = self._n_heard == self._n_then and self._n_heard != self._n_tidied
        self._n_then = self._n_heard
        if is_pause:
            self._n_tidied = self._n_heard
            gc.collect()
        return is_pause

    def end(self) -> None:
        """Leave it to Python again."""
        gc.set_threshold(*self._before)
        gc.unfreeze()
