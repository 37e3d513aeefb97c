"""Rows of JSON as the CSV table their publisher would have exported, so that one importer reads both."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Pages = Callable[[], Iterable[Sequence[Mapping[str, Any]]]]


def write(path: Path, columns: Sequence[str], pages: Pages) -> Path:
    """Write the rows of all pages; the known columns first, then whatever else the rows hold."""
    known = dict.fromkeys(columns) | dict.fromkeys(key for rows in pages() for row in rows for key in row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(known), restval="")
        writer.writeheader()
        for rows in pages():
            writer.writerows({key: cell(value) for key, value in row.items()} for row in rows)
    return path


def cell(value: Any) -> str:
    """A JSON value as a table writes it: nothing for null, 1 and 0 for true and false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
