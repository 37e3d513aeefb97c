"""Places in both scripts: one place by that name and no guess, a known place near by, nothing to who may not see it."""

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from db import engine, queries
from db.policy import Viewer
from db.queries import toponyms
from db.schema import Region
from db.vocab import Role
from tests.db.stores import ask, change
from tests.factories import report_row, take, write_csv

HILL = {"admin1": "Northern", "admin2": "Alpha", "lat": "34.10", "lon": "36.00"}
WRITTEN = {
    "Hill town": HILL,
    "Old Camp/Ford village": {"admin1": "Northern", "admin2": "Beta", "lat": "33.80", "lon": "36.20"},
    "Hollow": HILL | {"lat": "34.15"},
    "Far Post": HILL | {"lat": "34.90"},
    "تلّ": HILL,
    "Well": HILL,  # the name of a place elsewhere
}


@pytest.fixture
def told(both: str, tmp_path: Path) -> str:
    """A store with one incident for each way to write a place, all with a point."""
    rows = [
        report_row(external_id=str(n), place_id="", place=place, **where)
        for n, (place, where) in enumerate(WRITTEN.items())
    ]
    take(both, write_csv(tmp_path / "told.csv", rows), "reports")
    return both


def names(rows: pd.DataFrame, *columns: str) -> dict[str, tuple[object, ...]]:
    """The columns of each row by the place as it was written."""
    plain = rows.astype(object).where(rows.notna(), None)
    return {row["place_text"]: tuple(row[column] for column in columns) for _, row in plain.iterrows()}


def test_a_place_is_named_in_the_other_script_where_one_place_fits(told: str) -> None:
    found = names(ask(told, queries.incidents), "place_name", "place_name_ar", "near", "near_ar")
    assert found == {
        "Hill town": (None, "تل", None, None),
        "Old Camp/Ford village": (None, "معبر", None, None),
        "Hollow": (None, None, "Hill", "تل"),
        "Far Post": (None, None, None, None),
        "تلّ": ("Hill", "تل", None, None),
        "Well": (None, None, "Hill", "تل"),
    }


def test_of_two_places_by_one_name_none_is_picked(told: str) -> None:
    change(told, "UPDATE place_alias SET normalised = 'hill' WHERE alias = 'Ford'")
    change(told, "UPDATE place SET parent_id = 'xx11', lat = 34.12, lon = 36.0 WHERE id = 'xx-ford'")
    assert names(ask(told, queries.incidents), "place_name_ar")["Hill town"] == (None,)


def test_who_may_not_see_a_village_learns_of_none_near_by(told: str) -> None:
    rows = ask(told, queries.incidents, viewer=Viewer("ana", frozenset({Role.VIEWER})))
    assert len(rows) == len(WRITTEN)
    hidden = ["place_text", "place_name", "place_name_ar", "near", "near_ar"]
    assert rows[hidden].isna().all(axis=None)


def test_an_arabic_word_finds_what_a_source_wrote_in_latin_script(told: str) -> None:
    def found(words: str) -> set[str]:
        return set(ask(told, queries.incidents, text=words)["place_text"])

    assert found("معبر") == set()  # "Old Camp/Ford village" begins otherwise
    assert found("تل") == {"Hill town", "تلّ"}
    with engine.writing(told) as session:
        region = session.scalars(select(Region)).one()
        region.settings = {**region.settings, "place_names": {"Old Camp/Ford village": "المخيم القديم"}}
    assert found("المخيم القديم") == found("قديم") == {"Old Camp/Ford village"}


def test_the_whole_name_is_looked_up_before_its_parts() -> None:
    assert toponyms.forms("Kobane/Ayn al Arab town") == [
        *("kobane ayn arab town", "kobane ayn arab", "kobane", "ayn arab"),
    ]
