"""From a change of level to what leaves the building: drafts, people, messages, and every way that can go wrong."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from lxml import etree
from sqlalchemy import select, text, update

from dashboard.alerts import cap, channels, dispatch, drafting, release, step, wording
from dashboard.alerts.channels import Letter
from dashboard.alerts.dispatch import Sender
from db import choices, engine, messages, notices, queries, recipients, store
from db.alone import alone
from db.errors import BadInput
from db.messages import Result
from db.policy import LOCAL, Denied, Viewer
from db.schema import Delivery, Message, Notice
from db.vocab import MessageState, NoticeKind, Pace, Role, Scope, Target
from tests.conftest import NOW, Copies
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_alerts import FIRST, REGION, _row, community, prepared
from tests.dashboard.test_settings_page import press

LATER = date(2027, 6, 1)
S = MessageState


def warned(url: str) -> None:
    """A store in which one community stood at emergency for a day, and a notice of it waits."""
    prepared(url)
    with engine.writing(url) as session:
        store.save_scores(session, [_row(community(url), FIRST, 0.7)])
    with engine.writing(url) as session:
        rows = step.run(session, LOCAL, region_id=REGION, days=[FIRST], now=NOW)
        drafting.draft(session, LOCAL, region_id=REGION, rows=rows, now=NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, copies: Copies) -> str:
    """Such a store, once of each kind."""
    return copies(request.param, warned)


@pytest.fixture
def small(copies: Copies) -> str:
    """Such a store on SQLite, for what touches no SQL of its own."""
    return copies("sqlite", warned)


def listed(url: str) -> list[dict[str, Any]]:
    with engine.reading(url) as session:
        return queries.notices(session, LOCAL, region_id=REGION, as_of=LATER).to_dict("records")


def told(url: str, name: str = "desk", address: str = "json://127.0.0.1:9/", **more: Any) -> str:
    """Add a recipient who is told of the whole region."""
    pace = more.pop("pace", Pace.AT_ONCE)
    with engine.writing(url) as session:
        new = recipients.New(name, "json", address, drill=True, **more)
        made = recipients.add(session, LOCAL, REGION, new, by="ana", now=NOW)
        recipients.subscribe(
            session, LOCAL, made, Scope.REGION, REGION, level=3, pace=pace, by="ana", now=NOW
        )
        return made


def people(url: str, count: int) -> None:
    """So many recipients, all told of the whole region."""
    for n in range(count):
        told(url, f"desk {n}")


def let_out(url: str, by: str = "ana") -> bool:
    with engine.writing(url) as session:
        return release.approve(session, LOCAL, listed(url)[0]["notice_id"], by=by, now=NOW)


def sender(url: str, send: Callable[[str, Letter], Result], now: Any = NOW, worker: str = "w1") -> Sender:
    return Sender(url, LOCAL, worker, lambda: now, send)


def states(url: str) -> Counter[str]:
    with engine.reading(url) as session:
        return Counter(one.value for one in session.scalars(select(Message.state)))


def test_a_change_becomes_a_draft_that_nobody_is_told_of_before_somebody_lets_it_out(world: str) -> None:
    told(world)
    (one,) = listed(world)
    assert (one["kind"], one["level"], one["state"], one["exercise"]) == ("alert", 4, "draft", True)
    went: list[Letter] = []
    assert not sender(world, lambda _, letter: went.append(letter) or Result()).run()  # type: ignore[func-returns-value]
    assert let_out(world)
    done = sender(world, lambda _, letter: went.append(letter) or Result()).run()  # type: ignore[func-returns-value]
    assert (done, len(went), listed(world)[0]["state"]) == ({"sent": 1}, 1, "queued")
    with engine.reading(world) as session:
        (alert,) = queries.alerts(session, LOCAL, region_id=REGION, as_of=LATER).to_dict("records")
        (care,) = queries.assignments(session, LOCAL, region_id=REGION, as_of=LATER).to_dict("records")
        (sent,) = queries.deliveries(session, LOCAL, region_id=REGION, as_of=LATER).to_dict("records")
    assert (alert["handling"], care["owner"], sent["status"]) == ("sent", "ana", "sent")
    with pytest.raises(BadInput, match="let out already"):
        let_out(world, "ben")


def test_two_people_where_the_region_wants_two(world: str) -> None:
    with engine.writing(world) as session:
        choices.choose(session, LOCAL, REGION, "approvals", 2, reason="a test", by="ana", now=NOW)
    assert not let_out(world)
    with pytest.raises(BadInput, match="another person"):
        let_out(world)
    assert let_out(world, "ben")
    assert listed(world)[0]["approved_by"] == ["ana", "ben"]


def test_what_was_withdrawn_never_leaves(world: str) -> None:
    told(world)
    name = listed(world)[0]["notice_id"]
    with engine.writing(world) as session:
        notices.withdraw(session, LOCAL, name, reason="retracted", by="ana", now=NOW)
    with pytest.raises(BadInput, match="withdrawn"):
        let_out(world)
    assert (listed(world)[0]["state"], states(world)) == ("withdrawn", Counter())


def test_a_channel_that_is_down_is_tried_again_later_and_named_in_the_end(world: str) -> None:
    told(world)
    let_out(world)
    now, tries = NOW, 0
    while states(world)[S.WAITING.value]:
        down = sender(world, lambda *_: Result("the server answered 500", again=True), now)
        assert sum(down.run().values()) == 1
        assert not down.run(), "not before its time"
        now, tries = now + messages.LONGEST_WAIT, tries + 1
    assert (tries, states(world)) == (messages.MOST_ATTEMPTS, {S.FAILED.value: 1})
    with engine.reading(world) as session:
        rows = queries.deliveries(session, LOCAL, region_id=REGION, as_of=LATER)
    assert list(rows["error"]) == ["the server answered 500"] * tries


def test_one_rejected_address_keeps_nothing_from_the_others(world: str) -> None:
    told(world, "desk", "json://a/")
    told(world, "partner", "json://b/")
    let_out(world)

    def send(address: str, _: Letter) -> Result:
        return Result("refused it for good") if address == "json://a/" else Result()

    assert sender(world, send).run() == {"sent": 1, "failed": 1}


class Killed(BaseException):
    """Stands for a kill: nothing is cleaned up after it."""


def test_a_sender_that_dies_is_found_and_its_message_sent_again_only_by_somebody(world: str) -> None:
    told(world)
    let_out(world)
    numbers: list[str] = []

    def dies(_: str, letter: Letter) -> Result:
        numbers.append(letter.number)
        raise Killed

    with pytest.raises(Killed):
        sender(world, dies).run()
    assert states(world) == {S.CLAIMED.value: 1}
    fine = sender(world, lambda _, letter: numbers.append(letter.number) or Result(), worker="w2")  # type: ignore[func-returns-value]
    assert not fine.run(), "another sender may still hold it"
    late = NOW + messages.LEASE
    assert sender(world, dies, late, "w2").run() == {"unclear": 1}
    with engine.writing(world) as session:
        assert messages.again(session, LOCAL, REGION, [S.UNCLEAR], by="ana", now=late) == 1
    done = sender(world, fine.send, late).run()
    assert (done, len(numbers), len(set(numbers))) == ({"sent": 1}, 2, 1)


def test_two_senders_never_hold_one_message(world: str) -> None:
    people(world, 5)
    let_out(world)
    went: list[str] = []
    lock = threading.Lock()

    def send(_: str, letter: Letter) -> Result:
        with lock:
            went.append(letter.number)
        return Result()

    both = [threading.Thread(target=sender(world, send, worker=f"w{n}").run) for n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert (len(went), len(set(went)), states(world)) == (5, 5, {S.SENT.value: 5})


def test_an_exercise_reaches_nobody_real_even_where_the_store_was_changed_by_hand(world: str) -> None:
    with pytest.raises(BadInput, match="exercise"), engine.writing(world) as session:
        recipients.add(session, LOCAL, REGION, recipients.New("x", "json", "json://a/"), by="ana", now=NOW)
    name = told(world)
    let_out(world)
    with engine.writing(world) as session:
        session.execute(text("UPDATE recipient SET drill = false WHERE id = :n"), {"n": name})
    assert sender(world, lambda *_: pytest.fail("it was sent")).run() == {"withheld": 1}


def test_an_address_is_nowhere_to_be_read_and_gone_with_its_recipient(world: str) -> None:
    name = told(world, address="json://secret.example/path")
    with engine.reading(world) as session:
        row = session.execute(text("SELECT sealed FROM recipient")).scalar_one()
        assert b"secret.example" not in bytes(row)
        shown = queries.recipients(session, LOCAL, region_id=REGION, as_of=LATER).to_dict("records")
        assert "secret" not in str(shown)
    with engine.writing(world) as session:
        recipients.end(session, LOCAL, name, by="ana", now=NOW)
    with engine.reading(world) as session:
        assert queries.recipients(session, LOCAL, region_id=REGION, as_of=LATER).empty


def test_quiet_hours_hold_a_warning_but_no_emergency() -> None:
    row = SimpleNamespace(level=3)
    quiet = {"quiet_from": 0, "quiet_until": 1439}
    due = release._due(row, quiet, "UTC", NOW)  # type: ignore[arg-type]
    assert timedelta(0) < due - NOW < timedelta(days=1)
    assert release._due(SimpleNamespace(level=4), quiet, "UTC", NOW) == NOW  # type: ignore[arg-type]
    assert release._due(row, {"quiet_from": None, "quiet_until": None}, "UTC", NOW) == NOW  # type: ignore[arg-type]


def test_a_silence_holds_a_notice_back_by_name_and_ends_by_itself(copies: Copies) -> None:
    url = copies("sqlite", prepared)
    who = community(url)
    with engine.writing(url) as session:
        store.save_scores(session, [_row(who, NOW.date(), 0.7)])
        how: dict[str, Any] = {"level": 4, "until": NOW + timedelta(days=3), "reason": "known", "by": "ana"}
        recipients.silence(session, LOCAL, REGION, Scope.COMMUNITY, who, now=NOW, **how)
    with engine.writing(url) as session:
        rows = step.run(session, LOCAL, region_id=REGION, days=[NOW.date()], now=NOW)
        drafting.draft(session, LOCAL, region_id=REGION, rows=rows, now=NOW)
    (one,) = listed(url)
    assert one["state"] == "held"
    assert one["reason"].startswith("silenced by ")


def test_a_surge_costs_the_budget_and_one_digest_which_tells_each_only_theirs(copies: Copies) -> None:
    url = copies("sqlite", prepared)
    with engine.reading(url) as session:
        homes = queries.communities(session, LOCAL, region_id=REGION, as_of=FIRST)
    ids = list(homes["community_id"])
    with engine.writing(url) as session:
        store.save_scores(session, [_row(one, FIRST, 0.7) for one in ids])
        choices.choose(session, LOCAL, REGION, "alerts_a_week", 2, reason="few hands", by="ana", now=NOW)
    with engine.writing(url) as session:
        rows = step.run(session, LOCAL, region_id=REGION, days=[FIRST], now=NOW)
        drafting.draft(session, LOCAL, region_id=REGION, rows=rows, now=NOW)
        drafting.draft(
            session, LOCAL, region_id=REGION, rows=rows, now=NOW
        )  # again: nothing is drafted twice
    found = listed(url)
    by = Counter((one["kind"], one["state"]) for one in found)
    assert (by["alert", "draft"], by["digest", "draft"]) == (2, 1)
    (digest,) = (one for one in found if one["kind"] == "digest")
    assert len(set(digest["alert_ids"])) == len(ids)
    assert digest["facts"]["overflow"] == len(digest["facts"]["lines"]) - 2
    row = SimpleNamespace(facts=digest["facts"])
    at_once = {"scope": "region", "scope_id": REGION, "level": 3, "pace": "at_once"}
    assert len(release.lines(row, [at_once])) == digest["facts"]["overflow"]  # type: ignore[arg-type]
    assert len(release.lines(row, [{**at_once, "pace": "digest"}])) == len(digest["facts"]["lines"])  # type: ignore[arg-type]
    mine = {"scope": "community", "scope_id": ids[0], "level": 3, "pace": "digest"}
    assert [ids[0] in one["community_ids"] for one in release.lines(row, [mine])] == [True]  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_text_has_all_its_parts_and_no_name_in_its_subject(small: str, language: str) -> None:
    with engine.reading(small) as session:
        (row,) = session.scalars(select(Notice)).all()
        said = wording.text(row, language)
        member = row.facts["members"][0]
        plain = Notice(**{c.name: getattr(row, c.name) for c in Notice.__table__.columns})
    assert len(said.lines) >= 12
    assert not any(part and part in said.subject for part in (member["name"], member["name_ar"], REGION))
    drill = {"en": "EXERCISE", "ar": "تمرين"}[language]
    assert said.subject.startswith(drill)
    assert said.lines[0].startswith(drill)
    likely = next(line for line in said.lines if "55–80" in line)
    assert "70%" in likely
    plain.facts = {**row.facts, "members": [{**member, "probability": None}], "base_rate": None}
    unknown = {"en": "is not known", "ar": "غير معروف"}[language]
    assert unknown in wording.text(plain, language).body


def test_a_text_that_cannot_be_made_stops_nobody_elses(small: str) -> None:
    told(small)
    let_out(small)
    with engine.writing(small) as session:
        session.execute(update(Notice).values(facts={"members": []}))
    assert sender(small, lambda *_: Result()).run() == {"failed": 1}
    with engine.reading(small) as session:
        assert "could not be made" in str(session.scalars(select(Delivery.error)).one())


def test_only_those_who_settle_for_a_region_let_anything_out(small: str) -> None:
    for role in (Role.VIEWER, Role.MODELLER, Role.ANALYST, Role.VERIFIER):
        with pytest.raises(Denied), engine.writing(small) as session:
            name = listed(small)[0]["notice_id"]
            release.approve(session, Viewer("x", frozenset({role})), name, by="x", now=NOW)


class Mail:
    """A mailbox that refuses one address."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Refuse one address for good."""
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a letter."""
        self.kept.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mail, str]]:
    """A mail server on this machine and how it is addressed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mail = Mail()
    server = Controller(mail, hostname="127.0.0.1", port=port)
    server.start()
    yield mail, f"127.0.0.1:{port}"
    server.stop()


LETTER = Letter("m-1", "Tocsin: level 3", "LEVEL 3\nWhere: …", "ar")


def test_a_letter_arrives_by_mail_with_its_number_and_a_refusal_is_for_good(
    mailbox: tuple[Mail, str],
) -> None:
    mail, at = mailbox
    assert channels.send(f"mailto://{at}/?from=desk@example.org&to=duty@example.org", LETTER) == Result()
    (letter,) = mail.kept
    body = letter.content.decode()
    assert "m-1" in body
    assert "X-Tocsin-Message" in body
    refused = channels.send(f"mailto://{at}/?from=desk@example.org&to=nobody@example.org", LETTER)
    assert (refused.again, "550" in str(refused.error), "@" in str(refused.error)) == (False, True, False)


@pytest.fixture
def web() -> Iterator[tuple[list[Any], dict[str, int], str]]:
    """A web server on this machine: what it got, what it answers by path, where it is."""
    got: list[Any] = []
    answers: dict[str, int] = {}

    over = threading.Event()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/slow":
                over.wait(60)
                return
            got.append((self.path, self.headers.get("X-Tocsin-Message"), body))
            self.send_response(answers.get(self.path.strip("/"), 200))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield got, answers, f"127.0.0.1:{server.server_port}"
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_answers_of_a_web_server_are_told_apart(web: tuple[list[Any], dict[str, int], str]) -> None:
    got, answers, at = web
    answers |= {"gone": 404, "busy": 503, "often": 429}
    assert channels.send(f"json://{at}/fine", LETTER) == Result()
    assert json.loads(got[0][2])["title"] == LETTER.subject
    assert got[0][1] == "m-1"
    assert [channels.send(f"json://{at}/{path}", LETTER).again for path in ("gone", "busy", "often")] == [
        False,
        True,
        True,
    ]
    assert channels.send(f"ntfy://{at}/desk", LETTER) == Result()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert channels.send(f"json://127.0.0.1:{port}/", LETTER).again
    with pytest.raises(BadInput, match="no service"):
        channels.check("gopher://x")


TROUBLES = {
    "json://{at}/fine": ("sent", None),
    "ntfy://{at}/desk": ("sent", None),
    "json://{at}/gone": ("failed", "answered 404"),
    "json://{at}/broken": ("waiting", "answered 500"),
    "json://{at}/slow?rto=0.2": ("waiting", "could not be reached"),
    "json://127.0.0.1:{closed}/": ("waiting", "could not be reached"),
    "desk@example.org": ("failed", "no mail server is set"),
    "mailto://{mail}/?from=a@example.org&to=nobody@example.org": ("failed", "answered 550"),
    "mailto://{mail}/?from=a@example.org&to=desk@example.org": ("sent", None),
}


def test_whatever_a_channel_does_the_rest_goes_out_and_nothing_is_lost(
    small: str, web: tuple[list[Any], dict[str, int], str], mailbox: tuple[Mail, str]
) -> None:
    got, answers, at = web
    answers |= {"gone": 404, "broken": 500}
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()[1]
    where = {"at": at, "closed": closed, "mail": mailbox[1]}
    ids = {told(small, name, name.format(**where)): name for name in TROUBLES}
    with engine.writing(small) as session:
        row = session.scalars(select(Notice)).one()
        member = {**row.facts["members"][0], "name": "<b>Hill</b> & {level} %s"}
        session.execute(update(Notice).values(facts={**row.facts, "members": [member]}))
    let_out(small)
    Sender(small, LOCAL, "w1", lambda: NOW).run()
    with engine.reading(small) as session:
        rows = session.scalars(select(Message)).all()
        found = {ids[one.recipient_id]: (one.state.value, one.error) for one in rows}
    for name, (state, error) in TROUBLES.items():
        assert found[name][0] == state, name
        assert (error or "") in (found[name][1] or ""), name
        assert "example.org" not in (found[name][1] or ""), "an error repeats no address"
    plain = next(body for path, _, body in got if path == "/fine")
    assert "<b>Hill</b> & {level} %s" in json.loads(plain)["message"]
    (letter,) = mailbox[0].kept
    assert message_from_bytes(letter.content).get_content_type() == "text/plain"
    push = next(body for path, _, body in got if path == "/")
    assert "Hill" not in push.decode(), "it may light up on a screen that others see"


def test_a_server_that_is_silent_keeps_nobody_waiting_who_is_at_another(small: str) -> None:
    for n in range(12):
        told(small, f"away {n}", f"json://dead.example/{n}")
        told(small, f"here {n}", f"json://fine.example/{n}")
    let_out(small)
    tried: Counter[str] = Counter()

    def send(address: str, _: Letter) -> Result:
        tried[channels.server(address)] += 1
        return Result(channels.AWAY, again=True) if "dead" in address else Result()

    one = sender(small, send)
    one.at_once = 1
    assert one.run() == {"sent": 12, "waiting": 12}
    assert tried == {"dead.example": dispatch.PATIENCE, "fine.example": 12}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("kind", [NoticeKind.ALERT, NoticeKind.CANCEL])
def test_no_preview_names_a_community(small: str, language: str, kind: NoticeKind) -> None:
    with engine.reading(small) as session:
        row = session.scalars(select(Notice)).one()
        kept = {column.name: getattr(row, column.name) for column in Notice.__table__.columns}
    said = wording.text(SimpleNamespace(**{**kept, "kind": kind}), language)
    names = [kept["facts"]["members"][0][name] for name in ("name", "name_ar")]
    assert any(name in said.letter for name in names)
    assert not any(name in said.letter[:120] + said.subject + "".join(said.brief) for name in names)


def test_a_test_names_nothing(small: str) -> None:
    name = told(small)
    went: list[Letter] = []
    with engine.reading(small) as session:
        done = dispatch.try_out(session, LOCAL, name, "7", lambda _, letter: went.append(letter) or Result())  # type: ignore[func-returns-value]
    assert (done, Target.ESCALATION.value in went[0].body) == (Result(), False)
    assert went[0].subject.startswith("EXERCISE")


def test_the_page_lets_a_notice_out_and_says_what_is_missing(small: str, open_page: Open) -> None:
    told(small)
    at = open_page(small, "alerts", as_of=FIRST.isoformat())
    assert "1 notice waits for a person" in shown(at)
    assert any(one.value.startswith("EXERCISE: Tocsin: level 4") for one in at.text)
    press(at, "Let it out")
    assert "name or initials first" in shown(at)
    next(one for one in at.text_input if one.label == "Your name or initials").set_value("Ana")
    press(at, "Let it out")
    assert (listed(small)[0]["state"], states(small)) == ("queued", {S.WAITING.value: 1})


CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
SCHEMA = Path(__file__).parent / "CAP-v1.2.xsd"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of CAP 1.2, as OASIS published it."""
    return etree.XMLSchema(etree.parse(SCHEMA))


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_each_kind_of_notice_is_valid_cap(small: str, schema: etree.XMLSchema, kind: NoticeKind) -> None:
    with engine.reading(small) as session:
        first = session.scalars(select(Notice)).one()
        facts = {**first.facts, "lines": [], "overflow": 0, "until": first.facts["until"]}
        member = {**first.facts["members"][0], "name": "<b>Hill & \x07\u202edale</b>", "why": {}}
        facts["members"] = [member]
        row = SimpleNamespace(
            **{"id": "n2", "kind": kind, "level": 4, "facts": facts, "expires_on": LATER, "exercise": True},
            created_at=NOW,
        )
        root = etree.fromstring(cap.xml(row, "Asia/Damascus", first))
    schema.assertValid(root)
    said = {one.tag.removeprefix(CAP): one.text for one in root}
    follows = kind in (NoticeKind.UPDATE, NoticeKind.CANCEL)
    assert said["msgType"] == (str(kind).capitalize() if follows else "Alert")
    refers = f"tocsin,{first.id},{cap.instant(first.created_at)}" if follows else None
    assert said.get("references") == refers
    assert said["status"] == ("Test" if kind is NoticeKind.TEST else "Exercise")
    assert (said["scope"], bool(said["restriction"])) == ("Restricted", True)
    infos = root.findall(f"{CAP}info")
    assert [one.findtext(f"{CAP}language") for one in infos] == ["en", "ar"]
    for info in infos:
        assert "Hill" not in str(info.findtext(f"{CAP}headline"))
        assert len(str(info.findtext(f"{CAP}headline"))) <= cap.HEADLINE
        assert info.findtext(f"{CAP}certainty") == "Likely"


def test_the_schema_refuses_what_cap_forbids(small: str, schema: etree.XMLSchema) -> None:
    with engine.reading(small) as session:
        body = cap.xml(session.scalars(select(Notice)).one(), "UTC").decode()
    for good, bad in (("-00:00</", "Z</"), (">Restricted<", ">Secret<"), (">Likely<", ">Probable<")):
        assert good in body
        assert not schema.validate(etree.fromstring(body.replace(good, bad).encode())), bad


def test_a_feed_and_json_carry_the_mark_of_an_exercise(small: str) -> None:
    with engine.reading(small) as session:
        first = session.scalars(select(Notice)).one()
        told_of = cap.plain(first, {"en": wording.text(first, "en")})
        made = cap.entries([(first, wording.text(first, "en"))], NOW, "Desk", "d", "en")
    assert "EXERCISE" in told_of["texts"]["en"]["subject"]
    (entry,) = etree.fromstring(made).findall(f"{{{cap.ATOM}}}entry")
    assert "EXERCISE" in entry.findtext(f"{{{cap.ATOM}}}title")


def test_one_daily_run_at_a_time(world: str) -> None:
    with alone(world, "daily"), pytest.raises(BadInput, match="another daily run"), alone(world, "daily"):
        pytest.fail("a second one began")
    with alone(world, "daily"), alone(world, "other"):
        pass


def test_senders_that_die_lose_nothing_and_send_nothing_twice(small: str) -> None:
    kills = (1, 12, 25)
    people(small, 36)
    let_out(small)
    went: Counter[str] = Counter()
    lock = threading.Lock()

    def send(_: str, letter: Letter) -> Result:
        with lock:
            went[letter.number] += 1
            if sum(went.values()) in kills:
                raise Killed
        return Result()

    for n in range(len(kills)):
        with pytest.raises(Killed):
            sender(small, send, NOW + n * messages.LEASE, f"w{n}").run()
    last = NOW + len(kills) * messages.LEASE
    sender(small, send, last).run()
    assert set(went.values()) == {1}
    assert states(small)[S.SENT.value] + states(small)[S.UNCLEAR.value] == 36
    assert 1 <= states(small)[S.UNCLEAR.value] <= dispatch.AT_ONCE * len(kills)
    with engine.writing(small) as session:
        messages.again(session, LOCAL, REGION, [S.UNCLEAR], by="ana", now=last)
    sender(small, send, last).run()
    assert (states(small), len(went)) == ({S.SENT.value: 36}, 36)


def test_a_sender_that_comes_back_late_settles_what_was_unclear_and_nothing_that_was_begun_anew(
    world: str,
) -> None:
    told(world)
    let_out(world)
    with engine.writing(world) as session:
        (slow,) = messages.claim(session, "slow", NOW)
    late = NOW + messages.LEASE
    with engine.writing(world) as session:
        assert messages.sweep(session, late) == [slow.id]
        messages.finish(session, [(slow, Result())], late)
    assert states(world) == {S.SENT.value: 1}
    with engine.writing(world) as session:
        session.execute(update(Message).values(state=S.WAITING))
        (anew,) = messages.claim(session, "other", late)
        messages.finish(session, [(slow, Result("too late"))], late)
    assert (states(world), anew.attempts) == ({S.CLAIMED.value: 1}, 2)
