"""The reads behind the pages, each made once until what it rests on changes: the only caches there are."""

from collections.abc import Callable, Hashable
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
from dashboard.kept import Kept, Newest, alike, resting
from db import clock, engine, mark, migrating, moments, queries, settings
from db.errors import TocsinError, Unreachable
from db.mark import Marks
from db.places import Gazetteer
from db.policy import LOCAL, Viewer
from db.queries import RegionInfo

SHAPE_CHECKED_SECONDS = 20
ANSWERS, PIECES, VERSIONS = 256, 128, 32
TOLD_BY_ALL = ("region", "source")  # a page speaks of them without asking anew


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
    migrating.check(store)  # raises, and is then not remembered


def stamp(store: str) -> str:
    """A text that is another whenever anything the pages show has changed."""
    with engine.reading(store) as session:
        marks = mark.every(session)
    version = marks.get(mark.WHOLE, "")
    if (store, version) not in _marks():
        _marks()[store, version] = marks
    return version


@st.cache_resource(show_spinner=False)
def _marks() -> dict[tuple[str, str], Marks]:
    """The marks of all tables in the newest versions of stores."""
    return Newest(VERSIONS)


@st.cache_resource(show_spinner=False)
def _answers() -> Kept:
    """What was read; kept as it is, not as a copy for each reader: nobody may change an answer in place."""
    return Kept(ANSWERS)


@st.cache_resource(show_spinner=False)
def _pieces() -> Kept:
    """What was put together from answers."""
    return Kept(PIECES)


def _kept(store: str, version: str, question: Hashable, ask: Callable[[Session], Any]) -> Any:
    """An answer of the store, kept until one of the tables changes from which it was read."""

    def find() -> tuple[Marks, Any]:
        with engine.reading(store) as session:
            now = mark.every(session)
            with mark.watching() as tables:
                answer = ask(session)
        return mark.of(now, tables), answer

    return _answers().get((store, question), _marks_of(store, version), find)


def _marks_of(store: str, version: str) -> Marks:
    return _marks().get((store, version)) or {mark.WHOLE: version}


def _cached(reader: Viewer, store: str, version: str, query: Callable[..., Any], **asked: Any) -> Any:
    # An answer that is kept for all who see alike must not depend on a name, so it never learns one.
    nobody = replace(reader, name="")
    question = (query.__name__, _sight(reader), alike(asked))
    return _kept(store, version, question, lambda session: query(session, nobody, **asked))


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


def every_region(store: str, version: str) -> list[RegionInfo]:
    """The regions that are loaded, whoever may see them."""
    found: list[RegionInfo] = _kept(
        store, version, "regions", lambda session: queries.regions(session, LOCAL)
    )
    return found


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

    def gathered(self, name: str, draw: Callable[[], Any], **about: Any) -> Any:
        """Like `made`, of answers that `draw` asks for itself, and kept until one of these changes."""
        told = alike({"region_id": self.region.id, "as_of": self.as_of, **about})
        question = (self.store, name, _sight(self.reader()), astuple(speech()), told)
        marks = _marks_of(self.store, self.version)

        def find() -> tuple[Marks, Any]:
            with resting() as needed:
                made = draw()
            return {**mark.of(marks, TOLD_BY_ALL), **needed}, made

        return _pieces().get(question, marks, find)


def runs(store: str) -> pd.DataFrame:
    """The runs of jobs, newest first; never remembered, because they move."""
    with engine.reading(store) as session:
        return queries.runs(session, viewer())


def today(region: RegionInfo) -> date:
    """The day it is in a region."""
    return clock.today(region.time_zone)


def gazetteer(store: str, version: str, region_id: str) -> Gazetteer:
    """The names of a region's places, to look up what somebody types or pastes."""
    question = ("gazetteer", region_id)
    found: Gazetteer = _kept(store, version, question, lambda session: Gazetteer.of(session, region_id))
    return found


def change(store: str, act: Callable[[Session], Any]) -> None:
    """Carry out what somebody decided on a page; it is kept whole or not at all."""
    with engine.writing(store) as session:
        moments.refuse_earlier(session, clock.now())
        act(session)
