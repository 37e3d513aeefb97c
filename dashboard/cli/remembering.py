"""Every command that opens a store leaves its line in the access log: which command, on what; no texts.

What writes data out is written down before it is done, and not done where it cannot be.
"""

import functools
import getpass
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from dashboard.cli import output
from db import audit, clock, ids, migrating
from db.errors import TocsinError
from db.policy import LOCAL, Denied
from db.vocab import AccessAct

OUTWARD = frozenset({"export", "brief", "evidence export", "panel", "erasures", "backup"})
# What is looked for is a text; a name that is to be forgotten must not be remembered for it.
WORDS = frozenset(
    {
        "places find",
        "erase find",
        "erase text",
        "users forget",
        "note",
        "assign",
        "handover close",
        "recipients add",
        "dossier save",
        "dossier end",
    }
)
PASSING = frozenset({"serve", "demo", "exercise", "types", "verify-backup"})  # they read nobody's record
REPLACING = frozenset({"restore"})  # whose log ends earlier, rightly
_LEFT_OUT = frozenset({"url", "json", "reason", "yes"})


def everywhere(app: typer.Typer, path: str = "") -> None:
    """Let every command of an app be remembered."""
    for info in app.registered_commands:
        if info.callback is not None:
            name = info.name or info.callback.__name__.replace("_", "-")
            info.callback = remembered(info.callback, f"{path} {name}".strip())
    for group in app.registered_groups:
        if group.typer_instance is not None:
            everywhere(group.typer_instance, f"{path} {group.name}".strip())


def remembered(command: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same command, which writes down that it ran, or that it was denied."""
    if name in PASSING or hasattr(command, "remembered"):
        return command

    @functools.wraps(command)
    def run(*args: Any, **given: Any) -> Any:
        if name in OUTWARD:
            _note(name, AccessAct.EXPORT, given, demanded=True)
        try:
            done = command(*args, **given)
        except Denied:
            _note(name, AccessAct.DENIED, given)
            raise
        except Exception:
            _note(name, AccessAct.COMMAND, given, failed=True)
            raise
        _note(
            name, AccessAct.EXPORT if name in OUTWARD else AccessAct.COMMAND, given, **_written(name, given)
        )
        if name in REPLACING and _open(str(given.get("url"))):
            audit.accept(str(given["url"]), LOCAL, now=clock.now())
        return done

    run.remembered = True  # type: ignore[attr-defined]
    return run


def _note(
    name: str, act: AccessAct, given: Mapping[str, Any], *, demanded: bool = False, **more: Any
) -> None:
    url = given.get("url")
    if not url or not _open(url):
        return
    who, region = getpass.getuser(), given.get("region")
    told = {**_told(name, given), **more}
    asked: dict[str, Any] = {"region_id": region if isinstance(region, str) else None, "told": told}
    if demanded:
        audit.demand(url, who, act, f"tocsin {name}", **asked, now=clock.now())
    elif not audit.note(url, who, act, f"tocsin {name}", **asked, now=clock.now(), patient=True):
        output.say(
            "this could not be written into the access log; look at the disk and the folder of the key"
        )


def _open(url: str) -> bool:
    """Whether there is a store that the program can work with; a log is not a reason to make one."""
    with suppress(TocsinError):
        migrating.check(url)
        return True
    return False


def _told(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a command was given: ids, days and numbers; words that were looked for as digests."""
    kept = {
        key: value for key, value in given.items() if key not in _LEFT_OUT and value not in (None, False, "")
    }
    if name not in WORDS:
        return kept
    return {key: audit.digest_of(value) if isinstance(value, str) else value for key, value in kept.items()}


def _written(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The digest of the file that went out."""
    if name not in OUTWARD:
        return {}
    files = [one for one in given.values() if isinstance(one, Path) and one.is_file()]
    return {"done": True, "sha256": [ids.file_sha256(one) for one in files]}
