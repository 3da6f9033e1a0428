"""Bytes to text: the encoding found or the refusal explained, never a silent guess."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from aligner.errors import InputError
from aligner.ingest.tables import table

__all__ = [
    "Decoded",
    "check_characters",
    "decode",
    "decode_page",
    "line_and_column",
    "typography",
    "without_forbidden",
]

# Longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
# XML 1.0, second edition and later, production [2]: what a TEI record cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n|[\n\r]")
_BLANKS = re.compile("[ \t\r\n]+")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_TAG = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_META_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_LATIN_1_LETTER = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]")
_ARABIC_LETTER = re.compile("[\u0620-\u063f\u0641-\u064a\u066e-\u06d3]")
_PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Where legacy encodings are told apart, the head of the text is enough (bytes).
_SAMPLE = 20_000
# Shares and scores below were set on single lines of news in eight encodings (bench/encodings.py).
_LEAST_SCORE = 0.2
_MOJIBAKE_SHARE = 0.4
_SAVE_AS_UTF8 = "open it in the program that wrote it and save it as UTF-8"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the codec that gave it, and what a reader of the record should know."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, *, where: str = "") -> Decoded:
    """Give the text of the bytes exactly as its codec reads them, line ends included.

    A byte order mark is believed and left out; then UTF-8, then UTF-16 without a mark, then the legacy
    encodings of Arabic and English, told apart by how plausible the words are that come out.

    >>> decode("خبر عاجل من القاهرة".encode("cp1256")).encoding
    'cp1256'

    Raises:
        InputError: the bytes are empty, binary, damaged, or of an encoding that cannot be told.
    """
    if not data:
        raise InputError("the file is empty", where=where, remedy="give a file with text in it")
    decoded = _by_mark(data, where) or _as_utf16(data) or _as_utf8(data, where) or _as_legacy(data, where)
    check_characters(decoded.text, where=where, encoding=decoded.encoding)
    _check_words(decoded.text, where)
    return Decoded(decoded.text, decoded.encoding, decoded.notes + typography(decoded.text))


def decode_page(data: bytes, *, where: str = "", declared: str = "") -> Decoded:
    """Give the text of a web page: a byte order mark, then UTF-8 if it is that, then what is declared.

    Pages state encodings they are not in, so a statement counts only if plausible words come out. A few
    damaged bytes in a page of UTF-8 are replaced, as in a browser, and noted.

    >>> page = "<meta charset=iso-8859-1><p>أعلنت البلدية أمس</p>".encode("cp1256")
    >>> decode_page(page).encoding
    'cp1256'

    Raises:
        InputError: the bytes are empty, or of an encoding that cannot be told.
    """
    if not data:
        raise InputError("the file is empty", where=where, remedy="save the page again")
    decoded = _by_mark(data, where) or _as_utf16(data)
    if decoded is not None:
        return decoded
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            text = data.decode("utf-8", "replace")
            return Decoded(text, "utf-8", (f"bytes that are not UTF-8 in the page, the first at {error.start}",))
    return _as_declared(data, declared) or _as_legacy(data, where)


def _as_declared(data: bytes, declared: str) -> Decoded | None:
    found = _META_CHARSET.search(data[:_SAMPLE])
    for name, whose in ((declared, "server"), (found[1].decode("ascii") if found else "", "page")):
        try:
            codec = codecs.lookup(name).name if name else ""
            text = data.decode(codec) if codec else ""
        except (LookupError, ValueError):  # unknown, or none that a name can have, or the bytes are not in it
            continue
        if text and _score(_sample(data), codec) >= _LEAST_SCORE:
            return Decoded(text, codec, (f"encoding {codec} as the {whose} states",))
    return None


def _sample(data: bytes) -> bytes:
    """The head of the text, tags left out, from where it stops being ASCII."""
    bare = _TAG.sub(b" ", data[: 20 * _SAMPLE])
    first = _HIGH.search(bare)
    start = max(0, first.start() - 100) if first else 0
    return bare[start : start + _SAMPLE]


def without_forbidden(text: str) -> tuple[str, tuple[str, ...]]:
    """Leave out the characters a record cannot hold, which a page does not show, with a note of it.

    >>> without_forbidden("a\\x00b")
    ('ab', ('1 control characters of the page are not in the text',))
    """
    kept, n = _FORBIDDEN.subn("", text)
    return kept, (f"{n} control characters of the page are not in the text",) if n else ()


def check_characters(text: str, *, where: str = "", encoding: str = "") -> None:
    """Refuse a text with characters that XML 1.0, and so the record, cannot hold.

    >>> check_characters("a\\x00b", where="x.txt")
    Traceback (most recent call last):
    ...
    aligner.errors.InputError: x.txt:1:2: a character the record cannot hold (U+0000); remove it, or if ...

    Raises:
        InputError: naming the line, the column and, where the encoding is known, the byte.
    """
    if found := _FORBIDDEN.search(text):
        line, column = line_and_column(text, found.start())
        at = f", at byte {_byte_offset(text, found.start(), encoding)}" if encoding else ""
        raise InputError(
            f"a character the record cannot hold (U+{ord(found.group()):04X}{at})",
            where=f"{where}:{line}:{column}",
            remedy="remove it, or if this is no text file, give the text instead",
        )


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Give the line and column of an offset, both counted from 1.

    >>> line_and_column("ab\\r\\ncd", 5)
    (2, 2)
    """
    line, start = 1, 0
    for end in _LINE_END.finditer(text, 0, offset):
        line, start = line + 1, end.end()
    return line, offset - start + 1


def typography(text: str) -> tuple[str, ...]:
    """Note the characters of a text that look like others, or like nothing; they stay in the text."""
    counts = (
        ("invisible direction marks", len(_BIDI.findall(text))),
        ("Arabic presentation forms", len(_PRESENTATION.findall(text))),
        ("replacement characters, lost before the text reached us,", text.count("\N{REPLACEMENT CHARACTER}")),
        ("C1 control characters", len(re.findall("[\x80-\x84\x86-\x9f]", text))),
    )
    return tuple(f"{n} {what} in the text, kept" for what, n in counts if n)


def _byte_offset(text: str, offset: int, encoding: str) -> int:
    return len(text[:offset].encode(encoding, "surrogatepass" if encoding.startswith("utf") else "strict"))


def _by_mark(data: bytes, where: str) -> Decoded | None:
    for mark, encoding, codec in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data[len(mark) :].decode(codec), encoding)
            except UnicodeDecodeError as error:
                raise _damaged(codec, error.start + len(mark), data, where) from error
    return None


def _damaged(encoding: str, offset: int, data: bytes, where: str) -> InputError:
    what = f"byte {offset} (0x{data[offset]:02X}) is not {encoding.upper()}"
    return InputError(f"{what}, which the rest of the file is", where=where, remedy=_SAVE_AS_UTF8)


def _as_utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark shows as NULs, or as the high bytes 06 of Arabic, in every other place."""
    sample = data[:_SAMPLE]
    if len(data) % 2 or (b"\0" not in sample and sample.count(b"\x06") < len(sample) / 4):
        return None
    for encoding, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if high.count(b"\0") + high.count(b"\x06") + high.count(b"\x20") > 0.9 * len(high):
            try:
                return Decoded(data.decode(encoding), encoding, ("UTF-16 without a byte order mark",))
            except UnicodeDecodeError:
                continue
    return None


def _as_utf8(data: bytes, where: str) -> Decoded | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise _damaged("utf-8", error.start, data, where) from error
        return None
    _check_mojibake(text, where)
    return Decoded(text, "utf-8")


def _is_mostly_utf8(data: bytes) -> bool:
    """In legacy Arabic a third of the letters may pair up like UTF-8 by chance, never nine in ten."""
    n_high = len(_HIGH.findall(data))
    return sum(len(m) for m in _MULTIBYTE.findall(data)) > 0.9 * n_high


def _check_mojibake(text: str, where: str) -> None:
    head = text[:_SAMPLE]
    n_letters = len(_LETTER.findall(head))
    if n_letters and len(_LATIN_1_LETTER.findall(head)) > _MOJIBAKE_SHARE * n_letters:
        raise InputError(
            "the text was read in a wrong encoding before it was saved (it looks like Ø§Ù„ or ÇáÅ)",
            where=where,
            remedy="take the text again from where it was copied",
        )


def _as_legacy(data: bytes, where: str) -> Decoded:
    _check_binary(data[:_SAMPLE], where)
    sample = _sample(data)
    ranked = sorted(((_score(sample, name), -i, name) for i, name in enumerate(_candidates())), reverse=True)
    for score, _, name in ranked:
        if score < _LEAST_SCORE:
            break
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        return Decoded(text, name, (f"encoding {name} judged from the bytes; no mark or UTF-8 says so",))
    offset = next(i for i, byte in enumerate(data) if byte > 0x7F)
    what = f"the encoding cannot be told (first byte outside ASCII: {offset}, 0x{data[offset]:02X})"
    raise InputError(what, where=where, remedy=_SAVE_AS_UTF8)


def _check_binary(sample: bytes, where: str) -> None:
    if found := re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", sample):
        what = f"not a text file (byte {found.start()} is 0x{found.group()[0]:02X})"
        raise InputError(what, where=where, remedy="give plain text, or another file that holds the article")


def _candidates() -> tuple[str, ...]:
    return tuple(_rules()["candidates"])


@cache
def _rules() -> dict[str, Any]:
    return table("encodings.yaml")


@cache
def _signs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile("|".join(_rules()["likely"])), re.compile("|".join(_rules()["unlikely"]))


def _score(sample: bytes, encoding: str) -> float:
    """Rate the words that come out, up to 1: likely shapes less four times the unlikely, per word.

    The weight of four is a guess that holds on the lines of bench/encodings.py.
    """
    text = sample.decode(encoding, "replace")
    words = [word for word in _BLANKS.split(text) if not word.isascii()]
    likely, unlikely = _signs()
    good = sum(1 for word in words if likely.search(word))
    bad = sum(len(unlikely.findall(word)) for word in words)
    return (good - 4 * bad) / len(words) if words else 0.0


def _check_words(text: str, where: str) -> None:
    if not _LETTER.search(text):
        raise InputError("there are no words in the file", where=where, remedy="give a file with text in it")
