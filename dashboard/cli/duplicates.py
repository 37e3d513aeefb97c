"""Duplicates: incidents that may be one event, and what people say of them."""

import getpass
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import pandas as pd
import typer
from sqlalchemy.orm import Session

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, Url
from dashboard.texts import word
from db import clock, engine, migrating, policy, queries
from db.errors import BadInput
from db.merging import Act
from db.policy import LOCAL
from db.vocab import Judgement

app = typer.Typer(add_completion=False)
COLUMNS = ("score", "left_id", "left", "right_id", "right", "why")
SHOWN_REASONS = 4
Ids = Annotated[
    list[str], typer.Argument(metavar="ID ID…", help="Incidents, as `tocsin duplicates` lists them.")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who judges.", show_default="the local user")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.", show_default=False)]


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    least: Annotated[float, typer.Option(min=0.01, max=0.99, help="The lowest score that is listed.")] = 0.4,
    since: Annotated[date | None, common.day_option("--since", "Only incidents from this day on.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many pairs at most.")] = 50,
    judged: Annotated[bool, typer.Option("--judged", help="List what was judged instead.")] = False,
    json: AsJson = False,
) -> None:
    """List pairs of incidents that may be one event, the likeliest first, with the reasons; nothing is merged.

    Example: tocsin duplicates --since 2026-10-01 --json
    """
    context.obj = url
    if context.invoked_subcommand is not None:
        return
    where = common.region_in(url, region)
    asked: dict[str, Any] = {"region_id": where.id, "as_of": common.day_or_today(as_of, where)}
    asked["recorded_as_of"] = as_recorded
    with engine.reading(url) as session:
        if judged:
            rows = queries.judgements(session, LOCAL, **asked)
        else:
            rows = queries.duplicates(session, LOCAL, **asked, least=least, since=since, limit=limit)
    _print(rows, json, judged, f"{common.marked(where)}, as of {asked['as_of']}")


@app.command()
def merge(ids: Ids, reason: Why, url: Url = "", by: By = "", json: AsJson = False) -> None:
    """Say that incidents are one event: they are counted once, and all that their reports claim is kept.

    Example: tocsin duplicates merge ID ID --reason "same strike, told twice"
    """
    from db import merging

    lead = _act(url, by, reason, lambda session, act: merging.merge(session, LOCAL, ids, act))
    _done(f"counted as one under {lead}; part them with: tocsin duplicates part ID", {"lead": lead}, json)


@app.command()
def part(
    incident: Annotated[str, typer.Argument(metavar="ID", help="An incident that was merged.")],
    reason: Why,
    url: Url = "",
    by: By = "",
    json: AsJson = False,
) -> None:
    """Take an incident out of what it was merged with: all of them are again exactly as they were.

    Example: tocsin duplicates part ID --reason "two strikes, an hour apart"
    """
    from db import merging

    _act(url, by, reason, lambda session, act: merging.part(session, LOCAL, incident, act))
    _done(f"{incident} stands for itself again", {"parted": incident}, json)


@app.command()
def reject(
    ids: Ids,
    reason: Why,
    url: Url = "",
    by: By = "",
    unsure: Annotated[bool, typer.Option("--unsure", help="Only set the pair aside.")] = False,
    json: AsJson = False,
) -> None:
    """Say that two incidents are two events: the pair is not proposed again, and parted where it was merged.

    Example: tocsin duplicates reject ID ID --reason "two villages of one name"
    """
    from db import merging

    if len(ids) != 2:
        raise BadInput("name the two incidents of one pair")
    said = Judgement.UNSURE if unsure else Judgement.NEGATIVE
    _act(url, by, reason, lambda session, act: merging.set_apart(session, LOCAL, ids[0], ids[1], act, said))
    _done(f"{ids[0]} and {ids[1]}: {word('judgement', said)}", {"pair": ids, "judgement": said}, json)


@app.command()
def apply(url: Url = "", as_of: AsOf = None, region: RegionId = None, json: AsJson = False) -> None:
    """Merge the pairs that score at least `merge_above` of the region's settings, and that nobody has judged.

    Example: tocsin duplicates apply
    """
    from db.duplicates import rule

    where = common.region_in(url, region)
    above = where.settings.get("merge_above")
    if above is None:
        raise BadInput(
            f"{where.title} merges nothing by rule; set merge_above in its region.toml and load it"
        )
    day = common.day_or_today(as_of, where)
    with engine.writing(url) as session:
        policy.may_act(LOCAL)
        found = queries.duplicates(session, LOCAL, region_id=where.id, as_of=day)
        merged = rule.apply(session, where.id, found, float(above), clock.now())
    _done(f"{len(merged)} pairs merged of {len(found)} candidates", {"merged": merged}, json)


def _act(url: str, by: str, reason: str, judge: Callable[[Session, Act], Any]) -> Any:
    migrating.check(url)
    with engine.writing(url) as session:
        policy.may_act(LOCAL)
        return judge(session, Act(by or getpass.getuser(), reason, clock.now()))


def _done(told: str, facts: dict[str, Any], json: bool) -> None:
    output.say(told)
    if json:
        output.as_json(facts)


def _print(rows: pd.DataFrame, json: bool, judged: bool, title: str) -> None:
    found = rows.to_dict("records")
    if json:
        output.as_json(found)
    elif not found:
        output.say("nothing was judged yet" if judged else "no pair of incidents looks like one event")
    elif judged:
        output.table(found, ("judgement", "left_id", "right_id", "score", "by", "at", "reason"), title=title)
    else:
        output.table([_shown(row) for row in found], COLUMNS, title=title)


def _shown(row: dict[Any, Any]) -> dict[str, Any]:
    why = [word("likeness", f"{one['comparison']} {one['level']}") for one in row["reasons"]]
    sides = {side: _side(row, side) for side in ("left", "right")}
    return {**row, **sides, "score": f"{row['score']:.2f}", "why": "; ".join(why[:SHOWN_REASONS])}


def _side(row: dict[Any, Any], side: str) -> str:
    names = ("date_end", "place_name", "place_text", "district", "summary")
    day, name, text, district, summary = (row[f"{side}_{one}"] for one in names)
    return " · ".join(str(one) for one in (day, name or text or district, summary) if one)
