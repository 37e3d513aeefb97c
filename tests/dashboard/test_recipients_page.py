"""The Recipients page: who is told of what, changed by those who may, with addresses kept from the screen."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from dashboard import access
from dashboard.alerts import channels, dispatch
from dashboard.alerts.channels import Letter
from db import clock, engine, letterbox, queries
from db.messages import Result
from db.policy import LOCAL, Viewer
from db.schema import Access
from db.vocab import Role
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_notices import small, told, world
from tests.dashboard.test_settings_page import field, press
from tests.matrix.roles import standing

__all__ = ["small", "world"]


def kept(url: str) -> list[dict[Any, Any]]:
    with engine.reading(url) as session:
        found = queries.recipients(session, LOCAL, region_id="exercise", as_of=NOW.date())
        return found.to_dict("records")


def signed(at: AppTest) -> None:
    field(at, "text_input", "Your name or initials").set_value("Ana")


def test_somebody_is_put_on_the_list_told_of_a_group_and_taken_off(small: str, open_page: Open) -> None:
    at = open_page(small, "recipients")
    assert "Nobody is told yet" in shown(at)
    field(at, "text_input", "Who, as a role").set_value("Duty <b>officer</b>")
    field(at, "text_input", "Address").set_value("desk@secret.example")
    press(at, "Put on the list")
    assert "name or initials first" in shown(at)
    signed(at)
    field(at, "text_input", "Quiet hours, if any").set_value("25:00-06:00")
    press(at, "Put on the list")
    assert "are no hours" in shown(at)
    field(at, "text_input", "Quiet hours, if any").set_value("22:00-06:00")
    press(at, "Put on the list")
    (one,) = kept(small)
    assert (one["name"], one["channel"], one["drill"]) == ("Duty <b>officer</b>", "e-mail", True)
    assert (one["quiet_from"], one["quiet_until"], one["added_by"]) == (1320, 360, "Ana")
    assert "Duty &lt;b&gt;officer" in shown(at)
    assert "secret.example" not in shown(at)
    field(at, "selectbox", "Told of").select("group").run()
    field(at, "selectbox", "From level").select(4)
    press(at, "Tell them of this")
    (sub,) = kept(small)[0]["told"]
    assert (sub["scope"], sub["level"], sub["pace"]) == ("group", 4, "at_once")
    assert "from level 4" in shown(at)
    press(at, "End this")
    assert kept(small)[0]["told"] == []
    press(at, "Take off the list")
    assert kept(small) == []


def test_an_address_is_shown_when_asked_for_without_its_password_and_that_is_noted(
    small: str, open_page: Open
) -> None:
    name = told(small, address="mailto://u:hidden@secret.example/?to=desk@secret.example")
    at = open_page(small, "recipients", recipient=name)
    assert "secret.example" not in shown(at) + str(at.code)
    press(at, "Show the address")
    (code,) = at.code
    assert "desk@secret.example" in code.value
    assert "hidden" not in code.value
    with engine.reading(small) as session:
        assert session.scalars(select(Access.told).where(Access.what == "recipient address")).one() == {
            "id": name
        }


def test_a_test_is_sent_and_a_feed_opened_from_the_page(
    small: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, went = told(small), [Result(channels.AWAY, again=True), Result()]
    monkeypatch.setattr(dispatch.try_out, "__defaults__", (lambda _address, _letter: went.pop(0),))
    at = open_page(small, "recipients", recipient=name)
    press(at, "Send a test")
    assert "could not be reached" in shown(at)
    press(at, "Send a test")
    assert "The test was sent" in shown(at)
    press(at, "New address of their feed")
    (code,) = at.code
    with engine.reading(small) as session:
        found = letterbox.reader(session, code.value.partition("key=")[2])
        assert found is not None
        assert found.id == name


def test_who_may_not_settle_reads_who_is_told_and_changes_nothing(
    small: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(small)
    monkeypatch.setattr(access, "HERE", standing(Viewer("x", frozenset({Role.ANALYST}))))
    at = open_page(small, "recipients")
    assert "desk" in shown(at)
    assert "approver or an administrator can change who is told" in shown(at)
    assert not [one.label for one in at.button if one.label in ("Put on the list", "Show the address")]


def test_who_took_themselves_off_the_list_is_named(small: str, open_page: Open) -> None:
    told(small, "Duty officer")
    gone = told(small, "Partner")
    with engine.writing(small) as session:
        assert letterbox.leave(session, letterbox.leaving(gone), NOW)
    assert "in the last 30 days: Partner." in shown(open_page(small, "recipients"))
    clock.use(lambda: NOW + timedelta(days=31))
    assert "Partner" not in shown(open_page(small, "recipients"))


def test_a_plain_mail_address_goes_out_by_the_house_server(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = Letter("m-1", "Tocsin: level 3", "LEVEL 3", "en")
    assert channels.known("desk@example.org") == "E-Mail"
    assert "no mail server" in str(channels.send("desk@example.org", letter).error)
    monkeypatch.setenv("TOCSIN_MAIL_SERVER", "mailtos://u:p@mail.example.org/?from=a@example.org")
    whole = channels._whole("desk+x@example.org")
    assert channels._plugin(whole).targets == [(False, "desk+x@example.org")], json.dumps(whole)
