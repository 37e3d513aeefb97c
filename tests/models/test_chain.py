"""Record to score and back, through the store, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import update

from db import engine, migrating, queries, store
from db.policy import LOCAL, Denied, Viewer
from db.schema import Artefact
from db.vocab import Role
from models import backtest, cards, score, train, watch
from models.bench import questions
from models.errors import ModelError
from tests import factories
from tests.conftest import NOW
from tests.models.factories import frames, known_by

START, TRAINED, SCORED = date(2016, 1, 1), date(2018, 1, 31), date(2018, 2, 3)
SPOTS = (
    ("1", 34.1, 36.0, "Northern Governorate", "Alpha district"),
    ("2", 33.8, 36.2, "Northern Governorate", "Beta district"),
)


def events() -> list[dict[str, str]]:
    """Two years of shelling at two places, in bursts."""
    draw = np.random.default_rng(8)
    rows = []
    for number, (spot, lat, lon, adm_1, adm_2) in enumerate(SPOTS):
        heat = 0.0
        for n in range((SCORED - START).days + 1):
            heat *= 0.93
            for _ in range(int(draw.poisson(0.05 + heat))):
                heat += 0.04
                civilians = int(draw.geometric(0.2)) - 1
                rows.append(
                    factories.ucdp_row(
                        id=f"{number}{len(rows):05d}",
                        day=START + timedelta(days=n),
                        latitude=lat,
                        longitude=lon,
                        adm_1=adm_1,
                        adm_2=adm_2,
                        where_coordinates=spot,
                        deaths_a=0,
                        deaths_b=0,
                        deaths_civilians=civilians,
                        low=civilians,
                        best=civilians,
                        high=civilians,
                    )
                )
    return rows


@pytest.fixture(scope="module")
def stores(new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same small region, events and trained models in a store of each kind."""
    folder, records = tmp_path_factory.mktemp("region"), []
    file = factories.write_csv(folder / "ged.csv", events())
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOCSIN_HOME", str(tmp_path_factory.getbasetemp() / "home"))  # the key the tests use
        for kind in ("sqlite", "postgresql"):
            made[kind] = url = new_database(kind)
            migrating.upgrade(url)
            factories.load(url, one_horizon(factories.pack(folder)))
            factories.take(url, file, covered_from=START, covered_until=date(2018, 3, 31))
            with engine.writing(url) as session:
                where = {"region_id": "nowhere", "as_of": TRAINED, "now": NOW}
                records = records or train.fit_region(session, LOCAL, jobs=2, **where)
                train.keep(session, records)
    return made


def one_horizon(folder: Path) -> Path:
    """The pack with a single horizon, which is enough here and three times as quick."""
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("horizons_days = [7, 14, 28]", "horizons_days = [28]"), encoding="utf-8")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, stores: dict[str, str]) -> str:
    """One store of each kind."""
    return stores[request.param]


def score_days(url: str, *days: date) -> score.ScoreSummary:
    with engine.writing(url) as session:
        return score.score(session, LOCAL, region_id="nowhere", days=days, now=NOW)


def test_one_model_is_in_force_for_every_question(stored: str) -> None:
    with engine.reading(stored) as session:
        current = queries.current_models(session, LOCAL, region_id="nowhere", as_of=TRAINED)
    assert len(current) == 5 + 1  # the questions, and how many deaths
    assert set(current["train_as_of"]) == {TRAINED}


def test_the_same_key_writes_nothing_and_changed_data_adds_rows(stored: str, tmp_path: Path) -> None:
    first = score_days(stored, SCORED, SCORED - timedelta(days=1))
    assert first.areas == 9 and first.rows == first.written == 9 * 5 * 2
    assert first.live_days == 0 and first.not_assessed == ()
    assert score_days(stored, SCORED).written == 0
    row = factories.ucdp_row(
        id="99",
        day=SCORED - timedelta(days=1),
        best=40,
        high=50,
        adm_2="Beta district",
        latitude=33.8,
        longitude=36.2,
    )
    factories.take(stored, factories.write_csv(tmp_path / "more.csv", [row]))
    again = score_days(stored, SCORED, SCORED - timedelta(days=1))
    assert again.written == 9 * 5  # the day before could not know of it
    with engine.reading(stored) as session:
        rows = queries.scores(session, LOCAL, region_id="nowhere", as_of=SCORED)
        before = queries.scores(session, LOCAL, region_id="nowhere", as_of=SCORED - timedelta(days=1))
    assert len(rows) == 4 * 5
    told_apart(rows, before)
    for _, one in rows.iterrows():
        total = one["base"] + sum(driver["contribution"] for driver in one["drivers"])
        assert abs(total - np.log(one["probability"] / (1 - one["probability"]))) < 1e-6


def told_apart(rows: pd.DataFrame, before: pd.DataFrame) -> None:
    """Of scores that lead to levels it is kept why they changed, and the parts add up."""
    pairs = rows[rows["earlier_id"].notna()].merge(
        before, left_on="earlier_id", right_on="score_id", suffixes=("", "_before")
    )
    asked = rows[(rows["target"] == "escalation") & (rows["level"] > 0)]
    assert set(pairs["score_id"]) == set(asked["score_id"]) and len(pairs)
    parts = pairs[["new_data", "revised_data", "model_change"]].sum(axis=1)
    np.testing.assert_allclose(parts, pairs["probability"] - pairs["probability_before"], rtol=0, atol=1e-9)
    assert (pairs[["revised_data", "model_change"]] == 0).all(axis=None) and (pairs["new_data"] != 0).any()


def test_a_late_import_is_new_data_to_the_next_score(stored: str, tmp_path: Path) -> None:
    """The world knew it, this store did not when yesterday's score was issued."""
    day = SCORED + timedelta(days=11)
    score_days(stored, day - timedelta(days=1))
    row = factories.ucdp_row(id="98", day=day - timedelta(days=6), best=60, low=60, high=60,
                             adm_2="Alpha district", latitude=34.1, longitude=36.0)  # fmt: skip
    file = factories.write_csv(tmp_path / "late.csv", [row])
    factories.take(stored, file, now=NOW + timedelta(hours=1))
    with engine.writing(stored) as session:
        later = NOW + timedelta(hours=2)
        score.score(session, LOCAL, region_id="nowhere", days=[day], now=later)
        rows = queries.scores(session, LOCAL, region_id="nowhere", as_of=day)
        before = queries.scores(session, LOCAL, region_id="nowhere", as_of=day - timedelta(days=1))
    told_apart(rows, before)
    assert rows["new_data"].max() > 0.01


def test_count_forecasts_are_kept_beside_the_scores(stored: str) -> None:
    score_days(stored, SCORED)
    with engine.reading(stored) as session:
        asked = {"region_id": "nowhere", "as_of": SCORED, "kind": None}
        found = queries.count_forecasts(session, LOCAL, **asked)
        scored = queries.scores(session, LOCAL, **asked)
    assert set(found["area_id"]) == set(scored["area_id"]) and len(found) == 9
    for one in found.to_dict("records"):
        assert len(one["exceedance"]) == 7 and all(0 <= chance <= 1 for chance in one["exceedance"])
        assert one["exceedance"] == sorted(one["exceedance"], reverse=True)
        assert one["low"] <= one["median"] <= one["high"]


def test_both_databases_lead_to_the_same_scores(stores: dict[str, str]) -> None:
    day = SCORED - timedelta(days=2)
    found = []
    for url in stores.values():
        score_days(url, day)
        with engine.reading(url) as session:
            found.append(queries.scores(session, LOCAL, region_id="nowhere", as_of=day, kind=None))
    one, two = (rows.set_index(["area_id", "target", "horizon_days"]).sort_index() for rows in found)
    np.testing.assert_allclose(one["probability"], two["probability"], rtol=0, atol=1e-9)
    for name in ("level", "confidence", "drivers", "data_version", "model_version_id"):
        assert one[name].tolist() == two[name].tolist()


def test_the_models_in_force_are_measured_once_a_day(stored: str) -> None:
    with engine.writing(stored) as session:
        rows = watch.watch(session, LOCAL, region_id="nowhere", as_of=TRAINED + timedelta(days=85), now=NOW)
        assert store.save_drift(session, rows) == 0
        again = {"region_id": "nowhere", "as_of": TRAINED + timedelta(days=90), "now": NOW}
        assert watch.measure(session, LOCAL, **again, measured_days=7) == []
        assert watch.measure(session, LOCAL, **again, measured_days=5) != []
        found = queries.drift(session, LOCAL, region_id="nowhere", as_of=date(2026, 1, 1))
    assert len(found) == len(rows) and {"age", "base_rate", "volume"} <= set(found["measure"])
    aged = found[found["measure"] == "age"]
    assert len(aged) == 5 and aged["due"].all() and set(aged["value"]) == {85}
    for row in found[found["measure"] == "feature"].itertuples():
        assert row.value >= 0 and row.high >= 0.25 and row.due == (row.value > row.high)


def test_days_before_the_training_are_refused(stored: str) -> None:
    with pytest.raises(ModelError, match="foresight"):
        score_days(stored, TRAINED - timedelta(days=1))


def test_no_day_and_no_access_are_refused(stored: str) -> None:
    with pytest.raises(ModelError, match="--as-of"):
        score_days(stored)
    stranger = Viewer("stranger", frozenset({Role.MODELLER}), frozenset({"elsewhere"}))
    with engine.reading(stored) as session, pytest.raises(Denied):
        train.fit_region(session, stranger, region_id="nowhere", as_of=TRAINED, now=NOW)


def test_scoring_before_training_names_the_cure(empty_url: str, tmp_path: Path) -> None:
    migrating.upgrade(empty_url)
    factories.load(empty_url, factories.pack(tmp_path))
    with pytest.raises(ModelError, match="tocsin train"):
        score_days(empty_url, SCORED)


def test_training_without_reports_names_the_cure(empty_url: str, tmp_path: Path) -> None:
    migrating.upgrade(empty_url)
    factories.load(empty_url, factories.pack(tmp_path))
    with engine.writing(empty_url) as session, pytest.raises(ModelError, match="import"):
        train.train(session, LOCAL, region_id="nowhere", as_of=TRAINED, now=NOW)


def test_in_the_shadow_nothing_is_promoted(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = backtest.bench_for(frames([], covered_days=901), known_by(900))
    terms = cards.Terms("nowhere", known_by(900), 28, "d1")
    made = train.train_all(quiet, questions(["fatal"], (28,), 5), terms)
    assert [one.promoted for one in made] == [True]
    monkeypatch.setattr(train, "train_all", lambda *_, **__: made)
    monkeypatch.setattr(train.count_training, "train", lambda *_, **__: [])
    where = {"region_id": "nowhere", "as_of": TRAINED, "now": NOW}
    for shadow, status in ((True, "shadow"), (False, "promoted")):
        with engine.reading(stored) as session:
            records = train.fit_region(session, LOCAL, shadow=shadow, **where)
        assert [record.status for record in records] == [status]


def test_a_fallback_is_put_in_force_as_such(stored: str) -> None:
    with engine.reading(stored) as session:
        acts = queries.promotions(session, LOCAL, region_id="nowhere", as_of=TRAINED)
        current = queries.current_models(session, LOCAL, region_id="nowhere", as_of=TRAINED)
    assert set(acts["kind"]) <= {"auto", "fallback"}
    for row in current[current["target"] != "deaths"].to_dict("records"):
        assert row["kind"] == row["card"]["choice"]["kind"]
        assert bool(row["reason"]) == (row["kind"] == "fallback")


def test_a_tampered_artefact_is_refused(stored: str) -> None:
    with engine.reading(stored) as session:
        version = queries.current_models(session, LOCAL, region_id="nowhere", as_of=TRAINED).iloc[0]
        named = version["model_version_id"]
        body = queries.model_record(session, LOCAL, model_version_id=named, as_of=TRAINED).artefact
    _keep_body(stored, version["model_version_id"], body[:-9] + b"tampered!")
    try:
        with pytest.raises(ModelError, match="not the ones that were signed"):
            score_days(stored, SCORED)
    finally:
        _keep_body(stored, version["model_version_id"], body)


def _keep_body(url: str, version_id: str, body: bytes) -> None:
    with engine.writing(url) as session:
        session.execute(update(Artefact).where(Artefact.model_version_id == version_id).values(body=body))
