"""Duplicates with a known answer: reports that do not name their incident and tell it in other words."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from db.exercise import wording
from db.exercise.dice import Dice
from db.exercise.newsroom import Newsroom, Row, Scene

TOLLS = {
    "en": ("At least {n} people were killed.", "It left {n} dead.", "The number of dead stands at {n}."),
    "ar": ("قُتل {n} على الأقل.", "خلّف ذلك {n} قتلى.", "بلغ عدد القتلى {n}."),
}
BLAME = {
    "en": ("{actor} is said to be behind it.", "Residents accuse {actor}."),
    "ar": ("يُقال إن {actor} وراء ذلك.", "يتهم الأهالي {actor}."),
}
MORE = {
    "en": (
        "",
        "",
        "Calm had returned by the evening.",
        "People stayed indoors.",
        "More details are awaited.",
    ),
    "ar": ("", "", "عاد الهدوء مساءً.", "لزم الناس منازلهم.", "بانتظار مزيد من التفاصيل."),
}
MISTAKEN, MISDATED = (
    0.12,
    0.10,
)  # how often a retelling takes the kind for another, or the day after for the day
TAKEN_FOR = {
    "armed_clash": "bombardment",
    "nonstate_clash": "armed_clash",
    "bombardment": "attack_on_civilians",
    "attack_on_civilians": "armed_clash",
    "assassination": "attack_on_civilians",
    "execution": "assassination",
    "arson_looting": "attack_on_civilians",
    "ultimatum": "threat",
    "threat": "hate_speech",
    "hate_speech": "rumour",
    "harassment": "arbitrary_arrest",
    "arbitrary_arrest": "kidnapping",
    "kidnapping": "arbitrary_arrest",
    "road_closure": "aid_denial",
    "mobilisation": "weapons_movement",
    "desecration": "religious_insult",
}


def unlinked(room: Newsroom, scene: Scene, versions: Sequence[Row]) -> Iterator[Row]:
    """The versions of one source's report: as they are, or all of them as a duplicate that must be found."""
    if room.retold is None or not room.retold.chance(room.unlinked):
        yield from versions
        return
    mistakes = _mistakes(scene, room.retold, versions[0])
    telling = room.retold.between(0, 1)
    for version in versions:
        row = {**version, **mistakes, "incident_ref": ""}
        yield {**row, **_words(room, scene, row, room.retold, telling)}


def _mistakes(scene: Scene, dice: Dice, row: Row) -> Row:
    """What this teller got wrong: the kind of the incident, or the day (never later than it was told)."""
    wrong: Row = {}
    kind, told_on = scene.incident.incident_type, str(row["published_at"])[:10]
    if dice.chance(MISTAKEN):
        wrong["incident_type"] = TAKEN_FOR.get(kind, kind)
    if dice.chance(MISDATED) and row["date_start"] == row["date_end"] and str(row["date_end"]) < told_on:
        after = (date.fromisoformat(str(row["date_end"])) + timedelta(days=1)).isoformat()
        wrong |= {"date_start": after, "date_end": after}
    return wrong


def truth(rows: Iterator[Row], told: list[list[object]]) -> Iterator[Row]:
    """Pass reports on and note in `told` which incident each really tells of (read off its own number)."""
    for row in rows:
        number = str(row["external_id"]).rpartition("-")[2]
        if row["incident_type"] != "nothing_to_report":
            told.append([row["source_id"], row["external_id"], int(number), row["lang"]])
        yield row


def _words(room: Newsroom, scene: Scene, row: Row, dice: Dice, telling: int) -> Row:
    lang, kind = str(row["lang"]), str(row["incident_type"])
    templates = room.settings.retellings[kind, lang]
    template = templates[telling % len(templates)]
    spoken = {"place": str(row["place"]), "people": wording.people(room.settings, scene.group, lang)}
    first = template["text"].format(**spoken)
    parts = [first[0].upper() + first[1:], *_details(room, row, dice, lang), dice.pick(MORE[lang])]
    title = wording.MARK + template["title"].format(**spoken)
    return {"title": title, "text": " ".join(part for part in parts if part)}


def _details(room: Newsroom, row: Row, dice: Dice, lang: str) -> Iterator[str]:
    killed, actor = row["killed"], wording.actor(room.settings, str(row["alleged_perpetrator"]), lang)
    if isinstance(killed, int) and killed > 0:
        yield dice.pick(TOLLS[lang]).format(n=killed)
    if actor:
        yield dice.pick(BLAME[lang]).format(actor=actor)
