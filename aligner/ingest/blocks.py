"""Cut a plain text into blocks and tell headings and paratext from paragraphs, by form and place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from aligner.ingest.tables import table
from aligner.model import Block, Kind, Role, Span
from aligner.text import normalise

__all__ = ["find_blocks"]

_PARAGRAPH_BREAK = re.compile(r"(?:\r\n|\n|\r)[ \t\u00a0]*(?:\r\n|\n|\r)\s*")
_LINE = re.compile(r"[^\r\n]+")
_STOP = re.compile(r"[.!?:;,\u061f\u060c\u061b\u2026][\"'\u201d\u2019\u00bb)\]\u201c]*\s*\Z")
_BULLET = re.compile(r"\s*(?:[-*\u2022\u25cf]|\d+[.)-])\s")
_LONGEST_HEADING = 14  # words; the title, which comes first, may be longer
_LONGEST_TITLE = 30
_LONGEST_PARATEXT = 40  # words of a line of paratext
_TITLE_OUTLET = re.compile(
    "^[\"\u201c\u201d\u00ab'\u2018].{5,200}[\"\u201c\u201d\u00bb'\u2019]"
    r"\s*[,\u060c\u2013\u2014-]?\s*\S.{1,60}$"
)
_TAIL = 12  # blocks from the end in which paratext of the tail may stand
_HEAD = 4
_WRAPPED = (40, 110)  # characters of a line in hard-wrapped text


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    text: str

    @property
    def n_words(self) -> int:
        return len(self.text.split())


def find_blocks(text: str) -> tuple[Block, ...]:
    """Give the blocks of a text: a line or a hard-wrapped paragraph each, blank lines between.

    >>> [str(block.kind) for block in find_blocks("A title\\n\\nA sentence. Another.\\nLeave a comment")]
    ['heading', 'paragraph', 'paratext']
    """
    lines = list(_lines(text))
    roles = _paratext_roles(lines)
    body = [k for k in range(len(lines)) if roles.get(k) is None]
    headings = {k for place, k in enumerate(body) if _is_heading(lines, body, place)}
    return tuple(_block(line, roles.get(k), k in headings) for k, line in enumerate(lines))


def _block(line: _Line, role: Role | None, is_heading: bool) -> Block:
    if role:
        return Block(line.span, Kind.PARATEXT, role)
    return Block(line.span, Kind.HEADING if is_heading else Kind.PARAGRAPH)


def _lines(text: str) -> Iterator[_Line]:
    """Yield lines, and hard-wrapped paragraphs as one."""
    start = 0
    for end, after in [
        *((m.start(), m.end()) for m in _PARAGRAPH_BREAK.finditer(text)),
        (len(text), len(text)),
    ]:
        found = [_trimmed(text, start + m.start(), start + m.end()) for m in _LINE.finditer(text[start:end])]
        lines = [line for line in found if line]
        if _is_wrapped(lines):
            span = Span(lines[0].span.start, lines[-1].span.end)
            yield _Line(span, span.of(text))
        else:
            yield from lines
        start = after


def _trimmed(text: str, start: int, end: int) -> _Line | None:
    while start < end and _is_blank(text[start]):
        start += 1
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    return _Line(Span(start, end), text[start:end]) if start < end else None


def _is_blank(char: str) -> bool:
    return char.isspace() or char in "\ufeff\u200b\u200e\u200f"


def _is_wrapped(lines: Sequence[_Line]) -> bool:
    """Three lines and more of one width, most of which break off inside a sentence."""
    if len(lines) < 3:
        return False
    inner = lines[:-1]
    widths_fit = all(_WRAPPED[0] <= len(line.text) <= _WRAPPED[1] for line in inner)
    broken_off = sum(not _STOP.search(line.text) for line in inner)
    return widths_fit and broken_off > len(inner) / 2


def _paratext_roles(lines: Sequence[_Line]) -> dict[int, Role]:
    roles: dict[int, Role] = {}
    for k, line in enumerate(lines):
        is_edge = k < _HEAD or k >= len(lines) - _TAIL
        if is_edge and line.n_words <= _LONGEST_PARATEXT:
            role = _role(line, has_neighbours=len(lines) > 1)
            if role:
                roles[k] = role
    for k, role in list(roles.items()):
        if role is Role.ATTRIBUTION and k + 1 < len(lines) and k + 1 not in roles and _goes_on(lines[k + 1]):
            roles[k + 1] = Role.ATTRIBUTION
    return roles


def _role(line: _Line, *, has_neighbours: bool) -> Role | None:
    folded = normalise(line.text).text.strip()
    if not has_neighbours:
        return None
    for role in (Role.ATTRIBUTION, Role.FURNITURE, Role.BYLINE, Role.CAPTION):
        found = _pattern(role).match(line.text if role is Role.BYLINE else folded)
        if found and (role is Role.ATTRIBUTION or not _is_sentence(line, found.end())):
            return role
    return None


def _is_sentence(line: _Line, end: int) -> bool:
    """Furniture is short or ends soon after its cue; a sentence that happens to start like it goes on."""
    return line.n_words > 12 and len(line.text) > end + 60


def _goes_on(line: _Line) -> bool:
    """The line after "translated from": a quoted title with an outlet."""
    return line.n_words <= _LONGEST_PARATEXT and bool(_TITLE_OUTLET.match(line.text))


@cache
def _pattern(role: Role) -> re.Pattern[str]:
    rows = table("blocks.yaml")[str(role)]
    flags = 0 if role is Role.BYLINE else re.IGNORECASE
    return re.compile("|".join(f"(?:{row})" for row in rows), flags)


def _is_heading(lines: Sequence[_Line], body: Sequence[int], place: int) -> bool:
    """A short line without a stop, with running text after it; the first line may be longer."""
    line = lines[body[place]]
    if place + 1 >= len(body) or _STOP.search(line.text) or _BULLET.match(line.text):
        return False
    if line.n_words > (_LONGEST_TITLE if place == 0 else _LONGEST_HEADING):
        return False
    following = lines[body[place + 1]]
    return place == 0 or following.n_words > line.n_words or bool(_STOP.search(following.text))
