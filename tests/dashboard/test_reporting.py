"""Reporting and reviewing: what is filled in is kept at once, nothing counts before somebody accepts it."""

from datetime import date

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import editor, intake
from db import drafts, engine, queries
from db.drafts import Incoming
from db.policy import LOCAL
from db.schema import Draft, ZeroReport
from db.vocab import DraftState, Origin
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown

TEXT = "Armed men killed three people near Hill, the Monitor said. <script>alert(1)</script>"


def labelled(found: object, label: str) -> object:
    return next(one for one in found if one.label == label)  # type: ignore[attr-defined]


def kept(url: str) -> list[Draft]:
    with engine.reading(url) as session:
        rows = list(session.query(Draft).order_by(Draft.id))
        session.expunge_all()
        return rows


def known(url: str) -> int:
    with engine.reading(url) as session:
        found = queries.incident_count(session, LOCAL, region_id="nowhere", as_of=date(2026, 11, 22))
    return int(found)


def begun(url: str, open_page: Open) -> AppTest:
    """A form in which the first answer was given."""
    at = open_page(url, "report")
    labelled(at.selectbox, "What happened").select("kidnapping").run()  # type: ignore[attr-defined]
    return at


def waiting(url: str, **more: object) -> str:
    facts = {
        **{"region_id": "nowhere", "origin": Origin.PASTE, "external_id": "p1", "by": "ana"},
        **{"title": "Killed near Hill", "text": TEXT},
        "suggestions": (
            {"field": "harm", "start": 10, "end": 29, "phrase": "killed three people", "value": 3},
            {"field": "loaded", "start": 0, "end": 9, "phrase": "Armed men", "value": "x"},
        ),
        "fields": {
            **{"incident_type": "attack_on_civilians", "date_start": "2026-11-20", "date_end": "2026-11-20"},
            **{"date_prec": "1", "source_id": "radio", "place": "Hill", "place_id": "xx-hill", "killed": "3"},
        },
    }
    with engine.writing(url) as session:
        return drafts.save(session, LOCAL, Incoming(**{**facts, **more}), NOW)[0]  # type: ignore[arg-type]


def test_the_first_answer_is_kept_and_gone_on_with(own: str, open_page: Open) -> None:
    at = begun(own, open_page)
    (row,) = kept(own)
    assert row.fields["incident_type"] == "kidnapping"
    assert at.query_params["draft"] in (row.id, [row.id])
    again = open_page(own, "report", draft=row.id)
    assert labelled(again.selectbox, "What happened").value == "kidnapping"  # type: ignore[attr-defined]
    assert "Still to say: when, who says so" in " ".join(one.value for one in again.caption)


def test_every_further_answer_is_kept(own: str, open_page: Open) -> None:
    before = known(own)
    at = begun(own, open_page)
    labelled(at.text_input, "Where").input("Hill").run()  # type: ignore[attr-defined]
    labelled(at.number_input, "Killed").set_value(0).run()  # type: ignore[attr-defined]
    (row,) = kept(own)
    assert (row.fields["place"], row.fields["killed"]) == ("Hill", "0")
    assert "abducted" not in row.fields  # empty is unknown, never 0
    assert known(own) == before


@pytest.mark.parametrize("label", ["Where", "In one plain sentence", "Who denies it"])
def test_an_answer_outlives_a_run_that_is_broken_off(
    own: str, open_page: Open, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    """Whoever types into a field and leaves by a link at once ends the run of the page before it comes to the form."""
    at = begun(own, open_page)
    monkeypatch.setattr(editor, "fill_in", lambda form: st.stop())
    labelled(at.text_input, label).input("the northern ward").run()  # type: ignore[attr-defined]
    (row,) = kept(own)
    assert "the northern ward" in row.fields.values() and row.fields["incident_type"] == "kidnapping"


def test_a_first_answer_outlives_it_too(own: str, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_page(own, "report")
    monkeypatch.setattr(editor, "fill_in", lambda form: st.stop())
    labelled(at.selectbox, "What happened").select("kidnapping").run()  # type: ignore[attr-defined]
    assert [row.fields["incident_type"] for row in kept(own)] == ["kidnapping"]


def test_who_comes_back_goes_on_with_the_report_they_began(own: str, open_page: Open) -> None:
    """Another answer goes into the same draft; the draft is never begun anew over what it holds."""
    at = begun(own, open_page)
    labelled(at.text_input, "Where").input("Hill").run()  # type: ignore[attr-defined]
    del at.query_params["draft"]  # as the menu's link to this page does
    at.run()
    assert "the report you began" in shown(at)
    labelled(at.text_input, "In one plain sentence").input("Two taken").run()  # type: ignore[attr-defined]
    (row,) = kept(own)
    assert (row.fields["incident_type"], row.fields["place"], row.fields["title"]) == (
        "kidnapping",
        "Hill",
        "Two taken",
    )
    labelled(at.button, "Done: leave it for review").click().run()  # type: ignore[attr-defined]
    labelled(at.selectbox, "What happened").select("threat").run()  # type: ignore[attr-defined]
    assert sorted(row.fields["incident_type"] for row in kept(own)) == ["kidnapping", "threat"]


def test_a_place_is_never_picked_by_itself(own: str, open_page: Open) -> None:
    at = begun(own, open_page)
    labelled(at.text_input, "Where").input("Hill").run()  # type: ignore[attr-defined]
    assert at.radio[0].value is None
    assert any("Hill" in one for one in at.radio[0].options)


def test_a_complete_form_is_accepted_in_one_step(own: str, open_page: Open) -> None:
    before = known(own)
    name = waiting(own)
    at = open_page(own, "report", draft=name)
    labelled(at.button, "Accept it now").click().run()  # type: ignore[attr-defined]
    assert known(own) == before + 1
    assert kept(own)[0].state is DraftState.ACCEPTED


def test_review_shows_the_words_it_was_read_from(own: str, open_page: Open) -> None:
    waiting(own)
    html = shown(open_page(own, "review"))
    assert "killed three people" in html and "tc-m-harm" in html
    assert "&lt;script&gt;" in html and "<script>alert" not in html
    assert "Loaded words, for quotation only: “Armed men”." in html


def test_today_tells_what_waits(own: str, open_page: Open) -> None:
    assert "for review" not in shown(open_page(own, "today"))
    waiting(own)
    assert "1 draft waits for review" in shown(open_page(own, "today"))


def test_leaving_out_needs_its_reason(own: str, open_page: Open) -> None:
    waiting(own)
    at = open_page(own, "review")
    labelled(at.button, "Leave out").click().run()  # type: ignore[attr-defined]
    assert "choose why first" in shown(at)
    assert kept(own)[0].state is DraftState.OPEN


def test_one_after_the_other(own: str, open_page: Open) -> None:
    first, second = waiting(own), waiting(own, external_id="p2", title="Another")
    at = open_page(own, "review")
    labelled(at.button, "Next").click().run()  # type: ignore[attr-defined]
    assert at.query_params["draft"] in (first, second, [first], [second])
    labelled(at.button, "Accept").click().run()  # type: ignore[attr-defined]
    assert sorted(one.state for one in kept(own)) == [DraftState.ACCEPTED, DraftState.OPEN]


def test_who_is_second_at_a_draft_decides_nothing_unseen(own: str, open_page: Open) -> None:
    """The draft that was open is gone: the click on it is no act on the next one, and that is said."""
    waiting(own), waiting(own, external_id="p2", title="Another")
    at = open_page(own, "review")
    open_now = at.session_state[intake.OPEN]
    with engine.writing(own) as session:
        drafts.reject(session, LOCAL, open_now, by="ben", reason="an old story", now=NOW)
    labelled(at.button, "Accept").click().run()  # type: ignore[attr-defined]
    assert "was decided upon meanwhile" in shown(at)
    assert sorted(one.state for one in kept(own)) == [DraftState.OPEN, DraftState.REJECTED]
    assert "decided upon meanwhile" not in shown(at.run())


def test_a_form_that_stands_never_writes_over_what_another_filled_in(own: str, open_page: Open) -> None:
    """Two at one draft: what the other said meanwhile stays, and stands in the form."""
    name = waiting(own)
    at = open_page(own, "review")
    with engine.writing(own) as session:
        drafts.amend(session, LOCAL, name, {"source_id": "paper"})
    at.run()
    assert "Somebody else changed this meanwhile" in shown(at)
    assert kept(own)[0].fields["source_id"] == "paper"
    assert labelled(at.selectbox, "Who says so").value == "paper"  # type: ignore[attr-defined]
    labelled(at.selectbox, "Who says so").set_value("radio").run()  # type: ignore[attr-defined]
    assert "meanwhile" not in shown(at.run()) and kept(own)[0].fields["source_id"] == "radio"


def test_a_place_must_be_chosen_before_a_draft_is_let_in(own: str, open_page: Open) -> None:
    fields = {"incident_type": "threat", "date_start": "2026-11-20", "source_id": "radio", "place": "Hill"}
    name = waiting(own, fields=fields, suggestions=())
    at = open_page(own, "review")
    labelled(at.button, "Accept").click().run()  # type: ignore[attr-defined]
    assert "Choose first: which place is meant." in shown(at)
    assert kept(own)[0].state is DraftState.OPEN
    at = open_page(own, "report", draft=name)
    assert labelled(at.button, "Accept it now").disabled  # type: ignore[attr-defined]
    at.radio[0].set_value("").run()  # "None of these, or not known which" is an answer
    labelled(at.button, "Accept it now").click().run()  # type: ignore[attr-defined]
    assert kept(own)[0].state is DraftState.ACCEPTED


def test_one_text_may_tell_of_another_incident(own: str, open_page: Open) -> None:
    first = waiting(own)
    at = open_page(own, "review")
    labelled(at.button, "Accept, and tell of another incident in it").click().run()  # type: ignore[attr-defined]
    states = {one.id: one.state for one in kept(own)}
    assert states.pop(first) is DraftState.ACCEPTED
    assert list(states.values()) == [DraftState.OPEN]
    assert "killed three people" in shown(at)


def test_nothing_to_report_is_one_tap(own: str, open_page: Open) -> None:
    at = open_page(own, "report", part="nothing")
    labelled(at.selectbox, "Community").select_index(0).run()  # type: ignore[attr-defined]
    labelled(at.selectbox, "Who says so").select_index(0).run()  # type: ignore[attr-defined]
    labelled(at.button, "Nothing to report").click().run()  # type: ignore[attr-defined]
    with engine.reading(own) as session:
        (note,) = session.query(ZeroReport).all()
    assert note.day == date(2026, 11, 21)


@pytest.mark.parametrize("part", ["drafts", "pairs", "incidents", "silent"])
def test_an_empty_queue_says_so(part: str, filled: str, open_page: Open) -> None:
    html = shown(open_page(filled, "review", part=part))
    assert "tc-note" in html or "tc-table" in html


def test_a_pair_is_merged_with_its_reason_and_counted_once(own: str, open_page: Open) -> None:
    for name, source in (("p1", "radio"), ("p2", "monitor")):
        fields = {"incident_type": "kidnapping", "date_start": "2026-11-20", "abducted": "2", "place": "Hill"}
        fields |= {"place_id": "xx-hill", "source_id": source, "date_prec": "1"}
        title = "Two students taken on the road to Hill"
        draft = waiting(own, external_id=name, text=title, title=title, fields=fields, suggestions=())
        with engine.writing(own) as session:
            drafts.accept(session, LOCAL, draft, by="ben", reason="sound", now=NOW)
    before = known(own)
    at = open_page(own, "review", part="pairs")
    assert "Two students taken" in shown(at)
    labelled(at.button, "One event: merge").click().run()  # type: ignore[attr-defined]
    assert "Choose why first" in shown(at) and known(own) == before
    at.get("button_group")[-1].set_value("same").run()
    labelled(at.button, "One event: merge").click().run()  # type: ignore[attr-defined]
    assert known(own) == before - 1


def test_a_contested_incident_is_looked_at_and_leaves_the_queue(own: str, open_page: Open) -> None:
    fields = {"incident_type": "threat", "date_start": "2026-11-20", "place": "Hill", "place_id": "xx-hill"}
    incident = None
    for name, source, stance in (("p1", "radio", "supports"), ("p2", "monitor", "contradicts")):
        told = {**fields, "source_id": source, "stance": stance}
        draft = waiting(own, external_id=name, fields=told, suggestions=())
        with engine.writing(own) as session:
            report = drafts.accept(
                session, LOCAL, draft, by="ben", reason="sound", now=NOW, incident_id=incident
            )
            incident = drafts.incident_of(session, report)
    at = open_page(own, "review", part="incidents", why="contested")
    assert "1 of 1 · contested" in shown(at)
    labelled(at.button, "Seen").click().run()  # type: ignore[attr-defined]
    assert "· contested" not in shown(at) and "Nothing waits for a look." in shown(at)
    assert "1 of 1 · contested" in shown(open_page(own, "review", part="incidents", look="seen"))
