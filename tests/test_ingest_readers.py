"""DOCX, TEI, web archives, saved folders; hostile files; readers under random bytes."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.errors import AlignerError, InputError
from aligner.ingest import read_witness, witness_from_bytes
from aligner.ingest.media import DOCX, HTML, TEI, TEXT, WARC, media_type
from aligner.model import Kind, Witness

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = f"""<w:styles {W}><w:style w:styleId="a7"><w:name w:val="heading 2"/></w:style>
<w:style w:styleId="b1"><w:name w:val="Body Text"/></w:style></w:styles>"""
CORE = """<p:coreProperties xmlns:p="urn:p" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:creator>Mara Ellison</dc:creator></p:coreProperties>"""
BODY = """
<w:p><w:pPr><w:pStyle w:val="a7"/></w:pPr><w:r><w:t>The old bridge</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="b1"/></w:pPr><w:r><w:t xml:space="preserve">It was closed </w:t></w:r>
<w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:ins><w:r><w:t>on Monday.</w:t></w:r></w:ins>
<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>A cell</w:t></w:r><w:r><w:tab/><w:t>of words here.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>What comes next</w:t></w:r></w:p>
<w:p><w:r><w:t>Nobody knows what will become of it.</w:t></w:r></w:p>"""
TEI_TEXT = """<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title>The old <emph>bridge</emph></title><author>Mara Ellison</author></titleStmt><sourceDesc><bibl>
<date when="2024-05-03">3 May</date></bibl></sourceDesc></fileDesc></teiHeader><text><body>
<head>The old bridge</head><p>It was
  closed on <hi>Monday</hi><note>A note.</note> at<lb/>noon, they said.</p>
<div><head>What comes next</head><p>Nobody knows what comes.</p><list><item>One thing</item><item>Another thing</item></list></div>
</body></text></TEI>"""


def docx(body: str = BODY, **parts: str | bytes) -> bytes:
    stream = io.BytesIO()
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    named = {"word/document.xml": document, "word/styles.xml": STYLES, "docProps/core.xml": CORE}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (named | {k.replace("__", "/") + ".xml": v for k, v in parts.items()}).items():
            archive.writestr(name, text)
    return stream.getvalue()


def warc(*pages: tuple[str, str, bytes]) -> bytes:
    records = []
    for url, content_type, body in pages:
        http = b"HTTP/1.1 200 OK\r\nContent-Type: " + content_type.encode() + b"\r\n\r\n" + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-04T10:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{len(records):08d}-0000-4000-8000-000000000000>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        records.append(head.encode() + http + b"\r\n\r\n")
    return b"".join(records)


def blocks(witness: Witness) -> list[str]:
    return [("# " if b.kind is Kind.HEADING else "") + b.span.of(witness.text) for b in witness.blocks]


def test_docx_gives_what_a_reader_sees() -> None:
    witness = witness_from_bytes(docx(), siglum="en", origin="x.docx")
    assert blocks(witness) == [
        "# The old bridge", "It was closed on Monday.", "A cell of words here.", "# What comes next",
        "Nobody knows what will become of it.",
    ]  # fmt: skip
    assert witness.bibl.author == "Mara Ellison"
    assert witness.media_type == DOCX


def test_docx_without_styles_is_read_by_form() -> None:
    body = "<w:p><w:r><w:t>The bridge</w:t></w:r></w:p><w:p><w:r><w:t>It was closed on Monday.</w:t></w:r></w:p>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    assert blocks(witness_from_bytes(stream.getvalue(), siglum="en"))[0] == "# The bridge"


def test_tei_gives_the_running_text() -> None:
    witness = witness_from_bytes(TEI_TEXT.encode(), siglum="en", origin="x.xml")
    assert blocks(witness) == [
        "# The old bridge", "It was closed on Monday at noon, they said.", "# What comes next", "Nobody knows what comes.",
        "One thing", "Another thing",
    ]  # fmt: skip
    assert (witness.bibl.title, witness.bibl.author, witness.bibl.published) == (
        "The old bridge", "Mara Ellison", "2024-05-03",
    )  # fmt: skip
    assert witness.media_type == TEI


def test_record_of_a_collation_is_no_text() -> None:
    with pytest.raises(InputError, match="record of a collation"):
        witness_from_bytes(TEI_TEXT.replace("<TEI ", '<TEI type="alignment" ').encode(), siglum="en")


def test_archive_gives_the_page_asked_for() -> None:
    arabic = next(p for p in PAGES if p.stem == "cp1256-undeclared").read_bytes()
    english = next(p for p in PAGES if p.stem == "divs-ar").read_bytes()
    data = warc(
        ("http://a.example/robots.txt", "text/plain", b"no page"),
        ("http://a.example/1", "text/html; charset=windows-1256", arabic),
        ("http://a.example/2", "text/html", english),
    )
    first = witness_from_bytes(data, siglum="ar", origin="x.warc")
    assert (first.bibl.url, first.bibl.retrieved) == ("http://a.example/1", "2024-05-04T10:00:00Z")
    assert first.encoding == "cp1256"
    assert first.media_type == WARC
    packed = witness_from_bytes(gzip.compress(data), siglum="ar", url="http://a.example/2")
    assert packed.bibl.published == "2019-09-09"
    with pytest.raises(InputError, match="holds no page http"):
        witness_from_bytes(data, siglum="ar", url="http://a.example/3")


def test_folder_of_a_browser_gives_its_page(tmp_path: Path) -> None:
    (tmp_path / "story.html").write_bytes(PAGES[0].read_bytes())
    (tmp_path / "story_files").mkdir()
    assert read_witness(tmp_path, siglum="x").origin == "story.html"
    (tmp_path / "other.htm").write_bytes(PAGES[1].read_bytes())
    with pytest.raises(InputError, match="2 pages"):
        read_witness(tmp_path, siglum="x")
    (tmp_path / "index.html").write_bytes(PAGES[2].read_bytes())
    assert read_witness(tmp_path, siglum="x").origin == "index.html"
    with pytest.raises(InputError, match="no pages"):
        read_witness(tmp_path / "story_files", siglum="x")


@pytest.mark.parametrize(
    ("data", "origin", "media"),
    [
        (b"words", "a.txt", TEXT), (b"words", "a", TEXT), (b"words", "a.HTM", HTML), (b"<html>", "a", HTML),
        (b"<!-- x --><!DOCTYPE html>", "a.php", HTML), ("<html>".encode("utf-16"), "", HTML),
        (b"\xef\xbb\xbf<html>", "", HTML), (b"<?xml version='1.0'?><TEI xmlns='x'>", "a.xml", TEI),
        (b"<html>", "a.txt", TEXT), (b"WARC/1.1\r\n", "", WARC), (b"PK\x03\x04", "a.txt", DOCX),
    ],
)  # fmt: skip
def test_media_type_is_told(data: bytes, origin: str, media: str) -> None:
    assert media_type(data, origin=origin) == media


BOMB = f"<w:document {W}><w:body>{' ' * 30_000_000}</w:body></w:document>"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"{\\rtf1 }", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Word"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (docx()[:-40], "damaged"),
        (docx(word__document=BOMB), "swell"),
        (docx(word__document=LAUGHS + BODY), "DOCTYPE"),
        (docx(word__document=f"<w:document {W}><w:body>"), "not well-formed"),
        (docx(word__document=f"<w:document {W}>" + "<w:p>" * 5000), "not well-formed"),
        (docx(body=""), "no running text"),
        (TEI_TEXT.replace("<TEI ", "<!DOCTYPE TEI SYSTEM 'file:///etc/passwd'><TEI ").encode(), "DOCTYPE"),
        (TEI_TEXT.replace('"1.0"', '"1.0" encoding="utf-16"').replace("<TEI ", LAUGHS + "<TEI ").encode("utf-16"), "DOCTYPE"),
        (TEI_TEXT.replace("body>", "front>").encode(), "no TEI text"),
        (TEI_TEXT[:300].encode(), "not well-formed"),
        (TEI_TEXT.replace("noon", "&unknown;").encode(), "not well-formed"),
        (b"<html><body></body></html>", "no article"),
        (b"<html>" + b"<div>" * 100_000 + b"deep", "no article"),
        (b"WARC/1.0\r\nbroken", "archive"),
        (gzip.compress(b"no archive at all, only words"), "archive"),
        (b"\x1f\x8b broken", "archive"),
    ],
)  # fmt: skip
def test_hostile_and_broken_files_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        witness_from_bytes(data, siglum="en", origin="bad")
    assert says in str(caught.value)
    assert caught.value.where.startswith("bad")
    assert caught.value.remedy


OLD_PAGE = next(path for path in PAGES if path.stem == "cp1256-undeclared").read_bytes()


@pytest.mark.parametrize("charset", ["undefined", "a\0b", "no-such", "hex", ""])
def test_charset_of_a_server_that_is_none_is_passed_over(charset: str) -> None:
    archive = warc(("http://a.example/1", f"text/html; charset={charset}", OLD_PAGE))
    assert witness_from_bytes(archive, siglum="x").encoding == "cp1256"


@pytest.mark.parametrize("charset", ["undefined", "no-such", "hex", ""])
def test_charset_of_a_page_that_is_none_is_passed_over(charset: str) -> None:
    page = OLD_PAGE.replace(b"<head>", f'<head><meta charset="{charset}">'.encode())
    assert witness_from_bytes(page, siglum="x", media_type=HTML).encoding == "cp1256"


def test_entities_of_a_page_are_not_looked_up(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words", encoding="utf-8")
    page = f"<!DOCTYPE html [<!ENTITY x SYSTEM '{secret.as_uri()}'>]><html><body><p>{'Some words here. ' * 20}&x;</p></body></html>"
    assert "secret words" not in witness_from_bytes(page.encode(), siglum="en").text


@pytest.mark.parametrize(
    ("reference", "character"),
    [
        ("&#147;", "“"),
        ("&#x94;", "”"),
        ("&#1;", ""),
        ("&#xFFFE;", ""),
        ("&#9999999;", ""),
        ("&#1571;", "أ"),
        ("&#0;", ""),
    ],
)
def test_numeric_references_are_read_as_browsers_do(reference: str, character: str) -> None:
    sentence = "Some good words stand {} here, and more of them follow, number"
    page = "".join(f"<p>{sentence.format(reference)} {k}.</p>" for k in range(6))
    witness = witness_from_bytes(f"<html><body><article>{page}</article></body></html>".encode(), siglum="en")
    assert witness.text.startswith(" ".join(sentence.format(character).split()))


def test_clock_does_not_enter_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [read_witness(path, siglum="x") for path in PAGES]

    class AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class Earlier(datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Earlier:
            return cls(1999, 1, 2, tzinfo=tz)

    monkeypatch.setattr("trafilatura.settings.datetime", Earlier)
    monkeypatch.setattr("htmldate.validators.datetime", Earlier)
    assert [read_witness(path, siglum="x") for path in PAGES] == before


def _mutant(sources: list[bytes], cuts: list[int], junk: bytes) -> bytes:
    source = sources[cuts[0] % len(sources)]
    at, end = sorted(cut % (len(source) + 1) for cut in cuts[1:3])
    return source[:at] + junk + source[end:]


SOURCES: list[Callable[[], list[bytes]]] = [
    lambda: [path.read_bytes() for path in PAGES],
    lambda: [docx()],
    lambda: [TEI_TEXT.encode()],
    lambda: [warc(("http://a.example/1", "text/html", PAGES[0].read_bytes()))],
]


@pytest.mark.parametrize("sources", SOURCES, ids=["html", "docx", "tei", "warc"])
@given(
    cuts=st.lists(st.integers(0, 100_000), min_size=3, max_size=3),
    junk=st.one_of(st.binary(max_size=60), st.text(alphabet="<>/&;!-[]\"'= apdivq\x00خ", max_size=60).map(str.encode)),
)
@settings(max_examples=150, deadline=None)
def test_any_mutant_gives_a_witness_or_an_error(
    sources: Callable[[], list[bytes]], cuts: list[int], junk: bytes
) -> None:
    try:
        witness = witness_from_bytes(_mutant(sources(), cuts, junk), siglum="x")
    except AlignerError as error:
        assert error.what
        return
    assert any(block.is_aligned for block in witness.blocks)


@pytest.mark.parametrize("media", [HTML, DOCX, TEI, WARC, TEXT])
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
@settings(max_examples=100, deadline=None)
def test_any_bytes_under_any_media_type_give_a_witness_or_an_error(media: str, data: bytes) -> None:
    try:
        witness_from_bytes(data, siglum="x", media_type=media)
    except AlignerError as error:
        assert error.what
