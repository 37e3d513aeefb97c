"""RSS and Atom: entries become drafts for the review queue; nothing is counted before a person confirms.

Read with feedparser, which knows every dialect and drops scripts. The feed's bytes are kept once by their
digest; titles and texts are kept as plain text. An entry is known by its guid: one that comes again
changed is a new draft, which takes the place of one that nobody has touched.
"""

import calendar
import contextlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import feedparser
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import clock, documents, drafts, engine
from db.errors import BadInput
from db.feeds.base import FeedFailed, Kind, Outcome, Task
from db.feeds.http import MB, Answer, patiently
from db.feeds.plain import clean, plain_text
from db.feeds.suggestions import reader, remark
from db.ids import content_id, content_sha256
from db.places import Gazetteer
from db.policy import LOCAL
from db.schema import Draft, Source
from db.store import source_id
from db.vocab import DraftState, Origin, Sensitivity

LIMIT = 8 * MB
MOST_TEXT, MOST_MARKUP = 200_000, 1_000_000
MOST_ENTRIES = 500
REDIRECTS = 4
LONGEST_HEAD, MOST_TAGS = 4000, 150_000
NO_FEED = "the address gives no RSS or Atom feed (a web page, or broken); check it in a browser"
_ELEMENT = re.compile(rb"<\w")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]{0,500}>")
_EBCDIC = b"\x4c\x6f\xa7\x94"
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d|\b(?:GMT|UTC|UT|[ECMP][SD]T))\s*$", re.IGNORECASE)


def fetch(task: Task) -> Outcome:
    """Ask for the feed if it changed, and put its entries into the review queue."""
    source = _source(task)
    answer = patiently(task.http, lambda: _asked(task), tries=3)
    if answer.status == 304:
        return Outcome(0, 0, message="nothing new since the last time", cursor=task.cursor)
    if answer.status != 200:
        raise FeedFailed(f"the feed answered {answer.status}; check its address, or try again later")
    found = parsed(answer.body, answer.headers)
    fresh = _new_drafts(task, source, found, answer.url)
    with engine.writing(task.url) as session:
        new = _keep(session, task, fresh, found, answer)
    held = {name: value for name in ("etag", "last-modified") if (value := answer.headers.get(name))}
    return Outcome(len(found.entries), message=_told(found, new), cursor=held)


def parsed(body: bytes, headers: Mapping[str, str]) -> Any:
    """A feed as feedparser reads it; what is none, or what it stumbles over, is an error with its cure.

    Its cleaning of HTML is left out: all that is kept is plain text (`plain_text`).
    """
    tame = _tame(body)
    try:
        found = feedparser.parse(
            tame, response_headers=dict(headers), resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:  # feedparser raises whatever a broken reference or date raises
        raise FeedFailed(
            f"the feed is broken in a way that nobody reads ({type(error).__name__}); tell its publisher"
        ) from error
    if not found.get("version"):
        raise FeedFailed(NO_FEED)
    return found


def _tame(body: bytes) -> bytes:
    """A feed whose head is short and whose first line ends with the XML declaration.

    feedparser looks for the encoding in the first line, and for entities in all that stands before the first
    element, in ways that take the cube and the square of their length: 25 kilobytes kept it busy for a minute.
    """
    wide = 1 + body[:64].count(0) // 16  # two bytes a letter, or four, are left as they are
    first = _ELEMENT.search(body[: LONGEST_HEAD * wide].replace(b"\x00", b""))
    if body.count(b"<") > MOST_TAGS:
        raise FeedFailed(f"the feed has more than {MOST_TAGS:,} tags; ask its publisher for a shorter one")
    if first is None or first.start() > LONGEST_HEAD or body.startswith(_EBCDIC):
        raise FeedFailed(NO_FEED)
    if wide > 1:
        text = body.decode("utf-32" if wide > 3 else "utf-16", "replace")
        body = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    declared = body.find(b"?>", 0, LONGEST_HEAD) + 2
    return body[:declared] + b"\n" + body[declared:] if declared > 1 else b"\n" + body


def _asked(task: Task) -> Answer:
    url, headers = str(task.settings["url"]), _conditions(task.cursor)
    return task.http.ask(url, headers=headers, limit=LIMIT, plain=True, redirects=REDIRECTS)


def _conditions(cursor: Mapping[str, Any]) -> dict[str, str]:
    asked = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {header: str(cursor[key]) for key, header in asked.items() if cursor.get(key)}


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "application/xml").split(";")[0].strip()[:128]


def _told(parsed: Any, new: int) -> str:
    broken = "; its XML is broken, the entries that could be read were taken" if parsed.bozo else ""
    many = f"; only the first {MOST_ENTRIES:,} were looked at" if len(parsed.entries) > MOST_ENTRIES else ""
    return f"{len(parsed.entries):,} entries, {new:,} new for the review queue{many}{broken}"


def _source(task: Task) -> str | None:
    code = task.settings.get("source")
    if code is None:
        return None
    found = source_id(task.region.id, str(code))
    with engine.reading(task.url) as session:
        if session.get(Source, found) is None:
            raise BadInput(f"the region {task.region.id} has no source {code!r}; add it to its sources.csv")
    return found


def _new_drafts(task: Task, source: str | None, parsed: Any, base: str) -> list[dict[str, Any]]:
    """The entries that are new or changed, with suggestions; read before anything is written.

    Reading takes time, and nobody else could write meanwhile.
    """
    entries = parsed.entries[:MOST_ENTRIES]
    told = {draft["id"]: draft for entry in entries if (draft := _draft(task, source, entry, base))}
    with engine.reading(task.url) as session:
        known = {one.id for one in _known(session, task.feed_id, told.values())}
        gazetteer = Gazetteer.of(session, task.region.id)
    fresh = [draft for name, draft in told.items() if name not in known]
    read = reader(gazetteer, task.settings.get("lang"))
    for draft in fresh:
        written = clock.day_of(draft["published_at"] or task.now, task.region.time_zone)
        draft["suggestions"] += read(draft["text"], written)
    return fresh


def _keep(session: Session, task: Task, fresh: list[dict[str, Any]], parsed: Any, answer: Answer) -> int:
    """Store new drafts and the bytes they came in; returns how many."""
    known = _known(session, task.feed_id, fresh)
    fresh = [draft for draft in fresh if draft["id"] not in {one.id for one in known}]
    if not fresh:
        return 0
    document = documents.keep(
        session,
        answer.body,
        media_type=_media_type(answer.headers),
        encoding=str(parsed.get("encoding") or "")[:32] or None,
        now=task.now,
    )
    for draft in fresh:
        _place_of(session, {**draft, "document_id": document}, known)
    return len(fresh)


def _known(session: Session, feed_id: str, told: Iterable[Mapping[str, Any]]) -> list[Draft]:
    """The drafts that this feed brought under the guids of some entries, the newest last."""
    guids = sorted({draft["external_id"] for draft in told})
    asked = select(Draft).where(Draft.feed_id == feed_id, Draft.external_id.in_(guids))
    return list(session.scalars(asked.order_by(Draft.received_at, Draft.id)))


def _place_of(session: Session, draft: dict[str, Any], known: list[Draft]) -> None:
    """Let a changed entry take the place of its draft where nobody has touched that, else add it."""
    earlier = [one for one in known if one.external_id == draft["external_id"]]
    untouched = [one for one in earlier if one.state is DraftState.OPEN and not one.fields]
    why = "the publisher changed this entry; its newer text is a draft of its own"
    for one in untouched:
        drafts.reject(session, LOCAL, one.id, by="rss", reason=why, now=draft["received_at"])
    session.add(Draft(**draft))
    session.flush()


def _draft(task: Task, source: str | None, entry: Any, base: str) -> dict[str, Any] | None:
    """One entry as a draft; None for one that says nothing at all."""
    title = _title(entry)
    text = _told_text(title, _text(entry))
    guid = str(entry.get("id") or entry.get("link") or "").strip()
    if text is None:
        return None
    external_id = guid if 0 < len(guid) <= 255 else content_id("guid", guid or f"{title}\n{text}")
    says = content_sha256({"title": title, "text": text})
    published, doubts = _published(entry, task.now)
    return {
        "id": content_id("draft", task.feed_id, external_id, says),
        "region_id": task.region.id,
        "source_id": source,
        "feed_id": task.feed_id,
        "origin": Origin.FEED,
        "external_id": clean(external_id),
        "received_at": task.now,
        "published_at": published,
        "lang": str(task.settings.get("lang") or entry.get("language") or "")[:16] or None,
        "title": title,
        "text": text,
        "url": _link(entry, base),
        "suggestions": doubts,
        "fields": {},
        "state": DraftState.OPEN,
        "by": "rss",
        "sensitivity": Sensitivity.INTERNAL,
    }


def _title(entry: Any) -> str | None:
    return plain_text(str(entry.get("title") or "")[:MOST_TEXT])[:1000] or None


def _text(entry: Any) -> str | None:
    """The fullest text an entry gives, without markup."""
    parts = [str(part.get("value") or "") for part in entry.get("content") or []]
    longest = max([*parts, str(entry.get("summary") or "")], key=len)
    return plain_text(longest[:MOST_MARKUP])[:MOST_TEXT] or None


def _told_text(title: str | None, body: str | None) -> str | None:
    """All that an entry says, its headline first: readers and rules look at one text."""
    if not title or not body or body.startswith(title):
        return body or title
    return f"{title}\n\n{body}"


def _link(entry: Any, base: str) -> str | None:
    """The entry's address, where it is one of the web; a script is none."""
    value = str(entry.get("link") or "").strip()
    with contextlib.suppress(ValueError):
        value = urljoin(base, value) if value else ""
    return clean(value) if re.match(r"https?://[^\s]+$", value, re.IGNORECASE) and len(value) < 2000 else None


def _published(entry: Any, now: datetime) -> tuple[datetime | None, list[dict[str, Any]]]:
    """When an entry says it came out; a time without a zone, or to come, is no instant and is said to be none."""
    name = next((one for one in ("published", "updated") if dict.get(entry, one)), None)
    if name is None:
        return None, []
    raw, at = str(dict.get(entry, name)).strip(), None
    parsed: Any = dict.get(entry, f"{name}_parsed")
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        at = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    why = _doubt(raw, at, now)
    if why is None:
        return at, []
    return None, [remark("published_at", clean(raw[:100]), why)]


def _doubt(raw: str, at: datetime | None, now: datetime) -> str | None:
    if at is None:
        return "no date that can be read"
    if not _ZONE.search(raw):
        return "a time without its zone is no moment"
    return "a time still to come" if at > now + timedelta(hours=1) else None


KIND = Kind(
    name="rss",
    summary="An RSS or Atom feed: its entries wait in the review queue, nothing is counted before",
    licence="the publisher's; texts are for reading and assessing here, not for passing on",
    cadence="whenever something is published",
    cadence_days=1,
    expects="10 to 50 entries each time, most of them known already",
    fetch=fetch,
    asks={
        "url": "the address of the feed",
        "source": "the source of the region that speaks here (its code in sources.csv)",
        "lang": "the language of the texts, such as ar; default: as the feed says",
    },
    needs=("url",),
)
