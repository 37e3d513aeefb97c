"""Routes beside the pages, for programs and files: a registry, and one guard for all of them.

A route gets whoever asks (a person's token, their signed-in browser, a trusted proxy, or this machine where no
login is configured) with the roles they hold now, and reads through `db.queries` like everything else.
"""

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard import headers, signing
from db import clock, settings
from db.errors import BadInput, TocsinError
from db.policy import Denied
from db.roles import Standing
from db.vocab import AccessAct, Audience, Precision

if TYPE_CHECKING:  # tables and file formats are loaded by whoever asks first, not by the start
    from db.exports.gather import Wanted
    from db.queries import RegionInfo

CLOSED = (
    "This is not open to you. Sign in on the first page, or send a token that is good for it as the header "
    "“Authorization: Bearer …”; an administrator gives both.\n"
)
TOO_MANY = "Too many attempts that failed; try again in a few minutes.\n"
GUESSES, WITHIN, MOST_ADDRESSES = 20, timedelta(minutes=5), 10_000
AGAIN = {"retry-after": str(int(WITHIN.total_seconds()))}
NOTHING = "There is nothing here; ask whoever gave you the address for a new one.\n"
NOBODY = Standing("")
LONGEST_VALUE = 200
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "hxl": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
    "geojson": "application/geo+json",
}
Who = Callable[[Request], Standing | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks of a route: who they are, their words, the store and the moment."""

    standing: Standing
    given: Mapping[str, str]
    url: str
    now: datetime
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Way:
    """A route: where it is, what answers, the words it takes, and whether a token may stand in the address.

    One that is `open` is for people without a login: it asks for a secret of its own, and refuses by `Denied`.
    """

    path: str
    answer: Callable[[Asked], Response]
    takes: frozenset[str] = frozenset()
    token_in_address: bool = False
    open: bool = False
    methods: tuple[str, ...] = ("GET",)


def incidents(asked: Asked) -> Response:
    """A file of incidents in one of the export formats, as precisely as whoever asks may see them."""
    from db import engine
    from db.exports import FORMATS
    from db.exports.gather import Gathering

    format = asked.given["format"]
    if format not in FORMATS:
        raise BadInput(f"no such format; choose one of: {', '.join(FORMATS)}")
    with engine.reading(asked.url) as session:
        where = region_of(session, asked)
        wanted = _wanted(asked, where)
        gathering = Gathering(session, asked.standing.at(where.id), wanted)
        out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it is sent)
        try:
            rows = FORMATS[format](out, gathering)
        except BaseException:
            out.close()
            raise
    told = {"format": format, "rows": rows, "precision": str(gathering.precision), "as_of": str(wanted.as_of)}
    told |= {"filters": {n: v for n, v in asked.given.items() if n != "format"}, "sha256": _digest(out)}
    told |= {"audience": str(wanted.audience)} if gathering.outside else {}
    signing.remember(asked.url, asked.standing.login, AccessAct.EXPORT, "route files", told, where.id)
    marks = [*(["EXERCISE"] if where.exercise else []), f"known-{wanted.as_of}", str(gathering.precision)]
    marks += [str(wanted.audience)] if gathering.outside else []
    return _file(out, f"incidents-{where.id}-{'-'.join(marks)}.{format}", MEDIA.get(format, "text/plain"))


def _digest(out: IO[bytes]) -> str:
    """The SHA-256 of what was written so far."""
    end = out.tell()
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    out.seek(end)
    return digest


def region_of(session: Any, asked: Asked) -> "RegionInfo":
    """The region asked for, or the only one that whoever asks works on."""
    from db import queries

    if name := asked.given.get("region"):
        return queries.region(session, asked.standing.at(name), name)
    bound = asked.standing.regions()
    names = (
        [one.id for one in queries.regions(session, asked.standing.anywhere())] if bound is None else bound
    )
    if len(names) != 1:
        raise (
            BadInput(f"say which region: region={'|'.join(sorted(names))}") if names else Denied("no region")
        )
    (name,) = names
    return queries.region(session, asked.standing.at(name), name)


def _wanted(asked: Asked, where: "RegionInfo") -> "Wanted":
    from db.exports.gather import Wanted

    day = {name: _day(asked.given[name]) for name in ("as_of", "since", "until") if name in asked.given}
    today = clock.day_of(asked.now, where.time_zone)
    as_of = day.get("as_of", today)
    if as_of > today:
        raise BadInput(f"as_of={as_of} has not come yet")
    precision = asked.given.get("precision")
    if precision is not None and precision not in set(Precision):
        raise BadInput(f"precision is one of: {', '.join(Precision)}")
    fine = Precision(precision) if precision else None
    audience = asked.given.get("audience", Audience.INTERNAL)
    if audience not in set(Audience):
        raise BadInput(f"audience is one of: {', '.join(Audience)}")
    days, community = (day.get("since"), day.get("until")), asked.given.get("community")
    return Wanted(where.id, as_of, *days, community, fine, Audience(audience))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("a day is written YYYY-MM-DD") from None


def _file(out: IO[bytes], name: str, media: str) -> Response:
    size, _ = out.tell(), out.seek(0)
    safe = re.sub(r"[^A-Za-z0-9.-]", "_", name)
    given = {"content-disposition": f'attachment; filename="{safe}"', "content-length": str(size)}
    return StreamingResponse(
        _chunks(out), media_type=media, headers=given, background=BackgroundTask(out.close)
    )


def _chunks(out: IO[bytes]) -> Iterator[bytes]:
    while chunk := out.read(1 << 16):
        yield chunk


_FILTERS = frozenset({"format", "region", "as_of", "since", "until", "community", "precision", "audience"})
_CHOSEN = ("group", "governorate", "district", "level")  # which communities: as on Today
_PLAIN = frozenset(
    {"as_of", "region", "lang", "digits", "calendar", "community", "incident", "page", *_CHOSEN}
)


def lite(asked: Asked) -> Response:
    """Today, a community or an incident as a plain page without scripts."""
    from dashboard import lite  # what it draws with is heavy, and only needed once somebody asks

    return lite.page(asked)


def feed(asked: Asked) -> Response:
    """What was let out to one recipient of warnings, by the secret of their feed."""
    from dashboard import letters

    return letters.feed(asked)


def leave(asked: Asked) -> Response:
    """Where somebody who is told of warnings takes themselves off the list."""
    from dashboard import letters

    return letters.leave(asked)


ROUTES = {
    "files": Way("/files/incidents.{format}", incidents, _FILTERS),
    "lite": Way("/lite", lite, _PLAIN),
    "notices": Way("/notices.{format}", feed, frozenset({"format", "key"}), open=True),
    "unsubscribe": Way("/unsubscribe", leave, frozenset({"key", "lang"}), open=True, methods=("GET", "POST")),
}

# What a token may open: the others ask for a secret of their own.
TOKENED = tuple(name for name, way in ROUTES.items() if not way.open)


@dataclass
class Guesses:
    """Attempts that failed, by the address they came from; what succeeds is never held back."""

    failed: dict[str, list[datetime]] = field(default_factory=dict)

    def note(self, address: str, now: datetime) -> bool:
        """Count a failed attempt; True where there have been too many."""
        if len(self.failed) > MOST_ADDRESSES:
            self.failed.clear()
        recent = [at for at in self.failed.get(address, []) if now - at < WITHIN][-GUESSES:]
        self.failed[address] = [*recent, now]
        return len(recent) >= GUESSES


def mounted(seated: Who, ways: Mapping[str, Way] | None = None) -> list[Route]:
    """The routes behind the guard; `seated` says who asks where there is no token."""
    guesses = Guesses()
    listed = (ROUTES if ways is None else ways).items()
    return [
        Route(way.path, _guarded(name, way, seated, guesses), methods=list(way.methods))
        for name, way in listed
    ]


def _guarded(name: str, way: Way, seated: Who, guesses: Guesses) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:  # not async: reads of the store run in a thread of their own
        now, url = clock.now(), settings.database_url()
        standing: Standing | None = None
        from sqlalchemy.exc import DBAPIError  # late: a server answers before it opens any table

        try:
            standing = NOBODY if way.open else _who(request, name, way, seated, url, now)
            if not standing and not way.open:
                return _closed(request, guesses, now, url, name, standing)
            given = _given(request, way)
            return _private(way.answer(Asked(standing, given, url, now, request.method)))
        except Denied:
            return _closed(request, guesses, now, url, name, standing)
        except BadInput as error:
            return _words(f"{error}\n", 400)
        except (TocsinError, DBAPIError):
            return _words("The store did not answer; try again in a moment.\n", 503, {"retry-after": "30"})

    return answer


def _who(request: Request, name: str, way: Way, seated: Who, url: str, now: datetime) -> Standing | None:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if not secret and way.token_in_address:
        secret, kind = request.query_params.get("token", ""), "bearer"
    if not secret or kind.lower() == "basic":  # a password is for a proxy on the way, which says who it is
        return seated(request)
    if kind.lower() != "bearer":
        return None
    from db import engine, migrating, people, tokens

    migrating.check(url)
    with engine.reading(url) as session:
        login = tokens.owner(session, secret.strip(), name, now)
        return people.standing(session, login, now) if login else None


def _given(request: Request, way: Way) -> dict[str, str]:
    """The words of the address, each known, given once and short."""
    words = [
        (n, v) for n, v in request.query_params.multi_items() if not (way.token_in_address and n == "token")
    ]
    given = {**dict(words), **{name: str(value) for name, value in request.path_params.items()}}
    twice = len(words) + len(request.path_params) != len(given)
    if twice or not given.keys() <= way.takes:
        raise BadInput(f"this takes each of these once: {', '.join(sorted(way.takes))}")
    if any(len(value) > LONGEST_VALUE or not value.isprintable() for value in given.values()):
        raise BadInput("a value is too long or holds signs that are not letters")
    return given


def _closed(
    request: Request, guesses: Guesses, now: datetime, url: str, name: str, standing: Standing | None
) -> Response:
    """The same words whatever the reason."""
    address = request.client.host if request.client else ""
    if standing is NOBODY:
        return _words(NOTHING, 404) if not guesses.note(address, now) else _words(TOO_MANY, 429, AGAIN)
    if standing is None or not standing.login:
        if guesses.note(address, now):
            return _words(TOO_MANY, 429, AGAIN)
        return _words(CLOSED, 401, {"www-authenticate": "Bearer"})
    signing.remember(url, standing.login, AccessAct.DENIED, f"route {name}", {})
    return _words(CLOSED, 403)


def _words(text: str, status: int, more: Mapping[str, str] | None = None) -> Response:
    return _private(PlainTextResponse(text, status, dict(more or {})))


def _private(response: Response) -> Response:
    """Never kept by a browser or a proxy, and never run as a page."""
    response.headers["cache-control"] = "no-store"
    response.headers.setdefault("content-security-policy", headers.BARE)
    return response
