"""What goes out as files, and the way back for what went out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO, Annotated

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, RegionId, Url, day_option, day_or_today
from db import clock, engine, licences, migrating
from db.errors import BadInput
from db.exports import FORMATS, store
from db.exports.gather import Gathering, Wanted
from db.importers import exported
from db.importers.rows import Summary
from db.policy import LOCAL, Viewer
from db.restore import restore
from db.vocab import Audience, Precision, Role


def export(
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")],
    url: Url = "",
    format: Annotated[str, typer.Option("--format", help=f"One of: {', '.join(FORMATS)}.")] = "csv",
    region: RegionId = None,
    as_of: AsOf = None,
    since: Annotated[date | None, day_option("--since", "Incidents that ended on this day or later.")] = None,
    until: Annotated[date | None, day_option("--until", "Incidents that ended by this day.")] = None,
    community: Annotated[
        str | None, typer.Option(metavar="ID", help="Only what is tied to this community.")
    ] = None,
    precision: Annotated[
        Precision | None, typer.Option(help="No finer places than this. Default: as fine as you may see.")
    ] = None,
    role: Annotated[
        Role | None, typer.Option(help="As somebody with this role would see it. Default: all there is.")
    ] = None,
    audience: Annotated[
        Audience, typer.Option(help="For whom: what partners and the public may not know stays behind.")
    ] = Audience.INTERNAL,
    full: Annotated[
        bool, typer.Option("--full", help="The whole store (with --format jsonl); administrators only.")
    ] = False,
) -> None:
    """Write incidents, or the whole store, as a file that can be taken in again.

    Example: tocsin export --format xlsx --since 2018-01-01 -o incidents.xlsx
    """
    migrating.check(url)
    viewer = replace(LOCAL, roles=frozenset({role})) if role else LOCAL
    if full:
        if audience is not Audience.INTERNAL:
            raise BadInput("the whole store is for nobody outside; leave --full or --audience out")
        _copy(url, viewer, file, format)
        return
    if format not in FORMATS:
        raise BadInput(f"{format!r} is no format; choose one of: {', '.join(FORMATS)}")
    with engine.reading(url) as session:
        where = common.region(session, region)
        day = day_or_today(as_of, where)
        wanted = Wanted(where.id, day, since, until, community, precision, audience)
        gathering = Gathering(session, viewer, wanted)
        named = _named(file, gathering)
        with _whole(named) as out:
            rows = FORMATS[format](out, gathering)
        terms = licences.travels(session, where.id)
    output.say(_told(named, rows, gathering))
    for line in gathering.withheld:
        output.say(f"withheld or coarser: {line}")
    if terms:
        output.say(f"notice: {terms}")


def _copy(url: str, viewer: Viewer, file: Path, format: str) -> None:
    if format != "jsonl":
        raise BadInput("the whole store goes out as JSON lines; add: --format jsonl")
    with output.progress() as tell, _whole(file) as out, engine.reading(url) as session:
        rows = store.write(session, viewer, out, lambda done: tell("rows", done, 0))
    output.say(f"{file}: the whole store, {rows} rows; it holds everything, so keep it safe")


def _named(file: Path, gathering: Gathering) -> Path:
    """The file's name, which says how coarse it is and that it is an EXERCISE, where it is."""
    marks = [f"generalised-{gathering.precision}"] if gathering.generalised else []
    marks += [str(gathering.wanted.audience)] if gathering.outside else []
    marks += ["EXERCISE"] if gathering.region.exercise else []
    stem = ".".join([file.stem, *(mark for mark in marks if mark not in file.name)])
    return file.with_name(stem + file.suffix)


def _told(file: Path, rows: int, gathering: Gathering) -> str:
    fineness = f"generalised to: {gathering.precision}" if gathering.generalised else "in full precision"
    return (
        f"{file}: {rows} incidents of {gathering.region.id} as known on {gathering.wanted.as_of}, {fineness}"
    )


def take_export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `tocsin export` wrote, of any format.")],
    url: Url = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who takes it in.")] = "local",
    json: AsJson = False,
) -> None:
    """Take in incidents that Tocsin exported; nothing that is known more finely here is touched.

    Example: tocsin import export incidents.xlsx
    """
    migrating.check(url)
    with output.progress() as tell:
        done = exported.run(url, LOCAL, file, clock.now(), by, lambda rows: tell("rows", rows, 0))
    _tell(done)
    if json:
        output.as_json({"batch_id": done.batch_id, "unchanged": done.unchanged, **done.counts()})


def _tell(done: Summary) -> None:
    if done.unchanged:
        output.say(f"{done.file_name} was taken in before; nothing changed")
        return
    passed = done.issues["generalised_known"]
    output.say(
        f"{done.file_name}: {done.rows} incidents: {done.new} reports new, {done.already} known already, "
        f"{done.outside} incidents outside the loaded regions, {done.bad} refused"
    )
    if passed:
        output.say(f"{passed} incidents passed over: the file is generalised, this store knows them already")
    if done.bad or done.remarks > passed:
        output.say("warning: some rows were refused or remarked upon; list them with: tocsin issues")


def take_store(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A full export (.jsonl).")],
    url: Url = "",
    json: AsJson = False,
) -> None:
    """Take a full export into a new, empty store, which then equals the exported one.

    Example: tocsin import store store.jsonl --db sqlite:///new.db
    """
    with output.progress() as tell:
        counts = restore(url, file, lambda done: tell("rows", done, 0))
    output.say(f"{file}: {sum(counts.values())} rows in {len(counts)} tables; all of it was taken in")
    if json:
        output.as_json(counts)


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when it is whole."""
    if not path.parent.is_dir():
        raise BadInput(f"the folder {path.parent} does not exist; make it, or name another file")
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
