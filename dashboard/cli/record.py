"""The record's own commands: grades of sources, history, the codebook."""

from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, AsRecorded, RegionId, Url, Why, act, group
from db import codebook, engine, grading, opening, queries
from db.policy import LOCAL
from db.vocab import Entity, Reliability, Sensitivity

source = group("Sources: how reliable each is held to be, and who may read what it reports.")


@source.command()
def grade(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As sources.csv names it.")],
    reliability: Annotated[Reliability, typer.Argument(metavar="A-F", help="Admiralty scale.")],
    reason: Why,
    url: Url = "",
    region: RegionId = None,
    by: Actor = "",
) -> None:
    """Grade how reliable a source is, from now on; a region pack loaded later does not overrule you.

    Example: tocsin source grade sohr B --reason "Right in nine of ten checks"
    """
    where = common.region_in(url, region)
    with engine.writing(url) as session:
        fresh = grading.grade(session, LOCAL, where.id, code, reliability, **act(reason, by))
    output.say(f"{code} is held to be {reliability} from now on; {fresh} versions of incidents changed")


@source.command("open")
def open_(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As sources.csv names it.")],
    to: Annotated[Sensitivity, typer.Option("--as", help="Who may read its reports.")],
    reason: Why,
    url: Url = "",
    region: RegionId = None,
    by: Actor = "",
) -> None:
    """Let a source's reports be public, internal or restricted: those here without a word of their own, and the next.

    To the public only with a second person's consent, where there are accounts. The same command closes them again.

    Example: tocsin source open ucdp --as public --reason "Published under CC BY 4.0"
    """
    where = common.region_in(url, region)
    with engine.writing(url) as session:
        done = opening.open_as(session, LOCAL, where.id, code, to, **act(reason, by))
    told = f"{done.reports} reports changed, {done.versions} versions of incidents derived anew"
    output.say(f"{code} reports as {to.value}" + (f"; {told}" if done.reports else ""))


def history(
    entity: Annotated[Entity, typer.Argument(metavar="KIND", help="incident, report, source, draft …")],
    name: Annotated[str, typer.Argument(metavar="ID")],
    url: Url = "",
    region: RegionId = None,
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    json: AsJson = False,
) -> None:
    """Print what was changed by hand or by rule, by whom and why; of an incident also its versions.

    Example: tocsin history incident 5f0c… --as-recorded 2026-11-01
    """
    where = common.region_in(url, region)
    asked: dict[str, Any] = {"region_id": where.id, "recorded_as_of": as_recorded}
    asked["as_of"] = common.day_or_today(as_of, where)
    with engine.reading(url) as session:
        changes = queries.history(session, LOCAL, entity=entity, entity_id=name, **asked).to_dict("records")
        versions = _versions(session, name, asked) if entity is Entity.INCIDENT else []
    if json:
        output.as_json({"revisions": changes, "versions": versions})
        return
    if versions:
        columns = ["known_from", "recorded_at", "incident_type", "deaths", "reports", "grade", "verification"]
        output.table(versions, [*columns, "verification_reason"], title="What was believed, and since when")
    if changes:
        output.table(
            changes, ["seq", "at", "by", "field", "old", "new", "reason"], title="What people changed"
        )
    else:
        output.say("nobody has changed anything by hand")


def _versions(session: Session, incident_id: str, asked: dict[str, Any]) -> list[dict[Any, Any]]:
    return queries.incident(session, LOCAL, incident_id=incident_id, **asked).versions.to_dict("records")


def types(json: AsJson = False) -> None:
    """List the codebook: every incident type with its rung, its UN indicators, and UCDP's and ACLED's words for it.

    Example: tocsin types --json
    """
    rows = codebook.rows()
    if json:
        output.as_json(rows)
    else:
        output.table(rows, ["rung", "type", "definition", "un", "ucdp", "acled"])
