"""One incident by hand: look at it in full, settle things about it, tie it to communities."""

from typing import Annotated, Any

import typer

from dashboard import said
from dashboard.cli import common, output
from dashboard.cli.common import Actor, AsJson, AsOf, AsRecorded, RegionId, Url, Why, act, group
from db import decisions, engine, migrating, queries, ties
from db.errors import BadInput
from db.policy import LOCAL
from db.vocab import (
    Basis,
    Confidence,
    DecisionField,
    FigureRule,
    IncidentType,
    Sensitivity,
    Stance,
    Verification,
)

app = group("One incident: look at it, settle things about it, tie it to communities.")
IncidentId = Annotated[str, typer.Argument(metavar="ID", help="The incident, as lists and links name it.")]
_F = DecisionField


@app.command()
def show(
    incident: IncidentId,
    url: Url = "",
    region: RegionId = None,
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    json: AsJson = False,
) -> None:
    """Print one incident in full: what is believed, who says what, figures, ties, and how it was settled.

    Example: tocsin incident show 5f0c… --as-of 2018-07-28
    """
    where = common.region_in(url, region)
    days = {"as_of": common.day_or_today(as_of, where), "recorded_as_of": as_recorded}
    with engine.reading(url) as session:
        found = queries.incident(session, LOCAL, incident_id=incident, region_id=where.id, **days)  # type: ignore[arg-type]
    tables = ("reports", "claims", "actors", "links", "versions", "history")
    if json:
        told = {name: getattr(found, name).to_dict("records") for name in tables}
        output.as_json({**found.facts, **told, "members": found.members})
        return
    _print(found)


def _print(found: queries.IncidentDetail) -> None:
    facts = found.facts
    kept = ("incident_type", "date_start", "date_end", "district", "governorate", "grade", "verification")
    output.table([facts], [*kept, "verification_reason"])
    for sentence in said.sentences(facts):
        output.answer(sentence)
    output.table(facts["figures"], ["harm", "status", "low", "best", "high", "known", "unknown", "rule"])
    columns = ["report_id", "source", "grade", "stance", "available_at", "title"]
    output.table(found.reports.to_dict("records"), columns)
    output.table(found.links.to_dict("records"), ["community_id", "basis", "method", "confidence", "reason"])
    if not found.history.empty:
        output.table(found.history.to_dict("records"), ["at", "by", "field", "old", "new", "reason"])


@app.command()
def decide(
    incident: IncidentId,
    reason: Why,
    url: Url = "",
    by: Actor = "",
    verification: Annotated[Verification | None, typer.Option(help="How far it was checked.")] = None,
    incident_type: Annotated[IncidentType | None, typer.Option("--type", help="What happened.")] = None,
    figure_rule: Annotated[FigureRule | None, typer.Option(help="How figures follow from claims.")] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(metavar="HARM[/STATUS]=LOW,BEST,HIGH", help="Set figures; ? is unknown."),
    ] = None,
    dates: Annotated[
        str | None, typer.Option(metavar="FIRST,LAST,PRECISION", help="When, precision 1 to 5.")
    ] = None,
    place: Annotated[str | None, typer.Option(metavar="PLACE[,PRECISION]", help="Where.")] = None,
    summary: Annotated[str | None, typer.Option(metavar="TEXT", help="In a sentence.")] = None,
    sensitivity: Annotated[Sensitivity | None, typer.Option(help="Raise who may read it.")] = None,
    report: Annotated[str | None, typer.Option(metavar="REPORT", help="What follows is about it.")] = None,
    credibility: Annotated[int | None, typer.Option(min=1, max=6, help="Of the report (Admiralty).")] = None,
    stance: Annotated[Stance | None, typer.Option(help="What the report does with the incident.")] = None,
    detach: Annotated[bool, typer.Option(help="The report is not about this incident.")] = False,
    take_back: Annotated[
        list[DecisionField] | None, typer.Option(metavar="FIELD", help="Let the reports speak again.")
    ] = None,
) -> None:
    """Settle things about an incident or about one report of it; each is kept with its reason.

    Example: tocsin incident decide ID --verification verified --reason "Two residents confirm it"
    """
    settled: dict[DecisionField, Any] = {
        _F.VERIFICATION: verification,
        _F.INCIDENT_TYPE: incident_type,
        _F.FIGURE_RULE: figure_rule,
        _F.FIGURE: _figures(figure) if figure else None,
        _F.DATES: dates.split(",") if dates else None,
        _F.PLACE: _place(place) if place else None,
        _F.SUMMARY: summary,
        _F.SENSITIVITY: sensitivity,
        _F.CREDIBILITY: credibility,
        _F.STANCE: stance,
        _F.DETACHED: True if detach else None,
    }
    wanted = [(field, value) for field, value in settled.items() if value is not None]
    _settle(url, incident, [*wanted, *((field, None) for field in take_back or [])], report, reason, by)


def _settle(
    url: str,
    incident: str,
    wanted: list[tuple[DecisionField, Any]],
    report: str | None,
    reason: str,
    by: str,
) -> None:
    if not wanted:
        raise BadInput(
            "say what to settle, such as --verification verified; see: tocsin incident decide --help"
        )
    migrating.check(url)
    with engine.writing(url) as session:
        for field, value in wanted:
            about = report if field in decisions.OF_REPORTS else None
            decisions.decide(*(session, LOCAL, incident, field, value), **act(reason, by), report_id=about)
    output.say(f"incident {incident}: {', '.join(field for field, _ in wanted)} settled")


def _figures(given: list[str]) -> dict[str, list[int | None]]:
    found: dict[str, list[int | None]] = {}
    for one in given:
        name, _, range_ = one.partition("=")
        cells = range_.split(",")
        try:
            low, best, high = [None if c.strip() in ("?", "") else int(c) for c in cells]
        except ValueError:
            raise BadInput(
                f"{one!r} is no figure; write e.g. killed=3,5,7 or injured/civilian=?,2,?"
            ) from None
        found[name] = [low, best, high]
    return found


def _place(given: str) -> dict[str, Any]:
    place_id, _, precision = given.partition(",")
    if precision and not precision.isdecimal():
        raise BadInput(f"{given!r} is no place and precision; write e.g. sy-suwayda,1")
    return {"place_id": place_id, "geo_prec": int(precision) if precision else None}


@app.command()
def link(
    incident: IncidentId,
    community: Annotated[str, typer.Argument(metavar="COMMUNITY")],
    basis: Annotated[Basis, typer.Option(help="Why it concerns them.", show_default=False)],
    reason: Why,
    confidence: Annotated[Confidence, typer.Option(help="How sure.")] = Confidence.MODERATE,
    counted: Annotated[
        bool | None, typer.Option("--counted/--not-counted", help="In their own figures.", show_default=False)
    ] = None,
    url: Url = "",
    by: Actor = "",
) -> None:
    """Tie an incident to a community by your own judgement; only people say that somebody was targeted.

    Example: tocsin incident link ID COMMUNITY --basis targeted_by_identity --reason "The leaflet names them"
    """
    migrating.check(url)
    with engine.writing(url) as session:
        told: dict[str, Any] = {"basis": basis, "confidence": confidence, "counted": counted}
        ties.link(session, LOCAL, incident, community, **told, **act(reason, by))
    output.say(f"incident {incident} is tied to {community}: {basis}")


@app.command()
def unlink(
    incident: IncidentId,
    community: Annotated[str, typer.Argument(metavar="COMMUNITY")],
    reason: Why,
    url: Url = "",
    by: Actor = "",
) -> None:
    """Withdraw a tie that a person decided; it stays in the history.

    Example: tocsin incident unlink ID COMMUNITY --reason "Another village of that name"
    """
    migrating.check(url)
    with engine.writing(url) as session:
        ties.unlink(session, LOCAL, incident, community, **act(reason, by))
    output.say(f"incident {incident} is no longer tied to {community} by a person")
