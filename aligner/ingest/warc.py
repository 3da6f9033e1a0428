"""Web archives: the one page of a WARC file that holds the article."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass

from aligner.errors import InputError
from aligner.ingest.markup import LARGEST

__all__ = ["Page", "archived_page"]

_LARGEST_ARCHIVE = 10 * LARGEST
_REMEDY = "name the page by its address"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the server sent it: ``charset`` by its header, ``retrieved`` in ISO 8601."""

    data: bytes
    url: str
    charset: str = ""
    retrieved: str = ""


def archived_page(data: bytes, *, where: str = "", url: str = "") -> Page:
    """Give the first page of the archive, or the one with that address.

    Raises:
        InputError: the archive is damaged, or holds no such page.
    """
    pages = _pages(_unpacked(data, where), where)
    with redirect_stderr(io.StringIO()):  # warcio prints its warnings
        found = next((page for page in pages if not url or page.url == url), None)
    if found is not None:
        return found
    what = f"the archive holds no page {url}" if url else "the archive holds no web page"
    raise InputError(what, where=where, remedy=_REMEDY)


def _unpacked(data: bytes, where: str) -> bytes:
    """Records are packed one by one, or the whole archive at once; both unpack the same way."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        unpacked = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_LARGEST_ARCHIVE + 1)
    except (EOFError, OSError, zlib.error) as error:
        what = f"the web archive is damaged ({error})"
        raise InputError(what, where=where, remedy="save the page again") from error
    if len(unpacked) > _LARGEST_ARCHIVE:
        what = f"the web archive swells beyond {_LARGEST_ARCHIVE // 1_000_000} MB"
        raise InputError(what, where=where, remedy="cut out the page that is wanted")
    return unpacked


def _pages(data: bytes, where: str) -> Iterator[Page]:
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]

    try:
        for record in ArchiveIterator(io.BytesIO(data)):
            headers = record.http_headers
            if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
                continue
            media, _, parameters = (headers.get_header("Content-Type") or "").partition(";")
            if media.strip().lower() not in ("text/html", "application/xhtml+xml"):
                continue
            content = record.content_stream().read(LARGEST + 1)
            if len(content) > LARGEST:
                raise InputError("a page of the archive is too large", where=where, remedy=_REMEDY)
            address = record.rec_headers.get_header("WARC-Target-URI") or ""
            when = record.rec_headers.get_header("WARC-Date") or ""
            yield Page(content, address.strip("<>"), _charset(parameters), when)
    except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error, AttributeError, TypeError) as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        what = f"the web archive is damaged ({said})"
        raise InputError(what, where=where, remedy="save the page again") from error


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")
    return ""
