"""Adding a feed and fetching it: how every attempt stood is written down, whatever happens."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import engine, past, policy, revisions, settings
from db.errors import BadInput, TocsinError
from db.feeds import KINDS
from db.feeds.base import Kind, NoAccess, Outcome, Region, Task, Tell
from db.feeds.http import Http, allowed
from db.ids import content_id
from db.policy import Viewer
from db.schema import Feed, FeedRun
from db.schema import Region as RegionRow
from db.vocab import Entity, FeedStatus

TICK = timedelta(microseconds=1)
CADENCE = "cadence_days"
COMMON = {CADENCE: "after how many days without news the feed counts as late"}


def add(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    name: str,
    kind: str,
    given: Mapping[str, str],
    by: str,
    now: datetime,
    active: bool = True,
) -> Feed:
    """Note a feed, or change its settings or whether it is asked; secrets are refused.

    With other settings it begins anew: what is in the store already changes nothing a second time.
    """
    policy.may_set(viewer, region_id)
    _check_name(name)
    facts = _checked(_card(kind), given)
    feed = _found(session, region_id, name) or _new(session, region_id, name, now)
    past.note(session, Feed, [feed.id], now)
    if feed.kind not in (None, kind):
        raise BadInput(f"the feed {name} is of the kind {feed.kind}; give the other one another name")
    before = {"kind": kind, "active": feed.active, **feed.settings} if feed.kind else None
    after = {"kind": kind, "active": active, **facts}
    if feed.settings != facts:
        feed.cursor = {}
    feed.kind, feed.settings, feed.active = kind, facts, active
    session.flush()
    if before != after:
        said: dict[str, Any] = {"reason": "settings of a feed", "by": by, "now": now}
        revisions.note(session, Entity.FEED, feed.id, "settings", before, after, **said)
    return feed


def _new(session: Session, region_id: str, name: str, now: datetime) -> Feed:
    feed = Feed(
        id=content_id("feed", region_id, name),
        region_id=region_id,
        name=name,
        cursor={},
        status=FeedStatus.NEVER,
        message=None,
        last_run_at=None,
        last_ok_at=None,
    )
    past.absent(session, Feed, [feed.id], now)
    session.add(feed)
    return feed


def stop(session: Session, viewer: Viewer, *, region_id: str, name: str, by: str, now: datetime) -> None:
    """Ask a feed no more; what it brought stays."""
    policy.may_set(viewer, region_id)
    feed = _found(session, region_id, name)
    if feed is None or not feed.active:
        return
    past.note(session, Feed, [feed.id], now)
    feed.active = False
    session.flush()
    said: dict[str, Any] = {"reason": "asked no more", "by": by, "now": now}
    revisions.note(session, Entity.FEED, feed.id, "active", True, False, **said)


def _found(session: Session, region_id: str, name: str) -> Feed | None:
    return session.scalar(select(Feed).where(Feed.region_id == region_id, Feed.name == name))


def _card(kind: str) -> Kind:
    if kind not in KINDS:
        raise BadInput(f"{kind!r} is no kind of feed; choose one of: {', '.join(KINDS)}")
    return KINDS[kind]


def _check_name(name: str) -> None:
    if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum() and len(name) <= 40):
        raise BadInput(f"{name[:60]!r} is no name for a feed; use ASCII letters, digits, - and _, at most 40")


def _checked(card: Kind, given: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a feed, or what is wrong with them."""
    known = {**card.asks, **COMMON}
    if unknown := sorted(set(given) - set(known)):
        raise BadInput(
            f"{card.name} has no setting {', '.join(unknown)}; it has: {', '.join(known)} (secrets come from "
            "the environment)"
        )
    if missing := [name for name in card.needs if not given.get(name)]:
        raise BadInput(f"{card.name} needs {', '.join(f'{n}: {card.asks[n]}' for n in missing)}")
    for name in ("url", "base_url"):
        if given.get(name):
            allowed(given[name], plain=name == "url")
    days = given.get(CADENCE, str(card.cadence_days))
    if not (days.isdecimal() and 0 < int(days) <= 400):
        raise BadInput(f"{CADENCE} = {days!r} is no number of days from 1 to 400; mend it")
    return {**given, CADENCE: int(days)}


def run_feed(
    url: str,
    feed_id: str,
    clock: Callable[[], datetime],
    *,
    http: Http | None = None,
    version: str | None = None,
    tell: Tell = lambda _step, _done, _total: None,
) -> FeedStatus:
    """Fetch one feed now; what it brought, or why it failed, stands in its newest run.

    A failure that can be named ends in the status `failed` or `no_access`; what nobody foresaw is
    written down too and then raised.
    """
    task, run_id = _begin(url, feed_id, clock(), http or Http(), version, tell)
    try:
        outcome = KINDS[_kind_of(url, feed_id)].fetch(task)
    except BaseException as error:
        outcome = _failure(error, task)
        _end(url, feed_id, run_id, clock(), outcome)
        if not isinstance(error, TocsinError):
            raise
        return outcome.status
    _end(url, feed_id, run_id, clock(), outcome)
    return outcome.status


def _failure(error: BaseException, task: Task) -> Outcome:
    """How an attempt ended that failed; only errors of ours speak for themselves, others may hold secrets."""
    status = FeedStatus.NO_ACCESS if isinstance(error, NoAccess) else FeedStatus.FAILED
    named = isinstance(error, TocsinError)
    told = str(error) if named else f"stopped by an unexpected {type(error).__name__}"
    return Outcome(0, status=status, message=told, cursor=task.cursor)


def _kind_of(url: str, feed_id: str) -> str:
    with engine.reading(url) as session:
        return session.get_one(Feed, feed_id).kind


def _begin(
    url: str, feed_id: str, now: datetime, http: Http, version: str | None, tell: Tell
) -> tuple[Task, str]:
    with engine.writing(url) as session:
        engine.queue(session.connection(), "feeds")
        feed = session.get_one(Feed, feed_id)
        region = session.get_one(RegionRow, feed.region_id)
        run_id = _note_start(session, feed, now)
        return Task(
            url=url,
            feed_id=feed_id,
            region=Region(region.id, region.time_zone, dict(region.settings)),
            settings=dict(feed.settings),
            cursor=dict(feed.cursor),
            now=now,
            http=http,
            folder=_folder(feed_id, feed.name),
            version=version,
            tell=tell,
        ), run_id


def _note_start(session: Session, feed: Feed, now: datetime) -> str:
    """Write down that an attempt begins, a tick after the one before at least, so that they keep their order."""
    _close_broken(session, feed.id, now)
    asked = select(func.count(), func.max(FeedRun.started_at)).where(FeedRun.feed_id == feed.id)
    number, last = session.execute(asked).one()
    run = FeedRun(
        id=content_id("feed_run", feed.id, number),
        feed_id=feed.id,
        started_at=max(now, last + TICK) if last else now,
        finished_at=None,
        status=FeedStatus.RUNNING,
        expected=None,
        fetched=0,
        batch_id=None,
        message=None,
    )
    session.add(run)
    feed.status, feed.last_run_at = FeedStatus.RUNNING, run.started_at
    session.flush()
    return str(run.id)


def _close_broken(session: Session, feed_id: str, now: datetime) -> None:
    """Runs that were killed never said how they ended: they failed."""
    session.execute(
        update(FeedRun)
        .where(FeedRun.feed_id == feed_id, FeedRun.status == FeedStatus.RUNNING)
        .values(status=FeedStatus.FAILED, finished_at=now, message="was interrupted")
    )


def _folder(feed_id: str, name: str) -> Path:
    """Where a feed keeps what it fetched; readable by this user only."""
    folder = settings.home() / "feeds" / f"{name}-{feed_id[:8]}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _end(url: str, feed_id: str, run_id: str, now: datetime, outcome: Outcome) -> None:
    with engine.writing(url) as session:
        run, feed = session.get_one(FeedRun, run_id), session.get_one(Feed, feed_id)
        run.status, run.finished_at, run.message = outcome.status, now, outcome.message
        run.expected, run.fetched, run.batch_id = outcome.expected, outcome.fetched, outcome.batch_id
        feed.status, feed.message, feed.cursor = outcome.status, outcome.message, outcome.cursor
        if outcome.status is FeedStatus.OK:
            feed.last_ok_at = now
        session.flush()
