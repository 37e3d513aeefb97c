"""Files that come in, and the rows that could not be taken."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, AsRecorded, RegionId, Url, day_option, group, region_in
from db import clock, engine, licences, migrating, queries
from db.importers import IMPORTERS
from db.importers.covariates import run as run_covariates
from db.importers.rows import Summary
from db.importers.run import Options, run
from db.policy import LOCAL

app = group("Take files into the store.")
SHOWN_NAMES = 12
File = Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .csv.gz or .zip file.")]


@app.command()
def ucdp(
    file: File,
    url: Url = "",
    released_on: Annotated[date | None, day_option("--released-on", "When this data set came out.")] = None,
    covered_from: Annotated[
        date | None, day_option("--covered-from", "The first day the file covers.")
    ] = None,
    covered_until: Annotated[
        date | None, day_option("--covered-until", "The last day the file covers.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Take in UCDP GED or Candidate events of any version; a second time changes nothing.

    Example: tocsin import ucdp ged_syria.csv.gz
    """
    _take("ucdp", file, url, Options(released_on, covered_from, covered_until), json)


@app.command()
def acled(
    file: File,
    url: Url = "",
    covered_from: Annotated[
        date | None, day_option("--covered-from", "The first day the file covers.")
    ] = None,
    covered_until: Annotated[
        date | None, day_option("--covered-until", "The last day the file covers.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Take in ACLED events, as exported by their site in any year; models leave them out unless cleared.

    Example: tocsin import acled acled_syria.csv
    """
    _tell_terms("acled", url)
    _take("acled", file, url, Options(None, covered_from, covered_until), json)


@app.command()
def reports(file: File, url: Url = "", json: AsJson = False) -> None:
    """Take in reports in Tocsin's own CSV format: one row is what one source says of one incident.

    Example: tocsin import reports reports.csv
    """
    _take("reports", file, url, Options(), json)


@app.command()
def covariates(
    file: File,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the numbers are, such as bread_price.")],
    url: Url = "",
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Take in numbers of your own (area, day, available_at, value) for the models to try.

    Example: tocsin import covariates bread.csv --name bread_price
    """
    where = region_in(url, region)
    tell_all(run_covariates(url, where.id, name, file, clock.now()), json)


def _take(name: str, file: Path, url: str, options: Options, json: bool) -> None:
    migrating.check(url)
    with output.progress() as tell:
        done = run(
            url, LOCAL, IMPORTERS[name], file, clock.now(), options, lambda rows: tell("rows", rows, 0)
        )
    _tell_unknown(url)
    tell_all(done, json)


def _tell_terms(code: str, url: str) -> None:
    """Say where a source's terms keep its reports from the models."""
    migrating.check(url)
    with engine.reading(url) as session:
        told = [licences.notice(code, one.settings) for one in queries.regions(session, LOCAL)]
    for notice in dict.fromkeys(filter(None, told)):
        output.say(f"notice: {notice}")


def tell_all(done: Summary, json: bool) -> None:
    """What an import did, for the person and, where asked for, for a program."""
    _tell(done)
    if json:
        output.as_json({"batch_id": done.batch_id, "unchanged": done.unchanged, **done.counts()})


def _tell(done: Summary) -> None:
    if done.brought_back:
        output.say(f"{done.file_name} had been undone; it counts again")
        return
    if done.unchanged:
        output.say(f"{done.file_name} was taken in before; nothing changed")
        return
    output.say(
        f"{done.file_name}: {done.rows} rows: {done.new} new, {done.revised} revised, {done.already} known "
        f"already, {done.outside} outside the loaded regions, {done.bad} broken"
    )
    if done.outside == done.rows:
        output.say(
            "warning: no row lies in a loaded region; look at country_codes_gw and country_names in its region.toml"
        )
    if done.unknown_columns:
        output.say(f"columns not used: {', '.join(done.unknown_columns)}")
    if done.bad or done.remarks:
        output.say(f"warning: {done.bad} rows refused, {done.remarks} remarks; list them with: tocsin issues")


def _tell_unknown(url: str) -> None:
    """Name the districts and governorates that the packs do not know: their incidents count too widely."""
    with engine.reading(url) as session:
        for region in queries.regions(session, LOCAL):
            today = clock.today(region.time_zone)
            unknown = queries.unknown_units(session, LOCAL, region_id=region.id, as_of=today)
            if len(unknown):
                output.say(_unknown(region.id, unknown))


def _unknown(region_id: str, unknown: pd.DataFrame) -> str:
    named = [f"{row.name} ({row.level}, {row.reports})" for row in unknown.itertuples(index=False)]
    more = f" and {len(named) - SHOWN_NAMES} more" if len(named) > SHOWN_NAMES else ""
    return (
        f"warning: {len(named)} names of areas are not in the pack of {region_id}: "
        f"{'; '.join(named[:SHOWN_NAMES])}{more}; add them as aliases to its places.csv and run: "
        "tocsin region load"
    )


def issues(
    url: Url = "",
    batch: Annotated[str | None, typer.Option(metavar="ID", help="Of one import only.")] = None,
    as_recorded: AsRecorded = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: AsJson = False,
) -> None:
    """List the rows that an import refused or remarked upon, with row, column, reason and cure.

    Example: tocsin issues --limit 20
    """
    migrating.check(url)
    with engine.reading(url) as session:
        asked: dict[str, Any] = {"recorded_as_of": as_recorded, "batch_id": batch, "limit": limit}
        rows = queries.issues(session, LOCAL, **asked).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, ["file_name", "row_number", "column_name", "severity", "code", "message"])
    else:
        output.say("no row was refused or remarked upon")
