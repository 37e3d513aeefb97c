"""What Today will ask of the store, asked before anybody comes: statements are then built and answers are there.

When a server starts it reads as the local user of this machine; when something changed, as those who looked last see,
without their names. What it finds is kept as theirs alone, like any answer.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import configure_mappers

from dashboard import data, days, fmt, i18n, origins, present, texts
from dashboard.alerts import ledger
from dashboard.kept import Newest
from db import policy, queries
from db.policy import LOCAL, Viewer

MOST_HABITS = 8
# What the other pages ask that takes longest, after Today.
LATER: tuple[tuple[Callable[..., object], dict[str, str]], ...] = (
    (queries.alerts, {}),
    (queries.look_counts, {}),
    (queries.scoreboard, {"kind": "community"}),
    (ledger.alert_ledger, {}),
)
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
    """A page that nobody has opened yet, and as whom it is read."""

    who: Viewer = LOCAL

    def reader(self) -> Viewer:
        """Whoever may come."""
        return self.who


@dataclass(frozen=True)
class Habit:
    """How somebody looked: what they may see, where, on which day (None: on that day itself), and in what language."""

    who: Viewer
    region_id: str
    as_of: date | None
    speech: i18n.Speech


_habits = Newest(MOST_HABITS)


def note(view: data.View) -> None:
    """Remember how somebody looks, without their name."""
    day = None if view.as_of == view.today else view.as_of
    habit = Habit(replace(view.reader(), name=""), view.region.id, day, i18n.speech())
    _habits.pop(habit, None)
    _habits[habit] = view.store


def again(version: str) -> None:
    """Read anew, in a changed version of the store, what those who looked last will ask next."""
    for habit, store in list(_habits.items()):
        regions = {one.id: one for one in data.every_region(store, version)}
        if region := regions.get(habit.region_id):
            today = data.today(region)
            view = Early(store, version, region, habit.as_of or today, today, habit.who)
            copy_context().run(_spoken, view, habit.speech)


def _spoken(view: Early, speech: i18n.Speech) -> None:
    i18n.use(speech.language, speech.digits, speech.calendar)
    for _piece in _pieces(view):
        pass
    for query, more in LATER:
        with suppress(policy.Denied):
            view.ask(query, **more)


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
    texts.know_names(view.region.settings)
    origins.know(view)
    day = None if view.covered.beyond(view.as_of) else view.scored_on
    yield day
    everyone = present.everyone(view, day)
    yield everyone
    for query in ASKED:
        yield view.ask(query)
    yield present.drawn(view, everyone)  # for what is cut and laid out once for all
