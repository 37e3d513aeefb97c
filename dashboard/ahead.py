"""What the first page needs, fetched while the reader's browser still fetches its scripts.

A server answers as soon as it can; what only pages need (pandas, the tables, the words) it then takes in
beside its first answers, so that the first reader does not wait for it.
"""

import threading
from importlib import import_module

PARTS = ("dashboard.app", "dashboard.present", "dashboard.answer", "dashboard.cards", "dashboard.lists")


def fetch() -> None:
    """Begin, and do not wait."""
    threading.Thread(target=_fetched, name="ahead", daemon=True).start()


def _fetched() -> None:
    for part in PARTS:
        import_module(part)
    from sqlalchemy.orm import configure_mappers  # late, as all that is only fetched ahead

    configure_mappers()
