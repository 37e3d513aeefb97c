"""People, roles, signing in and tokens, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from db import engine, people, sign_ins, tokens
from db.errors import BadInput
from db.people import Grant
from db.policy import LOCAL, Denied, Viewer
from db.roles import Ends, Held, Standing
from db.schema import Token
from db.vocab import Role
from tests.conftest import NOW

AMAL, HOUR = "amal@example.org", timedelta(hours=1)
V, A, AD = Role.VIEWER, Role.ANALYST, Role.ADMIN


def given(role: Role = V, region: str | None = None, until: datetime | None = None) -> Grant:
    return Grant(role, region, until, "test")


def give(url: str, grant: Grant, login: str = AMAL, now: datetime = NOW) -> bool:
    with engine.writing(url) as session:
        return people.grant(session, LOCAL, login, grant, by="test", now=now)


def standing(url: str, now: datetime = NOW, claimed: frozenset[Held] = frozenset()) -> Standing:
    with engine.reading(url) as session:
        return people.standing(session, AMAL, now, claimed)


def test_nobody_has_a_role_by_default(url: str) -> None:
    assert not standing(url)
    assert not standing(url).at("nowhere").roles and not standing(url).anywhere().roles


def test_a_role_holds_from_its_grant_to_its_end_or_its_revocation(both: str) -> None:
    assert give(both, given(A, "nowhere", NOW + HOUR)) and not give(both, given(A, "nowhere", NOW + HOUR))
    assert standing(both).held == {(A, "nowhere")}
    assert not standing(both, NOW + HOUR)
    give(both, given(A, "nowhere"))
    with engine.writing(both) as session:
        assert people.revoke(session, LOCAL, AMAL, given(A, "nowhere"), by="test", now=NOW)
        assert not people.revoke(session, LOCAL, AMAL, given(A, "nowhere"), by="test", now=NOW)
        told = people.history(session, LOCAL, AMAL)
    assert not standing(both)
    assert [row["granted"] for row in told] == [True, True, False]


def test_a_claimed_role_that_was_taken_away_stays_away(url: str) -> None:
    claimed = frozenset({(A, None), (V, None)})
    assert standing(url, claimed=claimed).held == claimed
    give(url, given(A))
    with engine.writing(url) as session:
        people.revoke(session, LOCAL, AMAL, given(A), by="test", now=NOW)
    assert standing(url, claimed=claimed).held == {(V, None)}


def test_roles_count_only_where_they_are_held() -> None:
    """An analyst of one region is no analyst of another, nor where no region is named."""
    both = Standing("x", frozenset({(A, "here"), (V, "there")}))
    assert both.at("here") == Viewer("x", frozenset({A}), frozenset({"here"}))
    assert both.at("there").roles == {V} and not both.at("elsewhere").roles
    assert not both.anywhere().roles and both.regions() == {"here", "there"}
    mixed = Standing("x", frozenset({(V, None), (AD, "here")}))
    assert mixed.at("here").roles == {V, AD} and mixed.at("here").regions == {"here"}
    assert mixed.anywhere() == Viewer("x", frozenset({V}), None) and mixed.regions() is None


@pytest.mark.parametrize("login", ["", " ", "a b", "x" * 65, "a\nb", "local", "LOCAL", "a\u202eb"])
def test_what_is_no_login_is_refused(login: str) -> None:
    with pytest.raises(BadInput):
        people.login_of(login)
    assert people.login_of(" Amal@Example.ORG ") == AMAL


def test_only_an_administrator_of_all_regions_looks_after_people(url: str) -> None:
    for who in (Viewer("x", frozenset({A})), Viewer("x", frozenset({AD}), frozenset({"nowhere"}))):
        with engine.writing(url) as session:
            for act in (
                lambda s, w: people.grant(s, w, AMAL, given(), by="x", now=NOW),
                lambda s, w: people.revoke(s, w, AMAL, given(), by="x", now=NOW),
                lambda s, w: people.listing(s, w, NOW),
                lambda s, w: people.history(s, w, AMAL),
                lambda s, w: sign_ins.end_all(s, w, AMAL, "x", NOW),
                lambda s, w: tokens.listing(s, w, NOW),
            ):
                with pytest.raises(Denied):
                    act(session, who)


def test_a_signing_in_ends_by_itself_and_for_good(url: str) -> None:
    """Idle, at most so long, or ended; a row that ended stays so, and a tab that opens twice is one."""
    ends = Ends()
    with engine.writing(url) as session:
        for _tab in range(2):
            sign_ins.start(session, "k", AMAL, NOW, NOW)
    with engine.writing(url) as session:
        row = sign_ins.get(session, "k")
        assert sign_ins.why_over(row, NOW + ends.idle - timedelta(seconds=1), ends) is None
        assert sign_ins.why_over(row, NOW + ends.idle, ends) == sign_ins.IDLED
        sign_ins.touch(session, "k", NOW + ends.absolute)
        assert sign_ins.why_over(sign_ins.get(session, "k"), NOW + ends.absolute, ends) == sign_ins.OVER
        assert sign_ins.end(session, "k", sign_ins.OUT, NOW) and not sign_ins.end(session, "k", "x", NOW)
        sign_ins.touch(session, "k", NOW + HOUR * 13)
        assert sign_ins.why_over(sign_ins.get(session, "k"), NOW, ends) == sign_ins.OUT


def test_each_signing_in_has_its_own_row() -> None:
    """The nonce differs each time; what a provider says of its hour is never believed to lie ahead."""
    said = {"iss": "i", "sub": "s", "iat": NOW.timestamp(), "nonce": "1"}
    assert sign_ins.key_of(said) == sign_ins.key_of({**said, "email": "x"})
    assert sign_ins.key_of(said) != sign_ins.key_of({**said, "nonce": "2"})
    assert sign_ins.begun(said, NOW) == NOW and sign_ins.begun({**said, "iat": "?"}, NOW) == NOW
    assert sign_ins.begun({"iat": (NOW + HOUR).timestamp()}, NOW) == NOW
    assert sign_ins.begun({"iat": 0}, NOW) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_token_is_good_for_its_routes_until_its_end(url: str) -> None:
    """And for nothing else; the store holds no secret."""
    give(url, given())
    with engine.writing(url) as session:
        made, secret = tokens.make(
            session, LOCAL, AMAL, label="sheet", routes=["files"], expires_at=NOW + HOUR, now=NOW
        )
    with engine.writing(url) as session:
        assert tokens.owner(session, secret, "files", NOW) == AMAL
        for wrong, route, at in (
            (secret, "feed", NOW), (secret, "files", NOW + HOUR), (secret + "x", "files", NOW),
            (secret[:-1], "files", NOW), ("", "files", NOW), ("tocsin_" + "x" * 500, "files", NOW),
        ):  # fmt: skip
            assert tokens.owner(session, wrong, route, at) is None
        kept = session.get_one(Token, made)
        assert secret not in str(vars(kept)) and secret.removeprefix(tokens.MARK) not in str(vars(kept))
        assert tokens.revoke(session, LOCAL, made[:8], by="test", now=NOW)
        assert not tokens.revoke(session, LOCAL, made, by="test", now=NOW)
        assert tokens.owner(session, secret, "files", NOW) is None
        assert [row["state"] for row in tokens.listing(session, LOCAL, NOW)] == ["revoked"]


def test_nobody_touches_the_tokens_of_others(url: str) -> None:
    give(url, given())
    give(url, given(), "badr")
    badr = Viewer("badr", frozenset({V}))
    with engine.writing(url) as session:
        made, _ = tokens.make(
            session, LOCAL, AMAL, label="x", routes=["files"], expires_at=NOW + HOUR, now=NOW
        )
        with pytest.raises(Denied):
            tokens.revoke(session, badr, made, by="badr", now=NOW, login=AMAL)
        with pytest.raises(BadInput, match="no such token"):
            tokens.revoke(session, badr, made, by="badr", now=NOW, login="badr")
        for wrong in ({"label": " "}, {"routes": []}, {"expires_at": NOW}, {"expires_at": NOW + HOUR * 9000}):
            facts = {"label": "x", "routes": ["files"], "expires_at": NOW + HOUR, **wrong}
            with pytest.raises(BadInput):
                tokens.make(session, badr, "badr", now=NOW, **facts)  # type: ignore[arg-type]
