"""The ways out: apprise's services behind one function, each answer told as sent, try again, or failed for good.

An address is what apprise writes as a URL (`mailto://…`, `ntfy://…`, `json://…`, `signal://…`, `matrix://…` …), or a
plain mail address, which goes out by the house's own mail server (the setting `mail_server`, such a URL, too).
What a server answers is told by its number only: its words may repeat an address.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Lock, get_ident
from urllib.parse import quote, unquote

from dashboard.i18n import N_, direction
from db import settings
from db.errors import BadInput
from db.messages import Result

NUMBER_HEADER = "X-Tocsin-Message"
MAIL = ("mailto", "mailtos")
# What a program reads, or opens as a mail does; all others show what comes on a locked screen.
UNSEEN = (*MAIL, "json", "jsons", "xml", "xmls", "form", "forms")
MAIL_ADDRESS = re.compile(r"[^\s@:/<>]+@[^\s@:/<>]+\.[^\s@:/<>]+")
_CODE = re.compile(r"(?:error=|\()([2-5]\d\d)\b")
_BUSY = {408, 425, 429}
# Kept as they stand, and translated where they are read.
UNKNOWN = N_("no service understands the address; give it anew")
SERVERLESS = N_("no mail server is set; set mail_server in tocsin.toml, or TOCSIN_MAIL_SERVER")
BROKEN = N_("the service failed ({what})")
AWAY = N_("the server could not be reached")
REFUSED = N_("the server answered {code}: it refused it for good")
LATER = N_("the server answered {code}: it could not take it now")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it goes out; `number` is the same at every attempt, for receivers that know it.

    `leave` is where its reader takes themselves off the list, which mail programs show as a button (RFC 8058).
    """

    number: str
    subject: str
    body: str
    language: str
    leave: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What goes along for programs."""
        way = {"List-Unsubscribe": f"<{self.leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return {NUMBER_HEADER: self.number, **(way if self.leave else {})}


@dataclass
class _Heard(logging.Handler):
    """What apprise logs of one attempt, in its own thread, as far as it tells how the other side answered."""

    codes: list[int] = field(default_factory=list)
    level: int = logging.DEBUG
    thread: int = field(default_factory=get_ident)

    def __post_init__(self) -> None:
        super().__init__(self.level)

    def __hash__(self) -> int:
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the numbers of answers."""
        if record.thread != self.thread:
            return
        said = record.getMessage()
        if record.levelno >= logging.WARNING or said.casefold().startswith("socket"):
            self.codes += [int(one) for one in _CODE.findall(said)]


def known(address: str) -> str:
    """The name of the service that an address belongs to; an address that none understands is refused."""
    if _plain(address):
        return "E-Mail"
    plugin = _plugin(address)
    return str(plugin.service_name) if plugin else ""


def is_mail(address: str) -> bool:
    """Whether an address is one of e-mail."""
    return _plain(address) or address.partition(":")[0].lower() in MAIL


def server(address: str) -> str:
    """Which server an address is reached by, to tell one that is silent from the others."""
    return _whole(address).partition("://")[2].partition("/")[0].rpartition("@")[2].lower()


def previewed(address: str) -> bool:
    """Whether what is sent there may light up on a screen that others see."""
    return not _plain(address) and address.partition(":")[0].lower() not in UNSEEN


def shown(address: str) -> str:
    """An address as those who look after recipients may read it: without the password in it."""
    plugin = None if _plain(address) else _plugin(address)
    return unquote(str(plugin.url(privacy=True)).partition("?")[0]) if plugin is not None else address


def _plain(address: str) -> bool:
    return "://" not in address and MAIL_ADDRESS.fullmatch(address) is not None


def _whole(address: str) -> str:
    """An address as apprise wants it; empty for a plain mail address where there is no mail server."""
    server = settings.read("mail_server") if _plain(address) else None
    if not _plain(address) or not server:
        return "" if _plain(address) else address
    return f"{server}{'&' if '?' in server else '?'}to={quote(address)}"


def check(address: str) -> None:
    """Refuse an address that no service understands, without repeating it."""
    if not known(address):
        raise BadInput(
            "no service understands this address; write a mail address, or as apprise does: ntfy://host/topic, "
            "mailto://user:password@host"
        )


def send(address: str, letter: Letter) -> Result:
    """Send one letter now; never raises for what the other side does."""
    if not (whole := _whole(address)):
        return Result(SERVERLESS if address else UNKNOWN)
    plugin = _plugin(whole)
    if plugin is None:
        return Result(UNKNOWN)
    if isinstance(getattr(plugin, "headers", None), dict):
        plugin.headers.update(letter.headers)
    from apprise import NotifyFormat

    body = letter.body if direction(letter.language) == "ltr" else _mirrored(letter.body)
    with _hearing() as heard:
        try:
            went = plugin.notify(body=body, title=letter.subject, body_format=NotifyFormat.TEXT)
        except Exception as error:  # whatever a service's own code raises must not stop the others
            return Result(BROKEN.format(what=type(error).__name__), again=True)
    return Result() if went else _failed(heard.codes, is_mail(address))


def _mirrored(body: str) -> str:
    """Lines that run from the right whatever they begin with: each is a paragraph of its own to who shows it."""
    return "\n".join(
        f"\u2067{line}\u2069" if line and "://" not in line else line for line in body.split("\n")
    )


def _failed(codes: list[int], mail: bool) -> Result:
    if not codes:
        return Result(AWAY, again=True)
    code = codes[-1]
    lasting = code >= 500 if mail else 400 <= code < 500 and code not in _BUSY
    return Result((REFUSED if lasting else LATER).format(code=code), again=not lasting)


def _plugin(address: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  (apprise has no types)
    library, asset = _apprise()
    with _hearing():
        return library.instantiate(address, asset=asset, suppress_exceptions=True)


_loading = Lock()


def _apprise():  # type: ignore[no-untyped-def]  # noqa: ANN202
    """The library with all its services, loaded by whoever sends first; what it says stays out of our own log."""
    with _loading:
        return _loaded()


@cache
def _loaded():  # type: ignore[no-untyped-def]  # noqa: ANN202
    logger = logging.getLogger("apprise")
    logger.propagate = False  # it tells addresses
    logger.setLevel(logging.DEBUG)
    with warnings.catch_warnings():  # one of its services asks for a module that Python is about to drop
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise import Apprise, AppriseAsset

        Apprise.instantiate("json://localhost/", suppress_exceptions=True)
        Apprise.instantiate("mailto://localhost/?from=a@b.example&to=a@b.example", suppress_exceptions=True)
    return Apprise, AppriseAsset(image_url_mask="", image_path_mask="")  # its pictures lie at another host


@contextmanager
def _hearing() -> Iterator[_Heard]:
    """Listen to what apprise says of one attempt."""
    logger, heard = logging.getLogger("apprise"), _Heard()
    logger.addHandler(heard)
    try:
        yield heard
    finally:
        logger.removeHandler(heard)
