"""Incident -> community: who is tied to what, how surely, and what is only possible."""

import json
from pathlib import Path
from typing import Any

import pytest

from db import engine, incidents, store
from tests.conftest import NOW
from tests.db.stores import rows
from tests.factories import load, pack, report_row, take, ucdp_row, write_csv

HILL, NORTH, FORD, WELL = "xx-blue-hill", "xx-blue-north", "xx-green-ford", "xx-green-well"


def ties(url: str, path: Path, **facts: Any) -> dict[str, tuple[str, bool, float | None]]:
    """community -> (confidence, counted, share) of one UCDP event."""
    take(url, write_csv(path / "event.csv", [ucdp_row(**facts)]))
    found = rows(url, "SELECT community_id, confidence, counted, share FROM link")
    return {r["community_id"]: (r["confidence"], bool(r["counted"]), r["share"]) for r in found}


@pytest.mark.parametrize(
    ("facts", "tied"),
    [
        ({"where_prec": 1}, {HILL: ("high", True, None), NORTH: ("moderate", True, None)}),
        ({"where_prec": 2}, {HILL: ("moderate", True, None), NORTH: ("moderate", True, None)}),
        ({"where_prec": 1, "latitude": 34.2}, {NORTH: ("moderate", True, None)}),
        (
            {"where_prec": 3},
            {NORTH: ("moderate", True, None), HILL: ("low", False, 1.0)},
        ),
        (
            {"where_prec": 4, "adm_2": ""},
            {
                NORTH: ("low", True, 0.4),
                HILL: ("low", False, 0.4),
                FORD: ("low", False, 0.2),
            },
        ),
        (
            {"where_prec": 5, "adm_2": ""},
            {
                NORTH: ("low", False, 0.4),
                HILL: ("low", False, 0.4),
                FORD: ("low", False, 0.2),
            },
        ),
        ({"where_prec": 6, "adm_1": "", "adm_2": ""}, {}),
        ({"where_prec": 7, "adm_1": "", "adm_2": ""}, {}),
        (
            {"where_prec": 4, "adm_1": "South", "adm_2": ""},
            {WELL: ("low", False, 1.0)},
        ),
    ],
)
def test_ties_follow_the_precision(
    nowhere: str, tmp_path: Path, facts: dict[str, Any], tied: dict[str, Any]
) -> None:
    assert ties(nowhere, tmp_path, **facts) == tied


def test_a_district_row_without_a_known_district_concerns_the_governorate(
    nowhere: str, tmp_path: Path
) -> None:
    tied = ties(nowhere, tmp_path, where_prec=3, adm_2="Omega district")
    assert set(tied) == {NORTH, HILL, FORD}
    assert rows(nowhere, "SELECT geo_prec FROM incident_version") == [{"geo_prec": 4}]


def test_a_village_nobody_knows_concerns_its_district(nowhere: str, tmp_path: Path) -> None:
    row = report_row(place_id="", place="Lost Village", lat="", lon="")
    take(nowhere, write_csv(tmp_path / "r.csv", [row]), "reports")
    found = {r["community_id"] for r in rows(nowhere, "SELECT community_id FROM link")}
    assert found == {NORTH, HILL}
    assert rows(nowhere, "SELECT geo_prec, district_id FROM incident_version") == [
        {"geo_prec": 3, "district_id": "xx11"}
    ]
    assert rows(nowhere, "SELECT geo_prec FROM report_incident") == [{"geo_prec": 1}]


def test_a_spatial_tie_never_says_targeted(both: str, tmp_path: Path) -> None:
    kinds = ["attack_on_civilians", "kidnapping", "hate_speech", "expulsion"]
    reports = [
        report_row(external_id=f"{kind}{prec}", incident_type=kind, geo_prec=prec, title="Blues targeted")
        for kind in kinds
        for prec in range(1, 8)
    ]
    take(both, write_csv(tmp_path / "r.csv", reports), "reports")
    take(both, write_csv(tmp_path / "u.csv", [ucdp_row(type_of_violence=3, where_prec=4)]))
    assert rows(both, "SELECT DISTINCT basis, method, decided_by FROM link") == [
        {"basis": "located_in_area", "method": "spatial", "decided_by": "spatial rule"}
    ]


def test_shares_of_an_imprecise_event_add_up_to_one(nowhere: str, tmp_path: Path) -> None:
    shares = [share for _, _, share in ties(nowhere, tmp_path, where_prec=4, adm_2="").values()]
    assert sum(s for s in shares if s is not None) == pytest.approx(1, abs=1e-5)


def test_a_radius_of_its_own_decides(nowhere: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    path = folder / "communities.csv"
    path.write_text(path.read_text("utf-8").replace("xx-hill:majority", "xx-hill:majority:20"), "utf-8")
    load(nowhere, folder)
    assert HILL in ties(nowhere, tmp_path, where_prec=1, latitude=34.2)


WIDE = {
    "type": "Polygon",
    "coordinates": [[[35.9, 34.0], [36.1, 34], [36.1, 34.5], [35.9, 34.5], [35.9, 34]]],
}


def draw(url: str, place: str, shape: dict[str, Any]) -> None:
    with engine.writing(url) as session:
        store.save_polygon(session, place, json.dumps(shape))
        incidents.relink(session, "nowhere", NOW)


def test_a_polygon_reaches_farther_than_any_radius(nowhere: str, tmp_path: Path) -> None:
    draw(nowhere, "xx-hill", WIDE)
    assert HILL in ties(nowhere, tmp_path, where_prec=1, latitude=34.45)


def test_outside_its_polygon_a_near_event_does_not_count(nowhere: str, tmp_path: Path) -> None:
    draw(nowhere, "xx-hill", WIDE)
    assert HILL not in ties(nowhere, tmp_path, where_prec=1, latitude=33.995)


def test_a_subdistrict_known_by_its_polygon_alone_is_found(nowhere: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    places, communities = folder / "places.csv", folder / "communities.csv"
    places.write_text(
        places.read_text("utf-8") + "xx111,subdistrict,xx11,Upper,أعلى,,,,,,invented,\n", "utf-8"
    )
    communities.write_text(communities.read_text("utf-8").replace("xx-hill:", "xx111:"), "utf-8")
    load(nowhere, folder)
    draw(nowhere, "xx111", WIDE)
    assert HILL in ties(nowhere, tmp_path, where_prec=1, latitude=34.45)


def test_relinking_keeps_what_a_person_decided(both: str, tmp_path: Path) -> None:
    ties(both, tmp_path)
    incident = rows(both, "SELECT id FROM incident")[0]["id"]
    with engine.writing(both) as session:
        from db.schema import Link
        from db.vocab import Basis, Confidence, LinkMethod

        session.add(
            Link(
                **{"id": "by-hand", "incident_id": incident, "community_id": WELL, "counted": True},
                **{"basis": Basis.TARGETED_BY_IDENTITY, "method": LinkMethod.ANALYST},
                **{"confidence": Confidence.HIGH, "decided_by": "an analyst", "decided_at": NOW},
            )
        )
        session.flush()
        incidents.relink(session, "nowhere", NOW)
    assert {r["community_id"] for r in rows(both, "SELECT community_id FROM link")} == {HILL, NORTH, WELL}
