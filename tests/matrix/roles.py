"""Being somebody at the pages, for tests only: the program itself knows no such way."""

import sys
from collections.abc import Callable
from threading import Thread
from typing import Any

from dashboard import access
from db.policy import Viewer
from db.roles import Standing
from db.vocab import Role


def standing(viewer: Viewer) -> Standing:
    """Somebody with this viewer's roles in this viewer's regions."""
    where = viewer.regions or {None}
    return Standing(viewer.name, frozenset((role, region) for role in viewer.roles for region in where))


def become(put: Callable[[Any, str, Any], None], viewer: Viewer) -> None:
    """Whoever sits at this machine has this viewer's roles; `put` sets an attribute of a module."""
    put(access, "HERE", standing(viewer))


def main(address: str, port: str) -> None:
    """A server whose local user has one role only: the one last named on its input, which it repeats."""
    from dashboard import asgi

    Thread(target=_listen, daemon=True).start()
    sys.exit(asgi.main([address, port]))


def _listen() -> None:
    for line in sys.stdin:
        role = line.strip()
        become(setattr, Viewer(role, frozenset({Role(role)})))
        print(role, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
