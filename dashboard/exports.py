"""Tables of the pages as CSV files that open safely in a spreadsheet and say EXERCISE where they must."""

import csv
import io
from datetime import date

import pandas as pd

from dashboard.i18n import N_
from db.exports.cells import cell
from db.queries import RegionInfo

MARK = N_("EXERCISE")


def file_name(region: RegionInfo, table: str, as_of: date) -> str:
    """What a download is called."""
    mark = [MARK] if region.exercise else []
    return "-".join(["tocsin", *mark, region.id, table, as_of.isoformat()]) + ".csv"


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
