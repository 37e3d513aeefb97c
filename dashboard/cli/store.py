"""The store itself: make it, and look after it."""

from dashboard import doctor as examination
from dashboard.cli import common, output
from dashboard.cli.common import AsJson, Url
from db import engine, migrating, queries
from db.policy import LOCAL


def init(url: Url = "") -> None:
    """Make the store, or bring an older one up to date; every row is kept.

    Example: tocsin init --db sqlite:///x.db
    """
    changed = migrating.upgrade(url)
    output.say(f"the store is {'ready' if changed else 'up to date'}: {common.shown(url)}")
    with engine.reading(url) as session:
        loaded = [one.id for one in queries.regions(session, LOCAL)] if changed else []
    if loaded:
        output.say(
            f"load the region again ({', '.join(loaded)}), so that older incidents get what is new of them: "
            "tocsin region load NAME"
        )


def doctor(url: Url = "", json: AsJson = False) -> None:
    """Look the store over: reachable, up to date, what it holds, how fresh it is, what ran last.

    Example: tocsin doctor
    """
    found = examination.examine(url)
    if json:
        output.as_json(found)
    else:
        output.answer(*examination.lines(found))
