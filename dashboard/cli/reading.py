"""What a pasted report seems to say, before anybody confirms it."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, RegionId, Url, day_option, region_in
from db import documents, engine, personal_data
from db.coder import Draft, Figure, Suggestion, read
from db.places import Gazetteer

COLUMNS = ("field", "value", "words", "at", "confidence", "why")
ENCODINGS = ("utf-8-sig", "windows-1256")


def draft(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A text file, or - for standard input.")],
    url: Url = "",
    written_on: Annotated[
        date | None, day_option("--written-on", "The day of the text, for words such as yesterday.")
    ] = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Show place, date, type, actors and figures that a text seems to state, and the words they came from.

    Nothing is stored. Example: tocsin report draft message.txt --written-on 2025-05-03
    """
    where = region_in(url, region)
    text = _text(file)
    with engine.reading(url) as session:
        gazetteer = Gazetteer.of(session, where.id)
    made = read(text, gazetteer=gazetteer, anchor=written_on)
    found = personal_data.summary(personal_data.find(text, personal_data.place_names(gazetteer)))
    if found:
        told = ", ".join(f"{kind} ({count})" for kind, count in found.items())
        output.say(f"this seems to hold personal data: {told}; take out what nobody needs to know")
    if json:
        output.as_json(_document(made))
    else:
        _show(made, gazetteer)


def _text(file: str) -> str:
    body = sys.stdin.buffer.read(documents.MAX_TEXT_BYTES + 1) if file == "-" else Path(file).read_bytes()
    documents.refuse_too_long(body)
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode(ENCODINGS[0])
    except UnicodeDecodeError:
        output.say(f"no UTF-8: read as {ENCODINGS[1]}")
        return body.decode(ENCODINGS[1], "replace")


def _document(made: Draft) -> dict[str, Any]:
    facts = {
        name: getattr(made, name) for name in ("lang", "scope", "summary", "missing", "remarks", "length")
    }
    return facts | {"examined": made.examined, "suggestions": made.rows()}


def _show(made: Draft, gazetteer: Gazetteer) -> None:
    rows = [_row(suggestion, gazetteer) for suggestion in made.suggestions]
    output.table(rows, COLUMNS, title=made.summary or "nothing was recognised")
    for line in (*made.missing, *made.remarks):
        output.say(line)


def _row(suggestion: Suggestion, gazetteer: Gazetteer) -> dict[str, Any]:
    start, end = suggestion.span
    return {
        "field": suggestion.field,
        "value": _said(suggestion, gazetteer),
        "words": "".join(c if c.isprintable() else "␀" if c == "\0" else " " for c in suggestion.phrase),
        "at": f"{start}-{end}",
        "confidence": suggestion.confidence.value,
        "why": suggestion.why,
    }


def _said(suggestion: Suggestion, gazetteer: Gazetteer) -> str:
    value = suggestion.value
    if isinstance(value, Figure):
        figures = "/".join("–" if n is None else str(n) for n in (value.low, value.best, value.high))
        kept = (
            " (part of a total)" if value.part_of_total else " (not one incident)" if value.aggregate else ""
        )
        return f"{value.harm.value} {value.status.value} {figures}{kept}"
    if suggestion.field == "place":
        return f"{gazetteer.places[value].name} ({value})"
    if suggestion.field == "date":
        return f"{value.start}" if value.start == value.end else f"{value.start} to {value.end}"
    return f"{value['name']}: {value['role']}" if suggestion.field == "actor" else str(value)
