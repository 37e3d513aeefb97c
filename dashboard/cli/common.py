"""Options that commands share, and what they mean where they are left out."""

import getpass
from datetime import date
from typing import Annotated, Any

import typer
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from db import clock, engine, migrating, queries, settings
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.queries import RegionInfo as RegionInfo


def day_from(text: str) -> date:
    """A calendar day as written on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no date; write YYYY-MM-DD, such as 2018-07-24") from None


def _url(context: typer.Context, value: str | None) -> str:
    return settings.database_url(value or context.obj)


def day_option(flag: str, help: str) -> Any:
    """An option that takes a day."""
    return typer.Option(flag, parser=day_from, metavar="DATE", help=help, show_default=False)


Url = Annotated[
    str,
    typer.Option(
        "--db",
        callback=_url,
        metavar="URL",
        show_default=False,
        help="The store, such as sqlite:///x.db or postgresql://user@host/name. Also before the command.",
    ),
]
RegionId = Annotated[
    str | None,
    typer.Option("--region", metavar="NAME", help="The region.", show_default="the only one loaded"),
]
AsOf = Annotated[
    date | None,
    day_option("--as-of", "See only what the world could know by the end of this day. Default: today."),
]
AsRecorded = Annotated[
    date | None,
    day_option("--as-recorded", "See only what this store held by the end of this day. Default: now."),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Fits at a time on this machine. Default: one a core.")
]
Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Fit on the Dask cluster at this address instead, such as tcp://10.0.0.1:8786.",
    ),
]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.", show_default=False)]
Actor = Annotated[str, typer.Option("--by", metavar="NAME", help="Who acts.", show_default="the local user")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else there.")]


def group(help: str) -> typer.Typer:
    """A noun with several commands."""
    return typer.Typer(help=help, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def region(session: Session, name: str | None) -> RegionInfo:
    """The region asked for, or the only one loaded."""
    if name:
        return queries.region(session, LOCAL, name)
    loaded = queries.regions(session, LOCAL)
    if not loaded:
        raise TocsinError("no region is loaded yet; load one with: tocsin region load syria")
    if len(loaded) > 1:
        raise BadInput(f"several regions are loaded; choose one with --region: {_names(loaded)}")
    return loaded[0]


def region_in(url: str, name: str | None) -> RegionInfo:
    """The region asked for, or the only one loaded, of a store that the program can work with."""
    migrating.check(url)
    with engine.reading(url) as session:
        return region(session, name)


def _names(loaded: list[RegionInfo]) -> str:
    return ", ".join(one.id for one in loaded)


def day_or_today(as_of: date | None, where: RegionInfo) -> date:
    """The day asked for, or today in the region's time zone; a day to come is refused."""
    today = clock.today(where.time_zone)
    if as_of and as_of > today:
        raise BadInput(f"{as_of} has not come yet (today in {where.title} is {today}); choose an earlier day")
    return as_of or today


def marked(where: RegionInfo) -> str:
    """The region's title, marked where it is invented."""
    return f"EXERCISE – {where.title}" if where.exercise else where.title


def shown(url: str) -> str:
    """A store's address without its password."""
    return make_url(url).render_as_string(hide_password=True)


def act(reason: str, by: str) -> dict[str, Any]:
    """Why, by whom and when somebody changes the record."""
    return {"reason": reason, "by": by or getpass.getuser(), "now": clock.now()}
