"""Scores: make them, day by day, and print them."""

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from dashboard import jobs
from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, RegionInfo, Url, day_option
from db import clock, engine, queries
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.vocab import LEVELS, Target

INCIDENT_DAYS, INCIDENTS_AT_MOST = 90, 200
_KEPT = ("horizon_days", "target", "probability", "low", "high", "level", "confidence", "confidence_reasons")
_ORIGIN = ("data_cutoff", "issued_at", "live", "exercise", "undercounted")
COLUMNS = ("community_id", "name", "level", "meaning", "probability", "confidence", "because")


def score(url: Url = "", as_of: AsOf = None, region: RegionId = None, json: AsJson = False) -> None:
    """Score all communities and areas on one day with the models in force; writes no alerts.

    Example: tocsin score --as-of 2018-07-24
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with output.progress() as tell:
        done = jobs.score(url, region_id=where.id, as_of=day, now=clock.now, tell=tell)
    _tell(done, where, json)


def daily(
    url: Url = "",
    as_of: AsOf = None,
    first: Annotated[
        date | None,
        day_option("--from", "The first day. Default: 35 days earlier, but not before the models' training."),
    ] = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Score each day that has no scores yet and open, change or close alerts; run it every day.

    Example: tocsin daily --as-of 2018-07-24
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    if first and first > day:
        raise BadInput(f"--from {first} lies after {day}; choose an earlier day")
    with output.progress() as tell:
        done = jobs.daily(url, region_id=where.id, as_of=day, first=first, now=clock.now, tell=tell)
    _tell(done, where, json)


def scores(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV on stdout.")] = False,
) -> None:
    """Print the scores of a day: one object per community, horizon and target.

    Example: tocsin scores --as-of 2018-07-24 --json
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with engine.reading(url) as session:
        rows = list(objects(session, where, day, as_recorded))
    if json:
        output.as_json(rows)
    elif as_csv:
        _write_csv(rows)
    else:
        shown = [_line(row) for row in rows if _of_record(row, where)]
        output.table(sorted(shown, key=_gravest), COLUMNS, title=f"{common.marked(where)}, as of {day}")


def objects(
    session: Session, where: RegionInfo, day: date, as_recorded: date | None = None
) -> Iterator[dict[str, Any]]:
    """The scores of a day as other programs read them."""
    rows = queries.scores(session, LOCAL, region_id=where.id, as_of=day, recorded_as_of=as_recorded)
    if rows.empty:
        raise TocsinError(_no_scores(session, where, day))
    near: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        community = row["area_id"]
        if community not in near:
            near[community] = _incidents(session, where, day, community, as_recorded)
        yield {
            "community_id": community,
            "name": row["name"],
            "name_ar": row["name_ar"],
            "group": where.groups.get(row["group"], {}).get("name", row["group"]),
            **{name: row[name] for name in _KEPT},
            "base": row["base"],
            "drivers": [_driver(one) for one in row["drivers"]],
            "incident_ids": near[community],
            "model_version": row["model_version_id"],
            "data_version": row["data_version"],
            **{name: row[name] for name in _ORIGIN},
        }


def _driver(one: dict[str, Any]) -> dict[str, Any]:
    from models.explain import sentence

    empty: dict[str, Any] = {
        "feature": None,
        "value": None,
        "usual": None,
        "contribution": None,
        "incident_ids": [],
    }
    return {**empty, **one, "text": sentence(one)}


def _incidents(
    session: Session, where: RegionInfo, day: date, community: str, as_recorded: date | None
) -> list[str]:
    """The newest incidents tied to a community, imprecise ones included."""
    found = queries.incidents(
        *(session, LOCAL),
        region_id=where.id,
        as_of=day,
        recorded_as_of=as_recorded,
        since=day - timedelta(days=INCIDENT_DAYS),
        community_id=community,
        limit=INCIDENTS_AT_MOST,
    )
    return list(dict.fromkeys(found["incident_id"]))


def _no_scores(session: Session, where: RegionInfo, day: date) -> str:
    earlier = queries.scored_days(session, LOCAL, region_id=where.id, as_of=day)
    newest = f" (the newest before it are of {earlier[0]})" if earlier else ""
    return f"there are no scores of {day}{newest}; make them with: tocsin daily --as-of {day}"


def _of_record(row: dict[str, Any], where: RegionInfo) -> bool:
    return row["target"] == Target.ESCALATION.value and row["horizon_days"] == where.alert_horizon_days


def _line(row: dict[str, Any]) -> dict[str, Any]:
    because = next((one["text"] for one in row["drivers"]), None)
    return {**row, "meaning": LEVELS[row["level"]], "because": because}


def _gravest(row: dict[str, Any]) -> tuple[float, float, str]:
    return -row["level"], -(output.plain(row["probability"]) or 0), row["community_id"]


def _write_csv(rows: list[dict[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in output.plain(rows):
        texts = [one["text"] for one in row["drivers"]]
        lists = {"drivers": texts, "incident_ids": row["incident_ids"]}
        codes = [reason["code"] for reason in row["confidence_reasons"]]
        joined = {name: " | ".join(part) for name, part in {**lists, "confidence_reasons": codes}.items()}
        writer.writerow({**row, **joined})


def _tell(done: jobs.Daily, where: RegionInfo, json: bool) -> None:
    moved = ", ".join(f"{count} {name}" for name, count in sorted(done.transitions.items())) or "none"
    output.say(
        f"{common.marked(where)}, as of {done.as_of}: {len(done.days)} days scored, {done.rows_written} new "
        f"rows; changes of alerts: {moved}"
    )
    if done.notices:
        output.say(f"{len(done.notices)} notices drafted; see: tocsin alerts notices")
    if done.not_assessed:
        output.say(
            f"not assessed: {done.not_assessed[0]} to {done.not_assessed[-1]} ({len(done.not_assessed)} days)"
        )
    if json:
        output.as_json(vars(done))
