"""What a model looks at: FEATURES, each a documented quantity known on the day.

To add one, write a documented function of (panel, question), decorate it with `feature` and the theme it
belongs to (`models/themes.py` tells it to readers), and list it in FEATURES. Its name and docstring are its
explanation. The leak test runs over the list; a model trained on another list is refused, so train again.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models import history, targets
from models.days import YEAR_DAYS, Array
from models.panel import Panel
from models.targets import INCIDENCE, RELATIVE, Question
from models.themes import monthly, pace

ALL = "all"
COVARIATE, KNOWN = "covariate_", "_is_known"
Compute = Callable[[Panel, Question], Array]


@dataclass(frozen=True)
class Feature:
    """A quantity of the panel with everything needed to fit and explain it.

    `monotone` is +1 where more of it can only raise a probability, -1 where it can only lower it.
    `serves` names the family of targets it is used for, or all. `asks` says whether it differs between
    questions (horizon, target, floor).
    """

    name: str
    doc: str
    theme: str
    compute: Compute
    monotone: int = 0
    serves: str = ALL
    asks: bool = False


def feature(
    theme: str, *, monotone: int = 0, serves: str = ALL, asks: bool = False
) -> Callable[[Compute], Feature]:
    """Make a documented function a feature."""

    def wrap(compute: Compute) -> Feature:
        name, doc = getattr(compute, "__name__", ""), (compute.__doc__ or "").strip()
        return Feature(name, doc, theme, compute, monotone, serves, asks)

    return wrap


# --- families: the same quantity over several spans of memory ------------------------------------


def own_severity(half_life: int) -> Feature:
    """Deadly violence in the area itself, older incidents fading."""
    return Feature(
        name=f"own_severity_{half_life}",
        doc=f"Deadly violence in the area (log deaths per incident, summed), halved every {half_life} days.",
        theme="own_recent",
        compute=lambda panel, _: np.log1p(pace(panel.decayed("severity", half_life), half_life)),
        monotone=1,
    )


def own_count(channel: str, half_life: int) -> Feature:
    """How often something happens in the area itself; more memories of it help where counts decide."""
    return Feature(
        name=f"own_{channel}_{half_life}",
        doc=f"Incidents of kind '{channel}' in the area, halved every {half_life} days.",
        theme="own_recent",
        compute=lambda panel, _: np.log1p(pace(panel.decayed(channel, half_life), half_life)),
        monotone=1,
        serves=INCIDENCE,
    )


def near(channel: str, km: int, half_life: int) -> Feature:
    """Violence in the surroundings, nearer and newer incidents counting more."""
    return Feature(
        name=f"near_{channel}_{km}km_{half_life}",
        doc=f"The surroundings' {channel}, weighted by exp(-distance / {km} km), halved every {half_life} days, "
        "without the area's own incidents.",
        theme="surroundings",
        compute=lambda panel, _: np.log1p(pace(panel.near(channel, half_life, km), half_life)),
        monotone=1,
    )


def days_since(channel: str) -> Feature:
    """How long the area has been spared."""
    return Feature(
        name=f"days_since_{channel}",
        doc=f"Days since the newest incident of kind '{channel}' in the area (at most two years), on a log scale.",
        theme="spared",
        compute=lambda panel, _: np.log1p(np.maximum(panel.days_since(channel), 0)),
        monotone=-1,
    )


def active_days(back_days: int, theme: str) -> Feature:
    """How many days were violent lately."""
    return Feature(
        name=f"active_days_{back_days}",
        doc=f"Share of the last {back_days} days with at least one violent incident in the area.",
        theme=theme,
        compute=lambda panel, _: panel.active_share("events", back_days),
        monotone=1,
    )


def rung(channel: str, half_life: int) -> Feature:
    """Incidents of one rung of the ladder, most of which kill nobody."""
    return Feature(
        name=f"{channel}_{half_life}",
        doc=f"Incidents of kind '{channel}' in the area, halved every {half_life} days.",
        theme=channel,
        compute=lambda panel, _: np.log1p(pace(panel.decayed(channel, half_life), half_life)),
    )


def past_share(half_life: float) -> Feature:
    """How often the very question was answered yes here lately."""
    faded = "" if math.isinf(half_life) else f", older ones halved every {half_life:.0f} days"
    return Feature(
        name="past_share" if math.isinf(half_life) else f"past_share_{half_life:.0f}",
        doc=f"Share of the area's own windows of the last year in which it happened{faded} (log-odds).",
        theme="past_year",
        compute=lambda panel, question: _hedged(panel, question, half_life),
        asks=True,
    )


def _hedged(panel: Panel, question: Question, half_life: float) -> Array:
    """A share as log-odds, drawn towards even by half a window; windows that overlap count as few."""
    days = min(YEAR_DAYS, half_life / math.log(2))
    apart = 2 * days / question.horizon_days + 3
    hits = history.year_shares(panel, question)[half_life] * apart
    return np.asarray(np.log((hits + 0.5) / (apart - hits + 0.5)), dtype=np.float32)


def covariate(name: str) -> tuple[Feature, Feature]:
    """A number of one's own: its value (0 where unknown), and whether it is known."""
    return (
        Feature(
            name=f"{COVARIATE}{name}",
            doc=f"The newest value of '{name}' known for the area, 0 where it is unknown.",
            theme="covariates",
            compute=lambda panel, _: np.nan_to_num(panel.covariate(name), nan=0.0),
        ),
        Feature(
            name=f"{COVARIATE}{name}{KNOWN}",
            doc=f"Whether a value of '{name}' is known for the area.",
            theme="covariates",
            compute=lambda panel, _: (~np.isnan(panel.covariate(name))).astype(np.float32),
        ),
    )


# --- single features -----------------------------------------------------------------------------


@feature("own_recent")
def own_trend(panel: Panel, question: Question) -> Array:
    """Deadly violence of the last week's memory compared with that of the last quarter's (log ratio)."""
    week, quarter = (np.log1p(pace(panel.decayed("severity", days), days)) for days in (7, 90))
    return week - quarter


@feature("own_recent")
def worst_week(panel: Panel, question: Question) -> Array:
    """The most deaths within seven days in the last 180 days, on a log scale."""
    return np.log1p(panel.busiest("deaths", 7, 180))


@feature("long_run", monotone=1)
def long_run_events(panel: Panel, question: Question) -> Array:
    """Violent incidents a month over everything known of the area, on a log scale."""
    return np.log1p(monthly(panel, "events"))


@feature("long_run")
def long_run_severity(panel: Panel, question: Question) -> Array:
    """Deadly violence a month over everything known of the area, on a log scale."""
    return np.log1p(monthly(panel, "severity"))


@feature("own_threshold", serves=RELATIVE, asks=True)
def own_threshold(panel: Panel, question: Question) -> Array:
    """The 90th percentile of deaths in the area's own windows of the last year, on a log scale."""
    return np.log1p(panel.threshold(question.horizon_days))


@feature("own_threshold", serves=RELATIVE, asks=True)
def own_bar(panel: Panel, question: Question) -> Array:
    """The deaths that the coming window must exceed, never fewer than the region's floor, on a log scale."""
    return np.log1p(targets.bar(panel, question))


@feature("governorate_unplaced")
def governorate_unplaced(panel: Panel, question: Question) -> Array:
    """Deadly violence known only to lie somewhere in the governorate, halved every 30 days."""
    return np.log1p(pace(panel.parent_decayed("severity", 30), 30))


FEATURES: Sequence[Feature] = (
    *(own_severity(half_life) for half_life in (7, 14, 30, 90)),
    *(near("events", km, half_life) for km in (30, 100) for half_life in (7, 30, 90)),
    *(near("severity", km, half_life) for km in (30, 100) for half_life in (7, 30, 90)),
    *(own_count("events", half_life) for half_life in (3, 7, 30, 90, 365)),
    *(own_count("civilian", half_life) for half_life in (14, 60)),
    *(own_count("severe5", half_life) for half_life in (60, 365)),
    own_count("fatal", 14),
    own_trend,
    days_since("fatal"),
    days_since("severe5"),
    days_since("mass25"),
    worst_week,
    long_run_events,
    long_run_severity,
    active_days(28, "own_recent"),
    active_days(365, "long_run"),
    own_threshold,
    own_bar,
    *(past_share(half_life) for half_life in history.MEMORIES_DAYS),
    governorate_unplaced,
    rung("warnings", 14),
    rung("targeted", 14),
    rung("calming", 30),
)
BY_NAME: Mapping[str, Feature] = {one.name: one for one in FEATURES}


def for_target(family: str, among: Sequence[Feature] = FEATURES) -> list[Feature]:
    """The features that serve a target, in the order of the list."""
    return [one for one in among if one.serves in (ALL, family)]


def matrix(panel: Panel, question: Question, among: Sequence[Feature] = FEATURES) -> Array:
    """All features as one array: origins × areas × features."""
    out = np.empty((*panel.shape, len(among)), dtype=np.float32)
    for column, one in enumerate(among):
        out[..., column] = one.compute(panel, question)
    return out
