"""The highest of the parts rules the whole, whatever the parts are and in whatever order they came."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import decisions, engine, incidents, merging, migrating, policy, queries
from db.errors import BadInput
from db.evidence import reading
from db.policy import LOCAL, Viewer
from db.schema import Attachment, Document, Draft, Report, ReportIncident
from db.vocab import DecisionField, DraftState, Entity, Origin, Role, Sensitivity
from tests.conftest import NOW
from tests.factories import load, pack, report_row, take, write_csv

ORDER = list(Sensitivity)
AS_OF = (NOW + timedelta(days=1)).date()
WHERE = {"region_id": "nowhere", "as_of": AS_OF}
LEVELS = st.sampled_from(ORDER)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two incidents, each told by two reports."""
    folder = tmp_path_factory.mktemp("reach")
    address = f"sqlite:///{folder / 'tocsin.db'}"
    migrating.upgrade(address)
    load(address, pack(folder))
    told = [
        report_row(external_id=f"{one}{n}", incident_ref=one, source_id=source)
        for one in ("a", "b")
        for n, source in enumerate(("monitor", "radio"))
    ]
    take(address, write_csv(folder / "r.csv", told), "reports")
    return address


@contextmanager
def trial(url: str) -> Iterator[Session]:
    """A transaction that leaves nothing behind."""

    class Enough(Exception):
        pass

    try:
        with engine.writing(url) as session:
            yield session
            raise Enough
    except Enough:
        pass


def highest(*parts: Sensitivity | None) -> Sensitivity:
    return max((one for one in parts if one is not None), key=ORDER.index)


def seen_of(session: Session, viewer: Viewer, incident_id: str) -> set[str]:
    """Where somebody meets an incident."""
    met = set()
    if incident_id in set(queries.incidents(session, viewer, **WHERE)["incident_id"]):
        met.add("list")
    if queries.incident_count(session, viewer, **WHERE) == 2:
        met.add("count")
    try:
        queries.incident(session, viewer, incident_id=incident_id, **WHERE)
        met.add("detail")
    except BadInput:
        pass
    told = queries.history(session, viewer, entity=Entity.INCIDENT, entity_id=incident_id, **WHERE)
    return met | ({"history"} if len(told) else set())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.tuples(LEVELS, LEVELS), decided=st.none() | LEVELS, role=st.sampled_from(list(Role)))
def test_an_incident_is_as_secret_as_its_most_secret_part(
    store: str, parts: tuple[Sensitivity, Sensitivity], decided: Sensitivity | None, role: Role
) -> None:
    with trial(store) as session:
        one = _set(session, "a", *parts)
        if decided:
            decide(session, one, decided)
        fine = highest(*parts, decided) in policy.SEES[role]
        met = seen_of(session, Viewer("x", frozenset({role})), one)
        assert met - {"history"} == ({"list", "detail", "count"} if fine else set())
        assert fine or "history" not in met


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=LEVELS, right=LEVELS, role=st.sampled_from([Role.ANALYST, Role.VERIFIER, Role.VIEWER]))
def test_incidents_that_are_one_are_as_secret_as_either(
    store: str, left: Sensitivity, right: Sensitivity, role: Role
) -> None:
    with trial(store) as session:
        pair = (_set(session, "a", left, Sensitivity.PUBLIC), _set(session, "b", right, Sensitivity.PUBLIC))
        viewer, fine = Viewer("x", frozenset({role})), highest(left, right) in policy.SEES[role]
        if role is not Role.VIEWER:
            found = queries.duplicates(session, viewer, **WHERE, least=0.01)
            assert bool(len(found)) is fine
        merging.merge(session, LOCAL, pair, merging.Act("ana", "one event", NOW, 0.9, ()))
        for one in pair:
            met = seen_of(session, viewer, one) - {"list", "count", "history"}
            assert met == ({"detail"} if fine else set())
        assert bool(len(queries.incidents(session, viewer, **WHERE))) is fine
        if role is not Role.VIEWER:
            assert bool(len(queries.judgements(session, viewer, **WHERE))) is fine


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=LEVELS, about=LEVELS, role=st.sampled_from(list(Role)))
def test_evidence_is_as_secret_as_itself_and_what_it_shows(
    store: str, own: Sensitivity, about: Sensitivity, role: Role
) -> None:
    with trial(store) as session:
        one = _set(session, "a", about, Sensitivity.PUBLIC)
        session.add(
            Document(id="d", sha256="0" * 64, size=1, media_type="text/plain", body=b"", recorded_at=NOW)
        )
        session.flush()
        piece = {"document_id": "d", "name": "x.pdf", "added_by": "ana", "added_at": NOW, "sensitivity": own}
        session.add(Attachment(id="p", incident_id=one, **piece))
        session.flush()
        found = reading.listed(session, Viewer("x", frozenset({role})), **WHERE)
        assert bool(len(found)) is (highest(own, about) in policy.SEES[role])


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=LEVELS, role=st.sampled_from([Role.ANALYST, Role.VERIFIER, Role.ADMIN]))
def test_a_draft_is_as_secret_as_it_says(store: str, own: Sensitivity, role: Role) -> None:
    with trial(store) as session:
        told = {"suggestions": [], "fields": {}, "state": DraftState.OPEN, "by": "ana", "external_id": "d"}
        session.add(
            Draft(id="d", region_id="nowhere", origin=Origin.PASTE, received_at=NOW, sensitivity=own, **told)
        )
        session.flush()
        viewer, fine = Viewer("x", frozenset({role})), own in policy.SEES[role]
        assert bool(len(queries.drafts(session, viewer, **WHERE))) is fine
        assert queries.draft_count(session, viewer, **WHERE) == int(fine)


def test_what_became_secret_is_not_read_on_the_day_before(store: str) -> None:
    """A person raises an incident to severe: going back a day in the address must not undo that."""
    reader = Viewer("x", frozenset({Role.VIEWER}))
    with trial(store) as session:
        one = _set(session, "a", Sensitivity.INTERNAL, Sensitivity.INTERNAL)
        decide(session, one, Sensitivity.SEVERE)
        before = {**WHERE, "as_of": (NOW - timedelta(days=1)).date()}
        assert one in set(queries.incidents(session, LOCAL, **before)["incident_id"])
        assert one not in set(queries.incidents(session, reader, **before)["incident_id"])
        decide(session, one, None)
        assert one in set(queries.incidents(session, reader, **before)["incident_id"])


def decide(session: Session, incident_id: str, level: Sensitivity | None) -> None:
    value = level.value if level else None
    said = {"reason": "as agreed", "by": "ana", "now": NOW}
    decisions.decide(session, LOCAL, incident_id, DecisionField.SENSITIVITY, value, **said)


def _set(session: Session, ref: str, *parts: Sensitivity) -> str:
    """Give the reports of an incident their sensitivities, and derive what is believed of it anew."""
    for n, level in enumerate(parts):
        session.execute(update(Report).where(Report.external_id == f"{ref}{n}").values(sensitivity=level))
    asked: Any = select(ReportIncident.incident_id).join(Report).where(Report.external_id == f"{ref}0")
    one = str(session.scalars(asked).one())
    incidents.derive(session, [one], NOW)
    session.flush()
    return one


def test_pages_of_a_list_by_weeks_are_the_list_cut_in_pieces(tmp_path: Path) -> None:
    """Only days among which the newest are get put in order, and no piece may show it; ties are many."""
    url = f"sqlite:///{tmp_path / 'tocsin.db'}"
    migrating.upgrade(url)
    load(url, pack(tmp_path))
    days = [str(date(2018, 3, 1) + timedelta(days=n % 14)) for n in range(28)]
    told = [
        report_row(external_id=f"w{n}", incident_ref=f"w{n}", date_start=day, date_end=day, published_at=day)
        for n, day in enumerate(days)
    ]
    take(url, write_csv(tmp_path / "r.csv", told), "reports")
    viewer, day = Viewer("v", frozenset({Role.VIEWER})), {"region_id": "nowhere", "as_of": date(2018, 3, 15)}
    with engine.reading(url) as session:
        whole = list(queries.incidents(session, viewer, **day)["incident_id"])
        for size in (1, 3, 10, 40):
            pieces = [
                queries.incidents(session, viewer, **day, limit=size, offset=at)["incident_id"]
                for at in range(0, len(whole) + 1, size)
            ]
            assert [one for piece in pieces for one in piece] == whole
    assert len(whole) == len(told)
