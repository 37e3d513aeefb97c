"""What a pasted text fills in: only what is not in doubt, in the words it was said in."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from db import coder, engine, migrating
from db.coder.cells import cells, plain
from db.places import Gazetteer

WRITTEN = date(2026, 11, 22)
SOURCES = {"sohr": "sohr", "syrian observatory for human rights": "sohr"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    from db import packs, store
    from tests.conftest import NOW

    url = f"sqlite:///{tmp_path_factory.mktemp('syria') / 'tocsin.db'}"
    migrating.upgrade(url)
    with engine.writing(url) as session:
        store.load_region(session, packs.read(packs.SHIPPED / "syria"), NOW)
    with engine.reading(url) as session:
        return Gazetteer.of(session, "syria")


@dataclass(frozen=True)
class Read:
    """What was read from a text, and the cells it fills in."""

    lang: str
    aggregate: bool
    suggestions: list[dict[str, Any]]
    fields: dict[str, str]
    missing: tuple[str, ...]


def read(text: str, names: Gazetteer) -> Read:
    found = coder.read(text, gazetteer=names, anchor=WRITTEN)
    told = plain(found)
    return Read(found.lang, found.scope == "aggregate", told, cells(told, SOURCES), found.missing)


def test_of_two_places_that_fit_none_is_picked(names: Gazetteer) -> None:
    found = read("Gunmen attacked the village of Kanaker near Sweida on 20 November 2026.", names)
    assert found.fields["place"] == "Kanaker"
    assert "place_id" not in found.fields
    offered = [one["value"] for one in found.suggestions if one["phrase"] == "Kanaker"]
    assert offered == ["sy-kanaker-suwayda", "sy-kanaker-qatana"]


def test_a_place_that_only_one_goes_by_is_filled_in(names: Gazetteer) -> None:
    found = read("Shelling of Salkhad killed two people yesterday, SOHR said.", names)
    assert found.fields["place_id"] in {
        "SY1302",
        "SY130200",
        "sy-salkhad",
    }  # nested places of one name are one
    assert (found.fields["killed"], found.fields["date_start"]) == ("2", "2026-11-21")
    assert found.fields["source_id"] == "sohr"


def test_parts_of_the_dead_are_added_up_and_keep_their_words(names: Gazetteer) -> None:
    found = read("At least three civilians were killed in Salkhad on 20 November 2026.", names)
    assert (found.fields["civilians_killed"], found.fields["killed"], found.fields["killed_low"]) == (
        "3",
        "3",
        "3",
    )
    assert "killed_high" not in found.fields  # "at least" leaves the upper end open
    assert "three civilians" in found.fields["killed_wording"]


def test_a_count_for_a_day_and_a_country_is_nobodys_harm(names: Gazetteer) -> None:
    found = read("143 people were killed across Syria yesterday.", names)
    assert found.aggregate
    assert not {"killed", "killed_low", "civilians_killed"} & set(found.fields)


def test_arabic_is_read_too(names: Gazetteer) -> None:
    found = read("أفاد المرصد السوري بمقتل ثلاثة مدنيين في قصف على صلخد أمس", names)
    assert found.lang == "ar"
    assert (found.fields["killed"], found.fields["date_start"]) == ("3", "2026-11-21")


def test_every_suggestion_shows_the_words_it_came_from(names: Gazetteer) -> None:
    text = "Armed men abducted two people near Salkhad, activists said; officials denied it."
    found = read(text, names)
    assert found.suggestions
    json.dumps(found.suggestions)  # they are kept with the draft
    for one in found.suggestions:
        assert text[one["start"] : one["end"]] == one["phrase"]


def test_a_text_without_anything_fills_in_nothing(names: Gazetteer) -> None:
    found = read("Hello there.", names)
    assert found.fields == {}
    assert "no date stated" in found.missing
