"""The header of a record: who and what made it, the two texts as bibliographic items, the taxonomy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from aligner.model import Bibl, Collation, Decision, Edit, Signature, Witness
from aligner.patch import subject
from aligner.resources import load_table
from aligner.tei.place import name_id
from aligner.tei.xml import element, lines
from aligner.text import arabic_share

__all__ = ["PROGRAM", "SEAL", "agents", "header", "inner_header", "is_program", "taxonomies", "when"]

PROGRAM = "muqabala"  # the id under which the program itself answers
SEAL = "0" * 64  # stands where the digest of the record goes while the digest is taken

_DATE = re.compile(r"(?!0000)\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?)?)?$")
_VERSION = re.compile(r"\d+[a-z]*\d*(\.\d+[a-z]*\d*){0,3}$")  # TEI's teidata.versionNumber
_STAGES = (
    ("ingest", "reading of the files"),
    ("segment", "sentence segmentation"),
    ("align", "automatic sentence alignment"),
    ("link", "automatic word and phrase alignment"),
    ("frame", "automatic proposal of framing edits and marks"),
)
_TABLES = (
    ("di", "directions"), ("kd", "kinds"), ("sv", "severities"), ("st", "statuses"), ("qf", "functions"),
)  # fmt: skip
_EDITORIAL = (
    ("correction", "None: what is wrong in a text stays wrong."),
    ("normalization", "None: the text is what was read, code point for code point."),
    ("quotation", "Quotation marks are text, never replaced by elements: they are evidence."),
    (
        "segmentation",
        "s elements mark sentences. Blocks are joined by one line feed unless an ab of type gap "
        "stands between them, holding what does; white space inside a block is text.",
    ),
    (
        "interpretation",
        "Machine proposals and human decisions are never merged: resp names who answers for the "
        "present state, listChange keeps every decision with what was before and after. A number "
        "in cert is a probability given by a machine, a word is the judgement of a person.",
    ),
)
_POINTERS = {
    True: "string-range(ID,OFFSET,LENGTH) and string-index(ID,OFFSET) point into the element named; offsets "
    "count Unicode code points from 0. A point of absence is an anchor element.",
    False: "Pointers are RFC 5147 fragments, char=START,END, into text/SIGLUM.txt (not distributed: the text "
    "of the witness as UTF-8, digest in sourceDesc); positions count Unicode code points from 0. char=N "
    "alone is a point where a segment is absent. sha256-keyed16 is the first 16 hexadecimal digits of the "
    "digest of a piece, keyed with a digest of the whole text.",
}
_HELD = {
    True: "Holds the full text of the article, which may be under copyright of others.",
    False: "Annotation only, without the text of the articles. Titles, what the translation says of its "
    "source and short quotations in rationales and notes stay readable.",
}


def when(value: str) -> dict[str, str | None]:
    """Give a date as TEI's ``when`` if it is one, else as written in ``n``; nothing for an empty one.

    >>> when("2026-11-21"), when("last week"), when("")
    ({'when': '2026-11-21'}, {'n': 'last week'}, {})
    """
    if not value:
        return {}
    return {"when": value} if _is_date(value) else {"n": value}


def _is_date(value: str) -> bool:
    if not _DATE.match(value) or not value.isascii():
        return False
    try:
        datetime.fromisoformat(value + "-01-01"[len(value) - 4 :])  # completes a year or a month
    except ValueError:
        return False
    zone = re.search(r"[+-](\d\d):(\d\d)$", value[10:])
    return zone is None or (int(zone[1]) < 14 and int(zone[2]) < 60)


def agents(collation: Collation) -> dict[str, str]:
    """Give the xml:id of everybody who answers for something in the collation, by their own id."""
    judgements = collation.ladder.judgements if collation.ladder else ()
    names = {d.who for d in collation.decisions} | {e.by for e in collation.edits} | {j.by for j in judgements}
    return {name: f"who.{name_id(name)}" for name in sorted(names - {""})}


def is_program(name: str, signature: Signature) -> bool:
    """Tell whether an agent is software: the program itself, or one its signature names.

    >>> is_program("muqabala", Signature()), is_program("nour", Signature())
    (True, False)
    """
    return name == PROGRAM or name in signature.as_dict()


def header(collation: Collation, *, full: bool, spans: Mapping[str, str]) -> str:
    """Write the teiHeader; ``spans`` gives the id of the span of each witness's attribution line."""
    return lines(
        "teiHeader",
        None,
        [
            lines(
                "fileDesc",
                None,
                [
                    _title_statement(collation, full=full),
                    _publication(collation, full=full),
                    lines("sourceDesc", None, [lines("listBibl", None, _items(collation, spans))]),
                ],
            ),
            _encoding(collation, full=full),
            lines("profileDesc", None, [lines("langUsage", None, _languages(collation))]),
            _revisions(collation),
        ],
    )


def inner_header(witness: Witness, name: str) -> str:
    """Write the small header of one of the two texts."""
    title = witness.bibl.title or witness.siglum
    language = _language(witness.bibl.title, witness.language)
    return lines(
        "teiHeader",
        None,
        [
            lines(
                "fileDesc",
                None,
                [
                    lines("titleStmt", None, [element("title", {"xml:lang": language}, title)], sep=""),
                    "<publicationStmt><p>See availability in the enclosing header.</p></publicationStmt>",
                    f'<sourceDesc><bibl corresp="#bib.{name}"/></sourceDesc>',
                ],
            )
        ],
    )


def _language(title: str, language: str) -> str:
    """Give the language of a title: an Arabic text may name the English title of its source, as may a manifest."""
    share = arabic_share(title)
    if language == "ar" and share < 0.5:
        return "en"
    return "ar" if language == "en" and share > 0.5 else language


def _title_statement(collation: Collation, *, full: bool) -> str:
    titles = [w.bibl.title or w.siglum for w in (collation.source, collation.target) if w]
    title = "Collation: " + " / ".join(titles) + ("" if full else " (stand-off, without text)")
    program = [
        f'<respStmt xml:id="rs.{stage}"><resp>{what}</resp>'
        f'<name type="software" ref="#app.muqabala">{PROGRAM} {stage}</name></respStmt>'
        for stage, what in _STAGES
    ]
    people = [
        lines(
            "respStmt",
            {"xml:id": name},
            [
                "<resp>review and correction</resp>",
                element("name", {"type": "software", "ref": "#app.muqabala"}, who)
                if is_program(who, collation.signature)
                else element("persName", None, who),
            ],
            sep="",
        )
        for who, name in agents(collation).items()
    ]
    return lines("titleStmt", None, [element("title", None, title), *program, *people])


def _publication(collation: Collation, *, full: bool) -> str:
    return lines(
        "publicationStmt",
        None,
        [
            "<authority>not published</authority>",
            f'<idno type="sha256" subtype="record">{SEAL}</idno>',
            lines(
                "availability",
                {"status": "restricted" if full else "unknown"},
                [element("p", None, _HELD[full])],
            ),
            element("date", when(collation.made), collation.made) if collation.made else "",
        ],
    )


def _items(collation: Collation, spans: Mapping[str, str]) -> list[str]:
    target = collation.target
    if collation.source:
        first = _witness_item(collation.source, spans, [])
        origin = name_id(collation.source.siglum)
    else:
        claims = target.attribution.claims if target.attribution else Bibl()
        first, origin = _item("bib.missing", claims, {"status": "missing"}, target.language, []), "missing"
    related = f'<relatedItem type="translationOf" target="#bib.{origin}"/>'
    return [first, _witness_item(target, spans, [related])]


def _witness_item(witness: Witness, spans: Mapping[str, str], related: Sequence[str]) -> str:
    name = name_id(witness.siglum)
    facts = (
        ("origin", witness.origin),
        ("encoding", witness.encoding),
        ("mediaType", witness.media_type),
        ("reader", witness.reader),
        *(("reading", note) for note in witness.notes),
    )
    notes = [element("note", {"type": kind}, text) for kind, text in facts if text or kind == "reading"]
    claim = []
    if witness.attribution:
        line = f'<note type="attributionLine" target="#{spans[name]}"/>'
        item = _item(f"claim.{name}", witness.attribution.claims, {}, witness.language, [line])
        claim = [lines("relatedItem", {"type": "claimedSource"}, [item])]
    digests = [
        element("idno", {"type": "sha256", "subtype": "raw"}, witness.sha256) if witness.sha256 else "",
        element("idno", {"type": "sha256", "subtype": "canonical-text"}, witness.text_sha256),
    ]
    extent = lines("extent", None, [f'<measure quantity="{len(witness.text)}" unit="codepoint"/>'], sep="")
    own = {"n": witness.siglum}
    return _item(f"bib.{name}", witness.bibl, own, witness.language, [*notes, *claim, *related], digests, extent)


def _item(
    name: str,
    bibl: Bibl,
    attributes: Mapping[str, str],
    language: str,
    rest: Sequence[str],
    digests: Sequence[str] = (),
    extent: str = "",
) -> str:
    translator = element("name", None, bibl.translator) if bibl.translator else ""
    analytic = [
        element("title", {"level": "a", "xml:lang": _language(bibl.title, language)}, bibl.title) if bibl.title else "",
        element("author", None, bibl.author) if bibl.author else "",
        f"<respStmt><resp>translation</resp>{translator}</respStmt>" if translator else "",
        element("idno", {"type": "URI"}, bibl.url) if bibl.url else "",
        *digests,
    ]
    dates = [
        element("date", {"type": kind, **when(value)}, value)
        for kind, value in (("published", bibl.published), ("retrieved", bibl.retrieved))
        if value
    ]
    monograph = [
        element("title", {"level": "j"}, bibl.outlet) if bibl.outlet else "",
        lines("imprint", None, dates or ['<date type="published"/>'], sep=""),
        extent,
    ]
    return lines(
        "biblStruct",
        {"xml:id": name, **attributes},
        [
            lines("analytic", None, analytic) if any(analytic) else "",
            lines("monogr", None, monograph),
            element("note", {"type": "rights"}, bibl.rights) if bibl.rights else "",
            *rest,
        ],
    )


def _encoding(collation: Collation, *, full: bool) -> str:
    decisions = "".join(f"<{name}><p>{text}</p></{name}>\n" for name, text in _EDITORIAL)
    return lines(
        "encodingDesc",
        None,
        [
            "<projectDesc><p>Collation of a translation with its source (muqabala).</p></projectDesc>",
            f'<editorialDecl xml:id="ed.rules">\n{decisions}</editorialDecl>',
            '<tagsDecl><rendition xml:id="rn.rtl" scheme="css">direction: rtl; unicode-bidi: isolate;'
            "</rendition></tagsDecl>",
            f"<refsDecl><p>{_POINTERS[full]}</p></refsDecl>",
            taxonomies(),
            _applications(collation),
        ],
    )


@lru_cache
def taxonomies() -> str:
    """Write the taxonomy of data/taxonomy.yaml as classDecl."""
    data: dict[str, Any] = load_table("taxonomy.yaml")
    framing = [
        lines(
            "category",
            {"xml:id": f"fr.{key}", "ana": " ".join(f"#di.{d}" for d in row["directions"])},
            [
                *_descriptions(row),
                element("catDesc", {"xml:lang": "en", "n": "note"}, row["note"]),
            ],
            sep="",
        )
        for key, row in data["categories"].items()
    ]
    tables = [
        lines(
            "taxonomy",
            {"xml:id": "tx.framing", "n": data["version"]},
            [
                element("desc", {"xml:lang": "en"}, data["description"]["en"]),
                element("desc", {"xml:lang": "ar"}, data["description"]["ar"]),
                *framing,
            ],
        )
    ]
    for prefix, key in _TABLES:
        rows = [
            lines("category", {"xml:id": f"{prefix}.{name}"}, _descriptions(row), sep="")
            for name, row in data[key].items()
        ]
        tables.append(lines("taxonomy", {"xml:id": f"tx.{key}"}, rows))
    return lines("classDecl", None, tables)


def _descriptions(row: Mapping[str, str]) -> list[str]:
    return [element("catDesc", {"xml:lang": language}, row[language]) for language in ("en", "ar")]


def _applications(collation: Collation) -> str:
    version = collation.signature.as_dict().get(PROGRAM, "")
    rows = [element("label", None, key) + element("item", None, value) for key, value in collation.signature.items]
    settings = [lines("p", None, [lines("list", {"type": "gloss"}, rows)])] if rows else []
    attributes = {
        "xml:id": "app.muqabala",
        "ident": PROGRAM,
        "version": version if _VERSION.match(version) and version.isascii() else "0",
    }
    application = lines("application", attributes, [element("label", None, PROGRAM), *settings])
    return lines("appInfo", None, [application])


def _languages(collation: Collation) -> list[str]:
    found = dict.fromkeys(w.language for w in (collation.source, collation.target) if w)
    return [element("language", {"ident": language}) for language in found]


def _revisions(collation: Collation) -> str:
    draft = element("change", {"who": "#rs.align #rs.frame", **when(collation.made)}, "Machine draft.")
    lists = [lines("listChange", {"type": "document"}, [draft])]
    names = agents(collation)
    if collation.decisions:
        changes = [
            _change(number, collation.decisions, names, collation.edits)
            for number in range(len(collation.decisions), 0, -1)
        ]
        lists.append(lines("listChange", {"type": "decisions"}, changes))
    return lines("revisionDesc", None, lists)


def _change(number: int, decisions: Sequence[Decision], names: Mapping[str, str], edits: Sequence[Edit]) -> str:
    decision = decisions[number - 1]
    about = subject(decisions, number)
    is_there = about.startswith("fe.") and about[3:] in {str(n) for n in range(1, len(edits) + 1)}
    attributes = {
        "xml:id": f"ch.{number}",
        "type": decision.act,
        **when(decision.when),
        "who": f"#{names[decision.who]}" if decision.who else None,
        "target": f"#{about}" if is_there else None,
    }
    parts = (
        ("on", decision.on),
        ("before", decision.before),
        ("after", decision.after),
        ("remark", decision.note),
    )
    return lines("change", attributes, [element("note", {"type": k}, text) for k, text in parts if text], sep="")
