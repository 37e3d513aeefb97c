"""True erasure of what concerns a person: found everywhere, gone for good, and every chain still holds."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from db import audit, audit_check, engine, erasure, erasures, finding, forgetting, revisions, settings
from db.errors import BadInput
from db.policy import LOCAL, Denied, Viewer
from db.revisions import Change
from db.schema import PastRow, Place, PlaceAlias
from db.vocab import AccessAct, Entity, Role
from tests.conftest import NOW
from tests.db.stores import change, rows
from tests.db.test_schema import fill

WORD = "Qanarian"
ACT: dict[str, Any] = {"reason": "she asked for it", "by": "root", "now": NOW}


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))


def tell(url: str, folder: Path) -> None:
    """Put the word wherever people may write one."""
    folder.mkdir(exist_ok=True)
    fill(url, folder)
    spots = {
        **{"report": "text", "draft": "title", "row_issue": "message", "feed_run": "message"},
        **{"job_run": "message", "zero_report": "note", "decision": "reason", "attachment": "note"},
        **{"judgement": "reason", "transition": "reason", "claim": "wording", "import_batch": "file_name"},
    }
    with engine.writing(url) as session:
        for table in ("revision", "access_log", "custody", "erasure"):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        for table, column in spots.items():
            session.execute(text(f"UPDATE {table} SET {column} = 'told by {WORD.upper()} twice'"))  # noqa: S608
        session.execute(text("UPDATE document SET body = :body"), {"body": f"x {WORD} y".encode()})
        made = [Change(Entity.INCIDENT, "i1", "summary", "before", f"{WORD} {n}") for n in range(3)]
        revisions.note_all(session, made, reason="seen", by="ana", now=NOW)
        made = [Change(Entity.INCIDENT, "i1", "state", None, "verified")]
        revisions.note_all(session, made, reason=f"says {WORD}", by="ana", now=NOW)
        for who in ("ana", "ben"):
            audit.note(session, who, AccessAct.ROLE, "grant", told={"login": "ana", "to": WORD}, now=NOW)


def find(url: str, word: str = WORD) -> list[finding.Found]:
    with engine.reading(url) as session:
        return finding.find(session, LOCAL, word)


def erase(url: str, word: str = WORD) -> int:
    found = find(url, word)
    with engine.writing(url) as session:
        return erasure.erase_found(session, LOCAL, found, **ACT)


def sound(url: str) -> bool:
    with engine.reading(url) as session:
        return revisions.check(session) is None and audit_check.check(session, url).holds


@pytest.fixture
def told(both: str, tmp_path: Path) -> Iterator[str]:
    """A store in which a word stands in every kind of place."""
    tell(both, tmp_path / "told")
    return both


def test_what_concerns_a_person_is_found_in_every_table_and_goes_for_good(told: str, tmp_path: Path) -> None:
    assert sound(told)
    tables = {one.table for one in find(told, "qanárian")}
    assert tables >= {"report", "draft", "row_issue", "feed_run", "job_run", "zero_report", "decision"}
    assert tables >= {"revision", "access_log", "document", "import_batch", "claim", "transition"}
    assert erase(told) >= 15
    assert find(told) == []
    assert sound(told)
    signed = rows(told, "SELECT entity, entity_id, fields, signature FROM erasure")
    assert {row["entity"] for row in signed} >= {"report", "draft", "revision", "access_log", "feed_run"}
    assert WORD.casefold() not in str(signed).casefold()
    assert rows(told, "SELECT new, reason FROM revision WHERE seq = 2")[0] == {"new": None, "reason": "seen"}
    if engine.scrub(told):
        path = Path(told.removeprefix("sqlite:///"))
        for file in path.parent.glob(path.name + "*"):
            assert WORD.encode().lower() not in file.read_bytes().lower(), file


def test_another_name_of_a_place_goes_with_its_past_and_is_told_by_no_entry(both: str) -> None:
    """An alias is part of its row's key: the row goes whole, and what is signed names it by a digest."""
    alias = f"House of {WORD}"
    with engine.writing(both) as session:
        place = session.scalars(select(Place.id).order_by(Place.id)).first()
        session.add(PlaceAlias(place_id=place, alias=alias, normalised=alias.casefold()))
        told = {"table": "place_alias", "until": NOW}
        session.add(PastRow(**told, key=f"{place}\t{alias}", body={"alias": alias, "normalised": "x"}))
        session.add(PastRow(**told, key=f"{place}\t{WORD}", body=None))
    found = find(both)
    assert [one.table for one in found] == ["past_row", "past_row", "place_alias"]
    assert WORD not in str(found) and erase(both) == 3 and find(both) == []
    signed = erasure_entries(both)
    assert len(signed) == 3 and WORD not in str(signed)
    with engine.writing(both) as session:  # the same in a backup that is restored
        session.add(PlaceAlias(place_id=place, alias=alias, normalised=alias.casefold()))
        session.execute(text("DELETE FROM erasure"))
    with engine.writing(both) as session:
        assert len(erasure.reapply(session, signed)) == 1
    assert find(both) == []


def erasure_entries(url: str) -> list[dict[str, Any]]:
    with engine.reading(url) as session:
        return erasures.entries(session)


def test_values_taken_away_without_the_key_do_not_pass_for_an_erasure(told: str) -> None:
    erase(told)
    change(told, "UPDATE erasure SET signature = 'forged' WHERE entity = 'access_log'")
    with engine.reading(told) as session:
        assert "without a signed erasure" in " ".join(audit_check.check(session, told).wrong)


def test_a_backup_is_told_to_follow(nowhere: str, tmp_path: Path) -> None:
    tell(nowhere, tmp_path / "told")
    engine.engine(nowhere).dispose()
    backup = tmp_path / "backup.db"
    shutil.copy(Path(nowhere.removeprefix("sqlite:///")), backup)
    old = f"sqlite:///{backup}"
    erase(nowhere)
    with engine.reading(nowhere) as session:
        entries = json.loads(json.dumps(erasures.entries(session)))
    with engine.writing(old) as session:
        done = erasure.reapply(session, [*entries, *_stranger()])
    assert sorted(done) == sorted(one["id"] for one in entries)
    assert find(old) == []
    with engine.writing(old) as session:
        assert erasure.reapply(session, entries) == []
    assert revisions_hold(old)
    engine.engine(old).dispose()


def revisions_hold(url: str) -> bool:
    with engine.reading(url) as session:
        return revisions.check(session) is None


def _stranger() -> list[dict[str, Any]]:
    """A genuine entry about a report that no store holds."""
    from db import sealing

    key = sealing.key(erasures.PURPOSE)
    row = {"id": "e9", "entity": "report", "entity_id": "gone", "fields": ["text"], "reason": "asked"}
    row |= {"by": "root", "at": NOW, "key_id": sealing.key_id(key)}
    return [{**row, "signature": erasures.signature(row, key), "at": NOW.isoformat()}]


def test_a_list_that_nobody_here_signed_erases_nothing(told: str) -> None:
    forged = [{**one, "entity_id": "other"} for one in _stranger()]
    with engine.writing(told) as session, pytest.raises(BadInput, match="not signed by a key"):
        erasure.reapply(session, forged)
    with engine.writing(told) as session, pytest.raises(BadInput, match="no list of erasures"):
        erasure.reapply(session, [{"id": "x"}])
    assert find(told)


def test_a_list_of_another_machine_is_taken_with_its_key(
    nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries, old = _stranger(), settings.key()
    monkeypatch.setenv("TOCSIN_KEY", "of another machine")
    with engine.writing(nowhere) as session, pytest.raises(BadInput, match="not signed by a key"):
        erasure.reapply(session, entries)
    with engine.writing(nowhere) as session:
        assert erasure.reapply(session, entries, [old]) == []


def test_a_person_who_acted_is_forgotten_and_the_chains_hold(told: str) -> None:
    with engine.writing(told) as session:
        alias, count = forgetting.forget(session, LOCAL, "ana", **ACT)
    assert alias.startswith("person-") and count >= 10
    assert sound(told)
    assert {row["by"] for row in rows(told, 'SELECT "by" FROM revision')} == {alias}
    assert [row["by"] for row in rows(told, 'SELECT "by" FROM access_log ORDER BY seq')][:2] == [alias, "ben"]
    assert not [r for r in rows(told, "SELECT told FROM access_log") if "login" in r["told"]]
    with engine.writing(told) as session, pytest.raises(BadInput, match="nobody acted under this name"):
        forgetting.forget(session, LOCAL, "ana", **ACT)


def test_who_is_forgotten_signs_in_no_more(told: str) -> None:
    login = rows(told, "SELECT login FROM person")[0]["login"]
    with engine.writing(told) as session:
        alias, _ = forgetting.forget(session, LOCAL, login, **ACT)
    assert rows(told, "SELECT login FROM person") == [{"login": alias}]
    assert rows(told, "SELECT ended_why FROM sign_in") == [{"ended_why": "forgotten"}]
    assert rows(told, "SELECT id FROM token WHERE revoked_at IS NULL") == []
    with engine.writing(told) as session, pytest.raises(BadInput, match="their own name"):
        forgetting.forget(session, LOCAL, "root", **ACT)


def test_only_some_may_look_for_what_to_erase(nowhere: str) -> None:
    analyst = Viewer("ana", frozenset({Role.ANALYST}))
    with engine.writing(nowhere) as session:
        for forbidden in (
            lambda: finding.find(session, analyst, WORD),
            lambda: erasure.erase_found(session, analyst, [], **ACT),
            lambda: forgetting.forget(session, analyst, "ben", **ACT),
        ):
            with pytest.raises(Denied):
                forbidden()
        with pytest.raises(BadInput, match="letters at least"):
            finding.find(session, replace(LOCAL), " a ")


def test_an_entry_of_erasure_names_fields_by_runs() -> None:
    from db.sealing import numbers, spans

    assert spans([5, 1, 2, 3, 9, 8]) == "1-3,5,8-9"
    assert numbers("1-3,5,8-9") == {1, 2, 3, 5, 8, 9}
    assert spans([]) == "" and numbers("") == set()
