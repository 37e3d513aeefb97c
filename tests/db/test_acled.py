"""ACLED's tables: every layout, precise no further than they are, and kept from models until cleared."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from db import engine, licences, packs, store
from db.acled_types import SUB_EVENTS, kind_of
from db.importers import IMPORTERS, acled
from db.importers.base import Context, Parsed, RegionKey, RowError
from db.queries import coverage, incidents, panel_events, panel_members
from db.vocab import ActorRole, IncidentType
from tests.conftest import NOW
from tests.db.stores import ask, count, rows
from tests.factories import pack, take, ucdp_row, write_csv

PLACE = RegionKey(
    "nowhere", "Asia/Damascus", frozenset(), frozenset({"nowhere"}), frozenset({"acled"}), frozenset()
)
CONTEXT = Context((PLACE,))
STAMP = str(int(datetime(2018, 3, 6, 15, tzinfo=UTC).timestamp()))
EVENT = {
    "event_id_cnty": "NOW214",
    "event_date": "2018-03-01",
    "year": "2018",
    "time_precision": "1",
    "disorder_type": "Political violence",
    "event_type": "Violence against civilians",
    "sub_event_type": "Attack",
    "actor1": "Armed Band (Nowhere)",
    "assoc_actor_1": "",
    "inter1": "3",
    "actor2": "Civilians (Nowhere)",
    "assoc_actor_2": "Blue Group (Nowhere)",
    "inter2": "7",
    "interaction": "37",
    "civilian_targeting": "Civilian targeting",
    "iso": "999",
    "region": "Nowhere Land",
    "country": "Nowhere",
    "admin1": "Northern",
    "admin2": "Alpha",
    "admin3": "",
    "location": "Hill",
    "latitude": "34.10",
    "longitude": "36.00",
    "geo_precision": "1",
    "source": "The Monitor; The Paper; the monitor",
    "source_scale": "Other-National",
    "notes": "On 1 March, a band attacked people near Hill.",
    "fatalities": "2",
    "tags": "",
    "timestamp": STAMP,
}


def event(**changes: Any) -> dict[str, str]:
    return {**EVENT, **{key: str(value) for key, value in changes.items()}}


def read(**changes: Any) -> Parsed:
    parsed = acled.parse(event(**changes), CONTEXT)
    assert parsed is not None
    return parsed


@pytest.fixture
def store_with_acled(nowhere: str, tmp_path: Path) -> str:
    clear(nowhere, tmp_path)
    return nowhere


@pytest.fixture
def either(both: str, tmp_path: Path) -> str:
    """Such a store, once of each kind."""
    clear(both, tmp_path)
    return both


def clear(url: str, folder: Path, *, train_on: str = "") -> None:
    """Load the region with ACLED among its sources, cleared for training or not."""
    made = pack(folder)
    with (made / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("acled,ACLED,,dataset,acled,,7,incidents,,,false,,ACLED terms,\n")
    toml = made / "region.toml"
    toml.write_text(f"{train_on}\n{toml.read_text(encoding='utf-8')}", encoding="utf-8")
    with engine.writing(url) as session:
        store.load_region(session, packs.read(made), NOW)


def put(url: str, path: Path, *events: dict[str, str], **options: Any) -> Any:
    return take(url, write_csv(path, list(events)), "acled", **options)


# --- one row


@pytest.mark.parametrize(
    "text", ["2018-03-01", "1 March 2018", "01 March 2018", "01-03-2018", "1/3/2018", "2018-03-01T00:00:00"]
)
def test_the_day_is_read_as_any_export_writes_it(text: str) -> None:
    assert read(event_date=text).date_start == date(2018, 3, 1)


@pytest.mark.parametrize("text", ["", "03-2018", "1 Maerz 2018", "31-02-2018", "2018", "1 March 1018"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(RowError, match="event_date|no date") as refused:
        read(event_date=text, year="")
    assert refused.value.column == "event_date"


def test_a_day_outside_its_own_year_is_refused() -> None:
    with pytest.raises(RowError, match="not in the year 2019"):
        read(year="2019")


@pytest.mark.parametrize(
    ("precision", "span", "code"),
    [
        (1, (date(2018, 3, 1), date(2018, 3, 1)), 1),
        (2, (date(2018, 2, 26), date(2018, 3, 4)), 3),
        (3, (date(2018, 2, 14), date(2018, 3, 16)), 4),
    ],
)
def test_a_vague_day_is_a_span(precision: int, span: tuple[date, date], code: int) -> None:
    parsed = read(time_precision=precision)
    assert (parsed.date_start, parsed.date_end, parsed.date_prec) == (*span, code)


def test_the_capital_of_a_province_is_no_place() -> None:
    parsed = read(geo_precision=3)
    assert (parsed.geo_prec, parsed.admin1_text) == (4, "Northern")
    assert (parsed.place_text, parsed.admin2_text, parsed.lat, parsed.lon) == (None, None, None, None)
    assert parsed.raw["location"] == "Hill"  # nothing is lost


@pytest.mark.parametrize(("code", "expected"), [("1", 1), ("2", 3)])
def test_the_precision_of_a_place(code: str, expected: int) -> None:
    parsed = read(geo_precision=code)
    assert (parsed.geo_prec, parsed.place_text, parsed.lat) == (expected, "Hill", 34.1)


@pytest.mark.parametrize(
    ("fatalities", "notes", "best", "wording"),
    [
        ("2", "Two people were killed.", 2, None),
        ("0", "Shots were heard.", 0, "no fatalities reported"),
        ("0", "An attack. Fatalities unknown.", None, "Fatalities unknown"),
        ("10", "A battle. Casualties are unknown (coded as 10).", 10, "Casualties are unknown (coded as 10)"),
        (
            "3",
            "The number of deaths was not reported; several hurt",
            3,
            "The number of deaths was not reported",
        ),
        ("", "Shots were heard.", None, None),
    ],
)
def test_no_deaths_reported_and_deaths_unknown_are_not_the_same(
    fatalities: str, notes: str, best: int | None, wording: str | None
) -> None:
    (figure,) = read(fatalities=fatalities, notes=notes).figures
    assert (figure.low, figure.best, figure.high) == (None, best, None)
    assert figure.wording == wording


def test_the_columns_of_the_actors_imply_no_direction() -> None:
    parsed = read(actor1="Militia A", actor2="Militia B")
    assert [(a.name, a.role) for a in parsed.actors] == [
        ("Militia A", ActorRole.PARTICIPANT),
        ("Militia B", ActorRole.PARTICIPANT),
    ]
    assert parsed.actors == read(actor1="Militia B", actor2="Militia A").actors


def test_civilians_and_unidentified_groups_are_no_actors() -> None:
    assert [a.name for a in read().actors] == ["Armed Band (Nowhere)"]
    assert read(actor1="Unidentified Armed Group (Nowhere)").actors == []


def test_cited_sources_count_once() -> None:
    assert read().cited == ["the monitor", "The Paper"]
    assert read(source="").cited == []


@pytest.mark.parametrize(
    ("inter1", "inter2", "kind"),
    [
        ("1", "2", IncidentType.ARMED_CLASH),
        ("State forces", "Rebel group", IncidentType.ARMED_CLASH),
        ("3", "4", IncidentType.NONSTATE_CLASH),
        ("Rebel group", "Identity militia", IncidentType.NONSTATE_CLASH),
        ("8", "2", IncidentType.ARMED_CLASH),
        ("3", "", IncidentType.ARMED_CLASH),
    ],
)
def test_parties_may_be_numbers_or_words(inter1: str, inter2: str, kind: IncidentType) -> None:
    assert kind_of("Battles", "Armed clash", inter1, inter2) is kind


def test_every_sub_event_is_mapped_and_unknown_ones_are_remarked_on() -> None:
    assert len(SUB_EVENTS) == 25
    assert kind_of("Battle-No change of territory", None) is IncidentType.ARMED_CLASH
    parsed = read(event_type="New kind", sub_event_type="Something")
    assert parsed.incident_type is IncidentType.OTHER
    assert [remark.code for remark in parsed.remarks] == ["unknown_type"]


@pytest.mark.parametrize(
    ("stamp", "known"),
    [(STAMP, True), ("", False), ("1918000000", False), ("x", False), ("1500000000", False)],
)
def test_the_timestamp_counts_only_where_it_can_be_the_first_publication(stamp: str, known: bool) -> None:
    assert (read(timestamp=stamp).published_at is not None) is known


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"event_id_cnty": "214"}, "event_id_cnty"),
        ({"country": ""}, "country"),
        ({"geo_precision": "4"}, "geo_precision"),
        ({"time_precision": "0"}, "time_precision"),
        ({"fatalities": "many"}, "fatalities"),
        ({"latitude": "340"}, "latitude"),
    ],
)
def test_a_broken_cell_is_named(change: dict[str, str], column: str) -> None:
    with pytest.raises(RowError) as refused:
        read(**change)
    assert refused.value.column == column


# --- whole files


def test_another_country_is_outside(store_with_acled: str, tmp_path: Path) -> None:
    done = put(
        store_with_acled, tmp_path / "a.csv", event(), event(event_id_cnty="ELS1", country="Elsewhere")
    )
    assert (done.new, done.outside, done.bad) == (1, 1, 0)


def test_files_of_every_age_say_the_same(store_with_acled: str, tmp_path: Path) -> None:
    """31 columns of today with a byte-order mark, 35 of 2025, and the export of 2019: one report."""
    newest = event(
        **{f"population_{km}": "" for km in ("1km", "2km", "5km", "best")}, inter1="Political militia"
    )
    old = {k: v for k, v in event(event_date="01 March 2018").items()
           if k not in ("disorder_type", "civilian_targeting", "tags")}  # fmt: skip
    old |= {"data_id": "77", "event_id_no_cnty": "214", "iso3": "NOW"}
    assert put(store_with_acled, tmp_path / "a.csv", event()).new == 1
    marked = write_csv(tmp_path / "b.csv", [newest])
    marked.write_bytes(b"\xef\xbb\xbf" + marked.read_bytes())
    assert [
        take(store_with_acled, marked, "acled").already,
        put(store_with_acled, tmp_path / "c.csv", old).already,
    ] == [1, 1]
    assert count(store_with_acled, "report") == 1


def test_monadic_rows_are_one_event(store_with_acled: str, tmp_path: Path) -> None:
    first = event(actor2="", inter2="", assoc_actor_2="", actor1="Militia A", inter1="3")
    second = {**first, "actor1": "Militia B", "inter1": "4"}
    done = put(store_with_acled, tmp_path / "a.csv", first, second, event(event_id_cnty="NOW2"))
    assert (done.rows, done.new, count(store_with_acled, "incident")) == (2, 2, 2)
    again = put(store_with_acled, tmp_path / "b.csv", second, first)
    assert (again.new, again.already) == (0, 1)
    named = rows(store_with_acled, "SELECT name FROM actor ORDER BY name")
    assert [row["name"] for row in named] == ["Armed Band (Nowhere)", "Militia A", "Militia B"]


def test_a_dyadic_row_beside_its_mirror_is_one_event(store_with_acled: str, tmp_path: Path) -> None:
    one = event(actor1="Militia A", actor2="Militia B", inter1="3", inter2="4")
    mirror = {**one, "actor1": "Militia B", "actor2": "Militia A", "inter1": "4", "inter2": "3"}
    done = put(store_with_acled, tmp_path / "a.csv", one, mirror)
    assert (done.rows, done.new) == (1, 1)


def test_what_is_known_to_the_province_counts_in_no_district(store_with_acled: str, tmp_path: Path) -> None:
    clear(store_with_acled, tmp_path, train_on='train_on = ["acled"]')
    put(store_with_acled, tmp_path / "a.csv", event(geo_precision=3))
    members = ask(store_with_acled, panel_members)
    assert set(members["area_id"]) == {"xx1", "xx-blue-north"}


def test_a_file_covers_from_its_first_to_its_last_event(store_with_acled: str, tmp_path: Path) -> None:
    put(
        store_with_acled, tmp_path / "a.csv", event(), event(event_id_cnty="NOW2", event_date="20 March 2018")
    )
    covered = ask(store_with_acled, coverage).set_index("source_id").loc["acled"]
    assert (covered["covered_from"], covered["covered_until"]) == (date(2018, 3, 1), date(2018, 3, 20))


def test_a_web_page_is_no_table(fresh: Callable[[], str], tmp_path: Path) -> None:
    page = tmp_path / "acled.csv"
    page.write_text("<!DOCTYPE html><html>log in</html>")
    with pytest.raises(Exception, match="web page"):
        take(fresh(), page, "acled")


# --- the licence


def test_models_leave_out_what_only_acled_tells(either: str, tmp_path: Path) -> None:
    put(either, tmp_path / "a.csv", event())
    take(either, write_csv(tmp_path / "u.csv", [ucdp_row(id="9", day="2018-03-01")]))
    assert len(ask(either, incidents)) == 2  # people see both
    assert len(ask(either, panel_events)) == 1
    assert "acled" in set(ask(either, coverage)["source_id"])
    assert "acled" not in set(ask(either, coverage, for_models=True)["source_id"])


def test_a_region_clears_a_source_for_training(store_with_acled: str, tmp_path: Path) -> None:
    put(store_with_acled, tmp_path / "a.csv", event())
    clear(store_with_acled, tmp_path, train_on='train_on = ["acled"]')
    assert len(ask(store_with_acled, panel_events)) == 1
    assert "acled" in set(ask(store_with_acled, coverage, for_models=True)["source_id"])


def test_a_version_counts_once_another_source_has_told(either: str, tmp_path: Path) -> None:
    """ACLED told of it on 6 March, another report of the same incident on 20 March."""
    put(either, tmp_path / "a.csv", event())
    (mine,) = rows(either, "SELECT incident_id FROM report_incident")
    take(either, write_csv(tmp_path / "u.csv", [ucdp_row(id="9", source_date="2018-03-20")]))
    merge_into(either, mine["incident_id"])
    assert len(ask(either, panel_events, as_of=date(2018, 3, 10))) == 0
    assert len(ask(either, panel_events, as_of=date(2018, 3, 31))) == 1


def merge_into(url: str, incident_id: str) -> None:
    from sqlalchemy import text

    from db import incidents as derived

    with engine.writing(url) as session:
        for table in ("report_actor", "claim", "report_incident"):
            session.execute(text(f"UPDATE {table} SET incident_id = :to"), {"to": incident_id})  # noqa: S608
        session.execute(text("DELETE FROM link"))
        session.execute(text("DELETE FROM incident_version"))
        derived.derive(session, [incident_id], NOW)


def test_a_file_with_its_data_is_not_to_be_passed_on(store_with_acled: str, tmp_path: Path) -> None:
    def told() -> str | None:
        with engine.reading(store_with_acled) as session:
            return licences.travels(session, "nowhere")

    assert told() is None
    put(store_with_acled, tmp_path / "a.csv", event())
    assert "ACLED told, whose terms forbid passing it on" in (told() or "")


def test_the_notice_stands_only_where_it_applies() -> None:
    assert licences.notice("acled", {}) == licences.ACLED_NOTICE
    assert licences.notice("acled", {"train_on": ["acled"]}) is None
    assert licences.notice("ucdp", {}) is None
    assert licences.notice(None, {}) is None


def test_the_importer_has_its_card() -> None:
    card = IMPORTERS["acled"]
    assert "training" in card.licence and "cadence weekly" in (acled.__doc__ or "")
