"""The dashboard: serve it, or show it with the exercise."""

import os
import signal
import sys
import webbrowser
from datetime import date, timedelta
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from sqlalchemy import make_url

from dashboard import jobs, serving
from dashboard.cli import output
from dashboard.cli.common import Url
from db import clock, engine, migrating, settings
from db.errors import BadInput

Port = Annotated[int, typer.Option(min=1, max=65535, help="The port.")]
Headless = Annotated[bool, typer.Option("--headless", help="Do not open a browser.")]


def _demo_url(context: typer.Context, value: str | None) -> str:
    return value or context.obj or f"sqlite:///{settings.home() / 'exercise.db'}"


DemoUrl = Annotated[
    str,
    typer.Option(
        "--db", callback=_demo_url, metavar="URL", help="A store of its own.", show_default="a private file"
    ),
]


def serve(
    url: Url = "",
    host: Annotated[
        str, typer.Option(help="The address; others than this machine's need a login.")
    ] = "127.0.0.1",
    port: Port = 8501,
    headless: Headless = False,
) -> None:
    """Serve the dashboard until it is interrupted: to this machine, or to others where a login is configured.

    Example: tocsin serve --port 8501
    """
    _end_on_signals()
    with serving.started(url, host, port) as server:
        _announce(server.address, headless)
        server.wait()


def demo(url: DemoUrl = "", port: Port = 8501, headless: Headless = False) -> None:
    """Show the dashboard with the EXERCISE: an invented region, made on the spot in two minutes.

    Example: tocsin demo --port 8502
    """
    _end_on_signals()
    end = clock.today("UTC") - timedelta(days=1)
    serving.check_free("127.0.0.1", port)
    ready = _make_ready(url, end)
    with serving.started(url, "127.0.0.1", port) as server:
        _announce(server.address, headless)
        if not ready:
            with output.progress() as tell:
                jobs.prepare_exercise(url, end=end, now=clock.now, tell=tell)
        output.say(f"the EXERCISE is complete; it is shown at {server.address} until you press Ctrl-C")
        server.wait()


def _make_ready(url: str, end: date) -> bool:
    """True where the finished exercise is there; else an empty store is left to be filled."""
    if _exists(url) and jobs.exercise_is_ready(url, end):
        return True
    _clear(url)
    migrating.upgrade(url)
    return False


def _exists(url: str) -> bool:
    path = _file(url)
    return path is None or path.exists()


def _file(url: str) -> Path | None:
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _clear(url: str) -> None:
    """Make room for a new exercise; `jobs.exercise_is_ready` has refused a store with anything real in it."""
    path = _file(url)
    if path is not None:
        engine.engine(url).dispose()
        for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            part.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
    elif migrating.revision(url) is not None and jobs.has_regions(url):
        raise BadInput("this database holds another exercise; name an empty one: --db")


def _announce(address: str, headless: bool) -> None:
    output.say(f"Tocsin is at {address} (Ctrl-C ends it)")
    if not headless and _has_screen():
        webbrowser.open(address)


def _has_screen() -> bool:
    """Whether a browser window can open; without one Python might start a text browser in the terminal."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in screens)


def _end_on_signals() -> None:
    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may have told a background job to ignore them
        signal.signal(number, interrupt)
