"""A store of an earlier release comes up with every row, and with what the newer tables need."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from db import engine, migrating, queries, revisions
from db.policy import LOCAL
from db.schema import PastRow, Revision
from tests.db.stores import change, count, rows

REGION = (
    "INSERT INTO region (id, title, exercise, time_zone, settings, pack_sha256, loaded_at) "
    "VALUES ('old', 'Old', false, 'UTC', '{}', 'x', '2026-01-01 00:00:00')"
)
MODEL = (
    "INSERT INTO model_version (id, region_id, target, horizon_days, estimator, train_as_of, created_at, status, "
    "card, digest, exercise) VALUES ('{id}', 'old', 'fatal', 7, 'ewma', '{day}', '2026-02-01 06:30:00', "
    "'{status}', '{{}}', 'd', false)"
)
MODELS = (("m1", "2018-01-01", "promoted"), ("m2", "2018-02-01", "retired"), ("m3", "2018-02-01", "promoted"))


def released(url: str, revision: str) -> None:
    """Make an empty store as a release that knew only the first migrations made it."""
    migrating._make_room(url)
    with engine.engine(url).connect() as connection, connection.begin():
        command.upgrade(migrating._config(connection), revision)


@pytest.fixture
def first(empty_url: str) -> str:
    """A store of the first release that holds a region and three models."""
    released(empty_url, "0001")
    change(empty_url, REGION)
    for name, day, status in (*MODELS, ("m4", "2018-03-01", "shadow")):
        change(empty_url, MODEL.format(id=name, day=day, status=status))
    change(empty_url, "INSERT INTO artefact (model_version_id, body) VALUES ('m1', 'x')")
    return empty_url


def test_a_first_release_comes_up_with_every_row(first: str) -> None:
    before = {name: rows(first, f"SELECT * FROM {name} ORDER BY 1") for name in ("region", "model_version")}  # noqa: S608
    assert migrating.upgrade(first) is True
    migrating.check(first)
    assert {name: rows(first, f"SELECT * FROM {name} ORDER BY 1") for name in before} == before  # noqa: S608
    assert (count(first, "artefact"), count(first, "verification")) == (1, 0)
    assert migrating.upgrade(first) is False
    path = Path(first.removeprefix("sqlite:///"))
    assert not first.startswith("sqlite") or path.with_name(path.name + ".before-0001").exists()


def test_what_had_been_promoted_stays_in_force(first: str) -> None:
    migrating.upgrade(first)
    with engine.reading(first) as session:
        acts = queries.promotions(session, LOCAL, region_id="old", as_of=date.max)
        models = queries.models(session, LOCAL, region_id="old", as_of=date.max)
        january = queries.current_models(session, LOCAL, region_id="old", as_of=date(2018, 1, 31))
    assert list(acts["model_version_id"]) == ["m3", "m1"]
    assert list(acts["from_day"]) == [date(2018, 2, 1), date(2018, 1, 1)]
    assert {str(at) for at in acts["promoted_at"]} == {"2026-02-01 06:30:00+00:00"}
    assert set(zip(acts["kind"], acts["promoted_by"], acts["override"], strict=True)) == {
        ("auto", "train", False)
    }
    status = dict(zip(models["model_version_id"], models["status"], strict=True))
    assert status == {"m1": "promoted", "m2": "retired", "m3": "promoted", "m4": "shadow"}
    assert list(january["model_version_id"]) == ["m1"]


def test_a_model_may_be_about_deaths_only_after_the_upgrade(first: str) -> None:
    migrating.upgrade(first)
    about_deaths = MODEL.format(id="m5", day="2018-04-01", status="promoted").replace("fatal", "deaths")
    change(first, about_deaths)
    assert rows(first, "SELECT target FROM model_version WHERE id = 'm5'") == [{"target": "deaths"}]
    with pytest.raises(DBAPIError):
        change(first, about_deaths.replace("deaths", "hearsay").replace("m5", "m6"))


def old_revision(seq: int, reason: str, previous: str, new: object = None) -> dict[str, Any]:
    """A revision as a release before 0007 sealed it."""
    row: dict[str, Any] = {"seq": seq, "entity": "incident", "entity_id": "i1", "field": "state", "old": None}
    row |= {"new": new, "reason": reason, "by": "ana"}
    said = {**row, "at": "2026-03-01T06:30:00+00:00", "previous": previous}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    row |= {"old": None, "new": None if new is None else json.dumps(new), "previous_sha256": previous}
    return {**row, "sha256": hashlib.sha256(text.encode()).hexdigest()}


@pytest.fixture
def sixth(empty_url: str) -> str:
    """A store of the sixth schema with a history of three changes."""
    released(empty_url, "0006")
    seal = revisions.FIRST
    for seq, new in enumerate([{"ب": [1, "x"]}, "canary", None], 1):
        row = old_revision(seq, "seen by two", seal, new)
        seal = row["sha256"]
        change(empty_url, REVISION, **row)
    return empty_url


REVISION = (
    'INSERT INTO revision (seq, entity, entity_id, field, old, new, reason, "by", at, previous_sha256, sha256) '
    "VALUES (:seq, :entity, :entity_id, :field, :old, :new, :reason, :by, '2026-03-01 06:30:00+00', "
    ":previous_sha256, :sha256)"
)


def held(url: str) -> tuple[int | None, Any]:
    """The first bad revision, and what the upgrade wrote down about the old chain."""
    with engine.reading(url) as session:
        remark = session.scalar(select(Revision.old).where(Revision.field == "seals"))
        return revisions.check(session), remark


def test_an_old_history_is_sealed_anew_and_remembers_its_old_head(sixth: str) -> None:
    last = rows(sixth, "SELECT sha256 FROM revision WHERE seq = 3")[0]["sha256"]
    migrating.upgrade(sixth)
    assert held(sixth) == (None, {"head": last, "broken_at": None})
    assert count(sixth, "revision") == 4
    with engine.reading(sixth) as session:
        assert session.scalar(select(Revision.new).where(Revision.seq == 1)) == {"ب": [1, "x"]}


@pytest.mark.parametrize(
    "tampering", ["UPDATE revision SET reason = 'nicer' WHERE seq = 2", "DELETE FROM revision WHERE seq = 2"]
)
def test_an_upgrade_heals_no_broken_history(sixth: str, tampering: str) -> None:
    change(sixth, tampering)
    migrating.upgrade(sixth)
    broken, remark = held(sixth)
    assert broken == 2
    assert remark["broken_at"] == (2 if "UPDATE" in tampering else 3)


def test_what_the_history_tells_of_changes_in_place_serves_earlier_days(empty_url: str) -> None:
    released(empty_url, "0006")
    told = {"reason": "r", "by": "b", "previous_sha256": revisions.FIRST, "new": None}
    was = json.dumps(["2018-03-02T10:00:00+00:00", "published"])
    moved = {"entity": "report", "entity_id": "r1", "field": "available_at", "old": was, "sha256": "1"}
    merged = {"entity": "incident", "entity_id": "i1", "field": "merged_into", "old": None, "sha256": "2"}
    for seq, row in enumerate([moved, merged], 1):
        change(empty_url, REVISION, seq=seq, **told, **row)
    migrating.upgrade(empty_url)
    with engine.reading(empty_url) as session:
        kept = session.execute(select(PastRow.table, PastRow.key, PastRow.body).order_by(PastRow.table)).all()
    published = {"available_at": "2018-03-02 10:00:00.000000", "available_basis": "published"}
    assert [tuple(row) for row in kept] == [
        ("incident", "i1", {"merged_into": None}),
        ("report", "r1", published),
    ]
