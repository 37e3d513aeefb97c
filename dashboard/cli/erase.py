"""True erasure: what concerns a person, found and taken out of the store for good."""

import json as json_
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli import output
from dashboard.cli.common import Actor, AsJson, Url, Why, act, group
from db import clock, engine, erasure, erasures, finding, identities, migrating
from db.errors import BadInput, TocsinError
from db.finding import Found
from db.policy import LOCAL
from db.vocab import Entity

app = group(
    "True erasure of personal data: the words go for good, counts stay, a signed entry says that it was done."
)

Id = Annotated[str, typer.Argument(metavar="ID")]
Text = Annotated[str, typer.Argument(metavar="TEXT", help="The words; - reads them from the standard input.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
ELSEWHERE = "exports and copies elsewhere are not reached; backups are, at restore, by: tocsin erasures"


@app.command()
def report(name: Id, reason: Why, url: Url = "", by: Actor = "", yes: Yes = False) -> None:
    """Erase the words of a report: title, text, address, raw row, wording, quoted voices, its evidence.

    Example: tocsin erase report 5f0c… --reason "The person named asked for it"
    """
    _erase(url, Entity.REPORT, name, yes, act(reason, by))


@app.command()
def draft(name: Id, reason: Why, url: Url = "", by: Actor = "", yes: Yes = False) -> None:
    """Erase the words of something that waits for a person, or waited.

    Example: tocsin erase draft 5f0c… --reason "Sent by mistake"
    """
    _erase(url, Entity.DRAFT, name, yes, act(reason, by))


@app.command()
def attachment(name: Id, reason: Why, url: Url = "", by: Actor = "", yes: Yes = False) -> None:
    """Erase the bytes, name and note of a piece of evidence; its digest stays.

    Example: tocsin erase attachment 5f0c… --reason "Shows a witness"
    """
    _erase(url, Entity.ATTACHMENT, name, yes, act(reason, by))


def _erase(url: str, entity: Entity, name: str, yes: bool, facts: dict[str, Any]) -> None:
    migrating.check(url)
    _ask(f"Erase the words of {entity} {name} for good?", yes)
    with engine.writing(url) as session:
        emptied = erasure.erase(session, LOCAL, entity, name, **facts)
    _gone(url, f"{entity} {name}: emptied {', '.join(emptied)}")


@app.command()
def find(text: Text, url: Url = "", json: AsJson = False) -> None:
    """Name every row in which a text stands, past versions and the history included; the text is not repeated.

    Example: tocsin erase find "the name"
    """
    migrating.check(url)
    found, closed = _found(url, _read(text))
    rows = [
        {"table": one.table, "id": one.row.replace("\t", " "), "fields": list(one.fields)} for one in found
    ]
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, ["table", "id", "fields"])
    else:
        output.say("it stands nowhere that could be searched")
    _closed(closed)


@app.command()
def text(text: Text, reason: Why, url: Url = "", by: Actor = "", yes: Yes = False) -> None:
    """Erase every row's words in which a text stands; reports, drafts and evidence that hold it whole.

    Example: tocsin erase text "the name" --reason "The person named asked for it"
    """
    migrating.check(url)
    found, closed = _found(url, _read(text))
    _closed(closed)
    if not found:
        raise BadInput("it stands nowhere that could be searched; nothing was erased")
    told = ", ".join(sorted({one.table for one in found}))
    _ask(f"Erase {len(found)} rows for good, in: {told}?", yes)
    with engine.writing(url) as session:
        emptied = erasure.erase_found(session, LOCAL, found, **act(reason, by))
    _gone(url, f"{emptied} rows and reports emptied")
    if left := len(_found(url, _read(text))[0]) if text != "-" else 0:
        output.say(f"{left} rows still bear it as the name of somebody who acted; see: tocsin users forget")


def _read(text: str) -> str:
    return sys.stdin.read().strip() if text == "-" else text


def _found(url: str, text: str) -> tuple[list[Found], Counter[str]]:
    with engine.reading(url) as session:
        found, closed = finding.look(session, LOCAL, text)
        counts = migrating.counts(session.connection())
    kept = counts["identity"] + counts["recipient"]
    if kept:
        with engine.writing(url) as session:
            hidden, shut = identities.search(session, LOCAL, text, now=clock.now())
        found = sorted([*found, *(Found(*one, ("sealed",)) for one in hidden)])
        if shut:
            output.say(
                f"of {kept} encrypted identities and addresses {shut} could not be opened: their key is not here"
            )
    return found, closed


def _closed(kinds: Counter[str]) -> None:
    """Say what could not be looked into, so that nobody takes silence for an answer."""
    if kinds:
        told = ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
        output.say(
            f"kept files that could not be searched ({told}); open them yourself: tocsin evidence list"
        )


def _ask(question: str, yes: bool) -> None:
    if not yes:
        typer.confirm(f"{question} Nothing brings it back", abort=True, err=True)


def _gone(url: str, told: str) -> None:
    """Say what went, and let the bytes go too."""
    try:
        scrubbed = engine.scrub(url)
    except Exception as error:
        raise TocsinError(f"{told}; but the file could not be written anew ({error}): run tocsin erase find again "
                          "once nobody uses the store") from error  # fmt: skip
    output.say(f"{told}; {ELSEWHERE}")
    if not scrubbed:
        output.say("their bytes leave the disk of the server with: VACUUM FULL")
    for copy in _copies(url):
        output.say(f"still there: {copy}, a copy that an upgrade made; delete it when you no longer need it")


def _copies(url: str) -> list[Path]:
    path = engine.engine(url).url.database
    if engine.engine(url).dialect.name != "sqlite" or not path:
        return []
    return sorted(Path(path).resolve().parent.glob(f"{Path(path).name}.before-*"))


def entries(
    file: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")
    ] = None,
    url: Url = "",
) -> None:
    """Write the signed list of what was erased (never the words), for backups to follow when they are restored.

    Example: tocsin erasures -o erasures.json
    """
    migrating.check(url)
    with engine.reading(url) as session:
        found = erasures.entries(session)
    if file is None:
        output.as_json(found)
    else:
        lines = [json_.dumps(one, ensure_ascii=False) + "\n" for one in found]
        file.write_text("".join(lines), encoding="utf-8")
        output.say(f"{file}: {len(found)} entries")
