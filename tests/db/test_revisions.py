"""The history: every change with its reason, in a chain that shows what was tampered with."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import engine, erasures, revisions, sealing
from db.errors import BadInput
from db.revisions import Change
from db.vocab import Entity
from tests.conftest import NOW
from tests.db.stores import change, rows

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def write(url: str, *news: Any) -> int:
    with engine.writing(url) as session:
        made = [Change(Entity.INCIDENT, "i1", "summary", None, new) for new in news]
        return revisions.note_all(session, made, reason="seen", by="ana", now=NOW)


def checked(url: str) -> int | None:
    with engine.reading(url) as session:
        return revisions.check(session)


def test_a_change_is_written_with_who_when_what_and_why(both: str) -> None:
    with engine.writing(both) as session:
        row = revisions.note(
            *(session, Entity.SOURCE, "s1", "reliability", "B", "C"),
            reason=" wrong twice ",
            by="ana",
            now=NOW,
        )
        assert (row.seq, row.old, row.new, row.reason, row.by, row.at) == (
            *(1, "B", "C", "wrong twice", "ana"),
            NOW,
        )
    assert checked(both) is None


def test_each_row_carries_the_digest_of_the_one_before(both: str) -> None:
    assert checked(both) is None
    assert write(both, "a", "b") == 2
    assert write(both, None, {"ب": [1, "x\0y"]}) == 4
    chain = rows(both, "SELECT previous_sha256, sha256 FROM revision ORDER BY seq")
    assert chain[0]["previous_sha256"] == revisions.FIRST
    assert [r["previous_sha256"] for r in chain[1:]] == [r["sha256"] for r in chain[:-1]]
    assert checked(both) is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE revision SET reason = 'nicer' WHERE seq = 2", 2),
        ("UPDATE revision SET new = '\"z\"' WHERE seq = 3", 3),
        ("UPDATE revision SET by = 'ben' WHERE seq = 1", 1),
        ("DELETE FROM revision WHERE seq = 2", 2),
        ("DELETE FROM revision WHERE seq = 1", 1),
    ],
)
def test_tampering_shows(both: str, statement: str, broken: int) -> None:
    write(both, "a", "b", "c", "d")
    change(both, statement.replace(" by =", ' "by" ='))
    assert checked(both) == broken


@pytest.mark.parametrize(("reason", "by"), [("", "ana"), ("  ", "ana"), ("seen", " ")])
def test_a_change_needs_a_reason_and_a_name(nowhere: str, reason: str, by: str) -> None:
    with engine.writing(nowhere) as session, pytest.raises(BadInput):
        revisions.note(session, Entity.REPORT, "r", "text", 1, 2, reason=reason, by=by, now=NOW)


@given(value=VALUES, late=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_a_digest_stands_for_all_that_is_said(value: Any, late: int) -> None:
    row = {"seq": 1, "entity": Entity.LINK, "entity_id": "x", "field": "f", "old": None, "new": value}
    row |= {"reason": "r", "by": "b", "at": NOW, "previous_sha256": revisions.FIRST}
    row = revisions.salted(row)
    same = revisions.digest(row)
    assert not sealing.unsound(row["digests"], row["salts"], row)
    assert sealing.unsound(row["digests"], row["salts"], {**row, "new": [value]}) == {"new"}
    assert revisions.digest({**row, "digests": {**row["digests"], "new": "0"}}) != same
    assert (revisions.digest({**row, "at": NOW + timedelta(microseconds=late)}) == same) == (late == 0)
    assert revisions.salted(row)["digests"] != row["digests"]  # equal values do not look equal


def test_what_was_erased_with_an_entry_leaves_the_history_whole(both: str) -> None:
    write(both, "a", "canary", "c")
    change(both, "UPDATE revision SET new = NULL, salts = '{}' WHERE seq = 2")
    assert checked(both) == 2
    with engine.writing(both) as session:
        emptied = [f"{name} 2" for name in revisions.SALTED]
        erasures.sign(session, "revision", "", emptied, reason="asked for", by="root", now=NOW)
    assert checked(both) is None
    change(both, "UPDATE revision SET salts = '{}' WHERE seq = 3")
    assert checked(both) == 3
