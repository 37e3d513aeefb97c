"""What the sources make of the incidents: late, vague, contradictory, repeated, revised, or nothing at all."""

from collections.abc import Iterator
from datetime import date, timedelta

from db.exercise import newsroom, wording
from db.exercise.incidents import Incident
from db.exercise.newsroom import Newsroom, Row, Scene
from db.exercise.retelling import unlinked
from db.exercise.settings import Habits

COLUMNS = [
    "source_id",
    "external_id",
    "incident_ref",
    "published_at",
    "url",
    "lang",
    "title",
    "text",
    "incident_type",
    "date_start",
    "date_end",
    "date_prec",
    "place_id",
    "place",
    "admin1",
    "admin2",
    "lat",
    "lon",
    "geo_prec",
    "killed_low",
    "killed",
    "killed_high",
    "killed_wording",
    "civilians_killed",
    "injured",
    "abducted",
    "displaced",
    "alleged_perpetrator",
    "sensitivity",
]
ECHOED, FIELD = "xe-monitor", "xe-field"


def reports_of(room: Newsroom, incident: Incident) -> Iterator[Row]:
    """Every report of one incident, first versions before revised ones."""
    scene = newsroom.scene(room, incident)
    for source_id, habits in room.settings.habits.items():
        reach = habits.reach_lethal if incident.kind == "lethal" else habits.reach_other
        if _silent(room, scene, source_id) or not room.dice.chance(reach):
            continue
        versions = _versions(room, scene, habits, _statement(room, scene, source_id, habits))
        yield from unlinked(room, scene, [_told(room, scene, row) for row in versions])
        if source_id == ECHOED:
            for row in _echoes(room, scene, versions[0]):
                yield from unlinked(room, scene, [_told(room, scene, row)])


def quiet_notes(room: Newsroom, day: int) -> Iterator[Row]:
    """A few notes of the field network that there was nothing to report in the past week."""
    for number, district in enumerate(room.territory.districts):
        if not room.dice.chance(room.settings.reporting.nothing_to_report_share):
            continue
        if room.gaps.silent(FIELD, district.place_id, day):
            continue
        last = newsroom.day_of(room, day)
        words = wording.Words(place=district.name.en)
        yield {
            "source_id": FIELD,
            "external_id": f"quiet-{day:05d}-{number:04d}",
            "published_at": (last + timedelta(days=1)).isoformat(),
            "lang": "en",
            "title": wording.title(room.settings, "nothing_to_report", words, "en"),
            "text": wording.text(room.settings, "nothing_to_report", words, "en"),
            "incident_type": "nothing_to_report",
            "date_start": (last - timedelta(days=6)).isoformat(),
            "date_end": last.isoformat(),
            "date_prec": 3,
            **newsroom.placed(room, district, 3, district.x_km, district.y_km),
        }


def _silent(room: Newsroom, scene: Scene, source_id: str) -> bool:
    return room.gaps.silent(source_id, scene.district.place_id, scene.incident.day)


def _statement(room: Newsroom, scene: Scene, source_id: str, habits: Habits) -> Row:
    """What one source says once it has made up its mind, still without title and text."""
    incident = scene.incident
    lang = "ar" if room.dice.chance(habits.arabic) else "en"
    start, end = newsroom.span(room, incident)
    return {
        **_identity(room, source_id, incident.number),
        "incident_ref": f"xe-{incident.number:07d}",
        "published_at": newsroom.published(room, end, habits, source_id),
        "lang": lang,
        "incident_type": incident.incident_type,
        "date_start": start.isoformat(),
        "date_end": end.isoformat(),
        "date_prec": incident.date_prec,
        **newsroom.place(room, scene, habits, source_id, lang),
        **newsroom.figures(room, incident, habits, lang),
        "alleged_perpetrator": newsroom.alleged(room, scene, source_id),
        "sensitivity": "restricted" if room.dice.chance(habits.restricted) else "",
    }


def _identity(room: Newsroom, source_id: str, number: int) -> Row:
    base = room.settings.sources[source_id]["url"]
    return {
        "source_id": source_id,
        "external_id": f"{source_id.removeprefix('xe-')}-{number:07d}",
        "url": f"{base}{number:07d}" if base else "",
    }


def _versions(room: Newsroom, scene: Scene, habits: Habits, final: Row) -> list[Row]:
    """Usually one; else a first version with another figure or none, and days later the final one."""
    if scene.incident.kind != "lethal" or not room.dice.chance(habits.revised):
        return [final]
    killed = final["killed"]
    first: Row = {"killed": "", "killed_low": "", "killed_high": "", "civilians_killed": ""}
    if not isinstance(killed, int):
        final = {**final, "killed": scene.incident.killed, "killed_wording": ""}
    elif room.dice.chance(0.8):
        first["killed"] = killed - 1 - room.dice.between(0, killed // 3) if killed > 1 else killed + 1
    day = date.fromisoformat(str(final["published_at"])[:10]) + timedelta(days=room.dice.between(2, 20))
    return [{**final, **first}, {**final, "published_at": day.isoformat()}]


def _echoes(room: Newsroom, scene: Scene, original: Row) -> Iterator[Row]:
    """Outlets repeat the monitor a day later, with small edits and without its details."""
    for source_id, share in room.settings.echoes.items():
        if _silent(room, scene, source_id) or not room.dice.chance(share):
            continue
        killed = original["killed"]
        if isinstance(killed, int) and killed > 2 and room.dice.chance(0.12):
            killed += room.dice.between(-1, 1)
        day = date.fromisoformat(str(original["published_at"])) + timedelta(days=1)
        yield {
            **original,
            **_identity(room, source_id, scene.incident.number),
            "published_at": newsroom.moment(room, day),
            "killed": killed,
            "civilians_killed": "",
            "injured": "",
            "displaced": "",
        }


def _told(room: Newsroom, scene: Scene, row: Row) -> Row:
    """The row with a title and text that say what its columns say."""
    lang, kind, killed = str(row["lang"]), scene.incident.incident_type, row["killed"]
    words = wording.Words(
        place=str(row["place"]),
        people=wording.people(room.settings, scene.group, lang),
        killed=killed if isinstance(killed, int) else None,
        vague=str(row.get("killed_wording", "")),
        actor=wording.actor(room.settings, str(row["alleged_perpetrator"]), lang),
    )
    row["title"] = wording.title(room.settings, kind, words, lang)
    row["text"] = wording.text(room.settings, kind, words, lang)
    return row
