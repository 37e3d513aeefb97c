"""The gazetteer: what a name may mean, and files of places and outlines."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, Url, day_or_today, group, region
from db import clock, engine, gazetteer_files, gazetteers, migrating, outlines, queries
from db.pack_cells import Problem
from db.policy import LOCAL

app = group("The gazetteer: find places by name, load more of them.")
SHOWN_PROBLEMS = 50
SHOWN = ["name", "name_ar", "level", "district", "governorate", "score", "why", "place_id"]


@app.command()
def find(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name in any spelling, English or Arabic.")],
    url: Url = "",
    where: RegionId = None,
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    within: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Only in this governorate or district (id or name).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 5,
    json: AsJson = False,
) -> None:
    """List the places that a name may mean, the likeliest first, with district and reason; picks none.

    Example: tocsin places find Qanaqar --json
    """
    migrating.check(url)
    with engine.reading(url) as session:
        chosen = region(session, where)
        day = day_or_today(as_of, chosen)
        asked: dict[str, Any] = {"region_id": chosen.id, "as_of": day, "recorded_as_of": as_recorded}
        found = queries.candidates(session, LOCAL, **asked, text=name, within=within, limit=limit)
    rows = [asdict(one) for one in found]
    if json:
        output.as_json(rows)
    elif rows:
        output.table([{**row, "score": round(row["score"])} for row in rows], SHOWN)
    else:
        output.say(f"no place of {chosen.title} has a name like {name!r}; load more with: tocsin places load")


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|.geojson", help="Places, or outlines of them.")],
    url: Url = "",
    where: RegionId = None,
    json: AsJson = False,
) -> None:
    """Take in a larger gazetteer (CSV or GeoJSON points), and outlines of known places (GeoJSON polygons).

    CSV columns: name, lat, lon; and id, name_ar, level, parent, aliases (joined by ;), code, source. A second
    time changes nothing, and loading the region's pack again keeps what came this way.

    Example: tocsin places load villages.csv
    """
    migrating.check(url)
    now, table = clock.now(), file.suffix.lower() == ".csv"
    shapes = [] if table else outlines.read(file)
    rows = gazetteer_files.read_csv(file) if table else gazetteer_files.read_points(outlines.features(file))
    told: dict[str, Any] = {}
    with engine.writing(url) as session:
        chosen = region(session, where).id
        if rows or not shapes:
            told |= asdict(gazetteers.load(session, chosen, rows, file.name, now))
        if shapes:
            told |= asdict(outlines.load(session, chosen, shapes, now))
    _tell(told)
    if json:
        output.as_json(told)


def _tell(told: Mapping[str, Any]) -> None:
    """Say what became of a file: its rows, its faults, its outlines."""
    if "rows" in told:
        counted = ", ".join(f"{told[name]} {name}" for name in ("new", "changed", "unchanged"))
        output.say(
            f"{told['rows']} rows: {counted}, {told['known']} known already, {len(told['problems'])} faults"
        )
        for one in told["problems"][:SHOWN_PROBLEMS]:
            output.say(str(Problem(**one)))
    if "matched" in told:
        for one in told["unmatched"][:SHOWN_PROBLEMS]:
            output.say(f"no place for {one}")
        output.say(f"{len(told['matched'])} outlines stored, {len(told['unmatched'])} without a known place")
    if told["relinked"]:
        output.say(f"{told['relinked']} incidents were tied to their places anew")
