"""The reads behind the pages, each made once per version of the store: the only caches there are."""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from dashboard import access
from dashboard.asking import Asking
from dashboard.i18n import speech
from db import clock, engine, mark, moments, queries, settings
from db.errors import TocsinError, Unreachable
from db.places import Gazetteer
from db.policy import LOCAL, Viewer
from db.queries import RegionInfo

SHAPE_CHECKED_SECONDS = 20


def viewer() -> Viewer:
    """Who reads and acts in this run of a page: the local user, or whoever signed in with what they may do now."""
    return access.viewer()


def url() -> str:
    """The store the pages read."""
    return settings.database_url()


def check(store: str) -> str | None:
    """What is wrong with the store as one line that names the cure, or None."""
    path = make_url(store).database
    if make_url(store).get_backend_name() == "sqlite" and path and not Path(path).exists():
        _sound.clear()
    try:
        return _sound(store)
    except Unreachable:
        raise  # it was there and will be again: no reason to offer a new one
    except TocsinError as error:
        return str(error)


@st.cache_data(ttl=SHAPE_CHECKED_SECONDS, max_entries=8, show_spinner=False)
def _sound(store: str) -> None:
    engine.check(store)  # raises, and is then not remembered


def stamp(store: str) -> str:
    """A text that is another whenever anything the pages show has changed."""
    with engine.reading(store) as session:
        return mark.read(session)


# Kept as it is, not as a copy for each reader: nobody may change an answer in place.
@st.cache_resource(max_entries=256, show_spinner=False)
def _read(called: str, store: str, version: str, sight: tuple[Any, ...], _ask: Callable[[Session], Any],
          **query: Any) -> Any:  # fmt: skip
    """One read of the store; remembered by its name, its questions, the reader's sight and the store's version."""
    with engine.reading(store) as session:
        return _ask(session)


def _cached(reader: Viewer, store: str, version: str, query: Callable[..., Any], **asked: Any) -> Any:
    # An answer that is kept for all who see alike must not depend on a name, so it never learns one.
    alike = replace(reader, name="")
    return _read(
        query.__name__,
        store,
        version,
        _sight(reader),
        lambda session: query(session, alike, **asked),
        **asked,
    )


@st.cache_resource(max_entries=128, show_spinner=False)
def _make(
    called: str,
    store: str,
    version: str,
    sight: tuple[Any, ...],
    spoken: tuple[str, ...],
    _draw: Callable[[], Any],
    **about: Any,
) -> Any:
    """Something drawn from reads; remembered by what it is about, who sees alike, and how they are spoken to."""
    return _draw()


def _sight(reader: Viewer) -> tuple[Any, ...]:
    """What tells readers apart who see different things."""
    return (
        tuple(sorted(role.value for role in reader.roles)),
        None if reader.regions is None else tuple(sorted(reader.regions)),
    )


def regions(store: str, version: str) -> list[RegionInfo]:
    """The regions that are loaded and in which the reader holds a role."""
    standing = access.standing()
    loaded = every_region(store, version)
    return [one for one in loaded if standing.at(one.id).roles]


@st.cache_resource(max_entries=4, show_spinner=False)
def every_region(store: str, version: str) -> list[RegionInfo]:
    """The regions that are loaded, whoever may see them."""
    with engine.reading(store) as session:
        return queries.regions(session, LOCAL)


@dataclass(frozen=True)
class View(Asking):
    """What a page is about: a store in one version, a region, a day; and the way to ask it."""

    store: str
    version: str
    region: RegionInfo
    as_of: date
    today: date

    def reader(self) -> Viewer:
        """Who asks."""
        return viewer()

    def ask(self, query: Callable[..., Any], **more: Any) -> Any:
        """The answer of one of `db.queries` for this region and day."""
        asked = {"region_id": self.region.id, "as_of": self.as_of, **more}
        return _cached(self.reader(), self.store, self.version, query, **asked)

    def plainly(self, query: Callable[..., Any], **more: Any) -> Any:
        """The answer of a query that knows neither region nor day."""
        return _cached(self.reader(), self.store, self.version, query, **more)

    def made(self, name: str, draw: Callable[[], Any], **about: Any) -> Any:
        """What `draw` makes of this region and day, made once for all who see and speak alike; nobody changes it."""
        told = {"region_id": self.region.id, "as_of": self.as_of, **about}
        return _make(name, self.store, self.version, _sight(self.reader()), astuple(speech()), draw, **told)


def runs(store: str) -> pd.DataFrame:
    """The runs of jobs, newest first; never remembered, because they move."""
    with engine.reading(store) as session:
        return queries.runs(session, viewer())


def today(region: RegionInfo) -> date:
    """The day it is in a region."""
    return clock.today(region.time_zone)


@st.cache_resource(max_entries=4, show_spinner=False)
def gazetteer(store: str, version: str, region_id: str) -> Gazetteer:
    """The names of a region's places, to look up what somebody types or pastes."""
    with engine.reading(store) as session:
        return Gazetteer.of(session, region_id)


def change(store: str, act: Callable[[Session], Any]) -> None:
    """Carry out what somebody decided on a page; it is kept whole or not at all."""
    with engine.writing(store) as session:
        moments.refuse_earlier(session, clock.now())
        act(session)
