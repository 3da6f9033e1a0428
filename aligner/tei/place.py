"""Ids of a record, and pointers from spans to the elements that hold them and back."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from aligner.errors import RecordError
from aligner.model import Segment, Span, Witness

__all__ = ["Place", "keyed_digest", "name_id", "span_of", "text_key"]

_PLAIN = re.compile("[A-Za-z0-9-]")
_RANGE = re.compile(r"#string-range\(([^,()\s]+),(\d+),(\d+)\)$")
_INDEX = re.compile(r"#string-index\(([^,()\s]+),(\d+)\)$")
_CHAR = re.compile(r"text/[^#\s]+\.txt#char=(\d+),(\d+)$")


def name_id(name: str) -> str:
    """Make a name usable inside an xml:id; different names give different ids, and none holds a dot.

    >>> name_id("en"), name_id("Nour R."), name_id("7")
    ('en', 'Nour_20_R_2e_', '_37_')
    """
    escaped = "".join(c if _PLAIN.match(c) else f"_{ord(c):x}_" for c in name)
    first = escaped[:1]
    return escaped if first.isalpha() or first == "_" else f"_{ord(first):x}_{escaped[1:]}" if first else "_"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the spans of one witness stand in a record.

    With ``full`` a span is a TEI pointer into the segment, block or gap that holds it (string-range, or
    string-index at both ends where it reaches over several); without, an RFC 5147 range of the text file.
    """

    witness: Witness
    segments: tuple[Segment, ...]
    full: bool = True
    id: str = field(init=False)
    _segment_starts: tuple[int, ...] = field(init=False)
    _block_starts: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", name_id(self.witness.siglum))
        object.__setattr__(self, "_segment_starts", tuple(s.span.start for s in self.segments))
        object.__setattr__(self, "_block_starts", tuple(b.span.start for b in self.witness.blocks))

    def gap(self, k: int) -> Span | None:
        """Give the text between block ``k - 1`` and ``k``, None where nothing or just one LF stands there.

        A text without any block is one gap.
        """
        blocks, text = self.witness.blocks, self.witness.text
        start = blocks[k - 1].span.end if k else 0
        end = blocks[k].span.start if k < len(blocks) else len(text)
        inner = 0 < k < len(blocks)
        if start == end:
            return None
        return None if inner and text[start:end] == "\n" else Span(start, end)

    def is_joined(self, k: int) -> bool:
        """Tell whether block ``k`` follows the one before without even the LF that need not be written."""
        blocks = self.witness.blocks
        return 0 < k < len(blocks) and blocks[k - 1].span.end == blocks[k].span.start

    def pointer(self, span: Span) -> dict[str, str | None]:
        """Give the attributes that point at a span."""
        if not self.full:
            return {"target": f"text/{self.id}.txt#char={span.start},{span.end}"}
        (first, start), (last, end) = self._from(span.start), self._to(span.end)
        if first == last:
            return {"target": f"#string-range({first},{start},{end - start})"}
        return {"from": f"#string-index({first},{start})", "to": f"#string-index({last},{end})"}

    def point(self, offset: int) -> str:
        """Give a pointer at the place before the character at ``offset``, where a segment is absent."""
        if not self.full:
            return f"text/{self.id}.txt#char={offset}"
        name, at = self._to(offset) if offset else (self.id, 0)
        return f"#string-index({name},{at})"

    def _from(self, offset: int) -> tuple[str, int]:
        name, start, k = self._container(offset)
        if name:
            return name, offset - start
        return f"{self.id}.b{k}", len(self.witness.blocks[k - 1].span)  # the LF after block k, not written

    def _to(self, offset: int) -> tuple[str, int]:
        name, start, k = self._container(offset - 1)
        return (name, offset - start) if name else (f"{self.id}.b{k + 1}", 0)

    def _container(self, offset: int) -> tuple[str, int, int]:
        """Find the element that holds a character: id (empty: an unwritten LF), its start, its number."""
        n = bisect_right(self._segment_starts, offset)
        if n and offset < self.segments[n - 1].span.end:
            return f"{self.id}.s{n}", self._segment_starts[n - 1], n
        k = bisect_right(self._block_starts, offset)
        if k and offset < self.witness.blocks[k - 1].span.end:
            return f"{self.id}.b{k}", self._block_starts[k - 1], k
        gap = self.gap(k)
        return (f"{self.id}.g{k + 1}", gap.start, k) if gap else ("", 0, k)


def span_of(attributes: Mapping[str, str], starts: Mapping[str, int], *, where: str) -> Span:
    """Read back what ``Place.pointer`` wrote; ``starts`` knows the offset of every element with an id.

    Raises:
        RecordError: not a pointer of ours, or one at an element that is not there.

    >>> span_of({"target": "#string-range(en.s2,3,4)"}, {"en.s2": 10}, where="")
    Span(start=13, end=17)
    """
    target = attributes.get("target", "")
    try:
        if found := _RANGE.match(target):
            start = starts[found[1]] + int(found[2])
            return Span(start, start + int(found[3]))
        if found := _CHAR.match(target):
            return Span(int(found[1]), int(found[2]))
        first, last = _INDEX.match(attributes.get("from", "")), _INDEX.match(attributes.get("to", ""))
        if first and last:
            return Span(starts[first[1]] + int(first[2]), starts[last[1]] + int(last[2]))
    except KeyError as error:
        what = f"a pointer at {error}, which is not in the record"
        raise RecordError(what, where=where, remedy="mend the pointer") from error
    except ValueError as error:
        raise RecordError(str(error), where=where, remedy="mend the pointer") from error
    raise RecordError("not a pointer to a stretch of text", where=where, remedy="mend the pointer")


def text_key(text: str) -> bytes:
    """Make the key of a text's digests, which nobody can make who does not have the text.

    >>> len(text_key("abc"))
    32
    """
    return hashlib.sha256(b"keyed16\0" + text.encode("utf-8", "surrogatepass")).digest()


def keyed_digest(key: bytes, piece: str) -> str:
    """Digest a piece of a text so that guessing short pieces is of no use without the whole text.

    >>> len(keyed_digest(text_key("abc"), "b"))
    16
    """
    return hashlib.sha256(key + piece.encode("utf-8", "surrogatepass")).hexdigest()[:16]
