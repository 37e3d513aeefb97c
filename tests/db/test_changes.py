"""Every act of a person on the record asks who they are, in the function itself: a page or command is no guard."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import db
from db import (
    choices,
    clock,
    consents,
    decisions,
    dossiers,
    drafts,
    engine,
    erasure,
    evidence,
    forgetting,
    grading,
    identities,
    letterbox,
    looks,
    merging,
    messages,
    migrating,
    notices,
    opening,
    people,
    plans,
    recipients,
    retention,
    shifts,
    sign_ins,
    ties,
    tokens,
    undo,
    unsent,
    zero_reports,
)
from db import store as runs
from db.action_files import Step
from db.errors import TocsinError
from db.evidence import About, reading
from db.feeds import run as feed_runs
from db.importers import IMPORTERS, exported, kobo, tables
from db.importers import run as importing
from db.merging import Act
from db.people import Grant
from db.policy import LOCAL, Denied, Viewer
from db.vocab import (
    Basis,
    Confidence,
    CustodyAct,
    DecisionField,
    Entity,
    Judgement,
    MessageState,
    NoticeKind,
    Origin,
    Pace,
    Reliability,
    Role,
    Scope,
    Sensitivity,
)
from db.zero_reports import Nothing
from tests.conftest import NOW
from tests.db.stores import count, rows
from tests.factories import load, pack, report_row, take, write_csv

SAID: dict[str, Any] = {"reason": "a test", "by": "ana", "now": NOW}
ACT = Act("ana", "a test", NOW)
WORKERS = frozenset({Role.ANALYST, Role.VERIFIER, Role.APPROVER, Role.ADMIN})
SETTERS = WORKERS - {Role.ANALYST}
VERIFIERS = frozenset({Role.VERIFIER, Role.APPROVER})
ERASERS = frozenset({Role.APPROVER, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
STOPPERS = frozenset({Role.MODELLER, Role.ADMIN})
STEP = Step(3, "team", 1, "Write")
DRAFT = drafts.Incoming("nowhere", Origin.PASTE, "typed", "ana", text="x")
FEED: dict[str, Any] = {"region_id": "nowhere", "name": "news", "by": "ana", "now": NOW}
TOLD: dict[str, Any] = {"label": "x", "routes": ["files"], "expires_at": NOW + timedelta(days=1), "now": NOW}
Done = Callable[[Session, Viewer, dict[str, str]], object]
# Each act, and the roles that may do it; the viewer is the second thing that each is given.
ACTS: dict[str, tuple[frozenset[Role], Done]] = {
    "db.decisions.decide": (WORKERS, lambda s, v, i: decisions.decide(
        s, v, i["incident"], DecisionField.SUMMARY, "x", **SAID)),
    "db.ties.link": (WORKERS, lambda s, v, i: ties.link(
        s, v, i["incident"], "xx-blue-hill", basis=Basis.LOCATED_IN_AREA, confidence=Confidence.LOW, **SAID)),
    "db.ties.unlink": (WORKERS, lambda s, v, i: ties.unlink(s, v, i["incident"], "xx-blue-hill", **SAID)),
    "db.grading.grade": (WORKERS, lambda s, v, i: grading.grade(s, v, "nowhere", "monitor", Reliability.B, **SAID)),
    "db.opening.open_as": (ERASERS, lambda s, v, i: opening.open_as(
        s, v, "nowhere", "monitor", Sensitivity.RESTRICTED, **SAID)),
    "db.looks.look_over": (WORKERS, lambda s, v, i: looks.look_over(
        s, v, region_id="nowhere", as_of=NOW.date(), batch_id=i["batch"], doubtful=True, **SAID)),
    "db.looks.take_back": (WORKERS, lambda s, v, i: looks.take_back(s, v, i["batch"], **SAID)),
    "db.merging.merge": (WORKERS, lambda s, v, i: merging.merge(s, v, [i["incident"], i["other"]], ACT)),
    "db.merging.part": (WORKERS, lambda s, v, i: merging.part(s, v, i["incident"], ACT)),
    "db.merging.unmerge": (WORKERS, lambda s, v, i: merging.unmerge(s, v, i["incident"], i["other"], ACT)),
    "db.merging.set_apart": (WORKERS, lambda s, v, i: merging.set_apart(
        s, v, i["incident"], i["other"], ACT, Judgement.UNSURE)),
    "db.drafts.save": (WORKERS, lambda s, v, i: drafts.save(s, v, DRAFT, NOW)),
    "db.drafts.amend": (WORKERS, lambda s, v, i: drafts.amend(s, v, i["draft"], {"killed": "1"})),
    "db.drafts.accept": (WORKERS, lambda s, v, i: drafts.accept(s, v, i["draft"], **SAID)),
    "db.drafts.another": (WORKERS, lambda s, v, i: drafts.another(s, v, i["draft"], by="ana", now=NOW)),
    "db.drafts.reject": (WORKERS, lambda s, v, i: drafts.reject(s, v, i["draft"], **SAID)),
    "db.drafts.reopen": (WORKERS, lambda s, v, i: drafts.reopen(s, v, i["draft"], **SAID)),
    "db.undo.undo": (WORKERS, lambda s, v, i: undo.undo(s, v, i["batch"], **SAID)),
    "db.zero_reports.add": (WORKERS, lambda s, v, i: zero_reports.add(
        s, v, Nothing("nowhere", "xx-blue-hill", "monitor", (date(2018, 3, 1),), "ana"), NOW)),
    "db.zero_reports.withdraw": (WORKERS, lambda s, v, i: zero_reports.withdraw(s, v, i["zero"], **SAID)),
    "db.feeds.run.add": (SETTERS, lambda s, v, i: feed_runs.add(
        s, v, kind="rss", given={"url": "https://paper.example/rss", "source": "monitor"}, **FEED)),
    "db.feeds.run.stop": (SETTERS, lambda s, v, i: feed_runs.stop(s, v, **FEED)),
    "db.evidence.add": (WORKERS, lambda s, v, i: evidence.add(
        s, v, "a.html", b"<!doctype html><p>x</p>", About("ana", NOW, i["incident"]))),
    "db.evidence.reading.opened": (WORKERS, lambda s, v, i: reading.opened(
        s, v, i["attachment"], CustodyAct.VIEWED, by="ana", now=NOW)),
    "db.plans.add": (ERASERS, lambda s, v, i: plans.add(s, v, "nowhere", STEP, by="ana", now=NOW)),
    "db.plans.change": (ERASERS, lambda s, v, i: plans.change(s, v, i["step"], STEP, by="ana", now=NOW)),
    "db.plans.end": (ERASERS, lambda s, v, i: plans.end(s, v, i["step"], by="ana", now=NOW)),
    "db.plans.replace": (ERASERS, lambda s, v, i: plans.replace(s, v, "nowhere", [STEP], by="ana", now=NOW)),
    "db.consents.ask": (WORKERS, lambda s, v, i: consents.ask(s, v, "nowhere", "a", "0" * 64, {}, **SAID)),
    "db.consents.answer": (frozenset({Role.APPROVER}), lambda s, v, i: consents.answer(
        s, v, i["consent"], given=True, words="", by="ben", now=NOW)),
    "db.dossiers.save": (WORKERS, lambda s, v, i: dossiers.save(s, v, "nowhere", "roads", [i["incident"]], **SAID)),
    "db.dossiers.add": (WORKERS, lambda s, v, i: dossiers.add(s, v, "nowhere", "kept", [i["incident"]], **SAID)),
    "db.dossiers.take_out": (WORKERS, lambda s, v, i: dossiers.take_out(
        s, v, "nowhere", "kept", i["incident"], **SAID)),
    "db.dossiers.end": (WORKERS, lambda s, v, i: dossiers.end(s, v, "nowhere", "kept", by="ana", now=NOW)),
    "db.shifts.assign": (WORKERS, lambda s, v, i: shifts.assign(
        s, v, "nowhere", "community", "xx-blue-hill", owner="amal@example.org", by="ana", now=NOW)),
    "db.shifts.note": (WORKERS, lambda s, v, i: shifts.note(s, v, "nowhere", "x", by="ana", now=NOW)),
    "db.shifts.close_note": (WORKERS, lambda s, v, i: shifts.close_note(s, v, i["note"], by="ana", now=NOW)),
    "db.shifts.close": (WORKERS, lambda s, v, i: shifts.close(
        s, v, "nowhere", since=NOW - timedelta(hours=1), told={}, by="ana", now=NOW)),
    "db.shifts.take": (WORKERS, lambda s, v, i: shifts.take(s, v, i["handover"], by="ana", now=NOW)),
    "db.store.stop_run": (STOPPERS, lambda s, v, i: runs.stop_run(s, v, "none", by="ana", now=NOW)),
    "db.choices.choose": (ERASERS, lambda s, v, i: choices.choose(s, v, "nowhere", "alerts_a_week", None, **SAID)),
    "db.choices.choose_own": (frozenset(Role), lambda s, v, i: choices.choose_own(s, v, "lang", "en", now=NOW)),
    "db.recipients.add": (ERASERS, lambda s, v, i: recipients.add(
        s, v, "nowhere", recipients.New("other", "json", "json://a/"), by="ana", now=NOW)),
    "db.recipients.end": (ERASERS, lambda s, v, i: recipients.end(s, v, i["recipient"], by="ana", now=NOW)),
    "db.letterbox.open_feed": (ERASERS, lambda s, v, i: letterbox.open_feed(s, v, i["recipient"], now=NOW)),
    "db.letterbox.close_feed": (ERASERS, lambda s, v, i: letterbox.close_feed(s, v, i["recipient"], now=NOW)),
    "db.recipients.look": (ERASERS, lambda s, v, i: recipients.look(s, v, i["recipient"], now=NOW)),
    "db.recipients.subscribe": (ERASERS, lambda s, v, i: recipients.subscribe(
        s, v, i["recipient"], Scope.REGION, "nowhere", level=3, pace=Pace.AT_ONCE, by="ana", now=NOW)),
    "db.recipients.unsubscribe": (ERASERS, lambda s, v, i: recipients.unsubscribe(
        s, v, i["subscription"], by="ana", now=NOW)),
    "db.recipients.silence": (ERASERS, lambda s, v, i: recipients.silence(
        s, v, "nowhere", Scope.REGION, "nowhere", level=3, until=NOW + timedelta(days=1), **SAID)),
    "db.recipients.end_silence": (ERASERS, lambda s, v, i: recipients.end_silence(
        s, v, i["silence"], by="ana", now=NOW)),
    "db.notices.approve": (ERASERS, lambda s, v, i: notices.approve(s, v, i["notice"], by="ana", now=NOW)),
    "db.notices.withdraw": (ERASERS, lambda s, v, i: notices.withdraw(s, v, i["notice"], **SAID)),
    "db.messages.again": (ERASERS, lambda s, v, i: messages.again(
        s, v, "nowhere", [MessageState.FAILED], by="ana", now=NOW)),
    "db.unsent.settle": (ERASERS, lambda s, v, i: unsent.settle(
        s, v, "nowhere", "none", arrived=True, by="ana", now=NOW)),
    "db.erasure.erase": (ERASERS, lambda s, v, i: erasure.erase(s, v, Entity.DRAFT, i["draft"], **SAID)),
    "db.erasure.erase_found": (ERASERS, lambda s, v, i: erasure.erase_found(s, v, [], **SAID)),
    "db.forgetting.forget": (ERASERS, lambda s, v, i: forgetting.forget(s, v, "amal@example.org", **SAID)),
    "db.retention.apply": (ERASERS, lambda s, v, i: retention.apply(s, v, "ana", NOW)),
    "db.identities.keep": (VERIFIERS, lambda s, v, i: identities.keep(s, v, "nowhere", "team", "x", now=NOW)),
    "db.identities.read": (VERIFIERS, lambda s, v, i: identities.read(s, v, "nowhere", "team", now=NOW)),
    "db.identities.remove": (VERIFIERS, lambda s, v, i: identities.remove(s, v, "nowhere", "team", now=NOW)),
    "db.identities.search": (VERIFIERS, lambda s, v, i: identities.search(s, v, "somebody", now=NOW)),
    "db.identities.rekey": (VERIFIERS, lambda s, v, i: identities.rekey(s, v, bytes(32), now=NOW)),
    "db.people.grant": (ADMINS, lambda s, v, i: people.grant(
        s, v, "amal@example.org", Grant(Role.VIEWER, None, None, "test"), by="ana", now=NOW)),
    "db.people.revoke": (ADMINS, lambda s, v, i: people.revoke(
        s, v, "amal@example.org", Grant(Role.VIEWER, None, None, "test"), by="ana", now=NOW)),
    "db.sign_ins.end_all": (ADMINS, lambda s, v, i: sign_ins.end_all(s, v, "amal@example.org", "x", NOW)),
    "db.tokens.make": (ADMINS, lambda s, v, i: tokens.make(s, v, "amal@example.org", **TOLD)),
    "db.tokens.revoke": (ADMINS, lambda s, v, i: tokens.revoke(s, v, "x", by="ana", now=NOW)),
}  # fmt: skip
HIDDEN_FIRST = {"db.shifts.close_note"}  # what somebody may not see is not there for them
EVERYWHERE = {
    "db.erasure.erase_found",
    "db.forgetting.forget",
    "db.retention.apply",
    "db.choices.choose_own",
    "db.store.stop_run",
}  # of no one region
# What acts of people are made of: they ask nobody, so nothing but the acts above, imports and jobs calls them.
INNER = {
    "the access log, the chains and the history": (
        *(
            "db.audit.note",
            "db.audit.demand",
            "db.custody.note",
            "db.revisions.note",
            "db.revisions.note_all",
        ),
        "db.erasures.sign",
    ),
    "parts of an undo and of an import": (
        *("db.tombstones.bury", "db.tombstones.lift", "db.undo.bring_back", "db.merging.merge_all"),
        *("db.importers.saved.keep", "db.importers.exported_store.store"),
    ),
    "imports open the store themselves, and are tried below": (
        *("db.importers.exported.run", "db.importers.kobo.take", "db.importers.tables.take"),
    ),
    "models are saved by training and put in force by models.promoting, which asks": (
        *("db.forecasts.save_model", "db.forecasts.save_promotion"),
    ),
    "whoever signs in becomes known, without a role": ("db.people.add",),
}


class Undone(Exception):
    """Ends a transaction, so that nothing of a trial stays."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """A store with something to act upon, and the ids of it."""
    clock.use(lambda: NOW)
    folder: Path = tmp_path_factory.mktemp("changes")
    url = f"sqlite:///{folder / 'tocsin.db'}"
    migrating.upgrade(url)
    load(url, pack(folder))
    take(
        url,
        write_csv(folder / "r.csv", [report_row(external_id="a"), report_row(external_id="b", killed=9)]),
        "reports",
    )
    with engine.writing(url) as session:
        people.add(session, "amal@example.org", by="ana", now=NOW)
        found = rows(url, "SELECT id FROM incident ORDER BY id")
        one, two = (str(row["id"]) for row in found[:2])
        ids = {"incident": one, "other": two, "draft": drafts.save(session, LOCAL, DRAFT, NOW)[0]}
        about = About("ana", NOW, one)
        ids["attachment"] = evidence.add(session, LOCAL, "b.html", b"<!doctype html><p>y</p>", about)
        ids["step"] = plans.add(
            session, LOCAL, "nowhere", replace(STEP, step="Meet", position=9), by="ana", now=NOW
        )
        zero_reports.add(
            session, LOCAL, Nothing("nowhere", "xx-blue-hill", "monitor", (date(2018, 2, 1),), "ana"), NOW
        )
    with engine.writing(url) as session:
        ids["note"] = shifts.note(session, LOCAL, "nowhere", "x", by="ana", now=NOW)
        begun = NOW - timedelta(hours=9)
        desk = recipients.New("desk", "json", "json://a/")
        ids["recipient"] = recipients.add(session, LOCAL, "nowhere", desk, by="ana", now=NOW)
        everything: dict[str, Any] = {"level": 3, "by": "ana", "now": NOW}
        ids["subscription"] = recipients.subscribe(
            session, LOCAL, ids["recipient"], Scope.REGION, "nowhere", pace=Pace.DIGEST, **everything
        )
        ids["silence"] = recipients.silence(
            *(session, LOCAL, "nowhere", Scope.REGION, "nowhere"),
            until=NOW + timedelta(days=1),
            reason="x",
            **everything,
        )
        draft = notices.Drafted(NoticeKind.ALERT, NOW.date(), 3, {}, (), NOW.date())
        (ids["notice"],) = notices.keep(session, "nowhere", [draft], False, NOW)
        ids["handover"] = shifts.close(
            session, LOCAL, "nowhere", since=begun, told={}, by="ana", now=NOW - timedelta(hours=8)
        )
        asking = Viewer("ana", frozenset(Role))
        ids["consent"] = consents.ask(session, asking, "nowhere", "b", "1" * 64, {}, **SAID)
        dossiers.save(session, LOCAL, "nowhere", "kept", [ids["incident"]], **SAID)
    ids["zero"] = str(rows(url, "SELECT id FROM zero_report")[0]["id"])
    ids["batch"] = str(rows(url, "SELECT id FROM import_batch ORDER BY started_at DESC")[0]["id"])
    return url, ids


def outcome(store: tuple[str, dict[str, str]], act: Done, viewer: Viewer) -> str:
    """What came of an act, which is then taken back: "done", "denied", or what else was refused."""
    told = "done"
    try:
        with engine.writing(store[0]) as session:
            try:
                act(session, viewer, store[1])
            except Denied as refused:
                assert "ask" in str(refused), "a refusal names its cure"
                told = "denied"
            except TocsinError as refused:
                told = str(refused)
            raise Undone
    except Undone:
        return told


@pytest.mark.parametrize("name", ACTS)
def test_an_act_asks_who_does_it(store: tuple[str, dict[str, str]], name: str) -> None:
    """Every role here, every role elsewhere, and nobody: done or refused as it is written down above."""
    allowed, act = ACTS[name]
    for role in Role:
        here = outcome(store, act, Viewer("x", frozenset({role})))
        assert (here == "denied") == (role not in allowed), (role, here)
        away = outcome(store, act, Viewer("x", frozenset({role}), frozenset({"elsewhere"})))
        if name not in EVERYWHERE:
            assert away == "denied" or "that you may" in away, (role, away)
    assert outcome(store, act, Viewer("x", frozenset())) == "denied" or name in HIDDEN_FIRST


@pytest.mark.parametrize("name", ["run", "tables", "kobo", "exported"])
def test_an_import_asks_who_takes_it_in(store: tuple[str, dict[str, str]], tmp_path: Path, name: str) -> None:
    """Whoever may change nothing, or works elsewhere, takes nothing in; and nothing of it is written."""
    url = store[0]
    file = write_csv(tmp_path / "r.csv", [report_row(external_id="c")])
    planned = tables.plan(url, tables.Request(file, "nowhere", source="monitor"))
    acts: dict[str, Callable[[Viewer], object]] = {
        "run": lambda v: importing.run(url, v, IMPORTERS["reports"], file, NOW),
        "tables": lambda v: tables.take(url, v, planned, by="ana", now=NOW),
        "kobo": lambda v: kobo.take(url, v, planned, kobo.Act("ana", NOW)),
        "exported": lambda v: exported.run(url, v, file, NOW, "ana"),
    }
    before = count(url, "import_batch")
    others = [Viewer("x", frozenset({one})) for one in set(Role) - WORKERS] + [Viewer("x", frozenset())]
    for viewer in [*others, Viewer("x", frozenset({Role.VERIFIER}), frozenset({"elsewhere"}))]:
        with pytest.raises(Denied, match=r"ask"):
            acts[name](viewer)
    assert count(url, "import_batch") == before
    if name == "run":
        acts[name](Viewer("x", frozenset({Role.ANALYST}), frozenset({"nowhere"})))
        assert count(url, "import_batch") == before + 1


def test_every_act_stands_here() -> None:
    """Whatever is done under somebody's name takes a viewer and has its row, or says why it asks nobody."""
    inner = {one for some in INNER.values() for one in some}
    found = {name: function for name, function in _functions() if _acts(function)}
    assert set(found) | inner == set(ACTS) | inner, set(found) ^ set(ACTS)
    assert inner <= {name for name, _ in _functions()}
    for name in set(found) - inner:
        assert list(inspect.signature(found[name]).parameters)[:2] == ["session", "viewer"], name


def _functions() -> list[tuple[str, Any]]:
    listed = []
    for module in pkgutil.walk_packages(db.__path__, "db."):
        if not module.name.startswith(("db.migrations", "db.queries")):
            held = vars(importlib.import_module(module.name))
            listed += [(f"{module.name}.{name}", one) for name, one in held.items() if inspect.isfunction(one)
                       and one.__module__ == module.name and not name.startswith("_")]  # fmt: skip
    # Sub-packages tell of themselves.
    return [(name.replace("db.evidence.__init__", "db.evidence"), one) for name, one in listed]


def _acts(function: Any) -> bool:
    """Whether it is done under a name, or by a viewer at a moment."""
    told = inspect.signature(function).parameters
    kinds = {getattr(one.annotation, "__name__", str(one.annotation)) for one in told.values()}
    if "session" not in told:
        return False
    named = "by" in told or bool({"Act", "Nothing", "About", "Incoming"} & kinds)
    amends = function.__name__ == "amend"
    return named or amends or ({"viewer", "now"} <= set(told) and function.__name__ not in READS)


READS = {"listing", "due"}
