"""The ways out: tables for spreadsheets, maps and other programs, and the whole store as one file."""

from collections.abc import Callable
from typing import IO

from db.exports import csv_hxl, geojson, jsonl, xlsx
from db.exports.gather import Gathering

FORMATS: dict[str, Callable[[IO[bytes], Gathering], int]] = {
    "csv": csv_hxl.write_csv,
    "xlsx": xlsx.write,
    "jsonl": jsonl.write,
    "hxl": csv_hxl.write_hxl,
    "geojson": geojson.write,
}
"""Name -> writes incidents into a file and says how many."""
