"""Small stores for the pages: an invented region with reports, scores of some days, and alerts."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dashboard.alerts import step
from db import engine, migrating, queries, store
from db.policy import LOCAL
from db.store import ModelRecord
from db.vocab import ModelStatus, Target
from tests import factories
from tests.conftest import NOW

LAST = date(2018, 7, 25)
SCORED = factories.days(LAST - timedelta(days=9), 10)
BEGINS = {"watch": 0.05, "warning": 0.15, "emergency": 0.3}
CHANCES = {"xx-blue-north": 0.35, "xx-blue-hill": 0.2, "xx-green-ford": 0.07, "xx-green-well": 0.01}
BASE = -3.0


def build(url: str, folder: Path, *, exercise: bool = False, scored: bool = True) -> str:
    """Fill a store: pack, a year of UCDP events and some reports, scores, alerts."""
    migrating.upgrade(url)
    name = "drill" if exercise else "nowhere"
    factories.load(url, factories.pack(folder, name=name, exercise=exercise))
    factories.take(url, factories.write_csv(folder / "events.csv", _events()))
    factories.take(url, factories.write_csv(folder / "reports.csv", _reports()), "reports")
    if scored:
        score(url, name)
    return url


def whole(url: str) -> None:
    """Fill a store with all of that, for `factories.copied`."""
    with TemporaryDirectory() as folder:
        build(url, Path(folder))


def drill(url: str) -> None:
    """The same as an EXERCISE."""
    with TemporaryDirectory() as folder:
        build(url, Path(folder), exercise=True)


def _events() -> list[dict[str, str]]:
    rows = [
        factories.ucdp_row(id=n, day=day, best=n % 4, low=n % 4, high=n % 4 + 2)
        for n, day in enumerate(factories.days(LAST - timedelta(days=200), 200), 1)
        if n % 5 == 0
    ]
    vague = factories.ucdp_row(
        id=9001, day=LAST - timedelta(days=3), where_prec=4, where_coordinates="Northern Governorate", adm_2="",
        latitude=34.0, longitude=36.0, best=31, low=30, high=40, source_headline="Attack in the north",
    )  # fmt: skip
    broken = factories.ucdp_row(id=9002, day=LAST, latitude="north")
    return [*rows, vague, broken]


def _reports() -> list[dict[str, str]]:
    day = LAST - timedelta(days=1)
    shared = {"date_start": day, "date_end": day, "published_at": day}
    evil = "![x](http://tracker.invalid/x.png) <script>alert(1)</script>"
    return [
        factories.report_row(
            external_id="r1", title="Taken near Hill", text=evil, killed_wording="dozens", **shared
        ),
        factories.report_row(
            external_id="r2",
            source_id="radio",
            title="=cmd()",
            incident_type="threat",
            abducted=None,
            **shared,
        ),
    ]


def score(url: str, region_id: str) -> None:
    """Scores of ten days as a model would have written them, and the alerts that follow."""
    with engine.writing(url) as session:
        model_id = store.save_model(session, model(region_id))
        incidents = queries.incidents(
            session, LOCAL, region_id=region_id, as_of=LAST, community_id="xx-blue-hill"
        )
        ids = list(incidents["incident_id"].head(4))
        exercise = queries.region(session, LOCAL, region_id).exercise
        for day in SCORED:
            said = rows(day, model_id, ids, exercise)
            store.save_scores(session, said)
            store.save_analogues(session, [row for one in said for row in like(one)])
        step.run(session, LOCAL, region_id=region_id, days=SCORED, now=NOW)


def rows(day: date, model_id: str, ids: list[str], exercise: bool) -> list[dict[str, Any]]:
    """A day's scores: all targets at all horizons; the last day is higher."""
    return [
        _row(day, model_id, ids, exercise, area, chance, target, horizon)
        for area, chance in CHANCES.items()
        for target in Target
        for horizon in (7, 14, 28)
    ]


def _row(
    day: date,
    model_id: str,
    ids: list[str],
    exercise: bool,
    area: str,
    chance: float,
    target: Target,
    horizon: int,
) -> dict[str, Any]:
    from dashboard.fmt import logit

    chance = chance if day == LAST else chance * 0.7
    level = 1 + sum(chance >= begin for begin in BEGINS.values())
    drivers = [
        {"feature": "own_recent", "value": 4.0, "usual": 1.0, "contribution": 1.5, "incident_ids": ids},
        {"feature": "spared", "value": 3.0, "usual": 30.0, "contribution": -0.25, "incident_ids": ids[:1]},
    ]
    rest = logit(chance) - BASE - sum(float(str(one["contribution"])) for one in drivers)
    return {
        **{"area_id": area, "as_of": day, "horizon_days": horizon, "target": target},
        **{
            "model_version_id": model_id,
            "data_version": "v1",
            "probability": chance,
            "low": chance / 2,
            "high": min(2 * chance, 1.0),
        },
        **{"level": level, "confidence": "low", "confidence_reasons": [{"code": "few_events", "count": 3}]},
        **{"drivers": [*drivers, {"feature": "other", "contribution": rest}], "base": BASE},
        **{"data_cutoff": day - timedelta(days=1), "issued_at": NOW, "live": False, "exercise": exercise},
        "undercounted": False,
    }


def like(score: dict[str, Any]) -> list[dict[str, Any]]:
    """Three earlier situations like that of an alert score: one was followed by an escalation, of one nobody knows."""
    if (score["target"], score["horizon_days"]) != (Target.ESCALATION, 28):
        return []
    day, shared = score["as_of"] - timedelta(days=91), {**score, "scored_area_id": score["area_id"]}
    sequels = [
        ("xx-blue-north", True, 3, 9),
        ("xx-green-ford", False, 1, 0),
        ("xx-green-well", None, None, None),
    ]
    return [
        {
            **shared,
            "rank": rank,
            "area_id": area,
            "day": day - timedelta(days=7 * rank),
            "distance": 0.1 * rank,
        }
        | {"followed": followed, "incidents": incidents, "deaths": deaths}
        for rank, (area, followed, incidents, deaths) in enumerate(sequels, 1)
    ]


def model(region_id: str) -> ModelRecord:
    """A promoted model with a card as training writes it."""
    brier = {"climatology": 0.06, "logit_mean": 0.05}
    rates = {"watch": 3.9, "warning": 0.9, "emergency": 0.2}
    card = {
        **{"target": "escalation", "target_doc": "More deaths than usual.", "horizon_days": 28},
        **{"estimator": "logit_mean", "train_as_of": "2018-07-01", "rows": 1000, "positives": 60},
        **{"areas_with_positives": 7, "data_window": ["2017-07-01", "2018-06-01"], "features": []},
        "choice": {"used": True, "why": "not worse than the baseline"},
        "out_of_sample": {
            "weeks": 52,
            "areas": 9,
            "brier": brier,
            "skill": {"climatology": 0.17, "logit_mean": 0.0},
        },
        "thresholds": {
            **{"begins": BEGINS, "weeks": 52, "areas": 4, "realised_false_per_community_year": rates},
            "budget_false_per_community_year": {"watch": 4.0, "warning": 1.0, "emergency": 0.25},
        },
        "blind_spots": ["silence"],
    }
    return ModelRecord(
        id="model-1",
        region_id=region_id,
        target=Target.ESCALATION,
        horizon_days=28,
        estimator="logit_mean",
        train_as_of=date(2018, 7, 1),
        created_at=NOW,
        status=ModelStatus.PROMOTED,
        card=card,
        artefact=b"nothing",
        digest="none",
    )
