"""The exercise: an invented region with simulated reports."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli import output
from dashboard.cli.common import AsJson, day_option
from db import clock
from db.errors import BadInput


def exercise(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write; made if missing.")] = Path(
        "exercise"
    ),
    communities: Annotated[int, typer.Option(min=1, help="How many communities.")] = 40,
    years: Annotated[float, typer.Option(help="How many years of reports.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another history.")] = 1,
    end: Annotated[date | None, day_option("--end", "The last day. Default: yesterday.")] = None,
    unlinked: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Share of reports that do not name their incident: duplicates to find."
        ),
    ] = 0,
    json: AsJson = False,
) -> None:
    """Write an invented region and simulated reports of any size; same arguments, same bytes.

    Example: tocsin exercise --communities 40 --years 3 --seed 1 --end 2026-11-21 --out exercise/
    """
    from db.exercise import write_exercise

    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file; name a folder")
    last = end or clock.today("UTC") - timedelta(days=1)
    with output.progress() as tell:
        done = write_exercise(
            out,
            communities=communities,
            years=years,
            seed=seed,
            end=last,
            unlinked=unlinked,
            progress=lambda n, of: tell("days", n, of),
        )
    output.say(
        f"EXERCISE in {out}: {done.communities} communities, {done.incidents} incidents, {done.reports} reports "
        f"from {done.first_day} to {done.last_day}; load it with: tocsin region load {out}, then tocsin import "
        f"reports {out / 'reports.csv'}"
    )
    if json:
        output.as_json({name: getattr(done, name) for name in done.__dataclass_fields__})
