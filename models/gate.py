"""The promotion gate: a model is used only where it has earned it against the best simple rule of the same run.

It sees nothing but forecasts of weeks that no model had learnt from. The best of the simple rules is picked on
the very weeks on which the model must beat it, which favours the rule; and there is one candidate, so nothing
is gained by trying many. Simulated calibration error as in Bröcker & Smith (2007), Weather and Forecasting 22.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from db.vocab import PromotionKind
from models import metrics
from models.confidence import SIMPLE
from models.days import Array, BoolArray, IntArray
from models.estimators import BASELINE, BASELINES, SEED

LEAST_SKILL = -0.01
MOST_ECE = 0.03
LEAST_BLOCKS = 4  # of eight weeks; an interval drawn from fewer says next to nothing
LEAST_HITS = 5
DRAWS, QUANTILE = 200, 0.95
WEEK_DAYS = 7


@dataclass(frozen=True)
class Trial:
    """What each rule said of past weeks it had not seen (weeks × areas), beside what happened."""

    day: IntArray
    happened: BoolArray
    said: Mapping[str, Array]
    horizon_days: int

    @property
    def blocks(self) -> int:
        """How many blocks of eight weeks there are to draw from."""
        return len(np.unique((self.day - self.day.min()) // metrics.BLOCK_DAYS)) if len(self.day) else 0

    @property
    def telling(self) -> bool:
        """Whether it happened often enough, and not always, for errors to say which rule is better."""
        hits = int(self.happened.sum())
        return LEAST_HITS <= hits < self.happened.size

    def brier(self, name: str) -> float:
        """The error of one rule."""
        return metrics.brier(self.happened, self.said[name])

    def best(self) -> str | None:
        """The simple rule that erred least, where errors say anything."""
        simple = [name for name in BASELINES if name in self.said]
        return min(simple, key=self.brier) if simple and self.telling else None

    def against(self, mine: Array, other: Array) -> tuple[float, float, float]:
        """Skill of one set of forecasts against another, with its 95 % interval."""
        errors, reference = (((said - self.happened) ** 2).ravel() for said in (mine, other))
        day = np.repeat(self.day, self.happened.shape[1])
        skill = metrics.skill(float(errors.mean()), float(reference.mean()))
        return (skill, *metrics.block_bootstrap(day, errors, reference))


@dataclass(frozen=True)
class Ruling:
    """Whether a model may be used, on which numbers, and the codes of what speaks against it."""

    passed: bool
    reasons: tuple[str, ...]
    reference: str | None
    skill: float | None = None
    low: float | None = None
    high: float | None = None
    ece: float | None = None
    ece_limit: float | None = None
    weeks: int = 0
    blocks: int = 0

    def card(self) -> dict[str, Any]:
        """What the model card says of it."""
        return {**asdict(self), "reasons": list(self.reasons)}


def rule(trial: Trial, name: str) -> Ruling:
    """Hold one model against the best simple rule of the same weeks; the best rule itself always passes."""
    reference = trial.best()
    extent: dict[str, Any] = {"weeks": len(trial.day), "blocks": trial.blocks}
    if reference is None or name not in trial.said:
        return Ruling(
            False, ("no_past_forecasts" if name not in trial.said else "few_cases",), None, **extent
        )
    skill, low, high = trial.against(trial.said[name], trial.said[reference])
    ece = metrics.ece(trial.happened.ravel(), trial.said[name].ravel())
    limit = max(MOST_ECE, simulated_ece(trial.said[name], trial.horizon_days))
    doubts = {
        "few_blocks": trial.blocks < LEAST_BLOCKS,
        "loses_to_baseline": not low >= LEAST_SKILL,
        "miscalibrated": ece > limit,
    }
    against = tuple(code for code, holds in doubts.items() if holds)
    numbers = {"skill": skill, "low": low, "high": high, "ece": ece, "ece_limit": limit}
    rounded: dict[str, Any] = {
        key: None if np.isnan(value) else round(value, 4) for key, value in numbers.items()
    }
    return Ruling(name == reference or not against, against, reference, **rounded, **extent)


def simulated_ece(said: Array, horizon_days: int, draws: int = DRAWS, seed: int = SEED) -> float:
    """The calibration error that forecasts this high would reach in one of twenty runs were they all true.

    Weekly windows overlap: within a horizon an area draws its luck once, so that no outcome is counted twice.
    """
    chance = np.random.default_rng(seed)
    block = np.arange(len(said)) // max(1, -(-horizon_days // WEEK_DAYS))
    order = np.argsort(said.ravel(), kind="stable")
    cuts = np.cumsum([0, *(len(part) for part in np.array_split(order, 10))])[:-1]
    if said.size < 10:
        return float("nan")
    promised = np.add.reduceat(said.ravel()[order], cuts)
    gaps = []
    for _ in range(draws):
        luck = chance.random((block[-1] + 1, said.shape[1]))[block]
        happened = (luck < said).ravel()[order]
        gaps.append(np.abs(promised - np.add.reduceat(happened.astype(float), cuts)).sum() / said.size)
    return float(np.quantile(gaps, QUANTILE))


def versus(trial: Trial, mine: Array, theirs: Array, weeks: BoolArray) -> dict[str, Any] | None:
    """How forecasts did against those of the model in force, on weeks that it had not learnt from.

    None where there are too few weeks to say. The model in force stays where the new one is worse beyond doubt.
    """
    later = Trial(trial.day[weeks], trial.happened[weeks], {}, trial.horizon_days)
    if later.blocks < LEAST_BLOCKS or not later.telling:
        return None
    skill, low, high = later.against(mine[weeks], theirs[weeks])
    told = {"skill": round(skill, 4), "low": round(low, 4), "high": round(high, 4)}
    return {**told, "weeks": int(weeks.sum()), "stays": bool(high < 0)}


@dataclass(frozen=True)
class Choice:
    """What is promoted: the candidate, a simple rule in its place, or nothing (the model in force stays)."""

    name: str | None
    kind: PromotionKind
    ruling: Ruling
    incumbent: Mapping[str, Any] | None
    why: str

    def card(self, ruling: Ruling, used: bool) -> dict[str, Any]:
        """What the card of a model says: whether it was chosen, and how it itself stood the trial."""
        gate = {**ruling.card(), "incumbent": self.incumbent, "why": against(ruling)}
        return {"used": used, "kind": self.kind.value if used else None, "why": self.why, "gate": gate}


def choose(
    trial: Trial, candidate: str, *, enough: bool, incumbent: tuple[Array, BoolArray] | None
) -> Choice:
    """Decide what answers a question from now on; `incumbent`: what the model in force said, in which weeks."""
    ruling = rule(trial, candidate)
    if not enough:
        ruling = replace(ruling, passed=False, reasons=("few_cases",))
    name = candidate if ruling.passed else trial.best() or BASELINE
    kind = PromotionKind.AUTO if ruling.passed else PromotionKind.FALLBACK
    beside = versus(trial, trial.said[name], *incumbent) if incumbent and name in trial.said else None
    why = _chosen(ruling) if ruling.passed else _instead(trial.best(), ruling)
    if beside and beside["stays"]:
        why = (
            f"the model in force stays: on the {beside['weeks']} weeks since it was trained the new one did "
            f"worse (skill {beside['skill']:+.1%}, 95 % interval up to {beside['high']:+.1%})"
        )
        return Choice(None, kind, ruling, beside, why)
    return Choice(name, kind, ruling, beside, why)


def _chosen(ruling: Ruling) -> str:
    word = "better than" if (ruling.low or 0) > 0 else "held its own against"
    return (
        f"{word} the best simple rule (“{called(ruling.reference)}”) on {ruling.weeks} past weeks: skill "
        f"{_interval(ruling)}"
    )


def _instead(best: str | None, ruling: Ruling) -> str:
    rule = f"the simple rule “{called(best)}”" if best else "the simplest rule that could be fitted"
    return f"{rule} is used, because the larger model was refused: {against(ruling)}"


def against(ruling: Ruling) -> str:
    """What speaks against a model, in words; nothing where it passed."""
    words = {
        "few_cases": "too few cases to learn from or to compare on",
        "no_past_forecasts": "no past forecasts to compare on",
        "few_blocks": f"only {ruling.weeks} weeks of past forecasts to compare on",
        "loses_to_baseline": f"it may lose to “{called(ruling.reference)}” (skill {_interval(ruling)})",
        "miscalibrated": f"its probabilities are off by {ruling.ece} on average ({ruling.ece_limit} is allowed)",
    }
    return "" if ruling.passed else "; ".join(words[code] for code in ruling.reasons)


def called(name: str | None) -> str:
    """A rule as people name it."""
    return SIMPLE.get(str(name), str(name))


def _interval(ruling: Ruling) -> str:
    if ruling.skill is None or ruling.low is None or ruling.high is None:
        return "unknown"
    return f"{ruling.skill:+.1%}, 95 % interval {ruling.low:+.1%} to {ruling.high:+.1%}"
