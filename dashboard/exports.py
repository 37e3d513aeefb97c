"""Tables as CSV files that open safely in a spreadsheet and say EXERCISE where they must."""

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import pandas as pd

from dashboard.fmt import missing
from db.queries import RegionInfo

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MARK = "EXERCISE"


def file_name(region: RegionInfo, table: str, as_of: date) -> str:
    """What a download is called."""
    mark = [MARK] if region.exercise else []
    return "-".join(["tocsin", *mark, region.id, table, as_of.isoformat()]) + ".csv"


def cell(value: Any) -> Any:
    """A value as a cell: unknown is empty, and no text can act as a formula."""
    if isinstance(value, (list, dict, tuple)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    if missing(value):
        return ""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def as_csv(rows: pd.DataFrame, region: RegionInfo, as_of: date) -> bytes:
    """A table as UTF-8 CSV with the day it speaks of; every row of an exercise carries the mark."""
    extra = {"as_of": as_of.isoformat(), "region": region.id}
    extra = {"exercise": MARK, **extra} if region.exercise else extra
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*extra, *rows.columns])
    for row in rows.itertuples(index=False):
        writer.writerow([*extra.values(), *map(cell, row)])
    return "\ufeff".encode() + out.getvalue().encode()
