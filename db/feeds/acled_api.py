"""ACLED's API: a login for a token, pages until a short one, deletions; an answer without rows is no calm.

Accounts are tiered: one that may not see recent events is answered 200, success, and no rows, with its
limit in `data_query_restrictions` or `date_recency`. That is "no access", as is any answer without a row.
No total is announced, so pages are asked for until one is shorter than the fullest so far.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, engine, incidents, tombstones
from db.errors import BadInput
from db.feeds import tables
from db.feeds.acled_account import Account
from db.feeds.base import FeedFailed, Kind, NoAccess, Outcome, Task
from db.importers import IMPORTERS, acled
from db.importers.run import Options, run
from db.schema import Report, ReportIncident
from db.store import source_id
from db.vocab import Entity, FeedStatus

BASE = "https://acleddata.com/"
PAGE_ROWS = 5000
MOST_PAGES = 2000
REVISED_DAYS = 90
UNIT_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
Row = Mapping[str, Any]


@dataclass
class Gathered:
    """What the pages of one question brought, and up to which day the account may see at all."""

    pages: list[list[Row]] = field(default_factory=list)
    announced: int | None = None
    restricted: Any = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(len(page) for page in self.pages)


def fetch(task: Task) -> Outcome:
    """Fetch the events since the last time, with the newest 90 days again for what was revised."""
    account = Account(task, str(task.settings.get("base_url") or BASE).rstrip("/") + "/")
    start, today = _since(task), task.now.date()
    found = _events(account, task, start, today)
    _refuse_silence(found, task)
    path = tables.write(
        task.folder / f"acled-{start}-{today}.csv", sorted(acled.COLUMNS), lambda: found.pages
    )
    done = run(task.url, task.viewer, IMPORTERS["acled"], path, task.now, Options(covered_from=start))
    gone = _deleted(account, task)
    with engine.writing(task.url) as session:
        buried = _bury(session, task, gone)
    limited = _limit(found.restricted, today)
    return Outcome(
        found.rows,
        found.announced,
        done.batch_id,
        FeedStatus.NO_ACCESS if found.restricted else FeedStatus.OK,
        _told(found, buried, limited),
        _cursor(task, found, limited),
    )


def _cursor(task: Task, found: Gathered, limit: date | None) -> dict[str, Any]:
    """What to go on from: days that the account may not see yet are asked for again, until it may."""
    today = task.now.date()
    until = limit if found.restricted else today
    held = {"until": until.isoformat()} if until else {}
    return {**task.cursor, **held, "deleted": today.isoformat()}


def _since(task: Task) -> date:
    try:
        first = date.fromisoformat(str(task.settings["since"]))
    except ValueError:
        raise BadInput(f"since = {task.settings['since']!r} is no date; write YYYY-MM-DD") from None
    held = task.cursor.get("until")
    return max(first, date.fromisoformat(held) - timedelta(days=REVISED_DAYS)) if held else first


def _events(account: Account, task: Task, start: date, end: date) -> Gathered:
    names = list(task.region.settings.get("country_names") or [])
    country = str(task.settings.get("country") or (names[0] if names else ""))
    if not country:
        raise BadInput("the region names no country; set one: --set country=…")
    span = {"country": country, "event_date": f"{start}|{end}", "event_date_where": "BETWEEN"}
    found = Gathered()
    for envelope in _pages(account, "api/acled/read", span):
        found.pages.append(envelope["data"])
        found.restricted = found.restricted or _restriction(envelope)
        found.announced = _count(envelope.get("total_count"), found.announced)
        task.tell("events", found.rows, found.announced or 0)
    if found.announced is not None and found.rows != found.announced:
        raise FeedFailed(
            f"ACLED sent {found.rows:,} events where {found.announced:,} were announced; nothing was taken in"
        )
    return found


def _count(value: Any, before: int | None) -> int | None:
    """An announced total, where there is a sound one."""
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else before


def _pages(account: Account, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The pages of a question, until one is empty or shorter than the fullest so far.

    A first page may be short because the server gives fewer rows than asked for: the next one tells.
    """
    fullest, step = 0, {"page": "1"}
    for number in range(1, MOST_PAGES + 1):
        envelope = account.ask(path, {"_format": "json", **params, "limit": str(PAGE_ROWS), **step})
        yield envelope
        size, onward = len(envelope["data"]), envelope.get("next_cursor")
        if size == 0 or (size < fullest and not onward):
            return
        fullest = max(fullest, size)
        step = {"next_cursor": str(onward)} if onward else {"page": str(number + 1)}
    raise FeedFailed("ACLED sends pages without end; nothing was taken in")


def _restriction(envelope: Mapping[str, Any]) -> Any:
    """What an envelope says of the limits of the account, or nothing."""
    return envelope.get("data_query_restrictions") or envelope.get("date_recency") or None


def _limit(restricted: Any, today: date) -> date | None:
    """The last day the account may see, where its limits tell; rounded so that no hidden day counts."""
    stated: dict[str, Any] = restricted if isinstance(restricted, dict) else {}
    recency = stated.get("date_recency") or stated
    try:
        unit = str(recency["unit"]).casefold().removesuffix("s")
        return today - timedelta(days=int(recency["quantity"]) * UNIT_DAYS[unit])
    except (TypeError, KeyError, ValueError, OverflowError):
        return None


def _refuse_silence(found: Gathered, task: Task) -> None:
    if found.rows:
        return
    limit = _limit(found.restricted, task.now.date())
    until = f" after {limit}" if limit else ""
    raise NoAccess(
        f"ACLED answered without a single event: this account may see nothing{until}. That is a gap in "
        "what is known, not calm; ask ACLED for access to recent events"
    )


def _told(found: Gathered, buried: int, limit: date | None) -> str:
    told = f"{found.rows:,} events" + (f", {buried} deleted by ACLED and taken out" if buried else "")
    if not found.restricted:
        return told
    return (
        f"{told}; the account may see {f'nothing after {limit}' if limit else 'only a part'}: a gap, not calm"
    )


def _deleted(account: Account, task: Task) -> list[str]:
    """The ids of the events that ACLED has deleted since the last time."""
    since = date.fromisoformat(str(task.cursor.get("deleted") or task.settings["since"]))
    from_then = int(datetime.combine(since, time.min, UTC).timestamp())
    asked = {"deleted_timestamp": str(from_then), "deleted_timestamp_where": ">="}
    pages = _pages(account, "api/deleted/read", asked)
    return [str(row["event_id_cnty"]) for page in pages for row in page["data"] if row.get("event_id_cnty")]


def _bury(session: Session, task: Task, event_ids: list[str]) -> int:
    """Take the reports of deleted events out of what is believed; they stay in the store."""
    source = source_id(task.region.id, acled.DATASET)
    said: dict[str, Any] = {"reason": "deleted by ACLED", "by": "acled_api", "now": task.now}
    touched: set[str] = set()
    engine.queue(session.connection(), "incidents")
    for some in bulk.batched(sorted(set(event_ids)), 500):
        found = session.execute(
            select(Report.id, ReportIncident.incident_id)
            .join(ReportIncident, ReportIncident.report_id == Report.id)
            .where(Report.source_id == source, Report.external_id.in_(some))
        ).all()
        touched |= {i for r, i in found if tombstones.bury(session, Entity.REPORT, r, **said)}
    if touched:
        incidents.derive(session, sorted(touched), task.now)
    return len(touched)


KIND = Kind(
    name="acled_api",
    summary="ACLED events of the region's country from ACLED's API, with its deletions",
    licence=acled.IMPORTER.licence,
    cadence="weekly",
    cadence_days=7,
    expects="Syria: hundreds of events a week in the war, dozens in calmer times; never none",
    fetch=fetch,
    asks={
        "since": "the first day to fetch, YYYY-MM-DD",
        "country": "as ACLED writes it; default: the first of the region's country_names",
        "base_url": f"another address of the API; default {BASE}",
    },
    needs=("since",),
    secrets=("acled_user", "acled_password"),
    source="acled",
)
