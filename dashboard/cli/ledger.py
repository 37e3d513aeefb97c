"""Which models are in force, and what became of what they said."""

import getpass
from collections import Counter
from typing import Annotated, Any

import pandas as pd
import typer

from dashboard import jobs
from dashboard.cli import common, output
from dashboard.cli.alerts import Actor, Why
from dashboard.cli.common import AsJson, AsOf, AsRecorded, RegionId, Url
from db import clock, engine, migrating, queries
from db.policy import LOCAL

SHOWN = (
    "model_version",
    "target",
    "horizon_days",
    "estimator",
    "train_as_of",
    "status",
    "in_force",
    "reason",
)


def models(
    url: Url = "",
    as_of: AsOf = None,
    as_recorded: AsRecorded = None,
    region: RegionId = None,
    json: AsJson = False,
) -> None:
    """List the models trained by a day: which are in force on it, since when, and who put them there.

    Example: tocsin models --as-of 2018-07-24
    """
    where = common.region_in(url, region)
    asked: dict[str, Any] = {"region_id": where.id, "as_of": common.day_or_today(as_of, where)}
    asked["recorded_as_of"] = as_recorded
    with engine.reading(url) as session:
        found = queries.models(session, LOCAL, **asked)
        current = queries.current_models(session, LOCAL, **asked).set_index("model_version_id")
    rows = [_model(row, current) for row in found.to_dict("records")]
    if json:
        output.as_json(rows)
    else:
        output.table(rows, SHOWN, title=common.marked(where))


def _model(row: dict[Any, Any], current: pd.DataFrame) -> dict[str, Any]:
    version = row["model_version_id"]
    act = current.loc[version].to_dict() if version in current.index else {}
    names = ("target", "horizon_days", "estimator", "train_as_of", "created_at", "status")
    return {
        "model_version": version,
        **{name: row[name] for name in names},
        "in_force": act.get("from_day"),
        "promoted_by": act.get("promoted_by"),
        "kind": act.get("kind"),
        "override": act.get("override"),
        "reason": act.get("reason") or _why(row["card"].get("choice", {})),
    }


def _why(choice: dict[str, Any]) -> str | None:
    """Why a model was chosen, or why it was only kept beside."""
    if choice.get("used"):
        return choice.get("why")
    refused = (choice.get("gate") or {}).get("why")
    return f"kept for comparison: {refused}" if refused else "kept for comparison"


def promote(
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="The model, as `tocsin models` names it.")
    ],
    url: Url = "",
    reason: Why = "",
    override: Annotated[
        bool, typer.Option("--override", help="Use it although the gate refused it; takes a reason.")
    ] = False,
    by: Actor = "",
    as_of: AsOf = None,
    json: AsJson = False,
) -> None:
    """Put a model in force from a day on, by hand; an override is shown with its reason on the pages.

    Example: tocsin promote 0a1b2c3d4e5f --reason "the newer one saw a gap" --as-of 2018-07-24
    """
    from models import promoting

    migrating.check(url)
    with engine.writing(url) as session:
        region_id = queries.model_region(session, LOCAL, model_version_id=version)
        where = common.region(session, region_id)
        act = promoting.promote(
            session,
            LOCAL,
            version,
            from_day=common.day_or_today(as_of, where),
            at=clock.now(),
            by=by or getpass.getuser(),
            reason=reason,
            override=override,
        )
    what = "in force" if act.changed else "in force already"
    output.say(f"model {version}: {what} from {act.from_day} on" + (" (override)" if act.overruled else ""))
    if json:
        output.as_json({"model_version": version, "from_day": act.from_day, "override": act.overruled})


def verify(url: Url = "", as_of: AsOf = None, region: RegionId = None, json: AsJson = False) -> None:
    """Close each forecast whose time is over and reported: hit, miss, false alarm, quiet, Brier score.

    Example: tocsin verify --as-of 2018-09-30
    """
    where = common.region_in(url, region)
    day = common.day_or_today(as_of, where)
    with output.progress() as tell:
        closed = jobs.verify(url, region_id=where.id, as_of=day, now=clock.now, tell=tell)
    if json:
        told = {"region_id": where.id, "as_of": day, "closed": len(closed.rows), "live": closed.live}
        output.as_json({**told, "waiting": closed.waiting, "verdicts": closed.verdicts})
    else:
        output.say(
            f"{common.marked(where)}, as of {day}: {len(closed.rows)} forecasts closed ({closed.live} live, "
            f"the others replays); {closed.waiting} wait for reports; {_told(closed.verdicts)}"
        )


def _told(verdicts: Counter[str]) -> str:
    return (
        ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(verdicts.items())) or "none"
    )
