"""What a model looks at: FEATURES, each a documented quantity known on the day.

To add one, write a documented function of (panel, horizon_days), decorate it with `feature`, and list it in
FEATURES. Its name and docstring are its explanation; its sentence is what readers see. The leak test runs
over the list; models trained on another list are refused, so train again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from models.days import Array
from models.panel import Panel

Compute = Callable[[Panel, int], Array]
MONTH_DAYS = 28


def N_(text: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Mark a text for translation; it is translated when read."""
    return text


def plain(values: Array) -> Array:
    """Leave the values as they are."""
    return values


@dataclass(frozen=True)
class Feeds:
    """Which incidents feed a feature: a channel, seen here, nearby or in the governorate, so far back."""

    channel: str
    where: str = "own"
    days: int = 365
    km: float = 0.0


@dataclass(frozen=True)
class Feature:
    """A quantity of the panel with everything needed to fit, explain and tell it."""

    name: str
    doc: str
    compute: Compute
    sentence: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    monotone: int = 0
    human: Callable[[Array], Array] = plain
    feeds: Feeds | None = None
    relative_only: bool = False


def feature(
    sentence: str,
    *,
    monotone: int = 0,
    human: Callable[[Array], Array] = plain,
    feeds: Feeds | None = None,
    relative_only: bool = False,
) -> Callable[[Compute], Feature]:
    """Make a documented function a feature."""

    def wrap(compute: Compute) -> Feature:
        name, doc = compute.__name__, (compute.__doc__ or "").strip()
        return Feature(name, doc, compute, sentence, {}, monotone, human, feeds, relative_only)

    return wrap


def per_month(decayed: Array, half_life_days: float) -> Array:
    """A decayed sum as a monthly pace, on a log scale."""
    pace = decayed * np.float32(MONTH_DAYS * (1 - 0.5 ** (1 / half_life_days)))
    return np.log1p(pace)


# --- families: the same quantity over several spans of memory ------------------------------------


def own_severity(half_life: int) -> Feature:
    """Deadly violence in the area itself, older incidents fading."""
    return Feature(
        name=f"own_severity_{half_life}",
        doc=f"Deadly violence in the area (log deaths per incident, summed), halved every {half_life} days.",
        compute=lambda panel, _: per_month(panel.decayed("severity", half_life), half_life),
        sentence=N_("Deadly violence here, memory of {days} days: {value} a month, usually {usual}"),
        params={"days": half_life},
        monotone=1,
        human=np.expm1,
        feeds=Feeds("severity", days=4 * half_life),
    )


def near_events(half_life: int, km: int) -> Feature:
    """How often violence happens in the surroundings."""
    return _near("events", half_life, km, N_("Violent incidents within about {km} km, memory of {days} days: "
                                             "{value} a month, usually {usual}"))


def near_severity(half_life: int, km: int) -> Feature:
    """How deadly the surroundings are."""
    return _near("severity", half_life, km, N_("Deadly violence within about {km} km, memory of {days} days: "
                                               "{value} a month, usually {usual}"))


def _near(channel: str, half_life: int, km: int, sentence: str) -> Feature:
    return Feature(
        name=f"near_{channel}_{km}km_{half_life}",
        doc=f"The surroundings' {channel}, weighted by exp(-distance / {km} km), halved every {half_life} days, "
        "without the area's own incidents.",
        compute=lambda panel, _: per_month(panel.near(channel, half_life, km), half_life),
        sentence=sentence,
        params={"days": half_life, "km": km},
        monotone=1,
        human=np.expm1,
        feeds=Feeds(channel, "near", 4 * half_life, km),
    )


def days_since(channel: str, sentence: str) -> Feature:
    """How long the area has been spared."""
    return Feature(
        name=f"days_since_{channel}",
        doc=f"Days since the newest incident of kind '{channel}' in the area (at most two years), on a log scale.",
        compute=lambda panel, _: np.log1p(np.maximum(panel.days_since(channel), 0)),
        sentence=sentence,
        monotone=-1,
        human=np.expm1,
        feeds=Feeds(channel, days=730),
    )


def active_days(back_days: int) -> Feature:
    """How many days were violent lately."""
    return Feature(
        name=f"active_days_{back_days}",
        doc=f"Share of the last {back_days} days with at least one violent incident in the area.",
        compute=lambda panel, _: panel.active_share("events", back_days),
        sentence=N_("Violent days among the last {days}: {value}, usually {usual}"),
        params={"days": back_days},
        monotone=1,
        human=lambda share: share * back_days,
        feeds=Feeds("events", days=back_days),
    )


def rung_pace(channel: str, half_life: int, sentence: str, monotone: int = 0) -> Feature:
    """Incidents of one rung of the ladder, most of which kill nobody."""
    return Feature(
        name=f"{channel}_{half_life}",
        doc=f"Incidents of kind '{channel}' in the area, halved every {half_life} days.",
        compute=lambda panel, _: per_month(panel.decayed(channel, half_life), half_life),
        sentence=sentence,
        params={"days": half_life},
        monotone=monotone,
        human=np.expm1,
        feeds=Feeds(channel, days=4 * half_life),
    )


# --- single features -----------------------------------------------------------------------------


@feature(
    N_("Violence here compared with the last months: {value} times, usually {usual} times"),
    human=np.exp,
    feeds=Feeds("severity", days=90),
)
def own_trend(panel: Panel, horizon_days: int) -> Array:
    """Deadly violence of the last week's memory compared with that of the last quarter's (log ratio)."""
    return per_month(panel.decayed("severity", 7), 7) - per_month(panel.decayed("severity", 90), 90)


@feature(
    N_("Most deaths in one week of the last half year: {value}, usually {usual}"),
    human=np.expm1,
    feeds=Feeds("deaths", days=180),
)
def worst_week(panel: Panel, horizon_days: int) -> Array:
    """The most deaths within seven days in the last 180 days, on a log scale."""
    return np.log1p(panel.busiest("deaths", 7, 180))


@feature(
    N_("Violent incidents here over the whole record: {value} a month, usually {usual}"),
    monotone=1,
    human=np.expm1,
    feeds=Feeds("events", days=3650),
)
def long_run_events(panel: Panel, horizon_days: int) -> Array:
    """Violent incidents a month over everything known of the area, on a log scale."""
    return _long_run(panel, "events")


@feature(
    N_("Deadly violence here over the whole record: {value} a month, usually {usual}"),
    human=np.expm1,
    feeds=Feeds("severity", days=3650),
)
def long_run_severity(panel: Panel, horizon_days: int) -> Array:
    """Deadly violence a month over everything known of the area, on a log scale."""
    return _long_run(panel, "severity")


def _long_run(panel: Panel, channel: str) -> Array:
    months = np.maximum(panel.history_days(), MONTH_DAYS)[:, None] / np.float32(MONTH_DAYS)
    return np.log1p(panel.total(channel) / months)


@feature(
    N_("What counts as an unusually bad spell here: more than {value} deaths, usually {usual}"),
    human=np.expm1,
    relative_only=True,
)
def own_threshold(panel: Panel, horizon_days: int) -> Array:
    """The 90th percentile of deaths in the area's own windows of the last year, on a log scale."""
    return np.log1p(panel.threshold(horizon_days))


@feature(
    N_("Deadly violence somewhere in the governorate, place unknown: {value} a month, usually {usual}"),
    human=np.expm1,
    feeds=Feeds("severity", "parent", days=120),
)
def governorate_unplaced(panel: Panel, horizon_days: int) -> Array:
    """Deadly violence known only to lie somewhere in the governorate, halved every 30 days."""
    return per_month(panel.parent_decayed("severity", 30), 30)


FEATURES: Sequence[Feature] = (
    *(own_severity(days) for days in (7, 14, 30, 90)),
    *(near_events(days, km) for km in (30, 100) for days in (7, 30, 90)),
    *(near_severity(days, km) for km in (30, 100) for days in (7, 30, 90)),
    own_trend,
    days_since("fatal", N_("Days since anyone was last killed here: {value}, usually {usual}")),
    days_since("severe5", N_("Days since an incident here last killed five or more: {value}, usually {usual}")),
    days_since("mass25", N_("Days since an incident here last killed 25 or more: {value}, usually {usual}")),
    worst_week,
    long_run_events,
    long_run_severity,
    active_days(28),
    active_days(365),
    own_threshold,
    governorate_unplaced,
    rung_pace("warnings", 14, N_("Threats, hate speech and preparations here: {value} a month, usually {usual}")),
    rung_pace("targeted", 14, N_("Kidnappings and targeted attacks here: {value} a month, usually {usual}")),
    rung_pace("calming", 30, N_("Truces, releases and returns here: {value} a month, usually {usual}")),
)
BY_NAME: Mapping[str, Feature] = {one.name: one for one in FEATURES}


def for_target(relative: bool, among: Sequence[Feature] = FEATURES) -> list[Feature]:
    """The features that make sense for a target; an area's own threshold only where it is the bar."""
    return [one for one in among if relative or not one.relative_only]


def matrix(panel: Panel, horizon_days: int, among: Sequence[Feature] = FEATURES) -> Array:
    """All features as one array: origins × areas × features."""
    out = np.empty((*panel.shape, len(among)), dtype=np.float32)
    for column, one in enumerate(among):
        out[..., column] = one.compute(panel, horizon_days)
    return out
