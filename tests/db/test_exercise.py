"""The exercise: same bytes for the same arguments, a sound pack, and every flaw of real reporting in it."""

import csv
import hashlib
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from db import packs
from db.errors import BadInput
from db.exercise import ExerciseSummary, write_exercise, write_region
from db.exercise.geography import draw_territory
from db.exercise.process import simulate
from db.exercise.settings import TEMPLATE, load_settings
from db.vocab import IncidentType, PlaceLevel, Presence, Reliability, Sensitivity, SourceKind

END = date(2025, 6, 30)
REPORT_COLUMNS = (
    "source_id,external_id,incident_ref,published_at,url,lang,title,text,incident_type,date_start,date_end,"
    "date_prec,place_id,place,admin1,admin2,lat,lon,geo_prec,killed_low,killed,killed_high,killed_wording,"
    "civilians_killed,injured,abducted,displaced,alleged_perpetrator,sensitivity"
)
Rows = list[dict[str, str]]


def rows_of(folder: Path, name: str) -> Rows:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> ExerciseSummary:
    """The default demo: 40 communities, 3 years."""
    folder = tmp_path_factory.mktemp("demo") / "exercise"
    return write_exercise(folder, communities=40, years=3, seed=1, end=END)


@pytest.fixture(scope="module")
def reports(demo: ExerciseSummary) -> Rows:
    return rows_of(demo.folder, "reports.csv")


@pytest.fixture(scope="module")
def spans(demo: ExerciseSummary) -> Rows:
    return rows_of(demo.folder, "truth_spans.csv")


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small exercise and gives its folder."""

    def write(name: str, *, seed: int = 7, sudden_change: date | None = None) -> Path:
        folder = tmp_path / name
        write_exercise(folder, communities=6, years=0.5, seed=seed, end=END, sudden_change=sudden_change)
        return folder

    return write


# ---- reproducible ----------------------------------------------------------------------------------------


def test_same_arguments_give_the_same_bytes(small: Callable[..., Path]) -> None:
    assert digests(small("one")) == digests(small("two"))


def test_another_seed_gives_another_history_in_the_same_territory(small: Callable[..., Path]) -> None:
    one, two = digests(small("one")), digests(small("two", seed=8))
    differing = {name for name in one if one[name] != two[name]}
    assert differing == {"region.toml", "reports.csv", "truth.csv", "truth_spans.csv"}


def test_the_committed_region_is_the_territory_of_the_demo(tmp_path: Path) -> None:
    write_region(tmp_path, communities=40)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (TEMPLATE / path.name).read_bytes(), path.name


def test_duplicates_change_nothing_but_words_and_references(tmp_path: Path) -> None:
    """Asked for a share of duplicates, the same events are told; without it, not a byte differs."""
    arguments: dict[str, Any] = {"communities": 6, "years": 0.5, "seed": 3, "end": END}
    write_exercise(tmp_path / "plain", **arguments)
    write_exercise(tmp_path / "none", **arguments, unlinked=0.0)
    write_exercise(tmp_path / "half", **arguments, unlinked=0.5)
    assert digests(tmp_path / "plain") == digests(tmp_path / "none")
    plain, half = (
        {
            (r["source_id"], r["external_id"], r["published_at"]): r
            for r in rows_of(tmp_path / name, "reports.csv")
        }
        for name in ("plain", "half")
    )
    assert set(plain) == set(half)
    loose = [one for one in half if plain[one]["incident_ref"] and not half[one]["incident_ref"]]
    assert 0.4 < len(loose) / sum(bool(row["incident_ref"]) for row in plain.values()) < 0.6
    changed = {name for one in loose for name in plain[one] if plain[one][name] != half[one][name]}
    assert changed == {"incident_ref", "title", "text", "incident_type", "date_start", "date_end"}
    untouched = set(half) - set(loose)
    assert all(half[one] == plain[one] for one in untouched)


def test_the_truth_names_the_incident_of_every_report(tmp_path: Path) -> None:
    write_exercise(tmp_path, communities=6, years=0.5, seed=3, end=END, unlinked=1.0)
    told = {
        (r["source_id"], r["external_id"])
        for r in rows_of(tmp_path, "reports.csv")
        if "quiet" not in r["external_id"]
    }
    truth = {
        (r["source_id"], r["external_id"]): r["incident"] for r in rows_of(tmp_path, "truth_duplicates.csv")
    }
    assert set(truth) == told
    assert max(Counter(truth.values()).values()) > 2
    words = {r["title"] for r in rows_of(tmp_path, "reports.csv")}
    assert all(title.startswith("EXERCISE: ") for title in words)


def test_every_kind_can_be_retold_in_both_languages() -> None:
    settings = load_settings()
    kinds = {kind.incident_type for kinds in settings.kinds.values() for kind in kinds}
    for lang in ("en", "ar"):
        assert all(len(settings.retellings[kind, lang]) == 2 for kind in kinds)


def test_progress_counts_up_to_its_total(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_exercise(
        tmp_path,
        communities=3,
        years=0.2,
        seed=1,
        end=END,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert [done for done, _ in seen] == list(range(1, seen[-1][1] + 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"communities": 0},
        {"communities": 5001},
        {"years": 0.01},
        {"years": float("nan")},
        {"seed": -1},
        {"unlinked": 1.5},
        {"sudden_change": date(2030, 1, 1)},
    ],
)
def test_impossible_arguments_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    arguments: dict[str, object] = {"communities": 3, "years": 0.2, "seed": 1, "end": END, **wrong}
    with pytest.raises(BadInput):
        write_exercise(tmp_path / "exercise", **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "exercise").exists()


# ---- the region pack -------------------------------------------------------------------------------------


def test_region_is_marked_as_an_exercise_and_says_what_was_asked_for(demo: ExerciseSummary) -> None:
    region = tomllib.loads((demo.folder / "region.toml").read_text(encoding="utf-8"))
    assert region["exercise"] is True
    assert region["name"] == "exercise"
    assert region["simulator"]["run"] == {"communities": 40, "years": 3, "seed": 1, "end": str(END)}


def test_the_pack_passes_the_check_every_region_must_pass(demo: ExerciseSummary) -> None:
    assert packs.read(demo.folder).problems == []
    assert packs.read(TEMPLATE).problems == []


def test_places_form_a_tree_inside_the_map(demo: ExerciseSummary) -> None:
    places = {row["place_id"]: row for row in rows_of(demo.folder, "places.csv")}
    assert len(places) == demo.places == len(rows_of(demo.folder, "places.csv"))
    region = tomllib.loads((demo.folder / "region.toml").read_text(encoding="utf-8"))
    west, south, east, north = region["map"]["bounds"]
    for place_id, row in places.items():
        assert place_id.isascii()
        assert len(place_id) <= 64
        assert row["level"] in list(PlaceLevel)
        assert (row["parent_id"] in places) != (row["level"] == "country")
        assert row["name_ar"]
        assert west < float(row["lon"]) < east
        assert south < float(row["lat"]) < north


def test_territory_has_the_promised_shape(demo: ExerciseSummary) -> None:
    places = rows_of(demo.folder, "places.csv")
    levels = Counter(row["level"] for row in places)
    assert levels["governorate"] == 6
    assert levels["district"] == 27
    settlements = Counter(row["name"] for row in places if row["level"] == "settlement")
    assert sorted(settlements.values())[-2:] == [1, 2], "exactly one name belongs to two settlements"


def test_communities_stand_on_known_places_and_groups(demo: ExerciseSummary) -> None:
    level = {row["place_id"]: row["level"] for row in rows_of(demo.folder, "places.csv")}
    groups = tomllib.loads((demo.folder / "region.toml").read_text(encoding="utf-8"))["groups"]
    communities = rows_of(demo.folder, "communities.csv")
    assert len({row["community_id"] for row in communities}) == 40
    levels = Counter()
    for row in communities:
        assert row["group"] in groups
        parts = [part.split(":") for part in row["places"].split("|")]
        assert 1 <= len(parts) <= 3
        assert all(presence in list(Presence) for _, presence in parts)
        levels.update({level[place_id] for place_id, _ in parts})
    assert levels == {"settlement": 38, "governorate": 1, "quarter": 1}


def test_sources_are_sound_and_the_echoes_depend_on_the_monitor(demo: ExerciseSummary) -> None:
    sources = {row["source_id"]: row for row in rows_of(demo.folder, "sources.csv")}
    assert {sources[name]["independence_group"] for name in ("xe-courier", "xe-herald")} == {"xe-monitor"}
    for row in sources.values():
        assert row["kind"] in list(SourceKind)
        assert row["reliability"] in list(Reliability)
        assert (row["covered_from"], row["covered_until"]) == (str(demo.first_day), str(demo.last_day))


# ---- the reports -----------------------------------------------------------------------------------------


def test_report_columns_are_the_contract_s(demo: ExerciseSummary) -> None:
    with (demo.folder / "reports.csv").open(encoding="utf-8") as file:
        assert file.readline() == REPORT_COLUMNS + "\n"


def test_every_report_is_marked_and_refers_to_what_exists(demo: ExerciseSummary, reports: Rows) -> None:
    assert len(reports) == demo.reports
    places = {row["place_id"] for row in rows_of(demo.folder, "places.csv")}
    sources = {row["source_id"] for row in rows_of(demo.folder, "sources.csv")}
    for row in reports:
        assert row["title"].startswith("EXERCISE: ")
        assert row["text"]
        assert row["source_id"] in sources
        assert row["place_id"] in places or row["place"]
        assert row["incident_type"] in list(IncidentType)
        assert row["sensitivity"] in ["", *Sensitivity]


def test_nothing_is_published_before_it_is_over_or_after_the_last_day(
    demo: ExerciseSummary, reports: Rows
) -> None:
    assert [row["published_at"] for row in reports] == sorted(row["published_at"] for row in reports)
    assert all(row["date_start"] <= row["date_end"] <= row["published_at"] for row in reports)
    assert reports[-1]["published_at"][:10] <= str(demo.last_day)


def test_figures_are_ordered_and_unknown_is_not_zero(reports: Rows) -> None:
    killed = [row["killed"] for row in reports]
    assert 0.05 < killed.count("") / len(killed) < 0.3
    assert "0" in killed
    assert any(row["killed_wording"] == "dozens" and not row["killed"] for row in reports)
    ranges = [row for row in reports if row["killed_low"]]
    assert len(ranges) > 100
    for row in ranges:
        assert int(row["killed_low"]) <= int(row["killed"]) <= int(row["killed_high"])
    for row in reports:
        if row["killed"] and row["civilians_killed"] and not row["killed_low"]:
            assert int(row["civilians_killed"]) <= int(row["killed"])


def test_some_reports_are_revised_later_with_another_content(reports: Rows) -> None:
    versions = defaultdict(list)
    for row in reports:
        versions[row["source_id"], row["external_id"]].append(row)
    revised = [rows for rows in versions.values() if len(rows) > 1]
    assert len(revised) > 50
    for first, second in revised:
        assert first["published_at"] < second["published_at"]
        assert first["killed"] != second["killed"]


def test_outlets_repeat_the_monitor_a_day_later(reports: Rows) -> None:
    first = {}
    for row in reports:
        if row["source_id"] == "xe-monitor":
            first.setdefault(row["incident_ref"], row)
    echoes = [row for row in reports if row["source_id"] in ("xe-courier", "xe-herald")]
    assert len(echoes) > 500
    same = 0
    for row in echoes:
        original = first[row["incident_ref"]]
        day_after = date.fromisoformat(original["published_at"]) + timedelta(days=1)
        assert row["published_at"][:10] == str(day_after)
        same += row["killed"] == original["killed"]
    assert 0.9 < same / len(echoes) < 1


def test_some_reports_come_weeks_late_and_some_are_imprecise(reports: Rows) -> None:
    delays = [
        (date.fromisoformat(row["published_at"][:10]) - date.fromisoformat(row["date_end"])).days
        for row in reports
    ]
    assert 0.02 < sum(delay > 14 for delay in delays) / len(delays) < 0.15
    assert np.median(delays) <= 2
    assert set("1234") == {row["geo_prec"] for row in reports} == {row["date_prec"] for row in reports}


def test_all_kinds_of_reports_occur(reports: Rows) -> None:
    kinds = Counter(row["incident_type"] for row in reports)
    assert min(kinds[name] for name in ("threat", "ultimatum", "truce", "nothing_to_report")) >= 10
    assert {row["lang"] for row in reports} == {"en", "ar"}
    assert {row["sensitivity"] for row in reports} == {"", "restricted"}
    assert any(not row["place_id"] for row in reports)
    named = defaultdict(set)
    for row in reports:
        named[row["incident_ref"]].add(row["alleged_perpetrator"])
    assert any(len(names - {""}) > 1 for names in named.values()), "some authors are in dispute"


# ---- the truth -------------------------------------------------------------------------------------------


def test_gaps_are_silent(reports: Rows, spans: Rows) -> None:
    gaps = [row for row in spans if row["kind"] == "gap"]
    assert any(not row["area_id"] for row in gaps)
    everywhere = [row for row in gaps if not row["area_id"]]
    exact = [row for row in reports if row["date_prec"] == "1"]
    for gap in everywhere:
        days = gap["first_day"], gap["last_day"]
        assert not [
            row
            for row in exact
            if row["source_id"] == gap["source_id"] and days[0] <= row["date_end"] <= days[1]
        ]


def escalation_share(deaths: np.ndarray, horizon: int = 28, floor: int = 5) -> float:
    """Share of weekly issues after which deaths exceed the area's own trailing 90th percentile."""
    sums = np.lib.stride_tricks.sliding_window_view(deaths, horizon, axis=0).sum(axis=-1)
    yearly = np.lib.stride_tricks.sliding_window_view(sums, 365, axis=0)[: -horizon or None : 7]
    threshold = np.quantile(yearly, 0.9, axis=-1)
    future = sums[364 + horizon :: 7][: len(threshold)]
    return float(((future > threshold) & (future >= floor)).mean())


def truth_of(demo: ExerciseSummary, column: str) -> dict[str, np.ndarray]:
    values = defaultdict(list)
    for row in rows_of(demo.folder, "truth.csv"):
        values[row["area_id"]].append(float(row[column]))
    return {area: np.array(series) for area, series in values.items()}


def test_communities_escalate_about_as_often_as_real_ones(demo: ExerciseSummary) -> None:
    communities = {row["community_id"] for row in rows_of(demo.folder, "communities.csv")}
    deaths = {area: series for area, series in truth_of(demo, "deaths").items() if area in communities}
    assert len(deaths) == 40
    assert 0.05 < escalation_share(np.column_stack(list(deaths.values()))) < 0.12
    assert sum(series[-730:].sum() == 0 for series in deaths.values()) >= 1, "some stay quiet for years"


def test_the_true_intensity_explains_the_true_incidents(demo: ExerciseSummary) -> None:
    expected = np.column_stack(list(truth_of(demo, "intensity").values()))
    happened = np.column_stack(list(truth_of(demo, "fatal_incidents").values()))
    surprise = (happened - expected).sum() / np.sqrt(expected.sum())
    assert abs(surprise) < 4
    busy = expected > np.quantile(expected, 0.9)
    assert happened[busy].mean() == pytest.approx(expected[busy].mean(), rel=0.1)


def test_precursors_gather_before_a_surge(demo: ExerciseSummary, reports: Rows, spans: Rows) -> None:
    """Per day, threats and the like are several times as frequent in a build-up as on other days."""
    places = {
        part.split(":")[0]: row["community_id"]
        for row in rows_of(demo.folder, "communities.csv")
        for part in row["places"].split("|")
    }
    rising = {
        (row["area_id"], str(date.fromisoformat(row["first_day"]) + timedelta(days=day)))
        for row in spans
        if row["kind"] == "build_up"
        for day in range((date.fromisoformat(row["last_day"]) - date.fromisoformat(row["first_day"])).days)
    }
    signs = {"threat", "ultimatum", "mobilisation", "road_closure", "kidnapping", "hate_speech"}
    events = {
        (places[row["place_id"]], row["date_end"], row["incident_ref"])
        for row in reports
        if row["incident_type"] in signs and row["place_id"] in places
    }
    share_of_events = np.mean([(area, day) in rising for area, day, _ in events])
    days = {(area, day) for area, day in rising if area in places.values()}
    share_of_days = len(days) / (40 * 1096)
    assert share_of_events > 3 * share_of_days


def test_a_sudden_change_raises_the_violence_from_its_day_on(small: Callable[..., Path]) -> None:
    change = END - timedelta(days=60)
    calm, changed = small("calm"), small("changed", sudden_change=change)
    before = [[r for r in rows_of(f, "truth.csv") if r["day"] < str(change)] for f in (calm, changed)]
    after = [
        sum(float(r["intensity"]) for r in rows_of(f, "truth.csv") if r["day"] >= str(change))
        for f in (calm, changed)
    ]
    assert before[0] == before[1]
    known = [
        [r for r in rows_of(f, "reports.csv") if r["published_at"] < str(change)] for f in (calm, changed)
    ]
    assert known[0] == known[1], "what was known before the change does not foretell it"
    assert after[1] > 1.5 * after[0]
    assert "sudden_change" in {row["kind"] for row in rows_of(changed, "truth_spans.csv")}


def test_truces_lower_the_intensity() -> None:
    settings = load_settings()
    territory = draw_territory(settings, 6)
    history = simulate(
        settings.process, territory, 400, np.random.SeedSequence(3), changed_on=None, tick=lambda: None
    )
    day, unit = np.nonzero(history.calming[:-1])
    quiet_day = history.lethal[day, unit] == 0
    ratio = history.intensity[day + 1, unit][quiet_day] / history.intensity[day, unit][quiet_day]
    assert np.median(ratio) < 0.75
