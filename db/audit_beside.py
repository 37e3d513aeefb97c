"""What the access log keeps beside the store, in the private home: its head, and entries that wait.

The head (number and digest of the newest entry) shows when the end of the log was cut off. Entries wait
where the store was busy or could not be written to; each line is sealed, and taken in with the next entry.
"""

import hashlib
import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from db import sealing, settings

WAITING = "access log waiting"
_ORDER = itertools.count()


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a log, and the digest of its first one, which tells whose log it is."""

    first: str
    seq: int
    sha256: str


def _path(url: str, ending: str) -> Path:
    """The file beside the key that belongs to one store."""
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    where = [kind, parsed.host, parsed.port, parsed.query.get("host"), parsed.database]
    named = str(Path(parsed.database or "").resolve()) if kind == "sqlite" else repr(where)
    folder = settings.home() / "audit"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.{ending}"


def head(url: str) -> Head | None:
    """The head that was noted last; None where none was, or what stands there cannot be read."""
    try:
        found = json.loads(_path(url, "head").read_text(encoding="utf-8"))
        return Head(str(found["first"]), int(found["seq"]), str(found["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_head(url: str, head: Head) -> None:
    """Note the newest entry; in one step, so that nobody reads half of it."""
    said = {"first": head.first, "seq": head.seq, "sha256": head.sha256}
    _put(_path(url, "head"), json.dumps(said))


def _put(path: Path, text: str) -> None:
    """Write a private file in one step: whoever lists the folder finds all of it or nothing."""
    partial = path.with_name(f"{path.name}.{sealing.salt()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)  # on a full disk each attempt would leave another one


def wait(url: str, entry: dict[str, Any]) -> None:
    """Let an entry wait in a private file of its own until the store can take it."""
    said = {**entry, "mark": sealing.salt()}
    line = {"entry": said, "seal": sealing.seal(sealing.key(WAITING), said)}
    order = "".join(filter(str.isdigit, str(entry.get("at", ""))))
    name = f"{order}-{next(_ORDER):08d}-{said['mark']}.waiting"
    _put(_path(url, name), json.dumps(line, ensure_ascii=False) + "\n")


def waiting(url: str) -> int:
    """How many entries wait."""
    return sum(len(_lines(path)) for path in _files(url))


def take(url: str) -> tuple[list[Path], list[dict[str, Any]]]:
    """The entries that wait, for whoever holds the turn to write the log, and the files to forget afterwards.

    Files that somebody took and did not forget come again. A line that was changed comes out marked as such,
    never silently.
    """
    files = _files(url)
    key = sealing.key(WAITING) if files else b""
    return files, [_opened(line, key) for file in files for line in _lines(file)]


def done(files: list[Path]) -> None:
    """Forget the entries that were taken."""
    for file in files:
        file.unlink(missing_ok=True)


def _files(url: str) -> list[Path]:
    """The files that wait; those of earlier versions held several lines, or were renamed when taken."""
    path = _path(url, "waiting")
    return sorted([*path.parent.glob(f"{path.stem}.*.taken"), *path.parent.glob(f"{path.stem}.*waiting")])


def _lines(path: Path) -> list[bytes]:
    """The lines of a file; none where another hand forgot it meanwhile, since its entries are in the log then."""
    try:
        return path.read_bytes().splitlines()
    except FileNotFoundError:
        return []


def _opened(line: bytes, key: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
        entry, said = dict(found["entry"]), str(found["seal"])
        sound = sealing.same(said, sealing.seal(key, entry))
    except (ValueError, KeyError, TypeError):
        entry, sound = {"mark": hashlib.sha256(line).hexdigest()[:32]}, False
    return entry if sound else {"mark": str(entry.get("mark", ""))[:64], "unsound": True}
