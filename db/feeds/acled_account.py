"""A login at ACLED: a token for a day, renewed once it runs out; tokens live in memory only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from db.feeds.base import FeedFailed, NoAccess, Task, secret
from db.feeds.http import Answer, patiently

CURE = "register at acleddata.com and set it"


@dataclass
class Account:
    """Somebody's access to the API; its tokens go to that host only and are never written down."""

    task: Task
    base: str
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """One page of the API as the envelope it came in; a token that ran out is renewed once."""
        answer = self._asked(path, params)
        if answer.status == 401:
            self._renew()
            answer = self._asked(path, params)
        return _envelope(answer)

    def _asked(self, path: str, params: Mapping[str, str]) -> Answer:
        if not self.tokens:
            self._login()
        http, headers = self.task.http, {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return patiently(http, lambda: http.ask(self.base + path, params=params, headers=headers))

    def _login(self) -> None:
        user, password = secret("acled_user", CURE), secret("acled_password", CURE)
        self._token({"username": user, "password": password, "grant_type": "password"})

    def _renew(self) -> None:
        refresh = self.tokens.get("refresh_token")
        try:
            if not refresh:
                raise FeedFailed("no token to renew with")
            self._token({"refresh_token": refresh, "grant_type": "refresh_token"})
        except FeedFailed:
            self._login()

    def _token(self, form: dict[str, str]) -> None:
        http = self.task.http
        answer = patiently(
            http,
            lambda: http.ask(self.base + "oauth/token", method="POST", form={**form, "client_id": "acled"}),
        )
        if answer.status != 200:
            raise FeedFailed(
                f"ACLED refused the login ({answer.status}); check TOCSIN_ACLED_USER and TOCSIN_ACLED_PASSWORD"
            )
        found = answer.json()
        if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
            raise FeedFailed("ACLED's login gave no token; its service may be down")
        self.tokens = {k: v for k, v in found.items() if k.endswith("_token") and isinstance(v, str)}


def _envelope(answer: Answer) -> dict[str, Any]:
    if answer.status in (401, 403):
        raise NoAccess(f"ACLED does not let this account in ({answer.status}); ask ACLED for access")
    if answer.status != 200:
        raise FeedFailed(f"ACLED's API failed ({answer.status}); try again later")
    found: dict[str, Any] = answer.json()
    sound = isinstance(found, dict) and found.get("success", True) is True and found.get("status", 200) == 200
    if not sound or not isinstance(found.get("data"), list):
        raise FeedFailed("ACLED's API answered that it failed; try again later")
    if not all(isinstance(row, dict) for row in found["data"]):
        raise FeedFailed("ACLED's API sent something that is no table of events; nothing was taken in")
    return found
