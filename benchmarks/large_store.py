"""A store of any size for the benchmarks: `python -m benchmarks.large_store URL --communities 60 --incidents 20000`.

The region is the EXERCISE's; its incidents, ties and scores are invented row by row in the shape that imports and
`tocsin daily` leave behind, because taking in a million reports would take hours. Same arguments, same rows.
"""

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select

from benchmarks import large_beside
from db import bulk, engine, exercise, migrating, packs, store
from db.records import ModelRecord
from db.schema import (
    BatchCoverage,
    Claim,
    CommunityPlace,
    ImportBatch,
    Incident,
    IncidentVersion,
    Link,
    Place,
    Report,
    ReportIncident,
    Source,
)
from db.store import score_id
from db.vocab import ModelStatus, Target

END = date(2026, 11, 20)
YEARS = 5
SCORED_DAYS, WHOLE_DAYS = 400, 9  # of the newest days all questions are scored, before them the alerts' only
TYPES = ("armed_clash", "attack_on_civilians", "threat", "kidnapping", "harassment", "explosion", "expulsion")
BEGINS = {"watch": 0.05, "warning": 0.12, "emergency": 0.25}
AT_ONCE = 20_000
Row = dict[str, Any]


def at(day: date) -> datetime:
    """Noon of a day."""
    return datetime.combine(day, time(12), UTC)


def build(url: str, communities: int, incidents: int) -> None:
    """Fill a new store."""
    migrating.upgrade(url)
    with tempfile.TemporaryDirectory() as folder:
        exercise.write_exercise(Path(folder), communities=communities, years=0.2, seed=1, end=END)
        pack = packs.read(Path(folder))
        with engine.writing(url) as session:
            store.load_region(session, pack, at(END - timedelta(days=365 * YEARS)))
    homes, sources = _homes(url), _covered(url)
    dice = random.Random(1)  # noqa: S311  (nothing secret)
    recent: dict[str, list[str]] = {}
    for start in range(0, incidents, AT_ONCE):
        with engine.writing(url) as session:
            parts: dict[Any, list[Row]] = {}
            for n in range(start, min(start + AT_ONCE, incidents)):
                for entity, row in _incident(n, dice, homes, sources, recent):
                    parts.setdefault(entity, []).append(row)
            for entity in (Incident, Report, ReportIncident, Claim, IncidentVersion, Link):
                bulk.insert(session, entity, parts.get(entity, []))
    _scores(url, sorted({home["community_id"] for home in homes}), recent, dice)
    large_beside.add(url)


def _homes(url: str) -> list[Row]:
    """Where communities live, with the district and governorate above."""
    with engine.reading(url) as session:
        above = {
            i: (level.value, up)
            for i, level, up in session.execute(select(Place.id, Place.level, Place.parent_id))
        }
        lived = session.execute(
            select(CommunityPlace.community_id, Place.id, Place.name, Place.lat, Place.lon).join(
                Place, Place.id == CommunityPlace.place_id
            )
        ).all()

    def line(place: str | None) -> Iterator[tuple[str, str]]:
        while place:
            level, up = above[place]
            yield level, place
            place = up

    return [
        {"community_id": c, "place_id": p, "place_text": n, "lat": lat, "lon": lon, **{
            f"{level}_id": unit for level, unit in line(p) if level in ("district", "governorate")}}
        for c, p, n, lat, lon in lived
    ]  # fmt: skip


def _covered(url: str) -> list[str]:
    """The sources, which one import covers from the first day to the last."""
    first = END - timedelta(days=365 * YEARS)
    batch = {
        "id": "large",
        "importer": "reports",
        "file_name": "large.csv",
        "file_sha256": "0" * 64,
        "message": None,
    }
    batch |= {"context_sha256": "0" * 64, "started_at": at(END), "finished_at": at(END), "status": "done"}
    with engine.writing(url) as session:
        sources = list(session.scalars(select(Source.id).order_by(Source.id)))
        bulk.insert(session, ImportBatch, [{**batch, "released_at": None, "counts": {}, "mapping_id": None}])
        span = {"batch_id": "large", "covered_from": first, "covered_until": END}
        bulk.insert(session, BatchCoverage, [{**span, "source_id": one} for one in sources])
    return sources


def _incident(
    n: int, dice: random.Random, homes: list[Row], sources: list[str], recent: dict[str, list[str]]
) -> Iterator[tuple[Any, Row]]:
    home, day = dice.choice(homes), END - timedelta(days=dice.randrange(365 * YEARS))
    vague, deaths = dice.random() < 0.03, dice.choice((None, 0, 0, 0, 1, 1, 2, 5))
    key, kind = f"{n:024x}", dice.choice(TYPES)
    known = at(day + timedelta(days=1))
    place = {"place_text": home["place_text"], "lat": home["lat"], "lon": home["lon"]}
    place |= {"place_id": None if vague else home["place_id"], "geo_prec": 6 if vague else 1}
    when = {"date_start": day, "date_end": day, "date_prec": 1}
    yield Incident, {"id": key, "region_id": "exercise", "first_recorded_at": known, "merged_into": None}
    yield (
        Report,
        {
            **{"id": key, "source_id": dice.choice(sources), "batch_id": "large", "external_id": str(n)},
            **{"content_sha256": key, "published_at": known, "released_at": None, "available_at": known},
            **{
                "available_basis": "published",
                "recorded_at": known,
                "lang": "en",
                "title": f"EXERCISE: report {n}",
            },
            **{"text": "Invented for a benchmark.", "url": None, "cited": [], "raw": {}, "document_id": None},
            "sensitivity": "internal",
        },
    )
    yield (
        ReportIncident,
        {
            **{
                "report_id": key,
                "incident_id": key,
                "stance": "supports",
                "credibility": None,
                "incident_type": kind,
            },
            **{
                "admin1_text": None,
                "admin2_text": None,
                "excerpt": None,
                "flags": [],
                "added_by": None,
                **when,
                **place,
            },
        },
    )
    figures = {"low": deaths, "best": deaths, "high": deaths}
    claim = {"harm": "killed", "status": "all", "wording": None, "aggregate": False}
    yield Claim, {"report_id": key, "incident_id": key, **claim, **figures}
    yield (
        IncidentVersion,
        {
            **{"id": key, "incident_id": key, "region_id": "exercise", "report_id": key, "known_from": known},
            **{
                "known_until": None,
                "recorded_at": known,
                "recorded_until": None,
                "incident_type": kind,
                **when,
                **place,
            },
            **{"summary": f"EXERCISE: report {n}", "folded": f"exercise: report {n}", "civilians": None},
            **{
                "district_id": None if vague else home.get("district_id"),
                "governorate_id": home["governorate_id"],
            },
            **{
                "geo_method": "centroid" if vague else "exact",
                "deaths_low": deaths,
                "deaths": deaths,
                "deaths_high": deaths,
            },
            **{
                "deaths_unknown": int(deaths is None),
                "attributions": [],
                "grade": "B3",
                "figure_rule": "max_source",
            },
            "figures": [{**claim, **figures, "known": 1, "unknown": 0, "rule": "max_source"}],
            **{
                "reports": 1,
                "independent_sources": 1,
                "verification": "single_source",
                "verification_reason": None,
            },
            **{"flags": [], "sensitivity": "internal"},
        },
    )
    if day > END - timedelta(days=90):
        recent.setdefault(home["community_id"], []).append(key)
    yield (
        Link,
        {
            **{"id": key, "incident_id": key, "version_id": key, "community_id": home["community_id"]},
            **{
                "basis": "located_in_area",
                "method": "spatial",
                "confidence": "low" if vague else "high",
                "share": None,
            },
            **{"counted": not vague, "evidence_report_id": None, "decided_by": "tocsin", "decided_at": known},
            **{"reason": None, "withdrawn_at": None, "withdrawn_by": None},
        },
    )


def _scores(url: str, communities: list[str], recent: dict[str, list[str]], dice: random.Random) -> None:
    """Scores as a model would have written them, day by day."""
    with engine.writing(url) as session:
        for target in Target:
            for horizon in (7, 14, 28):
                store.save_model(session, _model(target, horizon))
    for back in range(SCORED_DAYS, -1, -1):
        day = END - timedelta(days=back)
        asked = [(target, days) for target in Target for days in (7, 14, 28)]
        asked = asked if back < WHOLE_DAYS else [(Target.ESCALATION, 28)]
        rows = [
            _score(day, one, *question, recent.get(one, []), dice)
            for one in communities
            for question in asked
        ]
        with engine.writing(url) as session:
            store.save_scores(session, rows)
            if back < WHOLE_DAYS:
                store.save_analogues(session, _like(rows, communities, dice))
            if back > 28:
                store.save_verifications(session, [_closed(row, dice) for row in rows])


def _like(rows: list[Row], communities: list[str], dice: random.Random) -> list[Row]:
    """Five earlier situations for each score of the alerts' question."""
    asked = [one for one in rows if one["target"] is Target.ESCALATION and one["horizon_days"] == 28]
    return [
        {**one, "scored_area_id": one["area_id"], "area_id": dice.choice(communities), "rank": rank}
        | {"day": one["as_of"] - timedelta(days=100 * rank), "distance": 0.1 * rank}
        | {"followed": rank == 1, "incidents": rank, "deaths": rank}
        for one in asked
        for rank in range(1, 6)
    ]


def _score(day: date, area: str, target: Target, days: int, ids: list[str], dice: random.Random) -> Row:
    chance = dice.betavariate(1, 12)
    names = ("own_recent", "surroundings", "spared", "long_run")
    drivers: list[Row] = [{"feature": name, "value": 4.0, "usual": 1.0} for name in names]
    for n, one in enumerate(drivers):
        one |= {"contribution": dice.uniform(-0.5, 1), "incident_ids": ids[n : n + 5]}
    return {
        **{"area_id": area, "as_of": day, "horizon_days": days, "target": target, "begins": BEGINS},
        **{
            "model_version_id": f"{target}-{days}",
            "data_version": "v1",
            "probability": chance,
            "low": chance / 2,
        },
        **{"high": min(1.0, 2 * chance), "level": 1 + sum(chance >= one for one in BEGINS.values())},
        **{
            "confidence": "moderate",
            "confidence_reasons": [{"code": "few_events", "count": 3}],
            "base": -3.0,
        },
        **{
            "drivers": [*drivers, {"feature": "other", "contribution": 0.1}],
            "data_cutoff": day,
            "issued_at": at(day),
        },
        **{"live": True, "exercise": True, "undercounted": False},
    }


def _closed(row: Row, dice: random.Random) -> Row:
    happened = dice.random() < row["probability"]
    verdict = "hit" if happened and row["level"] > 2 else "miss" if happened else "quiet"
    return {
        **{
            "score_id": score_id(row),
            "closed_on": row["as_of"] + timedelta(days=29),
            "obs": happened,
            "count": 0.0,
        },
        **{
            "bar": 1.0,
            "brier": (row["probability"] - happened) ** 2,
            "verdict": verdict,
            "undercounted": False,
        },
        **{"data_version": "v1", "recorded_at": at(row["as_of"] + timedelta(days=29))},
    }


def _model(target: Target, days: int) -> ModelRecord:
    card = {"target": str(target), "horizon_days": days, "out_of_sample": {"base_rate_communities": 0.03}}
    card |= {"estimator": "logit_mean", "train_as_of": (END - timedelta(days=SCORED_DAYS + 1)).isoformat()}
    card |= {
        "rows": 50_000,
        "positives": 1_500,
        "areas_with_positives": 60,
    }  # as the page of models tells them
    budget = {"watch": 4.0, "warning": 1.0, "emergency": 0.25}
    return ModelRecord(
        **{"id": f"{target}-{days}", "region_id": "exercise", "target": target, "horizon_days": days},
        **{
            "estimator": "logit_mean",
            "train_as_of": END - timedelta(days=SCORED_DAYS + 1),
            "status": ModelStatus.PROMOTED,
        },
        **{"created_at": at(END - timedelta(days=SCORED_DAYS + 1)), "artefact": b"nothing", "digest": "none"},
        card={
            **card,
            "thresholds": {
                "begins": BEGINS,
                "realised_false_per_community_year": {},
                "budget_false_per_community_year": budget,
                "weeks": 52,
                "areas": 60,
            },
        },
    )


def main(
    url: str,
    communities: Annotated[int, typer.Option()] = 60,
    incidents: Annotated[int, typer.Option()] = 20_000,
) -> None:
    """Fill a new store."""
    build(url, communities, incidents)


if __name__ == "__main__":
    typer.run(main)
