"""Any table: propose a mapping, look at what it makes of the rows, take it in, and take it back."""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli import intake, output
from dashboard.cli.common import AsJson, AsRecorded, RegionId, Url, region_in
from db import clock, engine, migrating, policy, queries
from db import undo as taking_back
from db.importers import kobo as survey
from db.importers import mapping as mappings
from db.importers import tables
from db.importers.proposal import Why
from db.importers.tables import Plan, Request
from db.policy import LOCAL

File = Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .csv.gz, .zip or .xlsx file.")]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook.")]
Named = Annotated[
    str | None,
    typer.Option("--mapping", metavar="NAME|FILE", help="A mapping that was kept, or a .toml or .json file."),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="CODE", help="Who publishes it, of the region's sources.csv."),
]
Coded = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="The encoding, where it was not recognised.")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Propose a mapping anew, even if one is known.")]
Look = Annotated[
    bool, typer.Option("--preview", help="Show the mapping and the first rows as read; store nothing.")
]
Save = Annotated[
    str | None,
    typer.Option(
        "--save", metavar="NAME|FILE", help="Keep the mapping under a name, or write it to a .toml file."
    ),
]
ORIGINS = {
    "proposed": "a mapping proposed from its columns:",
    "recognised": "the mapping that is known for its columns:",
    "named": "the mapping",
    "file": "the mapping file",
}
Actor = Annotated[str, typer.Option("--by", metavar="NAME", help="Who acts.", show_default="the local user")]


def table(
    file: File,
    url: Url = "",
    region: RegionId = None,
    sheet: Sheet = None,
    mapping: Named = None,
    source: Source = None,
    encoding: Coded = None,
    fresh: Fresh = False,
    preview: Look = False,
    save: Save = None,
    by: Actor = "",
    json: AsJson = False,
) -> None:
    """Take in any CSV or Excel table by a mapping of its columns, which is proposed where none is known.

    Look first, edit what is wrong, and take it in; `tocsin undo` takes it back in one step.

    Example: tocsin import table events.xlsx --source sohr --preview --save events.toml
    """
    where = region_in(url, region)
    planned = tables.plan(url, Request(file, where.id, sheet, encoding, mapping, source, fresh))
    written = _written(planned, save)
    if preview:
        _show(planned, json)
        return
    _tell(planned)
    policy.may_act(LOCAL)
    name = None if written else save
    with output.progress() as tell:
        done = tables.take(
            url,
            LOCAL,
            planned,
            by=by or getpass.getuser(),
            now=clock.now(),
            name=name,
            progress=lambda rows: tell("rows", rows, 0),
        )
    intake.tell_all(done, json)
    if not done.unchanged:
        output.say(f"if that is wrong, take it back with: tocsin undo {done.batch_id[:8]} --reason TEXT")


def kobo(
    file: File,
    url: Url = "",
    region: RegionId = None,
    sheet: Sheet = None,
    mapping: Named = None,
    source: Source = None,
    encoding: Coded = None,
    preview: Look = False,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Accept at once what can be read, in your name, but what is on hold."),
    ] = False,
    by: Actor = "",
    json: AsJson = False,
) -> None:
    """Put the submissions of a KoboToolbox export into the review queue; nothing counts before it is accepted.

    Example: tocsin import kobo export.xlsx --source team
    """
    where = region_in(url, region)
    planned = survey.plan(url, Request(file, where.id, sheet, encoding, mapping, source))
    if preview:
        _show(planned, json)
        return
    _tell(planned)
    policy.may_act(LOCAL)
    done = survey.take(url, LOCAL, planned, survey.Act(by or getpass.getuser(), clock.now(), accept))
    if json:
        output.as_json(asdict(done))
    output.say(
        f"{done.file_name}: {done.rows} submissions: {done.drafts} new drafts, {done.known} known already; "
        f"{done.waiting} wait for review (tocsin drafts), {done.accepted} accepted, {done.refused} not approved"
    )
    if done.incomplete:
        output.say(f"warning: {done.incomplete} could not be read wholly; the reasons: tocsin issues")


def _written(planned: Plan, save: str | None) -> bool:
    """Write the mapping to a file where one was named."""
    if not save or not save.endswith(".toml"):
        return False
    Path(save).write_text(mappings.to_toml(planned.spec), encoding="utf-8")
    output.say(f"the mapping is in {save}; edit it and hand it over with --mapping {save}")
    return True


def _show(planned: Plan, json: bool) -> None:
    rows = tables.preview(planned)
    if json:
        output.as_json(
            {
                "mapping": mappings.to_dict(planned.spec),
                "origin": planned.origin,
                "why": [{"column": w.column, "field": w.field, "reason": w.reason} for w in _why(planned)],
                "unused": _unused(planned),
                "questions": planned.proposal.questions if planned.proposal else [],
                "remarks": planned.remarks,
                "rows": rows,
            }
        )
        return
    output.answer(mappings.to_toml(planned.spec))
    _tell(planned)
    plain = [
        {**row, "figures": "; ".join(f"{k}: {v}" for k, v in row.get("figures", {}).items())} for row in rows
    ]
    columns = ["row", "days", "type", "place", "point", "geo_prec", "figures", "actors", "remarks", "problem"]
    output.table(plain, columns, title="the first rows as they would be read")


def _tell(planned: Plan) -> None:
    """How the table is read, and what a person should look at."""
    origin = ORIGINS[planned.origin]
    output.say(f"{planned.request.path.name} is read by {origin} {planned.name}")
    for why in _why(planned):
        output.say(f"  {why.column} → {why.field}: {why.reason}")
    for remark in planned.remarks:
        output.say(f"warning: the file {remark}")
    if unused := _unused(planned):
        output.say(f"columns not used (they stay in the raw rows): {', '.join(unused)}")
    for question in planned.proposal.questions if planned.proposal else ():
        output.say(f"warning: {question}")


def _why(planned: Plan) -> Sequence[Why]:
    return planned.proposal.why if planned.proposal else ()


def _unused(planned: Plan) -> list[str]:
    used = {column for columns in planned.spec.columns.values() for column in columns}
    return [column for column in planned.columns if column not in used]


def batches(
    url: Url = "",
    as_recorded: AsRecorded = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    json: AsJson = False,
) -> None:
    """List the files that were taken in, newest first, with what became of their rows.

    Example: tocsin batches --limit 5
    """
    migrating.check(url)
    with engine.reading(url) as session:
        rows = queries.batches(session, LOCAL, recorded_as_of=as_recorded, limit=limit).to_dict("records")
    if json:
        output.as_json(rows)
        return
    for row in rows:
        row |= {name: row["counts"].get(name) for name in ("rows", "new", "revised", "already", "bad")}
    columns = [
        "batch_id",
        "importer",
        "file_name",
        "status",
        "started_at",
        "rows",
        "new",
        "revised",
        "already",
        "bad",
    ]
    output.table(rows, columns) if rows else output.say("nothing was taken in yet")


def undo(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="The id of an import, or its first letters.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")],
    url: Url = "",
    by: Actor = "",
    json: AsJson = False,
) -> None:
    """Take a whole import back in one step; its rows stay readable, and importing the file again brings it back.

    Example: tocsin undo 4c9cdaae --reason "wrong file"
    """
    migrating.check(url)
    policy.may_act(LOCAL)
    with engine.writing(url) as session:
        done = taking_back.undo(
            session, LOCAL, batch, reason=reason, by=by or getpass.getuser(), now=clock.now()
        )
    if json:
        output.as_json(asdict(done))
    kept = f"; {done.kept} stay, because another import brought them too" if done.kept else ""
    output.say(
        f"{done.file_name} is taken back: {done.reports} reports, {done.incidents} incidents derived anew{kept}"
    )
