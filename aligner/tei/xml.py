"""XML by hand, both ways: elements as text with exact escapes, and a parser that refuses what it should.

Elements are strings because a record of 20,000 beads has about a million of them; nothing is ever
indented, since white space is part of the text we keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lxml import etree

from aligner.errors import RecordError

__all__ = [
    "MAX_BYTES",
    "TEI",
    "XML_ID",
    "XML_LANG",
    "XML_SPACE",
    "element",
    "lines",
    "parse",
    "parse_record",
    "refuse_forbidden",
]

TEI = "{http://www.tei-c.org/ns/1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

MAX_BYTES = 512 * 2**20  # about ten times the largest record measured (20,000 beads, 40 MB)

# XML 1.0 section 2.11 turns CR into LF, and 3.3.3 turns white space in attributes into spaces, unless
# they are written as character references.
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_TEXT_NEEDS, _VALUE_NEEDS = re.compile("[&<>\r]"), re.compile('[&<>"\t\n\r]')
# XML 1.0 section 2.2, production Char
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")


def refuse_forbidden(text: str, *, where: str) -> None:
    """Raise RecordError when the text holds a character that XML 1.0 cannot carry.

    >>> refuse_forbidden("a\\x0cb", where="en")
    Traceback (most recent call last):
    ...
    aligner.errors.RecordError: en, character 1: XML cannot hold U+000C; take it out of the text
    """
    found = _FORBIDDEN.search(text)
    if found:
        raise RecordError(
            f"XML cannot hold U+{ord(found[0]):04X}",
            where=f"{where}, character {found.start()}",
            remedy="take it out of the text",
        )


def element(name: str, attributes: Mapping[str, str | None] | None = None, content: str | None = None) -> str:
    """Write one element; None leaves an attribute out, and ``content`` is text to be escaped.

    >>> element("s", {"xml:id": "en.s1", "n": None}, "a < b")
    '<s xml:id="en.s1">a &lt; b</s>'
    """
    head = _open(name, attributes)
    if not content:
        return f"<{head}/>"
    return f"<{head}>{content.translate(_TEXT) if _TEXT_NEEDS.search(content) else content}</{name}>"


def lines(name: str, attributes: Mapping[str, str | None] | None, children: Iterable[str], sep: str = "\n") -> str:
    """Write one element round others already written, one to a line; white space there means nothing.

    >>> lines("p", None, ["<s/>", "<s/>"], sep="")
    '<p><s/><s/></p>'
    """
    body = sep.join(child for child in children if child)
    head = _open(name, attributes)
    return f"<{head}>{sep}{body}{sep}</{name}>" if body else f"<{head}/>"


def _open(name: str, attributes: Mapping[str, str | None] | None) -> str:
    if not attributes:
        return name
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            parts.append(f'{key}="{value.translate(_VALUE) if _VALUE_NEEDS.search(value) else value}"')
    return " ".join(parts)


def parse(data: bytes, *, where: str = "") -> etree._Element:
    """Parse bytes into a tree with no DTD, no entity, no network, and limits on size and depth.

    Raises:
        RecordError: not well-formed, not UTF-8, a DOCTYPE, too large, or nested deeper than 256.

    >>> parse(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', where="a.xml")
    Traceback (most recent call last):
    ...
    aligner.errors.RecordError: a.xml: a DOCTYPE is not allowed in a record; delete it and what it declares
    """
    _refuse(data, where)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_blank_text=False,
        remove_comments=False,
        collect_ids=False,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise RecordError(
            f"not well-formed XML ({error.msg})", where=f"{where or 'record'}:{line}", remedy="mend it there"
        ) from error


def parse_record(data: bytes, *, where: str = "") -> etree._Element:
    """Parse the bytes of a record; what is none is told so, whatever else is wrong with it.

    Raises:
        RecordError: as ``parse``, or no record of a collation.
    """
    letters = data.replace(b"\0", b"")
    if not letters.strip():
        raise RecordError("the file is empty", where=where, remedy=_GIVE)
    if b"<TEI" not in letters:
        first = _FIRST.search(letters)
        what = "this is no TEI record of muqabala" + (f" but <{first[1].decode()}>" if first else "")
        raise RecordError(what, where=where, remedy=_GIVE)
    root = parse(data, where=where)
    if root.tag != TEI + "TEI" or root.get("type") != "alignment":
        what = "this is a TEI document but no record of muqabala"
        raise RecordError(what, where=f"{where or 'record'}:{root.sourceline or 1}", remedy=_GIVE)
    return root


_GIVE = "give a record that `muqabala collate` wrote"
_FIRST = re.compile(rb"<([A-Za-z][A-Za-z0-9:-]{0,30})")


def _refuse(data: bytes, where: str) -> None:
    if len(data) > MAX_BYTES:
        what = f"{len(data)} bytes are more than the {MAX_BYTES} a record may have"
        raise RecordError(what, where=where, remedy="split the collation")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        what, remedy = "the record is not UTF-8", "save it as UTF-8"
        raise RecordError(what, where=f"{where}, byte {error.start}".lstrip(", "), remedy=remedy) from error
    declared = _DECLARED.match(data)
    if declared and declared[1].lower() != b"utf-8":
        raise RecordError(f"the record declares {declared[1].decode()}", where=where, remedy="save it as UTF-8")
    # A record has no comment or CDATA section that could hold these letters, and its text escapes "<".
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        what = "a DOCTYPE is not allowed in a record"
        raise RecordError(what, where=where, remedy="delete it and what it declares")
