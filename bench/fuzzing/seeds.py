"""Inputs to begin with: whole and small, written by us or made by our own writers."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from aligner import acts, exchange, tei
from aligner.journal import Session, journal_path
from aligner.model import Collation
from aligner.score import format_ladder, pairings

__all__ = ["collation", "docx", "docx_parts", "journal", "pages", "record", "tables", "tei_texts", "texts", "warcs"]

_ROOT = Path(__file__).resolve().parents[2]
_TESTS = _ROOT / "tests"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DOCUMENT = f"""<w:document xmlns:w="{_W}"><w:body>
<w:p><w:pPr><w:pStyle w:val="a7"/></w:pPr><w:r><w:t>The dam</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">The dam was closed </w:t></w:r><w:del><w:r><w:delText>x</w:delText></w:r></w:del>
<w:r><w:t>on Monday.</w:t><w:br/><w:tab/><w:t>Engineers will look at it.</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Water and stone, said the mayor.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>"""
_STYLES = f"""<w:styles xmlns:w="{_W}"><w:style w:styleId="a7"><w:name w:val="heading 2"/></w:style></w:styles>"""
_TEI = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>The dam</title></titleStmt>
<publicationStmt><p>none</p></publicationStmt><sourceDesc><bibl><author>A. Writer</author><date when="2026-01-02"/>
</bibl></sourceDesc></fileDesc></teiHeader><text xml:lang="en"><body><head>The dam</head>
<p>The dam was closed <hi>on Monday</hi>.<note>a note</note><lb/>Engineers will look at it.</p></body></text></TEI>"""


def pages() -> list[bytes]:
    """Web pages of the tests."""
    return [path.read_bytes() for path in sorted((_TESTS / "pages").glob("*.html"))]


def texts() -> list[bytes]:
    """Plain texts, in several encodings."""
    folder = _ROOT / "corpora" / "demo"
    arabic, english = ((folder / name).read_text(encoding="utf-8")[:2000] for name in ("ar.txt", "en.txt"))
    coded = [arabic.encode(code, "ignore") for code in ("utf-8", "cp1256", "iso-8859-6", "utf-16", "utf-8-sig")]
    return [english.encode(), *coded]


def docx_parts() -> list[bytes]:
    """The main part of a word-processor document."""
    return [_DOCUMENT.encode()]


def docx(document: bytes = _DOCUMENT.encode()) -> bytes:
    """Pack a main part into a document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
        archive.writestr("word/styles.xml", _STYLES)
    return out.getvalue()


def tei_texts() -> list[bytes]:
    """A text in TEI."""
    return [_TEI.encode()]


def warcs() -> list[bytes]:
    """Archives of one page, packed and not."""
    page = (_TESTS / "pages" / "single-br-en.html").read_bytes()
    answer = b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/1\r\n"
        "WARC-Date: 2026-01-02T03:04:05Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    archive = head.encode() + answer + b"\r\n\r\n"
    return [archive, gzip.compress(archive, mtime=0)]


def record() -> list[bytes]:
    """Records: the golden ones of the tests, with and without texts."""
    return [path.read_bytes() for path in sorted((_TESTS / "golden").glob("*.xml"))]


@cache
def collation() -> Collation:
    """The collation of a golden record."""
    return tei.loads((_TESTS / "golden" / "record.xml").read_bytes())


def journal() -> tuple[bytes, bytes]:
    """Give a record and a journal of several decisions over it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xml")
        base = tei.dumps(collation())
        path.write_bytes(base)
        with Session(path, "A. Reader", clock=lambda: "2026-01-02T03:04:05Z") as session:
            for act, values in ((acts.accept_edit, (0,)), (acts.note_bead, (1, "see")), (acts.merge_beads, (0,))):
                session.take(act, *values)
            session.undo()
        return base, journal_path(path).read_bytes()


def tables(form: str) -> list[bytes]:
    """A collation in one of the forms of exchange that are read again."""
    made = collation()
    if form == "ladder":
        assert made.ladder
        return [format_ladder(pairings(made.ladder)).encode(), b"[0]:[0]\n[1,2]:[1]\n[]:[2]\n"]
    if form == "manifest":
        row = {"id": "a", "source": "a.en.txt", "target": "a.ar.txt", "outlet": "X"}
        head, line = "\t".join(row), "\t".join(row.values())
        return [
            f"{head}\n{line}\n".encode(),
            f"{head}\n{line}\n".replace("\t", ",").encode(),
            _json(row),
            _json(row) * 2,
        ]
    if form == "pairs":
        return [_json({"id": 1, "source": "He said no.", "target": "قال لا."})]
    if form == "lexicon":
        return [_LEXICON.encode()]
    return [tei.standoff(made) if form == "standoff" else exchange.export(made, form)]


def _json(row: object) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


_LEXICON = """version: 1
hedges: [{id: h1, lang: ar, kind: naming, dist: 2, forms: [ما يسمى ب, المزعوم]}]
labels: [{id: l1, scale: armed_actor, rank: 2, val: -1, en: [raider], ar: [مغير]}]
reporting: [{id: r1, lang: en, lemma: say, stance: neutral, forms: [say, said]}]
evaluative: [{id: e1, val: -2, en: [brutal], ar: [وحشي]}]
names: [{id: n1, lang: ar, kind: title, forms: [صحيفة]}]
"""
