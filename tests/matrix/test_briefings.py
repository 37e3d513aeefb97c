"""Every role makes briefings for every audience from a store full of canaries; no byte of them tells too much."""

from datetime import timedelta

import pytest

from dashboard.briefing import gather, make
from dashboard.briefing.asked import Asked
from dashboard.briefing.style import Style
from db import engine
from db.errors import BadInput
from db.policy import LOCAL, Viewer
from db.vocab import Audience, Precision, Role
from tests.conftest import NOW
from tests.matrix.canaries import AS_OF, KEPT_FROM, SECRETS, caught, incident_of

SINCE = AS_OF - timedelta(days=30)
PARTNERS = {"Canarybrook", "كناري"}  # the village's name, where partners may be told villages


def told(
    store: str, viewer: Viewer, about: str, audience: Audience, precision: Precision | None = None
) -> str:
    """All that goes out: the page in both languages, and the twin."""
    want = Asked("nowhere", about, AS_OF, SINCE, audience, precision)
    with engine.reading(store) as session:
        found = gather.gather(session, viewer, want, NOW.date())
    languages = ("ar",) if about == "xx-blue-hill" and audience is Audience.PARTNER else ("en",)
    made = make.make(found, "html", languages, Style())
    return made.body.decode() + made.twin.decode()


@pytest.mark.parametrize("viewer", KEPT_FROM, ids=lambda v: v.name)
def test_no_briefing_tells_a_role_more_than_it_may(store: str, viewer: Viewer) -> None:
    assert not caught(told(store, viewer, "xx-blue-hill", Audience.INTERNAL), viewer)


def test_nor_does_one_on_a_district(store: str) -> None:
    assert not caught(told(store, KEPT_FROM[0], "xx11", Audience.INTERNAL), KEPT_FROM[0])


SUBJECTS = (("xx-blue-hill", None), ("blue", Precision.SETTLEMENT), ("xx11", None))
READER = Viewer("v", frozenset({Role.VIEWER}))


@pytest.mark.parametrize("audience", [Audience.PARTNER, Audience.PUBLIC])
def test_no_briefing_tells_others_more_than_they_may_know(store: str, audience: Audience) -> None:
    asked = [(LOCAL, *one) for one in SUBJECTS] + [(READER, *SUBJECTS[1])]
    if audience is Audience.PUBLIC:  # of villages nothing goes out, whoever asks and however coarsely
        for viewer, about, precision in asked[:2] + asked[3:]:
            with pytest.raises(BadInput, match="choose a district"):
                told(store, viewer, about, audience, precision)
        asked = [asked[2], (LOCAL, "xx-blue-north", None)]
    for viewer, about, precision in asked:
        out = told(store, viewer, about, audience, precision)
        named = audience is Audience.PARTNER and precision is Precision.SETTLEMENT and viewer is LOCAL
        hits = {word for word in SECRETS if word.casefold() in out.casefold()}
        assert hits <= (PARTNERS if named else set()), (about, hits)
        gone = ["restricted", "severe", "mixed 1", "raised"]
        gone += ["plain", "team"] if audience is Audience.PUBLIC else []
        with engine.reading(store) as session:
            assert not [one for one in gone if incident_of(session, one) in out]
        if audience is Audience.PUBLIC and about != "xx11":
            assert "xx-blue-hill" not in out and "Forecasts and levels are not given to the public" in out


def test_the_canaries_are_in_a_briefing_of_somebody_who_may_see_all(store: str) -> None:
    out = told(store, LOCAL, "xx-blue-hill", Audience.INTERNAL)
    assert "CANARYTITLE" in out and "Canarybrook" in out and "CANARYWORDING" in out
