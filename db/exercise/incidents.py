"""From counts to incidents: what each was, where exactly, whom it harmed and who is said to have done it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from db.exercise.geography import Territory
from db.exercise.process import History
from db.exercise.settings import IncidentKind, Settings

Ints = npt.NDArray[np.int64]
KINDS = ("lethal", "precursor", "calming")
EXCITED = 0.3  # tension or surge from which precursors and truces take their "high" weights


@dataclass(frozen=True, slots=True)
class Incident:
    """One event as it truly was; `day` counts from the first day of the exercise."""

    number: int
    day: int
    unit: int
    place_id: str
    kind: str
    incident_type: str
    killed: int
    civilians: int
    injured: int
    abducted: int
    displaced: int
    actor: int
    geo_prec: int
    date_prec: int


@dataclass(frozen=True)
class Incidents:
    """All incidents in the order of their days, column by column."""

    day: Ints
    unit: Ints
    spot: Ints
    kind: Ints
    type_index: Ints
    killed: Ints
    civilians: Ints
    injured: Ints
    abducted: Ints
    displaced: Ints
    actor: Ints
    geo_prec: Ints
    date_prec: Ints

    def __len__(self) -> int:
        return len(self.day)

    def each(self, settings: Settings, territory: Territory) -> Iterator[Incident]:
        """The incidents one by one."""
        types = [[kind.incident_type for kind in settings.kinds[name]] for name in KINDS]
        columns = zip(*(getattr(self, name).tolist() for name in self.__dataclass_fields__), strict=True)
        for number, (day, unit, spot, kind, type_index, *marks) in enumerate(columns, start=1):
            place_id = territory.units[unit].places[spot]
            yield Incident(number, day, unit, place_id, KINDS[kind], types[kind][type_index], *marks)


def draw_incidents(
    settings: Settings, territory: Territory, history: History, seed: np.random.SeedSequence
) -> Incidents:
    """Give every counted incident its marks.

    Each mark has its own generator: what happens later never changes the marks of what happened before.
    """
    rng = [np.random.Generator(np.random.PCG64(child)) for child in seed.spawn(10)]
    day, unit, kind = _occurrences(history)
    surge, tension = history.surge[day, unit], history.tension[day, unit]
    killed = np.where(kind == 0, draw_deaths(settings, surge, rng[0], rng[1]), 0)
    excited = np.where(kind == 0, killed > 1, np.maximum(surge, tension) > EXCITED)
    type_index = _draw_types(settings, kind, excited, rng[2])
    share, injured, abducted, displaced = _harm_rates(settings, kind, type_index)
    size = np.sqrt(1 + killed)
    return Incidents(
        day=day,
        unit=unit,
        spot=_draw_spots(territory, unit, rng[3]),
        kind=kind,
        type_index=type_index,
        killed=killed,
        civilians=rng[4].binomial(killed, share),
        injured=rng[5].poisson(injured * size),
        abducted=rng[6].poisson(abducted),
        displaced=5 * rng[7].poisson(displaced * size / 5),
        actor=_draw_actors(settings, territory, unit, rng[8]),
        **_draw_precisions(settings, len(day), rng[9]),
    )


def draw_deaths(
    settings: Settings,
    surge: npt.NDArray[np.floating],
    rng: np.random.Generator,
    rng_none: np.random.Generator,
) -> Ints:
    """Heavy-tailed deaths of lethal incidents: sometimes none, mostly one or two, rarely dozens."""
    marks = settings.marks
    log_mean = marks.deaths_log_mean + marks.surge_log_shift * np.minimum(surge, 1.0)
    more = np.floor(np.exp(log_mean + marks.deaths_log_sd * rng.standard_normal(len(surge))))
    dead = 1 + np.minimum(more, 400).astype(np.int64)
    return np.where(rng_none.random(len(surge)) < marks.zero_deaths_share, 0, dead)


def _occurrences(history: History) -> tuple[Ints, Ints, Ints]:
    days, units, kinds = [], [], []
    for kind, counts in enumerate((history.lethal, history.precursors, history.calming)):
        day, unit = np.nonzero(counts)
        times = counts[day, unit]
        days.append(np.repeat(day, times))
        units.append(np.repeat(unit, times))
        kinds.append(np.full(int(times.sum()), kind))
    day, unit, kind_of = np.concatenate(days), np.concatenate(units), np.concatenate(kinds)
    order = np.lexsort((kind_of, unit, day))
    return day[order], unit[order], kind_of[order]


def _draw_types(
    settings: Settings, kind: Ints, excited: npt.NDArray[np.bool_], rng: np.random.Generator
) -> Ints:
    uniform = rng.random(len(kind))
    types = np.zeros(len(kind), np.int64)
    for index, name in enumerate(KINDS):
        for high in (False, True):
            chosen = (kind == index) & (excited == high)
            steps = np.cumsum(_shares(settings.kinds[name], high=high))[:-1]
            types[chosen] = np.searchsorted(steps, uniform[chosen], side="right")
    return types


def _shares(kinds: list[IncidentKind], *, high: bool) -> npt.NDArray[np.float64]:
    weights = np.array([it.weight_high if high else it.weight_low for it in kinds])
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares


def _harm_rates(settings: Settings, kind: Ints, type_index: Ints) -> tuple[npt.NDArray[np.float64], ...]:
    rates = np.zeros((4, len(kind)))
    for index, name in enumerate(KINDS):
        of_kind = kind == index
        table = np.array(
            [[it.civilian_share, it.injured, it.abducted, it.displaced] for it in settings.kinds[name]]
        )
        rates[:, of_kind] = table[type_index[of_kind]].T
    return tuple(rates)


def _draw_spots(territory: Territory, unit: Ints, rng: np.random.Generator) -> Ints:
    """Which of the unit's places: the first one half the time, else any."""
    size = np.array([len(it.places) for it in territory.units])[unit]
    uniform = rng.random((len(unit), 2))
    return np.where(uniform[:, 0] < 0.5, 0, (uniform[:, 1] * size).astype(np.int64))


def _draw_actors(settings: Settings, territory: Territory, unit: Ints, rng: np.random.Generator) -> Ints:
    """Each unit has one armed group that most of its incidents are laid to."""
    actors = len(settings.actors)
    usual = rng.integers(1, actors, len(territory.units))
    uniform = rng.random((len(unit), 2))
    return np.where(uniform[:, 0] < 0.7, usual[unit], (uniform[:, 1] * actors).astype(np.int64))


def _draw_precisions(settings: Settings, count: int, rng: np.random.Generator) -> dict[str, Ints]:
    """How exactly anybody can know the place and the day, as UCDP codes 1 to 4."""
    uniform = rng.random((count, 2))
    shares = settings.marks.geo_prec_shares, settings.marks.date_prec_shares
    geo, day = (np.searchsorted(np.cumsum(it)[:-1], uniform[:, n], "right") for n, it in enumerate(shares))
    return {"geo_prec": 1 + geo, "date_prec": 1 + day}
