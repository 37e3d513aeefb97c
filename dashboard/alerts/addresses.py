"""Where those who are told of warnings find what is theirs without a login: a feed, and the way off the list."""

from urllib.parse import urlencode

from dashboard import signing
from db import letterbox
from db.errors import TocsinError

FEED, LEAVE = "/notices", "/unsubscribe"


def base() -> str:
    """The public address of the dashboard; empty where none is configured, or only by half."""
    try:
        return signing.configured().public
    except TocsinError:
        return ""


def feed(secret: str, form: str = "atom", host: str = "") -> str:
    """Where a feed is read; at this host, or at none, where no public address is configured."""
    return f"{base() or host}{FEED}.{form}?{urlencode({'key': secret})}"


def leaving(recipient_id: str, language: str, public: str) -> str:
    """Where a recipient takes themselves off the list; empty where no public address is configured."""
    asked = {"key": letterbox.leaving(recipient_id), "lang": language}
    return f"{public}{LEAVE}?{urlencode(asked)}" if public else ""
