"""PDF files without who wrote them, what is attached and what would run; copies of pages as text."""

import io
import re
from html.parser import HTMLParser
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from db.evidence.pictures import Unreadable, strip_jpeg_segments

MAX_PAGES = 2000
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
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError) as error:
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
    page = _Page()
    page.feed(body.decode(encoding, "replace").replace("\x00", "␀"))
    page.close()
    return re.sub(r"\s*\n\s*", "\n", "".join(page.said)).strip() + "\n"


class _Page(HTMLParser):
    """Collects the words of a page; scripts, styles and hidden things are passed over."""

    SILENT = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object"})
    INLINE = frozenset({"a", "b", "i", "em", "strong", "span", "u", "small", "sub", "sup", "mark", "bdi"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A new part begins a new line."""
        self.silent += tag in self.SILENT
        self.said += [] if tag in self.INLINE else ["\n"]

    def handle_endtag(self, tag: str) -> None:
        """What was passed over ends."""
        self.silent -= tag in self.SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        """Words that people see."""
        if not self.silent:
            self.said.append(data)
