"""How often the right place comes first when one of its names is not known: the bars of `benchmarks/names.py`."""

from pathlib import Path

import pytest

from benchmarks.names import Land, report, shipped, tables, trials


def shares(land: Land) -> tuple[float, float]:
    found = report(list(trials(land)))["shares"]["all names"]
    return found["first"], found["among_three"]


def test_the_pack_finds_its_places_by_names_it_does_not_hold() -> None:
    first, among_three = shares(shipped("syria"))
    assert first >= 0.89  # of the rest a third are villages and quarters that share a name
    assert among_three >= 0.97


def test_the_administrative_tables_find_their_places(shared: Path | None) -> None:
    if shared is None or not (shared / "syria").is_dir():
        pytest.skip("no shared data here, so the administrative tables were not asked")
    first, among_three = shares(tables(shared / "syria"))
    assert first >= 0.97
    assert among_three >= 0.99
