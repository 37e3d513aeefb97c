"""The words inside kept files whose bytes do not show them: packed ones (DOCX, XLSX, ODT, ZIP, gzip) and PDF.

Only for looking for words. A file that is locked, damaged, too large, or a picture says so by the kind of file it
is, so that whoever looks knows what was not looked into.
"""

import gzip
import html
import io
import re
import time
import zipfile
from pathlib import Path

from pypdf import PdfReader

from db import archives
from db.errors import BadInput
from db.evidence.papers import BROKEN, MAX_PAGES

UNPACKED = 64 * 1024**2
PDF_SECONDS = 20.0  # of processor time; what is left then counts as not searched
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
PICTURE, PAPER, PACKED, RECORDING = "picture", "PDF", "packed file", "recording"
_TAG = re.compile(r"<[^<>]*>")
_SPLIT = re.compile(
    r"</(?:w:p|w:tr|a:p|text:p|si|c|row|t)>"
)  # where words end, whatever runs they are cut into


class Closed(Exception):
    """A file that could not be looked into; the message is its kind."""


def words(body: bytes) -> str:
    """The words in a file, beyond those that its bytes show; "" where the bytes show them all.

    Raises `Closed` where it cannot be looked into.
    """
    if body.startswith(PICTURES) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP"):
        raise Closed(PICTURE)
    if body[4:8] == b"ftyp" or body.startswith((b"OggS", b"ID3", b"RIFF", b"\x1aE\xdf\xa3")):
        raise Closed(RECORDING)
    if b"%PDF-" in body[:1024]:
        return _of_paper(body)
    if body.startswith(b"PK\x03\x04"):
        return _of_archive(body)
    return _of_gzip(body) if body.startswith(b"\x1f\x8b") else ""


def _of_paper(body: bytes) -> str:
    began, found = time.process_time(), []
    try:
        reader = PdfReader(io.BytesIO(body))
        if reader.is_encrypted or len(reader.pages) > MAX_PAGES:
            raise Closed(PAPER)
        for page in reader.pages:
            found.append(page.extract_text())
            if time.process_time() - began > PDF_SECONDS:
                raise Closed(PAPER)
    except BROKEN as error:
        raise Closed(PAPER) from error
    if not "".join(found).strip():  # pictures of pages, which nobody can search
        raise Closed(PAPER)
    return "\n".join(found)


def _of_archive(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [one for one in archive.infolist() if not one.is_dir()]
            archives.refuse_bombs(Path(PACKED), parts, UNPACKED)
            found = [_plain(one.filename, archive.read(one)) for one in parts]
    except (BadInput, *archives.DAMAGE) as error:
        raise Closed(PACKED) from error
    return "\n".join(found)


def _plain(name: str, part: bytes) -> str:
    text = part.decode("utf-8", "ignore")
    if name.endswith((".xml", ".rels", ".html", ".xhtml", ".htm")):
        text = html.unescape(_TAG.sub("", _SPLIT.sub("\n", text)))
    return f"{name}\n{text}"


def _of_gzip(body: bytes) -> str:
    try:
        with gzip.open(io.BytesIO(body)) as file:
            found = file.read(UNPACKED + 1)
    except archives.DAMAGE as error:
        raise Closed(PACKED) from error
    if len(found) > UNPACKED:
        raise Closed(PACKED)
    return found.decode("utf-8", "ignore")
