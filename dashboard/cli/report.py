"""What a pasted report seems to say, before anybody confirms it."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, RegionId, Url, day_option, group, region_in
from db import engine
from db.coder import Draft, Suggestion, read
from db.errors import BadInput
from db.evidence import decode
from db.places import Gazetteer

app = group("Reports: what a text seems to say.")
COLUMNS = ("field", "value", "words", "at", "confidence", "why")


@app.command()
def draft(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A text file, or - for standard input.")],
    url: Url = "",
    written_on: Annotated[
        date | None, day_option("--written-on", "The day of the text, for words such as yesterday.")
    ] = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Show place, date, type, actors and figures that a text seems to state, with the words they came from.

    Nothing is stored. Example: tocsin report draft message.txt --written-on 2025-05-03
    """
    where = region_in(url, region)
    with engine.reading(url) as session:
        made = read(_text(file), gazetteer=Gazetteer.of(session, where.id), anchor=written_on)
    if json:
        output.as_json(_document(made))
    else:
        _show(made)


def _show(made: Draft) -> None:
    rows = [_row(suggestion) for suggestion in made.suggestions]
    output.table(rows, COLUMNS, title=made.summary or "nothing was recognised")
    for line in (*made.missing, *made.remarks):
        output.say(line)
