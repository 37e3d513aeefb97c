"""Withholds each name of each place in turn and looks it up by the rest: how often the right place comes first.

`python benchmarks/names.py FOLDER` reads the administrative tables of Syria (opensyria_*.json, syr_admin*.geojson);
without a folder the shipped pack's own places and aliases are asked. Nested places of one name count as one.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db import packs, spelling
from db.candidates import LEAST_SCORE, Names
from db.places import Gazetteer, PlaceRow
from db.spelling import is_arabic, is_unvowelled, normalise, without_unit
from db.vocab import PlaceLevel

TABLES = (
    ("governorates", PlaceLevel.GOVERNORATE),
    ("districts", PlaceLevel.DISTRICT),
    ("subdistricts", PlaceLevel.SUBDISTRICT),
)
SHOWN = 3


@dataclass
class Land:
    """Places with all their names, and the group (nested places of one name) that each belongs to."""

    rows: list[PlaceRow]
    names: dict[str, list[str]]

    def __post_init__(self) -> None:
        self.gazetteer = Gazetteer(self.rows, [(i, name) for i, each in self.names.items() for name in each])
        self.group = {row.id: row.id for row in self.rows}
        bare = {i: {without_unit(name) for name in each} for i, each in self.names.items()}
        for place in sorted(self.rows, key=lambda row: list(PlaceLevel).index(row.level)):
            above = [up for up in self.names if up != place.id and self.gazetteer.is_in(place.id, up)]
            same = [up for up in above if bare[up] & bare[place.id]]
            self.group[place.id] = self.group[same[0]] if same else place.id

    def members(self) -> dict[str, list[str]]:
        """The places of each group."""
        found: dict[str, list[str]] = defaultdict(list)
        for place, group in self.group.items():
            found[group].append(place)
        return found


@dataclass(frozen=True)
class Trial:
    """One name that was withheld: the groups that were offered for it instead, and what kind of name it is."""

    name: str
    group: str
    offered: list[str]
    first: list[str]
    kind: str
    best_of_right: float

    @property
    def outcome(self) -> str:
        """Right, or the class of the failure."""
        if self.offered[:1] == [self.group]:
            return "right"
        if self.group in self.first:
            return "several places of this name"
        if not self.best_of_right:
            return "no other name of the place is like it"
        return (
            "another place is more like it" if self.group in self.offered else "three places are more like it"
        )


def tables(folder: Path) -> Land:
    """The administrative tables of Syria: names and aliases of both publishers, joined by code."""
    rows, names = [], defaultdict(list)
    for number, (table, level) in enumerate(TABLES, start=1):
        shapes = json.loads((folder / f"syr_admin{number}_simplified.geojson").read_text("utf-8"))
        for facts in (feature["properties"] for feature in shapes["features"]):
            up = facts.get(f"ADM{number - 1}_PCODE")
            rows.append(PlaceRow(facts["PCODE"], up, level, facts["NAME_EN"], None, None, None, None))
            names[facts["PCODE"]] += [
                facts.get(key) for key in ("NAME_EN", "NAM_EN_REF", "NAME_AR", "NAM_AR_REF")
            ]
        for one in json.loads((folder / f"opensyria_{table}.json").read_text("utf-8")):
            told = [*one["name"].values(), *(alias["value"] for alias in one["aliases"])]
            names[one["externalIds"]["ochaPcode"]] += told
    return Land(rows, {i: _distinct(each) for i, each in names.items()})


def shipped(region: str) -> Land:
    """The places of a shipped pack that have a name of their own (no codes)."""
    pack = packs.read(packs.find(region))
    known = ("id", "parent_id", "level", "name", "lat", "lon", "radius_km")
    rows = [PlaceRow(*(place[key] for key in known), None) for place in pack.places]
    return Land(rows, {p["id"]: _distinct([p["name"], p["name_ar"], *p["aliases"]]) for p in pack.places})


def _distinct(names: list[str | None]) -> list[str]:
    return list(dict.fromkeys(" ".join(name.split()) for name in names if name))


def trials(land: Land) -> Iterator[Trial]:
    """Every name of every group withheld in turn and looked up by the rest."""
    index = land.gazetteer._names(None)
    for group, members in land.members().items():
        names = _distinct([name for place in members for name in land.names[place]])
        forms = Counter(form for name in names for form in {normalise(name), without_unit(name)})
        for name in names:
            own = {normalise(name), without_unit(name)}
            lost = {form for form in own if forms[form] == 1}
            yield _trial(land, index, name, group, lost, members)


def _trial(land: Land, index: Names, name: str, group: str, lost: set[str], members: list[str]) -> Trial:
    held = {form: index.named[form] for form in lost}
    index.named.update({form: set(held[form]) - set(members) for form in lost})  # type: ignore[attr-defined]
    found = index.like(name)
    index.named.update(held)  # type: ignore[attr-defined]
    ranked = sorted(found, key=lambda place: (-found[place][0], *land.gazetteer._order(place)))
    offered = list(dict.fromkeys(land.group[place] for place in ranked))
    first = [land.group[place] for place in ranked if found[place] == found[ranked[0]]]
    right = max((found[place][0] for place in members if place in found), default=0.0)
    return Trial(name, group, offered[:SHOWN], first, _kind(name, lost), right)


def _kind(name: str, lost: set[str]) -> str:
    if without_unit(name) not in lost:
        return "another name differs in case, accents, article or unit only"
    if is_arabic(name):
        return "new spelling, Arabic"
    return f"new spelling, {'romanised letter by letter' if is_unvowelled(without_unit(name)) else 'Latin'}"


def report(done: list[Trial]) -> dict[str, Any]:
    """Shares by kind of name, and the failures by class."""
    kinds: dict[str, list[Trial]] = defaultdict(list)
    for trial in done:
        kinds["all names"].append(trial)
        kinds[trial.kind].append(trial)
    shares = {
        kind: {
            "names": len(each),
            "first": round(sum(one.outcome == "right" for one in each) / len(each), 4),
            "among_three": round(sum(one.group in one.offered for one in each) / len(each), 4),
        }
        for kind, each in sorted(kinds.items())
    }
    return {"shares": shares, "failures": Counter(one.outcome for one in done if one.outcome != "right")}


def speed(land: Land) -> float:
    """Look-ups in a CPU second, every name asked once with nothing kept from before."""
    asked = sorted({name for each in land.names.values() for name in each})
    land.gazetteer.candidates(asked[0])
    for kept in (spelling._normalised, spelling._without_unit, spelling._sounds, spelling._skeleton):
        kept.cache_clear()
    begun = time.process_time()
    for name in asked:
        land.gazetteer.candidates(name)
    return len(asked) / (time.process_time() - begun)


def main() -> None:
    """Print the shares, the failures and the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", type=Path, nargs="?", help="the administrative tables; default: the shipped pack"
    )
    parser.add_argument(
        "--failures", action="store_true", help="list every name that failed, with what came instead"
    )
    options = parser.parse_args()
    land = tables(options.folder) if options.folder else shipped("syria")
    done = list(trials(land))
    told = {"places": len(land.rows), "groups": len(land.members()), **report(done)}
    print(json.dumps({**told, "lookups_per_cpu_s": round(speed(land)), "least_score": LEAST_SCORE}, indent=1))
    for trial in done if options.failures else ():
        if trial.outcome != "right":
            print(trial.outcome, trial.name, trial.group, trial.offered, sep=" | ", file=sys.stderr)


if __name__ == "__main__":
    main()
