"""Incidents as JSON lines, the one form that carries the reports' texts: a header, an incident a line, an end."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from db.errors import BadInput
from db.exports.cells import bare
from db.exports.columns import RECORD, about, packed, rows
from db.exports.csv_hxl import Read
from db.exports.gather import Gathering
from db.foreign import from_json


def write(out: IO[bytes], gathering: Gathering) -> int:
    """Write incidents as JSON lines; returns how many."""
    number = 0
    out.write((packed(bare(about(gathering))) + "\n").encode())
    for cells, record in rows(gathering, texts=True):
        number += 1
        out.write((packed(cells | {RECORD: record}) + "\n").encode())
    out.write((packed({"end": {"rows": number}}) + "\n").encode())
    return number


def read(path: Path) -> Iterator[Read]:
    """The rows of a JSON lines export; one that ends too early is refused at its end."""
    with path.open("rb") as file:
        next(file)
        for number, line in enumerate(file, 2):
            try:
                cells = from_json(line)
            except ValueError:
                cells = None
            if not isinstance(cells, dict):
                yield number, {}, None
            elif "end" in cells:
                return
            else:
                yield number, cells, cells.pop(RECORD, None)
    raise BadInput(
        f"{path.name} is cut: its last line is missing; the incidents before are kept; export it again"
    )
