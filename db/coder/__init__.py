"""A pasted report becomes a draft: suggestions with the words they came from, for a person to confirm.

Offline: word lists (`lexicon.csv`), the gazetteer and rules. Nothing is stored, scored or decided here.
"""

from datetime import date

from db.coder import actors, figures, marks, naming, scope
from db.coder.draft import Draft, Figure, Suggestion, When
from db.coder.summary import summary
from db.coder.text import EXAMINED_CHARACTERS, Text
from db.coder.when import dates
from db.places import Gazetteer

__all__ = ["Draft", "EXAMINED_CHARACTERS", "Figure", "Suggestion", "When", "read"]

MOST_FIGURES = 300  # each is weighed against all others; nobody writes a report of more
MISSING = {
    "place": "no place of the gazetteer named",
    "date": "no date stated",
    "incident_type": "no type of incident recognised",
    "actor": "no actor named",
    "harm": "no number of people stated",
    "source": "nobody quoted",
}


def read(text: str, *, gazetteer: Gazetteer, anchor: date | None = None, lang: str | None = None) -> Draft:
    """What a report seems to say: place, date, type, actors, figures, sources and marks of doubt, with spans.

    `anchor` is the day the text was written, for words such as "yesterday"; `lang` ("en", "ar") is
    recognised where it is not given. Of a long text the first `EXAMINED_CHARACTERS` are read.
    """
    seen = Text.of(text, lang=lang)
    when, days = dates(seen, anchor)
    places, strangers = naming.read(seen, gazetteer, actors.stretches(seen))
    stated = figures.read(seen, days)
    counted = sorted(stated, key=lambda one: one.span)[:MOST_FIGURES]
    spots = sorted({s.span for s in [*places, *strangers]})
    counted, signs = scope.marked(seen, counted, spots, naming.settled(places, gazetteer))
    found = [*places, *strangers, *when, *marks.kinds(seen), *actors.read(seen), *counted, *signs]
    found += [*marks.sources(seen), *marks.disputes(seen), *marks.loaded(seen), *marks.identities(seen)]
    extent = scope.AGGREGATE if signs and scope.leads(counted) else scope.SINGLE
    fields = {s.field for s in found}
    missing = tuple(words for field, words in MISSING.items() if field not in fields)
    said = summary(found, extent, gazetteer, seen.lang)
    examined = min(len(text), EXAMINED_CHARACTERS)
    return Draft(
        seen.lang,
        extent,
        tuple(found),
        missing,
        tuple(_remarks(found, text, len(stated))),
        said,
        len(text),
        examined,
    )


def _remarks(found: list[Suggestion], text: str, stated: int) -> list[str]:
    """What a person should know before confirming."""
    remarks = []
    if len(text) > EXAMINED_CHARACTERS:
        remarks.append(f"only the first {EXAMINED_CHARACTERS:,} of {len(text):,} characters were read")
    if stated > MOST_FIGURES:
        remarks.append(f"only the first {MOST_FIGURES} of {stated:,} figures were read")
    if strangers := [str(s.value) for s in found if s.field == "unknown_place"]:
        remarks.append(f"named, but not in the gazetteer: {', '.join(strangers[:5])}")
    kinds = {s.value for s in found if s.field == "incident_type"}
    spots = {s.span for s in found if s.field == "place"}
    if len(kinds) > 2 and len(spots) > 2:
        remarks.append("several places and kinds of events: perhaps more than one incident")
    return remarks
