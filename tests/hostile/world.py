"""The small store and the folder that hostile bytes are fed into."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from db import engine, migrating
from db.feeds.base import Region, Task
from db.feeds.http import Answer, Http
from db.importers.base import Context
from db.importers.exported_store import here
from db.importers.run import region_keys
from db.places import Gazetteer
from tests.conftest import NOW
from tests.factories import load, pack


@dataclass(frozen=True)
class World:
    """A store with the region Nowhere, and what parsers ask of it."""

    url: str
    folder: Path

    @property
    def path(self) -> Path:
        """Where the file lies that a parser is to open."""
        return self.folder / "hostile.csv"

    def file(self, data: bytes, name: str = "hostile.csv") -> Path:
        """The bytes as a file."""
        path = self.folder / name
        path.write_bytes(data)
        return path


def make(folder: Path) -> World:
    """A world in a folder."""
    url = f"sqlite:///{folder / 'world.db'}"
    migrating.upgrade(url)
    load(url, pack(folder))
    return World(url, folder)


@cache
def context(world: World) -> Context:
    """What importers know of the region."""
    with engine.reading(world.url) as session:
        return Context(tuple(region_keys(session)))


@cache
def gazetteer(world: World) -> Gazetteer:
    """The names of the region."""
    with engine.reading(world.url) as session:
        return Gazetteer.of(session, "nowhere")


@cache
def known(world: World) -> object:
    """What rows of exported incidents find in the store."""
    with engine.reading(world.url) as session:
        return here(session, "nowhere", "batch", NOW)


class Once(Http):
    """A client that answers the first question with given bytes, and all others with nothing."""

    def __init__(self, body: bytes, then: bytes = b'{"data": []}') -> None:
        super().__init__(sleep=lambda _seconds: None)
        object.__setattr__(self, "bodies", [body])
        object.__setattr__(self, "then", then)

    def ask(self, url: str, **_options: object) -> Answer:  # type: ignore[override]
        """The next answer."""
        body = self.bodies.pop(0) if self.bodies else self.then  # type: ignore[attr-defined]
        headers = {"content-type": "application/xml", "etag": "x"}
        return Answer(url, 200, headers, body)


def task(world: World, body: bytes, **settings: str) -> Task:
    """One attempt of a feed that is answered with given bytes."""
    region = Region("nowhere", "Asia/Damascus", {"country_names": ["Nowhere"], "country_codes_gw": [999]})
    return Task(world.url, "feed-1", region, settings, {}, NOW, Once(body), world.folder)
