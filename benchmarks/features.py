"""Times the columns of a million incidents (1,000 areas × 3,650 days × 32) beside the same columns in pandas.

Both ways start from the same invented incidents, each in a process of its own on one core, and are compared value by
value. Nothing is corrected and every report comes a day late, because pandas' wide form knows no more than that.

A virtual machine may hand memory that is free back to its host; taking it again costs up to twenty times what it costs
otherwise, and says nothing of either way. So another process takes as much before the clock starts, and lets go of it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models import carried, days
from models.channels import CHANNELS
from models.frames import Frames
from models.geography import distances_km, neighbour_weights
from models.panel import Panel

START = date(2010, 1, 1)
TAKE_MEMORY = "import numpy; numpy.empty(2 * 10**9, dtype='u1').fill(1)"
HALF_LIVES, LENGTHS, REACHES, HORIZON = (7, 14, 30, 90), (7, 28, 90, 365), (30, 100), 28
Column = tuple[str, Callable[[Panel], Any], Callable[["Wide"], Any]]


def invented(incidents: int, areas: int, length: int) -> Frames:
    """Incidents of one country: a few areas have most of them, most kill nobody or a few.

    They come in the order in which the record hands them out (`db.queries.panel_events`).
    """
    draw = np.random.default_rng(20180725)
    share = draw.gamma(0.7, size=areas)
    area, day = draw.choice(areas, incidents, p=share / share.sum()), draw.integers(0, length, incidents)
    day = np.sort(day)
    deaths = np.minimum(draw.zipf(2.0, incidents) - 1, 200).astype(float)
    first = np.datetime64(START, "s")
    ids = np.array([f"a{n:04d}" for n in range(areas)], dtype=object)
    events = pd.DataFrame(
        {"version_id": np.arange(incidents), "incident_id": np.char.mod("i%07d", np.arange(incidents))}
    )
    events["day"], events["known_day"] = (first + (day + late).astype("timedelta64[D]") for late in (0, 1))
    events["until_day"] = np.full(incidents, np.datetime64("NaT"), dtype="datetime64[s]")
    events = events.assign(rung="conflict", date_prec=1, deaths=deaths, civilians=np.minimum(deaths, 2))
    members = pd.DataFrame({"version_id": np.arange(incidents), "area_id": ids[area]})
    lat, lon = draw.uniform(30, 40, (2, areas))
    places = pd.DataFrame({"area_id": ids, "kind": "district", "lat": lat, "lon": lon})
    span = {"covered_from": START, "covered_until": START + timedelta(days=length)}
    source = {"source_id": "x", "name": "X", "covers": "deaths", "lag_days": 1, **span}
    return Frames(events, members, members.iloc[:0], places, pd.DataFrame([source]))


class Wide:
    """The usual way: a frame of days × areas per channel, and pandas' rolling and ewm over it."""

    def __init__(self, frames: Frames, length: int) -> None:
        self.frames, self.length, self._kept = frames, length, dict[Any, Any]()
        self.area = pd.Index(frames.areas["area_id"]).get_indexer(pd.Index(frames.members["area_id"]))
        # A report comes a day late, so the row of a day holds what happened on the day before it.
        self.row = (pd.to_datetime(frames.events["known_day"]) - pd.Timestamp(START)).dt.days.to_numpy()

    def daily(self, channel: str) -> pd.DataFrame:
        return self.keep(channel, lambda: self._daily(channel))

    def _daily(self, channel: str) -> pd.DataFrame:
        values = pd.DataFrame(
            {"row": self.row, "area": self.area, "x": CHANNELS[channel](self.frames.events)}
        )
        wide = values.pivot_table(index="row", columns="area", values="x", aggfunc="sum", fill_value=0.0)
        return wide.reindex(index=range(self.length), columns=range(len(self.frames.areas)), fill_value=0.0)

    def decayed(self, channel: str, half_life: int) -> pd.DataFrame:
        return self.keep((channel, half_life), lambda: self._decayed(channel, half_life))

    def _decayed(self, channel: str, half_life: int) -> pd.DataFrame:
        fade = 0.5 ** (1 / half_life)
        return self.daily(channel).ewm(alpha=1 - fade, adjust=False).mean() * (fade / (1 - fade))

    def near(self, channel: str, half_life: int, km: int) -> pd.DataFrame:
        lat, lon = (self.frames.areas[name].to_numpy() for name in ("lat", "lon"))
        others = ~np.eye(len(lat), dtype=bool)
        distances = self.keep("distances", lambda: distances_km(lat, lon))
        weights = self.keep(("weights", km), lambda: pd.DataFrame(neighbour_weights(distances, others, km)))
        return self.decayed(channel, half_life).dot(weights.T)

    def window(self, channel: str, length: int) -> pd.DataFrame:
        return self.daily(channel).rolling(length - 1, min_periods=1).sum()

    def days_since(self, channel: str) -> pd.DataFrame:
        day = pd.Series(np.arange(self.length, dtype=float), index=self.daily(channel).index)
        newest = self.daily(channel).gt(0).mul(day - 1, axis=0).where(self.daily(channel) > 0).ffill()
        return newest.rsub(day, axis=0).fillna(730).clip(upper=730)

    def active_share(self, back: int) -> pd.DataFrame:
        return self.daily("events").gt(0).astype(float).rolling(back - 1, min_periods=1).sum() / back

    def busiest(self) -> pd.DataFrame:
        return self.daily("deaths").rolling(7, min_periods=1).sum().rolling(173, min_periods=1).max()

    def threshold(self) -> pd.DataFrame:
        sums = self.daily("deaths").iloc[1:].rolling(HORIZON).sum()
        found = sums.rolling(364, min_periods=1).quantile(0.9)
        return found.reindex(self.daily("deaths").index).fillna(0.0)

    def keep(self, key: Any, compute: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]


def columns() -> Iterator[Column]:
    """The 32 columns, each by its name and in both ways."""
    for c in ("severity", "events"):
        for h in HALF_LIVES:
            yield f"decayed {c} {h}", lambda p, c=c, h=h: p.decayed(c, h), lambda w, c=c, h=h: w.decayed(c, h)
        for h, km in ((h, km) for h in (7, 30) for km in REACHES):
            yield (
                f"near {c} {h} {km} km",
                lambda p, c=c, h=h, km=km: p.near(c, h, km),
                lambda w, c=c, h=h, km=km: w.near(c, h, km),
            )
    for c in ("deaths", "events"):
        for n in LENGTHS:
            yield f"window {c} {n}", lambda p, c=c, n=n: p.window(c, n), lambda w, c=c, n=n: w.window(c, n)
    for c in ("fatal", "severe5", "mass25"):
        yield f"days since {c}", lambda p, c=c: p.days_since(c), lambda w, c=c: w.days_since(c)
    for n in (28, 365):
        yield f"active {n}", lambda p, n=n: p.active_share("events", n), lambda w, n=n: w.active_share(n)
    yield "total events", lambda p: p.total("events"), lambda w: w.daily("events").cumsum()
    yield "busiest week", lambda p: p.busiest("deaths", 7, 180), lambda w: w.busiest()
    yield f"threshold {HORIZON}", lambda p: p.threshold(HORIZON), lambda w: w.threshold()


def run(way: str, size: tuple[int, int, int], folder: Path) -> dict[str, Any]:
    """Compute all columns in one way; seconds and peak memory of this process."""
    frames = invented(*size)
    origins, first = np.arange(size[2]) + days.number(START), days.number(START)
    last = days.day_of(first + size[2] - 1)
    out = np.empty((32, size[2], size[1]), dtype=np.float32)
    subprocess.run([sys.executable, "-c", TAKE_MEMORY], check=True)  # noqa: S603
    before = _clocks()
    source: Any = Panel(frames, origins, last) if way == "tocsin" else Wide(frames, size[2])
    if way == "tocsin":
        del frames  # pandas goes on reading it
    took = {}
    for at, (name, ours, theirs) in enumerate(columns()):
        begin = time.process_time()
        out[at] = ours(source) if way == "tocsin" else theirs(source)
        took[name] = time.process_time() - begin
    seconds, user, kernel = _clocks() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    sample = out[:, :: max(size[2] // 200, 1)]
    np.save(folder / f"{way}.npy", np.ascontiguousarray(sample))
    return {"seconds": seconds, "cpu": user + kernel, "user": user, "mb": peak, "columns": took}


def _clocks() -> Any:
    """Seconds so far: on the wall, of this process, of the kernel for it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return np.array([time.perf_counter(), used.ru_utime, used.ru_stime])


def one_more_day(size: tuple[int, int, int], repeats: int = 20) -> dict[str, Any]:
    """Carry the columns of a day on to the next days; seconds a day, and how far from a day counted anew."""
    frames = invented(*size)
    begin = size[2] - repeats - 1
    known = days.numbers(frames.events["known_day"]) - days.number(START)
    panel = carried.start(frames, START + timedelta(days=begin))
    asked = [ours for _, ours, _ in columns()]
    for column in asked:
        column(panel)
    took = []
    for day in range(begin + 1, begin + repeats + 1):
        new = frames.events[known == day]
        members = frames.members[frames.members["version_id"].isin(new["version_id"])]
        changes = frames._replace(events=new, members=members)
        start = time.perf_counter(), time.process_time()
        panel = carried.advance(panel, changes, START + timedelta(days=day))
        said = np.stack([column(panel)[0] for column in asked])
        took.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    anew = Panel(frames, [days.number(START) + day], START + timedelta(days=day))
    expected = np.stack([column(anew)[0] for column in asked])
    worst = float((np.abs(said - expected) / np.maximum(np.abs(expected), 1)).max())
    return {
        "seconds": float(np.median(took, axis=0)[0]),
        "cpu": float(np.median(took, axis=0)[1]),
        "worst": worst,
    }


def started(way: str, size: tuple[int, int, int], folder: Path) -> dict[str, Any]:
    """The same in a process of its own on one core."""
    one_core = {**os.environ, **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}}
    line = [sys.executable, __file__, "--way", way, "--folder", str(folder), *map(str, size)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env=one_core)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print a table of both ways, the ratio, and what one more day costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, nargs="*", default=[1_000_000, 1_000, 3_650])
    parser.add_argument("--way", choices=["tocsin", "pandas", "day"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--columns", action="store_true", help="the CPU seconds of each column too")
    asked = parser.parse_args()
    size: tuple[int, int, int] = tuple(asked.size)
    if asked.way:
        print(json.dumps(one_more_day(size) if asked.way == "day" else run(asked.way, size, asked.folder)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {way: started(way, size, folder) for way in ("tocsin", "pandas", "day")}
        ours, theirs = (np.load(folder / f"{way}.npy") for way in ("tocsin", "pandas"))
    print(f"{size[0]:,} incidents, {size[1]:,} areas x {size[2]:,} days x 32 columns, float32, one core")
    for way in ("pandas", "tocsin"):
        one = found[way]
        print(
            f"{one['seconds']:8.2f} s {one['cpu']:8.2f} CPU s ({one['user']:.2f} without the kernel's) "
            f"{one['mb']:6.0f} MB  {way}"
        )
    wall, cpu, user = (found["pandas"][one] / found["tocsin"][one] for one in ("seconds", "cpu", "user"))
    print(f"{wall:8.1f} s {cpu:8.1f} CPU s ({user:.1f} without the kernel's): times less")
    worst = np.abs(ours - theirs).max(axis=(1, 2)) / np.maximum(np.abs(theirs).max(axis=(1, 2)), 1)
    print(f"{worst.max():8.0e} largest difference, relative to the largest value of its column")
    day = found["day"]
    print(
        f"{1000 * day['seconds']:8.1f} ms {1000 * day['cpu']:6.1f} CPU ms  one more day, off by {day['worst']:.0e}"
    )
    if asked.columns:
        for name, ours_s in found["tocsin"]["columns"].items():
            print(f"{ours_s:8.2f} {found['pandas']['columns'][name]:8.2f}  {name}")


if __name__ == "__main__":
    main()
