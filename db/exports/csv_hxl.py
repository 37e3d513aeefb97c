"""Incidents as CSV, plain or with a row of HXL hashtags; UTF-8 with the mark that Excel needs for Arabic."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from db.errors import BadInput
from db.exports.cells import cell, unguard
from db.exports.columns import COLUMNS, RECORD, SEAL, packed, rows
from db.exports.gather import Gathering
from db.foreign import from_json

NAMES = [*COLUMNS, SEAL, RECORD]
TAGS = [*(column.hxl for column in COLUMNS.values()), "#meta+seal", "#meta+record"]
Read = tuple[int, dict[str, Any], Any]
"""Row number, the cells a person sees (seal included), and the record; None where it cannot be read."""


def write_csv(out: IO[bytes], gathering: Gathering) -> int:
    """Write incidents as CSV; returns how many."""
    return _write(out, gathering, [NAMES])


def write_hxl(out: IO[bytes], gathering: Gathering) -> int:
    """Write incidents as CSV with HXL hashtags in the second row; returns how many."""
    return _write(out, gathering, [NAMES, TAGS])


def _write(out: IO[bytes], gathering: Gathering, heads: list[list[str]]) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerows(heads)
    number = 0
    for cells, record in rows(gathering):
        number += 1
        writer.writerow([*map(cell, cells.values()), packed(record)])
    text.detach()
    return number


def read(path: Path) -> Iterator[Read]:
    """The rows of a CSV export, formula guards undone; a row of hashtags is passed over."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        try:
            names = next(reader, [])
            for values in reader:
                if values and not values[0].startswith("#"):
                    yield _row(reader.line_num, names, values)
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadInput(f"{path.name}, row {reader.line_num}: {error}; export it again") from error


def _row(number: int, names: list[str], values: list[str]) -> Read:
    cells: dict[str, Any] = dict(zip(names, map(unguard, values), strict=False))
    try:
        return number, cells, from_json(cells.pop(RECORD, ""))
    except ValueError:
        return number, cells, None
