"""Handing a shift over: the page, its end, notes, and who takes care of what."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy.orm import Session

from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, RegionId, Url, group
from db import audit, clock, engine, migrating, policy, queries, shifts
from db.errors import BadInput
from db.policy import LOCAL
from db.vocab import AccessAct, Sensitivity

if TYPE_CHECKING:
    from dashboard.shift import Shift

app = group("The handover of a shift: show it, print it, end a shift, take one over.")


def _gathered(session: Session, where: common.RegionInfo, as_of: Any) -> "Shift":
    from dashboard import shift  # late, like all that draws: other commands do without
    from dashboard.asking import Directly

    now = clock.now()
    today = clock.day_of(now, where.time_zone)
    view = Directly(session, LOCAL, where, as_of or today, today)
    return shift.gather(view, policy.sight(LOCAL), now)


@app.command()
def show(
    url: Url = "",
    as_of: AsOf = None,
    region: RegionId = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the page to print, in two languages.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show what this shift hands over: counts, or the whole page as a file.

    Example: tocsin handover show --html handover.html
    """
    from dashboard import fmt, i18n
    from dashboard import handover as sheet

    where = common.region_in(url, region)
    common.day_or_today(as_of, where)
    i18n.use(i18n.DEFAULT)
    fmt.use_zone(where.time_zone)
    with engine.reading(url) as session:
        found = _gathered(session, where, as_of)
    if html:
        who = common.act("", "")["by"]
        audit.demand(
            url, who, AccessAct.EXPORT, "handover.html", region_id=where.id, told={}, now=clock.now()
        )
        html.write_text(sheet.document(found), encoding="utf-8")
        output.say(f"written: {html}")
    if json:
        about = {"since": found.since, "until": found.until, "open": found.told()}
        tasks = [{**one, "what": sheet.what(one)} for one in found.assignments]
        output.as_json({**about, "assignments": tasks, "notes": list(found.notes)})
    elif not html:
        output.answer(
            f"{common.marked(where)}: {found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M} UTC"
        )
        output.answer(*sheet.plain_lines(found))


@app.command("list")
def listing(url: Url = "", as_of: AsOf = None, region: RegionId = None, json: AsJson = False) -> None:
    """List the shifts that ended, with what stood open.

    Example: tocsin handover list --json
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with engine.reading(url) as session:
        rows = queries.handovers(session, LOCAL, region_id=where.id, as_of=day).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(
            rows, ("handover_id", "since", "until", "by", "taken_by", "note"), title=common.marked(where)
        )
    else:
        output.say("no shift has been ended yet; end one with: tocsin handover close")


@app.command()
def close(
    url: Url = "",
    region: RegionId = None,
    text: Annotated[str, typer.Option("--note", metavar="TEXT", help="A last word.")] = "",
    by: Actor = "",
) -> None:
    """End the shift: what stands open is kept as counts, for whoever takes it over.

    Example: tocsin handover close --note "Quiet night"
    """
    where = common.region_in(url, region)
    act = common.act("", by)
    with engine.writing(url) as session:
        found = _gathered(session, where, None)
        how: dict[str, Any] = {"since": found.since, "told": found.told(), "words": text}
        name = shifts.close(session, LOCAL, where.id, **how, by=act["by"], now=act["now"])
    output.say(f"the shift is ended; to take it over: tocsin handover take {name}")


@app.command()
def take(
    handover: Annotated[str, typer.Argument(metavar="ID", help="As `tocsin handover list` lists it.")],
    url: Url = "",
    by: Actor = "",
) -> None:
    """Take a shift over.

    Example: tocsin handover take 5f0c12ab
    """
    migrating.check(url)
    act = common.act("", by)
    with engine.writing(url) as session:
        shifts.take(session, LOCAL, handover, by=act["by"], now=act["now"])
    output.say(f"the shift is taken over by {act['by']}")


def note(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="What the next shift should know; no names.")
    ] = "",
    url: Url = "",
    region: RegionId = None,
    community: Annotated[str | None, typer.Option(metavar="ID", help="About a community.")] = None,
    incident: Annotated[str | None, typer.Option(metavar="ID", help="About an incident.")] = None,
    readers: Annotated[Sensitivity, typer.Option(help="How sensitive it is.")] = Sensitivity.INTERNAL,
    close: Annotated[str | None, typer.Option("--close", metavar="ID", help="Close a note instead.")] = None,
    by: Actor = "",
) -> None:
    """Leave a note for the next shift, or close one.

    Example: tocsin note "The road to the valley is open again" --community sy-druze-suwayda
    """
    where = common.region_in(url, region)
    who = common.act("", by)
    act: dict[str, Any] = {"by": who["by"], "now": who["now"]}
    with engine.writing(url) as session:
        if close:
            shifts.close_note(session, LOCAL, close, **act)
        else:
            act |= {"community_id": community, "incident_id": incident, "sensitivity": readers}
            close = shifts.note(session, LOCAL, where.id, text, **act)
    output.answer(close)


def assign(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(shifts.KINDS)}.")],
    subject: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    url: Url = "",
    region: RegionId = None,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="Who takes care of it.")] = None,
    hours: Annotated[int, typer.Option(min=0, help="By when; 0: no time is set.")] = 0,
    task: Annotated[str, typer.Option("--note", metavar="TEXT", help="What is to be done.")] = "",
    done: Annotated[bool, typer.Option("--done", help="It is done.")] = False,
    by: Actor = "",
) -> None:
    """Give something into somebody's hands; without --to nobody takes care of it any more.

    Example: tocsin assign community sy-druze-suwayda --to "Duty officer" --hours 8
    """
    where = common.region_in(url, region)
    if hours > 24 * 366:
        raise BadInput(f"{hours} hours are too far off; a year at most")
    act = common.act("", by)
    due = act["now"] + timedelta(hours=hours) if hours else None
    how: dict[str, Any] = {"owner": to, "due_at": due, "note": task, "done": done}
    with engine.writing(url) as session:
        shifts.assign(session, LOCAL, where.id, kind, subject, **how, by=act["by"], now=act["now"])
    state = "is done" if done else f"is in the hands of {to}" if to else "is in nobody's hands any more"
    output.say(f"{kind} {subject} {state}")
