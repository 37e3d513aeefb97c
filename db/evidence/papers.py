"""PDF files without who wrote them, what is attached and what would run; copies of pages as text."""

import io
import logging
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from db.evidence.pictures import Unreadable, strip_jpeg_segments
from db.hypertext import words

# It would write down what it stumbles over, which is what the file says: no text of evidence belongs into a log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
MAX_PAGES = 2000
MAX_TAGS = 500_000
BROKEN = (
    PyPdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    OSError,
    ArithmeticError,
)
INLINE = frozenset({"a", "b", "i", "em", "strong", "span", "u", "small", "sub", "sup", "mark", "bdi"})
# What tells of the author, carries other files, or acts by itself.
TELLING = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/Annots", "/AA", "/OpenAction", "/JS"),
    *("/JavaScript", "/EmbeddedFiles", "/AF", "/Names", "/AcroForm", "/Perms", "/Collection", "/Outlines"),
    *("/StructTreeRoot", "/Info"),
)


def strip(body: bytes) -> bytes:
    """The pages alone, without information about the file, attachments, notes, links, forms and scripts."""
    try:
        reader = PdfReader(io.BytesIO(body))
        if reader.is_encrypted:
            raise Unreadable("it is locked with a password")
        if len(reader.pages) > MAX_PAGES:
            raise Unreadable(f"it has more than {MAX_PAGES} pages")
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        writer.metadata = None
        for thing in writer._objects:
            _clean(thing)
        writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
        out = io.BytesIO()
        writer.write(out)
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        OSError,
        ArithmeticError,
    ) as error:
        raise Unreadable(str(error) or type(error).__name__) from error
    return out.getvalue()


def _clean(thing: Any) -> None:
    """Take out of one object of the file what tells more than the page shows."""
    if isinstance(thing, DictionaryObject):
        for name in TELLING:
            thing.pop(name, None)
        for inner in thing.values():
            _clean(inner)
    if isinstance(thing, ArrayObject):
        for inner in thing:
            _clean(inner)
    if isinstance(thing, StreamObject) and thing.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        thing._data = strip_jpeg_segments(thing._data)


def as_text(body: bytes, encoding: str) -> str:
    """What a saved page says, as plain text; nothing of it can run."""
    html = body.decode(encoding, "replace").replace("\x00", "␀")
    if html.count("<") > MAX_TAGS:
        raise Unreadable(f"it has more than {MAX_TAGS:,} tags")
    lines = (line.strip() for line in words(html, lambda tag: tag not in INLINE).splitlines())
    return "\n".join(line for line in lines if line) + "\n"
