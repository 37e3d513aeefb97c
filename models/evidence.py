"""Which incidents stand behind a theme: the newest ones, as known on the day."""

import numpy as np

from models.days import Array, IntArray
from models.panel import Panel
from models.themes import Feeds
from models.versions import Layer

NEWEST = 5
NEAREST = 6
LEAST_WEIGHT = 0.1


class Evidence:
    """Looks up incidents by theme, area and origin; each answer is found once."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self._own = _by_area(panel, panel.own)
        self._parent = _by_area(panel, panel.parent)
        self._lists: dict[tuple[str, str, float, int], IntArray] = {}
        self._found: dict[tuple[Feeds, int, int], list[str]] = {}

    def incidents(self, feeds: Feeds | None, row: int, area: int) -> list[str]:
        """The newest incidents behind a theme in an area at an origin, newest first."""
        if feeds is None:
            return []
        key = (feeds, row, area)
        if key not in self._found:
            self._found[key] = self._find(feeds, int(self.panel.origins[row]), area)
        return self._found[key]

    def _find(self, feeds: Feeds, origin: int, area: int) -> list[str]:
        panel, versions = self.panel, self._versions(feeds, area)
        day = panel.versions.day[versions]
        begin, end = np.searchsorted(-day, [-origin, -(origin - feeds.days)])
        seen = versions[begin:end]
        seen = seen[panel.versions.seen(seen, origin)][:NEWEST]
        return panel.versions.incidents(seen)

    def _versions(self, feeds: Feeds, area: int) -> IntArray:
        """All versions that may stand behind a theme in an area, newest day first."""
        key = (feeds.channel, feeds.where, feeds.km, area)
        if key not in self._lists:
            self._lists[key] = self._collect(feeds, area)
        return self._lists[key]

    def _collect(self, feeds: Feeds, area: int) -> IntArray:
        if feeds.where == "near":
            own = self._own[area]
            found = np.concatenate([self._own[one] for one in self._nearest(feeds.km, area)] or [own[:0]])
            found = np.setdiff1d(found, own)
        else:
            found = (self._parent if feeds.where == "parent" else self._own)[area]
        found = found[self.panel.versions.values[feeds.channel][found] > 0]
        return found[np.lexsort((found, -self.panel.versions.day[found]))]

    def _nearest(self, km: float, area: int) -> IntArray:
        """The few areas that weigh most in an area's surroundings."""
        weights: Array = self.panel.neighbour_weights(km)[area]
        nearest = np.argsort(-weights, kind="stable")[:NEAREST]
        enough = weights[nearest] > LEAST_WEIGHT * weights[nearest[0]]
        return np.asarray(nearest[enough], dtype=np.int64)


def _by_area(panel: Panel, layer: Layer) -> list[IntArray]:
    """The versions of each area."""
    order = np.argsort(layer.area, kind="stable")
    cuts = np.searchsorted(layer.area[order], np.arange(1, panel.shape[1]))
    return list(np.split(layer.version[order], cuts))
