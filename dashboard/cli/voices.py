"""Who has spoken of which community, and who had nothing to report."""

import getpass
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, Url, day_option, group
from db import clock, engine, policy, queries, zero_reports
from db.policy import LOCAL
from db.zero_reports import Nothing

report = group("Take in a single report, or say that there was nothing to report.")
COLUMNS = ("name", "source", "last_day", "silent_days", "cadence_days", "received", "expected", "overdue")


def coverage(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    silent: Annotated[bool, typer.Option("--silent", help="Only those whose word is overdue.")] = False,
    json: AsJson = False,
) -> None:
    """List who is expected to speak of which community, when they last did, and who has fallen silent.

    Example: tocsin coverage --silent
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with engine.reading(url) as session:
        asked: dict[str, Any] = {"region_id": where.id, "as_of": day, "recorded_as_of": as_recorded}
        found = queries.heard(session, LOCAL, **asked)
    rows = (found[found["overdue"]] if silent else found).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, COLUMNS, title=f"{common.marked(where)}, as of {day}")
    else:
        output.say(
            "no word is overdue" if len(found) else "no source has a cadence_days in the region's sources.csv"
        )


@report.command()
def nothing(
    community: Annotated[str, typer.Option(metavar="ID", help="The community.")],
    source: Annotated[str, typer.Option(metavar="CODE", help="Who says so: a source of the region.")],
    url: Url = "",
    day: Annotated[date | None, day_option("--day", "The day. Default: yesterday.")] = None,
    since: Annotated[date | None, day_option("--since", "The first of several days.")] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A remark.")] = None,
    by: Annotated[str, typer.Option("--by", metavar="NAME", show_default="the local user")] = "",
    region: RegionId = None,
) -> None:
    """Say that there was nothing to report of a community, so that silence can be told from calm.

    Example: tocsin report nothing --community sy-druze-shahba --source stj --day 2018-07-20
    """
    where = common.region_in(url, region)
    policy.may_act(LOCAL)
    last = day or clock.today(where.time_zone) - timedelta(days=1)
    first = since or last
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    said = Nothing(where.id, community, source, days, by or getpass.getuser(), note)
    with engine.writing(url) as session:
        new = zero_reports.add(session, LOCAL, said, clock.now())
    output.say(f"{new} of {len(days)} days noted")
