"""Tokens: secrets with which a program of one person fetches named routes, for a while."""

from datetime import date, timedelta
from typing import Annotated

import typer

from dashboard import signing
from dashboard.cli import output
from dashboard.cli.common import Actor, AsJson, Url, act, day_option, group
from dashboard.routes import TOKENED
from db import clock, engine, migrating, people, tokens
from db.errors import BadInput
from db.policy import LOCAL
from db.vocab import AccessAct

DAYS = 90
app = group("Tokens: secrets with which somebody's program fetches files, for a while.")
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Whose it is; what they may see, it may.")]
Routes = Annotated[
    list[str], typer.Option("--route", metavar="NAME", help=f"What it opens: {', '.join(TOKENED)}.")
]
Until = Annotated[
    date | None, day_option("--until", f"It ends at the end of this day (UTC). Default: in {DAYS} days.")
]


@app.command()
def make(
    login: Login,
    route: Routes,
    label: Annotated[str, typer.Option("--for", metavar="TEXT", help="What it is for.", show_default=False)],
    url: Url = "",
    until: Until = None,
    by: Actor = "",
) -> None:
    """Make a token and print it once; it can do what its person may, on the named routes, until it ends.

    Example: tocsin tokens make amal@example.org --route files --for "spreadsheet"
    """
    migrating.check(url)
    if unknown := set(route) - set(TOKENED):
        raise BadInput(f"no such route: {', '.join(sorted(unknown))}; choose of: {', '.join(TOKENED)}")
    now = clock.now()
    ends = clock.end_of(until, "UTC") if until else now + timedelta(days=DAYS)
    with engine.writing(url) as session:
        made, secret = tokens.make(session, LOCAL, login, label=label, routes=route, expires_at=ends, now=now)
        given = people.standing(session, login, now)
    told = {"login": people.login_of(login), "token_id": made, "routes": sorted(set(route))}
    signing.remember(url, act("", by)["by"], AccessAct.TOKEN, "tokens make", told)
    print(secret)
    output.say(f"token {made[:8]} of {login}, good until {ends:%Y-%m-%d %H:%M} UTC; it is not shown again")
    output.say("send it as the header  Authorization: Bearer TOKEN")
    output.say("it counts only roles that were given here (tocsin users), not those that a sign-in brings")
    if not given:
        output.say(
            f"{login} holds none, so it opens nothing yet: tocsin users add {login} --role viewer --reason WHY"
        )


@app.command("list")
def listing(
    url: Url = "",
    login: Annotated[str | None, typer.Option(metavar="LOGIN", help="Only theirs.")] = None,
    json: AsJson = False,
) -> None:
    """List tokens, without their secrets.

    Example: tocsin tokens list --json
    """
    migrating.check(url)
    with engine.reading(url) as session:
        rows = tokens.listing(session, LOCAL, clock.now(), login)
    if json:
        output.as_json(rows)
    else:
        shown = [{**row, "token_id": row["token_id"][:8]} for row in rows]
        output.table(shown, ["token_id", "login", "label", "routes", "made_at", "expires_at", "state"])


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="As listed; its beginning is enough.")],
    url: Url = "",
    by: Actor = "",
) -> None:
    """Take a token back, at once and for good.

    Example: tocsin tokens revoke 5f0c12ab
    """
    migrating.check(url)
    who = act("", by)["by"]
    with engine.writing(url) as session:
        fresh = tokens.revoke(session, LOCAL, token, by=who, now=clock.now())
    if fresh:
        signing.remember(url, who, AccessAct.TOKEN, "tokens revoke", {"token_id": token})
    output.say(f"token {token} is taken back" if fresh else f"token {token} was taken back before")
