"""Alerts by how they are handled: those nobody has taken on first, the gravest first."""

from collections.abc import Iterable
from typing import Any

from dashboard.i18n import N_
from db.vocab import Handling

GROUPS = {
    "open": N_("Open: nobody has taken them on"),
    "acknowledged": N_("Acknowledged: somebody is on it"),
    "resolved": N_("Resolved or expired"),
}


def group(handled: str | None) -> str:
    """Which of the three lists an alert belongs to."""
    if handled in (Handling.RESOLVED, Handling.EXPIRED):
        return "resolved"
    return "acknowledged" if handled == Handling.ACKNOWLEDGED else "open"


def ordered(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alerts in the order in which they are gone through."""
    return sorted(found, key=lambda one: (list(GROUPS).index(group(one["handling"])), -one["level"]))
