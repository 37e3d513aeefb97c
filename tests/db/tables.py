"""Invented tables to take in, and short ways to do it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from db.importers import tables
from db.importers.rows import Summary
from db.importers.tables import Plan, Request
from db.policy import LOCAL
from tests.conftest import NOW

HEADER = ["ID", "Date", "Governorate", "Village", "Type", "Killed", "Notes"]
ROW = ["1", "2018-03-01", "Northern", "Hill", "shelling", "3", "Shells fell near Hill."]
ARABIC = ["الرقم", "التاريخ", "المحافظة", "القرية", "نوع الحادث", "القتلى", "ملاحظات"]
ARABIC_ROW = ["1", "13 آذار 2018", "الشمالية", "تل", "قصف", "٣", "سقطت قذائف قرب التل."]


def row(**changes: str) -> list[str]:
    """One row of the invented table."""
    return [changes.get(name.lower(), cell) for name, cell in zip(HEADER, ROW, strict=True)]


def lines(*rows: Sequence[str], mark: str = ",") -> str:
    """Rows as delimited text, quoted where they have to be."""
    return "".join(mark.join(_quoted(cell, mark) for cell in cells) + "\n" for cells in rows)


def _quoted(cell: str, mark: str) -> str:
    special = any(c in cell for c in (mark, '"', "\n", "\r"))
    return '"' + cell.replace('"', '""') + '"' if special else cell


def write(path: Path, *rows: Sequence[str], mark: str = ",", encoding: str = "utf-8") -> Path:
    """A text table."""
    path.write_bytes(lines(*rows, mark=mark).encode(encoding))
    return path


def workbook(path: Path, *rows: Sequence[Any], **settings: Any) -> Path:
    """An Excel workbook with one sheet; `settings` are set on the book."""
    book = Workbook()
    for name, value in settings.items():
        setattr(book, name, value)
    assert book.active is not None
    for cells in rows:
        book.active.append(list(cells))
    book.save(path)
    return path


def planned(url: str, path: Path, **options: Any) -> Plan:
    """How the table would be read for Nowhere, as a report of The Monitor's."""
    return tables.plan(url, Request(path, "nowhere", **{"source": "monitor", **options}))


def take(url: str, path: Path, *, now: Any = NOW, name: str | None = None, **options: Any) -> Summary:
    """Take a table in."""
    return tables.take(url, LOCAL, planned(url, path, **options), by="tester", now=now, name=name)
