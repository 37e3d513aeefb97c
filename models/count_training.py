"""Train the count forecasts: the ladder beside the simple distributions, and the better one promoted.

The ladder is used where it does not lose to the best simple rule on past weeks it had not seen: the lower end
of its skill (CRPS of log(1 + deaths)) may not lie below -.01. Otherwise that rule is used in its place.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from models import counts, days, metrics, registry
from models.bench import Bench, Fitted
from models.cards import BLIND_SPOTS, Terms
from models.count_rules import COUNT_RULES
from models.counts import LADDER
from models.ladder import ENOUGH_CASES, Ladder
from models.targets import DEATHS, MIN_HISTORY_DAYS, Question

COMPARED_WEEKS = 52
REFIT_DAYS = 84
WITHOUT_PAST = "climatology"
MAY_LOSE = -0.01


class Counted(NamedTuple):
    """A fitted count model with its card, and whether it is the one to use."""

    fitted: Fitted
    card: dict[str, Any]
    promoted: bool


class Choice(NamedTuple):
    """Which forecaster is used, why, and whether the ladder passed."""

    name: str
    why: str
    passed: bool


def train(bench: Bench, horizons_days: Sequence[int], terms: Terms, *, jobs: int = 1) -> list[Counted]:
    """One ladder a horizon, and the best rule where the ladder did not earn its place."""
    trained = []
    for horizon_days in horizons_days:
        question = Question(DEATHS, horizon_days, 0)
        if not bench.usable(question).any():
            continue  # no window has ended yet: there is nothing to say
        compared = _compare(bench, question, jobs)
        choice = choose(compared)
        for name in dict.fromkeys((LADDER, choice.name)):
            fitted = counts.fit(bench, question, name, days.number(terms.as_of))
            used = name == choice.name
            trained.append(Counted(fitted, _card(bench, question, fitted, terms, compared, choice), used))
    return trained


def _compare(bench: Bench, question: Question, jobs: int) -> pd.DataFrame:
    """The forecasters of the last year, the ladder refitted every 12 weeks."""
    rows = bench.panel.origins[bench.usable(question)]
    first = max(int(rows[-1]) - 7 * (COMPARED_WEEKS - 1), int(rows[0]))
    span = {"first": days.day_of(first), "last": days.day_of(int(rows[-1]))}
    return counts.evaluate(bench, [question.horizon_days], **span, refit_days=REFIT_DAYS, jobs=jobs)


def choose(compared: pd.DataFrame) -> Choice:
    """The ladder where it does not lose to the best rule, else that rule."""
    if compared.empty:
        return Choice(WITHOUT_PAST, "no past forecasts to compare on: the long-run rate is used", False)
    said = {str(name): one for name, one in compared.groupby("estimator")}
    best = min(COUNT_RULES, key=lambda name: said[name]["crps_log1p"].mean())
    mine, other = (said[name]["crps_log1p"].to_numpy(float) for name in (LADDER, best))
    if not other.any():
        return Choice(best, f"nothing happened that a simple rule ({best}) did not say", False)
    gain = metrics.skill(mine.mean(), other.mean())
    low, high = metrics.block_bootstrap(days.numbers(said[LADDER]["day"]), mine, other)
    told = f"CRPS {gain:+.1%}, {low:+.1%} to {high:+.1%}, beside {best}"
    if low >= MAY_LOSE:
        return Choice(LADDER, f"not worse than the best simple rule out of sample ({told})", True)
    return Choice(best, f"the ladder did not earn its place out of sample ({told})", False)


def _card(
    bench: Bench, question: Question, fitted: Fitted, terms: Terms, compared: pd.DataFrame, choice: Choice
) -> dict[str, Any]:
    rows = bench.panel.origins[bench.usable(question)]
    return {
        "format": registry.FORMAT,
        "region_id": terms.region_id,
        "target": question.target.name,
        "target_doc": question.target.doc,
        "horizon_days": question.horizon_days,
        "estimator": fitted.name,
        "estimator_doc": Ladder.__doc__ if fitted.name == LADDER else COUNT_RULES[fitted.name].__doc__,
        "features": registry.describe(fitted.features),
        "train_as_of": terms.as_of.isoformat(),
        "data_version": terms.data_version,
        "data_window": [days.day_of(int(rows[at])).isoformat() for at in (0, -1)],
        "min_history_days": MIN_HISTORY_DAYS,
        "rows": fitted.rows,
        "positives": fitted.positives,
        "areas_with_positives": fitted.areas_with_positives,
        "enough_cases": ENOUGH_CASES,
        "tail": round(float(fitted.estimator.tail_), 4),
        "choice": {
            "used": fitted.name == choice.name,
            "why": choice.why,
            "gate": {"passed": choice.passed or fitted.name != LADDER, "why": choice.why},
        },
        "out_of_sample": _past(bench, fitted.name, compared),
        "thresholds": None,
        "blind_spots": list(BLIND_SPOTS),
        "seed": None,
        "versions": registry.versions(),
    }


def _past(bench: Bench, name: str, compared: pd.DataFrame) -> dict[str, Any]:
    """How far each forecaster was from what happened; nothing where there was no past to compare on."""
    errors = compared.groupby("estimator")[["crps", "crps_log1p"]].mean()
    mine = errors["crps_log1p"].get(name)
    others = {str(n): float(e) for n, e in errors["crps_log1p"].items() if n != name and e > 0}
    return {
        "weeks": int(compared["day"].nunique()),
        "areas": bench.panel.shape[1],
        "crps": {str(n): round(float(e), 6) for n, e in errors["crps"].items()},
        "crps_log1p": {str(n): round(float(e), 6) for n, e in errors["crps_log1p"].items()},
        "skill": {n: round(metrics.skill(float(mine), e), 4) for n, e in others.items()} if mine else {},
    }
