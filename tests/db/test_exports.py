"""Incidents go out in five forms and come back equal; nobody reads in a file what they may not see."""

import csv
import io
import itertools
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from db import engine, incidents, merging, undo
from db.errors import BadInput
from db.exports import FORMATS
from db.exports.cells import DANGEROUS
from db.exports.columns import COLUMNS, LIMITS, SEAL
from db.exports.csv_hxl import TAGS
from db.exports.gather import Gathering, Wanted
from db.importers import exported
from db.importers.rows import Summary
from db.policy import LOCAL, Viewer
from db.schema import Decision, Incident, Link
from db.vocab import Basis, Confidence, DecisionField, LinkMethod, Precision, Role, Verification
from tests.conftest import NOW
from tests.db.stores import change, count, everything, rows
from tests.factories import report_row, take, write_csv

DAY = date(2018, 12, 31)
NASTY = st.text(alphabet=[*DANGEROUS, *"'\"a,;<> \x0b\x1b_x000D_السويداء␀‮😀"], max_size=12)
NUMBER = st.none() | st.integers(0, 400)


def out(url: str, path: Path, viewer: Viewer = LOCAL, **wanted: Any) -> Path:
    """Export Nowhere's incidents in the format that the file's ending names."""
    asked = Wanted(**{"region_id": "nowhere", "as_of": DAY} | wanted)
    with path.open("wb") as file, engine.reading(url) as session:
        FORMATS[path.suffix[1:]](file, Gathering(session, viewer, asked))
    return path


def back(url: str, path: Path) -> Summary:
    return exported.run(url, LOCAL, path, NOW, "ana")


def told(path: Path) -> dict[str, dict[str, Any]]:
    """What a person reads in an export, by incident."""
    return {str(cells["incident_id"]): cells for _, cells, _ in exported.reader(path)(path)}


def differing(one: Path, other: Path) -> dict[str, Any]:
    """The cells in which two exports differ."""
    left, right = told(one), told(other)
    assert left.keys() == right.keys()
    return {
        f"{incident} {name}": (value, right[incident][name])
        for incident, cells in left.items()
        for name, value in cells.items()
        if value != right[incident][name]
    }


@st.composite
def reports(draw: st.DrawFn) -> list[dict[str, str]]:
    """Rows of Tocsin's report table about up to three incidents, with nasty texts and unknown figures."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        low, best, high = sorted(
            draw(st.tuples(NUMBER, NUMBER, NUMBER)), key=lambda n: -1 if n is None else n
        )
        source = draw(st.sampled_from(["monitor", "paper", "radio", "team"]))
        made.append(
            report_row(
                **{
                    "source_id": source,
                    "external_id": f"m{number}",
                    "title": draw(NASTY),
                    "text": draw(NASTY),
                },
                **{"incident_ref": draw(st.sampled_from(["a", "b", "c"])), "killed_wording": draw(NASTY)},
                **{"killed_low": low, "killed": best, "killed_high": high, "injured": draw(NUMBER)},
                **{
                    "incident_type": draw(st.sampled_from(["kidnapping", "bombardment"])),
                    "place": draw(NASTY),
                },
                **{"geo_prec": draw(st.integers(1, 7)), "date_prec": draw(st.integers(1, 5))},
                **{"place_id": draw(st.sampled_from(["", "xx-hill", "xx-ford"])), "lat": "", "lon": ""},
                **{"date_end": f"2018-03-0{draw(st.integers(1, 5))}", "alleged_perpetrator": draw(NASTY)},
                published_at=draw(st.sampled_from(["", "2018-03-07", "2018-03-09T10:00+03:00"])),
            )
        )
    return made


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=reports())
def test_what_goes_out_comes_back_equal(
    fresh: Callable[[], str], tmp_path: Path, said: list[dict[str, str]]
) -> None:
    first = fresh()
    take(first, write_csv(tmp_path / "reports.csv", said), "reports")
    settle(first)
    for form in FORMATS:
        path, new = out(first, tmp_path / f"out.{form}"), fresh()
        done = back(new, path)
        assert (done.bad, done.outside) == (0, 0), rows(new, "SELECT message FROM row_issue")
        again = out(new, tmp_path / f"again.{form}")
        assert differing(again, path) == {}
        assert all(cells[SEAL] for cells in told(path).values())


def settle(url: str) -> None:
    """Let somebody settle the state of one incident and tie it to a community."""
    with engine.writing(url) as session:
        incident = sorted(session.scalars(select(Incident.id)))[0]
        state = {"field": DecisionField.VERIFICATION, "value": Verification.VERIFIED}
        act = {"reason": "=رأيناه", "by": "ana", "at": NOW.replace(year=2018)}
        session.add(Decision(id="d1", incident_id=incident, report_id=None, **state, **act))
        tie = {"basis": Basis.TARGETED_BY_IDENTITY, "method": LinkMethod.ANALYST, "share": None}
        tie |= {
            "confidence": Confidence.HIGH,
            "counted": True,
            "version_id": None,
            "evidence_report_id": None,
        }
        tie |= {"decided_by": "ana", "decided_at": act["at"], "reason": "they said so"}
        tie |= {"withdrawn_at": None, "withdrawn_by": None}
        session.add(Link(id="l1", incident_id=incident, community_id="xx-blue-hill", **tie))
        session.flush()
        incidents.derive(session, [incident], NOW)


@pytest.fixture
def held(nowhere: str, tmp_path: Path) -> str:
    """Two reports of a kidnapping at Hill, one of them by a protected source, and a clash last week."""
    fill(nowhere, tmp_path)
    return nowhere


def fill(url: str, folder: Path) -> None:
    spot = {"lat": "34.123"}
    said = [
        report_row(**spot, incident_ref="a", text="Two were taken at SECRETHAMLET.", killed_wording="SOMEWORDS"),
        report_row(**spot, source_id="team", external_id="t1", title="From the team", incident_ref="a"),
        report_row(external_id="m2", incident_type="armed_clash", killed=3, date_start="2018-12-27",
                   date_end="2018-12-27", published_at="2018-12-28", place_id="xx-well", place="Well",
                   admin1="Southern", admin2="Gamma", lat="32.1", lon="36.0"),
    ]  # fmt: skip
    take(url, write_csv(folder / "reports.csv", said), "reports")


def test_it_works_on_both_databases(both: str, fresh: Callable[[], str], tmp_path: Path) -> None:
    fill(both, tmp_path)
    for form in FORMATS:
        path, new = out(both, tmp_path / f"out.{form}"), fresh()
        assert back(new, path).new == 3
        assert told(out(new, tmp_path / f"again.{form}")) == told(path)
        assert back(both, path).new == 0


def test_a_second_time_changes_nothing(held: str, fresh: Callable[[], str], tmp_path: Path) -> None:
    new, path = fresh(), out(held, tmp_path / "out.csv")
    back(new, path)
    before = everything(new)
    assert back(new, path).unchanged
    assert everything(new) == before


def test_nobody_reads_what_they_may_not_see(held: str, tmp_path: Path) -> None:
    """Every format under every role: no finer place, no protected voice, no text than the pages would show."""
    for form, role in itertools.product(FORMATS, Role):
        _reads_only_what_they_may(held, tmp_path, form, role)


def _reads_only_what_they_may(held: str, tmp_path: Path, form: str, role: Role) -> None:
    path = out(held, tmp_path / f"out.{form}", Viewer("v", frozenset({role})))
    cells = told(path)
    whole = as_text(path)
    exact = role in (Role.VERIFIER, Role.APPROVER)
    village = exact or role in (Role.ANALYST, Role.ADMIN)
    assert len(cells) == 2
    for secret, allowed in {
        **{"34.123": exact, "Hill": village, "hill": village, "xx-well": village, "2018-12-27": village},
        **{"SECRETHAMLET": village and form == "jsonl", "Field team": exact, "From the team": exact},
        **{"SOMEWORDS": village, "2018-12-28": village},
    }.items():
        assert allowed or secret not in whole, (secret, role)
    assert {one["generalised"] for one in cells.values()} == {str(not exact).lower()}
    wanted = Precision.EXACT if exact else Precision.SETTLEMENT if village else Precision.DISTRICT
    assert {one["precision"] for one in cells.values()} == {wanted}


def as_text(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8-sig")
    book = load_workbook(path, read_only=True)
    try:
        return "\n".join(str(v) for s in book for row in s.iter_rows(values_only=True) for v in row)
    finally:
        book.close()


def test_a_viewer_of_another_region_gets_nothing(held: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no access"):
        out(held, tmp_path / "x.csv", Viewer("v", frozenset({Role.ADMIN}), frozenset({"elsewhere"})))


@pytest.mark.parametrize(
    ("precision", "place", "district", "geo_prec"),
    [("exact", "Hill", "Alpha", 1), ("settlement", "Hill", "Alpha", 1), ("district", "", "Alpha", 3),
     ("governorate", "", "", 4)],
)  # fmt: skip
def test_places_are_no_finer_than_asked(
    held: str, tmp_path: Path, precision: str, place: str, district: str, geo_prec: int
) -> None:
    path = out(held, tmp_path / "out.geojson", precision=Precision(precision), until=date(2018, 6, 1))
    ((_, cells, _),) = exported.reader(path)(path)
    assert (cells["place"] or "", cells["district"] or "", cells["geo_prec"]) == (place, district, geo_prec)
    (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
    point = {"exact": [36, 34.123], "settlement": [36, 34.1], "district": [36, 34.1], "governorate": [36, 34]}
    assert feature["geometry"]["coordinates"] == point[precision]
    told = {"exact": 34.123, "settlement": 34.1}  # the village's own point stands for the exact one
    assert cells["lat"] == told.get(precision)


@pytest.mark.parametrize("form", FORMATS)
def test_a_generalised_file_never_touches_what_is_known(
    held: str, fresh: Callable[[], str], tmp_path: Path, form: str
) -> None:
    path = out(held, tmp_path / f"coarse.{form}", precision=Precision.DISTRICT)
    kept = ("report", "report_incident", "claim", "incident", "incident_version", "link", "source")
    before = {name: rows(held, f"SELECT * FROM {name} ORDER BY 1, 2") for name in kept}  # noqa: S608
    done = back(held, path)
    assert (done.new, done.issues["generalised_known"]) == (0, 2)
    assert {name: rows(held, f"SELECT * FROM {name} ORDER BY 1, 2") for name in kept} == before  # noqa: S608
    new = fresh()
    back(new, path)
    landed = rows(new, "SELECT * FROM incident_version")
    assert {one["geo_prec"] for one in landed} == {3} and all("generalised" in v["flags"] for v in landed)
    assert {one["place_id"] for one in landed} == {None}
    # Ties and figures as from the finer store, and finer accounts that come later win.
    assert {one["deaths"] for one in landed} == {None, 3}
    back(new, out(held, tmp_path / f"fine.{form}"))
    assert count(new, "tombstone") == 3


def test_a_row_that_was_changed_is_refused_and_the_others_land(
    held: str, fresh: Callable[[], str], tmp_path: Path
) -> None:
    path, new = out(held, tmp_path / "out.csv"), fresh()
    text = path.read_text(encoding="utf-8-sig").replace("2018-12-27", "27/12/2018", 1)
    path.write_text(text, encoding="utf-8-sig")
    done = back(new, path)
    assert (done.rows, done.bad, done.new) == (2, 1, 2)
    (issue,) = rows(new, "SELECT * FROM row_issue")
    assert (issue["code"], issue["column_name"]) == ("changed", SEAL) and "export it again" in issue[
        "message"
    ]


def test_damage_and_strangers_are_named(held: str, fresh: Callable[[], str], tmp_path: Path) -> None:
    new = fresh()
    change(held, "UPDATE source SET code = 'stranger' WHERE code = 'monitor'")
    path = out(held, tmp_path / "out.jsonl")
    with pytest.raises(BadInput, match="no row could be read"):
        back(new, path)
    assert {row["code"] for row in rows(new, "SELECT * FROM row_issue")} == {"unknown_source"}
    for name, body, told_so in (
        ("cut.jsonl", path.read_bytes().rsplit(b"\n", 2)[0], "is cut|no row"),
        ("cut.geojson", out(held, tmp_path / "out.geojson").read_bytes()[:-9], "cut or damaged"),
        ("other.csv", b"a,b\n1,2\n", "no export"),
        ("newer.jsonl", b'{"kind":"tocsin incidents","format":99}\n', "newer"),
        ("store.jsonl", b'{"kind":"tocsin store"}\n', "import store"),
        ("bad.xlsx", b"PK\x03\x04junk", "no workbook"),
    ):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(BadInput, match=told_so):
            back(new, tmp_path / name)
    with pytest.raises(BadInput, match="no file"):
        back(new, tmp_path / "none.csv")


def test_a_workbook_has_a_frozen_header_and_no_formula(held: str, tmp_path: Path) -> None:
    change(held, "UPDATE incident_version SET summary = '=1+1'")
    book = load_workbook(out(held, tmp_path / "out.xlsx"))
    assert book.sheetnames == ["incidents", "about", "record"]
    sheet = book["incidents"]
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:")
    header = [cell.value for cell in sheet[1]]
    assert header == [*COLUMNS, SEAL]
    kinds = {cell.data_type for part in book for row in part.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "b"}
    assert sheet.cell(2, header.index("summary") + 1).value == "'=1+1"
    about = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True)}
    assert about["limits"] == LIMITS and about["precision"] == "exact"
    book.close()


def test_hashtags_stand_in_the_second_row(held: str, tmp_path: Path) -> None:
    read = list(csv.reader(io.StringIO(out(held, tmp_path / "out.hxl").read_text(encoding="utf-8-sig"))))
    assert read[1] == TAGS and len(read[0]) == len(read[1]) == len(read[2])
    tag = dict(zip(read[0], read[1], strict=True))
    assert (tag["date_start"], tag["governorate"], tag["lat"]) == ("#date+start", "#adm1+name", "#geo+lat")
    assert tag["killed"] == "#affected+killed" and len(set(TAGS)) == len(TAGS)


def test_unknown_is_empty_in_every_form(held: str, tmp_path: Path) -> None:
    for form in FORMATS:
        cells = told(out(held, tmp_path / f"out.{form}", until=date(2018, 6, 1)))
        ((_, one),) = cells.items()
        assert one["killed"] in (None, "") and one["civilians_killed"] in (None, "")


def test_filters_choose_what_goes_out(held: str, tmp_path: Path) -> None:
    for wanted, found in (
        ({"since": date(2018, 6, 1)}, {"armed_clash"}),
        ({"until": date(2018, 6, 1)}, {"kidnapping"}),
        ({"as_of": date(2018, 3, 1)}, set()),
        ({"community_id": "xx-blue-hill"}, {"kidnapping"}),
    ):
        cells = told(out(held, tmp_path / "out.csv", **wanted))
        assert {one["incident_type"] for one in cells.values()} == found


def test_what_was_undone_comes_back_with_the_file(
    held: str, fresh: Callable[[], str], tmp_path: Path
) -> None:
    path, new = out(held, tmp_path / "out.csv"), fresh()
    batch = back(new, path).batch_id
    before = told(out(new, tmp_path / "before.csv"))
    with engine.writing(new) as session:
        undo.undo(session, LOCAL, batch, reason="the wrong file", by="ana", now=NOW)
    assert told(out(new, tmp_path / "undone.csv")) == {}
    back(new, path)
    assert told(out(new, tmp_path / "again.csv")) == before


def test_merged_incidents_come_back_as_one(held: str, fresh: Callable[[], str], tmp_path: Path) -> None:
    """With what people settled about either."""
    settle(held)
    with engine.writing(held) as session:
        merging.merge(
            session, LOCAL, sorted(session.scalars(select(Incident.id))), merging.Act("ana", "one event", NOW)
        )
    path, new = out(held, tmp_path / "out.csv"), fresh()
    assert len(told(path)) == 1
    back(new, path)
    assert differing(out(new, tmp_path / "again.csv"), path) == {}
