"""The two texts of a record: as elements, or as a list of the places in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aligner.model import Block, Kind
from aligner.tei.header import inner_header
from aligner.tei.letters import Prefixes, anchor_table
from aligner.tei.parts import Parts, absence
from aligner.tei.place import Place, keyed_digest, text_key
from aligner.tei.xml import element, lines

__all__ = ["text_element", "text_spans"]

# Unicode 16, Scripts.txt and CLDR: the languages written from right to left that news is published in
_RTL = ("ar", "fa", "ur", "he", "ckb", "ps", "sd", "ug", "yi", "dv")


def text_element(record: Parts, place: Place) -> str:
    """Write one of the two texts as a TEI of its own."""
    witness, is_target = place.witness, place is record.target
    is_rtl = witness.language.partition("-")[0].lower() in _RTL
    attributes = {
        "xml:id": place.id,
        "xml:lang": witness.language,
        "rendition": "#rn.rtl" if is_rtl else None,
    }
    return lines(
        "TEI",
        {"xml:id": f"doc.{place.id}", "type": "translation" if is_target else "source"},
        [
            inner_header(witness, place.id),
            lines("text", attributes, [lines("body", None, _body(record, place))]),
        ],
    )


def _body(record: Parts, place: Place) -> Iterator[str]:
    """Write the blocks; a heading opens a div, since TEI wants headings at the head of one."""
    anchors = _anchors(record, place)
    yield "".join(anchors.get(0, ()))
    is_open = False
    blocks = place.witness.blocks
    stretches = _stretches(place)
    for k, block in enumerate(blocks):
        yield _gap(place, k)
        if block.kind is Kind.HEADING:
            yield "</div>\n<div>" if is_open else "<div>"
            is_open = True
        yield _block(place, k, block, stretches[k], anchors)
    yield _gap(place, len(blocks))
    if not place.witness.text:
        yield '<ab type="gap" xml:space="preserve"/>'
    if is_open:
        yield "</div>"


def _gap(place: Place, k: int) -> str:
    gap = place.gap(k)
    attributes = {"xml:id": f"{place.id}.g{k + 1}", "type": "gap", "xml:space": "preserve"}
    if gap is None:
        return element("ab", attributes) if place.is_joined(k) else ""
    return element("ab", attributes, gap.of(place.witness.text))


def _block_tag(block: Block) -> tuple[str, str | None]:
    name = {Kind.HEADING: "head", Kind.PARAGRAPH: "p", Kind.PARATEXT: "ab"}[block.kind]
    return name, str(block.role) if block.role else None


def _stretches(place: Place) -> list[range]:
    """Give for each block the numbers (from 0) of the segments that lie in it."""
    found = [range(0)] * len(place.witness.blocks)
    for n, segment in enumerate(place.segments):
        known = found[segment.block]
        found[segment.block] = range(known.start if known else n, n + 1)
    return found


def _block(place: Place, k: int, block: Block, inside: range, anchors: Mapping[int, Sequence[str]]) -> str:
    text, at = place.witness.text, block.span.start
    name, role = _block_tag(block)
    parts: list[str] = []
    for n in inside:
        span = place.segments[n].span
        parts += (
            _escaped(text[at : span.start]),
            element("s", {"xml:id": f"{place.id}.s{n + 1}"}, span.of(text)),
        )
        parts += anchors.get(n + 1, ())
        at = span.end
    parts.append(_escaped(text[at : block.span.end]))
    return lines(name, {"xml:id": f"{place.id}.b{k + 1}", "type": role, "xml:space": "preserve"}, parts, sep="")


def _escaped(text: str) -> str:
    """Escape a piece of running text, by way of an element's content."""
    return element("s", None, text)[3:-4] if text else ""


def _anchors(record: Parts, place: Place) -> dict[int, list[str]]:
    """Give the anchors of absence of one text, by the number of segments before them."""
    found: dict[int, list[str]] = {}
    for number, bead in enumerate(record.beads, 1):
        side = bead.target if place is record.target else bead.source
        if not side:
            found.setdefault(side.start, []).append(f'<anchor xml:id="{place.id}.a{number}" type="absence"/>')
    return found


def text_spans(record: Parts, place: Place) -> str:
    """Write where blocks, segments and absences stand in a text that is not in the record."""
    text, prefixes = place.witness.text, Prefixes(place.witness.text)
    rows = [element("desc", {"type": "letters"}, anchor_table(record.collation, place.witness))]
    key, anchors, stretches = text_key(text), _anchors(record, place), _stretches(place)
    absences = {n: [a.partition('"')[2].partition('"')[0] for a in names] for n, names in anchors.items()}
    rows += (absence(place, name, 0) for name in absences.get(0, ()))
    for k, block in enumerate(place.witness.blocks):
        name, role = _block_tag(block)
        rows.append(
            element("span", {"xml:id": f"{place.id}.b{k + 1}", "type": role or name, **place.pointer(block.span)})
        )
        for n in stretches[k]:
            span = place.segments[n].span
            digests = [
                f'<idno type="sha256-keyed16">{keyed_digest(key, span.of(text))}</idno>',
                f'<idno type="sha256-prefix16">{prefixes.upto(span.end)}</idno>',
            ]
            attributes = {"xml:id": f"{place.id}.s{n + 1}", "type": "s", **place.pointer(span)}
            rows.append(lines("span", attributes, digests, sep=""))
            rows += (absence(place, name, span.end) for name in absences.get(n + 1, ()))
    attributes = {
        "xml:id": place.id,
        "type": "text",
        "corresp": f"#bib.{place.id}",
        "xml:lang": place.witness.language,
    }
    return lines("spanGrp", attributes, rows)
