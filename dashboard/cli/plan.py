"""The team's own plan: what to do at a level, for whom, in which order."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, AsRecorded, RegionId, Url, group
from db import action_files, clock, engine, plans, queries
from db.errors import BadInput
from db.policy import LOCAL

app = group("The team's own plan: steps for a level and an audience. Tocsin writes none.")
COLUMNS = ("level", "audience", "position", "step", "owner_role", "contact_role", "origin", "by")


@app.command("list")
def listing(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """List the steps that are in force on a day.

    Example: tocsin plan list --json
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with engine.reading(url) as session:
        rows = queries.action_plan(
            session, LOCAL, region_id=where.id, as_of=day, recorded_as_of=as_recorded
        ).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, COLUMNS, title=f"{common.marked(where)}, plan as of {day}")
    else:
        output.say("no plan set; write an actions.csv (db/regions/README.md), then: tocsin plan load FILE")


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Columns as in actions.csv of a region pack.")],
    url: Url = "",
    region: RegionId = None,
    by: Actor = "",
) -> None:
    """Make the plan what a file says; what is not in it any more ends, and stays in the record.

    Example: tocsin plan load actions.csv
    """
    where = common.region_in(url, region)
    if not file.is_file():
        raise BadInput(f"there is no file {file}; check the name")
    steps, problems = action_files.read(file)
    for problem in problems:
        output.say(str(problem))
    if problems and not steps:
        raise BadInput(f"{file.name} holds no sound step; mend the problems above, nothing was changed")
    now, who = clock.now(), by or getpass.getuser()
    with engine.writing(url) as session:
        fresh, gone = plans.replace(session, LOCAL, where.id, steps, by=who, now=now)
    output.say(
        f"{fresh} steps are new, {gone} ended, {len(problems)} problems; list the plan: tocsin plan list"
    )
