"""The review queue: what came in, and what a person makes of it."""

import getpass
from typing import Annotated, Any

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, Url
from db import clock, engine, migrating, policy, queries
from db import drafts as queue
from db.errors import BadInput
from db.policy import LOCAL
from db.vocab import DraftState

app = typer.Typer(add_completion=False)
COLUMNS = ("draft_id", "received_at", "origin", "source", "lang", "title", "state")
DraftId = Annotated[str, typer.Argument(metavar="ID", help="As `tocsin drafts` lists it.")]
Actor = Annotated[str, typer.Option("--by", metavar="NAME", help="Who acts.", show_default="the local user")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.", show_default=False)]


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    all_: Annotated[bool, typer.Option("--all", help="Also what was accepted or rejected.")] = False,
    json: AsJson = False,
) -> None:
    """List what came in and waits for a person; nothing of it is counted or scored yet.

    Example: tocsin drafts --json
    """
    context.obj = url
    if context.invoked_subcommand is None:
        where = common.region_in(url, region)
        day = common.day_or_today(as_of, where)
        state = None if all_ else DraftState.OPEN
        with engine.reading(url) as session:
            days: dict[str, Any] = {"as_of": day, "recorded_as_of": as_recorded}
            found = queries.drafts(session, LOCAL, region_id=where.id, **days, state=state)
        rows = found.to_dict("records")
        if json:
            output.as_json(rows)
        elif rows:
            output.table(rows, COLUMNS, title=f"{common.marked(where)}, as of {day}")
        else:
            output.say("nothing waits for review")


@app.command()
def accept(
    draft: DraftId,
    url: Url = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="A cell of the report table; may be given often."),
    ] = None,
    incident: Annotated[
        str | None, typer.Option(metavar="ID", help="A known incident that it speaks of, not one of its own.")
    ] = None,
    by: Actor = "",
    reason: Why = "read and found sound",
) -> None:
    """Let a draft into the record as a report.

    Example: tocsin drafts accept ID --set place_id=sy-suwayda --set killed=2
    """
    migrating.check(url)
    policy.may_act(LOCAL)
    with engine.writing(url) as session:
        if set_:
            queue.amend(session, LOCAL, draft, dict(_pair(one) for one in set_))
        said = {"by": by or getpass.getuser(), "reason": reason, "now": clock.now()}
        report = queue.accept(session, LOCAL, draft, incident_id=incident, **said)  # type: ignore[arg-type]
        output.say(f"draft {draft} is report {report} of incident {queue.incident_of(session, report)}")


@app.command()
def reject(draft: DraftId, reason: Why, url: Url = "", by: Actor = "") -> None:
    """Leave a draft out of the record; it stays readable with the reason.

    Example: tocsin drafts reject ID --reason "an old story"
    """
    migrating.check(url)
    policy.may_act(LOCAL)
    with engine.writing(url) as session:
        queue.reject(session, LOCAL, draft, by=by or getpass.getuser(), reason=reason, now=clock.now())
    output.say(f"draft {draft} was left out")


@app.command()
def reopen(draft: DraftId, reason: Why, url: Url = "", by: Actor = "") -> None:
    """Put a rejected draft back into the queue.

    Example: tocsin drafts reopen ID --reason "it was confirmed"
    """
    migrating.check(url)
    policy.may_act(LOCAL)
    with engine.writing(url) as session:
        queue.reopen(session, LOCAL, draft, by=by or getpass.getuser(), reason=reason, now=clock.now())
    output.say(f"draft {draft} waits again")


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise BadInput(f"{text!r}: write FIELD=VALUE, such as killed=2")
    return name.strip(), value.strip()
