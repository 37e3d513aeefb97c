"""Reading Excel workbooks: one sheet, its values as text, what formulas last gave, and what is hidden.

Cells are read by openpyxl row by row (dates in both of Excel's calendars, error values as their text), so that a
sheet with one cell in its last corner fills no memory; a faster reader was turned down because it ends the whole
program there. Merged cells and formulas that were never calculated are looked up in the sheet's XML.
"""

import html
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from db import archives
from db.errors import BadInput
from db.importers.records import Numbered

MAX_UNPACKED = 256 * 1024**2
MAX_LETTERS = 256 * 1024**2  # in all cells; one text may stand in many
_UNCALCULATED = re.compile(rb"</f>(?:<v\s*/>|<v></v>)?</c>|<f\s*/>(?:<v\s*/>|<v></v>)?</c>")
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_DATE_1904 = re.compile(rb'date1904="(1|true)"')
_SHEET = re.compile(r"<sheet\b[^>]*>")
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_MAGIC = b"PK\x03\x04"
DAMAGE = (*archives.DAMAGE, InvalidFileException)


@dataclass(frozen=True, slots=True)
class Book:
    """One sheet of a workbook."""

    sheet: str
    rows: list[Numbered]
    merged: list[tuple[int, int, int]]
    epoch_1904: bool
    remarks: list[str]


def is_one(path: Path) -> bool:
    """Whether a file is an Excel workbook, by its contents."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except DAMAGE as error:
        raise BadInput(f"{path.name} is damaged ({error}); save it again") from error


def read(path: Path, wanted: str | None) -> Book:
    """A sheet of a workbook: the one wanted, or the only one that is visible and holds anything."""
    _refuse_bombs(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and drop-down lists, which are not read
        try:
            book = load_workbook(path, read_only=True, data_only=True)
            name, remarks = _chosen(path, book, wanted)
            rows = _rows(path, book, name)
        except DAMAGE as error:
            raise BadInput(f"{path.name} is damaged ({error}); save it again") from error
        finally:
            if "book" in locals():
                book.close()
    try:
        xml, epoch_1904 = _parts(path, name)
    except DAMAGE as error:
        raise BadInput(f"{path.name} is damaged ({error}); save it again") from error
    if uncalculated := len(_UNCALCULATED.findall(xml)):
        remarks.append(
            f"{uncalculated} cells hold a formula that was never calculated and are read as empty; "
            "open the file in a spreadsheet, save it and import again"
        )
    return Book(name, rows, _merged(xml), epoch_1904, remarks)


def names(path: Path) -> list[str]:
    """The names of the visible sheets of a workbook, in order."""
    _refuse_bombs(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(path, read_only=True)
            found = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
            book.close()
        except DAMAGE as error:
            raise BadInput(f"{path.name} is damaged ({error}); save it again") from error
    return found


def _rows(path: Path, book: Workbook, name: str) -> list[Numbered]:
    """The rows that hold anything, with their numbers."""
    rows, letters = [], 0
    for number, cells in enumerate(_values(book[name]), 1):
        if any(cell is not None for cell in cells):
            rows.append(Numbered(number, [_text(cell) for cell in cells]))
            letters += sum(map(len, rows[-1].cells))
            if letters > MAX_LETTERS:
                raise BadInput(f"{path.name} holds more than {MAX_LETTERS >> 20} MB of text; save it as CSV")
    return rows


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The rows as wide as they are; what a sheet says of its own size is not believed."""
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(values_only=True))


def _merged(xml: bytes) -> list[tuple[int, int, int]]:
    """The cells that are merged sideways: row, first and last column, counted from 0."""
    spans = [range_boundaries(ref.decode()) for ref in _MERGED.findall(xml)]
    return [(top, left - 1, right - 1) for left, top, right, _ in spans if right > left]


def _chosen(path: Path, book: Workbook, wanted: str | None) -> tuple[str, list[str]]:
    """The sheet to read, and what to say of the others."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if wanted is not None:
        if wanted not in sheets:
            raise BadInput(f"{path.name} has no sheet {wanted!r}; choose one: {', '.join(sheets)}")
        return wanted, []
    hidden = [name for name, sheet in sheets.items() if sheet.sheet_state != "visible"]
    filled = [name for name in sheets if name not in hidden and _holds_anything(sheets[name])]
    if len(filled) != 1:
        also = f" (hidden: {', '.join(hidden)})" if hidden else ""
        many = f"has {len(filled)} sheets: {', '.join(filled)}" if filled else "holds no rows"
        raise BadInput(f"{path.name} {many}{also}; say which with --sheet")
    return filled[0], [f"hidden sheets are not read: {', '.join(hidden)}"] if hidden else []


def _holds_anything(sheet: Any) -> bool:
    return any(cell is not None for row in _values(sheet) for cell in row)


def _text(cell: Any) -> str:
    """A cell as text: days without a time of day as days, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return storable(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != datetime.min.time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def storable(text: str) -> str:
    """A text without what no store can hold."""
    if text.isascii() and "\x00" not in text:
        return text  # the same object: one text that a million cells share is no million texts
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")


def _parts(path: Path, sheet: str) -> tuple[bytes, bool]:
    """The XML of a sheet, and whether the workbook counts its days from 1904."""
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml")
        part = _part(archive, book.decode("utf-8", "replace"), sheet)
        return archive.read(part) if part else b"", bool(_DATE_1904.search(book))


def _part(archive: zipfile.ZipFile, book: str, sheet: str) -> str | None:
    """The name of the part that holds a sheet."""
    found = next((tag for tag in _SHEET.findall(book) if _attribute(tag, "name") == sheet), "")
    relation = _attribute(found, "r:id")
    listed = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    target = next((t for t in _RELATION.findall(listed) if _attribute(t, "Id") == relation), "")
    name = _attribute(target, "Target")
    full = name.lstrip("/") if name.startswith("/") else f"xl/{name}"
    return full if full in archive.namelist() else None


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{re.escape(name)}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except DAMAGE as error:
        raise BadInput(f"{path.name} is damaged ({error}); save it again") from error
    archives.refuse_bombs(path, parts, MAX_UNPACKED)
