"""Open the files of a user, and nothing else."""

from __future__ import annotations

from pathlib import Path

from aligner.errors import InputError

__all__ = ["read_bytes", "saved_page"]

_PAGES = (".html", ".htm", ".xhtml")


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        InputError: it is not there, is a folder, or may not be read.
    """
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise InputError("this is a folder", where=str(path), remedy="name a file") from error
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(path), remedy="check the path") from error
    except OSError as error:
        what = f"the file cannot be read ({error.strerror or error})"
        raise InputError(what, where=str(path), remedy="check its permissions") from error


def saved_page(folder: Path) -> Path:
    """Find the page in a folder that a browser or a mirror saved: its index, or the only page in it.

    Raises:
        InputError: there is none, or several and no index.
    """
    pages = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PAGES and path.is_file())
    index = [path for path in pages if path.stem.lower() == "index"]
    found = index or pages
    if len(found) != 1:
        what = f"the folder holds {len(found) or 'no'} pages"
        names = ", ".join(path.name for path in found[:5])
        raise InputError(what, where=str(folder), remedy=f"name one: {names}" if names else "name a file")
    return found[0]
