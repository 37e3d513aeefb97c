"""What is believed of an incident, and since when."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import engine, incidents, packs, store
from db.figures import Voice, derived
from db.queries import changes, incident, panel_members
from db.queries import incidents as listed
from db.vocab import FigureRule, Stance
from tests.conftest import NOW
from tests.db.stores import ask, change, count, rows
from tests.factories import load, pack, report_row, take, ucdp_row, write_csv

LATER = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)
OPEN = "SELECT * FROM incident_version WHERE recorded_until IS NULL ORDER BY known_from"
FIGURE = st.none() | st.integers(0, 500)
CLAIMS = st.lists(st.tuples(FIGURE, FIGURE, FIGURE), max_size=6)


def put(url: str, folder: Path, *reports: dict[str, str], **options: Any) -> Any:
    path = folder / f"reports{len(list(folder.iterdir()))}.csv"
    return take(url, write_csv(path, list(reports)), "reports", **options)


def told(source: str, **facts: Any) -> dict[str, str]:
    """A report of the one incident that all these tests are about."""
    return report_row(source_id=source, external_id=f"{source}-1", incident_ref="i1", **facts)


# Figures


@pytest.mark.parametrize(
    ("claims", "range_"),
    [
        ([], (None, None, None)),
        ([(None, None, None)], (None, None, None)),
        ([(2, 3, 4)], (2, 3, 4)),
        ([(2, 3, 4), (None, None, None)], (2, 3, 4)),
        ([(None, 3, None), (None, 9, None)], (3, 9, 9)),
        ([(2, 3, 4), (10, 12, 20)], (2, 12, 20)),
        ([(177, 142, 177)], (142, 142, 177)),
        ([(None, 0, None)], (0, 0, 0)),
        ([(5, None, None)], (5, None, None)),
    ],
)
def test_the_rule_max_source(claims: list[Any], range_: tuple[Any, ...]) -> None:
    assert max_source(claims) == range_


def max_source(claims: list[Any]) -> tuple[Any, ...]:
    voices = [Voice(said, frozenset({str(n)}), NOW) for n, said in enumerate(claims)]
    return derived(voices, FigureRule.MAX_SOURCE)


@given(CLAIMS)
def test_the_rule_max_source_keeps_its_order(claims: list[Any]) -> None:
    low, best, high = max_source(claims)
    assert (best is None) == all(claim[1] is None for claim in claims)
    if best is not None and low is not None and high is not None:
        assert low <= best <= high
    assert max_source(claims[::-1]) == (low, best, high)
    assert max_source([*claims, (None, None, None)]) == (low, best, high)


def test_what_no_report_tells_stays_unknown(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("monitor"), told("radio"))
    version = rows(both, OPEN)[-1]
    assert [version[n] for n in ("deaths_low", "deaths", "deaths_high", "civilians")] == [None] * 4


def test_the_highest_report_counts_and_the_range_spans_all(both: str, tmp_path: Path) -> None:
    put(
        *(both, tmp_path),
        told("monitor", killed=4, killed_low=3, civilians_killed=1),
        told("radio", killed=9, killed_high=12, killed_wording="about nine"),
        told("team"),
    )
    version = rows(both, OPEN)[-1]
    figures = [version[n] for n in ("deaths_low", "deaths", "deaths_high", "civilians", "reports")]
    assert figures == [3, 9, 12, 1, 3]
    assert rows(both, "SELECT wording FROM claim WHERE best = 9") == [{"wording": "about nine"}]


# Independence


@pytest.mark.parametrize(
    ("sources", "groups", "grade"),
    [
        (["monitor"], 1, "single_source"),
        (["monitor", "paper"], 1, "single_source"),
        (["monitor", "radio"], 2, "corroborated"),
        (["monitor", "paper", "radio", "team"], 3, "corroborated"),
    ],
)
def test_only_independent_groups_corroborate(
    nowhere: str, tmp_path: Path, sources: list[str], groups: int, grade: str
) -> None:
    put(nowhere, tmp_path, *[told(source) for source in sources])
    version = rows(nowhere, OPEN)[-1]
    assert (version["independent_sources"], version["verification"]) == (groups, grade)
    assert version["reports"] == len(sources)


def test_three_outlets_of_one_group_are_one_voice(nowhere: str, tmp_path: Path) -> None:
    change(nowhere, "UPDATE source SET independence_group = 'monitor'")
    put(nowhere, tmp_path, told("monitor"), told("paper"), told("radio"))
    assert rows(nowhere, OPEN)[-1]["independent_sources"] == 1


def test_a_contradiction_makes_it_contested(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor"), told("radio"))
    radio = "SELECT id FROM report WHERE external_id = 'radio-1'"
    change(
        nowhere,
        f"UPDATE report_incident SET stance = :s WHERE report_id IN ({radio})",  # noqa: S608
        s=Stance.CONTRADICTS.value,
    )
    with engine.writing(nowhere) as session:
        incidents.derive(session, [r["id"] for r in rows(nowhere, "SELECT id FROM incident")], LATER)
    assert rows(nowhere, OPEN)[-1]["verification"] == "contested"


@pytest.mark.parametrize("worst", ["public", "restricted", "severe"])
def test_the_most_sensitive_part_rules_the_whole(nowhere: str, tmp_path: Path, worst: str) -> None:
    put(nowhere, tmp_path, told("monitor", sensitivity="public"), told("radio", sensitivity=worst))
    assert rows(nowhere, OPEN)[-1]["sensitivity"] == worst


def test_the_most_reliable_source_leads(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("radio", title="Radio says"), told("monitor", title="Monitor says"))
    assert rows(nowhere, OPEN)[-1]["summary"] == "Monitor says"


# Versions


def test_knowledge_grows_report_by_report(both: str, tmp_path: Path) -> None:
    put(
        *(both, tmp_path),
        told("monitor", killed=2, published_at="2018-03-02"),
        told("radio", killed=5, published_at="2018-03-09"),
    )
    versions = rows(both, OPEN)
    assert [v["deaths"] for v in versions] == [2, 5]
    assert versions[0]["known_until"] == versions[1]["known_from"]
    assert versions[1]["known_until"] is None
    found = {day: list(ask(both, listed, as_of=date(2018, 3, day))["deaths"]) for day in (2, 3, 9, 10)}
    assert found == {2: [], 3: [2], 9: [2], 10: [5]}


def test_a_report_that_arrives_late_closes_what_was_believed(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("monitor", killed=2, published_at="2018-03-09"))
    put(both, tmp_path, told("radio", killed=5, published_at="2018-03-02"), now=LATER)
    assert [v["deaths"] for v in rows(both, OPEN)] == [5, 5]
    closed = rows(
        both, "SELECT deaths, recorded_until FROM incident_version WHERE recorded_until IS NOT NULL"
    )
    assert [v["deaths"] for v in closed] == [2]
    assert str(closed[0]["recorded_until"])[:10] == "2026-12-20"
    then = ask(both, listed, as_of=date(2018, 4, 1), recorded_as_of=date(2026, 12, 1))
    assert list(then["deaths"]) == [2]


def test_deriving_again_changes_nothing(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("monitor", killed=2), told("radio", published_at="2018-03-09"))
    before = rows(both, "SELECT * FROM incident_version ORDER BY id")
    ids = [r["id"] for r in rows(both, "SELECT id FROM incident")]
    with engine.writing(both) as session:
        assert incidents.derive(session, ids, LATER) == 0
        assert incidents.relink(session, "nowhere", LATER) == 0
    assert rows(both, "SELECT * FROM incident_version ORDER BY id") == before
    assert count(both, "link") == 4


def test_an_incident_moves_with_the_gazetteer_and_back(both: str, tmp_path: Path) -> None:
    """A pack that changes and changes back leaves the incident where it was, not nowhere."""
    take(both, write_csv(tmp_path / "a.csv", [ucdp_row(where_prec=3)]))
    before = ask(both, listed).drop(columns=["version_id", "recorded_at"])
    places = tmp_path / "nowhere" / "places.csv"
    text = places.read_text("utf-8")
    for changed, district in (
        (text.replace("Alpha district", "Delta"), None),
        (text, "Alpha"),
        (text.replace("Alpha district", "Delta"), None),
        (text, "Alpha"),
    ):
        places.write_text(
            changed.replace("xx11,district,xx1,Alpha", "xx11,district,xx1," + (district or "D")), "utf-8"
        )
        load(both, places.parent)
        assert list(ask(both, listed)["district"]) == [district]
    assert ask(both, listed).drop(columns=["version_id", "recorded_at"]).equals(before)
    assert len(rows(both, OPEN)) == 1


def test_a_new_polygon_moves_incidents(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row(where_prec=2, adm_2="")]))
    square = '{"type":"Polygon","coordinates":[[[35,33],[37,33],[37,35],[35,35],[35,33]]]}'
    with engine.writing(nowhere) as session:
        store.save_polygon(session, "xx12", square)
        assert incidents.relink(session, "nowhere", LATER) == 1
    assert [v["district_id"] for v in rows(nowhere, OPEN)] == ["xx12"]
    assert count(nowhere, "incident_version") == 2


def test_ties_follow_a_pack_whose_communities_changed(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row()]))
    folder = pack(tmp_path)
    path = folder / "communities.csv"
    path.write_text(path.read_text("utf-8").replace("xx-ford:significant", "xx-hill:minor"), "utf-8")
    load(nowhere, folder)
    tied = {r["community_id"] for r in rows(nowhere, "SELECT community_id FROM link")}
    assert tied == {"xx-blue-hill", "xx-blue-north", "xx-green-ford"}


# One incident in full


def test_the_detail_holds_what_was_known_on_the_day(both: str, tmp_path: Path) -> None:
    put(
        *(both, tmp_path),
        told("monitor", killed=2, published_at="2018-03-02"),
        told("radio", killed=5, published_at="2018-03-09"),
    )
    found = rows(both, "SELECT id FROM incident")[0]["id"]
    early = ask(both, incident, incident_id=found, as_of=date(2018, 3, 3))
    late = ask(both, incident, incident_id=found, as_of=date(2018, 3, 10))
    assert (list(early.reports["source"]), early.facts["deaths"]) == (["The Monitor"], 2)
    assert set(late.reports["source"]) == {"The Monitor", "The Radio"}
    assert (len(early.versions), len(late.versions)) == (1, 2)
    assert set(early.claims["best"].dropna()) == {2}
    assert set(late.links["community_id"]) == {"xx-blue-hill", "xx-blue-north"}
    assert list(late.actors["name"].unique()) == ["Armed Band"]


def test_what_changed_between_two_days(nowhere: str, tmp_path: Path) -> None:
    put(
        *(nowhere, tmp_path),
        told("monitor", killed=2, published_at="2018-03-02"),
        told("radio", killed=5, published_at="2018-03-09"),
        report_row(
            external_id="m2", date_start="2018-03-08", date_end="2018-03-08", published_at="2018-03-09"
        ),
    )
    found = ask(nowhere, changes, since=date(2018, 3, 9), as_of=date(2018, 3, 10))
    assert sorted(found["change"]) == ["new", "revised"]
    assert ask(nowhere, changes, since=date(2018, 3, 10), as_of=date(2018, 3, 20)).empty
    first = ask(nowhere, changes, since=date(2018, 3, 1), as_of=date(2018, 3, 5))
    assert list(first["change"]) == ["new"]


def test_the_store_says_when_it_was_told(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor"))
    assert {str(r["t"])[:19] for r in rows(nowhere, "SELECT recorded_at AS t FROM report")} == {
        NOW.strftime("%Y-%m-%d %H:%M:%S")
    }


def test_new_ties_do_not_change_what_the_store_held(nowhere: str, tmp_path: Path) -> None:
    """As recorded on a past day, an incident counts where it counted then."""
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row()]))
    folder = pack(tmp_path)
    path = folder / "communities.csv"
    path.write_text(path.read_text("utf-8").replace("xx-hill:majority", "xx-well:majority"), "utf-8")
    read = packs.read(folder)
    with engine.writing(nowhere) as session:
        store.load_region(session, read, LATER)
        assert incidents.relink(session, "nowhere", LATER) == 1
    then = ask(nowhere, panel_members, as_of=date(2018, 4, 1), recorded_as_of=date(2026, 12, 1))
    now = ask(nowhere, panel_members, as_of=date(2018, 4, 1))
    assert set(then["area_id"]) - set(now["area_id"]) == {"xx-blue-hill"}
