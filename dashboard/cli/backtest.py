"""The past replayed: how good every model would have been, as tables, as data and as one page."""

import csv
import json as jsons
import os
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from dashboard.cli import common, output
from dashboard.cli.common import AsOf, AsRecorded, Dask, Jobs, RegionId, RegionInfo, Url, day_option
from db import engine, named_events, packs
from db.errors import BadInput
from db.named_events import NamedEvent
from db.policy import LOCAL
from db.vocab import Target

if TYPE_CHECKING:
    from models.evaluation import Plan

YEAR = timedelta(days=364)
STDOUT = Path("-")


class Units(StrEnum):
    """Which areas the tables are about."""

    ALL = "all"
    COMMUNITIES = "communities"
    DISTRICTS = "districts"
    GOVERNORATES = "governorates"


UNITS = {
    Units.ALL: "all",
    Units.COMMUNITIES: "community",
    Units.DISTRICTS: "district",
    Units.GOVERNORATES: "governorate",
}


class BareJson(TyperCommand):
    """A command whose `--json` may stand without a file and then means stdout."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `-` behind a bare `--json`."""
        following = [*args[1:], None]
        told: list[str] = []
        for one, after in zip(args, following, strict=True):
            bare = one == "--json" and (after is None or (after.startswith("-") and after != "-"))
            told += [one, "-"] if bare else [one]
        return list(super().parse_args(ctx, told))


def backtest(
    url: Url = "",
    first: Annotated[
        date | None, day_option("--from", "The first day of forecasts. Default: a year before.")
    ] = None,
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    target: Annotated[
        list[Target] | None, typer.Option(help="A target; may be given again. Default: all.")
    ] = None,
    horizon: Annotated[
        list[int] | None, typer.Option(min=1, max=366, help="Days ahead; may be given again. Default: all.")
    ] = None,
    units: Annotated[Units, typer.Option(help="The areas that the tables are about.")] = Units.ALL,
    areas: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A CSV with a column area_id: only these areas.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, max=7, help="Days from one forecast to the next: 7 or 1.")] = 7,
    refit_days: Annotated[int, typer.Option(min=7, max=366, help="Days from one fit to the next.")] = 28,
    lag: Annotated[
        int | None,
        typer.Option(min=1, max=366, help="Take every report as known at least so many days late."),
    ] = None,
    lag_table: Annotated[
        bool, typer.Option("--lag-table", help="Also tell what 1, 7, 14, 30 days cost.")
    ] = False,
    estimators: Annotated[
        str | None, typer.Option(metavar="A,B", help="Estimators. Default: all simple rules and the models.")
    ] = None,
    event: Annotated[
        list[str] | None, typer.Option(metavar="DATE:AREA", help="A day to look at; may be given again.")
    ] = None,
    events: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Named events. Default: those of the region pack.")
    ] = None,
    jobs: Jobs = None,
    dask: Dask = None,
    region: RegionId = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as JSON; without FILE on stdout.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as one page.")] = None,
) -> None:
    """Replay the past: what each rule would have said, beside what happened, with skill and intervals.

    Example: tocsin backtest --from 2017-07-01 --as-of 2018-12-31 --json report.json --html report.html
    """
    _writable(json, html)
    where = common.region_in(url, region)
    last = common.day_or_today(as_of, where)
    since = first or last - YEAR
    if since > last:
        raise BadInput(f"--from {since} lies after {last}; choose an earlier day")
    if every not in (1, 7):
        raise BadInput(f"--every {every}: forecasts are weekly (7) or daily (1)")
    from models import bench, evaluation, workers
    from models.lag import LAGS_DAYS
    from models.targets import TARGETS

    wanted = [one.value for one in target or Target if one.value in TARGETS]
    asked = wanted, horizon or where.horizons_days
    chosen = {"estimators": tuple(estimators.split(","))} if estimators else {}
    plan = evaluation.Plan(
        title=where.title,
        exercise=where.exercise,
        as_of=last,
        first=since,
        questions=tuple(bench.questions(*asked, where.escalation_floor_deaths)),
        alert_horizon_days=where.alert_horizon_days,
        longest_days=max(*asked[1], 1),
        units=UNITS[units],
        area_ids=_listed(areas),
        every_days=every,
        refit_days=refit_days,
        lag_days=lag,
        lags_days=LAGS_DAYS if lag_table else (),
        events=(*_events(where, events, last), *(_event(one) for one in event or [])),
        counts_days=() if target else tuple(asked[1]),
        jobs=jobs or os.cpu_count() or 1,
        **chosen,
    )
    with workers.spread(dask):
        document = _evaluated(url, where, plan, as_recorded)
    _write(document, where, json, html)


def _evaluated(url: str, where: RegionInfo, plan: "Plan", as_recorded: date | None) -> dict[str, Any]:
    from models import evaluation, reading

    with engine.reading(url) as session:
        loaded = reading.frames(
            session, LOCAL, region_id=where.id, as_of=plan.as_of, recorded_as_of=as_recorded
        )
    with output.progress() as tell:
        return evaluation.evaluate(loaded, plan, tell)


def _write(document: dict[str, Any], where: RegionInfo, json: Path | None, html: Path | None) -> None:
    told = jsons.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    if json == STDOUT:
        print(told)
    else:
        from models import evaluation

        output.answer(common.marked(where), evaluation.text(document))
    for path, written in ((json, lambda: told + "\n"), (html, lambda: _page(document))):
        if path and path != STDOUT:
            path.write_text(written(), encoding="utf-8")
            output.say(f"written: {path}")


def _page(document: dict[str, Any]) -> str:
    from models import report

    return report.page(document)


def _writable(*paths: Path | None) -> None:
    """Refuse a file that cannot be written before the long work, not after it."""
    for path in paths:
        if path and path != STDOUT and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise BadInput(f"{path} cannot be written: name a file in a folder that exists")


def _listed(path: Path | None) -> tuple[str, ...]:
    """The ids of a frozen list of areas."""
    if path is None:
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or "area_id" not in rows[0]:
        raise BadInput(f"{path} names no area: give a CSV with a column area_id")
    return tuple(dict.fromkeys(row["area_id"].strip() for row in rows if row["area_id"]))


def _events(where: RegionInfo, path: Path | None, last: date) -> Sequence[NamedEvent]:
    """The named events of a file or of the shipped pack, as far as they had happened."""
    folder = packs.SHIPPED / where.id
    known = named_events.read(path) if path else named_events.of_region(folder)
    return [one for one in known if one.day <= last]


def _event(told: str) -> NamedEvent:
    day, _, areas = told.partition(":")
    if not areas:
        raise BadInput(f"--event {told!r}: write DATE:AREA, such as 2018-07-25:SY13, areas joined by |")
    return NamedEvent(common.day_from(day), tuple(areas.split("|")), "")
