"""A store in which every secret says its own word, and for each word who may read it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from dashboard.alerts import facts, handling
from dashboard.alerts.bundles import Bundle, Fate
from db import decisions, engine, letterbox, messages, migrating, notices, queries, recipients, shifts, ties
from db.notices import Drafted
from db.policy import LOCAL, Sight, Viewer, sight
from db.schema import (
    Access,
    Analogue,
    Area,
    Attachment,
    Community,
    CommunityPlace,
    Covariate,
    Document,
    Draft,
    Feed,
    FeedRun,
    ImportBatch,
    JobRun,
    ModelVersion,
    Person,
    Promotion,
    Recipient,
    Report,
    ReportIncident,
    Score,
    Source,
    ZeroReport,
)
from db.vocab import (
    AccessAct,
    Basis,
    Confidence,
    DecisionField,
    DraftState,
    FeedStatus,
    NoticeKind,
    Origin,
    PromotionKind,
    Role,
    RunStatus,
    Sensitivity,
    Target,
)
from tests import factories
from tests.conftest import NOW
from tests.dashboard import stores

AS_OF = stores.LAST
DAY = AS_OF - timedelta(days=2)  # recent: read by the week by those who see districts
May = Callable[[Sight], bool]
LOGIN, FEED_KEY = "canarylogin", "canary-key-of-a-feed"
RESTRICTED, SEVERE = Sensitivity.RESTRICTED, Sensitivity.SEVERE


def words(seen: Sight) -> bool:
    return seen.texts and seen.settlements


def exact(seen: Sight) -> bool:
    return seen.exact


def at_least(sensitivity: Sensitivity) -> May:
    return lambda seen: sensitivity in seen.sensitivities and seen.texts


SECRETS: dict[str, May] = {
    **dict.fromkeys(("Canarybrook", "كناري", "34.10321", "36.00321", "CANARYNOTE"), lambda s: s.settlements),
    **dict.fromkeys(("34.10987", "36.00987", "34.20777", "36.10777"), exact),
    **dict.fromkeys(("CANARYTEAMTITLE", "CANARYTEAMTEXT", "canaryteam.example", "Canary Contact"), exact),
    **dict.fromkeys(("CANARYFILE", "CANARYBROKEN", "CANARYTEAMDRAFT", "CANARYTEAMEVIDENCE"), exact),
    **dict.fromkeys(
        ("CANARYTITLE", "CANARYTEXT", "canaryurl.example", "CANARYWORDING", "CANARYQUOTED"), words
    ),
    **dict.fromkeys(("CANARYREASON", "CANARYTIE", "CANARYZERO", "CANARYALERT", LOGIN), lambda s: s.staff),
    **dict.fromkeys(("CANARYDRAFT", "CANARYDRAFTFIELD", "CANARYUNSENT"), words),
    **dict.fromkeys(("CANARYTASK", "CANARYSHIFT", "CANARYLASTWORD"), words),
    **dict.fromkeys(("CANARYSEVERESHIFT", "CANARYHIDDENTASK"), at_least(SEVERE)),
    **dict.fromkeys(("CANARYRESTRICTED", "CANARYEVIDENCE"), at_least(RESTRICTED)),
    **dict.fromkeys(("CANARYSEVERE", "CANARYMIXED", "CANARYRAISED", "CANARYHIDDENPIECE"), at_least(SEVERE)),
    **dict.fromkeys(("CANARYSEVEREDRAFT", "CANARYSEVEREPIECE"), at_least(SEVERE)),
    "CANARYCOMMUNITY": lambda s: SEVERE in s.sensitivities,
    **dict.fromkeys(("canaryfeed.example", "CANARYFEEDSAID", "CANARYJOB"), lambda s: s.settings),
    **dict.fromkeys(("CANARYPROMOTION", "canarytrainer", "CANARYCOVARIATE"), lambda s: s.panel),
}
"""Each word, and whether somebody's sight reaches it; everybody else must never meet it."""

ROLES = [Viewer(role.value, frozenset({role})) for role in Role]
KEPT_FROM = [one for one in ROLES if not all(may(sight(one)) for may in SECRETS.values())]
"""Those from whom something is kept; who may read every word can meet none too many."""


def caught(told: str | bytes, viewer: Viewer, *, but: Iterable[str] = ()) -> list[str]:
    """The words in what somebody was told that they may not read."""
    seen = sight(viewer)
    text = told if isinstance(told, str) else told.decode("utf-8", "ignore")
    text = text.casefold()
    return [
        word for word, may in SECRETS.items() if not may(seen) and word not in but and word.casefold() in text
    ]


def build(url: str, folder: Path) -> str:
    """Fill a store with one incident of each sensitivity, and with a word in everything that is written."""
    migrating.upgrade(url)
    factories.load(url, _pack(folder))
    factories.take(url, factories.write_csv(folder / "events.csv", stores._events()))
    factories.take(url, factories.write_csv(folder / "CANARYFILE.csv", list(_reports())), "reports")
    stores.score(url, "nowhere")
    with engine.writing(url) as session:
        session.add_all(_written(session))
        session.flush()
        session.add_all(_hanging(session))
        session.flush()
        session.add(Analogue(score_id=_alerting(session), rank=9, area_id="xx-secret", day=DAY, distance=0.5))
    _acts(url)
    return url


def _pack(folder: Path) -> Path:
    home = factories.pack(folder)
    for file, old, new in (
        ("places.csv", "Hill,تل,Al-Tall,34.10,36.00,3,,", "Canarybrook,كناري,,34.10321,36.00321,3,,"),
        ("communities.csv", "xx-hill:majority,,", "xx-hill:majority,CANARYNOTE,"),
        ("sources.csv", "Field team,", "Canary Contact,"),
    ):
        path = home / file
        assert old in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return home


def _reports() -> Iterable[dict[str, str]]:
    told: dict[str, Any] = {
        "date_start": DAY,
        "date_end": DAY,
        "published_at": DAY,
        "abducted": 2,
        "killed": 3,
    }
    told |= {"place_id": "", "place": "Canarybrook", "lat": "34.10987", "lon": "36.00987"}

    def row(name: str, word: str, **more: Any) -> dict[str, str]:
        said = {"title": f"{word} told", "text": f"{word} at length", "killed_wording": word}
        return factories.report_row(external_id=name, **told | said | more)

    yield row("plain", "CANARYTITLE", text="CANARYTEXT", url="https://canaryurl.example/1",
              killed_wording="CANARYWORDING", said_by="CANARYQUOTED")  # fmt: skip
    yield row("public", "openly", sensitivity="public", incident_type="threat", killed=0, abducted=None)
    yield row(
        "nameless", "openly", place="", lat="34.20777", lon="36.10777", geo_prec=2, incident_type="threat"
    )
    yield row("team", "CANARYTEAMTITLE", text="CANARYTEAMTEXT", source_id="team",
              url="https://canaryteam.example/1", incident_type="arson_looting")  # fmt: skip
    yield row("restricted", "CANARYRESTRICTED", sensitivity="restricted", incident_type="desecration")
    yield row("severe", "CANARYSEVERE", sensitivity="severe", incident_type="execution", killed=77)
    mixed = {"incident_ref": "mixed", "incident_type": "expulsion"}
    yield row("mixed 1", "CANARYMIXED", **mixed, sensitivity="public")
    yield row("mixed 2", "CANARYMIXED", **mixed, sensitivity="severe", source_id="radio", published_at=AS_OF)
    yield row("raised", "CANARYRAISED", incident_type="mob_violence")
    yield row("broken", "CANARYBROKEN", lat="CANARYBROKEN")


def incident_of(session: Any, external_id: str) -> str:
    """The incident that a report tells of."""
    asked = select(ReportIncident.incident_id).join(Report).where(Report.external_id == external_id)
    return str(session.scalars(asked).one())


def _written(session: Any) -> list[Any]:
    """Drafts, notes, feeds, jobs, people, a community that nobody but a few may know."""
    sources = dict(session.execute(select(Source.code, Source.id)).all())
    draft = {
        "region_id": "nowhere",
        "origin": Origin.PASTE,
        "by": LOGIN,
        "received_at": NOW.replace(year=2018, month=7),
    }
    draft |= {
        "state": DraftState.OPEN,
        "suggestions": [],
    }

    def waiting(name: str, word: str, source: str, sensitivity: Sensitivity = Sensitivity.INTERNAL) -> Draft:
        told = {
            "title": word,
            "text": word,
            "url": f"https://{word}.example",
            "fields": {"answers": {f"{word}FIELD": "told"}},
        }
        return Draft(
            id=name, external_id=name, source_id=sources[source], sensitivity=sensitivity, **draft, **told
        )

    at = NOW.replace(year=2018, month=7, day=20)
    feed = {"id": "f1", "region_id": "nowhere", "kind": "rss", "name": "news", "cursor": {}, "active": True}
    zero = {"region_id": "nowhere", "source_id": sources["monitor"], "day": DAY, "available_at": at}
    secret = {"region_id": "nowhere", "group": "blue", "name": "CANARYCOMMUNITY", "sensitivity": SEVERE}
    job = {
        "id": "j1",
        "command": "daily",
        "started_at": at,
        "seen_at": at,
        "finished_at": at,
        "step": "",
        "done": 0,
    }
    return [
        waiting("w1", "CANARYDRAFT", "monitor"),
        waiting("w2", "CANARYTEAMDRAFT", "team"),
        waiting("w3", "CANARYSEVEREDRAFT", "monitor", SEVERE),
        Feed(**feed, settings={"url": "https://canaryfeed.example/rss"}, status=FeedStatus.FAILED),
        ZeroReport(id="z1", community_id="xx-blue-hill", recorded_at=at, by=LOGIN, note="CANARYZERO", **zero),
        JobRun(**job, status=RunStatus.FAILED, total=0, message="CANARYJOB stopped"),
        Person(id="p1", login=LOGIN, made_at=at, made_by="root"),
        Community(id="xx-secret", **secret),
        Document(id="doc1", sha256="0" * 64, size=1, media_type="text/plain", body=b"x", recorded_at=at),
        Covariate(**_number(at)),
    ]


def _number(at: Any) -> dict[str, Any]:
    about = {"id": "c1", "region_id": "nowhere", "name": "rain_mm", "area_id": "xx-blue-hill", "day": DAY}
    return {**about, "available_at": at, "recorded_at": at, "value": 1.5, "source": "CANARYCOVARIATE"}


def _hanging(session: Any) -> list[Any]:
    """What hangs on what was written: evidence, runs, a promotion, places of the secret community."""
    at = NOW.replace(year=2018, month=7, day=24)

    def piece(name: str, about: str, sensitivity: Sensitivity) -> Attachment:
        told = {"document_id": "doc1", "name": f"{name}.pdf", "note": name, "added_by": LOGIN, "added_at": at}
        return Attachment(id=name, incident_id=incident_of(session, about), sensitivity=sensitivity, **told)

    team = session.scalars(select(Report.id).where(Report.external_id == "team")).one()
    model = session.scalars(select(ModelVersion.id)).first()
    act = {"region_id": "nowhere", "target": Target.ESCALATION, "horizon_days": 28, "model_version_id": model}
    said = {"from_day": AS_OF, "at": at, "by": "canarytrainer", "override": True, "reason": "CANARYPROMOTION"}
    return [
        piece("CANARYEVIDENCE", "plain", RESTRICTED),
        piece("CANARYSEVEREPIECE", "plain", SEVERE),
        piece("CANARYHIDDENPIECE", "severe", Sensitivity.PUBLIC),
        Attachment(id="a4", report_id=team, document_id="doc1", name="CANARYTEAMEVIDENCE.pdf", added_by=LOGIN,
                   added_at=at, sensitivity=Sensitivity.PUBLIC),
        FeedRun(id="r1", feed_id="f1", started_at=at, status=FeedStatus.FAILED, fetched=0, message="CANARYFEEDSAID"),
        Area(id="xx-secret", region_id="nowhere", kind="community", community_id="xx-secret", active=True),
        CommunityPlace(community_id="xx-secret", place_id="xx-well", presence="majority", sensitivity=RESTRICTED),
        Promotion(id="p1", kind=PromotionKind.MANUAL, exercise=False, **act, **said),
        Access(seq=1, at=at, by=LOGIN, act=AccessAct.READ, what="today", digests={}, told={}, salts={}, key_id="7",
               previous_sha256="0", sha256="5"),
    ]  # fmt: skip


def _alerting(session: Any) -> str:
    """The score that the level of a community of this store follows from."""
    about = (Score.area_id == "xx-blue-hill", Score.as_of == AS_OF, Score.horizon_days == 28)
    return str(session.scalars(select(Score.id).where(*about, Score.target == Target.ESCALATION)).one())


def _acts(url: str) -> None:
    """What people did: a reason in every act; one incident was found to be severe afterwards."""
    said = {"by": LOGIN, "now": NOW}
    with engine.writing(url) as session:
        plain, raised = incident_of(session, "plain"), incident_of(session, "raised")
        before = {**said, "now": NOW.replace(year=2018, month=7, day=24)}
        decisions.decide(
            session, LOCAL, plain, DecisionField.VERIFICATION, "verified", reason="CANARYREASON", **before
        )
        decisions.decide(
            session, LOCAL, raised, DecisionField.SENSITIVITY, "severe", reason="CANARYRAISED", **said
        )
        about = {"basis": Basis.TARGETED_BY_IDENTITY, "confidence": Confidence.HIGH, "reason": "CANARYTIE"}
        ties.link(session, LOCAL, plain, "xx-blue-hill", **about, **before)
        alert = session.scalars(select(handling.Alert.id).order_by(handling.Alert.id)).first()
        done = handling.Act(LOGIN, "CANARYALERT", AS_OF, NOW)
        handling.acknowledge(session, LOCAL, str(alert), done)
        session.execute(update(ImportBatch).values(message="CANARYJOB"))
        _shift(session, plain, raised, before)
        _told(session)


def _told(session: Any) -> None:
    """One notice that a recipient was sent, and one that they were not."""
    day = facts.Day(session, queries.region(session, LOCAL, "nowhere"), AS_OF)
    one = day.raised("", "xx-blue-hill", "level", 3)
    told = facts.of_bundle(day, Bundle((one.district_id, one.group), (one,), Fate.AT_ONCE), {})
    other = {**told, "group": {"id": "blue", "name": "CANARYUNSENT", "name_ar": None}}
    drafts = [Drafted(NoticeKind.ALERT, AS_OF, 3, said, (), AS_OF, held=held) for said, held in
              ((told, ""), (other, "silenced"))]  # fmt: skip
    drafts[1] = replace(drafts[1], kind=NoticeKind.UPDATE)
    sent, _unsent = notices.keep(session, "nowhere", drafts, False, NOW)
    desk = recipients.New("desk", "json", "json://127.0.0.1/")
    name = recipients.add(session, LOCAL, "nowhere", desk, by=LOGIN, now=NOW)
    session.execute(update(Recipient).values(secret_sha256=letterbox.digest(FEED_KEY)))
    messages.queue(session, sent, [(name, NOW)], NOW)


def _shift(session: Any, plain: str, raised: str, said: dict[str, Any]) -> None:
    """What a shift handed over: tasks and notes, some about what became severe, and its last word."""
    for incident, words in ((plain, "CANARYTASK"), (raised, "CANARYHIDDENTASK")):
        shifts.assign(session, LOCAL, "nowhere", "incident", incident, owner=LOGIN, note=words, **said)
    for readers, words in ((Sensitivity.INTERNAL, "CANARYSHIFT"), (SEVERE, "CANARYSEVERESHIFT")):
        shifts.note(session, LOCAL, "nowhere", words, sensitivity=readers, **said)
    since = said["now"] - timedelta(hours=8)
    shifts.close(session, LOCAL, "nowhere", since=since, told={}, words="CANARYLASTWORD", **said)
