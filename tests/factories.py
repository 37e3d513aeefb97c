"""Small invented things to test with, one line each."""

import csv
import gzip
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db import engine, incidents, migrating, packs, store
from db.importers import IMPORTERS
from db.importers.rows import Summary
from db.importers.run import Options, run
from db.policy import LOCAL
from tests.conftest import NOW

REGION_TOML = """
name = "{name}"
title = "{title}"
title_ar = "أرض"
exercise = {exercise}
time_zone = "Asia/Damascus"
iso3 = ["XXX"]
country_codes_gw = [999]
country_names = ["Nowhere"]
horizons_days = [7, 14, 28]
alert_horizon_days = 28
escalation_floor_deaths = 5
[groups.blue]
name = "Blues"
name_ar = "زرق"
kind = "other"
[groups.green]
name = "Greens"
name_ar = "خضر"
kind = "other"
"""

PLACES = """place_id,level,parent_id,name,name_ar,aliases,lat,lon,radius_km,code,source,note
{p},country,,Nowhere,لامكان,,,,,,invented,
{p}1,governorate,{p},Northern,الشمالية,North|Northern Governorate,34.0,36.0,,,invented,
{p}2,governorate,{p},Southern,الجنوبية,South,32.0,36.0,,,invented,
{p}11,district,{p}1,Alpha,ألفا,Alpha district,34.1,36.0,,,invented,
{p}12,district,{p}1,Beta,بيتا,Beta district,33.8,36.2,,,invented,
{p}21,district,{p}2,Gamma,غاما,Gamma district,32.1,36.0,,,invented,
{p}-hill,settlement,{p}11,Hill,تل,Al-Tall,34.10,36.00,3,,invented,
{p}-ford,settlement,{p}12,Ford,معبر,,33.80,36.20,3,,invented,
{p}-well,settlement,{p}21,Well,بئر,,32.10,36.00,4,,invented,
"""

COMMUNITIES = """community_id,group,name,name_ar,places,note,source
{p}-blue-north,blue,Blues of the North,زرق الشمال,{p}1:majority,,invented
{p}-blue-hill,blue,Blues of Hill,زرق التل,{p}-hill:majority,,invented
{p}-green-ford,green,Greens of Ford,خضر المعبر,{p}-ford:significant,,invented
{p}-green-well,green,Greens of Well,خضر البئر,{p}-well:majority,,invented
"""

SOURCES = (
    "source_id,name,name_ar,kind,independence_group,reliability,lag_days,covers,"
    "covered_from,covered_until,protected,url,licence,note"
    """
ucdp,UCDP,,dataset,ucdp,B,1,deaths,,,false,,CC BY 4.0,
monitor,The Monitor,,ngo_monitor,monitor,B,1,incidents,,,false,,,
paper,The Paper,,media,monitor,C,1,incidents,,,false,,,
radio,The Radio,,media,radio,C,2,incidents,,,false,,,
team,Field team,,field_contact,team,A,0,incidents,,,true,,,
"""
)


def pack(folder: Path, *, name: str = "nowhere", prefix: str = "xx", exercise: bool = False) -> Path:
    """Write a small region pack: 2 governorates, 3 districts, 3 settlements, 4 communities."""
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    settings = REGION_TOML.format(name=name, title=name.title(), exercise=str(exercise).lower())
    (folder / "region.toml").write_text(settings, encoding="utf-8")
    for file, text in (("places", PLACES), ("communities", COMMUNITIES), ("sources", SOURCES)):
        (folder / f"{file}.csv").write_text(text.format(p=prefix), encoding="utf-8")
    return folder


def load(url: str, folder: Path) -> None:
    """Load a pack that must be sound."""
    read = packs.read(folder)
    assert not read.problems, [str(p) for p in read.problems]
    with engine.writing(url) as session:
        if store.load_region(session, read, NOW):
            incidents.relink(session, read.region_id, NOW)


def nowhere(url: str) -> None:
    """Make an empty database a store with the region Nowhere."""
    migrating.upgrade(url)
    with TemporaryDirectory() as folder:
        load(url, pack(Path(folder)))


_MADE: dict[Callable[[str], object], bytes] = {}


def copied(path: Path, make: Callable[[str], object] = migrating.upgrade) -> str:
    """A SQLite store at a path, as `make(url)` fills an empty one: made once a process, then copied.

    `make` stands at the top of a module: `migrating.upgrade` (the newest schema), `nowhere`, or one's own.
    """
    if make not in _MADE:
        with TemporaryDirectory() as folder:
            first = f"sqlite:///{Path(folder) / 'tocsin.db'}"
            make(first)
            engine.engine(first).dispose()  # folds the write-ahead log into the file
            _MADE[make] = (Path(folder) / "tocsin.db").read_bytes()
    path.touch(mode=0o600)
    path.write_bytes(_MADE[make])
    return f"sqlite:///{path}"


UCDP = {
    "id": "1",
    "year": "2018",
    "type_of_violence": "1",
    "number_of_sources": "1",
    "source_article": "",
    "source_office": "Monitor",
    "source_date": "",
    "source_headline": "Shelling near Hill",
    "source_original": "Monitor",
    "where_prec": "1",
    "where_coordinates": "Hill town",
    "adm_1": "Northern Governorate",
    "adm_2": "Alpha district",
    "latitude": "34.1",
    "longitude": "36.0",
    "country": "Nowhere",
    "country_id": "999",
    "side_a": "Side One",
    "side_b": "Side Two",
    "event_clarity": "1",
    "date_prec": "1",
    "date_start": "2018-03-01",
    "date_end": "2018-03-01",
    "deaths_a": "1",
    "deaths_b": "1",
    "deaths_civilians": "1",
    "deaths_unknown": "0",
    "low": "2",
    "best": "3",
    "high": "4",
}


def ucdp_row(**changes: Any) -> dict[str, str]:
    """One UCDP event as text cells."""
    day = changes.pop("day", None)
    row = dict(UCDP)
    if day is not None:
        row["date_start"] = row["date_end"] = str(day)
    row.update({key: "" if value is None else str(value) for key, value in changes.items()})
    row["year"] = row["date_start"][:4]
    return row


def write_csv(path: Path, rows: list[dict[str, str]], *, columns: list[str] | None = None) -> Path:
    """Write rows as CSV, gzipped where the name says so."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or list(rows[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    body = text.getvalue().encode()
    path.write_bytes(gzip.compress(body, mtime=0) if path.suffix == ".gz" else body)
    return path


def take(url: str, path: Path, importer: str = "ucdp", **options: Any) -> Summary:
    """Import a file at the fixed time."""
    now = options.pop("now", NOW)
    return run(url, LOCAL, IMPORTERS[importer], path, now, Options(**options))


REPORT = {
    "source_id": "monitor",
    "external_id": "m1",
    "incident_ref": "",
    "published_at": "2018-03-02",
    "url": "",
    "lang": "en",
    "title": "Kidnapping near Hill",
    "text": "Two people were taken near Hill.",
    "incident_type": "kidnapping",
    "date_start": "2018-03-01",
    "date_end": "2018-03-01",
    "date_prec": "1",
    "place_id": "xx-hill",
    "place": "Hill",
    "admin1": "Northern",
    "admin2": "Alpha",
    "lat": "34.1",
    "lon": "36.0",
    "geo_prec": "1",
    "killed_low": "",
    "killed": "",
    "killed_high": "",
    "killed_wording": "",
    "civilians_killed": "",
    "injured": "",
    "abducted": "2",
    "displaced": "",
    "alleged_perpetrator": "Armed Band",
    "sensitivity": "",
    "stance": "",
    "cited": "",
    "claimed_by": "",
    "denied_by": "",
    "said_by": "",
    "counts_more": "",
}


def report_row(**changes: Any) -> dict[str, str]:
    """One row of Tocsin's own report table."""
    return {**REPORT, **{key: "" if value is None else str(value) for key, value in changes.items()}}


def days(start: date, count: int) -> list[date]:
    """So many days from one on."""
    return [start + timedelta(days=n) for n in range(count)]
