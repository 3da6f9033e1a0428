"""XML from strangers: no DOCTYPE, no entities, no network, bounded size and depth."""

from __future__ import annotations

import re

from lxml import etree

from aligner.errors import InputError

__all__ = ["LARGEST", "local_name", "parse_xml"]

# No article comes near it; what does is an attack or the wrong file (bytes).
LARGEST = 50_000_000
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_xml(data: bytes, *, where: str = "") -> etree._Element:
    """Parse XML into its root element.

    >>> parse_xml(b"<a>x</a>").text
    'x'

    Raises:
        InputError: too large, with a DOCTYPE, not well-formed, or nested beyond 256 levels.
    """
    if len(data) > LARGEST:
        what = f"the XML is larger than {LARGEST // 1_000_000} MB"
        raise InputError(what, where=where, remedy="give the article alone")
    # UTF-16 hides the letters between NULs.
    if _DOCTYPE.search(data.replace(b"\0", b"")):
        remedy = "remove it and any entities of its own, and try again"
        raise InputError("the XML has a DOCTYPE, which could draw in other files", where=where, remedy=remedy)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        what = f"the XML is not well-formed ({error})"
        raise InputError(what, where=where, remedy="export it again from where it came") from error


def local_name(element: etree._Element) -> str:
    """Give the name of an element without its namespace, empty for comments and the like.

    >>> local_name(parse_xml(b'<p xmlns="urn:x"/>'))
    'p'
    """
    # not etree.QName, which refuses names that damaged pages have
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
