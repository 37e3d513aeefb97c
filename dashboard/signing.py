"""How people sign in here: nobody needs to (this machine only), by OpenID Connect, or at a trusted proxy.

Settings stand in `tocsin.toml` or in the environment as `TOCSIN_<NAME>`; `db/README.md` lists them.
"""

import hashlib
import hmac
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from db import clock, settings
from db.errors import BadInput
from db.roles import ABSOLUTE, IDLE, Ends, Held
from db.vocab import AccessAct, Role

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CALLBACK = "/oauth2callback"
LEAST_SECRET = 16
HOW = "db/README.md, “People and signing in”, says how to configure a login"
OIDC = ("oidc_metadata_url", "oidc_client_id", "oidc_client_secret", "oidc_redirect_uri")
PROXY = ("proxy_login_header", "proxy_secret", "public_url")


@dataclass(frozen=True)
class Login:
    """The way in: `local`, `oidc` or `proxy`, the address people type, and what a claim of a role means."""

    mode: str = "local"
    public: str = ""
    roles: Mapping[str, Held] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict, repr=False)  # holds secrets: never shown
    ends: Ends = field(default_factory=Ends)

    @property
    def secure(self) -> bool:
        """Whether people come over TLS."""
        return self.public.startswith("https://")

    @property
    def roles_claim(self) -> str:
        """The claim that holds roles."""
        return self.told.get("oidc_roles_claim", "roles")

    def claimed(self, said: Any) -> frozenset[Held]:
        """The roles that a provider's word stands for; words that no setting explains mean nothing."""
        words = said.split(",") if isinstance(said, str) else said if isinstance(said, list | tuple) else ()
        known = (self.roles.get(word.strip()) for word in words if isinstance(word, str))
        return frozenset(held for held in known if held is not None)


def configured() -> Login:
    """The way in as it is configured; a half-configured one is refused, never guessed at."""
    asked = {name: value for name in (*OIDC, *PROXY, *_MORE) if (value := settings.read(name))}
    if any(name in asked for name in OIDC):
        _whole(asked, OIDC)
        return _login("oidc", asked, asked["oidc_redirect_uri"])
    if any(name in asked for name in PROXY[:2]):
        _whole(asked, PROXY)
        return _login("proxy", asked, asked["public_url"])
    return Login(ends=ends())


_MORE = (
    *("oidc_login_claim", "oidc_roles_claim", "oidc_scope", "oidc_cookie_secret", "roles"),
    *("proxy_roles_header", "proxy_secret_header", "proxy_addresses"),
)


def _whole(asked: Mapping[str, str], needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in asked]
    if missing:
        raise BadInput(f"the login is only half configured: {', '.join(missing)} is missing; {HOW}")


def _login(mode: str, asked: dict[str, str], address: str) -> Login:
    _refuse_open_file(asked)
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise BadInput(f"{address!r} is no address of a page; write https://dash.example.org; {HOW}")
    if mode == "oidc" and parts.path != CALLBACK:
        raise BadInput(f"oidc_redirect_uri ends with {CALLBACK}: {parts.scheme}://{parts.netloc}{CALLBACK}")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise BadInput(f"{address} would send sign-ins in the clear; put TLS before it and write https://")
    if mode == "proxy" and len(asked["proxy_secret"]) < LEAST_SECRET:
        raise BadInput(f"proxy_secret needs {LEAST_SECRET} characters or more; make one up at random")
    usual = {"http": ":80", "https": ":443"}[parts.scheme]  # a browser leaves it out
    public = f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"
    return Login(mode, public, _roles(asked.get("roles", "")), asked, ends())


def _refuse_open_file(asked: Mapping[str, str]) -> None:
    """A file with a secret in it is for its owner's eyes."""
    path = Path(settings.CONFIG_FILE)
    secret = [
        name for name in asked if name.endswith("secret") and not os.environ.get(f"TOCSIN_{name.upper()}")
    ]
    if (
        secret
        and os.name == "posix"
        and path.is_file()
        and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ):
        raise BadInput(f"{path} holds {secret[0]} and others may read it; do: chmod 600 {path}")


def _roles(text: str) -> dict[str, Held]:
    """What words of a provider mean: `desk=analyst, desk-syria=verifier@syria`."""
    found: dict[str, Held] = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        word, _, meant = one.partition("=")
        role, _, region = meant.strip().partition("@")
        if role not in set(Role) or not word.strip():
            raise BadInput(f"{one!r} in roles is not understood; write WORD=ROLE or WORD=ROLE@REGION; {HOW}")
        found[word.strip()] = (Role(role), region or None)
    return found


def ends() -> Ends:
    """How long signing in lasts: `idle_minutes` without anything done, `absolute_hours` at most."""
    return Ends(
        timedelta(minutes=_number("idle_minutes", IDLE / timedelta(minutes=1), 1, 24 * 60)),
        timedelta(hours=_number("absolute_hours", ABSOLUTE / timedelta(hours=1), 1, 24 * 30)),
    )


def _number(name: str, usual: float, least: float, most: float) -> float:
    try:
        value = float(settings.read(name) or usual)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise BadInput(f"{name} is a number from {least:g} to {most:g}; mend it")
    return value


def cookie_secret(login: Login) -> str:
    """What signs the browser's cookie: the one configured, else one that follows from the private key."""
    given = login.told.get("oidc_cookie_secret", "")
    if given and len(given) < LEAST_SECRET:
        raise BadInput(f"oidc_cookie_secret needs {LEAST_SECRET} characters or more; make one up at random")
    return given or hmac.new(settings.key(), b"tocsin cookie", hashlib.sha256).hexdigest()


def streamlit_secrets(login: Login) -> dict[str, Any]:
    """What Streamlit's own sign-in needs; handed over in memory, never in a file."""
    if login.mode != "oidc":
        return {}
    names = {"oidc_metadata_url": "server_metadata_url", "oidc_redirect_uri": "redirect_uri"}
    names |= {"oidc_client_id": "client_id", "oidc_client_secret": "client_secret"}
    auth: dict[str, Any] = {theirs: login.told[ours] for ours, theirs in names.items()}
    auth["cookie_secret"] = cookie_secret(login)
    if scope := login.told.get("oidc_scope"):
        auth["client_kwargs"] = {"scope": scope}
    return {"auth": auth}


def login_name(login: Login, claims: Mapping[str, Any]) -> str:
    """The login that a provider vouches for, or an empty text.

    An address that the provider says it has not checked, and a name beside it, could be anybody's: then
    only its own number for the person counts.
    """
    unchecked = claims.get("email_verified") in (False, "false")
    usual = ["sub"] if unchecked else ["email", "preferred_username", "sub"]
    chosen = login.told.get("oidc_login_claim")
    for name in [chosen] if chosen and not (unchecked and chosen == "email") else usual:
        value = claims.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def is_loopback(host: str) -> bool:
    """Whether a name or address stands for this machine only."""
    try:
        return host in LOOPBACK or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(host: str, login: Login | None = None) -> None:
    """Refuse to serve other machines where anybody could read everything."""
    if not is_loopback(host) and (login or configured()).mode == "local":
        raise BadInput(
            f"{host} would let other machines read everything, because no login is configured; use "
            f"--host 127.0.0.1 and an SSH tunnel, or configure one: {HOW}"
        )


def remember(
    url: str, by: str, act: AccessAct, what: str, told: Mapping[str, Any], region_id: str | None = None
) -> None:
    """Write an act into the access log; what goes out is refused where that cannot be done."""
    from db import audit  # late, as whatever opens tables: a server answers before it needs them

    write = audit.demand if act is AccessAct.EXPORT else audit.note
    write(url, by, act, what, region_id=region_id, told=told, now=clock.now())
