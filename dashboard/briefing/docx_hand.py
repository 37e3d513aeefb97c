"""How paragraphs, tables and entries of a briefing are written in Word's XML, in a language and its direction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from dashboard.briefing import flat

WIDTH = 9638  # of the text in twentieths of a point: 17 cm
NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
WHOLE, JOINER = re.compile(r"\[\w+\]"), "\u2060"
LOCALE = {"ar": "ar-SY", "en": "en-GB"}
SMALL, ENTRY = "BriefingCell", "BriefingEntry"


@dataclass(frozen=True)
class Hand:
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
        if "field" in piece:
            return f'<w:fldSimple w:instr="{piece["field"]}">{self._run("1", bold, size)}</w:fldSimple>'
        told = self._run(piece["t"], bold, size) if piece["t"] else ""
        if "m" not in piece:
            return told
        mark = self._run(piece["m"], False, size, raised=not piece.get("whole"))
        return f'{told}<w:hyperlink w:anchor="{name(piece["a"])}">{mark}</w:hyperlink>'

    def _run(self, text: str, bold: bool, size: float, *, raised: bool = False) -> str:
        """A run; its properties stand in the order of Word's schema, another is a damaged file to some readers."""
        half = f'<w:sz w:val="{int(size * 2)}"/><w:szCs w:val="{int(size * 2)}"/>' if size else ""
        weight = "<w:b/><w:bCs/>" if bold else ""
        up = '<w:vertAlign w:val="superscript"/>' if raised else ""
        locale = LOCALE[self.language]
        speech = f'<w:rtl/><w:lang w:bidi="{locale}"/>' if self.rtl else f'<w:lang w:val="{locale}"/>'
        words = f'<w:t xml:space="preserve">{escape(clean(text))}</w:t>'
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
        caption = self.p(block["caption"], "Caption", keep=True)
        return f"{caption}<w:tbl>{about}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{self.p([])}"

    def _row(self, cells: Any, shares: Sequence[int], block: flat.Flat, *, first: bool = False) -> str:
        made = [
            f'<w:tc><w:tcPr><w:tcW w:w="{shares[at]}" w:type="dxa"/></w:tcPr>'
            + self.p(runs, SMALL, end=at in block["numbers"], bold=first)
            + "</w:tc>"
            for at, runs in enumerate(cells)
        ]
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * first}</w:trPr>{''.join(made)}</w:tr>"

    def source(self, block: flat.Flat, number: int) -> str:
        """An entry of an annex, with the place that marks lead to."""
        ident = f'w:id="{number + (100_000 if self.rtl else 0)}"'
        head = self.p([{"t": f"{block['mark']} "}, *block["head"]], ENTRY, keep=True, bold=True)
        opened = f'<w:bookmarkStart {ident} w:name="{name(block["a"])}"/><w:bookmarkEnd {ident}/>'
        head = head.replace("</w:pPr>", f"</w:pPr>{opened}", 1)
        return head + "".join(self.p(line, ENTRY) for line in block["lines"]) + self.p([], SMALL)

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


def name(anchor: str) -> str:
    """A bookmark's name: letters, digits and underscores, at most 40."""
    return anchor.replace("-", "_")[:40]


def clean(text: str) -> str:
    """Text without signs that no XML file may hold; a mark stays on one line."""
    return WHOLE.sub(lambda found: JOINER.join(found[0]), NO_XML.sub("", text))
