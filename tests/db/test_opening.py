"""A source's reports may be public: what they come in as, who opens and closes them, and what never opens."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import consents, drafts, engine, opening, packs, people, queries, revisions
from db.drafts import Incoming
from db.errors import BadInput
from db.importers import IMPORTERS
from db.policy import LOCAL, Denied, Viewer
from db.schema import Report
from db.vocab import Origin, Role, Sensitivity
from tests.conftest import NOW
from tests.db.stores import change, rows
from tests.db.test_drafts import FIELDS
from tests.factories import load, pack, report_row, take, ucdp_row, write_csv

SAID: dict[str, Any] = {"reason": "published under CC BY 4.0", "by": "ana", "now": NOW + timedelta(days=2)}
PUBLIC, INTERNAL, RESTRICTED = Sensitivity.PUBLIC, Sensitivity.INTERNAL, Sensitivity.RESTRICTED
LATER = NOW + timedelta(days=2)


def home(folder: Path, *, reports_as: str = "public", code: str = "ucdp") -> Path:
    """A pack in which one source says as what its reports come in."""
    made = pack(folder)
    path = made / "sources.csv"
    header, *lines = path.read_text("utf-8").strip().splitlines()
    told = [f"{line},{reports_as if line.startswith(code + ',') else ''}" for line in lines]
    path.write_text("\n".join([f"{header},reports_as", *told]) + "\n", "utf-8")
    return made


def told(url: str) -> dict[str, str]:
    """Who may read each report, by its own id."""
    found = rows(url, "SELECT external_id AS e, sensitivity AS s FROM report ORDER BY recorded_at, id")
    return {row["e"]: row["s"] for row in found}


def stands(url: str) -> list[str]:
    """Who may read each incident now, from the first of them on."""
    now = "recorded_until IS NULL AND known_until IS NULL"
    found = rows(url, f"SELECT sensitivity AS s FROM incident_version WHERE {now} ORDER BY 1")  # noqa: S608
    return [row["s"] for row in found]


def carried(url: str, to: Sensitivity, code: str = "ucdp", viewer: Viewer = LOCAL) -> opening.Opened:
    with engine.writing(url) as session:
        return opening.open_as(session, viewer, "nowhere", code, to, **SAID)


def test_what_has_no_word_of_its_own_comes_in_as_its_source_says(nowhere: str, tmp_path: Path) -> None:
    load(nowhere, home(tmp_path, code="monitor"))
    told_rows = [
        report_row(external_id=name, sensitivity=name) for name in ("", "internal", "restricted") if name
    ]
    take(nowhere, write_csv(tmp_path / "r.csv", [report_row(external_id="silent"), *told_rows]), "reports")
    assert told(nowhere) == {"silent": "public", "internal": "internal", "restricted": "restricted"}
    assert stands(nowhere) == ["internal", "public", "restricted"]


@pytest.mark.parametrize(("word", "there"), [("open", "is not one of: public"), ("public", "protected")])
def test_a_pack_that_opens_wrongly_says_so(tmp_path: Path, word: str, there: str) -> None:
    made = home(tmp_path, reports_as=word, code="team" if word == "public" else "ucdp")
    (problem,) = packs.read(made).problems
    assert (problem.file, problem.column) == ("sources.csv", "reports_as") and there in problem.message


def test_the_shipped_data_sets_are_public_and_nothing_else_is() -> None:
    for name, opened in (("syria", {"ucdp", "ged_extract"}), ("exercise", set())):
        sources = packs.read(packs.SHIPPED / name).sources
        assert {one["code"] for one in sources if one["reports_as"] is PUBLIC} == opened


def test_what_staff_write_stays_inside(nowhere: str, tmp_path: Path) -> None:
    load(nowhere, home(tmp_path, code="radio"))
    said = Incoming(
        "nowhere", Origin.PASTE, "typed", "ana", source_code="radio", text="Two taken", fields=FIELDS
    )
    with engine.writing(nowhere) as session:
        name, _ = drafts.save(session, LOCAL, said, NOW)
        drafts.accept(session, LOCAL, name, **SAID)
    assert set(told(nowhere).values()) == {"internal"}
    assert carried(nowhere, PUBLIC, "radio").reports == 0
    assert set(told(nowhere).values()) == {"internal"}


def test_a_later_version_without_a_word_opens_nothing_that_was_restricted(
    nowhere: str, tmp_path: Path
) -> None:
    load(nowhere, home(tmp_path, code="monitor"))
    take(
        nowhere,
        write_csv(tmp_path / "a.csv", [report_row(external_id="x", sensitivity="restricted")]),
        "reports",
    )
    take(
        nowhere, write_csv(tmp_path / "b.csv", [report_row(external_id="x", killed=9)]), "reports", now=LATER
    )
    assert [
        row["s"] for row in rows(nowhere, "SELECT sensitivity AS s FROM report ORDER BY recorded_at")
    ] == [
        "restricted",
        "internal",
    ]


def test_the_same_file_is_the_same_reports_when_its_source_was_opened(nowhere: str, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [ucdp_row()])
    take(nowhere, file)
    before = rows(nowhere, "SELECT id FROM report")
    load(nowhere, home(tmp_path))
    take(nowhere, file, now=LATER)
    assert rows(nowhere, "SELECT id FROM report") == before
    assert set(told(nowhere).values()) == {"internal"}, "loading a pack opens nothing that is here"


def test_one_that_asks_to_stay_inside_does_where_the_same_words_were_public(
    nowhere: str, tmp_path: Path
) -> None:
    load(nowhere, home(tmp_path, code="monitor"))
    take(nowhere, write_csv(tmp_path / "a.csv", [report_row(external_id="x")]), "reports")
    assert stands(nowhere) == ["public"]
    inside = report_row(external_id="x", sensitivity="internal")
    take(nowhere, write_csv(tmp_path / "b.csv", [inside]), "reports", now=LATER)
    assert stands(nowhere) == ["internal"]


def test_opening_and_closing_is_one_act_each_and_what_was_is_kept(both: str, tmp_path: Path) -> None:
    take(both, write_csv(tmp_path / "a.csv", [ucdp_row(), ucdp_row(id="2", best="9")]))
    own = [report_row(external_id="own", source_id="ucdp", sensitivity="internal")]
    take(both, write_csv(tmp_path / "b.csv", own), "reports")
    done = carried(both, PUBLIC)
    assert (done.before, done.reports, done.versions) == (INTERNAL, 2, 2)
    assert stands(both) == ["internal", "public", "public"]
    assert carried(both, PUBLIC) == opening.Opened(PUBLIC, 0, 0)
    with engine.reading(both) as session:
        asked: dict[str, Any] = {"region_id": "nowhere", "as_of": LATER.date()}
        then = queries.incidents(session, LOCAL, **asked, recorded_as_of=NOW.date())
        now = queries.incidents(session, LOCAL, **asked)
        assert set(then["sensitivity"]) == {"internal"}
        assert sorted(now["sensitivity"]) == ["internal", "public", "public"]
        assert revisions.check(session) is None
    assert carried(both, INTERNAL).reports == 2
    assert set(stands(both)) == {"internal"}
    load(both, home(tmp_path))
    assert rows(both, "SELECT reports_as AS r FROM source WHERE code = 'ucdp'") == [{"r": "internal"}], (
        "a pack does not overrule a person"
    )


def test_an_incident_that_an_internal_source_tells_too_stays_inside(nowhere: str, tmp_path: Path) -> None:
    event = ucdp_row()
    take(nowhere, write_csv(tmp_path / "a.csv", [event]))
    carried(nowhere, PUBLIC)
    incident = rows(nowhere, "SELECT id FROM incident")[0]["id"]
    with engine.writing(nowhere) as session:
        said = Incoming(
            "nowhere", Origin.PASTE, "typed", "ana", source_code="radio", text="Also", fields=FIELDS
        )
        name, _ = drafts.save(session, LOCAL, said, NOW)
        drafts.accept(session, LOCAL, name, incident_id=incident, **SAID)
    assert stands(nowhere) == ["internal"]


def test_a_place_that_is_kept_secret_keeps_what_happened_there(nowhere: str, tmp_path: Path) -> None:
    load(nowhere, home(tmp_path, code="monitor"))
    change(nowhere, "UPDATE place SET sensitivity = 'restricted' WHERE id = 'xx-hill'")
    take(nowhere, write_csv(tmp_path / "r.csv", [report_row(place_id="xx-hill")]), "reports")
    assert (told(nowhere).popitem()[1], stands(nowhere)) == ("public", ["restricted"])


@pytest.mark.parametrize(("code", "why"), [("team", "protected source"), ("nobody", "lists the codes")])
def test_what_never_opens_says_why(nowhere: str, code: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        carried(nowhere, PUBLIC, code)


def signed(name: str, *roles: Role) -> Viewer:
    return Viewer(f"{name}@example.org", frozenset(roles))


@pytest.fixture
def team(nowhere: str, tmp_path: Path) -> str:
    """A store with accounts and one event of a published data set."""
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row()]))
    with engine.writing(nowhere) as session:
        people.add(session, "amal@example.org", by="root", now=NOW)
    return nowhere


def test_where_there_are_accounts_two_people_open_a_source_once(team: str) -> None:
    amal, ben, cara = (signed(name, Role.APPROVER) for name in ("amal", "ben", "cara"))
    for viewer in (LOCAL, amal):
        with pytest.raises(BadInput, match="consent of a second person"):
            carried(team, PUBLIC, viewer=viewer)
    with engine.writing(team) as session:
        sha256 = opening.digest(session, opening.find(session, "nowhere", "ucdp"))
        how: dict[str, Any] = {"reason": "published", "by": amal.name, "now": NOW}
        name = consents.ask(session, amal, "nowhere", opening.SUBJECT, sha256, {}, **how)
        consents.answer(session, ben, name, given=True, words="", by=ben.name, now=NOW)
    with pytest.raises(BadInput, match="consent of a second person"):
        carried(team, PUBLIC, viewer=cara)
    assert carried(team, PUBLIC, viewer=amal).reports == 1
    assert carried(team, INTERNAL, viewer=ben).reports == 1, "to close it nobody is asked"
    with pytest.raises(BadInput, match="consent of a second person"):
        carried(team, PUBLIC, viewer=amal)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.MODELLER])
def test_who_may_not_settle_for_the_region_opens_nothing(team: str, role: Role) -> None:
    with pytest.raises(Denied, match="ask one"):
        carried(team, RESTRICTED, viewer=signed("amal", role))


def test_a_kill_in_the_middle_leaves_all_as_it_was(
    nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row()]))

    def killed(*_: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(opening, "_derive", killed)
        carried(nowhere, PUBLIC)
    with engine.reading(nowhere) as session:
        assert session.scalars(select(Report.sensitivity)).all() == [INTERNAL]
    assert carried(nowhere, PUBLIC).reports == 1


def test_every_importer_and_feed_leaves_the_word_to_the_source(context_of: Callable[[], Any]) -> None:
    assert IMPORTERS["ucdp"].parse(ucdp_row(), context_of()).sensitivity is None


@pytest.fixture
def context_of(nowhere: str) -> Callable[[], Any]:
    from db.importers.base import Context
    from db.importers.run import region_keys

    def made() -> Context:
        with engine.reading(nowhere) as session:
            return Context(tuple(region_keys(session)))

    return made
