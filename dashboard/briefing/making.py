"""What the parts of a briefing share while one is made in a language: names, notes, figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dashboard import fmt, texts
from dashboard.briefing import sums
from dashboard.briefing.asked import COMMUNITY, DISTRICT
from dashboard.briefing.gather import Found
from dashboard.briefing.model import Figure, Label, Notes, Piece, Quote, Runs, foreign, joined, say
from dashboard.i18n import _, language, n_
from db import personal_data

Facts = Mapping[str, Any]
# Words that take a side; a name that holds one is set in quotation marks (Reuters' and the BBC's guides say why).
LOADED = (
    *(
        "terror",
        "martyr",
        "regime",
        "infidel",
        "apostate",
        "traitor",
        "gang",
        "mercenar",
        "liberat",
        "cleans",
    ),
    *("thug", "rafid", "nusayri", "إرهاب", "شهيد", "شهداء", "نظام", "كفار", "مرتد", "خائن", "خونة", "شبيح"),
    *("مرتزق", "تحرير", "عصاب", "نصيري", "روافض", "تطهير"),
)


@dataclass
class Making:
    """A briefing on its way into a document: what was found, and the notes so far."""

    found: Found
    notes: Notes = field(default_factory=Notes)

    @cached_property
    def facts(self) -> list[Facts]:
        """What is believed of each incident that counts, the oldest first."""
        return [one.facts for one in self.found.entries]

    @cached_property
    def marks(self) -> dict[str, str]:
        """The mark of each incident in the annex."""
        return {str(f["incident_id"]): f"A{number}" for number, f in enumerate(self.facts, 1)}

    @cached_property
    def sources(self) -> dict[str, str]:
        """The short mark of each source, by its name: tables would be hard to read with long names in every row."""
        told = sorted({str(a["voice"]) for one in self.found.entries for a in one.accounts if a["voice"]})
        return {name: f"S{number}" for number, name in enumerate(told, 1)}

    @property
    def subject(self) -> str:
        """Whom or where it is about, no finer than may be told."""
        about = self.found.subject
        if about.kind == COMMUNITY and self.found.outside and not self.found.named:
            group = texts.name(self.found.region.groups[str(about.group)])
            return _("{group}, {where}").format(group=group, where=self.governorates)
        if about.kind == DISTRICT:
            return _("{name} district").format(name=texts.name(about.row))
        return texts.name(about.row)

    @property
    def governorates(self) -> str:
        """The governorates it is about."""
        ids = self.found.subject.governorate_ids
        rows = self.found.places[self.found.places["place_id"].isin(ids)].to_dict("records")
        return fmt.listed(texts.name(one) for one in rows) or texts.title(self.found.region)

    @property
    def since(self) -> Label:
        """The first day of the span."""
        return Label(fmt.day(self.found.asked.since))

    @property
    def until(self) -> Label:
        """The last day of the span, which is also the day as known on which all is told."""
        return Label(fmt.day(self.found.asked.as_of))

    def cite(self, name: str, told: Runs, ids: Iterable[str] = (), **query: Any) -> str:
        """The key of a note on what was counted."""
        about = self.found.asked
        span = {"since": about.since.isoformat(), "as_of": about.as_of.isoformat()}
        asked = {"region": about.region_id, self.found.subject.kind: self.found.subject.id, **span, **query}
        if self.found.outside and not self.found.named:
            asked.pop(COMMUNITY, None)
        return self.notes.cite(name, told, {"query": "incidents", **asked}, ids)

    def count(self, name: str, found: Sequence[Facts], told: Runs, words: str = "", **query: Any) -> Figure:
        """How many incidents, as "4 incidents" or in `words`."""
        key = self.cite(name, told, sums.ids(found), **query)
        number = len(found)
        return Figure(words or n_("{count} incident", "{count} incidents", number), key, name, number)

    def bare(self, name: str, found: Sequence[Facts], told: Runs, **query: Any) -> Figure:
        """How many incidents, as a bare number for a table."""
        return self.count(name, found, told, fmt.number(len(found)), **query)

    def toll(self, name: str, found: Sequence[Facts], told: Runs, **query: Any) -> Figure:
        """How many were reported killed, with the range, and of how many incidents nobody says."""
        toll = sums.total(found, self.found.below)
        key = self.cite(name, told, sums.ids(found), **query)
        value = {"low": toll.low, "best": toll.best, "high": toll.high, "unknown": toll.unknown}
        return Figure(toll_words(toll), key, f"{name}.killed", value)

    def civilians(self, name: str, found: Sequence[Facts], told: Runs, **query: Any) -> Figure:
        """How many of the dead were civilians, where reports say so."""
        toll = sums.added([sums.civil(one, self.found.below) for one in found])
        key = self.cite(name, told, sums.ids(found), **query)
        value = {"low": toll.low, "best": toll.best, "high": toll.high, "unknown": toll.unknown}
        return Figure(toll_words(toll), key, f"{name}.civilians", value)

    def of_incident(self, facts: Facts, text: str, value: Any = None, name: str = "") -> Figure:
        """A figure of one incident, which the annex traces to its reports."""
        one = str(facts["incident_id"])
        told = say(_("The incident {mark} and its reports."), mark=Label(self.marks.get(one, one[:8])))
        query = {"query": "incident", "incident_id": one, "as_of": self.found.asked.as_of.isoformat()}
        key = self.notes.cite(f"incident:{one}", told, query, (one,), self.marks.get(one, ""))
        return Figure(text, key, f"{one}.{name}" if name else "", value)

    def words(self, text: Any) -> Runs:
        """A source's own words, unless they seem to name a person."""
        said = foreign(text)
        if self.fenced(said):
            return (_("Its words are not shown here: they seem to name a person."),)
        return (Quote(said),)

    def speaker(self, voice: str) -> Piece:
        """Who is quoted by a report, unless that is a person's name."""
        return _("a person whom the report names") if self.fenced(foreign(voice)) else name(voice)

    def names_a_person(self, account: Mapping[str, Any]) -> bool:
        """Whether words of a report, told or not, seem to name a person."""
        said = [account.get("title"), *(one.get("wording") for one in account["claims"])]
        return any(self.fenced(foreign(one)) for one in said if not fmt.missing(one))

    def fenced(self, text: str) -> bool:
        """Whether a text seems to hold personal data."""
        return personal_data.blocks(text, self._is_place)

    def _is_place(self, name: str) -> bool:
        return name.casefold() in self._places

    @cached_property
    def _places(self) -> frozenset[str]:
        """The names of the places of these incidents, which may look like those of persons."""
        columns = ("place_name", "place_name_ar", "place_text", "district", "district_ar", "governorate")
        named = {str(f[c]).casefold() for f in self.facts for c in columns if not fmt.missing(f.get(c))}
        return frozenset(named)

    def refs(self, ids: Iterable[str]) -> str:
        """The marks of incidents, runs of them drawn together: A1–A4, A9."""
        numbers = sorted(int(self.marks[one][1:]) for one in ids if one in self.marks)
        runs: list[list[int]] = []
        for number in numbers:
            if runs and number == runs[-1][1] + 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        told = [f"A{a}" if a == b else fmt.isolated(f"A{a}–A{b}") for a, b in runs]
        return fmt.listed(told)


def toll_words(toll: sums.Toll) -> str:
    """The dead as a reader meets them: 4 (3–7); "unknown" where no figure is known."""
    if not toll.known:
        return _("unknown")
    if toll.best is None:
        return fmt.span(toll.low, toll.high)
    told = fmt.number(toll.best)
    return f"{told} ({fmt.span(toll.low, toll.high)})" if toll.wide else told


def actor(text: Any) -> Piece:
    """The name of an actor in the document's script where the region's pack has it there."""
    return name(texts.party(foreign(text)))


def name(text: Any) -> Piece:
    """A name as a source gives it; one that takes a side is set in quotation marks."""
    said = foreign(text)
    return Quote(said) if any(word in said.casefold() for word in LOADED) else Label(fmt.apart(said))


def names(found: Sequence[Any]) -> Runs:
    """Names in a row, each kept apart from the sentence."""
    return joined([(name(one),) for one in found], _(", "))


def listed(parts: Sequence[Runs]) -> Runs:
    """Rows of pieces with commas between them."""
    return joined(parts, _(", "))


def own_words(found: Found, key: str) -> tuple[Any, str]:
    """What the author wrote for a part, in the document's language or else in another, and which that is."""
    words = found.asked.words
    for spoken in (language(), *sorted(words)):
        if written := words.get(spoken, {}).get(key):
            return written, spoken
    return None, language()
