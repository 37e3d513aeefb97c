"""The panel: every area on every origin day, exactly as it was known on that day.

Each version of an incident enters when the world could know it and leaves when a newer version takes
its place. So late reports and corrected figures need no special case, and what becomes known after an
origin cannot reach it. Silence counts as silence only on days that some source covers.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np

from models import covariates, coverage, days, threshold, versions
from models.days import YEAR_DAYS, Array, BoolArray, IntArray
from models.errors import ModelError
from models.flow import Flow
from models.frames import Frames
from models.geography import distances_km, lookers, neighbour_weights, seen_twice
from models.versions import Layer
from models.voices import Voices

LONGEST_SILENCE_DAYS = 730


class Panel:
    """Areas (columns) on origin days (rows), as known on each of them."""

    def __init__(self, frames: Frames, origins: Sequence[int] | IntArray, known_by: date) -> None:
        self.origins: IntArray = np.unique(np.asarray(origins, dtype=np.int64))
        self.known_by = days.number(known_by)
        if len(self.origins) == 0:
            raise ModelError("no day to look at: give at least one day (--as-of)")
        if self.origins[-1] > self.known_by:
            raise ModelError(f"cannot look at {days.day_of(self.origins[-1])}: known only up to {known_by}")
        self.areas = frames.areas.sort_values("area_id").reset_index(drop=True)
        self.area_ids = [str(area_id) for area_id in self.areas["area_id"]]
        self.coverage = coverage.read(frames.coverage, known_by)
        self.versions = versions.read(frames.events)
        self.own = self.versions.layer(frames.members, self.area_ids, "own")
        self.parent = self.versions.layer(frames.parents, self.area_ids, "parent")
        self.flow = Flow(self.versions, self.origins, len(self.areas))
        self.shape = self.flow.shape
        self.given = frames.covariates
        self.voices = Voices(frames.voices, self.area_ids)
        self._kept: dict[tuple[object, ...], Array] = {}
        self._twice: dict[float, Layer] = {}

    # --- what was known at each origin ---------------------------------------------------------

    def decayed(self, channel: str, half_life_days: float) -> Array:
        """Sum over incidents, each halved every half-life since its day."""
        if self.flow.on_time(self.own, channel):  # read off so fast that it need not be kept
            return self.flow.decayed(self.own, channel, half_life_days)
        return self.keep(
            ("decayed", channel, half_life_days),
            lambda: self.flow.decayed(self.own, channel, half_life_days),
        )

    def parent_decayed(self, channel: str, half_life_days: float) -> Array:
        """The same over incidents known only to lie somewhere in the governorate."""
        return self.flow.decayed(self.parent, channel, half_life_days)

    def near(self, channel: str, half_life_days: float, km: float) -> Array:
        """The same over the surroundings, nearer ones counting more, without the area's own incidents."""
        weights = self.keep(("weights32", km), lambda: self.neighbour_weights(km).T.astype(np.float32))
        if not len(self.seen_twice(km).version) and self.flow.on_time(self.own, channel):
            return self.flow.decayed_around(self.own, channel, half_life_days, weights, f"around {km}")
        around = self.decayed(channel, half_life_days) @ weights
        around -= self.flow.decayed(self.seen_twice(km), channel, half_life_days)
        return np.asarray(np.maximum(around, 0, out=around))

    def window(self, channel: str, length_days: int) -> Array:
        """Sum over the last so many days."""
        return self.flow.running(self.own, channel, length_days)

    def parent_window(self, channel: str, length_days: int) -> Array:
        """The same over incidents known only to lie somewhere in the governorate."""
        return self.flow.running(self.parent, channel, length_days)

    def total(self, channel: str) -> Array:
        """Sum over everything known."""
        return self.flow.running(self.own, channel)

    def days_since(self, channel: str) -> Array:
        """Days since the newest incident of a channel, at most two years."""
        newest = self.flow.newest_day(self.own, channel)
        silence = np.subtract(self.origins.astype(np.float32)[:, None], newest, out=newest)
        return np.asarray(np.minimum(silence, LONGEST_SILENCE_DAYS, out=silence))

    def history_days(self) -> Array:
        """How many days up to each origin were covered."""
        return self.covered_until(self.origins).astype(np.float32)

    def covered_share(self, back_days: int) -> Array:
        """Which share of the last so many days up to each origin was covered."""
        covered = self.covered_until(self.origins) - self.covered_until(self.origins - back_days)
        return np.asarray(covered / back_days)

    def busiest(self, channel: str, length_days: int, back_days: int) -> Array:
        """The largest sum over so many consecutive days within the days before each origin."""
        return self.flow.busiest(self.own, channel, length_days, back_days)

    def active_share(self, channel: str, back_days: int) -> Array:
        """On which share of the days before each origin anything happened."""
        days_ = self.flow.active_days(self.own, channel, back_days)
        return np.divide(days_, back_days, out=days_)

    def threshold(self, horizon_days: int) -> Array:
        """The 90th percentile of an area's own windows of so many days in the year before each origin."""
        return self.keep(("threshold", horizon_days), lambda: threshold.of(self, "deaths", horizon_days))

    def year_windows(self, channel: str, length_days: int) -> Iterator[Array]:
        """For each origin the sums of all observed windows of the year before it (windows × areas)."""
        for row, sums in enumerate(self.flow.snapshots(self.own, channel, YEAR_DAYS, length_days)):
            yield sums[threshold.observed(self, row, length_days)]

    # --- what is known at the end ---------------------------------------------------------------

    def after(self, channel: str, horizon_days: int, known_by: int | None = None) -> Array:
        """Sum over the days after each origin (t, t + horizon], as known on one later day."""
        by = self.known_by if known_by is None else known_by
        return self.flow.after(self.own, channel, horizon_days, by)

    def after_each(self, channel: str, horizon_days: int, by: IntArray) -> Array:
        """The same as known on a later day of each origin's own."""
        return self.flow.after_each(self.own, channel, horizon_days, by)

    def parent_after(self, channel: str, horizon_days: int, known_by: int | None = None) -> Array:
        """The same over incidents known only to lie somewhere in the governorate."""
        by = self.known_by if known_by is None else known_by
        return self.flow.after(self.parent, channel, horizon_days, by)

    def outcome_covered(self, horizon_days: int, known_by: int | None = None) -> BoolArray:
        """Whether all days after an origin were covered, and reports of them had time to arrive."""
        by = self.known_by if known_by is None else known_by
        ahead = self.origins + horizon_days
        observed: BoolArray = self.covered_after(horizon_days) & (ahead + self.coverage.lag_days <= by)
        return observed

    def covered_after(self, horizon_days: int) -> BoolArray:
        """Whether all days after an origin were covered."""
        covered = self.covered_until(self.origins + horizon_days) - self.covered_until(self.origins)
        whole: BoolArray = covered == horizon_days
        return whole

    # --- numbers of one's own --------------------------------------------------------------------

    def covariate(self, name: str) -> Array:
        """The newest value of a covariate known at each origin (NaN where none of the last 400 days is)."""
        return self.keep(
            ("covariate", name), lambda: covariates.newest(self.given, name, self.origins, self.area_ids)
        )

    def covariates_known(self) -> Array:
        """How many covariates are known at each origin in each area."""
        names = sorted(set(self.given["name"]))
        known = [~np.isnan(self.covariate(str(name))) for name in names]
        return np.asarray(sum(known, np.zeros(self.shape)), dtype=np.float32)

    # --- neighbours -----------------------------------------------------------------------------

    def neighbour_weights(self, km: float) -> Array:
        """How much each area (row) looks at each other one (column)."""
        return self.keep(("weights", km), lambda: self._neighbour_weights(km))

    def _neighbour_weights(self, km: float) -> Array:
        lat, lon = (self.areas[name].to_numpy(float) for name in ("lat", "lon"))
        distances = self.keep(("distances",), lambda: distances_km(lat, lon))
        allowed = self.keep(("lookers",), lambda: lookers([str(kind) for kind in self.areas["kind"]]))
        return neighbour_weights(distances, allowed, km)

    def inherit(self, earlier: "Panel") -> None:
        """Take over who looks at whom from a panel of the same areas."""
        self._kept |= {
            key: table for key, table in earlier._kept.items() if key[0] in ("weights", "weights32")
        }

    def looked_km(self) -> list[float]:
        """The reaches at which surroundings have been asked for."""
        return sorted(self._twice)

    def seen_twice(self, km: float) -> Layer:
        """The area's own incidents with the weight at which it would see them again through others.

        A community looks at districts, and its own incidents lie in one of them.
        """
        if km not in self._twice:
            weights, n_versions = self.neighbour_weights(km), len(self.versions.day)
            self._twice[km] = seen_twice(self.own, weights, n_versions, f"twice {km}")
        return self._twice[km]

    # --- helpers --------------------------------------------------------------------------------

    def keep(self, key: tuple[object, ...], compute: Callable[[], Array]) -> Array:
        """Compute once what is asked for often."""
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

    def _stack(self, rows: Iterator[Array]) -> Array:
        out = np.zeros(self.shape, dtype=np.float32)
        for at, row in enumerate(rows):
            out[at] = row
        return out

    def covered_until(self, asked: IntArray) -> IntArray:
        """How many days up to each asked one were covered."""
        first = self.coverage.first
        last = max(int(asked.max()), first)
        covered = self.coverage.covers(np.arange(first, last + 1, dtype=np.int64))
        so_far = np.concatenate([[0], np.cumsum(covered)])
        return so_far[np.clip(asked - first + 1, 0, len(so_far) - 1)].astype(np.int64)
