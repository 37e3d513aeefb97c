"""How a Word file looks: its fonts, styles, page, and the foot of each page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboard.briefing.docx_fonts import ARABIC, LATIN
from dashboard.briefing.docx_hand import ENTRY, LOCALE, SMALL, Hand
from dashboard.briefing.flat import Flat
from dashboard.briefing.model import Document
from dashboard.briefing.style import Style

PLAIN = "333333"
LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  (Word's own field, without a zone)
STYLED = (
    "Normal",
    "Title",
    "Heading 1",
    "Heading 2",
    "Heading 3",
    "Caption",
    "List Bullet",
    "Quote",
    "Footer",
    SMALL,
    ENTRY,
)
SIZES = {
    "Normal": (10.0, 6),
    "Title": (20.0, 6),
    "Caption": (8.5, 4),
    "Footer": (8.0, 0),
    SMALL: (8.5, 0),
    ENTRY: (8.5, 2),
}
"""Points, and points of room below."""


def set_up(made: Any, documents: Sequence[Document], style: Style) -> None:
    """The styles and the properties of the whole file."""
    from docx.shared import Cm, Pt

    for name in (SMALL, ENTRY):
        made.styles.add_style(name, 1).base_style = made.styles["Normal"]
    for name in STYLED:
        _fonts(
            made.styles[name],
            style.colour.lstrip("#").upper() if name.startswith(("Title", "Head")) else PLAIN,
        )
    for name, (points, below) in SIZES.items():
        _size(made.styles[name], points)
        made.styles[name].paragraph_format.space_after = Pt(below)
    for name in ("Caption", "Quote"):  # Arabic has no slanted letters, and a caption is no heading
        font = made.styles[name].font
        font.bold = font.cs_bold = font.italic = font.cs_italic = False
    made.styles["Quote"].paragraph_format.left_indent = Cm(0.8)
    told = made.core_properties
    told.title, told.author = " · ".join(one.title for one in documents), style.name or "Tocsin"
    told.created = told.modified = LONG_AGO
    told.language, told.last_modified_by, told.comments = LOCALE[documents[0].language], "", ""


def _size(style: Any, points: float) -> None:
    """The size of letters of both kinds of scripts, which Word keeps apart."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.size = Pt(points)
    known = style.element.rPr.find(qn("w:szCs"))
    if known is None:
        known = OxmlElement("w:szCs")
        style.element.rPr.find(qn("w:sz")).addnext(known)
    known.set(qn("w:val"), str(round(points * 2)))


def _fonts(style: Any, colour: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script, font in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", LATIN), ("cs", ARABIC)):
        fonts.set(qn(f"w:{script}"), font)
    for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for spaced in style.element.rPr.findall(qn("w:spacing")):  # drawn apart, Arabic letters look stretched
        style.element.rPr.remove(spaced)
    style.font.color.rgb = RGBColor.from_string(colour)


def page(section: Any, told: Flat) -> None:
    """The page of one document: its size, its direction, and for whom it is at the foot of each page."""
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Cm

    hand = Hand(told["language"], told["direction"] == "rtl")
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    section.footer.is_linked_to_previous = False
    old = section.footer.paragraphs[0]._p
    foot = hand.p(
        [{"t": f"{told['handling']} · {told['title']} · {told['page']} "}, {"field": "PAGE"}], "Footer"
    )
    old.addprevious(parse_xml(foot.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))
    old.getparent().remove(old)
    for bidi in section._sectPr.findall(OxmlElement("w:bidi").tag):
        section._sectPr.remove(bidi)
    if hand.rtl:
        section._sectPr.append(OxmlElement("w:bidi"))
