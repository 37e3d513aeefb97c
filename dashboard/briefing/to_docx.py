"""A briefing as a Word file to edit further: real styles, headings, header rows, and Arabic from the right."""

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from dashboard.briefing import docx_fonts, docx_look, flat
from dashboard.briefing.docx_hand import SMALL, Hand
from dashboard.briefing.model import Document
from dashboard.briefing.style import Style
from dashboard.briefing.to_pdf import drawn, wide

FIXED = (1980, 1, 1, 0, 0, 0)
WIDE_CM, NARROW_CM = 16.5, 9.5
MARK = "piece {} of the briefing"
PLACE = re.compile(r"<w:p><w:r><w:t>piece (\d+) of the briefing</w:t></w:r></w:p>")


def page(documents: Sequence[Document], style: Style) -> bytes:
    """One file with the briefing in each language, each on a page of its own."""
    import docx

    made = docx.Document()
    docx_look.set_up(made, documents, style)
    put = _Put(made, [])
    for at, one in enumerate(documents):
        if at:
            put.new_page()
        told = flat.document(one, style)
        docx_look.page(made.sections[-1], told)
        _write(put, told, style)
    out = BytesIO()
    made.save(out)
    arabic = [docx_fonts.ARABIC] * any(one.direction == "rtl" for one in documents)
    return _steady(out.getvalue(), ["".join(one) for one in put.pieces], [docx_fonts.LATIN, *arabic])


def _steady(body: bytes, pieces: Sequence[str], fonts: Sequence[str]) -> bytes:
    """The file with its pieces and fonts in place, and without the moment at which it was packed."""
    out, carried = BytesIO(), docx_fonts.parts(fonts)
    with zipfile.ZipFile(BytesIO(body)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in packed.infolist():
            inside = packed.read(one.filename)
            if one.filename == "word/document.xml":
                inside = PLACE.sub(lambda found: pieces[int(found.group(1))], inside.decode()).encode()
            carried.setdefault(one.filename, docx_fonts.told(one.filename, inside))
        for name, inside in carried.items():
            made.writestr(zipfile.ZipInfo(name, FIXED), inside, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Put:
    """Puts pieces at the end of a Word file: pictures at once, all else as XML that is put in its place at the end.

    python-docx takes seconds for a table of 500 rows, and moving ready elements into its tree takes longer still.
    """

    def __init__(self, made: Any, pieces: list[list[str]]) -> None:
        self.made, self.pieces, self.open = made, pieces, False

    def xml(self, inside: str) -> None:
        """Paragraphs and tables."""
        if not self.open:
            self.made.add_paragraph(MARK.format(len(self.pieces)))
            self.pieces.append([])
        self.pieces[-1].append(inside)
        self.open = True

    def new_page(self) -> None:
        """A new page with a foot of its own."""
        from docx.enum.section import WD_SECTION

        self.open = False
        self.made.add_section(WD_SECTION.NEW_PAGE)

    def picture(
        self, hand: Hand, body: bytes, alt: str, *, width_cm: float = 0, height_cm: float = 0
    ) -> None:
        """A picture with its words for those who cannot see it."""
        from docx.shared import Cm

        self.open = False
        size = {"width": Cm(width_cm)} if width_cm else {"height": Cm(height_cm)}
        made = self.made.add_paragraph()
        if hand.rtl:
            made._p.get_or_add_pPr().append(_tag("w:bidi"))
        shape = made.add_run().add_picture(BytesIO(body), **size)
        shape._inline.docPr.set("descr", alt)


def _write(put: _Put, told: flat.Flat, style: Style) -> None:
    """One document into the file, block by block."""
    hand = Hand(told["language"], told["direction"] == "rtl")
    if style.logo:
        put.picture(hand, style.logo, style.name, height_cm=1.5)
    if told["organisation"]:
        put.xml(hand.p([{"t": told["organisation"]}], bold=True))
    if told["warning"]:
        put.xml(hand.p([{"t": told["warning"]}], "IntenseQuote", bold=True))
    put.xml(hand.p([{"t": told["title"]}], "Title") + hand.p(told["subtitle"]))
    put.xml(hand.p([{"t": told["handling"]}], bold=True))
    number = 0
    for section in told["sections"]:
        put.xml(hand.p([{"t": section["title"]}], "Heading1", keep=True))
        for block in section["blocks"]:
            number += 1
            if block["kind"] == "picture":
                width = WIDE_CM if wide(block["svg"]) else NARROW_CM
                put.picture(hand, drawn(block["svg"]), block["alt"], width_cm=width)
                put.xml(hand.p(block["caption"], "Caption"))
            else:
                put.xml(hand.block(block, number))
    put.xml("".join(hand.p([{"t": one}], SMALL) for one in told["foot"]))


def _tag(name: str) -> Any:
    from docx.oxml import OxmlElement

    return OxmlElement(name)
