"""Who sits at a page: what they may open, when they must leave, and that no answer reaches another reader."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import access, data, gate, sittings
from dashboard.seats import ENDED, NO_STORE, NOBODY, UNNAMED, Seat
from dashboard.signing import Login
from db import clock, engine, people, policy, sign_ins
from db.people import Grant
from db.policy import LOCAL, Viewer
from db.roles import Held, Standing
from db.vocab import Role
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import APP, shown

OIDC = Login("oidc", "https://d.example", {"desk": (Role.ANALYST, None)}, {"oidc_roles_claim": "groups"})
SAID = {"iss": "i", "sub": "1", "nonce": "n", "iat": NOW.timestamp(), "email": "Amal@example.org"}
DAY = stores.LAST.isoformat()
Sit = Callable[..., Seat]


@pytest.fixture
def sit(own: str, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sits down at a moment, as the provider's claims say."""
    monkeypatch.setenv("TOCSIN_DB", own)
    sittings._memory().seen.clear()

    def seated(at: datetime = NOW, *, active: bool = True, **more: Any) -> Seat:
        found = sittings.seat(OIDC, {**SAID, **more}, at, active=active)
        sittings.settle()
        return found

    return seated


def test_roles_come_from_here_and_from_the_provider(sit: Sit, own: str) -> None:
    assert not sit().standing and sit().standing.login == "amal@example.org"
    assert sit(groups=["desk", "other"]).standing.held == {(Role.ANALYST, None)}
    with engine.writing(own) as session:
        given = Grant(Role.VIEWER, None, None, "test")
        people.grant(session, LOCAL, "amal@example.org", given, by="test", now=NOW)
    assert sit().standing.held == {(Role.VIEWER, None)}


def test_an_idle_seat_is_lost_and_stays_so(sit: Sit) -> None:
    """Whatever the cookie says; a page that refreshes itself keeps nobody awake."""
    minutes = timedelta(minutes=1)
    sit()
    assert not sit(NOW + 29 * minutes).trouble
    assert not sit(NOW + 58 * minutes).trouble
    assert not sit(NOW + 87 * minutes, active=False).trouble
    found = sit(NOW + 88 * minutes)
    assert (found.trouble, found.why, found.standing.held) == (ENDED, sign_ins.IDLED, frozenset())
    assert sit(NOW + 30 * minutes).trouble == ENDED
    assert not sit(NOW + 88 * minutes, nonce="another").trouble


def test_a_seat_is_lost_in_the_end(sit: Sit) -> None:
    """However busy somebody is; and an old cookie starts nothing where its row is lost."""
    for step in range(25):
        assert not sit(NOW + timedelta(minutes=29 * step)).trouble
    assert sit(NOW + timedelta(hours=12)).why == sign_ins.OVER
    assert sit(NOW + timedelta(hours=12), nonce="lost").why == sign_ins.OVER


def test_an_idle_end_is_kept_across_a_restart(sit: Sit) -> None:
    sit()
    sit(NOW + timedelta(minutes=20))
    sittings._memory().seen.clear()
    assert not sit(NOW + timedelta(minutes=45)).trouble


def test_who_has_no_name_or_finds_no_store(sit: Sit, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    assert sit(email="a b").trouble == UNNAMED
    monkeypatch.setenv("TOCSIN_DB", f"sqlite:///{tmp_path / 'none.db'}")
    assert sit().trouble == NO_STORE and not (tmp_path / "none.db").exists()


@pytest.fixture
def open_as(monkeypatch: pytest.MonkeyPatch, own: str) -> Any:
    """Opens a page as somebody who signed in: `open_as("today", {(Role.VIEWER, None)})`."""

    def opened(page: str, held: set[Held], trouble: str = "", why: str = "", name: str = "amal") -> AppTest:
        monkeypatch.setenv("TOCSIN_DB", own)
        seat = Seat(Standing(name, frozenset(held)), trouble, why, "k")
        monkeypatch.setattr(access, "_look_up", lambda *, active: seat)
        at = AppTest.from_file(str(APP), default_timeout=60)
        at.query_params["as_of"] = DAY
        if page != "today":
            at.switch_page(f"app_pages/{page}.py")
        return at.run()

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


def test_without_a_role_there_is_only_how_to_ask(open_as: Any) -> None:
    for page in ("today", "incidents"):
        at = open_as(page, set())
        assert "no role here yet" in shown(at) and "users add amal" in at.code[0].value
        assert not at.get("page_link") and "Blue" not in shown(at)


def test_a_name_that_would_run_something_is_quoted_in_the_command_to_copy(open_as: Any) -> None:
    at = open_as("today", set(), name="x;reboot")
    assert "add 'x;reboot' --role" in at.code[0].value


def test_an_end_is_told_with_its_reason(open_as: Any) -> None:
    html = shown(open_as("today", {(Role.VIEWER, None)}, ENDED, sign_ins.IDLED))
    assert "nothing was done for a while" in html and "Blue" not in html


@pytest.mark.parametrize("role", list(Role))
def test_pages_are_offered_to_those_who_can_use_them(open_as: Any, role: Role) -> None:
    at = open_as("review", {(role, None)})
    acts = policy.sight(Viewer("x", frozenset({role}))).acts
    names = [one.proto.label for one in at.get("page_link")]
    assert ("Review" in names) == ("Report" in names) == acts and "Incidents" in names
    assert ("this page is not for you" in shown(at)) != acts


def test_a_role_elsewhere_shows_nothing_here(open_as: Any) -> None:
    at = open_as("today", {(Role.VERIFIER, "elsewhere")})
    assert "Blue" not in shown(at) and "No region is loaded yet" in shown(at)


def test_acts_are_kept_under_the_signed_in_name(open_as: Any) -> None:
    """Nobody types a name, so nobody types another's."""
    at = open_as("alerts", {(Role.ANALYST, None)})
    assert "who" not in [one.key for one in at.text_input]


def test_no_answer_reaches_another_reader(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question in the same version of the store, by readers of different roles and regions."""
    asked: list[Viewer] = []

    def question(_session: Any, viewer: Viewer) -> str:
        asked.append(viewer)
        return f"{sorted(viewer.roles)} {sorted(viewer.regions or ())}"

    readers = [
        Viewer(name, frozenset({role}), regions)
        for name, role, regions in (
            ("a", Role.VIEWER, None), ("b", Role.VIEWER, None), ("c", Role.ANALYST, None),
            ("d", Role.VIEWER, frozenset({"x"})), ("e", Role.VIEWER, frozenset({"y"})),
        )
    ]  # fmt: skip
    told, version = {}, data.stamp(own)
    for reader in readers:
        monkeypatch.setattr(data, "viewer", lambda reader=reader: reader)
        told[reader.name] = data._cached(reader, own, version, question)
    st.cache_resource.clear()
    assert told["a"] == told["b"] and len(set(told.values())) == 4 and len(asked) == 4
    assert {one.name for one in asked} == {""}, "an answer that many get must not depend on a name"


def test_the_local_user_needs_no_store_to_be_somebody(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("TOCSIN_DB", f"sqlite:///{tmp_path / 'none.db'}")
    clock.use(lambda: NOW)
    assert access._look_up(active=True).standing.anywhere() == LOCAL


def test_a_page_that_was_started_past_the_gate_shows_nothing(
    own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as by `streamlit run`: nothing vouches for who asks, and a made-up proof does not either."""
    monkeypatch.setenv("TOCSIN_DB", own)
    for told in ({}, {gate.PROOF: "made up"}, {gate.LOGIN: "admin"}):
        monkeypatch.setattr(access, "_headers", lambda told=told: told)
        html = shown(AppTest.from_file(str(APP), default_timeout=60).run())
        assert "start it with: tocsin serve" in html and "Blue" not in html


def test_a_proxys_word_seats_somebody_with_its_roles(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only as the gate passes it on."""
    words = {"public_url": "https://d.example", "proxy_login_header": "X-User", "proxy_secret": "x" * 16}
    for name, value in {**words, "roles": "desk=analyst", "db": own}.items():
        monkeypatch.setenv(f"TOCSIN_{name.upper()}", value)
    told = {gate.PROOF: gate.proof, gate.LOGIN: "Amal", gate.ROLES: "desk,king"}
    monkeypatch.setattr(access, "_headers", lambda: told)
    monkeypatch.setattr(access, "get_script_run_ctx", lambda: None)
    found = access._look_up(active=True)
    assert (found.standing.login, found.standing.held) == ("amal", {(Role.ANALYST, None)})
    monkeypatch.setattr(access, "_headers", lambda: {gate.PROOF: gate.proof})
    assert access._look_up(active=True).trouble == NOBODY
