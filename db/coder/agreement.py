"""How far drafts agree with labels made by hand: of a place, of the deaths stated, of aggregate or single event."""

import csv
import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from db.coder import Draft, read
from db.coder.scope import AGGREGATE
from db.packs import Pack
from db.places import Gazetteer, PlaceRow
from db.vocab import Harm

UNKNOWN = "unknown"  # the text names a place, but none of the gazetteer
FIELDS = ("place", "deaths", "aggregate")
Label = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled text: what was read, which fields are right, and how the others fail."""

    id: str
    draft: Draft
    failures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rates:
    """Of one field: texts with the right answer, suggestions that are right, and stated things that were found."""

    right: int
    texts: int
    found: int
    suggested: int
    stated: int

    @property
    def accuracy(self) -> float:
        """Share of the texts whose answer is right, "nothing stated" included."""
        return self.right / self.texts

    @property
    def precision(self) -> float:
        """Share of the texts with a suggestion whose suggestion is right; NaN without any."""
        return self.found / self.suggested if self.suggested else float("nan")

    @property
    def recall(self) -> float:
        """Share of the texts that state something in which it was found; NaN without any."""
        return self.found / self.stated if self.stated else float("nan")


def cases(labelled: Iterable[tuple[str, Label]], gazetteer: Gazetteer) -> list[Case]:
    """Reads each text and compares it with its label (`place`, `deaths`, `aggregate`, as in tests/db/labels)."""
    made = []
    for text, label in labelled:
        draft = read(text, gazetteer=gazetteer)
        wrong = {
            "place": _place(draft, label, gazetteer),
            "deaths": _deaths(draft, label),
            "aggregate": "" if draft.scope == label["aggregate"] else f"taken for {draft.scope}",
        }
        made.append(Case(label["id"], draft, {field: why for field, why in wrong.items() if why}))
    return made


def rates(field: str, labels: Iterable[Label], made: Iterable[Case]) -> Rates:
    """How often a field is right; for `aggregate` the things to be found are the aggregates."""
    pairs = list(zip(labels, made, strict=True))
    right = [field not in case.failures for _, case in pairs]
    said = [_says(field, case.draft) for _, case in pairs]
    stated = [_states(field, label) for label, _ in pairs]
    found = sum(r and s and t for r, s, t in zip(right, said, stated, strict=True))
    return Rates(sum(right), len(right), found, sum(said), sum(stated))


def deaths(draft: Draft) -> list[int]:
    """The numbers of killed that a draft holds, without parts of totals and without those it leaves open."""
    figures = [s.value for s in draft.of("harm") if s.value.harm is Harm.KILLED and not s.value.part_of_total]
    return sorted(figure.best for figure in figures if figure.best is not None)


def numbers(cell: str) -> list[int]:
    """The numbers of a label: "2+1" for two counts of one text."""
    return sorted(int(number) for number in cell.split("+")) if cell else []


def same_place(one: str, other: str, gazetteer: Gazetteer) -> bool:
    """Whether two places are one, or nested and of one name: a town, its district, its governorate."""
    if one == other:
        return True
    if not (gazetteer.is_in(one, other) or gazetteer.is_in(other, one)):
        return False
    names = {place: gazetteer.places[place].name.split(" (")[0] for place in (one, other)}
    return one in gazetteer.called(names[other]) or other in gazetteer.called(names[one])


def gazetteer_of(pack: Pack) -> Gazetteer:
    """The gazetteer of a region pack, read from its files alone."""
    known = ("id", "parent_id", "level", "name", "lat", "lon", "radius_km")
    places = [PlaceRow(**{key: place[key] for key in known}, polygon=None) for place in pack.places]
    names = [
        (p["id"], name) for p in pack.places for name in (p["name"], p["name_ar"], *p["aliases"]) if name
    ]
    return Gazetteer(places, names)


def headlines(file: Path, labels: Path, split: str) -> list[tuple[str, Label]]:
    """The labelled headlines of one split (`dev`, `test`) with their texts, taken from a GED file by event id.

    A row may hold several headlines between semicolons; `part` says which one is meant.
    """
    with labels.open(encoding="utf-8") as lines:
        wanted = [row for row in csv.DictReader(lines) if row["split"] == split]
    ids = {row["id"] for row in wanted}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        texts = {row["id"]: row["source_headline"] for row in csv.DictReader(lines) if row["id"] in ids}
    return [(" ".join(texts[r["id"]].split(";")[int(r["part"])].split()).strip(' "'), r) for r in wanted]


def _says(field: str, draft: Draft) -> bool:
    if field == "aggregate":
        return draft.scope == AGGREGATE
    return bool(draft.of("place") if field == "place" else deaths(draft))


def _states(field: str, label: Label) -> bool:
    if field == "aggregate":
        return label["aggregate"] == AGGREGATE
    return bool(label[field]) and label[field] != UNKNOWN


def _place(draft: Draft, label: Label, gazetteer: Gazetteer) -> str:
    """ "" where the place suggested first is one of those labelled, or rightly none is."""
    named = draft.of("place")
    accepted = [place for place in label["place"].split("|") if place]
    if not named:
        return "" if not accepted or UNKNOWN in accepted else "not found"
    known = [place for place in accepted if place != UNKNOWN]
    if any(same_place(named[0].value, place, gazetteer) for place in known):
        return ""
    if not known:
        return "a place where none of the gazetteer is named"
    offered = any(same_place(s.value, place, gazetteer) for s in named for place in known)
    return "found, but not first" if offered else "another place"


def _deaths(draft: Draft, label: Label) -> str:
    got, want = deaths(draft), numbers(label["deaths"])
    if got == want:
        return ""
    if not got:
        return "not found"
    return "another number" if want else "a number where none is stated"
