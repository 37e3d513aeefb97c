"""A briefing as a Word file to edit further: real styles, headings, header rows, and Arabic from the right."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
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
LOCALE = {"ar": "ar-SY", "en": "en-GB"}


def page(documents: Sequence[Document], style: Style) -> bytes:
    """One file with the briefing in each language, each on a page of its own."""
    import docx

    made = docx.Document()
    _set_up(made, documents, style)
    for at, one in enumerate(documents):
        if at:
            made.add_page_break()
        _Writer(made, flat.document(one, style), style).write()
    out = BytesIO()
    made.save(out)
    return _steady(out.getvalue())


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


def _steady(body: bytes) -> bytes:
    """The same file without the moment at which it was packed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(body)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in packed.infolist():
            made.writestr(
                zipfile.ZipInfo(one.filename, FIXED), packed.read(one.filename), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


class _Writer:
    """Writes one document of one language into a Word file."""

    def __init__(self, made: Any, told: flat.Flat, style: Style) -> None:
        self.made, self.told, self.style = made, told, style
        self.rtl = told["direction"] == "rtl"
        self.bookmarks = 0

    def write(self) -> None:
        """All of it."""
        told = self.told
        if self.style.logo:
            from docx.shared import Cm

            self._picture(self.style.logo, self.style.name, height=Cm(1.5))
        for text, style in ((told["organisation"], "Normal"), (told["warning"], "Intense Quote")):
            if text:
                self.para([{"t": text}], style, bold=True)
        self.para([{"t": told["title"]}], "Title")
        self.para(told["subtitle"])
        self.para([{"t": told["handling"]}], bold=True)
        for section in told["sections"]:
            self.para([{"t": section["title"]}], "Heading 1")
            for block in section["blocks"]:
                getattr(self, f"_{block['kind']}")(block)
        for text in told["foot"]:
            self.para([{"t": text}], size=8.5)

    def para(self, runs: list[flat.Flat], style: str = "Normal", **look: Any) -> Any:
        """A paragraph in a style, from the right where the language is."""
        made = self.made.add_paragraph(style=style)
        self.fill(made, runs, **look)
        return made

    def fill(self, made: Any, runs: list[flat.Flat], *, bold: bool = False, size: float = 0) -> None:
        """Write pieces into a paragraph; a mark is a link to its note."""
        if self.rtl:
            made._p.get_or_add_pPr().append(_tag("w:bidi"))
        for piece in runs:
            if piece["t"]:
                self._dress(made.add_run(_clean(piece["t"])), bold, size)
            if "m" in piece:
                self._link(made, piece, size)

    def _dress(self, run: Any, bold: bool, size: float) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt

        run.bold = bold or None
        language = self.told["language"]
        inside = run._r.get_or_add_rPr()
        if size:
            run.font.size = Pt(size)
            inside.append(_tag("w:szCs", val=str(int(size * 2))))
        if self.rtl:
            if bold:
                inside.append(_tag("w:bCs"))
            inside.append(_tag("w:rtl"))
        inside.append(
            _tag("w:lang", **({"bidi": LOCALE[language]} if self.rtl else {"val": LOCALE[language]}))
        )
        _in_order(inside, qn)

    def _link(self, made: Any, piece: flat.Flat, size: float) -> None:
        run = made.add_run(piece["m"])
        self._dress(run, False, size)
        run.font.superscript = None if piece.get("whole") else True
        link = _tag("w:hyperlink", anchor=_name(piece["a"]))
        link.append(run._r)
        made._p.append(link)

    def _para(self, block: flat.Flat) -> None:
        style = "Quote" if block["style"] == "author" else "Normal"
        small = 9.0 if block["style"] == "quiet" else 0
        self.para(block["runs"], style, size=small, bold=block["style"] in ("strong", "warning"))

    def _bullets(self, block: flat.Flat) -> None:
        for item in block["items"]:
            self.para(item, "List Bullet")

    def _heading(self, block: flat.Flat) -> None:
        self.para([{"t": block["text"]}], "Heading 2")

    def _source(self, block: flat.Flat) -> None:
        head = self.para([{"t": f"{block['mark']}. "}, *block["head"]], bold=True, size=8.5)
        head.paragraph_format.keep_with_next = True
        self.bookmarks += 1
        ident = str(self.bookmarks + (10_000 if self.rtl else 0))
        head._p.insert(
            1 if head._p.pPr is not None else 0, _tag("w:bookmarkStart", id=ident, name=_name(block["a"]))
        )
        head._p.append(_tag("w:bookmarkEnd", id=ident))
        for line in block["lines"]:
            self.para(line, size=8.5)

    def _picture_of(self, block: flat.Flat) -> tuple[bytes, float]:
        return drawn(block["svg"]), WIDE_CM if wide(block["svg"]) else NARROW_CM

    def _picture(self, block: Any, alt: str = "", **size: Any) -> None:
        from docx.shared import Cm

        caption = None
        if isinstance(block, dict):
            alt, caption = block["alt"], block["caption"]
            block, centimetres = self._picture_of(block)
            size = {"width": Cm(centimetres)}
        made = self.made.add_paragraph()
        if self.rtl:
            made._p.get_or_add_pPr().append(_tag("w:bidi"))
        shape = made.add_run().add_picture(BytesIO(block), **size)
        shape._inline.docPr.set("descr", alt)
        if caption:
            self.para(caption, "Caption", size=8.5)

    def _table(self, block: flat.Flat) -> None:
        self.para(block["caption"], "Caption", size=8.5).paragraph_format.keep_with_next = True
        table = self.made.add_table(rows=1, cols=len(block["columns"]), style="Table Grid")
        table.autofit = False
        if self.rtl:
            table._tbl.tblPr.append(_tag("w:bidiVisual"))
        widths = _centimetres(block["widths"])
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        self._row(table.rows[0], [[{"t": one}] for one in block["columns"]], block, widths, bold=True)
        table.rows[0]._tr.get_or_add_trPr().append(_tag("w:tblHeader"))
        for cells in block["rows"]:
            row = table.add_row()
            row._tr.get_or_add_trPr().append(_tag("w:cantSplit"))
            self._row(row, cells, block, widths)
        self.made.add_paragraph()

    def _row(
        self, row: Any, cells: Any, block: flat.Flat, widths: Sequence[Any], *, bold: bool = False
    ) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        for at, (cell, runs) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[at]
            self.fill(cell.paragraphs[0], runs, bold=bold, size=8.5)
            if (
                at in block["numbers"]
            ):  # the end of the line: where it runs from the right, "right" means its start
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _centimetres(shares: Sequence[int]) -> list[Any]:
    from docx.shared import Cm

    return [Cm(17 * one / sum(shares)) for one in shares]


def _tag(element: str, /, **given: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(element)
    for key, value in given.items():
        made.set(qn(f"w:{key}"), value)
    return made


# The order that Word's schema asks of what stands in a run's properties; another is a "damaged" file to some readers.
_ORDER = (
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "caps",
    "color",
    "sz",
    "szCs",
    "u",
    "vertAlign",
    "rtl",
    "cs",
    "lang",
)


def _in_order(inside: Any, qn: Any) -> None:
    ranks = {qn(f"w:{name}"): at for at, name in enumerate(_ORDER)}
    for child in sorted(inside, key=lambda one: ranks.get(one.tag, 99)):
        inside.append(child)


def _name(anchor: str) -> str:
    """A bookmark's name: letters, digits and underscores, at most 40."""
    return anchor.replace("-", "_")[:40]


def _clean(text: str) -> str:
    """Text without signs that no XML file may hold."""
    return "".join(
        one for one in text if one in "\t\n" or ord(one) >= 32 and ord(one) not in (0xFFFE, 0xFFFF)
    )
