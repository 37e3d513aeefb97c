"""Every role asks every read of `db.queries` about a store full of canaries; none tells more than it may."""

from typing import Any

import pytest
from sqlalchemy import select

from db import engine, policy, queries
from db.errors import BadInput
from db.evidence import reading
from db.policy import LOCAL, Denied, Viewer, sight
from db.schema import Alert, ModelVersion, Revision
from db.vocab import Entity, Role
from tests.db.test_policy import BOOK, PANEL, WORK, flat
from tests.matrix.canaries import AS_OF, ROLES, SECRETS, caught, incident_of

every_role = pytest.mark.parametrize("viewer", ROLES, ids=lambda v: v.name)
# Only the access log names whoever did something and on what: each their own entries, administrators all.
NAMED_IN = {"access_log"}
HIDDEN = {"restricted", "severe", "mixed 1", "raised"}


def asked(session: Any, url: str, name: str) -> dict[str, Any]:
    """What is asked of a read: as in the book, about the day of this store and what is in it."""
    told = BOOK[name](url)
    if "as_of" in told:
        told = {**told, "as_of": AS_OF}
    if "model_version_id" in told:
        told["model_version_id"] = session.scalars(select(ModelVersion.id)).first()
    if "alert_id" in told:
        told["alert_id"] = session.scalars(select(Alert.id).order_by(Alert.id)).first()
    return told


def answer(url: str, name: str, viewer: Viewer, **more: Any) -> str:
    with engine.reading(url) as session:
        return flat(getattr(queries, name)(session, viewer, **{**asked(session, url, name), **more}))


def may_ask(name: str, viewer: Viewer) -> bool:
    seen = sight(viewer)
    return (seen.settlements or name not in WORK) and (seen.panel or name not in PANEL)


@every_role
@pytest.mark.parametrize("name", sorted(BOOK))
def test_no_read_tells_more_than_it_may(store: str, name: str, viewer: Viewer) -> None:
    if not may_ask(name, viewer):
        with pytest.raises(Denied):
            answer(store, name, viewer)
        return
    told = answer(store, name, viewer)
    assert not caught(told, viewer, but=["canarylogin"] if name in NAMED_IN else ())
    with engine.reading(store) as session:
        gone = {one: incident_of(session, one) for one in sorted(HIDDEN)}
    kept = {one for one, id_ in gone.items() if id_ in told}
    if name in NAMED_IN and policy.sees_log(viewer):
        return
    assert kept <= (
        {"restricted"} if viewer.name in ("analyst", "admin") else HIDDEN if sight(viewer).exact else set()
    )


@every_role
@pytest.mark.parametrize("name", ["plain", "public", "nameless", "team", *sorted(HIDDEN)])
def test_no_incident_tells_more_than_it_may(store: str, name: str, viewer: Viewer) -> None:
    with engine.reading(store) as session:
        where = {"region_id": "nowhere", "as_of": AS_OF}
        about = incident_of(session, name)
        try:
            told = flat(queries.incident(session, viewer, incident_id=about, **where))
        except BadInput:
            told = ""
        told += flat(queries.history(session, viewer, entity=Entity.INCIDENT, entity_id=about, **where))
        told += flat(reading.listed(session, viewer, incident_id=about, **where))
    assert not caught(told, viewer)
    if name in HIDDEN and not (sight(viewer).exact or (name == "restricted" and sight(viewer).settlements)):
        assert about not in told


@every_role
def test_no_history_tells_more_than_it_may(store: str, viewer: Viewer) -> None:
    """Of everything that was ever changed, asked under its own name."""
    with engine.reading(store) as session:
        changed = session.execute(select(Revision.entity, Revision.entity_id).distinct()).all()
        for entity, about in changed:
            told = queries.history(
                session, viewer, entity=entity, entity_id=about, region_id="nowhere", as_of=AS_OF
            )
            assert not caught(flat(told), viewer), entity


def test_every_canary_sings_to_somebody(store: str) -> None:
    """A word that nobody ever meets would prove nothing."""
    told = "".join(answer(store, name, LOCAL) for name in BOOK)
    with engine.reading(store) as session:
        where = {"region_id": "nowhere", "as_of": AS_OF}
        for name in ("plain", "team", "nameless", "severe"):
            about = incident_of(session, name)
            told += flat(queries.incident(session, LOCAL, incident_id=about, **where))
            told += flat(reading.listed(session, LOCAL, incident_id=about, **where))
    missing = {word for word in SECRETS if word.casefold() not in told.casefold()}
    assert missing == set()


def test_each_role_reads_what_is_theirs(store: str) -> None:
    """Masks that hide everything would pass all tests above."""
    with engine.reading(store) as session:
        about = incident_of(session, "plain")
        where = {"region_id": "nowhere", "as_of": AS_OF, "incident_id": about}
        told = {
            role: flat(queries.incident(session, Viewer("x", frozenset({role})), **where)) for role in Role
        }
    assert "CANARYTEXT" in told[Role.ANALYST] and "CANARYREASON" in told[Role.ADMIN]
    assert "34.10987" in told[Role.VERIFIER] and "'lat': 34." in told[Role.ANALYST]
    assert "Alpha" in told[Role.VIEWER] and "datetime.date(2018, 7, 29)" in told[Role.VIEWER]
