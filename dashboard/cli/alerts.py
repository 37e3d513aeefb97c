"""Alerts: list them, take them on, close them."""

import getpass
from datetime import date
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from dashboard.alerts import handling, ledger
from dashboard.alerts.handling import Act
from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, Url
from dashboard.fmt import missing
from db import clock, engine, migrating, queries
from db.policy import LOCAL
from db.schema import Transition
from db.vocab import Outcome

app = typer.Typer(add_completion=False)
COLUMNS = (
    "alert_id",
    "opened_on",
    "name",
    "rule",
    "level",
    "condition",
    "handling",
    "outcome",
    "day",
    "actor",
    "reason",
)
AlertId = Annotated[str, typer.Argument(metavar="ID", help="As `tocsin alerts` lists it.")]
Actor = Annotated[str, typer.Option("--by", metavar="NAME", help="Who acts.", show_default="the local user")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.", show_default=False)]


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """List alerts with their condition and who has them in hand, newest first.

    Example: tocsin alerts --as-of 2018-07-28 --json
    """
    context.obj = url
    if context.invoked_subcommand is None:
        where = common.region_in(url, region)
        day = common.day_or_today(as_of, where)
        with engine.reading(url) as session:
            asked: dict[str, Any] = {"region_id": where.id, "as_of": day, "recorded_as_of": as_recorded}
            rows = queries.alerts(session, LOCAL, **asked).to_dict("records")
        _print(rows, COLUMNS, json, f"{common.marked(where)}, as of {day}")


@app.command()
def show(alert: AlertId, url: Url = "", as_recorded: AsRecorded = None, json: AsJson = False) -> None:
    """Print the life of one alert, step by step: what changed, when, by whom and why.

    Example: tocsin alerts show 5f0c…
    """
    migrating.check(url)
    with engine.reading(url) as session:
        rows = handling.history(session, LOCAL, alert, recorded_as_of=as_recorded).to_dict("records")
    _print(rows, ["day", "level", "condition", "handling", "outcome", "actor", "reason"], json, None)


@app.command("ledger")
def ledger_of(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Print what became of warnings by rule and quarter: right, false, averted, missed, how early, how soon answered.

    Example: tocsin alerts ledger --as-of 2018-12-31
    """
    where = common.region_in(url, region)
    asked: dict[str, Any] = {"as_of": common.day_or_today(as_of, where), "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        rows = ledger.alert_ledger(session, LOCAL, region_id=where.id, **asked).to_dict("records")
    told = [{name: None if missing(value) else value for name, value in one.items()} for one in rows]
    columns = ("rule", "quarter", *ledger.COUNTS, "lead_days", "answer_hours")
    _print(told, columns, json, f"{common.marked(where)}, as of {asked['as_of']}")


@app.command()
def acknowledge(
    alert: AlertId, url: Url = "", by: Actor = "", reason: Why = "", as_of: AsOf = None, json: AsJson = False
) -> None:
    """Take an alert on: you have seen it and answer for it.

    Example: tocsin alerts acknowledge ID --by "Duty officer"
    """
    migrating.check(url)
    with engine.writing(url) as session:
        act = _act(session, alert, by, reason, as_of)
        _done(handling.acknowledge(session, LOCAL, alert, act), json)


@app.command()
def resolve(
    alert: AlertId,
    outcome: Annotated[Outcome, typer.Option(help="What became of it.", show_default=False)],
    reason: Why,
    url: Url = "",
    by: Actor = "",
    as_of: AsOf = None,
    json: AsJson = False,
) -> None:
    """Close an alert with its outcome and the reason; it opens again only on something new.

    Example: tocsin alerts resolve ID --outcome averted --reason "Mediation held"
    """
    migrating.check(url)
    with engine.writing(url) as session:
        act = _act(session, alert, by, reason, as_of)
        _done(handling.resolve(session, LOCAL, alert, act, outcome), json)


def _act(session: Session, alert: str, by: str, reason: str, as_of: date | None) -> Act:
    now = clock.now()
    day = as_of or handling.newest_day(session, LOCAL, alert, now)
    return Act(by or getpass.getuser(), reason, day, now)


def _done(row: Transition, json: bool) -> None:
    output.say(f"alert {row.alert_id}: {row.handling} by {row.actor}")
    if json:
        names = (
            "alert_id",
            "seq",
            "day",
            "at",
            "actor",
            "reason",
            "condition",
            "handling",
            "outcome",
            "level",
        )
        output.as_json({name: getattr(row, name) for name in names})


def _print(
    rows: list[dict[Any, Any]], columns: list[str] | tuple[str, ...], json: bool, title: str | None
) -> None:
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, columns, title=title)
    else:
        output.say("no alerts")
