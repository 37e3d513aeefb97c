"""A small OpenID Connect provider on loopback, which can also be wrong in the ways that providers are."""

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "tocsin", "a secret of the tests"


def free_port() -> int:
    """A port nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Provider:
    """The provider: who signs in next (`claims`), and what is wrong with its word (`wrong`)."""

    issuer: str
    claims: dict[str, Any] = field(default_factory=dict)
    wrong: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    other: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    asked: dict[str, str] = field(default_factory=dict)

    def metadata(self, _request: Request) -> Response:
        """Where everything is."""
        if self.wrong == "down":
            return Response("out of order", 500)
        at = {name: f"{self.issuer}/{name}" for name in ("authorize", "token", "jwks", "logout")}
        told = {"authorization_endpoint": at["authorize"], "token_endpoint": at["token"]}
        told |= {"jwks_uri": at["jwks"], "end_session_endpoint": at["logout"], "issuer": self.issuer}
        more = {"id_token_signing_alg_values_supported": ["RS256"], "response_types_supported": ["code"]}
        return JSONResponse({**told, **more, "code_challenge_methods_supported": ["S256"]})

    def authorize(self, request: Request) -> Response:
        """Everybody who comes is let in."""
        asked, code = request.query_params, secrets.token_hex(8)
        self.asked[code] = asked["nonce"]
        assert asked["code_challenge_method"] == "S256"
        given = {"error": "access_denied"} if self.wrong == "denied" else {"code": code}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**given, 'state': asked['state']})}")

    async def token(self, request: Request) -> Response:
        """The word of the provider, signed."""
        code = str((await request.form())["code"])
        now = int(time.time())
        late = {"expired": -3600, "skewed": 3600, "nearly": 60}.get(self.wrong, 0)
        said = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "nonce": self.asked.pop(code)}
        said |= {"iat": now + late, "exp": now + late + 300, **self.claims}
        key = self.other if self.wrong == "key" else self.key
        token = jwt.encode({"alg": "RS256", "kid": "1"}, said, key)
        return JSONResponse(
            {"access_token": "x", "token_type": "Bearer", "id_token": token, "expires_in": 300}
        )

    def jwks(self, _request: Request) -> Response:
        """The key with which it says it signs."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def logout(self, request: Request) -> Response:
        """Back to where somebody came from."""
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])


@contextmanager
def running() -> Iterator[Provider]:
    """The provider, for as long as the block lasts."""
    port = free_port()
    one = Provider(f"http://127.0.0.1:{port}")
    routes = [Route(f"/{name}", getattr(one, name)) for name in ("authorize", "jwks", "logout")]
    routes.append(Route("/token", one.token, methods=["POST"]))
    routes.append(Route("/.well-known/openid-configuration", one.metadata))
    config = uvicorn.Config(
        Starlette(routes=routes), host="127.0.0.1", port=port, log_level="error", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        thread.join(0.02)
    yield one
    server.should_exit = True
    thread.join(10)
