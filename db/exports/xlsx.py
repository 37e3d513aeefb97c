"""Incidents as an Excel workbook: a sheet to read, a sheet about the file, a sheet to read it back from.

openpyxl is imported where it is used, because pages and most commands never need it.
"""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from db import archives
from db.errors import BadInput
from db.exports.cells import bare, cell, unguard
from db.exports.columns import COLUMNS, SEAL, about, packed, rows
from db.exports.csv_hxl import Read
from db.exports.gather import Gathering
from db.foreign import from_json

INCIDENTS, ABOUT, RECORDS = "incidents", "about", "record"
MAX_UNPACKED = 1024**3
PART = 30_000  # Excel cuts a cell after 32,767 characters
# XML holds no control characters, and reads a carriage return as a line feed; OOXML writes them as _x000D_.
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def write(out: IO[bytes], gathering: Gathering) -> int:
    """Write incidents as a workbook with a frozen header and no formulas; returns how many."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet, notes, records = (book.create_sheet(name) for name in (INCIDENTS, ABOUT, RECORDS))
    sheet.freeze_panes = "B2"
    sheet.append([*COLUMNS, SEAL])
    records.append(["incident_id", "part", "text"])
    number = 0
    for cells, record in rows(gathering):
        number += 1
        sheet.append([_out(value) for value in cells.values()])
        text = packed(record)
        for part in range(0, len(text), PART):
            records.append([cells["incident_id"], part // PART + 1, _out(text[part : part + PART])])
    for name, value in bare(about(gathering)).items():
        notes.append([name, _out(value)])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS) + 1)}{number + 1}"
    book.save(out)
    return number


def _out(value: Any) -> Any:
    value = cell(value)
    if not isinstance(value, str):
        return value
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", value) or None


def _in(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return unguard(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), value))


def read(path: Path) -> Iterator[Read]:
    """The rows of a workbook that was exported, formula guards undone."""
    try:
        with zipfile.ZipFile(path) as archive:
            archives.refuse_bombs(path, archive.infolist(), MAX_UNPACKED)
        yield from _rows_of(path)
    except archives.DAMAGE as error:
        raise BadInput(f"{path.name} is no workbook that can be read ({error}); export it again") from error


def _rows_of(path: Path) -> Iterator[Read]:
    from openpyxl import load_workbook

    with path.open("rb") as file, closing(load_workbook(file, read_only=True)) as book:
        missing = {INCIDENTS, RECORDS} - set(book.sheetnames)
        if missing:
            raise BadInput(f"{path.name} lacks the sheet {missing.pop()!r}; export it again")
        records = _records(book[RECORDS])
        sheet = book[INCIDENTS].iter_rows(values_only=True)
        names = [str(name) for name in next(sheet, ())]
        for number, values in enumerate(sheet, 2):
            cells = dict(zip(names, map(_in, values), strict=False))
            yield number, cells, _parsed(records.get(str(cells.get("incident_id"))))


def _records(sheet: Any) -> dict[str, str]:
    parts: dict[str, dict[int, str]] = defaultdict(dict)
    for name, part, text in sheet.iter_rows(min_row=2, max_col=3, values_only=True):
        if isinstance(part, int):
            parts[str(name)][part] = _in(text) or ""
    return {name: "".join(text for _, text in sorted(found.items())) for name, found in parts.items()}


def _parsed(text: str | None) -> Any:
    try:
        return from_json(text or "")
    except ValueError:
        return None
