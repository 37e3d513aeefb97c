"""The search for duplicates: words of two scripts, who is compared with whom, what it weighs, how well it does."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import duplicate_sets as sets
from db import duplicates
from db.duplicates import blocking, comparing, scoring, texts
from db.duplicates.comparing import LEVELS
from db.duplicates.records import Records, Told
from db.vocab import Harm, IncidentType, SourceKind

DAY = date(2026, 3, 2)
LABELS = Path(__file__).parent / "labels"


def told(name: str = "a", **facts: Any) -> Told:
    """A report of a strike on a village, by a source of its own."""
    plain: dict[str, Any] = {
        **{"incident_id": name, "source_id": f"source {name}", "start": DAY, "end": DAY, "geo_prec": 1},
        **{"incident_type": IncidentType.BOMBARDMENT, "lat": 34.0, "lon": 36.0, "independence_group": name},
        **{"district_id": "d1", "governorate_id": "g1", "figures": {Harm.KILLED: (None, 4, None)}},
    }
    facts = {**plain, **facts}
    facts.setdefault("end", facts["start"])
    return Told(**facts)


def pairs(*accounts: Told) -> set[frozenset[int]]:
    records = Records(accounts)
    found = [(a, b) for left, right in blocking.pairs(records) for a, b in zip(left, right, strict=True)]
    assert len(found) == len({frozenset(pair) for pair in found})
    return {frozenset(map(int, pair)) for pair in found}


def level(name: str, left: Told, right: Told) -> str | None:
    """How one comparison comes out for two accounts, whichever stands first."""
    records, one = Records([left, right]), np.array([0])
    compare = {**comparing.FACTS, **comparing.TEXTS}[name]
    there, back = compare(records, one, one + 1)[0], compare(records, one + 1, one)[0]
    assert there == back
    return LEVELS[name][there - 1] if there else None


def score(left: Told, right: Told) -> float:
    found = duplicates.matched(Records([left, right]), least=0.001)
    return float(found.score[0]) if len(found.score) else 0.0


# Words


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("shelling", "قصف"),
        ("killed", "مقتل"),
        ("killed", "ومقتل"),
        ("gunmen", "المسلحين"),
        ("Velushorrin", "فيلوشورين"),
        ("Suwayda", "السويداء"),
        ("Qanawat", "قنوات"),
        ("Homs", "حمص"),
        ("25", "٢٥"),
    ],
)
def test_a_word_and_its_arabic_have_one_key(english: str, arabic: str) -> None:
    assert texts.keys(english) == texts.keys(arabic) != []


def test_spellings_of_a_name_have_one_key_and_common_words_none() -> None:
    spellings = "السُّوَيْداء السويدا Sweida as-Suwayda Soueida al-Suwaidaa Suweida's"
    assert set(texts.keys(spellings)) == {"sd"}
    assert texts.keys("the of near and في من على الذي") == []


def test_numbers_are_figures_not_years() -> None:
    assert texts.numbers("On 12 May 2026, ٣٠ people and 1 child; case 123456") == {"12", "30"}


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert texts.keys("raid " * 2_000_000) == texts.keys("raid " * (texts.MOST_CHARACTERS // 5))


def test_likeness_is_0_without_common_keys_and_1_for_the_same() -> None:
    rows = texts.vectors(["shells hit Homs", "قصف على حمص", "truce announced", "", "shells hit Homs"])
    found = texts.cosines(rows, np.array([0, 0, 0, 0]), np.array([4, 1, 2, 3]))
    assert found[0] == pytest.approx(1)
    assert found[1] > 0.5
    assert found[2:].tolist() == [0, 0]


# Who is compared with whom


@pytest.mark.parametrize(
    ("facts", "compared"),
    [
        ({}, True),
        ({"incident_id": "a"}, False),
        ({"start": DAY + timedelta(days=2)}, True),
        ({"start": DAY + timedelta(days=3)}, False),
        ({"start": DAY - timedelta(days=20), "end": DAY - timedelta(days=2)}, True),
        ({"start": DAY - timedelta(days=40), "end": DAY}, False),
        ({"governorate_id": "g2", "district_id": "d2"}, False),
        ({"governorate_id": None, "district_id": None, "lat": None, "lon": None}, True),
        ({"lat": 34.3}, False),
        ({"lat": 34.3, "geo_prec": 3}, True),
        ({"district_id": "d2", "geo_prec": 3}, False),
        ({"district_id": None, "geo_prec": 4}, True),
        ({"incident_type": IncidentType.TRUCE}, False),
        ({"incident_type": IncidentType.NOTHING_TO_REPORT}, False),
        ({"source_id": "source a"}, True),
    ],
)
def test_who_is_compared(facts: dict[str, Any], compared: bool) -> None:
    assert bool(pairs(told("a"), told(**{"name": "b", **facts}))) == compared


def test_a_dataset_tells_its_own_events_apart() -> None:
    one, two = (told(name, source_id="ucdp", kind=SourceKind.DATASET) for name in "ab")
    assert not pairs(one, two)
    assert pairs(one, replace(two, source_id="other"))


ACCOUNTS = st.builds(
    lambda n, start, length, unit, prec: told(
        f"i{n}",
        start=DAY + timedelta(days=start),
        end=DAY + timedelta(days=start + length),
        governorate_id=unit and unit[0],
        district_id=unit,
        geo_prec=prec,
        lat=34.0 + (ord(unit[0]) if unit else 0) / 1000,
    ),
    *(st.integers(0, 5), st.integers(0, 12), st.integers(0, 4)),
    *(st.sampled_from([None, "x1", "x2", "y1"]), st.sampled_from([1, 3])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ACCOUNTS, max_size=9), st.integers(1, 4))
def test_pairs_are_complete_whatever_the_order_and_the_parts(accounts: list[Told], chunk: int) -> None:
    """The sweep finds what comparing each with each finds, in parts of any size."""
    wanted = set()
    for i, j in combinations(range(len(accounts)), 2):
        if pairs(accounts[i], accounts[j]):
            wanted.add(frozenset((i, j)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "CHUNK", chunk)
        assert pairs(*accounts) == wanted


# How two accounts compare


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ((None, 4, None), (None, 4, None), "same_figure"),
        ((None, 0, None), (None, 0, None), "same_small_figure"),
        ((None, 4, None), (None, 5, None), "near_figure"),
        ((None, 10, None), (None, 15, None), "near_figure"),
        ((None, 10, 40), (None, 30, None), "near_figure"),
        ((None, 10, None), (None, 30, None), "other_figure"),
        ((None, 0, None), (None, 1, None), "other_figure"),
        ((None, None, None), (None, 1, None), None),
    ],
)
def test_figures(left: Any, right: Any, said: str | None) -> None:
    a, b = told("a", figures={Harm.KILLED: left}), told("b", figures={Harm.KILLED: right})
    assert level("deaths", a, b) == said


@pytest.mark.parametrize(
    ("comparison", "left", "right", "said"),
    [
        ("date", {}, {}, "same_day"),
        ("date", {}, {"start": DAY + timedelta(days=1)}, "next_day"),
        ("date", {}, {"start": DAY + timedelta(days=2)}, "later"),
        ("date", {}, {"start": DAY - timedelta(days=3), "end": DAY}, "overlap"),
        ("place", {}, {"lat": 34.005}, "same_place"),
        ("place", {"place_id": "p", "lat": None}, {"place_id": "p", "lat": None}, "same_place"),
        ("place", {}, {"lat": 34.03}, "near"),
        ("place", {}, {"lat": 34.09}, "around"),
        ("place", {}, {"lat": 34.2}, "far"),
        ("place", {}, {"geo_prec": 3}, "same_district"),
        ("place", {}, {"geo_prec": 4, "district_id": None}, "same_governorate"),
        ("place", {"governorate_id": None, "lat": None, "district_id": None}, {}, None),
        ("type", {}, {}, "same_type"),
        ("type", {}, {"incident_type": IncidentType.ASSASSINATION}, "same_family"),
        ("type", {}, {"incident_type": IncidentType.RUMOUR}, "other_type"),
        ("type", {}, {"incident_type": IncidentType.OTHER}, None),
        ("harm", {"figures": {Harm.INJURED: (None, 9, None)}}, {"figures": {Harm.INJURED: (1, 9, 9)}}, "same_figure"),
        ("harm", {"figures": {Harm.INJURED: (None, 9, None)}}, {"figures": {Harm.ABDUCTED: (1, 9, 9)}}, None),
        ("number", {"figures": {}, "text": "at least 12 dead"}, {"text": "مقتل ١٢"}, "same_number"),
        ("number", {"figures": {}, "text": "at least 12 dead"}, {"text": "13 killed"}, "other_number"),
        ("number", {"text": "at least 12 dead"}, {"text": "12 killed"}, None),
        ("actor", {"actors": frozenset("xy")}, {"actors": frozenset("yz")}, "common_actor"),
        ("actor", {"actors": frozenset("x")}, {"actors": frozenset("z")}, "other_actor"),
        ("actor", {"actors": frozenset("x")}, {}, None),
        ("source", {}, {}, "independent"),
        ("source", {}, {"independence_group": "a"}, "same_group"),
        ("source", {}, {"source_id": "source a"}, "same_outlet"),
        ("address", {"url": "https://a.invalid/1"}, {"url": "https://a.invalid/1"}, "same_address"),
        ("address", {}, {}, None),
        ("text", {"text": "Shells fell on Homs"}, {"text": "Shells fell on Homs"}, "same_words"),
        ("text", {"text": "Shells fell on Homs"}, {"text": "Truce agreed in Deraa"}, "unlike"),
        ("text", {"text": "Shells fell on Homs"}, {"text": "قصف على حمص"}, None),
        ("text", {"text": "Shells fell on Homs"}, {"text": ""}, None),
        ("translation", {"text": "Shells fell on Homs"}, {"text": "قصف على حمص"}, "alike_5"),
    ],
)  # fmt: skip
def test_comparisons(comparison: str, left: Any, right: Any, said: str | None) -> None:
    assert level(comparison, told("a", **left), told("b", **right)) == said


def test_a_monitor_that_keeps_cases_apart_is_believed_even_where_others_speak() -> None:
    """Two of a monitor's cases are two events, although an outlet's account of one is like a third's of the other."""
    monitor: dict[str, Any] = {"source_id": "m", "kind": SourceKind.NGO_MONITOR}
    alone = Records([told("a"), told("b")])
    cases = Records([told("a"), told("a", **monitor), told("b"), told("b", **monitor)])
    assert max(duplicates.matched(alone, least=0.001).score) > 0.5
    assert max(duplicates.matched(cases, least=0.001).score, default=0) < 0.5


# What it weighs


def test_every_level_has_its_weight_and_its_sign() -> None:
    weights = scoring.shipped()
    assert set(weights.of) == set(LEVELS)
    for name in LEVELS:
        assert weights.of[name][0] == 0  # unknown speaks neither for nor against
    against = ("later", "far", "other_type", "other_figure", "other_actor", "same_files")
    found = {level: weights.of[name][n + 1] for name in LEVELS for n, level in enumerate(LEVELS[name])}
    assert all(found[level] < 0 for level in against)
    assert weights.bias < 0


def test_the_same_strike_scores_high_and_others_low() -> None:
    a = told("a", text="Four killed as shells hit Telmara")
    assert score(a, told("b", text="مقتل أربعة بسقوط قذائف على تلمارا")) > 0.9
    assert score(a, told("b", text="مقتل أربعة بسقوط قذائف على تلمارا", lat=34.15)) < 0.5
    assert (
        score(a, told("b", text="Leaflets threaten families", incident_type=IncidentType.THREAT, figures={}))
        < 0.5
    )


def test_reasons_add_up_to_the_score() -> None:
    records = Records([told("a", text="shells hit Telmara"), told("b", text="shelling of Telmara")])
    found = duplicates.matched(records, least=0.001)
    (why,) = scoring.reasons(records, found.left, found.right)
    odds = scoring.shipped().bias + sum(reason["weight"] for reason in why)
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(found.score[0])
    assert [abs(reason["weight"]) for reason in why] == sorted((abs(r["weight"]) for r in why), reverse=True)


def test_the_order_of_the_accounts_changes_nothing() -> None:
    accounts = [t for t, _ in sets.tellings(LABELS / "duplicates_arabic.csv", typed=True)]
    named = []
    for some in (accounts, accounts[::-1]):
        records = Records(some)
        found = duplicates.matched(records)
        ids = [
            frozenset((some[a].incident_id, some[b].incident_id))
            for a, b in zip(found.left, found.right, strict=True)
        ]
        named.append(list(zip(ids, found.score.round(6).tolist(), strict=True)))
    assert named[0] == named[1]
    assert len(named[0]) > 30


def test_texts_are_left_aside_only_where_they_could_not_tip_the_scale() -> None:
    accounts = [t for t, _ in sets.tellings(LABELS / "duplicates_arabic.csv", typed=True)]
    records = Records(accounts)
    low, high = duplicates.matched(records, least=0.001), duplicates.matched(records, least=0.6)
    assert high.score.tolist() == [one for one in low.score.tolist() if one >= 0.6]


def test_between_two_datasets_an_event_has_one_twin() -> None:
    ged = [told(f"g{n}", source_id="ged", kind=SourceKind.DATASET) for n in range(2)]
    other = [told(f"o{n}", source_id="other", kind=SourceKind.DATASET) for n in range(3)]
    radio = told("r")
    found = duplicates.matched(Records([*ged, *other, radio]), least=0.01)
    apart = [
        {a, b} for a, b in zip(found.left.tolist(), found.right.tolist(), strict=True) if 5 not in (a, b)
    ]
    assert apart == [{0, 2}, {1, 3}]
    assert len(found.score) == 2 + 5  # the radio is no dataset: it may have told any of them


def test_an_event_that_has_its_twin_gets_no_other() -> None:
    data: dict[str, Any] = {"kind": SourceKind.DATASET}
    merged = [told("a", source_id="ged", **data), told("a", source_id="other", **data)]
    found = duplicates.matched(Records([*merged, told("b", source_id="ged", **data)]), least=0.001)
    assert len(found.score) == 0


def test_nothing_gives_nothing() -> None:
    assert len(duplicates.matched(Records([])).score) == 0
    assert len(duplicates.matched(Records([told()])).score) == 0


# How well it does (the tables of db/README.md come from `benchmarks/duplicates.py`)


def measured(labelled: sets.Labelled, chosen: Any = None) -> tuple[float, float]:
    """Precision and recall of the pairs that reach the default score."""
    records, events = Records([t for t, _ in labelled]), np.array([e for _, e in labelled])
    found = duplicates.matched(records)
    kept = (
        chosen(records.arabic[found.left], records.arabic[found.right])
        if chosen
        else np.ones(len(found.left), bool)
    )
    pairs = np.array(list(combinations(range(len(events)), 2)))
    true = events[pairs[:, 0]] == events[pairs[:, 1]]
    if chosen:
        true &= chosen(records.arabic[pairs[:, 0]], records.arabic[pairs[:, 1]])
    right = (events[found.left] == events[found.right])[kept]
    return float(right.mean()), float(right.sum() / true.sum())


@pytest.fixture(scope="module")
def invented() -> sets.Labelled:
    return sets.exercise(31, years=0.5, communities=12)


@pytest.mark.parametrize(
    ("chosen", "precision", "recall"),
    [
        (None, 0.78, 0.87),
        (lambda a, b: ~a & ~b, 0.78, 0.87),
        (lambda a, b: a != b, 0.75, 0.85),
    ],
)
def test_the_duplicates_of_an_exercise_are_found(
    invented: sets.Labelled, chosen: Any, precision: float, recall: float
) -> None:
    found = measured(invented, chosen)
    assert found[0] >= precision
    assert found[1] >= recall


@pytest.mark.parametrize(("typed", "precision", "recall"), [(False, 0.7, 0.65), (True, 0.85, 0.95)])
def test_arabic_and_english_tellings_of_one_event_are_found(
    typed: bool, precision: float, recall: float
) -> None:
    found = measured(sets.tellings(LABELS / "duplicates_arabic.csv", typed=typed))
    assert found[0] >= precision
    assert found[1] >= recall


def left_out(shared: Path | None) -> bool:
    if shared is None:
        print("left out: no shared data here, so nothing was measured on real events")
    return shared is None


def test_headlines_of_one_event_are_told_from_near_misses(shared: Path | None) -> None:
    """On labelled pairs of one district and day, as somebody files them; their texts never enter the repository."""
    if left_out(shared):
        return
    assert shared is not None
    labelled, names = sets.headlines(shared / "ucdp", filed=True)
    row_of = {name: n for n, name in enumerate(names)}
    with (LABELS / "duplicates_headlines.csv").open(encoding="utf-8", newline="") as file:
        rows = [[int(cell) for cell in row.values()] for row in csv.DictReader(file)]
    same = {frozenset((row_of[str(a), i], row_of[str(b), j])): bool(said) for a, i, b, j, said in rows}
    found = duplicates.matched(Records([t for t, _ in labelled]))
    hits = {frozenset(pair) for pair in zip(found.left.tolist(), found.right.tolist(), strict=True)}
    right = sum(said for pair, said in same.items() if pair in hits)
    assert right / len(hits & set(same)) >= 0.75
    assert right / sum(same.values()) >= 0.85


def test_the_events_of_two_publishers_are_matched(shared: Path | None) -> None:
    """Of one year, by what both files say; the ids that both keep are the truth."""
    if left_out(shared):
        return
    assert shared is not None
    labelled = sets.publishers(shared / "ucdp", range(2018, 2019))
    records, events = Records([t for t, _ in labelled]), np.array([e for _, e in labelled])
    found = duplicates.matched(records)
    right = events[found.left] == events[found.right]
    twins = sum(count == 2 for count in np.unique(events, return_counts=True)[1])
    assert right.mean() >= 0.95
    assert right.sum() / twins >= 0.93
