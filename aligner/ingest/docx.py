"""DOCX to a draft: paragraphs in reading order, headings by their styles, nothing that is deleted or hidden."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from aligner import __version__
from aligner.errors import InputError
from aligner.ingest.decode import check_characters, typography
from aligner.ingest.draft import Draft, Piece, laid_out
from aligner.ingest.markup import LARGEST, local_name, parse_xml
from aligner.ingest.media import DOCX
from aligner.model import Bibl

__all__ = ["read_docx"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_DOCUMENT, _STYLES, _CORE = "word/document.xml", "word/styles.xml", "docProps/core.xml"
# Limits against bombs: word processors write some dozens of parts and pack XML to a tenth or twentieth.
_MOST_PARTS = 5_000
_HIGHEST_RATIO = 250
_SMALL = 1_000_000  # a part so small may be packed as tight as it likes (bytes)
# What a reader does not see (deletions, field codes), or sees elsewhere (text boxes are stored twice).
_HIDDEN = frozenset(("del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr"))
_SEPARATORS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\N{NON-BREAKING HYPHEN}"}


def read_docx(data: bytes, *, where: str = "") -> Draft:
    """Read the paragraphs of a word-processor document.

    Raises:
        InputError: it is no DOCX, is damaged, encrypted, or swells beyond reason when unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _checked_names(archive, where)
            parts = {name: archive.read(name) for name in (_DOCUMENT, _STYLES, _CORE) if name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise _unreadable(f"the file is damaged ({error})", where) from error
    except (RuntimeError, NotImplementedError) as error:
        raise _unreadable(f"the file is encrypted or packed in an unknown way ({error})", where) from error
    text, blocks = laid_out(_pieces(parts, where))
    check_characters(text, where=where)
    return Draft(
        text,
        blocks,
        "utf-8",
        f"muqabala-docx {__version__}",
        media_type=DOCX,
        bibl=_properties(parts, where),
        notes=typography(text),
    )


def _unreadable(what: str, where: str) -> InputError:
    return InputError(what, where=where, remedy="save it again as DOCX without a password, or as plain text")


def _checked_names(archive: zipfile.ZipFile, where: str) -> frozenset[str]:
    infos = archive.infolist()
    if len(infos) > _MOST_PARTS:
        raise _unreadable(f"the file has {len(infos)} parts, too many for an article", where)
    for info in infos:
        too_large = info.file_size > LARGEST
        too_tight = info.file_size > _SMALL and info.file_size > _HIGHEST_RATIO * max(1, info.compress_size)
        if info.filename in (_DOCUMENT, _STYLES, _CORE) and (too_large or too_tight):
            raise _unreadable(f"{info.filename} would swell to {info.file_size:,} bytes", where)
    names = frozenset(info.filename for info in infos)
    if _DOCUMENT not in names:
        raise _unreadable("the archive holds no word-processor document", where)
    return names


def _pieces(parts: dict[str, bytes], where: str) -> Iterator[Piece]:
    root = parse_xml(parts[_DOCUMENT], where=f"{where}:{_DOCUMENT}")
    heading_styles = _heading_styles(parts, where)
    for paragraph in root.iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        is_outlined = paragraph.find(f"{_W}pPr/{_W}outlineLvl") is not None
        name = style.get(f"{_W}val", "") if style is not None else ""
        yield Piece("".join(_text(paragraph)), is_outlined or name in heading_styles)


def _heading_styles(parts: dict[str, bytes], where: str) -> frozenset[str]:
    """Ids of styles by their English names, which are stored whatever the language of the program."""
    if _STYLES not in parts:
        return frozenset()
    found = set()
    for style in parse_xml(parts[_STYLES], where=f"{where}:{_STYLES}").iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        value = name.get(f"{_W}val", "").lower() if name is not None else ""
        if value.startswith("heading") or value in ("title", "subtitle"):
            found.add(style.get(f"{_W}styleId", ""))
    return frozenset(found)


def _text(element: etree._Element) -> Iterator[str]:
    """Text of a paragraph; a paragraph inside it (a text box) is met on its own."""
    for child in element:
        name = local_name(child)
        if name in _HIDDEN or name == "p":
            continue
        if name == "t":
            yield child.text or ""
        elif name in _SEPARATORS:
            yield _SEPARATORS[name]
        else:
            yield from _text(child)


def _properties(parts: dict[str, bytes], where: str) -> Bibl:
    if _CORE not in parts:
        return Bibl()
    root = parse_xml(parts[_CORE], where=f"{where}:{_CORE}")
    author = (root.findtext(f"{_DC}creator") or "").strip()
    return Bibl(author=author)
