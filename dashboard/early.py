"""What Today will ask of the store, asked before anybody comes: statements are then built and answers are there.

It reads as the local user of this machine, and what it finds is kept as that reader's alone, like any answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import configure_mappers

from dashboard import data, days, fmt, origins, present, texts
from db import queries
from db.policy import LOCAL, Viewer

ASKED = (
    queries.freshness,
    queries.action_plan,
    queries.outlines,
    queries.feeds,
    queries.heard,
    queries.overdue,
)


@dataclass(frozen=True)
class Early(data.View):
    """A page that nobody has opened yet."""

    def reader(self) -> Viewer:
        """The local user."""
        return LOCAL


def read(wish: Mapping[str, str], enough: Callable[[], bool]) -> None:
    """Read it piece by piece until `enough` says so; `wish` is what stands in the address of a page, as it came."""
    configure_mappers()
    store = data.url()
    if enough() or data.check(store):
        return
    version = data.stamp(store)
    regions = data.every_region(store, version)
    for region in [one for one in regions if one.id == wish.get("region")] or regions[:1]:
        today = data.today(region)
        view = Early(store, version, region, days.choose(wish.get("as_of") or None, today).as_of, today)
        for _piece in _pieces(view):
            if enough():
                return


def _pieces(view: Early) -> Iterator[object]:
    """In the order of the page."""
    fmt.use_zone(view.region.time_zone)
    texts.know_sources(view.ask(queries.coverage).to_dict("records"))
    origins.know(view)
    day = None if view.covered.beyond(view.as_of) else view.scored_on
    yield day
    everyone = present.everyone(view, day)
    yield everyone
    for query in ASKED:
        yield view.ask(query)
    yield present.drawn(view, everyone)  # for what is cut and laid out once for all
