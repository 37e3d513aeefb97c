"""Whether alerts keep their budget after a sudden change: many exercises, adapted and fixed thresholds.

python -m benchmarks.alert_budget [SEEDS]; about three seconds a seed. Rates are shares of the budget, counted from
thirteen weeks after violence has tripled overnight (or not) to the end, 75 weeks of 40 communities.
"""

import sys

import numpy as np

from models import alarms, control, levels
from tests.models import exercise
from tests.models import factories as f

DAYS, CHANGED_ON, QUARTER_DAYS = 1460, 820, 91
WITHIN = 0.35


def rates(seed: int, changed_on: int | None) -> np.ndarray:
    """False alerts as shares of the budget: levels by (adapted, fixed)."""
    told = exercise.replayed(seed, days=DAYS, changed_on=changed_on, estimator="logit_mean")
    after = (told.day >= f.FIRST + CHANGED_ON + QUARTER_DAYS) & (told.known_on < f.FIRST + DAYS)
    course = control.replay(told, 28)
    found = []
    for name, budget in levels.BUDGETS.items():
        fixed = exercise.fixed_alerts(told, name, f.FIRST + CHANGED_ON)
        both = (
            alarms.tally(told, raised, 28, after).false_per_year for raised in (course.raised[name], fixed)
        )
        found.append([rate / budget for rate in both])
    return np.array(found)


def main(seeds: int) -> None:
    """Print a line a level: mean, range and share of seeds within a third of the budget."""
    for title, changed_on in (("sudden change", CHANGED_ON), ("no change", None)):
        table = np.array([rates(seed, changed_on) for seed in range(1, seeds + 1)])
        for level, name in enumerate(levels.BUDGETS):
            for column, rule in enumerate(("adapted", "fixed")):
                one = table[:, level, column]
                print(
                    f"{title:14} {name:10} {rule:8} mean {one.mean():.2f}  from {one.min():.2f} to {one.max():.2f}  "
                    f"within {WITHIN:.0%}: {(abs(one - 1) <= WITHIN).sum()} of {seeds}",
                    flush=True,
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
