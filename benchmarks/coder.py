"""How far drafts of pasted reports agree with labels made by hand, and how long they take.

`python benchmarks/coder.py ged_syria_2016_2018.csv.gz` reads the labelled headlines out of UCDP's file;
without it only the invented texts are read. `--failures` names the rows that fail, by class.
"""

import argparse
import csv
import gzip
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from db import packs
from db.coder import Draft, read
from db.coder.agreement import FIELDS, Case, Label, cases, deaths, gazetteer_of, headlines, rates
from db.places import Gazetteer
from db.vocab import PlaceLevel

LABELS = Path(__file__).parents[1] / "tests" / "db" / "labels"


def main() -> None:
    """Print one table for each set of labels."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("file", nargs="?", type=Path, help="ged_syria_2016_2018.csv.gz")
    ask.add_argument("--failures", action="store_true")
    asked = ask.parse_args()
    gazetteer = gazetteer_of(packs.read(packs.find("syria")))
    sets: dict[str, list[tuple[str, Label]]] = {}
    if asked.file:
        sets = {
            f"headlines, {split}": headlines(asked.file, LABELS / "headlines.csv", split)
            for split in ("dev", "test", "fresh", "blind", "last")
        }
    for name, file in (("Arabic, invented", "arabic.csv"), ("other styles, invented", "styles.csv")):
        with (LABELS / file).open(encoding="utf-8") as lines:
            sets[name] = [(row["text"], row) for row in csv.DictReader(lines)]
    for name, labelled in sets.items():
        _table(name, labelled, cases(labelled, gazetteer), asked.failures)
    if asked.file:
        _beside_ucdp(asked.file, sets, gazetteer)
    _speed(gazetteer)


def _table(name: str, labelled: list[tuple[str, Label]], made: list[Case], named: bool) -> None:
    print(
        f"\n{name}: {len(made)} texts\n\n| field | right | precision | recall | failures |\n|---|---|---|---|---|"
    )
    for field in FIELDS:
        found = rates(field, [label for _, label in labelled], made)
        why = Counter(case.failures[field] for case in made if field in case.failures)
        classes = "; ".join(f"{words} {n}" for words, n in why.most_common())
        row = f"{100 * found.accuracy:.1f} % ({found.right}/{found.texts})"
        print(f"| {field} | {row} | {100 * found.precision:.1f} % | {100 * found.recall:.1f} % | {classes} |")
    for case in made if named else []:
        if case.failures:
            print(f"  {case.id}: {dict(case.failures)}")


def _beside_ucdp(file: Path, sets: dict[str, list[tuple[str, Label]]], gazetteer: Gazetteer) -> None:
    """Agreement with UCDP's coded district and best estimate: another thing, so without a goal."""
    wanted = {
        label["id"]: text
        for name, labelled in sets.items()
        if "headlines" in name
        for text, label in labelled
    }
    place = [0, 0]
    killed = [0, 0]
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["id"] in wanted:
                draft = read(wanted[row["id"]], gazetteer=gazetteer)
                _count(
                    place,
                    _governorate(draft, gazetteer),
                    gazetteer.named(row["adm_1"], PlaceLevel.GOVERNORATE),
                )
                stated = [] if draft.scope == "aggregate" else deaths(draft)
                _count(killed, sum(stated) if stated else None, int(row["best"]))
    print("\nUCDP's coding of the same events (where the draft says anything):")
    print(
        f"governorate the same in {place[0]} of {place[1]}, deaths equal to `best` in {killed[0]} of {killed[1]}"
    )


def _count(tally: list[int], said: object, coded: object) -> None:
    if said is not None:
        tally[0] += said == coded
        tally[1] += 1


def _governorate(draft: Draft, gazetteer: Gazetteer) -> str | None:
    named = draft.of("place")
    return gazetteer.ancestor(named[0].value, PlaceLevel.GOVERNORATE) if named else None


def _speed(gazetteer: Gazetteer) -> None:
    texts: Iterable[tuple[str, str]] = [
        ("a headline", "Shelling kills 3 civilians in Douma, activists said."),
        ("20,000 characters", "Shelling kills 3 civilians in Douma, activists said. " * 380),
        ("8,000,000 characters", "Shelling kills 3 civilians in Douma, activists said. " * 150_000),
    ]
    print()
    for name, text in texts:
        begun = time.process_time()
        read(text, gazetteer=gazetteer)
        print(f"{name}: {time.process_time() - begun:.3f} CPU s")


if __name__ == "__main__":
    main()
