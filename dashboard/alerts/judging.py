"""The five rules: what is known of one community on a day, judged; `rules.step` does the rest.

All have one signature, touch nothing and give an observation. A rule says level 3 where a warning is due, level 2
where something is to be watched, level 1 where nothing is, and level 0 where it cannot tell: then the alert is neither
raised nor calmed. Only scores reach level 4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboard.alerts.rules import LIFE_DAYS, WARNING, Observation

LEVEL, NOVELTY, SURGE, SILENCE, FAILED_RUN = (
    "escalation_level",
    "novelty",
    "surge",
    "silence",
    "failed_run",
)
LATE_HOURS = 36
Begins = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one community on a day; None: not known. Rules take what they need of it.

    `level` 0: not assessed; `failed`: scoring failed. `surge` and `novelty` are on the scales of `models.unusual`,
    with where their levels begin. `voices` is how many sources are expected to speak, `silent` whether all of them have
    missed their word more than once, `silent_days` the longest of these silences. `run_hours` is how long ago the daily
    job last ended well, `run_failed` whether it failed since, `feeds_failed` how many feeds cannot be fetched: these
    are about the whole region.
    """

    day: date
    life_days: int = LIFE_DAYS
    level: int = 0
    probability: float | None = None
    begins: Begins = field(default_factory=dict)
    failed: bool = False
    surge: float | None = None
    surge_begins: Begins = field(default_factory=dict)
    counted: float | None = None
    usual: float | None = None
    novelty: float | None = None
    novelty_begins: Begins = field(default_factory=dict)
    voices: int = 0
    silent: bool = False
    silent_days: int = 0
    run_hours: float | None = None
    run_failed: bool = False
    feeds_failed: int = 0


Rule = Callable[[Facts], Observation]
Sights = Mapping[date, Mapping[str, Facts]]


def escalation_level(facts: Facts) -> Observation:
    """Warn where the probability of an escalation reaches the level of a warning."""
    about: dict[str, Any] = {"failed": facts.failed, "life_days": facts.life_days}
    return Observation(facts.day, facts.level, facts.probability, facts.begins, **about)


def novelty(facts: Facts) -> Observation:
    """Warn where the last two weeks are unlike every fortnight of the community's own last year."""
    return _measured(NOVELTY, facts, facts.novelty, facts.novelty_begins)


def surge(facts: Facts) -> Observation:
    """Warn where the incidents of a week far exceed the community's own usual week."""
    return _measured(SURGE, facts, facts.surge, facts.surge_begins)


def silence(facts: Facts) -> Observation:
    """Warn where every source that used to speak of a community has missed its word more than once."""
    level = 0 if not facts.voices else WARNING if facts.silent else 1
    return Observation(facts.day, level, life_days=facts.life_days, rule=SILENCE)


def failed_run(facts: Facts) -> Observation:
    """Warn where the daily job failed or has not ended well for too long, or where a feed cannot be fetched."""
    if facts.run_hours is None and not facts.run_failed and not facts.feeds_failed:
        return Observation(facts.day, 0, life_days=facts.life_days, rule=FAILED_RUN)
    late = facts.run_hours is not None and facts.run_hours > LATE_HOURS
    level = WARNING if facts.run_failed or late or facts.feeds_failed else 1
    return Observation(facts.day, level, life_days=facts.life_days, rule=FAILED_RUN, patient=False)


def _measured(rule: str, facts: Facts, value: float | None, begins: Begins) -> Observation:
    """What a measured strength says; silent sources and missing thresholds leave it open."""
    if value is None or not begins or (facts.voices and facts.silent):
        return Observation(facts.day, 0, life_days=facts.life_days, rule=rule)
    level = 1 + sum(value >= begin for begin in begins.values())
    return Observation(facts.day, level, value, begins, life_days=facts.life_days, rule=rule)


RULES: Mapping[str, Rule] = {
    LEVEL: escalation_level,
    NOVELTY: novelty,
    SURGE: surge,
    SILENCE: silence,
    FAILED_RUN: failed_run,
}
"""Every rule by the name under which its alerts are kept."""
OF_COMMUNITIES = (LEVEL, NOVELTY, SURGE, SILENCE)


def told(rule: str, facts: Facts) -> dict[str, Any]:
    """The numbers behind what a rule said, as a transition keeps them."""
    if rule == SILENCE:
        return {"voices": facts.voices, "silent_days": facts.silent_days}
    if rule == SURGE:
        return {
            "counted": facts.counted,
            "usual": facts.usual,
            "value": facts.surge,
            **_begins(facts.surge_begins),
        }
    if rule == NOVELTY:
        return {"value": facts.novelty, **_begins(facts.novelty_begins)}
    if rule == FAILED_RUN:
        names = ("run_hours", "run_failed", "feeds_failed")
        return {name: getattr(facts, name) for name in names}
    return {}


def _begins(begins: Begins) -> dict[str, float]:
    return {"begins": begins[WARNING]} if WARNING in begins else {}
