"""What pages keep: never another answer than the store gives, and read anew only where its tables changed."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from dashboard import data
from dashboard.kept import Kept, Newest, alike, resting
from db import engine, mark, queries, shifts, store, zero_reports
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.schema import Base
from tests.conftest import NOW
from tests.db.record_steps import HILL
from tests.db.test_recorded import EVERYTHING, READS, STEPS, WHILE, asked, flat
from tests.factories import copied, nowhere
from tests.long import either


def kept(url: str, name: str) -> str:
    """A read as pages keep it."""
    try:
        return flat(data._cached(LOCAL, url, data.stamp(url), getattr(queries, name), **asked(name)))
    except TocsinError as error:
        return str(error)


def direct(session: Session, name: str) -> str:
    try:
        return flat(getattr(queries, name)(session, LOCAL, **asked(name)))
    except TocsinError as error:
        return str(error)


def note(session: Session) -> None:
    shifts.note(session, LOCAL, "nowhere", "Call the valley.", by="ana", now=NOW)


def test_no_kept_answer_differs_from_what_the_store_says(fresh: str, tmp_path: Path) -> None:
    """All kinds of steps that change a store, every read asked after some of them (the long form: after half)."""
    held, steps = (fresh, tmp_path), [one for day in EVERYTHING for one in day]
    for place, (step, number) in enumerate(steps):
        with suppress(BadInput):  # what cannot be done changes nothing
            STEPS[step](held, number, NOW + place * WHILE)
        if place % either(12, 2) == 1 and place > 1 or place == len(steps) - 1:
            with engine.reading(held[0]) as session:
                true = {name: direct(session, name) for name in READS}
            assert {name: told for name in READS if (told := kept(held[0], name)) != true[name]} == {}, place


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[str]:
    """A store with the region Nowhere; what was kept of it is forgotten at the end."""
    url = copied(tmp_path / "tocsin.db", nowhere)
    yield url
    st.cache_resource.clear()
    engine.engine(url).dispose()


@pytest.fixture
def read(fresh: str) -> tuple[str, list[frozenset[str]]]:
    """A store, and the tables of each statement that it is asked."""
    url, found = fresh, list[frozenset[str]]()

    def noticed(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(mark._named(statement) - {mark.NAME})

    event.listen(engine.engine(url), "before_cursor_execute", noticed)
    return url, found


def test_a_note_for_the_next_shift_leaves_what_was_read_of_scores(read: Any) -> None:
    url, found = read
    about = ("scores", "incidents", "shift_notes", "zero_reports")
    before = {name: kept(url, name) for name in about}
    with engine.writing(url) as session:
        note(session)
    found.clear()
    after = {name: kept(url, name) for name in about}
    assert {name for name in about if before[name] != after[name]} == {"shift_notes"}
    assert not [one for one in found if one & {"score", "incident_version", "zero_report"}]


def test_what_is_put_together_is_kept_as_long_as_its_parts(read: Any) -> None:
    url, _found = read
    version, made = data.stamp(url), list[int]()

    def ask() -> int:
        def put_together() -> int:
            kept(url, "zero_reports")
            made.append(1)
            return len(made)

        def find() -> tuple[mark.Marks, int]:
            with resting() as needed:
                told = put_together()
            return needed, told

        return int(data._pieces().get("both", data._marks_of(url, data.stamp(url)), find))

    assert [ask(), ask()] == [1, 1]
    with engine.writing(url) as session:
        note(session)
    assert data.stamp(url) != version and ask() == 1
    with engine.writing(url) as session:
        said = zero_reports.Nothing("nowhere", HILL, "monitor", (NOW.date() - timedelta(1),), "ana", "quiet")
        zero_reports.add(session, LOCAL, said, NOW)
    assert ask() == 2


def test_of_many_who_ask_at_once_one_finds_the_answer() -> None:
    answers, found, gate = Kept(2), list[int](), threading.Event()

    def find() -> tuple[mark.Marks, str]:
        found.append(1)
        gate.wait(10)
        return {mark.WHOLE: "a"}, "told"

    told: list[str] = []
    marks = {mark.WHOLE: "a"}
    asking = [threading.Thread(target=lambda: told.append(answers.get("q", marks, find))) for _ in range(3)]
    for one in asking:
        one.start()
    gate.set()
    for one in asking:
        one.join()
    assert told == ["told"] * 3 and found == [1]
    for name in "abc":
        answers.get(name, {}, lambda: ({}, ""))
    answers.get("q", marks, find)
    assert found == [1, 1], "only so many are kept"
    answers.clear()
    answers.get("q", marks, find)
    assert len(found) == 3


def test_whoever_is_still_drawing_keeps_what_they_found_while_others_write() -> None:
    answers, found = Kept(2), list[int]()
    then, now = {7: "old"}, {7: "new"}

    def find() -> tuple[mark.Marks, int]:
        found.append(1)
        return {7: "new"}, len(found)

    assert [answers.get("q", then, find), answers.get("q", then, find), answers.get("q", now, find)] == [
        1,
        1,
        1,
    ]
    assert answers.get("q", {7: "newer"}, find) == 2


def test_every_table_has_a_mark_of_its_own(read: Any) -> None:
    url, _found = read
    numbers = {mark.number(name) for name in Base.metadata.tables} | {mark.WHOLE}
    assert len(numbers) == len(Base.metadata.tables) + 1
    assert {"report", "claim", "report_actor", "report_incident"} <= mark._with_parts("report")
    with engine.reading(url) as session:
        before = mark.every(session)
    with engine.writing(url) as session:
        store.save_polygon(session, "xx-hill", "{}")
    with engine.reading(url) as session:
        after = mark.every(session)
    changed = {one for one in after if after[one] != before.get(one)}
    assert changed - {mark.UNTOLD} == {mark.WHOLE, mark.number("place")}
    alone = {mark.WHOLE, mark.UNTOLD}
    assert mark.of(after, {"visit"}).keys() == alone and mark.of(after, ()).keys() == alone


def test_where_somebody_does_not_say_what_they_changed_everything_counts_as_changed(fresh: str) -> None:
    """Such as a program that knows one mark only; also after the next who says it."""
    before = marks(fresh)
    with engine.engine(fresh).begin() as connection:
        connection.execute(text("UPDATE store_mark SET mark = 'another' WHERE id = 1"))
    between = marks(fresh)
    with engine.writing(fresh) as session:
        note(session)
    after = marks(fresh)
    told = [mark.of(one, {"score"}) for one in (before, between, after)]
    assert told[0] != told[1] != told[2] != told[0]
    with engine.writing(fresh) as session:
        note(session)
    assert mark.of(marks(fresh), {"score"}) == told[2]


def marks(url: str) -> mark.Marks:
    with engine.reading(url) as session:
        return mark.every(session)


def test_questions_are_alike_whatever_their_order() -> None:
    assert alike({"a": [1], "b": None}) == alike({"b": None, "a": (1,)})
    newest = Newest(2)
    for name in "abc":
        newest[name] = name
    assert list(newest) == ["b", "c"]
