"""One sound row for each table of the daily work: decisions, evidence, drafts, feeds."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schema import (
    Access,
    ActionStep,
    Alert,
    Assignment,
    Attachment,
    Base,
    Consent,
    Custody,
    Decision,
    Displacement,
    Document,
    Dossier,
    DossierIncident,
    Draft,
    Erasure,
    Feed,
    FeedRun,
    Handover,
    Identity,
    Incident,
    JudgementRow,
    Mapping,
    Message,
    Notice,
    NoticeAlert,
    NoticeStep,
    PastRow,
    Person,
    Recipient,
    Report,
    Retold,
    Revision,
    RoleGrant,
    Setting,
    ShiftNote,
    SignIn,
    Silence,
    Source,
    Subscription,
    Token,
    Tombstone,
    Visit,
    ZeroReport,
)
from db.vocab import (
    AccessAct,
    CustodyAct,
    DecisionField,
    DraftState,
    Entity,
    FeedStatus,
    Judgement,
    MessageState,
    NoticeAct,
    NoticeKind,
    Origin,
    Pace,
    Role,
    Scope,
    Sensitivity,
)
from tests.conftest import NOW

ACT: dict[str, Any] = {"reason": "seen by two", "by": "ana", "at": NOW}


def add_work(session: Session, batch_id: str) -> None:
    """Put a row into every table of the daily work; the record must hold two incidents already."""
    first, second = sorted(session.scalars(select(Incident.id)))[:2]
    report, source = session.scalars(select(Report.id)).first(), session.scalars(select(Source.id)).first()
    parts = (_documents(), _people(first, second, batch_id, report), _intake(source), _evidence(report))
    for part in (*parts, _person(), _hands(source), _shift(first), _choices(), *_warned(session, first)):
        session.add_all(part)
        session.flush()


def _documents() -> list[Base]:
    facts: dict[str, Any] = {"sha256": "0" * 64, "size": 1, "media_type": "text/plain", "encoding": "utf-8"}
    return [
        Document(id="doc1", body=b"x", recorded_at=NOW, **facts),
        Mapping(
            id="m1", region_id="nowhere", name="ours", columns_sha256="1", spec={"a": "b"}, by="ana", at=NOW
        ),
    ]


def _people(first: str, second: str, batch_id: str, report: str | None) -> list[Base]:
    return [
        Decision(
            id="d1",
            incident_id=first,
            report_id=None,
            field=DecisionField.VERIFICATION,
            value="verified",
            **ACT,
        ),
        JudgementRow(
            **{"id": "j1", "region_id": "nowhere", "left_id": first, "right_id": second, "score": 0.5},
            **{"judgement": Judgement.UNSURE, "reasons": []},
            **ACT,
        ),
        Revision(
            **{"seq": 1, "entity": Entity.INCIDENT, "entity_id": first, "field": "verification"},
            **{"old": None, "new": "verified", "previous_sha256": "", "sha256": "2"},
            **ACT,
        ),
        Tombstone(id="t1", entity=Entity.BATCH, entity_id="gone", lifted_at=None, lifted_by=None, **ACT),
        Retold(batch_id=batch_id, report_id=report),
        PastRow(table="incident", key=first, until=NOW, body={"merged_into": None}),
    ]


def _intake(source: str | None) -> list[Base]:
    return [
        Feed(
            **{
                "id": "f1",
                "region_id": "nowhere",
                "kind": "rss",
                "name": "news",
                "settings": {},
                "cursor": {},
            },
            **{"status": FeedStatus.NEVER, "active": True},
        ),
        FeedRun(id="r1", feed_id="f1", started_at=NOW, status=FeedStatus.FAILED, fetched=0, message="down"),
        Draft(
            **{"id": "w1", "region_id": "nowhere", "source_id": source, "origin": Origin.PASTE, "by": "ana"},
            **{"external_id": "1", "received_at": NOW, "suggestions": [], "fields": {}},
            **{"state": DraftState.OPEN, "sensitivity": Sensitivity.INTERNAL},
        ),
        ZeroReport(
            **{"id": "z1", "region_id": "nowhere", "community_id": "xx-blue-hill", "source_id": source},
            **{"day": date(2018, 6, 1), "available_at": NOW, "recorded_at": NOW, "by": "ana"},
        ),
    ]


def _evidence(report: str | None) -> list[Base]:
    return [
        Attachment(
            **{"id": "a1", "report_id": report, "document_id": "doc1", "name": "page.pdf", "added_by": "ana"},
            **{"added_at": NOW, "sensitivity": Sensitivity.INTERNAL},
        ),
        Custody(attachment_id="a1", seq=1, act=CustodyAct.COLLECTED, by="ana", at=NOW, sha256="3"),
    ]


def _person() -> list[Base]:
    return [Person(id="p1", login="ana@example.org", made_at=NOW, made_by="root")]


def _hands(source: str | None) -> list[Base]:
    later = NOW + timedelta(hours=1)
    return [
        RoleGrant(seq=1, person_id="p1", role=Role.VIEWER, region_id="nowhere", granted=True, **ACT),
        Token(
            **{"id": "k1", "person_id": "p1", "label": "reader", "routes": ["file"], "sha256": "4"},
            **{"made_at": NOW, "expires_at": later},
        ),
        SignIn(id="s1", person_id="p1", started_at=NOW, seen_at=later),
        Access(
            **{"seq": 1, "at": NOW, "by": "ana", "act": AccessAct.READ, "what": "today", "digests": {}},
            **{"told": {}, "salts": {}, "key_id": "7", "previous_sha256": "0", "sha256": "5"},
        ),
        Erasure(
            **{"id": "e1", "entity": "draft", "entity_id": "w1", "fields": ["text"]},
            **{"key_id": "7", "signature": "6"},
            **ACT,
        ),
        Identity(source_id=source, sealed=b"x", key_id="7", changed_at=NOW, changed_by="ana"),
        Displacement(id="x1", lat=34.5, lon=36.5, made_at=NOW),
    ]


def _shift(incident: str) -> list[Base]:
    return [
        Visit(id="v1", region_id="nowhere", viewer="ana", at=NOW, previous_at=None),
        Assignment(
            **{"seq": 1, "region_id": "nowhere", "entity": "incident", "entity_id": incident, "owner": "ben"},
            **{"due_at": NOW + timedelta(hours=8), "done": False, "note": "call", "by": "ana", "at": NOW},
        ),
        ShiftNote(
            **{"id": "n1", "region_id": "nowhere", "community_id": "xx-blue-hill", "incident_id": incident},
            **{"text": "two sources silent", "sensitivity": Sensitivity.INTERNAL, "by": "ana", "at": NOW},
        ),
        Handover(
            **{"id": "h1", "region_id": "nowhere", "since": NOW, "until": NOW + timedelta(hours=8)},
            **{"by": "ana", "note": None, "told": {"open": 1}},
        ),
    ]


def _choices() -> list[Base]:
    return [
        ActionStep(
            **{"id": "st1", "region_id": "nowhere", "level": 3, "audience": "team", "position": 1},
            **{
                "step": "Call the field",
                "owner_role": "duty officer",
                "origin": "pack",
                "by": "ana",
                "at": NOW,
            },
        ),
        Setting(
            seq=1, region_id="nowhere", viewer=None, name="digits", value={"is": "latn"}, by="ana", at=NOW
        ),
    ]


def _warned(session: Session, incident: str) -> Iterator[list[Base]]:
    """What leaves the building, and what people picked by hand."""
    later, day = NOW + timedelta(days=7), NOW.date()
    facts: dict[str, Any] = {"region_id": "nowhere", "facts": {"level": 3}, "exercise": False}
    told = {"scope": Scope.COMMUNITY, "scope_id": "xx-blue-hill", "level": 3, "by": "ana", "at": NOW}
    yield [
        Silence(id="q1", region_id="nowhere", until=later, reason="known exercise", **told),
        Recipient(
            **{"id": "rc1", "region_id": "nowhere", "name": "duty desk", "channel": "email", "lang": "en"},
            **{"drill": False, "sealed": b"x", "key_id": "7", "secret_sha256": "8", "added_by": "ana"},
            **{"added_at": NOW, "quiet_from": 1320, "quiet_until": 360},
        ),
        Notice(
            **{"id": "no1", "kind": NoticeKind.ALERT, "day": day, "level": 3, "expires_on": later.date()},
            **{"created_at": NOW},
            **facts,
        ),
        Dossier(id="do1", region_id="nowhere", name="roads", reason="for the brief", by="ana", at=NOW),
        Consent(
            **{"id": "co1", "region_id": "nowhere", "subject": "briefing", "subject_sha256": "9"},
            **{"told": {}, "reason": "for partners", "asked_by": "ana", "asked_at": NOW},
            **{"given": True, "given_by": "ben", "given_at": later},
        ),
    ]
    yield [
        Subscription(id="su1", recipient_id="rc1", pace=Pace.AT_ONCE, **told),
        NoticeStep(notice_id="no1", seq=1, act=NoticeAct.APPROVED, by="ben", at=NOW),
        Message(
            **{"id": "me1", "notice_id": "no1", "recipient_id": "rc1", "state": MessageState.WAITING},
            **{"attempts": 0, "due_at": NOW, "created_at": NOW},
        ),
        DossierIncident(dossier_id="do1", position=1, incident_id=incident),
    ]
    alerts = session.scalars(select(Alert.id)).all()
    yield [NoticeAlert(notice_id="no1", alert_id=one) for one in alerts]
