"""How long things are kept, by the rules in tocsin.toml; nothing is taken away unless they say so."""

from typing import Annotated

import typer

from dashboard.cli import output
from dashboard.cli.common import Actor, AsJson, Url, act, group
from db import clock, engine, migrating, retention
from db.policy import LOCAL

_NO_RULE = (
    "no rule is set, so everything is kept for good; set days under [retention] in tocsin.toml, such as "
    f"{next(iter(retention.RULES))} = 365 (it knows: {', '.join(retention.RULES)})"
)
app = group("How long things are kept, by the rules of [retention] in tocsin.toml.")


@app.command()
def show(url: Url = "", json: AsJson = False) -> None:
    """Print each rule that is set, and how many rows it would take away now.

    Example: tocsin retention show
    """
    migrating.check(url)
    days = retention.rules()
    with engine.reading(url) as session:
        found = retention.due(session, LOCAL, clock.now())
    rows = [{"rule": name, "days": days[name], "due": len(found[name])} for name in days]
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, ["rule", "days", "due"])
    else:
        output.say(_NO_RULE)


@app.command("apply")
def apply_(
    url: Url = "",
    by: Actor = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take away for good what the rules keep no longer; the run is written down, with a signed list of what went.

    Example: tocsin retention apply --dry-run
    """
    migrating.check(url)
    with engine.reading(url) as session:
        found = {name: len(rows) for name, rows in retention.due(session, LOCAL, clock.now()).items()}
    if not found:
        output.say(_NO_RULE)
        return
    told = ", ".join(f"{count} by {name}" for name, count in found.items())
    if dry_run or not any(found.values()):
        output.say(f"due: {told}; nothing was taken away")
        return
    if not yes:
        typer.confirm(f"Take away for good: {told}? Nothing brings it back", abort=True, err=True)
    who = act("retention", by)
    with engine.writing(url) as session:
        retention.apply(session, LOCAL, who["by"], who["now"])
    engine.scrub(url)
    output.say(f"taken away: {told}; backups follow at restore, by: tocsin erasures")
