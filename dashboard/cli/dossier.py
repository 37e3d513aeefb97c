"""Dossiers: hand-picked sets of incidents for briefings to rest on."""

from typing import Annotated

import typer

from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, RegionId, Url, Why, group
from db import dossiers, engine, queries
from db.policy import LOCAL

app = group("Hand-picked sets of incidents, for briefings to rest on.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the set is called.")]


@app.command("list")
def listing(url: Url = "", as_of: AsOf = None, region: RegionId = None, json: AsJson = False) -> None:
    """List the sets that stand.

    Example: tocsin dossier list --json
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with engine.reading(url) as session:
        rows = queries.dossiers(session, LOCAL, region_id=where.id, as_of=day).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        shown = [{**one, "incidents": len(one["incident_ids"])} for one in rows]
        output.table(shown, ("name", "incidents", "by", "at", "reason"), title=common.marked(where))
    else:
        output.say("no dossier has been made yet; make one with: tocsin dossier save NAME ID…")


@app.command()
def save(
    name: Name,
    incidents: Annotated[list[str], typer.Argument(metavar="ID…", help="The ids of the incidents.")],
    reason: Why,
    url: Url = "",
    region: RegionId = None,
    by: Actor = "",
) -> None:
    """Keep a set of incidents under a name; an older one of that name ends.

    Example: tocsin dossier save "Road closures" 0a1b2c3d4e5f --reason "For the hearing"
    """
    where = common.region_in(url, region)
    with engine.writing(url) as session:
        made = dossiers.save(session, LOCAL, where.id, name, incidents, **common.act(reason, by))
    output.answer(made)


@app.command()
def end(name: Name, url: Url = "", region: RegionId = None, by: Actor = "") -> None:
    """Offer a set no longer.

    Example: tocsin dossier end "Road closures"
    """
    where = common.region_in(url, region)
    act = common.act("", by)
    with engine.writing(url) as session:
        dossiers.end(session, LOCAL, where.id, name, by=act["by"], now=act["now"])
    output.say(f"{name!r} is offered no longer")
