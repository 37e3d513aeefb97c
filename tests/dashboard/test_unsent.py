"""Messages that do not go their way: what overtakes a queue, what is recalled, and what a person settles."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from dashboard.alerts import handling, overdue, recall
from dashboard.alerts.channels import Letter
from dashboard.alerts.handling import Act
from db import engine, messages, notices, queries, unsent
from db.errors import BadInput
from db.messages import Result
from db.notices import Drafted
from db.policy import LOCAL
from db.schema import Alert, Delivery, Message, Notice, Recipient
from db.vocab import MessageState, NoticeKind, Outcome
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_alerts import REGION
from tests.dashboard.test_cli import Tocsin, one_line
from tests.dashboard.test_cli import tocsin as tocsin
from tests.dashboard.test_notices import LATER, let_out, sender, small, states, told, world
from tests.dashboard.test_settings_page import field, press

__all__ = ["small", "world"]
HOUR = timedelta(hours=1)
S = MessageState


def notice(url: str, kind: NoticeKind, level: int, *, earlier: str | None = None) -> str:
    """Another notice of the alert of this store, without anybody to be told of it yet."""
    with engine.writing(url) as session:
        alert, first = session.scalars(select(Alert)).one(), session.scalars(select(Notice)).first()
        assert first is not None
        drafted = Drafted(kind, first.day, level, first.facts, (alert.id,), first.expires_on, earlier)
        return notices.keep(session, REGION, [drafted], True, NOW)[0]


def crowd(url: str, name: str, count: int, due: Any = NOW) -> None:
    """So many messages of a notice that wait."""
    with engine.writing(url) as session:
        one = session.scalars(select(Recipient)).first()
        facts = {column.name: getattr(one, column.name) for column in Recipient.__table__.columns}
        ids = [f"{name[:8]}-{n}" for n in range(count)]
        session.execute(
            insert(Recipient), [{**facts, "id": i, "name": i, "secret_sha256": None} for i in ids]
        )
        messages.queue(session, name, [(i, due) for i in ids], NOW)


def first_notice(url: str) -> str:
    with engine.reading(url) as session:
        return str(session.scalars(select(Notice.id).order_by(Notice.created_at)).first())


def left(url: str) -> list[tuple[str, str | None]]:
    with engine.reading(url) as session:
        rows = session.execute(select(Message.state, Message.error).order_by(Message.recipient_id))
        return [(state.value, error) for state, error in rows]


def test_an_emergency_overtakes_a_thousand_that_wait_longer(world: str) -> None:
    told(world)
    crowd(world, notice(world, NoticeKind.UPDATE, 2), 990, NOW - HOUR)
    crowd(world, notice(world, NoticeKind.DIGEST, 4), 10, NOW - 2 * HOUR)
    grave = notice(world, NoticeKind.ALERT, 4)
    crowd(world, grave, 3)
    with engine.writing(world) as session:
        first = [one.notice_id for one in messages.claim(session, "w", NOW, 3)]
        then = messages.claim(session, "w", NOW, 5)
        kinds = {session.get_one(Notice, one.notice_id).kind for one in then}
    assert first == [grave] * 3
    assert kinds == {NoticeKind.UPDATE}, "a digest hurries nobody, whatever level it tells of"


def test_who_takes_a_warning_on_recalls_its_reminders_and_nothing_else(world: str) -> None:
    told(world)
    let_out(world)
    crowd(world, notice(world, NoticeKind.REMINDER, 4, earlier=first_notice(world)), 2, NOW + HOUR)
    with engine.writing(world) as session:
        alert = session.scalars(select(Alert.id)).one()
        day = handling.newest_day(session, LOCAL, alert, NOW)
        handling.acknowledge(session, LOCAL, alert, Act("ana", "seen", day, NOW))
    stood = left(world)
    assert sorted(state for state, _ in stood) == ["waiting", "withheld", "withheld"]
    assert {why for state, why in stood if state == "withheld"} == {
        "recalled before it was sent: ana has taken the warning on"
    }
    with engine.reading(world) as session:
        kept = session.scalars(select(Delivery.error).where(Delivery.status == S.WITHHELD.value)).all()
        rows = queries.deliveries(session, LOCAL, region_id=REGION, as_of=LATER)
    assert len(kept) == 2 and set(rows["status"]) == {"withheld"}
    went: list[str] = []
    assert sender(world, lambda _, letter: _kept(went, letter), NOW + 2 * HOUR).run() == {"sent": 1}


def _kept(went: list[str], letter: Letter) -> Result:
    went.append(letter.number)
    return Result()


def test_a_closed_warning_is_told_to_nobody_any_more(small: str) -> None:
    told(small)
    let_out(small)
    with engine.writing(small) as session:
        claimed = messages.claim(session, "w", NOW, 1)
    crowd(small, first_notice(small), 3)
    with engine.writing(small) as session:
        alert = session.scalars(select(Alert.id)).one()
        day = handling.newest_day(session, LOCAL, alert, NOW)
        handling.resolve(session, LOCAL, alert, Act("ana", "a mistake", day, NOW), Outcome.DID_NOT)
    assert states(small) == {"claimed": 1, "withheld": 3}, "what a sender holds goes on its way"
    with engine.writing(small) as session:
        assert messages.finish(session, [(claimed[0], Result())], NOW) == [S.SENT]


def test_an_end_is_told_to_those_alone_who_were_told_of_the_warning(small: str) -> None:
    told(small)
    let_out(small)
    assert sender(small, lambda *_: Result()).run() == {"sent": 1}
    first = first_notice(small)
    crowd(small, first, 2, NOW + HOUR)
    end = notice(small, NoticeKind.CANCEL, 2, earlier=first)
    with engine.writing(small) as session:
        everybody = set(session.scalars(select(Recipient.id)))
        row = session.get_one(Notice, end)
        assert len(recall.replaced(session, row, everybody, NOW)) == 1
    assert states(small) == {"sent": 1, "withheld": 2}


def test_an_update_recalls_what_waits_for_those_who_get_it(small: str) -> None:
    told(small)
    first = first_notice(small)
    crowd(small, first, 2, NOW + HOUR)
    newer = notice(small, NoticeKind.UPDATE, 3, earlier=first)
    with engine.writing(small) as session:
        one = session.scalars(select(Message.recipient_id).order_by(Message.recipient_id)).first()
        assert recall.replaced(session, session.get_one(Notice, newer), [str(one)], NOW) == {one}
    assert states(small) == {"waiting": 1, "withheld": 1}, (
        "who is not told of the update hears of the warning"
    )


def lost(url: str) -> str:
    """A message whose sender died with it in hand."""
    told(url)
    let_out(url)
    with engine.writing(url) as session:
        (one,) = messages.claim(session, "w", NOW)
    with engine.writing(url) as session:
        messages.sweep(session, NOW + messages.LEASE)
    return one.id


def test_a_person_says_that_it_arrived_or_has_it_sent_again(world: str) -> None:
    name = lost(world)
    how: dict[str, Any] = {"by": "ana", "now": NOW + HOUR}
    with engine.writing(world) as session:
        assert unsent.settle(session, LOCAL, REGION, name, arrived=False, **how) is S.WAITING
        with pytest.raises(BadInput, match="is unclear"):
            unsent.settle(session, LOCAL, REGION, name, arrived=True, **how)
    with engine.writing(world) as session:
        assert [one.id for one in messages.claim(session, "w", NOW + HOUR)] == [name]
        messages.sweep(session, NOW + 2 * HOUR)
    with engine.writing(world) as session:
        assert unsent.settle(session, LOCAL, REGION, name, arrived=True, **how) is S.SENT
        said = session.scalars(select(Delivery.error).order_by(Delivery.claimed_at, Delivery.id)).all()
    assert (
        "ana says that it did arrive" in said and "ana says that it did not arrive; it is sent again" in said
    )
    assert states(world) == {"sent": 1}


def test_the_page_and_the_command_settle_what_is_unclear(small: str, open_page: Open, tocsin: Tocsin) -> None:
    name = lost(small)
    assert name[:20] in tocsin("--db", small, "alerts", "unclear", "--json").out
    one_line(tocsin("--db", small, "alerts", "settle", "nothing", "--arrived"), 2, "is unclear")
    at = open_page(small, "recipients")
    assert "Did it arrive?" in shown(at)
    press(at, "It did arrive")
    assert "name or initials first" in shown(at)
    field(at, "text_input", "Your name or initials").set_value("Ana")
    press(at, "It did arrive")
    assert "Did it arrive?" not in shown(at) and states(small) == {"sent": 1}
    assert "nothing is unclear" in tocsin("--db", small, "alerts", "unclear").err


def test_who_is_next_in_line_is_chosen_on_the_settings_page(small: str, open_page: Open) -> None:
    at = open_page(small, "settings", part="alerts")
    field(at, "text_input", "Your name or initials").set_value("Ana")
    field(at, "text_input", "Why").set_value("The rota")
    line = "Who is asked next where nobody answers, as roles with commas between them"
    field(at, "text_input", line).set_value("duty lead, duty lead")
    press(at, "Save")
    assert "names a role twice" in shown(at)
    field(at, "text_input", line).set_value("duty lead، director")
    press(at, "Save")
    with engine.reading(small) as session:
        assert overdue.release.chosen(session, LOCAL, REGION)["next_in_line"] == ["duty lead", "director"]
