"""Models: train them."""

from typing import Annotated, Any

import typer

from dashboard import jobs as running
from dashboard.cli import common, output
from dashboard.cli.common import AsJson, AsOf, Dask, Jobs, RegionId, Url
from db import clock
from db.store import ModelRecord
from db.vocab import Subject


def train(
    url: Url = "",
    as_of: AsOf = None,
    jobs: Jobs = None,
    dask: Dask = None,
    region: RegionId = None,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="Keep the models for comparison; put none in force.")
    ] = False,
    covariate: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Numbers of your own to use; may be given again."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Train every target at every horizon on what was known by a day; promote what passes the gate.

    Where a model does not pass, the best simple rule of the same run is promoted in its place.

    Example: tocsin train --as-of 2018-06-30
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    from models import workers

    with output.progress() as tell, workers.spread(dask):
        records = running.train(
            url,
            region_id=where.id,
            as_of=day,
            now=clock.now,
            tell=tell,
            fits_at_a_time=jobs,
            shadow=shadow,
            covariates=covariate or [],
        )
    rows = [_trained(record) for record in records]
    if not any(record.target is Subject.CIVILIAN for record in records):
        output.say("civilian: not asked, because the sources seldom tell how many of the dead were civilians")
    if json:
        output.as_json(rows)
    else:
        used = rows if shadow else [row for row in rows if row["status"] == "promoted"]
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
