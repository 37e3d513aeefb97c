from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import models
from db import migrating
from db.errors import TocsinError
from models import Study, add_feature, feature
from models.estimators import ESTIMATORS
from models.panel import Panel
from models.targets import Question
from tests import factories


@pytest.fixture(scope="module")
def study(exercise_store: str) -> Study:
    return Study.load(exercise_store)


def test_it_reads_a_store_as_known_on_its_newest_day(study: Study, exercise_store: str) -> None:
    assert study.title.startswith("EXERCISE") and study.as_of == date(2026, 11, 21)
    earlier = Study.load(exercise_store, as_of=date(2026, 3, 1))
    assert earlier.frames.events["known_day"].max() <= pd.Timestamp(2026, 3, 1)
    assert len(earlier.frames.events) < len(study.frames.events)


def test_the_table_tells_unknown_outcomes_from_no(study: Study) -> None:
    question = study.ask("fatal", 28)
    table = study.frame([question])
    newest = table["day"] > pd.Timestamp(study.as_of - timedelta(days=28))
    assert table.loc[newest, "fatal_after_28"].isna().all()
    assert set(table["fatal_after_28"].dropna()) == {0.0, 1.0}
    assert table["covered"].all() and not table.duplicated(["area_id", "day"]).any()
    assert len(study.questions()) == 15 and study.frame()["escalation_after_7"].notna().any()


def test_fit_backtest_compare(study: Study) -> None:
    question = study.ask("fatal", 28)
    assert study.fit(question, "ewma_logistic").positives > 20
    names = ["climatology", "climatology_pooled", "conflictology", "ewma_logistic"]
    said = study.backtest([question], first=study.as_of - timedelta(days=150), estimators=names)
    table = study.compare(said)
    assert list(table["estimator"]) == ["ewma_logistic"] and table["rows"].item() > 100
    gain = study.versus(said, "ewma_logistic", "conflictology").iloc[0]
    assert gain["low"] <= gain["skill"] <= gain["high"]
    with pytest.raises(TocsinError, match="backtest them together"):
        study.versus(said, "ewma_logistic", "nothing")


def test_a_feature_can_be_tried_for_a_session(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    @feature("own_recent", monotone=1)
    def twice_the_events(panel: Panel, question: Question) -> np.ndarray:
        """Violent incidents of the last four weeks, twice."""
        return 2 * panel.window("events", 28)

    monkeypatch.setattr("models.study.ESTIMATORS", {**ESTIMATORS})
    monkeypatch.setattr("models.bench.ESTIMATORS", models.study.ESTIMATORS)
    monkeypatch.setattr("models.baselines.COLUMNS", {**models.baselines.COLUMNS})
    question = study.ask("fatal", 28)
    assert study.leaks(twice_the_events, question, study.as_of - timedelta(days=100)) == []
    name = add_feature(twice_the_events, to="ewma_logistic")
    assert study.fit(question, name).features[-1].name == "twice_the_events"


def test_numbers_of_ones_own_join_the_larger_models_only(study: Study) -> None:
    rows = pd.DataFrame(
        [
            {"name": "price", "area_id": area, "day": day, "known_day": day, "value": 1.5}
            for area in study.bench.panel.area_ids[:3]
            for day in pd.date_range("2025-06-01", "2026-11-01", freq="28D").astype("datetime64[s]")
        ]
    )
    richer = study.with_covariates(rows)
    question = richer.ask("fatal", 28)
    names = [one.name for one in richer.fit(question, "logit_mean").features]
    assert names[-2:] == ["covariate_price", "covariate_price_is_known"]
    assert "covariate_price" not in [one.name for one in richer.fit(question, "ewma_logistic").features]


def test_what_is_missing_is_said_with_its_cure(study: Study, empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(TocsinError, match="tocsin .*init"):
        Study.load(empty_url)
    migrating.upgrade(empty_url)
    with pytest.raises(TocsinError, match="no region is loaded"):
        Study.load(empty_url)
    factories.load(empty_url, factories.pack(tmp_path))
    with pytest.raises(TocsinError, match="import reports first"):
        Study.load(empty_url)
    with pytest.raises(TocsinError, match="choose one of: escalation"):
        study.ask("peace", 28)


def test_the_modellers_names_load_when_asked_for() -> None:
    assert set(models.__all__) == {"FEATURES", "Question", "Study", "add_feature", "feature"}
    assert all(getattr(models, name) is not None for name in models.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        models.nothing  # noqa: B018
