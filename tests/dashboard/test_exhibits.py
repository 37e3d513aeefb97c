"""The evidence of an incident on its page."""

import io
from collections.abc import Callable
from datetime import timedelta

from PIL import Image
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from db import clock, engine, evidence
from db.evidence import About
from db.policy import LOCAL
from db.schema import Incident
from tests.conftest import NOW
from tests.dashboard.conftest import shown
from tests.db.stores import change, rows

Open = Callable[..., AppTest]
PAGE = b"<!doctype html><script>alert(1)</script><p>A shop</p>"


def with_evidence(url: str) -> str:
    """Keeps a picture and a saved page with an incident; gives the incident's id."""
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "JPEG", comment=b"SECRETWORDS")
    with engine.writing(url) as session:
        incident = sorted(session.scalars(select(Incident.id)))[0]
        for name, body in (("<b>a.jpg", drawn.getvalue()), ("page.html", PAGE)):
            evidence.add(session, LOCAL, name, body, About("ana", NOW, incident, note="<script>x"))
    return incident


def test_evidence_is_listed_and_opens_only_when_asked_for(own: str, open_page: Open) -> None:
    incident = with_evidence(own)
    at = open_page(own, "incidents", incident=incident)
    told = shown(at)
    assert "Evidence (2)" in told and "&lt;script&gt;x" in told and "<script>" not in told
    assert told.count("SHA-256") == 2 and not at.get("image")
    (show,) = [one for one in at.button if one.label.startswith("Show the picture")]
    show.click().run()
    assert len(at.get("image")) == 1
    acts = [row["act"] for row in rows(own, "SELECT act FROM custody ORDER BY attachment_id, seq")]
    assert sorted(acts) == ["collected", "collected", "stripped", "stripped", "viewed"]
    (ready,) = [one for one in at.button if one.label.startswith("Make a copy")]
    ready.click().run()
    assert not at.exception and at.get("download_button")


def test_no_look_at_evidence_is_dated_before_what_the_store_holds(own: str, open_page: Open) -> None:
    """With a clock set back nothing opens and nothing is added to the custody; the page says why."""
    incident = with_evidence(own)
    at = open_page(own, "incidents", incident=incident)
    before = rows(own, "SELECT act FROM custody")
    clock.use(lambda: NOW - timedelta(minutes=20))
    [one for one in at.button if one.label.startswith("Show the picture")][0].click().run()
    assert "set the clock right" in shown(at) and not at.get("image")
    assert rows(own, "SELECT act FROM custody") == before


def test_a_broken_chain_is_named(own: str, open_page: Open) -> None:
    incident = with_evidence(own)
    change(own, "UPDATE custody SET by = 'eve' WHERE seq = 1")
    assert "The chain is broken at entry 1" in shown(open_page(own, "incidents", incident=incident))


def test_an_incident_without_evidence_says_nothing_of_it(own: str, open_page: Open) -> None:
    incident = rows(own, "SELECT id FROM incident ORDER BY id")[0]["id"]
    assert "Evidence" not in shown(open_page(own, "incidents", incident=incident))
