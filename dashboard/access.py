"""Who sits at a page: the local user, or whoever signed in, with the roles they hold at this run of the page."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.server_util import AUTH_COOKIE_NAME
from streamlit.web.server.starlette import starlette_websocket

from dashboard import gate, signing
from dashboard.i18n import N_
from dashboard.seats import HERE, NOBODY, Seat
from dashboard.signing import Login
from db import clock
from db.errors import TocsinError
from db.policy import Viewer
from db.roles import Standing

_SEAT, _REGION = "_tocsin_seat", "_tocsin_region"
UNGUARDED = N_("this page was not started as it must be, so it shows nothing; start it with: tocsin serve")


def take_seat() -> Seat:
    """Look up who is there and what they may do, once for this run of the page."""
    leave_seat()
    seat = _look_up(active=True)
    st.session_state[_SEAT] = seat
    return seat


def leave_seat() -> None:
    """Forget at the end of a run: what runs before the next (a button's act) looks up anew."""
    for name in (_SEAT, _REGION):
        st.session_state.pop(name, None)


def seat() -> Seat:
    """Who is there in this run."""
    held: Seat | None = st.session_state.get(_SEAT)
    return held if held is not None else _look_up(active=False)


def look_at(region_id: str) -> None:
    """From here on the page is about a region: the roles that are held there count."""
    st.session_state[_REGION] = region_id


def viewer() -> Viewer:
    """Who reads and acts, where the page's region is looked at."""
    standing = seat().standing
    region = st.session_state.get(_REGION) or st.query_params.get("region")
    bound = standing.regions()
    if region is None and bound is not None and len(bound) == 1:
        (region,) = bound
    return standing.at(region) if region else standing.anywhere()


def standing() -> Standing:
    """Who is there, with all roles in all regions."""
    return seat().standing


def named() -> str | None:
    """The signed-in person under whose name acts are kept; None where no login is configured."""
    return None if seat().standing is HERE else seat().standing.login


def _look_up(*, active: bool) -> Seat:
    login, told = signing.configured(), _headers()
    if told is None:  # no server: a page under test, or run by hand without anybody looking on
        told = {gate.PROOF: gate.proof}
    if told.get(gate.PROOF) != gate.proof:
        raise TocsinError(UNGUARDED)
    claims = _claims(login, told)
    if login.mode == "local":
        return Seat(HERE)
    return _seated(login, claims, active=active) if claims else Seat(trouble=NOBODY)


def _seated(login: Login, claims: Mapping[str, Any], *, active: bool) -> Seat:
    from dashboard import sittings  # late: it opens tables, and a server answers before it needs them

    return sittings.seat(login, claims, clock.now(), active=active)


def _headers() -> Mapping[str, str] | None:
    """The headers with which this page was opened; None where no server handed it out."""
    if not runtime.exists() or type(runtime.get_instance()) is not runtime.Runtime:  # a stand-in of tests
        return None
    return {name.lower(): value for name, value in st.context.headers.items()}


def _claims(login: Login, told: Mapping[str, str]) -> dict[str, Any]:
    """What the provider or the proxy says of who is there; empty where nobody is."""
    if login.mode == "oidc":
        said: dict[str, Any] = st.user.to_dict()
        return said if said.get("is_logged_in") else {}
    name = told.get(gate.LOGIN)
    if login.mode != "proxy" or not name:
        return {}
    # The proxy keeps its own sessions; here each tab is one sitting, which ends and begins by itself.
    context = get_script_run_ctx()
    tab = context.session_id if context else ""
    roles = {login.roles_claim: told.get(gate.ROLES, "")}
    return {"iss": "proxy", "sub": name, "sid": tab, "email": name, **roles}


class Requests:
    """Who asks outside the pages, by the same cookie or the same proxy; for the gate and the routes."""

    def __init__(self, login: Login) -> None:
        self.login = login

    async def known(self, scope: Any) -> bool:
        """Whether somebody signed in (or the local user) asks."""
        if self.login.mode == "local":
            return True
        return await run_in_threadpool(lambda: self.standing(HTTPConnection(scope)) is not None)

    def standing(self, request: HTTPConnection) -> Standing | None:
        """Who asks, with the roles they hold now; None where nobody is signed in."""
        if self.login.mode == "local":
            return HERE
        if self.login.mode == "proxy":
            return self._by_proxy(request.headers)
        claims = cookie_claims(self.login, request.cookies)
        if not claims or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return None
        found = _seated(self.login, claims, active=False)
        return None if found.trouble else found.standing

    def _by_proxy(self, headers: Mapping[str, str]) -> Standing | None:
        from dashboard import sittings  # late, as above

        name = headers.get(gate.LOGIN)
        return sittings.by_proxy(self.login, name, headers.get(gate.ROLES, ""), clock.now()) if name else None


def cookie_claims(login: Login, cookies: Mapping[str, str]) -> dict[str, Any]:
    """What the signed cookie of Streamlit's sign-in says; empty where it is not ours or was tampered with."""
    raw = starlette_websocket._get_signed_cookie_with_chunks(dict(cookies), AUTH_COOKIE_NAME)
    try:
        said = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    ours = isinstance(said, dict) and said.get("origin") == login.public and said.get("is_logged_in")
    return said if ours else {}
