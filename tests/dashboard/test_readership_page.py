"""Who may read what a source reports, on the Data page: two people open it, one closes it."""

import pytest

from dashboard import access
from db import engine, people
from db.policy import Viewer
from db.vocab import Role
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_settings_page import field, press
from tests.db.stores import change, count, rows
from tests.matrix.roles import become


def stands(url: str) -> set[str]:
    found = rows(url, "SELECT DISTINCT r.sensitivity AS s FROM report r JOIN source ON source.id = source_id "
                      "WHERE code = 'ucdp'")  # fmt: skip
    return {row["s"] for row in found}


def test_one_asks_another_agrees_and_then_it_is_open(
    own: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(own, "UPDATE source SET reports_as = 'public' WHERE code = 'ucdp'")
    with engine.writing(own) as session:
        people.add(session, "amal@example.org", by="root", now=NOW)

    def sits(name: str) -> None:
        become(monkeypatch.setattr, Viewer(name, frozenset({Role.APPROVER})))
        monkeypatch.setattr(access, "named", lambda: name)

    sits("amal@example.org")
    at = open_page(own, "data", part="sources", source="ucdp")
    assert "came in otherwise than the source reports now" in shown(at)
    field(at, "selectbox", "Who may read it").select("public").run()
    field(at, "text_input", "Why").set_value("Published <b>under</b> CC BY 4.0").run()
    press(at, "Ask a second person")
    assert count(own, "consent") == 1 and stands(own) == {"internal"}
    assert "&lt;b&gt;under" in shown(at) and "I consent" not in {one.label for one in at.button}
    sits("ben@example.org")
    at = open_page(own, "data", part="sources", source="ucdp")
    press(at, "I consent")
    field(at, "selectbox", "Who may read it").select("public").run()
    field(at, "text_input", "Why").set_value("As agreed").run()
    press(at, "Set who may read it")
    assert stands(own) == {"public"} and "came in otherwise" not in shown(at)


def test_who_only_reads_is_offered_nothing(
    own: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch.setattr, Viewer("eve", frozenset({Role.VIEWER})))
    assert "Who may read what a source reports" not in shown(open_page(own, "data", part="sources"))
