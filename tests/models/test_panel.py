"""The panel is compared with the slow and obvious way: take what was known, then count."""

from collections.abc import Callable

import numpy as np
import pytest

from models import days, versions
from models.channels import CHANNELS, MAX_DATE_PREC
from models.frames import Frames
from models.geography import distances_km
from models.panel import Panel
from tests.models import factories as f
from tests.models.factories import V

AT = (0, 1, 40, 90, 91, 180, 333, 420, 499)


@pytest.fixture(scope="module", params=[1, 2, 3])
def frames(request: pytest.FixtureRequest) -> Frames:
    return f.frames(f.random_versions(request.param))


@pytest.fixture(scope="module")
def panel(frames: Frames) -> Panel:
    return Panel(frames, f.origins(*AT), f.known_by(600))


def slow(
    frames: Frames,
    panel: Panel,
    channel: str,
    count: Callable[[np.ndarray, np.ndarray, int], float],
    pairs: str = "members",
) -> np.ndarray:
    """For each origin and area take the versions that were newest on that day, and count them."""
    events = frames.events.assign(value=CHANNELS[channel](frames.events))
    events = events[events["date_prec"] <= MAX_DATE_PREC]
    known, until, day = (days.numbers(events[name]) for name in ("known_day", "until_day", "day"))
    out = np.zeros(panel.shape)
    tied = getattr(frames, pairs)
    for row, origin in enumerate(panel.origins):
        seen = events["version_id"][(known <= origin) & (until > origin)]
        for column, area in enumerate(panel.area_ids):
            here = seen.isin(tied["version_id"][tied["area_id"] == area])
            at = here[here].index
            out[row, column] = count(
                day[events.index.get_indexer(at)], events["value"][at].to_numpy(), int(origin)
            )
    return out


@pytest.mark.parametrize("channel", ["events", "severity", "deaths", "fatal", "warnings"])
def test_decayed_equals_the_slow_way(frames: Frames, panel: Panel, channel: str) -> None:
    expected = slow(frames, panel, channel, lambda day, x, t: float(np.sum(x * 0.5 ** ((t - day) / 30))))
    np.testing.assert_allclose(panel.decayed(channel, 30), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("length", [1, 7, 28, 365])
def test_window_equals_the_slow_way(frames: Frames, panel: Panel, length: int) -> None:
    expected = slow(frames, panel, "deaths", lambda day, x, t: float(x[day > t - length].sum()))
    np.testing.assert_allclose(panel.window("deaths", length), expected, atol=1e-4)


def test_total_equals_the_slow_way(frames: Frames, panel: Panel) -> None:
    expected = slow(frames, panel, "events", lambda day, x, t: float(x.sum()))
    np.testing.assert_allclose(panel.total("events"), expected, atol=1e-4)


def test_days_since_equals_the_slow_way(frames: Frames, panel: Panel) -> None:
    expected = slow(frames, panel, "severe5", lambda day, x, t: min(t - max(day[x > 0], default=-9999), 730))
    np.testing.assert_array_equal(panel.days_since("severe5"), expected)


def test_busiest_and_active_share_equal_the_slow_way(frames: Frames, panel: Panel) -> None:
    def daily(day: np.ndarray, x: np.ndarray, t: int) -> np.ndarray:
        return np.array([x[day == one].sum() for one in range(t - 179, t + 1)])

    worst = slow(
        frames, panel, "deaths", lambda d, x, t: float(np.convolve(daily(d, x, t), np.ones(7), "valid").max())
    )
    np.testing.assert_allclose(panel.busiest("deaths", 7, 180), worst, atol=1e-4)
    share = slow(frames, panel, "events", lambda d, x, t: float((daily(d, x, t) > 0).mean()))
    np.testing.assert_allclose(panel.active_share("events", 180), share, atol=1e-6)


def test_threshold_is_the_ninth_decile_of_observed_windows_of_the_last_year(
    frames: Frames, panel: Panel
) -> None:
    def decile(day: np.ndarray, x: np.ndarray, t: int) -> float:
        ends = [e for e in range(t - 364, t) if e - 13 >= f.FIRST]  # day t itself is not reported yet
        sums = [x[(day > e - 14) & (day <= e)].sum() for e in ends]
        return float(np.quantile(sums, 0.9)) if sums else 0.0

    np.testing.assert_allclose(panel.threshold(14), slow(frames, panel, "deaths", decile), atol=1e-4)


def test_parents_count_apart(frames: Frames, panel: Panel) -> None:
    expected = slow(frames, panel, "fatal", lambda day, x, t: float(x[day > t - 90].sum()), pairs="parents")
    np.testing.assert_allclose(panel.parent_window("fatal", 90), expected, atol=1e-5)
    assert expected.sum() > 0


def test_neighbours_leave_out_what_counts_in_the_area_itself(frames: Frames, panel: Panel) -> None:
    areas = panel.areas
    distance = distances_km(areas["lat"].to_numpy(float), areas["lon"].to_numpy(float))
    looked_at = {"k": "ABC", "m": "ABC", "A": "BC", "B": "AC", "C": "AB", "G": ""}
    members = frames.members.groupby("version_id")["area_id"].agg(set)
    events = frames.events.assign(value=CHANNELS["events"](frames.events))
    events = events[events["date_prec"] <= MAX_DATE_PREC].set_index("version_id")
    known, until, day = (
        dict(zip(events.index, days.numbers(events[n]), strict=True))
        for n in ("known_day", "until_day", "day")
    )
    expected = np.zeros(panel.shape)
    for column, area in enumerate(panel.area_ids):
        weight = {o: np.exp(-distance[column, panel.area_ids.index(o)] / 30) for o in looked_at[area]}
        for version, homes in members.items():
            if version not in events.index or area in homes:
                continue
            share = sum(weight.get(home, 0) for home in homes) / (sum(weight.values()) or 1)
            for row, origin in enumerate(panel.origins):
                if known[version] <= origin < until[version]:
                    expected[row, column] += (
                        share * events["value"][version] * 0.5 ** ((origin - day[version]) / 30)
                    )
    np.testing.assert_allclose(panel.near("events", 30, 30), expected, rtol=1e-4, atol=1e-4)


def test_outcomes_use_what_was_known_on_the_later_day() -> None:
    late = f.frames(
        [
            V("A", 10, deaths=3, known=30),
            V("A", 12, deaths=9, known=13, until=40),
            V("A", 12, deaths=1, known=40),
        ]
    )
    panel = Panel(late, f.origins(9, 10, 11, 12), f.known_by(100))
    column = panel.area_ids.index("A")
    assert panel.after("deaths", 7, known_by=f.FIRST + 20)[:, column].tolist() == [9, 9, 9, 0]
    assert panel.after("deaths", 7, known_by=f.FIRST + 35)[:, column].tolist() == [12, 9, 9, 0]
    assert panel.after("deaths", 7)[:, column].tolist() == [4, 1, 1, 0]
    assert panel.after("deaths", 1)[:, column].tolist() == [3, 0, 1, 0]


def test_unknown_deaths_are_an_event_and_nothing_else() -> None:
    panel = Panel(f.frames([V("A", 5, deaths=None, civilians=None)]), f.origins(10), f.known_by(10))
    column = panel.area_ids.index("A")
    assert panel.total("events")[0, column] == 1
    assert panel.total("deaths")[0, column] == panel.total("fatal")[0, column] == 0
    assert panel.days_since("fatal")[0, column] == 730


def test_imprecise_dates_stay_out() -> None:
    panel = Panel(f.frames([V("A", 5, deaths=50, date_prec=4)]), f.origins(10), f.known_by(10))
    assert panel.total("events").sum() == 0


def test_equal_records_in_another_order_give_equal_bits(frames: Frames) -> None:
    turned = frames._replace(
        events=frames.events.iloc[::-1], members=frames.members.iloc[::-1], areas=frames.areas.iloc[::-1]
    )
    one, two = (Panel(x, f.origins(*AT), f.known_by(600)) for x in (frames, turned))
    assert np.array_equal(one.near("severity", 7, 30), two.near("severity", 7, 30))
    assert np.array_equal(one.threshold(28), two.threshold(28))


def test_the_records_own_order_is_not_sorted_anew(frames: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    events = frames.events.sort_values(["known_day", "incident_id", "version_id"], ignore_index=True)
    events["version_id"] = range(len(events))
    turned = versions.read(events.iloc[::-1])
    monkeypatch.setattr(np, "lexsort", None)
    handed_out = versions.read(events)
    for one, two in zip(handed_out[:5], turned[:5], strict=True):
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(handed_out.values["deaths"], turned.values["deaths"])


def test_an_area_without_a_position_has_no_neighbours() -> None:
    lost = f.frames([V("A", 5), V("Bm", 6)])
    lost.areas.loc[lost.areas["area_id"] == "k", ["lat", "lon"]] = np.nan
    panel = Panel(lost, f.origins(10), f.known_by(10))
    near = panel.near("events", 30, 30)
    assert near[0, panel.area_ids.index("k")] == 0
    assert np.isfinite(near).all()


def test_how_far_apart_version_ids_lie_does_not_matter(frames: Frames) -> None:
    apart = [one.assign(version_id=one["version_id"] * 10**9 - 7) for one in frames[:3]]
    one, two = (Panel(x, f.origins(*AT), f.known_by(600)) for x in (frames, Frames(*apart, *frames[3:])))
    assert np.array_equal(one.window("deaths", 28), two.window("deaths", 28))
    assert np.array_equal(one.parent_window("fatal", 90), two.parent_window("fatal", 90))
    assert one.versions.incidents(one.own.version) == two.versions.incidents(two.own.version)
