"""THEMES: what a reader is told. Features that say the same thing several ways are explained together.

A model weighs seven memories of the same violence against one another, some with a minus sign; shown one
by one they would contradict each other. So the contributions of a theme's features are added up, and the
theme shows one number people know, beside what is usual for the area.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from models import history
from models.days import YEAR_DAYS, Array
from models.panel import Panel
from models.targets import Question
from models.words import N_

MONTH_DAYS = 28
Shows = Callable[[Panel, Question], Array]


@dataclass(frozen=True)
class Feeds:
    """Which incidents stand behind a theme: a channel, seen here, nearby or in the governorate, so far back."""

    channel: str
    where: str = "own"
    days: int = 365
    km: float = 0.0


@dataclass(frozen=True)
class Theme:
    """One kind of reason: its sentence, the number it shows, and the incidents behind it.

    `asks` says whether the number differs between questions.
    """

    name: str
    sentence: str
    shows: Shows
    feeds: Feeds | None = None
    at_most: float | None = None
    asks: bool = False


def pace(decayed: Array, half_life_days: float) -> Array:
    """A decayed sum as incidents (or log deaths) a month."""
    return decayed * np.float32(MONTH_DAYS * (1 - 0.5 ** (1 / half_life_days)))


def monthly(panel: Panel, channel: str) -> Array:
    """A channel's sum over everything known, a month."""
    months = np.maximum(panel.history_days(), MONTH_DAYS)[:, None] / np.float32(MONTH_DAYS)
    return panel.total(channel) / months


_THEMES = (
    Theme(
        "own_recent",
        N_("Deaths here in the last 28 days: {value}, usually {usual}"),
        lambda panel, _: panel.window("deaths", MONTH_DAYS),
        Feeds("events", days=90),
    ),
    Theme(
        "surroundings",
        N_(
            "Violent incidents a month in the surroundings, nearer ones counting more: {value}, usually {usual}"
        ),
        lambda panel, _: pace(panel.near("events", 30, 30), 30),
        Feeds("events", "near", days=60, km=30),
    ),
    Theme(
        "spared",
        N_("Days since anyone was last killed here: {value}, usually {usual}"),
        lambda panel, _: panel.days_since("fatal"),
        Feeds("fatal", days=730),
        at_most=730,
    ),
    Theme(
        "long_run",
        N_("Violent incidents a month here over the whole record: {value}, usually {usual}"),
        lambda panel, _: monthly(panel, "events"),
        Feeds("events", days=3650),
    ),
    Theme(
        "past_year",
        N_("In the last year it happened here in {value} of 100 spans as long as this, usually in {usual}"),
        lambda panel, question: 100 * history.year_shares(panel, question)[math.inf],
        Feeds("events", days=YEAR_DAYS),
        asks=True,
    ),
    Theme(
        "own_threshold",
        N_(
            "Nine in ten spans of this length in the last year here had at most {value} deaths, usually {usual}"
        ),
        lambda panel, question: panel.threshold(question.horizon_days),
        asks=True,
    ),
    Theme(
        "governorate_unplaced",
        N_(
            "Deadly incidents of the last 90 days somewhere in the governorate, place unknown: {value}, usually {usual}"
        ),
        lambda panel, _: panel.parent_window("fatal", 90),
        Feeds("fatal", "parent", days=90),
    ),
    Theme(
        "warnings",
        N_("Threats, hate speech and preparations here in the last 28 days: {value}, usually {usual}"),
        lambda panel, _: panel.window("warnings", MONTH_DAYS),
        Feeds("warnings", days=60),
    ),
    Theme(
        "targeted",
        N_("Kidnappings and targeted attacks here in the last 28 days: {value}, usually {usual}"),
        lambda panel, _: panel.window("targeted", MONTH_DAYS),
        Feeds("targeted", days=60),
    ),
    Theme(
        "covariates",
        N_("Numbers of your own that are known here: {value}, usually {usual}"),
        lambda panel, _: panel.covariates_known(),
    ),
    Theme(
        "calming",
        N_("Truces, releases and returns here in the last 28 days: {value}, usually {usual}"),
        lambda panel, _: panel.window("calming", MONTH_DAYS),
        Feeds("calming", days=120),
    ),
)
THEMES: Mapping[str, Theme] = {theme.name: theme for theme in _THEMES}
OTHER = Theme("other", N_("Everything else together"), lambda panel, _: np.zeros(panel.shape))
