"""What is forecast: five yes-or-no questions about the days after an origin."""

from dataclasses import dataclass

import numpy as np

from models.days import Array, BoolArray
from models.panel import Panel
from models.words import N_

MIN_HISTORY_DAYS = 180
LEAST_TOLD = 0.5  # of incidents that kill, how many must say how many of the dead were civilians
RELATIVE, INCIDENCE, SEVERE, COUNT = (
    "relative",
    "incidence",
    "severe",
    "count",
)  # families share their features


@dataclass(frozen=True)
class Target:
    """One question, and how past windows answered it."""

    name: str
    doc: str
    channel: str
    family: str


@dataclass(frozen=True)
class Question:
    """One target at one horizon, with the region's floor."""

    target: Target
    horizon_days: int
    floor_deaths: int


def escalation_bar(panel: Panel, horizon_days: int, floor_deaths: int) -> Array:
    """The deaths that the coming window must exceed (its own bad weeks), and never fewer than the floor."""
    return np.maximum(panel.threshold(horizon_days), np.float32(floor_deaths - 0.5))


ESCALATION = Target(
    "escalation",
    N_("More deaths than in nine of ten windows of the area's own last year."),
    "deaths",
    RELATIVE,
)

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        ESCALATION,
        Target("fatal", N_("At least one incident that kills."), "fatal", INCIDENCE),
        Target("civilian", N_("At least one incident that kills civilians."), "civilian", INCIDENCE),
        Target("severe5", N_("A single incident that kills at least five."), "severe5", SEVERE),
        Target("mass25", N_("A single incident that kills at least twenty-five."), "mass25", SEVERE),
    )
}

DEATHS = Target(
    "deaths", N_("How many deaths."), "deaths", COUNT
)  # a number, so not one of the yes-or-no TARGETS


def bar(panel: Panel, question: Question) -> Array:
    """What the sum over a window must exceed for the answer to be yes (origins × areas)."""
    if question.target.family == RELATIVE:
        return escalation_bar(panel, question.horizon_days, question.floor_deaths)
    return np.broadcast_to(np.float32(0.5), panel.shape)


def outcome(panel: Panel, question: Question, known_by: int | None = None) -> BoolArray:
    """Whether it happened in the days after each origin, as known on one later day."""
    happened = panel.after(question.target.channel, question.horizon_days, known_by)
    answer: BoolArray = happened > bar(panel, question)
    return answer


def answerable(panel: Panel, target: Target) -> bool:
    """Whether sources tell what a target asks; unknown is not zero, so a question they do not answer is not asked."""
    if target.channel != "civilian":
        return True
    values = panel.versions.values
    killing = values["fatal"] > 0
    return not killing.any() or float(values["civilian_told"][killing].mean()) >= LEAST_TOLD


def whole(panel: Panel, horizon_days: int) -> BoolArray:
    """Origins with enough history before them and every day of the window after them covered."""
    enough = panel.history_days() >= MIN_HISTORY_DAYS
    answer: BoolArray = enough & panel.covered_after(horizon_days)
    return answer


def usable(panel: Panel, horizon_days: int, known_by: int | None = None) -> BoolArray:
    """Origins with enough history before them and a fully observed window after them."""
    enough = panel.history_days() >= MIN_HISTORY_DAYS
    answer: BoolArray = enough & panel.outcome_covered(horizon_days, known_by)
    return answer


def undercounted(panel: Panel, horizon_days: int) -> BoolArray:
    """Whether deaths are known somewhere in the governorate, in the window after, that may belong here."""
    answer: BoolArray = panel.parent_after("fatal", horizon_days) > 0
    return answer


def undercounted_before(panel: Panel, horizon_days: int) -> BoolArray:
    """The same for the window up to each origin."""
    answer: BoolArray = panel.parent_window("fatal", horizon_days) > 0
    return answer
