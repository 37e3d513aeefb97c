"""What one source comes to know of an incident: its days, place, figures and alleged perpetrator."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from db.exercise import wording
from db.exercise.dice import Dice
from db.exercise.gaps import Gaps
from db.exercise.geography import Place, Territory
from db.exercise.incidents import Incident
from db.exercise.settings import Habits, Settings
from db.vocab import PlaceLevel

Row = dict[str, object]
OFFICIAL, FAST = "xe-agency", "xe-voices"
LATEST_DAYS = 90


@dataclass(frozen=True)
class Newsroom:
    """Everything the sources work with; `unlinked` is the share of reports that come as duplicates to find."""

    settings: Settings
    territory: Territory
    gaps: Gaps
    first_day: date
    dice: Dice
    unlinked: float = 0.0
    retold: Dice | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """An incident with what all its reports share."""

    incident: Incident
    group: str | None
    district: Place
    governorate: Place
    disputed: bool


def scene(room: Newsroom, incident: Incident) -> Scene:
    """Set the scene of an incident, and settle whether its authors are in dispute."""
    unit = room.territory.units[incident.unit]
    places = room.territory.places
    disputed = room.dice.chance(room.settings.reporting.disputed_share)
    return Scene(incident, unit.group, places[unit.district_id], places[unit.governorate_id], disputed)


def day_of(room: Newsroom, day: int) -> date:
    """The calendar day of a day number."""
    return room.first_day + timedelta(days=day)


def moment(room: Newsroom, day: date) -> str:
    """Some minute of a day, in UTC."""
    minute = room.dice.between(0, 1439)
    return f"{day}T{minute // 60:02d}:{minute % 60:02d}:00+00:00"


def span(room: Newsroom, incident: Incident) -> tuple[date, date]:
    """The days among which a report places the incident: the vaguer its date, the more of them."""
    day = day_of(room, incident.day)
    spread = {1: 0, 2: room.dice.between(1, 4), 3: 6, 4: room.dice.between(20, 29)}[incident.date_prec]
    before = room.dice.between(0, spread)
    return day - timedelta(days=before), day + timedelta(days=spread - before)


def published(room: Newsroom, end: date, habits: Habits, source_id: str) -> str:
    """The day a report comes out, some weeks late; for the fast channel a minute of the next day."""
    delay = room.dice.waiting(habits.delay_days)
    if room.dice.chance(room.settings.reporting.late_share):
        delay += 7 + room.dice.waiting(room.settings.reporting.late_days)
    day = end + timedelta(days=int(min(delay, LATEST_DAYS)))
    return moment(room, day + timedelta(days=1)) if source_id == FAST else day.isoformat()


def place(room: Newsroom, scene: Scene, habits: Habits, source_id: str, lang: str) -> Row:
    """As precisely as the source tells it; the fast channel gives a name, often misspelt, and no point."""
    prec = scene.incident.geo_prec
    if room.dice.chance(habits.coarse):
        prec = max(prec, 3)
    exact = room.territory.places[scene.incident.place_id]
    spot = {3: scene.district, 4: scene.governorate}.get(prec, exact)
    reach_km = {1: 0.6, 2: 2.0}.get(prec, 0.0)
    dx, dy = ((room.dice.uniform() * 2 - 1) * reach_km for _ in range(2))
    row = placed(room, spot, prec, spot.x_km + dx, spot.y_km + dy)
    if source_id == FAST:
        heard = spot.name.misspelt if room.dice.chance(0.3) else spot.name.en
        row |= {"place_id": "", "place": heard, "lat": "", "lon": ""}
    if lang == "ar":
        row |= {"place": spot.name.ar}
    return row


def placed(room: Newsroom, place: Place, prec: int, x_km: float, y_km: float) -> Row:
    """The columns that say where, with the names of the district and governorate around it."""
    lat, lon = room.territory.coordinates(x_km, y_km)
    names: dict[str, str] = {}
    at: Place | None = place
    while at is not None:
        names[at.level] = at.name.en
        at = room.territory.places.get(at.parent_id)
    return {
        "place_id": place.place_id,
        "place": place.name.en,
        "admin1": names.get(PlaceLevel.GOVERNORATE, ""),
        "admin2": names.get(PlaceLevel.DISTRICT, ""),
        "lat": f"{lat:.5f}",
        "lon": f"{lon:.5f}",
        "geo_prec": prec,
    }


def figures(room: Newsroom, incident: Incident, habits: Habits, lang: str) -> Row:
    """What the source counts; empty is unknown, and zero is said only by those who count zeros."""
    if incident.kind != "lethal":
        return {"killed": 0 if habits.counts_zero else "", **_harm(incident)}
    if room.dice.chance(habits.unknown):
        return {"killed": "", "killed_wording": wording.vague_number(incident.killed, lang)}
    factor = habits.figure * math.exp(habits.noise * 2 * (room.dice.uniform() - 0.5))
    killed = max(round(incident.killed * factor), min(incident.killed, 1))
    row: Row = {"killed": killed}
    if killed >= 3 and room.dice.chance(room.settings.reporting.contested_share):
        row |= {"killed_low": math.floor(0.7 * killed), "killed_high": math.ceil(1.4 * killed)}
    if habits.counts_zero:
        row |= {"civilians_killed": min(incident.civilians, killed), **_harm(incident)}
    return row


def _harm(incident: Incident) -> Row:
    harm = {"injured": incident.injured, "abducted": incident.abducted, "displaced": incident.displaced}
    return {name: count for name, count in harm.items() if count}


def alleged(room: Newsroom, scene: Scene, source_id: str) -> str:
    """Whom the source names, if anybody; in a dispute the official agency names another."""
    if scene.incident.kind == "calming" or room.dice.chance(0.35):
        return ""
    actors = room.settings.actors
    actor = actors[scene.incident.actor]
    if source_id == OFFICIAL and (scene.disputed or actor["kind"] == "official"):
        actor = actors[1 + scene.incident.actor % (len(actors) - 1)]
    return actor["name"]
