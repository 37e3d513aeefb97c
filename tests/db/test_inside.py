"""Words inside kept files are found, and what could not be looked into is told."""

import gzip
import io
import zipfile
import zlib

import pytest
from openpyxl import Workbook
from sqlalchemy import delete

from db import engine, finding, inside
from db.policy import LOCAL
from db.schema import Document
from tests.conftest import NOW

WORD = "Qanaria"


def zipped(name: str, part: str) -> bytes:
    """An archive with one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, part)
    return out.getvalue()


def letter() -> bytes:
    """A DOCX in which a word is cut into runs, as Word does."""
    runs = "<w:r><w:t>By Qan</w:t></w:r><w:r><w:t>aria</w:t></w:r>"
    return zipped("word/document.xml", f"<w:document><w:p>{runs}</w:p><w:p>Other</w:p></w:document>")


def sheet() -> bytes:
    """An XLSX with the word in a cell."""
    book, out = Workbook(), io.BytesIO()
    book.active.append(["x", f"told by {WORD}"])  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def paper(shown: str) -> bytes:
    """A PDF with a line of text, packed as PDF does."""
    page = zlib.compress(f"BT /F1 12 Tf 72 700 Td ({shown}) Tj ET".encode() if shown else b"")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, table = b"%PDF-1.4\n", b"xref\n0 6\n0000000000 65535 f \n"
    for number, one in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj%s endobj\n" % (number, one)
    return body + table + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF" % len(body)


@pytest.mark.parametrize(
    "body",
    [letter(), sheet(), paper(f"told by {WORD}"), gzip.compress(WORD.encode(), mtime=0)],
    ids=["letter", "sheet", "paper", "gzip"],
)
def test_a_word_inside_a_packed_file_is_found(body: bytes) -> None:
    assert WORD.encode() not in body
    assert WORD in inside.words(body)


def test_words_of_two_paragraphs_do_not_run_together() -> None:
    assert "QanariaOther" not in inside.words(letter())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n rest", inside.PICTURE),
        (b"RIFF....WEBPVP8 ", inside.PICTURE),
        (b"....ftypmp42", inside.RECORDING),
        (paper(""), inside.PAPER),
        (b"%PDF-1.4 and then nothing", inside.PAPER),
        (letter()[:-30], inside.PACKED),
        (gzip.compress(b"x" * 999, mtime=0)[:-9], inside.PACKED),
        (zipped("bomb.xml", "x" * (inside.UNPACKED + 1)), inside.PACKED),
    ],
    ids=["png", "webp", "mp4", "scanned", "torn pdf", "torn zip", "torn gzip", "bomb"],
)
def test_what_cannot_be_looked_into_says_its_kind(body: bytes, kind: str) -> None:
    with pytest.raises(inside.Closed, match=kind):
        inside.words(body)


def test_what_shows_its_bytes_needs_no_looking_into() -> None:
    assert inside.words(b"<p>anything</p>") == ""


def test_kept_files_are_searched_and_the_rest_is_counted(both: str) -> None:
    bodies = {
        "a": letter(),
        "b": sheet(),
        "c": paper(WORD),
        "d": b"\x89PNG",
        "e": b"plain",
        "f": b"\x89PNG x",
    }
    with engine.writing(both) as session:
        session.execute(delete(Document))
        for name, body in bodies.items():
            told = {"sha256": name * 64, "size": len(body), "media_type": "x/y", "recorded_at": NOW}
            session.add(Document(id=name, body=body, **told))
    with engine.reading(both) as session:
        found, closed = finding.look(session, LOCAL, "qanária")
    assert {one.row for one in found if one.table == "document"} == {"a", "b", "c"}
    assert closed == {inside.PICTURE: 2}
