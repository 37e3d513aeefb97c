"""Notices: what waits for a person, letting it out, silences; and sending what was let out."""

import secrets
import shutil
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from dashboard.alerts import cap, dispatch, overdue, release, watching, wording
from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, AsRecorded, RegionId, Url, Why
from db import clock, engine, messages, migrating, notices, queries, recipients
from db.errors import TocsinError
from db.policy import LOCAL
from db.schema import Notice
from db.vocab import MessageState, Scope

NoticeId = Annotated[str, typer.Argument(metavar="ID", help="As `tocsin alerts notices` lists it.")]
COLUMNS = ("notice_id", "day", "kind", "level", "state", "approved_by", "alerts", "reason")


def listing(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """List what waits to be let out, has left, or was held back, newest first.

    Example: tocsin alerts notices --as-of 2018-07-24
    """
    where = common.region_in(url, region)
    asked: dict[str, Any] = {"as_of": common.day_or_today(as_of, where), "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        rows = queries.notices(session, LOCAL, region_id=where.id, **asked).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        shown = [
            {**one, "alerts": len(one["alert_ids"]), "approved_by": ", ".join(one["approved_by"])}
            for one in rows
        ]
        output.table(shown, COLUMNS, title=common.marked(where))
    else:
        output.say("no notices")


class Form(StrEnum):
    """How a notice is printed."""

    TEXT = "text"
    CAP = "cap"
    JSON = "json"


def read(
    notice: NoticeId,
    url: Url = "",
    lang: Annotated[str, typer.Option(help="In which language: en or ar.")] = "en",
    format: Annotated[Form, typer.Option(help="As text, CAP 1.2 XML, or JSON.")] = Form.TEXT,
) -> None:
    """Print a notice as it would be sent, or as other programs read it.

    Example: tocsin alerts read 5f0c12ab --lang ar
    """
    migrating.check(url)
    with engine.reading(url) as session:
        row = notices.found(session, LOCAL, notice)
        earlier = session.get(Notice, row.earlier_id) if row.earlier_id else None
        if format is Form.CAP:
            zone = queries.region(session, LOCAL, row.region_id).time_zone
            print(cap.xml(row, zone, earlier).decode())
        elif format is Form.JSON:
            output.as_json(cap.plain(row, {one: wording.text(row, one) for one in cap.LANGUAGES}))
        else:
            said = wording.text(row, lang)
            print(said.subject, said.body, sep="\n\n")


def approve(
    notice: NoticeId,
    url: Url = "",
    by: Actor = "",
    reason: Why = "",
    owner: Annotated[
        str, typer.Option(metavar="NAME", help="Who answers for it. Default: who lets it out.")
    ] = "",
) -> None:
    """Let a notice out; `tocsin send` sends it. With the setting approvals=2 a second person has to agree.

    Example: tocsin alerts approve 5f0c12ab --by "Duty officer"
    """
    migrating.check(url)
    act = common.act(reason, by)
    with engine.writing(url) as session:
        out = release.approve(session, LOCAL, notice, owner=owner, **act)
    output.say("on its way: tocsin send" if out else "approved; one more person has to agree")


def withdraw(notice: NoticeId, reason: Why, url: Url = "", by: Actor = "") -> None:
    """Take a notice back that has not left yet.

    Example: tocsin alerts withdraw 5f0c12ab --reason "The report was retracted"
    """
    migrating.check(url)
    act = common.act(reason, by)
    with engine.writing(url) as session:
        notices.withdraw(session, LOCAL, notice, **act)
    output.say("withdrawn; nothing of it leaves")


def silence(
    reason: Why,
    url: Url = "",
    region: RegionId = None,
    scope: Annotated[Scope, typer.Option(help="What is silenced.")] = Scope.COMMUNITY,
    of: Annotated[str, typer.Option("--of", metavar="ID", help="Which one.")] = "",
    level: Annotated[int, typer.Option(min=2, max=4, help="Up to this level.")] = 3,
    days: Annotated[int, typer.Option(min=1, max=90, help="For so many days.")] = 7,
    by: Actor = "",
) -> None:
    """Let no warning out about something for a while; the pages go on showing it.

    Example: tocsin alerts silence --scope district --of SY1301 --days 3 --reason "Known manoeuvre"
    """
    where, act = common.region_in(url, region), common.act(reason, by)
    until = act["now"] + timedelta(days=days)
    about = of or (where.id if scope is Scope.REGION else "")
    with engine.writing(url) as session:
        name = recipients.silence(session, LOCAL, where.id, scope, about, level=level, until=until, **act)
    output.answer(name)


def silences(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    end: Annotated[str | None, typer.Option("--end", metavar="ID", help="End one instead.")] = None,
    by: Actor = "",
    json: AsJson = False,
) -> None:
    """List the silences in force, or end one.

    Example: tocsin alerts silences
    """
    where, act = common.region_in(url, region), common.act("", by)
    if end:
        with engine.writing(url) as session:
            recipients.end_silence(session, LOCAL, end, by=act["by"], now=act["now"])
        output.say("ended")
        return
    asked: dict[str, Any] = {"as_of": common.day_or_today(as_of, where), "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        rows = queries.silences(session, LOCAL, region_id=where.id, **asked).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, ("silence_id", "scope", "scope_id", "level", "until", "by", "reason"), title=None)
    else:
        output.say("nothing is silenced")


CRON = """# The daily job at 06:10, and sending every minute; `tocsin send` says what failed.
10 6 * * * {program} --db {url} daily{region}
* * * * * {program} --db {url} send{region}
"""
SYSTEMD = """# tocsin-daily.service
[Service]
Type=oneshot
ExecStart={program} --db {url} daily{region}

# tocsin-daily.timer
[Timer]
OnCalendar=*-*-* 06:10
Persistent=true
[Install]
WantedBy=timers.target

# tocsin-send.service
[Service]
Type=oneshot
ExecStart={program} --db {url} send{region}

# tocsin-send.timer
[Timer]
OnCalendar=minutely
[Install]
WantedBy=timers.target
"""


class Timer(StrEnum):
    """What runs the jobs."""

    CRON = "cron"
    SYSTEMD = "systemd"


def schedule(
    url: Url = "",
    region: RegionId = None,
    kind: Annotated[Timer, typer.Option("--for", help="For which program.")] = Timer.CRON,
) -> None:
    """Print what to give cron or systemd so that the daily job and sending run by themselves.

    Example: tocsin schedule --for systemd
    """
    from shlex import quote

    shown = quote(common.shown(url)) if kind is Timer.CRON else common.shown(url)
    program = shutil.which("tocsin") or "tocsin"
    told = {"program": program, "url": shown, "region": f" --region {region}" if region else ""}
    print((CRON if kind is Timer.CRON else SYSTEMD).format(**told), end="")


def send(
    url: Url = "",
    region: RegionId = None,
    show: Annotated[bool, typer.Option("--show", help="Only say how messages stand.")] = False,
    again: Annotated[
        MessageState | None, typer.Option(metavar="failed|unclear", help="First put these back to be sent.")
    ] = None,
    by: Actor = "",
    json: AsJson = False,
) -> None:
    """Send what was let out; what could not be sent is tried again at the next run. Run it every minute.

    It also reminds of warnings that nobody answered in time, and drafts a notice where the daily job or a feed fails.

    Example: tocsin send --show
    """
    where, act = common.region_in(url, region), common.act("", by)
    if again:
        with engine.writing(url) as session:
            messages.again(session, LOCAL, where.id, [again], by=act["by"], now=act["now"])
    if not show:
        with engine.writing(url) as session:
            watching.look(session, LOCAL, where.id, act["now"])
            overdue.pass_on(session, LOCAL, where.id, act["now"])
        dispatch.Sender(url, LOCAL, secrets.token_hex(8), clock.now).run()
    with engine.reading(url) as session:
        counts = messages.counts(session, where.id)
        asked: dict[str, Any] = {"region_id": where.id, "as_of": date.max - timedelta(days=2)}
        rows = queries.deliveries(session, LOCAL, **asked, limit=50).to_dict("records")
    if json:
        output.as_json({"messages": counts, "newest_attempts": rows})
        return
    output.say("messages: " + (", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "none"))
    bad = [one for one in rows if one["error"]]
    if bad:
        output.table(bad, ("claimed_at", "name", "channel", "status", "error"), title="newest troubles")
    if counts.get("unclear"):
        raise TocsinError(
            "some messages are unclear: a sender died with them in hand; ask those people, then: "
            "tocsin send --again unclear"
        )
