"""Evidence: files kept with incidents and reports, and who had them in hand."""

from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, RegionId, Url, day_or_today, group
from db import clock, engine, evidence, migrating
from db.evidence import reading
from db.policy import LOCAL
from db.vocab import CustodyAct, Sensitivity

app = group("Evidence: pictures, documents and saved pages, with their chain of custody.")
Id = Annotated[str, typer.Argument(metavar="ID", help="The evidence, as listed.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it; a name or initials.")]
COLUMNS = ["attachment_id", "name", "media_type", "size", "sha256", "erased", "added_by", "note"]


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JPEG, PNG, WebP, PDF or saved web page.")],
    url: Url = "",
    incident: Annotated[str | None, typer.Option(metavar="ID", help="The incident it belongs to.")] = None,
    report: Annotated[str | None, typer.Option(metavar="ID", help="The report it belongs to.")] = None,
    note: Annotated[str | None, typer.Option(help="What it shows.")] = None,
    address: Annotated[str | None, typer.Option(metavar="URL", help="Where it was found.")] = None,
    sensitivity: Annotated[Sensitivity, typer.Option(help="Who may see it.")] = Sensitivity.RESTRICTED,
    by: By = "local",
    json: AsJson = False,
) -> None:
    """Keep a file as evidence, as it came, and make a copy without metadata.

    Example: tocsin evidence add photo.jpg --incident 1b32b4b1a32210b6807c14a2 --note "burnt shop"
    """
    migrating.check(url)
    body = evidence.read(file)
    about = evidence.About(by, clock.now(), incident, report, note, address, sensitivity)
    with engine.writing(url) as session:
        kept = evidence.add(session, LOCAL, file.name, body, about)
        chain, _ = reading.chain(session, LOCAL, kept)
    output.say(f"{file.name} is kept as {kept}; {chain[1]['detail']}")
    if json:
        output.as_json({"attachment_id": kept, "custody": chain})


@app.command("list")
def listing(
    url: Url = "",
    region: RegionId = None,
    as_of: AsOf = None,
    incident: Annotated[str | None, typer.Option(metavar="ID", help="Of one incident.")] = None,
    json: AsJson = False,
) -> None:
    """List the evidence with its digests.

    Example: tocsin evidence list --incident 1b32b4b1a32210b6807c14a2
    """
    migrating.check(url)
    with engine.reading(url) as session:
        where = common.region(session, region)
        asked = {"region_id": where.id, "as_of": day_or_today(as_of, where), "incident_id": incident}
        rows = reading.listed(session, LOCAL, **asked).to_dict("records")
    if json:
        output.as_json(rows)
    elif rows:
        output.table(rows, COLUMNS)
    else:
        output.say("there is no evidence")


@app.command()
def show(piece: Id, url: Url = "", json: AsJson = False) -> None:
    """Show the chain of custody of a piece of evidence, and whether it holds.

    Example: tocsin evidence show 5f0c2ab1a32210b6807c14a2
    """
    migrating.check(url)
    with engine.reading(url) as session:
        chain, broken = reading.chain(session, LOCAL, piece)
    if json:
        output.as_json({"custody": chain, "broken_at": broken})
    else:
        output.table(chain, ["seq", "at", "act", "by", "detail", "sha256"])
    output.say("the chain holds" if broken is None else f"warning: the chain is broken at entry {broken}")


@app.command("export")
def out(
    piece: Id,
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")],
    url: Url = "",
    original: Annotated[bool, typer.Option("--original", help="As it came, metadata included.")] = False,
    by: By = "local",
) -> None:
    """Write a copy of a piece of evidence without metadata; its custody notes who took it.

    Example: tocsin evidence export 5f0c2ab1a32210b6807c14a2 -o photo.jpg
    """
    migrating.check(url)
    with engine.writing(url) as session:
        act, now = CustodyAct.EXPORTED, clock.now()
        copy = reading.opened(session, LOCAL, piece, act, by=by, now=now, original=original)
        file.write_bytes(copy.body)
    output.say(f"{file}: {copy.name}, {copy.media_type}, sha256 {copy.sha256}")
