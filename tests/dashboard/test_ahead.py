"""What is read before anybody comes is what the first page asks; it answers nobody who sees less."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import ahead, data, early, present
from dashboard.data import View
from db import engine, queries
from db.policy import LOCAL, Viewer
from db.vocab import Role
from tests.dashboard import stores
from tests.db.stores import change

DAY = stores.LAST - stores.LAST.resolution


@pytest.fixture
def read(filled: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The store each time it is read."""
    found: list[str] = []
    open_store = engine.reading

    @contextmanager
    def noticed(url: str) -> Iterator[Session]:
        found.append(url)
        with open_store(url) as session:
            yield session

    monkeypatch.setenv("TOCSIN_DB", filled)
    monkeypatch.setattr(engine, "reading", noticed)
    st.cache_resource.clear()
    yield found
    st.cache_resource.clear()


def opened(reader: Viewer, monkeypatch: pytest.MonkeyPatch) -> View:
    monkeypatch.setattr(data, "viewer", lambda: reader)
    store = data.url()
    version = data.stamp(store)
    return View(store, version, data.every_region(store, version)[0], DAY, date(2026, 11, 22))


def test_the_first_page_finds_its_answers_there(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    early.read({"as_of": DAY.isoformat(), "region": "none of ours"}, lambda: False)
    view = opened(LOCAL, monkeypatch)
    read.clear()
    rows = present.everyone(view, view.scored_on)
    told = [view.ask(query) for query in early.ASKED]
    assert rows and len(told) == len(early.ASKED) and not read
    with engine.reading(view.store) as session:
        plain = queries.freshness(session, LOCAL, region_id=view.region.id, as_of=DAY)
    assert told[early.ASKED.index(queries.freshness)].equals(plain)


def test_whoever_sees_less_is_read_for_anew(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    early.read({"as_of": DAY.isoformat()}, lambda: False)
    view = opened(Viewer("v", frozenset({Role.VIEWER})), monkeypatch)
    read.clear()
    view.ask(queries.freshness)
    assert read


def test_nothing_is_read_for_nobody_once_somebody_is_there(read: list[str]) -> None:
    early.read({}, lambda: True)
    assert not read


@pytest.mark.parametrize(
    "said", [b"as_of=%FF", "as_of=\u0662".encode(), b"&" * 10_000, b"a=b&" * 10_000, b"as_of"]
)
def test_an_address_of_nonsense_asks_for_nothing(said: bytes, read: list[str]) -> None:
    ahead.wished(said)
    early.read(dict(ahead._wish), lambda: bool(read))


def test_after_a_change_those_who_looked_find_it_read_anew(
    read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each as they see and speak, on the day that has come; not before the changes have come to rest."""
    early._habits.clear()
    clerk = Viewer("amal", frozenset({Role.VIEWER}))
    view = dataclasses.replace(opened(clerk, monkeypatch), today=DAY)
    early.note(view)
    assert [(one.who.name, one.as_of) for one in early._habits] == [("", None)]
    monkeypatch.setattr(data, "today", lambda region: DAY)
    follow = ahead.Following()
    assert [follow.look() for _ in range(3)] == [False, True, False]
    change(view.store, "UPDATE region SET loaded_at = loaded_at")  # others read this store too
    assert [follow.look(), follow.look()] == [False, True]
    later = dataclasses.replace(opened(clerk, monkeypatch), today=DAY)
    read.clear()
    rows = present.everyone(later, later.scored_on)
    told = [later.ask(query) for query in early.ASKED]
    assert rows and len(told) == len(early.ASKED) and later.version != view.version and not read
    early._habits.clear()


def test_a_store_that_is_away_ends_no_following(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_DB", "postgresql://nobody@127.0.0.1:1/none")
    ahead._quietly(ahead.Following().look)


def test_a_store_that_is_not_there_hinders_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_DB", "postgresql://nobody@127.0.0.1:1/none")
    ahead._fetched()
