"""Feeds: what is asked for news again and again, with its card, and how each attempt stood."""

import getpass
from datetime import date
from typing import Annotated, Any

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, Url
from db import clock, engine, licences, policy, queries
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.queries import RegionInfo
from db.vocab import FeedStatus

app = common.group("What is asked for news: UCDP, ACLED, RSS and Atom.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="As `tocsin feed list` shows it.")]
COLUMNS = ("name", "kind", "active", "status", "gap", "last_run_at", "last_ok_at", "fetched", "message")
RUNS = ("started_at", "status", "expected", "fetched", "message")


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A short name of your own.")],
    kind: Annotated[str, typer.Option(metavar="KIND", help="ucdp_api, ucdp_download, acled_api or rss.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of its card.")
    ] = None,
    url: Url = "",
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Note a feed, or change one; nothing is fetched yet. Tokens and passwords stay in the environment.

    Example: tocsin feed add ged --kind ucdp_download --set version=25.1
    """
    from db.feeds import KINDS
    from db.feeds import run as feeds

    where = common.region_in(url, region)
    policy.may_act(LOCAL)
    given = dict(_pair(one) for one in settings or [])
    who: dict[str, Any] = {"region_id": where.id, "by": getpass.getuser(), "now": clock.now()}
    with engine.writing(url) as session:
        made = feeds.add(session, LOCAL, name=name, kind=kind, given=given, **who)
        told = {"feed_id": made.id, "name": name, "kind": kind, "settings": made.settings}
    output.say(f"feed {name}: {KINDS[kind].summary}; fetch it with: tocsin feed run {name}")
    _tell_terms(KINDS[kind].source, where)
    if json:
        output.as_json(told)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadInput(f"{text!r} is no setting; write KEY=VALUE, such as version=25.1")
    return key.strip(), value.strip()


def _tell_terms(code: str | None, where: RegionInfo) -> None:
    if notice := licences.notice(code, where.settings):
        output.say(f"notice: {notice}")


@app.command(name="list")
def listing(
    url: Url = "",
    region: RegionId = None,
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    json: AsJson = False,
) -> None:
    """List the feeds: how each stood by a day, and where it leaves a gap in what is known.

    Example: tocsin feed list --json
    """
    where = common.region_in(url, region)
    rows = _feeds(url, where, common.day_or_today(as_of, where), as_recorded)
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, COLUMNS, title=common.marked(where))
    else:
        output.say("no feed is noted yet; see: tocsin feed add --help")


def _feeds(url: str, where: RegionInfo, day: date, as_recorded: date | None = None) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"region_id": where.id, "as_of": day, "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        rows = queries.feeds(session, LOCAL, **asked).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


@app.command()
def show(
    name: Name,
    url: Url = "",
    region: RegionId = None,
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    json: AsJson = False,
) -> None:
    """Print a feed's card (licence, cadence, what to expect), its settings and its newest attempts.

    Example: tocsin feed show ged
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    one = _named(_feeds(url, where, day, as_recorded), name)
    asked: dict[str, Any] = {"region_id": where.id, "name": name, "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        settings = queries.feed_settings(session, LOCAL, **asked)
        runs = queries.feed_runs(session, LOCAL, **asked, as_of=day).to_dict("records")
    card = _card(one["kind"], where)
    if json:
        output.as_json({**one, "settings": settings, "card": card, "runs": runs})
        return
    facts = {**{k: one[k] for k in ("name", "kind", "status", "gap")}, **card}
    facts |= {f"set {key}": value for key, value in settings.items()}
    output.table([{"fact": k, "value": v} for k, v in facts.items()], ["fact", "value"])
    if runs:
        output.table([{str(k): v for k, v in run.items()} for run in runs], RUNS)


def _card(kind: str, where: RegionInfo) -> dict[str, Any]:
    from db.feeds import KINDS

    card = KINDS[kind]
    return {
        "summary": card.summary,
        "licence": card.licence,
        "cadence": card.cadence,
        "expects": card.expects,
        "secrets": [f"TOCSIN_{one.upper()}" for one in card.secrets],
        "notice": licences.notice(card.source, where.settings),
    }


def _named(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for row in rows:
        if row["name"] == name:
            return row
    known = ", ".join(row["name"] for row in rows) or "none yet"
    raise BadInput(f"there is no feed {name!r}; there are: {known}")


@app.command()
def run(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only this feed.", show_default="all active ones")
    ] = None,
    version: Annotated[str | None, typer.Option(metavar="V", help="This UCDP release, such as 25.1.")] = None,
    url: Url = "",
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Fetch one feed or all of them now; one that fails, or gets no access, is said so and exits with 1.

    Example: tocsin feed run ged --version 25.1
    """
    from db.feeds.run import run_feed

    where = common.region_in(url, region)
    policy.may_act(LOCAL)
    if version and not name:
        raise BadInput("--version is for one feed; name it: tocsin feed run NAME --version 25.1")
    rows = _feeds(url, where, clock.today(where.time_zone))
    chosen = [_named(rows, name)] if name else [row for row in rows if row["active"]]
    with output.progress() as tell:
        statuses = [run_feed(url, one["feed_id"], clock.now, version=version, tell=tell) for one in chosen]
    _report(url, where, [one["name"] for one in chosen], json)
    failed = [
        one["name"] for one, status in zip(chosen, statuses, strict=True) if status is not FeedStatus.OK
    ]
    if failed:
        raise TocsinError(f"a gap in what is known: {', '.join(failed)}; run again: tocsin feed run NAME")


def _report(url: str, where: RegionInfo, names: list[str], json: bool) -> None:
    """Say how the feeds stand after their run."""
    rows = [row for row in _feeds(url, where, clock.today(where.time_zone)) if row["name"] in names]
    for row in rows:
        output.say(f"{row['name']}: {str(row['status']).replace('_', ' ')}: {row['message'] or ''}")
    if not rows:
        output.say("no feed is noted yet; see: tocsin feed add --help")
    if json:
        output.as_json(rows)


@app.command()
def stop(name: Name, url: Url = "", region: RegionId = None) -> None:
    """Ask a feed no more; what it brought stays. `tocsin feed add` takes it up again.

    Example: tocsin feed stop ged
    """
    from db.feeds.run import stop as stop_feed

    where = common.region_in(url, region)
    policy.may_act(LOCAL)
    _named(_feeds(url, where, clock.today(where.time_zone)), name)
    with engine.writing(url) as session:
        stop_feed(session, LOCAL, region_id=where.id, name=name, by=getpass.getuser(), now=clock.now())
    output.say(f"feed {name}: asked no more")
