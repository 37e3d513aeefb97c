"""The true violence: a self-exciting process per unit, driven by slow regimes and latent tension."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from db.exercise.geography import Territory
from db.exercise.settings import ProcessSettings

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]
Tick = Callable[[], None]
BURN_IN_DAYS = 60
RELAX_DAYS = 12.0  # tension fades so fast once it has broken out or come to nothing
QUIET_NOISE = 0.2
CALMING_FADE = 0.5  # a build-up that leads nowhere ends in mediation about half as often as a surge


@dataclass(frozen=True)
class Traits:
    """What a unit is like for good: quiet or active, and its background of lethal incidents a day."""

    quiet: npt.NDArray[np.bool_]
    rate: Floats


@dataclass(frozen=True)
class BuildUp:
    """Tension that grows from `start` for `lead` days; then a surge of violence, or nothing (`fizzled`)."""

    unit: int
    start: int
    lead: int
    surge: float
    height: float
    fizzled: bool


@dataclass(frozen=True)
class History:
    """Everything that truly happened, as arrays of days x units."""

    traits: Traits
    build_ups: tuple[BuildUp, ...]
    regime: Ints
    tension: Floats
    surge: Floats
    intensity: Floats
    lethal: Ints
    precursors: Ints
    calming: Ints


def simulate(
    settings: ProcessSettings,
    territory: Territory,
    days: int,
    seeds: np.random.SeedSequence,
    *,
    changed_on: int | None,
    tick: Tick,
) -> History:
    """Run the process; `changed_on` is the day number of a sudden change everywhere, if there is one."""
    rngs = [np.random.Generator(np.random.PCG64(seed)) for seed in seeds.spawn(5)]
    units = len(territory.units)
    traits = draw_traits(settings, units, rngs[0])
    regime = draw_regimes(settings, traits, days, rngs[1])
    build_ups = draw_build_ups(settings, traits, days, rngs[2])
    tension, surge = _paint(build_ups, days, units)
    level = np.asarray(settings.regime_levels)[regime]
    background = traits.rate * level * (1 + settings.tension_effect * tension + settings.surge_effect * surge)
    if changed_on is not None:
        background[changed_on:] *= settings.sudden_change_factor
    calming_rate = settings.calming_rate + settings.calming_surge_rate * _calming_drive(surge, tension)
    intensity, lethal, calming = _excite(
        settings, _Kernel(settings, territory, traits), background, calming_rate, rngs[3], tick
    )
    noise = np.where(traits.quiet, QUIET_NOISE, 1.0) * settings.precursor_noise_rate
    precursors = rngs[4].poisson(noise + settings.precursor_tension_rate * tension).astype(np.int16)
    return History(traits, tuple(build_ups), regime, tension, surge, intensity, lethal, precursors, calming)


def draw_traits(settings: ProcessSettings, units: int, rng: np.random.Generator) -> Traits:
    """Which units stay quiet for years, and how violent the others are."""
    quiet = rng.random(units) < settings.quiet_share
    active = settings.active_rate * np.exp(settings.active_rate_spread * rng.standard_normal(units))
    return Traits(quiet, np.where(quiet, settings.quiet_rate, active))


def draw_regimes(
    settings: ProcessSettings, traits: Traits, days: int, rng: np.random.Generator
) -> npt.NDArray[np.int8]:
    """Each active unit's slow regime: it switches to another level after an exponential time."""
    levels = len(settings.regime_levels)
    regimes = np.zeros((days, len(traits.quiet)), np.int8)
    for unit in np.flatnonzero(~traits.quiet):
        day, level = 0, int(rng.integers(levels))
        while day < days:
            stay = 1 + int(rng.exponential(settings.regime_dwell_days))
            regimes[day : day + stay, unit] = level
            day += stay
            level = (level + int(rng.integers(1, levels))) % levels
    return regimes


def draw_build_ups(
    settings: ProcessSettings, traits: Traits, days: int, rng: np.random.Generator
) -> list[BuildUp]:
    """When and where tension builds up, ordered by unit."""
    span = days + BURN_IN_DAYS
    yearly = np.where(traits.quiet, settings.quiet_build_ups_per_year, settings.build_ups_per_year)
    return [
        BuildUp(
            unit=unit,
            start=int(rng.integers(-BURN_IN_DAYS, days)),
            lead=int(rng.integers(settings.lead_days[0], settings.lead_days[1] + 1)),
            surge=float(rng.uniform(*settings.surge_days)),
            height=float(rng.uniform(0.5, 1.5)),
            fizzled=bool(rng.random() < settings.fizzle_share),
        )
        for unit, count in enumerate(rng.poisson(yearly * span / 365.25).tolist())
        for _ in range(count)
    ]


def _paint(build_ups: list[BuildUp], days: int, units: int) -> tuple[Floats, Floats]:
    """Tension (0 to about 1.5) and surge of every unit on every day."""
    tension = np.zeros((days, units), np.float32)
    surge = np.zeros((days, units), np.float32)
    for it in build_ups:
        t = np.arange(it.lead + math.ceil(5 * max(it.surge, RELAX_DAYS)))
        since = np.maximum(t - it.lead, 0)
        shape = np.minimum(t / it.lead, 1) * np.exp(-since / RELAX_DAYS)
        seen = (it.start + t >= 0) & (it.start + t < days)
        tension[(it.start + t)[seen], it.unit] += (it.height * shape)[seen]
        if not it.fizzled:
            violence = (t >= it.lead) * np.exp(-since / it.surge)
            surge[(it.start + t)[seen], it.unit] += (it.height * violence)[seen]
    return tension, surge


def _calming_drive(surge: Floats, tension: Floats) -> Floats:
    drive: Floats = np.maximum(surge, CALMING_FADE * tension)
    return drive


def neighbours(territory: Territory, settings: ProcessSettings) -> tuple[Ints, Floats]:
    """For each unit the nearest ones in its district or within reach, with weights that sum to 1 or 0."""
    at = np.array([_position(territory, unit.places[0]) for unit in territory.units])
    district = np.array([unit.district_id for unit in territory.units])
    size = min(settings.neighbours_at_most, len(at))
    nearest = np.zeros((len(at), size), np.int64)
    weights = np.zeros((len(at), size))
    for unit in range(len(at)):
        km = np.hypot(*(at - at[unit]).T)
        near = np.where((km <= settings.neighbour_km) | (district == district[unit]), np.exp(-km / 15), 0.0)
        near[unit] = 0.0
        nearest[unit] = np.argsort(-near, kind="stable")[:size]
        weights[unit] = near[nearest[unit]]
    total = weights.sum(axis=1, keepdims=True)
    return nearest, np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def _position(territory: Territory, place_id: str) -> tuple[float, float]:
    place = territory.places[place_id]
    return place.x_km, place.y_km


class _Kernel:
    """How much today's intensity owes to past incidents here and nearby."""

    def __init__(self, settings: ProcessSettings, territory: Territory, traits: Traits) -> None:
        self.nearest, self.weights = neighbours(territory, settings)
        self.keep = math.exp(-1 / settings.memory_days)
        per_incident = (1 - self.keep) / self.keep  # so that all the kernel's days together add up to one
        self.own = per_incident * settings.branching_self
        receives = np.where(traits.quiet, settings.quiet_receives, 1.0)
        self.spill = per_incident * settings.branching_spill * receives
        self.echo = np.zeros(len(receives))

    def excitement(self) -> Floats:
        excited: Floats = self.own * self.echo + self.spill * (self.weights * self.echo[self.nearest]).sum(
            axis=1
        )
        return excited

    def remember(self, incidents: Ints) -> None:
        self.echo = self.keep * (self.echo + incidents)


def _excite(
    settings: ProcessSettings,
    kernel: _Kernel,
    background: Floats,
    calming_rate: Floats,
    rng: np.random.Generator,
    tick: Tick,
) -> tuple[Floats, Ints, Ints]:
    """Day by day: past incidents raise the intensity here and nearby, truces lower it for a while."""
    forget = math.exp(-1 / settings.calming_memory_days)
    relief = np.zeros(background.shape[1])
    intensity = np.zeros(background.shape, np.float32)
    lethal = np.zeros(background.shape, np.int16)
    calming = np.zeros(background.shape, np.int16)
    for day in range(len(background)):
        rate = (background[day] + kernel.excitement()) * np.exp(-relief)
        rate = np.round(np.minimum(rate, settings.largest_daily_rate), 9)
        intensity[day] = rate
        lethal[day] = rng.poisson(rate)
        calming[day] = rng.poisson(calming_rate[day])
        kernel.remember(lethal[day])
        relief = forget * (relief + settings.calming_relief * calming[day])
        tick()
    return intensity, lethal, calming
