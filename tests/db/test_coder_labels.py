"""The coder against labels made by hand: 70 invented texts always, 710 real headlines where they are at hand."""

import csv
from pathlib import Path

import pytest

from db import packs
from db.coder import Draft
from db.coder.agreement import FIELDS, Case, Label, cases, gazetteer_of, headlines, numbers, rates
from db.places import Gazetteer
from db.vocab import Harm

LABELS = Path(__file__).parent / "labels"
BAR, BAR_OF_AGGREGATES = 0.9, 0.85
FEWEST = {"dev": 240, "test": 120, "fresh": 80, "blind": 170, "last": 100}


@pytest.fixture(scope="module")
def syria() -> Gazetteer:
    return gazetteer_of(packs.read(packs.find("syria")))


@pytest.fixture(scope="module")
def arabic(syria: Gazetteer) -> list[tuple[Label, Case]]:
    with (LABELS / "arabic.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return list(zip(rows, cases([(row["text"], row) for row in rows], syria), strict=True))


@pytest.mark.parametrize("field", FIELDS)
def test_arabic_texts_are_read(arabic: list[tuple[Label, Case]], field: str) -> None:
    labels, made = [label for label, _ in arabic], [case for _, case in arabic]
    assert len(made) == 50
    assert rates(field, labels, made).accuracy >= BAR, [
        (c.id, c.failures[field]) for c in made if field in c.failures
    ]


@pytest.mark.parametrize("field", FIELDS)
def test_texts_of_other_styles_are_read(syria: Gazetteer, field: str) -> None:
    with (LABELS / "styles.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    made = cases([(row["text"], row) for row in rows], syria)
    assert len({row["style"] for row in rows}) == 4
    assert rates(field, rows, made).accuracy >= BAR, [
        (c.id, c.failures[field]) for c in made if field in c.failures
    ]


def test_other_harms_types_and_marks_of_arabic_texts(arabic: list[tuple[Label, Case]]) -> None:
    wrong = [(label["id"], field) for label, case in arabic for field in _differing(label, case.draft)]
    assert len(wrong) <= 4, wrong


def _differing(label: Label, draft: Draft) -> list[str]:
    wrong = [
        field for field in ("source", "hearsay", "contested") if bool(draft.of(field)) != bool(label[field])
    ]
    if label["type"] and label["type"] not in [s.value for s in draft.of("incident_type")]:
        wrong.append("type")
    if label["others"]:
        harm, _, counts = label["others"].partition("=")
        said = [
            s.value.best for s in draft.of("harm") if s.value.harm is Harm(harm) and s.value.best is not None
        ]
        wrong += ["others"] if sorted(said) != numbers(counts) else []
    return wrong


@pytest.mark.parametrize("split", sorted(FEWEST))
def test_headlines_are_read(syria: Gazetteer, shared: Path | None, split: str) -> None:
    if shared is None:
        print("left out: no shared data here, so no real headline was read")
        return
    labelled = headlines(shared / "ucdp" / "ged_syria_2016_2018.csv.gz", LABELS / "headlines.csv", split)
    labels, made = [label for _, label in labelled], cases(labelled, syria)
    assert len(made) == FEWEST[split]
    found = {field: rates(field, labels, made) for field in FIELDS}
    assert min(one.accuracy for one in found.values()) >= BAR, found
    assert min(found["deaths"].precision, found["deaths"].recall) >= BAR, found
    assert min(found["aggregate"].precision, found["aggregate"].recall) >= BAR_OF_AGGREGATES, found


def test_labels_hold_no_text_of_others() -> None:
    with (LABELS / "headlines.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert set(rows[0]) == {"id", "part", "split", "place", "finer_unknown", "deaths", "aggregate", "remark"}
    assert max(len(row["remark"]) for row in rows) < 40
