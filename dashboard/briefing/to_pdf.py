"""A briefing as a tagged PDF (PDF/UA-1), set by typst with the fonts that travel with the program."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboard.briefing import flat
from dashboard.briefing.model import Document
from dashboard.briefing.style import Style
from db.errors import TocsinError

HERE = Path(__file__).parent
FONTS, TEMPLATE = HERE / "fonts", HERE / "briefing.typ"
WIDE, NARROW = 100, 62  # of the page in per cent: the chart, the map
# Signs that the fonts here have not: one in a name must not cost the whole file; the page and the twin keep it.
STRANGE = re.compile(
    "[^\n\t\u0020-\u007e\u00a0-\u024f\u0300-\u0331\u0606-\u061b\u061e-\u06ff\u0750-\u077f\u1e00-\u1eff"
    "\u2000-\u2064\u2066-\u206f\u20ac\ufe76-\ufefc]"
)
INSTEAD = "?"
DRAWING = b"""
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 16cm)
"""


def page(documents: Sequence[Document], style: Style) -> bytes:
    """One file with the briefing in each language; the same bytes for the same documents.

    Raises TocsinError where the setting fails, with what the setter says.
    """
    told = [_widths(flat.document(one, style)) for one in documents]
    look = {
        "colour": style.colour,
        "name": style.name,
        "kind": style.logo_kind,
        "logo": list(style.logo) or None,
    }
    given = {"docs": json.dumps(told, ensure_ascii=False), "look": json.dumps(look)}
    how: dict[str, Any] = {"format": "pdf", "pdf_standards": ["ua-1"]}
    try:
        return _set(TEMPLATE.read_bytes(), given, **how)
    except TocsinError as error:
        if "could not be displayed" not in str(error):
            raise
    given["docs"] = STRANGE.sub(INSTEAD, given["docs"])
    return _set(TEMPLATE.read_bytes(), given, **how)


def drawn(svg: str) -> bytes:
    """A drawing as a PNG, for files that hold no SVG."""
    return _set(DRAWING, {"svg": svg}, format="png", ppi=160)


def _set(source: bytes, given: dict[str, str], **how: Any) -> bytes:
    """What typst makes of a source and texts; no font of the machine, no package and no other file is used."""
    import typst  # a large library that nobody needs who writes no PDF

    fonts: dict[str, Any] = {"font_paths": [str(FONTS)], "ignore_system_fonts": True}
    try:
        done: bytes = typst.compile(source, root=str(HERE), sys_inputs=given, **fonts, **how)
    except typst.TypstError as error:
        raise TocsinError(
            f"the PDF could not be set: {str(error)[:300]}; --format html still works"
        ) from None
    return done


def wide(svg: str) -> bool:
    """Whether a drawing wants the whole width of a page."""
    return 'width="6' in svg[:200]


def _widths(told: flat.Flat) -> flat.Flat:
    """The document with the width of each picture."""
    for section in told["sections"]:
        for block in section["blocks"]:
            if block["kind"] == "picture":
                block["width"] = WIDE if wide(block["svg"]) else NARROW
    return told
