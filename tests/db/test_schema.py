"""Every CHECK of the schema refuses what it is there to refuse, by its name."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Connection, Enum, Table, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import engine, forecasts, store
from db.schema import Alert, Analogue, Base, Delivery, JobRun, RowIssue, Score, ScoreChange, Transition
from db.vocab import Condition, IssueSeverity, ModelStatus, RunStatus, Target, Verdict
from tests.conftest import NOW
from tests.db.stores import rows
from tests.db.work_rows import add_work
from tests.factories import report_row, take, ucdp_row, write_csv

BREAK = {
    "ck_source_lag_not_negative": "lag_days = -1",
    "ck_place_lat_on_earth": "lat = 90.5",
    "ck_displacement_lat_on_earth": "lat = 90.5",
    "ck_displacement_lon_on_earth": "lon = -181",
    "ck_token_expires_later": "expires_at = made_at",
    "ck_place_lon_on_earth": "lon = -181",
    "ck_place_radius_positive": "radius_km = 0",
    "ck_area_one_subject": "place_id = NULL, community_id = NULL",
    "ck_batch_coverage_span_in_order": "covered_from = '2018-02-01', covered_until = '2018-01-01'",
    "ck_report_incident_admiralty": "credibility = 7",
    "ck_report_incident_dates_in_order": "date_start = '2018-04-01', date_end = '2018-03-01'",
    "ck_report_incident_date_prec_ucdp": "date_prec = 6",
    "ck_report_incident_geo_prec_ucdp": "geo_prec = 0",
    "ck_incident_version_known_in_order": "known_until = '2000-01-01 00:00:00'",
    "ck_promotion_override_has_reason": "override = true, reason = ' '",
    "ck_verification_unobserved_is_unknown": "obs = NULL",
    "ck_verification_brier": "brier = 1.5",
    "ck_count_forecast_range_in_order": "low = 3, high = 2",
    "ck_score_probability": "probability = 1.5",
    "ck_score_level_known": "level = 5",
    "ck_score_assessed_has_probability": "level = 1, probability = NULL",
    "ck_decision_has_reason": "reason = ' '",
    "ck_judgement_has_reason": "reason = ' '",
    "ck_judgement_pair_in_order": "right_id = left_id",
    "ck_judgement_score": "score = 1.5",
    "ck_tombstone_has_reason": "reason = ''",
    "ck_erasure_has_reason": "reason = ''",
    "ck_role_grant_has_reason": "reason = ''",
    "ck_draft_accepted_has_report": "state = 'accepted'",
    "ck_attachment_has_subject": "incident_id = NULL, report_id = NULL",
    "ck_analogue_distance_not_negative": "distance = -1",
    "ck_shift_note_says_something": "text = ' '",
    "ck_handover_span_in_order": "until = '2000-01-01 00:00:00'",
    "ck_action_step_level_known": "level = 5",
    "ck_action_step_says_something": "step = ''",
    "ck_silence_has_reason": "reason = ''",
    "ck_silence_ends_later": "until = at",
    "ck_silence_level_known": "level = 1",
    "ck_recipient_quiet_has_both_ends": "quiet_from = NULL",
    "ck_recipient_quiet_from_minutes": "quiet_from = 1440",
    "ck_recipient_quiet_until_minutes": "quiet_until = -1",
    "ck_subscription_level_known": "level = 5",
    "ck_notice_level_known": "level = 5",
    "ck_notice_expires_later": "expires_on = '2000-01-01'",
    "ck_message_attempts_not_negative": "attempts = -1",
    "ck_dossier_has_name": "name = ' '",
    "ck_dossier_has_reason": "reason = ''",
    "ck_consent_has_reason": "reason = ''",
    "ck_consent_of_two_people": "given_by = asked_by",
    "ck_consent_given_by_somebody": "given_by = NULL",
}


def score_row(**changes: Any) -> dict[str, Any]:
    row = {
        **{"area_id": "xx-blue-hill", "as_of": date(2018, 6, 1), "horizon_days": 28, "target": Target.FATAL},
        **{"model_version_id": "m1", "data_version": "d1", "probability": 0.5, "low": None, "high": None},
        **{"level": 1, "confidence": "low", "confidence_reasons": [], "base": -1.0, "drivers": []},
        **{"data_cutoff": date(2018, 6, 1), "issued_at": NOW, "live": False, "exercise": False},
    }
    return {**row, "undercounted": False, **changes}


def verification_row(score_id: str, **changes: Any) -> dict[str, Any]:
    row = {
        **{"score_id": score_id, "closed_on": date(2018, 7, 1), "obs": True, "count": 3.0, "bar": 0.5},
        **{"brier": 0.25, "verdict": Verdict.MISS, "undercounted": False, "data_version": "d2"},
    }
    return {**row, "recorded_at": NOW, **changes}


def count_row(**changes: Any) -> dict[str, Any]:
    row = {
        **{"area_id": "xx-blue-hill", "as_of": date(2018, 6, 1), "horizon_days": 28, "live": False},
        **{"model_version_id": "m1", "data_version": "d1", "exceedance": [0.4, 0.3, 0.2, 0.1, 0, 0, 0]},
        **{"median": 0, "low": 0, "high": None, "issued_at": NOW, "exercise": False},
    }
    return {**row, **changes}


def drift_row(**changes: Any) -> dict[str, Any]:
    row = {
        **{"region_id": "nowhere", "model_version_id": "m1", "as_of": date(2018, 6, 1), "measure": "feature"},
        **{"name": "own_recent", "value": 0.3, "expected": None, "low": None, "high": 0.25, "due": True},
    }
    return {**row, "data_version": "d1", "recorded_at": NOW, **changes}


def covariate_row(**changes: Any) -> dict[str, Any]:
    row = {
        **{"region_id": "nowhere", "name": "rain_mm", "area_id": "xx-blue-hill", "day": date(2018, 6, 1)},
        **{"available_at": datetime(2018, 6, 2, tzinfo=UTC), "value": 1.5, "recorded_at": NOW},
    }
    return {**row, "source": "own file", **changes}


def analogue_row(score: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What is kept of an earlier situation like that of a score."""
    key = {name: score[name] for name in (*forecasts.SCORE_KEY, "issued_at")}
    told = {"rank": 1, "area_id": "xx-blue-hill", "day": date(2018, 1, 1), "distance": 0.5}
    return {
        **key,
        "scored_area_id": key["area_id"],
        **told,
        "followed": True,
        "incidents": 2,
        "deaths": None,
    } | changes


def model_record(**changes: Any) -> store.ModelRecord:
    facts = {
        **{"id": "m1", "region_id": "nowhere", "target": Target.FATAL, "horizon_days": 28},
        **{"estimator": "ewma", "train_as_of": date(2018, 1, 1), "created_at": NOW},
        **{"status": ModelStatus.PROMOTED, "card": {"rows": 3}, "artefact": b"\x00x", "digest": "d"},
    }
    return store.ModelRecord(**{**facts, **changes})


def score_id(session: Session) -> str:
    """The id of the only score there is."""
    return session.scalars(select(Score.id)).one()


def said_of(score: str) -> list[Base]:
    """What is kept beside a score."""
    parts: dict[str, Any] = {"new_data": 0.02, "revised_data": -0.01, "model_change": 0.0}
    like: dict[str, Any] = {"area_id": "xx-blue-hill", "day": date(2018, 1, 1), "distance": 0.5}
    return [ScoreChange(score_id=score, earlier_id=score, **parts), Analogue(score_id=score, rank=1, **like)]


def fill(url: str, folder: Any) -> None:
    """Put a row into every table."""
    take(url, write_csv(folder / "a.csv", [ucdp_row()]))
    take(url, write_csv(folder / "b.csv", [report_row()]), "reports")
    batch = rows(url, "SELECT id FROM import_batch LIMIT 1")[0]["id"]
    step = {"community_id": "xx-blue-hill", "rule": "level", "actor": "rule", "reason": "", "level": 2}
    with engine.writing(url) as session:
        store.save_model(session, model_record())
        assert store.save_scores(session, [score_row()]) == 1
        assert store.save_verifications(session, [verification_row(score_id(session))]) == 1
        assert store.save_count_forecasts(session, [count_row()]) == 1
        assert store.save_covariates(session, [covariate_row()]) == 1
        assert store.save_drift(session, [drift_row()]) == 1
        session.add_all(said_of(score_id(session)))
        session.add_all(
            [
                RowIssue(
                    id="i1",
                    batch_id=batch,
                    row_number=2,
                    code="x",
                    severity=IssueSeverity.ERROR,
                    message="",
                ),
                Alert(
                    **{k: step[k] for k in ("community_id", "rule")},
                    id="a1",
                    opened_on=date(2018, 6, 1),
                    created_at=NOW,
                    exercise=False,
                ),
                JobRun(
                    **{"id": "j1", "command": "daily", "started_at": NOW, "seen_at": NOW, "done": 0},
                    **{"status": RunStatus.RUNNING, "step": "", "total": 0},
                ),
            ]
        )
        session.flush()
        session.add(
            Transition(
                **step,
                **{"id": "t1", "alert_id": "a1", "seq": 1, "day": date(2018, 6, 1), "at": NOW},
                **{"condition": Condition.OPEN, "memory": {}},
            )
        )
        session.flush()
        session.add(
            Delivery(
                id="d1", transition_id="t1", channel="file", recipient="x", claimed_at=NOW, status="sent"
            )
        )
    with engine.writing(url) as session:
        add_work(session, batch)


def checks() -> list[tuple[Table, str, str]]:
    """Every named CHECK, with a change of a sound row that it must refuse."""
    found = []
    for table in Base.metadata.sorted_tables:
        words = {str(c.type.name): c.name for c in table.columns if isinstance(c.type, Enum)}
        for check in table.constraints:
            if isinstance(check, CheckConstraint):
                name = str(check.name)
                column = next((c for word, c in words.items() if name == f"ck_{table.name}_{word}"), None)
                found.append((table, name, f"\"{column}\" = 'no such word'" if column else BREAK[name]))
    return found


def refuses(connection: Connection, table: Table, name: str, step: str) -> None:
    with pytest.raises(IntegrityError) as refusal, connection.begin_nested():
        connection.execute(text(f'UPDATE "{table.name}" SET {step}'))  # noqa: S608
    assert name in str(refusal.value.orig), refusal.value


def test_every_check_refuses_by_its_name(both: str, tmp_path: Any) -> None:
    fill(both, tmp_path)
    assert {t for t in Base.metadata.tables if not rows(both, f'SELECT 1 FROM "{t}" LIMIT 1')} == set()  # noqa: S608
    with engine.engine(both).connect() as connection, connection.begin() as transaction:
        for table, name, step in checks():
            refuses(connection, table, name, step)
        transaction.rollback()


def test_no_named_check_goes_untested() -> None:
    assert set(BREAK) <= {name for _, name, _ in checks()}


@pytest.mark.parametrize("table", ["report", "import_batch", "community", "place"])
def test_a_row_that_others_point_at_cannot_go(nowhere: str, tmp_path: Any, table: str) -> None:
    fill(nowhere, tmp_path)
    with pytest.raises(IntegrityError), engine.writing(nowhere) as session:
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608


def test_an_instant_without_a_zone_is_refused(nowhere: str) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="needs its time zone"), engine.writing(nowhere) as session:
        store.start_run(session, "daily", naive, "x")


def test_the_same_score_is_written_once(nowhere: str, tmp_path: Any) -> None:
    with engine.writing(nowhere) as session:
        store.save_model(session, model_record())
        assert store.save_scores(session, [score_row()]) == 1
        assert store.save_scores(session, [score_row(probability=0.9)]) == 0
        assert store.save_scores(session, [score_row(data_version="d2"), score_row()]) == 1
