"""The panel as a file, for notebooks and other programs."""

from pathlib import Path
from typing import Annotated

import typer

from dashboard.cli import common, output
from dashboard.cli.common import AsOf, RegionId, Url
from db.errors import BadInput


def panel(
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.parquet", help="Where to write it.")],
    url: Url = "",
    as_of: AsOf = None,
    every: Annotated[int, typer.Option(min=1, max=28, help="Days between the rows of an area.")] = 7,
    covariate: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A covariate to add; may be given again.")
    ] = None,
    region: RegionId = None,
) -> None:
    """Write areas, days, features and outcomes, as known on each day, to a Parquet or CSV file.

    Example: tocsin panel -o panel.parquet
    """
    if file.suffix not in (".parquet", ".csv"):
        raise BadInput(f"{file.name}: the name must end in .parquet or .csv")
    where = common.region_in(url, region)
    from models.study import Study  # heavy: only where it is needed

    day = common.day_or_today(as_of, where)
    study = Study.load(url, region=where.id, as_of=day, covariates=covariate or [], every_days=every)
    table = study.frame()
    if file.suffix == ".csv":
        table.to_csv(file, index=False)
    else:
        table.to_parquet(file, index=False)
    output.say(f"{common.marked(where)}: {len(table)} rows, {len(table.columns)} columns in {file}")
