"""Who is told when a warning leaves: added, subscribed, tested, taken off; addresses are never shown."""

import secrets
import sys
from typing import Annotated, Any

import typer

from dashboard.alerts import addresses, channels, dispatch
from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, AsRecorded, RegionId, Url, group
from db import clock, engine, letterbox, migrating, queries, recipients
from db.errors import TocsinError
from db.policy import LOCAL
from db.vocab import Pace, Scope

app = group("Who is told of warnings: addresses are kept encrypted and never shown.")
Who = Annotated[str, typer.Argument(metavar="ID", help="As `tocsin recipients list` lists it.")]


@app.command("list")
def list_(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """List who is told of what, without addresses.

    Example: tocsin recipients list
    """
    where = common.region_in(url, region)
    asked: dict[str, Any] = {"as_of": common.day_or_today(as_of, where), "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        rows = queries.recipients(session, LOCAL, region_id=where.id, **asked).to_dict("records")
        left = queries.recipients(session, LOCAL, region_id=where.id, **asked, left=True)
    if len(left):
        output.say(f"took themselves off the list in the last 30 days: {', '.join(left['name'])}")
    if json:
        output.as_json(rows)
    elif rows:
        shown = [{**one, "told": "; ".join(map(_told, one["told"])) or "nothing yet"} for one in rows]
        output.table(
            shown, ("recipient_id", "name", "channel", "lang", "drill", "told"), title=common.marked(where)
        )
    else:
        output.say("nobody is told yet; add somebody with: tocsin recipients add NAME")


def _told(one: dict[str, Any]) -> str:
    return f"{one['subscription_id'][:8]} {one['scope']} {one['scope_id']} from level {one['level']}, {one['pace']}"


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A role, such as “Duty officer”.")],
    url: Url = "",
    region: RegionId = None,
    lang: Annotated[str, typer.Option(help="The language of what they get: en or ar.")] = "en",
    drill: Annotated[bool, typer.Option("--drill", help="Of exercises, and of nothing else.")] = False,
    quiet: Annotated[str, typer.Option(metavar="HH:MM-HH:MM", help="Only emergencies in these hours.")] = "",
    by: Actor = "",
) -> None:
    """Add somebody; the address is asked for at the keyboard, or read from the standard input.

    Example: tocsin recipients add "Duty officer" --lang ar
    """
    where, act = common.region_in(url, region), common.act("", by)
    address = _address()
    channels.check(address)
    channel = channels.known(address).lower()[:32]
    new = recipients.New(name, channel, address, lang, drill, recipients.hours(quiet))
    with engine.writing(url) as session:
        made = recipients.add(session, LOCAL, where.id, new, by=act["by"], now=act["now"])
    output.answer(made)
    output.say(f"say of what they are told: tocsin recipients subscribe {made}")


def _address() -> str:
    if sys.stdin.isatty():
        return str(
            typer.prompt("A mail address, or another as apprise writes it", hide_input=True, err=True)
        ).strip()
    return sys.stdin.read().strip()


@app.command()
def subscribe(
    recipient: Who,
    url: Url = "",
    region: RegionId = None,
    scope: Annotated[Scope, typer.Option(help="Of what they are told.")] = Scope.REGION,
    of: Annotated[str, typer.Option("--of", metavar="ID", help="Which community, group or district.")] = "",
    level: Annotated[int, typer.Option(min=2, max=4, help="From this level on.")] = 3,
    pace: Annotated[Pace, typer.Option(help="At once, or with the digest of the day.")] = Pace.AT_ONCE,
    by: Actor = "",
) -> None:
    """Tell somebody of a community, a group, a district or the whole region.

    Example: tocsin recipients subscribe ID --scope group --of druze --level 3
    """
    where, act = common.region_in(url, region), common.act("", by)
    about = of or (where.id if scope is Scope.REGION else "")
    with engine.writing(url) as session:
        how: dict[str, Any] = {"level": level, "pace": pace, "by": act["by"], "now": act["now"]}
        output.answer(recipients.subscribe(session, LOCAL, recipient, scope, about, **how))


@app.command()
def unsubscribe(
    subscription: Annotated[str, typer.Argument(metavar="ID", help="The subscription.")],
    url: Url = "",
    by: Actor = "",
) -> None:
    """End one subscription.

    Example: tocsin recipients unsubscribe ID
    """
    migrating.check(url)
    act = common.act("", by)
    with engine.writing(url) as session:
        recipients.unsubscribe(session, LOCAL, subscription, by=act["by"], now=act["now"])
    output.say("unsubscribed")


@app.command()
def feed(
    recipient: Who,
    url: Url = "",
    end: Annotated[bool, typer.Option("--end", help="Take the feed away instead.")] = False,
) -> None:
    """Give somebody a secret address at which they read what was sent to them; the one before ends at once.

    Example: tocsin recipients feed ID
    """
    migrating.check(url)
    with engine.writing(url) as session:
        if end:
            letterbox.close_feed(session, LOCAL, recipient, now=clock.now())
            output.say("the feed is taken away; its address opens nothing any more")
            return
        secret = letterbox.open_feed(session, LOCAL, recipient, now=clock.now())
    output.answer(addresses.feed(secret))
    if not addresses.base():
        output.say("no public address is configured: put the address of your dashboard before it")
    output.say(
        "shown only now; whoever has it reads what is sent to them (.json in place of .atom for programs)"
    )


@app.command()
def remove(recipient: Who, url: Url = "", by: Actor = "") -> None:
    """Tell somebody nothing any more; their address is forgotten.

    Example: tocsin recipients remove ID
    """
    migrating.check(url)
    act = common.act("", by)
    with engine.writing(url) as session:
        recipients.end(session, LOCAL, recipient, by=act["by"], now=act["now"])
    output.say("taken off the list; the address is gone")


@app.command()
def test(recipient: Who, url: Url = "") -> None:
    """Send somebody a test that names nothing, now.

    Example: tocsin recipients test ID
    """
    migrating.check(url)
    with engine.reading(url) as session:
        result = dispatch.try_out(session, LOCAL, recipient, secrets.token_hex(8))
    if result.error:
        raise TocsinError(f"the test did not arrive: {result.error}")
    output.say("the test was sent")
