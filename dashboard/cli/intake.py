"""Files that come in, and the rows that could not be taken."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, Url, day_option, group
from db import clock, engine, queries
from db.importers import IMPORTERS
from db.importers.rows import Summary
from db.importers.run import Options, run
from db.policy import LOCAL

app = group("Take files into the store.")
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
def reports(file: File, url: Url = "", json: AsJson = False) -> None:
    """Take in reports in Tocsin's own CSV format: one row is what one source says of one incident.

    Example: tocsin import reports reports.csv
    """
    _take("reports", file, url, Options(), json)


def _take(name: str, file: Path, url: str, options: Options, json: bool) -> None:
    engine.check(url)
    with output.progress() as tell:
        done = run(url, IMPORTERS[name], file, clock.now(), options, lambda rows: tell("rows", rows, 0))
    _tell(done)
    if json:
        output.as_json({"batch_id": done.batch_id, "unchanged": done.unchanged, **done.counts()})


def _tell(done: Summary) -> None:
    if done.unchanged:
        output.say(f"{done.file_name} was taken in before; nothing changed")
        return
    output.say(
        f"{done.file_name}: {done.rows} rows: {done.new} new, {done.revised} revised, {done.already} known "
        f"already, {done.outside} outside the loaded regions, {done.bad} broken"
    )
    if done.unknown_columns:
        output.say(f"columns not used: {', '.join(done.unknown_columns)}")
    if done.bad or done.remarks:
        output.say(f"warning: {done.bad} rows refused, {done.remarks} remarks; list them with: tocsin issues")


def issues(
    url: Url = "",
    batch: Annotated[str | None, typer.Option(metavar="ID", help="Of one import only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: AsJson = False,
) -> None:
    """List the rows that an import refused or remarked upon, with row, column, reason and cure.

    Example: tocsin issues --limit 20
    """
    engine.check(url)
    with engine.reading(url) as session:
        rows = queries.issues(session, LOCAL, batch_id=batch, limit=limit).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, ["file_name", "row_number", "column_name", "severity", "code", "message"])
    else:
        output.say("no row was refused or remarked upon")
