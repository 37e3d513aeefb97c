"""The access log's commands: who looked at what, and whether the log holds."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, AsOf, Url, day_option, group
from db import audit, audit_beside, audit_check, clock, custody, engine, migrating, queries, revisions
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.vocab import AccessAct

app = group("The access log: who read, exported or changed what, and whether the log holds.")

KeyFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--key-file", metavar="FILE", help="A key of another machine that wrote here. May be repeated."
    ),
]


@app.command()
def verify(
    url: Url = "",
    key_file: KeyFiles = None,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="Note the present head as the right one, after a look at what is wrong."
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Check the access log, the history and the chains of custody for gaps, changes and a cut-off end.

    Example: tocsin audit verify
    """
    migrating.check(url)
    secrets = [_secret(path) for path in key_file or ()]
    with engine.reading(url) as session:
        found = audit_check.check(session, url, secrets)
        last, seal = revisions.head(session)
        bad, pieces = revisions.check(session), custody.broken(session)
    wrong = [*found.wrong, *found.unchecked]
    wrong += [f"history: revision {bad} is missing or was changed"] if bad else []
    wrong += [f"evidence {one}: entry {at} of its chain does not hold" for one, at in sorted(pieces.items())]
    facts: dict[str, Any] = {
        "entries": found.entries,
        "head": found.head,
        "revisions": last,
        "history_head": seal,
    }
    facts |= {"waiting": audit_beside.waiting(url), "wrong": wrong}
    if json:
        output.as_json(facts)
    else:
        _say(facts)
    if accept:
        audit.accept(url, LOCAL, now=clock.now())
        output.say("noted: the present head counts as the right one from now on")
    elif wrong:
        raise TocsinError(
            f"{len(wrong)} things do not hold: {'; '.join(wrong[:3])}; restore a backup, or ask who was at it"
        )


def _secret(path: Path) -> bytes:
    if not path.is_file():
        raise BadInput(f"there is no file {path}; check the name")
    return path.read_bytes().strip()


def _say(facts: dict[str, Any]) -> None:
    """Print the heads, which are worth noting elsewhere, and what is wrong."""
    print(f"access log: {facts['entries']} entries, head {facts['head']}")
    print(f"history: {facts['revisions']} revisions, head {facts['history_head']}")
    if facts["waiting"]:
        print(f"{facts['waiting']} entries wait beside the key and go in with the next one")
    for one in facts["wrong"]:
        output.answer(one)
    if not facts["wrong"]:
        output.say(
            "all chains hold; note the heads elsewhere: who holds the store and the key can forge the rest"
        )


@app.command("list")
def list_(
    url: Url = "",
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Only what this person did.")] = None,
    what: Annotated[
        str | None, typer.Option("--what", metavar="NAME", help="Only this page or command.")
    ] = None,
    act: Annotated[AccessAct | None, typer.Option("--act", help="Only acts of this kind.")] = None,
    since: Annotated[date | None, day_option("--since", "From this day on (UTC).")] = None,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest first.")] = 100,
    json: AsJson = False,
) -> None:
    """List who read, searched, exported, changed or was denied what, the newest first.

    Example: tocsin audit list --by ana --since 2026-11-01
    """
    migrating.check(url)
    asked: dict[str, Any] = {"as_of": as_of or clock.now().date(), "since": since, "by": by, "act": act}
    with engine.reading(url) as session:
        rows = queries.access_log(session, LOCAL, **asked, what=what, limit=limit).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, ["seq", "at", "by", "act", "what", "region_id", "told"])
    else:
        output.say("nothing was written down")
