"""People: who may sign in, in which roles, for how long; and the end of their signing in."""

from datetime import date
from typing import Annotated, Any

import typer

from dashboard import signing
from dashboard.cli import output
from dashboard.cli.common import Actor, AsJson, Url, Why, act, day_option, group
from db import clock, engine, forgetting, migrating, people, sign_ins
from db.people import Grant
from db.policy import LOCAL
from db.vocab import AccessAct, Role

app = group("People: who may sign in, and in which roles. Needed only where a login is configured.")
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="As the provider of sign-ins writes it.")]
TheRole = Annotated[Role, typer.Option("--role", help="What they may do.", show_default=False)]
Where = Annotated[str | None, typer.Option("--region", metavar="NAME", help="Only there. Default: all.")]
Until = Annotated[date | None, day_option("--until", "The role ends at the end of this day (UTC).")]


@app.command()
def add(
    login: Login,
    role: TheRole,
    reason: Why,
    url: Url = "",
    region: Where = None,
    until: Until = None,
    by: Actor = "",
) -> None:
    """Give somebody a role, who is entered where they are not known yet; the first administrator too.

    Example: tocsin users add amal@example.org --role analyst --region syria --reason "Joins the desk"
    """
    migrating.check(url)
    said = act(reason, by)
    given = Grant(role, region, clock.end_of(until, "UTC") if until else None, said.pop("reason"))
    with engine.writing(url) as session:
        fresh = people.grant(session, LOCAL, login, given, **said)
    _told(url, login, given, "add", fresh, said["by"])
    what = f"is {role} {_place(region)}{f' until {until}' if until else ''}"
    output.say(f"{login} {what}" if fresh else f"{login} was that already; nothing changed")


@app.command()
def revoke(
    login: Login, role: TheRole, reason: Why, url: Url = "", region: Where = None, by: Actor = ""
) -> None:
    """Take a role from somebody; it takes effect when their page next does something.

    Example: tocsin users revoke amal@example.org --role analyst --reason "Left the desk"
    """
    migrating.check(url)
    said = act(reason, by)
    given = Grant(role, region, None, said.pop("reason"))
    with engine.writing(url) as session:
        fresh = people.revoke(session, LOCAL, login, given, **said)
    _told(url, login, given, "revoke", fresh, said["by"])
    done = "is no longer" if fresh else "was not"
    output.say(f"{login} {done} {role} {_place(region)}")


def _place(region: str | None) -> str:
    return f"in {region}" if region else "in all regions"


def _told(url: str, login: str, given: Grant, what: str, fresh: bool, by: str) -> None:
    if fresh:
        told = {"login": people.login_of(login), "role": given.role.value}
        signing.remember(url, by, AccessAct.ROLE, f"users {what}", told, given.region_id)


@app.command("list")
def listing(url: Url = "", json: AsJson = False) -> None:
    """List everybody who is known, with the roles they hold now.

    Example: tocsin users list --json
    """
    migrating.check(url)
    with engine.reading(url) as session:
        rows = people.listing(session, LOCAL, clock.now())
    if json:
        output.as_json(rows)
    else:
        shown = [{**row, "roles": _roles(row["roles"])} for row in rows]
        output.table(shown, ["login", "roles", "made_at", "made_by"])


def _roles(roles: list[dict[str, Any]]) -> list[str]:
    ends = [f" until {row['until']:%Y-%m-%d %H:%M}" if row["until"] else "" for row in roles]
    return [f"{row['role']} {_place(row['region_id'])}{end}" for row, end in zip(roles, ends, strict=True)]


@app.command()
def show(login: Login, url: Url = "", json: AsJson = False) -> None:
    """Show what somebody was given and what was taken away, and when they signed in.

    Example: tocsin users show amal@example.org
    """
    migrating.check(url)
    with engine.reading(url) as session:
        grants = people.history(session, LOCAL, login)
        signed = sign_ins.listing(session, LOCAL, login, clock.now(), signing.ends())
    if json:
        output.as_json({"login": people.login_of(login), "grants": grants, "sign_ins": signed})
        return
    columns = ["seq", "at", "by", "granted", "role", "region_id", "until", "reason"]
    output.table(grants, columns, title="Given and taken")
    output.table(signed, ["started_at", "seen_at", "over"], title="Signed in")


@app.command("sign-out")
def sign_out(login: Login, url: Url = "", by: Actor = "") -> None:
    """End all that somebody has open, whatever their browser's cookie says.

    Example: tocsin users sign-out amal@example.org
    """
    migrating.check(url)
    with engine.writing(url) as session:
        ended = sign_ins.end_all(session, LOCAL, login, sign_ins.BY_ADMIN, clock.now())
    who = act("", by)["by"]
    signing.remember(url, who, AccessAct.SIGN_OUT, "users sign-out", {"login": people.login_of(login)})
    output.say(f"{login}: {ended} ended; the roles stay (tocsin users revoke takes them)")


@app.command()
def forget(login: Login, reason: Why, url: Url = "", by: Actor = "") -> None:
    """Put a pseudonym in the place of a name wherever that person acted; what they did stays, they sign in no more.

    Example: tocsin users forget amal@example.org --reason "She left and asked for it"
    """
    migrating.check(url)
    with engine.writing(url) as session:
        alias, rows = forgetting.forget(session, LOCAL, login, **act(reason, by))
    engine.scrub(url)
    output.say(f"{rows} rows now say {alias}; only the key ties it to the name")
