"""Settings: what a team chose for its region, and how this machine's own pages speak."""

from typing import Annotated, Any

import typer

from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, AsRecorded, RegionId, Url, group
from db import choices, engine, queries
from db.errors import BadInput
from db.policy import LOCAL

app = group("Settings of a region (budgets, contact), and how the pages speak here.")
WHOLE, TABLES = ("alerts_a_week", "approvals"), ("budgets", "contact")
Name = Annotated[
    str, typer.Argument(metavar="NAME", help=f"{', '.join((*choices.OF_REGION, *choices.OWN))}.")
]


@app.command("list")
def listing(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """List what is chosen, by whom and why; what is not listed is as the program comes.

    Example: tocsin setting list
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    then: dict[str, Any] = {"as_of": day, "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        rows = queries.region_settings(session, LOCAL, region_id=where.id, **then).to_dict("records")
        own = queries.own_settings(session, LOCAL, **then)
    told = [*rows, *({"name": name, "value": value, "by": LOCAL.name} for name, value in own.items())]
    if json:
        output.as_json(told)
    elif told:
        shown = [{**one, "value": _written(one["value"])} for one in told]
        output.table(shown, ("name", "value", "by", "at", "reason"), title=common.marked(where))
    else:
        output.say("nothing is chosen: all is as the program comes")


@app.command("set")
def choose(
    name: Name,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="A word, a number, or PART=VALUE,… (below).")],
    url: Url = "",
    region: RegionId = None,
    reason: common.Why = "",
    by: Actor = "",
) -> None:
    """Choose something; what concerns the region needs a reason. Thresholds follow at the next daily run.

    budgets: watch=4,warning=1,emergency=0.25 (false alerts per community and year).
    alerts_a_week: how many warnings may leave at once in a week, or none (10 until chosen).
    approvals: 1 or 2 people let a warning out. contact: role=…,address=….
    next_in_line: who is asked when nobody answers a warning in time: ROLE,ROLE,…, or none.

    Example: tocsin setting set budgets watch=6,warning=1.5,emergency=0.25 --reason "More staff"
    """
    where = common.region_in(url, region)
    act = common.act(reason, by)
    with engine.writing(url) as session:
        if name in choices.OWN:
            changed = choices.choose_own(session, LOCAL, name, value, now=act["now"])
        else:
            changed = choices.choose(session, LOCAL, where.id, name, _read(name, value), **act)
    output.say(f"{name} is {'now ' if changed else ''}{value}{'' if changed else ' already'}")


def _read(name: str, value: str) -> Any:
    """A value as it is written on the command line."""
    if name in WHOLE:
        return None if value == "none" else int(value) if value.isdigit() else value
    if name == "next_in_line":
        return [] if value == "none" else [one.strip() for one in value.split(",")]
    if name not in TABLES:
        return value
    parts = [one.partition("=") for one in value.split(",")]
    if any(not equals for _, equals, _ in parts):
        raise BadInput(f"{value!r} has no parts; write PART=VALUE,PART=VALUE (see --help)")
    said = {part.strip(): told.strip() for part, _, told in parts}
    return {part: _number(told) for part, told in said.items()} if name == "budgets" else said


def _number(told: str) -> float | str:
    try:
        return float(told)
    except ValueError:
        return told


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return (
        ", ".join(f"{part}={told}" for part, told in value.items()) if isinstance(value, dict) else str(value)
    )
