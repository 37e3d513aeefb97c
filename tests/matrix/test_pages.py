"""Every role opens every page, in each of its states, on a store full of canaries; no byte of it tells too much."""

import pytest

from dashboard import app as application
from db import engine
from db.policy import LOCAL, Viewer
from tests.matrix.canaries import AS_OF, KEPT_FROM, caught, incident_of
from tests.matrix.conftest import Open

DAY = AS_OF.isoformat()
# The states in which a page shows other things: words of its address. A page without a row fails.
STATES: dict[str, list[dict[str, str]]] = {
    "today": [{}],
    "community": [{"community": "xx-blue-hill"}, {"community": "xx-secret"},
                  *({"community": "xx-blue-hill", "part": one} for one in ("before", "around", "incidents", "about"))],
    "incidents": [{}, {"q": "canary"}, {"community": "xx-blue-hill"}, *({"incident": name} for name in
                  ("plain", "nameless", "team", "restricted", "severe", "mixed 1", "raised"))],
    "alerts": [{}, {"alert": "*"}],
    "recipients": [{}, {"recipient": "*"}],
    "report": [{"part": "form"}, {"part": "paste"}, {"part": "nothing"}],
    "review": [
        *({"part": part} for part in ("drafts", "pairs", "incidents", "silent")),
        {"part": "pairs", "pairs": "judged"},
    ],
    "scoreboard": [{}, {"areas": "all"}],
    "data": [{"part": part} for part in ("sources", "feeds", "coverage", "imports", "table", "issues", "jobs")],
    "about": [{}],
    "models": [{"part": part} for part in ("card", "all", "compare", "promote")],
    "handover": [{"part": part} for part in ("sheet", "care", "notes", "past")],
    "settings": [{"part": part} for part in ("you", "alerts", "plan", "files")],
    "access": [{}],
    "briefings": [{}, *({"about": "xx-blue-hill", "audience": one} for one in ("internal", "partner", "public"))],
}  # fmt: skip
TITLES = {one.name: one.title for one in application.PAGES}
CASES = [(page, n) for page, states in STATES.items() for n in range(len(states))]


def told(store: str, open_as: Open, viewer: Viewer, page: str, number: int) -> str:
    """Everything of a page that goes to the browser."""
    words = dict(STATES[page][number])
    with engine.reading(store) as session:
        if "incident" in words:
            words["incident"] = incident_of(session, words["incident"])
        if words.get("alert") == "*":
            from db.schema import Alert

            words["alert"] = str(session.query(Alert.id).order_by(Alert.id).first()[0])
        if words.get("recipient") == "*":
            from db.schema import Recipient

            words["recipient"] = str(session.query(Recipient.id).one()[0])
    at = open_as(store, viewer, page, as_of=DAY, **words)
    assert not at.exception, [one.message for one in at.exception]
    assert [one.value for one in at.title] == [TITLES[page]]
    return str(at._tree) + "".join(str(one.proto) for one in _all(at._tree))


def _all(block: object) -> list[object]:
    found = []
    for child in getattr(block, "children", {}).values():
        found += _all(child) if hasattr(child, "children") else []
        if getattr(child, "proto", None) is not None:
            found.append(child)
    return found


def test_every_page_stands_here() -> None:
    assert set(STATES) == {one.name for one in application.PAGES}


@pytest.mark.parametrize("viewer", KEPT_FROM, ids=lambda v: v.name)
@pytest.mark.parametrize(("page", "number"), CASES, ids=lambda v: str(v))
def test_no_page_tells_more_than_it_may(
    store: str, open_as: Open, viewer: Viewer, page: str, number: int
) -> None:
    shown = told(store, open_as, viewer, page, number)
    assert not caught(shown, viewer)
    assert "could not be drawn" not in shown


def test_the_canaries_are_on_the_pages(store: str, open_as: Open) -> None:
    """Whoever may see all meets them."""
    incident = STATES["incidents"].index({"incident": "severe"})
    assert "CANARYSEVERE" in told(store, open_as, LOCAL, "incidents", incident)
    assert "Canarybrook" in told(store, open_as, LOCAL, "incidents", 0)
