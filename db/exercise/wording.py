"""Short neutral titles and texts for reports, in English and Arabic; no title without its EXERCISE mark."""

from dataclasses import dataclass

from db.exercise.settings import Settings

MARK = "EXERCISE: "
DOZENS, SEVERAL = 20, 3


@dataclass(frozen=True, slots=True)
class Words:
    """What a text speaks of, already in the text's language."""

    place: str
    people: str = ""
    killed: int | None = None
    vague: str = ""
    actor: str = ""


def people(settings: Settings, group: str | None, lang: str) -> str:
    """Whom an incident concerns: the families of a group, or residents."""
    if group is None:
        return "residents" if lang == "en" else "سكان"
    words = settings.region["groups"][group]
    return f"{words['name']} families" if lang == "en" else f"عائلات من {words['name_ar']}"


def actor(settings: Settings, name: str, lang: str) -> str:
    """An actor's name in the language of the text."""
    if lang == "en":
        return name
    return next((actor["name_ar"] for actor in settings.actors if actor["name"] == name), "")


def vague_number(killed: int, lang: str) -> str:
    """What a source says that has no figure."""
    if killed >= DOZENS:
        return "dozens" if lang == "en" else "عشرات"
    if killed >= SEVERAL:
        return "several" if lang == "en" else "عدد من القتلى"
    return ""


def title(settings: Settings, incident_type: str, words: Words, lang: str) -> str:
    """The marked headline of a report."""
    template = settings.texts[incident_type]["title" if lang == "en" else "title_ar"]
    return MARK + template.format(place=words.place, people=words.people)


def text(settings: Settings, incident_type: str, words: Words, lang: str) -> str:
    """The report itself: what happened, how many died according to it, who is said to have done it."""
    template = settings.texts[incident_type]["text" if lang == "en" else "text_ar"]
    first = template.format(place=words.place, people=words.people)
    parts = [first[0].upper() + first[1:], *(_english if lang == "en" else _arabic)(words)]
    return " ".join(parts)


def _english(words: Words) -> list[str]:
    said = []
    if words.killed:
        said.append("One person is reported dead." if words.killed == 1 else f"{words.killed} reported dead.")
    elif words.vague:
        said.append(f"It speaks of {words.vague} dead; no figure could be confirmed.")
    if words.actor:
        said.append(f"Local sources lay it to {words.actor}; this is not confirmed.")
    return said


def _arabic(words: Words) -> list[str]:
    said = []
    if words.killed:
        said.append(
            "أُبلغ عن مقتل شخص واحد." if words.killed == 1 else f"عدد القتلى المبلّغ عنه: {words.killed}."
        )
    elif words.vague:
        said.append(f"الحصيلة المتداولة: {words.vague}، ولم يتأكد أي رقم.")
    if words.actor:
        said.append(f"تنسبه مصادر محلية إلى {words.actor} دون تأكيد.")
    return said
