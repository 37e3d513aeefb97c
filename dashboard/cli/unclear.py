"""Messages of which nobody can know whether they went out: list them, and say what became of one."""

from datetime import date, timedelta
from typing import Annotated

import typer

from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, RegionId, Url
from db import engine, queries, unsent
from db.policy import LOCAL
from db.vocab import MessageState

SHOWN = ("message_id", "name", "channel", "claimed_at", "error")


def unclear(url: Url = "", region: RegionId = None, json: AsJson = False) -> None:
    """List messages whose sender died with them in hand: ask those people whether they got them.

    Example: tocsin alerts unclear
    """
    where = common.region_in(url, region)
    with engine.reading(url) as session:
        asked = {"region_id": where.id, "as_of": date.max - timedelta(days=2), "unclear": True}
        rows = queries.deliveries(session, LOCAL, **asked).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, SHOWN, title=common.marked(where))
    else:
        output.say("nothing is unclear")


def settle(
    message: Annotated[str, typer.Argument(metavar="ID", help="As `tocsin alerts unclear` lists it.")],
    arrived: Annotated[bool, typer.Option("--arrived/--again", help="It did arrive, or: send it again.")],
    url: Url = "",
    region: RegionId = None,
    by: Actor = "",
) -> None:
    """Say of an unclear message that it did arrive, or have it sent again.

    Example: tocsin alerts settle 5f0c12ab --arrived --by "Duty officer"
    """
    where, act = common.region_in(url, region), common.act("", by)
    how = {"by": act["by"], "now": act["now"], "arrived": arrived}
    with engine.writing(url) as session:
        state = unsent.settle(session, LOCAL, where.id, message, **how)
    output.say("it did arrive" if state is MessageState.SENT else "it is sent again: tocsin send")
