"""One neutral line made of the suggestions alone: no word of the text's own enters it."""

from db.coder.draft import Suggestion
from db.coder.naming import meanings
from db.places import Gazetteer
from db.vocab import ActorRole, Harm

MOST_FIGURES = 4


def summary(found: list[Suggestion], scope: str, gazetteer: Gazetteer, lang: str) -> str:
    """What is reported in one calm sentence of English, always "reportedly"; "" where nothing was found."""
    what = _first(found, "incident_type")
    place = _first(found, "place")
    day = _first(found, "date")
    figures = [s for s in found if s.field == "harm" and not (s.value.part_of_total or s.value.aggregate)]
    if what is None and place is None and not figures and scope != "aggregate":
        return ""
    words = str(what.value).replace("_", " ").capitalize() if what else "Incident"
    where = _where(found, place, gazetteer) if place else ""
    when = f" on {day.value.start}" if day else ""
    by = _by(found)
    if scope == "aggregate":
        return f"Several events counted together, reportedly{where}{when}: not one incident."
    told = [_told(s) for s in figures if s.value.harm in (Harm.KILLED, *Harm)][:MOST_FIGURES]
    count = f": {', '.join(told)}" if told else ""
    return f"{words} reportedly{by}{where}{when}{count}."


def _first(found: list[Suggestion], field: str) -> Suggestion | None:
    return next((s for s in found if s.field == field), None)


def _where(found: list[Suggestion], place: Suggestion, gazetteer: Gazetteer) -> str:
    """The place, unless several that are not one go by its name."""
    same = [s.value for s in found if s.field == "place" and s.span == place.span]
    if len(meanings(gazetteer, same)) > 1:
        return " in a place whose name several bear"
    return f" in or near {gazetteer.places[place.value].name}"


def _by(found: list[Suggestion]) -> str:
    names = [
        s.value["name"]
        for s in found
        if s.field == "actor" and s.value["role"] == ActorRole.ALLEGED_PERPETRATOR.value
    ]
    return f" by {names[0]}" if names else ""


def _told(suggestion: Suggestion) -> str:
    figure = suggestion.value
    low, best, high = figure.low, figure.best, figure.high
    if best is None:
        number = (
            f"{low} to {high}"
            if low is not None and high is not None
            else (f"at least {low}" if low is not None else f"up to {high}")
        )
    else:
        number = (
            str(best) if low == best == high else (f"at least {best}" if low == best else f"about {best}")
        )
    return f"{number} {figure.harm.value}"
