"""Small collations of invented news, built by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from aligner.model import (
    Bibl,
    Block,
    Category,
    Collation,
    Direction,
    Edit,
    EditKind,
    Function,
    Judgement,
    Kind,
    Ladder,
    QuotationCue,
    Role,
    Segment,
    Side,
    Signature,
    Span,
    Status,
    Witness,
)
from aligner.text import quotations

Text = Sequence[tuple[str, Sequence[str]]]
"""Blocks of a text: what each is (h, p, or the role of a paratext) and its segments."""

SIGNATURE = Signature((("muqabala", "0.1.0"), ("model", "fake")))


def witness(siglum: str, language: str, blocks: Text, **bibl: str) -> tuple[Witness, tuple[Segment, ...]]:
    text, made, segments = "", [], []
    for index, (what, sentences) in enumerate(blocks):
        text += "\n\n" if text else ""
        start = len(text)
        for n, sentence in enumerate(sentences):
            text += " " if n else ""
            if what in "hp":
                segments.append(Segment(Span(len(text), len(text) + len(sentence)), index))
            text += sentence
        kind = {"h": Kind.HEADING, "p": Kind.PARAGRAPH}.get(what, Kind.PARATEXT)
        made.append(Block(Span(start, len(text)), kind, Role(what) if kind is Kind.PARATEXT else None))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    held = Witness(siglum, language, text, tuple(made), digest, f"{siglum}.txt", bibl=Bibl(**bibl))
    return held, tuple(segments)


def find(held: Witness | None, words: str | None, nth: int = 0) -> Span | None:
    if held is None or words is None:
        return None
    at = -1
    for _ in range(nth + 1):
        at = held.text.index(words, at + 1)
    return Span(at, at + len(words))


def collation(
    source: Text | None,
    target: Text,
    beads: Sequence[str] = (),
    edits: Sequence[dict[str, object]] = (),
    **bibl: str,
) -> Collation:
    """Beads are written ``2-1``; an edit names its words on either side and may set any field."""
    ar, ar_segments = witness("ar", "ar", target, **bibl)
    en, en_segments = witness("en", "en", source, **bibl) if source is not None else (None, ())
    ladder = None
    if en is not None:
        rungs, judgements = [(0, 0)], []
        for n, bead in enumerate(beads):
            k, m = map(int, bead.split("-"))
            rungs.append((rungs[-1][0] + k, rungs[-1][1] + m))
            judgements.append(Judgement(round(0.9 - 0.03 * n, 2)))
        ladder = Ladder(tuple(rungs), tuple(judgements))
    made = tuple(_edit(en, ar, ladder, en_segments, ar_segments, dict(e)) for e in edits)
    return Collation(ar, ar_segments, en, en_segments, ladder, edits=made, signature=SIGNATURE)


def _edit(
    en: Witness | None,
    ar: Witness,
    ladder: Ladder | None,
    en_segments: Sequence[Segment],
    ar_segments: Sequence[Segment],
    values: dict[str, object],
) -> Edit:
    source = find(en, values.pop("source", None), values.pop("nth_source", 0))  # type: ignore[arg-type]
    target = find(ar, values.pop("target", None), values.pop("nth_target", 0))  # type: ignore[arg-type]
    bead = None
    for n, b in enumerate(ladder.beads if ladder else ()):
        if target and any(ar_segments[j].span.covers(target) for j in b.target):
            bead = n
        if bead is None and source and any(en_segments[i].span.covers(source) for i in b.source):
            bead = n
    plain: dict[str, object] = {
        "category": Category.HEDGE,
        "direction": Direction.ADDED,
        "confidence": 0.8,
        "rationale": "The translation holds the term off; the source does not.",
        "rule": "hedge.h001",
        "kind": EditKind.EDIT if en else EditKind.MARK,
        "bead": bead,
    }
    return Edit(source=source, target=target, **{**plain, **values})  # type: ignore[arg-type]


NEWS_EN: Text = (
    ("h", ["Harbour strike enters third week"]),
    ("byline", ["By Mara Lind"]),
    (
        "p",
        [
            "Dockers at the port of Sarvan stopped work again on Monday.",
            "The terrorist attack on the pier killed two people.",
        ],
    ),
    (
        "p",
        [
            "The minister said the strike was over.",
            "He spoke to reporters.",
            "The brutal militia denied any part in it.",
        ],
    ),
    ("p", ["A police officer named Omar (32) wrote “all quiet” on 12/05/2026."]),
    ("p", ["The terrorist attack has been condemned everywhere."]),
)
NEWS_AR: Text = (
    ("h", ["إضراب الميناء يدخل أسبوعه الثالث"]),
    ("attribution", ["مترجم من صحيفة The Sarvan Post."]),
    (
        "p",
        [
            "توقف عمال ميناء سارفان عن العمل مجدداً يوم الإثنين.",
            "وأسفر ما يُعرف بـ”الهجوم الإرهابي“ على الرصيف عن مقتل شخصين.",
        ],
    ),
    ("p", ["وزعم الوزير في حديثه للصحفيين أن الإضراب انتهى.", "ونفت الجماعة المسلحة أي دور لها."]),
    ("p", ["وكتب شرطي اسمه عمر (32) عبارة «all quiet» يوم 12/05/2026."]),
    ("p", ["وأدين الهجوم في كل مكان.", "وهذا انتصار باهر للعمال."]),
)
NEWS_BEADS = ("1-1", "1-1", "1-1", "2-1", "1-1", "1-1", "1-1", "0-1")
NEWS_EDITS: Sequence[dict[str, object]] = (
    {
        "category": Category.SCARE_QUOTE,
        "source": "terrorist attack",
        "target": "”الهجوم الإرهابي“",
        "rationale": "The source has the term bare; the translation puts it in quotation marks.",
        "rule": "quote.bare",
        "confidence": 0.91,
        "group": "attack",
        "referent": "terrorist attack",
    },
    {
        "source": "terrorist attack",
        "target": "ما يُعرف ب",
        "rule": "hedge.h002",
        "confidence": 0.84,
        "rationale": "ما يُعرف بـ stands before the term; nothing like it stands in the source.",
        "group": "attack",
        "referent": "terrorist attack",
        "status": Status.ACCEPTED,
        "by": "lina",
        "note": "clear case",
    },
    {
        "category": Category.ATTRIBUTION,
        "direction": Direction.SOFTENED,
        "source": "said",
        "target": "زعم",
        "rationale": "said is neutral; زعم says that the speaker may be wrong.",
        "rule": "report.claim",
        "confidence": 0.77,
    },
    {
        "category": Category.LABEL,
        "direction": Direction.SOFTENED,
        "source": "brutal militia",
        "target": "الجماعة المسلحة",
        "rationale": "militia stands two ranks above الجماعة المسلحة.",
        "rule": "label.armed",
        "confidence": 0.66,
    },
    {
        "category": Category.OMISSION,
        "direction": Direction.REMOVED,
        "source": "brutal",
        "target": None,
        "rationale": "The evaluating word brutal has no counterpart.",
        "rule": "omission.evaluative",
        "confidence": 0.52,
        "status": Status.REJECTED,
        "by": "lina",
    },
    {
        "category": Category.ADDITION,
        "direction": Direction.ADDED,
        "source": None,
        "target": "انتصار باهر",
        "rationale": "The evaluating words have no counterpart in the source.",
        "rule": "addition.evaluative",
        "confidence": 0.7,
        "severity": "high",
    },
    {
        "category": Category.INCONSISTENCY,
        "direction": Direction.NONE,
        "source": "terrorist attack",
        "nth_source": 1,
        "target": "الهجوم",
        "nth_target": 1,
        "group": "attack",
        "referent": "terrorist attack",
        "rationale": "Rendered bare here, quoted and hedged above.",
        "rule": "inconsistency.term",
        "confidence": 0.6,
    },
)


def news() -> Collation:
    """A pair with every kind of row and every category but transposition; its quotations called scare quotes."""
    made = collation(
        NEWS_EN,
        NEWS_AR,
        NEWS_BEADS,
        NEWS_EDITS,
        outlet="The Sarvan Post",
        published="2026-05-12",
        url="https://example.org/strike",
    )
    cues = tuple(
        QuotationCue(side, found.outer, Function.SCARE)
        for side in Side
        if (witness := made.witness(side))
        for found in quotations(witness.text)
    )
    return replace(made, quotations=cues)


def alone() -> Collation:
    """The translation without its source: marks only."""
    marks = [
        {"target": "ما يُعرف ب", "rationale": "A hedge stands here."},
        {
            "target": "زعم",
            "category": Category.ATTRIBUTION,
            "direction": Direction.NONE,
            "rationale": "A claiming verb.",
        },
    ]
    return collation(None, NEWS_AR, (), marks)
