"""A document as lists and dictionaries of text, as the PDF's and the Word file's writers want it."""

import re
import unicodedata
from typing import Any

from dashboard import fmt
from dashboard.briefing.model import (
    Bullets,
    Document,
    Figure,
    Heading,
    Label,
    Para,
    Picture,
    Quote,
    Runs,
    Section,
    Source,
    Table,
    bracketed,
    settled,
)
from dashboard.briefing.style import Style
from dashboard.handover import speaking

Flat = dict[str, Any]
DASH, JOINED = re.compile(r"(?<=\d)–(?=\d)"), "\u2060–\u2060"
"""A range stays on one line."""


def document(one: Document, style: Style) -> Flat:
    """The whole document; each piece of text is {"t": text} with "m" (mark) and "a" (anchor) where it is a figure."""
    with speaking(one.language):
        own = [style.word(one.language, key) for key in ("foot", "contact")]
        return {
            "language": one.language,
            "direction": one.direction,
            "organisation": style.name,
            "title": one.title,
            "subtitle": runs(one, one.subtitle),
            "warning": one.warning,
            "handling": one.handling,
            "foot": [text for text in (one.foot, *own) if text],
            "page": one.words["page"],
            "sections": [_section(one, number, part) for number, part in enumerate(one.sections, 1)],
        }


def anchor(one: Document, key: str) -> str:
    """The name of a note's place in the file."""
    return f"{one.language}-note-{one.note(key).mark}"


def runs(one: Document, pieces: Runs, own: str = "") -> list[Flat]:
    """Pieces of text; a source's words come in quotation marks, a number with its mark unless it stands at its note.

    What stands side by side without a mark between is one piece: setters take their time by the piece.
    """
    found: list[Flat] = []
    for piece in pieces:
        told = _piece(one, piece, own)
        if found and "m" not in found[-1]:
            before = found.pop()["t"]
            told = {name: value for name, value in told.items() if name != "d"} | {"t": before + told["t"]}
        found.append(told)
    return found


def _piece(one: Document, piece: Any, own: str) -> Flat:
    if isinstance(piece, Figure):
        note = {} if piece.note == own else _mark(one, piece.note)
        return {"t": DASH.sub(JOINED, settled(piece.text)), **note}
    if isinstance(piece, Quote):
        return {"t": settled(fmt.quoted(piece.text)), "d": from_the(piece.text)}
    return {"t": settled(piece.text if isinstance(piece, Label) else piece)}


def _mark(one: Document, key: str) -> Flat:
    return {"m": bracketed(one.note(key).mark), "a": anchor(one, key)}


def from_the(text: str) -> str:
    """The direction of somebody's words, by their first letter of a script that has one."""
    first = next(
        (
            unicodedata.bidirectional(sign)
            for sign in text
            if unicodedata.bidirectional(sign) in ("L", "R", "AL")
        ),
        "L",
    )
    return "ltr" if first == "L" else "rtl"


def _section(one: Document, number: int, section: Section) -> Flat:
    blocks = [_block(one, block) for block in section.blocks]
    title = f"{fmt.number(number)}. {section.title}"
    return {"title": title, "annex": section.key.startswith("annex."), "blocks": blocks}


def _block(one: Document, block: Any) -> Flat:
    if isinstance(block, Para):
        return {
            "kind": "para",
            "runs": runs(one, block.runs),
            "style": block.style,
            "language": block.language,
        }
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": [runs(one, item) for item in block.items]}
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text}
    if isinstance(block, Picture):
        caption = [*runs(one, block.caption), {"t": " ", **_mark(one, block.note)}]
        return {"kind": "picture", "svg": block.svg, "alt": block.alt, "caption": caption}
    if isinstance(block, Source):
        lines = [runs(one, line, block.note) for line in block.lines]
        return {
            "kind": "source",
            "mark": f"{fmt.apart(block.mark)}.",
            "a": anchor(one, block.note),
            "head": runs(one, block.head),
            "lines": lines,
        }
    return _table(one, block)


def _table(one: Document, block: Table) -> Flat:
    return {
        "kind": "table",
        "caption": runs(one, block.caption),
        "columns": list(block.columns),
        "rows": [_row(one, row) for row in block.rows],
        "numbers": list(block.numbers),
        "widths": list(block.widths) or [1] * len(block.columns),
    }


def _row(one: Document, row: tuple[Runs, ...]) -> list[list[Flat]]:
    """A row; where its first cell is the mark of a note it leads there, and the row's figures need no mark."""
    first = row[0][0] if row[0] else ""
    note = one.by_mark.get(first.text) if isinstance(first, Label) else None
    if note is None:
        return [runs(one, cell) for cell in row]
    head = [{"t": "", "m": note.mark, "a": anchor(one, note.key), "whole": True}]
    return [head, *(runs(one, cell, note.key) for cell in row[1:])]
