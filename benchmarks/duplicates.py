"""Duplicates: fit the weights, measure precision and recall, and time 100,000 reports.

python -m benchmarks.duplicates fit FOLDER      writes db/duplicates/weights.csv (FOLDER: the shared UCDP files)
python -m benchmarks.duplicates measure FOLDER  the tables of db/README.md, on events and seeds not used to fit
python -m benchmarks.duplicates labels FOLDER   writes tests/db/labels/duplicates_headlines.csv: ids, no texts
python -m benchmarks.duplicates speed           100,000 invented reports on two cores, with peak memory
"""

import csv
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

import db.duplicates
from benchmarks import duplicate_sets as sets
from db.duplicates import blocking, scoring
from db.duplicates.comparing import FACTS, LEVELS, TEXTS
from db.duplicates.records import Records, Told
from db.exercise.dice import Dice
from db.vocab import Harm, IncidentType, SourceKind

WEIGHTS = Path(db.duplicates.__file__).with_name("weights.csv")
FIT_SEEDS, TEST_SEEDS = (11, 12), (21, 22, 23, 24)
FOR = {"same_day", "overlap", "same_place", "near", "same_district", "same_type", "same_figure"}
FOR |= {"same_small_figure", "same_number", "same_actor", "same_words", "alike_5", "alike_4"}
AGAINST = {"later", "far", "around", "other_type", "other_figure", "other_number", "other_actor", "unlike"}
AGAINST |= {"same_files"}
MOST, RIDGE = 4.0, 2.0
LABELS = Path(__file__).parents[1] / "tests" / "db" / "labels"
NEAR_MISSES = 2  # for each pair of one event
BY_HAND = {("address", "same_address"): 3.0}  # no labelled pair shares a page
BARS = (0.3, 0.4, 0.5, 0.7, 0.9)
FITTED = [(c, level) for c in LEVELS for level in LEVELS[c] if c != "harm" and level != "independent"]


def _sets(folder: Path, seeds: tuple[int, ...]) -> Iterator[tuple[str, sets.Labelled]]:
    """The labelled sets by name."""
    yield "headlines", sets.headlines(folder, filed=False)[0]
    yield "headlines as filed", sets.headlines(folder, filed=True)[0]
    yield "two publishers", sets.publishers(folder)
    if seeds == TEST_SEEDS:
        for words, typed in (("words, day, place", False), ("as filed", True)):
            yield f"invented tellings, {words}", sets.tellings(LABELS / "duplicates_arabic.csv", typed=typed)
    for seed in seeds:
        yield f"exercise {seed}", sets.exercise(seed)


def _pairs(records: Records) -> tuple[Any, Any]:
    found = list(blocking.pairs(records))
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def _halves(name: str, events: Any, left: Any, right: Any) -> Any:
    """Whether each pair serves to fit; exercises are told apart by their seeds, tellings serve to test only."""
    if name.startswith("invented"):
        return np.zeros(len(left), bool)
    if name.startswith("exercise"):
        return np.full(len(left), int(name.split()[1]) in FIT_SEEDS)
    fit = {event: sets.half(event) == "fit" for event in set(events)}
    return np.array([fit[min(events[i], events[j])] for i, j in zip(left, right, strict=True)])


def _matrix(records: Records, left: Any, right: Any) -> Any:
    """A column for each level, 1 where it holds; other harm weighs half of what deaths weigh; last the bias."""
    levels = scoring.compared(records, left, right, FACTS | TEXTS)
    columns = [(levels[c] == LEVELS[c].index(level) + 1).astype(float) for c, level in FITTED]
    for code, level in enumerate(LEVELS["harm"], start=1):
        columns[FITTED.index(("deaths", level))] += 0.5 * (levels["harm"] == code)
    return np.column_stack([*columns, np.ones(len(left))])


def fit(folder: Path) -> None:
    """Logistic regression on the fitting halves, each set of equal weight; signs where only one makes sense."""
    parts = []
    for name, labelled in _sets(folder, FIT_SEEDS):
        records, events = Records([t for t, _ in labelled]), np.array([e for _, e in labelled])
        left, right = _pairs(records)
        mine = _halves(name, events, left, right)
        left, right = left[mine], right[mine]
        share = np.full(len(left), 10_000 / len(left))
        parts.append((_matrix(records, left, right), events[left] == events[right], share))
    x, same, share = (np.concatenate(part) for part in zip(*parts, strict=True))
    found = minimize(
        _loss, np.zeros(x.shape[1]), (x, same, share), jac=True, bounds=_bounds(), method="L-BFGS-B"
    )
    _write(dict(zip(FITTED, found.x, strict=False)), found.x[-1])


def _loss(weights: Any, x: Any, same: Any, share: Any) -> tuple[float, Any]:
    odds, free = x @ weights, np.append(np.ones(len(weights) - 1), 0)
    loss = (share * (np.logaddexp(0, odds) - same * odds)).sum() + RIDGE / 2 * (free * weights**2).sum()
    return loss, x.T @ (share * (1 / (1 + np.exp(-odds)) - same)) + RIDGE * free * weights


def _bounds() -> list[tuple[float | None, float | None]]:
    signs = [(0.0 if level in FOR else -MOST, 0.0 if level in AGAINST else MOST) for _, level in FITTED]
    return [*signs, (None, None)]


def _write(weights: dict[tuple[str, str], float], bias: float) -> None:
    harm = {("harm", level): weights["deaths", level] / 2 for level in LEVELS["harm"]}
    table = {**weights, **harm, **BY_HAND, (scoring.BIAS, ""): bias}
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["comparison", "level", "weight"])
        writer.writerows([c, level, f"{weight:.2f}"] for (c, level), weight in sorted(table.items()))


def measure(folder: Path) -> None:
    """Print precision and recall at some bars, for pairs of the halves that were not fitted."""
    tally: dict[str, list[tuple[Any, Any, int]]] = {}
    for name, labelled in _sets(folder, TEST_SEEDS):
        records, events = Records([t for t, _ in labelled]), np.array([e for _, e in labelled])
        found = db.duplicates.matched(records, least=0.05)
        tested = ~_halves(name, events, found.left, found.right)
        same = events[found.left] == events[found.right]
        for part, chosen in _parts(name, records.arabic).items():
            kept = tested & chosen(found.left, found.right)
            row = (same[kept], found.score[kept], _true_pairs(name, events, chosen))
            tally.setdefault(name.rstrip(" 0123456789") + part, []).append(row)
    print("| set | true pairs |", " | ".join(f"{bar:g}" for bar in BARS), "|")
    for name, rows in tally.items():
        same, score = (np.concatenate([row[n] for row in rows]) for n in (0, 1))
        if true := sum(row[2] for row in rows):
            print(f"| {name} | {true:,} |", " | ".join(_curve(same, score, true)), "|")


def _curve(same: Any, score: Any, true: int) -> Iterator[str]:
    """Precision / recall at each bar."""
    for bar in BARS:
        kept = same[score >= bar]
        yield f"{kept.mean():.2f} / {kept.sum() / true:.2f}" if len(kept) else "– / .00"


def _parts(name: str, arabic: Any) -> dict[str, Callable[[Any, Any], Any]]:
    if not name.startswith(("exercise", "invented")):
        return {"": lambda a, b: np.ones(len(a), bool)}
    return {
        "": lambda a, b: np.ones(len(a), bool),
        ", English": lambda a, b: ~arabic[a] & ~arabic[b],
        ", Arabic": lambda a, b: arabic[a] & arabic[b],
        ", one of each": lambda a, b: arabic[a] != arabic[b],
    }


def _true_pairs(name: str, events: Any, chosen: Callable[[Any, Any], Any]) -> int:
    """How many pairs of one event there are in the tested half, compared or not."""
    order = np.argsort(events, kind="stable")
    total = 0
    for step in range(1, Counter(events.tolist()).most_common(1)[0][1]):
        left, right = order[:-step], order[step:]
        together = events[left] == events[right]
        left, right = left[together], right[together]
        total += int((~_halves(name, events, left, right) & chosen(left, right)).sum())
    return total


def labels(folder: Path) -> None:
    """Write pairs of headlines of the tested half: all of one event, and near misses of the same district and day."""
    labelled, names = sets.headlines(folder, filed=False)
    records, events = Records([t for t, _ in labelled]), np.array([e for _, e in labelled])
    left, right = _pairs(records)
    close = ~_halves("headlines", events, left, right) & (records.district[left] == records.district[right])
    close &= records.end[left] == records.end[right]
    same = events[left] == events[right]
    misses = np.flatnonzero(close & ~same)
    misses = misses[
        np.random.default_rng(1).permutation(len(misses))[: NEAR_MISSES * int((close & same).sum())]
    ]
    with (LABELS / "duplicates_headlines.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["left_id", "left_part", "right_id", "right_part", "same"])
        chosen = sorted([*np.flatnonzero(close & same).tolist(), *misses.tolist()])
        writer.writerows([*names[left[n]], *names[right[n]], int(same[n])] for n in chosen)


def invented(count: int, seed: int = 1) -> list[Told]:
    """Made-up reports of three years: 60 districts, some far busier, a third of the reports about one event."""
    dice, told = Dice(np.random.SeedSequence(seed)), list[Told]()
    kinds = [IncidentType.ARMED_CLASH, IncidentType.BOMBARDMENT, IncidentType.ATTACK_ON_CIVILIANS]
    while len(told) < count:
        district = int(60 * dice.uniform() ** 3)
        day, kind = date(2016, 1, 1) + timedelta(days=dice.between(0, 1094)), dice.pick(kinds)
        place, dead = dice.between(0, 25), int(dice.waiting(4))
        for teller in range(1 + (dice.between(0, 2) == 0) * dice.between(1, 2)):
            told.append(_invented(len(told), teller, district, place, day, kind, dead, dice))
    return told[:count]


WORDS = [
    "shelling",
    "clash",
    "near",
    "the",
    "town",
    "killed",
    "wounded",
    "fighters",
    "road",
    "convoy",
    "market",
    "school",
    "hospital",
    "raid",
    "night",
]
ARABIC = [
    "قصف",
    "اشتباك",
    "قرب",
    "بلدة",
    "قتلى",
    "جرحى",
    "مقاتلين",
    "طريق",
    "قافلة",
    "سوق",
    "مدرسة",
    "مشفى",
    "غارة",
    "ليلا",
]


def _invented(
    number: int, teller: int, district: int, place: int, day: date, kind: IncidentType, dead: int, dice: Dice
) -> Told:
    words = dice.pick([WORDS, ARABIC])
    text = " ".join([dice.pick(words) for _ in range(25)] + [f"Town{district}x{place}", str(dead)])
    return Told(
        incident_id=f"i{number}",
        source_id=f"s{(number + teller) % 40}",
        start=day,
        end=day,
        text=text,
        independence_group=f"s{(number + teller) % 40}",
        kind=SourceKind.MEDIA,
        incident_type=kind,
        geo_prec=1,
        lat=33 + district // 10 * 0.5 + place % 5 * 0.03,
        lon=36 + district % 10 * 0.5 + place // 5 * 0.03,
        district_id=f"d{district}",
        governorate_id=f"g{district // 5}",
        figures={Harm.KILLED: (None, dead, None)},
        actors=frozenset({f"a{dice.between(0, 8)}"}),
    )


def speed(count: int = 100_000) -> None:
    """Print how long all of it takes, and the most memory the process held."""
    told = invented(count)
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.perf_counter()
    records = Records(told)
    found = db.duplicates.matched(records)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    compared = sum(len(a) for a, _ in blocking.pairs(records))
    print(f"{count:,} reports: {wall:.1f} s wall, {cpu:.1f} s CPU, peak {after.ru_maxrss / 1024:,.0f} MB")
    print(f"{compared:,} pairs compared, {len(found.score):,} candidates")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    {"fit": fit, "measure": measure, "labels": labels, "speed": speed}[what](*map(Path, rest))
