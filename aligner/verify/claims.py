"""What the translation says of its source, against what the source says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from aligner.model import Bibl
from aligner.names import is_same_name
from aligner.tei.xml import TEI
from aligner.text import normalise_word
from aligner.verify.case import Case, Fault

__all__ = ["attribution"]


def attribution(case: Case) -> Iterator[Fault]:
    """What the translation says of its source is what the source says of itself."""
    collation = case.collation
    attribution = collation and collation.target.attribution
    if not collation or not attribution or not collation.source:
        return
    node = case.root.find(f".//{TEI}relatedItem[@type='claimedSource']")
    for fact, claimed, found in _disagreements(attribution.claims, collation.source.bibl):
        what = f"the translation says its source has the {fact} {claimed!r}, but the source has {found!r}"
        yield case.fault("attribution", node, what, "collate it with the source it names, or note the difference")


def _disagreements(claims: Bibl, own: Bibl) -> Iterator[tuple[str, str, str]]:
    tests: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
        ("title", _is_same_title), ("outlet", _is_same_name), ("author", _is_same_name),
        ("published", _is_same_date), ("url", _is_same_url),
    )  # fmt: skip
    for fact, is_same in tests:
        claimed, found = getattr(claims, fact), getattr(own, fact)
        if claimed and found and not is_same(claimed, found):
            yield fact, claimed, found


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def _words(text: str) -> list[str]:
    return [normalise_word(word).lower() for word in re.findall(r"\w+", text)]


def _is_same_title(claimed: str, found: str) -> bool:
    """A title in another language cannot be compared."""
    return _is_arabic(claimed) != _is_arabic(found) or _words(claimed) == _words(found)


def _is_same_name(claimed: str, found: str) -> bool:
    """Names agree when they share a word, in one script or across the two; "The Daily Sabah", "Daily Sabah"."""
    mine, theirs = _words(claimed), _words(found)
    if _is_arabic(claimed) == _is_arabic(found):
        return bool({word for word in mine if len(word) > 3} & set(theirs)) or mine == theirs
    latin, arabic = (theirs, mine) if _is_arabic(claimed) else (mine, theirs)
    return any(is_same_name(a, b) for a in latin for b in arabic)


def _is_same_date(claimed: str, found: str) -> bool:
    n = min(len(claimed), len(found), 10)
    return claimed[:n] == found[:n]


def _is_same_url(claimed: str, found: str) -> bool:
    def place(url: str) -> tuple[str, str]:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")

    try:
        return place(claimed) == place(found)
    except ValueError:  # not a URL
        return claimed == found
