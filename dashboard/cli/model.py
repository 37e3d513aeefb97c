"""Models: train them, and see how they would have done."""

from datetime import date, timedelta
from typing import Annotated, Any

import pandas as pd
import typer

from dashboard import jobs
from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, RegionInfo, Url, day_option
from db import clock, engine
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.store import ModelRecord
from db.vocab import Target

YEAR = timedelta(days=364)


def train(url: Url = "", as_of: AsOf = None, region: RegionId = None, json: AsJson = False) -> None:
    """Train every target at every horizon on what was known by a day, and promote the better model.

    Example: tocsin train --as-of 2018-06-30
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with output.progress() as tell:
        records = jobs.train(url, region_id=where.id, as_of=day, now=clock.now, tell=tell)
    rows = [_trained(record) for record in records]
    if json:
        output.as_json(rows)
    else:
        used = [row for row in rows if row["status"] == "promoted"]
        output.table(
            used, ["target", "horizon_days", "estimator", "positives", "why"], title=common.marked(where)
        )


def _trained(record: ModelRecord) -> dict[str, Any]:
    facts = {name: record.card[name] for name in ("positives", "out_of_sample", "data_window")}
    thresholds = record.card["thresholds"]
    return {
        "model_version": record.id,
        "target": record.target,
        "horizon_days": record.horizon_days,
        "estimator": record.estimator,
        "status": record.status,
        "train_as_of": record.train_as_of,
        "why": record.card["choice"]["why"],
        "thresholds": thresholds and {name: one for name, one in thresholds.items() if name != "past"},
        **facts,
    }


def backtest(
    url: Url = "",
    first: Annotated[
        date | None, day_option("--from", "The first day of forecasts. Default: a year before.")
    ] = None,
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    target: Annotated[list[Target] | None, typer.Option(help="A target; may be given again.")] = None,
    horizon: Annotated[
        list[int] | None, typer.Option(min=1, max=366, help="Days ahead; may be given again.")
    ] = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """Replay the past: what each rule would have said, beside what happened, with skill and intervals.

    Example: tocsin backtest --from 2017-07-01 --as-of 2018-06-30
    """
    where = common.region_in(url, region)
    last = common.day_or_today(as_of, where)
    since = first or last - YEAR
    if since > last:
        raise BadInput(f"--from {since} lies after {last}; choose an earlier day")
    asked = [t.value for t in target or [Target.ESCALATION]], horizon or list(where.horizons_days)
    with output.progress() as tell:
        table = _replay(url, where, (since, last), asked, as_recorded, tell)
    if table.empty:
        raise TocsinError(f"no outcome of {since} to {last} is known by then; begin earlier with --from")
    if json:
        output.as_json(table.to_dict("records"))
    else:
        print(common.marked(where), _as_text(table), sep="\n")


def _replay(
    url: str,
    where: RegionInfo,
    span: tuple[date, date],
    asked: tuple[list[str], list[int]],
    as_recorded: date | None,
    tell: output.Tell,
) -> pd.DataFrame:
    from models import backtest, bench, reading

    with engine.reading(url) as session:
        loaded = reading.frames(session, LOCAL, region_id=where.id, as_of=span[1], recorded_as_of=as_recorded)
    questions = bench.questions(*asked, where.escalation_floor_deaths)
    said = backtest.run(
        backtest.bench_for(loaded, span[1]),
        questions,
        first=span[0],
        last=span[1],
        progress=lambda done, total: tell("fits", done, total),
    )
    return backtest.table(said)


def _as_text(table: pd.DataFrame) -> str:
    from models.backtest import text

    return text(table)
