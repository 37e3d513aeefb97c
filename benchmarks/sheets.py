"""How long tables take: 5,000 messy invented rows as CSV and XLSX, and the shared extract of GED beside the GED file.

    python -m benchmarks.sheets [shared]

Prints seconds (and processor seconds) and counts. Needs the region pack of Syria; `shared` adds the real files.
"""

import csv
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook
from sqlalchemy import text

from db import engine, migrating, packs, store, undo
from db.importers import IMPORTERS, tables
from db.importers.run import run
from db.importers.tables import Request
from db.policy import LOCAL

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = ["رقم", "Date", "Governorate", "Village", "Type", "Killed", "Injured", "GPS", "Notes", "Perpetrator"]
GOVERNORATES = [
    "السويداء",
    "As-Sweida",
    "Sweida",
    "درعا",
    "Dar'a",
    "Rural Damascus",
    "حمص",
    "Homs",
    "Hama",
    "??",
]
TYPES = ["قصف", "shelling", "kidnapping", "خطف", "air strike", "clashes", "threat", "odd thing", "", "IED"]
COUNTS = ["3", "3", "dozens", "عشرات", "at least 5", "5-10", "", "unknown", "1,200", "lots and lots"]
DAYS = [
    "{0:%Y-%m-%d}",
    "{0:%d/%m/%Y}",
    "{0.day} آذار {0:%Y}",
    "{0:%d %B %Y}",
    "{0:%Y-%m}",
    "{0:%Y/%m/%d}",
    "soon",
]


def messy(count: int, seed: int = 1) -> list[list[str]]:
    """Invented rows as teams send them: two languages, many kinds of days and counts, some of them broken."""
    rng = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(count):
        day = date(2018, 1, 1) + timedelta(days=rng.randrange(360))
        when = rng.choices(DAYS, weights=[6, 6, 2, 2, 1, 2, 1])[0].format(day)
        point = f"{rng.uniform(32.5, 36.5):.5f}, {rng.uniform(36, 41):.5f}" if rng.random() < 0.5 else ""
        who = rng.choice(["", "Armed group; Others", "مجهول"])
        where = rng.choice(["شهبا", "Shahba", "Salkhad", "صلخد", "x", ""])
        counts = [rng.choices(COUNTS, weights=[8, 4, 1, 1, 1, 1, 4, 2, 1, 1])[0] for _ in range(2)]
        notes = "نص " * rng.randrange(40) + f"event {number}"
        rows.append(
            [
                str(number),
                when,
                rng.choice(GOVERNORATES),
                where,
                rng.choice(TYPES),
                *counts,
                point,
                notes,
                who,
            ]
        )
    return rows


def timed(name: str, act: object) -> object:
    """Do something and print what it took."""
    wall, own = time.perf_counter(), time.process_time()
    done = act()  # type: ignore[operator]
    print(f"{name}: {time.perf_counter() - wall:.1f} s ({time.process_time() - own:.1f} s of processor time)")
    return done


def fresh(folder: Path, name: str) -> str:
    """A new store with the region Syria."""
    url = f"sqlite:///{folder / name}.db"
    migrating.upgrade(url)
    with engine.writing(url) as session:
        store.load_region(session, packs.read(packs.find("syria")), NOW)
    return url


def take(url: str, path: Path, source: str | None) -> str:
    """Propose a mapping and take the table in."""
    planned = tables.plan(url, Request(path, "syria", source=source))
    done = tables.take(url, LOCAL, planned, by="bench", now=NOW)
    print(
        f"  {done.rows} rows: {done.new} new, {done.bad} refused, {done.remarks} remarks; {dict(done.issues)}"
    )
    return done.batch_id


def back(url: str, batch: str) -> None:
    """Undo an import."""
    with engine.writing(url) as session:
        print(" ", undo.undo(session, LOCAL, batch, reason="bench", by="bench", now=NOW))


def invented(folder: Path) -> None:
    """Messy rows as two kinds of files, and their undo."""
    rows = [HEADER, *messy(5000)]
    table = folder / "messy.csv"
    with table.open("w", encoding="cp1256", errors="replace", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Events")
    for cells in rows:
        sheet.append(cells)
    book.save(folder / "messy.xlsx")
    for path in (table, folder / "messy.xlsx"):
        url = fresh(folder, path.suffix[1:])
        batch = timed(f"5,000 messy rows as {path.suffix}", lambda u=url, p=path: take(u, p, "team"))
        timed("  undo", lambda u=url, b=batch: back(u, b))


def shared(folder: Path, data: Path) -> None:
    """The GED file, and another publisher's extract of a later release of it."""
    url = fresh(folder, "ged")
    ged, extract = data / "ged_syria_2016_2018.csv.gz", data / "ged211_sample_syria_2011_2018.csv.gz"
    timed("tocsin import ucdp, 14,522 rows", lambda: run(url, LOCAL, IMPORTERS["ucdp"], ged, NOW))
    batch = timed("tocsin import table, 61,591 rows", lambda: take(url, extract, None))
    for line in ASKED:
        with engine.reading(url) as session:
            print(f"  {line[0]}: {[tuple(row) for row in session.execute(text(line[1]))]}")
    timed("  undo of the extract", lambda: back(url, str(batch)))
    with engine.reading(url) as session:
        print("  left:", [tuple(row) for row in session.execute(text(ASKED[1][1]))])


NEWEST = "FROM incident_version v WHERE v.recorded_until IS NULL AND v.known_until IS NULL"
ASKED = [
    ("incidents", "SELECT count(*) FROM incident"),
    ("believed: incidents, deaths", f"SELECT count(*), sum(deaths) {NEWEST}"),  # noqa: S608
    ("told by both", f"SELECT count(*) {NEWEST} AND reports = 2"),  # noqa: S608
    ("of them with a range of best figures", "SELECT count(*) FROM (SELECT c.incident_id FROM claim c JOIN report r ON "
     "r.id = c.report_id WHERE c.status = 'all' AND c.harm = 'killed' GROUP BY c.incident_id "
     "HAVING count(DISTINCT c.best) > 1) t"),
    ("verification", f"SELECT verification, count(*) {NEWEST} GROUP BY 1 ORDER BY 1"),  # noqa: S608
]  # fmt: skip

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        invented(Path(name))
        if sys.argv[1:]:
            shared(Path(name), Path(sys.argv[1]) / "ucdp")
