"""The handover of a shift: the page in two languages, the file to print, tasks and notes, its end."""

from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from dashboard import access, fmt, handover, i18n, shift
from dashboard.asking import Directly
from db import engine, policy, queries, shifts
from db.policy import LOCAL, Viewer
from db.schema import Assignment, Handover, ShiftNote
from db.vocab import Role
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_cli import Tocsin, tocsin
from tests.dashboard.test_settings_page import field, press
from tests.matrix.roles import standing

__all__ = ["tocsin"]
DAY = stores.LAST.isoformat()


def gathered(url: str, viewer: Viewer = LOCAL, region: str = "nowhere") -> shift.Shift:
    with engine.reading(url) as session:
        where = queries.region(session, viewer, region)
        view = Directly(session, viewer, where, stores.LAST, NOW.date())
        return shift.gather(view, policy.sight(viewer), NOW)


def test_a_shift_tells_what_changed_in_its_span(filled: str) -> None:
    found = gathered(filled)
    assert [(one.community["name"], one.before, one.now) for one in found.moves][:1] == [
        ("Blues of the North", 3, 4)
    ]
    counts = found.told()
    assert counts["new_incidents"] == len(found.news) > 0 and counts["level_changes"] == len(found.moves)
    assert (found.until - found.since).days == 1 and found.works and found.last is None
    assert counts["open_alerts"] == 1
    assert "(forecast), new, nobody has acted" in handover.sides(found, None, ["en"])
    reader = gathered(filled, Viewer("x", frozenset({Role.VIEWER})))
    assert not reader.works and not reader.notes and reader.told()["drafts"] == 0


def test_the_file_says_the_same_in_both_languages_and_is_marked(drill: str) -> None:
    i18n.use("en")
    fmt.use_zone("Asia/Damascus")
    found = gathered(drill, region="drill")
    page = handover.document(found)
    assert (
        page.count("<section") == 2 and 'dir="rtl"' in page and "<script" not in page and "src=" not in page
    )
    assert page.count("EXERCISE") >= 2 and "not a prediction of intent" in page and "الدرجة احتمال" in page
    assert "Levels that changed" in page and "المستويات التي تغيّرت" in page
    assert i18n.language() == "en" and "EXERCISE" in handover.file_name(found)


def test_tasks_notes_and_the_end_of_a_shift(own: str, open_page: Open) -> None:
    at = open_page(own, "handover", part="care", which_community="xx-blue-hill")
    field(at, "text_input", "Your name or initials").set_value("Ana").run()
    field(at, "text_input", "Who takes care of it").set_value("Ben")
    field(at, "text_input", "What is to be done").set_value("<b>call</b>")
    press(at, "Write it down")
    assert "Blues of Hill" in shown(at) and "Ben" in shown(at) and "&lt;b&gt;call" in shown(at)
    press(at, "Take it")
    press(at, "Done")
    with engine.reading(own) as session:
        rows = session.scalars(select(Assignment).order_by(Assignment.seq)).all()
        assert [(one.owner, one.done) for one in rows] == [("Ben", False), ("Ana", False), ("Ana", True)]
    at = open_page(own, "handover", part="notes")
    field(at, "text_input", "Your name or initials").set_value("Ana").run()
    field(at, "text_area", "What the next shift should know").set_value("Dr. Amal Haddad called").run()
    assert "This seems to hold personal data" in shown(at)
    press(at, "Leave the note")
    press(at, "Close it")
    assert "No note is open" in shown(at)
    at = open_page(own, "handover")
    field(at, "text_input", "Your name or initials").set_value("Ana").run()
    press(at, "End this shift")
    press(at, "Take the shift over")
    assert "closed by Ana; Ana took it over" in shown(at)
    with engine.reading(own) as session:
        assert session.scalars(select(Handover)).one().taken_by == "Ana"
        assert session.scalars(select(ShiftNote)).one().done_by == "Ana"
    assert "Shifts, the newest first" in shown(open_page(own, "handover", part="past"))


def test_keys_act_on_the_task_that_is_marked(own: str, open_page: Open) -> None:
    """The mark goes to the next task and back; only its buttons carry the keys, and each key does one thing."""
    with engine.writing(own) as session:
        for name in ("xx-blue-hill", "xx-blue-north"):
            shifts.assign(session, LOCAL, "nowhere", "community", name, owner="Ben", by="Ben", now=NOW)
    at = open_page(own, "handover", part="care")
    names, first = [one.key for one in at.button if one.label == "Done"], marked(at)
    assert sorted(first) == ["Done", "Next", "Previous", "Take it"] and first["Done"] == (names[0], "x")
    press(at, "Next")
    assert marked(at)["Done"] == (names[1], "x") and marked(at)["Take it"][1] == "a"
    press(at, "Previous")
    assert marked(at) == first


def marked(at: AppTest) -> dict[str, tuple[str, str]]:
    """The buttons with a key of the keyboard: label, own key, the keyboard's."""
    return {one.label: (one.key, one.proto.shortcut) for one in at.button if one.proto.shortcut}


def test_readers_see_the_page_without_the_team_s_work(
    filled: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "HERE", standing(Viewer("x", frozenset({Role.VIEWER}))))
    at = open_page(filled, "handover", as_of=DAY)
    assert "are for those who work on the record" in shown(at) and "Levels that changed" in shown(at)
    assert not [one for one in at.button if one.label == "End this shift"]


def test_the_same_by_commands(tocsin: Tocsin, own: str, tmp_path: Path) -> None:
    assert tocsin("--db", own, "assign", "community", "xx-blue-hill", "--to", "Ben", "--hours", "8").code == 0
    note = tocsin("--db", own, "note", "call", "--community", "xx-blue-hill").out.strip()
    assert tocsin("--db", own, "note", "--close", note).code == 0
    assert tocsin("--db", own, "assign", "person", "x", "--to", "Ben").code == 2
    page = tmp_path / "h.html"
    told = tocsin("--db", own, "handover", "show", "--html", str(page), "--json")
    assert told.code == 0 and '"assignments": 1' in told.out and "<section" in page.read_text("utf-8")
    assert tocsin("--db", own, "handover", "close", "--note", "quiet").code == 0
    with engine.reading(own) as session:
        last = shifts.newest(session, "nowhere")
    assert last and last.note == "quiet"
    assert tocsin("--db", own, "handover", "take", last.id, "--by", "Cem").code == 0
    assert "Cem" in tocsin("--db", own, "handover", "list").out
