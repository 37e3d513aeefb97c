"""A shown point is drawn once: near, never the true one, inside its district, the same for all at one point."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box, contains_xy
from sqlalchemy import delete, select

from db import displacement, engine, incidents, queries
from db.policy import Viewer
from db.schema import Displacement, Incident
from db.sphere import distance_km
from db.vocab import Role
from tests.conftest import NOW
from tests.factories import report_row, take, write_csv

DEGREES = st.floats(-80, 80, allow_nan=False), st.floats(-180, 180, allow_nan=False)
ANALYST, READER, VERIFIER = (
    Viewer(role.value, frozenset({role})) for role in (Role.ANALYST, Role.VIEWER, Role.VERIFIER)
)
WHERE = {"region_id": "nowhere", "as_of": date(2018, 12, 31)}


@given(*DEGREES)
@settings(max_examples=200, deadline=None)
def test_a_shown_point_is_near_and_never_the_true_one(lat: float, lon: float) -> None:
    shown = displacement.draw((lat, lon))
    assert 1.9 < distance_km(lat, lon, *shown) < 5.1
    assert displacement.draw((lat, lon)) == shown


def test_it_stays_in_its_district_where_that_is_known() -> None:
    point, district = (34.0, 36.0), box(35.99, 33.0, 37.0, 34.01)
    for n in range(20):
        lat, lon = displacement.draw((point[0] - n / 1000, point[1]), district)
        assert contains_xy(district, lon, lat)


def test_another_key_draws_another_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who knows the method and the shown point cannot reckon back without the key."""
    drawn = displacement.draw((34.0, 36.0))
    monkeypatch.setenv("TOCSIN_KEY", "another")
    assert displacement.draw((34.0, 36.0)) != drawn


def placed(folder: Path, url: str) -> None:
    fine = {"place_id": "", "place": "", "geo_prec": 2, "lat": "34.10444", "lon": "36.00444"}
    told = [
        report_row(external_id="1", **fine),
        report_row(external_id="2", **fine, incident_type="threat"),
        report_row(external_id="3", **fine | {"lat": "34.10999"}, incident_type="execution"),
        report_row(external_id="4", incident_type="rumour", lat="", lon=""),
        report_row(external_id="5", place_id="", place="", geo_prec=3, incident_type="expulsion"),
    ]
    take(url, write_csv(folder / "r.csv", told), "reports")


def points(url: str, viewer: Viewer) -> dict[str, tuple[float, float] | None]:
    with engine.reading(url) as session:
        found = queries.incidents(session, viewer, **WHERE)
    rows = found.to_dict("records")
    return {o["incident_type"]: None if pd.isna(o["lat"]) else (o["lat"], o["lon"]) for o in rows}


def test_incidents_at_one_point_share_one_shown_point(nowhere: str, tmp_path: Path) -> None:
    """Ten draws of one point would tell it by their mean."""
    placed(tmp_path, nowhere)
    shown = points(nowhere, ANALYST)
    assert shown["kidnapping"] == shown["threat"] != shown["execution"]
    assert shown["rumour"] == (34.1, 36.0) and shown["expulsion"] is None
    assert set(points(nowhere, READER).values()) == {None}
    assert points(nowhere, VERIFIER)["threat"] == (34.10444, 36.00444)
    with engine.reading(nowhere) as session:
        assert len(session.scalars(select(Displacement.id)).all()) == 2


def test_it_is_kept_and_never_drawn_again(
    nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(tmp_path, nowhere)
    before = points(nowhere, ANALYST)
    monkeypatch.setenv("TOCSIN_KEY", "another")
    with engine.writing(nowhere) as session:
        session.execute(select(1))
        incidents.relink(session, "nowhere", NOW)
        incidents.derive(session, list(session.scalars(select(Incident.id))), NOW)
    assert points(nowhere, ANALYST) == before


def test_a_read_draws_nothing(nowhere: str, tmp_path: Path) -> None:
    """An older store shows no point until its region is loaded again."""
    placed(tmp_path, nowhere)
    before = points(nowhere, ANALYST)
    with engine.writing(nowhere) as session:
        session.execute(delete(Displacement))
    assert points(nowhere, ANALYST)["threat"] is None
    with engine.writing(nowhere) as session:
        incidents.relink(session, "nowhere", NOW)
    assert points(nowhere, ANALYST) == before
