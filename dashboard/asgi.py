"""The dashboard as one ASGI application: Streamlit's pages and our routes behind one gate.

`tocsin serve` runs it; so does any ASGI server, as `dashboard.asgi:app`. Either way the application itself
refuses an address that lets other machines in where no login is configured.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from dashboard import access, ahead, gate, packed, routes, server, signing
from db.errors import TocsinError

# Under another server than ours the address is that server's affair, and the gate looks at each request.
_WITHOUT_ADDRESS = "asgi"


def build(script: Path = server.APP) -> st.App:
    """The application over a page script, with the login that is configured."""
    login = signing.configured()
    asking = access.Requests(login)
    pages = frozenset(one.stem for one in (script.parent / "app_pages").glob("*.py"))
    guard = Middleware(gate.Gate, login=login, known=asking.known, pages=pages)
    return st.App(
        script,
        secrets=signing.streamlit_secrets(login),
        lifespan=_started,
        routes=routes.mounted(asking.standing),
        middleware=[guard, Middleware(packed.Packed)],
    )


@asynccontextmanager
async def _started(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    mode = st.config._server_mode or _WITHOUT_ADDRESS
    if not mode.startswith(_WITHOUT_ADDRESS):
        gate.check_started(st.get_option("server.address"), signing.configured())
    # Else the first run looks through its callers' source texts to see whether somebody types at a console.
    st.delta_generator._use_warning_has_been_displayed = True
    ahead.fetch()
    yield {}


def run(options: dict[str, Any]) -> None:
    """Serve until interrupted; `options` are Streamlit's own, by their dotted names."""
    os.environ["FORWARDED_ALLOW_IPS"] = ""  # else the server would believe anybody here about who asks
    build().run(config={**server.options(), **options})


def main(arguments: list[str]) -> int:
    """`python -m dashboard.asgi ADDRESS PORT`."""
    try:
        address, port = arguments
        signing.check_host(address)
        run({"server.address": address, "server.port": int(port), "logger.level": "warning"})
    except TocsinError as error:
        print("tocsin:", error, file=sys.stderr)
        return error.exit_code
    return 0


def __getattr__(name: str) -> Any:
    """`app`, made when a server asks for it, so that an import alone reads no settings."""
    if name == "app":
        return build()
    raise AttributeError(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
