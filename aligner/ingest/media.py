"""What kind of file the bytes are: by their first bytes, and by the name where those do not tell."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from aligner.errors import InputError

__all__ = ["DOCX", "HTML", "TEI", "TEXT", "WARC", "media_type"]

TEXT, HTML = "text/plain", "text/html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEI, WARC = "application/tei+xml", "application/warc"
_BY_NAME = {
    ".txt": TEXT,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".tei": TEI,
    ".warc": WARC,
    ".docx": DOCX,
}
_SIGNS = (
    (b"PK\x03\x04", DOCX),
    (b"WARC/1.", WARC),
    (b"\x1f\x8b", WARC),
)
_FOREIGN = (
    (b"%PDF", "a PDF", "copy its text into a plain text file, or save the page it came from"),
    (b"{\\rtf", "an RTF document", "save it as DOCX or plain text"),
    (b"\xd0\xcf\x11\xe0", "an old Word document", "save it as DOCX or plain text"),
)
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_TEI = re.compile(rb"(?:<\?.*?\?>|<!--.*?-->|\s)*(?:<!DOCTYPE.*?>\s*)?<(?:\w+:)?TEI(?:Corpus)?[\s>]", re.S)
_HEAD = 4_000  # bytes that are looked at


def media_type(data: bytes, *, origin: str = "", where: str = "") -> str:
    """Tell the media type of a file.

    >>> media_type(b"<!DOCTYPE html><title>x</title>"), media_type(b"plain words")
    ('text/html', 'text/plain')

    Raises:
        InputError: a format we know and do not read.
    """
    for sign, what, remedy in _FOREIGN:
        if data.startswith(sign):
            raise InputError(f"this is {what}, which is not read", where=where, remedy=remedy)
    for sign, media in _SIGNS:
        if data.startswith(sign):
            return media
    by_name = _BY_NAME.get(PurePath(origin.lower()).suffix)
    if by_name == DOCX:
        what = "the name says DOCX, the content does not"
        raise InputError(what, where=where, remedy="save it again as DOCX or plain text")
    return by_name or _by_head(data)


def _by_head(data: bytes) -> str:
    head = data[:_HEAD].removeprefix(codecs.BOM_UTF8).replace(b"\0", b"")
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head[2:]
    if _TEI.match(head):
        return TEI
    return HTML if _HTML.match(head) else TEXT
