"""The files of an exercise: a region pack, the reports, and the truth for tests.

`truth.csv` has a row for every community, every district and each day: the expected number of fatal
incidents given all that happened before (`intensity`), how many there were, the deaths, and, where the
area is a single unit of the simulator, its latent `tension` and the level of its slow `regime`.
`truth_spans.csv` lists what lasts: `gap` (a source silent in a district, or everywhere where `area_id` is
empty), `build_up` and `fizzle` (tension rising; a build_up is followed by a surge of violence the day
after), `sudden_change`. `truth_duplicates.csv`, where duplicates were asked for, says which incident each
report tells of. None of them is ever imported.
"""

import csv
import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import count, groupby
from pathlib import Path

import numpy as np

from db import action_files
from db.exercise import newsroom, retelling
from db.exercise.geography import Place, Territory
from db.exercise.incidents import Incident, Incidents
from db.exercise.newsroom import Newsroom, Row
from db.exercise.process import Floats, History
from db.exercise.reporting import COLUMNS, quiet_notes, reports_of
from db.exercise.settings import TEMPLATE, Settings
from db.vocab import PlaceLevel

Tick = Callable[[], None]
PLACE_COLUMNS = [
    "place_id",
    "level",
    "parent_id",
    "name",
    "name_ar",
    "aliases",
    "lat",
    "lon",
    "radius_km",
    "code",
    "source",
    "note",
]
COMMUNITY_COLUMNS = ["community_id", "group", "name", "name_ar", "places", "note", "source"]
TRUTH_COLUMNS = ["area_id", "day", "intensity", "fatal_incidents", "deaths", "tension", "regime"]
SPAN_COLUMNS = ["kind", "area_id", "source_id", "first_day", "last_day", "value"]
DUPLICATE_COLUMNS = ["source_id", "external_id", "incident", "lang"]
INVENTED = "invented by db.exercise"
MARGIN_DEGREES = 0.3


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a CSV file with the same bytes on every system; returns the number of rows."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            written += 1
    return written


def write_pack(
    folder: Path, settings: Settings, territory: Territory, covered: tuple[str, str], run: dict[str, str]
) -> None:
    """The region pack; `covered` is the first and last day the sources cover, or two empty texts."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(_region_text(territory, run), encoding="utf-8", newline="\n")
    places = (_place_row(territory, place) for place in territory.places.values())
    write_table(folder / "places.csv", PLACE_COLUMNS, places)
    write_table(folder / "communities.csv", COMMUNITY_COLUMNS, _community_rows(territory))
    sources = list(settings.sources.values())
    known = dict(zip(("covered_from", "covered_until"), covered, strict=True))
    rows = (list({**source, **known}.values()) for source in sources)
    write_table(folder / "sources.csv", list(sources[0]), rows)
    write_table(
        folder / action_files.FILE, list(settings.plan[0]), (list(one.values()) for one in settings.plan)
    )


def _region_text(territory: Territory, run: dict[str, str]) -> str:
    """The template's region.toml with this territory's bounds, and a table of what was asked for."""
    text = (TEMPLATE / "region.toml").read_text(encoding="utf-8")
    text = re.sub(r"^bounds = .*$", f"bounds = {_bounds(territory)}", text, flags=re.MULTILINE)
    if not run:
        return text
    return text + "\n[simulator.run]\n" + "".join(f"{key} = {value}\n" for key, value in run.items())


def _bounds(territory: Territory) -> list[float]:
    points = [territory.coordinates(p.x_km, p.y_km) for p in territory.places.values()]
    lats, lons = zip(*points, strict=True)
    corners = (min(lons), -1), (min(lats), -1), (max(lons), 1), (max(lats), 1)
    return [round(value + sign * MARGIN_DEGREES, 2) for value, sign in corners]


def _place_row(territory: Territory, place: Place) -> list[object]:
    lat, lon = territory.coordinates(place.x_km, place.y_km)
    administrative = place.level in (PlaceLevel.COUNTRY, PlaceLevel.GOVERNORATE, PlaceLevel.DISTRICT)
    return [
        place.place_id,
        place.level.value,
        place.parent_id,
        place.name.en,
        place.name.ar,
        place.name.misspelt,
        f"{lat:.5f}",
        f"{lon:.5f}",
        "" if place.radius_km is None else f"{place.radius_km:.1f}",
        place.place_id if administrative else "",
        INVENTED,
        "",
    ]


def _community_rows(territory: Territory) -> Iterator[list[object]]:
    for it in territory.communities:
        places = "|".join(f"{place_id}:{presence.value}" for place_id, presence in it.places)
        yield [it.community_id, it.group, it.name, it.name_ar, places, "", INVENTED]


def write_reports(path: Path, room: Newsroom, incidents: Incidents, days: int, tick: Tick) -> int:
    """Write all reports in the order of publication, holding in memory only those not yet published.

    What would be published after the last day is not known by then and left out.
    """
    rows = _published(room, incidents.each(room.settings, room.territory), days, tick)
    told: list[list[object]] = []
    if room.unlinked:
        rows = retelling.truth(rows, told)
    written = write_table(path, COLUMNS, ([row.get(name, "") for name in COLUMNS] for row in rows))
    if room.unlinked:
        write_table(path.with_name("truth_duplicates.csv"), DUPLICATE_COLUMNS, told)
    return written


def _published(room: Newsroom, incidents: Iterator[Incident], days: int, tick: Tick) -> Iterator[Row]:
    waiting: list[tuple[str, int, Row]] = []
    serial = count()
    by_day = groupby(incidents, key=lambda incident: incident.day)
    busy_day, group = next(by_day, (days, iter(())))
    for day in range(days):
        written: list[Row] = []
        if day == busy_day:
            written = [row for incident in group for row in reports_of(room, incident)]
            busy_day, group = next(by_day, (days, iter(())))
        if day % 7 == 6:
            written += quiet_notes(room, day)
        for row in written:
            heapq.heappush(waiting, (str(row["published_at"]), next(serial), row))
        tomorrow = newsroom.day_of(room, day + 1).isoformat()
        while waiting and waiting[0][0] < tomorrow:
            yield heapq.heappop(waiting)[2]
        tick()


class Truth:
    """What was true of every area: communities and districts as sums over the units inside them."""

    def __init__(
        self, settings: Settings, territory: Territory, history: History, incidents: Incidents
    ) -> None:
        self.fatal_share = 1 - settings.marks.zero_deaths_share
        self.levels = settings.process.regime_levels
        self.territory = territory
        self.history = history
        shape = history.intensity.shape
        self.deaths = np.zeros(shape, np.int32)
        np.add.at(self.deaths, (incidents.day, incidents.unit), incidents.killed)
        self.fatal = np.zeros(shape, np.int16)
        np.add.at(self.fatal, (incidents.day, incidents.unit), incidents.killed > 0)

    def areas(self) -> dict[str, list[int]]:
        """Each area with the numbers of the units it is made of."""
        units = list(enumerate(self.territory.units))
        areas: dict[str, list[int]] = {}
        for community in self.territory.communities:
            governorate = community.places[0][0]
            areas[community.community_id] = [
                number
                for number, unit in units
                if unit.community_id == community.community_id or unit.governorate_id == governorate
            ]
        for number, unit in units:
            areas.setdefault(unit.district_id, []).append(number)
        return areas

    def rows(self, first_day: date, tick: Tick) -> Iterator[list[object]]:
        """One row per area and day; tension and regime only where an area is a single unit."""
        days = [(first_day + timedelta(days=day)).isoformat() for day in range(len(self.deaths))]
        for area_id, units in self.areas().items():
            yield from zip([area_id] * len(days), days, *self._columns(units), strict=True)
            tick()

    def _columns(self, units: list[int]) -> Iterator[list[object]]:
        fatal_intensity = self.history.intensity[:, units].sum(axis=1, dtype=np.float64) * self.fatal_share
        yield [f"{value:.6f}" for value in fatal_intensity.tolist()]
        yield self.fatal[:, units].sum(axis=1).tolist()
        yield self.deaths[:, units].sum(axis=1).tolist()
        if len(units) > 1:
            yield [""] * len(fatal_intensity)
            yield [""] * len(fatal_intensity)
        else:
            yield _short(self.history.tension[:, units[0]])
            yield [self.levels[level] for level in self.history.regime[:, units[0]].tolist()]


def _short(values: Floats) -> list[object]:
    return [f"{value:.3f}" for value in values.tolist()]


def write_truth(
    folder: Path, room: Newsroom, history: History, incidents: Incidents, changed_on: int | None, tick: Tick
) -> None:
    """Write truth.csv and truth_spans.csv."""
    truth = Truth(room.settings, room.territory, history, incidents)
    write_table(folder / "truth.csv", TRUTH_COLUMNS, truth.rows(room.first_day, tick))
    write_table(folder / "truth_spans.csv", SPAN_COLUMNS, _span_rows(room, history, changed_on))


def _span_rows(room: Newsroom, history: History, changed_on: int | None) -> Iterator[list[object]]:
    def day(number: int) -> str:
        return newsroom.day_of(room, number).isoformat()

    for gap in room.gaps.all:
        yield ["gap", gap.district_id, gap.source_id, day(gap.first), day(gap.last), ""]
    for it in history.build_ups:
        unit = room.territory.units[it.unit]
        kind = "fizzle" if it.fizzled else "build_up"
        area_id = unit.community_id or unit.district_id
        yield [kind, area_id, "", day(it.start), day(it.start + it.lead - 1), f"{it.height:.3f}"]
    if changed_on is not None:
        factor = room.settings.process.sudden_change_factor
        yield ["sudden_change", "", "", day(changed_on), day(len(history.intensity) - 1), factor]
