"""The access log: what goes in, what never does, and that no gap or change goes unnoticed."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import audit, audit_beside, audit_check, engine, erasures, queries, sealing, settings
from db.policy import LOCAL, Viewer
from db.vocab import AccessAct, Role
from tests.conftest import NOW
from tests.db.stores import change, count, rows

READ, EXPORT = AccessAct.READ, AccessAct.EXPORT


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))


def note(url: str, *by: str, **told: Any) -> bool:
    return all(audit.note(url, one, READ, "incidents", told=told, now=NOW, patient=True) for one in by)


def verdict(url: str, *secrets: bytes) -> audit_check.Verdict:
    with engine.reading(url) as session:
        return audit_check.check(session, url, secrets)


def test_what_was_done_is_written_down_and_holds(both: str) -> None:
    assert verdict(both).holds
    assert note(both, "ana", "ben", filters={"district": "xx-1", "as_of": date(2026, 1, 2)}, rows=3)
    with engine.writing(both) as session:
        audit.note(session, "ana", EXPORT, "incidents.csv", region_id="nowhere", told={"rows": 2}, now=NOW)
    found = verdict(both)
    assert (found.entries, found.holds) == (3, True)
    with engine.reading(both) as session:
        log = queries.access_log(session, LOCAL, as_of=NOW.date())
    assert list(log["seq"]) == [3, 2, 1]
    assert log["told"][2] == {"filters": {"district": "xx-1", "as_of": "2026-01-02"}, "rows": 3}
    assert list(log["act"]) == ["export", "read", "read"]


def test_no_text_and_no_token_goes_in(nowhere: str) -> None:
    told = {
        **{"text": "Canary", "q": "Canary", "filters": {"search": "Canary", "place": "the canary mill"}},
        **{"api_token": "Canary", "password": "Canary", "ids": ["a1", "two canary words"], "note": None},
    }
    note(nowhere, "ana", **told)
    held = rows(nowhere, "SELECT told, digests FROM access_log")[0]
    assert "canary" not in str(held).casefold()
    kept = json.loads(held["told"])
    assert set(kept) == {"text", "q", "filters", "ids"}
    assert kept["text"] == kept["q"] == kept["filters"]["search"] and kept["text"].startswith("hmac:")
    assert kept["ids"][0] == "a1"


def test_a_long_list_says_how_many_more_there_were() -> None:
    kept = audit.clean({"ids": [f"i{n}" for n in range(250)], "set": {"b", "a"}})
    assert (len(kept["ids"]), kept["ids"][-1], kept["set"]) == (201, "+50", ["a", "b"])


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE access_log SET what = 'today' WHERE seq = 2", "entry 2: it was changed"),
        ("UPDATE access_log SET \"by\" = 'eve' WHERE seq = 2", "entry 2: changed: by"),
        ("UPDATE access_log SET told = '{}' WHERE seq = 2", "entry 2: changed: rows"),
        ('UPDATE access_log SET told = \'{"rows": 1, "x": 1}\' WHERE seq = 2', "entry 2: added: x"),
        (
            "UPDATE access_log SET salts = '{}', told = '{}' WHERE seq = 2",
            "without a signed erasure: by, rows",
        ),
        ("DELETE FROM access_log WHERE seq = 2", "entries 2 before it are missing"),
        ("DELETE FROM access_log WHERE seq = 1", "entries 1 before it are missing"),
        ("DELETE FROM access_log WHERE seq >= 3", "the end was cut off: entry 4"),
        ("DELETE FROM access_log", "the end was cut off: entry 4"),
    ],
)
def test_tampering_shows(nowhere: str, statement: str, said: str) -> None:
    note(nowhere, "ana", "ben", "ana", "ben", rows=1)
    change(nowhere, statement)
    assert said in " ".join(verdict(nowhere).wrong)


def test_a_cut_off_end_stays_noticed_when_the_log_grows_again(nowhere: str) -> None:
    note(nowhere, "ana", "ben", "ana")
    change(nowhere, "DELETE FROM access_log WHERE seq >= 2")
    note(nowhere, "ana", "ben", "ana", "ben")
    assert "entry 3 is not the one" in " ".join(verdict(nowhere).wrong)


def test_who_has_the_store_but_not_the_key_cannot_write_an_entry_that_holds(nowhere: str) -> None:
    note(nowhere, "ana", "ben")
    last = dict(rows(nowhere, "SELECT * FROM access_log WHERE seq = 2")[0])
    forged = {**last, "what": "today", "sha256": sealing.sha256("guess")}
    change(nowhere, "UPDATE access_log SET what = :what, sha256 = :sha256 WHERE seq = 2", **forged)
    assert "entry 2: it was changed" in verdict(nowhere).wrong


def test_entries_of_another_key_are_named_and_checked_once_it_is_given(
    nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(nowhere, "ana", "ben")
    old = settings.key()
    monkeypatch.setenv("TOCSIN_KEY", "another secret")
    note(nowhere, "ana")
    found = verdict(nowhere)
    assert not found.holds and not found.wrong
    assert "entries 1-2 were sealed with another key" in found.unchecked[0]
    assert verdict(nowhere, old).holds


def test_what_was_taken_away_with_a_signed_erasure_leaves_the_chain_whole(both: str) -> None:
    note(both, "ana", "ben", rows=1)
    change(both, "UPDATE access_log SET \"by\" = 'somebody', salts = '{}', told = '{}' WHERE seq = 1")
    with engine.writing(both) as session:
        erasures.sign(session, "access_log", "", ["by 1", "rows 1"], reason="asked for", by="root", now=NOW)
    assert verdict(both).holds
    change(both, 'UPDATE erasure SET fields = \'["by 1-2", "rows 1-2"]\'')
    assert "without a signed erasure" in " ".join(verdict(both).wrong)


@pytest.fixture
def busy(nowhere: str) -> Iterator[str]:
    """A store to which somebody else is just writing."""
    with engine.writing(nowhere) as session:
        session.connection()
        yield nowhere


def test_a_busy_store_lets_entries_wait_in_a_private_file(busy: str) -> None:
    assert audit.note(busy, "ana", READ, "today", told={"rows": 1}, now=NOW)
    assert audit_beside.waiting(busy) == 1
    files = [one for one in (settings.home() / "audit").iterdir() if one.suffix == ".waiting"]
    assert [oct(one.stat().st_mode & 0o777) for one in files] == ["0o600"]


def test_what_waited_is_taken_in_with_the_next_entry_and_once(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        session.connection()
        for who in ("ana", "ben"):
            audit.note(nowhere, who, READ, "today", now=NOW - timedelta(hours=1))
    held = {path: path.read_bytes() for path in (settings.home() / "audit").glob("*.waiting")}
    note(nowhere, "cem")
    for path, body in held.items():  # as after a crash between keeping and forgetting
        path.write_bytes(body)
    note(nowhere, "dan")
    assert [r["by"] for r in rows(nowhere, 'SELECT "by" FROM access_log ORDER BY seq')] == [
        *("ana", "ben", "cem", "dan")
    ]
    assert audit_beside.waiting(nowhere) == 0
    assert verdict(nowhere).holds


def test_a_changed_line_that_waited_is_taken_in_as_such(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        session.connection()
        audit.note(nowhere, "ana", READ, "today", now=NOW)
    path = next((settings.home() / "audit").glob("*.waiting"))
    path.write_text(path.read_text().replace("ana", "eve") + "no json\n")
    note(nowhere, "ben")
    found = rows(nowhere, 'SELECT "by", what FROM access_log ORDER BY seq')
    assert [tuple(r.values()) for r in found] == [
        *[("nobody", "waiting entry changed")] * 2,
        ("ben", "incidents"),
    ]


def test_a_read_only_store_does_not_break_a_page(nowhere: str) -> None:
    engine.engine(nowhere).dispose()
    url = nowhere.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    assert audit.note(url, "ana", READ, "today", now=NOW)
    assert audit_beside.waiting(nowhere) + audit_beside.waiting(url) == 1
    assert count(nowhere, "access_log") == 0
    engine.engine(url).dispose()


def test_what_can_be_kept_nowhere_is_said_and_an_export_is_refused(
    nowhere: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    monkeypatch.setenv("TOCSIN_HOME", str(blocked / "home"))
    assert audit.note(nowhere, "ana", READ, "today", now=NOW) is False
    with pytest.raises(audit.Unaudited, match="not done"):
        audit.demand(nowhere, "ana", EXPORT, "incidents.csv", now=NOW)


def test_a_change_that_did_not_happen_leaves_no_entry_and_no_head(nowhere: str) -> None:
    note(nowhere, "ana")
    with pytest.raises(ZeroDivisionError), engine.writing(nowhere) as session:
        audit.note(session, "ana", AccessAct.CHANGE, "draft", now=NOW)
        raise ZeroDivisionError
    assert verdict(nowhere).holds
    assert count(nowhere, "access_log") == 1


def test_everybody_sees_their_own_entries_and_administrators_all(nowhere: str) -> None:
    note(nowhere, "ana", "ben")
    with engine.writing(nowhere) as session:
        audit.note(session, "ben", READ, "today", region_id="elsewhere", now=NOW)
    own = Viewer("ana", frozenset({Role.VIEWER}))
    there = Viewer("root", frozenset({Role.ADMIN}), frozenset({"elsewhere"}))
    with engine.reading(nowhere) as session:
        asked = {"as_of": NOW.date()}
        assert list(queries.access_log(session, own, **asked)["by"]) == ["ana"]
        assert list(queries.access_log(session, there, **asked)["seq"]) == [3]
        assert list(queries.access_log(session, LOCAL, **asked, by="ben", what="today")["seq"]) == [3]
        assert queries.access_log(session, LOCAL, as_of=NOW.date() - timedelta(days=1)).empty
        assert queries.access_log(session, LOCAL, **asked, since=NOW.date() + timedelta(days=1)).empty


def test_a_waiting_file_that_another_hand_forgets_meanwhile_loses_no_entry(
    nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.writing(nowhere) as session:
        session.connection()
        audit.note(nowhere, "ana", READ, "today", now=NOW)
    held = next((settings.home() / "audit").glob("*.waiting"))
    listed = audit_beside._files
    monkeypatch.setattr(audit_beside, "_files", lambda url: [*listed(url), held.with_name("gone.waiting")])
    note(nowhere, "ben")
    assert [r["by"] for r in rows(nowhere, 'SELECT "by" FROM access_log ORDER BY seq')] == ["ana", "ben"]


def test_who_waits_while_another_takes_in_is_not_swept_away(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        session.connection()
        audit.note(nowhere, "ana", READ, "today", now=NOW)
    files, found = audit_beside.take(nowhere)
    with engine.writing(nowhere) as session:
        session.connection()
        audit.note(nowhere, "ben", READ, "today", now=NOW)
    audit_beside.done(files)
    assert ([one["by"] for one in found], audit_beside.waiting(nowhere)) == (["ana"], 1)


def test_hands_that_begin_at_once_make_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_KEY", raising=False)
    for turn in range(20):
        monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / str(turn)))
        settings.home()
        with ThreadPoolExecutor(4) as hands:
            keys = set(hands.map(lambda _: settings.key(), range(4)))
        assert [len(one) for one in keys] == [64]


def test_many_hands_at_once_lose_no_entry_and_break_no_chain(both: str) -> None:
    with ThreadPoolExecutor(4) as hands:
        done = list(hands.map(lambda n: audit.note(both, f"p{n}", READ, "today", now=NOW), range(40)))
    assert all(done)
    note(both, "last")
    assert {row["by"] for row in rows(both, 'SELECT "by" FROM access_log')} == {
        *(f"p{n}" for n in range(40)),
        "last",
    }
    assert (count(both, "access_log"), audit_beside.waiting(both)) == (41, 0)
    assert verdict(both).holds
