"""A briefing as a Word file to edit further: real styles, headings, header rows, and Arabic from the right."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from io import BytesIO
from typing import Any

from dashboard.briefing import flat
from dashboard.briefing.model import Document
from dashboard.briefing.style import Style
from dashboard.briefing.to_pdf import drawn, wide

FONT = "Arial"  # on every machine that opens Word files, and it has both scripts
PLAIN = "333333"
FIXED = (1980, 1, 1, 0, 0, 0)
LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  (Word's own field, without a zone)
WIDE_CM, NARROW_CM = 16.5, 9.5
WIDTH = 9638  # of the text in twentieths of a point: 17 cm
NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
MARK = "piece {} of the briefing"
PLACE = re.compile(r"<w:p><w:r><w:t>piece (\d+) of the briefing</w:t></w:r></w:p>")
LOCALE = {"ar": "ar-SY", "en": "en-GB"}


def page(documents: Sequence[Document], style: Style) -> bytes:
    """One file with the briefing in each language, each on a page of its own."""
    import docx

    made = docx.Document()
    _set_up(made, documents, style)
    put = _Put(made, [])
    for at, one in enumerate(documents):
        if at:
            put.xml('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
        _write(put, flat.document(one, style), style)
    out = BytesIO()
    made.save(out)
    return _steady(out.getvalue(), ["".join(one) for one in put.pieces])


def _set_up(made: Any, documents: Sequence[Document], style: Style) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet"):
        font = made.styles[name].font
        font.name = FONT
        fonts = made.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
        colour = style.colour.lstrip("#").upper() if name.startswith(("Title", "Heading")) else PLAIN
        font.color.rgb = RGBColor.from_string(colour)
    made.styles["Normal"].font.size = Pt(10.5)
    for section in made.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(2)
    told = made.core_properties
    told.title, told.author = " · ".join(one.title for one in documents), style.name or "Tocsin"
    told.created = told.modified = LONG_AGO
    told.language, told.last_modified_by, told.comments = LOCALE[documents[0].language], "", ""


def _steady(body: bytes, pieces: Sequence[str]) -> bytes:
    """The file with its pieces in place, and without the moment at which it was packed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(body)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in packed.infolist():
            inside = packed.read(one.filename)
            if one.filename == "word/document.xml":
                inside = PLACE.sub(lambda found: pieces[int(found.group(1))], inside.decode()).encode()
            made.writestr(zipfile.ZipInfo(one.filename, FIXED), inside, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@dataclass(frozen=True)
class _Hand:
    """How one document is written: its language, and whether it runs from the right."""

    language: str
    rtl: bool

    def p(
        self,
        runs: Sequence[flat.Flat],
        style: str = "",
        *,
        keep: bool = False,
        end: bool = False,
        **look: Any,
    ) -> str:
        """A paragraph in a style; `keep` holds it with the next one, `end` sets it at the end of the line."""
        named = f'<w:pStyle w:val="{style}"/>' if style else ""
        alone = (
            runs[0].get("d") if len(runs) == 1 else None
        )  # words that stand alone run as their own script does
        bidi = "<w:bidi/>" if (self.rtl if alone is None else alone == "rtl") else ""
        aligned = '<w:jc w:val="end"/>' if end else ""
        about = f"<w:pPr>{named}{'<w:keepNext/>' * keep}{bidi}{aligned}</w:pPr>"
        return f"<w:p>{about}{self.inside(runs, **look)}</w:p>"

    def inside(self, runs: Sequence[flat.Flat], *, bold: bool = False, size: float = 0) -> str:
        """Pieces of text; a mark is a link to its note."""
        return "".join(self._piece(one, bold, size) for one in runs)

    def _piece(self, piece: flat.Flat, bold: bool, size: float) -> str:
        told = self._run(piece["t"], bold, size) if piece["t"] else ""
        if "m" not in piece:
            return told
        mark = self._run(piece["m"], False, size, raised=not piece.get("whole"))
        return f'{told}<w:hyperlink w:anchor="{_name(piece["a"])}">{mark}</w:hyperlink>'

    def _run(self, text: str, bold: bool, size: float, *, raised: bool = False) -> str:
        """A run; its properties stand in the order of Word's schema, another is a damaged file to some readers."""
        half = f'<w:sz w:val="{int(size * 2)}"/><w:szCs w:val="{int(size * 2)}"/>' if size else ""
        weight = "<w:b/><w:bCs/>" if bold else ""
        up = '<w:vertAlign w:val="superscript"/>' if raised else ""
        locale = LOCALE[self.language]
        speech = f'<w:rtl/><w:lang w:bidi="{locale}"/>' if self.rtl else f'<w:lang w:val="{locale}"/>'
        words = f'<w:t xml:space="preserve">{escape(_clean(text))}</w:t>'
        return f"<w:r><w:rPr>{weight}{half}{up}{speech}</w:rPr>{words}</w:r>"

    def table(self, block: flat.Flat) -> str:
        """A caption and a table with a header row that is repeated on each page."""
        shares = [round(WIDTH * one / sum(block["widths"])) for one in block["widths"]]
        grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in shares)
        about = f'<w:tblPr><w:tblStyle w:val="TableGrid"/>{"<w:bidiVisual/>" * self.rtl}'
        about += f'<w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        names = [[{"t": one}] for one in block["columns"]]
        rows = self._row(names, shares, block, first=True) + "".join(
            self._row(cells, shares, block) for cells in block["rows"]
        )
        caption = self.p(block["caption"], "Caption", keep=True, size=8.5)
        return f"{caption}<w:tbl>{about}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{self.p([])}"

    def _row(self, cells: Any, shares: Sequence[int], block: flat.Flat, *, first: bool = False) -> str:
        made = [
            f'<w:tc><w:tcPr><w:tcW w:w="{shares[at]}" w:type="dxa"/></w:tcPr>'
            + self.p(runs, end=at in block["numbers"], bold=first, size=8.5)
            + "</w:tc>"
            for at, runs in enumerate(cells)
        ]
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * first}</w:trPr>{''.join(made)}</w:tr>"

    def source(self, block: flat.Flat, number: int) -> str:
        """An entry of an annex, with the place that marks lead to."""
        ident = f'w:id="{number + (100_000 if self.rtl else 0)}"'
        head = self.p([{"t": f"{block['mark']}. "}, *block["head"]], keep=True, bold=True, size=8.5)
        opened = f'<w:bookmarkStart {ident} w:name="{_name(block["a"])}"/><w:bookmarkEnd {ident}/>'
        head = head.replace("</w:pPr>", f"</w:pPr>{opened}", 1)
        return head + "".join(self.p(line, size=8.5) for line in block["lines"])

    def block(self, block: flat.Flat, number: int) -> str:
        """A block that is no picture."""
        kind = block["kind"]
        if kind == "para":
            look = {
                "size": 9.0 if block["style"] == "quiet" else 0,
                "bold": block["style"] in ("strong", "warning"),
            }
            return self.p(block["runs"], "Quote" if block["style"] == "author" else "", **look)
        if kind == "bullets":
            return "".join(self.p(one, "ListBullet") for one in block["items"])
        if kind == "heading":
            return self.p([{"t": block["text"]}], "Heading2", keep=True)
        return self.table(block) if kind == "table" else self.source(block, number)


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

    def picture(
        self, hand: _Hand, body: bytes, alt: str, *, width_cm: float = 0, height_cm: float = 0
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
    hand = _Hand(told["language"], told["direction"] == "rtl")
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
                put.xml(hand.p(block["caption"], "Caption", size=8.5))
            else:
                put.xml(hand.block(block, number))
    put.xml("".join(hand.p([{"t": one}], size=8.5) for one in told["foot"]))


def _tag(name: str) -> Any:
    from docx.oxml import OxmlElement

    return OxmlElement(name)


def _name(anchor: str) -> str:
    """A bookmark's name: letters, digits and underscores, at most 40."""
    return anchor.replace("-", "_")[:40]


def _clean(text: str) -> str:
    """Text without signs that no XML file may hold."""
    return NO_XML.sub("", text)
