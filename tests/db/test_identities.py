"""Who protected sources are: encrypted, apart from the record, only for some, and each look written down."""

import io
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from dashboard.alerts import channels
from dashboard.alerts.channels import Letter
from db import engine, erasure, erasures, finding, identities, letterbox, recipients, settings
from db.errors import BadInput, TocsinError
from db.exports import FORMATS, store
from db.exports.gather import Gathering, Wanted
from db.messages import Result
from db.policy import LOCAL, Denied, Viewer
from db.schema import Erasure, Recipient
from db.vocab import Role
from tests.conftest import NOW
from tests.db.stores import change, count, rows

WHO = "Nadir Canary, +963 944 000 000"
VERIFIER = Viewer("vera", frozenset({Role.VERIFIER}))
ADMIN = Viewer("root", frozenset({Role.ADMIN}))
AT = ("nowhere", "monitor")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))


@pytest.fixture
def held(nowhere: str) -> str:
    """A store that keeps who the monitor is."""
    change(nowhere, "UPDATE source SET protected = true WHERE code = 'monitor'")
    with engine.writing(nowhere) as session:
        identities.keep(session, VERIFIER, *AT, WHO, now=NOW)
    return nowhere


def read(url: str, viewer: Viewer = VERIFIER) -> str:
    with engine.writing(url) as session:
        return identities.read(session, viewer, *AT, now=NOW)


def test_who_it_is_comes_back_and_each_look_is_written_down(held: str) -> None:
    assert read(held) == WHO
    log = rows(held, 'SELECT "by", act, what FROM access_log ORDER BY seq')
    assert [tuple(row.values()) for row in log] == [
        *[("vera", "change", "identity set"), ("vera", "read", "identity")]
    ]
    assert oct((settings.home() / identities.FILE).stat().st_mode & 0o777) == "0o600"


def test_the_name_stands_nowhere_in_the_store_nor_in_a_full_export(held: str) -> None:
    read(held)
    out = io.BytesIO()
    with engine.reading(held) as session:
        store.write(session, LOCAL, out)
    assert b"identity" in out.getvalue() and b"Canary" not in out.getvalue()
    for file in Path(held.removeprefix("sqlite:///")).parent.glob("tocsin.db*"):
        assert b"Canary" not in file.read_bytes()


@pytest.mark.parametrize(
    "viewer",
    [ADMIN, Viewer("a", frozenset({Role.ANALYST})), Viewer("v", VERIFIER.roles, frozenset({"elsewhere"}))],
    ids=["admin", "analyst", "elsewhere"],
)
def test_who_may_not_know_is_denied(held: str, viewer: Viewer) -> None:
    with pytest.raises(Denied):
        read(held, viewer)
    with engine.writing(held) as session, pytest.raises(Denied):
        identities.kept(session, viewer, "nowhere")
    with engine.writing(held) as session, pytest.raises(Denied):
        identities.rekey(session, viewer, b"new", now=NOW)


def test_another_key_or_a_changed_row_is_said_plainly(held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change(held, "UPDATE identity SET source_id = (SELECT id FROM source WHERE code = 'radio')")
    change(held, "UPDATE source SET protected = true WHERE code = 'radio'")
    with engine.writing(held) as session, pytest.raises(TocsinError, match="damaged or changed"):
        identities.read(session, VERIFIER, "nowhere", "radio", now=NOW)
    monkeypatch.setenv("TOCSIN_IDENTITY_KEY", "another")
    with engine.writing(held) as session, pytest.raises(TocsinError, match="another key .* set TOCSIN"):
        identities.read(session, VERIFIER, "nowhere", "radio", now=NOW)
    monkeypatch.delenv("TOCSIN_IDENTITY_KEY")
    (settings.home() / identities.FILE).unlink()
    with engine.writing(held) as session, pytest.raises(TocsinError, match="is not here"):
        identities.read(session, VERIFIER, "nowhere", "radio", now=NOW)


def test_the_key_can_be_changed_even_if_it_stops_half_way(held: str) -> None:
    old = (settings.home() / identities.FILE).read_bytes()
    new = identities.new_key()
    with engine.writing(held) as session:
        assert identities.rekey(session, VERIFIER, new, now=NOW) == 1
    assert read(held) == WHO  # the new key does not yet stand in the old one's place
    identities.use_new_key()
    assert (settings.home() / identities.FILE).read_bytes() != old
    assert read(held) == WHO


def test_an_identity_is_forgotten(held: str) -> None:
    with engine.writing(held) as session:
        assert identities.kept(session, VERIFIER, "nowhere") == ["monitor"]
        identities.remove(session, VERIFIER, *AT, now=NOW)
    assert count(held, "identity") == 0
    with pytest.raises(BadInput, match="nobody keeps here"):
        read(held)


@pytest.mark.parametrize(
    ("code", "told", "said"),
    [("radio", "x", "no protected source"), ("nobody", "x", "no source"), ("monitor", " ", "say who")],
)
def test_what_cannot_be_kept_is_refused(held: str, code: str, told: str, said: str) -> None:
    with engine.writing(held) as session, pytest.raises(BadInput, match=said):
        identities.keep(session, VERIFIER, "nowhere", code, told, now=NOW)


def test_an_identity_is_searched_where_its_key_is_and_erased(
    held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decrypted in memory only; the search is written down without its words; without the key it is said."""
    with engine.writing(held) as session:
        ((table, source),), shut = identities.search(session, VERIFIER, "nadir cánary", now=NOW)
        assert shut == 0 and identities.search(session, VERIFIER, "Salim", now=NOW) == ([], 0)
    log = rows(held, "SELECT act, what, told FROM access_log WHERE what = 'identities'")
    assert [row["act"] for row in log] == ["search", "search"] and "anary" not in str(log)
    with monkeypatch.context() as without, engine.writing(held) as session:
        without.setenv("TOCSIN_IDENTITY_KEY", "another key than the one in the home folder")
        assert identities.search(session, VERIFIER, "Canary", now=NOW) == ([], 1)
    found = [finding.Found(table, source, ("sealed",))]
    with engine.writing(held) as session:
        assert erasure.erase_found(session, LOCAL, found, reason="asked for it", by="root", now=NOW) == 1
    assert count(held, "identity") == 0
    assert rows(held, "SELECT entity, entity_id FROM erasure") == [
        {"entity": "identity", "entity_id": source}
    ]


def test_the_address_of_a_recipient_is_found_erased_and_in_no_export(held: str, tmp_path: Path) -> None:
    address = "mailto://u:p@mail.example.org/?to=canary.desk@example.org"
    with engine.writing(held) as session:
        new = recipients.New("desk", "mailto", address)
        name = recipients.add(session, LOCAL, "nowhere", new, by="ana", now=NOW)
        sealed = bytes(session.get_one(Recipient, name).sealed)
        assert identities.search(session, VERIFIER, "Canary.Desk@", now=NOW) == ([("recipient", name)], 0)
    for form, write in FORMATS.items():
        path = tmp_path / form
        with engine.reading(held) as session, path.open("w+b") as out:
            write(out, Gathering(session, LOCAL, Wanted("nowhere", NOW.date())))
        body = path.read_bytes()
        assert b"canary.desk" not in body and sealed not in body and sealed.hex().encode() not in body
    found = [finding.Found("recipient", name, ("sealed",))]
    with engine.writing(held) as session:
        assert erasure.erase_found(session, LOCAL, found, reason="asked for it", by="root", now=NOW) == 1
    with engine.reading(held) as session:
        row = session.get_one(Recipient, name)
        assert (recipients.address(row), row.ended_at) == ("", None)
        assert channels.send("", Letter("n", "s", "b", "en")) == Result(channels.UNKNOWN)


def test_who_left_the_list_is_not_put_back_on_it_by_an_older_backup(held: str) -> None:
    """The entry that was signed when they left takes the address out of a store as it was before."""
    with engine.writing(held) as session:
        name = recipients.add(
            session, LOCAL, "nowhere", recipients.New("desk", "json", "json://a/"), by="ana", now=NOW
        )
        before = session.get_one(Recipient, name).sealed
    with engine.writing(held) as session:
        assert letterbox.leave(session, letterbox.leaving(name), NOW)
        signed = erasures.entries(session)
    with engine.writing(held) as session:
        session.execute(delete(Erasure))
        session.execute(update(Recipient).values(sealed=before, ended_at=None, ended_by=None))
    with engine.writing(held) as session:
        assert len(erasure.reapply(session, signed)) == 1
        assert recipients.address(session.get_one(Recipient, name)) == ""
