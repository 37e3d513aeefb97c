"""Have earlier situations any skill? Their share of escalations beside the base rate and the model, rolling forward.

    python -m benchmarks.analogues sqlite:////path/to/store.db REGION 2018-06-30 [ESTIMATOR]

Every twelve weeks the estimator is fitted on what was known; on each of the following weeks every community's
nearest situations are looked up as `tocsin daily` does it, with what was known of their sequels on that day. Scored
are the windows that were covered. The range comes from drawing whole months (blocks of origins) again.
"""

import sys
from collections.abc import Iterator
from datetime import date

import numpy as np

from db import engine, queries
from db.policy import LOCAL
from models import analogues, backtest, bench, reading, targets
from models.analogues import Sequel, Situations
from models.bench import Bench
from models.days import Array
from models.estimators import probability
from models.targets import Question

REFIT_DAYS, FIRST_DAYS, DRAWS, BLOCK = 84, 540, 2000, 4
NAMES = ("base rate", "analogues", "analogues, half base rate", "model")


def main() -> None:
    """Print the Brier scores and the skill beside the base rate."""
    url, region_id, until, *more = sys.argv[1:]
    with engine.reading(url) as session:
        region = queries.region(session, LOCAL, region_id)
        loaded = reading.frames(session, LOCAL, region_id=region_id, as_of=date.fromisoformat(until))
    asked = bench.questions(["escalation"], (region.alert_horizon_days,), region.escalation_floor_deaths)[0]
    made = backtest.bench_for(loaded, date.fromisoformat(until))
    report(list(rolled(made, asked, more[0] if more else "logit_mean")))


def rolled(made: Bench, asked: Question, name: str) -> Iterator[tuple[int, Array]]:
    """For each origin its squared errors: communities × the four ways to say it."""
    panel = made.panel
    first = panel.coverage.first + FIRST_DAYS
    usable, happened = made.usable(asked), made.outcome(asked)
    for cutoff in bench.cutoffs(first, int(panel.origins[-1]), REFIT_DAYS):
        at = np.flatnonzero((panel.origins >= cutoff) & (panel.origins < cutoff + REFIT_DAYS) & usable)
        if not len(at):
            continue
        fitted = bench.fit(made, asked, name, int(cutoff))
        seen = Situations.of(made, asked, fitted, np.arange(len(panel.origins)))
        said = probability(fitted.log_odds(made.rows([one.name for one in fitted.features], asked)[at]))
        for row, model in zip(at.tolist(), said[:, seen.area], strict=True):
            shares = _shares(seen, asked, row)
            if shares is not None:
                told = np.stack([shares[1], shares[0], (shares[0] + shares[1]) / 2, model], axis=1)
                yield row, (told - happened[row, seen.area, None]) ** 2


def _shares(seen: Situations, asked: Question, row: int) -> tuple[Array, Array] | None:
    """Per community the share of its situations that were followed by it, and the base rate known that day."""
    panel, day = seen.panel, int(seen.panel.origins[row])
    over = analogues.over(panel, asked.horizon_days, row)
    found = seen.among(over)
    known = over & targets.usable(panel, asked.horizon_days, day)
    if found is None or not known.any():
        return None
    after = Sequel(panel, asked, day)
    base = float(after.happened[known][:, seen.area].mean())
    shares = []
    for area, point in zip(seen.area.tolist(), seen.at(row), strict=True):
        told = [after.of(pick)["followed"] for pick in found.like(point, area, day)]
        hits = [one for one in told if one is not None]
        shares.append(np.mean(hits) if hits else base)
    return np.array(shares), np.full(len(shares), base)


def report(found: list[tuple[int, Array]]) -> None:
    """The mean errors, and how much better than the base rate each is, with the range of nine in ten draws."""
    errors = np.array([one.mean(axis=0) for __, one in found])
    draw = np.random.default_rng(1)
    blocks = -(-len(errors) // BLOCK)
    starts = draw.integers(0, max(len(errors) - BLOCK, 0) + 1, (DRAWS, blocks))
    drawn = errors[(starts[..., None] + np.arange(min(BLOCK, len(errors)))).reshape(DRAWS, -1)].mean(axis=1)
    print(f"{len(errors)} origins, {sum(len(one) for __, one in found)} forecasts")
    for column, name in enumerate(NAMES):
        skill = 1 - errors[:, column].mean() / errors[:, 0].mean()
        low, high = np.quantile(1 - drawn[:, column] / drawn[:, 0], [0.05, 0.95])
        print(
            f"{name:28} Brier {errors[:, column].mean():.4f}  skill {skill:+.1%} ({low:+.1%} to {high:+.1%})"
        )


if __name__ == "__main__":
    main()
