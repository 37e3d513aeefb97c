"""Versions as they arrive: at which origins each enters and leaves, and what of them is on time."""

from collections.abc import Callable, Iterator
from itertools import repeat

import numpy as np

from models import punctual
from models.days import Array, IntArray
from models.punctual import Punctual, Table
from models.spells import Passing, Spell
from models.versions import Layer, Versions

TABLES_KEPT = 5


class Arrivals:
    """Versions on their way to origins × areas."""

    def __init__(self, versions: Versions, origins: IntArray, n_areas: int) -> None:
        self.versions, self.origins = versions, origins
        self.shape = (len(origins), n_areas)
        whole = np.arange(origins[0], origins[-1] + 2, dtype=np.int64)
        self._rows = np.searchsorted(origins, whole, side="left").astype(np.int64)
        self._splits: dict[str, Punctual] = {}
        self._tables: dict[tuple[str, str], tuple[Table | None, Passing]] = {}

    def _arrived(self, layer: Layer, channel: str) -> tuple[Table | None, Passing]:
        """What arrived on time as a table, if that is worth one, and every version that did not."""
        return self._kept((layer.name, channel), lambda: self._count_arrived(layer, channel))

    def _so_far(self, layer: Layer, channel: str) -> tuple[Table | None, Passing]:
        """The same, the table summed up row by row: windows are differences of its rows."""
        return self._kept((layer.name, f"{channel} so far"), lambda: self._sum_up(layer, channel))

    def _sum_up(self, layer: Layer, channel: str) -> tuple[Table | None, Passing]:
        table, rest = self._arrived(layer, channel)
        if table:
            table = table._replace(figures=punctual.summed(table.figures, table.exact))
        return table, rest

    def _kept(
        self, key: tuple[str, str], count: Callable[[], tuple[Table | None, Passing]]
    ) -> tuple[Table | None, Passing]:
        """Keep the few tables that were used last, so that memory stays bounded."""
        found = self._tables.pop(key, None) or count()
        while len(self._tables) >= TABLES_KEPT:
            self._tables.pop(next(iter(list(self._tables)), key), None)
        self._tables[key] = found
        return found

    def _count_arrived(self, layer: Layer, channel: str) -> tuple[Table | None, Passing]:
        part = self._split(layer)
        passing = self._passing(part.rest, channel, self.versions.until)
        if not len(part.cell):
            return None, passing
        value = self.versions.values.of(channel, part.on_time.version) * part.on_time.weight
        return punctual.counted(part, value, self.shape), passing

    def _split(self, layer: Layer) -> Punctual:
        if layer.name not in self._splits:
            enter, leave = (
                self._row(one[layer.version]) for one in (self.versions.known, self.versions.until)
            )
            day = self.versions.day[layer.version] - self.origins[0]
            daily = int(self.origins[-1] - self.origins[0]) == len(self.origins) - 1
            self._splits[layer.name] = punctual.split(layer, enter, leave, day, self.shape, daily)
        return self._splits[layer.name]

    def _of_areas(self, table: Table | None, rest: Passing, areas: IntArray) -> Passing:
        """All versions of some areas, on time or not, the areas numbered anew."""
        chosen = np.zeros(self.shape[1], dtype=bool)
        chosen[areas] = True
        seen = Passing(*(one[chosen[rest.area]] for one in rest))
        if table and len(areas):
            seen = punctual.combined(seen, table.passing(chosen[None], self.origins))
        return seen._replace(area=np.searchsorted(areas, seen.area))

    def _passing(self, layer: Layer, channel: str, leave_day: IntArray) -> Passing:
        """The versions of a channel that some origin sees."""
        if not len(layer.version):
            return Passing(layer.version, layer.version, layer.area, layer.version, layer.weight)
        value = self.versions.values[channel][layer.version] * layer.weight
        enter = self._row(self.versions.known[layer.version])
        leave = self._row(leave_day[layer.version])
        seen = np.flatnonzero((value > 0) & (enter < leave))
        day = self.versions.day[layer.version[seen]]
        return Passing(enter[seen], leave[seen], layer.area[seen], day, value[seen])

    def _row(self, day: IntArray) -> IntArray:
        """The first origin that is not before a day (the number of origins where none is)."""
        row: IntArray = self._rows[np.clip(day - self.origins[0], 0, len(self._rows) - 1)]
        return row

    def _sums(self, row: IntArray, area: IntArray, value: Array) -> Iterator[Array | None]:
        """For each origin the sums of its values by area (nothing: None); those after the last origin fall away."""
        order = np.flatnonzero(row < self.shape[0])
        if np.any(np.diff(row[order]) < 0):
            order = order[np.argsort(row[order], kind="stable")]
        row, area, value = row[order], area[order], value[order]
        cuts = np.searchsorted(row, np.arange(self.shape[0] + 1)).tolist()
        for a, b in zip(cuts[:-1], cuts[1:], strict=True):
            yield np.bincount(area[a:b], value[a:b], self.shape[1]) if a < b else None

    def _net(
        self, enter: IntArray, leave: IntArray, area: IntArray, gain: Array, loss: Array
    ) -> Iterator[Array | None]:
        """For each origin what enters less what leaves, by area (nothing: None)."""
        if not len(enter):
            return repeat(None, self.shape[0])
        passed = enter < leave
        row, value = (
            np.concatenate([one[passed], two[passed]]) for one, two in ((enter, leave), (gain, -loss))
        )
        return self._sums(row, np.tile(area[passed], 2), value)

    def _faded(self, seen: Passing, row: IntArray, half_life_days: float) -> Array:
        """What is left of each version at the origin of its row."""
        age = np.maximum(self.origins[np.minimum(row, self.shape[0] - 1)] - seen.day, 0)
        left: Array = 0.5 ** (np.arange(age.max(initial=0) + 1) / half_life_days)
        found: Array = left[age]
        return found

    def _shown(self, believed: Spell, for_days: int) -> Spell:
        """The same spells, only at origins on their last day or in so many days from it."""
        start = np.maximum(believed.start, self._row(believed.end))
        stop = np.minimum(believed.stop, self._row(believed.end + for_days))
        cut = believed._replace(start=start, stop=stop)
        return Spell(*(one[start < stop] for one in cut))
